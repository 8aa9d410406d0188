//! A limit that no header tells of: what it is believed to hold, and how it is probed for more.

use std::time::Duration;

use super::moment::Moment;
use super::window::Window;

/// After how many full windows a limit learnt from a 429 is probed for a higher one. Each probe that gets a 429 multiplies the
/// number by four, up to the second number.
const PROBE_AFTER: (u32, u32) = (16, 256);

/// The same for one that holds less than it is said to, because others take part, or by mistake; there, twice as often.
const PROBE_AFTER_MISMATCH: (u32, u32) = (2, 8);

/// A refusal was no window's if so many were accepted after it, and so many more for each other refusal.
pub(super) const STRAY: (u32, u32) = (8, 3);

/// To what servers round the waits that they ask for.
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// So much more than a window lasts they may ask for: dates are rounded twice.
pub(super) const ROUNDING: Duration = Duration::from_secs(2);

/// At most so many more than a guess holds are tried at once, until it is exceeded twice; twice as many for each time after that. If
/// a window of the server ends in between, or its answers take longer than the period of the guess, that many are refused.
const GUESS_STEP: u32 = 7;

/// A guess is given up if so many times as much is accepted; twice as much, if that took longer than its period.
const GUESS_BOUND: u32 = 16;

/// People choose periods of a multiple of five seconds, from here on, and quotas that are a multiple of fifty. A measurement that
/// gives both is no chance.
const ROUND: Duration = Duration::from_secs(10);

/// A limit that is assumed for as long as refusals confirm it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Hidden {
    pub(super) window: Window,
    /// What it holds by its name, or by the first refusal; the window's quota is what it lets through.
    named: u32,
    /// A refusal has confirmed it, here or in a scope like this one; or its numbers are round.
    pub(super) confirmed: bool,
    /// So many requests beyond what it holds for certain are allowed as a probe; if they are accepted, twice as many are next.
    probing: u32,
    /// When the first of these probes began; how many requests were accepted since the last one, and how many it takes until all that
    /// went before have been answered.
    pub(super) probe_began: Option<Moment>,
    pub(super) accepted_since: u32,
    awaited: u32,
    /// How often it was full since the last probe, when it was so last, and how often it has to be before the next one.
    full: u32,
    last_full: Option<Moment>,
    probe_after: u32,
    /// How much of it was used when the last refusal came.
    pub(super) used_at_refusal: u32,
    /// The last refusal came after much fewer requests than it holds: other clients use it too, or it had another reason.
    mismatched: bool,
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
            confirmed: false,
            probing: 0,
            probe_began: None,
            accepted_since: 0,
            awaited: 0,
            full: 0,
            last_full: None,
            probe_after: 0,
            used_at_refusal: 0,
            mismatched: false,
            is_named: false,
            is_guess: false,
        }
    }

    /// One that a refusal has confirmed, here or in a scope like this one. So many requests were accepted not long before, the first
    /// of them answered at this moment.
    pub(super) fn confirmed(
        now: Moment,
        quota: u32,
        period: Duration,
        accepted: Option<(Moment, u32)>,
    ) -> Self {
        let mut hidden = Hidden::new(quota, period);
        hidden.adopt(quota);
        if let Some((answered, all)) = accepted {
            (0..all.min(quota)).for_each(|_| hidden.window.count(answered));
        }
        hidden.window.advance(now);
        hidden
    }

    /// A refusal in another scope has confirmed it.
    pub(super) fn adopt(&mut self, quota: u32) {
        (self.named, self.window.quota) = (quota, quota);
        (self.confirmed, self.probing) = (true, 0);
        (self.full, self.probe_after) = (0, PROBE_AFTER.0);
    }

    /// Whether exactly what it holds was accepted before the last refusal; so many of these requests were answered after it.
    pub(super) fn is_full(&self, accepted: u32) -> bool {
        let is_sure = self.confirmed || !self.is_guess || accepted < STRAY.0;
        is_sure && self.used_at_refusal + accepted == self.held()
    }

    /// Whether what was measured are numbers that people choose; believes in them then. The wait that a server asks for is rounded up.
    pub(super) fn round(&mut self) -> bool {
        let Window { quota, period, .. } = self.window;
        let round = Duration::from_secs(period.as_secs() / 5 * 5);
        let is_round =
            quota.is_multiple_of(50) && round >= ROUND && period - round < ROUNDING + SECOND / 4;
        if is_round {
            self.window.period = round;
            (self.confirmed, self.probe_after) = (true, PROBE_AFTER.0);
        }
        is_round
    }

    /// It is full: perhaps it holds more. So many requests are in flight, and so many of them are slow. Says whether the limit is still
    /// assumed: not if more than twice of what it should hold was accepted, or [`GUESS_BOUND`] times as much as the first guess.
    pub(super) fn probe(&mut self, now: Moment, in_flight: u32, slow: u32) -> bool {
        let Window { quota, period, .. } = self.window;
        // The answers of a slow server do not come within one period. A guess that was too small is not held on to for that.
        let is_long_ago = self.probe_began.is_some_and(|began| began + period <= now);
        let is_refuted = self.is_guess
            && !self.confirmed
            && self.probing > 0
            && is_long_ago
            && self.accepted_since >= self.awaited;
        if self.window.used() + slow < quota && !is_refuted {
            return true;
        }
        if self.confirmed {
            // One step in a period, because a window of the server may end in between.
            let is_new = self.last_full.is_none_or(|last| last + period <= now);
            if !is_new {
                return true;
            }
            (self.full, self.last_full) = (self.full + 1, Some(now));
            if self.full <= self.probe_after {
                return true;
            }
        }
        // On a slow server, smaller steps would take too long.
        let bound = match self.is_guess && !is_long_ago {
            true => GUESS_BOUND,
            false => 2,
        };
        if !self.confirmed && quota > self.named.saturating_mul(bound) {
            return false;
        }
        if self.probing == 0 || self.probe_began.is_none() {
            self.probe_began = Some(now);
        }
        self.probing = match self.is_guess && !self.confirmed {
            true => {
                // Twice as many for each time that the guess was exceeded.
                let times = (quota / self.named).saturating_sub(1);
                (self.probing * 2).clamp(1, GUESS_STEP << times.min(8))
            }
            false => self.probing.saturating_mul(2).max(1),
        };
        (self.accepted_since, self.awaited) = (0, in_flight + self.probing);
        let more = quota.max(self.window.used()).saturating_add(self.probing);
        if quota < self.named && more >= self.named {
            // Back at what it is said to hold.
            self.window.quota = self.named;
            (self.probing, self.full, self.probe_after) = (0, 0, PROBE_AFTER.0);
        } else {
            self.window.quota = more;
        }
        true
    }

    /// What it holds for certain, without the probe.
    pub(super) fn held(&self) -> u32 {
        self.window.quota.saturating_sub(self.probing)
    }

    /// It has refused, most likely; so many requests were accepted after that. Says whether the limit is still assumed.
    pub(super) fn record_refusal(&mut self, named: Option<(u32, Duration)>, accepted: u32) -> bool {
        let used = self.used_at_refusal + accepted;
        let was_probing = self.probing > 0;
        let before = self.held();
        // It holds more than it was said to, so that was wrong, and this may be.
        let grew = self.confirmed && before > self.named;
        if let Some((quota, period)) = named {
            (self.named, self.window.period) = (quota, period);
            self.is_named = true;
        }
        let fits = match named {
            Some((named, _)) => is_about(used, named.min(before)),
            None if self.is_guess => used.abs_diff(before) <= 1 + before / 16,
            None if self.confirmed => used >= before,
            // Chance gives nearly the same twice, too.
            None if used.abs_diff(before) > 1 => {
                (self.named, self.window.quota, self.probing) = (used.max(1), used.max(1), 0);
                return true;
            }
            None => true,
        };
        self.window.quota = match named {
            _ if !fits => used.max(before / 2).max(1),
            // Others take part: what they leave.
            Some((named, _)) if self.confirmed => used.clamp(1, named),
            Some((named, _)) if is_about(used, named) => named,
            None if self.confirmed => before,
            _ => used.max(1),
        };
        if fits && named.is_none() {
            self.named = self.window.quota;
        }
        // A refusal in the middle of others that were accepted is not certain to be that of the probe.
        let factor = if was_probing && accepted < STRAY.0 {
            4
        } else {
            1
        };
        self.probe_after = match (self.confirmed, fits) {
            (false, true) if named.is_some() || self.is_guess => PROBE_AFTER.0,
            (false, true) => PROBE_AFTER_MISMATCH.0,
            (false, false) => 0,
            (true, true) if grew => PROBE_AFTER_MISMATCH.0,
            (true, true) if self.window.quota >= self.named => {
                (self.probe_after * factor).clamp(PROBE_AFTER_MISMATCH.0, PROBE_AFTER.1)
            }
            (true, _) => {
                (self.probe_after * 2).clamp(PROBE_AFTER_MISMATCH.0, PROBE_AFTER_MISMATCH.1)
            }
        };
        let again = self.mismatched && !fits;
        self.mismatched = !fits;
        self.confirmed |= fits || again;
        (self.probing, self.full, self.last_full) = (0, 0, None);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many full windows it is probed again, if it is refused when so many were accepted of 20, and one more is tried.
    fn probed_after(accepted: u32) -> u32 {
        let mut hidden = Hidden::confirmed(Moment::default(), 20, SECOND, None);
        (hidden.window.quota, hidden.probing) = (accepted + 1, 1);
        hidden.used_at_refusal = accepted;
        assert!(hidden.record_refusal(None, 0));
        hidden.probe_after
    }

    #[test]
    fn a_limit_that_was_exceeded_is_believed_for_a_shorter_time_than_one_that_is_met_again() {
        assert_eq!((probed_after(20), probed_after(23)), (64, 2));
    }
}
