//! Predefined variations of a setting.

use std::collections::BTreeMap;

use configcat_management::types::{
    AuditLogType, CreatePredefinedVariationModel, CreatePredefinedVariationValueModel,
    EnvironmentId, EvaluationVersion, PredefinedVariationChangeRequestUsageModel,
    PredefinedVariationEnvironmentModel, PredefinedVariationId, PredefinedVariationModel,
    PredefinedVariationUsageModel, PredefinedVariationWithUsagesModel, PredefinedVariationsModel,
    PredefinedVariationsWithUsagesModel, SettingId, SettingType, UpdatePredefinedVariationModel,
    UpdatePredefinedVariationValueModel, UpdatePredefinedVariationsRequest, ValueModel,
};
use uuid::Uuid;

use super::values::{self, Choice};
use crate::call::{Answer, Call, Problems, Refusal, new_id};
use crate::state::{Config, MAX_PREDEFINED_VARIATIONS, Rules, RulesV2, Setting, State};

/// Notes a problem if a setting of a V1 config is to have variations.
pub(super) fn demand_v2<T>(config: &Config, wanted: &[T], problems: &mut Problems) {
    if config.evaluation_version == EvaluationVersion::V1 && !wanted.is_empty() {
        let message = "Only V2 Configs can have settings with predefined variations.";
        problems.add("PredefinedVariations", message);
    }
}

/// The variations of a new setting. They count only if no problem was noted.
pub(super) fn new(
    wanted: Vec<CreatePredefinedVariationModel>,
    setting_type: &SettingType,
    is_json: bool,
    problems: &mut Problems,
) -> Vec<PredefinedVariationModel> {
    let update = |wanted: CreatePredefinedVariationModel| {
        let CreatePredefinedVariationModel {
            hint, name, value, ..
        } = wanted;
        let CreatePredefinedVariationValueModel {
            bool_value,
            double_value,
            int_value,
            string_value,
            ..
        } = value;
        UpdatePredefinedVariationModel::new(
            UpdatePredefinedVariationValueModel::new()
                .with_bool_value(bool_value)
                .with_double_value(double_value)
                .with_int_value(int_value)
                .with_string_value(string_value),
        )
        .with_hint(hint)
        .with_name(name)
    };
    check(
        wanted.into_iter().map(update).collect(),
        setting_type,
        is_json,
        problems,
    )
}

fn check(
    wanted: Vec<UpdatePredefinedVariationModel>,
    setting_type: &SettingType,
    is_json: bool,
    problems: &mut Problems,
) -> Vec<PredefinedVariationModel> {
    if values::too_many(wanted.len(), MAX_PREDEFINED_VARIATIONS) {
        let message = format!("At most {MAX_PREDEFINED_VARIATIONS} are allowed.");
        problems.add("PredefinedVariations", message);
    }
    let mut variations: Vec<PredefinedVariationModel> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (index, wanted) in wanted.into_iter().enumerate() {
        let UpdatePredefinedVariationModel {
            hint,
            name,
            predefined_variation_id,
            value,
            ..
        } = wanted;
        let UpdatePredefinedVariationValueModel {
            bool_value,
            double_value,
            int_value,
            string_value,
            ..
        } = value;
        let choice = Choice {
            bool_value,
            double_value,
            int_value,
            string_value,
        };
        let at = format!("PredefinedVariations[{index}].Value");
        let Some(value) = choice.value(setting_type, is_json, &at, problems) else {
            continue;
        };
        // Without a name, the value is the name.
        let effective = name.clone().unwrap_or_else(|| value.to_string());
        let name_at = format!("PredefinedVariations[{index}].Name");
        if effective.trim().is_empty() {
            problems.add(&*name_at, "It must not be empty.");
        }
        problems.demand_unique(&name_at, Some(&effective), names.iter().map(String::as_str));
        names.push(effective);
        let value = values::variation_value(&value);
        if variations.iter().any(|variation| variation.value == value) {
            problems.add(at, "Another variation has the same value.");
        }
        let id = predefined_variation_id.unwrap_or_else(new_id);
        let is_taken = |known: &PredefinedVariationModel| known.predefined_variation_id == id;
        if variations.iter().any(is_taken) {
            let at = format!("PredefinedVariations[{index}].PredefinedVariationId");
            problems.add(at, "Another variation has the same id.");
        }
        variations.push(
            PredefinedVariationModel::default()
                .with_hint(hint)
                .with_name(name)
                .with_predefined_variation_id(id)
                .with_value(value),
        );
    }
    variations
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let setting = state.setting(call.path("settingId")?)?;
    let mut usages = usages(state, setting)?;
    let config = state.config(setting.config_id)?;
    let environments = state.environments_of(config.product_id).into_iter();
    let variation = |variation: &PredefinedVariationModel| {
        PredefinedVariationWithUsagesModel::default()
            .with_change_request_usages(proposals_for(
                state,
                setting,
                variation.predefined_variation_id,
            ))
            .with_change_request_usages_in_other_environments(0)
            .with_hint(variation.hint.clone())
            .with_name(variation.name.clone())
            .with_predefined_variation_id(variation.predefined_variation_id)
            .with_usages(
                usages
                    .remove(&variation.predefined_variation_id)
                    .unwrap_or_default(),
            )
            .with_usages_in_other_environments(0)
            .with_value(variation.value.clone())
    };
    Answer::ok(
        &PredefinedVariationsWithUsagesModel::default()
            .with_environments(
                environments
                    .map(|environment| {
                        PredefinedVariationEnvironmentModel::default()
                            .with_access_type(state.allowed(environment).access)
                            .with_environment_id(environment.id)
                            .with_name(environment.name.clone())
                    })
                    .collect(),
            )
            .with_max_predefined_variations(MAX_PREDEFINED_VARIATIONS)
            .with_predefined_variations(setting.variations.iter().map(variation).collect())
            .with_setting_key(setting.key.clone())
            .with_setting_type(setting.setting_type.clone()),
    )
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let setting = state.setting(call.path("settingId")?)?;
    let UpdatePredefinedVariationsRequest {
        predefined_variations,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    for (index, wanted) in predefined_variations.iter().enumerate() {
        let known = |id: PredefinedVariationId| {
            setting
                .variations
                .iter()
                .any(|v| v.predefined_variation_id == id)
        };
        if wanted.predefined_variation_id.is_some_and(|id| !known(id)) {
            let at = format!("PredefinedVariations[{index}].PredefinedVariationId");
            problems.add(at, "The setting has no such predefined variation.");
        }
    }
    let (setting_type, is_json) = (&setting.setting_type, setting.is_json);
    let wanted = check(predefined_variations, setting_type, is_json, &mut problems);
    for used in usages(state, setting)?.into_keys() {
        let same =
            |variation: &&PredefinedVariationModel| variation.predefined_variation_id == used;
        let before = setting
            .variations
            .iter()
            .find(same)
            .map(|variation| &variation.value);
        let after = wanted.iter().find(same).map(|variation| &variation.value);
        if before != after {
            let message = match after {
                Some(_) => format!("The variation `{used}` is in use; its value cannot change."),
                None => format!("Can not remove predefined variations: `{used}` is in use."),
            };
            problems.add("PredefinedVariations", message);
        }
    }
    if setting.variations.is_empty() && !wanted.is_empty() {
        let message = "The setting serves free values; variations come with its creation.";
        problems.add("PredefinedVariations", message);
    }
    problems.none()?;
    let model = |variations: &[PredefinedVariationModel]| {
        PredefinedVariationsModel::default()
            .with_max_predefined_variations(MAX_PREDEFINED_VARIATIONS)
            .with_predefined_variations(variations.to_vec())
    };
    let (before, after) = (model(&setting.variations), model(&wanted));
    let (id, key) = (setting.id, setting.key.clone());
    let scope = state.in_config(setting.config_id);
    state.setting_mut(id)?.variations = wanted;
    let kind = AuditLogType::PredefinedVariationsChanged;
    state.log_change(call, kind, scope, key, (&before, &after));
    Answer::ok(&after)
}

/// Where the variations of a setting are served, and compared with by settings that depend on it.
fn usages(
    state: &State,
    setting: &Setting,
) -> Result<BTreeMap<PredefinedVariationId, Vec<PredefinedVariationUsageModel>>, Refusal> {
    let mut usages: BTreeMap<PredefinedVariationId, Vec<PredefinedVariationUsageModel>> =
        BTreeMap::new();
    for setting_id in state.config(setting.config_id)?.settings.values() {
        let everywhere =
            (*setting_id, EnvironmentId(Uuid::nil()))..=(*setting_id, EnvironmentId(Uuid::max()));
        for ((_, environment_id), served) in state.values.range(everywhere) {
            let mut used: Vec<PredefinedVariationId> = match &served.rules {
                Rules::V1(rules) if *setting_id == setting.id => {
                    let items = rules.items.iter().map(|item| &item.value);
                    let values = rules.rules.iter().map(|rule| &rule.value).chain(items);
                    let values = values.chain([&rules.value]);
                    values
                        .filter_map(|value| values::model(setting, value).predefined_variation_id)
                        .collect()
                }
                Rules::V1(_) => Vec::new(),
                Rules::V2(rules) => variations_in(setting, *setting_id, rules),
            };
            used.sort();
            used.dedup();
            for id in used {
                usages.entry(id).or_default().push(
                    PredefinedVariationUsageModel::default()
                        .with_environment_id(*environment_id)
                        .with_setting_id(*setting_id),
                );
            }
        }
    }
    Ok(usages)
}

/// The variations of a setting that the V2 rules of a setting, which may be the same, serve or compare with.
fn variations_in(
    setting: &Setting,
    setting_id: SettingId,
    rules: &RulesV2,
) -> Vec<PredefinedVariationId> {
    let serves = setting_id == setting.id;
    let default = serves.then_some(&rules.default);
    let in_rules = rules.rules.iter().flat_map(|rule| {
        let options = rule.percentage_options.iter().map(|option| &option.value);
        let served = options.chain(&rule.value).filter(move |_| serves);
        let conditions = rule.conditions.iter();
        let conditions =
            conditions.filter_map(|condition| condition.prerequisite_flag_condition.as_ref());
        let compared = conditions
            .filter(|condition| condition.prerequisite_setting_id == setting.id)
            .map(|condition| &condition.prerequisite_comparison_value);
        served.chain(compared)
    });
    let values = default.into_iter().chain(in_rules);
    let ids = values.filter_map(|value: &ValueModel| value.predefined_variation_id);
    ids.collect()
}

/// Where open change requests propose to serve a variation, or to compare with it.
fn proposals_for(
    state: &State,
    setting: &Setting,
    variation_id: PredefinedVariationId,
) -> Vec<PredefinedVariationChangeRequestUsageModel> {
    let mut usages = Vec::new();
    let open = state
        .change_requests
        .values()
        .filter(|request| request.is_open());
    for request in open.filter(|request| request.config_id == setting.config_id) {
        for (setting_id, proposed) in &request.proposed {
            if variations_in(setting, *setting_id, &proposed.rules).contains(&variation_id) {
                usages.push(
                    PredefinedVariationChangeRequestUsageModel::default()
                        .with_change_request_id(request.id)
                        .with_change_request_title(request.title.clone())
                        .with_environment_id(request.environment_id)
                        .with_setting_id(*setting_id),
                );
            }
        }
    }
    usages
}
