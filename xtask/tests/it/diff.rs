//! `cargo xtask diff` says what a new description means, for people and for scripts. The rules have tests of their own, in
//! `codegen/tests/it/diff.rs`.

use crate::support::{PETS, PETS_JSON, Tree};
use serde_json::{Value, json};

fn compared(new: &str, more: &[&str]) -> crate::support::Ended {
    let tree = Tree::pets();
    tree.write("old.yaml", PETS);
    tree.write("new.json", new);
    let (old, new) = (tree.path("old.yaml"), tree.path("new.json"));
    let files = [
        "diff",
        old.to_str().expect("UTF-8"),
        new.to_str().expect("UTF-8"),
    ];
    tree.run(&[&files[..], more].concat())
}

#[test]
fn json_is_what_scripts_expect() {
    let new = PETS_JSON.replace(r#""cat", "dog""#, r#""cat", "bird""#);
    let ended = compared(&new, &["--format", "json"]);
    ended.assert(0, &[]);
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(
        found,
        json!({
            "bump": "major",
            "additive": [{"kind": "value-added", "schema": "Kind", "value": "bird", "message": "is new"}],
            "breaking": [{"kind": "value-removed", "schema": "Kind", "value": "dog", "message": "is gone"}],
            "docs": [{"kind": "words-changed", "operation": "list-pets", "method": "GET", "path": "/v2/pets",
                "field": "answer", "message": "is described in other words"},
                {"kind": "words-changed", "operation": "get-pets", "method": "GET", "path": "/v1/pets",
                "parameter": "kind", "message": "is described in other words"},
                {"kind": "words-changed", "operation": "get-pets", "method": "GET", "path": "/v1/pets",
                "message": "is described in other words"},
                {"kind": "words-changed", "operation": "get-pets", "method": "GET", "path": "/v1/pets",
                "field": "answer", "message": "is described in other words"}],
        })
        .sorted(&found)
    );
}

/// Entries in the order of another answer, as their order is not promised.
trait Sorted {
    fn sorted(self, like: &Value) -> Value;
}

impl Sorted for Value {
    fn sorted(mut self, like: &Value) -> Value {
        if let (Some(mine), Some(theirs)) = (self["docs"].as_array_mut(), like["docs"].as_array()) {
            mine.sort_by_key(|entry| theirs.iter().position(|other| other == entry));
        }
        self
    }
}

#[test]
fn text_ends_with_the_bump_and_why() {
    let ended = compared(&PETS.replace("[cat, dog]", "[cat, dog, bird]"), &[]);
    ended.assert(
        0,
        &[
            "Additive (1)\n  schema Kind, value bird is new",
            "Bump: minor, because one change adds something",
        ],
    );
    let ended = compared(&PETS.replace("[cat, dog]", "[cat]"), &[]);
    ended.assert(
        0,
        &[
            "Breaking (1)",
            "Bump: major, because one change may break a program",
        ],
    );
    compared(PETS, &[]).assert(0, &["Bump: none, because nothing has changed"]);
}

/// The ids that `sources.toml` gives come from the source with the title of the description.
#[test]
fn operations_are_known_by_the_ids_of_their_source() {
    let gone = PETS.replace("  /v2/pets:\n    get:\n      tags: [Pets & Co]\n      responses: {200: {description: Prose.}}\n", "");
    compared(&gone, &[]).assert(0, &["GET /v2/pets (list-pets) is gone"]);
    let other = gone.replace("title: Pets", "title: Cats");
    compared(&other, &[]).assert(0, &["GET /v2/pets is gone"]);
    compared(&other, &["--source", "pets"]).assert(0, &["GET /v2/pets (list-pets) is gone"]);
    compared(&other, &["--source", "cats"]).assert(2, &["there is no source `cats`"]);
}

#[test]
fn what_cannot_be_read_is_named() {
    compared("{", &[]).assert(2, &["new.json", "ends too early"]);
    compared(&PETS.replace("3.0.4", "3.1.0"), &[]).assert(2, &["new.json", "OpenAPI 3.1.0"]);
    Tree::pets()
        .run(&["diff", "nowhere", "nowhere"])
        .assert(2, &["nowhere"]);
}
