//! When the period of a scope ends, and what may still be sent in it.

use super::super::flight::Flight;
use super::super::moment::Moment;
use super::super::reading::Reset;
use super::super::ticket::Ticket;
use super::{CLOCK_SAMPLES, Common, FEW, Scope, State, WITHOUT_ANSWER, WITHOUT_RESET};

impl Scope {
    /// Why nothing may go: until when, unless an answer comes first.
    pub(super) fn blocked_until(&mut self, common: &mut Common, now: Moment) -> Option<Moment> {
        if let State::Closed(until) = self.state {
            return Some(until);
        }
        let allowed = match self.state {
            State::Unknown => Some(1),
            // One of them may be slow.
            _ if self.ramp => Some(self.answered.saturating_add(1).max(self.reached)),
            _ => None,
        };
        let expected = || self.flight.expected(self.epoch);
        if allowed.is_some_and(|allowed| expected() >= allowed) {
            return Some(self.overdue_at(now));
        }
        if let Some(until) = self.full_until(now) {
            return Some(until);
        }
        match self.state {
            State::Unknown | State::Free => None,
            _ if self.uncounted() < self.left() => None,
            _ => Some(self.end(common)),
        }
    }

    /// Whether this request does better to wait: the last ones of a period tell the server's clock, on which the next
    /// period depends, if they are spread around a tick of it.
    pub(super) fn delay_for_clock_sample(
        &mut self,
        common: &Common,
        now: Moment,
        demand: u32,
    ) -> Option<Moment> {
        let capacity = self.left().saturating_sub(self.uncounted());
        // Those that will wait need not be there already: while next to nothing is known of the clock, as many are expected
        // to come in a period as have come.
        let coming = match self.answered >= FEW && common.clock.is_vague() {
            true => self.answered,
            false => 0,
        };
        let expected = demand.saturating_add(coming);
        if capacity > CLOCK_SAMPLES || demand == 0 || expected <= capacity {
            return None;
        }
        let low = match (self.state, self.reset) {
            (State::Open(_), Some(Reset::At { low, .. })) => low,
            // When the new period ends is about to be known.
            (State::Assumed(_), Some(Reset::At { .. })) if common.clock.is_coarse() => {
                let expected = self.flight.expected(self.epoch);
                return (expected > 0).then(|| self.overdue_at(now));
            }
            _ => return None,
        };
        let sample = match self.clock_sample {
            Some(sample) => sample,
            None => common.clock.next_sample(now, capacity, low)?,
        };
        self.clock_sample = (sample > now).then_some(sample);
        self.clock_sample
    }

    /// What is left of this period, those in flight included.
    pub(super) fn left(&self) -> u32 {
        match self.state {
            State::Open(left) | State::Assumed(left) => left,
            _ => 0,
        }
    }

    /// How many the server may count yet, or has counted in a way that is not known. Of those without a count in their answers, as
    /// many may not be in what is left as went beyond it.
    pub(crate) fn uncounted(&self) -> u32 {
        let unseen = self.flight.unseen_len();
        let beyond = match (self.state, self.highest) {
            (State::Open(left), Some(most)) => {
                (left.saturating_add(self.answers)).saturating_sub(most.saturating_add(1))
            }
            _ => unseen,
        };
        self.flight.len() + unseen.min(beyond)
    }

    /// When the period is over, at the latest.
    pub(super) fn end(&self, common: &Common) -> Moment {
        if let State::Assumed(_) = self.state {
            let period = self.period.unwrap_or(WITHOUT_ANSWER);
            return self.began + (period + Flight::GRACE).min(common.max_wait);
        }
        let end = match self.reset {
            None => Some(self.reset_reported + WITHOUT_RESET),
            Some(reset) => reset.latest(&common.clock),
        };
        // One that nobody waits for is not true: it costs one period as seen so far, or, once nothing is left, as much as none.
        let unseen = match self.uncounted() < self.left() {
            true => common.max_wait,
            false => WITHOUT_RESET,
        };
        let without = || self.reset_reported + self.period.unwrap_or(unseen);
        end.filter(|&end| end <= self.reset_reported + common.max_wait)
            .unwrap_or_else(without)
    }

    /// Lets time pass: periods end, and so does waiting after a refusal.
    pub(crate) fn advance(&mut self, common: &mut Common, now: Moment) {
        match self.state {
            State::Closed(until) if now >= until => {
                self.limits.evaluate_refusal(now, common.max_wait);
                self.start(common, now, State::Unknown);
            }
            State::Assumed(_) if now >= self.end(common) || self.is_stuck() => {
                self.start(common, now, State::Unknown);
            }
            State::Open(_) if now >= self.end(common) => {
                let next = self.next_period(common, now);
                self.finish_period();
                self.start(common, now, next);
            }
            _ => {}
        }
        // Periods may be shorter now.
        self.limits.advance(now);
        if self.flight.len() == 0 {
            self.limits.restart_probes();
        }
        while let Some(ticket) = self.flight.overdue(now) {
            self.count_unanswered(now, ticket);
        }
    }

    /// One is in the server's count by now, most likely, but perhaps not in what the answers so far have shown of it.
    pub(super) fn count_unanswered(&mut self, now: Moment, ticket: Ticket) {
        if self.has_reported() {
            self.flight.record_unseen(ticket.given + Flight::GRACE);
            self.answers += 1;
        }
        self.limits.count(now);
    }

    /// Whether requests whose answers will not be seen fill an assumed period, so that no answer can come that tells more of it.
    fn is_stuck(&self) -> bool {
        self.uncounted() >= self.left() && self.flight.len() == 0
    }

    /// What is known of the period after one that is over: all, if the end and the quota are certain.
    pub(super) fn next_period(&self, common: &Common, now: Moment) -> State {
        let certain = match self.reset {
            Some(Reset::At { .. }) => common.clock.has_bounds(),
            Some(Reset::In { .. }) => true,
            None => false,
        };
        let over = self.reset.and_then(|reset| reset.latest(&common.clock));
        let is_over = certain && over.is_some_and(|over| now >= over);
        match self.highest {
            Some(most) if is_over => State::Assumed(most.saturating_add(1)),
            _ => State::Unknown,
        }
    }

    pub(super) fn start(&mut self, common: &mut Common, now: Moment, state: State) {
        common.estimates += 1;
        self.ramp = state == State::Unknown;
        self.state = state;
        self.epoch += 1;
        self.began = now;
        (self.answered, self.counted, self.has_silent) = (0, 0, false);
        self.clock_sample = None;
    }

    /// Goes on in the epoch in which a refusal has stopped it that was no window's, most likely: with as many as were in flight.
    pub(super) fn reopen(&mut self, common: &mut Common, epoch: u64, in_flight: u32) {
        common.estimates += 1;
        (self.state, self.epoch, self.ramp) = (State::Unknown, epoch, true);
        (self.answered, self.reached) = (in_flight, in_flight);
    }

    pub(crate) fn finish_period(&mut self) {
        self.quota = self.quota();
        (self.highest, self.answers) = (None, 0);
        (self.counted, self.has_silent) = (0, false);
    }
}
