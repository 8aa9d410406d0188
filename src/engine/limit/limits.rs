//! Limits that no header tells of: published, guessed, or learnt from refusals.

use std::time::Duration;

use tokio::time::Instant;

use super::hidden::{Hidden, ROUNDING, SECOND, is_about};
use super::ticket::Ticket;
use super::window::Window;

/// What ConfigCat's documentation said until February 2024 of each endpoint: about 20 requests a second. A first guess, which
/// is given up if more than that is accepted.
pub(crate) const DOCUMENTED: (u32, Duration) = (20, Duration::from_secs(1));

/// How long one measurement of accepted requests runs at most: the longest window that is known of.
const LONGEST: Duration = Duration::from_secs(60);

/// What a refusal tells of a limit that no header tells of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lesson {
    /// What the words of the refusal say.
    pub(crate) named: Option<(u32, Duration)>,
    /// What was refused, and how many that were sent before it are not answered yet.
    pub(crate) ticket: Ticket,
    pub(crate) in_flight: u32,
    /// So many were accepted before it in its epoch, which was this old.
    pub(crate) accepted: u32,
    pub(crate) elapsed: Duration,
    /// The next one goes after this wait.
    pub(crate) wait: Duration,
}

/// What was accepted since a moment at which a window of the server may have begun.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// When the first of them was sent, and when it was answered.
    began: Instant,
    answered: Instant,
    accepted: u32,
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
    /// The current one, and the first epoch of which requests count in it.
    stretch: Option<Stretch>,
    stretch_from: u64,
    /// A window that was believed in is not there: what others are shown is not true of this scope.
    refuted: bool,
}

/// A refusal of which it shows later whether it was a window's: that refuses whatever comes after it.
#[derive(Clone, Debug)]
struct Trial {
    epoch: u64,
    /// What was in flight when it came.
    accepted: u32,
    refused: u32,
    /// What is accepted in all if the refusal is that of the window which was believed in: work takes time and refusing does
    /// not, so many that were accepted before are answered after it.
    full: Option<u32>,
    /// What was believed before it came.
    before: Vec<Hidden>,
    /// The window that it may be of, if that is to be believed once it comes again.
    pending: Option<(u32, Duration)>,
}

impl Limits {
    /// Keeps to these, and learns others.
    pub(crate) fn new(published: Vec<Window>, guess: Option<(u32, Duration)>) -> Self {
        let guess = guess.map(|(quota, period)| Hidden::guess(quota, period));
        Limits {
            published,
            hidden: guess.into_iter().collect(),
            strays: 0,
            suspect: 0,
            trial: None,
            stretch: None,
            stretch_from: 0,
            refuted: false,
        }
    }

    /// A request was accepted.
    pub(crate) fn record_success(&mut self, now: Instant, ticket: Ticket) {
        let Ticket { epoch, given, .. } = ticket;
        if epoch >= self.stretch_from {
            match &mut self.stretch {
                Some(it) if given <= it.began + LONGEST => it.accepted += 1,
                stretch => {
                    *stretch = Some(Stretch {
                        began: given,
                        answered: now,
                        accepted: 1,
                    });
                }
            }
        }
        if let Some(trial) = &mut self.trial {
            trial.accepted += u32::from(trial.epoch == epoch);
        }
        for hidden in &mut self.hidden {
            hidden.record_success(epoch);
        }
    }

    /// A request was accepted at this moment, before this was a scope of its own.
    pub(crate) fn recall(&mut self, moment: Instant) {
        self.count(moment);
        let stretch = self.stretch.get_or_insert(Stretch {
            began: moment,
            answered: moment,
            accepted: 0,
        });
        stretch.accepted += 1;
    }

    /// Another request was refused.
    pub(crate) fn record_another_refusal(&mut self, ticket: Ticket) {
        if let Some(trial) = self.trial.as_mut().filter(|it| it.epoch == ticket.epoch) {
            trial.refused += 1;
        }
    }

    /// All that was in flight when the last refusal came has been answered. Says whether it was no window's; `None` if that
    /// was clear before.
    pub(crate) fn judge(&mut self, now: Instant) -> Option<bool> {
        let trial = self.trial.take()?;
        let is_full = trial.full == Some(trial.accepted);
        let is_stray = trial.accepted >= 8 + 3 * trial.refused && !is_full;
        if is_stray {
            self.hidden = trial.before;
            self.strays += 1;
        } else if let Some((quota, period)) = trial.pending {
            let quota = quota.saturating_add(trial.accepted);
            if self.recurs(quota) {
                self.suppose(Hidden::new(quota, period));
            }
        } else if trial.accepted == 0 {
            let measured = |hidden: &&mut Hidden| hidden.epoch == Some(trial.epoch);
            self.hidden
                .iter_mut()
                .filter(measured)
                .for_each(|hidden| hidden.round(now));
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
            wait,
            ticket,
            in_flight,
            ..
        } = lesson;
        let epoch = ticket.epoch;
        let named = named.map(|(quota, period)| (quota.max(1), period.min(max_wait)));
        let is_it = |hidden: &Hidden| match named {
            Some((_, period)) => is_near(hidden.window.period, period),
            None => {
                let full = is_about(hidden.window.used() + in_flight, hidden.window.quota);
                (full || !hidden.is_guess) && wait < hidden.window.period + ROUNDING
            }
        };
        self.trial = named.is_none().then(|| {
            Box::new(Trial {
                epoch,
                accepted: 0,
                refused: 0,
                full: None,
                before: self.hidden.clone(),
                pending: None,
            })
        });
        let found = self.hidden.iter().position(is_it);
        let stretch = self.measure(now, &lesson);
        let elapsed = now.saturating_duration_since(stretch.began);
        let measured = (elapsed + wait).min(max_wait);
        if named.is_none() && !found.is_some_and(|index| self.hidden[index].is_guess) {
            // Another one begins when the wait is over.
            (self.stretch, self.stretch_from) = (None, epoch + 1);
        }
        if let Some(index) = found {
            let hidden = &mut self.hidden[index];
            if let Some((_, period)) = named {
                hidden.window.period = period;
            }
            if let Some(trial) = &mut self.trial
                && in_flight > 0
            {
                trial.full = hidden.held().checked_sub(hidden.window.used());
            }
            if hidden.record_refusal(named.map(|(quota, _)| quota), epoch, in_flight) {
                let limit = (hidden.window.quota, hidden.window.period);
                return (hidden.shown && !hidden.missed).then_some(limit);
            }
            self.hidden.remove(index);
            self.strays += 1;
            self.refuted = true;
            return None;
        }
        let (quota, period) = named.unwrap_or((stretch.accepted.max(1), measured));
        let recent = recent.iter().filter(|&&moment| moment + period > now);
        // Not all that were accepted are remembered one by one.
        let is_over = elapsed >= period;
        let accepted = if is_over { 0 } else { stretch.accepted };
        let known = recent.clone().count() as u32;
        let count = known.max(accepted);
        let full = named.is_some() && is_about(count + in_flight, quota);
        if !full && self.strays > 0 {
            if let Some(trial) = &mut self.trial {
                trial.pending = Some((quota, period));
            }
            return None;
        }
        let mut hidden = Hidden::new(quota, period);
        (known..accepted.min(quota)).for_each(|_| hidden.window.count(stretch.answered));
        recent.for_each(|&moment| hidden.window.count(moment));
        hidden.epoch = named.is_none().then_some(epoch);
        if full {
            hidden.record_refusal(Some(quota), epoch, in_flight);
        }
        self.suppose(hidden);
        full.then_some((quota, period))
    }

    /// Since when a window may have been open that has refused now: the current stretch, unless it is long beside the wait,
    /// because few windows are full just before they end. A wait of a second tells nothing; strays ask for it too.
    fn measure(&self, now: Instant, lesson: &Lesson) -> Stretch {
        let since = |it: &Stretch| now.saturating_duration_since(it.began);
        let is_long = lesson.wait > SECOND;
        let is_it =
            |it: &Stretch| lesson.named.is_some() || is_long && since(it) <= lesson.wait * 3;
        let current = self.stretch.filter(is_it);
        let began = now.checked_sub(lesson.elapsed).unwrap_or(now);
        current.unwrap_or(Stretch {
            began,
            answered: began,
            accepted: lesson.accepted,
        })
    }

    /// Whether one that is believed in explains a refusal.
    pub(crate) fn explain(&mut self, now: Instant, in_flight: u32) -> bool {
        self.advance(now);
        let mut windows = self.hidden.iter().map(|hidden| &hidden.window);
        windows.any(|window| is_about(window.used() + in_flight, window.quota))
    }

    /// One more window, in place of the guess.
    fn suppose(&mut self, hidden: Hidden) {
        let Window { quota, period, .. } = hidden.window;
        // A smaller one may be a stray refusal's. If it turns out to be, the guess is there still.
        let is_guess = |known: &Hidden| {
            known.is_guess
                && is_near(known.window.period, period)
                && is_about(quota, known.window.quota)
        };
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

    /// Whether a refusal has shown it this limit.
    pub(crate) fn was_shown(&self, (quota, period): (u32, Duration)) -> bool {
        let is_it =
            |it: &Hidden| it.shown && it.window.quota == quota && is_near(it.window.period, period);
        self.hidden.iter().any(is_it)
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
                let recent: Vec<Instant> = recent.filter(|it| *it + period > now).collect();
                // Not all that were accepted are remembered one by one.
                if let Some(all) = self.stretch.filter(|it| it.began + period > now) {
                    (recent.len() as u32..all.accepted.min(quota))
                        .for_each(|_| hidden.window.count(all.answered));
                }
                recent
                    .into_iter()
                    .for_each(|moment| hidden.window.count(moment));
                hidden.window.advance(now);
                self.hidden.truncate(2);
                self.hidden.push(hidden);
            }
        }
    }

    /// Whether one of them is full, and when that may change, if it does not depend on those that are in flight.
    /// `slow` are those in flight that others have overtaken.
    pub(crate) fn full(
        &mut self,
        now: Instant,
        (in_flight, slow): (u32, u32),
    ) -> Option<Option<Instant>> {
        let (strays, refuted) = (&mut self.strays, &mut self.refuted);
        self.hidden.retain_mut(|hidden| {
            let is_full = hidden.window.capacity(in_flight) == 0;
            let stays = !is_full || hidden.try_more(now, in_flight, slow);
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
    use super::super::target::Target;
    use super::*;

    #[test]
    fn what_another_scope_has_shown_ends_a_try_of_more() {
        let mut limits = Limits::new(Vec::new(), Some(DOCUMENTED));
        let now = Instant::now();
        // 21, 23, 27 and 35 were accepted.
        for n in 0..30 {
            limits.count(now);
            let full = limits.full(now, (0, 0));
            assert!(full.is_none(), "{n}");
        }
        limits.believe(now, 5, SECOND, std::iter::empty());
        let ticket = Ticket {
            id: 1,
            epoch: 0,
            given: now,
            target: Target::ONE,
        };
        let lesson = Lesson {
            named: None,
            ticket,
            in_flight: 1,
            accepted: 30,
            elapsed: SECOND / 10,
            wait: SECOND / 2,
        };
        limits.learn(now, lesson, &[], 60 * SECOND);
        // More than five were accepted, and one is in flight.
        assert_eq!(limits.hidden[0].window.quota, 31);
    }

    #[test]
    fn what_refusals_have_refuted_is_not_believed_again() {
        let mut limits = Limits::new(Vec::new(), None);
        let now = Instant::now();
        limits.believe(now, 28, SECOND, std::iter::empty());
        for epoch in 1..=2 {
            assert_eq!(limits.hidden.len(), 1);
            // Refused when none of the 28 was used.
            let ticket = Ticket {
                id: epoch,
                epoch,
                given: now,
                target: Target::ONE,
            };
            (0..3).for_each(|_| limits.record_success(now, ticket));
            let lesson = Lesson {
                named: None,
                ticket,
                in_flight: 0,
                accepted: 3,
                elapsed: Duration::ZERO,
                wait: SECOND,
            };
            limits.learn(now, lesson, &[], 60 * SECOND);
        }
        assert!(limits.hidden.is_empty());
        limits.believe(now, 28, SECOND, std::iter::empty());
        assert!(limits.hidden.is_empty());
    }
}
