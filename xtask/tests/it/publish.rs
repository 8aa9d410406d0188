//! What is staged for the registry is whole, needs nothing of the repository, and is the same for the same tree.

use std::path::Path;

use crate::support::{files, run};
use tempfile::TempDir;

fn staged() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let name = folder.path().to_str().expect("UTF-8");
    run(&["publish", "--stage", name]).assert(0, &["staged in"]);
    folder
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let (one, other) = (staged(), staged());
    let (one, other) = (files(one.path()), files(other.path()));
    assert!(one.len() > 50, "{}", one.len());
    assert!(one == other);
}

#[test]
fn nothing_of_the_repository_is_needed() {
    let folder = staged();
    let all = files(folder.path());
    let text = |name: &str| {
        let bytes = all
            .get(Path::new(name))
            .unwrap_or_else(|| panic!("{name} is not staged"));
        String::from_utf8(bytes.clone()).expect("UTF-8")
    };
    for name in [
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "src/generated/configcat.rs",
    ] {
        text(&format!("configcat-management/{name}"));
    }
    for (name, bytes) in &all {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("OUT_DIR"), "{}", name.display());
        assert!(!name.ends_with("build.rs"), "{}", name.display());
        // Whatever is included is inside of its package.
        for part in text.split("include_str!(\"").skip(1) {
            let included = part.split('"').next().unwrap_or_default();
            let depth = name.components().count() - 2;
            let up = included.matches("../").count();
            assert!(up <= depth, "{} includes {included}", name.display());
        }
    }
    let client = text("configcat-management/Cargo.toml");
    for needle in [
        "codegen",
        "progenitor",
        "workspace",
        "build-dependencies",
        "path =",
    ] {
        assert!(!client.contains(needle), "{needle} is in {client}");
    }
    let fake = text("configcat-fake/Cargo.toml");
    assert!(
        fake.contains("version = \"=") && !fake.contains("workspace"),
        "{fake}"
    );
}

/// A program compiles of the client what it calls: all but what each call runs through is marked for that, and nothing else is
/// changed.
#[test]
fn the_source_is_that_of_the_repository_but_for_inline() {
    let folder = staged();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let staged = files(&folder.path().join("configcat-management/src"));
    let mut marked = 0;
    for (name, bytes) in files(&root) {
        // What it includes is in another place.
        if name == Path::new("generated.rs") {
            continue;
        }
        let shown = name.display();
        let ours = String::from_utf8(bytes).expect("UTF-8");
        let theirs = String::from_utf8(staged[&name].clone()).expect("UTF-8");
        let lines = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| line.trim() != "#[inline]");
            lines.map(str::to_owned).collect()
        };
        assert_eq!(lines(&theirs), lines(&ours), "{shown}");
        let always = ["engine/transport", "engine/limit", "engine/error"];
        match always.iter().any(|room| name.starts_with(room)) {
            true => assert_eq!(theirs, ours, "{shown}"),
            false => marked += theirs.len() - ours.len(),
        }
    }
    assert!(marked > 400 * "#[inline]".len(), "{marked} bytes");
    let generated = String::from_utf8_lossy(&staged[Path::new("generated/configcat.rs")]);
    let functions = generated.matches(" fn ").count();
    let marked = generated.matches("#[inline]\n").count();
    assert!(marked * 10 > functions * 9, "{marked} of {functions}");
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("thesis.txt"), "years of work").expect("a file");
    let name = folder.path().to_str().expect("UTF-8");
    run(&["publish", "--stage", name]).assert(2, &["is not empty"]);
    assert_eq!(files(folder.path()).len(), 1);
}

/// The registry shows the README alone: what it links to is looked up in the repository, at the release.
#[test]
fn links_of_the_readme_lead_there_from_the_registry_too() {
    let folder = staged();
    let readme = |name: &Path| std::fs::read_to_string(name.join("README.md")).expect("a README");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (ours, theirs) = (
        readme(&root),
        readme(&folder.path().join("configcat-management")),
    );
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    let value = |key: &str| {
        let rest = manifest.split(&format!("\n{key} = \"")).nth(1).expect(key);
        rest.split('"').next().expect(key).to_owned()
    };
    let (repository, version) = (value("repository"), value("version"));
    let file = format!("]({repository}/blob/v{version}/docs/pacing.md)");
    let picture = format!("![The page of the fake]({repository}/raw/v{version}/docs/fake.png)");
    for link in [file, picture] {
        assert!(theirs.contains(&link), "{link} is not in {theirs}");
    }
    // Nothing but the links is another text, and none of them is left.
    let blob = format!("{repository}/blob/v{version}/");
    let raw = format!("{repository}/raw/v{version}/");
    assert_eq!(theirs.replace(&blob, "").replace(&raw, ""), ours);
    for link in theirs.split("](").skip(1) {
        assert!(link.starts_with("https://"), "{}", &link[..40]);
    }
}
