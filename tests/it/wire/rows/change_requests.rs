//! Change Requests (Approval flow & Scheduled changes) - Beta.

use configcat_management::types::{
    AddChangeRequestCommentModel, ChangeRequestApproveRequiredFilter, ChangeRequestScheduleFilter,
    ChangeRequestStatus, CreateChangeRequestModel, CreateChangeRequestProposedChangeModel,
    NeedsAttentionFilter, PrerequisiteComparator, ResolveChangeRequestSettingConflictsModel,
    SegmentComparator, UpdateChangeRequestCommentModel, UpdateChangeRequestModel,
    UpdateChangeRequestProposedChangesModel, UpdateComparisonValueListModel,
    UpdateComparisonValueModel, UpdateConditionModel,
    UpdateEvaluationFormulaWithLatestVersionModel, UpdatePercentageOptionModel,
    UpdatePrerequisiteFlagConditionModel, UpdateSegmentConditionModel, UpdateTargetingRuleModel,
    UpdateUserConditionModel, UpdateValueModel, UserComparator,
};

use super::{CONFIG, ENVIRONMENT, PRODUCT, Row, SEGMENT, VARIATION, VERSION, call, time};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "update-change-request-comment",
            |client| {
                let body = UpdateChangeRequestCommentModel::new("body “q” \"w\"");
                call(
                    client
                        .update_change_request_comment(9007199254740999, body)
                        .send(),
                )
            },
            "PUT",
            "/v2/change-request-comments/9007199254740999",
        )
        .body(r#"{"body": "body “q” \"w\""}"#),
        Row::new(
            "delete-change-request-comment",
            |client| {
                call(
                    client
                        .delete_change_request_comment(9007199254740999)
                        .send(),
                )
            },
            "DELETE",
            "/v2/change-request-comments/9007199254740999",
        ),
        Row::new(
            "get-change-request",
            |client| call(client.get_change_request(9007199254740997).send()),
            "GET",
            "/v2/change-requests/9007199254740997",
        ),
        Row::new(
            "update-change-request",
            |client| {
                call(
                    client
                        .update_change_request(
                            9007199254740997,
                            UpdateChangeRequestModel::new("title “q” \"w\""),
                        )
                        .send(),
                )
            },
            "PUT",
            "/v2/change-requests/9007199254740997",
        )
        .body(r#"{"title": "title “q” \"w\""}"#),
        Row::new(
            "update-change-request",
            |client| {
                let body = UpdateChangeRequestModel::new("title “q” \"w\"")
                    .with_apply_at(time("2026-02-28T23:59:59.999Z"))
                    .with_bypass_approval(false)
                    .with_reason("reason 100 %");
                call(client.update_change_request(9007199254740997, body).send())
            },
            "PUT",
            "/v2/change-requests/9007199254740997",
        )
        .body(
            r#"{
              "title": "title “q” \"w\"",
              "applyAt": "2026-02-28T23:59:59.999Z",
              "bypassApproval": false,
              "reason": "reason 100 %"
            }"#,
        ),
        Row::new(
            "apply-change-request",
            |client| call(client.apply_change_request(9007199254740997).send()),
            "POST",
            "/v2/change-requests/9007199254740997/apply",
        ),
        Row::new(
            "approve-change-request",
            |client| call(client.approve_change_request(9007199254740997).send()),
            "POST",
            "/v2/change-requests/9007199254740997/approve",
        ),
        Row::new(
            "claim-change-request-ownership",
            |client| {
                call(
                    client
                        .claim_change_request_ownership(9007199254740997)
                        .send(),
                )
            },
            "POST",
            "/v2/change-requests/9007199254740997/claim-ownership",
        ),
        Row::new(
            "close-change-request",
            |client| call(client.close_change_request(9007199254740997).send()),
            "POST",
            "/v2/change-requests/9007199254740997/close",
        ),
        Row::new(
            "add-change-request-comment",
            |client| {
                let body = AddChangeRequestCommentModel::new("body “q” \"w\"");
                call(
                    client
                        .add_change_request_comment(9007199254740997, body)
                        .send(),
                )
            },
            "POST",
            "/v2/change-requests/9007199254740997/comments",
        )
        .body(r#"{"body": "body “q” \"w\""}"#),
        Row::new(
            "get-change-request-proposed-changes",
            |client| {
                call(
                    client
                        .get_change_request_proposed_changes(9007199254740997)
                        .send(),
                )
            },
            "GET",
            "/v2/change-requests/9007199254740997/proposed-changes",
        ),
        Row::new(
            "get-change-request-proposed-changes",
            |client| {
                call(
                    client
                        .get_change_request_proposed_changes(9007199254740997)
                        .setting_id(4711)
                        .send(),
                )
            },
            "GET",
            "/v2/change-requests/9007199254740997/proposed-changes?settingId=4711",
        ),
        Row::new(
            "update-change-request-proposed-changes",
            |client| {
                call(
                    client
                        .update_change_request_proposed_changes(
                            9007199254740997,
                            UpdateChangeRequestProposedChangesModel::new(),
                        )
                        .send(),
                )
            },
            "PUT",
            "/v2/change-requests/9007199254740997/proposed-changes",
        )
        .body(r#"{}"#),
        Row::new(
            "update-change-request-proposed-changes",
            |client| {
                let value = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue 🐱 & <b>");
                let value_2 = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue it's");
                let prerequisite_flag_condition = UpdatePrerequisiteFlagConditionModel::new(
                    PrerequisiteComparator::Equals,
                    value_2,
                    18,
                );
                let segment_condition =
                    UpdateSegmentConditionModel::new(SegmentComparator::IsIn, SEGMENT);
                let comparison_value_list =
                    UpdateComparisonValueListModel::new("value back\\slash")
                        .with_hint("hint 🐱 & <b>");
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
                let value_3 = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue {x}");
                let percentage_option =
                    UpdatePercentageOptionModel::new(29, UpdateValueModel::new());
                let value_4 = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue “q” \"w\"");
                let targeting_rule = UpdateTargetingRuleModel::new()
                    .with_conditions([condition, UpdateConditionModel::new()])
                    .with_percentage_options([
                        UpdatePercentageOptionModel::new(26, value_3),
                        percentage_option,
                    ])
                    .with_value(value_4);
                let evaluation_formula = UpdateEvaluationFormulaWithLatestVersionModel::new(value)
                    .with_latest_version_id(VERSION)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 100 %")
                    .with_setting_id(4711)
                    .with_targeting_rules([targeting_rule, UpdateTargetingRuleModel::new()]);
                let evaluation_formula_2 =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new());
                let body = UpdateChangeRequestProposedChangesModel::new()
                    .with_forced(false)
                    .with_proposed_changes([evaluation_formula, evaluation_formula_2]);
                call(
                    client
                        .update_change_request_proposed_changes(9007199254740997, body)
                        .setting_id(4711)
                        .send(),
                )
            },
            "PUT",
            "/v2/change-requests/9007199254740997/proposed-changes?settingId=4711",
        )
        .body(
            r#"{
              "forced": false,
              "proposedChanges": [
                {
                  "defaultValue": {
                    "boolValue": true,
                    "doubleValue": 5.0,
                    "intValue": -5,
                    "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                    "stringValue": "stringValue 🐱 & <b>"
                  },
                  "latestVersionId": "0fe40000-0000-4000-8000-00000000fe0a",
                  "percentageEvaluationAttribute": "percentageEvaluationAttribute 100 %",
                  "settingId": 4711,
                  "targetingRules": [
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
                  ]
                },
                {"defaultValue": {}}
              ]
            }"#,
        ),
        Row::new(
            "update-change-request-proposed-changes",
            |client| {
                let body =
                    UpdateChangeRequestProposedChangesModel::new()
                        .with_proposed_changes(
                            Vec::<UpdateEvaluationFormulaWithLatestVersionModel>::new(),
                        );
                call(
                    client
                        .update_change_request_proposed_changes(9007199254740997, body)
                        .send(),
                )
            },
            "PUT",
            "/v2/change-requests/9007199254740997/proposed-changes",
        )
        .body(r#"{}"#),
        Row::new(
            "delete-change-request-proposed-change",
            |client| {
                call(
                    client
                        .delete_change_request_proposed_change(9007199254740997, 4711)
                        .send(),
                )
            },
            "DELETE",
            "/v2/change-requests/9007199254740997/proposed-changes/4711",
        ),
        Row::new(
            "resolve-change-request-setting-conflicts",
            |client| {
                let evaluation_formula =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new());
                let body = ResolveChangeRequestSettingConflictsModel::new(evaluation_formula);
                call(
                    client
                        .resolve_change_request_setting_conflicts(9007199254740997, 4711, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/change-requests/9007199254740997/proposed-changes/4711",
                "/resolve-conflicts",
            ),
        )
        .body(r#"{"proposedChange": {"defaultValue": {}}}"#),
        Row::new(
            "resolve-change-request-setting-conflicts",
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
                let evaluation_formula = UpdateEvaluationFormulaWithLatestVersionModel::new(value)
                    .with_latest_version_id(VERSION)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 🐱 & <b>")
                    .with_setting_id(4711)
                    .with_targeting_rules([targeting_rule, UpdateTargetingRuleModel::new()]);
                let body = ResolveChangeRequestSettingConflictsModel::new(evaluation_formula);
                call(
                    client
                        .resolve_change_request_setting_conflicts(9007199254740997, 4711, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/change-requests/9007199254740997/proposed-changes/4711",
                "/resolve-conflicts",
            ),
        )
        .body(
            r#"{
              "proposedChange": {
                "defaultValue": {
                  "boolValue": false,
                  "doubleValue": 5.0,
                  "intValue": -5,
                  "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                  "stringValue": "stringValue back\\slash"
                },
                "latestVersionId": "0fe40000-0000-4000-8000-00000000fe0a",
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
              }
            }"#,
        ),
        Row::new(
            "remove-change-request-approval",
            |client| {
                call(
                    client
                        .remove_change_request_approval(9007199254740997)
                        .send(),
                )
            },
            "POST",
            "/v2/change-requests/9007199254740997/remove-approval",
        ),
        Row::new(
            "create-change-request",
            |client| {
                call(
                    client
                        .create_change_request(
                            CONFIG,
                            ENVIRONMENT,
                            CreateChangeRequestModel::new("title “q” \"w\""),
                        )
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/change-requests",
            ),
        )
        .body(r#"{"title": "title “q” \"w\""}"#),
        Row::new(
            "create-change-request",
            |client| {
                let value = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue a+b #1?");
                let value_2 = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue línea");
                let prerequisite_flag_condition = UpdatePrerequisiteFlagConditionModel::new(
                    PrerequisiteComparator::Equals,
                    value_2,
                    20,
                );
                let segment_condition =
                    UpdateSegmentConditionModel::new(SegmentComparator::IsIn, SEGMENT);
                let comparison_value_list =
                    UpdateComparisonValueListModel::new("value 100 %").with_hint("hint a+b #1?");
                let comparison_value = UpdateComparisonValueModel::new()
                    .with_double_value(5.0)
                    .with_list_value([
                        comparison_value_list,
                        UpdateComparisonValueListModel::new("value tab | end"),
                    ])
                    .with_string_value("stringValue it's");
                let user_condition = UpdateUserConditionModel::new(
                    UserComparator::NumberLessOrEquals,
                    "comparisonAttribute 🐱 & <b>",
                    comparison_value,
                );
                let condition = UpdateConditionModel::new()
                    .with_prerequisite_flag_condition(prerequisite_flag_condition)
                    .with_segment_condition(segment_condition)
                    .with_user_condition(user_condition);
                let value_3 = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue ä/ß");
                let percentage_option =
                    UpdatePercentageOptionModel::new(31, UpdateValueModel::new());
                let value_4 = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue 🐱 & <b>");
                let targeting_rule = UpdateTargetingRuleModel::new()
                    .with_conditions([condition, UpdateConditionModel::new()])
                    .with_percentage_options([
                        UpdatePercentageOptionModel::new(28, value_3),
                        percentage_option,
                    ])
                    .with_value(value_4);
                let evaluation_formula = UpdateEvaluationFormulaWithLatestVersionModel::new(value)
                    .with_latest_version_id(VERSION)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute tab | end")
                    .with_setting_id(4711)
                    .with_targeting_rules([targeting_rule, UpdateTargetingRuleModel::new()]);
                let change_request_proposed_change =
                    CreateChangeRequestProposedChangeModel::new(evaluation_formula);
                let evaluation_formula_2 =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new());
                let change_request_proposed_change_2 =
                    CreateChangeRequestProposedChangeModel::new(evaluation_formula_2);
                let body = CreateChangeRequestModel::new("title “q” \"w\"")
                    .with_apply_at(time("2026-02-28T23:59:59.999Z"))
                    .with_bypass_approval(false)
                    .with_proposed_changes([
                        change_request_proposed_change,
                        change_request_proposed_change_2,
                    ])
                    .with_reason("reason 100 %");
                call(
                    client
                        .create_change_request(CONFIG, ENVIRONMENT, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/change-requests",
            ),
        )
        .body(
            r#"{
              "title": "title “q” \"w\"",
              "applyAt": "2026-02-28T23:59:59.999Z",
              "bypassApproval": false,
              "proposedChanges": [
                {
                  "proposedChange": {
                    "defaultValue": {
                      "boolValue": true,
                      "doubleValue": 5.0,
                      "intValue": -5,
                      "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                      "stringValue": "stringValue a+b #1?"
                    },
                    "latestVersionId": "0fe40000-0000-4000-8000-00000000fe0a",
                    "percentageEvaluationAttribute": "percentageEvaluationAttribute tab | end",
                    "settingId": 4711,
                    "targetingRules": [
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
                                "stringValue": "stringValue línea"
                              },
                              "prerequisiteSettingId": 20
                            },
                            "segmentCondition": {
                              "comparator": "isIn",
                              "segmentId": "05e60000-0000-4000-8000-000000005005"
                            },
                            "userCondition": {
                              "comparator": "numberLessOrEquals",
                              "comparisonAttribute": "comparisonAttribute 🐱 & <b>",
                              "comparisonValue": {
                                "doubleValue": 5.0,
                                "listValue": [
                                  {"value": "value 100 %", "hint": "hint a+b #1?"},
                                  {"value": "value tab | end"}
                                ],
                                "stringValue": "stringValue it's"
                              }
                            }
                          },
                          {}
                        ],
                        "percentageOptions": [
                          {
                            "percentage": 28,
                            "value": {
                              "boolValue": false,
                              "doubleValue": 5.0,
                              "intValue": -5,
                              "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                              "stringValue": "stringValue ä/ß"
                            }
                          },
                          {"percentage": 31, "value": {}}
                        ],
                        "value": {
                          "boolValue": true,
                          "doubleValue": 5.0,
                          "intValue": -5,
                          "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                          "stringValue": "stringValue 🐱 & <b>"
                        }
                      },
                      {}
                    ]
                  }
                },
                {"proposedChange": {"defaultValue": {}}}
              ],
              "reason": "reason 100 %"
            }"#,
        ),
        Row::new(
            "create-change-request",
            |client| {
                let body = CreateChangeRequestModel::new("title “q” \"w\"")
                    .with_proposed_changes(Vec::<CreateChangeRequestProposedChangeModel>::new());
                call(
                    client
                        .create_change_request(CONFIG, ENVIRONMENT, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/change-requests",
            ),
        )
        .body(r#"{"title": "title “q” \"w\""}"#),
        Row::new(
            "get-change-requests",
            |client| call(client.get_change_requests(PRODUCT).send()),
            "GET",
            "/v2/products/0b0d0000-0000-4000-8000-00000000b002/change-requests",
        ),
        Row::new(
            "get-change-requests",
            |client| {
                call(
                    client
                        .get_change_requests(PRODUCT)
                        .approve_required_filter(
                            ChangeRequestApproveRequiredFilter::ApproveNotRequired,
                        )
                        .change_request_status_filter([
                            ChangeRequestStatus::Open,
                            ChangeRequestStatus::Applied,
                        ])
                        .config_id(CONFIG)
                        .environment_id(ENVIRONMENT)
                        .needs_attention_filter(NeedsAttentionFilter::NeedsAttention)
                        .page_number(2147483647)
                        .page_size(100)
                        .schedule_filter(ChangeRequestScheduleFilter::NonScheduled)
                        .setting_id(4711)
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v2/products/0b0d0000-0000-4000-8000-00000000b002/change-requests",
                "?approveRequiredFilter=approveNotRequired",
                "&changeRequestStatusFilter=open",
                "&changeRequestStatusFilter=applied",
                "&configId=0c0f0000-0000-4000-8000-00000000c003",
                "&environmentId=0e0e0000-0000-4000-8000-00000000e004",
                "&needsAttentionFilter=needsAttention",
                "&pageNumber=2147483647",
                "&pageSize=100",
                "&scheduleFilter=nonScheduled",
                "&settingId=4711",
            ),
        ),
        Row::new(
            "get-change-requests",
            |client| {
                call(
                    client
                        .get_change_requests(PRODUCT)
                        .change_request_status_filter(Vec::<ChangeRequestStatus>::new())
                        .send(),
                )
            },
            "GET",
            "/v2/products/0b0d0000-0000-4000-8000-00000000b002/change-requests",
        ),
    ]
}
