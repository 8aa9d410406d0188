//! What happens between a built request and a decoded answer: send, judge, read.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::error::{ApiError, Stage};
use crate::request::Request;
use crate::{Error, Operation, Result};

pub(crate) mod times;

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
    /// The time that a whole call may take.
    pub(crate) timeout: Duration,
    /// The bytes that the body of an answer may have.
    pub(crate) max_body: usize,
}

/// A success, before it is decoded.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) operation: &'static Operation,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Transport {
    /// Makes one call: sends the request and reads the answer, within the time that a call may take.
    pub(crate) async fn exec(&self, request: Request) -> Result<Answer> {
        let operation = request.operation;
        let mut stage = Stage::Connecting;
        let call = self.attempt(request, &mut stage);
        match tokio::time::timeout(self.timeout, call).await {
            Ok(result) => result,
            Err(_) => {
                let problem = format!("no complete answer within {:?}", self.timeout);
                Err(Error::connection(operation, stage, problem, None))
            }
        }
    }

    async fn attempt(&self, request: Request, stage: &mut Stage) -> Result<Answer> {
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
        if let Some(body) = body {
            http = http.body(body);
        }
        // From here on, a time-out no longer means that the server has seen nothing.
        *stage = Stage::Sent;
        let mut response = match http.headers(headers).send().await {
            Ok(response) => response,
            Err(error) => {
                let stage = match error.is_connect() || error.is_builder() {
                    true => Stage::Connecting,
                    false => Stage::Sent,
                };
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
            return Err(Error::connection(
                operation,
                Stage::Answering,
                problem,
                None,
            ));
        }
        Ok(Answer {
            operation,
            status,
            headers,
            body,
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
