//! What time it is for the server: asked, set, moved on.

use std::time::Duration;

use axum::extract::State as Shared;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{Control, Outcome};
use crate::api;
use crate::call::{Answer, Refusal};
use crate::http::{Server, lock};
use crate::local::Json;

pub(super) async fn get(Shared(server): Control) -> Outcome {
    Answer::ok(&json!({ "now": server.clock.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    now: DateTime<Utc>,
}

pub(super) async fn set(Shared(server): Control, Json(Set { now }): Json<Set>) -> Outcome {
    match server.clock.set(now) {
        true => catch_up(&server),
        false => Err(too_far("now")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    seconds: f64,
}

pub(super) async fn advance(
    Shared(server): Control,
    Json(Advance { seconds }): Json<Advance>,
) -> Outcome {
    let by = Duration::try_from_secs_f64(seconds).map_err(|_| {
        let text = "It is no number of seconds to move on by; `PUT` sets the clock to any time.";
        Refusal::field("seconds", text)
    })?;
    match server.clock.advance(by) {
        true => catch_up(&server),
        false => Err(too_far("seconds")),
    }
}

/// What was to happen in between has happened.
fn catch_up(server: &Server) -> Outcome {
    let now = server.clock.now();
    let mut state = lock(&server.state);
    api::catch_up(&mut state, now)?;
    state.count_write();
    Answer::ok(&json!({ "now": now }))
}

fn too_far(field: &str) -> Refusal {
    Refusal::field(
        field,
        "The clock cannot be more than a century away from where it started.",
    )
}
