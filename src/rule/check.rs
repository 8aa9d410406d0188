//! What a setting would not serve, found before it is sent.
//!
//! Only what is new is checked: what the server holds already, it holds.

use super::comparison::{self, Operand, version};
use super::percentages;
use crate::SettingValue;
use crate::engine::check::Violation;
use crate::types::{
    FeatureFlagLimitations, PredefinedVariationId, PredefinedVariationModel, SettingDataV2Model,
    SettingType, SettingValueModel, UpdateConditionModel, UpdateEvaluationFormulaModel,
    UpdatePercentageOptionModel, UpdateRolloutRuleModel, UpdateSettingValueModel,
    UpdateTargetingRuleModel, UpdateUserConditionModel, UpdateValueModel,
};

type Checked = Result<(), Violation>;

fn violation(field: impl Into<String>, problem: impl Into<String>) -> Checked {
    Err(Violation::new(field, problem))
}

/// Whether a rule has no condition.
pub(crate) fn is_for_everyone(rule: &UpdateTargetingRuleModel) -> bool {
    rule.conditions.as_ref().is_none_or(Vec::is_empty)
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
        let values = options.map(|option| &mut option.value);
        let values = values.chain(&mut rule.value);
        values.for_each(|value| complete_value(setting, value));
    }
}

fn complete_value(setting: &SettingDataV2Model, model: &mut UpdateValueModel) {
    if setting.setting_type == SettingType::Double && model.double_value.is_none() {
        model.double_value = model.int_value.take().map(f64::from);
    }
    if let (None, Some(value)) = (model.predefined_variation_id, model.value()) {
        let mut variations = setting.predefined_variations.iter();
        let variation = variations.find(|known| known.value.value().as_ref() == Some(&value));
        model.predefined_variation_id = variation.map(|known| known.predefined_variation_id);
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
            let most = self.limits.max_targeting_rule_count;
            within(rules.len(), most, "rules", &at)?;
        }
        let splits_everyone =
            |rule: &UpdateTargetingRuleModel| is_for_everyone(rule) && rule.value.is_none();
        if rules != before
            && let Some(index) = rules.iter().position(splits_everyone)
            && index + 1 < rules.len()
        {
            let problem = "stands behind a split for everyone, so it could never apply";
            return violation(format!("{at}[{}]", index + 1), problem);
        }
        for (index, rule) in rules.iter().enumerate() {
            if !before.contains(rule) {
                self.rule(rule, &format!("{at}[{index}]"))?;
            }
        }
        Ok(())
    }

    fn rule(&self, rule: &UpdateTargetingRuleModel, at: &str) -> Checked {
        let conditions = rule.conditions.as_deref().unwrap_or_default();
        let options = rule.percentage_options.as_deref().unwrap_or_default();
        let problem = match (&rule.value, options) {
            (Some(_), [_, ..]) => "serves a value and percentages; it can do one of the two",
            (None, []) => "serves neither a value nor percentages",
            (Some(_), []) if conditions.is_empty() => {
                "serves a value to everyone; that is what the default value is for"
            }
            (Some(value), []) => {
                self.value(value, &format!("{at}.value"))?;
                return self.conditions(conditions, &format!("{at}.conditions"));
            }
            (None, options) => {
                self.options(options, &format!("{at}.percentageOptions"))?;
                return self.conditions(conditions, &format!("{at}.conditions"));
            }
        };
        violation(at, problem)
    }

    fn options(&self, options: &[UpdatePercentageOptionModel], at: &str) -> Checked {
        let most = self.limits.max_percentage_option_count;
        within(options.len(), most, "options", at)?;
        let shares = options.iter().map(|option| i64::from(option.percentage));
        percentages::check(shares).map_err(|problem| Violation::new(at, problem))?;
        for (index, option) in options.iter().enumerate() {
            self.value(&option.value, &format!("{at}[{index}].value"))?;
        }
        let values = options.iter().filter_map(|option| {
            // Given as such, or by the id of a predefined variation.
            let id = option.value.predefined_variation_id;
            let value = option.value.value();
            value.or_else(|| self.variation(id?)?.value.value())
        });
        switches(&self.setting.setting_type, values, at)
    }

    fn variation(&self, id: PredefinedVariationId) -> Option<&PredefinedVariationModel> {
        let mut variations = self.setting.predefined_variations.iter();
        variations.find(|known| known.predefined_variation_id == id)
    }

    fn conditions(&self, conditions: &[UpdateConditionModel], at: &str) -> Checked {
        let most = self.limits.max_condition_per_targeting_rule_count;
        within(conditions.len(), most, "conditions", at)?;
        for (index, condition) in conditions.iter().enumerate() {
            self.condition(condition, &format!("{at}[{index}]"))?;
        }
        Ok(())
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
            (None, None, Some(flag)) => match flag.prerequisite_comparison_value.values().count() {
                1 => Ok(()),
                0 => violation(at, "compares with no value"),
                more => violation(at, format!("compares with {more} values; it takes one")),
            },
            _ => {
                let problem = "has to look at one thing: an attribute, a segment or another flag";
                violation(at, problem)
            }
        }
    }

    fn user(&self, condition: &UpdateUserConditionModel, at: &str) -> Checked {
        let (value, limits) = (&condition.comparison_value, self.limits);
        comparison::fits(&condition.comparator, value)
            .map_err(|problem| Violation::new(at, problem))?;
        if let Some(value) = &value.string_value {
            text(value, limits.max_comparison_value_length, at)?;
        }
        let Some(list) = &value.list_value else {
            return Ok(());
        };
        if list.is_empty() {
            return violation(format!("{at}.listValue"), "is empty");
        }
        let most = limits.max_comparison_value_list_length;
        within(list.len(), most, "texts", at)?;
        for (index, item) in list.iter().enumerate() {
            let most = limits.max_comparison_value_list_item_length;
            text(&item.value, most, &format!("{at}.listValue[{index}].value"))?;
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
        let values: Vec<SettingValue> = model.values().collect();
        for value in &values {
            serves(value, setting_type, *is_json, self.limits, at)?;
        }
        let problem = match (model.predefined_variation_id, values.as_slice()) {
            (_, [_, _, ..]) => format!("has {} values; it takes one", values.len()),
            (None, []) => format!("has no value; the setting is of type `{setting_type}`"),
            (None, _) if variations.is_empty() => return Ok(()),
            (None, _) => "is none of the setting's predefined variations".to_string(),
            (Some(id), value) => match self.variation(id) {
                None => {
                    let problem = "which the setting does not have";
                    format!("names the predefined variation {id}, {problem}")
                }
                Some(known) if value.is_empty() || known.value.value().as_slice() == value => {
                    return Ok(());
                }
                Some(_) => format!("is not the value of the predefined variation {id}"),
            },
        };
        violation(at, problem)
    }
}

/// Whether a setting of this type can serve a value.
fn serves(
    value: &SettingValue,
    setting_type: &SettingType,
    is_json: bool,
    limits: &FeatureFlagLimitations,
    at: &str,
) -> Checked {
    let problem = value.clone().try_fit(setting_type).err();
    let problem = problem.or_else(|| value.json_problem().filter(|_| is_json));
    match (problem, value) {
        (Some(problem), _) => violation(at, problem),
        (None, SettingValue::String(value)) => text(value, limits.max_string_flag_value_length, at),
        _ => Ok(()),
    }
}

/// A text is not empty.
fn text(text: &str, most: i32, at: &str) -> Checked {
    match text.is_empty() {
        true => violation(at, "is empty"),
        false => within(text.chars().count(), most, "characters", at),
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
    if *setting_type != SettingType::Boolean || two {
        return Ok(());
    }
    let problem = "splits a flag; that takes two options, one on and one off";
    violation(at, problem)
}

/// A limit of zero is no limit that anybody could work with, and is not held up to anybody.
fn within(count: usize, most: i32, what: &str, at: &str) -> Checked {
    if most <= 0 || usize::try_from(most).is_ok_and(|most| count <= most) {
        return Ok(());
    }
    let problem = format!("has {count} {what}, at most {most} are allowed");
    violation(at, problem)
}

/// The first thing that a setting of a V1 config would not serve.
pub(crate) fn check_v1(
    seen: &SettingValueModel,
    before: &UpdateSettingValueModel,
    wanted: &UpdateSettingValueModel,
) -> Checked {
    if wanted.value != before.value {
        value_v1(seen, &wanted.value, "body.value")?;
    }
    let rules = &wanted.rollout_rules;
    if rules.len() > before.rollout_rules.len() {
        let most = seen.feature_flag_limitations.max_targeting_rule_count;
        within(rules.len(), most, "rules", "body.rolloutRules")?;
    }
    for (index, rule) in rules.iter().enumerate() {
        if !before.rollout_rules.contains(rule) {
            let at = format!("body.rolloutRules[{index}]");
            value_v1(seen, &rule.value, &format!("{at}.value"))?;
            condition_v1(seen, rule, &at)?;
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
        value_v1(seen, &item.value, &format!("{at}[{index}].value"))?;
    }
    let values = items.iter().map(|item| item.value.clone());
    switches(&seen.setting.setting_type, values, at)
}

fn value_v1(seen: &SettingValueModel, value: &SettingValue, at: &str) -> Checked {
    let (setting, limits) = (&seen.setting, &seen.feature_flag_limitations);
    serves(value, &setting.setting_type, setting.is_json, limits, at)
}

fn condition_v1(seen: &SettingValueModel, rule: &UpdateRolloutRuleModel, at: &str) -> Checked {
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
    // Commas stand between the texts, and what is empty between them is none.
    let items = || {
        let texts = value.split(',').map(str::trim);
        texts.filter(|text| !text.is_empty())
    };
    if let Some(Operand::Texts | Operand::Versions) = takes {
        let lengths: Vec<usize> = items().map(|text| text.chars().count()).collect();
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
        Some(Operand::Versions) => items().try_for_each(version),
        _ => Ok(()),
    };
    checked.map_err(|problem| Violation::new(at, problem))
}
