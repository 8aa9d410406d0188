//! Who edits the same thing, or reads the same list, waits for their turn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio::time::timeout_at;

use crate::engine::transport::from_now;
use crate::{Client, Error, Operation, Result};

/// One queue for each thing that is being edited or read by clones of a client, by its ids.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Weak<Turn<()>>>>);

impl Client {
    /// Waits for the turn with this key, no longer than a call may take. The turn ends when what this gives is dropped.
    pub(crate) async fn take_turn(
        &self,
        turns: &Turns,
        operation: &'static Operation,
        key: String,
    ) -> Result<OwnedMutexGuard<()>> {
        let turn = turns.queue(key).lock_owned();
        match self.core.options.deadline {
            None => Ok(turn.await),
            Some(deadline) => timeout_at(from_now(deadline), turn)
                .await
                .map_err(|_| Error::deadline(operation, None, false, None)),
        }
    }
}

impl Turns {
    fn queue(&self, key: String) -> Arc<Turn<()>> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(&key).and_then(Weak::upgrade) {
            return queue;
        }
        // Nobody stands in these any more.
        queues.retain(|_, queue| queue.strong_count() > 0);
        let new = Arc::new(Turn::new(()));
        queues.insert(key, Arc::downgrade(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_go_by_key_and_leave_nothing_behind() {
        let turns = Turns::default();
        let mine = turns.queue("a".to_string()).lock_owned().await;
        let other = turns.queue("b".to_string()).lock_owned().await;
        let again = turns.queue("a".to_string());
        assert!(again.try_lock().is_err(), "it is taken");
        drop((mine, other));
        assert!(again.try_lock().is_ok());
        for number in 0..1_000 {
            drop(turns.queue(number.to_string()).lock_owned().await);
        }
        assert!(turns.0.lock().unwrap().len() <= 64);
    }
}
