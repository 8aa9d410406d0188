//! Faults: what the next requests meet.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State as Shared;
use configcat_management::OPERATIONS;
#[cfg(feature = "ada")]
use configcat_management::ada;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Deserialize;

use super::{Control, Outcome};
use crate::call::{Answer, Refusal};
use crate::faults::Fault;
use crate::http::lock;
use crate::local::Json;

pub(super) async fn get(Shared(server): Control) -> Outcome {
    Answer::ok(&lock(&server.faults).planned())
}

pub(super) async fn clear(Shared(server): Control) -> Outcome {
    lock(&server.faults).clear();
    Answer::none()
}

/// A fault in words: an answer, a delay or a cut.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Planned {
    operation: Option<String>,
    #[serde(default = "once")]
    count: usize,
    status: Option<u16>,
    body: Option<String>,
    retry_after: Option<u64>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    delay_seconds: Option<f64>,
    cut: Option<Cut>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Cut {
    Before,
    After,
}

fn once() -> usize {
    1
}

pub(super) async fn plan(Shared(server): Control, Json(planned): Json<Planned>) -> Outcome {
    if let Some(operation) = &planned.operation
        && !is_known(operation)
    {
        let text =
            format!("There is no operation `{operation}`; they have names such as `get-config`.");
        return Err(Refusal::field("operation", text));
    }
    if planned.count == 0 {
        return Err(Refusal::field("count", "It is at least 1."));
    }
    let fault = planned.fault()?;
    lock(&server.faults).plan(planned.operation.as_deref(), planned.count, fault);
    Ok(Answer::empty(StatusCode::CREATED))
}

fn is_known(operation: &str) -> bool {
    let known = OPERATIONS.iter().any(|known| known.id == operation);
    #[cfg(feature = "ada")]
    let known = known || ada::OPERATIONS.iter().any(|known| known.id == operation);
    known
}

impl Planned {
    fn fault(&self) -> Result<Fault, Refusal> {
        let of_an_answer =
            self.body.is_some() || self.retry_after.is_some() || !self.headers.is_empty();
        match (self.status, self.delay_seconds, self.cut) {
            (Some(status), None, None) => self.answer(status),
            (None, Some(_), None) | (None, None, Some(_)) if of_an_answer => {
                let text =
                    "`body`, `retryAfter` and `headers` belong to an answer, which has a `status`.";
                Err(Refusal::field("status", text))
            }
            (None, Some(seconds), None) => Duration::try_from_secs_f64(seconds)
                .map(Fault::Delay)
                .map_err(|error| Refusal::field("delaySeconds", format!("{error}."))),
            (None, None, Some(Cut::Before)) => Ok(Fault::Cut),
            (None, None, Some(Cut::After)) => Ok(Fault::CutAfter),
            _ => {
                let text = "A fault has one of `status`, `delaySeconds` and `cut`.";
                Err(Refusal::body(text))
            }
        }
    }

    fn answer(&self, status: u16) -> Result<Fault, Refusal> {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.as_u16() >= 200);
        let status =
            status.ok_or_else(|| Refusal::field("status", "It is a number from 200 to 999."))?;
        let mut response = Response::new(self.body.clone().unwrap_or_default());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, plain);
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        for (name, value) in &self.headers {
            let wrong = || {
                Refusal::field(
                    "headers",
                    format!("`{name}` is no header, or has no value of one."),
                )
            };
            let header = name.parse::<HeaderName>().map_err(|_| wrong())?;
            headers.insert(header, value.parse().map_err(|_| wrong())?);
        }
        Ok(Fault::Answer(response))
    }
}
