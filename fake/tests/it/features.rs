//! Who tests with the fake has the client that the program has: the same features in `cargo build` and `cargo test`.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A crate that depends on the client, and on the fake in its tests.
fn scratch() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let fake = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = fake.parent().expect("the fake is in the repository");
    let manifest = format!(
        "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nconfigcat-management = {{ path = {root:?}, default-features = false }}\n\n\
         [dev-dependencies]\nconfigcat-fake = {{ path = {fake:?} }}\n\n[workspace]\n"
    );
    std::fs::create_dir(folder.path().join("src")).expect("a folder");
    std::fs::write(folder.path().join("src/lib.rs"), "").expect("a file");
    std::fs::write(folder.path().join("Cargo.toml"), manifest).expect("a file");
    std::fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a file");
    folder
}

/// The client's features, with these kinds of dependencies.
fn features(scratch: &Path, edges: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(scratch)
        .args(["tree", "--offline", "--edges", edges])
        .args(["--prefix", "none", "--format", "{p} has {f}"])
        .output()
        .expect("cargo starts");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let error = String::from_utf8_lossy(&output.stderr);
    let mut lines = printed.lines().filter_map(|line| {
        let (package, features) = line.split_once(" has ")?;
        package
            .starts_with("configcat-management ")
            .then_some(features.trim_end_matches(" (*)"))
    });
    let first = lines.next();
    first
        .unwrap_or_else(|| panic!("{printed}{error}"))
        .to_string()
}

#[test]
fn a_test_that_depends_on_the_fake_does_not_change_the_client() {
    let scratch = scratch();
    let built = features(scratch.path(), "no-dev");
    let tested = features(scratch.path(), "normal,build,dev");
    assert_eq!(built, tested);
}
