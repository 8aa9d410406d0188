//! From what is proposed to what is served: by hand, or when the time has come.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use configcat_management::types::{
    AuditLogType, ChangeRequestActivityType, ChangeRequestId, ChangeRequestIssueModel,
    ChangeRequestIssueType, SettingId,
};

use super::super::rules_v2::{Checker, demand_no_circle};
use super::super::values;
use super::open;
use crate::call::{Answer, Call, Problems, Reason, Refusal};
use crate::state::change_requests::{ChangeRequest, Done};
use crate::state::{Rules, RulesV2, State, Target};

pub(super) fn apply(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id = open(state, call)?.id;
    if let Err(refusal) = publish(state, id, call.now) {
        let failed = ChangeRequestActivityType::ApplyFailed;
        note_failure(state, id, call.now, failed, &refusal)?;
        return Err(refusal);
    }
    finish(state, id, call.now, AuditLogType::ChangeRequestApplied)?;
    Answer::ok(&state.change_request_model(state.change_request(id)?))
}

/// Does what was scheduled until now, and finds the issues that changes elsewhere have caused.
///
/// It runs before every request, so that nobody sees that the server looks at its clock only then.
pub(in crate::api) fn catch_up(state: &mut State, now: DateTime<Utc>) -> Result<(), Refusal> {
    let counted = state.counted();
    let open = state
        .change_requests
        .values()
        .filter(|request| request.is_open());
    let stale = open.clone().filter(|request| request.looked_at != counted);
    let stale: Vec<ChangeRequestId> = stale.map(|request| request.id).collect();
    let due =
        |request: &&ChangeRequest| !request.missed && request.apply_at.is_some_and(|at| at <= now);
    let mut due: Vec<(Option<DateTime<Utc>>, ChangeRequestId)> = open
        .filter(due)
        .map(|request| (request.apply_at, request.id))
        .collect();
    due.sort_unstable();
    for id in stale {
        look_for_issues(state, id, now)?;
    }
    for (at, id) in due {
        let at = at.unwrap_or(now);
        look_for_issues(state, id, at)?;
        match publish(state, id, at) {
            Ok(()) => finish(state, id, at, AuditLogType::ChangeRequestAppliedOnSchedule)?,
            Err(refusal) => {
                state.change_request_mut(id)?.missed = true;
                let failed = ChangeRequestActivityType::ScheduledApplyFailed;
                note_failure(state, id, at, failed, &refusal)?;
            }
        }
    }
    Ok(())
}

/// Publishes all that is proposed, or nothing.
fn publish(state: &mut State, id: ChangeRequestId, at: DateTime<Utc>) -> Result<(), Refusal> {
    let request = state.change_request(id)?;
    let (environment_id, reason) = (request.environment_id, request.reason.clone());
    let mut problems = Problems::default();
    for issue in request
        .issues
        .iter()
        .filter(|issue| issue.issue_fixed_at.is_none())
    {
        problems.add("ChangeRequestIssues", issue.issue_details.clone());
    }
    let environment = state.environment(environment_id)?;
    let demanded = state
        .product(environment.product_id)?
        .demands_approval(environment);
    let bypassed = request.bypass_approval && state.allowed(environment).bypasses_approval();
    if demanded && !request.is_approved() && !bypassed {
        problems.add("Approvals", "The environment demands an approval.");
    }
    problems.none()?;
    // What rules look at may have gone since they were proposed.
    let changes = rules(state, request)?;
    demand_no_circle(state, environment_id, &changes)?;
    for (setting_id, rules) in changes {
        let target = Target {
            setting_id,
            environment_id,
        };
        values::publish_because(state, at, reason.clone(), target, Rules::V2(rules))?;
    }
    Ok(())
}

fn rules(state: &State, request: &ChangeRequest) -> Result<BTreeMap<SettingId, RulesV2>, Refusal> {
    let mut problems = Problems::default();
    let mut changes = BTreeMap::new();
    for (setting_id, proposed) in &request.proposed {
        let setting = state.setting(*setting_id)?;
        let at = format!("{}.", setting.key);
        let rules = Checker::new(state, setting, request.environment_id, &mut problems)
            .rules(proposed.wanted.clone(), &at);
        changes.insert(*setting_id, rules);
    }
    problems.none()?;
    Ok(changes)
}

fn finish(
    state: &mut State,
    id: ChangeRequestId,
    at: DateTime<Utc>,
    kind: AuditLogType,
) -> Result<(), Refusal> {
    let by = state.me.clone();
    let request = state.change_request_mut(id)?;
    request.applied = Some(Done { at, by });
    let (title, reason) = (request.title.clone(), request.reason.clone());
    let (config_id, environment_id) = (request.config_id, request.environment_id);
    let scope = state.in_both(config_id, environment_id);
    state.log_because(at, reason, kind, scope, title, "");
    Ok(())
}

fn note_failure(
    state: &mut State,
    id: ChangeRequestId,
    at: DateTime<Utc>,
    kind: ChangeRequestActivityType,
    refusal: &Refusal,
) -> Result<(), Refusal> {
    let error = match &refusal.reason {
        Reason::Text(text) => text.clone(),
        Reason::Fields(fields) => {
            let messages: Vec<&str> = fields.values().flatten().map(String::as_str).collect();
            messages.join(" ")
        }
    };
    let title = state.change_request(id)?.title.clone();
    state.note(id, at, kind, title, Some(error))
}

/// Notes new issues of an open request, and that old ones are fixed.
pub(super) fn look_for_issues(
    state: &mut State,
    id: ChangeRequestId,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let request = state.change_request(id)?;
    if !request.is_open() {
        return Ok(());
    }
    let found = issues(state, request)?;
    let attention = request.needs_attention();
    let mut ids = Vec::new();
    for _ in &found {
        ids.push(i64::from(state.count()));
    }
    let request = state.change_request_mut(id)?;
    for issue in request
        .issues
        .iter_mut()
        .filter(|issue| issue.issue_fixed_at.is_none())
    {
        let lasts = |(kind, details): &(ChangeRequestIssueType, String)| {
            *kind == issue.issue_type && *details == issue.issue_details
        };
        if !found.iter().any(lasts) {
            issue.issue_fixed_at = Some(now);
        }
    }
    for ((issue_type, issue_details), change_request_issue_id) in found.into_iter().zip(ids) {
        let known = request.issues.iter().any(|issue| {
            issue.issue_fixed_at.is_none()
                && issue.issue_type == issue_type
                && issue.issue_details == issue_details
        });
        if !known {
            request.issues.push(
                ChangeRequestIssueModel::default()
                    .with_change_request_issue_id(change_request_issue_id)
                    .with_issue_details(issue_details)
                    .with_issue_detected_at(now)
                    .with_issue_type(issue_type),
            );
        }
    }
    let (title, place) = (
        request.title.clone(),
        (request.config_id, request.environment_id),
    );
    let kind = match (attention, request.needs_attention()) {
        (false, true) => Some(AuditLogType::ChangeRequestNeedsAttention),
        (true, false) => Some(AuditLogType::ChangeRequestNeedsAttentionFixed),
        _ => None,
    };
    if let Some(kind) = kind {
        let scope = state.in_both(place.0, place.1);
        state.log_because(now, None, kind, scope, title, "");
    }
    let counted = state.counted();
    state.change_request_mut(id)?.looked_at = counted;
    Ok(())
}

fn issues(
    state: &State,
    request: &ChangeRequest,
) -> Result<Vec<(ChangeRequestIssueType, String)>, Refusal> {
    let mut issues = Vec::new();
    let environment = state.environment(request.environment_id)?;
    let demands_reason = state
        .product(environment.product_id)?
        .demands_reason(environment);
    if demands_reason
        && request
            .reason
            .as_deref()
            .is_none_or(|reason| reason.trim().is_empty())
    {
        let details = "The environment demands a reason for every change.".to_string();
        issues.push((ChangeRequestIssueType::ReasonRequired, details));
    }
    for (setting_id, proposed) in &request.proposed {
        if state.in_conflict(request, *setting_id) {
            let key = &proposed.model.setting_key;
            let details = format!("`{key}` was published after the change was proposed.");
            issues.push((ChangeRequestIssueType::SettingConflict, details));
        }
    }
    let rules = request.proposed.iter();
    let rules = rules
        .map(|(id, proposed)| (*id, proposed.rules.clone()))
        .collect();
    if demand_no_circle(state, request.environment_id, &rules).is_err() {
        let details = "Settings would depend on themselves.".to_string();
        issues.push((ChangeRequestIssueType::CircularDependency, details));
    }
    Ok(issues)
}
