//! Whether the version keeps the promise since the last release.

use std::path::Path;
use std::process::Command;

use configcat_management_codegen::diff::{self, Bump};
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Result, facts};

use super::run;
use super::stage::CLIENT;
use crate::release::{self, shown};
use crate::workspace::{self, Workspace};

/// Compares every description and surface with those of the last tag `v…`, and says whether the version allows for it.
pub(super) fn promise(workspace: &Workspace, staged: &Path) -> Result<bool> {
    let now = workspace.version()?;
    let Some(tag) = release::last(workspace) else {
        crate::say!(
            "no promise to keep: there is no tag `v…`, so nothing was released; {} is the first",
            shown(now)
        );
        return Ok(true);
    };
    let released = workspace::version(tag.trim_start_matches('v'))?;
    let mut bump = Bump::None;
    for source in &workspace.sources.sources {
        let (found, why) = since(workspace, source, &tag)?;
        crate::say!("{} since {tag}: {found}, because {why}", source.name);
        bump = bump.max(found);
    }
    let least = bump.next(released);
    let kept = now >= least;
    match kept {
        true => crate::say!("{} keeps the promise of {tag}", shown(now)),
        false => crate::say!(
            "{} does not keep the promise of {tag}: it has to be {} at least",
            shown(now),
            shown(least)
        ),
    }
    Ok(kept && semver_checks(staged, released)?)
}

/// What has changed in a source since a release.
fn since(workspace: &Workspace, source: &Source, tag: &str) -> Result<(Bump, String)> {
    let file = workspace.description(source);
    let Some(old) = release::at(workspace, tag, &file) else {
        return Ok((Bump::Minor, "it is new".to_owned()));
    };
    let old = facts::read(&old).map_err(|error| error.within(tag))?;
    let new = facts::read(&workspace::read(&file)?)?;
    let diff = diff::between(&old, &new, source);
    let surface = workspace.surface(source);
    if let (Some(old), Ok(new)) = (
        release::at(workspace, tag, &surface),
        workspace::read(&surface),
    ) && diff.bump < Bump::Major
        && let Some(gone) = configcat_management_codegen::surface::gone(&old, &new).first()
    {
        return Ok((Bump::Major, format!("the surface no longer has `{gone}`")));
    }
    let why = diff.why();
    Ok((diff.bump, why))
}

/// What cargo-semver-checks says, where it is installed.
fn semver_checks(staged: &Path, released: [u64; 3]) -> Result<bool> {
    let mut probe = Command::new("cargo");
    let installed = probe.args(["semver-checks", "--version"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        crate::say!(
            "cargo-semver-checks is not installed; the diff and the surface alone were asked"
        );
        return Ok(true);
    }
    let mut checks = Command::new("cargo");
    checks
        .args([
            "semver-checks",
            "--baseline-version",
            &shown(released),
            "--package",
            CLIENT,
        ])
        .arg("--manifest-path")
        .arg(staged.join("Cargo.toml"));
    match run(&mut checks) {
        Ok(()) => Ok(true),
        Err(error) => {
            crate::say!("{error}");
            Ok(false)
        }
    }
}
