//! How long many calls take under a rate limit: ours, the best possible, and "try again after a 429".
//!
//! `cargo bench --bench makespan --features redis -- [--period 10] [--quotas 10,100,1000] [--fleet] [--docs]`; `--docs` writes
//! `docs/pacing.md` and `docs/pacing.svg`; `--fleet` measures the fleet alone, and writes no more than that.

#[cfg(all(unix, feature = "redis"))]
mod fleet;
mod page;
mod scopes;
mod window;

use std::time::Duration;

use configcat_management::chrono::TimeDelta;

/// What stands before the rows of the fleet, and after them.
const FLEET: [&str; 2] = [
    "\n## A fleet of processes\n\n",
    "\n![Successes over time](pacing.svg)\n",
];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    #[cfg(all(unix, feature = "redis"))]
    if let Ok(plan) = std::env::var(fleet::MEMBER) {
        return fleet::member(&plan).await;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test --all-targets` runs benches too, to see that they start.
        return Ok(());
    }
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| {
        let index = arguments.iter().position(|argument| argument == name)?;
        arguments.get(index + 1)
    };
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
    if has("--fleet") {
        let (text, met) = fleet_rows().await?;
        println!("{text}");
        if has("--docs") {
            let page = std::fs::read_to_string(format!("{docs}/pacing.md"))?;
            let [from, to] = FLEET.map(|mark| page.find(mark));
            let to = to.ok_or("the page has no picture")?;
            let page = format!("{}{text}{}", &page[..from.unwrap_or(to)], &page[to..]);
            std::fs::write(format!("{docs}/pacing.md"), page)?;
        }
        return judge(met);
    }
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
        let (burst, trip) = window::unthrottled(quota).await?;
        let best = 4.0 * seconds + burst + trip;
        tasks.push(tokio::spawn(window::measure(quota, period, best, offsets)));
    }
    let mut rows = Vec::new();
    for task in tasks {
        rows.push(task.await??);
    }
    let command = match arguments
        .iter()
        .filter(|a| *a != "--bench" && *a != "--docs")
    {
        rest if rest.clone().count() == 0 => {
            "cargo bench --bench makespan --features redis -- --docs".to_string()
        }
        rest => format!(
            "cargo bench --bench makespan --features redis -- {}",
            rest.cloned().collect::<Vec<_>>().join(" ")
        ),
    };
    let (mut text, mut met) = (String::new(), true);
    for part in [
        page::report(&rows, period, &command)?,
        scopes::report().await?,
        fleet_rows().await?,
    ] {
        text.push_str(&part.0);
        met &= part.1;
    }
    println!("{text}");
    let shown = rows.iter().find(|row| row.quota == 100).or(rows.first());
    if let (Some(row), true) = (shown, has("--docs")) {
        text.push_str(FLEET[1]);
        // What follows is written by the bench `limiter`.
        let before = std::fs::read_to_string(format!("{docs}/pacing.md"))?;
        if let Some(rest) = before.find("\n## Simulated") {
            text.push_str(&before[rest..]);
        }
        std::fs::write(format!("{docs}/pacing.md"), text)?;
        std::fs::write(format!("{docs}/pacing.svg"), page::plot(row)?)?;
    }
    judge(met)
}

fn judge(met: bool) -> Result<()> {
    match met {
        true => Ok(()),
        false => Err("a target is missed (✗)".into()),
    }
}

/// The rows of the fleet under their heading, or why they are left out.
async fn fleet_rows() -> Result<(String, bool)> {
    #[cfg(all(unix, feature = "redis"))]
    let (rows, met) = fleet::report().await?;
    #[cfg(not(all(unix, feature = "redis")))]
    let (rows, met) = (
        "Left out: they need `--features redis`, and a Unix system.\n",
        true,
    );
    Ok((format!("{}{rows}", FLEET[0]), met))
}
