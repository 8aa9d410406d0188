//! Integration links.

use configcat_management::types::{
    AddOrUpdateIntegrationLinkModel, AddOrUpdateJiraIntegrationLinkModel, ConnectRequest,
    IntegrationLinkType,
};

use super::{ENVIRONMENT, HAIRY, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "add-or-update-integration-link",
            |client| {
                call(
                    client
                        .add_or_update_integration_link(
                            ENVIRONMENT,
                            4711,
                            IntegrationLinkType::Jira,
                            HAIRY,
                            AddOrUpdateIntegrationLinkModel::new(),
                        )
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/integrationLinks/jira",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(r#"{}"#),
        Row::new(
            "add-or-update-integration-link",
            |client| {
                let body = AddOrUpdateIntegrationLinkModel::new()
                    .with_description("description “q” \"w\"")
                    .with_url("https://ex.test/url?n=2&ü=%2F");
                call(
                    client
                        .add_or_update_integration_link(
                            ENVIRONMENT,
                            4711,
                            IntegrationLinkType::Jira,
                            HAIRY,
                            body,
                        )
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/integrationLinks/jira",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"{
              "description": "description “q” \"w\"",
              "url": "https://ex.test/url?n=2&ü=%2F"
            }"#,
        ),
        Row::new(
            "delete-integration-link",
            |client| {
                call(
                    client
                        .delete_integration_link(
                            ENVIRONMENT,
                            4711,
                            IntegrationLinkType::Jira,
                            HAIRY,
                        )
                        .send(),
                )
            },
            "DELETE",
            concat!(
                "/v1/environments/0e0e0000-0000-4000-8000-00000000e004/settings/4711",
                "/integrationLinks/jira",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        ),
        Row::new(
            "get-integration-link-details",
            |client| {
                call(
                    client
                        .get_integration_link_details(IntegrationLinkType::Jira, HAIRY)
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v1/integrationLink/jira",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1/details",
            ),
        ),
        Row::new(
            "jira-connect",
            |client| {
                let body = ConnectRequest::new("clientKey “q” \"w\"", "jiraJwtToken back\\slash");
                call(client.jira_connect(body).send())
            },
            "POST",
            "/v1/jira/connect",
        )
        .body(
            r#"{
              "clientKey": "clientKey “q” \"w\"",
              "jiraJwtToken": "jiraJwtToken back\\slash"
            }"#,
        ),
        Row::new(
            "jira-add-or-update-integration-link",
            |client| {
                let body = AddOrUpdateJiraIntegrationLinkModel::new(
                    "clientKey “q” \"w\"",
                    "jiraJwtToken back\\slash",
                );
                call(
                    client
                        .jira_add_or_update_integration_link(ENVIRONMENT, 4711, HAIRY, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/jira/environments/0e0e0000-0000-4000-8000-00000000e004/settings",
                "/4711/integrationLinks",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"{
              "clientKey": "clientKey “q” \"w\"",
              "jiraJwtToken": "jiraJwtToken back\\slash"
            }"#,
        ),
        Row::new(
            "jira-add-or-update-integration-link",
            |client| {
                let body = AddOrUpdateJiraIntegrationLinkModel::new(
                    "clientKey “q” \"w\"",
                    "jiraJwtToken back\\slash",
                )
                .with_description("description 🐱 & <b>")
                .with_url("https://ex.test/url?n=4&ü=%2F");
                call(
                    client
                        .jira_add_or_update_integration_link(ENVIRONMENT, 4711, HAIRY, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/jira/environments/0e0e0000-0000-4000-8000-00000000e004/settings",
                "/4711/integrationLinks",
                "/a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
            ),
        )
        .body(
            r#"{
              "clientKey": "clientKey “q” \"w\"",
              "jiraJwtToken": "jiraJwtToken back\\slash",
              "description": "description 🐱 & <b>",
              "url": "https://ex.test/url?n=4&ü=%2F"
            }"#,
        ),
    ]
}
