//! Integrations.

use configcat_management::Secret;
use configcat_management::types::{
    CreateIntegrationModel, IntegrationType, ModifyIntegrationRequest,
};

use super::{CONFIG, ENVIRONMENT, INTEGRATION, OTHER, PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-integration",
            |client| call(client.get_integration(INTEGRATION).send()),
            "GET",
            "/v1/integrations/017e0000-0000-4000-8000-000000017006",
        ),
        Row::new(
            "update-integration",
            |client| {
                let body = ModifyIntegrationRequest::new(
                    [CONFIG.into()],
                    [ENVIRONMENT.into()],
                    "name “q” \"w\"",
                    [("parameters.apiKey".to_string(), Secret::from("k"))],
                );
                call(client.update_integration(INTEGRATION, body).send())
            },
            "PUT",
            "/v1/integrations/017e0000-0000-4000-8000-000000017006",
        )
        .body(
            r#"{
              "configIds": ["0c0f0000-0000-4000-8000-00000000c003"],
              "environmentIds": ["0e0e0000-0000-4000-8000-00000000e004"],
              "name": "name “q” \"w\"",
              "parameters": {"parameters.apiKey": "k"}
            }"#,
        ),
        Row::new(
            "update-integration",
            |client| {
                let body = ModifyIntegrationRequest::new(
                    [CONFIG.into(), OTHER.into()],
                    [ENVIRONMENT.into(), OTHER.into()],
                    "name “q” \"w\"",
                    [
                        (
                            "parameters.apiKey".to_string(),
                            Secret::from("s3cr/et \"ü\""),
                        ),
                        (
                            "incoming_webhook.url".to_string(),
                            Secret::from("https://ex.test/?a=b&c"),
                        ),
                    ],
                );
                call(client.update_integration(INTEGRATION, body).send())
            },
            "PUT",
            "/v1/integrations/017e0000-0000-4000-8000-000000017006",
        )
        .body(
            r#"{
              "configIds": [
                "0c0f0000-0000-4000-8000-00000000c003",
                "ffffffff-ffff-4fff-bfff-ffffffffff0b"
              ],
              "environmentIds": [
                "0e0e0000-0000-4000-8000-00000000e004",
                "ffffffff-ffff-4fff-bfff-ffffffffff0b"
              ],
              "name": "name “q” \"w\"",
              "parameters": {
                "parameters.apiKey": "s3cr/et \"ü\"",
                "incoming_webhook.url": "https://ex.test/?a=b&c"
              }
            }"#,
        ),
        Row::new(
            "update-integration",
            |client| {
                let body = ModifyIntegrationRequest::new(
                    [],
                    [],
                    "name “q” \"w\"",
                    [("parameters.apiKey".to_string(), Secret::from("k"))],
                );
                call(client.update_integration(INTEGRATION, body).send())
            },
            "PUT",
            "/v1/integrations/017e0000-0000-4000-8000-000000017006",
        )
        .body(
            r#"{
              "configIds": [],
              "environmentIds": [],
              "name": "name “q” \"w\"",
              "parameters": {"parameters.apiKey": "k"}
            }"#,
        ),
        Row::new(
            "delete-integration",
            |client| call(client.delete_integration(INTEGRATION).send()),
            "DELETE",
            "/v1/integrations/017e0000-0000-4000-8000-000000017006",
        ),
        Row::new(
            "get-integrations",
            |client| call(client.get_integrations(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/integrations",
        ),
        Row::new(
            "create-integration",
            |client| {
                let body = CreateIntegrationModel::new(
                    [CONFIG.into()],
                    [ENVIRONMENT.into()],
                    IntegrationType::Amplitude,
                    "name back\\slash",
                    [("parameters.apiKey".to_string(), Secret::from("k"))],
                );
                call(client.create_integration(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/integrations",
        )
        .body(
            r#"{
              "configIds": ["0c0f0000-0000-4000-8000-00000000c003"],
              "environmentIds": ["0e0e0000-0000-4000-8000-00000000e004"],
              "integrationType": "amplitude",
              "name": "name back\\slash",
              "parameters": {"parameters.apiKey": "k"}
            }"#,
        ),
        Row::new(
            "create-integration",
            |client| {
                let body = CreateIntegrationModel::new(
                    [CONFIG.into(), OTHER.into()],
                    [ENVIRONMENT.into(), OTHER.into()],
                    IntegrationType::Amplitude,
                    "name back\\slash",
                    [
                        (
                            "parameters.apiKey".to_string(),
                            Secret::from("s3cr/et \"ü\""),
                        ),
                        (
                            "incoming_webhook.url".to_string(),
                            Secret::from("https://ex.test/?a=b&c"),
                        ),
                    ],
                );
                call(client.create_integration(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/integrations",
        )
        .body(
            r#"{
              "configIds": [
                "0c0f0000-0000-4000-8000-00000000c003",
                "ffffffff-ffff-4fff-bfff-ffffffffff0b"
              ],
              "environmentIds": [
                "0e0e0000-0000-4000-8000-00000000e004",
                "ffffffff-ffff-4fff-bfff-ffffffffff0b"
              ],
              "integrationType": "amplitude",
              "name": "name back\\slash",
              "parameters": {
                "parameters.apiKey": "s3cr/et \"ü\"",
                "incoming_webhook.url": "https://ex.test/?a=b&c"
              }
            }"#,
        ),
        Row::new(
            "create-integration",
            |client| {
                let body = CreateIntegrationModel::new(
                    [],
                    [],
                    IntegrationType::Amplitude,
                    "name back\\slash",
                    [("parameters.apiKey".to_string(), Secret::from("k"))],
                );
                call(client.create_integration(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/integrations",
        )
        .body(
            r#"{
              "configIds": [],
              "environmentIds": [],
              "integrationType": "amplitude",
              "name": "name back\\slash",
              "parameters": {"parameters.apiKey": "k"}
            }"#,
        ),
    ]
}
