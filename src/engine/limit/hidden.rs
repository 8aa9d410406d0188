//! A limit that no header tells of: what it is believed to hold, and how it is tried whether it holds more.

use std::time::Duration;

use tokio::time::Instant;

use super::window::Window;

/// After how many full windows a limit learnt from a 429 is probed for a higher one. Each probe that gets a 429 multiplies the
/// number by four, up to the second number.
pub(super) const SURE: (u32, u32) = (16, 256);

/// The same for one that holds less than it is said to, because others take part, or by mistake; there, twice as often.
pub(super) const UNSURE: (u32, u32) = (2, 8);

/// To what servers round the waits that they ask for.
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// So much more than a window lasts they may ask for: dates are rounded twice.
pub(super) const ROUNDING: Duration = Duration::from_secs(2);

/// At most so many more than a guess holds are tried at once on slow servers, where a period passes before it is clear whether it
/// holds more: by then, as many are in flight.
const SLOW_STEP: u32 = 7;

/// People choose such periods, in seconds, and quotas that are a multiple of fifty. A measurement that gives both is no chance.
const ROUND_PERIODS: [u64; 9] = [10, 15, 20, 30, 60, 120, 300, 600, 900];

/// A window that is believed in for as long as it shows itself.
#[derive(Clone, Debug)]
pub(super) struct Hidden {
    pub(super) window: Window,
    /// What it holds by its name, or by the first refusal; the window's quota is what it lets through.
    named: u32,
    /// A refusal has shown it, here or in a scope like this one.
    pub(super) shown: bool,
    /// So many more than it holds for certain are being tried; if they are accepted, twice as many are next.
    trying: u32,
    /// When the first of these tries began; how many were accepted since the last one, and how many it takes until all that went
    /// before have been answered.
    tried: Option<Instant>,
    since: u32,
    awaited: u32,
    /// It was full so often since it was last tried, most recently then; and how often it has to be.
    full: u32,
    last_full: Option<Instant>,
    patience: u32,
    /// Requests of this epoch that were accepted are what it holds.
    pub(super) epoch: Option<u64>,
    /// The last refusal came when much less had been accepted: others take part, or it had another reason.
    pub(super) missed: bool,
    /// Not from a refusal.
    pub(super) is_guess: bool,
}

impl Hidden {
    pub(super) fn new(named: u32, period: Duration) -> Self {
        let window = Window::new(named, period);
        Hidden {
            named: window.quota,
            window,
            shown: false,
            trying: 0,
            tried: None,
            since: 0,
            awaited: 0,
            full: 0,
            last_full: None,
            patience: 0,
            epoch: None,
            missed: false,
            is_guess: false,
        }
    }

    /// One that no refusal has shown.
    pub(super) fn guess(quota: u32, period: Duration) -> Self {
        Hidden {
            is_guess: true,
            ..Hidden::new(quota, period)
        }
    }

    /// A request of this epoch was accepted.
    pub(super) fn record_success(&mut self, epoch: u64) {
        self.since = self.since.saturating_add(1);
        if self.epoch == Some(epoch) {
            self.named = self.named.saturating_add(1);
            self.window.quota = self.named.max(self.window.quota);
        }
    }

    /// One that another scope has shown.
    pub(super) fn believe(&mut self, quota: u32) {
        (self.named, self.window.quota) = (quota, quota);
        (self.shown, self.trying) = (true, 0);
        (self.full, self.patience) = (0, SURE.0);
    }

    /// Believes in what was measured, if these are numbers that people choose.
    pub(super) fn round(&mut self, now: Instant) {
        let Window { quota, period, .. } = self.window;
        let is_it = |seconds: &u64| {
            let over = period.checked_sub(Duration::from_secs(*seconds));
            // The wait that a server asks for is rounded up.
            over.is_some_and(|over| over < ROUNDING + SECOND / 4)
        };
        if let Some(seconds) = ROUND_PERIODS.into_iter().find(is_it)
            && quota.is_multiple_of(50)
            && !self.shown
        {
            self.window.period = Duration::from_secs(seconds);
            self.window.advance(now);
            self.believe(quota);
        }
    }

    /// It is full: perhaps it holds more. So many are in flight, and so many of them are slow. Says whether it is believed in any
    /// longer: not if more than twice of what it should hold was accepted.
    pub(super) fn try_more(&mut self, now: Instant, in_flight: u32, slow: u32) -> bool {
        let Window { quota, period, .. } = self.window;
        // The answers of a slow server do not come within one period. A guess that was too small is not held on to for that.
        let is_long_ago = self.tried.is_some_and(|tried| tried + period <= now);
        let is_refuted = self.is_guess
            && !self.shown
            && self.trying > 0
            && is_long_ago
            && self.since >= self.awaited;
        if self.window.used() + slow < quota && !is_refuted {
            return true;
        }
        if self.shown {
            // One step in a period, because a window of the server may end in between.
            let is_new = self.last_full.is_none_or(|last| last + period <= now);
            if !is_new {
                return true;
            }
            (self.full, self.last_full) = (self.full + 1, Some(now));
            if self.full <= self.patience {
                return true;
            }
        }
        if !self.shown && quota > 2 * self.named || quota > 16 * self.named.max(16) {
            return false;
        }
        if self.trying == 0 {
            self.tried = Some(now);
        }
        self.trying = match is_refuted {
            true => (self.trying * 2).min(SLOW_STEP),
            false => self.trying.saturating_mul(2).max(1),
        };
        (self.since, self.awaited) = (0, in_flight + self.trying);
        let more = quota.saturating_add(self.trying);
        if quota < self.named && more >= self.named {
            // Back at what it is said to hold.
            self.window.quota = self.named;
            (self.trying, self.full, self.patience) = (0, 0, SURE.0);
        } else {
            self.window.quota = more;
        }
        true
    }

    /// What it holds for certain, without what is being tried.
    pub(super) fn held(&self) -> u32 {
        self.window.quota.saturating_sub(self.trying)
    }

    /// It may be the reason of a refusal; says whether it is believed in any longer. Of what was sent before, so many are in
    /// flight.
    pub(super) fn record_refusal(
        &mut self,
        named: Option<u32>,
        epoch: u64,
        in_flight: u32,
    ) -> bool {
        let answered = self.window.used();
        let used = answered + in_flight;
        let tried = self.trying > 0;
        let before = self.held();
        self.named = named.unwrap_or(self.named);
        let fits = match named {
            Some(named) => is_about(used, named.min(before)),
            None => used.abs_diff(before) <= 1 + before / 16,
        };
        if fits {
            self.window.quota = match named {
                Some(named) if !self.shown && is_about(used, named) => named,
                // Others take part: what they leave.
                Some(named) if self.shown => used.clamp(1, named),
                None if self.shown => before,
                // Those in flight are added if they are accepted.
                None => answered.max(1),
                _ => used.max(1),
            };
            self.named = named.unwrap_or(self.window.quota);
            self.patience = match self.shown {
                true if self.window.quota < self.named => {
                    (self.patience * 2).clamp(UNSURE.0, UNSURE.1)
                }
                true if tried => (self.patience * 4).clamp(UNSURE.0, SURE.1),
                true => self.patience.max(UNSURE.0),
                false if named.is_some() || self.is_guess => SURE.0,
                false => UNSURE.0,
            };
        } else {
            self.window.quota = used.max(before / 2).max(1);
            self.patience = match self.shown {
                true => (self.patience * 2).clamp(UNSURE.0, UNSURE.1),
                false => 0,
            };
        }
        self.epoch = (named.is_none() && fits && !self.shown).then_some(epoch);
        let again = self.missed && !fits;
        self.missed = !fits;
        self.shown |= fits || again;
        (self.trying, self.full, self.last_full) = (0, 0, None);
        named.is_some() || !again
    }
}

/// Whether so many are as many as a window holds, or more.
pub(super) fn is_about(used: u32, quota: u32) -> bool {
    used.saturating_mul(5) >= quota.saturating_mul(4)
}
