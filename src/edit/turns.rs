//! Who edits the same thing waits for their turn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio::time::timeout_at;

use crate::engine::transport::from_now;
use crate::types::{ConfigId, EnvironmentId, SettingId};
use crate::{Client, Error, Operation, Result};

/// What is edited.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A setting in an environment.
    One(SettingId, EnvironmentId),
    /// A setting in the environment of an SDK key. The key is not kept: settings of the same name share a queue.
    Named(String),
    /// A config in an environment.
    Several(ConfigId, EnvironmentId),
}

/// One queue for each thing that is being edited by clones of a client.
#[derive(Default)]
pub(crate) struct Turns(Mutex<Queues>);

#[derive(Default)]
struct Queues {
    by_key: HashMap<Key, Weak<Turn<()>>>,
    /// How many there may be before those are looked for in which nobody stands.
    most: usize,
}

impl Client {
    /// Waits for the turn to edit this, no longer than a call may take.
    pub(super) async fn take_turn(
        &self,
        operation: &'static Operation,
        key: Key,
    ) -> Result<OwnedMutexGuard<()>> {
        let turn = self.turns().take(key);
        match self.core().options.deadline {
            None => Ok(turn.await),
            Some(deadline) => timeout_at(from_now(deadline), turn)
                .await
                .map_err(|_| Error::deadline(operation, None, false)),
        }
    }
}

impl Turns {
    /// Waits for the turn; it ends when what it gives is dropped.
    async fn take(&self, key: Key) -> OwnedMutexGuard<()> {
        let turn = self.queue(key);
        turn.lock_owned().await
    }

    fn queue(&self, key: Key) -> Arc<Turn<()>> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.by_key.len() >= queues.most {
            queues.by_key.retain(|_, queue| queue.strong_count() > 0);
            queues.most = (queues.by_key.len() * 2).max(64);
        }
        let queue = queues.by_key.entry(key).or_default();
        match queue.upgrade() {
            Some(queue) => queue,
            None => {
                let new = Arc::new(Turn::new(()));
                *queue = Arc::downgrade(&new);
                new
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_go_by_key_and_leave_nothing_behind() {
        let turns = Turns::default();
        let mine = turns.take(Key::Named("a".to_string())).await;
        let other = turns.take(Key::Named("b".to_string())).await;
        let again = turns.queue(Key::Named("a".to_string()));
        assert!(again.try_lock().is_err(), "it is taken");
        drop((mine, other));
        assert!(again.try_lock().is_ok());
        for number in 0..1_000 {
            drop(
                turns
                    .take(Key::One(SettingId(number), EnvironmentId::default()))
                    .await,
            );
        }
        assert!(turns.0.lock().unwrap().by_key.len() <= 64);
    }
}
