//! Formulas with all that the API knows, for the rows of the calls that take such formulas, and what they are on the wire.

use configcat_management::types::{
    PrerequisiteComparator, SegmentComparator, UpdateComparisonValueListModel,
    UpdateComparisonValueModel, UpdateConditionModel, UpdateEvaluationFormulaModel,
    UpdateEvaluationFormulaWithIdModel, UpdateEvaluationFormulaWithLatestVersionModel,
    UpdatePercentageOptionModel, UpdatePrerequisiteFlagConditionModel, UpdateSegmentConditionModel,
    UpdateTargetingRuleModel, UpdateUserConditionModel, UpdateValueModel, UserComparator,
};
use serde_json::{Value, json};

use super::{SEGMENT, VARIATION, VERSION};

const ATTRIBUTE: &str = "percentageEvaluationAttribute 🐱 & <b>";

pub(super) fn formula() -> UpdateEvaluationFormulaModel {
    UpdateEvaluationFormulaModel::new(value(false, "stringValue back\\slash"))
        .with_percentage_evaluation_attribute(ATTRIBUTE)
        .with_targeting_rules(targeting_rules())
}

/// A formula on the wire, with the fields that not all formulas have.
pub(super) fn formula_sent(more: Value) -> Value {
    let mut formula = json!({
        "defaultValue": value_sent(false, "stringValue back\\slash"),
        "percentageEvaluationAttribute": ATTRIBUTE,
        "targetingRules": targeting_rules_sent(),
    });
    let fields = formula.as_object_mut().expect("it is an object");
    fields.extend(more.as_object().expect("it is an object").clone());
    formula
}

pub(super) fn formula_with_id() -> UpdateEvaluationFormulaWithIdModel {
    UpdateEvaluationFormulaWithIdModel::new(value(false, "stringValue back\\slash"))
        .with_percentage_evaluation_attribute(ATTRIBUTE)
        .with_setting_id(4711)
        .with_targeting_rules(targeting_rules())
}

pub(super) fn formula_of_version() -> UpdateEvaluationFormulaWithLatestVersionModel {
    UpdateEvaluationFormulaWithLatestVersionModel::new(value(false, "stringValue back\\slash"))
        .with_latest_version_id(VERSION)
        .with_percentage_evaluation_attribute(ATTRIBUTE)
        .with_setting_id(4711)
        .with_targeting_rules(targeting_rules())
}

pub(super) fn formula_of_version_sent() -> Value {
    formula_sent(json!({"latestVersionId": "{VERSION}", "settingId": 4711}))
}

/// A value of each type at once.
fn value(yes: bool, text: &str) -> UpdateValueModel {
    UpdateValueModel::new()
        .with_bool_value(yes)
        .with_double_value(5.0)
        .with_int_value(-5)
        .with_predefined_variation_id(VARIATION)
        .with_string_value(text)
}

fn value_sent(yes: bool, text: &str) -> Value {
    json!({
        "boolValue": yes,
        "doubleValue": 5.0,
        "intValue": -5,
        "predefinedVariationId": "{VARIATION}",
        "stringValue": text,
    })
}

/// One rule with everything, and one with nothing.
fn targeting_rules() -> [UpdateTargetingRuleModel; 2] {
    let needed = value(true, "stringValue it's");
    let comparison_value = UpdateComparisonValueModel::new()
        .with_double_value(5.0)
        .with_list_value([
            UpdateComparisonValueListModel::new("value back\\slash").with_hint("hint 🐱 & <b>"),
            UpdateComparisonValueListModel::new("value 100 %"),
        ])
        .with_string_value("stringValue a+b #1?");
    let condition = UpdateConditionModel::new()
        .with_prerequisite_flag_condition(UpdatePrerequisiteFlagConditionModel::new(
            PrerequisiteComparator::Equals,
            needed,
            18,
        ))
        .with_segment_condition(UpdateSegmentConditionModel::new(
            SegmentComparator::IsIn,
            SEGMENT,
        ))
        .with_user_condition(UpdateUserConditionModel::new(
            UserComparator::NumberDoesNotEqual,
            "comparisonAttribute “q” \"w\"",
            comparison_value,
        ));
    let rule = UpdateTargetingRuleModel::new()
        .with_conditions([condition, UpdateConditionModel::new()])
        .with_percentage_options([
            UpdatePercentageOptionModel::new(26, value(false, "stringValue {x}")),
            UpdatePercentageOptionModel::new(29, UpdateValueModel::new()),
        ])
        .with_value(value(true, "stringValue “q” \"w\""));
    [rule, UpdateTargetingRuleModel::new()]
}

fn targeting_rules_sent() -> Value {
    let condition = json!({
        "prerequisiteFlagCondition": {
            "comparator": "equals",
            "prerequisiteComparisonValue": value_sent(true, "stringValue it's"),
            "prerequisiteSettingId": 18,
        },
        "segmentCondition": {"comparator": "isIn", "segmentId": "{SEGMENT}"},
        "userCondition": {
            "comparator": "numberDoesNotEqual",
            "comparisonAttribute": "comparisonAttribute “q” \"w\"",
            "comparisonValue": {
                "doubleValue": 5.0,
                "listValue": [
                    {"value": "value back\\slash", "hint": "hint 🐱 & <b>"},
                    {"value": "value 100 %"},
                ],
                "stringValue": "stringValue a+b #1?",
            },
        },
    });
    let rule = json!({
        "conditions": [condition, {}],
        "percentageOptions": [
            {"percentage": 26, "value": value_sent(false, "stringValue {x}")},
            {"percentage": 29, "value": {}},
        ],
        "value": value_sent(true, "stringValue “q” \"w\""),
    });
    json!([rule, {}])
}
