//! What a call has taken before it ended.

use std::fmt;
use std::time::Duration;

use crate::Operation;

/// How often a call was tried, how long it waited, and whether it may have been processed; part of the errors that end a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempts {
    /// How often the call was tried; 0 if it was never sent.
    pub made: u32,
    /// How long it waited in all: for the rate limit, and between attempts.
    pub waited: Duration,
    /// See [`Error::perhaps_processed`](crate::Error::perhaps_processed).
    pub perhaps_processed: bool,
    /// It was not repeated, because the retry quota is used up.
    pub(crate) out_of_quota: bool,
}

impl Attempts {
    pub(super) fn one(perhaps_processed: bool) -> Self {
        Attempts {
            made: 1,
            perhaps_processed,
            ..Attempts::default()
        }
    }

    /// What an error says at its end. `unclear`: an attempt may have been processed, and nothing before says so.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, unclear: bool) -> fmt::Result {
        if self.made > 1 {
            let waited = self.waited;
            write!(
                f,
                " (after {} attempts and waits of {waited:.1?})",
                self.made
            )?;
        }
        if self.out_of_quota {
            f.write_str("; not tried again, because too many calls failed lately")?;
        }
        match unclear {
            true if self.made > 1 => f.write_str(EARLIER),
            true => f.write_str("; it may have been processed all the same"),
            false => Ok(()),
        }
    }
}

pub(super) const EARLIER: &str = "; an earlier attempt may have been processed";

/// What was called, with the path as it was sent: `get-tag (GET /v1/tags/17)`.
pub(super) struct Called<'a>(pub(super) &'static Operation, pub(super) &'a str);

impl fmt::Display for Called<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Called(operation, path) = self;
        match *path {
            "" => write!(f, "{operation}"),
            path => write!(f, "{} ({} {path})", operation.id, operation.method),
        }
    }
}
