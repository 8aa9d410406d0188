//! Which calls share a count, seen from what answers tell of it.
//!
//! In a window that has not ended, answers of one count tell the same reset, and less is left each time. A call of which the
//! answer tells another reset, or at least as much as was left before it was sent, is counted apart.

use std::collections::VecDeque;

use super::clock::ServerClock;
use super::moment::Moment;
use super::reading::{Order, Reset};
use super::target::{Granularity, Target};
use super::ticket::Ticket;

/// So many answers are compared with each new one.
const KEPT: usize = 8;

/// A call is counted apart if so many answers say so, and none says otherwise: servers may count in several places.
const DIFFERENCES: u32 = 2;

/// After this many responses without rate-limit headers, calls are taken to be uncounted.
const WITHOUT_COUNT: u32 = 3;

/// An answer that tells of a count.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
struct CountReport {
    target: Target,
    remaining: u32,
    reset: Option<Reset>,
    /// When it came.
    at: Moment,
}

/// Finds out from the last responses at which granularity calls are counted.
#[derive(Debug, Default)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Narrowing {
    recent: VecDeque<CountReport>,
    differences: [u32; 4],
    /// Counts that are shared by calls which differ this much.
    shared: [bool; 4],
    /// Calls whose responses have no rate-limit headers, a few operations of them, and how many responses had none.
    without_count: VecDeque<(Target, u32)>,
    /// Some responses to the same calls have rate-limit headers, others have not.
    is_intermittent: bool,
}

/// What two answers say of their counts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Apart,
    Shared,
    Open,
}

impl Narrowing {
    /// Compares an answer with those before. Gives the grain at which calls are counted apart, once that is certain.
    pub(crate) fn record_response(
        &mut self,
        grain: Granularity,
        ticket: &Ticket,
        now: Moment,
        (remaining, reset): (Option<u32>, Option<Reset>),
        clock: &ServerClock,
    ) -> Option<Granularity> {
        let target = ticket.target;
        let Some(remaining) = remaining else {
            return self.record_without_count(grain, target);
        };
        let mut uncounted = self.without_count.iter();
        self.is_intermittent |= uncounted.any(|(other, _)| *other == target);
        let new = CountReport {
            target,
            remaining,
            reset,
            at: now,
        };
        let mut finest: Option<Granularity> = None;
        let mut shared = false;
        for known in &self.recent {
            if known.target.key(grain) != target.key(grain) {
                continue;
            }
            let Some(apart) = known.target.apart(&target) else {
                continue;
            };
            match compare(known, &new, ticket.given, clock) {
                Verdict::Apart => finest = finest.max(Some(apart)),
                Verdict::Shared => {
                    self.shared[apart as usize] = true;
                    shared = true;
                }
                Verdict::Open => {}
            }
        }
        self.recent.truncate(KEPT - 1);
        self.recent.push_front(new);
        let apart = finest.filter(|&apart| !shared && !self.shared[apart as usize])?;
        let differences = &mut self.differences[apart as usize];
        *differences += 1;
        (*differences >= DIFFERENCES).then(|| self.finish(apart))
    }

    /// A response came without rate-limit headers.
    fn record_without_count(&mut self, grain: Granularity, target: Target) -> Option<Granularity> {
        let mut reports = self.recent.iter();
        self.is_intermittent |= reports.any(|report| report.target == target);
        let of_this = |(other, _): &(Target, u32)| {
            let apart = other.apart(&target);
            apart.is_none_or(|apart| apart > Granularity::Operation)
        };
        // Answers to several operations come in any order.
        let known = self.without_count.iter().position(of_this);
        let known = known.and_then(|index| self.without_count.remove(index));
        let responses = known.map_or(1, |(_, n)| n + 1);
        self.without_count.truncate(KEPT - 1);
        self.without_count.push_front((target, responses));
        let mut counted = self.recent.iter().map(|report| report.target);
        let counted = counted.find(|other| other.key(grain) == target.key(grain));
        let apart = counted?.apart(&target)?;
        let certain =
            responses >= WITHOUT_COUNT && !self.is_intermittent && !self.shared[apart as usize];
        certain.then(|| self.finish(apart))
    }

    fn finish(&mut self, apart: Granularity) -> Granularity {
        self.differences = [0; 4];
        self.without_count.clear();
        apart
    }
}

/// Of one count, each answer tells another number; and less, if the window is the same or the clocks of two servers differ.
fn compare(known: &CountReport, new: &CountReport, sent: Moment, clock: &ServerClock) -> Verdict {
    let (Some(before), Some(reset)) = (known.reset, new.reset) else {
        return Verdict::Open;
    };
    let is_after = sent >= known.at;
    let order = Order::of(Some(reset), Some(before));
    if new.remaining < known.remaining {
        return match reset == before && reset.is_exact() {
            true => Verdict::Shared,
            false => Verdict::Open,
        };
    }
    match order {
        Order::Same if is_after || new.remaining == known.remaining => Verdict::Apart,
        Order::Same if reset == before && reset.is_exact() => Verdict::Shared,
        // A window that ends earlier was over, unless the answer is one of before.
        Order::Earlier if is_after => Verdict::Apart,
        Order::Later if before.earliest(clock) > new.at => Verdict::Apart,
        _ => Verdict::Open,
    }
}
