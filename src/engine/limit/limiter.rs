//! Who may send when: first come, first served, and never more than the server allows.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

#[cfg(feature = "redis")]
use super::fleet::Fleet;
use super::model::{Model, Ticket};
use super::published::Window;

#[cfg(feature = "redis")]
mod member;
mod permit;

pub(crate) use permit::Permit;

/// Keeps calls within the server's rate limit, which only its headers tell.
///
/// Every client has one, and its clones share it. Clients with the *same credentials* should share one too, see
/// [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter), because the server counts by credentials.
///
/// A call gets a permit before it is sent. What is left of a period, and when it ends, comes from every answer; calls that
/// are under way are counted against it. How much a whole period allows is learnt; before anything is known, and after a
/// surprise, one call goes first. After a 429 nothing is sent until the server's `Retry-After` has passed.
///
/// The last eight calls that a period allows may wait for up to a second together, where the server's clock is known no better
/// than that and more calls are to be expected: their answers tell when the next period begins. Calls with a deadline do not.
#[derive(Clone)]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

struct Shared {
    /// Never held across an await.
    model: Mutex<Model>,
    /// Its one permit is the head of the queue; the semaphore is fair.
    turnstile: Semaphore,
    /// How many are in the queue, the head included.
    waiting: AtomicU32,
    /// An answer has come, or a permit was given back: for the head of the queue.
    changed: Notify,
    /// Permits that are given out.
    permits: AtomicUsize,
    /// Waiting takes another turn than was thought: for those in the queue that have a deadline.
    turned: Notify,
    /// Those that share the limit, once it is shared.
    #[cfg(feature = "redis")]
    fleet: std::sync::OnceLock<Fleet>,
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

    /// Knows nothing yet, and never waits longer at a time than this, whatever a server says. A call that the server refuses
    /// with 429 and a longer `Retry-After` fails at once with that error, which tells the wait in
    /// [`retry_after`](crate::Error::retry_after).
    pub fn with_max_wait(max_wait: Duration) -> Self {
        Self::of(Model::new(max_wait))
    }

    /// Keeps to limits that are published, for services whose headers tell nothing: so many requests in so much time, all
    /// of them at once, in whatever stretch of time one looks at. What headers tell, should there be any, counts as well.
    ///
    /// ```
    /// use std::time::Duration;
    /// use configcat_management::RateLimiter;
    ///
    /// const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    /// let limiter = RateLimiter::published(&[
    ///     (10, Duration::from_secs(1)),
    ///     (100, Duration::from_secs(60)),
    ///     (10_000, DAY),
    /// ]);
    /// ```
    pub fn published(limits: &[(u32, Duration)]) -> Self {
        let windows = limits
            .iter()
            .map(|&(quota, period)| Window::new(quota, period));
        Self::of(Model::published(Self::DEFAULT_MAX_WAIT, windows.collect()))
    }

    fn of(model: Model) -> Self {
        RateLimiter {
            shared: Arc::new(Shared {
                model: Mutex::new(model),
                turnstile: Semaphore::new(1),
                waiting: AtomicU32::new(0),
                changed: Notify::new(),
                permits: AtomicUsize::new(0),
                turned: Notify::new(),
                #[cfg(feature = "redis")]
                fleet: std::sync::OnceLock::new(),
            }),
        }
    }

    /// The longest wait that a server may ask for.
    pub(crate) fn max_wait(&self) -> Duration {
        self.shared.model().max_wait()
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
        let turn = shared.turnstile.try_acquire().ok();
        if turn.is_some()
            && let Some(permit) = self.at_once(u32::from(deadline.is_none())).await
        {
            return Ok(permit);
        }
        let mut place = Place::take(shared);
        if turn.is_some() {
            // Whoever came meanwhile stands behind.
            place.ahead = 0;
        }
        let estimate = self.estimate(place.ahead);
        place.check(estimate, deadline)?;
        waiting(estimate);
        let queue = self.queue(&place, turn, deadline);
        match deadline {
            None => queue.await,
            Some(deadline) => timeout_at(deadline, queue).await.map_err(|_| TooLate {
                needed: self.estimate(place.ahead()),
            })?,
        }
    }

    /// A permit, where it can be had without waiting for others. Only the head of the queue asks.
    async fn at_once(&self, demand: u32) -> Option<Permit> {
        #[cfg(feature = "redis")]
        if let Some(fleet) = self.shared.fleet.get()
            && let Some(reply) = self.asked(fleet, demand).await
        {
            return reply.ok();
        }
        let ticket = self.shared.admit(Instant::now(), demand).ok()?;
        Some(Permit::new(self.clone(), ticket))
    }

    /// How long one waits that has so many before it; `None` where that cannot be told.
    fn estimate(&self, ahead: u32) -> Option<Duration> {
        #[cfg(feature = "redis")]
        if let Some(fleet) = self.shared.fleet.get()
            && !fleet.is_away()
        {
            return fleet.estimate();
        }
        self.shared.model().estimate(Instant::now(), ahead)
    }

    async fn queue(
        &self,
        place: &Place<'_>,
        turn: Option<SemaphorePermit<'_>>,
        deadline: Option<Instant>,
    ) -> Result<Permit, TooLate> {
        let _turn = match turn {
            Some(turn) => Some(turn),
            None => self.turn(place, deadline).await?,
        };
        self.at_the_head(deadline).await
    }

    /// Waits until all those before have got their permits, or have gone.
    async fn turn(
        &self,
        place: &Place<'_>,
        deadline: Option<Instant>,
    ) -> Result<Option<SemaphorePermit<'_>>, TooLate> {
        let shared = &self.shared;
        let mut turn = pin!(shared.turnstile.acquire());
        loop {
            let mut turned = pin!(shared.turned.notified());
            let first = poll_fn(|context| {
                if let Poll::Ready(turn) = turn.as_mut().poll(context) {
                    return Poll::Ready(Some(turn));
                }
                match deadline {
                    Some(_) => turned.as_mut().poll(context).map(|()| None),
                    None => Poll::Pending,
                }
            });
            if let Some(turn) = first.await {
                return Ok(turn.ok());
            }
            place.check(self.estimate(place.ahead()), deadline)?;
        }
    }

    /// Waits until the model gives a ticket. Only the head of the queue does so; who is dropped here lets the next one in.
    async fn at_the_head(&self, deadline: Option<Instant>) -> Result<Permit, TooLate> {
        loop {
            #[cfg(feature = "redis")]
            if let Some(fleet) = self.shared.fleet.get()
                && let Some(result) = self.wait_for_fleet(fleet, deadline).await
            {
                return result;
            }
            let mut changed = pin!(self.shared.changed.notified());
            // Registered before the look, so that no answer is missed between the two.
            changed.as_mut().enable();
            let now = Instant::now();
            let demand = match deadline {
                None => self.shared.waiting.load(Ordering::Relaxed),
                Some(_) => 0,
            };
            let moment = match self.shared.admit(now, demand) {
                Ok(ticket) => return Ok(Permit::new(self.clone(), ticket)),
                Err(moment) => moment,
            };
            if deadline.is_some_and(|deadline| moment > deadline && self.shared.model().is_idle()) {
                return Err(TooLate {
                    needed: Some(moment - now),
                });
            }
            // Whichever comes first: then it looks again.
            let _ = timeout_at(moment, changed).await;
        }
    }
}

/// A place in the queue.
struct Place<'a> {
    shared: &'a Shared,
    /// How many were there before.
    ahead: u32,
}

impl<'a> Place<'a> {
    fn take(shared: &'a Shared) -> Self {
        let ahead = shared.waiting.fetch_add(1, Ordering::Relaxed);
        Place { shared, ahead }
    }

    /// How many are still before this one, at most.
    fn ahead(&self) -> u32 {
        let waiting = self.shared.waiting.load(Ordering::Relaxed);
        self.ahead.min(waiting.saturating_sub(1))
    }

    fn check(&self, estimate: Option<Duration>, deadline: Option<Instant>) -> Result<(), TooLate> {
        match (estimate, deadline) {
            (Some(wait), Some(deadline)) if Instant::now() + wait > deadline => {
                Err(TooLate { needed: estimate })
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
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

    fn admit(&self, now: Instant, demand: u32) -> Result<Ticket, Instant> {
        self.change(|model| model.admit(now, demand))
    }

    /// Changes the model, and tells those who should look again.
    fn change<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        let (result, turned) = {
            let mut model = self.model();
            let before = model.turn();
            let result = change(&mut model);
            (result, model.turn() != before)
        };
        if turned {
            self.turned.notify_waiters();
        }
        result
    }
}

#[cfg(test)]
mod tests;
