//! Webhooks.

use configcat_management::types::{
    JsonPatchOperation, OperationType, WebHookHttpMethod, WebHookRequestModel, WebhookHeaderModel,
};
use serde_json::json;

use super::{CONFIG, ENVIRONMENT, PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "create-webhook",
            |client| {
                let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F");
                call(client.create_webhook(CONFIG, ENVIRONMENT, body).send())
            },
            "POST",
            concat!(
                "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/webhooks",
            ),
        )
        .body(r#"{"url": "https://ex.test/url?n=1&ü=%2F"}"#),
        Row::new(
            "create-webhook",
            |client| {
                let webhook_header =
                    WebhookHeaderModel::new("key 100 %", "value a+b #1?").with_is_secure(true);
                let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F")
                    .with_content("content back\\slash")
                    .with_http_method(WebHookHttpMethod::Get)
                    .with_web_hook_headers([
                        webhook_header,
                        WebhookHeaderModel::new("key it's", "value {x}"),
                    ]);
                call(client.create_webhook(CONFIG, ENVIRONMENT, body).send())
            },
            "POST",
            concat!(
                "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/webhooks",
            ),
        )
        .body(
            r#"{
              "url": "https://ex.test/url?n=1&ü=%2F",
              "content": "content back\\slash",
              "httpMethod": "get",
              "webHookHeaders": [
                {"key": "key 100 %", "value": "value a+b #1?", "isSecure": true},
                {"key": "key it's", "value": "value {x}"}
              ]
            }"#,
        ),
        Row::new(
            "create-webhook",
            |client| {
                let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F")
                    .with_web_hook_headers(Vec::<WebhookHeaderModel>::new());
                call(client.create_webhook(CONFIG, ENVIRONMENT, body).send())
            },
            "POST",
            concat!(
                "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/webhooks",
            ),
        )
        .body(r#"{"url": "https://ex.test/url?n=1&ü=%2F", "webHookHeaders": []}"#),
        Row::new(
            "get-webhooks",
            |client| call(client.get_webhooks(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/webhooks",
        ),
        Row::new(
            "get-webhook",
            |client| call(client.get_webhook(815).send()),
            "GET",
            "/v1/webhooks/815",
        ),
        Row::new(
            "replace-webhook",
            |client| {
                let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F");
                call(client.replace_webhook(815, body).send())
            },
            "PUT",
            "/v1/webhooks/815",
        )
        .body(r#"{"url": "https://ex.test/url?n=1&ü=%2F"}"#),
        Row::new(
            "replace-webhook",
            |client| {
                let webhook_header =
                    WebhookHeaderModel::new("key 100 %", "value a+b #1?").with_is_secure(true);
                let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F")
                    .with_content("content back\\slash")
                    .with_http_method(WebHookHttpMethod::Get)
                    .with_web_hook_headers([
                        webhook_header,
                        WebhookHeaderModel::new("key it's", "value {x}"),
                    ]);
                call(client.replace_webhook(815, body).send())
            },
            "PUT",
            "/v1/webhooks/815",
        )
        .body(
            r#"{
              "url": "https://ex.test/url?n=1&ü=%2F",
              "content": "content back\\slash",
              "httpMethod": "get",
              "webHookHeaders": [
                {"key": "key 100 %", "value": "value a+b #1?", "isSecure": true},
                {"key": "key it's", "value": "value {x}"}
              ]
            }"#,
        ),
        Row::new(
            "replace-webhook",
            |client| {
                let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F")
                    .with_web_hook_headers(Vec::<WebhookHeaderModel>::new());
                call(client.replace_webhook(815, body).send())
            },
            "PUT",
            "/v1/webhooks/815",
        )
        .body(r#"{"url": "https://ex.test/url?n=1&ü=%2F", "webHookHeaders": []}"#),
        Row::new(
            "delete-webhook",
            |client| call(client.delete_webhook(815).send()),
            "DELETE",
            "/v1/webhooks/815",
        ),
        Row::new(
            "update-webhook",
            |client| {
                let patch = [
                    JsonPatchOperation::new(OperationType::Replace, "/url")
                        .with_value(json!({"boolValue": true, "ü": [5, 5.0, "5", null]})),
                    JsonPatchOperation::new(OperationType::Add, "/tags/-").with_value(42),
                    JsonPatchOperation::new(OperationType::Remove, "/a~1b/2"),
                    JsonPatchOperation::new(OperationType::Move, "/rolloutRules/0")
                        .with_from("/rolloutRules/3"),
                    JsonPatchOperation::new(OperationType::Copy, "/x").with_from("/y"),
                    JsonPatchOperation::new(OperationType::Test, "/hint").with_value(json!(null)),
                ];
                call(client.update_webhook(815, patch).send())
            },
            "PATCH",
            "/v1/webhooks/815",
        )
        .body(
            r#"[
              {
                "op": "replace",
                "path": "/url",
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
            "update-webhook",
            |client| {
                call(
                    client
                        .update_webhook(815, [JsonPatchOperation::new(OperationType::Remove, "/a")])
                        .send(),
                )
            },
            "PATCH",
            "/v1/webhooks/815",
        )
        .body(r#"[{"op":"remove","path":"/a"}]"#),
        Row::new(
            "get-webhook-signing-keys",
            |client| call(client.get_webhook_signing_keys(815).send()),
            "GET",
            "/v1/webhooks/815/keys",
        ),
    ]
}
