//! How the audit logs of V1 answer from now on.

use axum::extract::State as Shared;
use serde::Deserialize;

use super::{Control, Outcome};
use crate::call::Answer;
use crate::http::lock;
use crate::local::Json;
use crate::v1_audit_logs::V1AuditLogs;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    answer: V1AuditLogs,
}

pub(super) async fn set(Shared(server): Control, Json(Set { answer }): Json<Set>) -> Outcome {
    *lock(&server.v1_audit_logs) = answer;
    Answer::none()
}
