//! Targeting rules with all that the API knows, for the rows of the calls that take such rules.

use configcat_management::types::{
    PrerequisiteComparator, SegmentComparator, UpdateComparisonValueListModel,
    UpdateComparisonValueModel, UpdateConditionModel, UpdatePercentageOptionModel,
    UpdatePrerequisiteFlagConditionModel, UpdateSegmentConditionModel, UpdateTargetingRuleModel,
    UpdateUserConditionModel, UpdateValueModel, UserComparator,
};

use super::{SEGMENT, VARIATION};

/// One rule with everything, and one with nothing.
pub(super) fn targeting_rules() -> [UpdateTargetingRuleModel; 2] {
    let needed = UpdateValueModel::new()
        .with_bool_value(true)
        .with_double_value(5.0)
        .with_int_value(-5)
        .with_predefined_variation_id(VARIATION)
        .with_string_value("stringValue it's");
    let prerequisite_flag_condition =
        UpdatePrerequisiteFlagConditionModel::new(PrerequisiteComparator::Equals, needed, 18);
    let segment_condition = UpdateSegmentConditionModel::new(SegmentComparator::IsIn, SEGMENT);
    let comparison_value_list =
        UpdateComparisonValueListModel::new("value back\\slash").with_hint("hint 🐱 & <b>");
    let comparison_value = UpdateComparisonValueModel::new()
        .with_double_value(5.0)
        .with_list_value([
            comparison_value_list,
            UpdateComparisonValueListModel::new("value 100 %"),
        ])
        .with_string_value("stringValue a+b #1?");
    let user_condition = UpdateUserConditionModel::new(
        UserComparator::NumberDoesNotEqual,
        "comparisonAttribute “q” \"w\"",
        comparison_value,
    );
    let condition = UpdateConditionModel::new()
        .with_prerequisite_flag_condition(prerequisite_flag_condition)
        .with_segment_condition(segment_condition)
        .with_user_condition(user_condition);
    let share = UpdateValueModel::new()
        .with_bool_value(false)
        .with_double_value(5.0)
        .with_int_value(-5)
        .with_predefined_variation_id(VARIATION)
        .with_string_value("stringValue {x}");
    let percentage_option = UpdatePercentageOptionModel::new(29, UpdateValueModel::new());
    let served = UpdateValueModel::new()
        .with_bool_value(true)
        .with_double_value(5.0)
        .with_int_value(-5)
        .with_predefined_variation_id(VARIATION)
        .with_string_value("stringValue “q” \"w\"");
    let rule = UpdateTargetingRuleModel::new()
        .with_conditions([condition, UpdateConditionModel::new()])
        .with_percentage_options([
            UpdatePercentageOptionModel::new(26, share),
            percentage_option,
        ])
        .with_value(served);
    [rule, UpdateTargetingRuleModel::new()]
}

/// What they are on the wire; `"TARGETING_RULES"` stands for it in the rows.
pub(super) const TARGETING_RULES: &str = r#"[
  {
    "conditions": [
      {
        "prerequisiteFlagCondition": {
          "comparator": "equals",
          "prerequisiteComparisonValue": {
            "boolValue": true,
            "doubleValue": 5.0,
            "intValue": -5,
            "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
            "stringValue": "stringValue it's"
          },
          "prerequisiteSettingId": 18
        },
        "segmentCondition": {
          "comparator": "isIn",
          "segmentId": "05e60000-0000-4000-8000-000000005005"
        },
        "userCondition": {
          "comparator": "numberDoesNotEqual",
          "comparisonAttribute": "comparisonAttribute “q” \"w\"",
          "comparisonValue": {
            "doubleValue": 5.0,
            "listValue": [
              {"value": "value back\\slash", "hint": "hint 🐱 & <b>"},
              {"value": "value 100 %"}
            ],
            "stringValue": "stringValue a+b #1?"
          }
        }
      },
      {}
    ],
    "percentageOptions": [
      {
        "percentage": 26,
        "value": {
          "boolValue": false,
          "doubleValue": 5.0,
          "intValue": -5,
          "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
          "stringValue": "stringValue {x}"
        }
      },
      {"percentage": 29, "value": {}}
    ],
    "value": {
      "boolValue": true,
      "doubleValue": 5.0,
      "intValue": -5,
      "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
      "stringValue": "stringValue “q” \"w\""
    }
  },
  {}
]"#;
