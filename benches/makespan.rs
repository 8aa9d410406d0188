//! How long many calls take under a rate limit: ours, the best possible, and "try again after a 429".
//!
//! `cargo bench --bench makespan -- [--period 10] [--quotas 10,100,1000] [--docs]`; `--docs` writes `docs/pacing.md` and
//! `docs/pacing.svg`.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use configcat_fake::{Fake, Fault, QuotaPer};
use configcat_management::chrono::{TimeDelta, Utc};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, Event, reqwest};

const TASKS: usize = 64;

/// Of the best possible time.
const TARGET: f64 = 1.02;
/// Of our requests, beside somebody who takes half of the quota.
const REFUSED: f64 = 0.03;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What a run was: seconds from its start, and whether the answer was a success.
#[derive(Clone, Default)]
struct Run {
    answers: Vec<(f64, bool)>,
    took: f64,
    failed: usize,
}

impl Run {
    fn successes(&self) -> usize {
        self.answers.iter().filter(|(_, ok)| *ok).count()
    }

    fn refused(&self) -> usize {
        self.answers.len() - self.successes()
    }
}

/// A number of calls, from which each task takes the next.
struct Calls {
    left: AtomicUsize,
    started: Instant,
    answers: Mutex<Vec<(f64, bool)>>,
    failed: AtomicUsize,
}

impl Calls {
    fn new(n: usize) -> Arc<Self> {
        Arc::new(Calls {
            left: AtomicUsize::new(n),
            started: Instant::now(),
            answers: Mutex::default(),
            failed: AtomicUsize::new(0),
        })
    }

    fn take(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        let order = Ordering::Relaxed;
        self.left.fetch_update(order, order, less).is_ok()
    }

    fn tell(&self, ok: bool) {
        let at = self.started.elapsed().as_secs_f64();
        if let Ok(mut answers) = self.answers.lock() {
            answers.push((at, ok));
        }
    }

    fn run(&self) -> Run {
        let answers = self.answers.lock().map(|answers| answers.clone());
        Run {
            answers: answers.unwrap_or_default(),
            took: self.started.elapsed().as_secs_f64(),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

async fn ours(fake: &Fake, n: usize) -> Result<Run> {
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
async fn plain(http: &reqwest::Client, fake: &Fake) -> Result<reqwest::Response> {
    let url = format!("{}/v1/me", fake.base_url());
    let request = http.get(url).basic_auth(fake.user(), Some(fake.password()));
    let mut response = request.send().await?;
    while response.chunk().await?.is_some() {}
    Ok(response)
}

/// What everybody writes: after a 429, wait as long as it says and try again.
async fn naive(fake: &Arc<Fake>, n: usize) -> Result<Run> {
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
async fn ignore_the_limit(
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

async fn fake(quota: usize, period: Duration, ahead: TimeDelta) -> Arc<Fake> {
    let builder = Fake::builder().clock(Utc::now() + ahead);
    Arc::new(builder.quota(quota as u32, period).start().await)
}

/// What Q calls and one round trip take where nothing limits them.
async fn unthrottled(quota: usize) -> Result<(f64, f64)> {
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

struct Row {
    quota: usize,
    best: f64,
    alone: Vec<Run>,
    naive: Run,
    contested: Run,
    other: (usize, usize),
}

async fn measure(
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

/// The limits that ConfigCat once documented, with the long one cut to what a bench can wait for.
const DOCUMENTED: [(u32, u64); 2] = [(20, 1), (100, 10)];
/// What a request takes on its way and back.
const TRIP: Duration = Duration::from_millis(20);

/// Calls that all wait from the beginning, under two windows.
struct Load {
    name: &'static str,
    per: QuotaPer,
    /// Operation and path of each call.
    calls: Vec<(usize, usize)>,
    /// In seconds; `None`: what the same calls take where nothing limits them.
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

async fn send(client: &Client, (operation, path): (usize, usize)) -> bool {
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
async fn scopes() -> Result<(String, bool)> {
    let mut text = String::from(
        "\n## Two windows at once\n\n20 requests in a second and 100 in 10 s, as the headers and refusals of the well-known limiter for .NET tell them; \
         a request takes 20 ms, and all calls wait from the beginning.\n\n| calls | best | ours | ratio | 429 |\n| --- | ---: | ---: | ---: | ---: |\n",
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

fn report(rows: &[Row], period: Duration, command: &str) -> Result<(String, bool)> {
    let mut text = String::new();
    let mut met = true;
    let mut mark = |ok: bool| {
        met &= ok;
        if ok { "" } else { " ✗" }
    };
    writeln!(text, "# Pacing\n")?;
    writeln!(
        text,
        "A limit that headers tell is kept without a refusal, where nobody else uses the credentials. One that no header tells is \
         learnt from a refusal or two, for the credentials or for each endpoint, and a call that meets one waits and keeps its \
         place. No call is sent before the time that the server asks for, and none waits for a limit that is not its own.\n"
    )?;
    writeln!(
        text,
        "`{command}`\n\nA quota of Q calls in {period:?}, N = 5 Q calls from {TASKS} tasks, against `configcat-fake` in the \
         same process. The best possible time is four periods, what Q calls take unthrottled, and one round trip. The \
         targets: {TARGET} times that and not one 429 where nobody else uses the credentials; beside another client, which takes \
         half of every quota, all calls succeed and at most {:.0} % of our requests are refused.\n",
        REFUSED * 100.0
    )?;
    writeln!(text, "## Alone\n")?;
    writeln!(
        text,
        "| Q | server's clock | best | ours | ratio | 429 | naive | ratio | 429 |"
    )?;
    writeln!(
        text,
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for row in rows {
        for (run, clock) in row.alone.iter().zip(["ours", "0.4 s ahead", "1 h behind"]) {
            let ratio = run.took / row.best;
            let naive = match clock {
                "ours" => format!(
                    "{:.2} s | {:.3} | {}",
                    row.naive.took,
                    row.naive.took / row.best,
                    row.naive.refused()
                ),
                _ => " | |".to_string(),
            };
            writeln!(
                text,
                "| {} | {clock} | {:.2} s | {:.2} s | {ratio:.3}{} | {}{} | {naive} |",
                row.quota,
                row.best,
                run.took,
                mark(ratio <= TARGET),
                run.refused(),
                mark(run.refused() == 0 && run.failed == 0),
            )?;
        }
    }
    writeln!(text, "\n## Beside another client that ignores the limit\n")?;
    writeln!(
        text,
        "| Q | calls | succeeded | took | refused of ours | share | refused of theirs |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for row in rows {
        let run = &row.contested;
        let share = run.refused() as f64 / run.answers.len() as f64;
        writeln!(
            text,
            "| {} | {} | {}{} | {:.2} s | {} of {} | {:.1} %{} | {} of {} |",
            row.quota,
            5 * row.quota,
            run.successes(),
            mark(run.failed == 0 && run.successes() == 5 * row.quota),
            run.took,
            run.refused(),
            run.answers.len(),
            share * 100.0,
            mark(share <= REFUSED),
            row.other.1,
            row.other.0,
        )?;
    }
    Ok((text, met))
}

/// Answers over time: successes add up, refusals are marks.
fn plot(row: &Row) -> Result<String> {
    const COLOURS: [&str; 2] = ["#1a7f5a", "#c2410c"];
    let runs = [("ours", &row.alone[0]), ("retry on 429", &row.naive)];
    let longest = runs.iter().map(|(_, run)| run.took).fold(0.0, f64::max);
    let n = 5 * row.quota;
    let x = |at: f64| 60.0 + at / longest * 560.0;
    let y = |count: usize| 300.0 - count as f64 / n as f64 * 250.0;
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 660 380\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"660\" height=\"380\" fill=\"#fff\"/>\n",
    );
    writeln!(
        svg,
        "<path d=\"M60 40V300H630\" fill=\"none\" stroke=\"#333\"/>"
    )?;
    writeln!(
        svg,
        "<text x=\"60\" y=\"28\">successes of {n} calls, quota {}</text>",
        row.quota
    )?;
    writeln!(
        svg,
        "<text x=\"625\" y=\"332\" text-anchor=\"end\">seconds</text>"
    )?;
    for tick in 0..=5 {
        let at = longest / 5.0 * f64::from(tick);
        let count = n / 5 * tick as usize;
        writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"316\" text-anchor=\"middle\">{at:.0}</text>",
            x(at)
        )?;
        writeln!(
            svg,
            "<text x=\"54\" y=\"{:.0}\" text-anchor=\"end\">{count}</text>",
            y(count) + 4.0
        )?;
    }
    for (i, ((name, run), colour)) in runs.iter().zip(COLOURS).enumerate() {
        let mut count = 0;
        let mut path = format!("M{:.1} {:.1}", x(0.0), y(0));
        let mut marks = String::new();
        for &(at, ok) in &run.answers {
            if ok {
                write!(path, "H{:.1}", x(at))?;
                count += 1;
                write!(path, "V{:.1}", y(count))?;
            } else {
                let (x, y) = (x(at), y(count));
                write!(marks, "M{:.1} {:.1}l6 6m0 -6l-6 6", x - 3.0, y - 3.0)?;
            }
        }
        writeln!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\"/>"
        )?;
        writeln!(
            svg,
            "<path d=\"{marks}\" fill=\"none\" stroke=\"{colour}\"/>"
        )?;
        writeln!(
            svg,
            "<text x=\"60\" y=\"{}\" fill=\"{colour}\">{name}: {:.1} s, {} refused{}</text>",
            350 + 18 * i,
            run.took,
            run.refused(),
            if run.refused() > 0 { " (×)" } else { "" }
        )?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test --all-targets` runs benches too, to see that they start.
        return Ok(());
    }
    let value = |name: &str| {
        let index = arguments.iter().position(|argument| argument == name)?;
        arguments.get(index + 1)
    };
    let seconds: f64 = value("--period").map_or(Ok(10.0), |text| text.parse())?;
    let period = Duration::from_secs_f64(seconds);
    let mut quotas = Vec::new();
    for text in value("--quotas")
        .map_or("10,100,1000", String::as_str)
        .split(',')
    {
        quotas.push(text.parse::<usize>()?);
    }
    let offsets = [
        TimeDelta::zero(),
        TimeDelta::milliseconds(400),
        TimeDelta::hours(-1),
    ];
    let mut tasks = Vec::new();
    for quota in quotas {
        let (burst, trip) = unthrottled(quota).await?;
        let best = 4.0 * seconds + burst + trip;
        tasks.push(tokio::spawn(measure(quota, period, best, offsets)));
    }
    let mut rows = Vec::new();
    for task in tasks {
        rows.push(task.await??);
    }
    let command = match arguments
        .iter()
        .filter(|a| *a != "--bench" && *a != "--docs")
    {
        rest if rest.clone().count() == 0 => "cargo bench --bench makespan -- --docs".to_string(),
        rest => format!(
            "cargo bench --bench makespan -- {}",
            rest.cloned().collect::<Vec<_>>().join(" ")
        ),
    };
    let (mut text, mut met) = report(&rows, period, &command)?;
    let (more, all) = scopes().await?;
    text.push_str(&more);
    met &= all;
    println!("{text}");
    let shown = rows.iter().find(|row| row.quota == 100).or(rows.first());
    if let (Some(row), true) = (shown, arguments.iter().any(|argument| argument == "--docs")) {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
        std::fs::create_dir_all(docs)?;
        let picture = "\n![Successes over time](pacing.svg)\n";
        std::fs::write(format!("{docs}/pacing.md"), text + picture)?;
        std::fs::write(format!("{docs}/pacing.svg"), plot(row)?)?;
    }
    if !met {
        return Err("a target is missed (✗)".into());
    }
    Ok(())
}
