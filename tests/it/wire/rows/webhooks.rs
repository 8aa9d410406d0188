//! Webhooks.

use configcat_management::types::{WebHookHttpMethod, WebHookRequestModel, WebhookHeaderModel};
use serde_json::{Value, json};

use super::{CONFIG, ENVIRONMENT, PRODUCT, Row, patch, patch_body};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!(
            "POST /v1/configs/{CONFIG}/environments/{ENVIRONMENT}/webhooks",
            |client| {
                let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F");
                client.create_webhook(CONFIG, ENVIRONMENT, body)
            }
        )
        .body(json!({"url": "https://ex.test/url?n=1&ü=%2F"})),
        row!(
            "POST /v1/configs/{CONFIG}/environments/{ENVIRONMENT}/webhooks",
            |client| { client.create_webhook(CONFIG, ENVIRONMENT, everything()) }
        )
        .body(everything_sent()),
        row!(
            "POST /v1/configs/{CONFIG}/environments/{ENVIRONMENT}/webhooks",
            |client| {
                let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F")
                    .with_web_hook_headers(Vec::<WebhookHeaderModel>::new());
                client.create_webhook(CONFIG, ENVIRONMENT, body)
            }
        )
        .body(json!({"url": "https://ex.test/url?n=1&ü=%2F", "webHookHeaders": []})),
        row!("GET /v1/products/{PRODUCT}/webhooks", |client| client
            .get_webhooks(PRODUCT)),
        row!("GET /v1/webhooks/815", |client| client.get_webhook(815)),
        row!("PUT /v1/webhooks/815", |client| {
            let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F");
            client.replace_webhook(815, body)
        })
        .body(json!({"url": "https://ex.test/url?n=1&ü=%2F"})),
        row!("PUT /v1/webhooks/815", |client| {
            client.replace_webhook(815, everything())
        })
        .body(everything_sent()),
        row!("PUT /v1/webhooks/815", |client| {
            let body = WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F")
                .with_web_hook_headers(Vec::<WebhookHeaderModel>::new());
            client.replace_webhook(815, body)
        })
        .body(json!({"url": "https://ex.test/url?n=1&ü=%2F", "webHookHeaders": []})),
        row!("DELETE /v1/webhooks/815", |client| client
            .delete_webhook(815)),
        row!("PATCH /v1/webhooks/815", |client| {
            client.update_webhook(815, patch("/url"))
        })
        .body(patch_body("/url")),
        row!("GET /v1/webhooks/815/keys", |client| client
            .get_webhook_signing_keys(815)),
    ]
}

/// A webhook with everything.
fn everything() -> WebHookRequestModel {
    WebHookRequestModel::new("https://ex.test/url?n=1&ü=%2F")
        .with_content("content back\\slash")
        .with_http_method(WebHookHttpMethod::Get)
        .with_web_hook_headers([
            WebhookHeaderModel::new("key 100 %", "value a+b #1?").with_is_secure(true),
            WebhookHeaderModel::new("key it's", "value {x}"),
        ])
}

/// What it is on the wire.
fn everything_sent() -> Value {
    json!({
        "url": "https://ex.test/url?n=1&ü=%2F",
        "content": "content back\\slash",
        "httpMethod": "get",
        "webHookHeaders": [
            {"key": "key 100 %", "value": "value a+b #1?", "isSecure": true},
            {"key": "key it's", "value": "value {x}"},
        ],
    })
}
