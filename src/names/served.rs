//! What a flag serves to whom, in the same words for V1 and V2 configs.

use std::fmt;

use serde::Serialize;

use super::change::is_for_everyone;
use crate::patch::{self, SettingValuePatch};
use crate::types::{
    ConfigSettingValueModel, SettingDataV2Model, SettingId, SettingType, SettingValueModel,
    UpdateConditionModel, UpdateRolloutRuleModel, UpdateSettingValueModel,
};
use crate::{Result, SettingValue};

/// What a flag or setting serves to whom in an environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Served {
    /// The id of the setting.
    pub setting_id: SettingId,
    /// Its key.
    pub key: String,
    /// Its type.
    pub setting_type: SettingType,
    /// What users get whom no rule catches; `None` where the type is one that this release does not know.
    pub default: Option<SettingValue>,
    /// The rules with conditions, in the order of evaluation.
    pub rules: Vec<Rule>,
    /// Which percentage of the users whom no rule catches gets which value; empty where all get the default.
    pub split: Vec<(i64, SettingValue)>,
    /// The attribute by which users are split; `None` for their identifier.
    pub split_by: Option<String>,
}

/// A rule: a value or a split for those who meet the conditions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rule {
    /// The conditions, for people to read.
    pub when: String,
    /// What is served; `None` where users are split.
    pub value: Option<SettingValue>,
    /// Which percentage of the users gets which value; empty where all get the value.
    pub split: Vec<(i64, SettingValue)>,
}

/// A flag or setting of a config with what it serves in each environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FlagValues {
    /// The key.
    pub key: String,
    /// The id.
    pub setting_id: SettingId,
    /// The type.
    pub setting_type: SettingType,
    /// The name of each environment, in the product's order, and what is served there.
    pub served: Vec<(String, Served)>,
}

impl FlagValues {
    pub(super) fn new(environment: &str, served: Served) -> Self {
        FlagValues {
            key: served.key.clone(),
            setting_id: served.setting_id,
            setting_type: served.setting_type.clone(),
            served: vec![(environment.to_string(), served)],
        }
    }
}

impl Served {
    pub(super) fn of_v2(setting: &SettingDataV2Model, seen: &impl Serialize) -> Result<Self> {
        let formula = patch::formula_of(seen)?;
        let (mut rules, mut split) = (Vec::new(), Vec::new());
        for rule in formula.targeting_rules.iter().flatten() {
            let options = rule.percentage_options.iter().flatten();
            let shares = options
                .filter_map(|option| Some((option.percentage.into(), option.value.value()?)));
            if is_for_everyone(rule) {
                split.extend(shares);
                continue;
            }
            let conditions: Vec<String> = rule.conditions.iter().flatten().map(told).collect();
            rules.push(Rule {
                when: conditions.join(" and "),
                value: rule.value.as_ref().and_then(|value| value.value()),
                split: shares.collect(),
            });
        }
        Ok(Served {
            setting_id: setting.setting_id,
            key: setting.key.clone(),
            setting_type: setting.setting_type.clone(),
            default: formula.default_value.value(),
            rules,
            split,
            split_by: formula.percentage_evaluation_attribute,
        })
    }

    pub(super) fn of_v1(seen: &SettingValueModel) -> Result<Self> {
        let UpdateSettingValueModel {
            rollout_percentage_items: items,
            rollout_rules: rules,
            value,
        } = SettingValuePatch::part(seen)?;
        let rules = rules.into_iter().map(|rule| Rule {
            when: told_v1(&rule),
            value: Some(rule.value),
            split: Vec::new(),
        });
        Ok(Served {
            setting_id: seen.setting.setting_id,
            key: seen.setting.key.clone(),
            setting_type: seen.setting.setting_type.clone(),
            default: Some(value),
            rules: rules.collect(),
            split: items
                .into_iter()
                .map(|item| (item.percentage, item.value))
                .collect(),
            split_by: None,
        })
    }

    pub(super) fn of_v1_entry(entry: &ConfigSettingValueModel) -> Result<Self> {
        let seen = SettingValueModel {
            setting: entry.setting.clone(),
            value: entry.value.clone(),
            rollout_rules: entry.rollout_rules.clone(),
            rollout_percentage_items: entry.rollout_percentage_items.clone(),
            ..SettingValueModel::default()
        };
        Served::of_v1(&seen)
    }
}

fn told(condition: &UpdateConditionModel) -> String {
    if let Some(user) = &condition.user_condition {
        let value = &user.comparison_value;
        let list = value.list_value.iter().flatten();
        let list: Vec<&str> = list.map(|item| item.value.as_str()).collect();
        let text = match (&value.string_value, value.double_value) {
            (Some(text), _) => text.clone(),
            (None, Some(number)) => number.to_string(),
            (None, None) => list.join(", "),
        };
        return format!("{} {} `{text}`", user.comparison_attribute, user.comparator);
    }
    if let Some(segment) = &condition.segment_condition {
        return format!("{} segment {}", segment.comparator, segment.segment_id);
    }
    match &condition.prerequisite_flag_condition {
        Some(flag) => {
            let value = flag.prerequisite_comparison_value.value();
            let value = value.map_or_else(|| "?".to_string(), |value| value.to_string());
            format!(
                "setting {} {} `{value}`",
                flag.prerequisite_setting_id, flag.comparator
            )
        }
        None => "an unknown condition".to_string(),
    }
}

fn told_v1(rule: &UpdateRolloutRuleModel) -> String {
    if let (Some(comparator), Some(segment)) = (&rule.segment_comparator, &rule.segment_id) {
        return format!("{comparator} segment {segment}");
    }
    let attribute = rule.comparison_attribute.as_deref().unwrap_or_default();
    let comparator = rule.comparator.as_ref().map(ToString::to_string);
    let value = rule.comparison_value.as_deref().unwrap_or_default();
    format!("{attribute} {} `{value}`", comparator.unwrap_or_default())
}

/// The key and the default in the first line, then a line for each rule and the split.
impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = self.default.as_ref().map(ToString::to_string);
        write!(f, "{}: {}", self.key, default.as_deref().unwrap_or("?"))?;
        for rule in &self.rules {
            write!(f, "\n  {}: ", rule.when)?;
            match &rule.value {
                Some(value) => write!(f, "{value}")?,
                None => shares(f, &rule.split)?,
            }
        }
        if !self.split.is_empty() {
            f.write_str("\n  everyone else: ")?;
            shares(f, &self.split)?;
        }
        Ok(())
    }
}

fn shares(f: &mut fmt::Formatter<'_>, split: &[(i64, SettingValue)]) -> fmt::Result {
    for (index, (percent, value)) in split.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(f, "{comma}{percent} % {value}")?;
    }
    Ok(())
}
