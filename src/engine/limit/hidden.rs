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

/// At most so many more than a guess holds are tried at once. If a window of the server ends in between, or its answers take longer
/// than the period of the guess, that many are refused.
pub(super) const GUESS_STEP: u32 = 7;

/// People choose periods of a multiple of five seconds, from here on, and quotas that are a multiple of fifty. A measurement that
/// gives both is no chance.
const ROUND: Duration = Duration::from_secs(10);

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
    pub(super) since: u32,
    awaited: u32,
    /// It was full so often since it was last tried, most recently then; and how often it has to be.
    full: u32,
    last_full: Option<Instant>,
    patience: u32,
    /// What was used of it when the last refusal came.
    pub(super) frozen: u32,
    /// The last refusal came when much less had been accepted: others take part, or it had another reason.
    missed: bool,
    /// Its refusals name it, so that others are not its own.
    pub(super) is_named: bool,
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
            frozen: 0,
            missed: false,
            is_named: false,
            is_guess: false,
        }
    }

    /// One that a refusal has shown, here or in a scope like this one. So many were accepted not long before, the first of them
    /// answered at this moment.
    pub(super) fn shown(
        now: Instant,
        quota: u32,
        period: Duration,
        accepted: Option<(Instant, u32)>,
    ) -> Self {
        let mut hidden = Hidden::new(quota, period);
        hidden.believe(quota);
        if let Some((answered, all)) = accepted {
            (0..all.min(quota)).for_each(|_| hidden.window.count(answered));
        }
        hidden.window.advance(now);
        hidden
    }

    /// A refusal of another scope has shown it.
    pub(super) fn believe(&mut self, quota: u32) {
        (self.named, self.window.quota) = (quota, quota);
        (self.shown, self.trying) = (true, 0);
        (self.full, self.patience) = (0, SURE.0);
    }

    /// Whether just what it holds was accepted before the last refusal, so many of them answered after it.
    pub(super) fn is_full(&self, accepted: u32) -> bool {
        self.frozen + accepted == self.held()
    }

    /// Whether what was measured are numbers that people choose; believes in them then. The wait that a server asks for is rounded up.
    pub(super) fn round(&mut self) -> bool {
        let Window { quota, period, .. } = self.window;
        let round = Duration::from_secs(period.as_secs() / 5 * 5);
        let is_round =
            quota.is_multiple_of(50) && round >= ROUND && period - round < ROUNDING + SECOND / 4;
        if is_round {
            self.window.period = round;
            (self.shown, self.patience) = (true, SURE.0);
        }
        is_round
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
        if !self.shown && quota > self.named.saturating_mul(2) {
            return false;
        }
        if self.trying == 0 {
            self.tried = Some(now);
        }
        self.trying = match self.is_guess && !self.shown {
            true => (self.trying * 2).clamp(1, GUESS_STEP),
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

    /// It has refused, most likely; so many were accepted after that. Says whether it is believed in any longer.
    pub(super) fn record_refusal(&mut self, named: Option<(u32, Duration)>, accepted: u32) -> bool {
        let used = self.frozen + accepted;
        let tried = self.trying > 0;
        let before = self.held();
        if let Some((quota, period)) = named {
            (self.named, self.window.period) = (quota, period);
            self.is_named = true;
        }
        let fits = match named {
            Some((named, _)) => is_about(used, named.min(before)),
            None => used.abs_diff(before) <= 1 + before / 16,
        };
        self.window.quota = match named {
            _ if !fits => used.max(before / 2).max(1),
            // Others take part: what they leave.
            Some((named, _)) if self.shown => used.clamp(1, named),
            Some((named, _)) if is_about(used, named) => named,
            None if self.shown => before,
            _ => used.max(1),
        };
        if fits && named.is_none() {
            self.named = self.window.quota;
        }
        self.patience = match (self.shown, fits) {
            (false, true) if named.is_some() || self.is_guess => SURE.0,
            (false, true) => UNSURE.0,
            (false, false) => 0,
            (true, true) if self.window.quota >= self.named => {
                (self.patience * if tried { 4 } else { 1 }).clamp(UNSURE.0, SURE.1)
            }
            (true, _) => (self.patience * 2).clamp(UNSURE.0, UNSURE.1),
        };
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

pub(super) fn is_near(a: Duration, b: Duration) -> bool {
    a < b * 3 / 2 && b < a * 3 / 2
}
