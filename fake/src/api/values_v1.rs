//! Values of configs with evaluation version `v1`.

use std::collections::BTreeSet;

use configcat_management::SettingValue;
use configcat_management::types::{
    ConfigSettingValueModel, ConfigSettingValuesModel, EvaluationVersion,
    RolloutPercentageItemModel, RolloutRuleModel, SettingDataModel, SettingValueModel,
    UpdateRolloutPercentageItemModel, UpdateRolloutRuleModel, UpdateSettingValueModel,
    UpdateSettingValueWithSettingIdModel, UpdateSettingValuesWithIdModel,
};
use serde_json::json;

use super::{compared, values};
use crate::call::{Answer, Call, Problems, Refusal, read_as};
use crate::patch;
use crate::state::{Rules, RulesV1, Served, Setting, State, Target};

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
    values::demand_version(config, EvaluationVersion::V1)?;
    let entry = |setting: &Setting| {
        let setting_id = setting.id;
        let target = Target {
            setting_id,
            environment_id,
        };
        entry(state, target)
    };
    let environment = state.environment(environment_id)?;
    Answer::ok(
        &ConfigSettingValuesModel::default()
            .with_config(state.config_model(config)?)
            .with_environment(state.environment_model(environment)?)
            .with_feature_flag_limitations(state.limitations())
            .with_read_only(state.allowed(environment).is_read_only())
            .with_setting_values(
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
    values::demand_version(config, EvaluationVersion::V1)?;
    values::demand_reason(state, call, environment_id)?;
    let UpdateSettingValuesWithIdModel { setting_values, .. } = call.body()?;
    let mut problems = Problems::default();
    let mut changes = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, entry) in setting_values.into_iter().enumerate() {
        let UpdateSettingValueWithSettingIdModel {
            rollout_percentage_items,
            rollout_rules,
            setting_id,
            value,
            ..
        } = entry;
        let at = format!("SettingValues[{index}].");
        let setting = setting_id.and_then(|id| state.settings.get(&id));
        let setting =
            setting.filter(|setting| setting.config_id == config.id && seen.insert(setting.id));
        let Some(setting) = setting else {
            let message = "It has to be a setting of the config that is listed once.";
            problems.add(format!("{at}SettingId"), message);
            continue;
        };
        let wanted = UpdateSettingValueModel::new(value)
            .with_rollout_percentage_items(rollout_percentage_items)
            .with_rollout_rules(rollout_rules);
        let target = Target {
            setting_id: setting.id,
            environment_id,
        };
        let kept = rules(state, target).ok().map(|before| &before.value);
        changes.push((
            target,
            check(state, setting, wanted, kept, &at, &mut problems),
        ));
    }
    problems.none()?;
    for (target, rules) in changes {
        values::publish(state, call, target, Rules::V1(rules))?;
    }
    list(state, call)
}

fn replace_target(state: &mut State, call: &Call, target: Target) -> Result<Answer, Refusal> {
    rules(state, target)?;
    values::demand_reason(state, call, target.environment_id)?;
    let rules = check_wanted(state, target, call.body()?)?;
    values::publish(state, call, target, Rules::V1(rules))?;
    answer(state, target)
}

fn update_target(state: &mut State, call: &Call, target: Target) -> Result<Answer, Refusal> {
    let before = rules(state, target)?;
    values::demand_reason(state, call, target.environment_id)?;
    let document = json!({
        "value": before.value,
        "rolloutRules": before.rules,
        "rolloutPercentageItems": before.items,
    });
    let roots = ["value", "rolloutRules", "rolloutPercentageItems"];
    let document = patch::apply(&call.body, document, &roots)?;
    let wanted = read_as("UpdateSettingValueModel", &document)?;
    let after = check_wanted(state, target, wanted)?;
    if after == *before {
        return Answer::none();
    }
    values::publish(state, call, target, Rules::V1(after))?;
    answer(state, target)
}

/// What is served now, if the config has the right version.
fn rules(state: &State, target: Target) -> Result<&RulesV1, Refusal> {
    match &state.served(target)?.rules {
        Rules::V1(rules) => Ok(rules),
        Rules::V2(_) => Err(values::wrong_version(&EvaluationVersion::V2)),
    }
}

fn check_wanted(
    state: &State,
    target: Target,
    wanted: UpdateSettingValueModel,
) -> Result<RulesV1, Refusal> {
    let setting = state.setting(target.setting_id)?;
    let before = rules(state, target)?;
    let mut problems = Problems::default();
    let rules = check(
        state,
        setting,
        wanted,
        Some(&before.value),
        "",
        &mut problems,
    );
    problems.none()?;
    Ok(rules)
}

/// The rules that are wanted. They count only if no problem was noted.
fn check(
    state: &State,
    setting: &Setting,
    wanted: UpdateSettingValueModel,
    kept: Option<&SettingValue>,
    at: &str,
    problems: &mut Problems,
) -> RulesV1 {
    let UpdateSettingValueModel {
        rollout_percentage_items,
        rollout_rules,
        value,
        ..
    } = wanted;
    let mut accept = |value: SettingValue, at: String| {
        let fallback = value.clone();
        values::accept(setting, value).unwrap_or_else(|message| {
            problems.add(at, message);
            fallback
        })
    };
    let value = match kept.filter(|kept| **kept == value) {
        Some(kept) => kept.clone(),
        None => accept(value, format!("{at}Value")),
    };
    let mut items = Vec::new();
    for (index, item) in rollout_percentage_items.into_iter().enumerate() {
        let UpdateRolloutPercentageItemModel {
            percentage, value, ..
        } = item;
        let value = accept(value, format!("{at}RolloutPercentageItems[{index}].Value"));
        items.push(
            RolloutPercentageItemModel::default()
                .with_percentage(percentage)
                .with_value(value),
        );
    }
    let mut rules = Vec::new();
    for (index, rule) in rollout_rules.into_iter().enumerate() {
        let UpdateRolloutRuleModel {
            comparator,
            comparison_attribute,
            comparison_value,
            segment_comparator,
            segment_id,
            value,
            ..
        } = rule;
        let value = accept(value, format!("{at}RolloutRules[{index}].Value"));
        rules.push(
            RolloutRuleModel::default()
                .with_comparator(comparator)
                .with_comparison_attribute(comparison_attribute)
                .with_comparison_value(comparison_value)
                .with_segment_comparator(segment_comparator)
                .with_segment_id(segment_id)
                .with_value(value),
        );
    }
    for (index, rule) in rules.iter().enumerate() {
        check_rule(
            state,
            setting,
            rule,
            &format!("{at}RolloutRules[{index}]"),
            problems,
        );
    }
    let percentages = items.iter().map(|item| item.percentage);
    values::check_percentages(
        percentages,
        &format!("{at}RolloutPercentageItems"),
        problems,
    );
    if !items.is_empty() {
        let values = items.iter().map(|item| &item.value);
        let at = format!("{at}RolloutPercentageItems");
        values::check_switches(setting, values, &at, problems);
    }
    for (name, count, most) in [
        (
            "RolloutRules",
            rules.len(),
            state.limitations().max_targeting_rule_count,
        ),
        (
            "RolloutPercentageItems",
            items.len(),
            state.limitations().max_percentage_option_count,
        ),
    ] {
        if values::too_many(count, most) {
            problems.add(
                format!("{at}{name}"),
                format!("It has more than {most} entries."),
            );
        }
    }
    RulesV1 {
        value,
        rules,
        items,
    }
}

/// A rule compares an attribute, or looks at a segment.
fn check_rule(
    state: &State,
    setting: &Setting,
    rule: &RolloutRuleModel,
    at: &str,
    problems: &mut Problems,
) {
    let comparison = [
        ("Comparator", rule.comparator.is_some()),
        (
            "ComparisonAttribute",
            rule.comparison_attribute
                .as_ref()
                .is_some_and(|it| !it.is_empty()),
        ),
        ("ComparisonValue", rule.comparison_value.is_some()),
    ];
    let segment = [
        ("SegmentComparator", rule.segment_comparator.is_some()),
        ("SegmentId", rule.segment_id.is_some()),
    ];
    let compares = comparison.iter().any(|(_, given)| *given);
    let looks = segment.iter().any(|(_, given)| *given);
    if compares && looks {
        problems.add(
            at,
            "A rule compares an attribute or looks at a segment, not both.",
        );
        return;
    }
    let needs = if looks { &segment[..] } else { &comparison[..] };
    for (name, _) in needs.iter().filter(|(_, given)| !given) {
        problems.add(format!("{at}.{name}"), "The rule needs it.");
    }
    if let (Some(comparator), Some(text)) = (&rule.comparator, &rule.comparison_value) {
        compared::check(
            state,
            comparator,
            text,
            &format!("{at}.ComparisonValue"),
            problems,
        );
    }
    if let Some(id) = rule.segment_id
        && !state.offers_segment(setting.config_id, id)
    {
        let message = format!("The product has no segment `{id}`.");
        problems.add(format!("{at}.SegmentId"), message);
    }
}

fn answer(state: &State, target: Target) -> Result<Answer, Refusal> {
    rules(state, target)?;
    let setting = state.setting(target.setting_id)?;
    let ConfigSettingValueModel {
        integration_links,
        last_updater_user_email,
        last_updater_user_full_name,
        rollout_percentage_items,
        rollout_rules,
        setting: setting_data,
        setting_tags,
        updated_at,
        value,
        ..
    } = entry(state, target)?;
    let environment = state.environment(target.environment_id)?;
    Answer::ok(
        &SettingValueModel::default()
            .with_config(state.config_model(state.config(setting.config_id)?)?)
            .with_environment(state.environment_model(environment)?)
            .with_feature_flag_limitations(state.limitations())
            .with_integration_links(integration_links)
            .with_last_updater_user_email(last_updater_user_email)
            .with_last_updater_user_full_name(last_updater_user_full_name)
            .with_read_only(state.allowed(environment).is_read_only())
            .with_rollout_percentage_items(rollout_percentage_items)
            .with_rollout_rules(rollout_rules)
            .with_setting(setting_data)
            .with_setting_tags(setting_tags)
            .with_updated_at(updated_at)
            .with_value(value),
    )
}

fn entry(state: &State, target: Target) -> Result<ConfigSettingValueModel, Refusal> {
    let served: &Served = state.served(target)?;
    let rules = rules(state, target)?;
    let setting = state.setting(target.setting_id)?;
    let (last_updater_user_email, last_updater_user_full_name) = values::updater(state, served);
    Ok(ConfigSettingValueModel::default()
        .with_integration_links(state.links_of(target))
        .with_last_updater_user_email(last_updater_user_email)
        .with_last_updater_user_full_name(last_updater_user_full_name)
        .with_rollout_percentage_items(rules.items.clone())
        .with_rollout_rules(rules.rules.clone())
        .with_setting(data(state, setting))
        .with_setting_tags(state.setting_tags(setting)?)
        .with_updated_at(served.updated_at)
        .with_value(rules.value.clone()))
}

pub(super) fn data(state: &State, setting: &Setting) -> SettingDataModel {
    SettingDataModel::default()
        .with_created_at(Some(setting.created_at))
        .with_creator_email(Some(state.me.email.clone()))
        .with_creator_full_name(Some(state.me.full_name.clone()))
        .with_hint(setting.hint.clone())
        .with_is_json(setting.is_json)
        .with_is_watching(false)
        .with_key(setting.key.clone())
        .with_name(setting.name.clone())
        .with_order(setting.order)
        .with_setting_id(setting.id)
        .with_setting_type(setting.setting_type.clone())
}
