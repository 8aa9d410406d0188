//! Waits that a deadline, or the longest wait, does not allow.

use std::fmt;
use std::time::Duration;

use super::attempts::{Attempts, Called, EARLIER};
use crate::{Error, Operation};

/// A wait that is not allowed; part of [`Error::Deadline`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineError {
    /// What was to be called.
    pub operation: &'static Operation,
    /// The API's path that was called, as [`ApiError::path`](crate::ApiError::path).
    pub path: String,
    /// How long the wait for the rate limit would have been; `None` if only the responses to other calls can tell.
    pub needed: Option<Duration>,
    /// Whether the server has answered an earlier call of the operation with 429 and asked for a wait beyond the longest one, see
    /// [`with_max_wait`](crate::RateLimiter::with_max_wait). If not, the wait would exceed the call's own deadline.
    pub beyond_max_wait: bool,
    /// The attempts and the waits before that.
    pub attempts: Attempts,
    /// Why the call was to be sent again: how its last attempt failed, such as `503 Service Unavailable`; `None` if it was never sent.
    pub cause: Option<String>,
}

impl Error {
    /// A wait after the failure of the attempt before it, if there was one.
    pub(crate) fn deadline(
        operation: &'static Operation,
        needed: Option<Duration>,
        beyond_max_wait: bool,
        before: Option<&Error>,
    ) -> Self {
        Error::Deadline(Box::new(DeadlineError {
            operation,
            path: String::new(),
            needed,
            beyond_max_wait,
            attempts: Attempts::default(),
            cause: before.map(Error::reason),
        }))
    }
}

impl fmt::Display for DeadlineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let called = Called(self.operation, &self.path);
        let again = if self.attempts.made > 0 { " again" } else { "" };
        write!(f, "{called} was not sent{again}: ")?;
        match self.needed {
            Some(wait) if self.beyond_max_wait => write!(
                f,
                "the server asks to wait another {wait:.1?}, which is longer than `with_max_wait` allows"
            )?,
            Some(wait) => write!(
                f,
                "its deadline ends before the rate limit allows it, in {wait:.1?}"
            )?,
            None => f.write_str("its deadline ends before it may be sent")?,
        }
        if let Some(cause) = &self.cause {
            write!(f, "; the attempt before it failed: {cause}")?;
        }
        self.attempts.write(f, false)?;
        // All attempts are earlier ones here.
        match self.attempts.perhaps_processed {
            true => f.write_str(EARLIER),
            false => Ok(()),
        }
    }
}
