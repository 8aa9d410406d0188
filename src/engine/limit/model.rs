//! What is known of a rate limit, and what may be sent because of it. Pure: no waiting, no locks, the time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use super::clock::ServerClock;
use super::flight::Flight;
use super::published::{FOR_EVER, Lesson, Window, Windows};
pub(crate) use super::reading::Reading;
use super::reading::{Order, Reset};
use super::share::Share;

/// The first wait after a refusal that does not say how long; doubled for each one that follows.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The most that a clock is corrected by at a time: what rounding to seconds hides.
const SURPRISE: Duration = Duration::from_secs(1);

/// How long a count is believed that comes without a reset.
const WITHOUT_RESET: Duration = Duration::from_secs(1);

/// How long a period without answers is believed in where it is not known how long periods are.
const WITHOUT_ANSWER: Duration = Duration::from_secs(60);

/// So many of a period are held back to look at the server's clock, where others wait for the next period anyway.
const LOOKS: u32 = 8;

/// So few requests of a period do not tell that more are to come.
const FEW: u32 = 4;

/// The right to send one request. It has to be given back: answered or abandoned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    id: u64,
    epoch: u64,
    pub(crate) given: Instant,
}

/// What is known of a rate limit.
#[derive(Debug)]
pub(crate) struct Model {
    clock: ServerClock,
    /// No wait is longer, whatever a server says.
    max_wait: Duration,
    state: State,
    /// What is under way and may not be in the server's count.
    flight: Flight,
    /// Counts the stretches of time between which knowledge ends: periods, refusals. Each begins with its first request.
    epoch: u64,
    began: Instant,
    /// Answers to requests of this epoch, and whether only one more than these may be under way: the way to full speed.
    answered: u32,
    ramp: bool,
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
    windows: Windows,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
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

impl Model {
    pub(crate) fn new(max_wait: Duration) -> Self {
        let clock = ServerClock::new();
        let now = clock.anchor();
        Model {
            clock,
            max_wait: max_wait.min(FOR_EVER),
            state: State::Unknown,
            flight: Flight::default(),
            epoch: 0,
            began: now,
            answered: 0,
            ramp: true,
            reset: None,
            told: now,
            share: Share::default(),
            quota: None,
            period: None,
            refusals: 0,
            look: None,
            windows: Windows::default(),
        }
    }

    /// Keeps to these limits too, from the first request on.
    pub(crate) fn published(max_wait: Duration, windows: Vec<Window>) -> Self {
        Model {
            state: State::Free,
            ramp: false,
            windows: Windows::published(windows),
            ..Model::new(max_wait)
        }
    }

    /// Gives the right to send one request now, or says when to ask again; an answer may change that. `demand` counts those
    /// that wait for one, and for whom the order of things may be better than the earliest moment; 0 where it is not.
    pub(crate) fn admit(&mut self, now: Instant, demand: u32) -> Result<Ticket, Instant> {
        self.advance(now);
        if let Some(until) = self.barred(now) {
            return Err(until);
        }
        if let Some(until) = self.held_back(now, demand) {
            return Err(until);
        }
        Ok(self.take_off(now))
    }

    fn take_off(&mut self, now: Instant) -> Ticket {
        if self.flight.is_first_of(self.epoch) {
            self.began = now;
        }
        let id = self.flight.take_off(now, self.epoch);
        Ticket {
            id,
            epoch: self.epoch,
            given: now,
        }
    }

    /// Takes note of a request that the fleet allows.
    #[cfg(feature = "redis")]
    pub(crate) fn note(&mut self, now: Instant) -> Ticket {
        self.advance(now);
        self.take_off(now)
    }

    /// Why nothing may go by the limits that no header tells of: until when, unless an answer comes first.
    #[cfg(feature = "redis")]
    pub(crate) fn unheaded(&mut self, now: Instant) -> Option<Instant> {
        self.advance(now);
        let next = self.windows.full(self.flight.len())?;
        Some(next.unwrap_or_else(|| self.landed(now)))
    }

    pub(crate) fn max_wait(&self) -> Duration {
        self.max_wait
    }

    /// When the next one is out of the way at the latest.
    fn landed(&self, now: Instant) -> Instant {
        self.flight.next_landing().unwrap_or(now + FIRST_WAIT)
    }

    /// An answer came.
    pub(crate) fn answered(&mut self, ticket: Ticket, now: Instant, reading: &Reading) {
        self.advance(now);
        let in_time = self.flight.land(ticket.id);
        if in_time {
            self.windows.count(now);
        }
        if let Some(date) = reading.date {
            self.clock.saw(date, ticket.given, now);
        }
        self.look = None;
        let reset = reading.reset(&self.clock, ticket.given, now);
        let current = ticket.epoch == self.epoch;
        if reading.refused {
            self.refused(current, ticket, now, reading, reset);
            return;
        }
        if current {
            self.answered += 1;
            self.refusals = 0;
        }
        self.windows.accepted(ticket.epoch);
        match reading.remaining {
            Some(remaining) => self.reported(current, ticket, now, remaining, reset),
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

    /// A request will not be answered. Where it was sent, the server may have counted it.
    pub(crate) fn abandoned(&mut self, ticket: Ticket, now: Instant, sent: bool) {
        self.advance(now);
        match sent {
            // It stays under way until it is overdue.
            true => self.flight.lose(ticket.id),
            false => drop(self.flight.land(ticket.id)),
        }
    }

    /// How long a request would wait that has `ahead` others before it; `None` where that cannot be told.
    pub(crate) fn estimate(&self, now: Instant, ahead: u32) -> Option<Duration> {
        let windows = self.windows.estimate(now, ahead, self.flight.len());
        let (first, left) = match self.state {
            State::Free => return Some(windows),
            State::Unknown => return (windows > Duration::ZERO).then_some(windows),
            State::Closed(until) => (until, 0),
            State::Open(_) | State::Assumed(_) => (self.end(), self.left_for_us()),
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
    pub(crate) fn left(&self) -> (Option<u32>, Option<Instant>) {
        match self.state {
            State::Open(left) | State::Assumed(left) => (Some(left), Some(self.end())),
            State::Closed(until) => (Some(0), Some(until)),
            _ => (None, None),
        }
    }

    /// Whether no answer can come that changes anything.
    pub(crate) fn is_idle(&self) -> bool {
        self.flight.len() == 0
    }

    /// A number that changes when waiting takes another turn: a period is over, a refusal came.
    pub(crate) fn turn(&self) -> (u64, bool) {
        let told = matches!(self.state, State::Open(_));
        (self.epoch, told)
    }

    /// Why nothing may go: until when, unless an answer comes first.
    fn barred(&self, now: Instant) -> Option<Instant> {
        if let Some(next) = self.windows.full(self.flight.len()) {
            return Some(next.unwrap_or_else(|| self.landed(now)));
        }
        let allowed = match self.state {
            State::Closed(until) => return Some(until),
            State::Unknown => 1,
            // One of them may be slow.
            _ if self.ramp => self.answered.saturating_add(1),
            _ => u32::MAX,
        };
        if self.flight.expected(self.epoch, self.answered) >= allowed {
            return Some(self.landed(now));
        }
        match self.state {
            State::Unknown | State::Free => None,
            _ if self.flight.uncounted() < self.left_for_us() => None,
            _ => Some(self.end()),
        }
    }

    /// Whether this request does better to wait: the last ones of a period tell the server's clock, on which the next
    /// period depends, where they are spread around a tick of it.
    fn held_back(&mut self, now: Instant, demand: u32) -> Option<Instant> {
        let capacity = self.left_for_us().saturating_sub(self.flight.uncounted());
        // Those that will wait need not be there already: while next to nothing is known of the clock, as many are expected
        // to come in a period as have come.
        let coming = match self.answered >= FEW && self.clock.is_vague() {
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
            (State::Assumed(_), Some(Reset::At { .. })) if self.clock.is_coarse() => {
                let expected = self.flight.expected(self.epoch, self.answered);
                return (expected > 0).then(|| self.landed(now));
            }
            _ => return None,
        };
        let look = match self.look {
            Some(look) => look,
            None => self.clock.look(now, capacity, low)?,
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
    fn end(&self) -> Instant {
        if let State::Assumed(_) = self.state {
            let whole = self.period.unwrap_or(WITHOUT_ANSWER) + Flight::GRACE;
            return self.began + whole.min(self.max_wait);
        }
        let end = match self.reset {
            None => Some(self.told + WITHOUT_RESET),
            Some(reset) => reset.latest(&self.clock),
        };
        let bound = self.told + self.max_wait;
        end.map_or(bound, |end| end.min(bound))
    }

    /// Lets time pass: periods end, and so does waiting after a refusal.
    fn advance(&mut self, now: Instant) {
        self.windows.advance(now);
        match self.state {
            State::Closed(until) if now >= until => self.start(now, State::Unknown),
            State::Assumed(_) if now >= self.end() => self.start(now, State::Unknown),
            State::Open(_) if now >= self.end() => {
                let next = self.next_period(now);
                self.finish_period();
                self.start(now, next);
                // What was counted before was counted in the period that is over.
                if let Some(reset) = self.reset {
                    self.flight.see(reset.earliest(&self.clock));
                }
            }
            _ => {}
        }
        while self.flight.overdue(now) {
            // It is in the server's count by now, but perhaps not in what the answers so far have shown of it.
            if self.has_told() {
                self.flight.unseen(now);
            }
            self.windows.count(now);
        }
    }

    /// What is known of the period after one that is over: all, where the end and the quota are certain and nobody else
    /// takes part.
    fn next_period(&self, now: Instant) -> State {
        let certain = match self.reset {
            Some(Reset::At { .. }) => self.clock.is_told(),
            Some(Reset::In { .. }) => true,
            None => false,
        };
        let over = self.reset.and_then(|reset| reset.latest(&self.clock));
        let certain = certain && over.is_some_and(|over| now >= over);
        match self.share.quota() {
            Some(quota) if certain && !self.share.is_contested() => State::Assumed(quota),
            _ => State::Unknown,
        }
    }

    fn start(&mut self, now: Instant, state: State) {
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
        current: bool,
        ticket: Ticket,
        now: Instant,
        remaining: u32,
        reset: Option<Reset>,
    ) {
        let order = Order::of(reset, self.reset);
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
                if let Some(over) = reset.and_then(|reset| reset.latest(&self.clock))
                    && ticket.given >= over
                {
                    self.clock.was_early(ticket.given - over);
                }
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
                self.state = State::Open(remaining);
                self.reset = reset;
                self.told = now;
                if is_whole && let Some(over) = reset.and_then(|reset| reset.latest(&self.clock)) {
                    let seen = over.saturating_duration_since(ticket.given);
                    let longest = self.period.unwrap_or_default().mul_f64(0.9);
                    self.period = Some(seen.max(longest).min(self.max_wait));
                }
            }
        }
        self.flight.see(ticket.given);
        let left = self.left().0.unwrap_or(remaining);
        let uncounted = self.flight.uncounted();
        self.share.reported(remaining, left, uncounted);
    }

    fn refused(
        &mut self,
        current: bool,
        ticket: Ticket,
        now: Instant,
        reading: &Reading,
        reset: Option<Reset>,
    ) {
        let over = reset.and_then(|reset| reset.latest(&self.clock));
        // A period of which something is left is not why.
        let reason = over.filter(|_| reading.remaining.is_none_or(|remaining| remaining == 0));
        let told = reading
            .retry_after
            .or_else(|| Some(reason?.saturating_duration_since(now)));
        if !current {
            // Sent before the refusal that is known already; it may know more.
            if let (State::Closed(until), Some(wait)) = (&mut self.state, told) {
                *until = (*until).max(now + wait.min(self.max_wait));
            }
            return;
        }
        self.refusals += 1;
        let backoff = FIRST_WAIT.saturating_mul(1 << (self.refusals - 1).min(16));
        let wait = match told {
            // Told, and it was not enough.
            Some(wait) if self.refusals > 1 => wait.max(backoff),
            Some(wait) => wait,
            None => backoff,
        };
        let wait = wait.min(self.max_wait);
        let over = over.or_else(|| self.reset?.latest(&self.clock));
        let is_silent = reading.remaining.is_none() && reading.reset.is_none();
        if let Some(is_certain) = self.is_hidden(reading) {
            // What was accepted since this epoch began is what it allows, and it ends when the wait does.
            let elapsed = now.saturating_duration_since(self.began);
            let lesson = Lesson {
                quota: self.answered,
                epoch: self.epoch,
                elapsed: elapsed.min(self.max_wait),
                wait,
                is_certain,
            };
            self.windows.learn(now, lesson);
        } else if is_silent && self.has_told() {
            // Not from the limiter, which speaks whenever it is there: nothing to learn but to wait.
        } else if let Some(over) = over
            && ticket.given >= over
            && Order::of(reset, self.reset) == Order::Same
        {
            // The period that was thought to be over is not.
            let by = reset.map_or(wait, |_| ticket.given - over);
            self.clock.was_early(by.min(SURPRISE));
        } else if let State::Open(_) | State::Assumed(_) = self.state {
            // By our count there was something left.
            self.share.surprise();
        }
        if Order::of(reset, self.reset) == Order::Later {
            self.reset = reset;
        }
        self.finish_period();
        self.start(now, State::Closed(now + wait));
    }

    /// Whether a refusal may be that of a window which no header tells of, and whether that is certain: the server says that
    /// something is left of the period.
    fn is_hidden(&self, reading: &Reading) -> Option<bool> {
        let may_be = self.answered > 0 && reading.retry_after.is_some();
        match reading.remaining {
            _ if !may_be => None,
            Some(remaining) => (remaining > 0).then_some(true),
            None => (!self.has_told()).then_some(false),
        }
    }

    /// Whether the server tells of its limits.
    fn has_told(&self) -> bool {
        self.quota.is_some() || self.share.quota().is_some() || self.reset.is_some()
    }
}

#[cfg(test)]
mod tests;
