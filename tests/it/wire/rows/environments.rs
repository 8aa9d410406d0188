//! Environments.

use configcat_management::types::{CreateEnvironmentModel, UpdateEnvironmentModel};

use super::{ENVIRONMENT, PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-environment",
            |client| call(client.get_environment(ENVIRONMENT).send()),
            "GET",
            "/v1/environments/0e0e0000-0000-4000-8000-00000000e004",
        ),
        Row::new(
            "update-environment",
            |client| {
                call(
                    client
                        .update_environment(ENVIRONMENT, UpdateEnvironmentModel::new())
                        .send(),
                )
            },
            "PUT",
            "/v1/environments/0e0e0000-0000-4000-8000-00000000e004",
        )
        .body(r#"{}"#),
        Row::new(
            "update-environment",
            |client| {
                let body = UpdateEnvironmentModel::new()
                    .with_color("color “q” \"w\"")
                    .with_description("description back\\slash")
                    .with_name("name 🐱 & <b>")
                    .with_order(14);
                call(client.update_environment(ENVIRONMENT, body).send())
            },
            "PUT",
            "/v1/environments/0e0e0000-0000-4000-8000-00000000e004",
        )
        .body(
            r#"{
              "color": "color “q” \"w\"",
              "description": "description back\\slash",
              "name": "name 🐱 & <b>",
              "order": 14
            }"#,
        ),
        Row::new(
            "delete-environment",
            |client| call(client.delete_environment(ENVIRONMENT).send()),
            "DELETE",
            "/v1/environments/0e0e0000-0000-4000-8000-00000000e004",
        ),
        Row::new(
            "delete-environment",
            |client| {
                call(
                    client
                        .delete_environment(ENVIRONMENT)
                        .cleanup_audit_logs(true)
                        .send(),
                )
            },
            "DELETE",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004",
                "?cleanupAuditLogs=true",
            ),
        ),
        Row::new(
            "delete-environment",
            |client| {
                call(
                    client
                        .delete_environment(ENVIRONMENT)
                        .cleanup_audit_logs(false)
                        .send(),
                )
            },
            "DELETE",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004",
                "?cleanupAuditLogs=false",
            ),
        ),
        Row::new(
            "get-environments",
            |client| call(client.get_environments(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/environments",
        ),
        Row::new(
            "create-environment",
            |client| {
                call(
                    client
                        .create_environment(PRODUCT, CreateEnvironmentModel::new("name “q” \"w\""))
                        .send(),
                )
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/environments",
        )
        .body(r#"{"name": "name “q” \"w\""}"#),
        Row::new(
            "create-environment",
            |client| {
                let body = CreateEnvironmentModel::new("name “q” \"w\"")
                    .with_color("color back\\slash")
                    .with_description("description 🐱 & <b>")
                    .with_order(14);
                call(client.create_environment(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/environments",
        )
        .body(
            r#"{
              "name": "name “q” \"w\"",
              "color": "color back\\slash",
              "description": "description 🐱 & <b>",
              "order": 14
            }"#,
        ),
    ]
}
