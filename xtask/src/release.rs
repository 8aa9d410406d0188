//! Versions: the last one that is out, and the next one by the rules.

use std::path::{Path, PathBuf};

use configcat_management_codegen::diff::{self, Bump};
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Error, Result, facts};
use semver::Version;
use serde_json::Value;

use crate::programs;
use crate::workspace::{self, Workspace};

/// Refuses a tree without the history that tells what was released, and says why it has none.
pub(crate) fn history(workspace: &Workspace) -> Result<()> {
    let git =
        |arguments: &[&str]| programs::output(programs::git(workspace.root()).args(arguments));
    let shallow = git(&["rev-parse", "--is-shallow-repository"])?;
    // A tree that was unpacked within somebody else's repository has the tags of that one.
    git(&["ls-files", "--error-unmatch", "Cargo.toml"])?;
    match shallow.trim() {
        "true" => Err(Error::new(
            "this clone is shallow and may lack the tags of releases; `git fetch --unshallow --tags` gets them",
        )),
        _ => Ok(()),
    }
}

/// Refuses a tree with changes that are not committed.
pub(crate) fn committed(workspace: &Workspace) -> Result<()> {
    let changed =
        programs::output(programs::git(workspace.root()).args(["status", "--porcelain"]))?;
    match changed.lines().next() {
        None => Ok(()),
        Some(first) => Err(Error::new(format!(
            "there are changes that are not committed (`{}`, for one); commit them, or say --allow-dirty",
            first.trim()
        ))),
    }
}

/// The newest tag of a release, `v` and three numbers.
pub(crate) fn last(workspace: &Workspace) -> Option<String> {
    newest(workspace, &["tag", "--list", "v[0-9]*", "--merged", "HEAD"])
}

/// The same, without those that stand at HEAD: what a release that has its tag already is compared with.
pub(crate) fn last_before_head(workspace: &Workspace) -> Option<String> {
    let before = [
        "tag",
        "--list",
        "v[0-9]*",
        "--merged",
        "HEAD",
        "--no-contains",
        "HEAD",
    ];
    newest(workspace, &before)
}

fn newest(workspace: &Workspace, list: &[&str]) -> Option<String> {
    let listed = git(workspace, list)?;
    let tags = listed.lines().filter_map(|tag| {
        let version: Version = tag.trim_start_matches('v').parse().ok()?;
        // What comes before a release is none.
        version.pre.is_empty().then(|| (version, tag.to_owned()))
    });
    tags.max().map(|(_, tag)| tag)
}

/// A file as it was at a commit.
pub(crate) fn at(workspace: &Workspace, commit: &str, file: &Path) -> Option<String> {
    let name = file.strip_prefix(workspace.root()).ok()?;
    // From the root of this tree, wherever it is in the repository.
    let name = format!("{commit}:./{}", name.display());
    git(workspace, &["show", &name])
}

fn git(workspace: &Workspace, arguments: &[&str]) -> Option<String> {
    programs::output(programs::git(workspace.root()).args(arguments)).ok()
}

/// The version that a source's new facts ask for: that of the last release, raised by all that has changed since; that of
/// HEAD if nothing was released, and that of the tree if nothing was committed. Never less than there is.
pub(crate) fn next(
    workspace: &Workspace,
    source: &Source,
    facts: &Value,
    since_vendored: Bump,
) -> Result<Version> {
    let now = workspace.version()?;
    let tag = match history(workspace) {
        Ok(()) => last(workspace),
        Err(error) => {
            eprintln!(
                "the last release is not known, so the version is raised from the one that is here: {error}"
            );
            None
        }
    };
    let commit = tag.unwrap_or_else(|| "HEAD".to_owned());
    let manifest = at(workspace, &commit, &workspace.root().join("Cargo.toml"));
    let before = manifest.and_then(|text| workspace::version_in(&text));
    let file = workspace.description(source);
    let old = at(workspace, &commit, &file).and_then(|text| facts::read(&text).ok());
    let least = match (before, old) {
        (Some(before), Some(old)) => diff::between(&old, facts, source).bump.next(&before),
        _ => since_vendored.next(&now),
    };
    Ok(now.max(least))
}

/// The files that have the version in them, with another one.
pub(crate) fn with_version(root: &Path, version: &Version) -> Result<Vec<(PathBuf, String)>> {
    let new = version.to_string();
    let manifest = root.join("Cargo.toml");
    let text = workspace::read(&manifest)?;
    let old = workspace::version_in(&text)
        .map(|version| version.to_string())
        .ok_or_else(|| Error::file(&manifest, "has no version of three numbers"))?;
    if old == new {
        return Ok(Vec::new());
    }
    // The version itself, and what the members ask of one another.
    let is_ours =
        |line: &str| line.starts_with("version = ") || line.starts_with("configcat-management");
    let lines = text.lines().map(|line| match is_ours(line) {
        true => line.replace(
            &format!("version = \"{old}\""),
            &format!("version = \"{new}\""),
        ),
        false => line.to_owned(),
    });
    let text: String = lines.map(|line| line + "\n").collect();
    let mut files = vec![(manifest, text)];
    let lock = root.join("Cargo.lock");
    if lock.exists() {
        let text = workspace::read(&lock)?;
        files.push((lock, update_lock(&text, &old, &new)));
    }
    Ok(files)
}

/// The lock file with the new version of the workspace's own packages: those that come from nowhere else.
fn update_lock(text: &str, old: &str, new: &str) -> String {
    let (old, new) = (
        format!("\nversion = \"{old}\"\n"),
        format!("\nversion = \"{new}\"\n"),
    );
    let blocks = text
        .split("\n\n")
        .map(|block| match block.contains("\nsource = ") {
            true => block.to_owned(),
            false => block.replacen(&old, &new, 1),
        });
    blocks.collect::<Vec<_>>().join("\n\n")
}
