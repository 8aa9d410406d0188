//! `cargo xtask ci`: all that must hold on main.

use std::process::{Command, Stdio};

use clap::Args;
use configcat_management_codegen::{Error, Result};

use crate::workspace::Workspace;
use crate::{Outcome, programs};

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
        run_to_end(
            Command::new("bash")
                .arg(&script)
                .current_dir(workspace.root()),
        )
    }
}

/// Runs a program that prints for itself: what its exit code says.
pub(crate) fn run_to_end(command: &mut Command) -> Result<Outcome> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| programs::unable(command, &error))?;
    Ok(match status.success() {
        true => Outcome::Clean,
        false => Outcome::Found,
    })
}
