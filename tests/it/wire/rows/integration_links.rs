//! Integration links.

use configcat_management::types::{
    AddOrUpdateIntegrationLinkModel, AddOrUpdateJiraIntegrationLinkModel, ConnectRequest,
    IntegrationLinkType,
};
use serde_json::json;

use super::{ENVIRONMENT, HAIRY, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!(
            "POST /v1/environments/{ENVIRONMENT}/settings/4711/integrationLinks/jira/{HAIRY}",
            |client| {
                client.add_or_update_integration_link(
                    ENVIRONMENT,
                    4711,
                    IntegrationLinkType::Jira,
                    HAIRY,
                    AddOrUpdateIntegrationLinkModel::new(),
                )
            }
        )
        .body(json!({})),
        row!(
            "POST /v1/environments/{ENVIRONMENT}/settings/4711/integrationLinks/jira/{HAIRY}",
            |client| {
                let body = AddOrUpdateIntegrationLinkModel::new()
                    .with_description("description “q” \"w\"")
                    .with_url("https://ex.test/url?n=2&ü=%2F");
                client.add_or_update_integration_link(
                    ENVIRONMENT,
                    4711,
                    IntegrationLinkType::Jira,
                    HAIRY,
                    body,
                )
            }
        )
        .body(json!({
            "description": "description “q” \"w\"",
            "url": "https://ex.test/url?n=2&ü=%2F",
        })),
        row!(
            "DELETE /v1/environments/{ENVIRONMENT}/settings/4711/integrationLinks/jira/{HAIRY}",
            |client| {
                client.delete_integration_link(ENVIRONMENT, 4711, IntegrationLinkType::Jira, HAIRY)
            }
        ),
        row!("GET /v1/integrationLink/jira/{HAIRY}/details", |client| {
            client.get_integration_link_details(IntegrationLinkType::Jira, HAIRY)
        }),
        row!("POST /v1/jira/connect", |client| {
            let body = ConnectRequest::new("clientKey “q” \"w\"", "jiraJwtToken back\\slash");
            client.jira_connect(body)
        })
        .body(json!({
            "clientKey": "clientKey “q” \"w\"",
            "jiraJwtToken": "jiraJwtToken back\\slash",
        })),
        row!(
            "POST /v1/jira/environments/{ENVIRONMENT}/settings/4711/integrationLinks/{HAIRY}",
            |client| {
                let body = AddOrUpdateJiraIntegrationLinkModel::new(
                    "clientKey “q” \"w\"",
                    "jiraJwtToken back\\slash",
                );
                client.jira_add_or_update_integration_link(ENVIRONMENT, 4711, HAIRY, body)
            }
        )
        .body(json!({
            "clientKey": "clientKey “q” \"w\"",
            "jiraJwtToken": "jiraJwtToken back\\slash",
        })),
        row!(
            "POST /v1/jira/environments/{ENVIRONMENT}/settings/4711/integrationLinks/{HAIRY}",
            |client| {
                let body = AddOrUpdateJiraIntegrationLinkModel::new(
                    "clientKey “q” \"w\"",
                    "jiraJwtToken back\\slash",
                )
                .with_description("description 🐱 & <b>")
                .with_url("https://ex.test/url?n=4&ü=%2F");
                client.jira_add_or_update_integration_link(ENVIRONMENT, 4711, HAIRY, body)
            }
        )
        .body(json!({
            "clientKey": "clientKey “q” \"w\"",
            "jiraJwtToken": "jiraJwtToken back\\slash",
            "description": "description 🐱 & <b>",
            "url": "https://ex.test/url?n=4&ü=%2F",
        })),
    ]
}
