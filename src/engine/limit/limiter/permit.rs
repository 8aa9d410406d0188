//! The right to send one request.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::OwnedSemaphorePermit;

use super::FleetInformed;
use super::state::Shared;
#[cfg(feature = "redis")]
use crate::engine::limit::fleet;
use crate::engine::limit::model::Model;
use crate::engine::limit::reading::Reading;
use crate::engine::limit::ticket::Ticket;

/// The right to send one request. Dropping it without an answer gives it back.
#[must_use = "a permit is given back at once where it is not kept"]
pub(crate) struct Permit {
    shared: Arc<Shared>,
    ticket: Ticket,
    sent: bool,
    done: bool,
    /// Its place among those that may be in flight.
    _slot: Option<OwnedSemaphorePermit>,
    #[cfg(feature = "redis")]
    pub(super) fleet: Option<fleet::FleetPermit>,
}

impl Permit {
    pub(super) fn new(
        shared: Arc<Shared>,
        ticket: Ticket,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Self {
        shared.permits.fetch_add(1, Ordering::Relaxed);
        Permit {
            shared,
            ticket,
            sent: false,
            done: false,
            _slot: slot,
            #[cfg(feature = "redis")]
            fleet: None,
        }
    }

    /// From here on, the server may have counted the request.
    pub(crate) fn mark_sent(&mut self) {
        self.set_sent(true);
    }

    /// It did not get that far after all.
    pub(crate) fn mark_not_sent(&mut self) {
        self.set_sent(false);
    }

    fn set_sent(&mut self, sent: bool) {
        self.sent = sent;
        #[cfg(feature = "redis")]
        if let Some(ticket) = &mut self.fleet {
            ticket.sent(sent);
        }
    }

    /// An answer came. If there is a fleet, gives what ends when it knows.
    pub(crate) fn record_response(mut self, reading: &Reading) -> Option<FleetInformed> {
        self.done = true;
        let shared = &self.shared;
        {
            let mut state = shared.state();
            let answered =
                |model: &mut Model| model.record_response(self.ticket, shared.now(), reading);
            if shared.change(&mut state, answered) {
                state.regroup();
            }
            if state.model.asks_beyond_max_wait(reading).is_some() {
                state.wake_all();
            }
        }
        #[cfg(feature = "redis")]
        if let Some(mut ticket) = self.fleet.take() {
            let beyond_max_wait = shared.state().model.asks_beyond_max_wait(reading);
            return match beyond_max_wait.is_some() {
                // It is no matter of the fleet's windows, and was not counted.
                true => {
                    ticket.sent(false);
                    None
                }
                false => ticket.record_response(reading),
            };
        }
        None
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let shared = &self.shared;
        shared.permits.fetch_sub(1, Ordering::Relaxed);
        let mut state = shared.state();
        if !self.done {
            let (ticket, sent) = (self.ticket, self.sent);
            shared.change(&mut state, |model| {
                model.record_loss(ticket, shared.now(), sent);
            });
        }
        state.wake(state.model.key(&self.ticket.target));
    }
}
