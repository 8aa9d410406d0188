//! Which calls share a count, seen from what answers tell of it.
//!
//! In a window that has not ended, answers of one count tell the same reset, and less is left each time. A call of which the
//! answer tells another reset, or at least as much as was left before it was sent, is counted apart.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::clock::ServerClock;
use super::reading::{Order, Reset};
use super::target::{Granularity, Target};
use super::ticket::Ticket;

/// So many answers are compared with each new one.
const KEPT: usize = 8;

/// A call is counted apart if so many answers say so, and none says otherwise: servers may count in several places.
const STRIKES: u32 = 2;

/// After this many responses without rate-limit headers, calls are taken to be uncounted.
const SILENCES: u32 = 3;

/// An answer that tells of a count.
#[derive(Clone, Copy, Debug)]
struct Witness {
    target: Target,
    remaining: u32,
    reset: Option<Reset>,
    /// When it came.
    at: Instant,
}

/// The last answers that tell of a count.
#[derive(Debug, Default)]
pub(crate) struct Witnesses {
    recent: VecDeque<Witness>,
    strikes: [u32; 4],
    /// Counts that are shared by calls which differ this much.
    shared: [bool; 4],
    /// Calls whose answers tell nothing, a few operations of them, and how many answers did not.
    silent: VecDeque<(Target, u32)>,
    /// Answers to the same calls tell something or not.
    patchy: bool,
}

/// What two answers say of their counts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Apart,
    Shared,
    Open,
}

impl Witnesses {
    /// Compares an answer with those before. Gives the grain at which calls are counted apart, once that is certain.
    pub(crate) fn hear(
        &mut self,
        grain: Granularity,
        ticket: &Ticket,
        now: Instant,
        (remaining, reset): (Option<u32>, Option<Reset>),
        clock: &ServerClock,
    ) -> Option<Granularity> {
        let target = ticket.target;
        let Some(remaining) = remaining else {
            return self.silence(grain, target);
        };
        if self.silent.iter().any(|(silent, _)| *silent == target) {
            self.patchy = true;
        }
        let new = Witness {
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
        let strikes = &mut self.strikes[apart as usize];
        *strikes += 1;
        (*strikes >= STRIKES).then(|| self.conclude(apart))
    }

    /// An answer told nothing.
    fn silence(&mut self, grain: Granularity, target: Target) -> Option<Granularity> {
        let mut told = self.recent.iter().map(|witness| witness.target);
        if told.any(|told| told == target) {
            self.patchy = true;
        }
        let of_this = |(silent, _): &(Target, u32)| {
            let apart = silent.apart(&target);
            apart.is_none_or(|apart| apart > Granularity::Operation)
        };
        // Answers to several operations come in any order.
        let known = self.silent.iter().position(of_this);
        let known = known.and_then(|index| self.silent.remove(index));
        let silences = known.map_or(1, |(_, n)| n + 1);
        self.silent.truncate(KEPT - 1);
        self.silent.push_front((target, silences));
        let mut told = self.recent.iter().map(|witness| witness.target);
        let told = told.find(|told| told.key(grain) == target.key(grain));
        let apart = told?.apart(&target)?;
        let certain = silences >= SILENCES && !self.patchy && !self.shared[apart as usize];
        certain.then(|| self.conclude(apart))
    }

    fn conclude(&mut self, apart: Granularity) -> Granularity {
        self.strikes = [0; 4];
        self.silent.clear();
        apart
    }
}

/// Of one count, each answer tells another number; and less, if the window is the same or the clocks of two servers differ.
fn compare(known: &Witness, new: &Witness, sent: Instant, clock: &ServerClock) -> Verdict {
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
        Order::Later if clock.earliest(before.low) > new.at => Verdict::Apart,
        _ => Verdict::Open,
    }
}
