//! Tells the log, and who listens, what a call is doing.

use std::time::Duration;

use super::{RawResponse, Transport};
use crate::engine::event::Event;
use crate::{Error, Operation, Result};

impl Transport {
    /// Tells of an attempt that was answered, if this one was.
    pub(super) fn tell_answered(
        &self,
        operation: &'static Operation,
        attempt: u32,
        result: &Result<RawResponse>,
        took: Duration,
    ) {
        let status = match result {
            Ok(answer) => Some(answer.status),
            Err(error) => error.status(),
        };
        if let Some(status) = status {
            let answered = Event::Answered {
                operation,
                attempt,
                status,
                took,
            };
            self.tell(attempt, answered);
        }
    }

    /// Tells that a call is tried again after this error, and when.
    pub(crate) fn tell_retrying(
        &self,
        operation: &'static Operation,
        attempt: u32,
        wait: Option<Duration>,
        error: &Error,
    ) {
        let retrying = Event::Retrying {
            operation,
            attempt,
            wait,
            reason: error.reason(),
        };
        self.tell(attempt, retrying);
    }

    /// Tells an event of a call, which is at this attempt.
    pub(super) fn tell(&self, attempt: u32, event: Event) {
        match &event {
            Event::Waiting {
                operation,
                expected: wait,
            } => {
                let operation = operation.id;
                tracing::debug!(operation, attempt, ?wait, "waits for the rate limit");
            }
            Event::Answered {
                operation,
                status,
                took,
                ..
            } => {
                let (operation, status) = (operation.id, status.as_u16());
                tracing::debug!(operation, attempt, status, ?took, "answered");
            }
            Event::Retrying {
                operation,
                wait,
                reason,
                ..
            } => {
                let operation = operation.id;
                match wait {
                    Some(wait) => tracing::warn!(operation, attempt, ?wait, reason, "tries again"),
                    None => tracing::info!(
                        operation,
                        attempt,
                        reason,
                        "tries again as soon as the rate limit allows"
                    ),
                }
            }
            Event::GaveUp {
                operation,
                attempts,
                waited,
                reason,
            } => {
                let operation = operation.id;
                tracing::debug!(operation, attempts, ?waited, reason, "gives up");
            }
            // Events of no call, which the fleet logs.
            Event::RedisUnavailable { .. } | Event::RedisAvailable => {}
        }
        if let Some(listener) = &self.listener {
            listener(&event);
        }
    }
}
