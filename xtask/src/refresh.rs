//! `cargo xtask refresh`: new facts into `spec/`.

use std::path::{Path, PathBuf};

use clap::Args;
use configcat_management_codegen::{Error, Result, facts};

use crate::Outcome;
use crate::workspace::{self, Workspace};

/// Take a published description, keep its facts, and vendor them in `spec/`.
///
/// The description may be JSON or YAML, and has to be OpenAPI 3.0. What is written depends on what it says alone, not on
/// how it is laid out. Where anything fails, `spec/` stays as it was.
///
/// Exit codes: 0 written, or already up to date; 1 with `--check`, the vendored facts differ; 2 the description cannot be
/// taken, or something failed.
#[derive(Debug, Args)]
pub(crate) struct Refresh {
    /// Which source of `spec/sources.toml`.
    #[arg(default_value = "configcat")]
    source: String,
    /// The published description, downloaded.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Write nothing; only say whether the vendored facts differ.
    #[arg(long)]
    check: bool,
}

impl Refresh {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let source = workspace.sources.get(&self.source)?;
        refuse_url(&self.from)?;
        let text = workspace::read(&self.from)?;
        let description = facts::read(&text).map_err(|error| Error::file(&self.from, error))?;
        let facts = facts::reduce(&description);
        let new = facts::canonical(&facts);
        let missing = workspace.docs(source)?.missing(source, &facts);

        let file = workspace.description(source);
        let changed = !file.exists() || workspace::read(&file)? != new;
        if changed && !self.check {
            workspace::replace(&file, &new)?;
        }
        crate::say!(
            "{}: {} operations, {} schemas, {} bytes; {}",
            workspace.shown(&file),
            facts::operations(&facts).len(),
            facts::schemas(&facts).count(),
            new.len(),
            match (changed, self.check) {
                (false, _) => "up to date",
                (true, false) => "written",
                (true, true) => "differs, and was left alone",
            }
        );
        if !missing.is_empty() {
            let docs = workspace.sources.folder.join(&source.docs);
            crate::say!("{} has yet to say something:", workspace.shown(&docs));
            for line in missing {
                crate::say!("  {line}");
            }
        }
        Ok(match changed && self.check {
            true => Outcome::Found,
            false => Outcome::Clean,
        })
    }
}

/// Downloading is not this command's job yet.
fn refuse_url(file: &Path) -> Result<()> {
    let text = file.to_string_lossy();
    if text.starts_with("http://") || text.starts_with("https://") {
        return Err(Error::new(format!(
            "--from takes a file, and {text} is a URL; download it first, and name the file"
        )));
    }
    Ok(())
}
