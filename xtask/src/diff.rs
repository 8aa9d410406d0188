//! `cargo xtask diff`: what a new description means for users.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use configcat_management_codegen::diff::{self, Bump, Change, Diff};
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Error, Result, facts};
use serde_json::Value;

use crate::Outcome;
use crate::workspace::{self, Workspace};

/// Tell what has changed between two descriptions, and what that means for users of the generated Rust.
///
/// Both may be JSON or YAML, as published or as vendored in `spec/`. Every change is additive, breaking, or docs: the
/// table is in docs/versioning.md. The bump is `major` if something breaks, `minor` if something is added, `patch`
/// if only people notice, `none` if nothing has changed; below 1.0.0, `major` raises the second number of the
/// version and all else the third.
///
/// JSON: {"bump", "additive": [...], "breaking": [...], "docs": [...]}; every entry has `kind` (the rule), `message`, and
/// `method` and `path` (with `operation`, `parameter`, `field`) or `schema` (with `field`, `value`).
///
/// Exit codes: 0 compared, whatever was found; 2 a description cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The description as it was.
    old: PathBuf,
    /// The description as it is.
    new: PathBuf,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The source of `spec/sources.toml` whose ids, types and secrets apply; if it is not given, the one with the title
    /// of the new description, if any.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
}

/// How to write what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people.
    Text,
    /// JSON for scripts.
    Json,
}

impl Compare {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let (old, new) = (read(&self.old)?, read(&self.new)?);
        let source = match &self.source {
            Some(name) => workspace.sources.get(name)?.clone(),
            None => by_title(workspace, &new),
        };
        let diff = diff::between(&old, &new, &source);
        match self.format {
            Format::Text => crate::say!("{}", text(&diff).trim_end()),
            Format::Json => crate::say!("{}", workspace::json(&diff)?),
        }
        Ok(Outcome::Clean)
    }
}

fn read(file: &Path) -> Result<Value> {
    facts::read(&workspace::read(file)?).map_err(|error| Error::file(file, error))
}

/// The source that a description is of; one that knows nothing if there is none.
fn by_title(workspace: &Workspace, description: &Value) -> Source {
    let title = description
        .pointer("/info/title")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut sources = workspace.sources.sources.iter();
    let found = sources.find(|source| source.title == title);
    found.cloned().unwrap_or_default()
}

/// The difference for people.
pub(crate) fn text(diff: &Diff) -> String {
    let mut text = String::new();
    let groups = [
        ("Breaking", &diff.breaking),
        ("Additive", &diff.additive),
        ("Docs", &diff.docs),
    ];
    for (title, changes) in groups {
        if !changes.is_empty() {
            text += &format!("{title} ({})\n{}\n", changes.len(), lines(changes));
        }
    }
    text + &format!("Bump: {}, because {}\n", diff.bump, diff.why()) + below_one(diff.bump)
}

fn lines(changes: &[Change]) -> String {
    let lines = changes.iter().map(|change| format!("  {change}\n"));
    lines.collect()
}

/// What the bump means as long as the crate is below 1.0.0.
fn below_one(bump: Bump) -> &'static str {
    match bump {
        Bump::None => "",
        Bump::Patch | Bump::Minor => "Below 1.0.0 that raises the third number of the version.\n",
        Bump::Major => "Below 1.0.0 that raises the second number of the version.\n",
    }
}
