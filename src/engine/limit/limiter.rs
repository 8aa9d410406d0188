//! Who may send when: first come, first served within a scope, and never more than the server allows.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::model::Model;
use super::moment::Moment;
use super::target::Target;
use super::ticket::Ticket;
use super::window::Window;

#[cfg(feature = "redis")]
mod member;
mod permit;
mod queue;
mod state;

pub(crate) use permit::Permit;
use queue::Queued;
pub(crate) use state::QueuePosition;
use state::{Shared, State};

/// Keeps calls within the server's rate limits, which it learns from the server's answers.
///
/// Every client has one, and its clones share it. Clients with the *same credentials* should share one too, see
/// [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter), because the server counts by credentials.
///
/// # Defaults
///
/// | what | default | set by |
/// | --- | --- | --- |
/// | longest single wait | 15 minutes | [`with_max_wait`](Self::with_max_wait) |
/// | requests in flight | 200 | [`with_max_in_flight`](Self::with_max_in_flight) |
/// | limits known from the start | none for sure; 20 requests a second as a first guess | [`published`](Self::published) |
///
/// # Windows
///
/// A *window* is a number of requests and a period: 20 requests in a second, 500 in a minute. Several may apply at once.
///
/// - Headers tell of the longest one: how many requests are left of it, and when it ends. Requests in flight are counted
///   against it. How many a whole period allows is learnt from one period to the next.
/// - Only a 429 tells of shorter ones. The first guess is what ConfigCat once documented. If the server accepts more, the guess
///   is raised in growing steps, and given up after about ten round trips. If a 429 confirms it, or shows another limit, that limit
///   is kept, and one request more is tried now and then, so that a limit that was lifted is noticed.
///
/// After a 429 nothing of its scope is sent until the server's `Retry-After` has passed; then one call goes first. The others go on
/// earlier if three or more calls of the same operation that were sent later are accepted, and only a few of them refused: then no
/// window was full, and the refused call waits alone. A 429 that names a limit, or says that nothing is left, is always believed.
/// Calls whose deadline is earlier than the end of the wait do not wait to see that: they fail at once.
///
/// If the wait is beyond the longest wait, the calls of that operation fail until it has passed, or until one that was in flight is
/// accepted; the others go on.
///
/// # Scopes
///
/// A *scope* is the set of calls that the server counts together: all calls of the credentials, all that read or all that
/// write, those of one operation, or those of one path. At first all calls are taken to be one scope. If two answers tell of
/// different counts, or if a 429 comes long after it should have, they are split into several.
///
/// # What you may rely on
///
/// - Within a scope, calls are sent first come, first served. The exceptions: a call that is sent again keeps its place after a
///   429 and after its first failure, and the first few calls of another operation or path may overtake others, to find out
///   what the server counts together.
/// - Once it is known what the server counts together, calls of one scope never wait for the count of another.
/// - No call waits beyond its deadline, and no single wait that the server asks for is longer than the longest wait: a call that
///   a 429 asks to wait longer is not sent again, and fails. Limits that the program states itself are not bounded by the longest wait, see
///   [`published`](Self::published).
/// - A call that is dropped gives its permit back.
///
/// The last eight calls of a window may be delayed, together by up to a second, if the server's clock is known only to the second
/// and more calls are expected: the `Date` of their responses tells when the next window begins. Calls with a deadline are not
/// delayed.
#[derive(Clone)]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

/// Ends when the fleet knows of a response, and goes on if nobody waits for that.
#[cfg(feature = "redis")]
pub(crate) type FleetInformed = tokio::task::JoinHandle<Option<super::fleet::Reply>>;
#[cfg(not(feature = "redis"))]
pub(crate) type FleetInformed = std::future::Ready<()>;

/// The wait that a deadline, or the longest wait, does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLate {
    /// How long it would have been; `None` if only the answers of others could tell.
    pub(crate) needed: Option<Duration>,
    /// Whether the server has asked for more than the longest wait.
    pub(crate) beyond_max_wait: bool,
}

impl TooLate {
    fn after(needed: Option<Duration>) -> Self {
        TooLate {
            needed,
            beyond_max_wait: false,
        }
    }
}

impl RateLimiter {
    /// 200: enough for every limit that is known of, and within what systems allow of open connections (macOS: 256 files).
    pub const DEFAULT_MAX_IN_FLIGHT: usize = 200;

    /// 15 minutes: as long as a period of any limit that ConfigCat is known to have. A job hears at once of what would take longer.
    pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(15 * 60);

    /// A limiter that knows no limits yet, and waits no longer at a time than [`DEFAULT_MAX_WAIT`](Self::DEFAULT_MAX_WAIT).
    pub fn new() -> Self {
        Self::of(Model::new(Self::DEFAULT_MAX_WAIT))
    }

    /// A limiter with fixed limits, for services that publish their limits but send no rate-limit headers. Each is a number of
    /// requests and a period; all apply at once, as sliding windows. A limit in headers is kept as well.
    ///
    /// A call without a deadline waits until all of them allow it, also beyond the [longest wait](Self::with_max_wait): with the limits
    /// below, up to a day.
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

    /// The longest single wait, whatever a server asks for. Default: 15 minutes. A call that gets a 429 with a longer
    /// `Retry-After` fails at once with that error, whose [`retry_after`](crate::Error::retry_after) is the wait; and until it is
    /// over, so do all calls of that operation, without being sent: what the server asks for may be a mistake, and a client with a
    /// new limiter knows nothing of it. Set it before the first call is made.
    #[must_use]
    pub fn with_max_wait(self, max_wait: Duration) -> Self {
        self.shared.state().model.set_max_wait(max_wait);
        self
    }

    /// The most requests in flight at once; at least 1. Default: 200. Set it before the first call is made.
    ///
    /// ```
    /// use configcat_management::RateLimiter;
    ///
    /// let limiter = RateLimiter::new().with_max_in_flight(50);
    /// ```
    #[must_use]
    pub fn with_max_in_flight(self, requests: usize) -> Self {
        let requests = requests.clamp(1, Semaphore::MAX_PERMITS);
        let slots = &self.shared.slots;
        let now = slots.available_permits();
        match requests.checked_sub(now) {
            Some(more) => slots.add_permits(more),
            None => drop(slots.forget_permits(now - requests)),
        }
        self
    }

    fn of(model: Model) -> Self {
        RateLimiter {
            shared: Arc::new(Shared {
                state: Mutex::new(State::new(model)),
                slots: Arc::new(Semaphore::new(Self::DEFAULT_MAX_IN_FLIGHT)),
                began: Instant::now(),
                permits: AtomicUsize::new(0),
                estimate_changed: Notify::new(),
                #[cfg(feature = "redis")]
                fleet: std::sync::OnceLock::new(),
            }),
        }
    }

    /// The longest wait that a server may ask for.
    pub(crate) fn max_wait(&self) -> Duration {
        self.shared.state().model.max_wait()
    }

    /// How many requests are left in the window that the latest rate-limit headers describe, if known.
    pub fn remaining(&self) -> Option<u32> {
        self.shared.state().model.left().0
    }

    /// The number of requests in flight: sent or about to be sent, and without a response yet.
    pub fn in_flight(&self) -> usize {
        self.shared.permits.load(Ordering::Relaxed)
    }

    /// The time until the window ends that the latest rate-limit headers describe, if known.
    pub fn reset(&self) -> Option<Duration> {
        let (_, reset) = self.shared.state().model.left();
        reset.map(|reset| reset - self.shared.now())
    }

    /// Waits for the right to send one request. `place` is that of the call, once it has one. `waiting` is told once how long
    /// that may take, if it takes any time.
    pub(crate) async fn acquire(
        &self,
        target: Target,
        place: &mut Option<QueuePosition>,
        deadline: Option<Instant>,
        waiting: impl FnOnce(Option<Duration>),
    ) -> Result<Permit, TooLate> {
        let place = *place.get_or_insert_with(|| self.shared.state().place(&target));
        if let Some(permit) = self.at_once(target, place, deadline) {
            return Ok(permit);
        }
        self.check_max_wait(&target)?;
        let queued = Queued::enter(&self.shared, target, place);
        #[cfg(feature = "redis")]
        if let Some(fleet) = self.shared.fleet.get()
            && queued.is_head()
        {
            let asked = self.ask_fleet(fleet, &queued, deadline);
            let asked = match deadline {
                None => asked.await,
                Some(deadline) => {
                    let asked = timeout_at(deadline, asked).await;
                    asked.map_err(|_| TooLate::after(None))?
                }
            };
            if let Some(Ok(permit)) = asked {
                return Ok(permit);
            }
        }
        let estimate = self.estimate(&queued);
        check(estimate, deadline)?;
        waiting(estimate);
        let Some(deadline) = deadline else {
            return self.turn(&queued, None).await;
        };
        let turn = Box::pin(timeout_at(deadline, self.turn(&queued, Some(deadline))));
        turn.await
            .map_err(|_| TooLate::after(self.estimate(&queued)))?
    }

    /// Fails if the server wants no such call for longer than anybody waits.
    pub(super) fn check_max_wait(&self, target: &Target) -> Result<(), TooLate> {
        let state = self.shared.state();
        let needed = state.model.beyond_max_wait(target, self.shared.now());
        match needed {
            None => Ok(()),
            Some(_) => Err(TooLate {
                needed,
                beyond_max_wait: true,
            }),
        }
    }

    /// A permit, if nobody has to wait.
    fn at_once(
        &self,
        target: Target,
        place: QueuePosition,
        deadline: Option<Instant>,
    ) -> Option<Permit> {
        #[cfg(feature = "redis")]
        if self.shared.fleet.get().is_some() {
            return None;
        }
        let slot = self.shared.slots.clone().try_acquire_owned().ok()?;
        let mut state = self.shared.state();
        let queue = state.queues.get(&state.model.key(&target));
        if queue.is_some_and(|queue| queue.keys().next().is_some_and(|&first| first < place)) {
            return None;
        }
        let demand = queue.map_or(0, BTreeMap::len) as u32 + 1;
        let demand = if deadline.is_none() { demand } else { 0 };
        let ticket = self.shared.change(&mut state, |model| {
            model.admit(target, self.shared.now(), demand)
        });
        drop(state);
        Some(Permit::new(self.shared.clone(), ticket.ok()?, Some(slot)))
    }

    /// How long one waits; `None` if that cannot be told.
    fn estimate(&self, queued: &Queued<'_>) -> Option<Duration> {
        let state = self.shared.state();
        #[cfg(feature = "redis")]
        if let Some(fleet) = self.shared.fleet.get()
            && !fleet.is_away()
        {
            return fleet.estimate(state.model.key(&queued.target));
        }
        let ahead = queued.ahead(&state);
        state
            .model
            .estimate(queued.target, self.shared.now(), ahead)
    }

    /// Waits until the call is at the head of its queue and may go. Thousands may wait: what only the head needs is boxed, so that
    /// the others do not keep room for it.
    async fn turn(
        &self,
        queued: &Queued<'_>,
        deadline: Option<Instant>,
    ) -> Result<Permit, TooLate> {
        let shared = &self.shared;
        let mut slot = None;
        loop {
            let mut changed = pin!(queued.changed.notified());
            if !queued.is_head() {
                slot = None;
                let mut turned = deadline.map(|_| Box::pin(shared.estimate_changed.notified()));
                let is_head = poll_fn(|context| {
                    if changed.as_mut().poll(context).is_ready() {
                        return Poll::Ready(true);
                    }
                    match &mut turned {
                        Some(turned) => turned.as_mut().poll(context).map(|()| false),
                        None => Poll::Pending,
                    }
                });
                if !is_head.await {
                    check(self.estimate(queued), deadline)?;
                }
                self.check_max_wait(&queued.target)?;
                continue;
            }
            #[cfg(feature = "redis")]
            if let Some(fleet) = shared.fleet.get()
                && let Some(result) = self.wait_for_fleet(fleet, queued, deadline).await
            {
                match result {
                    Some(result) => return result,
                    None => continue,
                }
            }
            let Some(free) = slot
                .take()
                .or_else(|| shared.slots.clone().try_acquire_owned().ok())
            else {
                slot = Box::pin(shared.slots.clone().acquire_owned()).await.ok();
                continue;
            };
            let now = Instant::now();
            let moment = match self.try_admit(queued, deadline) {
                Ok(ticket) => return Ok(Permit::new(self.shared.clone(), ticket, Some(free))),
                Err(moment) => shared.instant(moment),
            };
            drop(free);
            self.check_max_wait(&queued.target)?;
            if deadline.is_some_and(|deadline| moment > deadline)
                && shared.state().model.is_idle(&queued.target)
            {
                return Err(TooLate::after(Some(moment - now)));
            }
            // Whichever comes first: then it looks again.
            let _ = Box::pin(timeout_at(moment, changed)).await;
        }
    }

    /// Whether the head of a queue may go; else when to look again.
    fn try_admit(&self, queued: &Queued<'_>, deadline: Option<Instant>) -> Result<Ticket, Moment> {
        let mut state = self.shared.state();
        let demand = state.demand(&queued.target, deadline);
        self.shared.change(&mut state, |model| {
            model.admit(queued.target, self.shared.now(), demand)
        })
    }
}

fn check(estimate: Option<Duration>, deadline: Option<Instant>) -> Result<(), TooLate> {
    match (estimate, deadline) {
        (Some(wait), Some(deadline)) if Instant::now() + wait > deadline => {
            Err(TooLate::after(estimate))
        }
        _ => Ok(()),
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

#[cfg(test)]
mod tests;
