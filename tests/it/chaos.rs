//! 10 000 calls of 1 000 tasks, random faults, random deadlines, and callers that lose interest: every call ends, what the
//! server applied is what the callers were told, and the limiter ends where it began.
//!
//! `CHAOS_SEED=n cargo test -p configcat-management --test it chaos` plays with the seed of a run that failed. The order of events is
//! the scheduler's, so that the same seed gives the same faults, but not always to the same calls.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::server::{Got, reply};
use crate::support::{ME, TAG};
use configcat_management::types::{
    CreateTagModel, JsonPatchOperation, OperationType, UpdateTagModel,
};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, RetryPolicy};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const TASKS: usize = 1_000;
const CALLS: usize = 10;

/// What a server does to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Fine,
    /// Fine, and the connection is closed without a word.
    FineThenClosed,
    Slow,
    ResetUnread,
    LostBefore,
    LostAfter,
    CutAnswer,
    TruncatedAnswer,
    FailedBefore(u16),
    FailedAfter(u16),
    Refused,
    StalledBefore,
    StalledAfter,
}

fn fate(random: &mut fastrand::Rng) -> Fate {
    match random.u32(..1000) {
        0..20 => Fate::ResetUnread,
        20..50 => Fate::LostBefore,
        50..90 => Fate::LostAfter,
        90..120 => Fate::CutAnswer,
        120..130 => Fate::TruncatedAnswer,
        130..150 => Fate::FailedBefore(503),
        150..160 => Fate::FailedBefore(408),
        160..180 => Fate::FailedAfter(500),
        180..190 => Fate::FailedAfter(504),
        190..210 => Fate::FailedBefore(409),
        210..215 => Fate::Refused,
        215..220 => Fate::StalledBefore,
        220..225 => Fate::StalledAfter,
        225..260 => Fate::FineThenClosed,
        260..300 => Fate::Slow,
        _ => Fate::Fine,
    }
}

/// A quota for each period of this length.
#[derive(Clone, Copy)]
struct Limit {
    quota: usize,
    period: Duration,
}

struct Server {
    random: Mutex<fastrand::Rng>,
    limit: Option<Limit>,
    /// When the period began, and what it has seen.
    period: Mutex<(Instant, usize)>,
    /// How often each change was applied.
    applied: Mutex<HashMap<usize, usize>>,
    /// How often each change was read and not refused by a 429 or another 4xx.
    taken: Mutex<HashMap<usize, usize>>,
    open: AtomicUsize,
    requests: AtomicUsize,
    refused: AtomicUsize,
    calm: std::sync::atomic::AtomicBool,
}

impl Server {
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut buffer = Vec::new();
        loop {
            if buffer.is_empty() && stream.peek(&mut [0]).await? == 0 {
                return Ok(());
            }
            self.requests.fetch_add(1, Ordering::SeqCst);
            let (fate, pause) = {
                let mut random = self.random.lock().unwrap();
                (fate(&mut random), random.u64(..20))
            };
            let fate = match self.calm.load(Ordering::SeqCst) {
                true => Fate::Fine,
                false => fate,
            };
            if fate == Fate::ResetUnread {
                return stream.set_zero_linger();
            }
            let Some(got) = crate::support::server::read(&mut stream, &mut buffer).await? else {
                return Ok(());
            };
            if fate == Fate::Slow {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            let (limits, allowed) = self.count();
            let answer = |status, body: &str| reply(status, &headers(&limits), body);
            if !allowed || fate == Fate::Refused {
                self.refused.fetch_add(1, Ordering::SeqCst);
                let mut headers = headers(&limits);
                headers.push(("retry-after", "0.005"));
                if !allowed {
                    headers.pop();
                }
                stream.write_all(&reply(429, &headers, "slow down")).await?;
                continue;
            }
            let id = id(&got);
            if let Some(id) = id
                && !matches!(fate, Fate::FailedBefore(409))
            {
                *self.taken.lock().unwrap().entry(id).or_default() += 1;
            }
            match fate {
                Fate::LostBefore => return Ok(()),
                Fate::FailedBefore(status) => {
                    stream.write_all(&answer(status, "no")).await?;
                    continue;
                }
                Fate::StalledBefore => return stall(stream).await,
                _ => {}
            }
            let (status, body) = self.apply(&got, id);
            match fate {
                Fate::LostAfter => return Ok(()),
                Fate::StalledAfter => return stall(stream).await,
                Fate::FailedAfter(status) => {
                    stream.write_all(&answer(status, "lost")).await?;
                }
                Fate::CutAnswer if status != 204 => {
                    let bytes = answer(status, &body);
                    stream.write_all(&bytes[..bytes.len() - 5]).await?;
                    return Ok(());
                }
                Fate::TruncatedAnswer if status != 204 => {
                    let bytes = answer(status, &body[..body.len().min(9)]);
                    stream.write_all(&bytes).await?;
                }
                fate => {
                    stream.write_all(&answer(status, &body)).await?;
                    if fate == Fate::FineThenClosed {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Counts a request against the limit. What is left and when that ends, and whether it was within the limit.
    fn count(&self) -> (Option<(String, String)>, bool) {
        let Some(Limit { quota, period }) = self.limit else {
            return (None, true);
        };
        let mut current = self.period.lock().unwrap();
        if current.0.elapsed() >= period {
            *current = (Instant::now(), 0);
        }
        current.1 += 1;
        let left = quota.saturating_sub(current.1);
        let reset = period.saturating_sub(current.0.elapsed()).as_secs_f64();
        let limits = (left.to_string(), format!("{:.3}", reset + 0.001));
        (Some(limits), current.1 <= quota)
    }

    fn apply(&self, got: &Got, id: Option<usize>) -> (u16, String) {
        let Some(id) = id else {
            return (200, ME.to_string());
        };
        let mut applied = self.applied.lock().unwrap();
        let times = applied.entry(id).or_default();
        match got.line().split(' ').next() {
            Some("DELETE") if *times > 0 => return (404, "no such tag".to_string()),
            _ => *times += 1,
        }
        match got.line().split(' ').next() {
            Some("POST") => (201, TAG.to_string()),
            Some("PUT") => (200, TAG.to_string()),
            _ => (204, String::new()),
        }
    }
}

fn headers(limits: &Option<(String, String)>) -> Vec<(&str, &str)> {
    match limits {
        None => Vec::new(),
        Some((left, reset)) => vec![
            ("x-rate-limit-remaining", left),
            ("x-rate-limit-reset", reset),
        ],
    }
}

async fn stall(mut stream: TcpStream) -> std::io::Result<()> {
    while tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 64]).await? > 0 {}
    Ok(())
}

/// Every change has a number of its own, be it in the path or in the body.
fn id(got: &Got) -> Option<usize> {
    let mut words = got.line().split(' ');
    let (method, path) = (words.next()?, words.next()?);
    match method {
        "GET" => None,
        "POST" => {
            let body: serde_json::Value = serde_json::from_slice(&got.body).expect("JSON");
            Some(body["name"].as_str()?.parse().expect("a number"))
        }
        "PATCH" => {
            // /v1/environments/{environmentId}/settings/{settingId}/value
            Some(path.split('/').nth(5)?.parse().expect("a number"))
        }
        _ => Some(path.split('/').nth(3)?.parse().expect("a number")),
    }
}

/// What a caller knows in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Known {
    Done,
    NotDone,
    Unknown,
    Canceled,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Get,
    Put,
    Post,
    Patch,
    Delete,
}

async fn call(client: &Client, kind: Kind, id: usize) -> Known {
    macro_rules! send {
        ($call:expr) => {
            match $call.send().await {
                Ok(_) => Known::Done,
                Err(error) if error.perhaps_processed() => Known::Unknown,
                Err(_) => Known::NotDone,
            }
        };
    }
    match kind {
        Kind::Get => send!(client.get_me()),
        Kind::Put => {
            let body = UpdateTagModel::new().with_name("n");
            send!(client.update_tag(id as i64, body))
        }
        Kind::Post => send!(client.create_tag(Uuid::nil(), CreateTagModel::new(id.to_string()))),
        Kind::Patch => {
            let on = JsonPatchOperation::new(OperationType::Replace, "/value").with_value(true);
            send!(client.update_setting_value(Uuid::nil(), id as i32, [on]))
        }
        Kind::Delete => send!(client.delete_tag(id as i64)),
    }
}

/// How many calls may be open at once: each takes two of this process's files.
fn room() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(1024_usize);
    (files.saturating_sub(200) / 3).clamp(50, TASKS)
}

async fn chaos(tasks: usize, limit: Option<Limit>, timeout: Duration) {
    let seed = match std::env::var("CHAOS_SEED") {
        Ok(seed) => seed.parse().expect("CHAOS_SEED is a number"),
        Err(_) => fastrand::u64(..1_000_000),
    };
    println!("CHAOS_SEED={seed}");
    let (listener, address) = crate::support::listen().await;
    let url = format!("http://{address}");
    let server = Arc::new(Server {
        random: Mutex::new(fastrand::Rng::with_seed(seed)),
        limit,
        period: Mutex::new((Instant::now(), 0)),
        applied: Mutex::default(),
        taken: Mutex::default(),
        open: AtomicUsize::new(0),
        requests: AtomicUsize::new(0),
        refused: AtomicUsize::new(0),
        calm: false.into(),
    });
    let accepting = server.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let server = accepting.clone();
            server.open.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let _ = server.serve(stream).await;
                server.open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    let client = crate::support::builder(&url)
        .timeout(timeout)
        .retry(
            RetryPolicy::default()
                .with_backoff(Duration::from_millis(2), Duration::from_millis(20)),
        )
        .build()
        .expect("a client");

    let began = Instant::now();
    let room = Arc::new(Semaphore::new(room()));
    let mut running = JoinSet::new();
    for task in 0..tasks {
        let (client, room) = (client.clone(), room.clone());
        let mut random = fastrand::Rng::with_seed(seed ^ (task as u64) << 20);
        running.spawn(async move {
            let mut known = Vec::new();
            for index in 0..CALLS {
                let _room = room.acquire().await.expect("it stays open");
                let id = task * CALLS + index;
                let kinds = [Kind::Get, Kind::Put, Kind::Post, Kind::Patch, Kind::Delete];
                let kind = random.choice(kinds).expect("there are some");
                let client = match random.u32(..20) {
                    0 => client.with_deadline(Duration::from_millis(random.u64(..1_000))),
                    _ => client.clone(),
                };
                let patience = match random.u32(..10) {
                    0 => Duration::from_micros(random.u64(..800_000)),
                    _ => Duration::from_secs(600),
                };
                let call = tokio::time::timeout(patience, call(&client, kind, id));
                known.push((id, kind, call.await.unwrap_or(Known::Canceled)));
            }
            known
        });
    }
    let all = async {
        let mut known = Vec::new();
        while let Some(task) = running.join_next().await {
            known.extend(task.expect("no panic"));
        }
        known
    };
    let known = tokio::time::timeout(Duration::from_secs(90), all).await;
    let known = known.unwrap_or_else(|_| {
        panic!(
            "a call hangs: {} under way, {:?}",
            client.rate_limiter().in_flight(),
            client.rate_limiter()
        )
    });
    let took = began.elapsed();
    assert_eq!(known.len(), tasks * CALLS, "every call ends");
    assert_eq!(
        client.rate_limiter().in_flight(),
        0,
        "every permit came back"
    );

    // Whoever comes next is served as if nothing had been.
    server.calm.store(true, Ordering::SeqCst);
    let next = tokio::time::timeout(Duration::from_secs(10), client.get_me().send());
    next.await.expect("no wait").expect("no failure");

    // A request whose caller has gone may still be on the server's side of the wire.
    drop(client);
    while server.open.load(Ordering::SeqCst) > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let applied = server.applied.lock().unwrap();
    let taken = server.taken.lock().unwrap();
    let mut counts: HashMap<(Known, bool), usize> = HashMap::new();
    for (id, kind, known) in known {
        if kind == Kind::Get {
            continue;
        }
        let times = applied.get(&id).copied().unwrap_or(0);
        let seen = taken.get(&id).copied().unwrap_or(0);
        let what = format!("{kind:?} {id}: {known:?}, applied {times} times, taken {seen} times");
        match kind {
            Kind::Post | Kind::Patch => assert!(times <= 1 && seen <= 1, "{what}"),
            _ => {}
        }
        match known {
            Known::Done => assert!(times > 0, "{what}"),
            Known::NotDone => assert!(times == 0, "{what}"),
            Known::Unknown | Known::Canceled => {}
        }
        *counts.entry((known, times > 0)).or_default() += 1;
    }
    let count = |known, done| counts.get(&(known, done)).copied().unwrap_or(0);
    let changes = applied.values().filter(|times| **times > 0).count();
    println!(
        "{took:.1?}: {} requests, {} refused; {changes} changes: {} told as done, {} as unknown, {} of callers that had gone; \
         not done: {} told so, {} as unknown, {} of callers that had gone",
        server.requests.load(Ordering::SeqCst),
        server.refused.load(Ordering::SeqCst),
        count(Known::Done, true),
        count(Known::Unknown, true),
        count(Known::Canceled, true),
        count(Known::NotDone, false),
        count(Known::Unknown, false),
        count(Known::Canceled, false),
    );
    assert_eq!(
        changes,
        count(Known::Done, true) + count(Known::Unknown, true) + count(Known::Canceled, true)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_applied_is_what_was_told() {
    chaos(TASKS, None, Duration::from_millis(1500)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_so_it_is_within_a_rate_limit() {
    let limit = Limit {
        quota: 300,
        period: Duration::from_millis(500),
    };
    chaos(TASKS / 10, Some(limit), Duration::from_millis(400)).await;
}
