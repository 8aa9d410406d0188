//! Products.

use configcat_management::types::{
    CreateProductRequest, KeyGenerationMode, UpdateApproveRequiredEnvironmentModel,
    UpdatePreferencesRequest, UpdateProductRequest, UpdateReasonRequiredEnvironmentModel,
};

use super::{ENVIRONMENT, ORGANIZATION, PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "create-product",
            |client| {
                call(
                    client
                        .create_product(ORGANIZATION, CreateProductRequest::new("name “q” \"w\""))
                        .send(),
                )
            },
            "POST",
            "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/products",
        )
        .body(r#"{"name": "name “q” \"w\""}"#),
        Row::new(
            "create-product",
            |client| {
                let body = CreateProductRequest::new("name “q” \"w\"")
                    .with_description("description back\\slash")
                    .with_order(13);
                call(client.create_product(ORGANIZATION, body).send())
            },
            "POST",
            "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/products",
        )
        .body(
            r#"{
              "name": "name “q” \"w\"",
              "description": "description back\\slash",
              "order": 13
            }"#,
        ),
        Row::new(
            "get-products",
            |client| call(client.get_products().send()),
            "GET",
            "/v1/products",
        ),
        Row::new(
            "get-product",
            |client| call(client.get_product(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002",
        ),
        Row::new(
            "update-product",
            |client| {
                call(
                    client
                        .update_product(PRODUCT, UpdateProductRequest::new())
                        .send(),
                )
            },
            "PUT",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002",
        )
        .body(r#"{}"#),
        Row::new(
            "update-product",
            |client| {
                let body = UpdateProductRequest::new()
                    .with_description("description “q” \"w\"")
                    .with_name("name back\\slash")
                    .with_order(13);
                call(client.update_product(PRODUCT, body).send())
            },
            "PUT",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002",
        )
        .body(
            r#"{
              "description": "description “q” \"w\"",
              "name": "name back\\slash",
              "order": 13
            }"#,
        ),
        Row::new(
            "delete-product",
            |client| call(client.delete_product(PRODUCT).send()),
            "DELETE",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002",
        ),
        Row::new(
            "get-product-preferences",
            |client| call(client.get_product_preferences(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/preferences",
        ),
        Row::new(
            "update-product-preferences",
            |client| {
                call(
                    client
                        .update_product_preferences(PRODUCT, UpdatePreferencesRequest::new())
                        .send(),
                )
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/preferences",
        )
        .body(r#"{}"#),
        Row::new(
            "update-product-preferences",
            |client| {
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
                call(client.update_product_preferences(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/preferences",
        )
        .body(
            r#"{
              "approveRequired": false,
              "approveRequiredEnvironments": [
                {
                  "approveRequired": true,
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004"
                },
                {}
              ],
              "keyGenerationMode": "kebabCase",
              "mandatorySettingHint": true,
              "reasonRequired": false,
              "reasonRequiredEnvironments": [
                {
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004",
                  "reasonRequired": true
                },
                {}
              ],
              "showVariationId": false
            }"#,
        ),
        Row::new(
            "update-product-preferences",
            |client| {
                let body = UpdatePreferencesRequest::new()
                    .with_approve_required_environments(
                        Vec::<UpdateApproveRequiredEnvironmentModel>::new(),
                    )
                    .with_reason_required_environments(
                        Vec::<UpdateReasonRequiredEnvironmentModel>::new(),
                    );
                call(client.update_product_preferences(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/preferences",
        )
        .body(r#"{"approveRequiredEnvironments": [], "reasonRequiredEnvironments": []}"#),
    ]
}
