//! One window: how long calls take with the client, with "try again after a 429", and beside another client.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use configcat_fake::Fake;
use configcat_management::chrono::{TimeDelta, Utc};
use configcat_management::{Client, Event, reqwest};

use crate::Result;

pub(crate) const TASKS: usize = 64;

/// What a run was: seconds from its start, and whether the answer was a success.
#[derive(Clone, Default)]
pub(crate) struct Run {
    pub(crate) answers: Vec<(f64, bool)>,
    pub(crate) took: f64,
    pub(crate) failed: usize,
}

impl Run {
    pub(crate) fn successes(&self) -> usize {
        self.answers.iter().filter(|(_, ok)| *ok).count()
    }

    pub(crate) fn refused(&self) -> usize {
        self.answers.len() - self.successes()
    }
}

/// A number of calls, from which each task takes the next.
pub(crate) struct Calls {
    pub(crate) left: AtomicUsize,
    pub(crate) started: Instant,
    pub(crate) answers: Mutex<Vec<(f64, bool)>>,
    pub(crate) failed: AtomicUsize,
}

impl Calls {
    pub(crate) fn new(n: usize) -> Arc<Self> {
        Arc::new(Calls {
            left: AtomicUsize::new(n),
            started: Instant::now(),
            answers: Mutex::default(),
            failed: AtomicUsize::new(0),
        })
    }

    pub(crate) fn take(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        let order = Ordering::Relaxed;
        self.left.fetch_update(order, order, less).is_ok()
    }

    pub(crate) fn tell(&self, ok: bool) {
        let at = self.started.elapsed().as_secs_f64();
        if let Ok(mut answers) = self.answers.lock() {
            answers.push((at, ok));
        }
    }

    pub(crate) fn run(&self) -> Run {
        let answers = self.answers.lock().map(|answers| answers.clone());
        Run {
            answers: answers.unwrap_or_default(),
            took: self.started.elapsed().as_secs_f64(),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

pub(crate) async fn ours(fake: &Fake, n: usize) -> Result<Run> {
    let calls = Calls::new(n);
    let listener = calls.clone();
    let builder = fake.client_builder().on_event(move |event| {
        if let Event::Answered { status, .. } = event {
            listener.tell(status.is_success());
        }
    });
    let client = builder.build()?;
    let mut tasks = Vec::new();
    for _ in 0..TASKS {
        let (client, calls): (Client, _) = (client.clone(), calls.clone());
        tasks.push(tokio::spawn(async move {
            while calls.take() {
                if client.get_me().send().await.is_err() {
                    calls.failed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }));
    }
    for task in tasks {
        task.await?;
    }
    Ok(calls.run())
}

/// Sends a request without any regard to limits.
pub(crate) async fn plain(http: &reqwest::Client, fake: &Fake) -> Result<reqwest::Response> {
    let url = format!("{}/v1/me", fake.base_url());
    let request = http.get(url).basic_auth(fake.user(), Some(fake.password()));
    let mut response = request.send().await?;
    while response.chunk().await?.is_some() {}
    Ok(response)
}

/// What everybody writes: after a 429, wait as long as it says and try again.
pub(crate) async fn naive(fake: &Arc<Fake>, n: usize) -> Result<Run> {
    let calls = Calls::new(n);
    let http = reqwest::Client::new();
    let mut tasks = Vec::new();
    for _ in 0..TASKS {
        let (http, fake, calls) = (http.clone(), fake.clone(), calls.clone());
        tasks.push(tokio::spawn(async move {
            while calls.take() {
                loop {
                    let response = plain(&http, &fake).await?;
                    let ok = response.status().is_success();
                    calls.tell(ok);
                    if ok {
                        break;
                    }
                    let header = response.headers().get("retry-after");
                    let seconds = header.and_then(|text| text.to_str().ok()?.parse().ok());
                    tokio::time::sleep(Duration::from_secs(seconds.unwrap_or(1))).await;
                }
            }
            Result::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(calls.run())
}

/// Somebody with the same credentials who takes half of the quota in each period, as fast as one after the other goes, and
/// has no regard for what is left; says how many were refused.
pub(crate) async fn ignore_the_limit(
    fake: Arc<Fake>,
    quota: usize,
    period: Duration,
    stop: Arc<AtomicBool>,
) -> (usize, usize) {
    let http = reqwest::Client::new();
    let (mut sent, mut refused) = (0, 0);
    let mut next = tokio::time::Instant::now();
    while !stop.load(Ordering::Relaxed) {
        for _ in 0..quota / 2 {
            if let Ok(response) = plain(&http, &fake).await {
                sent += 1;
                refused += usize::from(!response.status().is_success());
            }
        }
        next += period;
        while tokio::time::Instant::now() < next && !stop.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    (sent, refused)
}

pub(crate) async fn fake(quota: usize, period: Duration, ahead: TimeDelta) -> Arc<Fake> {
    let builder = Fake::builder().clock(Utc::now() + ahead);
    Arc::new(builder.quota(quota as u32, period).start().await)
}

/// What Q calls and one round trip take if nothing limits them.
pub(crate) async fn unthrottled(quota: usize) -> Result<(f64, f64)> {
    let fake = Fake::builder()
        .quota(1_000_000, Duration::from_secs(3600))
        .start()
        .await;
    ours(&fake, TASKS).await?;
    let took = ours(&fake, quota).await?.took;
    let client = fake.client();
    let mut trips = Vec::new();
    for _ in 0..20 {
        let began = Instant::now();
        client.get_me().send().await?;
        trips.push(began.elapsed().as_secs_f64());
    }
    trips.sort_by(f64::total_cmp);
    Ok((took, trips[trips.len() / 2]))
}

pub(crate) struct Row {
    pub(crate) quota: usize,
    pub(crate) best: f64,
    pub(crate) alone: Vec<Run>,
    pub(crate) naive: Run,
    pub(crate) contested: Run,
    pub(crate) other: (usize, usize),
}

pub(crate) async fn measure(
    quota: usize,
    period: Duration,
    best: f64,
    offsets: [TimeDelta; 3],
) -> Result<Row> {
    let n = 5 * quota;
    let mut alone = Vec::new();
    for ahead in offsets {
        alone.push(ours(&*fake(quota, period, ahead).await, n).await?);
    }
    let naive = naive(&fake(quota, period, TimeDelta::zero()).await, n).await?;
    let shared = fake(quota, period, TimeDelta::zero()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let other = tokio::spawn(ignore_the_limit(
        shared.clone(),
        quota,
        period,
        stop.clone(),
    ));
    let contested = ours(&shared, n).await?;
    stop.store(true, Ordering::Relaxed);
    Ok(Row {
        quota,
        best,
        alone,
        naive,
        contested,
        other: other.await?,
    })
}
