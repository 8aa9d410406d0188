//! What is known of one count of the server, and what may be sent because of it.

use std::time::Duration;

use tokio::time::Instant;

use super::clock::ServerClock;
use super::flight::Flight;
use super::hidden::{Lesson, Limits};
use super::model::Ticket;
use super::reading::{Order, Reading, Reset};
use super::share::Share;
use super::target::Target;

/// The first wait after a refusal that does not say how long; doubled for each one that follows.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest such wait, unless the server asks for more: a period of the longest limit that is known of.
const LAST_WAIT: Duration = Duration::from_secs(60);

/// The most that a clock is corrected by at a time: what rounding to seconds hides.
const SURPRISE: Duration = Duration::from_secs(1);

/// How long a count is believed that comes without a reset.
const WITHOUT_RESET: Duration = Duration::from_secs(1);

/// How long a period without answers is believed in where it is not known how long periods are.
const WITHOUT_ANSWER: Duration = Duration::from_secs(60);

/// So many of a period are held back to look at the server's clock, where others wait for the next period anyway.
const LOOKS: u32 = 8;

/// When to look again at what another scope tries.
const SOON: Duration = Duration::from_millis(20);

/// So few requests of a period do not tell that more are to come.
const FEW: u32 = 4;

/// What all scopes have in common.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) clock: ServerClock,
    /// No wait is longer, whatever a server says.
    pub(crate) max_wait: Duration,
    /// Requests so far, for their ids.
    pub(crate) requests: u64,
    /// Changes when waiting takes another turn: a period is over, a refusal came.
    pub(crate) turns: u64,
    /// One of the scopes tries whether a limit is there.
    pub(crate) trying: Option<Trying>,
}

/// A scope that tries whether a limit is there, until then at the latest: with the requests after this one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trying {
    key: u64,
    until: Instant,
    after: u64,
}

/// What is known of one count.
#[derive(Debug)]
pub(crate) struct Scope {
    key: u64,
    state: State,
    /// Of whom the state tells: the one that was answered or refused last.
    pub(crate) owner: Option<Target>,
    /// What is under way and may not be in the server's count.
    pub(crate) flight: Flight,
    /// Counts the stretches of time between which knowledge ends: periods, refusals. Each begins with its first request.
    epoch: u64,
    began: Instant,
    /// Answers to requests of this epoch, and whether only one more than these may be under way: the way to full speed.
    answered: u32,
    ramp: bool,
    /// So many were answered before the last refusal; as many may be under way at once after it.
    proven: u32,
    /// The newest period that was reported: its reset, and when it was first told.
    reset: Option<Reset>,
    told: Instant,
    share: Share,
    /// What a whole period allows, and how long it lasts, as far as seen.
    quota: Option<u32>,
    period: Option<Duration>,
    /// Refusals in a row.
    refusals: u32,
    /// When the next of the last requests goes that look at the server's clock.
    look: Option<Instant>,
    /// Limits that no header tells of.
    pub(crate) limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq)]
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
    Closed(Instant),
}

impl Scope {
    pub(crate) fn new(key: u64, now: Instant, state: State, limits: Limits) -> Self {
        Scope {
            key,
            state,
            owner: None,
            flight: Flight::default(),
            epoch: 0,
            began: now,
            answered: 0,
            proven: 0,
            ramp: state == State::Unknown,
            reset: None,
            told: now,
            share: Share::default(),
            quota: None,
            period: None,
            refusals: 0,
            look: None,
            limits,
        }
    }

    /// One that was counted in this one so far, by what is known.
    pub(crate) fn heir(&self, key: u64, now: Instant, limits: Limits) -> Self {
        Scope {
            epoch: self.epoch,
            period: self.period,
            ..Scope::new(key, now, State::Unknown, limits)
        }
    }

    /// The same under another key.
    pub(crate) fn renamed(self, key: u64, limits: Limits, flight: Flight) -> Self {
        Scope {
            key,
            limits,
            flight,
            ..self
        }
    }

    /// Gives the right to send one request now, or says when to ask again; an answer may change that. `demand` counts those
    /// that wait for one, and for whom the order of things may be better than the earliest moment; 0 where it is not.
    pub(crate) fn admit(
        &mut self,
        common: &mut Common,
        now: Instant,
        demand: u32,
        target: Target,
    ) -> Result<Ticket, Instant> {
        self.advance(common, now);
        if let Some(until) = self.barred(common, now) {
            return Err(until);
        }
        if let Some(until) = self.held_back(common, now, demand) {
            return Err(until);
        }
        Ok(self.take_off(common, now, target))
    }

    /// Takes note of a request that goes.
    pub(crate) fn take_off(&mut self, common: &mut Common, now: Instant, target: Target) -> Ticket {
        if self.flight.is_first_of(self.epoch) {
            self.began = now;
        }
        common.requests += 1;
        let ticket = Ticket {
            id: common.requests,
            epoch: self.epoch,
            given: now,
            target,
        };
        self.flight.take_off(ticket);
        ticket
    }

    /// Why nothing may go by the limits that no header tells of: until when, unless an answer comes first.
    pub(crate) fn unheaded(&mut self, common: &mut Common, now: Instant) -> Option<Instant> {
        let others = common.trying.filter(|trying| trying.key != self.key);
        let busy = others.is_some_and(|trying| now < trying.until);
        let mut begun = busy;
        let full = self.limits.full(now, self.flight.slow(), &mut begun);
        if begun && !busy {
            common.trying = Some(Trying {
                key: self.key,
                until: now + Flight::GRACE,
                after: common.requests,
            });
        }
        let until = full?.unwrap_or_else(|| self.landed(now));
        // What the other scope is about to learn may help.
        Some(if busy { until.min(now + SOON) } else { until })
    }

    /// When the next one is out of the way at the latest.
    fn landed(&self, now: Instant) -> Instant {
        self.flight.next_landing().unwrap_or(now + FIRST_WAIT)
    }

    /// An answer came.
    pub(crate) fn answered(
        &mut self,
        common: &mut Common,
        ticket: Ticket,
        now: Instant,
        reading: &Reading,
    ) {
        self.advance(common, now);
        let in_time = self.flight.answered(ticket.id);
        if in_time && !reading.refused {
            self.limits.count(now);
        }
        self.tried(common, ticket);
        self.look = None;
        let current = ticket.epoch == self.epoch;
        if current {
            self.answered += 1;
            self.refusals = 0;
        } else if let State::Closed(_) = self.state {
            self.proven += 1;
        }
        self.limits.accepted(ticket.epoch);
        let reset = reading.reset(&common.clock, ticket.given, now);
        match reading.remaining {
            Some(remaining) => self.reported(common, current, ticket, now, remaining, reset),
            None if current && self.state == State::Unknown && !reading.broken => {
                self.state = State::Free;
                // After a refusal, it may be a limit without headers.
                self.ramp = self.epoch > 0;
            }
            // A server that tells no count will not tell this one either.
            None if in_time && self.has_told() => self.flight.unseen(now),
            None => {}
        }
    }

    /// An answer may be that to what was tried.
    fn tried(&self, common: &mut Common, ticket: Ticket) {
        let other = |trying: &Trying| trying.key != self.key || ticket.id <= trying.after;
        common.trying = common.trying.filter(other);
    }

    /// A request will not be answered. Where it was sent, the server may have counted it.
    pub(crate) fn abandoned(
        &mut self,
        common: &mut Common,
        ticket: Ticket,
        now: Instant,
        sent: bool,
    ) {
        self.advance(common, now);
        match sent {
            // It stays under way until it is overdue.
            true => self.flight.lose(ticket.id),
            false => drop(self.flight.land(ticket.id)),
        }
    }

    /// How long a request would wait that has `ahead` others before it; `None` where that cannot be told.
    pub(crate) fn estimate(&self, common: &Common, now: Instant, ahead: u32) -> Option<Duration> {
        let windows = self.limits.estimate(now, ahead, self.flight.len());
        let (first, left) = match self.state {
            State::Free => return Some(windows),
            State::Unknown => return (windows > Duration::ZERO).then_some(windows),
            State::Closed(until) => (until, 0),
            State::Open(_) | State::Assumed(_) => (self.end(common), self.left_for_us()),
        };
        let capacity = left.saturating_sub(self.flight.uncounted());
        let Some(behind) = ahead.checked_sub(capacity) else {
            return Some(windows);
        };
        let quota = self.quota.or(self.share.quota());
        let periods = quota.map_or(0, |quota| behind / self.share.of(quota).max(1));
        let more = self.period.unwrap_or_default().saturating_mul(periods);
        let wait = first.saturating_duration_since(now).saturating_add(more);
        Some(wait.max(windows))
    }

    /// What the newest answer left, and when that ends.
    pub(crate) fn left(&self, common: &Common) -> (Option<u32>, Option<Instant>) {
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
    pub(crate) fn is_unused(&mut self, common: &mut Common, now: Instant) -> bool {
        self.advance(common, now);
        let is_over = !matches!(self.state, State::Open(_) | State::Closed(_));
        is_over && self.is_idle() && self.limits.is_unused()
    }

    #[cfg(test)]
    pub(crate) fn know(&mut self, quota: u32, period: Duration) {
        (self.quota, self.period) = (Some(quota), Some(period));
    }

    /// What a whole period allows, as far as its answers tell.
    pub(crate) fn quota(&self) -> Option<u32> {
        self.share.quota().or(self.quota)
    }

    /// Why nothing may go: until when, unless an answer comes first.
    fn barred(&mut self, common: &mut Common, now: Instant) -> Option<Instant> {
        if let State::Closed(until) = self.state {
            return Some(until);
        }
        let allowed = match self.state {
            State::Unknown => Some(1),
            // One of them may be slow.
            _ if self.ramp => Some(self.answered.saturating_add(1).max(self.proven)),
            _ => None,
        };
        let expected = || self.flight.expected(self.epoch, self.answered);
        if allowed.is_some_and(|allowed| expected() >= allowed) {
            return Some(self.landed(now));
        }
        if let Some(until) = self.unheaded(common, now) {
            return Some(until);
        }
        match self.state {
            State::Unknown | State::Free => None,
            _ if self.flight.uncounted() < self.left_for_us() => None,
            _ => Some(self.end(common)),
        }
    }

    /// Whether this request does better to wait: the last ones of a period tell the server's clock, on which the next
    /// period depends, where they are spread around a tick of it.
    fn held_back(&mut self, common: &Common, now: Instant, demand: u32) -> Option<Instant> {
        let capacity = self.left_for_us().saturating_sub(self.flight.uncounted());
        // Those that will wait need not be there already: while next to nothing is known of the clock, as many are expected
        // to come in a period as have come.
        let coming = match self.answered >= FEW && common.clock.is_vague() {
            true => self.answered,
            false => 0,
        };
        let expected = demand.saturating_add(coming);
        if capacity > LOOKS || demand == 0 || expected <= capacity {
            return None;
        }
        let low = match (self.state, self.reset) {
            (State::Open(_), Some(Reset::At { low, .. })) => low,
            // When the new period ends is about to be known.
            (State::Assumed(_), Some(Reset::At { .. })) if common.clock.is_coarse() => {
                let expected = self.flight.expected(self.epoch, self.answered);
                return (expected > 0).then(|| self.landed(now));
            }
            _ => return None,
        };
        let look = match self.look {
            Some(look) => look,
            None => common.clock.look(now, capacity, low)?,
        };
        self.look = (look > now).then_some(look);
        self.look
    }

    /// What of this period is for us, those under way included.
    fn left_for_us(&self) -> u32 {
        match self.state {
            State::Open(left) | State::Assumed(left) => self.share.of(left),
            _ => 0,
        }
    }

    /// When the period is over, at the latest.
    fn end(&self, common: &Common) -> Instant {
        let period = self.period.unwrap_or(WITHOUT_ANSWER);
        if let State::Assumed(_) = self.state {
            return self.began + (period + Flight::GRACE).min(common.max_wait);
        }
        let end = match self.reset {
            None => Some(self.told + WITHOUT_RESET),
            Some(reset) => reset.latest(&common.clock),
        };
        // One that nobody waits for is not true: it costs one period as seen so far.
        let bound = common.max_wait;
        end.filter(|&end| end <= self.told + bound)
            .unwrap_or(self.told + period.min(bound))
    }

    /// Lets time pass: periods end, and so does waiting after a refusal.
    pub(crate) fn advance(&mut self, common: &mut Common, now: Instant) {
        self.limits.advance(now);
        match self.state {
            State::Closed(until) if now >= until => {
                if self.limits.judge() == Some(false) {
                    self.proven = 0;
                }
                self.start(common, now, State::Unknown);
            }
            State::Assumed(_) if now >= self.end(common) => self.start(common, now, State::Unknown),
            State::Open(_) if now >= self.end(common) => {
                let next = self.next_period(common, now);
                self.finish_period();
                self.start(common, now, next);
                // What was counted before was counted in the period that is over.
                if let Some(reset) = self.reset {
                    self.flight.see(reset.earliest(&common.clock));
                }
            }
            _ => {}
        }
        while self.flight.overdue(now) {
            // It is in the server's count by now, but perhaps not in what the answers so far have shown of it.
            if self.has_told() {
                self.flight.unseen(now);
            }
            self.limits.count(now);
        }
    }

    /// What is known of the period after one that is over: all, where the end and the quota are certain and nobody else
    /// takes part.
    fn next_period(&self, common: &Common, now: Instant) -> State {
        let certain = match self.reset {
            Some(Reset::At { .. }) => common.clock.is_told(),
            Some(Reset::In { .. }) => true,
            None => false,
        };
        let over = self.reset.and_then(|reset| reset.latest(&common.clock));
        let certain = certain && over.is_some_and(|over| now >= over);
        match self.share.quota() {
            Some(quota) if certain && !self.share.is_contested() => State::Assumed(quota),
            _ => State::Unknown,
        }
    }

    fn start(&mut self, common: &mut Common, now: Instant, state: State) {
        common.turns += 1;
        self.ramp = state == State::Unknown;
        self.state = state;
        self.epoch += 1;
        self.began = now;
        self.answered = 0;
        self.look = None;
    }

    fn finish_period(&mut self) {
        self.quota = self.share.quota().or(self.quota);
        self.share.finish();
    }

    fn reported(
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
                    common.clock.was_early(ticket.given - over);
                }
                common.turns += 1;
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
                common.turns += 1;
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
        let uncounted = self.flight.uncounted();
        self.share.reported(remaining, left, uncounted);
    }

    /// A 429 came. Gives the limit that it has shown, where no header tells of it. `recent` has when requests of this scope
    /// were answered.
    pub(crate) fn refused(
        &mut self,
        common: &mut Common,
        ticket: Ticket,
        now: Instant,
        reading: &Reading,
        recent: &[Instant],
    ) -> Option<(u32, Duration)> {
        self.advance(common, now);
        self.flight.answered(ticket.id);
        self.tried(common, ticket);
        self.look = None;
        let reset = reading.reset(&common.clock, ticket.given, now);
        let over = reset.and_then(|reset| reset.latest(&common.clock));
        // A period of which something is left is not why.
        let reason = over.filter(|_| reading.remaining.is_none_or(|remaining| remaining == 0));
        let told = reading
            .retry_after
            .or_else(|| Some(reason?.saturating_duration_since(now)));
        if ticket.epoch != self.epoch {
            self.limits.refused_too(ticket.epoch);
            // Sent before the refusal that is known already; it may know more.
            if let (State::Closed(until), Some(wait)) = (&mut self.state, told) {
                *until = (*until).max(now + wait.min(common.max_wait));
            }
            return None;
        }
        self.refusals += 1;
        let backoff = FIRST_WAIT.saturating_mul(1 << (self.refusals - 1).min(16));
        let backoff = backoff.min(LAST_WAIT);
        let wait = match told {
            // Told, and it was not enough.
            Some(wait) if self.refusals > 1 => wait.max(backoff),
            Some(wait) => wait,
            None => backoff,
        };
        let wait = wait.min(common.max_wait);
        let over = over.or_else(|| self.reset?.latest(&common.clock));
        let mut shown = None;
        if self.is_hidden(reading) {
            // What was accepted since this epoch began is what it allows, and it ends when the wait does.
            let elapsed = now.saturating_duration_since(self.began);
            let lesson = Lesson {
                named: reading.named,
                accepted: self.answered,
                epoch: self.epoch,
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
            common.clock.was_early(by.min(SURPRISE));
        } else if let State::Open(_) | State::Assumed(_) = self.state {
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
    fn is_hidden(&self, reading: &Reading) -> bool {
        if reading.retry_after.is_none() {
            return false;
        }
        let quota = self.share.quota().or(self.quota);
        match (reading.named, reading.remaining) {
            (Some((named, _)), _) if Some(named) == quota => false,
            (Some(_), _) => true,
            (None, Some(remaining)) => remaining > 0 && self.answered > 0,
            (None, None) => self.answered > 0 && (!self.has_told() || self.left_for_us() > 0),
        }
    }

    /// Whether the server tells of its limits.
    fn has_told(&self) -> bool {
        self.quota.is_some() || self.share.quota().is_some() || self.reset.is_some()
    }
}
