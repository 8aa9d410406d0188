//! What change requests propose, setting by setting.

use std::collections::BTreeMap;

use configcat_management::types::{
    AuditLogType, ChangeRequestActivityType, ChangeRequestId, ChangeRequestProposedChangeModel,
    ChangeRequestProposedChangesModel, ConfigId, EnvironmentId,
    ResolveChangeRequestSettingConflictsModel, SettingId, UpdateChangeRequestProposedChangesModel,
    UpdateEvaluationFormulaModel, UpdateEvaluationFormulaWithLatestVersionModel, VersionId,
};
use http::StatusCode;

use super::super::rules_v2::{Checker, demand_no_circle};
use super::super::values_v2;
use super::{changed, dismiss_approvals, formulas, note, open};
use crate::call::{Answer, Call, Problems, Refusal};
use crate::state::change_requests::{ChangeRequest, Proposed};
use crate::state::{Rules, RulesV2, Setting, State, Target};

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let request = state.change_request(call.path("changeRequestId")?)?;
    let only: Option<SettingId> = call.query("settingId")?;
    if let Some(only) = only {
        demand(request, only)?;
    }
    let proposed = request.proposed.iter();
    let proposed = proposed.filter(|(id, _)| only.is_none_or(|only| only == **id));
    let mut changes = Vec::new();
    for (setting_id, proposed) in proposed {
        let target = Target {
            setting_id: *setting_id,
            environment_id: request.environment_id,
        };
        // A setting may have gone since the request was applied or closed.
        if state.settings.contains_key(setting_id) {
            changes.push(
                values_v2::model(state, target)?
                    .with_default_value(proposed.rules.default.clone())
                    .with_last_version_id(proposed.base)
                    .with_percentage_evaluation_attribute(
                        proposed.rules.percentage_attribute.clone(),
                    )
                    .with_targeting_rules(proposed.rules.rules.clone()),
            );
        }
    }
    Answer::ok(
        &ChangeRequestProposedChangesModel::default()
            .with_feature_flag_limitations(state.limitations())
            .with_proposed_changes(changes),
    )
}

/// Adds and replaces what is listed; the rest stays.
pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let request = open(state, call)?;
    let UpdateChangeRequestProposedChangesModel {
        forced,
        proposed_changes,
        ..
    } = call.body()?;
    let only: Option<SettingId> = call.query("settingId")?;
    if let Some(only) = only {
        demand(request, only)?;
    }
    let wanted = Wanted {
        config_id: request.config_id,
        environment_id: request.environment_id,
        known: Some(request),
        only,
        forced: forced.unwrap_or(false),
    };
    let wanted = wanted.check(state, proposed_changes)?;
    let id = request.id;
    let kind = ChangeRequestActivityType::ProposedChangesUpdated;
    put(state, call, id, wanted, kind)?;
    changed(
        state,
        call,
        id,
        AuditLogType::ChangeRequestSettingValuesUpdated,
    )
}

/// Proposes something on top of what was published in the meantime.
pub(super) fn resolve(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let request = open(state, call)?;
    let setting_id: SettingId = call.path("settingId")?;
    demand(request, setting_id)?;
    if !state.in_conflict(request, setting_id) {
        return Err(Refusal::field("SettingId", "The setting has no conflict."));
    }
    let ResolveChangeRequestSettingConflictsModel {
        proposed_change, ..
    } = call.body()?;
    let proposed_change = {
        let id = proposed_change.setting_id.unwrap_or(setting_id);
        proposed_change.with_setting_id(id)
    };
    let wanted = Wanted {
        config_id: request.config_id,
        environment_id: request.environment_id,
        known: None,
        only: Some(setting_id),
        forced: false,
    };
    let wanted = wanted.check(state, vec![proposed_change])?;
    let id = request.id;
    let kind = ChangeRequestActivityType::ConflictsResolved;
    put(state, call, id, wanted, kind)?;
    changed(
        state,
        call,
        id,
        AuditLogType::ChangeRequestSettingValueRebased,
    )
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let request = open(state, call)?;
    let setting_id: SettingId = call.path("settingId")?;
    demand(request, setting_id)?;
    let id = request.id;
    take_out(state, call, id, setting_id)
}

/// Takes what open requests propose for a setting out of them: it is gone.
pub(in crate::api) fn setting_deleted(
    state: &mut State,
    call: &Call,
    setting_id: SettingId,
) -> Result<(), Refusal> {
    let requests = state.change_requests.values();
    let touched = requests
        .filter(|request| request.is_open() && request.proposed.contains_key(&setting_id))
        .map(|request| request.id);
    for id in touched.collect::<Vec<_>>() {
        take_out(state, call, id, setting_id)?;
    }
    Ok(())
}

fn take_out(
    state: &mut State,
    call: &Call,
    id: ChangeRequestId,
    setting_id: SettingId,
) -> Result<Answer, Refusal> {
    state.change_request_mut(id)?.proposed.remove(&setting_id);
    dismiss_approvals(state, call, id)?;
    note(
        state,
        call,
        id,
        ChangeRequestActivityType::SettingDeletedFromChangeRequest,
    )?;
    changed(state, call, id, AuditLogType::ChangeRequestSettingDeleted)
}

/// 404 if a request proposes nothing for a setting.
fn demand(request: &ChangeRequest, setting_id: SettingId) -> Result<(), Refusal> {
    match request.proposed.contains_key(&setting_id) {
        true => Ok(()),
        false => Err(Refusal::unknown(
            "proposed change for the setting",
            setting_id,
        )),
    }
}

fn put(
    state: &mut State,
    call: &Call,
    id: ChangeRequestId,
    proposed: BTreeMap<SettingId, Proposed>,
    kind: ChangeRequestActivityType,
) -> Result<(), Refusal> {
    state.change_request_mut(id)?.proposed.extend(proposed);
    dismiss_approvals(state, call, id)?;
    note(state, call, id, kind)
}

/// Where changes are wanted, and on which terms.
pub(super) struct Wanted<'a> {
    pub(super) config_id: ConfigId,
    pub(super) environment_id: EnvironmentId,
    /// The request that the changes go into: what it knows of a setting keeps the version that it builds on.
    pub(super) known: Option<&'a ChangeRequest>,
    /// The one setting that may be listed.
    pub(super) only: Option<SettingId>,
    /// Builds on the latest version, whichever the caller has read.
    pub(super) forced: bool,
}

impl Wanted<'_> {
    pub(super) fn check(
        &self,
        state: &State,
        wanted: Vec<UpdateEvaluationFormulaWithLatestVersionModel>,
    ) -> Result<BTreeMap<SettingId, Proposed>, Refusal> {
        let mut problems = Problems::default();
        let mut proposed: BTreeMap<SettingId, Proposed> = BTreeMap::new();
        for (index, wanted) in wanted.into_iter().enumerate() {
            let UpdateEvaluationFormulaWithLatestVersionModel {
                default_value,
                latest_version_id,
                percentage_evaluation_attribute,
                setting_id,
                targeting_rules,
                ..
            } = wanted;
            let at = format!("ProposedChanges[{index}].");
            let setting = setting_id.and_then(|id| state.settings.get(&id));
            let setting = setting.filter(|setting| {
                setting.config_id == self.config_id
                    && !proposed.contains_key(&setting.id)
                    && self.only.is_none_or(|only| only == setting.id)
            });
            let Some(setting) = setting else {
                let message = "It has to be a setting of the config that is listed once, and the one of the path or query.";
                problems.add(format!("{at}SettingId"), message);
                continue;
            };
            let wanted = UpdateEvaluationFormulaModel::new(default_value)
                .with_percentage_evaluation_attribute(percentage_evaluation_attribute)
                .with_targeting_rules(targeting_rules);
            let base = self.base(state, setting, latest_version_id)?;
            let rules = Checker::new(state, setting, self.environment_id, &mut problems)
                .rules(wanted.clone(), &at);
            let change = self.proposed(state, setting, base, wanted, rules)?;
            proposed.insert(setting.id, change);
        }
        problems.none()?;
        let rules = |(id, proposed): (&SettingId, &Proposed)| (*id, proposed.rules.clone());
        let rules = proposed.iter().map(rules).collect();
        demand_no_circle(state, self.environment_id, &rules)?;
        Ok(proposed)
    }

    /// The version that a change builds on.
    fn base(
        &self,
        state: &State,
        setting: &Setting,
        read: Option<VersionId>,
    ) -> Result<VersionId, Refusal> {
        let latest = state.served(self.target(setting))?.version_id;
        let known = self
            .known
            .and_then(|request| request.proposed.get(&setting.id));
        match (read, known) {
            _ if self.forced => Ok(latest),
            (Some(read), _) if read != latest => Err(Refusal::text(
                StatusCode::CONFLICT,
                format!(
                    "The setting `{}` was published after version `{read}`; its latest version is `{latest}`.",
                    setting.key
                ),
            )),
            (None, Some(known)) => Ok(known.base),
            _ => Ok(latest),
        }
    }

    fn target(&self, setting: &Setting) -> Target {
        Target {
            setting_id: setting.id,
            environment_id: self.environment_id,
        }
    }

    fn proposed(
        &self,
        state: &State,
        setting: &Setting,
        base: VersionId,
        wanted: UpdateEvaluationFormulaModel,
        rules: RulesV2,
    ) -> Result<Proposed, Refusal> {
        let known = self
            .known
            .and_then(|request| request.proposed.get(&setting.id));
        let known = known.filter(|known| known.base == base);
        let original = match (known, &state.served(self.target(setting))?.rules) {
            (Some(known), _) => known.model.original_evaluation_formula.clone(),
            (None, Rules::V2(rules)) => formulas::named(state, setting, rules),
            (None, Rules::V1(_)) => formulas::named(state, setting, &rules),
        };
        Ok(Proposed {
            base,
            model: ChangeRequestProposedChangeModel::default()
                .with_has_conflict(false)
                .with_original_evaluation_formula(original)
                .with_proposed_evaluation_formula(formulas::named(state, setting, &rules))
                .with_setting_hint(setting.hint.clone())
                .with_setting_id(setting.id)
                .with_setting_key(setting.key.clone())
                .with_setting_name(setting.name.clone())
                .with_setting_type(setting.setting_type.clone()),
            wanted,
            rules,
        })
    }
}
