//! `cargo xtask publish`: the crates as they go to the registry.

mod inline;
mod promise;
pub(crate) mod stage;
mod upload;
mod verify;

use std::path::PathBuf;

use clap::Args;
use configcat_management_codegen::{Error, Result};

use crate::workspace::Workspace;
use crate::{Outcome, programs, release};

/// Stage both crates with the generated code in place, package them, build and test what was packaged, and upload it.
///
/// Staged below `target/publish/`: `configcat-management` without build script and generator, its functions marked so that a
/// program compiles those that it calls; and `configcat-fake`. The same tree gives the same bytes. What they are built from is
/// fetched, if it is not there. Then, offline, from the unpacked archives: both are built, each cargo feature alone, all and none;
/// unit tests, doc tests, the tests that need nothing of the repository, and the docs as docs.rs builds them, without a warning;
/// the oldest supported compiler, if rustup has it; the size; and whether the version keeps the promise of docs/versioning.md
/// since the last tag `v…`, by `cargo xtask diff`, by the surface, and by cargo-semver-checks if it is installed.
///
/// Last, the client is uploaded, and then the fake, which needs it. If that breaks in the middle, the same command goes on:
/// what the registry has already is compared with what is here and not sent again. An upload wants a tree without changes
/// that are not committed, the whole history, and a token (`cargo login`, or CARGO_REGISTRY_TOKEN).
///
/// Exit codes: 0 all is well; 1 the version does not keep the promise; 2 something does not build, cannot be read or cannot be
/// uploaded.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// Do all but upload.
    #[arg(long)]
    dry_run: bool,
    /// Only stage, into this folder, whose content goes.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["dry_run", "registry"])]
    stage: Option<PathBuf>,
    /// Leave out features, tests and docs: only stage, package and build, and upload then.
    #[arg(long)]
    quick: bool,
    /// Upload to this registry of the cargo configuration, in place of crates.io.
    #[arg(long, value_name = "NAME")]
    registry: Option<String>,
    /// Upload though there are changes that are not committed, or no history.
    #[arg(long)]
    allow_dirty: bool,
}

impl Publish {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        if let Some(folder) = &self.stage {
            if folder.exists() && !folder.join("Cargo.toml").exists() && !is_empty(folder) {
                let what = "is not empty and no folder that this command staged into";
                return Err(Error::file(folder, what));
            }
            stage::stage(workspace, folder)?;
            crate::say!("staged in {}", workspace.display(folder));
            return Ok(Outcome::Clean);
        }
        // Told before anything takes its time.
        let history = release::history(workspace);
        if !self.dry_run && !self.allow_dirty {
            release::committed(workspace)?;
            history.clone()?;
        }
        let registry = self.registry.as_deref();
        let folder = workspace.target().join("publish");
        let staged = folder.join("staged");
        stage::stage_for(workspace, &staged, registry)?;
        crate::say!("staged in {}", workspace.display(&staged));
        programs::fetch(workspace.root(), &staged)?;
        verify::verify(workspace, &folder, registry, self.quick)?;
        match history {
            Ok(()) if !promise::kept(workspace)? => return Ok(Outcome::Found),
            Ok(()) => {}
            Err(error) => {
                crate::say!("whether the version keeps the promise is not known: {error}")
            }
        }
        if !self.dry_run {
            upload::upload(workspace, &folder, registry)?;
        }
        Ok(Outcome::Clean)
    }
}

fn is_empty(folder: &std::path::Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
