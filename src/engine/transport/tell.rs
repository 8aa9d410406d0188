//! Tells the log, and who listens, what a call is doing.

use super::Transport;
use crate::engine::event::Event;

impl Transport {
    /// Tells an event of a call, which is at this attempt.
    pub(crate) fn tell(&self, attempt: u32, event: Event) {
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
