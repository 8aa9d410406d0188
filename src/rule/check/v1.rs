//! The same for V1 configs.

use super::{Checked, not_empty, serves, switches, violation, within};
use crate::SettingValue;
use crate::rule::comparison::{Operand, version, wrong};
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
    percentages::check(shares).map_err(|wrong| wrong.at(at))?;
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
    let user = (
        &rule.comparison_attribute,
        &rule.comparator,
        &rule.comparison_value,
    );
    match (user, &rule.segment_comparator, rule.segment_id) {
        ((None, None, None), Some(_), Some(_)) => return Ok(()),
        ((Some(_), Some(_), Some(_)), None, None) => {}
        _ => {
            return violation(
                at,
                "has to have an attribute, a comparator and a value, or a segment and its comparator",
            );
        }
    }
    let at = format!("{at}.comparisonValue");
    let text = rule.comparison_value.as_deref().unwrap_or_default();
    let comparator = rule.comparator.as_ref();
    let takes = comparator.and_then(|comparator| comparator.takes());
    let limits = &seen.feature_flag_limitations;
    within(
        text.chars().count(),
        limits.max_comparison_value_length,
        "characters",
        &at,
    )?;
    if let Some(Operand::Texts | Operand::Versions) = takes {
        // Commas stand between the texts.
        let texts = text.split(',').map(str::trim);
        let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
        not_empty(texts.first().copied().unwrap_or_default(), &at)?;
        let most = limits.max_comparison_value_list_length;
        within(texts.len(), most, "texts", &at)?;
        let longest = texts.iter().map(|text| text.chars().count()).max();
        let most = limits.max_comparison_value_list_item_length;
        within(
            longest.unwrap_or_default(),
            most,
            "characters in a text",
            &at,
        )?;
    } else {
        not_empty(text, &at)?;
    }
    let checked = match takes {
        Some(Operand::Number) if !text.trim().parse().is_ok_and(f64::is_finite) => {
            Err(wrong(format!("is `{text}`; the comparator takes a number")))
        }
        Some(Operand::Version) => version(text),
        Some(Operand::Versions) => text.split(',').try_for_each(version),
        _ => Ok(()),
    };
    checked.map_err(|wrong| wrong.at(at))
}
