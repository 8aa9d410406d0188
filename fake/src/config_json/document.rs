//! The whole document: preferences, segments, and the settings with their rules.

use configcat_management::SettingValue;
use configcat_management::types::{
    ConditionModel, ConfigId, EnvironmentId, PercentageOptionModel, PrerequisiteComparator,
    RolloutPercentageItemModel, RolloutRuleModel, SegmentComparator, SegmentId, SettingType,
    TargetingRuleModel, ValueModel,
};
use serde_json::{Map, Value, json};

use super::condition::{Salt, condition_of, text_condition};
use super::hex;
use crate::call::Refusal;
use crate::state::{Rules, RulesV1, RulesV2, Setting, State};

/// The config in the environment, as SDKs read it. Downloads come from `base_url`, and nobody is sent elsewhere.
pub(super) fn of(
    state: &State,
    config_id: ConfigId,
    environment_id: EnvironmentId,
    base_url: &str,
) -> Result<Value, Refusal> {
    let salt = hex(format!("{config_id}/{environment_id}").as_bytes());
    let config = state.config(config_id)?;
    let mut writer = Writer {
        state,
        salt: &salt,
        segments: Vec::new(),
    };
    let mut settings = Map::new();
    for setting in state.settings_of(config) {
        let served = state.values.get(&(setting.id, environment_id));
        if let Some(served) = served {
            settings.insert(setting.key.clone(), writer.setting(setting, &served.rules));
        }
    }
    let segments = writer.segments()?;
    Ok(json!({
        "p": { "u": base_url, "r": 0, "s": salt },
        "s": segments,
        "f": settings,
    }))
}

struct Writer<'a> {
    state: &'a State,
    salt: &'a str,
    /// Those that rules look at, which name them by their place here.
    segments: Vec<SegmentId>,
}

impl Writer<'_> {
    fn setting(&mut self, setting: &Setting, rules: &Rules) -> Value {
        let mut written = match rules {
            Rules::V1(rules) => self.v1(setting, rules),
            Rules::V2(rules) => self.v2(setting, rules),
        };
        written["t"] = json!(match setting.setting_type {
            SettingType::Boolean => 0,
            SettingType::String => 1,
            SettingType::Int => 2,
            _ => 3,
        });
        written
    }

    fn v1(&mut self, setting: &Setting, rules: &RulesV1) -> Value {
        let mut written = served(setting, &rules.value);
        let targeting = rules.rules.iter();
        let targeting = targeting.filter_map(|rule| {
            let condition = self.rollout_condition(setting, rule)?;
            Some(json!({ "c": [condition], "s": served(setting, &rule.value) }))
        });
        written["r"] = targeting.collect();
        if !rules.items.is_empty() {
            let item =
                |item: &RolloutPercentageItemModel| share(setting, item.percentage, &item.value);
            written["p"] = rules.items.iter().map(item).collect();
        }
        written
    }

    /// `None` if the rule has not what it needs.
    fn rollout_condition(&mut self, setting: &Setting, rule: &RolloutRuleModel) -> Option<Value> {
        if let Some(id) = rule.segment_id {
            return Some(self.segment_condition(id, rule.segment_comparator.as_ref()?));
        }
        let condition = text_condition(
            rule.comparison_attribute.as_deref()?,
            rule.comparator.as_ref()?,
            rule.comparison_value.as_deref()?,
            self.salt(&setting.key),
        );
        Some(json!({ "u": condition? }))
    }

    fn v2(&mut self, setting: &Setting, rules: &RulesV2) -> Value {
        let mut written = served(setting, &plain(&rules.default));
        let attribute = rules.percentage_attribute.as_deref();
        if let Some(attribute) = attribute.filter(|attribute| !attribute.is_empty()) {
            written["a"] = json!(attribute);
        }
        let split = rules.rules.last();
        let split = split.filter(|rule| rule.conditions.is_empty() && rule.value.is_none());
        let rest = rules.rules.len() - usize::from(split.is_some());
        let targeting = rules.rules[..rest].iter();
        written["r"] = targeting.map(|rule| self.rule(setting, rule)).collect();
        if let Some(split) = split {
            written["p"] = shares(setting, &split.percentage_options);
        }
        written
    }

    fn rule(&mut self, setting: &Setting, rule: &TargetingRuleModel) -> Value {
        let conditions = rule.conditions.iter();
        let conditions = conditions.filter_map(|condition| self.condition(setting, condition));
        let conditions: Value = conditions.collect();
        match &rule.value {
            Some(value) => json!({ "c": conditions, "s": served(setting, &plain(value)) }),
            None => json!({ "c": conditions, "p": shares(setting, &rule.percentage_options) }),
        }
    }

    fn condition(&mut self, setting: &Setting, condition: &ConditionModel) -> Option<Value> {
        if let Some(user) = &condition.user_condition {
            return Some(json!({ "u": condition_of(user, self.salt(&setting.key)) }));
        }
        if let Some(segment) = &condition.segment_condition {
            return Some(self.segment_condition(segment.segment_id, &segment.comparator));
        }
        let flag = condition.prerequisite_flag_condition.as_ref()?;
        let other = self.state.settings.get(&flag.prerequisite_setting_id)?;
        let comparator = match flag.comparator {
            PrerequisiteComparator::Equals => 0,
            _ => 1,
        };
        let wanted = typed(other, &plain(&flag.prerequisite_comparison_value));
        Some(json!({ "p": { "f": other.key, "c": comparator, "v": wanted } }))
    }

    fn segment_condition(&mut self, id: SegmentId, comparator: &SegmentComparator) -> Value {
        let known = self.segments.iter().position(|known| *known == id);
        let place = known.unwrap_or_else(|| {
            self.segments.push(id);
            self.segments.len() - 1
        });
        let comparator = match comparator {
            SegmentComparator::IsIn => 0,
            _ => 1,
        };
        json!({ "s": { "s": place, "c": comparator } })
    }

    fn segments(&self) -> Result<Value, Refusal> {
        let written = |id: &SegmentId| {
            let segment = self.state.segment(*id)?;
            let salt = self.salt(&segment.name);
            let (attribute, comparator) = (&segment.attribute, &segment.comparator);
            let condition = text_condition(attribute, comparator, &segment.value, salt);
            Ok(json!({ "n": segment.name, "r": Vec::from_iter(condition) }))
        };
        self.segments.iter().map(written).collect()
    }

    fn salt<'b>(&'b self, context: &'b str) -> Salt<'b> {
        Salt {
            config: self.salt,
            context,
        }
    }
}

/// The value of a model, which always has one: it was checked when it came in.
fn plain(model: &ValueModel) -> SettingValue {
    model.value().unwrap_or_default()
}

/// A value as the setting's type has it.
fn typed(setting: &Setting, value: &SettingValue) -> Value {
    match (value, &setting.setting_type) {
        (SettingValue::Bool(value), _) => json!({ "b": value }),
        (SettingValue::String(value), _) => json!({ "s": value }),
        (SettingValue::Int(value), SettingType::Double) => json!({ "d": *value as f64 }),
        (SettingValue::Int(value), _) => json!({ "i": value }),
        (SettingValue::Double(value), _) => json!({ "d": value }),
        // A kind of value that came after this release.
        (other, _) => json!({ "s": other.to_string() }),
    }
}

/// A value, and the id by which analytics know it: the same for the same value of a setting.
fn served(setting: &Setting, value: &SettingValue) -> Value {
    let value = typed(setting, value);
    let id = hex(format!("{}={value}", setting.key).as_bytes());
    json!({ "v": value, "i": id[..8] })
}

fn share(setting: &Setting, percentage: impl Into<i64>, value: &SettingValue) -> Value {
    let mut share = served(setting, value);
    share["p"] = json!(percentage.into());
    share
}

fn shares(setting: &Setting, options: &[PercentageOptionModel]) -> Value {
    let share =
        |option: &PercentageOptionModel| share(setting, option.percentage, &plain(&option.value));
    options.iter().map(share).collect()
}
