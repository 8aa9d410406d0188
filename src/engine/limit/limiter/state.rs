//! What a limiter knows, and those that wait, by scope and place.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

#[cfg(feature = "redis")]
use crate::engine::limit::fleet::Fleet;
use crate::engine::limit::model::Model;
use crate::engine::limit::moment::Moment;
use crate::engine::limit::target::{FirstCalls, Target};
use crate::engine::limit::window::FOR_EVER;

/// What the clones of a limiter share.
pub(super) struct Shared {
    /// Never held across an await.
    pub(super) state: Mutex<State>,
    /// One for each request that may be in flight.
    pub(super) slots: Arc<Semaphore>,
    /// The beginning of all moments.
    pub(super) began: Instant,
    /// Permits that are given out.
    pub(super) permits: AtomicUsize,
    /// Wakes queued calls that have a deadline when the estimate of their wait changes.
    pub(super) estimate_changed: Notify,
    /// Those that share the limit, once it is shared.
    #[cfg(feature = "redis")]
    pub(super) fleet: std::sync::OnceLock<Fleet>,
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; and what it guards would still be a model.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Moment {
        Moment(self.began.elapsed())
    }

    pub(super) fn instant(&self, moment: Moment) -> Instant {
        let far = || self.began + FOR_EVER;
        self.began.checked_add(moment.0).unwrap_or_else(far)
    }

    /// Changes the model, and tells those who should look again.
    pub(super) fn change<T>(&self, state: &mut State, change: impl FnOnce(&mut Model) -> T) -> T {
        let before = state.model.estimates();
        let result = change(&mut state.model);
        if state.model.estimates() != before {
            self.estimate_changed.notify_waiters();
        }
        result
    }
}

pub(super) struct State {
    pub(super) model: Model,
    /// Those that wait, by scope and place.
    pub(super) queues: BTreeMap<u64, BTreeMap<QueuePosition, Waiter>>,
    first_calls: FirstCalls,
    /// Places that were given.
    places: QueuePosition,
}

/// A place in the queue, which a call keeps while it is tried again.
pub(crate) type QueuePosition = i64;

/// Before all places that come in turn.
const FRONT: QueuePosition = -(1 << 62);

pub(super) struct Waiter {
    pub(super) target: Target,
    /// It is at the head of its queue, or an answer has come since it last looked.
    pub(super) changed: Arc<Notify>,
}

impl State {
    pub(super) fn new(model: Model) -> Self {
        State {
            model,
            queues: BTreeMap::new(),
            first_calls: FirstCalls::default(),
            places: 0,
        }
    }

    /// A place for a call that has none.
    pub(super) fn place(&mut self, target: &Target) -> QueuePosition {
        self.places += 1;
        match self.first_calls.goes_first(target) {
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

    /// Tells all that wait to look again.
    pub(super) fn wake_all(&self) {
        let waiters = self.queues.values().flat_map(BTreeMap::values);
        waiters.for_each(|waiter| waiter.changed.notify_one());
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
