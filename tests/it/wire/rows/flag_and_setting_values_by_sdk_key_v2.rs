//! Feature Flag & Setting values using SDK Key V2.

use configcat_management::types::{
    JsonPatchOperation, OperationType, UpdateEvaluationFormulaModel, UpdateTargetingRuleModel,
    UpdateValueModel,
};
use serde_json::json;

use super::targeting_rules::targeting_rules;
use super::{HAIRY, Row, VARIATION, VERSION, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-setting-value-by-sdkkey-v2",
            |client| {
                call(
                    client
                        .get_setting_value_by_sdkkey_v2(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                        )
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v2/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
                "/value",
            ),
        )
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "replace-setting-value-by-sdkkey-v2",
            |client| {
                let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new());
                call(
                    client
                        .replace_setting_value_by_sdkkey_v2(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            body,
                        )
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v2/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
                "/value",
            ),
        )
        .body(r#"{"defaultValue": {}}"#)
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "replace-setting-value-by-sdkkey-v2",
            |client| {
                let value = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue back\\slash");
                let body = UpdateEvaluationFormulaModel::new(value)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 🐱 & <b>")
                    .with_targeting_rules(targeting_rules());
                call(
                    client
                        .replace_setting_value_by_sdkkey_v2(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            body,
                        )
                        .bypass_approval(true)
                        .latest_version_id(VERSION)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v2/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
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
              "targetingRules": "TARGETING_RULES"
            }"#,
        )
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "replace-setting-value-by-sdkkey-v2",
            |client| {
                let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new())
                    .with_targeting_rules(Vec::<UpdateTargetingRuleModel>::new());
                call(
                    client
                        .replace_setting_value_by_sdkkey_v2(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            body,
                        )
                        .send(),
                )
            },
            "PUT",
            concat!(
                "/v2/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
                "/value",
            ),
        )
        .body(r#"{"defaultValue": {}, "targetingRules": []}"#)
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "update-setting-value-by-sdkkey-v2",
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
                        .update_setting_value_by_sdkkey_v2(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            patch,
                        )
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v2/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
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
        )
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "update-setting-value-by-sdkkey-v2",
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
                        .update_setting_value_by_sdkkey_v2(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            patch,
                        )
                        .bypass_approval(true)
                        .latest_version_id(VERSION)
                        .reason(HAIRY)
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v2/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
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
        )
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
        Row::new(
            "update-setting-value-by-sdkkey-v2",
            |client| {
                call(
                    client
                        .update_setting_value_by_sdkkey_v2(
                            HAIRY,
                            "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==",
                            [JsonPatchOperation::new(OperationType::Remove, "/a")],
                        )
                        .send(),
                )
            },
            "PATCH",
            concat!(
                "/v2/settings/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
                "/value",
            ),
        )
        .body(r#"[{"op":"remove","path":"/a"}]"#)
        .sdk_key("configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x=="),
    ]
}
