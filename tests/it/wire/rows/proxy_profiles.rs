//! Proxy Profiles.

use configcat_management::types::{
    CreateOrUpdateConnectionPreferences, CreateOrUpdateProxyProfileRequest,
    CreateOrUpdateWebhookNotification, ProxyProfileSdkKeyRequestItem, ProxyProfileSdkKeysRequest,
    SelectionRuleKind, UpdateProxyProfileSelectionRule,
};
use serde_json::{Value, json};

use super::{CONFIG, ENVIRONMENT, ORGANIZATION, PRODUCT, PROXY_PROFILE, Row, patch, patch_body};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!(
            "GET /v1/organizations/{ORGANIZATION}/proxy-profiles",
            |client| client.get_proxy_profiles(ORGANIZATION)
        ),
        row!(
            "POST /v1/organizations/{ORGANIZATION}/proxy-profiles",
            |client| {
                let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"");
                client.create_proxy_profile(ORGANIZATION, body)
            }
        )
        .body(json!({"name": "name “q” \"w\""})),
        row!(
            "POST /v1/organizations/{ORGANIZATION}/proxy-profiles",
            |client| client.create_proxy_profile(ORGANIZATION, everything())
        )
        .body(everything_sent()),
        row!(
            "POST /v1/organizations/{ORGANIZATION}/proxy-profiles",
            |client| {
                let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"")
                    .with_sdk_key_selection_rules(Vec::<UpdateProxyProfileSelectionRule>::new());
                client.create_proxy_profile(ORGANIZATION, body)
            }
        )
        .body(json!({"name": "name “q” \"w\"", "sdkKeySelectionRules": []})),
        row!("GET /v1/proxy-profiles/{PROXY_PROFILE}", |client| client
            .get_proxy_profile(PROXY_PROFILE)),
        row!("PUT /v1/proxy-profiles/{PROXY_PROFILE}", |client| {
            let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"");
            client.replace_proxy_profile(PROXY_PROFILE, body)
        })
        .body(json!({"name": "name “q” \"w\""})),
        row!("PUT /v1/proxy-profiles/{PROXY_PROFILE}", |client| {
            client.replace_proxy_profile(PROXY_PROFILE, everything())
        })
        .body(everything_sent()),
        row!("PUT /v1/proxy-profiles/{PROXY_PROFILE}", |client| {
            let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"")
                .with_sdk_key_selection_rules(Vec::<UpdateProxyProfileSelectionRule>::new());
            client.replace_proxy_profile(PROXY_PROFILE, body)
        })
        .body(json!({"name": "name “q” \"w\"", "sdkKeySelectionRules": []})),
        row!("DELETE /v1/proxy-profiles/{PROXY_PROFILE}", |client| client
            .delete_proxy_profile(PROXY_PROFILE)),
        row!("PATCH /v1/proxy-profiles/{PROXY_PROFILE}", |client| {
            client.update_proxy_profile(PROXY_PROFILE, patch("/connectionPreferences"))
        })
        .body(patch_body("/connectionPreferences")),
        row!(
            "GET /v1/proxy-profiles/{PROXY_PROFILE}/sdk-keys",
            |client| client.get_proxy_profile_sdk_keys(PROXY_PROFILE)
        ),
        row!(
            "POST /v1/proxy-profiles/{PROXY_PROFILE}/sdk-keys/deselect",
            |client| {
                let body = ProxyProfileSdkKeysRequest::new([ProxyProfileSdkKeyRequestItem::new()]);
                client.deselect_proxy_profile_sdk_keys(PROXY_PROFILE, body)
            }
        )
        .body(json!({"items": [{}]})),
        row!(
            "POST /v1/proxy-profiles/{PROXY_PROFILE}/sdk-keys/deselect",
            |client| client.deselect_proxy_profile_sdk_keys(PROXY_PROFILE, sdk_keys())
        )
        .body(json!({"items": [{"configId": "{CONFIG}", "environmentId": "{ENVIRONMENT}"}, {}]})),
        row!(
            "POST /v1/proxy-profiles/{PROXY_PROFILE}/sdk-keys/deselect",
            |client| {
                let body =
                    ProxyProfileSdkKeysRequest::new(Vec::<ProxyProfileSdkKeyRequestItem>::new());
                client.deselect_proxy_profile_sdk_keys(PROXY_PROFILE, body)
            }
        )
        .body(json!({"items": []})),
        row!(
            "POST /v1/proxy-profiles/{PROXY_PROFILE}/sdk-keys/select",
            |client| {
                let body = ProxyProfileSdkKeysRequest::new([ProxyProfileSdkKeyRequestItem::new()]);
                client.select_proxy_profile_sdk_keys(PROXY_PROFILE, body)
            }
        )
        .body(json!({"items": [{}]})),
        row!(
            "POST /v1/proxy-profiles/{PROXY_PROFILE}/sdk-keys/select",
            |client| client.select_proxy_profile_sdk_keys(PROXY_PROFILE, sdk_keys())
        )
        .body(json!({"items": [{"configId": "{CONFIG}", "environmentId": "{ENVIRONMENT}"}, {}]})),
        row!(
            "POST /v1/proxy-profiles/{PROXY_PROFILE}/sdk-keys/select",
            |client| {
                let body =
                    ProxyProfileSdkKeysRequest::new(Vec::<ProxyProfileSdkKeyRequestItem>::new());
                client.select_proxy_profile_sdk_keys(PROXY_PROFILE, body)
            }
        )
        .body(json!({"items": []})),
        row!("POST /v1/proxy-profiles/{PROXY_PROFILE}/secret", |client| {
            client.generate_proxy_profile_secret(PROXY_PROFILE)
        }),
    ]
}

/// A proxy profile with everything.
fn everything() -> CreateOrUpdateProxyProfileRequest {
    let webhook_notification =
        CreateOrUpdateWebhookNotification::new("https://ex.test/webhookProxyUrl?n=2&ü=%2F");
    let connection_preferences = CreateOrUpdateConnectionPreferences::new()
        .with_sdk_poll_interval(30)
        .with_webhook_notification(webhook_notification);
    let proxy_profile_selection_rule = UpdateProxyProfileSelectionRule::new()
        .with_config_id_filter(CONFIG)
        .with_config_name_match_filter("configNameMatchFilter 100 %")
        .with_environment_id_filter(ENVIRONMENT)
        .with_environment_name_match_filter("environmentNameMatchFilter a+b #1?")
        .with_kind(SelectionRuleKind::Exclude)
        .with_product_id_filter(PRODUCT)
        .with_product_name_match_filter("productNameMatchFilter it's");
    CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"")
        .with_connection_preferences(connection_preferences)
        .with_description("description 🐱 & <b>")
        .with_sdk_key_selection_rules([
            proxy_profile_selection_rule,
            UpdateProxyProfileSelectionRule::new(),
        ])
}

/// What it is on the wire.
fn everything_sent() -> Value {
    json!({
        "name": "name “q” \"w\"",
        "connectionPreferences": {
            "sdkPollInterval": 30,
            "webhookNotification": {
                "webhookProxyUrl": "https://ex.test/webhookProxyUrl?n=2&ü=%2F",
            },
        },
        "description": "description 🐱 & <b>",
        "sdkKeySelectionRules": [
            {
                "configIdFilter": "{CONFIG}",
                "configNameMatchFilter": "configNameMatchFilter 100 %",
                "environmentIdFilter": "{ENVIRONMENT}",
                "environmentNameMatchFilter": "environmentNameMatchFilter a+b #1?",
                "kind": "exclude",
                "productIdFilter": "{PRODUCT}",
                "productNameMatchFilter": "productNameMatchFilter it's",
            },
            {},
        ],
    })
}

fn sdk_keys() -> ProxyProfileSdkKeysRequest {
    let sdk_key = ProxyProfileSdkKeyRequestItem::new()
        .with_config_id(CONFIG)
        .with_environment_id(ENVIRONMENT);
    ProxyProfileSdkKeysRequest::new([sdk_key, ProxyProfileSdkKeyRequestItem::new()])
}
