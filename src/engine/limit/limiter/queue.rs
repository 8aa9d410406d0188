//! Those that wait, by scope and place.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Shared;
use crate::engine::limit::model::Model;
use crate::engine::limit::target::{Scouts, Target};

pub(super) struct State {
    pub(super) model: Model,
    /// Those that wait, by scope and place.
    pub(super) queues: BTreeMap<u64, BTreeMap<Place, Waiter>>,
    scouts: Scouts,
    /// Places that were given.
    places: Place,
}

/// A place in the queue, which a call keeps while it is tried again.
pub(crate) type Place = i64;

/// Before all places that come in turn.
const FRONT: Place = -(1 << 62);

pub(super) struct Waiter {
    target: Target,
    /// It is at the head of its queue, or an answer has come since it last looked.
    changed: Arc<Notify>,
}

impl State {
    pub(super) fn new(model: Model) -> Self {
        State {
            model,
            queues: BTreeMap::new(),
            scouts: Scouts::default(),
            places: 0,
        }
    }

    /// A place for a call that has none.
    pub(super) fn place(&mut self, target: &Target) -> Place {
        self.places += 1;
        match self.scouts.is_scout(target) {
            true => self.places + FRONT,
            false => self.places,
        }
    }

    /// How many wait for a permit of this scope, and may be held back for the good of all.
    pub(super) fn demand(&self, target: &Target, deadline: Option<Instant>) -> u32 {
        let queue = self.queues.get(&self.model.key(target));
        match deadline {
            None => queue.map_or(0, BTreeMap::len) as u32,
            Some(_) => 0,
        }
    }

    /// Tells the head of a queue to look again.
    pub(super) fn wake(&self, key: u64) {
        let head = self
            .queues
            .get(&key)
            .and_then(|queue| queue.values().next());
        if let Some(head) = head {
            head.changed.notify_one();
        }
    }

    /// Calls are of other scopes than before.
    pub(super) fn regroup(&mut self) {
        for (place, waiter) in std::mem::take(&mut self.queues).into_values().flatten() {
            let key = self.model.key(&waiter.target);
            self.queues.entry(key).or_default().insert(place, waiter);
        }
        self.queues.keys().for_each(|&key| self.wake(key));
    }
}

/// Stands in a queue until it is dropped.
pub(super) struct Queued<'a> {
    shared: &'a Shared,
    pub(super) target: Target,
    place: Place,
    pub(super) changed: Arc<Notify>,
    /// How many were there before.
    ahead: u32,
}

impl<'a> Queued<'a> {
    pub(super) fn enter(shared: &'a Shared, target: Target, place: Place) -> Self {
        let changed = Arc::new(Notify::new());
        let mut state = shared.state();
        let key = state.model.key(&target);
        let queue = state.queues.entry(key).or_default();
        let last = queue.keys().next_back();
        let ahead = match last.is_none_or(|&last| last < place) {
            true => queue.len(),
            false => queue.range(..place).count(),
        };
        let waiter = Waiter {
            target,
            changed: changed.clone(),
        };
        queue.insert(place, waiter);
        Queued {
            shared,
            target,
            place,
            changed,
            ahead: ahead as u32,
        }
    }

    pub(super) fn is_head(&self) -> bool {
        let state = self.shared.state();
        let queue = state.queues.get(&state.model.key(&self.target));
        queue.and_then(|queue| queue.keys().next()) == Some(&self.place)
    }

    /// How many are still before this one, at most.
    pub(super) fn ahead(&self, state: &State) -> u32 {
        let queue = state.queues.get(&state.model.key(&self.target));
        let waiting = queue.map_or(0, BTreeMap::len) as u32;
        self.ahead.min(waiting.saturating_sub(1))
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        let key = state.model.key(&self.target);
        if let Some(queue) = state.queues.get_mut(&key) {
            queue.remove(&self.place);
            if queue.is_empty() {
                state.queues.remove(&key);
            }
        }
        state.wake(key);
    }
}
