//! What a flag serves to whom, in the same words for V1 and V2 configs.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::{Answer, SEGMENT, SETTING, list, text};
use crate::SettingValue;
use crate::patch::read;
use crate::types::{SettingId, SettingType, ValueModel};

/// What a flag or setting serves to whom in an environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Served {
    /// The id of the setting.
    pub setting_id: SettingId,
    /// Its key.
    pub key: String,
    /// Its type.
    pub setting_type: SettingType,
    /// What users get whom no rule catches; `None` if the type is one that this release does not know.
    pub default: Option<SettingValue>,
    /// The rules with conditions, in the order of evaluation.
    pub rules: Vec<Rule>,
    /// Which percentage of the users whom no rule catches gets which value; empty if all get the default.
    pub split: Vec<(i64, SettingValue)>,
    /// The attribute by which users are split; `None` for their identifier.
    pub split_by: Option<String>,
}

/// A rule: a value or a split for those who meet the conditions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rule {
    /// The conditions, for people to read.
    pub when: String,
    /// What is served; `None` if users are split.
    pub value: Option<SettingValue>,
    /// Which percentage of the users gets which value; empty if all get the value.
    pub split: Vec<(i64, SettingValue)>,
}

/// A flag or setting of a config with what it serves in each environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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

impl Served {
    /// V1 writes the split beside the rules, and V2 as the rule without conditions.
    pub(super) fn of(answer: &Answer) -> Self {
        let (document, setting) = (&answer.document, &answer.setting);
        let of_v1 = list(&document["rolloutRules"]).map(|rule| (condition_text(rule), rule));
        let of_v2 = list(&document["targetingRules"]).map(|rule| {
            let conditions: Vec<String> = list(&rule["conditions"]).map(condition_text).collect();
            (conditions.join(" and "), rule)
        });
        let mut served = Served {
            setting_id: setting.setting_id,
            key: setting.key.clone(),
            setting_type: setting.setting_type.clone(),
            default: value(&document["defaultValue"]).or_else(|| value(&document["value"])),
            rules: Vec::new(),
            split: shares_of(&document["rolloutPercentageItems"]),
            split_by: document.get("percentageEvaluationAttribute").map(text),
        };
        for (when, rule) in of_v1.chain(of_v2) {
            let (value, split) = (value(&rule["value"]), shares_of(&rule["percentageOptions"]));
            match when.is_empty() {
                true => served.split.extend(split),
                false => served.rules.push(Rule { when, value, split }),
            }
        }
        served
    }

    /// Who gets which value of those whom no rule catches; `None` if all get the default.
    pub(super) fn split_text(&self) -> Option<String> {
        let by = self.split_by.as_ref().map(|by| format!(" by {by}"));
        let split = shares(&self.split) + &by.unwrap_or_default();
        (!split.is_empty()).then_some(split)
    }
}

/// A value for people to read.
pub(super) fn show(value: Option<SettingValue>) -> String {
    value.map_or_else(|| "?".to_string(), |value| value.to_string())
}

/// V1 has the bare value, V2 an object with a field for each type.
fn value(written: &Value) -> Option<SettingValue> {
    match written.is_object() {
        true => read::<ValueModel>(written).ok()?.value(),
        false => read(written).ok(),
    }
}

fn shares_of(options: &Value) -> Vec<(i64, SettingValue)> {
    let share = |option: &Value| Some((option["percentage"].as_i64()?, value(&option["value"])?));
    list(options).filter_map(share).collect()
}

/// A condition of V2, or a rule of V1, which is one, in the words of V2.
fn condition_text(condition: &Value) -> String {
    let mut fields = condition.as_object().into_iter().flat_map(Map::values);
    let condition = fields.find(|it| it.is_object()).unwrap_or(condition);
    let word = |name: &str| condition.get(name).map(text).unwrap_or_default();
    let comparator = word("comparator") + &word("segmentComparator");
    if condition.get(SEGMENT).is_some() {
        return format!("{comparator} segment `{}`", word(SEGMENT));
    }
    if condition.get(SETTING).is_some() {
        let value = show(value(&condition["prerequisiteComparisonValue"]));
        return format!("setting `{}` {comparator} `{value}`", word(SETTING));
    }
    let comparator = match &*comparator {
        "contains" | "doesNotContain" => comparator + "AnyOf",
        _ => comparator,
    };
    let compared = &condition["comparisonValue"];
    let texts: Vec<String> = match compared.as_str() {
        // V1 writes a list with commas.
        Some(texts) if comparator.ends_with("OneOf") => {
            texts.split(',').map(|it| it.trim().to_string()).collect()
        }
        Some(text) => vec![text.to_string()],
        None => {
            let texts = list(&compared["listValue"]).map(|item| &item["value"]);
            let others = ["stringValue", "doubleValue"].into_iter();
            let others = others.filter_map(|kind| compared.get(kind));
            texts.chain(others).map(|it| show(value(it))).collect()
        }
    };
    let (attribute, texts) = (word("comparisonAttribute"), texts.join("`, `"));
    format!("{attribute} {comparator} `{texts}`")
}

/// The key and the default in the first line, then a line for each rule and the split.
impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, show(self.default.clone()))?;
        for rule in &self.rules {
            write!(f, "\n  {rule}")?;
        }
        match self.split.as_slice() {
            [] => Ok(()),
            split => write!(f, "\n  everyone else: {}", shares(split)),
        }
    }
}

/// The conditions and what is served.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}: {value}", self.when),
            None => write!(f, "{}: {}", self.when, shares(&self.split)),
        }
    }
}

fn shares(split: &[(i64, SettingValue)]) -> String {
    let share = |(percent, value): &(i64, SettingValue)| format!("{percent} % {value}");
    split.iter().map(share).collect::<Vec<_>>().join(", ")
}
