//! `cargo xtask refresh`: new facts into `spec/`.

use std::path::{Path, PathBuf};

use clap::Args;
use configcat_management_codegen::diff::{self, Bump, Diff};
use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Error, Result, facts, generate_from, surface};
use serde::Serialize;
use serde_json::Value;

use crate::Outcome;
use crate::diff::Format;
use crate::fetch::{self, Place};
use crate::transaction::{self, Changes};
use crate::workspace::{self, Workspace};
use crate::{candidate, changelog, release};

/// The cargo features that add generated code to the client.
const FEATURES: [&str; 3] = ["httpmock", "catalog", "schemars"];

/// Take a published description, keep its facts, and vendor them in `spec/`.
///
/// The description may be JSON or YAML, and has to be OpenAPI 3.0. Its facts are compared with those that are vendored, and
/// the difference is shown; the client is generated anew and compiled, in a copy; only then the tree is changed, all files
/// or none: the facts, the surface, an entry in CHANGELOG.md, and the version. The version is raised by the rules of
/// docs/versioning.md from that of the last tag `v…`, or of HEAD if there is none, and at most once. What docs.yaml lacks
/// is listed, with stubs to fill in.
///
/// If anything fails, the tree stays as it was. A download is kept below target/, and asked for again on condition that
/// it has changed.
///
/// JSON: {"source", "changed", "written": [...], "version", "diff": {...}, "lacking": [...]}.
///
/// Exit codes: 0 written, or already up to date; 1 with `--check`, the vendored facts differ; 2 the description cannot be
/// taken, or something failed.
#[derive(Debug, Args)]
pub(crate) struct Refresh {
    /// Which source of `spec/sources.toml`.
    #[arg(default_value = "configcat")]
    source: String,
    /// The published description; if it is not given, the URL in `spec/sources.toml`.
    #[arg(long, value_name = "FILE|URL")]
    from: Option<Place>,
    /// Write nothing; only show what differs.
    #[arg(long)]
    check: bool,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What a refresh did, or would do.
#[derive(Serialize)]
struct Report {
    source: String,
    /// Whether the vendored facts differ.
    changed: bool,
    /// The files that were written.
    written: Vec<PathBuf>,
    /// The version that the crates have, or would have.
    version: Option<String>,
    diff: Option<Diff>,
    /// Operations and schemas without words, and deprecated operations without a successor.
    lacking: Vec<String>,
    #[serde(skip)]
    summary: String,
    #[serde(skip)]
    stubs: String,
}

impl Refresh {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let source = workspace.sources.get(&self.source)?;
        let from = self.place(source)?;
        let text = from.text(workspace)?;
        let failed = |error: Error| error.within(&from);
        let description = facts::read(&text).map_err(failed)?;
        let facts = facts::reduce(&description);
        let docs = workspace.docs(source)?;
        let mut report = Report::new(workspace, source, &facts, &docs)?;
        // Looking needs no client; what cannot be generated may still be compared.
        if !self.check {
            let changes =
                changes(workspace, source, &facts, &docs, &mut report, &from).map_err(failed)?;
            if !changes.is_empty() {
                if candidate::is_whole(workspace.root()) {
                    let mut features = FEATURES.to_vec();
                    features.extend(source.feature.as_deref());
                    candidate::compile(workspace, &changes, &features)?;
                }
                transaction::commit(workspace.root(), &changes)?;
            }
            report.written = changes.into_keys().collect();
        }
        match self.format {
            Format::Text => report.print(workspace, source, self.check),
            Format::Json => crate::say!("{}", workspace::json(&report)?),
        }
        Ok(match report.changed && self.check {
            true => Outcome::Found,
            false => Outcome::Clean,
        })
    }

    fn place(&self, source: &Source) -> Result<Place> {
        let given = self.from.clone();
        given
            .or_else(|| fetch::locate(&source.server, &source.published))
            .ok_or_else(|| {
                Error::new(format!(
                    "spec/sources.toml does not say where `{}` is published; name a file or URL with --from",
                    source.name
                ))
            })
    }
}

impl Report {
    fn new(workspace: &Workspace, source: &Source, facts: &Value, docs: &Docs) -> Result<Self> {
        let file = workspace.description(source);
        let new = facts::canonical(facts);
        let vendored = match file.exists() {
            true => Some(workspace::read(&file)?),
            false => None,
        };
        let changed = vendored.as_ref() != Some(&new);
        // What is vendored may be broken, by a merge for one; a new description mends it, and is compared with what was
        // committed last.
        let read = |text: String| facts::read(&text).ok();
        let old = vendored
            .and_then(read)
            .or_else(|| release::at(workspace, "HEAD", &file).and_then(read));
        Ok(Report {
            source: source.name.clone(),
            changed,
            written: Vec::new(),
            version: None,
            diff: old.map(|old| diff::between(&old, facts, source)),
            lacking: docs.missing(source, facts),
            summary: format!(
                "{}: {} operations, {} schemas, {} bytes",
                workspace.display(&file),
                facts::operations(facts).len(),
                facts::schemas(facts).count(),
                new.len()
            ),
            stubs: docs.stubs(source, facts),
        })
    }

    fn print(&self, workspace: &Workspace, source: &Source, check: bool) {
        if let Some(diff) = self.diff.as_ref().filter(|diff| diff.bump > Bump::None) {
            crate::say!("{}", crate::diff::text(diff));
        }
        let state = match (self.changed, check) {
            (false, _) => "up to date",
            (true, false) => "written",
            (true, true) => "differs, and was left alone",
        };
        crate::say!("{}; {state}", self.summary);
        for file in &self.written {
            crate::say!("wrote {}", file.display());
        }
        if let Some(version) = &self.version {
            crate::say!("version {version}");
        }
        if !self.lacking.is_empty() {
            let docs = workspace.sources.folder.join(&source.docs);
            let docs = workspace.display(&docs);
            crate::say!("{docs} has yet to say something:");
            for line in &self.lacking {
                crate::say!("  {line}");
            }
            if !self.stubs.is_empty() {
                crate::say!("stubs for {docs}:\n{}", self.stubs.trim_end());
            }
        }
    }
}

/// An error of the generator, which need not say what part of a description it is about.
fn with_advice(error: &Error, from: &Place) -> Error {
    Error::new(format!(
        "{error}\n`cargo xtask preview {from}` names the operations and schemas that no client can be generated of"
    ))
}

/// All files that a refresh changes, with their new texts.
fn changes(
    workspace: &Workspace,
    source: &Source,
    facts: &Value,
    docs: &Docs,
    report: &mut Report,
    from: &Place,
) -> Result<Changes> {
    let root = workspace.root();
    let mut changes = Changes::new();
    let mut change = |file: &Path, text: String| -> Result<()> {
        let name = file
            .strip_prefix(root)
            .map_err(|_| Error::file(file, "is not in the tree"))?;
        let same = file.exists() && workspace::read(file)? == text;
        if !same {
            changes.insert(name.to_path_buf(), text);
        }
        Ok(())
    };
    change(&workspace.description(source), facts::canonical(facts))?;
    let generated = match generate_from(source, facts, docs) {
        Ok(generated) => Some(generated),
        // A tree that is a `spec/` alone need not say enough to generate from.
        Err(_) if !candidate::is_whole(root) => None,
        Err(error) => return Err(with_advice(&error, from)),
    };
    if let Some(generated) = generated {
        change(
            &workspace.surface(source),
            surface::surface(&generated.rust)?,
        )?;
    }
    if let Some(diff) = &report.diff {
        let file = root.join("CHANGELOG.md");
        if diff.bump > Bump::Patch && file.exists() {
            let text = workspace::read(&file)?;
            change(&file, changelog::with(&text, &source.name, diff))?;
        }
        if root.join("Cargo.toml").exists() {
            let version = release::next(workspace, source, facts, diff.bump)?;
            for (file, text) in release::with_version(root, &version)? {
                change(&file, text)?;
            }
            report.version = Some(version.to_string());
        }
    }
    Ok(changes)
}
