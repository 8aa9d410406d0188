//! One error that a caller can act on.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::Operation;
use crate::engine::check::Violation;
use crate::engine::limit::model::Reading;
use crate::engine::limit::times;
use crate::engine::transport::retry::Effort;

pub(crate) mod mask;
pub(crate) mod message;
pub(crate) mod misread;

use mask::Mask;

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
    /// No operation has the name that was to be called; part of the Cargo feature `catalog`. The text suggests the names
    /// that are most like it. Nothing was sent.
    UnknownTool(String),
    /// The call cannot be sent: an argument breaks a limit of the API. Nothing was sent.
    Invalid(Box<InvalidRequest>),
    /// The server answered with a failure.
    Api(Box<ApiError>),
    /// There was no answer, or it broke off.
    Connection(Box<ConnectionError>),
    /// There was an answer, but it is not what the API describes. The call was processed.
    Decode(Box<DecodeError>),
    /// The call would have to wait for the rate limit past its deadline, and was not sent, or not once more.
    Deadline(Box<DeadlineError>),
    /// An [edit](crate::edit) was given up, or a value was refused before it got into a call. Nothing was changed.
    Edit(Box<EditError>),
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
    /// How often the call was tried.
    pub attempts: u32,
    /// How long it waited in all: for the rate limit, and between attempts.
    pub waited: Duration,
    /// See [`Error::perhaps_processed`].
    pub perhaps_processed: bool,
    out_of_quota: bool,
}

impl ApiError {
    /// A failure for tests: what code sees that a server answers so. The message is what the status means, until another one
    /// [is given](Self::with_message).
    ///
    /// ```
    /// use configcat_management::reqwest::StatusCode;
    /// use configcat_management::{ApiError, Error, operations};
    ///
    /// let failure = ApiError::new(operations::GetConfig::OPERATION, StatusCode::NOT_FOUND).with_message("no such config");
    /// let error = Error::from_api(failure);
    /// assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    /// ```
    pub fn new(operation: &'static Operation, status: StatusCode) -> Self {
        Self::read(
            operation,
            status,
            HeaderMap::new(),
            Bytes::new(),
            None,
            "",
            Mask::default(),
        )
    }

    /// What the server said.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// What the server said of one field.
    #[must_use]
    pub fn with_field_error(
        mut self,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let messages = self.field_errors.entry(field.into()).or_default();
        messages.push(message.into());
        self
    }

    /// How long the server asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
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
    /// How often the call was tried.
    pub attempts: u32,
    /// How long it waited in all: for the rate limit, and between attempts.
    pub waited: Duration,
    /// See [`Error::perhaps_processed`].
    pub perhaps_processed: bool,
    /// Trying again would end the same way.
    is_final: bool,
    out_of_quota: bool,
    source: Option<reqwest::Error>,
}

impl ConnectionError {
    pub(crate) fn is_final(&self) -> bool {
        self.is_final
    }
}

/// A wait that a deadline does not allow; part of [`Error::Deadline`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineError {
    /// What was to be called.
    pub operation: &'static Operation,
    /// How long the wait for the rate limit would have been, as far as known.
    pub needed: Option<Duration>,
    /// How often the call was tried before; 0 where it was never sent.
    pub attempts: u32,
    /// How long it waited in all: for the rate limit, and between attempts.
    pub waited: Duration,
    /// See [`Error::perhaps_processed`].
    pub perhaps_processed: bool,
}

/// An edit that was given up, or something that was refused before there was a call; part of [`Error::Edit`].
#[derive(Debug)]
#[non_exhaustive]
pub struct EditError {
    /// What was to be called; `None` outside of an edit.
    pub operation: Option<&'static Operation>,
    /// How many rounds the edit took; 0 outside of one.
    pub rounds: u32,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl EditError {
    /// The error of this crate that it ended with: the last conflict, or what the closure failed with.
    fn cause(&self) -> Option<&Error> {
        self.source.downcast_ref()
    }
}

/// How far a call got before its connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// There was no connection, or none that began to send the body, or the server refused to take the call up: it has
    /// processed nothing.
    Connecting,
    /// There was, or may have been, a connection; the server may have processed the call.
    Sent,
    /// A success came, but not all of its body. The server has processed the call.
    Answering,
}

/// An answer that is not what the API describes; part of [`Error::Decode`].
#[non_exhaustive]
pub struct DecodeError {
    /// What was called.
    pub operation: &'static Operation,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The whole body. It may hold secrets, and is not printed.
    pub body: Body,
    /// How often the call was tried.
    pub attempts: u32,
    /// How long it waited in all: for the rate limit, and between attempts.
    pub waited: Duration,
    /// What is wrong with the body: the place in the document, what is found there and what should be, line and column. It
    /// holds nothing of the body but names of fields.
    pub problem: String,
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
    /// What was called; `None` where the client could not be built, or there is no such operation.
    pub fn operation(&self) -> Option<&'static Operation> {
        match self {
            Error::Config(_) | Error::UnknownTool(_) => None,
            Error::Invalid(error) => Some(error.operation),
            Error::Api(error) => Some(error.operation),
            Error::Connection(error) => Some(error.operation),
            Error::Decode(error) => Some(error.operation),
            Error::Deadline(error) => Some(error.operation),
            Error::Edit(error) => error.operation,
        }
    }

    /// The status of the answer, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Error::Api(error) => Some(error.status),
            Error::Decode(error) => Some(error.status),
            Error::Edit(error) => error.cause()?.status(),
            _ => None,
        }
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Api(error) => error.retry_after,
            Error::Edit(error) => error.cause()?.retry_after(),
            _ => None,
        }
    }

    /// Whether the server may have done what it was asked: in the last attempt, or in an earlier one that was repeated.
    ///
    /// Where this is `false`, nothing was changed, and the call can be made again. Where it is `true` and the call changes
    /// something, look before you make it again: it was answered with a success that cannot be read, a failure that may have
    /// come too late (3xx, 408, 5xx), or not at all.
    pub fn perhaps_processed(&self) -> bool {
        match self {
            Error::Config(_) | Error::UnknownTool(_) | Error::Invalid(_) => false,
            Error::Api(error) => error.perhaps_processed,
            Error::Connection(error) => error.perhaps_processed,
            Error::Decode(_) => true,
            Error::Deadline(error) => error.perhaps_processed,
            Error::Edit(error) => error.cause().is_some_and(Error::perhaps_processed),
        }
    }

    /// How often the call was tried; 0 where it was never sent.
    pub fn attempts(&self) -> u32 {
        match self {
            Error::Config(_) | Error::UnknownTool(_) | Error::Invalid(_) => 0,
            Error::Api(error) => error.attempts,
            Error::Connection(error) => error.attempts,
            Error::Decode(error) => error.attempts,
            Error::Deadline(error) => error.attempts,
            Error::Edit(error) => error.cause().map_or(0, Error::attempts),
        }
    }

    /// How long the call waited in all: for the rate limit, and between attempts.
    pub fn waited(&self) -> Duration {
        match self {
            Error::Config(_) | Error::UnknownTool(_) | Error::Invalid(_) => Duration::ZERO,
            Error::Api(error) => error.waited,
            Error::Connection(error) => error.waited,
            Error::Decode(error) => error.waited,
            Error::Deadline(error) => error.waited,
            Error::Edit(error) => error.cause().map_or(Duration::ZERO, Error::waited),
        }
    }

    /// How many requests the rate limit left when the last answer was written; `None` where it did not say, or there was none.
    pub fn remaining(&self) -> Option<u32> {
        Reading::of(self.status()?, self.headers()?).remaining
    }

    /// How long the period of the rate limit lasted when the last answer was written; `None` where it did not say, or there
    /// was none.
    pub fn reset(&self) -> Option<Duration> {
        let headers = self.headers()?;
        let reset = Reading::of(self.status()?, headers).reset?;
        Some(times::left(headers, reset))
    }

    /// The headers of the answer, where there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        match self {
            Error::Api(error) => Some(&error.headers),
            Error::Decode(error) => Some(&error.headers),
            Error::Edit(error) => error.cause()?.headers(),
            _ => None,
        }
    }

    /// What went wrong in a few words, none of which are the server's.
    pub(crate) fn reason(&self) -> String {
        match self {
            Error::Api(error) => error.status.to_string(),
            Error::Connection(error) => format!("{}: {}", error.stage.words(), error.problem),
            Error::Decode(error) => format!("{}, but not what the API describes", error.status),
            Error::Deadline(_) => "its deadline ends before it may be sent".to_string(),
            Error::Config(_) | Error::UnknownTool(_) | Error::Invalid(_) | Error::Edit(_) => {
                "not to be sent".to_string()
            }
        }
    }

    /// What the closure of an [edit](crate::edit) gives up with: a text, or an error of its own.
    ///
    /// ```
    /// use configcat_management::Error;
    ///
    /// assert_eq!(Error::other("the flag has an owner").to_string(), "the flag has an owner");
    /// ```
    pub fn other(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Edit(Box::new(EditError {
            operation: None,
            rounds: 0,
            source: source.into(),
        }))
    }

    /// An edit ended with this after so many rounds.
    /// The error that a call ends with which the server refuses: for tests of code that handles errors.
    pub fn from_api(failure: ApiError) -> Self {
        Error::Api(Box::new(failure))
    }

    pub(crate) fn edit(operation: &'static Operation, rounds: u32, error: Error) -> Self {
        let source = match error {
            Error::Edit(error) if error.operation.is_none() => error.source,
            error => error.into(),
        };
        let operation = Some(operation);
        Error::Edit(Box::new(EditError {
            operation,
            rounds,
            source,
        }))
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
        is_final: bool,
    ) -> Self {
        // The URL of a call may carry what a log should not; the operation says which call it was.
        let source = source.map(reqwest::Error::without_url);
        Error::Connection(Box::new(ConnectionError {
            operation,
            stage,
            problem: problem.into(),
            attempts: 1,
            waited: Duration::ZERO,
            perhaps_processed: stage != Stage::Connecting,
            is_final,
            out_of_quota: false,
            source,
        }))
    }

    /// A body beyond its limit.
    pub(crate) fn too_large(operation: &'static Operation, problem: String) -> Self {
        Error::Connection(Box::new(ConnectionError {
            operation,
            stage: Stage::Answering,
            problem,
            attempts: 1,
            waited: Duration::ZERO,
            perhaps_processed: true,
            is_final: true,
            out_of_quota: false,
            source: None,
        }))
    }

    pub(crate) fn deadline(operation: &'static Operation, needed: Option<Duration>) -> Self {
        Error::Deadline(Box::new(DeadlineError {
            operation,
            needed,
            attempts: 0,
            waited: Duration::ZERO,
            perhaps_processed: false,
        }))
    }

    /// The same, and it would have been tried again, if not so many calls had failed lately.
    pub(crate) fn out_of_quota(mut self) -> Self {
        match &mut self {
            Error::Api(error) => error.out_of_quota = true,
            Error::Connection(error) => error.out_of_quota = true,
            _ => {}
        }
        self
    }

    /// The same, after this effort.
    pub(crate) fn after(mut self, effort: &Effort) -> Self {
        let (attempts, waited, processed) = match &mut self {
            Error::Config(_) | Error::UnknownTool(_) | Error::Invalid(_) | Error::Edit(_) => {
                return self;
            }
            Error::Api(error) => (
                &mut error.attempts,
                &mut error.waited,
                &mut error.perhaps_processed,
            ),
            Error::Connection(error) => (
                &mut error.attempts,
                &mut error.waited,
                &mut error.perhaps_processed,
            ),
            Error::Decode(error) => (&mut error.attempts, &mut error.waited, &mut true),
            Error::Deadline(error) => (
                &mut error.attempts,
                &mut error.waited,
                &mut error.perhaps_processed,
            ),
        };
        (*attempts, *waited) = (effort.attempts, effort.waited);
        *processed |= effort.perhaps_done;
        self
    }

    pub(crate) fn decode(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        problem: String,
    ) -> Self {
        Error::Decode(Box::new(DecodeError {
            operation,
            status,
            headers,
            body: Body(body),
            attempts: 1,
            waited: Duration::ZERO,
            problem,
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
        credentials: &str,
        mask: Mask<'_>,
    ) -> Self {
        body.truncate(Self::MAX_BODY);
        let (mut message, field_errors) = message::read(status, &headers, &body, credentials, mask);
        if status.is_redirection()
            && let Some(successor) = operation.successor
        {
            message += &format!("; `{successor}` replaces `{}`", operation.id);
        }
        ApiError {
            operation,
            status,
            message,
            field_errors,
            retry_after,
            headers,
            body,
            attempts: 1,
            waited: Duration::ZERO,
            // A 4xx is a refusal; but a proxy that lost its patience does not know what became of the call.
            perhaps_processed: !status.is_client_error() || status == StatusCode::REQUEST_TIMEOUT,
            out_of_quota: false,
        }
    }
}

impl Stage {
    fn words(self) -> &'static str {
        match self {
            Stage::Connecting => "could not be sent",
            Stage::Sent => "got no answer; whether the server processed it is unknown",
            Stage::Answering => "was processed, but its answer broke off",
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("operation", &self.operation.id)
            .field("status", &self.status)
            .field("body", &self.body)
            .field("attempts", &self.attempts)
            .field("waited", &self.waited)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
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
            .field("attempts", &self.attempts)
            .field("waited", &self.waited)
            .field("perhaps_processed", &self.perhaps_processed)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Config(problem) | Error::UnknownTool(problem) => f.write_str(problem),
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
                if let Some(wait) = error.retry_after {
                    write!(f, " (retry after {wait:?})")?;
                }
                tried(f, error.attempts, error.waited)?;
                given_up(f, error.out_of_quota)?;
                let perhaps = error.perhaps_processed && error.status.is_client_error();
                earlier(f, perhaps, error.attempts)
            }
            Error::Connection(error) => {
                let stage = error.stage.words();
                write!(f, "{} {stage}: {}", error.operation, error.problem)?;
                tried(f, error.attempts, error.waited)?;
                given_up(f, error.out_of_quota)?;
                let perhaps = error.perhaps_processed && error.stage == Stage::Connecting;
                earlier(f, perhaps, error.attempts)
            }
            Error::Decode(error) => {
                let DecodeError {
                    operation,
                    status,
                    problem,
                    attempts,
                    waited,
                    ..
                } = &**error;
                write!(
                    f,
                    "{operation} was answered with {status}, but the body is not what the API describes: {problem}"
                )?;
                if let Some(successor) = operation.successor {
                    write!(f, "; `{successor}` replaces `{}`", operation.id)?;
                }
                tried(f, *attempts, *waited)
            }
            Error::Deadline(error) => {
                let again = match error.attempts {
                    0 => "",
                    _ => " again",
                };
                write!(
                    f,
                    "{} was not sent{again}: its deadline ends before ",
                    error.operation
                )?;
                match error.needed {
                    Some(needed) => write!(f, "the rate limit allows it, in {needed:.1?}")?,
                    None => f.write_str("it may be sent")?,
                }
                tried(f, error.attempts, error.waited)?;
                // The attempts of a deadline are those before.
                earlier(f, error.perhaps_processed, error.attempts + 1)
            }
            Error::Edit(error) => {
                let EditError {
                    operation: Some(operation),
                    rounds,
                    source,
                } = &**error
                else {
                    return fmt::Display::fmt(&error.source, f);
                };
                match error.cause().and_then(Error::status) {
                    Some(StatusCode::CONFLICT) => write!(
                        f,
                        "{operation} changed nothing in {rounds} rounds, each time somebody else was faster; at last: {source}"
                    ),
                    _ => write!(
                        f,
                        "{operation} was not sent, the edit gave up in round {rounds}: {source}"
                    ),
                }
            }
        }
    }
}

fn tried(f: &mut fmt::Formatter<'_>, attempts: u32, waited: Duration) -> fmt::Result {
    match attempts {
        0 | 1 => Ok(()),
        attempts => write!(f, " (after {attempts} attempts and waits of {waited:.1?})"),
    }
}

fn given_up(f: &mut fmt::Formatter<'_>, out_of_quota: bool) -> fmt::Result {
    match out_of_quota {
        true => f.write_str("; not tried again, because too many calls failed lately"),
        false => Ok(()),
    }
}

/// Where the words so far are of the last attempt, and an earlier one may have gone further.
fn earlier(f: &mut fmt::Formatter<'_>, perhaps: bool, attempts: u32) -> fmt::Result {
    match (perhaps, attempts) {
        (true, 0 | 1) => f.write_str("; it may have been processed all the same"),
        (true, _) => f.write_str("; an earlier attempt may have been processed"),
        (false, _) => Ok(()),
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Connection(error) => error.source.as_ref().map(|source| source as _),
            Error::Edit(error) => Some(&*error.source),
            _ => None,
        }
    }
}
