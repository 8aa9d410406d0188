//! `cargo xtask publish`: the crates as they go to the registry.

mod release;
pub(crate) mod stage;
mod verify;

pub(crate) use verify::run;

use std::path::PathBuf;

use clap::Args;
use configcat_management_codegen::{Error, Result};

use crate::Outcome;
use crate::workspace::Workspace;

/// Stage both crates with the generated code in place, package them, and build and test what was packaged.
///
/// Staged below `target/publish/`: `configcat-management` without build script and generator, and `configcat-fake`. The
/// same tree gives the same bytes. Then, offline, from the unpacked archives: both are built, each cargo feature alone,
/// all and none; unit tests, doc tests, the tests that need nothing of the repository, and the docs without a warning; the
/// oldest supported compiler, where rustup has it; the size; and whether the version keeps the promise of docs/versioning.md
/// since the last tag `v…`, by `cargo xtask diff`, by the surface, and by cargo-semver-checks where it is installed.
///
/// Nothing is uploaded: what to run for that is printed in the end.
///
/// Exit codes: 0 all is well; 1 the version does not keep the promise; 2 something does not build or cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// Do all but say how to upload.
    #[arg(long)]
    dry_run: bool,
    /// Only stage, into this folder, whose content goes.
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    stage: Option<PathBuf>,
    /// Only stage, package and build; leave out features, tests and docs.
    #[arg(long)]
    quick: bool,
}

impl Publish {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        if let Some(folder) = &self.stage {
            if folder.exists() && !folder.join("Cargo.toml").exists() && !is_empty(folder) {
                let what = "is not empty and no folder that this command staged into";
                return Err(Error::file(folder, what));
            }
            stage::stage(workspace, folder)?;
            crate::say!("staged in {}", workspace.shown(folder));
            return Ok(Outcome::Clean);
        }
        let folder = workspace.root().join("target").join("publish");
        let staged = folder.join("staged");
        stage::stage(workspace, &staged)?;
        crate::say!("staged in {}", workspace.shown(&staged));
        verify::verify(workspace, &folder, &staged, self.quick)?;
        let kept = release::promise(workspace, &staged)?;
        if kept && !self.dry_run {
            crate::say!(
                "to upload: cargo publish --workspace --manifest-path {}",
                workspace.shown(&staged.join("Cargo.toml"))
            );
        }
        Ok(match kept {
            true => Outcome::Clean,
            false => Outcome::Found,
        })
    }
}

fn is_empty(folder: &std::path::Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
