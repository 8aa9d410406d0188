//! `cargo xtask bench build-times`: what the client costs those who build it, as ratios of one run.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use configcat_management_codegen::{Error, Result};

use crate::publish::{run, stage};
use crate::workspace::Workspace;

/// What everybody needs who makes one call by hand: the floor.
const FLOOR: &str = r#"reqwest = { version = "0.13.5", default-features = false, features = ["rustls"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#;

const BY_HAND: &str = r#"
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

const BY_CLIENT: &str = r#"
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = configcat_management::Client::builder().credentials("user", "pass").build()?;
    println!("{}", client.get_me().send().await?.email);
    Ok(())
}
"#;

/// How long something took, in seconds.
#[derive(Clone, Copy)]
struct Took {
    wall: f64,
    /// Of all cores together. Steadier than the wall where others work on the machine, too.
    cpu: f64,
}

/// Builds three programs from nothing, one after the other, and writes `docs/build-times.md`.
pub(crate) fn measure(workspace: &Workspace) -> Result<()> {
    let root = workspace.root();
    let folder = root.join("target/xtask/build-times");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Error::file(&folder, error))?;
    }
    let staged = folder.join("staged");
    stage::stage(workspace, &staged)?;
    let clone = folder.join("clone");
    run(Command::new("git")
        .args(["clone", "--quiet", "--no-hardlinks"])
        .arg(root)
        .arg(&clone))?;
    let depend = |path: &Path| {
        format!(
            "configcat-management = {{ path = {} }}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
            toml::Value::from(path.display().to_string())
        )
    };
    let programs = [
        ("by-hand", FLOOR.to_owned(), BY_HAND),
        ("published", depend(&staged.join(stage::CLIENT)), BY_CLIENT),
        ("from-git", depend(&clone), BY_CLIENT),
    ];
    let mut took = Vec::new();
    for (name, dependencies, main) in programs {
        let package = folder.join(name);
        stage::write(
            &package.join("Cargo.toml"),
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n[workspace]\n"
            ),
        )?;
        stage::write(&package.join("src/main.rs"), main)?;
        stage::copy(&root.join("Cargo.lock"), &package.join("Cargo.lock"))?;
        run(cargo(&package).args(["metadata", "--offline", "--quiet", "--format-version", "1"]))?;
        let time = build(&package)?;
        crate::say!("{name}: {:.0} s, {:.0} s of CPU", time.wall, time.cpu);
        took.push(time);
    }
    // The client's own part: everything else is there already.
    let program = folder.join("published");
    run(cargo(&program).args(["clean", "--offline", "--quiet", "-p", stage::CLIENT]))?;
    let own = build(&program)?;
    crate::say!(
        "the client alone: {:.0} s, {:.0} s of CPU",
        own.wall,
        own.cpu
    );
    let text = text(&took, own);
    stage::write(&root.join("docs/build-times.md"), &text)?;
    crate::say!("wrote docs/build-times.md");
    Ok(())
}

fn cargo(package: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(package);
    cargo
}

/// Builds a package, and how long that took.
fn build(package: &Path) -> Result<Took> {
    let failed = |what: String| Error::file(package, what);
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new("bash")
        .arg("-c")
        .arg("TIMEFORMAT='%R %U %S'; time \"$0\" build --offline --quiet --target-dir target")
        .arg(program)
        .current_dir(package)
        .env_remove("RUSTFLAGS")
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

fn text(took: &[Took], own: Took) -> String {
    let floor = took.first().copied().unwrap_or(own);
    let names = [
        "one call with reqwest and serde, by hand (the floor)",
        "the same with this crate as the registry has it",
        "the same with the repository as a git dependency",
    ];
    let row = |name: &str, time: Took| {
        format!(
            "| {name} | {:.2} | {:.2} |\n",
            time.cpu / floor.cpu,
            time.wall / floor.wall
        )
    };
    let mut table: String = names
        .iter()
        .zip(took)
        .map(|(name, time)| row(name, *time))
        .collect();
    table += &row("the crate alone, once all that it depends on is built", own);
    let staged = took.get(1).copied().unwrap_or(own);
    format!(
        "# What it costs to build

Clean debug builds of one program each, with the default features (TLS by rustls), one after the other on one machine, as ratios
to the floor. Work counts the seconds of all cores; it hardly depends on what else the machine does. Time is what the wall
clock says. `cargo xtask bench build-times` measures anew and writes this file.

| what is built | work | time |
| --- | --- | --- |
{table}
The published crate is at {:.2} times the floor and its own code together (work). The repository adds the generator to that, which
the published crate does without.
",
        staged.cpu / (floor.cpu + own.cpu)
    )
}
