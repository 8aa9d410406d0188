//! How what takes longer with more of it grows: encoding a bulk update, `diff` and `compare`, in processor time.
//!
//! `cargo xtask bench growth` runs it, on Unix with valgrind.

use std::hint::black_box;
use std::time::Duration;

use benches::{
    Answers, BY_HAND, Result, Row, arguments, block_on, body, bulk, encode, formula, instructions,
};
use configcat_management::patch::FormulaPatch;
use configcat_management::types::SettingFormulaModel;
use configcat_management::{Client, names};
use rustix::time::{ClockId, clock_gettime};

/// Each is done so often, and the least time counts.
const ROUNDS: usize = 5;

const CHANGED: &str = "diff, five changes in the rules";
const REVERSED: &str = "diff, all rules reversed";

/// What a function takes, in milliseconds.
fn alone(mut what: impl FnMut() -> Result) -> Result<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..ROUNDS {
        let began = used();
        what()?;
        least = least.min((used() - began).as_secs_f64() * 1e3);
    }
    Ok(least)
}

fn took(what: impl FnMut() -> Result) -> Result<Point> {
    let (ours, by_hand) = (alone(what)?, None);
    Ok(Point { ours, by_hand })
}

/// Processor time of this thread until now; the server has its own.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What something took with one size, in milliseconds.
struct Point {
    ours: f64,
    by_hand: Option<f64>,
}

/// Tells the points of a curve.
fn points(
    name: &str,
    sizes: &[usize],
    mut point: impl FnMut(usize) -> Result<Point>,
) -> Result<Vec<(f64, f64)>> {
    let mut points = Vec::new();
    for &size in sizes {
        let Point { ours, by_hand } = point(size)?;
        points.push((size as f64, ours));
        let row = Row::new("growth", name, "ms", ours).of(size as u64);
        match by_hand {
            Some(theirs) => row.against(BY_HAND, theirs),
            None => row.tell(),
        }
    }
    Ok(points)
}

/// Tells the power of the size with which a curve grows where it is steepest, from 100 on.
fn power(name: &str, unit: &str, points: &[(f64, f64)]) {
    let large = points.iter().skip_while(|point| point.0 < 100.0);
    let pairs = large.clone().zip(large.skip(1));
    let powers = pairs.map(|((a, before), (b, after))| (after / before).ln() / (b / a).ln());
    let steepest = powers.fold(f64::NEG_INFINITY, f64::max);
    Row::new("growth", name, unit, steepest).tell();
}

/// A curve and its power.
fn curve(name: &str, sizes: &[usize], point: impl FnMut(usize) -> Result<Point>) -> Result {
    power(name, "power of the size", &points(name, sizes, point)?);
    Ok(())
}

/// A formula with so many rules, and what it becomes.
fn change(how: &str, rules: usize) -> Result<[SettingFormulaModel; 2]> {
    let before = formula(rules)?;
    let mut after = before.clone();
    let list = &mut after.targeting_rules;
    match how {
        REVERSED => list.reverse(),
        _ => {
            list.rotate_left(1);
            let taken = list.remove(rules / 2);
            list.insert(rules / 3, taken);
            list.swap(rules / 4, rules - 3);
            list[rules / 5].percentage_options.clear();
        }
    }
    Ok([before, after])
}

fn diff([before, after]: &[SettingFormulaModel; 2]) -> Result {
    let _ = black_box(FormulaPatch::diff(before, after)?);
    Ok(())
}

fn main() -> Result {
    const TIMES: u64 = 20;
    if let [how, rules, rounds] = &arguments()[..] {
        let change = change(how, rules.parse()?)?;
        return (0..rounds.parse()?).try_for_each(|_: u64| diff(&change));
    }
    curve("encoding a bulk update", &[10, 100, 1_000], |size| {
        let bulk = bulk(size);
        let each = |who| -> Result<f64> {
            let none = alone(|| encode(who, &bulk, 0))?;
            Ok((alone(|| encode(who, &bulk, TIMES))? - none) / TIMES as f64)
        };
        Ok(Point {
            ours: each("typed")?,
            by_hand: Some(each(BY_HAND)?),
        })
    })?;
    let few = [10, 30, 100, 300, 1_000, 3_000];
    for how in [CHANGED, REVERSED] {
        points(how, &few, |size| {
            let change = change(how, size)?;
            took(|| diff(&change))
        })?;
        // Time grows also because more of it does not fit into the caches; instructions tell what the algorithm does.
        let mut counted = Vec::new();
        for size in [300, 3_000] {
            let instructions = instructions(&[how, &size.to_string()], 1..3)?;
            counted.push((f64::from(size), instructions));
        }
        power(how, "power of the size, by instructions", &counted);
    }
    let many = [10, 100, 1_000, 10_000];
    curve("compare, settings of two environments", &many, |size| {
        compare(size, |client| async move {
            let config = client.product("Example").config("Main config");
            let (one, other) = (
                config.environment("Environment 4"),
                config.environment("Environment 5"),
            );
            let comparison = names::compare(&one, &other).await?;
            match comparison.differences.len() {
                0 => Err("there are differences".into()),
                _ => Ok(()),
            }
        })
    })?;
    curve("flags, settings of two environments", &many, |size| {
        compare(size, |client| async move {
            let config = client.product("Example").config("Main config");
            black_box(config.flags().await?);
            Ok(())
        })
    })
}

/// Asks a server with so many settings in two environments.
fn compare<F>(settings: usize, what: impl Fn(Client) -> F) -> Result<Point>
where
    F: Future<Output = Result>,
{
    let served = body("config", settings);
    let mut other = served.clone();
    for formula in other["settingFormulas"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .step_by(3)
    {
        formula["targetingRules"][0]["conditions"][0]["userCondition"]["comparator"] =
            "isNotOneOf".into();
    }
    let list = |entries: &[serde_json::Value]| serde_json::json!(entries).to_string();
    let environments = [benches::environment(4), benches::environment(5)];
    let path = environments[1]["environmentId"]
        .as_str()
        .ok_or("no id")?
        .to_owned();
    let answers: Answers = vec![
        ("/configs ", list(&[benches::config()])),
        ("/environments ", list(&environments)),
        (&*path.leak(), other.to_string()),
        ("/values ", served.to_string()),
        ("/products ", list(&[benches::product()])),
    ];
    let url = benches::start(answers)?;
    took(|| {
        block_on(async {
            let client = Client::builder().credentials("user", "password");
            what(client.base_url(&url).build()?).await
        })
    })
}
