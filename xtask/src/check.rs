//! `cargo xtask check`: whether `spec/` is whole.

use clap::Args;
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Result, facts};

use crate::Outcome;
use crate::workspace::{self, Workspace};

/// Check that every source in `spec/` is canonical, and that our words fit its facts.
///
/// Named are operations and schemas without words, words for what does not exist, deprecated operations without a
/// successor, and vendored descriptions that `refresh` would write differently.
///
/// Exit codes: 0 all is well; 1 something was found; 2 something cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Check {}

impl Check {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let mut outcome = Outcome::Clean;
        for source in &workspace.sources.sources {
            let problems = problems(workspace, source)?;
            for problem in &problems {
                crate::say!("{}: {problem}", source.name);
            }
            if problems.is_empty() {
                crate::say!("{}: no problem", source.name);
            } else {
                outcome = Outcome::Found;
            }
        }
        Ok(outcome)
    }
}

fn problems(workspace: &Workspace, source: &Source) -> Result<Vec<String>> {
    let file = workspace.description(source);
    let shown = workspace.shown(&file);
    let text = workspace::read(&file)?;
    let description = facts::read(&text).map_err(|error| error.within(&shown))?;
    let facts = facts::reduce(&description);

    let mut problems = Vec::new();
    if let Some(line) = first_difference(&text, &facts::canonical(&facts)) {
        problems.push(format!(
            "{shown} is not canonical from line {line} on; run `cargo xtask refresh {} --from {shown}`",
            source.name
        ));
    }
    problems.extend(workspace.docs(source)?.problems(source, &facts));
    Ok(problems)
}

/// The number of the first line that differs; none where there is no difference.
fn first_difference(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one.split('\n').zip(other.split('\n'));
    Some(same.take_while(|(one, other)| one == other).count() + 1)
}
