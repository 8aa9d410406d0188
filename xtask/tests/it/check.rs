//! `cargo xtask check` names what is missing, what is too much, and what is not as `refresh` writes it.

use crate::support::{PETS_JSON, Tree};

const DOCS: &str = "spec/pets/docs.yaml";
const FILE: &str = "spec/pets/openapi.json";

/// With another text in one place of the words, the check says each of these.
#[track_caller]
fn assert_found(from: &str, to: &str, said: &[&str]) {
    let tree = Tree::pets();
    tree.edit(DOCS, from, to);
    let before = tree.spec();
    let ended = tree.run(&["check"]);
    ended.assert(1, said);
    assert_eq!(ended.stdout.lines().count(), said.len(), "{}", ended.stdout);
    assert!(tree.spec() == before);
}

#[test]
fn a_whole_tree_is_clean() {
    let ended = Tree::pets().run(&["check"]);
    ended.assert(0, &[": no problem"]);
    assert_eq!(ended.stderr, "");
}

#[test]
fn this_tree_is_clean() {
    Tree::real().run(&["check"]).assert(0, &[": no problem"]);
}

#[test]
fn missing_words_are_named() {
    assert_found(
        "  list-pets: {summary: Lists pets of all kinds.}\n",
        "",
        &["pets: GET /v2/pets (list-pets) has no words"],
    );
    assert_found(
        "  Pet: {summary: A pet., fields: {name: What it listens to.}}\n",
        "",
        &["pets: schema Pet has no words"],
    );
    let tree = Tree::pets();
    std::fs::remove_file(tree.path(DOCS)).expect("a file");
    tree.run(&["check"])
        .assert(1, &["get-pets", "list-pets", "schema Pet", "schema Kind"]);
}

#[test]
fn words_that_say_nothing_are_named() {
    assert_found(
        "summary: A pet.",
        "summary: ' '",
        &["pets: schema Pet has an empty summary"],
    );
    assert_found(
        "summary: Lists pets of all kinds.",
        "summary: ''",
        &["pets: GET /v2/pets (list-pets) has an empty summary"],
    );
}

#[test]
fn words_for_nothing_are_named() {
    assert_found(
        "schemas:\n",
        "  get-cats: {summary: Lists cats.}\nschemas:\n",
        &["pets: words for an operation that does not exist: get-cats"],
    );
    assert_found(
        "schemas:\n",
        "schemas:\n  Cat: {summary: A cat.}\n",
        &["pets: words for a schema that does not exist: Cat"],
    );
    assert_found(
        "{kind: Which pets.}",
        "{kind: Which pets., size: Which size.}",
        &["pets: GET /v1/pets (get-pets) has words for a parameter that does not exist: size"],
    );
    assert_found(
        "fields: {name:",
        "fields: {age: Its age., name:",
        &["pets: schema Pet has words for a field that does not exist: age"],
    );
    assert_found(
        "values: {cat:",
        "values: {bird: It may., cat:",
        &["pets: schema Kind has words for a value that does not exist: bird"],
    );
}

#[test]
fn deprecated_operations_lead_to_a_successor() {
    assert_found(
        "    successor: list-pets\n",
        "",
        &["pets: GET /v1/pets (get-pets) is deprecated and has no successor"],
    );
    assert_found(
        "successor: list-pets",
        "successor: find-pets",
        &["pets: GET /v1/pets (get-pets) has a successor that does not exist: find-pets"],
    );
    assert_found(
        "successor: list-pets",
        "successor: get-pets",
        &["pets: GET /v1/pets (get-pets) has a successor that is deprecated itself: get-pets"],
    );
}

#[test]
fn operations_without_an_id_are_named() {
    let tree = Tree::pets();
    tree.edit("spec/sources.toml", "\"GET /v2/pets\" = \"list-pets\"", "");
    tree.run(&["check"]).assert(
        1,
        &["GET /v2/pets has no operation id", "[source.operation-ids]"],
    );
}

#[test]
fn a_file_that_is_not_canonical_is_named() {
    let tree = Tree::pets();
    tree.edit(FILE, "\"title\": \"Pets\",", "\"title\":  \"Pets\",");
    let said = [
        "spec/pets/openapi.json is not canonical from line 4 on",
        "cargo xtask refresh pets --from",
    ];
    tree.run(&["check"]).assert(1, &said);

    let text = tree.read(FILE).replace(":  ", ": ");
    tree.write(FILE, text.trim_end());
    tree.run(&["check"]).assert(1, &["not canonical"]);
    tree.write(FILE, format!("{text}\n"));
    tree.run(&["check"]).assert(1, &["not canonical"]);
    tree.write(FILE, text.replace('\n', "\r\n"));
    tree.run(&["check"])
        .assert(1, &["not canonical from line 1"]);
    tree.write(FILE, PETS_JSON);
    tree.run(&["check"])
        .assert(1, &["not canonical from line 1"]);
}

#[test]
fn every_source_is_checked() {
    let tree = Tree::pets();
    let second = "[[source]]\nname = \"more-pets\"\nfile = \"pets/openapi.json\"\ndocs = \"more-pets.yaml\"\n";
    let sources = tree.read("spec/sources.toml");
    tree.write("spec/sources.toml", format!("{sources}{second}"));
    tree.run(&["check"])
        .assert(1, &["more-pets: schema Pet has no words"]);
}

#[test]
fn what_cannot_be_read_is_told() {
    let tree = Tree::pets();
    tree.write(FILE, "{");
    tree.run(&["check"])
        .assert(2, &["error: spec/pets/openapi.json", "ends too early"]);
    std::fs::remove_file(tree.path(FILE)).expect("a file");
    tree.run(&["check"]).assert(2, &["openapi.json"]);

    let tree = Tree::pets();
    tree.write(DOCS, "operations: {get-pets: {summary: A., summary: B.}}");
    tree.run(&["check"])
        .assert(2, &["spec/pets/docs.yaml", "duplicate"]);
    tree.write(DOCS, "operations: {get-pets: {sumary: A.}}");
    tree.run(&["check"])
        .assert(2, &["spec/pets/docs.yaml", "unknown field `sumary`"]);

    std::fs::remove_file(tree.path("spec/sources.toml")).expect("a file");
    tree.run(&["check"]).assert(2, &["sources.toml"]);
}

#[test]
fn links_in_markdown_lead_somewhere() {
    let tree = Tree::pets();
    tree.write(
        "docs/cats and dogs.md",
        "# What they `eat`, and when\n\n# Toys\n\n# Toys\n",
    );
    let good = "See [food](docs/cats%20and%20dogs.md#what-they-eat-and-when), [toys](<docs/cats and dogs.md#toys-1>), [all](docs),\n\
                [others](https://example.com/no-such.md), [below](#below), <img src=\"spec/sources.toml\">, `src/<name>.rs`.\n\n\
                ```text\n[no link](nowhere.md)\n```\n\n# Below\n";
    tree.write("README.md", good);
    tree.write("target/doc/README.md", "[gone](gone.md)");
    tree.run(&["check"]).assert(0, &["no problem"]);
    for (text, said) in [
        (
            "[a](docs/birds.md)",
            "the link to `docs/birds.md` leads to no file",
        ),
        (
            "![a](docs/birds.png)",
            "the link to `docs/birds.png` leads to no file",
        ),
        ("[a]\n\n[a]: docs/birds.md", "leads to no file"),
        (
            "<img src=\"docs/birds.png\">",
            "the link to `docs/birds.png` leads to no file",
        ),
        ("[a](#above)", "the link to `#above` leads to no heading"),
        (
            "[a](docs/cats%20and%20dogs.md#toys-2)",
            "leads to no heading",
        ),
        ("[a](../elsewhere.md)", "leads out of the repository"),
        (
            "See `docs/birds.md`.",
            "README.md names `docs/birds.md`, which is not there",
        ),
    ] {
        tree.write("README.md", format!("{good}{text}\n"));
        tree.run(&["check"])
            .assert(1, &["Markdown: README.md", said]);
    }
}
