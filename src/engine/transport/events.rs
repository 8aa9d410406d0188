//! What a call is doing, for those who want to watch.

use std::time::Duration;

use http::StatusCode;

use super::Transport;
use super::retry::Effort;
use crate::{Error, Operation};

/// What a call is doing, told to [`ClientBuilder::on_event`](crate::ClientBuilder::on_event). No secret and no body is in it.
///
/// Each attempt that gets a whole response gives [`Event::Answered`]. A call that fails ends with [`Event::GaveUp`], with two
/// exceptions: one whose arguments are refused gives no event, and one whose body cannot be decoded ends with `Answered`. A
/// dropped call gives no further event. Events of a fleet belong to no particular call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A call waits for the rate limit.
    Waiting {
        /// What is called.
        operation: &'static Operation,
        /// How long it will take, as far as known.
        expected: Option<Duration>,
    },
    /// An attempt was answered.
    Answered {
        /// What is called.
        operation: &'static Operation,
        /// Which attempt it was, from 1.
        attempt: u32,
        /// The status of the answer.
        status: StatusCode,
        /// How long the attempt took, its body included.
        took: Duration,
    },
    /// A call is tried again.
    Retrying {
        /// What is called.
        operation: &'static Operation,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// How long until the next one; `None` if the rate limit decides.
        wait: Option<Duration>,
        /// Why the attempt failed: the status, or what happened to the connection.
        reason: String,
    },
    /// A call is not tried again, and ends with an error.
    GaveUp {
        /// What was called.
        operation: &'static Operation,
        /// How often it was tried.
        attempts: u32,
        /// How long it waited in all: for the rate limit, and between attempts.
        waited: Duration,
        /// Why the last attempt failed: the status, or what happened to the connection.
        reason: String,
    },
    /// Redis, through which a fleet shares its rate limit, does not answer: this process is on its own until
    /// [`Event::FleetBack`]. Calls go on.
    FleetAway {
        /// What happened to the connection.
        reason: String,
    },
    /// The fleet shares its rate limit again.
    FleetBack,
}

/// The callback that gets the events.
pub(crate) type Listener = std::sync::Arc<dyn Fn(&Event) + Send + Sync>;

impl Transport {
    fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(listener) = &self.listener {
            listener(&event());
        }
    }

    pub(super) fn tell_waiting(
        &self,
        operation: &'static Operation,
        effort: &Effort,
        expected: Option<Duration>,
    ) {
        let attempt = effort.attempts.made + 1;
        tracing::debug!(
            operation = operation.id,
            attempt,
            wait = ?expected,
            "waits for the rate limit"
        );
        self.tell(|| Event::Waiting {
            operation,
            expected,
        });
    }

    pub(super) fn tell_answered(
        &self,
        operation: &'static Operation,
        effort: &Effort,
        status: StatusCode,
        took: Duration,
    ) {
        let attempt = effort.attempts.made;
        tracing::debug!(
            operation = operation.id,
            attempt,
            status = status.as_u16(),
            ?took,
            "answered"
        );
        self.tell(|| Event::Answered {
            operation,
            attempt,
            status,
            took,
        });
    }

    pub(super) fn tell_retrying(
        &self,
        operation: &'static Operation,
        effort: &Effort,
        wait: Option<Duration>,
        error: &Error,
    ) {
        let attempt = effort.attempts.made;
        let reason = error.reason();
        match wait {
            Some(wait) => {
                tracing::warn!(
                    operation = operation.id,
                    attempt,
                    ?wait,
                    reason,
                    "tries again"
                );
            }
            None => tracing::info!(
                operation = operation.id,
                attempt,
                reason,
                "tries again as soon as the rate limit allows"
            ),
        }
        self.tell(|| Event::Retrying {
            operation,
            attempt,
            wait,
            reason,
        });
    }

    pub(super) fn tell_gave_up(
        &self,
        operation: &'static Operation,
        effort: &Effort,
        error: &Error,
    ) {
        let (attempts, waited) = (effort.attempts.made, effort.attempts.waited);
        let reason = error.reason();
        tracing::debug!(
            operation = operation.id,
            attempts,
            ?waited,
            reason,
            "gives up"
        );
        self.tell(|| Event::GaveUp {
            operation,
            attempts,
            waited,
            reason,
        });
    }
}
