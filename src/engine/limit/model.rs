//! What is known of rate limits, and what may be sent because of it. Pure: no waiting, no locks, the time is an argument.
//!
//! A *scope* is what shares a count on the server: all calls of the credentials, or those of an operation, or of a path. All is
//! taken for one scope until answers show that it is several, see [`narrowing`](super::narrowing).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chrono::Utc;

use super::clock::{ServerClock, seconds};
use super::flight::Flight;
use super::limits::{DOCUMENTED, Limits};
use super::moment::Moment;
use super::narrowing::Narrowing;
use super::reading::Reading;
use super::scope::{Common, Scope, State};
use super::target::{Granularity, Target};
use super::ticket::Ticket;
use super::window::{FOR_EVER, Window};

/// So many of the last answers are kept, to see which scope a refusal is of.
const RECENT: usize = 256;

/// From so many scopes on, those are looked for that are not used any more.
const MANY: usize = 64;

/// A limit that no header tells of and that a refusal has confirmed; and the quota in headers there.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
struct ConfirmedLimit {
    /// The scope of that refusal.
    key: u64,
    limit: (u32, Duration),
    beside: Option<u32>,
}

/// What is known of rate limits.
#[derive(Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Model {
    pub(super) common: Common,
    /// What is kept to in any case.
    published: Vec<Window>,
    /// What has a scope of its own, as far as answers have shown it.
    grain: Granularity,
    #[cfg_attr(feature = "redis", serde(skip))]
    scopes: BTreeMap<u64, Scope>,
    /// When to look for scopes that are not used any more.
    many: usize,
    narrowing: Narrowing,
    /// The last requests that were accepted, while there may be scopes within the scopes.
    recent: VecDeque<(Moment, Target)>,
    confirmed: Vec<ConfirmedLimit>,
    /// Operations, or paths, of which a 429 asked for a wait beyond the longest one, and the end of that wait.
    beyond_max_wait: BTreeMap<u64, Moment>,
    /// The scope of which headers told last.
    last_reported: u64,
}

impl Model {
    pub(crate) fn new(max_wait: Duration) -> Self {
        let common = Common {
            clock: ServerClock::new(Moment::default(), seconds(Utc::now())),
            max_wait: max_wait.min(FOR_EVER),
            #[cfg(feature = "redis")]
            since: Moment::default(),
            requests: 0,
            estimates: 0,
        };
        Model {
            common,
            published: Vec::new(),
            grain: Granularity::Credential,
            scopes: BTreeMap::new(),
            many: MANY,
            narrowing: Narrowing::default(),
            recent: VecDeque::new(),
            confirmed: Vec::new(),
            beyond_max_wait: BTreeMap::new(),
            last_reported: 0,
        }
    }

    /// Keeps to these limits too, from the first request on. They are those of the credentials.
    pub(crate) fn published(max_wait: Duration, windows: Vec<Window>) -> Self {
        Model {
            published: windows,
            ..Model::new(max_wait)
        }
    }

    /// The scope that a call is of.
    pub(crate) fn key(&self, target: &Target) -> u64 {
        target.key(self.grain)
    }

    /// Gives the right to send one request now, or says when to ask again; an answer may change that. `demand` counts those
    /// that wait for one, and for whom the order of things may be better than the earliest moment; 0 if it is not.
    pub(crate) fn admit(
        &mut self,
        target: Target,
        now: Moment,
        demand: u32,
    ) -> Result<Ticket, Moment> {
        if let Some(wait) = self.beyond_max_wait(&target, now) {
            return Err(now + wait);
        }
        let key = self.key(&target);
        if !self.confirmed.is_empty() {
            self.share_confirmed(key, now);
        }
        let (scope, common) = self.scope(target, now);
        scope.admit(common, now, demand, target)
    }

    /// Lets a scope adopt the limits that refusals have confirmed in similar scopes: headers tell of the same quota, or, if there are
    /// none, the scope has confirmed another limit of theirs itself.
    fn share_confirmed(&mut self, key: u64, now: Moment) {
        for index in 0..self.confirmed.len() {
            let confirmed = self.confirmed[index];
            if confirmed.key != key
                && self.are_alike(key, &confirmed)
                && let Some(scope) = self.scopes.get_mut(&key)
            {
                scope.limits.adopt(now, confirmed.limit);
            }
        }
    }

    /// Whether a scope is similar to the one where this was confirmed.
    fn are_alike(&self, key: u64, confirmed: &ConfirmedLimit) -> bool {
        let Some(scope) = self.scopes.get(&key) else {
            return false;
        };
        // In a fleet, it may not be known here.
        let sister = self.scopes.get(&confirmed.key);
        match (confirmed.beside, scope.quota()) {
            // Of the first period, not all may have been seen.
            (Some(a), Some(b)) => a.abs_diff(b) <= 8 + a / 8,
            (None, None) => {
                let others = self.confirmed.iter();
                let mut others = others.filter(|it| it.limit != confirmed.limit);
                let both = |it: &ConfirmedLimit| {
                    let has = |scope: &Scope| scope.limits.has_confirmed(it.limit);
                    has(scope) && sister.is_none_or(has)
                };
                others.any(both)
            }
            _ => false,
        }
    }

    /// The wait that a refusal asks for, if it is longer than the longest wait.
    pub(crate) fn asks_beyond_max_wait(&self, reading: &Reading) -> Option<Duration> {
        let wait = reading.retry_after.filter(|_| reading.refused)?;
        (wait > self.common.max_wait).then_some(wait)
    }

    /// How much longer such a call has to wait because of that.
    pub(crate) fn beyond_max_wait(&self, target: &Target, now: Moment) -> Option<Duration> {
        let until = self.beyond_max_wait.get(&self.narrow_key(target))?;
        (*until > now).then(|| *until - now)
    }

    /// What a call counts against at most: its operation, or its path where that is known to be counted.
    fn narrow_key(&self, target: &Target) -> u64 {
        target.key(self.grain.max(Granularity::Operation))
    }

    /// Takes note of a request that the fleet allows.
    #[cfg(feature = "redis")]
    pub(crate) fn record_request(&mut self, target: Target, now: Moment) -> Ticket {
        let (scope, common) = self.scope(target, now);
        scope.advance(common, now);
        scope.add_request(common, now, target)
    }

    /// How narrow scopes are.
    #[cfg(feature = "redis")]
    pub(crate) fn grain(&self) -> Granularity {
        self.grain
    }

    /// The limits that it keeps to in any case.
    #[cfg(feature = "redis")]
    pub(crate) fn published_limits(&self) -> impl Iterator<Item = (u32, Duration)> {
        self.published
            .iter()
            .map(|window| (window.quota, window.period))
    }

    /// One that keeps to the same limits, and knows no others.
    #[cfg(feature = "redis")]
    pub(crate) fn without_knowledge(&self) -> Self {
        Model::published(self.max_wait(), self.published.clone())
    }

    /// What this one becomes by what was stored, which may be nothing. Moments are Unix time.
    #[cfg(feature = "redis")]
    pub(crate) fn restore<'a>(
        &self,
        now: Moment,
        shared: Option<&[u8]>,
        scopes: impl Iterator<Item = (u64, Option<&'a [u8]>)>,
    ) -> Self {
        let decode = |shared: &[u8]| serde_json::from_slice::<Model>(shared).ok();
        let Some(mut model) = shared.and_then(decode) else {
            let mut model = self.without_knowledge();
            model.common.clock = ServerClock::new(now, now.seconds());
            // Tickets of an earlier model may be out yet: theirs are other ids.
            (model.common.since, model.common.requests) = (now, now.0.as_micros() as u64);
            return model;
        };
        model.common.max_wait = self.common.max_wait;
        let decode = |(key, scope): (u64, Option<&[u8]>)| {
            let (since, scope): (Moment, Scope) = serde_json::from_slice(scope?).ok()?;
            (since == model.common.since).then_some((key, scope))
        };
        model.scopes = scopes.filter_map(decode).collect();
        model
    }

    /// What all scopes share, and each of them, to be stored.
    #[cfg(feature = "redis")]
    pub(crate) fn encode(&self) -> (Vec<u8>, BTreeMap<u64, Vec<u8>>) {
        // Nothing in a model cannot be told in JSON.
        let shared = serde_json::to_vec(self).unwrap_or_default();
        let encode = |(key, scope): (&u64, &Scope)| {
            let scope = serde_json::to_vec(&(self.common.since, scope));
            (*key, scope.unwrap_or_default())
        };
        (shared, self.scopes.iter().map(encode).collect())
    }

    /// An answer came. Says whether calls are of other scopes from now on.
    pub(crate) fn record_response(
        &mut self,
        ticket: Ticket,
        now: Moment,
        reading: &Reading,
    ) -> bool {
        let date = reading.date;
        let is_strange =
            date.is_some_and(|date| !self.common.clock.record_date(date, ticket.given, now));
        // Another node: by its clock, the same period would be another one.
        let silent = is_strange.then(|| reading.without_count());
        let reading = silent.as_ref().unwrap_or(reading);
        let finer = match self.may_narrow() {
            false => None,
            true if reading.refused => self.refutes(ticket, now, reading),
            true => {
                let reset = reading.reset(ticket.given, now);
                let seen = (reading.remaining, reset);
                self.narrowing
                    .record_response(self.grain, &ticket, now, seen, &self.common.clock)
            }
        };
        if let Some(grain) = finer {
            self.narrow(grain, now);
        }
        if let Some(wait) = self.asks_beyond_max_wait(reading) {
            // That is asked of these calls alone: it is no window for which others would wait, and the server has counted nothing.
            self.beyond_max_wait.retain(|_, until| *until > now);
            let until = now + wait.min(FOR_EVER);
            self.beyond_max_wait
                .insert(self.narrow_key(&ticket.target), until);
            self.record_loss(ticket, now, false);
        } else if reading.refused {
            let key = self.key(&ticket.target);
            let (scope, common) = self.scope(ticket.target, now);
            if let Some((quota, period)) = scope.record_refusal(common, ticket, now, reading) {
                let limit = (quota, period.min(common.max_wait));
                let beside = scope.quota();
                self.confirmed
                    .retain(|confirmed| confirmed.limit.1 != limit.1);
                self.confirmed.truncate(2);
                self.confirmed.push(ConfirmedLimit { key, limit, beside });
            }
        } else {
            if !self.beyond_max_wait.is_empty() {
                self.beyond_max_wait
                    .remove(&self.narrow_key(&ticket.target));
            }
            if self.may_narrow() {
                self.recent.truncate(RECENT - 1);
                self.recent.push_front((now, ticket.target));
            }
            if reading.remaining.is_some() {
                self.last_reported = self.key(&ticket.target);
            }
            let (scope, common) = self.scope(ticket.target, now);
            scope.record_response(common, ticket, now, reading);
        }
        finer.is_some()
    }

    /// A request will not be answered. If it was sent, the server may have counted it.
    pub(crate) fn record_loss(&mut self, ticket: Ticket, now: Moment, sent: bool) {
        let (scope, common) = self.scope(ticket.target, now);
        scope.record_loss(common, ticket, now, sent);
    }

    /// How long a request would wait that has `ahead` others before it; `None` if that cannot be told.
    pub(crate) fn estimate(&self, target: Target, now: Moment, ahead: u32) -> Option<Duration> {
        let scope = self.scopes.get(&self.key(&target))?;
        scope.estimate(&self.common, now, ahead)
    }

    /// What the newest answer left, and when that ends.
    pub(crate) fn left(&self) -> (Option<u32>, Option<Moment>) {
        let scope = self.scopes.get(&self.last_reported);
        scope.map_or((None, None), |scope| scope.remaining_and_end(&self.common))
    }

    /// Whether no answer can come that changes anything for such a call.
    pub(crate) fn is_idle(&self, target: &Target) -> bool {
        let scope = self.scopes.get(&self.key(target));
        scope.is_none_or(Scope::is_idle)
    }

    /// A number that changes with the estimates of waits: at the end of a window, after a 429.
    pub(crate) fn estimates(&self) -> u64 {
        self.common.estimates
    }

    pub(crate) fn set_max_wait(&mut self, max_wait: Duration) {
        self.common.max_wait = max_wait.min(FOR_EVER);
    }

    pub(crate) fn max_wait(&self) -> Duration {
        self.common.max_wait
    }

    /// Whether calls may be found to be of several scopes yet.
    fn may_narrow(&self) -> bool {
        self.published.is_empty() && self.grain < Granularity::Path
    }

    fn scope(&mut self, target: Target, now: Moment) -> (&mut Scope, &mut Common) {
        let key = self.key(&target);
        let common = &mut self.common;
        if self.scopes.len() >= self.many && !self.scopes.contains_key(&key) {
            self.scopes.retain(|_, scope| !scope.is_unused(common, now));
            self.many = MANY.max(self.scopes.len() * 2);
        }
        let state = match self.published.is_empty() {
            true => State::Unknown,
            false => State::Free,
        };
        let limits = || limits(&self.published, self.grain, &self.recent, key);
        let new = || Scope::new(now, state, limits());
        (self.scopes.entry(key).or_insert_with(new), common)
    }

    /// Whether a refusal cannot be that of a scope as wide as those that are known, because that would have come long before;
    /// the widest one that it may be of.
    fn refutes(&self, ticket: Ticket, now: Moment, reading: &Reading) -> Option<Granularity> {
        let (named, period) = reading.named?;
        let within = |moment: Moment| moment + period > now;
        let scope = self.scopes.get(&self.key(&ticket.target))?;
        let count = |grain: Granularity| {
            let key = ticket.target.key(grain);
            let recent = self.recent.iter().take_while(|(at, _)| within(*at));
            // What is in flight and was sent before is counted too, most likely.
            let targets = recent.map(|(_, target)| target);
            let targets = targets.chain(scope.flight.before(ticket.given));
            targets.filter(|target| target.key(grain) == key).count() as u32
        };
        if count(self.grain) < named.saturating_add(2 + named / 16) {
            return None;
        }
        let finer = [Granularity::Kind, Granularity::Operation, Granularity::Path].into_iter();
        let mut finer = finer.filter(|grain| *grain > self.grain);
        finer.find(|grain| count(*grain).abs_diff(named) <= 1)
    }

    /// From now on each of these has a scope of its own.
    pub(crate) fn narrow(&mut self, grain: Granularity, now: Moment) {
        if grain <= self.grain {
            return;
        }
        self.grain = grain;
        let limits = |key| limits(&self.published, grain, &self.recent, key);
        let mut scopes = BTreeMap::new();
        for (_, mut old) in std::mem::take(&mut self.scopes) {
            let flight = std::mem::take(&mut old.flight);
            let owner = old.owner.map(|target| target.key(grain));
            let heir = |key| old.heir(now, limits(key));
            for ticket in flight.in_flight() {
                let key = ticket.target.key(grain);
                let scope = scopes.entry(key).or_insert_with(|| heir(key));
                scope.flight.add_request(*ticket);
            }
            if let Some(key) = owner {
                old.limits = limits(key);
                old.forget_answers(now);
                old.flight = scopes
                    .remove(&key)
                    .map_or_else(Flight::default, |heir: Scope| heir.flight);
                scopes.insert(key, old);
            }
        }
        self.scopes = scopes;
        self.common.estimates += 1;
    }
}

/// The limits of a new scope, with what was accepted of it lately.
fn limits(
    published: &[Window],
    grain: Granularity,
    recent: &VecDeque<(Moment, Target)>,
    key: u64,
) -> Limits {
    let guess = published.is_empty().then_some(DOCUMENTED);
    let mut limits = Limits::new(published.to_vec(), guess);
    let of_scope = recent
        .iter()
        .rev()
        .filter(|(_, target)| target.key(grain) == key);
    of_scope.for_each(|(moment, _)| limits.record_past_success(*moment));
    limits
}

#[cfg(test)]
mod tests;
