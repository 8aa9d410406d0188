//! Versions: the last one that is out, and the next one by the rules.

use std::path::{Path, PathBuf};
use std::process::Command;

use configcat_management_codegen::diff::{self, Bump};
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Error, Result, facts};
use serde_json::Value;

use crate::workspace::{self, Workspace};

/// The crates that have the workspace's version, as the lock file lists them.
const MEMBERS: [&str; 4] = [
    "configcat-management",
    "configcat-management-codegen",
    "configcat-fake",
    "xtask",
];

/// The newest tag of a release, `v` and three numbers.
pub(crate) fn last(workspace: &Workspace) -> Option<String> {
    let listed = git(workspace, &["tag", "--list", "v[0-9]*", "--merged", "HEAD"])?;
    let tags = listed.lines().filter_map(|tag| {
        let version = workspace::version(tag.trim_start_matches('v')).ok()?;
        Some((version, tag.to_owned()))
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
    let mut git = Command::new("git");
    git.arg("-C").arg(workspace.root()).args(arguments);
    let output = git.stderr(std::process::Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

/// The version that a source's new facts ask for: that of the last release, raised by all that has changed since; that of
/// HEAD where nothing was released, and that of the tree where nothing was committed. Never less than there is.
pub(crate) fn next(
    workspace: &Workspace,
    source: &Source,
    facts: &Value,
    since_vendored: Bump,
) -> Result<[u64; 3]> {
    let now = workspace.version()?;
    let commit = last(workspace).unwrap_or_else(|| "HEAD".to_owned());
    let manifest = at(workspace, &commit, &workspace.root().join("Cargo.toml"));
    let before = manifest.and_then(|text| workspace::version_in(&text));
    let file = workspace.description(source);
    let old = at(workspace, &commit, &file).and_then(|text| facts::read(&text).ok());
    let least = match (before, old) {
        (Some(before), Some(old)) => diff::between(&old, facts, source).bump.next(before),
        _ => since_vendored.next(now),
    };
    Ok(now.max(least))
}

/// The files that have the version in them, with another one.
pub(crate) fn with_version(root: &Path, version: [u64; 3]) -> Result<Vec<(PathBuf, String)>> {
    let new = shown(version);
    let manifest = root.join("Cargo.toml");
    let text = workspace::read(&manifest)?;
    let old = workspace::version_in(&text)
        .map(shown)
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
        let mut text = workspace::read(&lock)?;
        for member in MEMBERS {
            let entry = |version: &str| format!("name = \"{member}\"\nversion = \"{version}\"\n");
            text = text.replace(&entry(&old), &entry(&new));
        }
        files.push((lock, text));
    }
    Ok(files)
}

pub(crate) fn shown([major, minor, patch]: [u64; 3]) -> String {
    format!("{major}.{minor}.{patch}")
}
