//! The limiter alone: permits in a second on one core, and memory.

use std::fmt::Write as _;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use chrono::{TimeDelta, Utc};
use rustix::time::{ClockId, clock_gettime};
use tokio::task::{JoinSet, yield_now};

use crate::limit::limiter::{Permit, RateLimiter};
use crate::limit::reading::Reading;
use crate::limit::target::Target;
use crate::limit::times::Time;
use crate::{Result, Told, mark};

const PERMITS: usize = 1_000_000;
const CALLS: usize = 2_000_000;
const WAITING: usize = 10_000;
const SCOPES: usize = 10_000;

/// The part of the page about this.
pub fn report() -> Result<Told> {
    let mut text = String::from(
        "\n## The limiter alone\n\nPermits taken and given back with an answer, in 1 000 for each second that one core works; headers tell of a \
         limit for each path that is never reached. The goal: 1 000 with one scope.\n\n\
         | tasks | 1 scope | 10 | 1 000 | 10 000 |\n| ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut met = true;
    let mut check = |ok: bool| {
        met &= ok;
        mark(ok)
    };
    for tasks in [1, 10, 100, 1000] {
        write!(text, "| {tasks} ")?;
        for scopes in [1, 10, 1000, 10_000] {
            let rate = speed(tasks, scopes)?;
            let ok = scopes > 1 || rate >= 1e6;
            write!(text, "| {:.0}{} ", rate / 1e3, check(ok))?;
        }
        writeln!(text, "|")?;
    }
    let waiting = waiting()?;
    let scope = scope()?;
    writeln!(
        text,
        "\nMemory, counted by the allocator: {waiting} bytes for each of {WAITING} calls that wait, the future that \
         waits included{} (goal: 512); {scope} bytes for each of {SCOPES} scopes that were just used{} (goal: 2 048).",
        check(waiting <= 512),
        check(scope <= 2048)
    )?;
    for (headers, reading) in [("with", told(1_000_000)), ("without", Reading::default())] {
        let (left, most) = calls(&reading)?;
        writeln!(
            text,
            "{CALLS} calls to a server {headers} headers: {left} bytes more than after the first 1 000, {most} at most{}.",
            check(left < 4096)
        )?;
    }
    Ok((text, met))
}

/// An answer whose headers tell that so much is left of the hour.
fn told(remaining: u32) -> Reading {
    Reading {
        remaining: Some(remaining),
        reset: Some(Time::At(Utc::now() + TimeDelta::hours(1))),
        is_exact: true,
        ..Reading::default()
    }
}

fn paths(n: usize) -> Vec<Target> {
    let path = |path: usize| Target::new(true, "operation", &path.to_string());
    (0..n).map(path).collect()
}

async fn permit(limiter: &RateLimiter, target: Target) -> Option<Permit> {
    let permit = limiter.acquire(target, &mut None, None, |_| ()).await;
    permit.ok()
}

/// So many calls of these targets in turn. If there are other tasks, they go on while the request is in flight.
async fn calls_of(
    limiter: &RateLimiter,
    targets: &[Target],
    calls: Range<usize>,
    others: bool,
    reading: &Reading,
) {
    for call in calls {
        if let Some(mut permit) = permit(limiter, targets[call % targets.len()]).await {
            permit.mark_sent();
            if others {
                yield_now().await;
            }
            let _ = permit.record_response(reading);
        }
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build()
}

/// Seconds that a core has worked for this thread, whatever else the machine does.
fn used() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Permits in a second.
fn speed(tasks: usize, scopes: usize) -> Result<f64> {
    runtime()?.block_on(async {
        let limiter = RateLimiter::new();
        let (targets, reading) = (paths(scopes), told(1_000_000_000));
        // Until each path has its scope.
        calls_of(&limiter, &targets, 0..2 * scopes + 100, false, &reading).await;
        let began = used();
        let mut running = JoinSet::new();
        for task in 0..tasks {
            let (limiter, targets, reading) = (limiter.clone(), targets.clone(), reading.clone());
            running.spawn(async move {
                calls_of(
                    &limiter,
                    &targets,
                    task..task + PERMITS / tasks,
                    tasks > 1,
                    &reading,
                )
                .await;
            });
        }
        while running.join_next().await.is_some() {}
        Ok(PERMITS as f64 / (used() - began))
    })
}

/// Bytes for each call that waits.
fn waiting() -> Result<i64> {
    let limiter = RateLimiter::new();
    let target = paths(1)[0];
    runtime()?.block_on(async {
        let mut places = vec![None; WAITING];
        // Nothing else goes before the first answer.
        let first = permit(&limiter, target).await;
        let mut context = Context::from_waker(Waker::noop());
        let mut all: Vec<Pin<Box<dyn Future<Output = _>>>> = Vec::with_capacity(WAITING);
        let used = measure(|| {
            for place in &mut places {
                let mut call = Box::pin(limiter.acquire(target, place, None, |_| ()));
                assert!(matches!(call.as_mut().poll(&mut context), Poll::Pending));
                all.push(call);
            }
        });
        drop((all, first));
        Ok(used.bytes_current / WAITING as i64)
    })
}

/// Bytes for each scope.
fn scope() -> Result<i64> {
    let (limiter, targets) = (RateLimiter::new(), paths(SCOPES));
    let runtime = runtime()?;
    let reading = told(1_000_000_000);
    runtime.block_on(calls_of(&limiter, &targets[..10], 0..100, false, &reading));
    let used =
        measure(|| runtime.block_on(calls_of(&limiter, &targets, 0..SCOPES, false, &reading)));
    Ok(used.bytes_current / SCOPES as i64)
}

/// Bytes that are left after many calls, and the most in between.
fn calls(reading: &Reading) -> Result<(i64, u64)> {
    let (limiter, targets) = (RateLimiter::new(), paths(1));
    let runtime = runtime()?;
    runtime.block_on(calls_of(&limiter, &targets, 0..1000, false, reading));
    let used = measure(|| runtime.block_on(calls_of(&limiter, &targets, 0..CALLS, false, reading)));
    Ok((used.bytes_current, used.bytes_max))
}
