//! `cargo xtask check`: whether `spec/` is whole.

use std::collections::BTreeMap;

use clap::Args;
use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Result, facts, generate_from, surface};
use serde_json::Value;

use crate::Outcome;
use crate::candidate;
use crate::diff::Format;
use crate::links;
use crate::workspace::{self, Workspace};

/// What is told of no source. No source can be called so.
const TEXTS: &str = "Markdown";

/// Check that every source in `spec/` is canonical, that our words fit its facts, and that links in Markdown lead somewhere.
///
/// Named are operations and schemas without words, words for what does not exist, deprecated operations without a
/// successor, vendored descriptions that `refresh` would write differently, and a surface that is not that of the code; in
/// Markdown files, relative links that lead to no file or heading, and paths of files that are not there.
///
/// JSON: {"SOURCE": ["problem", ...], ...}, and "Markdown" if something is wrong there.
///
/// Exit codes: 0 all is well; 1 something was found; 2 something cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write each surface as the generated code has it, instead of naming the difference.
    #[arg(long)]
    fix: bool,
}

impl Check {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let mut found = BTreeMap::new();
        let dead = links::dead(workspace)?;
        if !dead.is_empty() {
            found.insert(TEXTS, dead);
        }
        for source in &workspace.sources.sources {
            found.insert(source.name.as_str(), problems(workspace, source, self.fix)?);
        }
        match self.format {
            Format::Json => crate::say!("{}", workspace::json(&found)?),
            Format::Text => {
                for (source, problems) in &found {
                    for problem in problems {
                        crate::say!("{source}: {problem}");
                    }
                    if problems.is_empty() {
                        crate::say!("{source}: no problem");
                    }
                }
            }
        }
        Ok(match found.values().all(Vec::is_empty) {
            true => Outcome::Clean,
            false => Outcome::Found,
        })
    }
}

fn problems(workspace: &Workspace, source: &Source, fix: bool) -> Result<Vec<String>> {
    let file = workspace.description(source);
    let shown = workspace.display(&file);
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
    let docs = workspace.docs(source)?;
    problems.extend(docs.problems(source, &facts));
    if candidate::is_whole(workspace.root()) {
        problems.extend(surface_problem(workspace, source, &facts, &docs, fix)?);
    }
    Ok(problems)
}

/// What is wrong with the surface.
fn surface_problem(
    workspace: &Workspace,
    source: &Source,
    facts: &Value,
    docs: &Docs,
    fix: bool,
) -> Result<Option<String>> {
    let file = workspace.surface(source);
    let shown = workspace.display(&file);
    let made = surface::surface(&generate_from(source, facts, docs)?.rust)?;
    let text = match file.exists() {
        true => workspace::read(&file)?,
        false => String::new(),
    };
    if fix && text != made {
        workspace::replace(&file, made.as_bytes())?;
        return Ok(None);
    }
    Ok(first_difference(&text, &made).map(|line| {
        format!("{shown} is not what the generated code offers from line {line} on; run `cargo xtask check --fix`")
    }))
}

/// The number of the first line that differs; none if there is no difference.
fn first_difference(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one.split('\n').zip(other.split('\n'));
    Some(same.take_while(|(one, other)| one == other).count() + 1)
}
