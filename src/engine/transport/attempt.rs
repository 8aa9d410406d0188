//! One attempt of a call: send, read, and say how far it got.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use tokio::time::{Instant, timeout_at};

use super::body::{self, Outgoing};
use super::{Options, RawResponse, Transport, failure, from_now};
use crate::engine::error::mask::{Mask, Secrets};
use crate::engine::error::{ApiError, Stage};
use crate::engine::limit::limiter::{FleetInformed, Permit};
use crate::engine::limit::reading::{Reading, named_limit};
use crate::engine::request::Request;
use crate::{Error, Result};

/// The time that the words of a failure may take; its status is known already.
const FAILURE_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// The time that the words of a 429 may take before the limiter hears of it.
const RATE_LIMIT_BODY_TIMEOUT: Duration = Duration::from_millis(200);

/// One request on its way.
struct Attempt<'a> {
    request: &'a Request,
    /// Taken when the answer comes.
    permit: Option<Permit>,
    /// Ends when the fleet knows of the answer.
    fleet_informed: Option<FleetInformed>,
    stage: Stage,
    /// Given to reqwest.
    body: Outgoing,
}

impl Transport {
    /// One attempt, within its time.
    pub(super) async fn attempt(
        &self,
        request: &Request,
        mut permit: Permit,
        options: Options,
        deadline: Option<Instant>,
    ) -> Result<RawResponse> {
        let limit = from_now(self.timeout);
        let until = deadline.map_or(limit, |deadline| deadline.min(limit));
        let (http, body) = self.to_http(request);
        permit.mark_sent();
        let mut attempt = Attempt {
            request,
            permit: Some(permit),
            fleet_informed: None,
            // A time-out does not mean that the server has seen nothing.
            stage: Stage::Sent,
            body,
        };
        let sent = self.send(http, &mut attempt, until);
        let ended = timeout_at(until, sent).await;
        if let Some(informed) = attempt.fleet_informed.take() {
            // Whatever comes of that, the answer is what it is.
            let _ = timeout_at(until, informed).await;
        }
        if let Ok(result) = ended {
            return result;
        }
        let missing = match attempt.body.revoke() {
            true => "no connection",
            false => "no complete answer",
        };
        let problem = match options.deadline {
            Some(time) if until < limit => format!("{missing} before the deadline of {time:?}"),
            _ => format!("{missing} within {:?}", self.timeout),
        };
        Err(attempt.connection_error(problem, None))
    }

    /// What happened to the connection.
    fn words(&self, error: &reqwest::Error) -> String {
        if error.is_connect() && error.is_timeout() {
            return format!("no connection within {:?}", self.connect_timeout);
        }
        let mask = Mask::new(Secrets {
            own: &self.secrets,
            ..Secrets::default()
        });
        mask.line(&failure::root_cause(error))
    }

    /// The request for reqwest. Of the base URL nothing is parsed again.
    fn to_http(&self, request: &Request) -> (reqwest::Request, Outgoing) {
        let mut url = self.base_url.clone();
        url.set_path(&request.path);
        url.set_query(request.query.as_deref());
        let method = &request.operation.method;
        let mut http = reqwest::Request::new(method.clone(), url);
        *http.headers_mut() = self.headers.clone();
        let (handle, body) = Outgoing::new(request.body.clone().unwrap_or_default());
        *http.body_mut() = Some(body);
        if request.body.is_none() && !matches!(*method, Method::GET | Method::DELETE) {
            // Servers are free to refuse a POST that does not tell its length.
            let nothing = HeaderValue::from_static("0");
            http.headers_mut().insert(header::CONTENT_LENGTH, nothing);
        }
        for (name, value) in &request.headers {
            http.headers_mut().insert(name, value.clone());
        }
        (http, handle)
    }

    /// Sends it. The limiter hears of the answer's headers at once, and then its body is read.
    async fn send(
        &self,
        http: reqwest::Request,
        attempt: &mut Attempt<'_>,
        until: Instant,
    ) -> Result<RawResponse> {
        let mut response = match self.http.execute(http).await {
            Ok(response) => response,
            Err(error) => {
                if failure::is_unsent(&error) {
                    attempt.stage = Stage::Connecting;
                }
                return Err(attempt.connection_error(self.words(&error), Some(error)));
            }
        };
        attempt.stage = Stage::Answering;
        let operation = attempt.request.operation;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let mut body = Bytes::new();
        let mut reading = Reading::of(status, &headers);
        if reading.refused {
            // The limiter hears the words as well, if they come soon.
            let until = until.min(from_now(RATE_LIMIT_BODY_TIMEOUT));
            let words = body::read(&mut body, &mut response, ApiError::MAX_BODY);
            let _ = timeout_at(until, words).await;
            reading.named = named_limit(&String::from_utf8_lossy(&body));
        }
        if let Some(permit) = attempt.permit.take() {
            attempt.fleet_informed = permit.record_response(&reading);
        }
        if !status.is_success() {
            // The status decides; the words are welcome as far as they come.
            let until = until.min(from_now(FAILURE_BODY_TIMEOUT));
            let words = body::read(&mut body, &mut response, ApiError::MAX_BODY);
            let is_whole = matches!(timeout_at(until, words).await, Ok(Ok(true)));
            let secrets = Secrets {
                own: &self.secrets,
                headers: Some(&attempt.request.headers),
                body: attempt.request.body.as_deref().unwrap_or_default(),
                fields: self.secret_fields,
                is_cut: !is_whole,
            };
            let hint = self.credentials_hint;
            let failure = ApiError::read(operation, status, headers, body, hint, secrets);
            return Err(Error::from_api(failure));
        }
        let length = response.content_length().unwrap_or(0);
        let is_whole = length <= self.max_body as u64
            && match body::read(&mut body, &mut response, self.max_body).await {
                Ok(is_whole) => is_whole,
                Err(error) => {
                    return Err(attempt.connection_error(self.words(&error), Some(error)));
                }
            };
        if !is_whole {
            let limit = self.max_body;
            let problem =
                format!("the body has more than the {limit} bytes that `max_body` allows");
            let stage = Stage::Answering;
            return Err(Error::connection(operation, stage, problem, None, true));
        }
        Ok(RawResponse::new(operation, status, headers, body))
    }
}

impl Attempt<'_> {
    /// It ended without an answer. What has not left stays here, and so the call may be tried again.
    fn connection_error(&mut self, problem: String, source: Option<reqwest::Error>) -> Error {
        if self.stage == Stage::Sent && self.body.revoke() {
            self.stage = Stage::Connecting;
        }
        if self.stage == Stage::Connecting
            && let Some(permit) = &mut self.permit
        {
            permit.mark_not_sent();
        }
        let operation = self.request.operation;
        let is_final = source.as_ref().is_some_and(failure::is_final);
        Error::connection(operation, self.stage, problem, source, is_final)
    }
}
