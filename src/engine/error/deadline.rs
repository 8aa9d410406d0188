//! Waits that a deadline does not allow.

use std::fmt;
use std::time::Duration;

use super::attempts::{Attempts, write_earlier};
use crate::{Error, Operation};

/// A wait that a deadline does not allow; part of [`Error::Deadline`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineError {
    /// What was to be called.
    pub operation: &'static Operation,
    /// How long the wait for the rate limit would have been, as far as known.
    pub needed: Option<Duration>,
    /// What the call has taken before.
    pub attempts: Attempts,
}

impl Error {
    pub(crate) fn deadline(operation: &'static Operation, needed: Option<Duration>) -> Self {
        Error::Deadline(Box::new(DeadlineError {
            operation,
            needed,
            attempts: Attempts::default(),
        }))
    }
}

impl fmt::Display for DeadlineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let again = match self.attempts.made {
            0 => "",
            _ => " again",
        };
        write!(
            f,
            "{} was not sent{again}: its deadline ends before ",
            self.operation
        )?;
        match self.needed {
            Some(needed) => write!(f, "the rate limit allows it, in {needed:.1?}")?,
            None => f.write_str("it may be sent")?,
        }
        self.attempts.write(f)?;
        // All attempts are earlier ones here.
        write_earlier(f, self.attempts.perhaps_processed, self.attempts.made + 1)
    }
}
