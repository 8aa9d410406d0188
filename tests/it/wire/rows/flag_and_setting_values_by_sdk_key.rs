//! Feature Flag & Setting values using SDK Key.

use configcat_management::types::{
    JsonPatchOperation, OperationType, RolloutRuleComparator, SegmentComparator,
    UpdateRolloutPercentageItemModel, UpdateRolloutRuleModel, UpdateSettingValueModel,
};
use serde_json::json;

use super::{HAIRY, Row, SEGMENT, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-setting-value-by-sdkkey",
            |client| {
                call(
                    client
                        .get_setting_value_by_sdkkey(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                        )
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v1/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
                "/value",
            ),
        )
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "replace-setting-value-by-sdkkey",
            |client| {
                call(
                    client
                        .replace_setting_value_by_sdkkey(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            UpdateSettingValueModel::new(true),
                        )
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
                "/value",
            ),
        )
        .body(r#"{"value": true}"#)
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "replace-setting-value-by-sdkkey",
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
                        .replace_setting_value_by_sdkkey(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            body,
                        )
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
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
        )
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "replace-setting-value-by-sdkkey",
            |client| {
                let body = UpdateSettingValueModel::new(true)
                    .with_rollout_percentage_items(Vec::<UpdateRolloutPercentageItemModel>::new())
                    .with_rollout_rules(Vec::<UpdateRolloutRuleModel>::new());
                call(
                    client
                        .replace_setting_value_by_sdkkey(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            body,
                        )
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v1/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
                "/value",
            ),
        )
        .body(r#"{"value": true}"#)
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "update-setting-value-by-sdkkey",
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
                        .update_setting_value_by_sdkkey(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            patch,
                        )
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v1/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
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
        )
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "update-setting-value-by-sdkkey",
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
                        .update_setting_value_by_sdkkey(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            patch,
                        )
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v1/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
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
        )
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "update-setting-value-by-sdkkey",
            |client| {
                call(
                    client
                        .update_setting_value_by_sdkkey(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            [JsonPatchOperation::new(OperationType::Remove, "/a")],
                        )
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v1/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
                "/value",
            ),
        )
        .body(r#"[{"op":"remove","path":"/a"}]"#)
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
    ]
}
