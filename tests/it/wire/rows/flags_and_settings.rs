//! Feature Flags & Settings.

use configcat_management::types::{
    CreatePredefinedVariationModel, CreatePredefinedVariationValueModel,
    CreateSettingInitialValues, InitialValue, ReplaceSettingModel, SettingType,
    UpdatePredefinedVariationModel, UpdatePredefinedVariationValueModel,
    UpdatePredefinedVariationsRequest,
};
use serde_json::json;

use super::{CONFIG, ENVIRONMENT, Row, VARIATION, patch, patch_body};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/configs/{CONFIG}/settings", |client| client
            .get_settings(CONFIG)),
        row!("POST /v1/configs/{CONFIG}/settings", |client| {
            let body = CreateSettingInitialValues::new(
                "key “q” \"w\"",
                "name back\\slash",
                SettingType::Boolean,
            );
            client.create_setting(CONFIG, body)
        })
        .body(json!({
            "key": "key “q” \"w\"",
            "name": "name back\\slash",
            "settingType": "boolean",
        })),
        row!("POST /v1/configs/{CONFIG}/settings", |client| {
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
            client.create_setting(CONFIG, body)
        })
        .body(json!({
            "key": "key “q” \"w\"",
            "name": "name back\\slash",
            "settingType": "boolean",
            "hint": "hint 100 %",
            "initialValues": [
                {"value": true, "environmentId": "{ENVIRONMENT}"},
                {"value": "välue \"5\""},
            ],
            "isJson": false,
            "order": 16,
            "predefinedVariations": [
                {
                    "value": {
                        "boolValue": false,
                        "doubleValue": 5.0,
                        "intValue": -5,
                        "stringValue": "stringValue {x}",
                    },
                    "hint": "hint línea",
                    "name": "name ä/ß",
                },
                {"value": {}},
            ],
            "settingIdToInitFrom": 21,
            "tags": [9007199254741017_i64, 9007199254741019_i64],
        })),
        row!("POST /v1/configs/{CONFIG}/settings", |client| {
            let body = CreateSettingInitialValues::new(
                "key “q” \"w\"",
                "name back\\slash",
                SettingType::Boolean,
            )
            .with_initial_values(Vec::<InitialValue>::new())
            .with_predefined_variations(Vec::<CreatePredefinedVariationModel>::new())
            .with_tags(vec![]);
            client.create_setting(CONFIG, body)
        })
        .body(json!({
            "key": "key “q” \"w\"",
            "name": "name back\\slash",
            "settingType": "boolean",
            "initialValues": [],
            "predefinedVariations": [],
            "tags": [],
        })),
        row!("GET /v1/settings/4711", |client| client.get_setting(4711)),
        row!("PUT /v1/settings/4711", |client| {
            client.replace_setting(4711, ReplaceSettingModel::new("name “q” \"w\""))
        })
        .body(json!({"name": "name “q” \"w\""})),
        row!("PUT /v1/settings/4711", |client| {
            let body = ReplaceSettingModel::new("name “q” \"w\"")
                .with_hint("hint back\\slash")
                .with_is_json(false)
                .with_order(14)
                .with_tags([9007199254741003_i64, 9007199254741005_i64]);
            client.replace_setting(4711, body)
        })
        .body(json!({
            "name": "name “q” \"w\"",
            "hint": "hint back\\slash",
            "isJson": false,
            "order": 14,
            "tags": [9007199254741003_i64, 9007199254741005_i64],
        })),
        row!("PUT /v1/settings/4711", |client| {
            let body = ReplaceSettingModel::new("name “q” \"w\"").with_tags(vec![]);
            client.replace_setting(4711, body)
        })
        .body(json!({"name": "name “q” \"w\"", "tags": []})),
        row!("DELETE /v1/settings/4711", |client| client
            .delete_setting(4711)),
        row!("PATCH /v1/settings/4711", |client| {
            client.update_setting(4711, patch("/name"))
        })
        .body(patch_body("/name")),
        row!("GET /v1/settings/4711/predefined-variations", |client| {
            client.get_predefined_variations(4711)
        }),
        row!("PUT /v1/settings/4711/predefined-variations", |client| {
            let predefined_variation =
                UpdatePredefinedVariationModel::new(UpdatePredefinedVariationValueModel::new());
            let body = UpdatePredefinedVariationsRequest::new([predefined_variation]);
            client.update_predefined_variations(4711, body)
        })
        .body(json!({"predefinedVariations": [{"value": {}}]})),
        row!("PUT /v1/settings/4711/predefined-variations", |client| {
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
            client.update_predefined_variations(4711, body)
        })
        .body(json!({
            "predefinedVariations": [
                {
                    "value": {
                        "boolValue": false,
                        "doubleValue": 5.0,
                        "intValue": -5,
                        "stringValue": "stringValue back\\slash",
                    },
                    "hint": "hint 🐱 & <b>",
                    "name": "name 100 %",
                    "predefinedVariationId": "{VARIATION}",
                },
                {"value": {}},
            ],
        })),
        row!("PUT /v1/settings/4711/predefined-variations", |client| {
            let body = UpdatePredefinedVariationsRequest::new(
                Vec::<UpdatePredefinedVariationModel>::new(),
            );
            client.update_predefined_variations(4711, body)
        })
        .body(json!({"predefinedVariations": []})),
    ]
}
