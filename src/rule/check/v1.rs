//! The same for V1 configs.

use super::{Checked, serves, switches, text, violation, within};
use crate::SettingValue;
use crate::engine::check::Violation;
use crate::rule::comparison::{Operand, version};
use crate::rule::percentages;
use crate::types::{SettingValueModel, UpdateRolloutRuleModel, UpdateSettingValueModel};

/// The first thing that the setting would not serve.
pub(crate) fn check(
    seen: &SettingValueModel,
    before: &UpdateSettingValueModel,
    wanted: &UpdateSettingValueModel,
) -> Checked {
    if wanted.value != before.value {
        value(seen, &wanted.value, "body.value")?;
    }
    let rules = &wanted.rollout_rules;
    if rules.len() > before.rollout_rules.len() {
        let most = seen.feature_flag_limitations.max_targeting_rule_count;
        within(rules.len(), most, "rules", "body.rolloutRules")?;
    }
    for (index, rule) in rules.iter().enumerate() {
        if !before.rollout_rules.contains(rule) {
            let at = format!("body.rolloutRules[{index}]");
            value(seen, &rule.value, &format!("{at}.value"))?;
            condition(seen, rule, &at)?;
        }
    }
    let items = &wanted.rollout_percentage_items;
    if *items == before.rollout_percentage_items || items.is_empty() {
        return Ok(());
    }
    let at = "body.rolloutPercentageItems";
    let most = seen.feature_flag_limitations.max_percentage_option_count;
    within(items.len(), most, "items", at)?;
    let shares = items.iter().map(|item| item.percentage);
    percentages::check(shares).map_err(|problem| Violation::new(at, problem))?;
    for (index, item) in items.iter().enumerate() {
        value(seen, &item.value, &format!("{at}[{index}].value"))?;
    }
    let values = items.iter().map(|item| item.value.clone());
    switches(&seen.setting.setting_type, values, at)
}

fn value(seen: &SettingValueModel, value: &SettingValue, at: &str) -> Checked {
    let (setting, limits) = (&seen.setting, &seen.feature_flag_limitations);
    serves(value, &setting.setting_type, setting.is_json, limits, at)
}

fn condition(seen: &SettingValueModel, rule: &UpdateRolloutRuleModel, at: &str) -> Checked {
    let (attribute, value) = (&rule.comparison_attribute, &rule.comparison_value);
    let comparator = &rule.comparator;
    let compares = [attribute.is_some(), comparator.is_some(), value.is_some()];
    let segment = [rule.segment_comparator.is_some(), rule.segment_id.is_some()];
    match (compares, segment) {
        ([false, false, false], [true, true]) => return Ok(()),
        ([true, true, true], [false, false]) => {}
        _ => {
            let problem = "has to have an attribute, a comparator and a value, or a segment";
            return violation(at, format!("{problem} and its comparator"));
        }
    }
    let at = format!("{at}.comparisonValue");
    let value = value.as_deref().unwrap_or_default();
    let limits = &seen.feature_flag_limitations;
    let takes = comparator.as_ref().and_then(|it| it.takes());
    text(value, limits.max_comparison_value_length, &at)?;
    if let Some(Operand::Texts | Operand::Versions) = takes {
        // Commas stand between the texts.
        let texts = value.split(',').map(str::trim);
        let texts = texts.filter(|text| !text.is_empty());
        let lengths: Vec<usize> = texts.map(|text| text.chars().count()).collect();
        let Some(longest) = lengths.iter().max() else {
            return violation(at, "is empty");
        };
        let most = limits.max_comparison_value_list_length;
        within(lengths.len(), most, "texts", &at)?;
        let most = limits.max_comparison_value_list_item_length;
        within(*longest, most, "characters in a text", &at)?;
    }
    let checked = match takes {
        Some(Operand::Number) if !value.trim().parse().is_ok_and(f64::is_finite) => {
            Err(format!("is `{value}`; the comparator takes a number"))
        }
        Some(Operand::Version) => version(value),
        Some(Operand::Versions) => value.split(',').try_for_each(version),
        _ => Ok(()),
    };
    checked.map_err(|problem| Violation::new(at, problem))
}
