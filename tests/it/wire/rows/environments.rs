//! Environments.

use configcat_management::types::{CreateEnvironmentModel, UpdateEnvironmentModel};
use serde_json::json;

use super::{ENVIRONMENT, PRODUCT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/environments/{ENVIRONMENT}", |client| client
            .get_environment(ENVIRONMENT)),
        row!("PUT /v1/environments/{ENVIRONMENT}", |client| {
            client.update_environment(ENVIRONMENT, UpdateEnvironmentModel::new())
        })
        .body(json!({})),
        row!("PUT /v1/environments/{ENVIRONMENT}", |client| {
            let body = UpdateEnvironmentModel::new()
                .with_color("color “q” \"w\"")
                .with_description("description back\\slash")
                .with_name("name 🐱 & <b>")
                .with_order(14);
            client.update_environment(ENVIRONMENT, body)
        })
        .body(json!({
            "color": "color “q” \"w\"",
            "description": "description back\\slash",
            "name": "name 🐱 & <b>",
            "order": 14,
        })),
        row!("DELETE /v1/environments/{ENVIRONMENT}", |client| client
            .delete_environment(ENVIRONMENT)),
        row!(
            "DELETE /v1/environments/{ENVIRONMENT}?cleanupAuditLogs=true",
            |client| {
                client
                    .delete_environment(ENVIRONMENT)
                    .cleanup_audit_logs(true)
            }
        ),
        row!(
            "DELETE /v1/environments/{ENVIRONMENT}?cleanupAuditLogs=false",
            |client| {
                client
                    .delete_environment(ENVIRONMENT)
                    .cleanup_audit_logs(false)
            }
        ),
        row!("GET /v1/products/{PRODUCT}/environments", |client| client
            .get_environments(PRODUCT)),
        row!("POST /v1/products/{PRODUCT}/environments", |client| {
            client.create_environment(PRODUCT, CreateEnvironmentModel::new("name “q” \"w\""))
        })
        .body(json!({"name": "name “q” \"w\""})),
        row!("POST /v1/products/{PRODUCT}/environments", |client| {
            let body = CreateEnvironmentModel::new("name “q” \"w\"")
                .with_color("color back\\slash")
                .with_description("description 🐱 & <b>")
                .with_order(14);
            client.create_environment(PRODUCT, body)
        })
        .body(json!({
            "name": "name “q” \"w\"",
            "color": "color back\\slash",
            "description": "description 🐱 & <b>",
            "order": 14,
        })),
    ]
}
