//! Two windows at once and counts of several kinds, against the fake.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use configcat_fake::{Fake, Fault, QuotaPer};
use configcat_management::chrono::{TimeDelta, Utc};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, Event};

use crate::Result;
use crate::window::{Calls, Run};

/// The limits that ConfigCat once documented, with the long one cut to what a bench can wait for.
pub(crate) const DOCUMENTED: [(u32, u64); 2] = [(20, 1), (100, 10)];
/// What a request takes on its way and back.
pub(crate) const TRIP: Duration = Duration::from_millis(20);

/// Calls that all wait from the beginning, under two windows.
struct Load {
    name: &'static str,
    per: QuotaPer,
    /// Operation and path of each call.
    calls: Vec<(usize, usize)>,
    /// In seconds; `None`: what the same calls take if nothing limits them.
    best: Option<f64>,
    most: f64,
    ahead: TimeDelta,
}

fn loads() -> Vec<Load> {
    let one = |n: usize| (0..n).map(|_| (1, 0)).collect::<Vec<_>>();
    let paths = |n: usize| (0..n).map(|path| (1, path)).collect::<Vec<_>>();
    let load = |name, per, calls, best, most| Load {
        name,
        per,
        calls,
        best,
        most,
        ahead: TimeDelta::zero(),
    };
    let three = || (0..3).flat_map(|operation| (0..150).map(move |_| (operation, 0)));
    let mut loads = vec![
        load(
            "300 calls of one endpoint, one count for the credentials",
            QuotaPer::Credential,
            one(300),
            Some(24.0),
            1.03,
        ),
        load(
            "the same, a count for each operation",
            QuotaPer::Operation,
            one(300),
            Some(24.0),
            1.03,
        ),
        load(
            "the same, a count for each path",
            QuotaPer::Path,
            one(300),
            Some(24.0),
            1.03,
        ),
        load(
            "three endpoints, 150 calls each, a count for each operation",
            QuotaPer::Operation,
            three().collect(),
            Some(12.0),
            1.03,
        ),
        load(
            "1 000 paths, a count for each path",
            QuotaPer::Path,
            paths(1000),
            None,
            1.05,
        ),
        load(
            "300 paths, a count for each operation",
            QuotaPer::Operation,
            paths(300),
            Some(24.0),
            1.05,
        ),
    ];
    let mut off = load(
        "300 calls of one endpoint, the server's clock an hour ahead",
        QuotaPer::Credential,
        one(300),
        Some(24.0),
        1.03,
    );
    off.ahead = TimeDelta::hours(1);
    loads.push(off);
    loads
}

pub(crate) async fn send(client: &Client, (operation, path): (usize, usize)) -> bool {
    let id = Uuid::from_u128(path as u128);
    let status = match operation {
        0 => client.get_me().send().await.map(drop),
        1 => client.get_product(id).send().await.map(drop),
        _ => client.get_products().send().await.map(drop),
    };
    status.map_or_else(
        |error| error.status().is_some_and(|status| status == 404),
        |()| true,
    )
}

async fn play(load: &Load, limits: &[(u32, u64)]) -> Result<Run> {
    let mut builder = Fake::builder()
        .quota_per(load.per)
        .clock(Utc::now() + load.ahead);
    for &(requests, seconds) in limits {
        builder = builder.quota(requests, Duration::from_secs(seconds));
    }
    let fake = builder.start().await;
    fake.fail_next(3 * load.calls.len(), Fault::Delay(TRIP));
    let calls = Calls::new(0);
    let listener = calls.clone();
    let builder = fake.client_builder().on_event(move |event| {
        if let Event::Answered { status, .. } = event {
            listener.tell(*status != 429);
        }
    });
    let client = builder.build()?;
    let mut tasks = Vec::new();
    for &call in &load.calls {
        let client = client.clone();
        tasks.push(tokio::spawn(async move { send(&client, call).await }));
    }
    for task in tasks {
        if !task.await? {
            calls.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(calls.run())
}

/// The rows for limits that hold at once, and for counts of several kinds.
pub(crate) async fn report() -> Result<(String, bool)> {
    let mut text = String::from(
        "\n## Two windows at once\n\n20 requests in a second and 100 in 10 s, as the headers and refusals of the well-known limiter for .NET tell them; \
         a request takes 20 ms, and all calls wait from the beginning. With a count for each of 1 000 paths, nobody has to wait: there, best \
         is the time that the same client takes on a server without limits.\n\n| calls | best | ours | ratio | 429 |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    let mut met = true;
    let runs = loads().into_iter().map(|load| {
        tokio::spawn(async move {
            let free = [(1_000_000, 3600)];
            let best = match load.best {
                Some(best) => best + TRIP.as_secs_f64(),
                None => play(&load, &free).await?.took,
            };
            let run = play(&load, &DOCUMENTED).await?;
            Result::Ok((load, best, run))
        })
    });
    let runs: Vec<_> = runs.collect();
    for run in runs {
        let (load, best, run) = run.await??;
        let ratio = run.took / best;
        let ok = [ratio <= load.most, run.refused() <= 3 && run.failed == 0];
        met &= ok == [true, true];
        let [fast, quiet] = ok.map(|ok| if ok { "" } else { " ✗" });
        let (name, took, refused) = (load.name, run.took, run.refused());
        writeln!(
            text,
            "| {name} | {best:.2} s | {took:.2} s | {ratio:.3}{fast} | {refused}{quiet} |"
        )?;
    }
    Ok((text, met))
}
