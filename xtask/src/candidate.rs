//! A tree as it would be: whether it compiles is known before anything is written to the real one.

use std::fs;
use std::path::Path;
use std::process::Command;

use configcat_management_codegen::{Error, Result};

use crate::programs;
use crate::publish::stage;
use crate::transaction::Changes;
use crate::workspace::Workspace;

/// What of the tree goes into the crates.
const PARTS: [&str; 10] = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "src",
    "spec",
    "fake/Cargo.toml",
    "fake/src",
];

/// Whether a root is that of the whole repository, with something to compile, and not of a `spec/` alone.
pub(crate) fn is_whole(root: &Path) -> bool {
    root.join("Cargo.toml").exists() && root.join("src/lib.rs").exists()
}

/// Compiles the client as it would be with these changes, with each of these cargo features. The tree stays as it is.
pub(crate) fn compile(workspace: &Workspace, changes: &Changes, features: &[&str]) -> Result<()> {
    let folder = workspace.target().join("xtask/candidate");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Error::file(&folder, error))?;
    }
    let tree = folder.join("tree");
    copy(workspace, &tree)?;
    for (name, text) in changes {
        stage::write(&tree.join(name), text)?;
    }
    let candidate = Workspace::open(Some(tree))?;
    let staged = folder.join("staged");
    stage::stage(&candidate, &staged)?;
    programs::fetch(workspace.root(), &staged)?;
    programs::run(&mut check(workspace, &staged, features))
}

/// Copies what goes into the crates.
pub(crate) fn copy(workspace: &Workspace, tree: &Path) -> Result<()> {
    for part in PARTS {
        let from = workspace.root().join(part);
        match from.is_dir() {
            true => stage::copy_folder(&from, &tree.join(part))?,
            false => stage::copy(&from, &tree.join(part))?,
        }
    }
    Ok(())
}

fn check(workspace: &Workspace, staged: &Path, features: &[&str]) -> Command {
    let mut check = programs::cargo(staged);
    let target = workspace.target().join("xtask/target");
    check
        .args([
            "check",
            "--quiet",
            "--offline",
            "--lib",
            "--package",
            stage::CLIENT,
        ])
        .args(["--no-default-features", "--features", &features.join(",")])
        .arg("--target-dir")
        .arg(target)
        // A new source has no words yet: that is a warning, and stays one even if others make errors of them.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    check
}
