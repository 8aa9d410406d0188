//! Configs.

use configcat_management::types::{CreateConfigRequest, EvaluationVersion, UpdateConfigRequest};

use super::{CONFIG, PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-config",
            |client| call(client.get_config(CONFIG).send()),
            "GET",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003",
        ),
        Row::new(
            "update-config",
            |client| {
                call(
                    client
                        .update_config(CONFIG, UpdateConfigRequest::new())
                        .send(),
                )
            },
            "PUT",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003",
        )
        .body(r#"{}"#),
        Row::new(
            "update-config",
            |client| {
                let body = UpdateConfigRequest::new()
                    .with_description("description “q” \"w\"")
                    .with_name("name back\\slash")
                    .with_order(13);
                call(client.update_config(CONFIG, body).send())
            },
            "PUT",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003",
        )
        .body(
            r#"{
              "description": "description “q” \"w\"",
              "name": "name back\\slash",
              "order": 13
            }"#,
        ),
        Row::new(
            "delete-config",
            |client| call(client.delete_config(CONFIG).send()),
            "DELETE",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003",
        ),
        Row::new(
            "get-configs",
            |client| call(client.get_configs(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/configs",
        ),
        Row::new(
            "create-config",
            |client| {
                call(
                    client
                        .create_config(PRODUCT, CreateConfigRequest::new("name “q” \"w\""))
                        .send(),
                )
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/configs",
        )
        .body(r#"{"name": "name “q” \"w\""}"#),
        Row::new(
            "create-config",
            |client| {
                let body = CreateConfigRequest::new("name “q” \"w\"")
                    .with_description("description back\\slash")
                    .with_evaluation_version(EvaluationVersion::V1)
                    .with_order(14);
                call(client.create_config(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/configs",
        )
        .body(
            r#"{
              "name": "name “q” \"w\"",
              "description": "description back\\slash",
              "evaluationVersion": "v1",
              "order": 14
            }"#,
        ),
    ]
}
