//! Change requests: what is proposed, and what stands in its way.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use configcat_management::types::{
    ChangeRequestActivityModel, ChangeRequestActivityType, ChangeRequestApprovalModel,
    ChangeRequestCommentModel, ChangeRequestId, ChangeRequestIssueModel, ChangeRequestModel,
    ChangeRequestProposedChangeModel, ChangeRequestStatus, ChangeRequestSummaryModel, ConfigId,
    EnvironmentId, MeModel, SettingId, UpdateEvaluationFormulaModel, VersionId,
};
use serde::{Deserialize, Serialize};

use super::{RulesV2, State, Target};
use crate::call::Refusal;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeRequest {
    pub(crate) id: ChangeRequestId,
    pub(crate) config_id: ConfigId,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) title: String,
    pub(crate) reason: Option<String>,
    pub(crate) apply_at: Option<DateTime<Utc>>,
    /// Whether its time came and it could not be applied then.
    pub(crate) missed: bool,
    pub(crate) bypass_approval: bool,
    pub(crate) created: Done,
    pub(crate) applied: Option<Done>,
    pub(crate) closed: Option<Done>,
    /// By setting.
    pub(crate) proposed: BTreeMap<SettingId, Proposed>,
    pub(crate) approvals: Vec<ChangeRequestApprovalModel>,
    pub(crate) comments: Vec<ChangeRequestCommentModel>,
    pub(crate) activities: Vec<ChangeRequestActivityModel>,
    /// Fixed ones too.
    pub(crate) issues: Vec<ChangeRequestIssueModel>,
    /// How far the state had counted when somebody last looked for issues.
    pub(crate) looked_at: u32,
}

/// Who did something, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) at: DateTime<Utc>,
    pub(crate) by: MeModel,
}

/// What is proposed for one setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Proposed {
    /// The version that it builds on.
    pub(crate) base: VersionId,
    pub(crate) wanted: UpdateEvaluationFormulaModel,
    pub(crate) rules: RulesV2,
    /// As it is shown, with the names of the time when it was proposed.
    pub(crate) model: ChangeRequestProposedChangeModel,
}

impl ChangeRequest {
    pub(crate) fn status(&self) -> ChangeRequestStatus {
        match (&self.applied, &self.closed) {
            (Some(_), _) => ChangeRequestStatus::Applied,
            (None, Some(_)) => ChangeRequestStatus::Closed,
            (None, None) => ChangeRequestStatus::Open,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.applied.is_none() && self.closed.is_none()
    }

    pub(crate) fn is_approved(&self) -> bool {
        self.approvals
            .iter()
            .any(|approval| approval.dismissed_at.is_none())
    }

    /// Whether an issue is not fixed yet.
    pub(crate) fn needs_attention(&self) -> bool {
        self.is_open()
            && self
                .issues
                .iter()
                .any(|issue| issue.issue_fixed_at.is_none())
    }
}

impl State {
    pub(crate) fn change_request(&self, id: ChangeRequestId) -> Result<&ChangeRequest, Refusal> {
        let found = self.change_requests.get(&id);
        found.ok_or_else(|| Refusal::unknown("change request", id))
    }

    pub(crate) fn change_request_mut(
        &mut self,
        id: ChangeRequestId,
    ) -> Result<&mut ChangeRequest, Refusal> {
        let found = self.change_requests.get_mut(&id);
        found.ok_or_else(|| Refusal::unknown("change request", id))
    }

    /// The open change requests that propose something for a setting in an environment.
    pub(crate) fn proposals(&self, target: Target) -> impl Iterator<Item = &ChangeRequest> {
        self.change_requests.values().filter(move |request| {
            request.is_open()
                && request.environment_id == target.environment_id
                && request.proposed.contains_key(&target.setting_id)
        })
    }

    /// Whether a setting was published anew after a change to it was proposed.
    pub(crate) fn in_conflict(&self, request: &ChangeRequest, setting_id: SettingId) -> bool {
        let served = self.values.get(&(setting_id, request.environment_id));
        let base = request
            .proposed
            .get(&setting_id)
            .map(|proposed| proposed.base);
        request.is_open() && base != served.map(|served| served.version_id)
    }

    fn user_id(&self, user: &MeModel) -> Option<String> {
        self.member_with(&user.email)
            .map(|member| member.id.clone())
    }

    /// Adds to the history of a change request. The user behind the credentials did it.
    pub(crate) fn note(
        &mut self,
        id: ChangeRequestId,
        at: DateTime<Utc>,
        kind: ChangeRequestActivityType,
        details: impl Into<String>,
        error: Option<String>,
    ) -> Result<(), Refusal> {
        let activity = ChangeRequestActivityModel::default()
            .with_change_request_activity_id(i64::from(self.count()))
            .with_change_request_activity_type(kind)
            .with_date(at)
            .with_details(details.into())
            .with_error(error)
            .with_user_email(Some(self.me.email.clone()))
            .with_user_full_name(self.me.full_name.clone())
            .with_user_id(self.user_id(&self.me));
        self.change_request_mut(id)?.activities.push(activity);
        Ok(())
    }

    pub(crate) fn change_request_model(&self, request: &ChangeRequest) -> ChangeRequestModel {
        let ChangeRequestSummaryModel {
            affected_setting_keys: _,
            applied_at,
            applied_by_user_email,
            applied_by_user_full_name,
            applied_by_user_id,
            apply_at,
            approved,
            bypass_approval,
            change_request_id,
            change_request_status,
            closed_at,
            closed_by_user_email,
            closed_by_user_full_name,
            closed_by_user_id,
            comment_count: _,
            conflict_count: _,
            created_at,
            creator_user_email,
            creator_user_full_name,
            creator_user_id,
            needs_attention,
            reason,
            title,
            ..
        } = self.change_request_summary(request);
        let proposed = request.proposed.iter();
        let setting_values = proposed.map(|(id, proposed)| {
            proposed
                .model
                .clone()
                .with_has_conflict(self.in_conflict(request, *id))
        });
        ChangeRequestModel::default()
            .with_activities(request.activities.clone())
            .with_applied_at(applied_at)
            .with_applied_by_user_email(applied_by_user_email)
            .with_applied_by_user_full_name(applied_by_user_full_name)
            .with_applied_by_user_id(applied_by_user_id)
            .with_apply_at(apply_at)
            .with_approvals(request.approvals.clone())
            .with_approved(approved)
            .with_bypass_approval(bypass_approval)
            .with_change_request_id(change_request_id)
            .with_change_request_issues(request.issues.clone())
            .with_change_request_status(change_request_status)
            .with_closed_at(closed_at)
            .with_closed_by_user_email(closed_by_user_email)
            .with_closed_by_user_full_name(closed_by_user_full_name)
            .with_closed_by_user_id(closed_by_user_id)
            .with_comments(request.comments.clone())
            .with_config_id(request.config_id)
            .with_created_at(created_at)
            .with_creator_user_email(creator_user_email)
            .with_creator_user_full_name(creator_user_full_name)
            .with_creator_user_id(creator_user_id)
            .with_environment_id(request.environment_id)
            .with_needs_attention(needs_attention)
            .with_reason(reason)
            .with_setting_values(setting_values.collect())
            .with_title(title)
    }

    pub(crate) fn change_request_summary(
        &self,
        request: &ChangeRequest,
    ) -> ChangeRequestSummaryModel {
        let at = |done: &Option<Done>| done.as_ref().map(|done| done.at);
        let email = |done: &Option<Done>| done.as_ref().map(|done| done.by.email.clone());
        let name = |done: &Option<Done>| done.as_ref().map(|done| done.by.full_name.clone());
        let user_id = |done: &Option<Done>| self.user_id(&done.as_ref()?.by);
        let keys = request.proposed.values();
        let conflicts = request
            .proposed
            .keys()
            .filter(|id| self.in_conflict(request, **id));
        let count = |count| i32::try_from(count).unwrap_or(i32::MAX);
        ChangeRequestSummaryModel::default()
            .with_affected_setting_keys(keys.map(|known| known.model.setting_key.clone()).collect())
            .with_applied_at(at(&request.applied))
            .with_applied_by_user_email(email(&request.applied))
            .with_applied_by_user_full_name(name(&request.applied))
            .with_applied_by_user_id(user_id(&request.applied))
            .with_apply_at(request.apply_at)
            .with_approved(request.is_approved())
            .with_bypass_approval(request.bypass_approval)
            .with_change_request_id(request.id)
            .with_change_request_status(request.status())
            .with_closed_at(at(&request.closed))
            .with_closed_by_user_email(email(&request.closed))
            .with_closed_by_user_full_name(name(&request.closed))
            .with_closed_by_user_id(user_id(&request.closed))
            .with_comment_count(count(request.comments.len()))
            .with_conflict_count(count(conflicts.count()))
            .with_created_at(request.created.at)
            .with_creator_user_email(request.created.by.email.clone())
            .with_creator_user_full_name(request.created.by.full_name.clone())
            .with_creator_user_id(self.user_id(&request.created.by))
            .with_needs_attention(request.needs_attention())
            .with_reason(request.reason.clone())
            .with_title(request.title.clone())
    }
}
