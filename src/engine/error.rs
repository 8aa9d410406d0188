//! One error that a caller can act on. Each case has a file of its own.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::Operation;
use crate::engine::limit::reading::Reading;
use crate::engine::limit::times;
use mask::Mask;

mod api;
mod attempts;
mod connection;
mod deadline;
mod decode;
mod edit;
mod invalid;
pub(crate) mod mask;
pub(crate) mod message;
pub(crate) mod misread;
mod spelling;

pub use api::ApiError;
pub use attempts::Attempts;
pub use connection::{ConnectionError, Stage};
pub use deadline::DeadlineError;
pub use decode::{Body, DecodeError};
pub use edit::EditError;
pub use invalid::InvalidRequest;

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a client could not be built, or a call failed.
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
    /// No operation has the name that was to be called. The text suggests the names that are most like it. Nothing was sent.
    #[cfg(feature = "catalog")]
    UnknownTool(String),
    /// The call cannot be sent: an argument breaks a limit of the API. Nothing was sent.
    Invalid(Box<InvalidRequest>),
    /// The server answered with a failure.
    Api(Box<ApiError>),
    /// There was no answer, or it broke off.
    Connection(Box<ConnectionError>),
    /// There was an answer, but it is not what the API describes. The server may have processed the call, or a
    /// proxy may have answered in its place.
    Decode(Box<DecodeError>),
    /// The wait for the rate limit would exceed the call's deadline or the limiter's longest wait, so the call was not sent, or not
    /// retried.
    Deadline(Box<DeadlineError>),
    /// An [edit](crate::edit) was given up, or a value was rejected before a call was built. The edit that failed changed nothing;
    /// earlier steps of [`CopyPlan::apply`](crate::names::CopyPlan::apply) and [`Retire::send`](crate::names::Retire::send) stay done.
    Edit(Box<EditError>),
}

impl Error {
    /// What was called; `None` if the client could not be built, or there is no such operation.
    pub fn operation(&self) -> Option<&'static Operation> {
        match self {
            Error::Invalid(error) => Some(error.operation),
            Error::Api(error) => Some(error.operation),
            Error::Connection(error) => Some(error.operation),
            Error::Decode(error) => Some(error.operation),
            Error::Deadline(error) => Some(error.operation),
            Error::Edit(error) => error.operation,
            _ => None,
        }
    }

    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(|(status, _)| status)
    }

    /// How long the server asks to wait (`Retry-After`); `None` if it does not. Of an [`Error::Deadline`] it is the rest of a wait beyond
    /// [`with_max_wait`](crate::RateLimiter::with_max_wait) that an earlier call was told.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Api(error) => error.retry_after,
            Error::Deadline(error) if error.beyond_max_wait => error.needed,
            Error::Edit(error) => error.cause()?.retry_after(),
            _ => None,
        }
    }

    /// Whether the server may have done what it was asked: in the last attempt, or in an earlier one that was repeated.
    ///
    /// If this is `false`, nothing was changed, and the call can be made again. If it is `true` and the call changes
    /// something, look before you make it again: it was answered with a success that cannot be read, a failure that may have
    /// come too late (3xx, 408, 499, 5xx), or not at all.
    pub fn perhaps_processed(&self) -> bool {
        self.all_attempts().perhaps_processed
    }

    /// How often the call was tried; 0 if it was never sent.
    pub fn attempts(&self) -> u32 {
        self.all_attempts().made
    }

    /// How long the call waited in all: for the rate limit, and between attempts.
    pub fn waited(&self) -> Duration {
        self.all_attempts().waited
    }

    /// What the call has taken; nothing if there was none.
    fn all_attempts(&self) -> Attempts {
        match self {
            Error::Api(error) => error.attempts,
            Error::Connection(error) => error.attempts,
            Error::Decode(error) => error.attempts,
            Error::Deadline(error) => error.attempts,
            Error::Edit(error) => error.cause().map(Error::all_attempts).unwrap_or_default(),
            _ => Attempts::default(),
        }
    }

    /// The requests that were left in the window of the rate limit (`X-Rate-Limit-Remaining`); `None` without a response that says so.
    pub fn remaining(&self) -> Option<u32> {
        let (status, headers) = self.answer()?;
        Reading::of(status, headers).remaining
    }

    /// The time from the last response to the end of that window (`X-Rate-Limit-Reset`); `None` without a response that says so.
    pub fn reset(&self) -> Option<Duration> {
        let (status, headers) = self.answer()?;
        Some(times::left(headers, Reading::of(status, headers).reset?))
    }

    /// The headers of the answer, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(|(_, headers)| headers)
    }

    fn answer(&self) -> Option<(StatusCode, &HeaderMap)> {
        match self {
            Error::Api(error) => Some((error.status, &error.headers)),
            Error::Decode(error) => Some((error.status, &error.headers)),
            Error::Edit(error) => error.cause()?.answer(),
            _ => None,
        }
    }

    /// What went wrong in a few words, none of which are the server's.
    pub(crate) fn reason(&self) -> String {
        match self {
            Error::Api(error) => error.status.to_string(),
            Error::Connection(error) => format!("{}: {}", error.stage.words(), error.problem),
            Error::Decode(error) => format!("{}, but not what the API describes", error.status),
            Error::Deadline(error) if error.beyond_max_wait => {
                "the server wants it to be sent later than the longest wait allows".to_string()
            }
            Error::Deadline(_) => "its deadline ends before it may be sent".to_string(),
            _ => "not to be sent".to_string(),
        }
    }

    /// The same, of a call with this path, to this host.
    pub(crate) fn of(mut self, path: &str, host: &str) -> Self {
        if let Error::Connection(error) = &mut self {
            error.host = host.to_string();
        }
        if let Some((shown, _)) = self.call_mut() {
            // Ids and keys of settings belong to the path; a key of an SDK that got there is not shown.
            *shown = Mask::default().line(path);
        }
        self
    }

    /// The same, after these attempts, of which the error's own was the last one.
    pub(crate) fn after(mut self, mut attempts: Attempts) -> Self {
        if let Some((_, taken)) = self.call_mut() {
            attempts.perhaps_processed |= taken.perhaps_processed;
            attempts.out_of_quota |= taken.out_of_quota;
            *taken = attempts;
        }
        self
    }

    /// The path of the call and what it has taken, if there was one.
    fn call_mut(&mut self) -> Option<(&mut String, &mut Attempts)> {
        match self {
            Error::Api(error) => Some((&mut error.path, &mut error.attempts)),
            Error::Connection(error) => Some((&mut error.path, &mut error.attempts)),
            Error::Decode(error) => Some((&mut error.path, &mut error.attempts)),
            Error::Deadline(error) => Some((&mut error.path, &mut error.attempts)),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Config(problem) => f.write_str(problem),
            #[cfg(feature = "catalog")]
            Error::UnknownTool(problem) => f.write_str(problem),
            Error::Invalid(error) => error.fmt(f),
            Error::Api(error) => error.fmt(f),
            Error::Connection(error) => error.fmt(f),
            Error::Decode(error) => error.fmt(f),
            Error::Deadline(error) => error.fmt(f),
            Error::Edit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Connection(error) => error.source.as_ref().map(|source| source as _),
            // Its own words are among those of the edit.
            Error::Edit(error) => error.source.source(),
            _ => None,
        }
    }
}
