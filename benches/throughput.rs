//! Requests a second, latency and processor time beside calls by hand, and how fast a large config is decoded.
//!
//! `cargo xtask bench throughput` runs it, on Unix. The server is a process of its own, the client has one thread. Both are
//! measured in turns, and the best round of each counts.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use benches::{BY_HAND, Caller, Result, Row, VALUE, arguments, block_on, body, decode};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: usize = 7;
const CALLS: usize = 10_000;
const SETTINGS: usize = 10_000;

/// Ends with this value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> Result {
    if arguments() == ["serve"] {
        return benches::serve(benches::answers());
    }
    let mut server = Command::new(std::env::current_exe()?);
    let mut server = Server(server.arg("serve").stdout(Stdio::piped()).spawn()?);
    let output = server.0.stdout.take().ok_or("the server has no output")?;
    let mut url = String::new();
    BufReader::new(output).read_line(&mut url)?;
    for tasks in [1, 8, 64, 512] {
        block_on(calls(url.trim(), tasks))?;
    }
    decoding()
}

/// What one round took.
#[derive(Clone, Default)]
struct Took {
    wall: f64,
    processor: f64,
    /// Of each call, in order, in microseconds.
    latencies: Vec<f64>,
}

async fn calls(url: &str, tasks: usize) -> Result {
    let callers = [Caller::new("typed", url)?, Caller::new(BY_HAND, url)?];
    let mut best: [Took; 2] = Default::default();
    for round in 0..=ROUNDS {
        for (caller, best) in callers.iter().zip(&mut best) {
            let took = one_round(caller, tasks).await?;
            match round {
                // The connections are not there yet.
                0 => {}
                1 => *best = took,
                _ => {
                    best.wall = best.wall.min(took.wall);
                    best.processor = best.processor.min(took.processor);
                    let pairs = best.latencies.iter_mut().zip(took.latencies);
                    pairs.for_each(|(best, new)| *best = best.min(new));
                }
            }
        }
    }
    let [ours, theirs] = best;
    let tell = |unit, of: &dyn Fn(&Took) -> f64| {
        let row = Row::new("throughput", "GET, by tasks", unit, of(&ours)).of(tasks as u64);
        row.against(BY_HAND, of(&theirs));
    };
    tell("requests a second", &|took| CALLS as f64 / took.wall);
    tell("µs of processor time a call", &|took| {
        took.processor * 1e6 / CALLS as f64
    });
    let at = |share: f64| move |took: &Took| took.latencies[(CALLS as f64 * share) as usize];
    if tasks == 1 {
        tell("µs at the median", &at(0.5));
        tell("µs, 99 of 100 calls", &at(0.99));
    }
    Ok(())
}

async fn one_round(caller: &Caller, tasks: usize) -> Result<Took> {
    let (began, processor) = (Instant::now(), used());
    let running: Vec<_> = (0..tasks)
        .map(|task| {
            let caller = caller.clone();
            let calls = CALLS / tasks + usize::from(task < CALLS % tasks);
            tokio::spawn(async move {
                let mut latencies = Vec::with_capacity(calls);
                for _ in 0..calls {
                    let began = Instant::now();
                    caller.call("GET").await?;
                    latencies.push(began.elapsed().as_secs_f64() * 1e6);
                }
                Result::Ok(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::with_capacity(CALLS);
    for task in running {
        latencies.extend(task.await??);
    }
    latencies.sort_by(f64::total_cmp);
    Ok(Took {
        wall: began.elapsed().as_secs_f64(),
        processor: (used() - processor).as_secs_f64(),
        latencies,
    })
}

fn decoding() -> Result {
    let body = body("config", SETTINGS).to_string();
    let mut best = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        for (who, best) in ["typed", BY_HAND, VALUE].iter().zip(&mut best) {
            let began = used();
            decode(who, "config", body.as_bytes())?;
            *best = best.min((used() - began).as_secs_f64());
        }
    }
    let [ours, others @ ..] = best.map(|seconds| body.len() as f64 / 1e6 / seconds);
    for (other, theirs) in [BY_HAND, VALUE].into_iter().zip(others) {
        let row = Row::new("throughput", "settings decoded", "MB a second", ours);
        row.of(SETTINGS as u64).against(other, theirs);
    }
    Ok(())
}

/// Processor time of this process until now.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
