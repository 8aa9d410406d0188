//! Feature Flags & Settings.

use configcat_management::types::{
    CreatePredefinedVariationModel, CreatePredefinedVariationValueModel,
    CreateSettingInitialValues, InitialValue, JsonPatchOperation, OperationType,
    ReplaceSettingModel, SettingType, UpdatePredefinedVariationModel,
    UpdatePredefinedVariationValueModel, UpdatePredefinedVariationsRequest,
};
use serde_json::json;

use super::{CONFIG, ENVIRONMENT, Row, VARIATION, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-settings",
            |client| call(client.get_settings(CONFIG).send()),
            "GET",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/settings",
        ),
        Row::new(
            "create-setting",
            |client| {
                let body = CreateSettingInitialValues::new(
                    "key “q” \"w\"",
                    "name back\\slash",
                    SettingType::Boolean,
                );
                call(client.create_setting(CONFIG, body).send())
            },
            "POST",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/settings",
        )
        .body(
            r#"{
              "key": "key “q” \"w\"",
              "name": "name back\\slash",
              "settingType": "boolean"
            }"#,
        ),
        Row::new(
            "create-setting",
            |client| {
                let predefined_variation_value = CreatePredefinedVariationValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_string_value("stringValue {x}");
                let predefined_variation =
                    CreatePredefinedVariationModel::new(predefined_variation_value)
                        .with_hint("hint línea")
                        .with_name("name ä/ß");
                let predefined_variation_2 =
                    CreatePredefinedVariationModel::new(CreatePredefinedVariationValueModel::new());
                let body = CreateSettingInitialValues::new(
                    "key “q” \"w\"",
                    "name back\\slash",
                    SettingType::Boolean,
                )
                .with_hint("hint 100 %")
                .with_initial_values([
                    InitialValue::new(true).with_environment_id(ENVIRONMENT),
                    InitialValue::new("välue \"5\""),
                ])
                .with_is_json(false)
                .with_order(16)
                .with_predefined_variations([predefined_variation, predefined_variation_2])
                .with_setting_id_to_init_from(21)
                .with_tags([9007199254741017_i64, 9007199254741019_i64]);
                call(client.create_setting(CONFIG, body).send())
            },
            "POST",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/settings",
        )
        .body(
            r#"{
              "key": "key “q” \"w\"",
              "name": "name back\\slash",
              "settingType": "boolean",
              "hint": "hint 100 %",
              "initialValues": [
                {
                  "value": true,
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004"
                },
                {"value": "välue \"5\""}
              ],
              "isJson": false,
              "order": 16,
              "predefinedVariations": [
                {
                  "value": {
                    "boolValue": false,
                    "doubleValue": 5.0,
                    "intValue": -5,
                    "stringValue": "stringValue {x}"
                  },
                  "hint": "hint línea",
                  "name": "name ä/ß"
                },
                {"value": {}}
              ],
              "settingIdToInitFrom": 21,
              "tags": [9007199254741017, 9007199254741019]
            }"#,
        ),
        Row::new(
            "create-setting",
            |client| {
                let body = CreateSettingInitialValues::new(
                    "key “q” \"w\"",
                    "name back\\slash",
                    SettingType::Boolean,
                )
                .with_initial_values(Vec::<InitialValue>::new())
                .with_predefined_variations(Vec::<CreatePredefinedVariationModel>::new())
                .with_tags(vec![]);
                call(client.create_setting(CONFIG, body).send())
            },
            "POST",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/settings",
        )
        .body(
            r#"{
              "key": "key “q” \"w\"",
              "name": "name back\\slash",
              "settingType": "boolean",
              "initialValues": [],
              "predefinedVariations": [],
              "tags": []
            }"#,
        ),
        Row::new(
            "get-setting",
            |client| call(client.get_setting(4711).send()),
            "GET",
            "/v1/settings/4711",
        ),
        Row::new(
            "replace-setting",
            |client| {
                call(
                    client
                        .replace_setting(4711, ReplaceSettingModel::new("name “q” \"w\""))
                        .send(),
                )
            },
            "PUT",
            "/v1/settings/4711",
        )
        .body(r#"{"name": "name “q” \"w\""}"#),
        Row::new(
            "replace-setting",
            |client| {
                let body = ReplaceSettingModel::new("name “q” \"w\"")
                    .with_hint("hint back\\slash")
                    .with_is_json(false)
                    .with_order(14)
                    .with_tags([9007199254741003_i64, 9007199254741005_i64]);
                call(client.replace_setting(4711, body).send())
            },
            "PUT",
            "/v1/settings/4711",
        )
        .body(
            r#"{
              "name": "name “q” \"w\"",
              "hint": "hint back\\slash",
              "isJson": false,
              "order": 14,
              "tags": [9007199254741003, 9007199254741005]
            }"#,
        ),
        Row::new(
            "replace-setting",
            |client| {
                let body = ReplaceSettingModel::new("name “q” \"w\"").with_tags(vec![]);
                call(client.replace_setting(4711, body).send())
            },
            "PUT",
            "/v1/settings/4711",
        )
        .body(r#"{"name": "name “q” \"w\"", "tags": []}"#),
        Row::new(
            "delete-setting",
            |client| call(client.delete_setting(4711).send()),
            "DELETE",
            "/v1/settings/4711",
        ),
        Row::new(
            "update-setting",
            |client| {
                let patch = [
                    JsonPatchOperation::new(OperationType::Replace, "/name")
                        .with_value(json!({"boolValue": true, "ü": [5, 5.0, "5", null]})),
                    JsonPatchOperation::new(OperationType::Add, "/tags/-").with_value(42),
                    JsonPatchOperation::new(OperationType::Remove, "/a~1b/2"),
                    JsonPatchOperation::new(OperationType::Move, "/rolloutRules/0")
                        .with_from("/rolloutRules/3"),
                    JsonPatchOperation::new(OperationType::Copy, "/x").with_from("/y"),
                    JsonPatchOperation::new(OperationType::Test, "/hint").with_value(json!(null)),
                ];
                call(client.update_setting(4711, patch).send())
            },
            "PATCH",
            "/v1/settings/4711",
        )
        .body(
            r#"[
              {
                "op": "replace",
                "path": "/name",
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
            "update-setting",
            |client| {
                call(
                    client
                        .update_setting(
                            4711,
                            [JsonPatchOperation::new(OperationType::Remove, "/a")],
                        )
                        .send(),
                )
            },
            "PATCH",
            "/v1/settings/4711",
        )
        .body(r#"[{"op":"remove","path":"/a"}]"#),
        Row::new(
            "get-predefined-variations",
            |client| call(client.get_predefined_variations(4711).send()),
            "GET",
            "/v1/settings/4711/predefined-variations",
        ),
        Row::new(
            "update-predefined-variations",
            |client| {
                let predefined_variation =
                    UpdatePredefinedVariationModel::new(UpdatePredefinedVariationValueModel::new());
                let body = UpdatePredefinedVariationsRequest::new([predefined_variation]);
                call(client.update_predefined_variations(4711, body).send())
            },
            "PUT",
            "/v1/settings/4711/predefined-variations",
        )
        .body(r#"{"predefinedVariations": [{"value": {}}]}"#),
        Row::new(
            "update-predefined-variations",
            |client| {
                let predefined_variation_value = UpdatePredefinedVariationValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_string_value("stringValue back\\slash");
                let predefined_variation =
                    UpdatePredefinedVariationModel::new(predefined_variation_value)
                        .with_hint("hint 🐱 & <b>")
                        .with_name("name 100 %")
                        .with_predefined_variation_id(VARIATION);
                let predefined_variation_2 =
                    UpdatePredefinedVariationModel::new(UpdatePredefinedVariationValueModel::new());
                let body = UpdatePredefinedVariationsRequest::new([
                    predefined_variation,
                    predefined_variation_2,
                ]);
                call(client.update_predefined_variations(4711, body).send())
            },
            "PUT",
            "/v1/settings/4711/predefined-variations",
        )
        .body(
            r#"{
              "predefinedVariations": [
                {
                  "value": {
                    "boolValue": false,
                    "doubleValue": 5.0,
                    "intValue": -5,
                    "stringValue": "stringValue back\\slash"
                  },
                  "hint": "hint 🐱 & <b>",
                  "name": "name 100 %",
                  "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09"
                },
                {"value": {}}
              ]
            }"#,
        ),
        Row::new(
            "update-predefined-variations",
            |client| {
                let body = UpdatePredefinedVariationsRequest::new(Vec::<
                    UpdatePredefinedVariationModel,
                >::new());
                call(client.update_predefined_variations(4711, body).send())
            },
            "PUT",
            "/v1/settings/4711/predefined-variations",
        )
        .body(r#"{"predefinedVariations": []}"#),
    ]
}
