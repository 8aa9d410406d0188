//! What happens between a built request and a decoded answer: wait for a permit, send, decide whether to retry.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, sleep_until};
use url::{Position, Url};

use crate::engine::error::Attempts;
use crate::engine::error::mask::SecretFields;
use crate::engine::error::misread::is_page;
use crate::engine::event::{Event, Listener};
use crate::engine::limit::limiter::{Permit, RateLimiter};
use crate::engine::request::Request;
use crate::{Error, Operation, Result, Secret};

mod attempt;
mod body;
pub(crate) mod failure;
pub(crate) mod retry;
mod tell;

use retry::{RetryPolicy, RetryQuota, RetryState, Verdict};

/// Sends requests to one server with one set of credentials.
pub(crate) struct Transport {
    pub(crate) http: reqwest::Client,
    /// Scheme, host, port and path that every operation's path is added to.
    pub(crate) base_url: Url,
    /// What every request has; the credentials are marked as sensitive.
    pub(crate) headers: HeaderMap,
    /// What to check if the server refuses the credentials.
    pub(crate) credentials_hint: &'static str,
    /// What is taken out of the words of a server.
    pub(crate) secrets: Vec<Secret>,
    /// What is secret in bodies.
    pub(crate) secret_fields: Option<&'static SecretFields>,
    /// The time that a connection may take to come about.
    pub(crate) connect_timeout: Duration,
    /// The time that one attempt may take.
    pub(crate) timeout: Duration,
    /// The bytes that the body of an answer may have.
    pub(crate) max_body: usize,
    pub(crate) limiter: RateLimiter,
    pub(crate) quota: RetryQuota,
    pub(crate) listener: Option<Listener>,
}

/// What `with_retry` and `with_deadline` set for the calls of one client.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    pub(crate) retry: RetryPolicy,
    pub(crate) deadline: Option<Duration>,
}

/// A success, before it is decoded.
#[derive(Debug)]
pub(crate) struct RawResponse {
    pub(crate) operation: &'static Operation,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: Attempts,
    /// The path that was called.
    pub(crate) path: String,
    /// A deletion was tried again and found nothing left to delete: a success, unless it should have given a value.
    pub(crate) gone: Option<Error>,
}

impl RawResponse {
    pub(crate) fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        RawResponse {
            operation,
            status,
            headers,
            body,
            attempts: Attempts::default(),
            path: String::new(),
            gone: None,
        }
    }

    /// Whether the status says that there is nothing to read: 204, or that a deletion found nothing left. A 200, 201 or 202
    /// with an empty body says no such thing.
    pub(crate) fn has_no_content(&self) -> bool {
        self.status == StatusCode::NO_CONTENT || self.gone.is_some()
    }
}

/// A base URL without a slash at its end.
pub(crate) fn base(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

impl Transport {
    /// Makes one call: as many attempts as it takes and the options allow.
    pub(crate) async fn exec(&self, request: Request, options: Options) -> Result<RawResponse> {
        let mut retries = RetryState::default();
        let _in_flight = self.quota.enter();
        let result = self.run(&request, options, &mut retries).await;
        // In an error, what stands before the API's own path is not shown.
        let base = self.base_url.path().trim_end_matches('/').len();
        let attempts = retries.attempts;
        match result {
            Ok(answer) => Ok(RawResponse {
                attempts,
                path: match base {
                    0 => request.path,
                    _ => request.path[base..].to_owned(),
                },
                ..answer
            }),
            Err(error) => {
                let host = &self.base_url[Position::BeforeHost..Position::AfterPort];
                let error = error.after(attempts).of(&request.path[base..], host);
                let gave_up = Event::GaveUp {
                    operation: request.operation,
                    attempts: attempts.made,
                    waited: attempts.waited,
                    reason: error.reason(),
                };
                self.tell(attempts.made, gave_up);
                Err(error)
            }
        }
    }

    async fn run(
        &self,
        request: &Request,
        options: Options,
        retries: &mut RetryState,
    ) -> Result<RawResponse> {
        let operation = request.operation;
        let deadline = options.deadline.map(from_now);
        let mut before: Option<Error> = None;
        loop {
            let permit = self
                .admit(request, deadline, retries, before.as_ref())
                .await?;
            retries.attempts.made += 1;
            let attempt = retries.attempts.made;
            let began = Instant::now();
            // The permit goes back to the limiter with the headers of the answer, or with its drop.
            let result = self.attempt(request, permit, options, deadline).await;
            self.tell_answered(operation, attempt, &result, began.elapsed());
            let error = match result {
                Ok(answer) => {
                    // The attempt that succeeded is counted, too.
                    self.quota.record_success(retries.failures() > 1);
                    return Ok(answer);
                }
                // A retried DELETE that gets 404 succeeded: an earlier attempt may have deleted it. A page is not the API's 404.
                Err(Error::Api(failure))
                    if failure.status == StatusCode::NOT_FOUND
                        && operation.method == Method::DELETE
                        && retries.attempts.perhaps_processed
                        && !is_page(&failure.body) =>
                {
                    self.quota.record_success(true);
                    let (status, headers) = (failure.status, failure.headers.clone());
                    return Ok(RawResponse {
                        gone: Some(Error::Api(failure)),
                        ..RawResponse::new(operation, status, headers, Bytes::new())
                    });
                }
                Err(error) => error,
            };
            // Each error says whether the server may have processed the attempt: `perhaps_processed`, set in the file of its case.
            retries.record_failure(&error);
            // A `Retry-After` beyond `RateLimiter::with_max_wait` ends the call: it is not retried earlier than the server asks.
            let is_429 = error.status() == Some(StatusCode::TOO_MANY_REQUESTS);
            if is_429 && error.retry_after() > Some(self.limiter.max_wait()) {
                return Err(error);
            }
            let is_idempotent = operation.is_idempotent();
            let wait = match options.retry.judge(is_idempotent, &error, retries) {
                Verdict::GiveUp => return Err(error),
                // A 429: the limiter knows of it, so the next permit comes when the server allows it.
                Verdict::WhenAllowed => None,
                Verdict::After(wait) => Some(wait),
            };
            if let Some(wait) = wait {
                if deadline.is_some_and(|deadline| from_now(wait) >= deadline) {
                    return Err(error);
                }
                if !failure::is_out_of_descriptors(&error) && !self.quota.take() {
                    retries.attempts.out_of_quota = true;
                    return Err(error);
                }
            }
            self.tell_retrying(operation, attempt, wait, &error);
            if let Some(wait) = wait {
                sleep_until(from_now(wait)).await;
                retries.attempts.waited += wait;
            }
            before = Some(error);
        }
    }

    /// Waits until the rate limit allows one request. `before` is how the last attempt failed.
    async fn admit(
        &self,
        request: &Request,
        deadline: Option<Instant>,
        retries: &mut RetryState,
        before: Option<&Error>,
    ) -> Result<Permit> {
        let operation = request.operation;
        let target = request.target();
        let attempt = retries.attempts.made + 1;
        let mut began = None;
        let mut waiting = |expected| {
            if began.is_none() {
                began = Some(Instant::now());
                self.tell(
                    attempt,
                    Event::Waiting {
                        operation,
                        expected,
                    },
                );
            }
        };
        // The limiter may let others go before that.
        if let Some(moment) = retries.not_before.take() {
            let moment = moment.min(from_now(self.limiter.max_wait()));
            let wait = moment.saturating_duration_since(Instant::now());
            if deadline.is_some_and(|deadline| moment > deadline) {
                return Err(Error::deadline(operation, Some(wait), false, before));
            }
            if !wait.is_zero() {
                waiting(Some(wait));
                sleep_until(moment).await;
            }
        }
        let place = &mut retries.place;
        let permit = self.limiter.acquire(target, place, deadline, waiting).await;
        if let Some(began) = began {
            retries.record_wait(began.elapsed());
        }
        let (needed, beyond_max_wait) = match permit {
            Ok(_) if deadline.is_some_and(|deadline| deadline <= Instant::now()) => (None, false),
            Ok(permit) => return Ok(permit),
            Err(late) => (late.needed, late.beyond_max_wait),
        };
        Err(Error::deadline(operation, needed, beyond_max_wait, before))
    }
}

/// The moment after this time; at most 30 years ahead, because a longer sum may overflow.
pub(crate) fn from_now(time: Duration) -> Instant {
    const DECADES: Duration = Duration::from_secs(30 * 366 * 24 * 3600);
    Instant::now() + time.min(DECADES)
}
