//! Proxy Profiles.

use configcat_management::types::{
    CreateOrUpdateConnectionPreferences, CreateOrUpdateProxyProfileRequest,
    CreateOrUpdateWebhookNotification, JsonPatchOperation, OperationType,
    ProxyProfileSdkKeyRequestItem, ProxyProfileSdkKeysRequest, SelectionRuleKind,
    UpdateProxyProfileSelectionRule,
};
use serde_json::json;

use super::{CONFIG, ENVIRONMENT, ORGANIZATION, PRODUCT, PROXY_PROFILE, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-proxy-profiles",
            |client| call(client.get_proxy_profiles(ORGANIZATION).send()),
            "GET",
            "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/proxy-profiles",
        ),
        Row::new(
            "create-proxy-profile",
            |client| {
                let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"");
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
            "POST",
            "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/proxy-profiles",
        )
        .body(r#"{"name": "name “q” \"w\""}"#),
        Row::new(
            "create-proxy-profile",
            |client| {
                let webhook_notification = CreateOrUpdateWebhookNotification::new(
                    "https://ex.test/webhookProxyUrl?n=2&ü=%2F",
                );
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
                let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"")
                    .with_connection_preferences(connection_preferences)
                    .with_description("description 🐱 & <b>")
                    .with_sdk_key_selection_rules([
                        proxy_profile_selection_rule,
                        UpdateProxyProfileSelectionRule::new(),
                    ]);
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
            "POST",
            "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/proxy-profiles",
        )
        .body(
            r#"{
              "name": "name “q” \"w\"",
              "connectionPreferences": {
                "sdkPollInterval": 30,
                "webhookNotification": {
                  "webhookProxyUrl": "https://ex.test/webhookProxyUrl?n=2&ü=%2F"
                }
              },
              "description": "description 🐱 & <b>",
              "sdkKeySelectionRules": [
                {
                  "configIdFilter": "0c0f0000-0000-4000-8000-00000000c003",
                  "configNameMatchFilter": "configNameMatchFilter 100 %",
                  "environmentIdFilter": "0e0e0000-0000-4000-8000-00000000e004",
                  "environmentNameMatchFilter": "environmentNameMatchFilter a+b #1?",
                  "kind": "exclude",
                  "productIdFilter": "0b0d0000-0000-4000-8000-00000000b002",
                  "productNameMatchFilter": "productNameMatchFilter it's"
                },
                {}
              ]
            }"#,
        ),
        Row::new(
            "create-proxy-profile",
            |client| {
                let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"")
                    .with_sdk_key_selection_rules(Vec::<UpdateProxyProfileSelectionRule>::new());
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
            "POST",
            "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/proxy-profiles",
        )
        .body(r#"{"name": "name “q” \"w\"", "sdkKeySelectionRules": []}"#),
        Row::new(
            "get-proxy-profile",
            |client| call(client.get_proxy_profile(PROXY_PROFILE).send()),
            "GET",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008",
        ),
        Row::new(
            "replace-proxy-profile",
            |client| {
                let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"");
                call(client.replace_proxy_profile(PROXY_PROFILE, body).send())
            },
            "PUT",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008",
        )
        .body(r#"{"name": "name “q” \"w\""}"#),
        Row::new(
            "replace-proxy-profile",
            |client| {
                let webhook_notification = CreateOrUpdateWebhookNotification::new(
                    "https://ex.test/webhookProxyUrl?n=2&ü=%2F",
                );
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
                let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"")
                    .with_connection_preferences(connection_preferences)
                    .with_description("description 🐱 & <b>")
                    .with_sdk_key_selection_rules([
                        proxy_profile_selection_rule,
                        UpdateProxyProfileSelectionRule::new(),
                    ]);
                call(client.replace_proxy_profile(PROXY_PROFILE, body).send())
            },
            "PUT",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008",
        )
        .body(
            r#"{
              "name": "name “q” \"w\"",
              "connectionPreferences": {
                "sdkPollInterval": 30,
                "webhookNotification": {
                  "webhookProxyUrl": "https://ex.test/webhookProxyUrl?n=2&ü=%2F"
                }
              },
              "description": "description 🐱 & <b>",
              "sdkKeySelectionRules": [
                {
                  "configIdFilter": "0c0f0000-0000-4000-8000-00000000c003",
                  "configNameMatchFilter": "configNameMatchFilter 100 %",
                  "environmentIdFilter": "0e0e0000-0000-4000-8000-00000000e004",
                  "environmentNameMatchFilter": "environmentNameMatchFilter a+b #1?",
                  "kind": "exclude",
                  "productIdFilter": "0b0d0000-0000-4000-8000-00000000b002",
                  "productNameMatchFilter": "productNameMatchFilter it's"
                },
                {}
              ]
            }"#,
        ),
        Row::new(
            "replace-proxy-profile",
            |client| {
                let body = CreateOrUpdateProxyProfileRequest::new("name “q” \"w\"")
                    .with_sdk_key_selection_rules(Vec::<UpdateProxyProfileSelectionRule>::new());
                call(client.replace_proxy_profile(PROXY_PROFILE, body).send())
            },
            "PUT",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008",
        )
        .body(r#"{"name": "name “q” \"w\"", "sdkKeySelectionRules": []}"#),
        Row::new(
            "delete-proxy-profile",
            |client| call(client.delete_proxy_profile(PROXY_PROFILE).send()),
            "DELETE",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008",
        ),
        Row::new(
            "update-proxy-profile",
            |client| {
                let patch = [
                    JsonPatchOperation::new(OperationType::Replace, "/connectionPreferences")
                        .with_value(json!({"boolValue": true, "ü": [5, 5.0, "5", null]})),
                    JsonPatchOperation::new(OperationType::Add, "/tags/-").with_value(42),
                    JsonPatchOperation::new(OperationType::Remove, "/a~1b/2"),
                    JsonPatchOperation::new(OperationType::Move, "/rolloutRules/0")
                        .with_from("/rolloutRules/3"),
                    JsonPatchOperation::new(OperationType::Copy, "/x").with_from("/y"),
                    JsonPatchOperation::new(OperationType::Test, "/hint").with_value(json!(null)),
                ];
                call(client.update_proxy_profile(PROXY_PROFILE, patch).send())
            },
            "PATCH",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008",
        )
        .body(
            r#"[
              {
                "op": "replace",
                "path": "/connectionPreferences",
                "value": {"boolValue": true, "ü": [5, 5.0, "5", null]}
              },
              {"op": "add", "path": "/tags/-", "value": 42},
              {"op": "remove", "path": "/a~1b/2"},
              {"op": "move", "path": "/rolloutRules/0", "from": "/rolloutRules/3"},
              {"op": "copy", "path": "/x", "from": "/y"},
              {"op": "test", "path": "/hint", "value": null}
            ]"#,
        ),
        Row::new(
            "update-proxy-profile",
            |client| {
                call(
                    client
                        .update_proxy_profile(
                            PROXY_PROFILE,
                            [JsonPatchOperation::new(OperationType::Remove, "/a")],
                        )
                        .send(),
                )
            },
            "PATCH",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008",
        )
        .body(r#"[{"op":"remove","path":"/a"}]"#),
        Row::new(
            "get-proxy-profile-sdk-keys",
            |client| call(client.get_proxy_profile_sdk_keys(PROXY_PROFILE).send()),
            "GET",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008/sdk-keys",
        ),
        Row::new(
            "deselect-proxy-profile-sdk-keys",
            |client| {
                let body = ProxyProfileSdkKeysRequest::new([ProxyProfileSdkKeyRequestItem::new()]);
                call(
                    client
                        .deselect_proxy_profile_sdk_keys(PROXY_PROFILE, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008/sdk-keys",
                "/deselect",
            ),
        )
        .body(r#"{"items": [{}]}"#),
        Row::new(
            "deselect-proxy-profile-sdk-keys",
            |client| {
                let proxy_profile_sdk_key = ProxyProfileSdkKeyRequestItem::new()
                    .with_config_id(CONFIG)
                    .with_environment_id(ENVIRONMENT);
                let body = ProxyProfileSdkKeysRequest::new([
                    proxy_profile_sdk_key,
                    ProxyProfileSdkKeyRequestItem::new(),
                ]);
                call(
                    client
                        .deselect_proxy_profile_sdk_keys(PROXY_PROFILE, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008/sdk-keys",
                "/deselect",
            ),
        )
        .body(
            r#"{
              "items": [
                {
                  "configId": "0c0f0000-0000-4000-8000-00000000c003",
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004"
                },
                {}
              ]
            }"#,
        ),
        Row::new(
            "deselect-proxy-profile-sdk-keys",
            |client| {
                let body =
                    ProxyProfileSdkKeysRequest::new(Vec::<ProxyProfileSdkKeyRequestItem>::new());
                call(
                    client
                        .deselect_proxy_profile_sdk_keys(PROXY_PROFILE, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008/sdk-keys",
                "/deselect",
            ),
        )
        .body(r#"{"items": []}"#),
        Row::new(
            "select-proxy-profile-sdk-keys",
            |client| {
                let body = ProxyProfileSdkKeysRequest::new([ProxyProfileSdkKeyRequestItem::new()]);
                call(
                    client
                        .select_proxy_profile_sdk_keys(PROXY_PROFILE, body)
                        .send(),
                )
            },
            "POST",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008/sdk-keys/select",
        )
        .body(r#"{"items": [{}]}"#),
        Row::new(
            "select-proxy-profile-sdk-keys",
            |client| {
                let proxy_profile_sdk_key = ProxyProfileSdkKeyRequestItem::new()
                    .with_config_id(CONFIG)
                    .with_environment_id(ENVIRONMENT);
                let body = ProxyProfileSdkKeysRequest::new([
                    proxy_profile_sdk_key,
                    ProxyProfileSdkKeyRequestItem::new(),
                ]);
                call(
                    client
                        .select_proxy_profile_sdk_keys(PROXY_PROFILE, body)
                        .send(),
                )
            },
            "POST",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008/sdk-keys/select",
        )
        .body(
            r#"{
              "items": [
                {
                  "configId": "0c0f0000-0000-4000-8000-00000000c003",
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004"
                },
                {}
              ]
            }"#,
        ),
        Row::new(
            "select-proxy-profile-sdk-keys",
            |client| {
                let body =
                    ProxyProfileSdkKeysRequest::new(Vec::<ProxyProfileSdkKeyRequestItem>::new());
                call(
                    client
                        .select_proxy_profile_sdk_keys(PROXY_PROFILE, body)
                        .send(),
                )
            },
            "POST",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008/sdk-keys/select",
        )
        .body(r#"{"items": []}"#),
        Row::new(
            "generate-proxy-profile-secret",
            |client| call(client.generate_proxy_profile_secret(PROXY_PROFILE).send()),
            "POST",
            "/v1/proxy-profiles/09f00000-0000-4000-8000-000000009008/secret",
        ),
    ]
}
