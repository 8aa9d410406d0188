//! Whether the version keeps the promise since the last release.

use std::path::Path;
use std::process::Command;

use configcat_management_codegen::diff::{self, Bump};
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Result, facts};

use super::stage::CLIENT;
use super::verify::run;
use crate::workspace::{self, Workspace};

/// Compares every description and surface with those of the last tag `v…`, and says whether the version allows for it.
pub(super) fn promise(workspace: &Workspace, staged: &Path) -> Result<bool> {
    let now = workspace.version()?;
    let Some(tag) = last_release(workspace) else {
        crate::say!(
            "no promise to keep: there is no tag `v…` yet, so nothing was released; {} is the first",
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
    let Some(old) = at(workspace, tag, &file) else {
        return Ok((Bump::Minor, "it is new".to_owned()));
    };
    let old = facts::read(&old).map_err(|error| error.within(tag))?;
    let new = facts::read(&workspace::read(&file)?)?;
    let diff = diff::between(&old, &new, source);
    let surface = workspace.surface(source);
    if let (Some(old), Ok(new)) = (at(workspace, tag, &surface), workspace::read(&surface))
        && diff.bump < Bump::Major
        && let Some(gone) = old
            .lines()
            .find(|line| !new.lines().any(|other| other == *line))
    {
        return Ok((
            Bump::Major,
            format!("the surface no longer has `{}`", gone.trim()),
        ));
    }
    let why = diff.why();
    Ok((diff.bump, why))
}

/// The newest tag of a release.
fn last_release(workspace: &Workspace) -> Option<String> {
    let listed = git(workspace, &["tag", "--list", "v[0-9]*", "--merged", "HEAD"])?;
    let tags = listed.lines().filter_map(|tag| {
        let version = workspace::version(tag.trim_start_matches('v')).ok()?;
        Some((version, tag.to_owned()))
    });
    tags.max().map(|(_, tag)| tag)
}

/// A file as it was at a tag.
fn at(workspace: &Workspace, tag: &str, file: &Path) -> Option<String> {
    git(
        workspace,
        &["show", &format!("{tag}:{}", workspace.shown(file))],
    )
}

fn git(workspace: &Workspace, arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    let output = git
        .arg("-C")
        .arg(workspace.root())
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

/// What cargo-semver-checks says, where it is installed.
fn semver_checks(staged: &Path, released: [u64; 3]) -> Result<bool> {
    let mut probe = Command::new("cargo");
    let installed = probe.args(["semver-checks", "--version"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        crate::say!("cargo-semver-checks is not installed; the diff alone was asked");
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

fn shown([major, minor, patch]: [u64; 3]) -> String {
    format!("{major}.{minor}.{patch}")
}
