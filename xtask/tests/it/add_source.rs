//! `cargo xtask add-source` adds a source that compiles, or leaves nothing behind.

use crate::support::{PETS, Tree};
use serde_json::{Value, json};

/// The description of something else, with an operation that has no id and one that is deprecated.
fn others() -> String {
    PETS.replace("title: Pets", "title: Zoo")
}

fn added(tree: &Tree, name: &str, text: &str, more: &[&str]) -> crate::support::Ended {
    tree.write("zoo.yaml", text);
    let file = tree.path("zoo.yaml");
    tree.run(&[&["add-source", name, file.to_str().expect("UTF-8")], more].concat())
}

/// It is not added, says each of these, and `spec/` is as it was.
#[track_caller]
fn assert_refused(name: &str, text: &str, said: &[&str]) {
    let tree = Tree::pets();
    let before = tree.spec();
    added(&tree, name, text, &[]).assert(2, said);
    assert!(tree.spec() == before, "something was left behind");
}

#[test]
fn a_source_is_vendored_and_registered() {
    let tree = Tree::pets();
    let ended = added(&tree, "city-zoo", &others(), &["--format", "json"]);
    ended.assert(0, &[]);
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(
        found,
        json!({
            "name": "city-zoo",
            "operations": 2,
            "schemas": 2,
            "written": ["spec/city-zoo/docs.yaml", "spec/city-zoo/openapi.json", "spec/city-zoo/surface.txt", "spec/sources.toml"],
            "problems": [],
        })
    );
    let sources = tree.read("spec/sources.toml");
    for line in [
        "name = \"city-zoo\"",
        "feature = \"city-zoo\"",
        "client = \"crate::city_zoo::Client\"",
        "\"GET /v2/pets\" = \"get-v2-pets\"",
    ] {
        assert!(sources.contains(line), "{line} is not in {sources}");
    }
    assert!(
        tree.read("spec/city-zoo/surface.txt")
            .contains("call get_v2_pets() -> ()")
    );
    assert!(!tree.read("spec/city-zoo/openapi.json").contains("Prose"));
    // What is left to do is exactly to find words.
    let ended = tree.run(&["check"]);
    ended.assert(
        1,
        &[
            "pets: no problem",
            "city-zoo: GET /v1/pets (get-pets) has an empty summary",
        ],
    );
    let others = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("city-zoo: "));
    for line in others {
        assert!(line.ends_with("has an empty summary"), "{line}");
    }
    // The next one says that it is there.
    let again = added(&tree, "city-zoo", &self::others(), &[]);
    again.assert(2, &["a source `city-zoo` already"]);
}

#[test]
fn what_cannot_be_generated_is_refused_with_its_place() {
    assert_refused(
        "zoo",
        &others().replace("3.0.4", "3.1.0"),
        &["OpenAPI 3.1.0", "nothing was written"],
    );
    assert_refused(
        "zoo",
        &others().replace("application/json", "application/xml"),
        &["/paths/~1v1~1pets/get", "no JSON body"],
    );
    assert_refused(
        "zoo",
        &others().replace("    Kind:", "    Sort:"),
        &["leads nowhere"],
    );
    assert_refused("zoo", "{", &["ends too early"]);
}

#[test]
fn names_that_cannot_be_are_refused() {
    for name in [
        "Zoo", "9lives", "zoo/../x", "zoo_x", "", "-", "a--b", "match", "pets",
    ] {
        let tree = Tree::pets();
        let before = tree.spec();
        tree.write("zoo.yaml", others());
        let file = tree.path("zoo.yaml");
        let ended = tree.run(&["add-source", "--", name, file.to_str().expect("UTF-8")]);
        assert_eq!(ended.code, Some(2), "{name}: {ended:?}");
        assert!(tree.spec() == before);
    }
}

/// In a copy of the repository: the client compiles, and what does not compile is not added.
#[test]
#[ignore = "slow: builds the crate; .ci/run runs it"]
fn the_repository_takes_another_source() {
    let tree = Tree::repository();
    added(&tree, "zoo", &others(), &[]).assert(
        0,
        &[
            "wrote src/zoo.rs",
            "wrote src/generated.rs",
            "it compiles with --features zoo",
        ],
    );
    assert!(
        tree.read("Cargo.toml")
            .contains("# A client of Zoo.\nzoo = []\n")
    );
    assert!(
        tree.read("src/lib.rs")
            .contains("#[cfg(feature = \"zoo\")]\npub mod zoo;\n")
    );
    tree.run(&["check"])
        .assert(1, &["zoo: GET /v1/pets (get-pets) has an empty summary"]);

    // A file that does not fit: the compiler is asked before anything is written.
    tree.edit(
        "src/lib.rs",
        "mod client;",
        "compile_error!(\"broken\");\nmod client;",
    );
    let before = tree.spec();
    let ended = added(
        &tree,
        "den",
        &PETS.replace("title: Pets", "title: Den"),
        &[],
    );
    ended.assert(2, &["den was not added, and nothing was written", "broken"]);
    assert!(tree.spec() == before);
    assert!(!tree.path("src/den.rs").exists());
    assert!(!tree.read("Cargo.toml").contains("den ="));
}
