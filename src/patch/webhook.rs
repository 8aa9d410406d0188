//! What `update-webhook` may change.

use serde_json::Value;

use super::kind::models;
use super::kind::sealed::{Absent, Rules};
use super::methods::list_methods;
use super::{Patch, json};
use crate::types::{
    WebHookHttpMethod, WebHookRequestModel, WebhookHeaderModel, WebhookResponseModel,
};
use crate::{Operation, operations};

/// A webhook; see [`WebhookPatch`].
#[derive(Clone, Debug, PartialEq)]
pub enum Webhook {}

/// A patch for `update-webhook`: address, method, body and headers. The values of headers are not printed.
///
/// ```
/// use configcat_management::patch::WebhookPatch;
/// use configcat_management::types::WebhookHeaderModel;
///
/// let patch = WebhookPatch::new().add_header(WebhookHeaderModel::new("authorization", "Bearer 1234"));
/// assert_eq!(patch.to_string(), r#"add /webHookHeaders/-: {"key":"authorization","value":"***"}"#);
/// ```
pub type WebhookPatch = Patch<Webhook>;

models!(Webhook: WebhookResponseModel => WebHookRequestModel);

impl Rules for Webhook {
    const OPERATION: &'static Operation = operations::UpdateWebhook::OPERATION;
    const ROOTS: &'static [(&'static str, Absent)] = &[
        ("url", Absent::Unchanged),
        ("content", Absent::Null),
        ("httpMethod", Absent::Unchanged),
        ("webHookHeaders", Absent::EmptyList),
    ];
    const EXAMPLE: &'static str =
        r#"{ "url": "https://x", "webHookHeaders": [{ "key": "x", "value": "x" }] }"#;
    const SECRETS: &'static [&'static str] = &["value"];

    /// The value of a secure header is answered as asterisks.
    fn is_hidden(entry: &Value) -> bool {
        let value = entry["value"].as_str().unwrap_or_default();
        entry["isSecure"] == true && !value.is_empty() && value.bytes().all(|byte| byte == b'*')
    }
}

impl Patch<Webhook> {
    /// Calls this address, of 7 to 1 000 characters.
    pub fn set_url(self, url: impl Into<String>) -> Self {
        self.replace("/url", url.into())
    }

    /// Sends this body, of up to 15 000 characters.
    pub fn set_content(self, content: impl Into<String>) -> Self {
        self.replace("/content", content.into())
    }

    /// Sends no body.
    pub fn clear_content(self) -> Self {
        self.replace("/content", Value::Null)
    }

    /// Calls with this method.
    pub fn set_http_method(self, method: impl Into<WebHookHttpMethod>) -> Self {
        self.replace("/httpMethod", json(&method.into()))
    }
}

list_methods!(
    Webhook, "/webHookHeaders", WebhookHeaderModel, "header", "headers":
    add_header, insert_header, replace_header, remove_header, move_header, replace_headers
);
