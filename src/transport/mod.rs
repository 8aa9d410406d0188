//! What happens between a built request and a decoded answer: admit, send, judge, and perhaps once more.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::error::{ApiError, Stage};
use crate::request::Request;
use crate::{Error, Operation, Result};

mod body;
mod clock;
pub(crate) mod events;
mod failure;
pub(crate) mod limiter;
pub(crate) mod model;
pub(crate) mod retry;
pub(crate) mod times;

use body::{Incoming, Outgoing};
use events::Listener;
use limiter::{Permit, RateLimiter};
use model::Reading;
use retry::{Effort, RetryPolicy, RetryQuota, Verdict};

/// The header in which official tools name themselves.
const CALLER_ID: HeaderName = HeaderName::from_static("x-caller-id");

/// The time that the words of a failure may take; its status is known already.
const PATIENCE: Duration = Duration::from_secs(5);

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
    /// A deletion was tried again and found nothing left to delete: a success, unless it should have given a value.
    pub(crate) gone: Option<Error>,
}

/// One request on its way.
struct Attempt<'a> {
    request: &'a Request,
    /// Taken when the answer comes.
    permit: Option<Permit>,
    stage: Stage,
    body: Option<Outgoing>,
}

impl Transport {
    /// Makes one call: as many attempts as it takes and the options allow.
    pub(crate) async fn exec(&self, request: Request, options: Options) -> Result<Answer> {
        let mut effort = Effort::default();
        match self.run(&request, options, &mut effort).await {
            Ok(answer) => Ok(Answer { effort, ..answer }),
            Err(error) => {
                let error = error.after(&effort);
                self.tell_gave_up(request.operation, &effort, &error);
                Err(error)
            }
        }
    }

    async fn run(
        &self,
        request: &Request,
        options: Options,
        effort: &mut Effort,
    ) -> Result<Answer> {
        let operation = request.operation;
        let deadline = options.deadline.map(from_now);
        loop {
            let permit = self.admit(operation, deadline, effort).await?;
            effort.attempts += 1;
            let began = Instant::now();
            let result = self.attempt(request, permit, options, deadline).await;
            let status = match &result {
                Ok(answer) => Some(answer.status),
                Err(error) => error.status(),
            };
            if let Some(status) = status {
                self.tell_answered(operation, effort, status, began.elapsed());
            }
            let error = match result {
                Ok(answer) => {
                    self.quota.succeeded(effort.failures() > 0);
                    return Ok(answer);
                }
                // What is to be gone is gone; an earlier attempt may be why.
                Err(Error::Api(mut failure))
                    if failure.status == StatusCode::NOT_FOUND
                        && operation.method == Method::DELETE
                        && effort.perhaps_done =>
                {
                    self.quota.succeeded(true);
                    return Ok(Answer {
                        operation,
                        status: failure.status,
                        headers: std::mem::take(&mut failure.headers),
                        body: Bytes::new(),
                        effort: *effort,
                        gone: Some(Error::Api(failure).after(effort)),
                    });
                }
                Err(error) => error,
            };
            effort.failed(&error);
            let next = match options.retry.judge(&operation.method, &error, effort) {
                Verdict::GiveUp => return Err(error),
                Verdict::WhenAllowed => None,
                Verdict::After(wait) => Some(wait),
            };
            if let Some(wait) = next {
                let until = from_now(wait);
                if deadline.is_some_and(|deadline| until >= deadline) || !self.quota.take() {
                    return Err(error);
                }
                self.tell_retrying(operation, effort, next, &error);
                drop(error);
                sleep_until(until).await;
                effort.waited += wait;
            } else {
                self.tell_retrying(operation, effort, next, &error);
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
            self.tell_waiting(operation, effort, expected);
        };
        let permit = self.limiter.acquire(deadline, waiting).await;
        if let Some(began) = began {
            effort.waited_for_the_limit(began.elapsed());
        }
        match permit {
            Ok(_) if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                Err(Error::deadline(operation, None))
            }
            Ok(permit) => Ok(permit),
            Err(late) => Err(Error::deadline(operation, late.needed)),
        }
    }

    /// One attempt, within its time.
    async fn attempt(
        &self,
        request: &Request,
        permit: Permit,
        options: Options,
        deadline: Option<Instant>,
    ) -> Result<Answer> {
        let limit = from_now(self.timeout);
        let until = deadline.map_or(limit, |deadline| deadline.min(limit));
        let mut attempt = Attempt {
            request,
            permit: Some(permit),
            stage: Stage::Connecting,
            body: None,
        };
        match timeout_at(until, self.send(&mut attempt, until)).await {
            Ok(result) => result,
            Err(_) => {
                let problem = match options.deadline {
                    Some(time) if until < limit => {
                        format!("no complete answer before the deadline of {time:?}")
                    }
                    _ => format!("no complete answer within {:?}", self.timeout),
                };
                Err(attempt.failed(problem, None))
            }
        }
    }

    async fn send(&self, attempt: &mut Attempt<'_>, until: Instant) -> Result<Answer> {
        let Request {
            operation,
            url,
            headers,
            body,
        } = attempt.request;
        let mut http = self
            .http
            .request(operation.method.clone(), url)
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(caller_id) = &self.caller_id {
            http = http.header(CALLER_ID, caller_id);
        }
        if let Some(body) = body {
            let (handle, body) = Outgoing::new(body.clone());
            attempt.body = Some(handle);
            http = http.body(body);
        } else if !matches!(operation.method, Method::GET | Method::DELETE) {
            // Servers are free to refuse a POST that does not tell its length.
            http = http.header(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        // From here on, a time-out no longer means that the server has seen nothing.
        attempt.stage = Stage::Sent;
        if let Some(permit) = &mut attempt.permit {
            permit.sent();
        }
        let sent = http.headers(headers.clone()).send().await;
        let mut response = match sent {
            Ok(response) => response,
            Err(error) => {
                if failure::is_unsent(&error) {
                    attempt.stage = Stage::Connecting;
                }
                return Err(attempt.failed(failure::root_cause(&error), Some(error)));
            }
        };
        attempt.stage = Stage::Answering;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        if let Some(permit) = attempt.permit.take() {
            permit.answered(&Reading::of(status, &headers));
        }
        let mut body = Incoming::default();
        if !status.is_success() {
            // The status decides; the words are welcome as far as they come.
            let until = until.min(from_now(PATIENCE));
            let _ = timeout_at(until, body.read(&mut response, ApiError::MAX_BODY)).await;
            let wait = times::retry_after(&headers);
            let failure = ApiError::read(operation, status, headers, body.join(), wait);
            return Err(Error::Api(Box::new(failure)));
        }
        let told = response.content_length().unwrap_or(0);
        let whole = told <= self.max_body as u64
            && match body.read(&mut response, self.max_body).await {
                Ok(whole) => whole,
                Err(error) => {
                    return Err(attempt.failed(failure::root_cause(&error), Some(error)));
                }
            };
        if !whole {
            let limit = self.max_body;
            let problem = format!("the body has more than the {limit} bytes that are allowed");
            return Err(Error::too_large(operation, problem));
        }
        Ok(Answer {
            operation,
            status,
            headers,
            body: body.join(),
            effort: Effort::default(),
            gone: None,
        })
    }
}

impl Attempt<'_> {
    /// It ended without an answer. What has not left stays here, and so the call may be tried again.
    fn failed(&mut self, problem: String, source: Option<reqwest::Error>) -> Error {
        if self.stage == Stage::Sent && self.body.as_ref().is_some_and(Outgoing::revoke) {
            self.stage = Stage::Connecting;
        }
        if self.stage == Stage::Connecting
            && let Some(permit) = &mut self.permit
        {
            permit.not_sent();
        }
        Error::connection(self.request.operation, self.stage, problem, source)
    }
}

/// A moment that no clock reaches stands for one that it cannot express.
fn from_now(time: Duration) -> Instant {
    const DECADES: Duration = Duration::from_secs(30 * 366 * 24 * 3600);
    Instant::now() + time.min(DECADES)
}
