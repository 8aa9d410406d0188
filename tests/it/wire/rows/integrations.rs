//! Integrations.

use configcat_management::Secret;
use configcat_management::types::{
    CreateIntegrationModel, IntegrationType, ModifyIntegrationRequest,
};
use serde_json::json;

use super::{CONFIG, ENVIRONMENT, INTEGRATION, OTHER, PRODUCT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/integrations/{INTEGRATION}", |client| client
            .get_integration(INTEGRATION)),
        row!("PUT /v1/integrations/{INTEGRATION}", |client| {
            let body = ModifyIntegrationRequest::new(
                [CONFIG.into(), OTHER.into()],
                [ENVIRONMENT.into(), OTHER.into()],
                "name “q” \"w\"",
                parameters(),
            );
            client.update_integration(INTEGRATION, body)
        })
        .body(json!({
            "configIds": ["{CONFIG}", "{OTHER}"],
            "environmentIds": ["{ENVIRONMENT}", "{OTHER}"],
            "name": "name “q” \"w\"",
            "parameters": {
                "parameters.apiKey": "s3cr/et \"ü\"",
                "incoming_webhook.url": "https://ex.test/?a=b&c",
            },
        })),
        row!("PUT /v1/integrations/{INTEGRATION}", |client| {
            let body = ModifyIntegrationRequest::new(
                [],
                [],
                "name “q” \"w\"",
                [("parameters.apiKey".to_string(), Secret::from("k"))],
            );
            client.update_integration(INTEGRATION, body)
        })
        .body(json!({
            "configIds": [],
            "environmentIds": [],
            "name": "name “q” \"w\"",
            "parameters": {"parameters.apiKey": "k"},
        })),
        row!("DELETE /v1/integrations/{INTEGRATION}", |client| client
            .delete_integration(INTEGRATION)),
        row!("GET /v1/products/{PRODUCT}/integrations", |client| client
            .get_integrations(PRODUCT)),
        row!("POST /v1/products/{PRODUCT}/integrations", |client| {
            let body = CreateIntegrationModel::new(
                [CONFIG.into(), OTHER.into()],
                [ENVIRONMENT.into(), OTHER.into()],
                IntegrationType::Amplitude,
                "name back\\slash",
                parameters(),
            );
            client.create_integration(PRODUCT, body)
        })
        .body(json!({
            "configIds": ["{CONFIG}", "{OTHER}"],
            "environmentIds": ["{ENVIRONMENT}", "{OTHER}"],
            "integrationType": "amplitude",
            "name": "name back\\slash",
            "parameters": {
                "parameters.apiKey": "s3cr/et \"ü\"",
                "incoming_webhook.url": "https://ex.test/?a=b&c",
            },
        })),
        row!("POST /v1/products/{PRODUCT}/integrations", |client| {
            let body = CreateIntegrationModel::new(
                [],
                [],
                IntegrationType::Amplitude,
                "name back\\slash",
                [("parameters.apiKey".to_string(), Secret::from("k"))],
            );
            client.create_integration(PRODUCT, body)
        })
        .body(json!({
            "configIds": [],
            "environmentIds": [],
            "integrationType": "amplitude",
            "name": "name back\\slash",
            "parameters": {"parameters.apiKey": "k"},
        })),
    ]
}

fn parameters() -> [(String, Secret); 2] {
    [
        ("parameters.apiKey", "s3cr/et \"ü\""),
        ("incoming_webhook.url", "https://ex.test/?a=b&c"),
    ]
    .map(|(name, value)| (name.to_string(), Secret::from(value)))
}
