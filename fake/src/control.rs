//! `/_fake/…`: what a test has to say to the server, in any language.
//!
//! Its requests are not recorded and count against no quota. They need the credentials of the API, except for `health` and
//! `openapi.json`, which hold no secret.

mod clock;
mod faults;
mod quota;
mod v1_audit_logs;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State as Shared};
use axum::middleware::{self, Next};
use axum::routing::{get, post, put};
use configcat_management::Secret;
use configcat_management::types::InvitationId;
use http::{Response, StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;

use crate::api;
use crate::call::{Answer, Refusal};
use crate::http::{Server, lock};
use crate::local::{self, Json, JsonText};
use crate::reply::{json as reply_json, unauthorized, with_body};
use crate::saving;

/// What generators make clients from.
const DESCRIPTION: &str = include_str!("control/openapi.json");

type Outcome = Result<Answer, Refusal>;
type Control = Shared<Arc<Server>>;

/// The paths of the control. The API has none that begin like these.
pub(crate) fn router(server: Arc<Server>) -> Router {
    Router::new()
        .route("/_fake/reset", post(reset))
        .route("/_fake/state", get(state).put(set_state))
        .route(
            "/_fake/clock",
            get(clock::get).put(clock::set).post(clock::advance),
        )
        .route(
            "/_fake/faults",
            get(faults::get).post(faults::plan).delete(faults::clear),
        )
        .route("/_fake/journal", get(journal).delete(clear_journal))
        .route("/_fake/invitations/{id}/accept", post(accept))
        .route("/_fake/credentials", post(add_credentials))
        .route("/_fake/quota", put(quota::set))
        .route("/_fake/v1-audit-logs", put(v1_audit_logs::set))
        .route_layer(middleware::from_fn_with_state(server.clone(), authenticate))
        .route("/_fake/health", get(health))
        .route("/_fake/openapi.json", get(description))
        .route("/_fake/{*rest}", axum::routing::any(unknown))
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(local::guard))
        .with_state(server)
}

async fn authenticate(Shared(server): Control, request: Request, next: Next) -> Response<Body> {
    if server.credentials.user(request.headers()).is_none() {
        return unauthorized();
    }
    let response = next.run(request).await;
    server.changed.send_replace(());
    response
}

async fn unknown(uri: Uri) -> Outcome {
    let text = format!(
        "The control has no path `{}`; `/_fake/openapi.json` describes it.",
        uri.path()
    );
    Err(Refusal::text(StatusCode::NOT_FOUND, text))
}

async fn wrong_method(method: http::Method, uri: Uri) -> Outcome {
    let text = format!(
        "`{}` is not for {method}; `/_fake/openapi.json` describes it.",
        uri.path()
    );
    Err(Refusal::text(StatusCode::METHOD_NOT_ALLOWED, text))
}

async fn health(Shared(server): Control) -> Outcome {
    Answer::ok(&json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "now": server.clock.now(),
    }))
}

async fn description() -> Response<Body> {
    with_body(
        StatusCode::OK,
        Body::from(DESCRIPTION),
        "application/json; charset=utf-8",
    )
}

async fn reset(Shared(server): Control) -> Outcome {
    server.reset().map_err(|error| {
        Refusal::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("The seed: {error}."),
        )
    })?;
    Answer::none()
}

/// The state as a file would have it, which `PUT`, `--state` and `--seed` take.
async fn state(Shared(server): Control) -> Result<Response<Body>, Refusal> {
    let snapshot = lock(&server.state).clone();
    let text = saving::to_json(&snapshot).map_err(|error| {
        let text = format!("The state cannot be written: {error}.");
        Refusal::text(StatusCode::INTERNAL_SERVER_ERROR, text)
    })?;
    Ok(reply_json(StatusCode::OK, text.into()))
}

async fn set_state(Shared(server): Control, JsonText(text): JsonText) -> Outcome {
    let state = saving::from_json(&text).map_err(|error| Refusal::body(format!("{error}.")))?;
    server.replace(state);
    Answer::none()
}

async fn journal(Shared(server): Control) -> Outcome {
    let requests = lock(&server.journal).all();
    Answer::ok(&requests)
}

async fn clear_journal(Shared(server): Control) -> Outcome {
    lock(&server.journal).clear();
    Answer::none()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Accept {
    full_name: String,
}

async fn accept(
    Shared(server): Control,
    Path(id): Path<InvitationId>,
    Json(Accept { full_name }): Json<Accept>,
) -> Outcome {
    let accepted =
        api::members::accept(&mut lock(&server.state), id, &full_name, server.clock.now());
    match accepted {
        Some(user_id) => Answer::ok(&json!({ "userId": user_id })),
        None => Err(Refusal::text(
            StatusCode::NOT_FOUND,
            format!("There is no invitation `{id}`, or it has expired."),
        )),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    user: String,
    password: Secret,
}

async fn add_credentials(
    Shared(server): Control,
    Json(Credentials { user, password }): Json<Credentials>,
) -> Outcome {
    if user.is_empty() || user.contains(':') {
        let text = "A user name is not empty and has no colon, or HTTP Basic authentication cannot carry it.";
        return Err(Refusal::field("user", text));
    }
    server.credentials.set(user, password);
    Ok(Answer::empty(StatusCode::CREATED))
}
