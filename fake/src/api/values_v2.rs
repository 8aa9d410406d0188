//! Values of configs with evaluation version `v2`.

use std::collections::{BTreeMap, BTreeSet};

use configcat_management::types::{
    ConfigSettingFormulaModel, ConfigSettingFormulasModel, EnvironmentId, EvaluationVersion,
    SettingDataV2Model, SettingFormulaModel, SettingId, UpdateEvaluationFormulaModel,
    UpdateEvaluationFormulaWithIdModel, UpdateEvaluationFormulasModel, VersionId,
};
use http::StatusCode;
use serde_json::{Value, json};

use super::rules_v2::{Checker, demand_no_circle, prerequisites};
use super::values;
use crate::call::{Answer, Call, Problems, Refusal, read_as};
use crate::patch;
use crate::state::{Config, Rules, RulesV2, Served, Setting, State, Target};

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    answer(state, values::by_ids(state, call)?)
}

pub(super) fn get_by_sdk_key(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    answer(state, values::by_sdk_key(state, call)?)
}

pub(super) fn replace(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let target = values::by_ids(state, call)?;
    replace_target(state, call, target)
}

pub(super) fn replace_by_sdk_key(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let target = values::by_sdk_key(state, call)?;
    replace_target(state, call, target)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let target = values::by_ids(state, call)?;
    update_target(state, call, target)
}

pub(super) fn update_by_sdk_key(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let target = values::by_sdk_key(state, call)?;
    update_target(state, call, target)
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let (config, environment_id) = values::place(state, call)?;
    values::demand_version(config, EvaluationVersion::V2)?;
    let dependents = dependents(state, config, environment_id);
    let entry = |setting: &Setting| {
        let setting_id = setting.id;
        let target = Target {
            setting_id,
            environment_id,
        };
        entry(state, target, &dependents)
    };
    let environment = state.environment(environment_id)?;
    let allowed = state.allowed(environment);
    let environment = state.environment_model(environment)?;
    Answer::ok(
        &ConfigSettingFormulasModel::default()
            .with_approve_required(environment.approve_required)
            .with_can_bypass_approval(environment.approve_required && allowed.bypasses_approval())
            .with_config(state.config_model(config)?)
            .with_feature_flag_limitations(state.limitations())
            .with_read_only(allowed.is_read_only())
            .with_reason_required(environment.reason_required)
            .with_environment(environment)
            .with_setting_formulas(
                state
                    .settings_of(config)
                    .into_iter()
                    .map(entry)
                    .collect::<Result<_, _>>()?,
            ),
    )
}

/// Replaces what the listed settings serve, all of them or none.
pub(super) fn post(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let (config, environment_id) = values::place(state, call)?;
    values::demand_version(config, EvaluationVersion::V2)?;
    values::demand_reason(state, call, environment_id)?;
    values::demand_approval(state, call, environment_id)?;
    let ids = config.settings.values();
    let all = ids.filter_map(|id| state.values.get(&(*id, environment_id)));
    demand_latest(call, all.max_by_key(|served| served.version))?;
    let UpdateEvaluationFormulasModel {
        update_formulas, ..
    } = call.body()?;
    let mut problems = Problems::default();
    let mut changes = BTreeMap::new();
    for (index, entry) in update_formulas.into_iter().enumerate() {
        let UpdateEvaluationFormulaWithIdModel {
            default_value,
            percentage_evaluation_attribute,
            setting_id,
            targeting_rules,
            ..
        } = entry;
        let at = format!("UpdateFormulas[{index}].");
        let setting = setting_id.and_then(|id| state.settings.get(&id));
        let setting = setting
            .filter(|setting| setting.config_id == config.id && !changes.contains_key(&setting.id));
        let Some(setting) = setting else {
            let message = "It has to be a setting of the config that is listed once.";
            problems.add(format!("{at}SettingId"), message);
            continue;
        };
        let wanted = UpdateEvaluationFormulaModel::new(default_value)
            .with_percentage_evaluation_attribute(percentage_evaluation_attribute)
            .with_targeting_rules(targeting_rules);
        let rules = Checker::new(state, setting, environment_id, &mut problems).rules(wanted, &at);
        changes.insert(setting.id, rules);
    }
    problems.none()?;
    demand_no_circle(state, environment_id, &changes)?;
    for (setting_id, rules) in changes {
        let target = Target {
            setting_id,
            environment_id,
        };
        values::publish(state, call, target, Rules::V2(rules))?;
    }
    list(state, call)
}

fn replace_target(state: &mut State, call: &Call, target: Target) -> Result<Answer, Refusal> {
    rules(state, target)?;
    values::demand_reason(state, call, target.environment_id)?;
    values::demand_approval(state, call, target.environment_id)?;
    demand_latest(call, Some(state.served(target)?))?;
    let rules = check_wanted(state, target, call.body()?)?;
    values::publish(state, call, target, Rules::V2(rules))?;
    answer(state, target)
}

fn update_target(state: &mut State, call: &Call, target: Target) -> Result<Answer, Refusal> {
    let before = rules(state, target)?;
    values::demand_reason(state, call, target.environment_id)?;
    values::demand_approval(state, call, target.environment_id)?;
    demand_latest(call, Some(state.served(target)?))?;
    let document = json!({
        "defaultValue": before.default,
        "targetingRules": before.rules,
        "percentageEvaluationAttribute": before.percentage_attribute,
    });
    let roots = [
        "defaultValue",
        "targetingRules",
        "percentageEvaluationAttribute",
    ];
    let mut patched = patch::apply(&call.body, document.clone(), &roots)?;
    settle(&document, &mut patched);
    let wanted = read_as("UpdateEvaluationFormulaModel", &patched)?;
    let after = check_wanted(state, target, wanted)?;
    if after == *before {
        return Answer::none();
    }
    values::publish(state, call, target, Rules::V2(after))?;
    answer(state, target)
}

/// A value stands beside the id of its variation. Who patches one of the two means that one.
fn settle(before: &Value, after: &mut Value) {
    const ID: &str = "predefinedVariationId";
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let same = |name: &str| after.get(name) == before.get(name);
            let keeps_id = same(ID);
            let keeps_value = before.keys().all(|name| name == ID || same(name));
            let given = |id: bool| {
                let mut fields = after.iter();
                fields.any(|(name, field)| (name == ID) == id && !field.is_null())
            };
            let had_id = before.get(ID).is_some_and(|id| !id.is_null());
            // Where only one of them is left, there is nothing to choose.
            if had_id && given(true) && given(false) && keeps_id != keeps_value {
                after.retain(|name, _| (name == ID) == keeps_value);
            }
            for (name, value) in after {
                before
                    .get(name)
                    .into_iter()
                    .for_each(|before| settle(before, value));
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            before
                .iter()
                .zip(after)
                .for_each(|(before, after)| settle(before, after));
        }
        _ => {}
    }
}

/// What is served now, if the config has the right version.
fn rules(state: &State, target: Target) -> Result<&RulesV2, Refusal> {
    match &state.served(target)?.rules {
        Rules::V2(rules) => Ok(rules),
        Rules::V1(_) => Err(values::wrong_version(&EvaluationVersion::V1)),
    }
}

/// 409 if the caller builds on something else than the latest version.
fn demand_latest(call: &Call, latest: Option<&Served>) -> Result<(), Refusal> {
    let read: Option<VersionId> = call.query("latestVersionId")?;
    match (read, latest) {
        (Some(read), Some(latest)) if read != latest.version_id => {
            let latest = latest.version_id;
            let text = format!(
                "The value was changed after version `{read}`; its latest version is `{latest}`. Read it, and try again."
            );
            Err(Refusal::text(StatusCode::CONFLICT, text))
        }
        _ => Ok(()),
    }
}

fn check_wanted(
    state: &State,
    target: Target,
    wanted: UpdateEvaluationFormulaModel,
) -> Result<RulesV2, Refusal> {
    let mut problems = Problems::default();
    let setting = state.setting(target.setting_id)?;
    let mut checker = Checker::new(state, setting, target.environment_id, &mut problems);
    let rules = checker.rules(wanted, "");
    problems.none()?;
    let changes = BTreeMap::from([(setting.id, rules.clone())]);
    demand_no_circle(state, target.environment_id, &changes)?;
    Ok(rules)
}

/// Which settings of a config depend on which one.
fn dependents(
    state: &State,
    config: &Config,
    environment_id: EnvironmentId,
) -> BTreeMap<SettingId, Vec<SettingId>> {
    let mut dependents: BTreeMap<SettingId, Vec<SettingId>> = BTreeMap::new();
    for setting_id in config.settings.values() {
        let served = state.values.get(&(*setting_id, environment_id));
        if let Some(Rules::V2(rules)) = served.map(|served| &served.rules) {
            for prerequisite in prerequisites(rules).collect::<BTreeSet<_>>() {
                dependents
                    .entry(prerequisite)
                    .or_default()
                    .push(*setting_id);
            }
        }
    }
    dependents
}

fn answer(state: &State, target: Target) -> Result<Answer, Refusal> {
    rules(state, target)?;
    let config = state.config(state.setting(target.setting_id)?.config_id)?;
    let ConfigSettingFormulaModel {
        change_request_count,
        default_value,
        integration_links,
        last_updater_user_email,
        last_updater_user_full_name,
        last_version_id,
        percentage_evaluation_attribute,
        setting,
        setting_ids_where_prerequisite,
        setting_tags,
        targeting_rules,
        updated_at,
        ..
    } = model(state, target)?;
    let environment = state.environment(target.environment_id)?;
    let allowed = state.allowed(environment);
    let environment = state.environment_model(environment)?;
    Answer::ok(
        &SettingFormulaModel::default()
            .with_approve_required(environment.approve_required)
            .with_can_bypass_approval(environment.approve_required && allowed.bypasses_approval())
            .with_change_request_count(change_request_count)
            .with_config(state.config_model(config)?)
            .with_default_value(default_value)
            .with_feature_flag_limitations(state.limitations())
            .with_integration_links(integration_links)
            .with_last_updater_user_email(last_updater_user_email)
            .with_last_updater_user_full_name(last_updater_user_full_name)
            .with_last_version_id(last_version_id)
            .with_percentage_evaluation_attribute(percentage_evaluation_attribute)
            .with_read_only(allowed.is_read_only())
            .with_reason_required(environment.reason_required)
            .with_environment(environment)
            .with_setting(setting)
            .with_setting_ids_where_prerequisite(setting_ids_where_prerequisite)
            .with_setting_tags(setting_tags)
            .with_targeting_rules(targeting_rules)
            .with_updated_at(updated_at),
    )
}

/// What a setting serves, as lists have it.
pub(super) fn model(state: &State, target: Target) -> Result<ConfigSettingFormulaModel, Refusal> {
    let config = state.config(state.setting(target.setting_id)?.config_id)?;
    let dependents = dependents(state, config, target.environment_id);
    entry(state, target, &dependents)
}

fn entry(
    state: &State,
    target: Target,
    dependents: &BTreeMap<SettingId, Vec<SettingId>>,
) -> Result<ConfigSettingFormulaModel, Refusal> {
    let served = state.served(target)?;
    let rules = rules(state, target)?;
    let setting = state.setting(target.setting_id)?;
    let (last_updater_user_email, last_updater_user_full_name) = values::updater(state, served);
    Ok(ConfigSettingFormulaModel::default()
        .with_change_request_count(
            i32::try_from(state.proposals(target).count()).unwrap_or(i32::MAX),
        )
        .with_default_value(rules.default.clone())
        .with_integration_links(state.links_of(target))
        .with_last_updater_user_email(last_updater_user_email)
        .with_last_updater_user_full_name(last_updater_user_full_name)
        .with_last_version_id(served.version_id)
        .with_percentage_evaluation_attribute(rules.percentage_attribute.clone())
        .with_setting(data(state, setting))
        .with_setting_ids_where_prerequisite(
            dependents.get(&setting.id).cloned().unwrap_or_default(),
        )
        .with_setting_tags(state.setting_tags(setting)?)
        .with_targeting_rules(rules.rules.clone())
        .with_updated_at(served.updated_at))
}

fn data(state: &State, setting: &Setting) -> SettingDataV2Model {
    SettingDataV2Model::default()
        .with_created_at(Some(setting.created_at))
        .with_creator_email(Some(state.me.email.clone()))
        .with_creator_full_name(Some(state.me.full_name.clone()))
        .with_hint(setting.hint.clone())
        .with_is_json(setting.is_json)
        .with_is_watching(false)
        .with_key(setting.key.clone())
        .with_name(setting.name.clone())
        .with_order(setting.order)
        .with_predefined_variations(setting.variations.clone())
        .with_setting_id(setting.id)
        .with_setting_type(setting.setting_type.clone())
}
