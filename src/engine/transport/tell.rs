//! Tells the log, and who listens, what a call is doing.

use std::time::Duration;

use http::StatusCode;

use super::Transport;
use super::retry::RetryState;
use crate::engine::event::Event;
use crate::{Error, Operation};

impl Transport {
    fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(listener) = &self.listener {
            listener(&event());
        }
    }

    pub(super) fn tell_waiting(
        &self,
        operation: &'static Operation,
        retries: &RetryState,
        expected: Option<Duration>,
    ) {
        let attempt = retries.attempts.made + 1;
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
        retries: &RetryState,
        status: StatusCode,
        took: Duration,
    ) {
        let attempt = retries.attempts.made;
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

    pub(crate) fn tell_retrying(
        &self,
        operation: &'static Operation,
        retries: &RetryState,
        wait: Option<Duration>,
        error: &Error,
    ) {
        let attempt = retries.attempts.made;
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
        retries: &RetryState,
        error: &Error,
    ) {
        let (attempts, waited) = (retries.attempts.made, retries.attempts.waited);
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
