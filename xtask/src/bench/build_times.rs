//! `cargo xtask bench build-times`: what the client costs those who build it, as ratios of one run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use configcat_management_codegen::{Error, Result};

use super::other::Other;
use super::variants;
use crate::programs::{self, cargo, run};
use crate::publish::stage;
use crate::workspace::Workspace;

/// What everybody needs who makes one call by hand: the floor.
pub(super) fn floor(tls: &str, with_ring: bool) -> String {
    let tls = if tls.is_empty() {
        String::new()
    } else {
        format!("{tls:?}")
    };
    let ring = match with_ring {
        true => {
            "rustls = { version = \"0.23.35\", default-features = false, features = [\"ring\", \"std\"] }\n"
        }
        false => "",
    };
    format!(
        "reqwest = {{ version = \"0.13.5\", default-features = false, features = [{tls}] }}
serde = {{ version = \"1\", features = [\"derive\"] }}
serde_json = \"1\"
{TOKIO}{ring}"
    )
}

pub(super) const TOKIO: &str =
    "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n";

/// The dependencies of a program with the client in that folder, with its default features or one instead of them.
pub(super) fn depend(client: &Path, feature: Option<&str>) -> String {
    let path = toml::Value::from(client.display().to_string());
    let features = match feature {
        None => String::new(),
        Some("") => ", default-features = false".to_owned(),
        Some(feature) => format!(", default-features = false, features = [{feature:?}]"),
    };
    format!("configcat-management = {{ path = {path}{features} }}\n{TOKIO}")
}

/// A package with one program, and all that it needs fetched; its folder.
pub(super) fn package(
    root: &Path,
    folder: &Path,
    dependencies: &str,
    main: &str,
) -> Result<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    stage::write(
        &folder.join("Cargo.toml"),
        &format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n[workspace]\n"
        ),
    )?;
    stage::write(&folder.join("src/main.rs"), main)?;
    stage::copy(&root.join("Cargo.lock"), &folder.join("Cargo.lock"))?;
    match &*name {
        // It needs crates that our lock file does not have.
        OTHER => run(cargo(folder).args(["fetch", "--quiet"]))?,
        _ => programs::fetch(root, folder)?,
    }
    Ok(folder.to_path_buf())
}

pub(super) const BY_HAND: &str = r#"
#[derive(serde::Deserialize)]
struct Me {
    email: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = reqwest::Client::new();
    let answer = client.get("https://api.configcat.com/v1/me").basic_auth("user", Some("pass")).send().await?;
    let me: Me = serde_json::from_slice(&answer.bytes().await?)?;
    println!("{}", me.email);
    Ok(())
}
"#;

pub(super) const BY_CLIENT: &str = r#"
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = configcat_management::Client::builder().credentials("user", "pass").build()?;
    println!("{}", client.get_me().send().await?.email);
    Ok(())
}
"#;

/// Each is built so often, in turns.
const ROUNDS: u32 = 3;
/// Of what is built in a round, the program by hand.
const FLOOR_COLUMN: usize = 0;

const PUBLISHED: &str = "published";
pub(super) const OTHER: &str = "by-openapi-generator";

/// How long something took, in seconds.
#[derive(Clone, Copy)]
pub(super) struct Took {
    wall: f64,
    /// Of all cores together. Steadier than the wall if others work on the machine, too.
    pub(super) cpu: f64,
}

impl Took {
    pub(super) fn least(self, other: Self) -> Self {
        Took {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
        }
    }
}

/// A program that is built, and what it is called in the table.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) dependencies: String,
    pub(super) main: String,
}

/// Builds programs from nothing, one after the other, and writes `docs/build-times.md`. `other` is the folder of a client that
/// openapi-generator has made of the same description.
pub(crate) fn measure(workspace: &Workspace, other: Option<&Path>) -> Result<()> {
    let root = workspace.root();
    let folder = workspace.target().join("xtask/build-times");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Error::file(&folder, error))?;
    }
    let staged = folder.join("staged");
    stage::stage(workspace, &staged)?;
    let clone = folder.join("clone");
    run(programs::git(root)
        .args(["clone", "--quiet", "--no-hardlinks", "."])
        .arg(&clone))?;
    programs::fetch(root, &clone)?;
    let program = |name, title: &str, dependencies, main: &str| Program {
        name,
        title: title.to_owned(),
        dependencies,
        main: main.to_owned(),
    };
    let mut programs = vec![
        program(
            "by-hand",
            "one call with reqwest and serde, by hand (the floor)",
            floor("rustls", false),
            BY_HAND,
        ),
        program(
            PUBLISHED,
            "the same with this crate as the registry has it",
            depend(&staged.join(stage::CLIENT), None),
            BY_CLIENT,
        ),
        program(
            "from-git",
            "the same with the repository as a git dependency",
            depend(&clone, None),
            BY_CLIENT,
        ),
    ];
    let other = other.map(Other::open).transpose()?;
    programs.extend(other.as_ref().map(Other::program));
    for program in &programs {
        let folder = folder.join(program.name);
        package(root, &folder, &program.dependencies, &program.main)?;
    }
    let mut alone = vec![(PUBLISHED, stage::CLIENT)];
    alone.extend(other.as_ref().map(|other| (OTHER, other.package.as_str())));
    let mut rounds: Vec<Vec<Took>> = Vec::new();
    for round in 1..=ROUNDS {
        let mut times = Vec::new();
        for program in &programs {
            let package = folder.join(program.name);
            run(cargo(&package).args(["clean", "--offline", "--quiet"]))?;
            times.push(build(&package, &BUILD)?);
        }
        // Everything else is there already.
        for (program, package) in &alone {
            let program = folder.join(program);
            run(cargo(&program).args(["clean", "--offline", "--quiet", "-p", package]))?;
            times.push(build(&program, &BUILD)?);
        }
        for time in &times {
            crate::say!(
                "round {round}: {:.0} s, {:.0} s of CPU",
                time.wall,
                time.cpu
            );
        }
        rounds.push(times);
    }
    let titles: Vec<&str> = programs
        .iter()
        .map(|program| program.title.as_str())
        .collect();
    let floors = rounds
        .iter()
        .filter_map(|times| times.get(FLOOR_COLUMN).copied());
    let floor = floors.reduce(Took::least).unwrap_or(Took {
        wall: f64::NAN,
        cpu: f64::NAN,
    });
    let variants = variants::table(root, &folder, &staged.join(stage::CLIENT), &clone, floor)?;
    let text = text(&titles, &rounds, &variants);
    stage::write(&root.join("docs/build-times.md"), &text)?;
    crate::say!("wrote docs/build-times.md");
    Ok(())
}

/// Of a package that has its target folder to itself; not incrementally, as cargo builds what comes from a registry.
pub(super) const BUILD: [&str; 5] = [
    "build",
    "--config",
    "profile.dev.incremental=false",
    "--target-dir",
    "target",
];

/// Runs cargo in a package, without a network, and tells how long that took.
pub(super) fn build(package: &Path, arguments: &[&str]) -> Result<Took> {
    let failed = |what: String| Error::file(package, what);
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new("bash")
        .arg("-c")
        .arg("TIMEFORMAT='%R %U %S'; time \"$0\" \"$@\" --offline --quiet")
        .arg(program)
        .args(arguments)
        .current_dir(package)
        .env_remove("RUSTFLAGS")
        // With a decimal point.
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(failed(format!("does not build:\n{printed}")));
    }
    let times: Vec<f64> = printed
        .lines()
        .last()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|time| time.parse().ok())
        .collect();
    match times.as_slice() {
        [wall, user, system] => Ok(Took {
            wall: *wall,
            cpu: user + system,
        }),
        _ => Err(failed(format!("bash did not tell the times: {printed}"))),
    }
}

/// What was built in all rounds, first the programs, then crates alone.
fn text(programs: &[&str], rounds: &[Vec<Took>], variants: &str) -> String {
    // Of what stood beside it in the same round: from one to the next, the machine is not the same.
    let ratios = |of: usize, to: usize, seconds: fn(&Took) -> f64| {
        let ratio = |times: &Vec<Took>| Some(seconds(times.get(of)?) / seconds(times.get(to)?));
        let mut ratios: Vec<f64> = rounds.iter().filter_map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        ratios
    };
    let median = |of, to, seconds| {
        let ratios = ratios(of, to, seconds);
        ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let [work, time]: [fn(&Took) -> f64; 2] = [|took| took.cpu, |took| took.wall];
    let row = |name: &str, column: usize| {
        let all = ratios(column, FLOOR_COLUMN, work);
        let (least, most) = (all.first(), all.last());
        format!(
            "| {name} | {:.2} | {:.2} to {:.2} | {:.2} |\n",
            median(column, FLOOR_COLUMN, work),
            least.unwrap_or(&f64::NAN),
            most.unwrap_or(&f64::NAN),
            median(column, FLOOR_COLUMN, time),
        )
    };
    let alone = [
        "this crate alone, once all that it depends on is built",
        "openapi-generator's client alone, likewise",
    ];
    let titles = programs.iter().chain(&alone).enumerate();
    let columns = rounds.first().map_or(0, Vec::len);
    let table: String = titles
        .take(columns)
        .map(|(column, name)| row(name, column))
        .collect();
    let (staged, own) = (1, programs.len());
    let beside = match columns == programs.len() + alone.len() {
        false => String::new(),
        true => {
            let (other, others) = (programs.len() - 1, programs.len() + 1);
            format!(
                "
Against openapi-generator's client, and with the same TLS, the whole program takes {:.2} times the work and {:.2} times the time;
the program by hand (the floor) takes {:.2} and {:.2} of theirs, and the crate by itself {:.2} and {:.2}. These are medians of ratios within a
round, so they differ a little from what the rows above give.
",
                median(staged, other, work),
                median(staged, other, time),
                median(FLOOR_COLUMN, other, work),
                median(FLOOR_COLUMN, other, time),
                median(own, others, work),
                median(own, others, time),
            )
        }
    };
    format!(
        "# What it costs to build

Clean debug builds of one program each, with the default features (TLS by rustls), as cargo builds crates of a registry (not
incrementally), in turns on one machine, as ratios to the floor of the same round, the median of {ROUNDS} rounds. Work counts the seconds
of all cores, time is what the wall clock says. Both depend on what else the machine does; the third column shows how far the rounds
are apart. `cargo xtask bench build-times -- FOLDER` measures anew and writes this file; FOLDER has a client that openapi-generator
made of the same published description (`generate -g rust`), and may be left out with its rows.

| what is built | work | of the rounds | time |
| --- | --- | --- | --- |
{table}
The goal is 1.10. Of what the published crate adds to the floor, {:.2} is its own code; the rest is what it depends on. Built one by
one (`cargo build -j 1 --timings`), json-patch with the three crates that it needs takes a third of that, chrono with the two that it
needs another third, and seven small ones the last. chrono stands in public types, and json-patch applies patches as RFC 6902 says,
which is nothing to write anew; the small ones take a fifth of a second each at most.

What has paid: types are read and written by a list of their fields and code that is compiled once, not by what serde derives (an
eighth of the crate's own time); in the published crate, all functions but those that each call runs through are marked
`#[inline]`, so that they are compiled in the program that calls them, and not at all if none does; an error is located without a
second reader for each type. What has not: fewer conversions for optional arguments; a plain `send` that gives one future for all
calls in place of 123 of their own, which saved 0.3 % of a program's build and made each call 0.4 % slower.

The repository has no such marks, and adds the generator, which the published crate does without: that is what a git dependency
costs more, and what it is for. Its code could only be left out if generated code were committed beside its description.
{beside}
## In other ways

Seconds of all cores, the least of two builds of each, made in turns; of the commands of the README, one build of what they run, with
nothing built before.

| what is built | work | of |
| --- | --- | --- |
{variants}",
        median(own, FLOOR_COLUMN, work)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Least of three would be 1.1 here: the floor of the first round beside ours of the second.
    #[test]
    fn a_build_is_compared_with_the_floor_of_its_round() {
        let measured = [
            [
                (61.0, 110.0),
                (84.0, 149.0),
                (113.0, 206.0),
                (89.0, 159.0),
                (15.0, 18.0),
                (19.0, 22.0),
            ],
            [
                (64.0, 117.0),
                (68.0, 121.0),
                (110.0, 197.0),
                (86.0, 151.0),
                (21.0, 25.0),
                (21.0, 24.0),
            ],
            [
                (73.0, 133.0),
                (86.0, 154.0),
                (105.0, 193.0),
                (86.0, 155.0),
                (16.0, 20.0),
                (21.0, 24.0),
            ],
        ];
        let rounds = measured.map(|round| round.map(|(wall, cpu)| Took { wall, cpu }).to_vec());
        let page = text(
            &["the floor", "ours", "from git", "theirs"],
            &rounds,
            "| once |\n",
        );
        for line in [
            "| the floor | 1.00 | 1.00 to 1.00 | 1.00 |",
            "| ours | 1.16 | 1.03 to 1.35 | 1.18 |",
            "| theirs | 1.29 | 1.17 to 1.45 | 1.34 |",
            "| openapi-generator's client alone, likewise | 0.20 | 0.18 to 0.21 | 0.31 |",
            "takes 0.94 times the work and 0.94 times the time",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
        // Without their client.
        let without = rounds.map(|round| vec![round[0], round[1], round[2], round[4]]);
        let page = text(&["the floor", "ours", "from git"], &without, "");
        assert!(
            page.contains("| this crate alone, once all that it depends on is built | 0.16 |"),
            "{page}"
        );
        assert!(!page.contains("openapi-generator's client alone"), "{page}");
    }
}
