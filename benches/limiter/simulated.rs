//! Rows on paused time: the limiter of the client against the server of its tests. A request takes 20 ms; ten minutes pass in
//! a second.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::DateTime;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::limit::limiter::RateLimiter;
use crate::limit::reading::Reading;
use crate::limit::target::{Granularity, Target};
use crate::{Result, Told, mark};

mod rows;
#[allow(dead_code)]
#[path = "../../src/engine/limit/model/tests/scopes/server.rs"]
mod server;

pub use rows::report;
use server::Server;

const SECOND: u64 = 1_000_000;
const TRIP: Duration = Duration::from_millis(20);
/// No load here takes longer.
const AGES: Duration = Duration::from_secs(3600);

/// What the server said, when, and to which of the calls.
#[derive(Default)]
struct Outcome {
    answers: Vec<(f64, usize, bool)>,
}

impl Outcome {
    fn successes(&self) -> usize {
        self.answers.iter().filter(|(.., ok)| *ok).count()
    }

    fn refused(&self) -> usize {
        self.answers.len() - self.successes()
    }

    /// When the last of these calls succeeded.
    fn took(&self, of: impl Fn(usize) -> bool) -> f64 {
        let ends = self.answers.iter().filter(|(_, call, _)| of(*call));
        ends.map(|(at, ..)| *at).fold(0.0, f64::max)
    }
}

/// What happens to a server.
type Change = fn(&mut Server);

/// Calls to a server, and what happens to it in the meantime.
struct Play {
    server: Server,
    calls: Vec<Target>,
    /// So many wait at once; all, unless a row says otherwise.
    tasks: usize,
    limit: Duration,
    /// Calls of another client, each sent again and again after so much time, whatever the server says.
    others: Vec<(Target, Duration)>,
    changes: Vec<(Duration, Change)>,
}

impl Play {
    fn new(server: Server, calls: Vec<Target>) -> Self {
        Play {
            server,
            tasks: calls.len(),
            calls,
            limit: AGES,
            others: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// The same way each time, because everything is: the time, the server's random numbers, and the one thread.
    fn run(self) -> Result<Outcome> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build()?;
        Ok(runtime.block_on(self.play()))
    }

    async fn play(self) -> Outcome {
        let world = Arc::new(World {
            server: Mutex::new(self.server),
            began: Instant::now(),
            outcome: Mutex::default(),
            next: AtomicUsize::new(0),
            calls: self.calls,
        });
        let mut events = JoinSet::new();
        for (target, every) in self.others {
            let world = world.clone();
            events.spawn(async move {
                loop {
                    sleep(every).await;
                    world.serve(&target);
                }
            });
        }
        for (after, change) in self.changes {
            let world = world.clone();
            events.spawn(async move {
                sleep(after).await;
                change(&mut held(&world.server));
            });
        }
        let limiter = RateLimiter::new();
        let mut tasks = JoinSet::new();
        for _ in 0..self.tasks {
            tasks.spawn(work(world.clone(), limiter.clone()));
        }
        // What is not done by then is not waited for.
        let _ = timeout(self.limit, async {
            while tasks.join_next().await.is_some() {}
        })
        .await;
        drop((tasks, events));
        std::mem::take(&mut held(&world.outcome))
    }
}

struct World {
    server: Mutex<Server>,
    began: Instant,
    outcome: Mutex<Outcome>,
    next: AtomicUsize,
    calls: Vec<Target>,
}

impl World {
    fn serve(&self, target: &Target) -> Reading {
        let now = self.began.elapsed().as_micros() as u64;
        held(&self.server).serve(now, target)
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes one call after the other, as the client does: waits for a permit, sends, and does so again after a refusal.
async fn work(world: Arc<World>, limiter: RateLimiter) {
    loop {
        let call = world.next.fetch_add(1, Ordering::Relaxed);
        let Some(target) = world.calls.get(call) else {
            return;
        };
        let mut place = None;
        loop {
            let permit = limiter.acquire(*target, &mut place, None, |_| ()).await;
            let Ok(mut permit) = permit else { return };
            permit.mark_sent();
            sleep(TRIP / 2).await;
            let reading = world.serve(target);
            sleep(TRIP / 2).await;
            let at = world.began.elapsed().as_secs_f64();
            let ok = !reading.refused;
            held(&world.outcome).answers.push((at, call, ok));
            let _ = permit.record_response(&reading);
            if ok {
                break;
            }
        }
    }
}

/// A call of this operation with this path.
fn call(operation: usize, path: usize) -> Target {
    Target::new(true, &operation.to_string(), &format!("{operation}/{path}"))
}

fn many(operation: usize, n: usize) -> Vec<Target> {
    vec![call(operation, 0); n]
}
