//! Limits that no header tells of: published, guessed, or learnt from refusals.

use std::time::Duration;

use tokio::time::Instant;

use super::window::Window;

/// What ConfigCat's documentation said until February 2024 of each endpoint: about 20 requests a second. A first guess, which
/// is given up if more than that is accepted.
pub(crate) const DOCUMENTED: (u32, Duration) = (20, Duration::from_secs(1));

/// A window that a refusal has shown is tried again after it was full so often; four times as often after each time that it
/// turned out to be there, up to the second number.
pub(super) const SURE: (u32, u32) = (16, 256);

/// The same for one that holds less than it is said to, because others take part, or by mistake; there, twice as often.
pub(super) const UNSURE: (u32, u32) = (2, 8);

/// To what servers round the waits that they ask for.
const SECOND: Duration = Duration::from_secs(1);

/// What a refusal tells of a limit that no header tells of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lesson {
    /// What the words of the refusal say.
    pub(crate) named: Option<(u32, Duration)>,
    /// So many were accepted before it in this epoch, which was this old; and the next one goes after this wait.
    pub(crate) accepted: u32,
    pub(crate) epoch: u64,
    pub(crate) elapsed: Duration,
    pub(crate) wait: Duration,
}

/// All such limits of a scope.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    published: Vec<Window>,
    hidden: Vec<Hidden>,
    /// Refusals that were no window's, and the number of accepted requests before the last one.
    strays: u32,
    suspect: u32,
    trial: Option<Box<Trial>>,
    /// A window that was believed in is not there: what others are shown is not true of this scope.
    refuted: bool,
}

/// A refusal of which it shows later whether it was a window's: that refuses whatever comes after it.
#[derive(Clone, Debug)]
struct Trial {
    epoch: u64,
    /// What was under way when it came.
    accepted: u32,
    refused: u32,
    /// What was believed before it came.
    before: Vec<Hidden>,
    /// The window that it may be of, if that is to be believed once it comes again.
    pending: Option<(u32, Duration)>,
}

/// A window that is believed in for as long as it shows itself.
#[derive(Clone, Debug)]
pub(crate) struct Hidden {
    pub(crate) window: Window,
    /// What it holds by its name, or by the first refusal; the window's quota is what it lets through.
    named: u32,
    /// A refusal has shown it, here or in a scope like this one.
    pub(crate) shown: bool,
    /// So many more are tried next, if it is full of requests that were accepted.
    step: u32,
    /// It was full so often since it was last tried, most recently then; and how often it has to be.
    full: u32,
    last_full: Option<Instant>,
    patience: u32,
    /// Requests of this epoch that were accepted are what it holds.
    epoch: Option<u64>,
    /// The last refusal came when much less had been accepted: others take part, or it had another reason.
    missed: bool,
    /// Not from a refusal.
    is_guess: bool,
}

impl Hidden {
    pub(crate) fn new(named: u32, period: Duration) -> Self {
        let window = Window::new(named, period);
        Hidden {
            named: window.quota,
            window,
            shown: false,
            step: 1,
            full: 0,
            last_full: None,
            patience: 0,
            epoch: None,
            missed: false,
            is_guess: false,
        }
    }

    /// One that another scope has shown.
    pub(crate) fn believe(&mut self, quota: u32) {
        (self.named, self.window.quota) = (quota, quota);
        (self.shown, self.full, self.patience) = (true, 0, SURE.0);
    }

    /// It is full: perhaps it holds more. So many that are under way are slow. Says whether it is believed in any longer: not if
    /// more than twice of what it should hold was accepted.
    fn try_more(&mut self, now: Instant, slow: u32) -> bool {
        let Window { quota, period, .. } = self.window;
        if self.window.used() + slow < quota {
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
        let more = quota.saturating_add(self.step);
        self.step *= 2;
        if quota < self.named && more >= self.named {
            // Back at what it is said to hold.
            self.window.quota = self.named;
            (self.step, self.full, self.patience) = (1, 0, SURE.0);
        } else {
            self.window.quota = more;
        }
        true
    }

    /// It may be the reason of a refusal; says whether it is believed in any longer.
    fn refused(&mut self, named: Option<u32>, epoch: u64) -> bool {
        let (used, quota) = (self.window.used(), self.window.quota);
        let tried = self.step > 1;
        let before = if tried { quota - self.step / 2 } else { quota };
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
        // Of those under way, some may have been accepted.
        self.epoch = (named.is_none() && fits && !self.shown).then_some(epoch);
        let again = self.missed && !fits;
        self.missed = !fits;
        self.shown |= fits || again;
        (self.step, self.full, self.last_full) = (1, 0, None);
        named.is_some() || !again
    }
}

/// Whether so many are as many as a window holds, or more.
pub(crate) fn is_about(used: u32, quota: u32) -> bool {
    used.saturating_mul(5) >= quota.saturating_mul(4)
}

impl Limits {
    /// Keeps to these, and learns others.
    pub(crate) fn new(published: Vec<Window>, guess: Option<(u32, Duration)>) -> Self {
        let guess = guess.map(|(quota, period)| Hidden {
            is_guess: true,
            ..Hidden::new(quota, period)
        });
        Limits {
            published,
            hidden: guess.into_iter().collect(),
            strays: 0,
            suspect: 0,
            trial: None,
            refuted: false,
        }
    }

    /// A request of this epoch was accepted.
    pub(crate) fn accepted(&mut self, epoch: u64) {
        if let Some(trial) = &mut self.trial {
            trial.accepted += u32::from(trial.epoch == epoch);
        }
        for hidden in &mut self.hidden {
            if hidden.epoch == Some(epoch) {
                hidden.named = hidden.named.saturating_add(1);
                hidden.window.quota = hidden.named.max(hidden.window.quota);
            }
        }
    }

    /// Another request of this epoch was refused.
    pub(crate) fn refused_too(&mut self, epoch: u64) {
        if let Some(trial) = &mut self.trial {
            trial.refused += u32::from(trial.epoch == epoch);
        }
    }

    /// All that was under way when the last refusal came has been answered. Says whether it was no window's; `None` if that
    /// was clear before.
    pub(crate) fn judge(&mut self) -> Option<bool> {
        let trial = self.trial.take()?;
        let is_stray = trial.accepted >= 8 + 3 * trial.refused;
        if is_stray {
            self.hidden = trial.before;
            self.strays += 1;
        } else if let Some((quota, period)) = trial.pending {
            let quota = quota.saturating_add(trial.accepted);
            if self.recurs(quota) {
                self.suppose(Hidden::new(quota, period));
            }
        }
        Some(is_stray)
    }

    /// A refusal that is not that of a limit which headers tell. `recent` has when requests of this scope were answered.
    /// Gives the window that it has shown.
    pub(crate) fn learn(
        &mut self,
        now: Instant,
        lesson: Lesson,
        recent: &[Instant],
        max_wait: Duration,
    ) -> Option<(u32, Duration)> {
        self.advance(now);
        let Lesson {
            named,
            accepted,
            wait,
            ..
        } = lesson;
        let named = named.map(|(quota, period)| (quota.max(1), period.min(max_wait)));
        let is_it = |hidden: &Hidden| match named {
            Some((_, period)) => is_near(hidden.window.period, period),
            None => {
                let full = is_about(hidden.window.used(), hidden.window.quota);
                (full || !hidden.is_guess) && wait < hidden.window.period + SECOND
            }
        };
        self.trial = named.is_none().then(|| {
            Box::new(Trial {
                epoch: lesson.epoch,
                accepted: 0,
                refused: 0,
                before: self.hidden.clone(),
                pending: None,
            })
        });
        if let Some(index) = self.hidden.iter().position(is_it) {
            let hidden = &mut self.hidden[index];
            if let Some((_, period)) = named {
                hidden.window.period = period;
            }
            if hidden.refused(named.map(|(quota, _)| quota), lesson.epoch) {
                let limit = (hidden.window.quota, hidden.window.period);
                return (hidden.shown && !hidden.missed).then_some(limit);
            }
            self.hidden.remove(index);
            self.strays += 1;
            self.refuted = true;
            return None;
        }
        let (quota, period) = named.unwrap_or((accepted.max(1), lesson.elapsed + wait));
        let period = period.min(max_wait);
        let recent = recent.iter().filter(|&&moment| moment + period > now);
        let count = recent.clone().count() as u32;
        let full = named.is_some() && is_about(count, quota);
        if !full && self.strays > 0 {
            if let Some(trial) = &mut self.trial {
                trial.pending = Some((quota, period));
            }
            return None;
        }
        let mut hidden = Hidden::new(quota, period);
        recent.for_each(|&moment| hidden.window.count(moment));
        hidden.epoch = named.is_none().then_some(lesson.epoch);
        if full {
            hidden.refused(Some(quota), lesson.epoch);
        }
        self.suppose(hidden);
        full.then_some((quota, period))
    }

    /// One more window, in place of the guess.
    fn suppose(&mut self, hidden: Hidden) {
        let period = hidden.window.period;
        let is_guess = |known: &Hidden| known.is_guess && is_near(known.window.period, period);
        self.hidden.retain(|known| known.shown || !is_guess(known));
        self.hidden.truncate(2);
        self.hidden.push(hidden);
    }

    /// Whether the last refusal came after about as many requests.
    fn recurs(&mut self, quota: u32) -> bool {
        let before = std::mem::replace(&mut self.suspect, quota);
        quota.abs_diff(before) <= quota.max(before) / 4
    }

    pub(crate) fn count(&mut self, now: Instant) {
        self.each().for_each(|window| window.count(now));
    }

    pub(crate) fn advance(&mut self, now: Instant) {
        self.each().for_each(|window| window.advance(now));
    }

    /// Takes over what another scope was shown. `recent` has when requests of this one were answered.
    pub(crate) fn believe(
        &mut self,
        now: Instant,
        quota: u32,
        period: Duration,
        recent: impl Iterator<Item = Instant>,
    ) {
        let known = |hidden: &&mut Hidden| is_near(hidden.window.period, period);
        match self.hidden.iter_mut().find(known) {
            Some(hidden) if !hidden.shown => hidden.believe(quota),
            Some(_) => {}
            None if self.refuted => {}
            None => {
                let mut hidden = Hidden::new(quota, period);
                hidden.believe(quota);
                recent.for_each(|moment| hidden.window.count(moment));
                hidden.window.advance(now);
                self.hidden.truncate(2);
                self.hidden.push(hidden);
            }
        }
    }

    /// Whether one of them is full, and when that may change, if it does not depend on those that are under way.
    /// `slow` are those under way that others have overtaken.
    pub(crate) fn full(
        &mut self,
        now: Instant,
        (in_flight, slow): (u32, u32),
    ) -> Option<Option<Instant>> {
        let (strays, refuted) = (&mut self.strays, &mut self.refuted);
        self.hidden.retain_mut(|hidden| {
            let is_full = hidden.window.capacity(in_flight) == 0;
            let stays = !is_full || hidden.try_more(now, slow);
            *strays += u32::from(!stays && !hidden.is_guess);
            *refuted |= !stays;
            stays
        });
        let full = |window: &&Window| window.capacity(in_flight) == 0;
        self.all().find(full).map(|window| window.next(in_flight))
    }

    pub(crate) fn estimate(&self, now: Instant, ahead: u32, in_flight: u32) -> Duration {
        let waits = self.all().map(|w| w.estimate(now, ahead, in_flight));
        waits.max().unwrap_or_default()
    }

    /// Whether nothing counts any more.
    pub(crate) fn is_unused(&self) -> bool {
        self.all().all(|window| window.used() == 0)
    }

    fn all(&self) -> impl Iterator<Item = &Window> {
        let hidden = self.hidden.iter().map(|hidden| &hidden.window);
        self.published.iter().chain(hidden)
    }

    fn each(&mut self) -> impl Iterator<Item = &mut Window> {
        let hidden = self.hidden.iter_mut().map(|hidden| &mut hidden.window);
        self.published.iter_mut().chain(hidden)
    }
}

fn is_near(a: Duration, b: Duration) -> bool {
    a < b * 3 / 2 && b < a * 3 / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refusals_have_refuted_is_not_believed_again() {
        let mut limits = Limits::new(Vec::new(), None);
        let now = Instant::now();
        limits.believe(now, 28, SECOND, std::iter::empty());
        for epoch in 1..=2 {
            assert_eq!(limits.hidden.len(), 1);
            // Refused when none of the 28 was used.
            let lesson = Lesson {
                named: None,
                accepted: 3,
                epoch,
                elapsed: SECOND / 10,
                wait: SECOND,
            };
            limits.learn(now, lesson, &[], 60 * SECOND);
        }
        assert!(limits.hidden.is_empty());
        limits.believe(now, 28, SECOND, std::iter::empty());
        assert!(limits.hidden.is_empty());
    }
}
