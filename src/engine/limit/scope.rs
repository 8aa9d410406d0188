//! What is known of one count of the server, and what may be sent because of it.

mod answers;
mod period;

use std::time::Duration;

use super::clock::ServerClock;
use super::flight::Flight;
use super::limits::Limits;
use super::moment::Moment;
use super::reading::{Reading, Reset};
use super::target::Target;
use super::ticket::Ticket;
use crate::engine::backoff;

/// How long a count is believed that comes without a reset.
const WITHOUT_RESET: Duration = Duration::from_secs(1);

/// How long a period without answers is believed in if it is not known how long periods are.
const WITHOUT_ANSWER: Duration = Duration::from_secs(60);

/// Last permits of a window, spaced out to sample `Date`, if other calls wait for the next window anyway.
const CLOCK_SAMPLES: u32 = 8;

/// From this many responses in a window on, as many calls are expected to follow.
const FEW: u32 = 4;

/// What all scopes have in common.
#[derive(Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Common {
    pub(crate) clock: ServerClock,
    /// No wait is longer, whatever a server says.
    pub(crate) max_wait: Duration,
    /// When the model began; in a fleet, what is of another beginning is forgotten.
    #[cfg(feature = "redis")]
    pub(crate) since: Moment,
    /// Requests so far, for their ids.
    pub(crate) requests: u64,
    /// Counts the changes of estimated waits: the end of a window, a 429.
    pub(crate) estimates: u64,
}

/// What is known of one count.
#[derive(Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Scope {
    state: State,
    /// Of whom the state tells: the one that was answered or refused last.
    pub(crate) owner: Option<Target>,
    /// What is in flight and may not be in the server's count.
    pub(crate) flight: Flight,
    /// Counts the stretches of time between which knowledge ends: periods, refusals. Each begins with its first request.
    epoch: u64,
    began: Moment,
    /// Answers to requests of this epoch, and whether only one more than these may be in flight: the way to full speed.
    answered: u32,
    ramp: bool,
    /// So many were answered before the last refusal; as many may be in flight at once after it.
    reached: u32,
    /// The newest period that was reported: its reset, and when it was first told.
    reset: Option<Reset>,
    reset_reported: Moment,
    /// The most that was left in this period before a request, as far as reported, that one aside; how many the server may have
    /// counted in it, and how many of these for certain.
    highest: Option<u32>,
    answers: u32,
    counted: u32,
    /// An answer in it told no count.
    has_silent: bool,
    /// Requests that were sent before this may be of an earlier period, or of another scope.
    recounted: Moment,
    /// What a whole period allows, and how long it lasts, as far as seen.
    quota: Option<u32>,
    period: Option<Duration>,
    /// Refusals in a row.
    refusals: u32,
    /// When the next request goes that samples the server's clock.
    clock_sample: Option<Moment>,
    /// Limits that no header tells of.
    pub(crate) limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum State {
    /// Nothing is known of now: one request goes first.
    Unknown,
    /// The server says nothing of limits.
    Free,
    /// A period of which so much is left, by its own answers.
    Open(u32),
    /// A new period, of which no answer tells yet; the last one says how much it allows.
    Assumed(u32),
    /// Refused: nothing goes before this.
    Closed(Moment),
}

impl Scope {
    pub(crate) fn new(now: Moment, state: State, limits: Limits) -> Self {
        Scope {
            state,
            owner: None,
            flight: Flight::default(),
            epoch: 0,
            began: now,
            answered: 0,
            reached: 0,
            ramp: state == State::Unknown,
            reset: None,
            reset_reported: now,
            highest: None,
            answers: 0,
            counted: 0,
            has_silent: false,
            recounted: now,
            quota: None,
            period: None,
            refusals: 0,
            clock_sample: None,
            limits,
        }
    }

    /// One that was counted in this one so far, by what is known.
    pub(crate) fn heir(&self, now: Moment, limits: Limits) -> Self {
        Scope {
            epoch: self.epoch,
            period: self.period,
            ..Scope::new(now, State::Unknown, limits)
        }
    }

    /// What was answered so far is not only of this one.
    pub(crate) fn forget_answers(&mut self, now: Moment) {
        self.finish_period();
        self.recounted = now;
    }

    /// Gives the right to send one request now, or says when to ask again; an answer may change that. `demand` counts those
    /// that wait for one, and for whom the order of things may be better than the earliest moment; 0 if it is not.
    pub(crate) fn admit(
        &mut self,
        common: &mut Common,
        now: Moment,
        demand: u32,
        target: Target,
    ) -> Result<Ticket, Moment> {
        self.advance(common, now);
        if let Some(until) = self.blocked_until(common, now) {
            return Err(until);
        }
        if let Some(until) = self.delay_for_clock_sample(common, now, demand) {
            return Err(until);
        }
        Ok(self.add_request(common, now, target))
    }

    /// Takes note of a request that goes.
    pub(crate) fn add_request(
        &mut self,
        common: &mut Common,
        now: Moment,
        target: Target,
    ) -> Ticket {
        if self.flight.is_first_of(self.epoch) {
            self.began = now;
        }
        common.requests += 1;
        let ticket = Ticket {
            id: common.requests,
            epoch: self.epoch,
            counted: self.counted,
            given: now,
            target,
        };
        self.flight.add_request(ticket);
        ticket
    }

    /// Why nothing may go by the limits that no header tells of: until when, unless an answer comes first.
    fn full_until(&mut self, now: Moment) -> Option<Moment> {
        let full = self.limits.full(now, self.flight.slow())?;
        Some(full.unwrap_or_else(|| self.overdue_at(now)))
    }

    /// When the next one is out of the way at the latest.
    fn overdue_at(&self, now: Moment) -> Moment {
        let soon = || now + backoff::after_refusals(1);
        self.flight.overdue_at().unwrap_or_else(soon)
    }

    /// An answer came.
    pub(crate) fn record_response(
        &mut self,
        common: &mut Common,
        ticket: Ticket,
        now: Moment,
        reading: &Reading,
    ) {
        self.advance(common, now);
        let in_time = self.flight.record_response(ticket.id);
        if in_time && !reading.refused {
            self.limits.count(now);
        }
        self.clock_sample = None;
        self.limits.record_success(now, ticket, reading.broken);
        if let State::Closed(_) = self.state {
            self.reached += 1;
            let in_flight = self.flight.expected(ticket.epoch);
            if let Some(before) = self.limits.refute_refusal(ticket.epoch, in_flight) {
                self.reopen(common, ticket.epoch, before);
            }
        }
        let current = ticket.epoch == self.epoch;
        if current {
            self.answered += 1;
            self.refusals = 0;
        }
        let reset = reading.reset(ticket.given, now);
        match reading.remaining {
            Some(remaining) => self.record_count(common, current, ticket, now, remaining, reset),
            None if current && self.state == State::Unknown && !reading.broken => {
                self.state = State::Free;
                // After a refusal, it may be a limit without headers.
                self.ramp = self.epoch > 0 || self.reached > 0;
            }
            // A server that tells no count will not tell this one either.
            None if in_time && self.has_reported() => {
                self.flight.record_unseen(now);
                self.answers += 1;
                self.has_silent = true;
                let is_of_this = current && ticket.given > self.recounted;
                self.counted += u32::from(is_of_this && !reading.broken);
            }
            None => {}
        }
        if self.state == State::Free {
            self.flight.forget_unseen(now);
        }
    }

    /// A request will not be answered. If it was sent, the server may have counted it.
    pub(crate) fn record_loss(
        &mut self,
        common: &mut Common,
        ticket: Ticket,
        now: Moment,
        sent: bool,
    ) {
        self.advance(common, now);
        if self.flight.remove(ticket.id) && sent {
            self.count_unanswered(now, ticket);
        }
    }

    /// How long a request would wait that has `ahead` others before it; `None` if that cannot be told.
    pub(crate) fn estimate(&self, common: &Common, now: Moment, ahead: u32) -> Option<Duration> {
        let windows = self.limits.estimate(now, ahead, self.flight.len());
        let (first, left) = match self.state {
            State::Free => return Some(windows),
            State::Unknown => return (windows > Duration::ZERO).then_some(windows),
            State::Closed(until) => (until, 0),
            State::Open(left) | State::Assumed(left) => (self.end(common), left),
        };
        let capacity = left.saturating_sub(self.uncounted());
        let Some(behind) = ahead.checked_sub(capacity) else {
            return Some(windows);
        };
        let periods = self
            .quota
            .or(self.quota())
            .map_or(0, |quota| behind / quota);
        let more = self.period.unwrap_or_default().saturating_mul(periods);
        let wait = (first - now).saturating_add(more);
        Some(wait.max(windows))
    }

    /// What the newest answer left, and when that ends.
    pub(crate) fn remaining_and_end(&self, common: &Common) -> (Option<u32>, Option<Moment>) {
        match self.state {
            State::Open(left) | State::Assumed(left) => (Some(left), Some(self.end(common))),
            State::Closed(until) => (Some(0), Some(until)),
            _ => (None, None),
        }
    }

    /// Whether no answer can come that changes anything.
    pub(crate) fn is_idle(&self) -> bool {
        self.flight.len() == 0
    }

    /// Whether nothing would be lost with it.
    pub(crate) fn is_unused(&mut self, common: &mut Common, now: Moment) -> bool {
        self.advance(common, now);
        let is_over = !matches!(self.state, State::Open(_) | State::Closed(_));
        is_over && self.is_idle() && self.limits.is_unused()
    }

    #[cfg(test)]
    pub(crate) fn know(&mut self, quota: u32, period: Duration) {
        (self.quota, self.period) = (Some(quota), Some(period));
    }
}
