//! Configs.

use configcat_management::types::{CreateConfigRequest, EvaluationVersion, UpdateConfigRequest};
use serde_json::json;

use super::{CONFIG, PRODUCT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/configs/{CONFIG}", |client| client
            .get_config(CONFIG)),
        row!("PUT /v1/configs/{CONFIG}", |client| {
            client.update_config(CONFIG, UpdateConfigRequest::new())
        })
        .body(json!({})),
        row!("PUT /v1/configs/{CONFIG}", |client| {
            let body = UpdateConfigRequest::new()
                .with_description("description “q” \"w\"")
                .with_name("name back\\slash")
                .with_order(13);
            client.update_config(CONFIG, body)
        })
        .body(json!({
            "description": "description “q” \"w\"",
            "name": "name back\\slash",
            "order": 13,
        })),
        row!("DELETE /v1/configs/{CONFIG}", |client| client
            .delete_config(CONFIG)),
        row!("GET /v1/products/{PRODUCT}/configs", |client| client
            .get_configs(PRODUCT)),
        row!("POST /v1/products/{PRODUCT}/configs", |client| {
            client.create_config(PRODUCT, CreateConfigRequest::new("name “q” \"w\""))
        })
        .body(json!({"name": "name “q” \"w\""})),
        row!("POST /v1/products/{PRODUCT}/configs", |client| {
            let body = CreateConfigRequest::new("name “q” \"w\"")
                .with_description("description back\\slash")
                .with_evaluation_version(EvaluationVersion::V1)
                .with_order(14);
            client.create_config(PRODUCT, body)
        })
        .body(json!({
            "name": "name “q” \"w\"",
            "description": "description back\\slash",
            "evaluationVersion": "v1",
            "order": 14,
        })),
    ]
}
