//! Whether the version keeps the promise since the last release.

use configcat_management_codegen::diff::{self, Bump};
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Error, Result, facts};

use super::stage::CLIENT;
use crate::programs;
use crate::release;
use crate::workspace::{self, Workspace};

/// The features that cargo-semver-checks looks at.
const FEATURES: [&str; 8] = [
    "rustls", "http2", "gzip", "httpmock", "webhook", "catalog", "schemars", "ada",
];

/// Compares every description and surface with those of the last tag `v…`, and says whether the version allows for it.
///
/// A tag at HEAD is the one of this release, and is not asked.
pub(super) fn kept(workspace: &Workspace) -> Result<bool> {
    let now = workspace.version()?;
    let Some(tag) = release::last_before_head(workspace) else {
        crate::say!(
            "no promise to keep: there is no tag `v…`, so nothing was released; {now} is the first"
        );
        return Ok(true);
    };
    let released = tag.trim_start_matches('v').parse();
    let released = released.map_err(|error| Error::new(format!("the tag `{tag}`: {error}")))?;
    let mut bump = Bump::None;
    for source in &workspace.sources.sources {
        let (found, why) = since(workspace, source, &tag)?;
        crate::say!("{} since {tag}: {found}, because {why}", source.name);
        bump = bump.max(found);
    }
    let least = bump.next(&released);
    let kept = now >= least;
    match kept {
        true => crate::say!("{now} keeps the promise of {tag}"),
        false => {
            crate::say!("{now} does not keep the promise of {tag}: it has to be {least} at least")
        }
    }
    Ok(semver_checks(workspace, &tag)? && kept)
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
        && let Some(gone) = configcat_management_codegen::surface::removals(&old, &new).first()
    {
        return Ok((Bump::Major, format!("the surface no longer has `{gone}`")));
    }
    let why = diff.why();
    Ok((diff.bump, why))
}

/// What cargo-semver-checks says, if it is installed.
fn semver_checks(workspace: &Workspace, tag: &str) -> Result<bool> {
    let checks = || {
        let mut checks = programs::cargo(workspace.root());
        checks.arg("semver-checks");
        checks
    };
    if programs::run(checks().arg("--version")).is_err() {
        crate::say!(
            "cargo-semver-checks is not installed; the diff and the surface alone were asked"
        );
        return Ok(true);
    }
    let mut checks = checks();
    checks.args(["check-release", "--package", CLIENT, "--baseline-rev", tag]);
    // Without the system's TLS, whose headers a machine need not have.
    checks.args([
        "--only-explicit-features",
        "--features",
        &FEATURES.join(","),
    ]);
    match programs::run(&mut checks) {
        Ok(()) => {
            crate::say!("cargo-semver-checks finds nothing that breaks since {tag}");
            Ok(true)
        }
        Err(error) => {
            crate::say!("{error}");
            Ok(false)
        }
    }
}
