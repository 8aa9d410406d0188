//! Webhooks and the keys that sign their calls. The server keeps them; it calls nobody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use configcat_management::Secret;
use configcat_management::types::{
    AuditLogType, WebHookHttpMethod, WebHookRequestModel, WebhookConfig, WebhookEnvironment,
    WebhookHeaderModel, WebhookHeaderResponseModel, WebhookId, WebhookResponseModel,
    WebhookSigningKeysModel,
};
use http::{HeaderName, HeaderValue};
use serde_json::json;

use super::{Handler, values};
use crate::call::{Answer, Call, Problems, Refusal, read_as};
use crate::patch;
use crate::state::State;
use crate::state::connections::Webhook;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-webhooks", list),
    ("create-webhook", create),
    ("get-webhook", get),
    ("replace-webhook", replace),
    ("update-webhook", update),
    ("delete-webhook", delete),
    ("get-webhook-signing-keys", keys),
];

/// Stands in answers for the value of a header that is secure.
const HIDDEN: &str = "********";

fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let of = |webhook: &&Webhook| {
        let config = state.configs.get(&webhook.config_id);
        config.is_some_and(|config| config.product_id == product_id)
    };
    let webhooks = state.connections.webhooks.values().filter(of);
    let models = webhooks.map(|webhook| model(state, webhook));
    Answer::ok(&models.collect::<Result<Vec<WebhookResponseModel>, _>>()?)
}

fn model(state: &State, webhook: &Webhook) -> Result<WebhookResponseModel, Refusal> {
    let mut model = with_secrets(state, webhook)?;
    for header in &mut model.web_hook_headers {
        if header.is_secure {
            header.value = Secret::from(HIDDEN);
        }
    }
    Ok(model)
}

/// What [`model`] shows, and what it hides.
fn with_secrets(state: &State, webhook: &Webhook) -> Result<WebhookResponseModel, Refusal> {
    Ok(WebhookResponseModel::default()
        .with_config(
            WebhookConfig::default()
                .with_config_id(webhook.config_id)
                .with_name(state.config(webhook.config_id)?.name.clone()),
        )
        .with_content(webhook.content.clone())
        .with_environment(
            WebhookEnvironment::default()
                .with_environment_id(webhook.environment_id)
                .with_name(state.environment(webhook.environment_id)?.name.clone()),
        )
        .with_http_method(webhook.method.clone())
        .with_url(webhook.url.clone())
        .with_web_hook_headers(webhook.headers.clone())
        .with_webhook_id(webhook.id))
}

fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let (config, environment_id) = values::place(state, call)?;
    let config_id = config.id;
    let id = WebhookId(i32::try_from(state.count()).unwrap_or(i32::MAX));
    let new = Webhook {
        id,
        config_id,
        environment_id,
        url: String::new(),
        content: None,
        method: WebHookHttpMethod::Get,
        headers: Vec::new(),
        keys: vec![signing_key()],
    };
    let webhook = with_request(&new, call.body()?)?;
    let model = model(state, &webhook)?;
    state.connections.webhooks.insert(id, webhook);
    log(state, call, AuditLogType::WebHookCreated, &model);
    Answer::created(&model)
}

/// A key as the service writes them.
pub(super) fn signing_key() -> Secret {
    let mut bytes = [0; 32];
    let (first, second) = bytes.split_at_mut(16);
    first.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    second.copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    Secret::from(format!("configcat_whsk_{}", STANDARD.encode(bytes)))
}

/// The same webhook with all that is wanted, and nothing else.
fn with_request(before: &Webhook, wanted: WebHookRequestModel) -> Result<Webhook, Refusal> {
    let WebHookRequestModel {
        content,
        http_method,
        url,
        web_hook_headers,
        ..
    } = wanted;
    let mut problems = Problems::default();
    check_url(&url, "Url", &mut problems);
    let mut headers = Vec::new();
    for (index, header) in web_hook_headers.into_iter().flatten().enumerate() {
        let WebhookHeaderModel {
            is_secure,
            key,
            value,
            ..
        } = header;
        let at = format!("WebHookHeaders[{index}]");
        if HeaderName::try_from(&key).is_err() {
            let message = format!("`{key}` cannot be the name of a header.");
            problems.add(format!("{at}.Key"), message);
        }
        if HeaderValue::try_from(value.expose()).is_err() {
            problems.add(format!("{at}.Value"), "No header can have this value.");
        }
        headers.push(
            WebhookHeaderResponseModel::default()
                .with_is_secure(is_secure.unwrap_or(false))
                .with_key(key)
                .with_value(value),
        );
    }
    problems.none()?;
    Ok(Webhook {
        url,
        content,
        method: http_method.unwrap_or(WebHookHttpMethod::Get),
        headers,
        ..before.clone()
    })
}

/// Notes a problem if a text is no address that could be called.
pub(super) fn check_url(url: &str, at: &str, problems: &mut Problems) {
    let parsed = configcat_management::reqwest::Url::parse(url);
    let web = parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !web {
        problems.add(
            at,
            format!("Url is invalid: `{url}` is no http or https address."),
        );
    }
}

fn log(state: &mut State, call: &Call, kind: AuditLogType, model: &WebhookResponseModel) {
    let scope = state.in_both(model.config.config_id, model.environment.environment_id);
    state.log(call, kind, scope, &model.url, "");
}

fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let webhook = state.webhook(call.path("webhookId")?)?;
    Answer::ok(&model(state, webhook)?)
}

fn replace(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let before = state.webhook(call.path("webhookId")?)?;
    let webhook = with_request(before, call.body()?)?;
    keep(state, call, webhook)
}

fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let before = state.webhook(call.path("webhookId")?)?;
    let document = json!({
        "url": before.url,
        "content": before.content,
        "httpMethod": before.method,
        "webHookHeaders": before.headers,
    });
    let roots = ["url", "content", "httpMethod", "webHookHeaders"];
    let document = patch::apply(&call.body, document, &roots)?;
    let webhook = with_request(before, read_as("WebHookRequestModel", &document)?)?;
    keep(state, call, webhook)
}

fn keep(state: &mut State, call: &Call, webhook: Webhook) -> Result<Answer, Refusal> {
    let model = model(state, &webhook)?;
    let before = with_secrets(state, state.webhook(webhook.id)?)?;
    let after = with_secrets(state, &webhook)?;
    let scope = state.in_both(webhook.config_id, webhook.environment_id);
    state.connections.webhooks.insert(webhook.id, webhook);
    let kind = AuditLogType::WebHookChanged;
    state.log_change(call, kind, scope, &before.url, (&before, &after));
    Answer::ok(&model)
}

fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let webhook = state.webhook(call.path("webhookId")?)?;
    let (id, model) = (webhook.id, model(state, webhook)?);
    state.connections.webhooks.remove(&id);
    log(state, call, AuditLogType::WebHookDeleted, &model);
    Answer::none()
}

fn keys(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let keys = &state.webhook(call.path("webhookId")?)?.keys;
    Answer::ok(
        &WebhookSigningKeysModel::default()
            .with_key1(keys.first().cloned())
            .with_key2(keys.get(1).cloned()),
    )
}
