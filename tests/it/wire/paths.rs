//! No text of a caller changes which path is addressed.

use std::collections::BTreeSet;

use configcat_management::types::{
    AddOrUpdateIntegrationLinkModel, AddOrUpdateJiraIntegrationLinkModel, IntegrationLinkType,
    UpdateEvaluationFormulaModel, UpdateMemberPermissionsRequest, UpdateSettingValueModel,
    UpdateValueModel,
};
use configcat_management::{Client, Error, OPERATIONS};

use super::description::Description;
use super::rows::{Call, ENVIRONMENT, HAIRY, HAIRY_SENT, ORGANIZATION, PRODUCT, call, patch};
use super::{client, operation, server};

/// A call whose path has a text of the caller's.
struct TextInPath {
    id: &'static str,
    parameter: &'static str,
    call: fn(&Client, &str) -> Call,
}

/// The operation's id, the parameter, and the call with a text for it.
macro_rules! texts {
    (|$text:ident| $($id:literal $parameter:literal $call:ident($($argument:expr),*);)*) => {
        [$(TextInPath {
            id: $id,
            parameter: $parameter,
            call: |client, $text| call(client.$call($($argument),*).send()),
        }),*]
    };
}

const TYPE: IntegrationLinkType = IntegrationLinkType::Trello;

const TEXTS_IN_PATHS: [TextInPath; 16] = texts! { |text|
    "add-or-update-integration-link" "integrationLinkType"
        add_or_update_integration_link(ENVIRONMENT, 1, text, "key", AddOrUpdateIntegrationLinkModel::new());
    "add-or-update-integration-link" "key"
        add_or_update_integration_link(ENVIRONMENT, 1, TYPE, text, AddOrUpdateIntegrationLinkModel::new());
    "delete-integration-link" "integrationLinkType" delete_integration_link(ENVIRONMENT, 1, text, "key");
    "delete-integration-link" "key" delete_integration_link(ENVIRONMENT, 1, TYPE, text);
    "get-integration-link-details" "integrationLinkType" get_integration_link_details(text, "key");
    "get-integration-link-details" "key" get_integration_link_details(TYPE, text);
    "jira-add-or-update-integration-link" "key"
        jira_add_or_update_integration_link(ENVIRONMENT, 1, text, AddOrUpdateJiraIntegrationLinkModel::new("x", "x"));
    "add-member-to-group" "userId"
        add_member_to_group(ORGANIZATION, text, UpdateMemberPermissionsRequest::new());
    "delete-organization-member" "userId" delete_organization_member(ORGANIZATION, text);
    "delete-product-member" "userId" delete_product_member(PRODUCT, text);
    "get-setting-value-by-sdkkey" "settingKeyOrId" get_setting_value_by_sdkkey(text, "key");
    "replace-setting-value-by-sdkkey" "settingKeyOrId"
        replace_setting_value_by_sdkkey(text, "key", UpdateSettingValueModel::new(true));
    "update-setting-value-by-sdkkey" "settingKeyOrId"
        update_setting_value_by_sdkkey(text, "key", patch("/a"));
    "get-setting-value-by-sdkkey-v2" "settingKeyOrId" get_setting_value_by_sdkkey_v2(text, "key");
    "replace-setting-value-by-sdkkey-v2" "settingKeyOrId"
        replace_setting_value_by_sdkkey_v2(text, "key", UpdateEvaluationFormulaModel::new(UpdateValueModel::new()));
    "update-setting-value-by-sdkkey-v2" "settingKeyOrId"
        update_setting_value_by_sdkkey_v2(text, "key", patch("/a"));
};

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
    let listed = TEXTS_IN_PATHS
        .iter()
        .map(|text| (text.id, text.parameter.to_string()))
        .collect();
    assert_eq!(expected, listed, "operations and the texts in their paths");

    let server = server();
    let client = client(&server);
    for text in TEXTS_IN_PATHS {
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
    assert!(server.take().is_empty(), "something was sent");
}

#[tokio::test]
async fn a_text_that_looks_as_if_it_would_change_the_path_does_not() {
    let server = server();
    let client = client(&server);
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
        (HAIRY, HAIRY_SENT),
    ];
    for text in TEXTS_IN_PATHS {
        let path = operation(text.id).path;
        let placeholder = format!("{{{}}}", text.parameter);
        let slashes = path[..path.find(&placeholder).expect("it is there")]
            .matches('/')
            .count();
        for (value, expected) in cases {
            let outcome = (text.call)(&client, value).await;
            let requests = server.take();
            assert_eq!(requests.len(), 1, "{} with {value:?}: {outcome:?}", text.id);
            let segments: Vec<&str> = requests[0].target().split('/').collect();
            assert_eq!(segments[slashes], expected, "{} with {value:?}", text.id);
            assert_eq!(segments.len(), path.split('/').count());
        }
    }
}
