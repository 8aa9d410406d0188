//! What maintainers run: `cargo xtask --help`.

/// Prints a line. A reader that has seen enough (`| head`) is no reason to fail.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}
pub(crate) use say;

mod add_source;
mod bench;
mod candidate;
mod catalog;
mod changelog;
mod check;
mod diff;
mod docs;
mod fetch;
mod links;
mod minimal_versions;
mod preview;
mod programs;
mod publish;
mod refresh;
mod release;
mod run;
mod transaction;
mod workspace;

use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use configcat_management_codegen::Result;

use crate::workspace::Workspace;

/// What maintainers of configcat-management run.
///
/// Exit codes: 0 all is well; 1 the command found what it looks for, such as drift or missing words; 2 it was called
/// wrongly, or failed.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// The root of the workspace to work on, in place of the one that this program was built in.
    #[arg(long, global = true, hide = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Refresh(refresh::Refresh),
    Diff(diff::Compare),
    Preview(preview::Look),
    AddSource(add_source::AddSource),
    Check(check::Check),
    Catalog(catalog::Catalog),
    Docs(docs::Docs),
    Publish(publish::Publish),
    MinimalVersions(minimal_versions::MinimalVersions),
    Ci(run::Ci),
    Bench(bench::Bench),
    #[command(hide = true)]
    Probe(preview::Probe),
}

/// How a command ended that did what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// There is nothing to do.
    Clean,
    /// Somebody has to look at what was printed.
    Found,
}

fn main() -> ExitCode {
    if let Some(ended) = docs::as_rustdoc() {
        return ended;
    }
    let cli = Cli::parse();
    hide_caught_panics();
    match run(cli) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// The generator panics at what it cannot do. That is caught and told as an error; the runtime's report of it would only bury the
/// message. All other panics are reported.
fn hide_caught_panics() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let file = info.location().map_or("", |location| location.file());
        if !["/typify-impl-", "/progenitor-impl-"]
            .iter()
            .any(|package| file.contains(package))
        {
            report(info);
        }
    }));
}

fn run(cli: Cli) -> Result<Outcome> {
    let workspace = Workspace::open(cli.root)?;
    match cli.command {
        Command::Refresh(command) => command.run(&workspace),
        Command::Diff(command) => command.run(&workspace),
        Command::Preview(command) => command.run(&workspace),
        Command::AddSource(command) => command.run(&workspace),
        Command::Check(command) => command.run(&workspace),
        Command::Catalog(command) => command.run(&workspace),
        Command::Docs(command) => command.run(&workspace),
        Command::Publish(command) => command.run(&workspace),
        Command::MinimalVersions(command) => command.run(&workspace),
        Command::Ci(command) => command.run(&workspace),
        Command::Bench(command) => command.run(&workspace),
        Command::Probe(command) => command.run(&workspace),
    }
}
