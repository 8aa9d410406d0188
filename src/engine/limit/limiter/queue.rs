//! A call in its queue.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;

use super::state::{QueuePosition, Shared, State, Waiter};
use crate::engine::limit::target::Target;

/// Stands in a queue until it is dropped.
pub(super) struct Queued<'a> {
    shared: &'a Shared,
    pub(super) target: Target,
    place: QueuePosition,
    pub(super) changed: Arc<Notify>,
    /// How many were there before.
    ahead: u32,
    #[cfg(feature = "redis")]
    pub(super) entered: tokio::time::Instant,
}

impl<'a> Queued<'a> {
    pub(super) fn enter(shared: &'a Shared, target: Target, place: QueuePosition) -> Self {
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
            #[cfg(feature = "redis")]
            entered: tokio::time::Instant::now(),
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
