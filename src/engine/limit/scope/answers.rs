//! What a scope learns from headers and refusals.

use std::time::Duration;

use tokio::time::Instant;

use super::super::limits::Lesson;
use super::super::reading::{Order, Reading, Reset};
use super::super::ticket::Ticket;
use super::{Common, FIRST_WAIT, LAST_WAIT, SURPRISE, Scope, State};
use crate::engine::backoff;

impl Scope {
    pub(super) fn record_count(
        &mut self,
        common: &mut Common,
        current: bool,
        ticket: Ticket,
        now: Instant,
        remaining: u32,
        reset: Option<Reset>,
    ) {
        let order = Order::of(reset, self.reset);
        self.owner = Some(ticket.target);
        match (self.state, order) {
            // A late answer of an earlier period, or one that came while nothing goes anyway.
            (_, Order::Earlier) | (State::Closed(_), _) => return,
            (State::Open(left), Order::Same) => {
                self.state = State::Open(left.min(remaining));
                self.reset = Reset::merge(self.reset, reset);
            }
            // Sent in the period before.
            (_, Order::Same) if !current && reset.is_some() => return,
            (_, Order::Same) => {
                // The period that was thought to be over is not.
                if let Some(over) = reset.and_then(|reset| reset.latest(&common.clock))
                    && ticket.given >= over
                {
                    common.clock.record_early_end(ticket.given - over);
                }
                common.estimates += 1;
                self.state = State::Open(remaining);
                self.reset = reset.or(self.reset);
                self.told = now;
            }
            (_, Order::Later) => {
                if let State::Open(_) = self.state {
                    self.finish_period();
                }
                // The first one may have begun long ago.
                let is_whole = self.reset.is_some();
                common.estimates += 1;
                self.state = State::Open(remaining);
                self.reset = reset;
                self.told = now;
                if is_whole && let Some(over) = reset.and_then(|reset| reset.latest(&common.clock))
                {
                    let seen = over.saturating_duration_since(ticket.given);
                    let longest = self.period.unwrap_or_default().mul_f64(0.9);
                    self.period = Some(seen.max(longest).min(common.max_wait));
                }
            }
        }
        self.flight.see(ticket.given);
        let left = self.left(common).0.unwrap_or(remaining);
        let uncounted = self.uncounted();
        self.share.record_count(remaining, left, uncounted);
    }

    /// A 429 came. Gives the limit that it has shown, if no header tells of it. `recent` has when requests of this scope
    /// were answered.
    pub(crate) fn record_refusal(
        &mut self,
        common: &mut Common,
        ticket: Ticket,
        now: Instant,
        reading: &Reading,
        recent: &[Instant],
    ) -> Option<(u32, Duration)> {
        self.advance(common, now);
        self.flight.record_response(ticket.id);
        self.look = None;
        let reset = reading.reset(&common.clock, ticket.given, now);
        let over = reset.and_then(|reset| reset.latest(&common.clock));
        // A period of which something is left is not why.
        let reason = over.filter(|_| reading.remaining.is_none_or(|remaining| remaining == 0));
        let told = reading
            .retry_after
            .or_else(|| Some(reason?.saturating_duration_since(now)));
        if ticket.epoch != self.epoch {
            self.limits.record_another_refusal(ticket);
            // Sent before the refusal that is known already; it may know more.
            if let (State::Closed(until), Some(wait)) = (&mut self.state, told) {
                *until = (*until).max(now + wait.min(common.max_wait));
            }
            return None;
        }
        self.refusals += 1;
        let backoff = backoff::double(FIRST_WAIT, self.refusals, LAST_WAIT);
        let wait = match told {
            // Told, and it was not enough.
            Some(wait) if self.refusals > 1 => wait.max(backoff),
            Some(wait) => wait,
            None => backoff,
        };
        let wait = wait.min(common.max_wait);
        let over = over.or_else(|| self.reset?.latest(&common.clock));
        let mut shown = None;
        // Of a refusal that says nothing it has to be seen from what is in flight whether it is a window's. One that asks for a
        // wait is more often a stray.
        let in_flight = match reading.retry_after {
            None => self.flight.before(ticket.given).len() as u32,
            Some(_) => 0,
        };
        if self.is_hidden(reading, now, in_flight) {
            let elapsed = now.saturating_duration_since(self.began);
            let lesson = Lesson {
                named: reading.named,
                ticket,
                in_flight,
                accepted: self.answered,
                elapsed: elapsed.min(common.max_wait),
                wait,
            };
            shown = self.limits.learn(now, lesson, recent, common.max_wait);
        } else if let Some(over) = over
            && ticket.given >= over
            && Order::of(reset, self.reset) == Order::Same
        {
            // The period that was thought to be over is not.
            let by = reset.map_or(wait, |_| ticket.given - over);
            common.clock.record_early_end(by.min(SURPRISE));
        } else if let State::Open(1..) | State::Assumed(_) = self.state {
            // By our count there was something left.
            self.share.surprise();
        }
        if Order::of(reset, self.reset) == Order::Later {
            self.reset = reset;
        }
        self.finish_period();
        self.owner = Some(ticket.target);
        self.proven = self.answered.max(self.proven / 2);
        self.start(common, now, State::Closed(now + wait));
        shown
    }

    /// Whether a refusal may be that of a window which no header tells of.
    pub(super) fn is_hidden(&mut self, reading: &Reading, now: Instant, in_flight: u32) -> bool {
        let says = reading.retry_after.is_some() || reading.named.is_some();
        if !says && !self.limits.explain(now, in_flight) {
            return false;
        }
        let quota = self.share.quota().or(self.quota);
        match (reading.named, reading.remaining) {
            (Some((named, _)), _) if Some(named) == quota => false,
            (Some(_), _) => true,
            (None, Some(remaining)) => remaining > 0 && self.answered > 0,
            (None, None) => self.answered > 0 && (!self.has_reported() || self.left_for_us() > 0),
        }
    }

    /// Whether the server tells of its limits.
    pub(super) fn has_reported(&self) -> bool {
        self.quota.is_some() || self.share.quota().is_some() || self.reset.is_some()
    }
}
