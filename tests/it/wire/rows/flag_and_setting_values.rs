//! Feature Flag & Setting values.

use configcat_management::types::{
    JsonPatchOperation, OperationType, RolloutRuleComparator, SegmentComparator,
    UpdateRolloutPercentageItemModel, UpdateRolloutRuleModel, UpdateSettingValueModel,
    UpdateSettingValueWithSettingIdModel, UpdateSettingValuesWithIdModel,
};
use serde_json::json;

use super::{CONFIG, ENVIRONMENT, HAIRY, Row, SEGMENT, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-setting-values",
            |client| call(client.get_setting_values(CONFIG, ENVIRONMENT).send()),
            "GET",
            concat!(
                "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/values",
            ),
        ),
        Row::new(
            "post-setting-values",
            |client| {
                call(
                    client
                        .post_setting_values(
                            CONFIG,
                            ENVIRONMENT,
                            UpdateSettingValuesWithIdModel::new(),
                        )
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/values",
            ),
        )
        .body(r#"{}"#),
        Row::new(
            "post-setting-values",
            |client| {
                let rollout_rule = UpdateRolloutRuleModel::new(2.5)
                    .with_comparator(RolloutRuleComparator::SemVerIsOneOf)
                    .with_comparison_attribute("comparisonAttribute 100 %")
                    .with_comparison_value("comparisonValue a+b #1?")
                    .with_segment_comparator(SegmentComparator::IsNotIn)
                    .with_segment_id(SEGMENT);
                let setting_value_with_setting_id = UpdateSettingValueWithSettingIdModel::new(true)
                    .with_rollout_percentage_items([
                        UpdateRolloutPercentageItemModel::new(31, "välue \"5\""),
                        UpdateRolloutPercentageItemModel::new(32, 5),
                    ])
                    .with_rollout_rules([rollout_rule, UpdateRolloutRuleModel::new(5.0)])
                    .with_setting_id(4711);
                let body = UpdateSettingValuesWithIdModel::new().with_setting_values([
                    setting_value_with_setting_id,
                    UpdateSettingValueWithSettingIdModel::new(-1),
                ]);
                call(
                    client
                        .post_setting_values(CONFIG, ENVIRONMENT, body)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/values",
                "?reason=a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"{
              "settingValues": [
                {
                  "value": true,
                  "rolloutPercentageItems": [
                    {"percentage": 31, "value": "välue \"5\""},
                    {"percentage": 32, "value": 5}
                  ],
                  "rolloutRules": [
                    {
                      "value": 2.5,
                      "comparator": "semVerIsOneOf",
                      "comparisonAttribute": "comparisonAttribute 100 %",
                      "comparisonValue": "comparisonValue a+b #1?",
                      "segmentComparator": "isNotIn",
                      "segmentId": "05e60000-0000-4000-8000-000000005005"
                    },
                    {"value": 5.0}
                  ],
                  "settingId": 4711
                },
                {"value": -1}
              ]
            }"#,
        ),
        Row::new(
            "post-setting-values",
            |client| {
                let body = UpdateSettingValuesWithIdModel::new()
                    .with_setting_values(Vec::<UpdateSettingValueWithSettingIdModel>::new());
                call(client.post_setting_values(CONFIG, ENVIRONMENT, body).send())
            },
            "POST",
            concat!(
                "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/values",
            ),
        )
        .body(r#"{}"#),
        Row::new(
            "get-setting-value",
            |client| call(client.get_setting_value(ENVIRONMENT, 4711).send()),
            "GET",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        ),
        Row::new(
            "replace-setting-value",
            |client| {
                call(
                    client
                        .replace_setting_value(
                            ENVIRONMENT,
                            4711,
                            UpdateSettingValueModel::new(true),
                        )
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"{"value": true}"#),
        Row::new(
            "replace-setting-value",
            |client| {
                let rollout_rule = UpdateRolloutRuleModel::new(2.5)
                    .with_comparator(RolloutRuleComparator::SemVerIsOneOf)
                    .with_comparison_attribute("comparisonAttribute 100 %")
                    .with_comparison_value("comparisonValue a+b #1?")
                    .with_segment_comparator(SegmentComparator::IsNotIn)
                    .with_segment_id(SEGMENT);
                let body = UpdateSettingValueModel::new(true)
                    .with_rollout_percentage_items([
                        UpdateRolloutPercentageItemModel::new(31, "välue \"5\""),
                        UpdateRolloutPercentageItemModel::new(32, 5),
                    ])
                    .with_rollout_rules([rollout_rule, UpdateRolloutRuleModel::new(5.0)]);
                call(
                    client
                        .replace_setting_value(ENVIRONMENT, 4711, body)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
                "?reason=a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"{
              "value": true,
              "rolloutPercentageItems": [
                {"percentage": 31, "value": "välue \"5\""},
                {"percentage": 32, "value": 5}
              ],
              "rolloutRules": [
                {
                  "value": 2.5,
                  "comparator": "semVerIsOneOf",
                  "comparisonAttribute": "comparisonAttribute 100 %",
                  "comparisonValue": "comparisonValue a+b #1?",
                  "segmentComparator": "isNotIn",
                  "segmentId": "05e60000-0000-4000-8000-000000005005"
                },
                {"value": 5.0}
              ]
            }"#,
        ),
        Row::new(
            "replace-setting-value",
            |client| {
                let body = UpdateSettingValueModel::new(true)
                    .with_rollout_percentage_items(Vec::<UpdateRolloutPercentageItemModel>::new())
                    .with_rollout_rules(Vec::<UpdateRolloutRuleModel>::new());
                call(client.replace_setting_value(ENVIRONMENT, 4711, body).send())
            },
            "PUT",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"{"value": true}"#),
        Row::new(
            "replace-setting-value",
            |client| {
                call(
                    client
                        .replace_setting_value(
                            ENVIRONMENT,
                            4711,
                            UpdateSettingValueModel::new("välue \"5\""),
                        )
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"{"value": "välue \"5\""}"#),
        Row::new(
            "replace-setting-value",
            |client| {
                call(
                    client
                        .replace_setting_value(ENVIRONMENT, 4711, UpdateSettingValueModel::new(5))
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"{"value": 5}"#),
        Row::new(
            "replace-setting-value",
            |client| {
                call(
                    client
                        .replace_setting_value(ENVIRONMENT, 4711, UpdateSettingValueModel::new(2.5))
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"{"value": 2.5}"#),
        Row::new(
            "replace-setting-value",
            |client| {
                call(
                    client
                        .replace_setting_value(ENVIRONMENT, 4711, UpdateSettingValueModel::new(5.0))
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"{"value": 5.0}"#),
        Row::new(
            "update-setting-value",
            |client| {
                let patch = [
                    JsonPatchOperation::new(OperationType::Replace, "/value")
                        .with_value(json!({"boolValue": true, "ü": [5, 5.0, "5", null]})),
                    JsonPatchOperation::new(OperationType::Add, "/tags/-").with_value(42),
                    JsonPatchOperation::new(OperationType::Remove, "/a~1b/2"),
                    JsonPatchOperation::new(OperationType::Move, "/rolloutRules/0")
                        .with_from("/rolloutRules/3"),
                    JsonPatchOperation::new(OperationType::Copy, "/x").with_from("/y"),
                    JsonPatchOperation::new(OperationType::Test, "/hint").with_value(json!(null)),
                ];
                call(client.update_setting_value(ENVIRONMENT, 4711, patch).send())
            },
            "PATCH",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(
            r#"[
              {
                "op": "replace",
                "path": "/value",
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
            "update-setting-value",
            |client| {
                let patch = [
                    JsonPatchOperation::new(OperationType::Replace, "/value")
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
                        .update_setting_value(ENVIRONMENT, 4711, patch)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
                "?reason=a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"[
              {
                "op": "replace",
                "path": "/value",
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
            "update-setting-value",
            |client| {
                call(
                    client
                        .update_setting_value(
                            ENVIRONMENT,
                            4711,
                            [JsonPatchOperation::new(OperationType::Remove, "/a")],
                        )
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/value",
            ),
        )
        .body(r#"[{"op":"remove","path":"/a"}]"#),
    ]
}
