//! What is known of a rate limit, and what may be sent because of it. Pure: no waiting, no locks, the time is an argument.

use std::time::Duration;

use http::{HeaderMap, HeaderName, StatusCode};
use tokio::time::Instant;

use super::clock::ServerClock;
use super::times::{self, Time};

const REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");

/// Two resets that are no further apart are the same one. A moment is exact but for rounding; a delay counts whole seconds.
const SAME_MOMENT: f64 = 0.05;
const SAME_DELAY: f64 = 1.5;

/// From this share of others' requests on, a period is contested, and the last of what is left is not touched.
const CONTESTED: f64 = 0.05;

/// The first wait after a refusal that does not say how long; doubled for each one that follows.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// What an answer says of the rate limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) remaining: Option<u32>,
    pub(crate) reset: Option<Time>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) date: Option<chrono::DateTime<chrono::Utc>>,
    pub(crate) refused: bool,
    pub(crate) broken: bool,
}

impl Reading {
    pub(crate) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let remaining = headers
            .get(REMAINING)
            .and_then(|text| text.to_str().ok()?.trim().parse().ok());
        Reading {
            remaining,
            reset: times::read(headers, &RESET),
            retry_after: times::retry_after(headers),
            date: times::date(headers),
            refused: status == StatusCode::TOO_MANY_REQUESTS,
            broken: status.is_server_error(),
        }
    }
}

/// The right to send one request. It has to be given back: answered or abandoned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    epoch: u64,
    pub(crate) given: Instant,
}

/// Why nothing may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Not before this moment; an answer may change that.
    Until(Instant),
    /// Not before some answer has come.
    Answer,
}

/// What is known of a rate limit.
#[derive(Debug)]
pub(crate) struct Model {
    clock: ServerClock,
    /// No wait is longer, whatever a server says.
    max_wait: Duration,
    state: State,
    /// Counts the stretches of time between which nothing is carried over. Tickets of earlier ones count no more.
    epoch: u64,
    started: Instant,
    /// Requests of this epoch that are not answered.
    in_flight: u32,
    /// Answers to requests of this epoch.
    answered: u32,
    /// The reset of the newest period that was reported.
    key: f64,
    /// What a whole period allows, and how long it lasts, as far as seen.
    quota: Option<u32>,
    period: Option<Duration>,
    /// The most that was reported in this period.
    most: Option<u32>,
    /// Requests of others for each of ours: in this period, in the last.
    others: f64,
    others_before: f64,
    refusals: u32,
    shorter: Option<Shorter>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Nothing is known of now: one request goes first.
    Unknown { probing: bool },
    /// The server says nothing of limits.
    Free,
    /// A period, as reported by its answers.
    Open { left: u32, reset: Option<Instant> },
    /// A new period, of which nothing is reported yet; the last one says how much it allows.
    Assumed { quota: u32 },
    /// Refused: nothing goes before the time is over.
    Closed { until: Instant },
}

/// A period that no header tells of, learnt from a refusal while there was something left.
#[derive(Clone, Copy, Debug)]
struct Shorter {
    quota: u32,
    period: Duration,
    start: Instant,
    used: u32,
}

impl Model {
    pub(crate) fn new(max_wait: Duration) -> Self {
        Model {
            clock: ServerClock::new(),
            max_wait,
            state: State::Unknown { probing: false },
            epoch: 0,
            started: Instant::now(),
            in_flight: 0,
            answered: 0,
            key: f64::NEG_INFINITY,
            quota: None,
            period: None,
            most: None,
            others: 0.0,
            others_before: 0.0,
            refusals: 0,
            shorter: None,
        }
    }

    /// Gives the right to send one request now, or says what to wait for.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<Ticket, Wait> {
        self.advance(now);
        if let Some(shorter) = &mut self.shorter {
            if now >= shorter.start + shorter.period {
                shorter.start = now;
                shorter.used = 0;
            }
            if shorter.used >= shorter.quota {
                return Err(Wait::Until(shorter.start + shorter.period));
            }
        }
        match &mut self.state {
            State::Free => {}
            State::Unknown { probing: true } => return Err(Wait::Answer),
            State::Unknown { probing } => *probing = true,
            State::Closed { until } => return Err(Wait::Until(*until)),
            State::Open { reset, .. } => {
                let reset = *reset;
                if self.capacity() == 0 {
                    return Err(reset.map_or(Wait::Answer, Wait::Until));
                }
            }
            State::Assumed { .. } => {
                if self.capacity() == 0 {
                    return Err(Wait::Answer);
                }
            }
        }
        if let Some(shorter) = &mut self.shorter {
            shorter.used += 1;
        }
        self.in_flight += 1;
        Ok(Ticket {
            epoch: self.epoch,
            given: now,
        })
    }

    /// An answer came.
    pub(crate) fn answered(&mut self, ticket: Ticket, now: Instant, reading: &Reading) {
        if let Some(date) = reading.date {
            self.clock.saw(date, ticket.given, now);
        }
        let current = ticket.epoch == self.epoch;
        if current {
            self.in_flight = self.in_flight.saturating_sub(1);
            self.answered += 1;
        }
        if reading.refused {
            self.refused(current, now, reading);
            return;
        }
        if current {
            self.refusals = 0;
        }
        match reading.remaining {
            Some(remaining) => self.reported(ticket, now, remaining, reading.reset),
            None => self.unreported(current, reading.broken),
        }
    }

    /// A request will not be answered. Where it was sent, the server may have counted it.
    pub(crate) fn abandoned(&mut self, ticket: Ticket, sent: bool) {
        if ticket.epoch != self.epoch {
            return;
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        match &mut self.state {
            State::Unknown { probing } => *probing = false,
            State::Open { left, .. } if sent => *left = left.saturating_sub(1),
            State::Assumed { quota } if sent => *quota = quota.saturating_sub(1),
            _ => {}
        }
    }

    /// How long a request would wait that has `ahead` others before it; `None` where that cannot be told.
    pub(crate) fn estimate(&self, now: Instant, ahead: u32) -> Option<Duration> {
        let (first, capacity) = match self.state {
            State::Closed { until } => (until, 0),
            State::Open {
                reset: Some(reset), ..
            } => (reset, self.capacity()),
            _ => return None,
        };
        if ahead < capacity {
            return Some(Duration::ZERO);
        }
        let periods = match self.quota {
            Some(quota) if quota > 0 => (ahead - capacity) / quota,
            _ => 0,
        };
        let more = self.period.unwrap_or_default().saturating_mul(periods);
        Some(first.saturating_duration_since(now).saturating_add(more))
    }

    /// What the newest answer left, and when that ends.
    pub(crate) fn left(&self) -> (Option<u32>, Option<Instant>) {
        match self.state {
            State::Open { left, reset } => (Some(left), reset),
            State::Closed { until } => (Some(0), Some(until)),
            _ => (None, None),
        }
    }

    /// Whether no answer can come that changes anything.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight == 0
    }

    fn capacity(&self) -> u32 {
        match self.state {
            State::Free => u32::MAX,
            State::Unknown { probing } => u32::from(!probing),
            State::Closed { .. } => 0,
            State::Assumed { quota } => quota.saturating_sub(self.in_flight + self.answered),
            State::Open { left, .. } => {
                let others = self.others();
                let ours = match others < CONTESTED {
                    true => left,
                    // The others go on while ours are under way.
                    false => (f64::from(left.saturating_sub(1)) / (1.0 + others)) as u32,
                };
                ours.saturating_sub(self.in_flight)
            }
        }
    }

    fn others(&self) -> f64 {
        self.others.max(self.others_before / 2.0)
    }

    /// Lets time pass: periods end, and so does waiting after a refusal.
    fn advance(&mut self, now: Instant) {
        match self.state {
            State::Closed { until } if now >= until => {
                self.start(now, State::Unknown { probing: false });
            }
            State::Open {
                reset: Some(reset), ..
            } if now >= reset => {
                self.finish_period();
                let next = match self.quota {
                    Some(quota) if self.clock.is_certain() && self.others() < CONTESTED => {
                        State::Assumed { quota }
                    }
                    _ => State::Unknown { probing: false },
                };
                self.start(now, next);
            }
            // Nothing left, nobody under way and no word on when it ends: ask again in a while.
            State::Open {
                reset: None,
                left: 0,
            } if self.in_flight == 0 => {
                self.close(now, FIRST_WAIT);
            }
            _ => {}
        }
    }

    fn start(&mut self, now: Instant, state: State) {
        self.state = state;
        self.epoch += 1;
        self.started = now;
        self.in_flight = 0;
        self.answered = 0;
    }

    fn finish_period(&mut self) {
        if let Some(most) = self.most.take() {
            self.quota = Some(most + 1);
        }
        self.others_before = self.others;
        self.others = 0.0;
    }

    fn close(&mut self, now: Instant, wait: Duration) {
        let until = now + wait.min(self.max_wait);
        self.start(now, State::Closed { until });
    }

    fn reported(&mut self, ticket: Ticket, now: Instant, remaining: u32, reset: Option<Time>) {
        let current = ticket.epoch == self.epoch;
        let (key, same) = match reset {
            Some(Time::At(moment)) => (moment.timestamp_micros() as f64 / 1e6, SAME_MOMENT),
            Some(Time::In(delay)) => (
                now.saturating_duration_since(self.clock.anchor())
                    .as_secs_f64()
                    + delay.as_secs_f64(),
                SAME_DELAY,
            ),
            None => (self.key, SAME_MOMENT),
        };
        let known = self.key;
        if key < known - same {
            return; // A late answer of an earlier period.
        }
        let is_new = key > known + same || known == f64::NEG_INFINITY;
        match self.state {
            State::Closed { .. } => return,
            State::Open { left, .. } if !is_new => {
                let reset = self.reset(now, reset);
                self.state = State::Open {
                    left: left.min(remaining),
                    reset,
                };
            }
            // A new period was expected, and the answer is still of the old one.
            State::Unknown { .. } | State::Assumed { .. } if !is_new => {
                if !current {
                    return;
                }
                if self
                    .reset(now, reset)
                    .is_some_and(|reset| ticket.given >= reset)
                {
                    self.clock.distrust();
                }
                let reset = self.reset(now, reset);
                self.state = State::Open {
                    left: remaining,
                    reset,
                };
            }
            _ => {
                if let State::Open { .. } = self.state {
                    self.finish_period();
                    self.answered = u32::from(current);
                }
                if known.is_finite() && key > known {
                    self.period = Duration::try_from_secs_f64(key - known).ok();
                }
                let reset = self.reset(now, reset);
                self.state = State::Open {
                    left: remaining,
                    reset,
                };
                self.key = key;
                self.others = 0.0;
                self.most = None;
            }
        }
        self.most = Some(self.most.map_or(remaining, |most| most.max(remaining)));
        self.count_others();
    }

    /// What went that was not ours, as far as that is certain.
    fn count_others(&mut self) {
        let (State::Open { left, .. }, Some(most)) = (self.state, self.most) else {
            return;
        };
        let gone = most.saturating_sub(left);
        let ours = self.answered.saturating_sub(1) + self.in_flight;
        let others = gone.saturating_sub(ours);
        self.others = f64::from(others) / f64::from(self.answered.max(1));
    }

    fn reset(&self, now: Instant, reset: Option<Time>) -> Option<Instant> {
        let instant = match reset? {
            Time::In(delay) => now.checked_add(delay)?,
            Time::At(moment) => self.clock.instant(moment)?,
        };
        Some(instant.min(now + self.max_wait))
    }

    fn unreported(&mut self, current: bool, broken: bool) {
        if let State::Unknown { .. } = self.state
            && current
        {
            // A broken server says nothing of limits either way.
            self.state = match broken {
                true => State::Unknown { probing: false },
                false => State::Free,
            };
        }
    }

    fn refused(&mut self, current: bool, now: Instant, reading: &Reading) {
        if !current {
            return; // Sent before the refusal that is known already.
        }
        self.refusals += 1;
        let backoff = FIRST_WAIT.saturating_mul(1 << (self.refusals - 1).min(16));
        let told = reading.retry_after.or_else(|| {
            let reset = self.reset(now, reading.reset)?;
            Some(reset.saturating_duration_since(now))
        });
        let wait = match told {
            // Told, and it was not enough.
            Some(wait) if self.refusals > 1 => wait.max(backoff),
            Some(wait) => wait,
            None => backoff,
        };
        if reading.remaining.is_some_and(|remaining| remaining > 0) && self.answered > 1 {
            self.learn_shorter(now, wait);
        }
        if matches!(self.state, State::Assumed { .. }) || self.answered <= 1 {
            // The first of a period that had not begun.
            self.clock.distrust();
        }
        self.finish_period();
        self.close(now, wait);
    }

    /// A limit of a period that is shorter than the one that headers tell of: what went since this epoch began is what it
    /// allows, and it ends when the wait does.
    fn learn_shorter(&mut self, now: Instant, wait: Duration) {
        let start = self
            .shorter
            .map_or(self.started, |shorter| shorter.start.max(self.started));
        let quota = (self.answered - 1).max(1);
        let quota = self
            .shorter
            .map_or(quota, |shorter| quota.min(shorter.quota));
        self.shorter = Some(Shorter {
            quota,
            period: now.saturating_duration_since(start) + wait.min(self.max_wait),
            start,
            used: quota,
        });
    }
}
