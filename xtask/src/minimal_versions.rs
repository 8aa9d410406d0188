//! `cargo xtask minimal-versions`: whether the least versions that the manifests ask for are enough.

use std::fs;
use std::path::Path;

use clap::Args;
use configcat_management_codegen::{Error, Result};

use crate::workspace::Workspace;
use crate::{Outcome, programs};

/// What no package is made of.
const SKIPPED: [&str; 4] = ["target", "docs", "fuzz", "node_modules"];

/// Build everything with the least versions that the manifests ask for, in a copy of the tree.
///
/// A program may hold a dependency back; it must not be told that it may, and fail then. The versions are chosen by cargo's
/// unstable `direct-minimal-versions`, and all packages are checked with all features. The network is asked for what is
/// not here yet.
///
/// Exit codes: 0 all of it builds; 2 no choice of versions fits, or something does not build: raise the versions in the manifests.
#[derive(Debug, Args)]
pub(crate) struct MinimalVersions {}

impl MinimalVersions {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let folder = workspace.target().join("xtask/minimal-versions");
        let tree = folder.join("tree");
        if tree.exists() {
            fs::remove_dir_all(&tree).map_err(|error| Error::file(&tree, error))?;
        }
        copy(workspace.root(), &tree)?;
        eprintln!("choosing the least versions: cargo update -Z direct-minimal-versions");
        let mut update = programs::cargo(&tree);
        update.args(["update", "--quiet", "-Z", "direct-minimal-versions"]);
        programs::fail_soon_without_network(update.env("RUSTC_BOOTSTRAP", "1"));
        programs::run(&mut update).map_err(|error| {
            error.within(
                "the least versions do not fit one another, or the registry cannot be asked",
            )
        })?;
        programs::fetch(&tree, &tree)?;
        eprintln!("building with them");
        let mut check = programs::cargo(&tree);
        check.args([
            "check",
            "--quiet",
            "--offline",
            "--locked",
            "--workspace",
            "--all-features",
        ]);
        // Older versions warn of what newer ones have mended.
        check
            .arg("--target-dir")
            .arg(folder.join("target"))
            .env_remove("RUSTFLAGS");
        programs::run(&mut check)?;
        crate::say!("everything builds with the least versions that the manifests ask for");
        Ok(Outcome::Clean)
    }
}

/// Copies all that packages are made of.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = |error| Error::file(from, error);
    fs::create_dir_all(to).map_err(|error| Error::file(to, error))?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, name) = (entry.path(), entry.file_name());
        let shown = name.to_string_lossy();
        if shown.starts_with('.') || SKIPPED.contains(&shown.as_ref()) {
            continue;
        }
        match path.is_dir() {
            true => copy(&path, &to.join(name))?,
            false => {
                fs::copy(&path, to.join(name)).map_err(|error| Error::file(&path, error))?;
            }
        }
    }
    Ok(())
}
