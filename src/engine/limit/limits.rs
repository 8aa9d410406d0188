//! Limits that no header tells of: published, guessed, or learnt from refusals.

use std::time::Duration;

use super::hidden::{Hidden, ROUNDING, SECOND, STRAY, is_about, is_near};
use super::moment::Moment;
use super::reading::Reading;
use super::target::Granularity;
use super::ticket::Ticket;
use super::window::Window;

/// What ConfigCat's documentation said until February 2024 of each endpoint: about 20 requests a second. A first guess, which
/// is given up if more than that is accepted.
pub(crate) const DOCUMENTED: (u32, Duration) = (20, Duration::from_secs(1));

/// How long one measurement of accepted requests runs at most: the longest window that is known of.
const LONGEST: Duration = Duration::from_secs(60);

/// So few are enough in place of [`STRAY`]'s first number if they were sent after the refused request, and all have been answered.
const FEW: u32 = 3;

fn operation(ticket: &Ticket) -> u64 {
    ticket.target.key(Granularity::Operation)
}

/// All such limits of a scope.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Limits {
    published: Vec<Window>,
    hidden: Vec<Hidden>,
    /// How many were accepted since a window of the server may have begun: since the first of them was sent, and answered.
    measurement: Option<(Moment, Moment, u32)>,
    refusal: Option<Box<Refusal>>,
    /// How many were accepted within a second: the last one, and the one with the most.
    second: (Option<Moment>, u32),
    most: u32,
    /// A limit turned out not to be there: those of similar scopes do not hold for this one.
    refuted: bool,
}

/// A refusal, until the wait after it is over. What was in flight tells by then whether it is a window's: that refuses whatever
/// comes after it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
struct Refusal {
    /// Of the request that was refused.
    id: u64,
    epoch: u64,
    operation: u64,
    /// How many of the epoch were in flight.
    in_flight: u32,
    at: Moment,
    /// What its words say.
    named: Option<(u32, Duration)>,
    /// It says nothing of when or why.
    is_silent: bool,
    wait: Duration,
    /// What came after it, and how many of these requests were of the same operation and sent after it, too.
    accepted: u32,
    sent_later: u32,
    refused: u32,
    /// One of those that were refused is said to be a window's.
    is_certain: bool,
}

impl Refusal {
    /// Whether so many were accepted in spite of it that it was no window's.
    fn is_stray(&self, accepted: u32, first: u32) -> bool {
        !self.is_certain && self.named.is_none() && accepted >= first + STRAY.1 * self.refused
    }
}

impl Limits {
    /// Keeps to these, and learns others.
    pub(crate) fn new(published: Vec<Window>, guess: Option<(u32, Duration)>) -> Self {
        let guess = guess.map(|(quota, period)| {
            let mut guess = Hidden::new(quota, period);
            guess.is_guess = true;
            guess
        });
        Limits {
            published,
            hidden: guess.into_iter().collect(),
            measurement: None,
            refusal: None,
            second: (None, 0),
            most: 0,
            refuted: false,
        }
    }

    /// A request was accepted.
    pub(crate) fn record_success(&mut self, now: Moment, ticket: Ticket, is_broken: bool) {
        self.measure(ticket.given, now);
        self.hidden
            .iter_mut()
            .for_each(|it| it.accepted_since = it.accepted_since.saturating_add(1));
        if let Some(refusal) = self.refusal.as_mut().filter(|it| it.epoch == ticket.epoch) {
            refusal.accepted += 1;
            // A gateway's failure may not have come so far as to be counted.
            let is_later = ticket.id > refusal.id && operation(&ticket) == refusal.operation;
            refusal.sent_later += u32::from(is_later && !is_broken);
        }
    }

    /// Whether the last refusal, which was of this epoch, is over, because what was sent later was accepted: it was no window's.
    /// Forgets it then, and gives how many were in flight when it came. So many of the epoch are in flight now.
    pub(crate) fn refute_refusal(&mut self, epoch: u64, in_flight: u32) -> Option<u32> {
        let refusal = self.refusal.as_ref().filter(|refusal| {
            let is_full = |it: &Hidden| it.is_full(refusal.accepted);
            let first = if in_flight == 0 { FEW } else { STRAY.0 };
            let is_stray = refusal.is_stray(refusal.sent_later, first);
            refusal.epoch == epoch && is_stray && !self.hidden.iter().any(is_full)
        });
        let before = refusal?.in_flight;
        self.refusal = None;
        self.forget_unconfirmed();
        Some(before)
    }

    /// What was learnt from a refusal that was no window's, most likely.
    fn forget_unconfirmed(&mut self) {
        self.hidden.retain(|it| it.confirmed || it.is_guess);
    }

    /// A request was accepted at this moment, before this was a scope of its own.
    pub(crate) fn record_past_success(&mut self, moment: Moment) {
        self.count(moment);
        self.measure(moment, moment);
    }

    fn measure(&mut self, sent: Moment, answered: Moment) {
        let (began, n) = &mut self.second;
        if began.is_none_or(|began| began + SECOND <= answered) {
            (*began, *n) = (Some(answered), 0);
        }
        *n += 1;
        self.most = self.most.max(*n);
        match &mut self.measurement {
            Some((began, _, all)) if sent <= *began + LONGEST => *all += 1,
            measurement => *measurement = Some((sent, answered, 1)),
        }
    }

    /// A refusal that is not that of a limit which headers tell; the next request goes after this wait. Gives the limit that its
    /// words name, if about as many were accepted.
    pub(crate) fn record_refusal(
        &mut self,
        now: Moment,
        (ticket, in_flight): (Ticket, u32),
        reading: &Reading,
        wait: Duration,
    ) -> Option<(u32, Duration)> {
        self.advance(now);
        self.hidden
            .iter_mut()
            .for_each(|it| it.used_at_refusal = it.window.used());
        self.refusal = Some(Box::new(Refusal {
            id: ticket.id,
            epoch: ticket.epoch,
            operation: operation(&ticket),
            in_flight,
            at: now,
            named: reading.named,
            is_silent: reading.named.is_none() && reading.retry_after.is_none(),
            wait,
            accepted: 0,
            sent_later: 0,
            refused: 0,
            is_certain: false,
        }));
        let (quota, period) = reading.named?;
        let known = self
            .hidden
            .iter()
            .find(|it| is_near(it.window.period, period));
        let used = match (known, self.measurement) {
            (Some(hidden), _) => hidden.window.used(),
            (None, Some((began, _, all))) if began + period > now => all,
            _ => 0,
        };
        is_about(used, quota).then_some((quota, period))
    }

    /// Another request was refused.
    pub(crate) fn record_another_refusal(&mut self, epoch: u64, reading: &Reading) {
        if let Some(refusal) = &mut self.refusal {
            refusal.refused += u32::from(refusal.epoch == epoch);
            refusal.is_certain |= reading.named.is_some() || reading.remaining == Some(0);
        }
    }

    /// The wait after a refusal is over: learns from it, unless it was no window's.
    pub(crate) fn evaluate_refusal(&mut self, now: Moment, max_wait: Duration) {
        let Some(refusal) = self.refusal.take() else {
            return;
        };
        let Refusal {
            named,
            accepted,
            wait,
            ..
        } = *refusal;
        let named = named.map(|(quota, period)| (quota.max(1), period.min(max_wait)));
        let is_it = |hidden: &Hidden| match named {
            Some((_, period)) => is_near(hidden.window.period, period),
            None => {
                let may_be_early = !hidden.is_guess && !refusal.is_silent;
                (may_be_early || hidden.is_full(accepted))
                    && !hidden.is_named
                    && wait < hidden.window.period + ROUNDING
            }
        };
        let index = self.hidden.iter().position(is_it);
        let found = index.map(|index| &self.hidden[index]);
        let is_full = found.is_some_and(|it| it.is_full(accepted));
        if refusal.is_stray(accepted, STRAY.0) && !is_full {
            self.forget_unconfirmed();
            return;
        }
        let measurement = self.measurement;
        if named.is_none() && !found.is_some_and(|it| it.is_guess) {
            // Another one begins.
            self.measurement = None;
        }
        if let Some(index) = index {
            let hidden = &mut self.hidden[index];
            let stays = hidden.record_refusal(named, accepted);
            let is_measured = !hidden.confirmed && !hidden.is_guess;
            let quota = hidden.window.quota;
            if !stays || is_measured && named.is_none() && self.exceeded(quota) {
                self.hidden.remove(index);
                self.refuted |= !is_measured;
            }
            return;
        }
        let Some((began, answered, all)) = measurement else {
            return;
        };
        let elapsed = refusal.at - began;
        let hidden = if let Some((quota, period)) = named {
            let mut hidden = Hidden::confirmed(now, quota, period, Some((answered, all)));
            hidden.is_named = true;
            hidden
        } else if !refusal.is_silent && elapsed <= wait * 3 {
            // Waits are rounded up to whole seconds, and periods are whole seconds.
            let period = Duration::from_secs((elapsed + wait).as_secs().max(1));
            let mut hidden = Hidden::new(all, period.min(max_wait));
            if accepted == 0 {
                hidden.round();
            }
            if self.exceeded(all) {
                return;
            }
            hidden
        } else {
            return;
        };
        self.hidden.truncate(2);
        self.hidden.push(hidden);
    }

    /// Whether more than that was accepted within a second a while ago. This is forgotten little by little.
    fn exceeded(&mut self, quota: u32) -> bool {
        let exceeded = self.most > quota + 1;
        self.most /= if exceeded { 2 } else { 1 };
        exceeded
    }

    /// Whether a refusal has confirmed this limit.
    pub(crate) fn has_confirmed(&self, (quota, period): (u32, Duration)) -> bool {
        let is_it = |it: &Hidden| {
            it.confirmed && it.window.quota == quota && is_near(it.window.period, period)
        };
        self.hidden.iter().any(is_it)
    }

    /// Adopts a limit that was confirmed in another scope.
    pub(crate) fn adopt(&mut self, now: Moment, (quota, period): (u32, Duration)) {
        if self.refusal.is_some() {
            // What was accepted before it is about to be compared with the limits so far.
            return;
        }
        let known = |it: &&mut Hidden| is_near(it.window.period, period);
        match self.hidden.iter_mut().find(known) {
            Some(hidden) if !hidden.confirmed => hidden.adopt(quota),
            None if !self.refuted => {
                let measurement = self.measurement.map(|(_, answered, all)| (answered, all));
                self.hidden.truncate(2);
                self.hidden
                    .push(Hidden::confirmed(now, quota, period, measurement));
            }
            _ => {}
        }
    }

    pub(crate) fn count(&mut self, now: Moment) {
        self.each().for_each(|window| window.count(now));
    }

    pub(crate) fn advance(&mut self, now: Moment) {
        self.each().for_each(|window| window.advance(now));
    }

    /// After a pause, probes begin anew.
    pub(crate) fn restart_probes(&mut self) {
        let empty = self.hidden.iter_mut().filter(|it| it.window.used() == 0);
        empty.for_each(|it| it.probe_began = None);
    }

    /// Whether one of them is full, and when that may change, if it does not depend on those that are in flight.
    /// `slow` are those in flight that others have overtaken.
    pub(crate) fn full(
        &mut self,
        now: Moment,
        (in_flight, slow): (u32, u32),
    ) -> Option<Option<Moment>> {
        let refuted = &mut self.refuted;
        self.hidden.retain_mut(|hidden| {
            let is_full = hidden.window.capacity(in_flight) == 0;
            let stays = !is_full || hidden.probe(now, in_flight, slow);
            *refuted |= !stays;
            stays
        });
        let full = |window: &&Window| window.capacity(in_flight) == 0;
        self.all().find(full).map(|window| window.next(in_flight))
    }

    pub(crate) fn estimate(&self, now: Moment, ahead: u32, in_flight: u32) -> Duration {
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
