//! What a scope learns from headers and refusals.

use std::time::Duration;

use super::super::moment::Moment;
use super::super::reading::{Order, Reading, Reset};
use super::super::ticket::Ticket;
use super::{Common, Scope, State};
use crate::engine::backoff;

impl Scope {
    pub(super) fn record_count(
        &mut self,
        common: &mut Common,
        current: bool,
        ticket: Ticket,
        now: Moment,
        remaining: u32,
        reset: Option<Reset>,
    ) {
        let order = Order::of(reset, self.reset);
        self.owner = Some(ticket.target);
        // Those that were answered before it was sent are counted in it, whatever their answers told.
        let is_of_this = current && ticket.given > self.recounted;
        let mut before = match is_of_this && self.has_silent {
            true => ticket.counted,
            false => 0,
        };
        match (self.state, order) {
            // A late answer of an earlier period, or one that came while nothing goes anyway.
            (_, Order::Earlier) | (State::Closed(_), _) => return,
            (State::Open(left), Order::Same) => {
                self.state = State::Open(left.min(remaining));
                self.reset = Reset::merge(self.reset, reset);
            }
            // Sent in the period before.
            (_, Order::Same) if !current && reset.is_some() => return,
            _ => {
                if order == Order::Later {
                    if let State::Open(_) = self.state {
                        self.finish_period();
                        (before, self.recounted) = (0, now);
                    }
                    let over = reset.and_then(|reset| reset.latest(&common.clock));
                    let seen = over.map(|over| over - ticket.given);
                    self.period = seen.filter(|seen| *seen <= common.max_wait).or(self.period);
                }
                common.estimates += 1;
                self.state = State::Open(remaining);
                self.reset = reset.or(self.reset);
                self.reset_reported = now;
            }
        }
        self.flight.see(ticket.given);
        self.highest = self.highest.max(Some(remaining.saturating_add(before)));
        self.answers += 1;
        self.counted += u32::from(current);
    }

    /// A 429 came. Gives the limit that it has shown, if no header tells of it.
    pub(crate) fn record_refusal(
        &mut self,
        common: &mut Common,
        ticket: Ticket,
        now: Moment,
        reading: &Reading,
    ) -> Option<(u32, Duration)> {
        self.advance(common, now);
        self.flight.record_response(ticket.id);
        self.clock_sample = None;
        let reset = reading.reset(ticket.given, now);
        let over = reset.and_then(|reset| reset.latest(&common.clock));
        // A period of which something is left is not why.
        let reason = over.filter(|_| reading.remaining.is_none_or(|remaining| remaining == 0));
        let asked = reading.retry_after.or_else(|| Some(reason? - now));
        if ticket.epoch != self.epoch {
            self.limits.record_another_refusal(ticket.epoch, reading);
            let until = asked.map(|wait| now + wait.min(common.max_wait));
            match (&mut self.state, until) {
                // Sent before the refusal that is known already; it may know more.
                (State::Closed(known), Some(until)) => *known = until.max(*known),
                // Sent in the period before; what it asks for holds all the same.
                (_, Some(until)) if reading.retry_after.is_some() => {
                    self.start(common, now, State::Closed(until));
                }
                _ => {}
            }
            return None;
        }
        self.refusals += 1;
        let backoff = backoff::after_refusals(self.refusals);
        let wait = match asked {
            // Told, and it was not enough.
            Some(wait) if self.refusals > 1 => wait.max(backoff),
            Some(wait) => wait,
            None => backoff,
        };
        let wait = wait.min(common.max_wait);
        let sent = (ticket, self.flight.expected(ticket.epoch));
        let hidden = self
            .is_hidden(reading)
            .then(|| self.limits.record_refusal(now, sent, reading, wait));
        if Order::of(reset, self.reset) == Order::Later {
            self.reset = reset;
        }
        self.finish_period();
        self.owner = Some(ticket.target);
        self.reached = self.answered.max(self.reached / 2);
        self.start(common, now, State::Closed(now + wait));
        hidden?
    }

    /// Whether a refusal may be that of a window which no header tells of.
    fn is_hidden(&self, reading: &Reading) -> bool {
        match (reading.named, reading.remaining) {
            (Some((named, _)), _) => Some(named) != self.quota(),
            (None, Some(remaining)) => remaining > 0 && self.answered > 0,
            (None, None) => self.answered > 0 && (!self.has_reported() || self.left() > 0),
        }
    }

    /// Whether the server tells of its limits.
    pub(super) fn has_reported(&self) -> bool {
        self.quota().is_some() || self.reset.is_some()
    }

    /// What a whole period allows, as far as its answers tell: what its first request left, and that one.
    pub(crate) fn quota(&self) -> Option<u32> {
        let quota = self.highest.map(|most| most.saturating_add(1));
        quota.or(self.quota)
    }
}
