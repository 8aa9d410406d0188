//! The limiter on paused time, with callers that come, wait, go and lose interest at random moments.

use std::cell::RefCell;
use std::rc::Rc;

use chrono::DateTime;
use proptest::prelude::*;
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

use super::*;
use crate::engine::limit::reading::Reading;
use crate::engine::limit::times::Time;

const MS: Duration = Duration::from_millis(1);

/// A server with a quota for each period, of which the first begins with the first request.
#[derive(Debug)]
struct Server {
    quota: u32,
    period: Duration,
    epoch: Instant,
    /// When the period began, and what it has seen.
    current: Option<(Instant, u32)>,
    refused: u32,
}

impl Server {
    fn new(quota: u32, period: Duration) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Server {
            quota,
            period,
            epoch: Instant::now(),
            current: None,
            refused: 0,
        }))
    }

    fn moment(&self, at: Instant) -> DateTime<chrono::Utc> {
        DateTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000) + (at - self.epoch)
    }

    fn serve(&mut self) -> Reading {
        let now = Instant::now();
        let current = self
            .current
            .filter(|(began, _)| now < *began + self.period)
            .unwrap_or((now, 0));
        let refused = current.1 >= self.quota;
        let used = current.1 + u32::from(!refused);
        self.refused += u32::from(refused);
        self.current = Some((current.0, used));
        let end = current.0 + self.period;
        let date = self.moment(now).timestamp();
        Reading {
            remaining: Some(self.quota - used),
            reset: Some(Time::At(self.moment(end))),
            is_exact: true,
            retry_after: refused.then(|| end - now),
            date: DateTime::from_timestamp(date, 0),
            refused,
            broken: false,
            named: None,
        }
    }
}

/// One caller, in milliseconds.
#[derive(Clone, Debug)]
struct Call {
    comes: u64,
    there: u64,
    back: u64,
    /// Loses interest after this.
    patience: Option<u64>,
    deadline: Option<u64>,
}

#[derive(Debug, Default)]
struct Log {
    /// In the order in which they came; in the order in which they got their permits.
    came: Vec<usize>,
    granted: Vec<usize>,
    answered: usize,
    late: usize,
    gone: usize,
}

async fn call(
    limiter: &RateLimiter,
    server: Rc<RefCell<Server>>,
    log: &RefCell<Log>,
    (index, call): (usize, &Call),
) {
    log.borrow_mut().came.push(index);
    let came = Instant::now();
    let deadline = call.deadline.map(|ms| came + ms as u32 * MS);
    let mut permit = match limiter
        .acquire(Target::ONE, &mut None, deadline, |_| {})
        .await
    {
        Ok(permit) => permit,
        Err(late) => {
            let deadline = deadline.expect("only a deadline is missed");
            assert!(Instant::now() <= deadline + MS, "told too late");
            if let Some(needed) = late.needed {
                assert!(Instant::now() + needed >= deadline, "{late:?} fits");
            }
            log.borrow_mut().late += 1;
            return;
        }
    };
    // The timer has a resolution of a millisecond.
    assert!(deadline.is_none_or(|deadline| Instant::now() <= deadline + MS));
    log.borrow_mut().granted.push(index);
    permit.mark_sent();
    let (reply, answer) = tokio::sync::oneshot::channel();
    let there = call.there as u32 * MS;
    // It arrives, whether anybody waits for the answer or not.
    tokio::task::spawn_local(async move {
        sleep(there).await;
        let _ = reply.send(server.borrow_mut().serve());
    });
    let reading = answer.await.expect("the server answers");
    sleep(call.back as u32 * MS).await;
    let _ = permit.record_response(&reading);
    log.borrow_mut().answered += 1;
}

fn calls(most: usize, deadlines: bool) -> impl Strategy<Value = Vec<Call>> {
    let maybe = |often: f64, most: u64| proptest::option::weighted(often, 0..most);
    let deadline = match deadlines {
        true => maybe(0.4, 20_000).boxed(),
        false => Just(None).boxed(),
    };
    let call = (
        0u64..20_000,
        0u64..300,
        0u64..300,
        maybe(0.15, 30_000),
        deadline,
    );
    let call = call.prop_map(|(comes, there, back, patience, deadline)| Call {
        comes,
        there,
        back,
        patience,
        deadline,
    });
    proptest::collection::vec(call, 1..most)
}

/// Runs until nobody is left, and says what happened. Time only passes while everybody waits for it.
fn run(quota: u32, period: Duration, calls: Vec<Call>) -> (Log, u32, RateLimiter) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    LocalSet::new().block_on(&runtime, async move {
        let limiter = RateLimiter::new();
        let server = Server::new(quota, period);
        let log = Rc::new(RefCell::new(Log::default()));
        let periods = calls.len() as u32 / quota + 2;
        let mut tasks = Vec::new();
        for (index, plan) in calls.into_iter().enumerate() {
            let (limiter, server, log) = (limiter.clone(), server.clone(), log.clone());
            tasks.push(tokio::task::spawn_local(async move {
                sleep(plan.comes as u32 * MS).await;
                let patience = plan.patience.map_or(Duration::MAX, |ms| ms as u32 * MS);
                let call = call(&limiter, server, &log, (index, &plan));
                if timeout(patience, call).await.is_err() {
                    log.borrow_mut().gone += 1;
                }
            }));
        }
        let all = async {
            for task in tasks {
                task.await.expect("no panic");
            }
        };
        // The clock is known to a second, and what is in flight to two.
        let enough = Duration::from_secs(20) + periods * (period + Duration::from_secs(4));
        timeout(enough, all).await.expect("nobody waits for ever");

        assert_eq!(limiter.in_flight(), 0, "every permit came back");
        assert!(limiter.shared.state().queues.is_empty());
        let slots = limiter.shared.slots.available_permits();
        assert_eq!(slots, RateLimiter::DEFAULT_MAX_IN_FLIGHT);
        // Whoever comes next waits for a period at most, and for what the server may still count.
        let mut place = None;
        let next = limiter.acquire(Target::ONE, &mut place, None, |_| {});
        let soon = timeout(period + Duration::from_secs(4), next).await;
        drop(soon.expect("no permit leaked").expect("no deadline"));
        assert_eq!(limiter.in_flight(), 0);
        let log = Rc::try_unwrap(log).expect("nobody writes any more");
        let refused = server.borrow().refused;
        (log.into_inner(), refused, limiter)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// First come, first served, nobody is refused, and no permit is lost, whoever drops out when.
    #[test]
    fn the_order_is_kept_and_nothing_is_lost(
        quota in 12u32..40,
        seconds in 4u32..30,
        calls in calls(120, false),
    ) {
        let n = calls.len();
        let (log, refused, _) = run(quota, seconds * 1000 * MS, calls);
        let place = |index: &usize| log.came.iter().position(|came| came == index);
        prop_assert!(log.granted.is_sorted_by_key(place), "{:?}", log);
        prop_assert_eq!(log.answered + log.gone, n);
        prop_assert_eq!(refused, 0);
    }

    /// So it is if some have deadlines; and each of those gets its permit in time, or is told early.
    #[test]
    fn deadlines_are_kept(
        quota in 12u32..40,
        seconds in 4u32..30,
        calls in calls(120, true),
    ) {
        let n = calls.len();
        let (log, refused, _) = run(quota, seconds * 1000 * MS, calls);
        let place = |index: &usize| log.came.iter().position(|came| came == index);
        prop_assert!(log.granted.is_sorted_by_key(place), "{:?}", log);
        prop_assert_eq!(log.answered + log.gone + log.late, n);
        prop_assert_eq!(refused, 0);
    }
}

/// The server answers at once.
async fn answer(permit: Permit, server: &RefCell<Server>) {
    let reading = server.borrow_mut().serve();
    let _ = permit.record_response(&reading);
}

/// Uses a quota of 2 up, and asks with a deadline.
#[tokio::test(start_paused = true)]
async fn a_deadline_that_cannot_be_met_takes_no_time_at_all() {
    let server = Server::new(2, 60_000 * MS);
    let limiter = RateLimiter::new();
    for _ in 0..2 {
        let permit = limiter
            .acquire(Target::ONE, &mut None, None, |_| {})
            .await
            .expect("no deadline");
        answer(permit, &server).await;
    }
    let before = Instant::now();
    let mut place = None;
    let late = limiter.acquire(Target::ONE, &mut place, Some(before + 2000 * MS), |_| {
        panic!("it does not wait")
    });
    let needed = late.await.err().expect("a minute is too long").needed;
    assert_eq!(Instant::now(), before);
    let needed = needed.expect("the reset is known");
    assert!(needed >= 60_000 * MS && needed <= 62_000 * MS, "{needed:?}");
}

/// The answer of the second call takes an hour; the others do not wait for it.
#[tokio::test(start_paused = true)]
async fn a_slow_answer_holds_nobody_up() {
    let server = Server::new(100, 60_000 * MS);
    let limiter = RateLimiter::new();
    let first = limiter
        .acquire(Target::ONE, &mut None, None, |_| {})
        .await
        .expect("no deadline");
    answer(first, &server).await;
    let mut slow = limiter
        .acquire(Target::ONE, &mut None, None, |_| {})
        .await
        .expect("no deadline");
    slow.mark_sent();
    let late = server.borrow_mut().serve();
    let before = Instant::now();
    for _ in 0..97 {
        let mut permit = limiter
            .acquire(Target::ONE, &mut None, None, |_| {})
            .await
            .expect("no deadline");
        permit.mark_sent();
        answer(permit, &server).await;
    }
    assert!(
        before.elapsed() <= Duration::from_secs(2),
        "{:?}",
        before.elapsed()
    );
    sleep(Duration::from_secs(3600)).await;
    let _ = slow.record_response(&late);
    assert_eq!(limiter.in_flight(), 0);
    assert_eq!(server.borrow().refused, 0);
}

/// Twenty callers are ready at the same moment, and the server answers before the second of them has been run. The last
/// calls of the period look at the server's clock all the same, so that the next one begins in time.
#[tokio::test(start_paused = true)]
async fn the_clock_is_looked_at_where_those_that_wait_have_not_come_yet() {
    for offset in 0..10 {
        sleep(offset * 137 * MS).await;
        let server = Server::new(10, 10_000 * MS);
        sleep(offset * 173 * MS).await;
        let before = Instant::now();
        let limiter = RateLimiter::new();
        let calls = (0..20).map(|_| async {
            let permit = limiter
                .acquire(Target::ONE, &mut None, None, |_| {})
                .await
                .expect("no deadline");
            answer(permit, &server).await;
        });
        futures_util::future::join_all(calls).await;
        let took = before.elapsed();
        assert!(took <= 10_250 * MS, "{took:?}");
        assert_eq!(server.borrow().refused, 0);
    }
}

async fn permit(
    limiter: &RateLimiter,
    target: Target,
    place: &mut Option<QueuePosition>,
) -> Permit {
    let permit = limiter.acquire(target, place, None, |_| {}).await;
    permit.expect("no deadline")
}

/// Calls that fail otherwise than by the limit wait a while, and are the next ones then, not the last.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_tried_again_keeps_its_place() {
    let server = Server::new(10, 10_000 * MS);
    let limiter = RateLimiter::new();
    let order = RefCell::new(Vec::new());
    let calls = (0..100).map(|index| {
        let (limiter, server, order) = (&limiter, &server, &order);
        async move {
            let mut place = None;
            for _ in 0..if index == 3 { 2 } else { 1 } {
                let permit = permit(limiter, Target::ONE, &mut place).await;
                order.borrow_mut().push(index);
                answer(permit, server).await;
                sleep(1000 * MS).await;
            }
        }
    });
    futures_util::future::join_all(calls).await;
    let order = order.into_inner();
    let again = order.iter().rposition(|&index| index == 3);
    assert!(
        again.is_some_and(|again| (10..20).contains(&again)),
        "{order:?}"
    );
    assert_eq!(server.borrow().refused, 0);
}

/// An operation that has used its count up does not hold up another, although its calls came first.
#[tokio::test(start_paused = true)]
async fn calls_of_one_scope_do_not_wait_for_those_of_another() {
    let busy = Server::new(10, 10_000 * MS);
    let free = Server::new(20, 10_000 * MS);
    let limiter = RateLimiter::new();
    let ended = RefCell::new(Vec::new());
    let began = Instant::now();
    let calls = (0..60).map(|index| {
        let (name, server) = if index < 50 {
            ("busy", &busy)
        } else {
            ("free", &free)
        };
        let (limiter, ended) = (&limiter, &ended);
        async move {
            let target = Target::new(true, name, name);
            let permit = permit(limiter, target, &mut None).await;
            sleep(7 * MS).await;
            answer(permit, server).await;
            ended.borrow_mut().push((name, began.elapsed()));
        }
    });
    futures_util::future::join_all(calls).await;
    let last = |name| {
        let ended = ended.borrow();
        let of = ended.iter().filter(|(ended, _)| *ended == name);
        of.map(|(_, at)| *at).max().expect("it had calls")
    };
    assert!(last("free") < 3_000 * MS, "{:?}", last("free"));
    assert!(last("busy") >= 40_000 * MS, "{:?}", last("busy"));
    assert_eq!((busy.borrow().refused, free.borrow().refused), (0, 0));
}

/// However many wait, no more are in flight than the bound allows.
#[tokio::test(start_paused = true)]
async fn requests_in_flight_are_bounded() {
    let limiter = RateLimiter::new().with_max_in_flight(3);
    let first = permit(&limiter, Target::ONE, &mut None).await;
    let _ = first.record_response(&Reading::default());
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(permit(&limiter, Target::ONE, &mut None).await);
    }
    let mut place = None;
    let fourth = permit(&limiter, Target::ONE, &mut place);
    assert!(timeout(3_600_000 * MS, fourth).await.is_err());
    held.pop();
    let fourth = permit(&limiter, Target::ONE, &mut place).await;
    assert_eq!(limiter.in_flight(), 3);
    drop(fourth);
}

/// Calls that may not be sent for longer than the longest wait hear of it at once, although others wait before them.
#[tokio::test(start_paused = true)]
async fn what_is_beyond_the_longest_wait_does_not_queue() {
    let limiter = RateLimiter::published(&[(1, 60_000 * MS)]);
    let (busy, barred) = (Target::new(true, "a", "a"), Target::new(true, "b", "b"));
    let first = permit(&limiter, barred, &mut None).await;
    let began = Instant::now();
    let refused = Reading {
        refused: true,
        retry_after: Some(Duration::from_secs(86_400)),
        ..Reading::default()
    };
    let refusal = async {
        sleep(10 * MS).await;
        let _ = first.record_response(&refused);
    };
    let waits = async || {
        let permit = permit(&limiter, busy, &mut None).await;
        let _ = permit.record_response(&Reading::default());
    };
    let fails = async {
        let late = limiter.acquire(barred, &mut None, None, |_| {}).await.err();
        assert!(late.is_some_and(|late| late.beyond_max_wait));
        assert_eq!(began.elapsed(), 10 * MS);
    };
    // The refused one was not counted, so the first of these goes in its place, and the second waits for a minute.
    tokio::join!(waits(), waits(), fails, refusal);
    assert!(began.elapsed() >= 60_000 * MS);
}
