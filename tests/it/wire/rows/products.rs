//! Products.

use configcat_management::types::{
    CreateProductRequest, KeyGenerationMode, UpdateApproveRequiredEnvironmentModel,
    UpdatePreferencesRequest, UpdateProductRequest, UpdateReasonRequiredEnvironmentModel,
};
use serde_json::json;

use super::{ENVIRONMENT, ORGANIZATION, PRODUCT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("POST /v1/organizations/{ORGANIZATION}/products", |client| {
            client.create_product(ORGANIZATION, CreateProductRequest::new("name “q” \"w\""))
        })
        .body(json!({"name": "name “q” \"w\""})),
        row!("POST /v1/organizations/{ORGANIZATION}/products", |client| {
            let body = CreateProductRequest::new("name “q” \"w\"")
                .with_description("description back\\slash")
                .with_order(13);
            client.create_product(ORGANIZATION, body)
        })
        .body(json!({
            "name": "name “q” \"w\"",
            "description": "description back\\slash",
            "order": 13,
        })),
        row!("GET /v1/products", |client| client.get_products()),
        row!("GET /v1/products/{PRODUCT}", |client| client
            .get_product(PRODUCT)),
        row!("PUT /v1/products/{PRODUCT}", |client| {
            client.update_product(PRODUCT, UpdateProductRequest::new())
        })
        .body(json!({})),
        row!("PUT /v1/products/{PRODUCT}", |client| {
            let body = UpdateProductRequest::new()
                .with_description("description “q” \"w\"")
                .with_name("name back\\slash")
                .with_order(13);
            client.update_product(PRODUCT, body)
        })
        .body(json!({
            "description": "description “q” \"w\"",
            "name": "name back\\slash",
            "order": 13,
        })),
        row!("DELETE /v1/products/{PRODUCT}", |client| client
            .delete_product(PRODUCT)),
        row!("GET /v1/products/{PRODUCT}/preferences", |client| client
            .get_product_preferences(PRODUCT)),
        row!("POST /v1/products/{PRODUCT}/preferences", |client| {
            client.update_product_preferences(PRODUCT, UpdatePreferencesRequest::new())
        })
        .body(json!({})),
        row!("POST /v1/products/{PRODUCT}/preferences", |client| {
            let approve_required_environment = UpdateApproveRequiredEnvironmentModel::new()
                .with_approve_required(true)
                .with_environment_id(ENVIRONMENT);
            let reason_required_environment = UpdateReasonRequiredEnvironmentModel::new()
                .with_environment_id(ENVIRONMENT)
                .with_reason_required(true);
            let body = UpdatePreferencesRequest::new()
                .with_approve_required(false)
                .with_approve_required_environments([
                    approve_required_environment,
                    UpdateApproveRequiredEnvironmentModel::new(),
                ])
                .with_key_generation_mode(KeyGenerationMode::KebabCase)
                .with_mandatory_setting_hint(true)
                .with_reason_required(false)
                .with_reason_required_environments([
                    reason_required_environment,
                    UpdateReasonRequiredEnvironmentModel::new(),
                ])
                .with_show_variation_id(false);
            client.update_product_preferences(PRODUCT, body)
        })
        .body(json!({
            "approveRequired": false,
            "approveRequiredEnvironments": [
                {"approveRequired": true, "environmentId": "{ENVIRONMENT}"},
                {},
            ],
            "keyGenerationMode": "kebabCase",
            "mandatorySettingHint": true,
            "reasonRequired": false,
            "reasonRequiredEnvironments": [
                {"environmentId": "{ENVIRONMENT}", "reasonRequired": true},
                {},
            ],
            "showVariationId": false,
        })),
        row!("POST /v1/products/{PRODUCT}/preferences", |client| {
            let body = UpdatePreferencesRequest::new()
                .with_approve_required_environments(
                    Vec::<UpdateApproveRequiredEnvironmentModel>::new(),
                )
                .with_reason_required_environments(
                    Vec::<UpdateReasonRequiredEnvironmentModel>::new(),
                );
            client.update_product_preferences(PRODUCT, body)
        })
        .body(json!({"approveRequiredEnvironments": [], "reasonRequiredEnvironments": []})),
    ]
}
