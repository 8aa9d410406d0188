//! What a command takes for granted is there, or it says at once what is missing and what to do.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{Ended, PETS, Tree, files, git};
use tempfile::TempDir;

/// How long a command may take to find out that there is no network: a multiple of what it takes.
const SECONDS: Duration = Duration::from_secs(60);

/// Runs a command on a tree where nothing was ever fetched and no network is there.
fn cut_off(tree: &Tree, arguments: &[&str]) -> Ended {
    let home = TempDir::new().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let proxies = [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "CARGO_HTTP_PROXY",
    ];
    let mut variables: Vec<_> = proxies.map(|name| (name, closed.as_str())).into();
    let home = home.path().to_str().expect("UTF-8");
    variables.extend([("CARGO_HOME", home), ("NO_PROXY", ""), ("no_proxy", "")]);
    let started = Instant::now();
    let ended = tree.run_with(arguments, &variables);
    assert!(started.elapsed() < SECONDS, "{:?}", started.elapsed());
    ended
}

#[test]
fn without_a_network_and_packages_it_says_what_to_run_where_there_is_one() {
    let tree = Tree::repository();
    let text = tree.read("spec/configcat/swagger.json");
    let grown = text.replacen(
        "\"AuditLogType\": {",
        "\"Mascot\": {\"type\": \"object\"},\n\"AuditLogType\": {",
        1,
    );
    assert_ne!(text, grown);
    tree.write("downloaded", grown);
    tree.write(
        "pets.yaml",
        PETS.replace(
            "    get:\n      tags",
            "    get:\n      operationId: list-pets\n      tags",
        ),
    );
    let before = (tree.spec(), tree.read("Cargo.toml"));
    let (from, pets) = (tree.path("downloaded"), tree.path("pets.yaml"));
    let (from, pets) = (from.to_str().expect("UTF-8"), pets.to_str().expect("UTF-8"));
    for arguments in [
        &["refresh", "--from", from][..],
        &["add-source", "pets", pets],
        &["publish", "--dry-run"],
    ] {
        let root = tree.path("").canonicalize().expect("a folder");
        let said = format!("run `cargo fetch --locked` in {}", root.display());
        let ended = cut_off(&tree, arguments);
        ended.assert(
            2,
            &[
                "fetching the packages that are not on this machine yet",
                &said,
            ],
        );
        assert!(
            before == (tree.spec(), tree.read("Cargo.toml")),
            "something was written"
        );
    }
    // Looking needs no packages.
    cut_off(&tree, &["refresh", "--check", "--from", from]).assert(1, &["differs"]);
    cut_off(&tree, &["preview", pets]).assert(0, &["No problem"]);
}

/// A tree with a version, whose description grows.
fn versioned() -> Tree {
    let tree = Tree::pets();
    tree.write("Cargo.toml", "[workspace.package]\nversion = \"0.3.0\"\n");
    tree
}

fn grow(tree: &Tree, variables: &[(&str, &str)]) -> Ended {
    tree.write("downloaded", PETS.replace("dog]", "dog, bird]"));
    let from = tree.path("downloaded");
    let from = from.to_str().expect("UTF-8");
    tree.run_with(&["refresh", "pets", "--from", from], variables)
}

/// Commits the tree as released, and raises the version beyond what the next change asks for.
fn release(tree: &Tree) {
    let root = tree.path("");
    git(&root, &["init", "--quiet"]);
    git(&root, &["add", "Cargo.toml", "spec"]);
    git(&root, &["commit", "--quiet", "--message", "Release"]);
    git(&root, &["tag", "v0.3.0"]);
    // What comes before a release is none.
    git(&root, &["tag", "v0.4.0-rc.1"]);
    tree.edit("Cargo.toml", "0.3.0", "0.3.1");
    git(&root, &["commit", "--quiet", "--all", "--message", "Go on"]);
}

#[test]
fn without_git_a_refresh_says_that_it_does_not_know_the_last_release() {
    let tree = versioned();
    release(&tree);
    let ended = grow(&tree, &[("PATH", "")]);
    ended.assert(
        0,
        &[
            "the last release is not known",
            "`git` is not on this machine",
            "version 0.3.2",
        ],
    );
}

#[test]
fn the_version_is_raised_once_from_the_last_release() {
    let tree = versioned();
    release(&tree);
    let ended = grow(&tree, &[]);
    ended.assert(0, &["version 0.3.1"]);
    assert_eq!(ended.stderr, "");
}

#[test]
fn what_a_merge_has_broken_is_compared_with_what_was_committed() {
    let tree = versioned();
    release(&tree);
    tree.write("spec/pets/openapi.json", "<<<<<<< HEAD\n");
    grow(&tree, &[]).assert(0, &["Additive (1)", "version 0.3.1"]);
}

#[test]
fn the_variables_of_a_hook_lead_to_no_other_repository() {
    let other = versioned();
    release(&other);
    git(&other.path(""), &["tag", "v7.0.0"]);
    let tree = versioned();
    release(&tree);
    let (folder, index) = (other.path(".git"), other.path(".git/index"));
    let variables = [
        ("GIT_DIR", folder.to_str().expect("UTF-8")),
        ("GIT_INDEX_FILE", index.to_str().expect("UTF-8")),
    ];
    grow(&tree, &variables).assert(0, &["version 0.3.1"]);
}

#[test]
fn a_tree_within_another_repository_does_not_take_its_tags() {
    let outer = TempDir::new().expect("a folder");
    git(outer.path(), &["init", "--quiet"]);
    git(
        outer.path(),
        &["commit", "--quiet", "--allow-empty", "--message", "Other"],
    );
    git(outer.path(), &["tag", "v7.0.0"]);
    let tree = versioned();
    for (name, bytes) in files(&tree.path("")) {
        let file = outer.path().join("inner").join(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, bytes).expect("a file");
    }
    let inner = outer.path().join("inner");
    std::fs::write(inner.join("downloaded"), PETS.replace("dog]", "dog, bird]")).expect("a file");
    let (root, from) = (inner.to_str().expect("UTF-8"), inner.join("downloaded"));
    let from = from.to_str().expect("UTF-8");
    crate::support::run(&["--root", root, "refresh", "pets", "--from", from])
        .assert(0, &["the last release is not known", "version 0.3.1"]);
}

/// What would be wrong is told before anything is built.
#[track_caller]
fn assert_not_published(root: &Path, variables: &[(&str, &str)], said: &[&str]) {
    let root = root.to_str().expect("UTF-8");
    let ended = crate::support::run_with(&["--root", root, "publish"], variables);
    ended.assert(2, said);
    assert!(!Path::new(root).join("target").exists());
}

#[test]
fn what_is_uploaded_is_committed_and_has_its_history() {
    let tree = versioned();
    release(&tree);
    assert_not_published(
        &tree.path(""),
        &[("PATH", "")],
        &["`git` is not on this machine"],
    );
    let outer = TempDir::new().expect("a folder");
    let clone = outer.path().join("clone");
    let from = format!("file://{}", tree.path("").display());
    let to = clone.to_str().expect("UTF-8");
    git(
        outer.path(),
        &["clone", "--quiet", "--depth", "1", &from, to],
    );
    assert_not_published(&clone, &[], &["shallow", "git fetch --unshallow --tags"]);
    git(&clone, &["fetch", "--quiet", "--unshallow", "--tags"]);
    std::fs::write(clone.join("Cargo.toml"), "").expect("a file");
    assert_not_published(&clone, &[], &["Cargo.toml", "--allow-dirty"]);
}

#[test]
fn what_is_not_utf_8_in_the_environment_and_a_path_with_spaces_do_no_harm() {
    let outer = TempDir::new().expect("a folder");
    let folder = outer.path().join("a folder, with ß and #");
    let folder = folder.to_str().expect("UTF-8");
    crate::support::run_with(
        &["publish", "--stage", folder],
        &[
            ("LC_ALL", "tr_TR.UTF-8"),
            ("HOME", "/nowhere"),
            ("TERM", ""),
        ],
    )
    .assert(0, &["staged in"]);
}
