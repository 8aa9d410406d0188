//! Who may send when: first come, first served, and never more than the server allows.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::model::{Model, Reading, Ticket, Wait};

/// Keeps calls within the server's rate limit, which only its headers tell.
///
/// Every client has one, and its clones share it. Clients with the *same credentials* should share one too, see
/// [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter), because the server counts by credentials.
///
/// A call gets a permit before it is sent. What is left of a period, and when it ends, comes from every answer; calls that
/// are under way are counted against it. How much a whole period allows is learnt; before anything is known, and after a
/// surprise, one call goes first. After a 429 nothing is sent until the server's `Retry-After` has passed.
#[derive(Clone)]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

struct Shared {
    /// Never held across an await.
    model: Mutex<Model>,
    /// Its one permit is the head of the queue; the semaphore is fair.
    turnstile: Semaphore,
    /// An answer has come, or a permit was given back.
    changed: Notify,
    /// Permits that are given out.
    permits: AtomicUsize,
}

/// The wait that a deadline does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLate {
    /// How long it would have been; `None` where only the answers of others could tell.
    pub(crate) needed: Option<Duration>,
}

impl RateLimiter {
    /// 15 minutes: as long as a period of any known limit, and not so long that a server's mistake stops a job for good.
    pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(15 * 60);

    /// Knows nothing yet, and never waits longer at a time than [`DEFAULT_MAX_WAIT`](Self::DEFAULT_MAX_WAIT).
    pub fn new() -> Self {
        Self::with_max_wait(Self::DEFAULT_MAX_WAIT)
    }

    /// Knows nothing yet, and never waits longer at a time than this, whatever a server says.
    pub fn with_max_wait(max_wait: Duration) -> Self {
        RateLimiter {
            shared: Arc::new(Shared {
                model: Mutex::new(Model::new(max_wait)),
                turnstile: Semaphore::new(1),
                changed: Notify::new(),
                permits: AtomicUsize::new(0),
            }),
        }
    }

    /// What is left of the period, as far as known.
    pub fn remaining(&self) -> Option<u32> {
        self.shared.model().left().0
    }

    /// Requests that are under way: sent, or about to be, and not answered. 0 where nobody calls.
    pub fn in_flight(&self) -> usize {
        self.shared.permits.load(Ordering::Relaxed)
    }

    /// How long the period lasts from now on, as far as known.
    pub fn reset(&self) -> Option<Duration> {
        let (_, reset) = self.shared.model().left();
        reset.map(|reset| reset.saturating_duration_since(Instant::now()))
    }

    /// Waits for the right to send one request. `waiting` is told once how long that may take, where it takes any time.
    pub(crate) async fn acquire(
        &self,
        deadline: Option<Instant>,
        waiting: impl FnOnce(Option<Duration>),
    ) -> Result<Permit, TooLate> {
        let shared = &self.shared;
        if let Ok(_turn) = shared.turnstile.try_acquire()
            && let Ok(ticket) = shared.model().admit(Instant::now())
        {
            return Ok(Permit::new(self.clone(), ticket));
        }
        let estimate = shared.model().estimate(Instant::now(), 0);
        if let (Some(deadline), Some(estimate)) = (deadline, estimate)
            && Instant::now() + estimate > deadline
        {
            return Err(TooLate {
                needed: Some(estimate),
            });
        }
        waiting(estimate);
        let late = |_| TooLate {
            needed: shared.model().estimate(Instant::now(), 0),
        };
        let queue = async {
            let turn = shared.turnstile.acquire().await;
            self.at_the_head(turn.ok(), deadline).await
        };
        match deadline {
            None => queue.await,
            Some(deadline) => timeout_at(deadline, queue).await.map_err(late)?,
        }
    }

    /// Waits until the model gives a ticket. Only the head of the queue does so; who is dropped here lets the next one in.
    async fn at_the_head(
        &self,
        _turn: Option<SemaphorePermit<'_>>,
        deadline: Option<Instant>,
    ) -> Result<Permit, TooLate> {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // Registered before the look, so that no answer is missed between the two.
            changed.as_mut().enable();
            let now = Instant::now();
            let wait = match self.shared.model().admit(now) {
                Ok(ticket) => return Ok(Permit::new(self.clone(), ticket)),
                Err(wait) => wait,
            };
            match wait {
                Wait::Answer => changed.await,
                Wait::Until(moment) => {
                    if deadline
                        .is_some_and(|deadline| moment > deadline && self.shared.model().is_idle())
                    {
                        return Err(TooLate {
                            needed: Some(moment - now),
                        });
                    }
                    // Whichever comes first: then it looks again.
                    let _ = timeout_at(moment, changed).await;
                }
            }
        }
    }
}

impl Default for RateLimiter {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateLimiter")
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn model(&self) -> MutexGuard<'_, Model> {
        // Nothing panics while it holds the lock; and what it guards would still be a model.
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to send one request. Dropping it without an answer gives it back.
#[must_use = "a permit is given back at once where it is not kept"]
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: RateLimiter,
    ticket: Ticket,
    sent: bool,
    done: bool,
}

impl Permit {
    fn new(limiter: RateLimiter, ticket: Ticket) -> Self {
        limiter.shared.permits.fetch_add(1, Ordering::Relaxed);
        Permit {
            limiter,
            ticket,
            sent: false,
            done: false,
        }
    }

    /// From here on, the server may have counted the request.
    pub(crate) fn sent(&mut self) {
        self.sent = true;
    }

    /// It did not get that far after all.
    pub(crate) fn not_sent(&mut self) {
        self.sent = false;
    }

    /// An answer came.
    pub(crate) fn answered(mut self, reading: &Reading) {
        self.done = true;
        self.limiter
            .shared
            .model()
            .answered(self.ticket, Instant::now(), reading);
        self.limiter.shared.changed.notify_waiters();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.limiter.shared.permits.fetch_sub(1, Ordering::Relaxed);
        if !self.done {
            self.limiter
                .shared
                .model()
                .abandoned(self.ticket, self.sent);
            self.limiter.shared.changed.notify_waiters();
        }
    }
}
