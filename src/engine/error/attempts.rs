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
}

impl Attempts {
    pub(super) fn one(perhaps_processed: bool) -> Self {
        Attempts {
            made: 1,
            waited: Duration::ZERO,
            perhaps_processed,
        }
    }

    /// All attempts of the call, of which this was the last one.
    pub(super) fn after(&mut self, all: Attempts) {
        let perhaps_processed = self.perhaps_processed | all.perhaps_processed;
        *self = Attempts {
            perhaps_processed,
            ..all
        };
    }

    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.made {
            0 | 1 => Ok(()),
            made => write!(
                f,
                " (after {made} attempts and waits of {:.1?})",
                self.waited
            ),
        }
    }
}

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

pub(super) fn write_out_of_quota(f: &mut fmt::Formatter<'_>, out_of_quota: bool) -> fmt::Result {
    match out_of_quota {
        true => f.write_str("; not tried again, because too many calls failed lately"),
        false => Ok(()),
    }
}

/// Said if the words so far are of the last of these attempts, and an earlier one may have gone further.
pub(super) fn write_earlier(
    f: &mut fmt::Formatter<'_>,
    perhaps: bool,
    attempts: u32,
) -> fmt::Result {
    match (perhaps, attempts) {
        (true, 0 | 1) => f.write_str("; it may have been processed all the same"),
        (true, _) => f.write_str("; an earlier attempt may have been processed"),
        (false, _) => Ok(()),
    }
}
