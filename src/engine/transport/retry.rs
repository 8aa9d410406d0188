//! What is tried again, and when.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use super::failure::is_out_of_descriptors;
use crate::Error;
use crate::engine::backoff;
use crate::engine::error::Attempts;
use crate::engine::error::Stage;
use crate::engine::limit::limiter::QueuePosition;

/// What is tried again, how often, and after how long.
///
/// | what happened | tried again |
/// | --- | --- |
/// | 429: the server did not process the call | any method, after the wait that it asks for |
/// | no connection, or none that began to send the body: the server has seen nothing | any method |
/// | too many open files in this process | any method, as often as the budget allows; it costs no token |
/// | 408, 5xx but 501, a connection that broke, no answer in time | GET, PUT and DELETE; POST and PATCH only by [`including_non_idempotent`](Self::including_non_idempotent) |
/// | anything else | never |
///
/// The time between two attempts is drawn at random from zero to a bound that doubles from attempt to attempt, so that many
/// clients do not come back at once. If the server asks for a wait by `Retry-After`, that comes on top. A wait that ends
/// beyond the budget or the deadline is not begun: the call fails at once.
///
/// A PUT whose answer was lost is sent again within the budget, and replaces what somebody else changed in between. Where that
/// matters, use an [edit](crate::edit), give the call its `latest_version_id` if it has one, or send it once:
/// `client.with_retry(RetryPolicy::default().with_attempts(1))`.
///
/// Retries take tokens from a quota that successful calls refill, as in the AWS SDKs: after a hundred failures in a row, a client
/// stops retrying until a call succeeds, and the error says so. Each call in flight beyond the first adds tokens for one more
/// retry, so that five hundred calls that fail at the same moment can all be retried.
///
/// ```
/// use std::time::Duration;
/// use configcat_management::RetryPolicy;
///
/// let patient = RetryPolicy::default().with_attempts(8).with_budget(Duration::from_secs(300));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    attempts: u32,
    rate_limit_retries: u32,
    first_backoff: Duration,
    max_backoff: Duration,
    budget: Duration,
    non_idempotent_too: bool,
}

impl RetryPolicy {
    /// 4 attempts: one for a connection that was closed while idle, one for a restart, one for bad luck.
    pub const DEFAULT_ATTEMPTS: u32 = 4;
    /// 20 retries after a 429: each waits for a window of the limit, so a call that needs more is crowded out by other clients.
    pub const DEFAULT_RATE_LIMIT_RETRIES: u32 = 20;
    /// 200 milliseconds, which is a round trip or two.
    pub const DEFAULT_FIRST_BACKOFF: Duration = Duration::from_millis(200);
    /// 20 seconds, within which a service restarts.
    pub const DEFAULT_MAX_BACKOFF: Duration = Duration::from_secs(20);
    /// 2 minutes: a longer outage is for a person to look at. Waiting for the rate limit does not count.
    pub const DEFAULT_BUDGET: Duration = Duration::from_secs(120);

    /// The defaults named above.
    pub const fn new() -> Self {
        RetryPolicy {
            attempts: Self::DEFAULT_ATTEMPTS,
            rate_limit_retries: Self::DEFAULT_RATE_LIMIT_RETRIES,
            first_backoff: Self::DEFAULT_FIRST_BACKOFF,
            max_backoff: Self::DEFAULT_MAX_BACKOFF,
            budget: Self::DEFAULT_BUDGET,
            non_idempotent_too: false,
        }
    }

    /// Each call is made once, whatever happens.
    pub const fn never() -> Self {
        let mut policy = Self::new();
        policy.attempts = 1;
        policy.rate_limit_retries = 0;
        policy
    }

    /// The most attempts of a call, the first one included; those that were answered with 429 do not count. At least 1; default:
    /// [4](Self::DEFAULT_ATTEMPTS).
    pub const fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The most times that a call is repeated after a 429. Default: [20](Self::DEFAULT_RATE_LIMIT_RETRIES).
    pub const fn with_rate_limit_retries(mut self, retries: u32) -> Self {
        self.rate_limit_retries = retries;
        self
    }

    /// The bound of the first random wait, which doubles with each retry, and the bound that it never exceeds. Default:
    /// [200 milliseconds](Self::DEFAULT_FIRST_BACKOFF) and [20 seconds](Self::DEFAULT_MAX_BACKOFF).
    pub const fn with_backoff(mut self, first: Duration, max: Duration) -> Self {
        self.first_backoff = first;
        self.max_backoff = max;
        self
    }

    /// The time after the first failure within which the last attempt must begin. 429s do not count as failures, and
    /// waiting for the rate limit does not count. Default: [2 minutes](Self::DEFAULT_BUDGET).
    pub const fn with_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Repeats POST and PATCH even if the server may have processed them already. Only for calls that may be applied
    /// twice.
    pub const fn including_non_idempotent(mut self) -> Self {
        self.non_idempotent_too = true;
        self
    }

    /// Repeats no POST and PATCH that may have been processed: for a caller who looks what became of it.
    pub(crate) const fn excluding_non_idempotent(mut self) -> Self {
        self.non_idempotent_too = false;
        self
    }

    /// The wait before a call is made again whose answer was lost, if it may be repeated as a PUT may; `None` if it is not.
    pub(crate) fn pause(&self, error: &Error, retries: &mut RetryState) -> Option<Duration> {
        retries.attempts.made += 1;
        retries.record_failure(error);
        match self.judge(true, error, retries) {
            Verdict::After(wait) => Some(wait),
            Verdict::GiveUp | Verdict::WhenAllowed => None,
        }
    }

    /// What to do after a failure, which is counted already.
    pub(super) fn judge(
        &self,
        is_idempotent: bool,
        error: &Error,
        retries: &RetryState,
    ) -> Verdict {
        let harmless = match error {
            Error::Api(failure) if failure.status == StatusCode::TOO_MANY_REQUESTS => {
                return match retries.rate_limited <= self.rate_limit_retries {
                    true => Verdict::WhenAllowed,
                    false => Verdict::GiveUp,
                };
            }
            Error::Api(failure) if is_transient(failure.status) => false,
            Error::Connection(failure) if failure.is_final => return Verdict::GiveUp,
            Error::Connection(failure) => failure.stage == Stage::Connecting,
            _ => return Verdict::GiveUp,
        };
        let may = harmless || is_idempotent || self.non_idempotent_too;
        if !may || retries.failures().max(1) >= self.attempts {
            return Verdict::GiveUp;
        }
        let failures = retries.failures();
        let backoff = backoff::random(self.first_backoff, failures, self.max_backoff);
        let asked = error.retry_after().unwrap_or_default();
        let wait = asked.saturating_add(backoff);
        match retries.failing_for().saturating_add(wait) > self.budget {
            true => Verdict::GiveUp,
            false => Verdict::After(wait),
        }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// Failures that may be gone the next time.
fn is_transient(status: StatusCode) -> bool {
    status == StatusCode::REQUEST_TIMEOUT
        || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    GiveUp,
    /// Try again as soon as the rate limit allows.
    WhenAllowed,
    /// Try again after this time.
    After(Duration),
}

/// The attempts and failures of a call so far, which decide whether it is sent again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RetryState {
    pub(crate) attempts: Attempts,
    /// Attempts that were answered with 429.
    rate_limited: u32,
    /// Attempts for which this process had no file left, which say nothing of the server.
    out_of_descriptors: u32,
    /// Its place among those that wait for the rate limit, which it keeps.
    pub(super) place: Option<QueuePosition>,
    /// A 429 asked not to send it before this.
    pub(super) not_before: Option<Instant>,
    /// The first failure that was no 429, and the time since then that went by waiting for the rate limit.
    failing: Option<(Instant, Duration)>,
}

impl RetryState {
    /// An attempt failed.
    pub(super) fn record_failure(&mut self, error: &Error) {
        self.attempts.perhaps_processed |= error.perhaps_processed();
        match error.status() {
            Some(StatusCode::TOO_MANY_REQUESTS) => {
                self.rate_limited += 1;
                // Of longer waits, the limiter knows more.
                let soon = || backoff::after_refusals(1);
                let wait = error.retry_after().unwrap_or_else(soon);
                self.not_before = Some(super::from_now(wait));
            }
            _ => {
                if is_out_of_descriptors(error) {
                    self.out_of_descriptors += 1;
                } else if self.failing.is_some() {
                    // An outage: the others may have more luck, and this one later.
                    self.place = None;
                }
                let now = (Instant::now(), Duration::ZERO);
                self.failing.get_or_insert(now);
            }
        }
    }

    pub(super) fn record_wait(&mut self, time: Duration) {
        self.attempts.waited += time;
        if let Some((_, excused)) = &mut self.failing {
            *excused += time;
        }
    }

    /// Attempts that failed otherwise than by a 429 or for want of a file; the one that succeeded is among them as long as it runs.
    pub(super) fn failures(&self) -> u32 {
        self.attempts.made - self.rate_limited - self.out_of_descriptors
    }

    fn failing_for(&self) -> Duration {
        self.failing.map_or(Duration::ZERO, |(first, excused)| {
            first.elapsed().saturating_sub(excused)
        })
    }
}

/// Keeps an outage from becoming a storm: repetitions cost tokens, successes bring them back.
///
/// As in the AWS SDKs, but for calls in flight, which bring tokens of their own. 429s cost nothing, because they are paced
/// anyway.
#[derive(Debug, Default)]
pub(crate) struct RetryQuota {
    spent: AtomicU32,
    in_flight: AtomicU32,
}

/// A call in flight.
#[derive(Debug)]
pub(super) struct InFlight<'a>(&'a RetryQuota);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let InFlight(quota) = self;
        if quota.in_flight.fetch_sub(1, Ordering::Relaxed) == 1 {
            // What a burst has spent beyond the capacity is not a debt of the calls that come after it.
            let capacity = RetryQuota::CAPACITY;
            quota.spent.fetch_min(capacity, Ordering::Relaxed);
        }
    }
}

impl RetryQuota {
    const CAPACITY: u32 = 500;
    const COST: u32 = 5;

    /// A call begins.
    pub(super) fn enter(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    /// Pays for one repetition, if there is enough.
    pub(super) fn take(&self) -> bool {
        let others = self.in_flight.load(Ordering::Relaxed).saturating_sub(1);
        let capacity = Self::CAPACITY.saturating_add(Self::COST.saturating_mul(others));
        self.spend(|spent| Some(spent + Self::COST).filter(|spent| *spent <= capacity))
    }

    /// A call succeeded: what its repetition cost comes back, and one token for one that needed none.
    pub(super) fn record_success(&self, repeated: bool) {
        let back = if repeated { Self::COST } else { 1 };
        if self.spent.load(Ordering::Relaxed) > 0 {
            self.spend(|spent| Some(spent.saturating_sub(back)));
        }
    }

    fn spend(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        let updated = self
            .spent
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
        updated.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;

    fn operation() -> &'static Operation {
        crate::OPERATIONS[0]
    }

    fn failure(stage: Stage) -> Error {
        Error::connection(operation(), stage, "broke", None, false)
    }

    fn answer(status: u16, retry_after: Option<u64>) -> Error {
        let failure = crate::ApiError::new(operation(), StatusCode::from_u16(status).unwrap());
        Error::from_api(failure.with_retry_after(retry_after.map(Duration::from_secs)))
    }

    fn after(errors: &[Error]) -> RetryState {
        let mut retries = RetryState::default();
        for error in errors {
            retries.attempts.made += 1;
            retries.record_failure(error);
        }
        retries
    }

    fn judge(policy: RetryPolicy, errors: &[Error]) -> Verdict {
        policy.judge(true, errors.last().unwrap(), &after(errors))
    }

    #[test]
    fn an_outage_uses_the_retry_quota_up_and_successes_fill_it() {
        let quota = RetryQuota::default();
        assert_eq!((0..1000).filter(|_| quota.take()).count(), 100);
        for _ in 0..5 {
            quota.record_success(false);
        }
        assert!(quota.take() && !quota.take());
        quota.record_success(true);
        assert!(quota.take());
    }

    #[test]
    fn calls_in_flight_bring_repetitions_of_their_own_and_leave_no_debt() {
        let quota = RetryQuota::default();
        let calls: Vec<_> = (0..500).map(|_| quota.enter()).collect();
        assert_eq!((0..1000).filter(|_| quota.take()).count(), 100 + 499);
        drop(calls);
        assert!(!quota.take());
        (0..5).for_each(|_| quota.record_success(false));
        assert!(quota.take());
    }

    #[test]
    fn refusals_and_failures_are_counted_apart() {
        let policy = RetryPolicy::default()
            .with_attempts(2)
            .with_rate_limit_retries(2);
        let refused = || answer(429, None);
        let broke = || failure(Stage::Sent);
        let get = |errors: &[Error]| judge(policy, errors);
        assert_eq!(get(&[refused(), refused()]), Verdict::WhenAllowed);
        assert_eq!(get(&[refused(), refused(), refused()]), Verdict::GiveUp);
        assert!(matches!(
            get(&[refused(), refused(), broke()]),
            Verdict::After(_)
        ));
        assert_eq!(get(&[broke(), refused(), broke()]), Verdict::GiveUp);
        assert_eq!(judge(RetryPolicy::never(), &[refused()]), Verdict::GiveUp);
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_counts_from_the_first_failure_and_excuses_the_rate_limit() {
        let policy = RetryPolicy::default().with_budget(Duration::from_secs(60));
        let broke = failure(Stage::Sent);
        let mut retries = after(&[answer(429, None)]);
        tokio::time::advance(Duration::from_secs(100)).await;
        retries.attempts.made += 1;
        retries.record_failure(&broke);
        let judge = |retries: &RetryState| policy.judge(true, &broke, retries);
        assert!(
            matches!(judge(&retries), Verdict::After(_)),
            "a 429 is no failure"
        );
        tokio::time::advance(Duration::from_secs(100)).await;
        retries.record_wait(Duration::from_secs(100));
        assert!(
            matches!(judge(&retries), Verdict::After(_)),
            "the limit's time is excused"
        );
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(judge(&retries), Verdict::GiveUp);
    }

    #[test]
    fn what_the_server_asks_for_is_waited_or_not_begun() {
        let policy = RetryPolicy::default().with_budget(Duration::from_secs(60));
        let wait = judge(policy, &[answer(503, Some(30))]);
        let seconds = Duration::from_secs(30)..Duration::from_secs(31);
        assert!(matches!(wait, Verdict::After(wait) if seconds.contains(&wait)));
        let long = judge(policy, &[answer(503, Some(61))]);
        assert_eq!(long, Verdict::GiveUp);
    }

    #[test]
    fn the_longest_times_do_not_panic() {
        let policy = RetryPolicy::default()
            .with_backoff(Duration::MAX, Duration::MAX)
            .with_budget(Duration::MAX);
        let errors: Vec<Error> = (0..3).map(|_| answer(503, Some(u64::MAX))).collect();
        assert!(matches!(judge(policy, &errors), Verdict::After(_)));
    }
}
