//! `cargo xtask catalog`: the operations as a table, for people and for tools.

use clap::Args;
use configcat_management_codegen::facts::{self, OperationRef};
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Error, Result};
use serde::Serialize;
use serde_json::Value;

use crate::Outcome;
use crate::diff::Format;
use crate::workspace::{self, Workspace};

/// List every operation of every source, by source and id.
///
/// Exit codes: 0 listed; 2 something cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Catalog {
    /// How to write it: an aligned table, or a JSON array.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// An operation in the catalog.
#[derive(Debug, Serialize)]
struct Entry {
    source: String,
    id: String,
    /// What tool catalogs call it.
    tool: String,
    /// What they called it once.
    aliases: Vec<String>,
    method: &'static str,
    path: String,
    tag: String,
    deprecated: bool,
}

impl Catalog {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let entries = entries(workspace)?;
        match self.format {
            Format::Text => crate::say!("{}", table(&entries).trim_end()),
            Format::Json => crate::say!("{}", workspace::json(&entries)?),
        }
        Ok(Outcome::Clean)
    }
}

fn entries(workspace: &Workspace) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for source in &workspace.sources.sources {
        let file = workspace.description(source);
        let failed = |error: Error| error.within(workspace.display(&file));
        let description = facts::read(&workspace::read(&file)?).map_err(failed)?;
        entries.extend(of_source(source, &description).map_err(failed)?);
    }
    entries.sort_by(|one, other| (&one.source, &one.id).cmp(&(&other.source, &other.id)));
    Ok(entries)
}

fn of_source(source: &Source, description: &Value) -> Result<Vec<Entry>> {
    facts::operations(description)
        .iter()
        .map(|operation| entry(source, operation))
        .collect()
}

fn entry(source: &Source, operation: &OperationRef<'_>) -> Result<Entry> {
    let id = facts::operation_id(source, operation).ok_or_else(|| {
        Error::new(format!(
            "{} has no operation id; give it one under [source.operation-ids] in sources.toml",
            operation.place()
        ))
    })?;
    let tag = operation.tag().unwrap_or_default();
    Ok(Entry {
        source: source.name.clone(),
        id: id.to_owned(),
        tool: facts::tool_name(tag, id),
        aliases: source.aliases.get(id).cloned().unwrap_or_default(),
        method: operation.method,
        path: operation.path.to_owned(),
        tag: tag.to_owned(),
        deprecated: operation.deprecated(),
    })
}

/// The entries in columns, with a line of headings.
fn table(entries: &[Entry]) -> String {
    let heading = ["SOURCE", "ID", "TOOL", "METHOD", "PATH", "NOTES"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(heading)
        .chain(entries.iter().map(row))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    });
    lines.collect()
}

fn row(entry: &Entry) -> [String; 6] {
    let mut notes = Vec::new();
    if entry.deprecated {
        notes.push("deprecated".to_owned());
    }
    if !entry.aliases.is_empty() {
        notes.push(format!("was {}", entry.aliases.join(", ")));
    }
    [
        entry.source.clone(),
        entry.id.clone(),
        entry.tool.clone(),
        entry.method.to_owned(),
        entry.path.clone(),
        notes.join("; "),
    ]
}
