//! Rules as change requests show them: with the names of what they look at.

use configcat_management::types::{
    AuditLogSettingValueV2EvaluationFormula, AuditLogSettingValueV2EvaluationFormulaConditionModel,
    AuditLogSettingValueV2EvaluationFormulaPercentageOptionModel,
    AuditLogSettingValueV2EvaluationFormulaTargetingRuleModel, ConditionModel, ConditionType,
    PrerequisiteFlagConditionModel, SegmentConditionModel, TargetingRuleModel, UserConditionModel,
    ValueModel,
};

use crate::state::{RulesV2, Setting, State};

pub(super) fn named(
    state: &State,
    setting: &Setting,
    rules: &RulesV2,
) -> AuditLogSettingValueV2EvaluationFormula {
    AuditLogSettingValueV2EvaluationFormula::default()
        .with_default_value(rules.default.clone())
        .with_default_value_predefined_variation_name(variation(setting, &rules.default))
        .with_percentage_evaluation_attribute(rules.percentage_attribute.clone())
        .with_targeting_rules(
            rules
                .rules
                .iter()
                .map(|known| rule(state, setting, known))
                .collect(),
        )
}

fn rule(
    state: &State,
    setting: &Setting,
    rule: &TargetingRuleModel,
) -> AuditLogSettingValueV2EvaluationFormulaTargetingRuleModel {
    let options = rule.percentage_options.iter();
    let options = options.map(|option| {
        AuditLogSettingValueV2EvaluationFormulaPercentageOptionModel::default()
            .with_percentage(option.percentage)
            .with_value(option.value.clone())
            .with_value_predefined_variation_name(variation(setting, &option.value))
    });
    AuditLogSettingValueV2EvaluationFormulaTargetingRuleModel::default()
        .with_conditions(
            rule.conditions
                .iter()
                .map(|known| condition(state, known))
                .collect(),
        )
        .with_percentage_options(options.collect())
        .with_value(rule.value.clone())
        .with_value_predefined_variation_name(
            rule.value.as_ref().and_then(|v| variation(setting, v)),
        )
}

fn condition(
    state: &State,
    condition: &ConditionModel,
) -> AuditLogSettingValueV2EvaluationFormulaConditionModel {
    let ConditionModel {
        prerequisite_flag_condition,
        segment_condition,
        user_condition,
        ..
    } = condition.clone();
    let mut named = AuditLogSettingValueV2EvaluationFormulaConditionModel::default()
        .with_condition_type(ConditionType::UserCondition);
    if let Some(condition) = user_condition {
        let UserConditionModel {
            comparator,
            comparison_attribute,
            comparison_value,
            ..
        } = condition;
        named.comparison_attribute = Some(comparison_attribute);
        named.comparison_value = Some(comparison_value);
        named.user_comparator = Some(comparator);
    }
    if let Some(condition) = segment_condition {
        let SegmentConditionModel {
            comparator,
            segment_id,
            ..
        } = condition;
        named.condition_type = ConditionType::SegmentCondition;
        named.segment_comparator = Some(comparator);
        named.segment_id = Some(segment_id);
        named.segment_name = state
            .segments
            .get(&segment_id)
            .map(|segment| segment.name.clone());
    }
    if let Some(condition) = prerequisite_flag_condition {
        let PrerequisiteFlagConditionModel {
            comparator,
            prerequisite_comparison_value,
            prerequisite_setting_id,
            ..
        } = condition;
        let setting = state.settings.get(&prerequisite_setting_id);
        named.condition_type = ConditionType::PrerequisiteFlagCondition;
        named.prerequisite_comparator = Some(comparator);
        named.prerequisite_comparison_value_predefined_variation_name =
            setting.and_then(|setting| variation(setting, &prerequisite_comparison_value));
        named.prerequisite_comparison_value = Some(prerequisite_comparison_value);
        named.prerequisite_setting_id = Some(prerequisite_setting_id);
        named.prerequisite_setting_key = setting.map(|setting| setting.key.clone());
    }
    named
}

/// The name of the predefined variation behind a value.
fn variation(setting: &Setting, value: &ValueModel) -> Option<String> {
    let id = value.predefined_variation_id?;
    let mut variations = setting.variations.iter();
    let found = variations.find(|variation| variation.predefined_variation_id == id)?;
    found.name.clone()
}
