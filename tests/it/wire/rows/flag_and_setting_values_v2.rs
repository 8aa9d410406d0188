//! Feature Flag & Setting values V2.

use configcat_management::types::{
    JsonPatchOperation, OperationType, PrerequisiteComparator, SegmentComparator,
    UpdateComparisonValueListModel, UpdateComparisonValueModel, UpdateConditionModel,
    UpdateEvaluationFormulaModel, UpdateEvaluationFormulaWithIdModel,
    UpdateEvaluationFormulasModel, UpdatePercentageOptionModel,
    UpdatePrerequisiteFlagConditionModel, UpdateSegmentConditionModel, UpdateTargetingRuleModel,
    UpdateUserConditionModel, UpdateValueModel, UserComparator,
};
use serde_json::json;

use super::{CONFIG, ENVIRONMENT, HAIRY, Row, SEGMENT, VARIATION, VERSION, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-setting-values-v2",
            |client| call(client.get_setting_values_v2(CONFIG, ENVIRONMENT).send()),
            "GET",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/values",
            ),
        ),
        Row::new(
            "post-setting-values-v2",
            |client| {
                call(
                    client
                        .post_setting_values_v2(
                            CONFIG,
                            ENVIRONMENT,
                            UpdateEvaluationFormulasModel::new(),
                        )
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/values",
            ),
        )
        .body(r#"{}"#),
        Row::new(
            "post-setting-values-v2",
            |client| {
                let value = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue back\\slash");
                let value_2 = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue tab | end");
                let prerequisite_flag_condition = UpdatePrerequisiteFlagConditionModel::new(
                    PrerequisiteComparator::DoesNotEqual,
                    value_2,
                    17,
                );
                let segment_condition =
                    UpdateSegmentConditionModel::new(SegmentComparator::IsNotIn, SEGMENT);
                let comparison_value_list = UpdateComparisonValueListModel::new("value “q” \"w\"")
                    .with_hint("hint back\\slash");
                let comparison_value = UpdateComparisonValueModel::new()
                    .with_double_value(5.0)
                    .with_list_value([
                        comparison_value_list,
                        UpdateComparisonValueListModel::new("value 🐱 & <b>"),
                    ])
                    .with_string_value("stringValue 100 %");
                let user_condition = UpdateUserConditionModel::new(
                    UserComparator::NumberEquals,
                    "comparisonAttribute ä/ß",
                    comparison_value,
                );
                let condition = UpdateConditionModel::new()
                    .with_prerequisite_flag_condition(prerequisite_flag_condition)
                    .with_segment_condition(segment_condition)
                    .with_user_condition(user_condition);
                let value_3 = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue it's");
                let percentage_option =
                    UpdatePercentageOptionModel::new(28, UpdateValueModel::new());
                let value_4 = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue ä/ß");
                let targeting_rule = UpdateTargetingRuleModel::new()
                    .with_conditions([condition, UpdateConditionModel::new()])
                    .with_percentage_options([
                        UpdatePercentageOptionModel::new(25, value_3),
                        percentage_option,
                    ])
                    .with_value(value_4);
                let evaluation_formula_with_id = UpdateEvaluationFormulaWithIdModel::new(value)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 🐱 & <b>")
                    .with_setting_id(4711)
                    .with_targeting_rules([targeting_rule, UpdateTargetingRuleModel::new()]);
                let evaluation_formula_with_id_2 =
                    UpdateEvaluationFormulaWithIdModel::new(UpdateValueModel::new());
                let body = UpdateEvaluationFormulasModel::new().with_update_formulas([
                    evaluation_formula_with_id,
                    evaluation_formula_with_id_2,
                ]);
                call(
                    client
                        .post_setting_values_v2(CONFIG, ENVIRONMENT, body)
                        .bypass_approval(true)
                        .latest_version_id(VERSION)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/values",
                "?bypassApproval=true",
                "&latestVersionId=0fe40000-0000-4000-8000-00000000fe0a",
                "&reason=a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"{
              "updateFormulas": [
                {
                  "defaultValue": {
                    "boolValue": false,
                    "doubleValue": 5.0,
                    "intValue": -5,
                    "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                    "stringValue": "stringValue back\\slash"
                  },
                  "percentageEvaluationAttribute": "percentageEvaluationAttribute 🐱 & <b>",
                  "settingId": 4711,
                  "targetingRules": [
                    {
                      "conditions": [
                        {
                          "prerequisiteFlagCondition": {
                            "comparator": "doesNotEqual",
                            "prerequisiteComparisonValue": {
                              "boolValue": false,
                              "doubleValue": 5.0,
                              "intValue": -5,
                              "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                              "stringValue": "stringValue tab | end"
                            },
                            "prerequisiteSettingId": 17
                          },
                          "segmentCondition": {
                            "comparator": "isNotIn",
                            "segmentId": "05e60000-0000-4000-8000-000000005005"
                          },
                          "userCondition": {
                            "comparator": "numberEquals",
                            "comparisonAttribute": "comparisonAttribute ä/ß",
                            "comparisonValue": {
                              "doubleValue": 5.0,
                              "listValue": [
                                {
                                  "value": "value “q” \"w\"",
                                  "hint": "hint back\\slash"
                                },
                                {"value": "value 🐱 & <b>"}
                              ],
                              "stringValue": "stringValue 100 %"
                            }
                          }
                        },
                        {}
                      ],
                      "percentageOptions": [
                        {
                          "percentage": 25,
                          "value": {
                            "boolValue": true,
                            "doubleValue": 5.0,
                            "intValue": -5,
                            "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                            "stringValue": "stringValue it's"
                          }
                        },
                        {"percentage": 28, "value": {}}
                      ],
                      "value": {
                        "boolValue": false,
                        "doubleValue": 5.0,
                        "intValue": -5,
                        "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                        "stringValue": "stringValue ä/ß"
                      }
                    },
                    {}
                  ]
                },
                {"defaultValue": {}}
              ]
            }"#,
        ),
        Row::new(
            "post-setting-values-v2",
            |client| {
                let body = UpdateEvaluationFormulasModel::new()
                    .with_update_formulas(Vec::<UpdateEvaluationFormulaWithIdModel>::new());
                call(
                    client
                        .post_setting_values_v2(CONFIG, ENVIRONMENT, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/values",
            ),
        )
        .body(r#"{}"#),
        Row::new(
            "get-setting-value-v2",
            |client| call(client.get_setting_value_v2(ENVIRONMENT, 4711).send()),
            "GET",
            concat!(
                "/v2/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        ),
        Row::new(
            "replace-setting-value-v2",
            |client| {
                let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new());
                call(
                    client
                        .replace_setting_value_v2(ENVIRONMENT, 4711, body)
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v2/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"{"defaultValue": {}}"#),
        Row::new(
            "replace-setting-value-v2",
            |client| {
                let value = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue back\\slash");
                let value_2 = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue tab | end");
                let prerequisite_flag_condition = UpdatePrerequisiteFlagConditionModel::new(
                    PrerequisiteComparator::DoesNotEqual,
                    value_2,
                    17,
                );
                let segment_condition =
                    UpdateSegmentConditionModel::new(SegmentComparator::IsNotIn, SEGMENT);
                let comparison_value_list = UpdateComparisonValueListModel::new("value “q” \"w\"")
                    .with_hint("hint back\\slash");
                let comparison_value = UpdateComparisonValueModel::new()
                    .with_double_value(5.0)
                    .with_list_value([
                        comparison_value_list,
                        UpdateComparisonValueListModel::new("value 🐱 & <b>"),
                    ])
                    .with_string_value("stringValue 100 %");
                let user_condition = UpdateUserConditionModel::new(
                    UserComparator::NumberEquals,
                    "comparisonAttribute ä/ß",
                    comparison_value,
                );
                let condition = UpdateConditionModel::new()
                    .with_prerequisite_flag_condition(prerequisite_flag_condition)
                    .with_segment_condition(segment_condition)
                    .with_user_condition(user_condition);
                let value_3 = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue it's");
                let percentage_option =
                    UpdatePercentageOptionModel::new(28, UpdateValueModel::new());
                let value_4 = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue ä/ß");
                let targeting_rule = UpdateTargetingRuleModel::new()
                    .with_conditions([condition, UpdateConditionModel::new()])
                    .with_percentage_options([
                        UpdatePercentageOptionModel::new(25, value_3),
                        percentage_option,
                    ])
                    .with_value(value_4);
                let body = UpdateEvaluationFormulaModel::new(value)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 🐱 & <b>")
                    .with_targeting_rules([targeting_rule, UpdateTargetingRuleModel::new()]);
                call(
                    client
                        .replace_setting_value_v2(ENVIRONMENT, 4711, body)
                        .bypass_approval(true)
                        .latest_version_id(VERSION)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v2/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
                "?bypassApproval=true",
                "&latestVersionId=0fe40000-0000-4000-8000-00000000fe0a",
                "&reason=a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"{
              "defaultValue": {
                "boolValue": false,
                "doubleValue": 5.0,
                "intValue": -5,
                "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                "stringValue": "stringValue back\\slash"
              },
              "percentageEvaluationAttribute": "percentageEvaluationAttribute 🐱 & <b>",
              "targetingRules": [
                {
                  "conditions": [
                    {
                      "prerequisiteFlagCondition": {
                        "comparator": "doesNotEqual",
                        "prerequisiteComparisonValue": {
                          "boolValue": false,
                          "doubleValue": 5.0,
                          "intValue": -5,
                          "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                          "stringValue": "stringValue tab | end"
                        },
                        "prerequisiteSettingId": 17
                      },
                      "segmentCondition": {
                        "comparator": "isNotIn",
                        "segmentId": "05e60000-0000-4000-8000-000000005005"
                      },
                      "userCondition": {
                        "comparator": "numberEquals",
                        "comparisonAttribute": "comparisonAttribute ä/ß",
                        "comparisonValue": {
                          "doubleValue": 5.0,
                          "listValue": [
                            {"value": "value “q” \"w\"", "hint": "hint back\\slash"},
                            {"value": "value 🐱 & <b>"}
                          ],
                          "stringValue": "stringValue 100 %"
                        }
                      }
                    },
                    {}
                  ],
                  "percentageOptions": [
                    {
                      "percentage": 25,
                      "value": {
                        "boolValue": true,
                        "doubleValue": 5.0,
                        "intValue": -5,
                        "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                        "stringValue": "stringValue it's"
                      }
                    },
                    {"percentage": 28, "value": {}}
                  ],
                  "value": {
                    "boolValue": false,
                    "doubleValue": 5.0,
                    "intValue": -5,
                    "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                    "stringValue": "stringValue ä/ß"
                  }
                },
                {}
              ]
            }"#,
        ),
        Row::new(
            "replace-setting-value-v2",
            |client| {
                let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new())
                    .with_targeting_rules(Vec::<UpdateTargetingRuleModel>::new());
                call(
                    client
                        .replace_setting_value_v2(ENVIRONMENT, 4711, body)
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v2/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"{"defaultValue": {}, "targetingRules": []}"#),
        Row::new(
            "update-setting-value-v2",
            |client| {
                let patch = [
                    JsonPatchOperation::new(OperationType::Replace, "/defaultValue")
                        .with_value(json!({"boolValue": true, "ü": [5, 5.0, "5", null]})),
                    JsonPatchOperation::new(OperationType::Add, "/tags/-").with_value(42),
                    JsonPatchOperation::new(OperationType::Remove, "/a~1b/2"),
                    JsonPatchOperation::new(OperationType::Move, "/rolloutRules/0")
                        .with_from("/rolloutRules/3"),
                    JsonPatchOperation::new(OperationType::Copy, "/x").with_from("/y"),
                    JsonPatchOperation::new(OperationType::Test, "/hint").with_value(json!(null)),
                ];
                call(
                    client
                        .update_setting_value_v2(ENVIRONMENT, 4711, patch)
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v2/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(
            r#"[
              {
                "op": "replace",
                "path": "/defaultValue",
                "value": {"boolValue": true, "ü": [5, 5.0, "5", null]}
              },
              {"op": "add", "path": "/tags/-", "value": 42},
              {"op": "remove", "path": "/a~1b/2"},
              {"op": "move", "path": "/rolloutRules/0", "from": "/rolloutRules/3"},
              {"op": "copy", "path": "/x", "from": "/y"},
              {"op": "test", "path": "/hint", "value": null}
            ]"#,
        ),
        Row::new(
            "update-setting-value-v2",
            |client| {
                let patch = [
                    JsonPatchOperation::new(OperationType::Replace, "/defaultValue")
                        .with_value(json!({"boolValue": true, "ü": [5, 5.0, "5", null]})),
                    JsonPatchOperation::new(OperationType::Add, "/tags/-").with_value(42),
                    JsonPatchOperation::new(OperationType::Remove, "/a~1b/2"),
                    JsonPatchOperation::new(OperationType::Move, "/rolloutRules/0")
                        .with_from("/rolloutRules/3"),
                    JsonPatchOperation::new(OperationType::Copy, "/x").with_from("/y"),
                    JsonPatchOperation::new(OperationType::Test, "/hint").with_value(json!(null)),
                ];
                call(
                    client
                        .update_setting_value_v2(ENVIRONMENT, 4711, patch)
                        .bypass_approval(true)
                        .latest_version_id(VERSION)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v2/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
                "?bypassApproval=true",
                "&latestVersionId=0fe40000-0000-4000-8000-00000000fe0a",
                "&reason=a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"[
              {
                "op": "replace",
                "path": "/defaultValue",
                "value": {"boolValue": true, "ü": [5, 5.0, "5", null]}
              },
              {"op": "add", "path": "/tags/-", "value": 42},
              {"op": "remove", "path": "/a~1b/2"},
              {"op": "move", "path": "/rolloutRules/0", "from": "/rolloutRules/3"},
              {"op": "copy", "path": "/x", "from": "/y"},
              {"op": "test", "path": "/hint", "value": null}
            ]"#,
        ),
        Row::new(
            "update-setting-value-v2",
            |client| {
                call(
                    client
                        .update_setting_value_v2(
                            ENVIRONMENT,
                            4711,
                            [JsonPatchOperation::new(OperationType::Remove, "/a")],
                        )
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v2/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"[{"op":"remove","path":"/a"}]"#),
        Row::new(
            "update-setting-value-v2",
            |client| {
                let patch = [
                    JsonPatchOperation::new(OperationType::Replace, "/defaultValue")
                        .with_value(json!({"boolValue": true, "ü": [5, 5.0, "5", null]})),
                    JsonPatchOperation::new(OperationType::Add, "/tags/-").with_value(42),
                    JsonPatchOperation::new(OperationType::Remove, "/a~1b/2"),
                    JsonPatchOperation::new(OperationType::Move, "/rolloutRules/0")
                        .with_from("/rolloutRules/3"),
                    JsonPatchOperation::new(OperationType::Copy, "/x").with_from("/y"),
                    JsonPatchOperation::new(OperationType::Test, "/hint").with_value(json!(null)),
                ];
                call(
                    client
                        .update_setting_value_v2(ENVIRONMENT, 4711, patch)
                        .bypass_approval(false)
                        .latest_version_id(VERSION)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v2/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
                "?bypassApproval=false",
                "&latestVersionId=0fe40000-0000-4000-8000-00000000fe0a",
                "&reason=a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"[
              {
                "op": "replace",
                "path": "/defaultValue",
                "value": {"boolValue": true, "ü": [5, 5.0, "5", null]}
              },
              {"op": "add", "path": "/tags/-", "value": 42},
              {"op": "remove", "path": "/a~1b/2"},
              {"op": "move", "path": "/rolloutRules/0", "from": "/rolloutRules/3"},
              {"op": "copy", "path": "/x", "from": "/y"},
              {"op": "test", "path": "/hint", "value": null}
            ]"#,
        ),
    ]
}
