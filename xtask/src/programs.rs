//! Running cargo, git and other programs: what a build needs is fetched first, and what is missing is told with what to do.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use configcat_management_codegen::{Error, Result};
use toml::{Table, Value};

use crate::workspace;

/// How long a connection may take and how often it is tried again, if the user has not said so: a machine without a network
/// is told of it within seconds. Cargo's own values are 30 s and 3.
const HURRIED: [(&str, &str); 2] = [("CARGO_HTTP_TIMEOUT", "10"), ("CARGO_NET_RETRY", "1")];

/// What git sets for its hooks. With it, git would look into the repository of the hook in place of ours.
const OF_HOOKS: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
];

/// The cargo that runs this program, or else the one in `PATH`, in a folder.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    cargo
}

/// Git in a folder.
pub(crate) fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder);
    for variable in OF_HOOKS {
        git.env_remove(variable);
    }
    git
}

/// Makes sure that everything is on this machine that `folder` is built from, so that what follows can be built offline. Nothing
/// is asked of the network if it is there already.
///
/// The versions are those of the lock file of `root`, from which that of `folder` was copied.
pub(crate) fn fetch(root: &Path, folder: &Path) -> Result<()> {
    let mut arguments = vec!["fetch".to_owned(), "--quiet".to_owned()];
    // What other platforms need is not needed here.
    arguments.extend(
        host()
            .into_iter()
            .flat_map(|host| ["--target".into(), host]),
    );
    let mut offline = cargo(folder);
    offline.args(&arguments).arg("--offline");
    if run(&mut offline).is_err() {
        eprintln!(
            "fetching the packages that are not on this machine yet: cargo fetch in {}",
            folder.display()
        );
        let mut online = cargo(folder);
        online.args(&arguments);
        fail_soon_without_network(&mut online);
        run(&mut online).map_err(|error| {
            Error::new(format!(
                "not all packages that are needed are on this machine, and they cannot be fetched; run `cargo fetch --locked` \
                 in {} where there is a network, and then this command again\n{error}",
                root.display()
            ))
        })?;
    }
    as_locked(root, folder)
}

/// Lets a command that needs the network fail within seconds if there is none.
pub(crate) fn fail_soon_without_network(command: &mut Command) {
    for (variable, value) in HURRIED {
        if std::env::var_os(variable).is_none() {
            command.env(variable, value);
        }
    }
}

/// Refuses versions that the root's lock file does not have: cargo chooses anew if a lock file does not fit its manifests.
fn as_locked(root: &Path, folder: &Path) -> Result<()> {
    let file = root.join("Cargo.lock");
    let known = locked_packages(&file)?;
    let used = locked_packages(&folder.join("Cargo.lock"))?;
    let Some((name, version)) = used.difference(&known).next() else {
        return Ok(());
    };
    Err(Error::file(
        &file,
        format!(
            "does not have {name} {version}; run `cargo check` to bring it up to date, and commit it"
        ),
    ))
}

/// The packages of a lock file that come from a registry.
fn locked_packages(file: &Path) -> Result<BTreeSet<(String, String)>> {
    let lock: Table = workspace::read(file)?
        .parse()
        .map_err(|error: toml::de::Error| Error::file(file, error))?;
    let packages = lock.get("package").and_then(Value::as_array);
    let text = |package: &Value, key: &str| Some(package.get(key)?.as_str()?.to_owned());
    let packages = packages.into_iter().flatten().filter_map(|package| {
        package.get("source")?;
        Some((text(package, "name")?, text(package, "version")?))
    });
    Ok(packages.collect())
}

/// The platform that is built for.
pub(crate) fn host() -> Option<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "))?;
    Some(host.to_owned())
}

/// Runs a program; if it fails, what it printed is the message.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    output(command).map(|_| ())
}

/// What a program prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| unable(command, &error))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        return Ok(printed.into_owned());
    }
    Err(Error::new(format!(
        "{} failed:\n{printed}{}",
        command_line(command),
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// Why a program did not even start.
pub(crate) fn unable(command: &Command, error: &io::Error) -> Error {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        io::ErrorKind::NotFound => Error::new(format!(
            "`{program}` is not on this machine; install it, or add its folder to PATH"
        )),
        _ => Error::new(format!("{}: {error}", command_line(command))),
    }
}

fn command_line(command: &Command) -> String {
    let parts = std::iter::once(command.get_program()).chain(command.get_args());
    let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
    parts.join(" ")
}
