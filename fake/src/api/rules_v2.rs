//! From V2 rules that are wanted to rules that can be served.

use std::collections::{BTreeMap, BTreeSet};

use configcat_management::SettingValue;
use configcat_management::types::{
    ComparisonValueListModel, ComparisonValueModel, ConditionModel, EnvironmentId,
    PercentageOptionModel, PrerequisiteFlagConditionModel, SegmentConditionModel, SettingId,
    TargetingRuleModel, UpdateComparisonValueListModel, UpdateComparisonValueModel,
    UpdateConditionModel, UpdateEvaluationFormulaModel, UpdatePercentageOptionModel,
    UpdatePrerequisiteFlagConditionModel, UpdateSegmentConditionModel, UpdateTargetingRuleModel,
    UpdateUserConditionModel, UpdateValueModel, UserConditionModel, ValueModel,
};

use super::compared;
use super::values::{self, Choice};
use crate::call::{Problems, Refusal};
use crate::state::{Rules, RulesV2, Setting, State};

/// Turns rules that are wanted into rules that can be served. They count only if no problem was noted.
pub(super) struct Checker<'a> {
    state: &'a State,
    setting: &'a Setting,
    problems: &'a mut Problems,
    /// What the setting serves by default now: the empty text that it began with may stay.
    kept: Option<&'a ValueModel>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        state: &'a State,
        setting: &'a Setting,
        environment_id: EnvironmentId,
        problems: &'a mut Problems,
    ) -> Self {
        let served = state.values.get(&(setting.id, environment_id));
        let kept = served.and_then(|served| match &served.rules {
            Rules::V2(rules) => Some(&rules.default),
            Rules::V1(_) => None,
        });
        Checker {
            state,
            setting,
            problems,
            kept,
        }
    }

    pub(super) fn rules(&mut self, wanted: UpdateEvaluationFormulaModel, at: &str) -> RulesV2 {
        let UpdateEvaluationFormulaModel {
            default_value,
            percentage_evaluation_attribute,
            targeting_rules,
            ..
        } = wanted;
        let empty = UpdateValueModel::new().with_string_value("");
        let kept = self
            .kept
            .filter(|kept| default_value == empty && kept.string_value.as_deref() == Some(""));
        let default = match kept {
            Some(kept) => kept.clone(),
            None => self.value(
                self.setting,
                default_value,
                &format!("{at}DefaultValue"),
                "",
            ),
        };
        let wanted = targeting_rules.unwrap_or_default();
        let at = format!("{at}TargetingRules");
        self.limit(
            wanted.len(),
            self.state.limitations().max_targeting_rule_count,
            &at,
        );
        let last = wanted.len().saturating_sub(1);
        let mut rules = Vec::new();
        for (index, rule) in wanted.into_iter().enumerate() {
            let conditions = rule.conditions.as_deref().unwrap_or_default();
            if index < last && conditions.is_empty() && rule.value.is_none() {
                let message =
                    "A split for everyone stands behind all rules, and there is one at most.";
                self.problems.add(format!("{at}[{index}]"), message);
            }
            rules.push(self.rule(rule, &format!("{at}[{index}]")));
        }
        RulesV2 {
            default,
            percentage_attribute: percentage_evaluation_attribute,
            rules,
        }
    }

    fn rule(&mut self, wanted: UpdateTargetingRuleModel, at: &str) -> TargetingRuleModel {
        let UpdateTargetingRuleModel {
            conditions,
            percentage_options,
            value,
            ..
        } = wanted;
        let options = percentage_options.unwrap_or_default();
        if value.is_some() != options.is_empty() {
            let message = "A rule serves a value or percentage options, one of the two.";
            self.problems.add(at, message);
        }
        let conditions = conditions.unwrap_or_default();
        let most = self
            .state
            .limitations()
            .max_condition_per_targeting_rule_count;
        self.limit(conditions.len(), most, &format!("{at}.Conditions"));
        if conditions.is_empty() && options.is_empty() {
            let message = "A rule that serves a value needs a condition.";
            self.problems.add(format!("{at}.Conditions"), message);
        }
        let mut checked_conditions = Vec::new();
        for (index, condition) in conditions.into_iter().enumerate() {
            let at = format!("{at}.Conditions[{index}]");
            checked_conditions.push(self.condition(condition, &at));
        }
        let options_at = format!("{at}.PercentageOptions");
        self.limit(
            options.len(),
            self.state.limitations().max_percentage_option_count,
            &options_at,
        );
        let percentages = options.iter().map(|option| i64::from(option.percentage));
        values::check_percentages(percentages, &options_at, self.problems);
        let mut checked_options = Vec::new();
        for (index, option) in options.into_iter().enumerate() {
            let UpdatePercentageOptionModel {
                percentage, value, ..
            } = option;
            let at = format!("{options_at}[{index}].Value");
            let wrong = "Invalid percentage option value.";
            let value = self.value(self.setting, value, &at, wrong);
            checked_options.push(
                PercentageOptionModel::default()
                    .with_percentage(percentage)
                    .with_value(value),
            );
        }
        if !checked_options.is_empty() {
            let values: Vec<SettingValue> = checked_options
                .iter()
                .filter_map(|option| option.value.value())
                .collect();
            values::check_switches(self.setting, values.iter(), &options_at, self.problems);
        }
        TargetingRuleModel::default()
            .with_conditions(checked_conditions)
            .with_percentage_options(checked_options)
            .with_value(value.map(|value| {
                let at = format!("{at}.Value");
                self.value(self.setting, value, &at, "Invalid term value.")
            }))
    }

    fn condition(&mut self, wanted: UpdateConditionModel, at: &str) -> ConditionModel {
        let UpdateConditionModel {
            prerequisite_flag_condition,
            segment_condition,
            user_condition,
            ..
        } = wanted;
        let kinds = [
            prerequisite_flag_condition.is_some(),
            segment_condition.is_some(),
            user_condition.is_some(),
        ];
        if kinds.iter().filter(|given| **given).count() != 1 {
            let message = "A condition is of one kind: user, segment or prerequisite flag.";
            self.problems.add(at, message);
        }
        ConditionModel::default()
            .with_prerequisite_flag_condition(prerequisite_flag_condition.map(|condition| {
                self.prerequisite(condition, &format!("{at}.PrerequisiteFlagCondition"))
            }))
            .with_segment_condition(
                segment_condition
                    .map(|condition| self.segment(condition, &format!("{at}.SegmentCondition"))),
            )
            .with_user_condition(
                user_condition
                    .map(|condition| self.user(condition, &format!("{at}.UserCondition"))),
            )
    }

    fn segment(&mut self, wanted: UpdateSegmentConditionModel, at: &str) -> SegmentConditionModel {
        let UpdateSegmentConditionModel {
            comparator,
            segment_id,
            ..
        } = wanted;
        if !self
            .state
            .offers_segment(self.setting.config_id, segment_id)
        {
            let message = format!("The product has no segment `{segment_id}`.");
            self.problems.add(format!("{at}.SegmentId"), message);
        }
        SegmentConditionModel::default()
            .with_comparator(comparator)
            .with_segment_id(segment_id)
    }

    fn prerequisite(
        &mut self,
        wanted: UpdatePrerequisiteFlagConditionModel,
        at: &str,
    ) -> PrerequisiteFlagConditionModel {
        let UpdatePrerequisiteFlagConditionModel {
            comparator,
            prerequisite_comparison_value,
            prerequisite_setting_id,
            ..
        } = wanted;
        let found = self.state.settings.get(&prerequisite_setting_id);
        let found = found.filter(|found| found.config_id == self.setting.config_id);
        if found.is_none() {
            let id = prerequisite_setting_id;
            let message =
                format!("Prerequisite setting not found: the config has no setting `{id}`.");
            self.problems
                .add(format!("{at}.PrerequisiteSettingId"), message);
        }
        let value_at = format!("{at}.PrerequisiteComparisonValue");
        let setting = found.unwrap_or(self.setting);
        PrerequisiteFlagConditionModel::default()
            .with_comparator(comparator)
            .with_prerequisite_comparison_value(match found {
                Some(_) => self.value(
                    setting,
                    prerequisite_comparison_value,
                    &value_at,
                    "Invalid prerequisite value.",
                ),
                None => no_value(),
            })
            .with_prerequisite_setting_id(prerequisite_setting_id)
    }

    fn user(&mut self, wanted: UpdateUserConditionModel, at: &str) -> UserConditionModel {
        let UpdateUserConditionModel {
            comparator,
            comparison_attribute,
            comparison_value,
            ..
        } = wanted;
        let UpdateComparisonValueModel {
            double_value,
            list_value,
            string_value,
            ..
        } = comparison_value;
        let at = format!("{at}.ComparisonValue");
        let wanted = comparison_field(comparator.as_str());
        for (name, given) in [
            ("DoubleValue", double_value.is_some()),
            ("ListValue", list_value.is_some()),
            ("StringValue", string_value.is_some()),
        ] {
            if given != (name == wanted) {
                let takes = format!("the comparator `{comparator}` takes {wanted} alone.");
                let message = match given {
                    true => format!("{name} must not be set: {takes}"),
                    false => format!("{name} field must be set: {takes}"),
                };
                self.problems.add(format!("{at}.{name}"), message);
            }
        }
        if string_value.as_deref() == Some("") {
            self.problems
                .add(format!("{at}.StringValue"), "It must not be empty.");
        }
        for (index, item) in list_value.iter().flatten().enumerate() {
            if item.value.is_empty() {
                let at = format!("{at}.ListValue[{index}].Value");
                self.problems.add(at, "It must not be empty.");
            }
        }
        if list_value.as_ref().is_some_and(Vec::is_empty) {
            self.problems
                .add(format!("{at}.ListValue"), "It must not be empty.");
        }
        let text = string_value.as_deref().unwrap_or_default();
        compared::check_text(
            self.state,
            text,
            &format!("{at}.StringValue"),
            self.problems,
        );
        let items = list_value.iter().flatten().map(|item| &*item.value);
        compared::check_list(self.state, items, &format!("{at}.ListValue"), self.problems);
        let item = |item: UpdateComparisonValueListModel| {
            let UpdateComparisonValueListModel { hint, value, .. } = item;
            ComparisonValueListModel::default()
                .with_hint(hint)
                .with_value(value)
        };
        UserConditionModel::default()
            .with_comparator(comparator)
            .with_comparison_attribute(comparison_attribute)
            .with_comparison_value(
                ComparisonValueModel::default()
                    .with_double_value(double_value)
                    .with_list_value(list_value.map(|list| list.into_iter().map(item).collect()))
                    .with_string_value(string_value),
            )
    }

    /// A value that a setting may serve: given as such, or by the id of a predefined variation. Where it is of another type, `wrong`
    /// is what the service says.
    fn value(
        &mut self,
        setting: &Setting,
        wanted: UpdateValueModel,
        at: &str,
        wrong: &str,
    ) -> ValueModel {
        let UpdateValueModel {
            bool_value,
            double_value,
            int_value,
            predefined_variation_id,
            string_value,
            ..
        } = wanted;
        let choice = Choice {
            bool_value,
            double_value,
            int_value,
            string_value,
        };
        let variation = predefined_variation_id.map(|id| {
            let mut variations = setting.variations.iter();
            variations.find(|variation| variation.predefined_variation_id == id)
        });
        let id_at = format!("{at}.PredefinedVariationId");
        match variation {
            Some(None) => {
                self.problems
                    .add(id_at, "The setting has no such predefined variation.");
                return no_value();
            }
            Some(Some(variation)) if choice.is_empty() => {
                return values::model(setting, &values::of_variation(variation));
            }
            _ => {}
        }
        let value = choice.value(&setting.setting_type, setting.is_json, at, self.problems);
        let Some(value) = value else {
            if !wrong.is_empty() {
                self.problems.add(at, wrong);
            }
            return no_value();
        };
        let value = match values::accept(setting, value) {
            Ok(value) => values::model(setting, &value),
            Err(message) => {
                self.problems.add(at, message);
                return no_value();
            }
        };
        if predefined_variation_id.is_some_and(|id| value.predefined_variation_id != Some(id)) {
            self.problems
                .add(id_at, "The predefined variation has another value.");
        }
        value
    }

    fn limit(&mut self, count: usize, most: i32, at: &str) {
        compared::check_count(count, most, at, self.problems);
    }
}

/// Stands where a problem was noted.
fn no_value() -> ValueModel {
    ValueModel::default()
}

/// What a comparator compares with.
fn comparison_field(comparator: &str) -> &'static str {
    if comparator.ends_with("Of") {
        "ListValue"
    } else if comparator.starts_with("number") || comparator.starts_with("dateTime") {
        "DoubleValue"
    } else {
        "StringValue"
    }
}

/// Flags must not depend on themselves, not even by way of others.
pub(super) fn demand_no_circle(
    state: &State,
    environment_id: EnvironmentId,
    changes: &BTreeMap<SettingId, RulesV2>,
) -> Result<(), Refusal> {
    let next = |setting_id: SettingId| -> Vec<SettingId> {
        let served = state.values.get(&(setting_id, environment_id));
        match (changes.get(&setting_id), served.map(|served| &served.rules)) {
            (Some(rules), _) | (None, Some(Rules::V2(rules))) => prerequisites(rules).collect(),
            _ => Vec::new(),
        }
    };
    for start in changes.keys() {
        let mut seen = BTreeSet::new();
        let mut open = next(*start);
        while let Some(setting_id) = open.pop() {
            if setting_id == *start {
                let message = format!(
                    "Circular dependency detected: the setting `{start}` would depend on itself."
                );
                return Err(Refusal::field("TargetingRules", message));
            }
            if seen.insert(setting_id) {
                open.extend(next(setting_id));
            }
        }
    }
    Ok(())
}

/// The settings that rules look at.
pub(super) fn prerequisites(rules: &RulesV2) -> impl Iterator<Item = SettingId> {
    let conditions = rules.rules.iter().flat_map(|rule| &rule.conditions);
    conditions
        .filter_map(|condition| condition.prerequisite_flag_condition.as_ref())
        .map(|condition| condition.prerequisite_setting_id)
}
