//! `cargo xtask ci` and `cargo xtask bench`: what else is run now and then.

use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use configcat_management_codegen::{Error, Result};

use crate::workspace::Workspace;
use crate::{Outcome, build_times, programs};

/// Run all that must hold on main: `.ci/run`, from an empty target folder if that is wanted.
///
/// Exit codes: 0 all of it holds; 1 something does not; 2 it cannot be run.
#[derive(Debug, Args)]
pub(crate) struct Ci {}

impl Ci {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let script = workspace.root().join(".ci/run");
        if !script.exists() {
            return Err(Error::file(&script, "is not there"));
        }
        ended(
            Command::new("bash")
                .arg(&script)
                .current_dir(workspace.root()),
        )
    }
}

/// Run the benchmarks: `call` and `decode` (what a call and decoding its answer cost), `makespan` (how close the pacing comes
/// to the best possible), and `build-times` (what the crate costs to build; writes docs/build-times.md, and takes minutes).
///
/// Exit codes: 0 they ran; 1 one of them failed; 2 they cannot be run.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Which one; all but `build-times` where none is named.
    #[arg(value_name = "BENCH")]
    bench: Option<String>,
    /// What the benchmark is given, after `--`; for `build-times`, the folder of a client that openapi-generator has made of
    /// the same description, to measure it too.
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Bench {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        if self.bench.as_deref() == Some("build-times") {
            build_times::measure(workspace, self.arguments.first().map(Path::new))?;
            return Ok(Outcome::Clean);
        }
        let mut command = programs::cargo(workspace.root());
        command.args(["bench", "--package", "configcat-management-examples"]);
        match &self.bench {
            Some(bench) => command.args(["--bench", bench]),
            None => command.arg("--benches"),
        };
        ended(command.arg("--").args(&self.arguments))
    }
}

fn ended(command: &mut Command) -> Result<Outcome> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| programs::unable(command, &error))?;
    Ok(match status.success() {
        true => Outcome::Clean,
        false => Outcome::Found,
    })
}
