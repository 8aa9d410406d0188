//! No text of a caller changes which path is addressed.

use std::collections::BTreeSet;

use configcat_management::types::{
    AddOrUpdateIntegrationLinkModel, AddOrUpdateJiraIntegrationLinkModel, IntegrationLinkType,
    JsonPatchOperation, OperationType, UpdateEvaluationFormulaModel,
    UpdateMemberPermissionsRequest, UpdateSettingValueModel, UpdateValueModel,
};
use configcat_management::{Client, Error, OPERATIONS};

use super::description::Description;
use super::rows::{Call, ENVIRONMENT, HAIRY, ORGANIZATION, PRODUCT, call};
use super::server::Server;
use super::{client, operation};

/// A call whose path has a text of the caller's.
struct TextInPath {
    id: &'static str,
    parameter: &'static str,
    call: fn(&Client, &str) -> Call,
}

fn texts_in_paths() -> Vec<TextInPath> {
    const TYPE: IntegrationLinkType = IntegrationLinkType::Trello;
    let at = |id, parameter, call| TextInPath {
        id,
        parameter,
        call,
    };
    vec![
        at(
            "add-or-update-integration-link",
            "integrationLinkType",
            |client, text| {
                call(
                    client
                        .add_or_update_integration_link(
                            ENVIRONMENT,
                            1,
                            text,
                            "key",
                            AddOrUpdateIntegrationLinkModel::new(),
                        )
                        .send(),
                )
            },
        ),
        at("add-or-update-integration-link", "key", |client, text| {
            call(
                client
                    .add_or_update_integration_link(
                        ENVIRONMENT,
                        1,
                        TYPE,
                        text,
                        AddOrUpdateIntegrationLinkModel::new(),
                    )
                    .send(),
            )
        }),
        at(
            "delete-integration-link",
            "integrationLinkType",
            |client, text| {
                call(
                    client
                        .delete_integration_link(ENVIRONMENT, 1, text, "key")
                        .send(),
                )
            },
        ),
        at("delete-integration-link", "key", |client, text| {
            call(
                client
                    .delete_integration_link(ENVIRONMENT, 1, TYPE, text)
                    .send(),
            )
        }),
        at(
            "get-integration-link-details",
            "integrationLinkType",
            |client, text| call(client.get_integration_link_details(text, "key").send()),
        ),
        at("get-integration-link-details", "key", |client, text| {
            call(client.get_integration_link_details(TYPE, text).send())
        }),
        at(
            "jira-add-or-update-integration-link",
            "key",
            |client, text| {
                call(
                    client
                        .jira_add_or_update_integration_link(
                            ENVIRONMENT,
                            1,
                            text,
                            AddOrUpdateJiraIntegrationLinkModel::new("x", "x"),
                        )
                        .send(),
                )
            },
        ),
        at("add-member-to-group", "userId", |client, text| {
            call(
                client
                    .add_member_to_group(ORGANIZATION, text, UpdateMemberPermissionsRequest::new())
                    .send(),
            )
        }),
        at("delete-organization-member", "userId", |client, text| {
            call(client.delete_organization_member(ORGANIZATION, text).send())
        }),
        at("delete-product-member", "userId", |client, text| {
            call(client.delete_product_member(PRODUCT, text).send())
        }),
        at(
            "get-setting-value-by-sdkkey",
            "settingKeyOrId",
            |client, text| call(client.get_setting_value_by_sdkkey(text, "key").send()),
        ),
        at(
            "replace-setting-value-by-sdkkey",
            "settingKeyOrId",
            |client, text| {
                call(
                    client
                        .replace_setting_value_by_sdkkey(
                            text,
                            "key",
                            UpdateSettingValueModel::new(true),
                        )
                        .send(),
                )
            },
        ),
        at(
            "update-setting-value-by-sdkkey",
            "settingKeyOrId",
            |client, text| {
                call(
                    client
                        .update_setting_value_by_sdkkey(
                            text,
                            "key",
                            [JsonPatchOperation::new(OperationType::Remove, "/a")],
                        )
                        .send(),
                )
            },
        ),
        at(
            "get-setting-value-by-sdkkey-v2",
            "settingKeyOrId",
            |client, text| call(client.get_setting_value_by_sdkkey_v2(text, "key").send()),
        ),
        at(
            "replace-setting-value-by-sdkkey-v2",
            "settingKeyOrId",
            |client, text| {
                call(
                    client
                        .replace_setting_value_by_sdkkey_v2(
                            text,
                            "key",
                            UpdateEvaluationFormulaModel::new(UpdateValueModel::new()),
                        )
                        .send(),
                )
            },
        ),
        at(
            "update-setting-value-by-sdkkey-v2",
            "settingKeyOrId",
            |client, text| {
                call(
                    client
                        .update_setting_value_by_sdkkey_v2(
                            text,
                            "key",
                            [JsonPatchOperation::new(OperationType::Remove, "/a")],
                        )
                        .send(),
                )
            },
        ),
    ]
}

#[tokio::test]
async fn a_text_that_would_change_the_path_is_not_sent() {
    let description = Description::read();
    let expected: BTreeSet<(&str, String)> = OPERATIONS
        .iter()
        .flat_map(|operation| {
            let described = description.operation(operation.method.as_str(), operation.path);
            let described = described.expect("every operation is described");
            let texts = described.texts_in_path().into_iter();
            texts
                .map(|name| (operation.id, name.to_string()))
                .collect::<Vec<_>>()
        })
        .collect();
    let listed = texts_in_paths()
        .iter()
        .map(|text| (text.id, text.parameter.to_string()))
        .collect();
    assert_eq!(expected, listed, "operations and the texts in their paths");

    let server = Server::start().await;
    let client = client(&server);
    for text in texts_in_paths() {
        for value in ["", ".", ".."] {
            let error = match (text.call)(&client, value).await {
                Err(Error::Invalid(error)) => error,
                other => panic!("{} with `{value}`: {other:?}", text.id),
            };
            assert_eq!(error.operation.id, text.id);
            assert_eq!(error.field, text.parameter);
            match value {
                "" => assert_eq!(error.problem, "is empty; the path needs a value"),
                dots => assert_eq!(
                    error.problem,
                    format!("is `{dots}`, which a path cannot carry")
                ),
            }
        }
    }
    assert!(server.taken().is_empty(), "something was sent");
}

#[tokio::test]
async fn a_text_that_looks_as_if_it_would_change_the_path_does_not() {
    let server = Server::start().await;
    let client = client(&server);
    server.answers(418, &[], "");
    let cases = [
        ("...", "..."),
        ("..a", "..a"),
        ("%2e%2E", "%252e%252E"),
        ("../..", "..%2F.."),
        ("/", "%2F"),
        ("..\\", "..%5C"),
        (" ", "%20"),
        ("a;b=c,d:@!$'()*", "a%3Bb%3Dc%2Cd%3A%40%21%24%27%28%29%2A"),
        ("-._~", "-._~"),
        ("\r\nX: y\0", "%0D%0AX%3A%20y%00"),
        (
            HAIRY,
            "a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1",
        ),
    ];
    for text in texts_in_paths() {
        let path = operation(text.id).path;
        let placeholder = format!("{{{}}}", text.parameter);
        let slashes = path[..path.find(&placeholder).expect("it is there")]
            .matches('/')
            .count();
        for (value, expected) in cases {
            let outcome = (text.call)(&client, value).await;
            let requests = server.taken();
            assert_eq!(requests.len(), 1, "{} with {value:?}: {outcome:?}", text.id);
            let segments: Vec<&str> = requests[0].target.split('/').collect();
            assert_eq!(segments[slashes], expected, "{} with {value:?}", text.id);
            assert_eq!(segments.len(), path.split('/').count());
        }
    }
}
