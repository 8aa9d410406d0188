//! The page: what the server holds and what it was asked, live.
//!
//! It is shown to those who open it by an IP address or as `localhost`. Its requests are not recorded, count against no quota,
//! and need no credentials. It shows no secret of the state, but the bodies of requests as they were sent. What it switches
//! goes through the operation that a client would use.

use configcat_management::types::{EnvironmentId, SettingId};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::middleware;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::{get, post};
use configcat_management::OPERATIONS;
use configcat_management::types::EvaluationVersion;
use futures_util::stream::{self, Stream};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api;
use crate::call::{Answer, Call, Refusal};
use crate::http::{Server, lock};
use crate::journal::Recorded;
use crate::local::{self, Json};
use crate::reply::{reply, with_body};
use crate::schema;
use crate::view::View;

const PAGE: &str = include_str!("page.html");

/// Nothing comes from elsewhere, and nothing goes there.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The most settings of a config that are shown.
const MOST_SETTINGS: usize = 200;
/// The most requests that are shown.
const MOST_REQUESTS: usize = 40;
/// The most characters of a request's body that are shown.
const MOST_BODY: usize = 2_000;
/// At most so often the page hears of changes.
const PAUSE: Duration = Duration::from_millis(100);

/// The paths of the page. The API has none that begin like these.
pub(crate) fn router(server: Arc<Server>) -> Router {
    let events = {
        let server = server.clone();
        move || async move { Sse::new(events(server)).keep_alive(KeepAlive::default()) }
    };
    let switch = move |Json(wanted): Json<Switch>| async move {
        let result = switch(&server, wanted);
        server.changed.send_replace(());
        reply(result)
    };
    Router::new()
        .route("/", get(|| async { page() }))
        .route("/_page/events", get(events))
        .route("/_page/switch", post(switch))
        .layer(middleware::from_fn(local::guard))
}

fn page() -> Response<Body> {
    let mut response = with_body(StatusCode::OK, Body::from(PAGE), "text/html; charset=utf-8");
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// All that the page shows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    view: View,
    request_count: u64,
    /// Newest first.
    requests: Vec<Recorded>,
    /// `None` if nothing is limited.
    quota: Option<Standing>,
}

/// Where the first credential stands.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    user: String,
    remaining: u32,
    requests: u32,
    period_seconds: f64,
}

impl Shown {
    fn new(server: &Server) -> Self {
        let view = View::new(&lock(&server.state), MOST_SETTINGS);
        let (request_count, requests) = {
            let journal = lock(&server.journal);
            let (count, last) = journal.last(MOST_REQUESTS);
            (count, last.cloned().map(shorten).collect())
        };
        let (user, _) = server.credentials.first();
        let limits = lock(&server.limits);
        let standing = limits.standing(user, server.clock.instant());
        let quota = limits.longest().map(|quota| Standing {
            user: user.to_string(),
            remaining: standing.map_or(quota.requests, |standing| standing.remaining),
            requests: quota.requests,
            period_seconds: quota.period.as_secs_f64(),
        });
        Shown {
            view,
            request_count,
            requests,
            quota,
        }
    }
}

fn shorten(mut request: Recorded) -> Recorded {
    if let Some((end, _)) = request.body.char_indices().nth(MOST_BODY) {
        request.body.truncate(end);
        request.body.push('…');
    }
    request
}

/// All that is shown, now and after each change, until the server stops.
fn events(server: Arc<Server>) -> impl Stream<Item = Result<Event, Infallible>> {
    let changes = server.changed.subscribe();
    stream::unfold(
        (server, changes, true),
        |(server, mut changes, first)| async move {
            if !first {
                changes.changed().await.ok()?;
                tokio::time::sleep(PAUSE).await;
            }
            if server.stopped.load(Ordering::Acquire) {
                return None;
            }
            changes.mark_unchanged();
            // Compact JSON has no line breaks, which an event could not carry.
            let shown = serde_json::to_string(&Shown::new(&server)).ok()?;
            let event = Event::default().data(shown);
            Some((Ok(event), (server, changes, false)))
        },
    )
}

/// What the page asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Switch {
    environment_id: EnvironmentId,
    setting_id: SettingId,
    on: bool,
}

/// Switches a flag, by the operation that a client would use.
fn switch(server: &Server, wanted: Switch) -> Result<Answer, Refusal> {
    let Switch {
        environment_id,
        setting_id,
        on,
    } = wanted;
    let mut state = lock(&server.state);
    let config_id = state.setting(setting_id)?.config_id;
    let (id, path, value): (_, _, Value) = match state.config(config_id)?.evaluation_version {
        EvaluationVersion::V1 => ("update-setting-value", "/value", on.into()),
        _ => (
            "update-setting-value-v2",
            "/defaultValue",
            json!({ "boolValue": on }),
        ),
    };
    let operation = OPERATIONS.iter().find(|known| known.id == id);
    let (Some(operation), Some(handler)) = (operation, api::handler(id)) else {
        return Err(Refusal::unknown("operation", id));
    };
    let call = Call {
        described: schema::of(operation),
        path: vec![
            ("environmentId", environment_id.to_string()),
            ("settingId", setting_id.to_string()),
        ],
        query: vec![("reason".to_string(), "Switched on the page".to_string())],
        sdk_key: None,
        body: json!([{ "op": "replace", "path": path, "value": value }]),
        now: server.clock.now(),
    };
    call.check()?;
    api::catch_up(&mut state, call.now)?;
    let answer = handler(&mut state, &call)?;
    state.count_write();
    Ok(answer)
}
