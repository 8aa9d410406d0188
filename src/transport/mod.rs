//! What happens between a built request and a decoded answer: admit, send, judge, and perhaps once more.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::time::{Instant, sleep, timeout_at};

use crate::error::{ApiError, Stage};
use crate::request::Request;
use crate::{Error, Operation, Result};

mod clock;
pub(crate) mod events;
pub(crate) mod limiter;
pub(crate) mod model;
pub(crate) mod retry;
pub(crate) mod times;

use events::{Event, Listener};
use limiter::{Permit, RateLimiter};
use model::Reading;
use retry::{Effort, RetryPolicy, RetryQuota, Verdict};

/// The header in which official tools name themselves.
const CALLER_ID: HeaderName = HeaderName::from_static("x-caller-id");

/// Sends requests to one server with one set of credentials.
pub(crate) struct Transport {
    pub(crate) http: reqwest::Client,
    /// Scheme, host, port and path that every operation's path is added to; no slash at its end.
    pub(crate) base: String,
    /// Marked as sensitive.
    pub(crate) authorization: HeaderValue,
    pub(crate) caller_id: Option<HeaderValue>,
    /// The time that one attempt may take.
    pub(crate) timeout: Duration,
    /// The bytes that the body of an answer may have.
    pub(crate) max_body: usize,
    pub(crate) limiter: RateLimiter,
    pub(crate) quota: RetryQuota,
    pub(crate) listener: Option<Listener>,
}

/// What one view of a client asks of its calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) retry: RetryPolicy,
    pub(crate) deadline: Option<Duration>,
}

/// A success, before it is decoded.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) operation: &'static Operation,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) effort: Effort,
}

impl Transport {
    /// Makes one call: as many attempts as it takes and the options allow.
    pub(crate) async fn exec(&self, request: Request, options: Options) -> Result<Answer> {
        let operation = request.operation;
        let deadline = options.deadline.map(|deadline| Instant::now() + deadline);
        let mut effort = Effort::default();
        loop {
            let permit = self.admit(operation, deadline, &mut effort).await?;
            effort.attempts += 1;
            let began = Instant::now();
            let until = deadline.map_or(began + self.timeout, |deadline| {
                deadline.min(began + self.timeout)
            });
            let mut stage = Stage::Connecting;
            let attempt = self.attempt(&request, permit, &mut stage);
            let result = match timeout_at(until, attempt).await {
                Ok(result) => result,
                Err(_) => {
                    let problem = format!("no complete answer within {:?}", until - began);
                    Err(Error::connection(operation, stage, problem, None))
                }
            };
            let mut error = match result {
                Ok(mut answer) => {
                    self.quota.succeeded(effort.attempts > 1);
                    self.tell_answered(operation, effort, answer.status, began);
                    answer.effort = effort;
                    return Ok(answer);
                }
                Err(error) => error,
            };
            if let Some(status) = error.status() {
                self.tell_answered(operation, effort, status, began);
                if status == StatusCode::TOO_MANY_REQUESTS {
                    effort.refusals += 1;
                }
                // What is to be gone is gone; an earlier attempt may be why.
                if status == StatusCode::NOT_FOUND
                    && operation.method == Method::DELETE
                    && effort.perhaps_done
                {
                    let headers = error.take_headers();
                    return Ok(Answer {
                        operation,
                        status,
                        headers,
                        body: Bytes::new(),
                        effort,
                    });
                }
            }
            effort.perhaps_done |= error.perhaps_processed();
            effort.first_failure.get_or_insert_with(Instant::now);
            let verdict = match options.retry.judge(&operation.method, &error, &effort) {
                Verdict::After(_) if !self.quota.take() => Verdict::GiveUp,
                verdict => verdict,
            };
            let wait = match verdict {
                Verdict::GiveUp => return Err(error.after(effort)),
                Verdict::WhenAllowed => None,
                Verdict::After(wait)
                    if deadline.is_some_and(|deadline| Instant::now() + wait >= deadline) =>
                {
                    return Err(error.after(effort));
                }
                Verdict::After(wait) => Some(wait),
            };
            self.tell_retrying(operation, effort, wait, &error);
            if let Some(wait) = wait {
                sleep(wait).await;
                effort.waited += wait;
            }
        }
    }

    /// Waits until the rate limit allows one request.
    async fn admit(
        &self,
        operation: &'static Operation,
        deadline: Option<Instant>,
        effort: &mut Effort,
    ) -> Result<Permit> {
        let mut began = None;
        let waiting = |expected| {
            began = Some(Instant::now());
            tracing::debug!(
                operation = operation.id,
                ?expected,
                "waits for the rate limit"
            );
            if let Some(listener) = &self.listener {
                listener(&Event::Waiting {
                    operation,
                    expected,
                });
            }
        };
        let permit = self.limiter.acquire(deadline, waiting).await;
        effort.waited += began.map_or(Duration::ZERO, |began| began.elapsed());
        permit.map_err(|late| Error::deadline(operation, late.needed, *effort))
    }

    fn tell_answered(
        &self,
        operation: &'static Operation,
        effort: Effort,
        status: StatusCode,
        began: Instant,
    ) {
        let attempt = effort.attempts;
        tracing::debug!(
            operation = operation.id,
            attempt,
            status = status.as_u16(),
            "answered"
        );
        if let Some(listener) = &self.listener {
            listener(&Event::Answered {
                operation,
                attempt,
                status,
                took: began.elapsed(),
            });
        }
    }

    fn tell_retrying(
        &self,
        operation: &'static Operation,
        effort: Effort,
        wait: Option<Duration>,
        error: &Error,
    ) {
        let attempt = effort.attempts;
        tracing::warn!(operation = operation.id, attempt, ?wait, reason = %error, "tries again");
        if let Some(listener) = &self.listener {
            listener(&Event::Retrying {
                operation,
                attempt,
                wait,
                reason: error.to_string(),
            });
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        mut permit: Permit,
        stage: &mut Stage,
    ) -> Result<Answer> {
        let Request {
            operation,
            url,
            headers,
            body,
        } = request;
        let mut http = self
            .http
            .request(operation.method.clone(), url)
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(caller_id) = &self.caller_id {
            http = http.header(CALLER_ID, caller_id);
        }
        http = match body {
            Some(body) => http.body(body.clone()),
            // Servers and proxies may answer a POST that does not tell its length with 411.
            None if [Method::POST, Method::PUT, Method::PATCH].contains(&operation.method) => {
                http.header(header::CONTENT_LENGTH, HeaderValue::from_static("0"))
            }
            None => http,
        };
        // From here on, a time-out no longer means that the server has seen nothing.
        *stage = Stage::Sent;
        permit.sent();
        let mut response = match http.headers(headers.clone()).send().await {
            Ok(response) => response,
            Err(error) => {
                let stage = match error.is_connect() || error.is_builder() {
                    true => Stage::Connecting,
                    false => Stage::Sent,
                };
                if stage == Stage::Connecting {
                    permit.not_sent();
                }
                return Err(Error::connection(
                    operation,
                    stage,
                    root_cause(&error),
                    Some(error),
                ));
            }
        };
        *stage = Stage::Answering;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        permit.answered(&Reading::of(status, &headers));
        let limit = match status.is_success() {
            true => self.max_body,
            false => ApiError::MAX_BODY,
        };
        let (body, whole) = read(operation, response, limit).await?;
        if !status.is_success() {
            let wait = times::retry_after(&headers);
            let failure = ApiError::read(operation, status, headers, body, wait);
            return Err(Error::Api(Box::new(failure)));
        }
        if !whole {
            let problem = format!("the body has more than the {limit} bytes that are allowed");
            return Err(Error::too_large(operation, problem));
        }
        Ok(Answer {
            operation,
            status,
            headers,
            body,
            effort: Effort::default(),
        })
    }
}

/// Reads a body up to a limit, and says whether that was all of it. A body that came in one piece is not copied.
async fn read(
    operation: &'static Operation,
    mut response: reqwest::Response,
    limit: usize,
) -> Result<(Bytes, bool)> {
    let mut pieces = Pieces::None;
    loop {
        let piece = match response.chunk().await {
            Ok(Some(piece)) => piece,
            Ok(None) => return Ok((pieces.join(), true)),
            Err(error) => {
                return Err(Error::connection(
                    operation,
                    Stage::Answering,
                    root_cause(&error),
                    Some(error),
                ));
            }
        };
        if pieces.len() + piece.len() > limit {
            pieces.push(piece.slice(..limit - pieces.len()));
            return Ok((pieces.join(), false));
        }
        pieces.push(piece);
    }
}

enum Pieces {
    None,
    One(Bytes),
    Many(Vec<u8>),
}

impl Pieces {
    fn len(&self) -> usize {
        match self {
            Pieces::None => 0,
            Pieces::One(piece) => piece.len(),
            Pieces::Many(pieces) => pieces.len(),
        }
    }

    fn push(&mut self, piece: Bytes) {
        *self = match std::mem::replace(self, Pieces::None) {
            Pieces::None => Pieces::One(piece),
            Pieces::One(first) => Pieces::Many([first, piece].concat()),
            Pieces::Many(mut pieces) => {
                pieces.extend_from_slice(&piece);
                Pieces::Many(pieces)
            }
        };
    }

    fn join(self) -> Bytes {
        match self {
            Pieces::None => Bytes::new(),
            Pieces::One(piece) => piece,
            Pieces::Many(pieces) => pieces.into(),
        }
    }
}

/// The innermost cause, which says more than the layers around it ("Connection refused", not "error sending request").
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
