//! One error that a caller can act on.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::Operation;
use crate::check::Violation;

mod message;

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a client could not be built, or a call did not give what it promised.
///
/// ```
/// # fn example(error: configcat_management::Error) {
/// use configcat_management::Error;
///
/// match &error {
///     Error::Api(failure) if failure.status == 404 => println!("not there"),
///     Error::Api(failure) => {
///         for (field, messages) in &failure.field_errors {
///             println!("{field}: {}", messages.join(", "));
///         }
///     }
///     other => println!("{other}"),
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The client cannot be built: a setting is missing or wrong. The text says which, and what to use.
    Config(String),
    /// The call cannot be sent: an argument breaks a limit of the API. Nothing was sent.
    Invalid(Box<InvalidRequest>),
    /// The server answered with a failure.
    Api(Box<ApiError>),
    /// There was no answer, or it broke off.
    Connection(Box<ConnectionError>),
    /// There was an answer, but it is not what the API describes. The call was processed.
    Decode(Box<DecodeError>),
}

/// An argument that breaks a limit of the API; part of [`Error::Invalid`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRequest {
    /// What was to be called.
    pub operation: &'static Operation,
    /// Which argument, such as `body.name`.
    pub field: String,
    /// What is wrong with it, with the limit and the actual length or value.
    pub problem: String,
}

/// A failure that the server answered with; part of [`Error::Api`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// What was called.
    pub operation: &'static Operation,
    /// The status: 3xx (the client follows no redirects), 4xx or 5xx.
    pub status: StatusCode,
    /// What the server said, in one line; where it said nothing of use, what the status means.
    pub message: String,
    /// Of a 400: the messages for each field. Empty where the server named none.
    pub field_errors: BTreeMap<String, Vec<String>>,
    /// How long the server asks to wait, of `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body as it came, cut at [`ApiError::MAX_BODY`] bytes.
    pub body: Bytes,
}

/// No answer, or one that broke off; part of [`Error::Connection`].
#[derive(Debug)]
#[non_exhaustive]
pub struct ConnectionError {
    /// What was called.
    pub operation: &'static Operation,
    /// How far the call got.
    pub stage: Stage,
    /// What happened.
    pub problem: String,
    source: Option<reqwest::Error>,
}

/// How far a call got before its connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// There was no connection; the server has seen nothing.
    Connecting,
    /// There was a connection; the server may have processed the call.
    Sent,
    /// The answer's status and headers came, but not all of its body. The server has processed the call.
    Answering,
}

/// An answer that is not what the API describes; part of [`Error::Decode`].
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    /// What was called.
    pub operation: &'static Operation,
    /// The status of the answer.
    pub status: StatusCode,
    /// The whole body. It may hold secrets, and is not printed.
    pub body: Body,
    source: serde_json::Error,
}

/// The body of an answer; `Debug` shows its length alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(pub Bytes);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

impl Error {
    /// What was called; `None` where the client could not be built.
    pub fn operation(&self) -> Option<&'static Operation> {
        match self {
            Error::Config(_) => None,
            Error::Invalid(error) => Some(error.operation),
            Error::Api(error) => Some(error.operation),
            Error::Connection(error) => Some(error.operation),
            Error::Decode(error) => Some(error.operation),
        }
    }

    /// The status of the answer, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Error::Api(error) => Some(error.status),
            Error::Decode(error) => Some(error.status),
            _ => None,
        }
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Api(error) => error.retry_after,
            _ => None,
        }
    }

    pub(crate) fn invalid(operation: &'static Operation, violation: Violation) -> Self {
        let Violation { field, problem } = violation;
        Error::Invalid(Box::new(InvalidRequest {
            operation,
            field,
            problem,
        }))
    }

    pub(crate) fn connection(
        operation: &'static Operation,
        stage: Stage,
        problem: impl Into<String>,
        source: Option<reqwest::Error>,
    ) -> Self {
        // The URL of a call may carry what a log should not; the operation says which call it was.
        let source = source.map(reqwest::Error::without_url);
        Error::Connection(Box::new(ConnectionError {
            operation,
            stage,
            problem: problem.into(),
            source,
        }))
    }

    pub(crate) fn decode(
        operation: &'static Operation,
        status: StatusCode,
        body: Bytes,
        source: serde_json::Error,
    ) -> Self {
        Error::Decode(Box::new(DecodeError {
            operation,
            status,
            body: Body(body),
            source,
        }))
    }
}

impl ApiError {
    /// The most bytes of a body that an error keeps: 64 KiB, far more than any message, far less than a page of data.
    pub const MAX_BODY: usize = 64 * 1024;

    pub(crate) fn read(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        mut body: Bytes,
        retry_after: Option<Duration>,
    ) -> Self {
        body.truncate(Self::MAX_BODY);
        let (message, field_errors) = message::read(status, &headers, &body);
        ApiError {
            operation,
            status,
            message,
            field_errors,
            retry_after,
            headers,
            body,
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("operation", &self.operation.id)
            .field("status", &self.status)
            .field("message", &self.message)
            .field("field_errors", &self.field_errors)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Config(problem) => f.write_str(problem),
            Error::Invalid(error) => {
                write!(
                    f,
                    "{} was not sent: `{}` {}",
                    error.operation, error.field, error.problem
                )
            }
            Error::Api(error) => {
                write!(
                    f,
                    "{} failed with {}: {}",
                    error.operation, error.status, error.message
                )?;
                match error.retry_after {
                    Some(wait) => write!(f, " (retry after {wait:?})"),
                    None => Ok(()),
                }
            }
            Error::Connection(error) => {
                let stage = match error.stage {
                    Stage::Connecting => "could not be sent",
                    Stage::Sent => "got no answer; whether the server processed it is unknown",
                    Stage::Answering => "was processed, but its answer broke off",
                };
                write!(f, "{} {stage}: {}", error.operation, error.problem)
            }
            Error::Decode(error) => {
                write!(
                    f,
                    "{} was answered with {}, but the body is not what the API describes: {}",
                    error.operation, error.status, error.source
                )
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Connection(error) => error.source.as_ref().map(|source| source as _),
            Error::Decode(error) => Some(&error.source),
            _ => None,
        }
    }
}
