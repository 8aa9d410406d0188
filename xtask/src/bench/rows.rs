//! What was measured, and the file that keeps it.

use std::fmt::Write as _;
use std::process::Command;
use std::thread;

use configcat_management_codegen::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::programs;
use crate::workspace::{self, Workspace};

/// Where the rows are kept.
const FILE: &str = "docs/benchmarks.json";

/// Something measured, and the same done in another way in the same run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) table: String,
    pub(crate) name: String,
    /// Of how many, if it is a point of a curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    pub(crate) unit: String,
    pub(crate) ours: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) against: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) theirs: Option<f64>,
    /// The commit that was measured, and where.
    #[serde(default)]
    pub(crate) measured: String,
}

impl Row {
    /// A row of something that stands alone.
    pub(crate) fn new(table: &str, name: &str, unit: &str, ours: f64) -> Self {
        Row {
            table: table.to_owned(),
            name: name.to_owned(),
            size: None,
            unit: unit.to_owned(),
            ours,
            against: None,
            theirs: None,
            measured: String::new(),
        }
    }

    pub(crate) fn ratio(&self) -> Option<f64> {
        self.theirs.map(|theirs| self.ours / theirs)
    }

    /// Whether both are of the same thing.
    pub(crate) fn is_like(&self, other: &Row) -> bool {
        let key = |row: &Row| (row.size, row.against.clone());
        (&self.table, &self.name, &self.unit) == (&other.table, &other.name, &other.unit)
            && key(self) == key(other)
    }
}

/// All rows.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
    #[serde(skip)]
    measured: String,
}

impl Report {
    /// No rows yet, of this commit and machine.
    pub(crate) fn new(workspace: &Workspace) -> Self {
        let root = workspace.root();
        let told = |command: &mut Command| programs::output(command).unwrap_or_default();
        let commit = told(programs::git(root).args(["rev-parse", "--short", "HEAD"]));
        // The page itself changes with each run.
        let changed = ["status", "--porcelain", "--", ".", ":!docs"];
        let changed = match told(programs::git(root).args(changed)).is_empty() {
            true => "",
            false => " with changes",
        };
        let compiler = told(Command::new("rustc").arg("--version"));
        let compiler: Vec<_> = compiler.split(' ').take(2).collect();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        // What else the machine does; only Linux tells.
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or_default();
        let measured = format!(
            "{}{changed}, {} on {}, {cores} cores, load before it {load}",
            commit.trim(),
            compiler.join(" "),
            std::env::consts::ARCH,
        );
        let rows = Vec::new();
        Report { rows, measured }
    }

    /// Those that are committed; none if there is no file.
    pub(crate) fn read(workspace: &Workspace) -> Result<Self> {
        let file = workspace.root().join(FILE);
        if !file.exists() {
            return Ok(Report::default());
        }
        let text = workspace::read(&file)?;
        serde_json::from_str(&text).map_err(|error| Error::file(&file, error))
    }

    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        let measured = &self.measured;
        self.rows.extend(rows.into_iter().map(|row| Row {
            measured: measured.clone(),
            ..row
        }));
    }

    /// These in the place of the old ones of the same tables, in the order of the page.
    pub(crate) fn over(self, old: Report, tables: &[&str]) -> Report {
        let kept = old.rows.into_iter();
        let kept = kept.filter(|row| !tables.contains(&row.table.as_str()));
        Report {
            rows: kept.chain(self.rows).collect(),
            ..self
        }
    }

    pub(crate) fn of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.table == table)
    }

    pub(crate) fn write(&self, workspace: &Workspace) -> Result<()> {
        let file = workspace.root().join(FILE);
        let mut text = String::from("{\"rows\": [\n");
        for (index, row) in self.rows.iter().enumerate() {
            let row = serde_json::to_string(row).map_err(|error| Error::file(&file, error))?;
            let comma = if index + 1 < self.rows.len() { "," } else { "" };
            let _ = writeln!(text, "{row}{comma}");
        }
        text += "]}\n";
        workspace::replace(&file, text.as_bytes())
    }
}
