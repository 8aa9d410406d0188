//! Feature Flag & Setting values V2.

use configcat_management::types::{
    JsonPatchOperation, OperationType, UpdateEvaluationFormulaModel,
    UpdateEvaluationFormulaWithIdModel, UpdateEvaluationFormulasModel, UpdateTargetingRuleModel,
    UpdateValueModel,
};
use serde_json::json;

use super::targeting_rules::targeting_rules;
use super::{CONFIG, ENVIRONMENT, HAIRY, Row, VARIATION, VERSION, call};

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
                let evaluation_formula_with_id = UpdateEvaluationFormulaWithIdModel::new(value)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 🐱 & <b>")
                    .with_setting_id(4711)
                    .with_targeting_rules(targeting_rules());
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
                  "targetingRules": "TARGETING_RULES"
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
                let body = UpdateEvaluationFormulaModel::new(value)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 🐱 & <b>")
                    .with_targeting_rules(targeting_rules());
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
              "targetingRules": "TARGETING_RULES"
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
