//! What a setting would not serve, found before it is sent.
//!
//! Only what is new is checked: what the server holds already, it holds.

use super::place::is_for_everyone;
use super::{comparison, percentages};
use crate::SettingValue;
use crate::engine::check::Violation;
use crate::types::{
    FeatureFlagLimitations, SettingDataV2Model, SettingType, UpdateConditionModel,
    UpdateEvaluationFormulaModel, UpdatePercentageOptionModel, UpdateTargetingRuleModel,
    UpdateUserConditionModel, UpdateValueModel,
};

mod v1;

pub(crate) use v1::check as check_v1;

type Checked = Result<(), Violation>;

fn violation(field: impl Into<String>, problem: impl Into<String>) -> Checked {
    Err(Violation::new(field, problem))
}

/// Puts new values into the form that the setting has them in: with the id of the predefined variation that each is, and
/// decimal if the setting is.
pub(crate) fn complete(
    setting: &SettingDataV2Model,
    before: &UpdateEvaluationFormulaModel,
    wanted: &mut UpdateEvaluationFormulaModel,
) {
    let default = &mut wanted.default_value;
    if *default != before.default_value {
        complete_value(setting, default);
    }
    let known = before.targeting_rules.as_deref().unwrap_or_default();
    let rules = wanted.targeting_rules.iter_mut().flatten();
    for rule in rules.filter(|rule| !known.contains(rule)) {
        let options = rule.percentage_options.iter_mut().flatten();
        let values = options
            .map(|option| &mut option.value)
            .chain(&mut rule.value);
        values.for_each(|value| complete_value(setting, value));
    }
}

fn complete_value(setting: &SettingDataV2Model, model: &mut UpdateValueModel) {
    if let (SettingType::Double, Some(int), None) =
        (&setting.setting_type, model.int_value, model.double_value)
    {
        (model.int_value, model.double_value) = (None, Some(int.into()));
    }
    if let (None, Some(value)) = (model.predefined_variation_id, model.value()) {
        let mut variations = setting.predefined_variations.iter();
        let variation =
            variations.find(|variation| variation.value.value().as_ref() == Some(&value));
        model.predefined_variation_id =
            variation.map(|variation| variation.predefined_variation_id);
    }
}

/// What is known of the setting that a formula is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Against<'a> {
    pub(crate) setting: &'a SettingDataV2Model,
    pub(crate) limits: &'a FeatureFlagLimitations,
    pub(crate) before: &'a UpdateEvaluationFormulaModel,
}

impl Against<'_> {
    /// The first thing that the setting would not serve; `at` is where the formula stands in the request.
    pub(crate) fn check(&self, wanted: &UpdateEvaluationFormulaModel, at: &str) -> Checked {
        if wanted.default_value != self.before.default_value {
            self.value(&wanted.default_value, &format!("{at}.defaultValue"))?;
        }
        let before = self.before.targeting_rules.as_deref().unwrap_or_default();
        let rules = wanted.targeting_rules.as_deref().unwrap_or_default();
        let at = format!("{at}.targetingRules");
        if rules.len() > before.len() {
            within(
                rules.len(),
                self.limits.max_targeting_rule_count,
                "rules",
                &at,
            )?;
        }
        if rules != before {
            self.places(rules, &at)?;
        }
        for (index, rule) in rules.iter().enumerate() {
            if !before.contains(rule) {
                self.rule(rule, &format!("{at}[{index}]"))?;
            }
        }
        Ok(())
    }

    /// A split for everyone is the last rule.
    fn places(&self, rules: &[UpdateTargetingRuleModel], at: &str) -> Checked {
        let splits =
            |rule: &UpdateTargetingRuleModel| is_for_everyone(rule) && rule.value.is_none();
        match rules.iter().position(splits) {
            Some(index) if index + 1 < rules.len() => violation(
                format!("{at}[{}]", index + 1),
                "stands behind a split for everyone, so it could never apply",
            ),
            _ => Ok(()),
        }
    }

    fn rule(&self, rule: &UpdateTargetingRuleModel, at: &str) -> Checked {
        let conditions = rule.conditions.as_deref().unwrap_or_default();
        let options = rule.percentage_options.as_deref().unwrap_or_default();
        match (&rule.value, options) {
            (Some(_), [_, ..]) => {
                return violation(
                    at,
                    "serves a value and percentages; it can do one of the two",
                );
            }
            (None, []) => return violation(at, "serves neither a value nor percentages"),
            (Some(_), []) if conditions.is_empty() => {
                return violation(
                    at,
                    "serves a value to everyone; that is what the default value is for",
                );
            }
            (Some(value), []) => self.value(value, &format!("{at}.value"))?,
            (None, options) => self.options(options, &format!("{at}.percentageOptions"))?,
        }
        let at = format!("{at}.conditions");
        let most = self.limits.max_condition_per_targeting_rule_count;
        within(conditions.len(), most, "conditions", &at)?;
        for (index, condition) in conditions.iter().enumerate() {
            self.condition(condition, &format!("{at}[{index}]"))?;
        }
        Ok(())
    }

    fn options(&self, options: &[UpdatePercentageOptionModel], at: &str) -> Checked {
        within(
            options.len(),
            self.limits.max_percentage_option_count,
            "options",
            at,
        )?;
        let shares = options.iter().map(|option| i64::from(option.percentage));
        percentages::check(shares).map_err(|wrong| wrong.at(at))?;
        for (index, option) in options.iter().enumerate() {
            self.value(&option.value, &format!("{at}[{index}].value"))?;
        }
        let values = options
            .iter()
            .filter_map(|option| self.served(&option.value));
        switches(&self.setting.setting_type, values, at)
    }

    /// The value of a model, given as such or by the id of a predefined variation.
    fn served(&self, model: &UpdateValueModel) -> Option<SettingValue> {
        let mut variations = self.setting.predefined_variations.iter();
        let named = |id| variations.find(|known| known.predefined_variation_id == id);
        let value = model.value();
        value.or_else(|| model.predefined_variation_id.and_then(named)?.value.value())
    }

    fn condition(&self, condition: &UpdateConditionModel, at: &str) -> Checked {
        let UpdateConditionModel {
            prerequisite_flag_condition: flag,
            segment_condition: segment,
            user_condition: user,
        } = condition;
        match (user, segment, flag) {
            (Some(user), None, None) => {
                self.user(user, &format!("{at}.userCondition.comparisonValue"))
            }
            (None, Some(_), None) => Ok(()),
            (None, None, Some(flag)) if flag.prerequisite_setting_id == self.setting.setting_id => {
                violation(at, "looks at the setting itself")
            }
            (None, None, Some(flag)) => {
                match values_of(&flag.prerequisite_comparison_value).len() {
                    1 => Ok(()),
                    0 => violation(at, "compares with no value"),
                    more => violation(at, format!("compares with {more} values; it takes one")),
                }
            }
            _ => violation(
                at,
                "has to look at one thing: an attribute, a segment or another flag",
            ),
        }
    }

    fn user(&self, condition: &UpdateUserConditionModel, at: &str) -> Checked {
        let UpdateUserConditionModel {
            comparator,
            comparison_value: value,
            ..
        } = condition;
        comparison::fits(comparator, value).map_err(|wrong| wrong.at(at))?;
        if let Some(text) = &value.string_value {
            not_empty(text, at)?;
            let most = self.limits.max_comparison_value_length;
            within(text.chars().count(), most, "characters", at)?;
        }
        if value.list_value.as_ref().is_some_and(Vec::is_empty) {
            return violation(format!("{at}.listValue"), "is empty");
        }
        let list = value.list_value.as_deref().unwrap_or_default();
        within(
            list.len(),
            self.limits.max_comparison_value_list_length,
            "texts",
            at,
        )?;
        for (index, item) in list.iter().enumerate() {
            let most = self.limits.max_comparison_value_list_item_length;
            let at = format!("{at}.listValue[{index}].value");
            not_empty(&item.value, &at)?;
            within(item.value.chars().count(), most, "characters", &at)?;
        }
        Ok(())
    }

    fn value(&self, model: &UpdateValueModel, at: &str) -> Checked {
        let SettingDataV2Model {
            setting_type,
            is_json,
            predefined_variations: variations,
            ..
        } = self.setting;
        let mut values = values_of(model);
        for value in &values {
            serves(value, setting_type, *is_json, self.limits, at)?;
        }
        let value = values.pop();
        if !values.is_empty() {
            let problem = format!("has {} values; it takes one", values.len() + 1);
            return violation(at, problem);
        }
        let Some(id) = model.predefined_variation_id else {
            return match value {
                None => {
                    let problem = format!("has no value; the setting is of type `{setting_type}`");
                    violation(at, problem)
                }
                Some(_) if variations.is_empty() => Ok(()),
                Some(_) => violation(at, "is none of the setting's predefined variations"),
            };
        };
        let mut variations = variations.iter();
        match variations.find(|known| known.predefined_variation_id == id) {
            None => {
                let problem = "which the setting does not have";
                violation(
                    at,
                    format!("names the predefined variation {id}, {problem}"),
                )
            }
            Some(known) if value.is_some() && known.value.value() != value => violation(
                at,
                format!("is not the value of the predefined variation {id}"),
            ),
            Some(_) => Ok(()),
        }
    }
}

/// The values that a model has; it should be one.
fn values_of(model: &UpdateValueModel) -> Vec<SettingValue> {
    let text = model.string_value.clone().map(SettingValue::String);
    let fields = [
        model.bool_value.map(SettingValue::Bool),
        text,
        model.int_value.map(SettingValue::from),
        model.double_value.map(SettingValue::Double),
    ];
    fields.into_iter().flatten().collect()
}

/// Whether a setting of this type can serve a value.
fn serves(
    value: &SettingValue,
    setting_type: &SettingType,
    is_json: bool,
    limits: &FeatureFlagLimitations,
    at: &str,
) -> Checked {
    let fitting = value.clone().fitted(setting_type);
    fitting.map_err(|wrong| wrong.at(at))?;
    if is_json {
        value.is_json().map_err(|wrong| wrong.at(at))?;
    }
    if let SettingValue::String(text) = value {
        not_empty(text, at)?;
        let most = limits.max_string_flag_value_length;
        within(text.chars().count(), most, "characters", at)?;
    }
    Ok(())
}

fn not_empty(text: &str, at: &str) -> Checked {
    match text.is_empty() {
        true => violation(at, "is empty"),
        false => Ok(()),
    }
}

/// A flag is split into two options, one on and one off.
fn switches(
    setting_type: &SettingType,
    values: impl Iterator<Item = SettingValue>,
    at: &str,
) -> Checked {
    let mut values: Vec<SettingValue> = values.collect();
    values.sort_by_key(|value| *value == SettingValue::Bool(true));
    let two = values == [SettingValue::Bool(false), SettingValue::Bool(true)];
    match *setting_type == SettingType::Boolean && !two {
        true => violation(
            at,
            "splits a flag; that takes two options, one on and one off",
        ),
        false => Ok(()),
    }
}

/// A limit of zero is no limit that anybody could work with, and is not held up to anybody.
fn within(count: usize, most: i32, what: &str, at: &str) -> Checked {
    match usize::try_from(most) {
        Ok(most) if most > 0 && count > most => violation(
            at,
            format!("has {count} {what}, at most {most} are allowed"),
        ),
        _ => Ok(()),
    }
}
