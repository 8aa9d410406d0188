//! How many requests are let through from now on.

use axum::extract::State as Shared;
use serde::Deserialize;

use super::{Control, Outcome};
use crate::call::{Answer, Refusal};
use crate::http::lock;
use crate::limits::{Limits, Quota, QuotaPer};
use crate::local::Json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    quota: Vec<String>,
    per: Option<QuotaPer>,
}

/// Counting starts anew; what has a count of its own stays as it is if that is not told.
pub(super) async fn set(Shared(server): Control, Json(Set { quota, per }): Json<Set>) -> Outcome {
    let read = |text: &String| text.parse();
    let quotas: Result<Vec<Quota>, _> = quota.iter().map(read).collect();
    let quotas = quotas.map_err(|error| Refusal::field("quota", format!("{error}.")))?;
    if quotas.is_empty() {
        return Err(Refusal::field(
            "quota",
            "Write at least one, such as `100/1m`.",
        ));
    }
    let mut limits = lock(&server.limits);
    *limits = Limits::new(quotas, per.unwrap_or(limits.per));
    drop(limits);
    Answer::none()
}
