//! `cargo xtask catalog` lists every operation once, for people and for tools.

use crate::support::Tree;
use serde_json::{Value, json};

#[test]
fn json_has_every_fact() {
    let ended = Tree::pets().run(&["catalog", "--format", "json"]);
    ended.assert(0, &[]);
    assert_eq!(ended.stderr, "");
    let catalog: Value = serde_json::from_str(&ended.stdout).expect("json");
    assert_eq!(
        catalog,
        json!([
            {
                "source": "pets",
                "id": "get-pets",
                "tool": "petsCo.getPets",
                "aliases": [],
                "method": "GET",
                "path": "/v1/pets",
                "tag": "Pets & Co",
                "deprecated": true,
            },
            {
                "source": "pets",
                "id": "list-pets",
                "tool": "petsCo.listPets",
                "aliases": ["pets.getV2Pets"],
                "method": "GET",
                "path": "/v2/pets",
                "tag": "Pets & Co",
                "deprecated": false,
            },
        ])
    );
}

#[test]
fn text_is_an_aligned_table() {
    let tree = Tree::pets();
    let ended = tree.run(&["catalog"]);
    ended.assert(0, &[]);
    let expected = "\
SOURCE  ID         TOOL             METHOD  PATH      NOTES
pets    get-pets   petsCo.getPets   GET     /v1/pets  deprecated
pets    list-pets  petsCo.listPets  GET     /v2/pets  was pets.getV2Pets
";
    assert_eq!(ended.stdout, expected);
    assert_eq!(tree.run(&["catalog", "--format", "text"]).stdout, expected);
}

#[test]
fn the_real_catalog_is_whole_and_sorted() {
    let ended = Tree::real().run(&["catalog", "--format", "json"]);
    ended.assert(0, &[]);
    let catalog: Vec<Value> = serde_json::from_str(&ended.stdout).expect("json");
    let keys: Vec<_> = catalog
        .iter()
        .map(|entry| (entry["source"].as_str(), entry["id"].as_str()))
        .collect();
    assert!(keys.is_sorted());
    let configcat = keys
        .iter()
        .filter(|(source, _)| *source == Some("configcat"));
    assert_eq!(configcat.count(), 123);
    let mut tools: Vec<_> = catalog.iter().map(|entry| entry["tool"].as_str()).collect();
    tools.sort_unstable();
    tools.dedup();
    assert_eq!(
        tools.len(),
        catalog.len(),
        "every tool has a name of its own"
    );
}

#[test]
fn an_operation_without_an_id_is_told() {
    let tree = Tree::pets();
    tree.edit("spec/sources.toml", "\"GET /v2/pets\" = \"list-pets\"", "");
    tree.run(&["catalog"])
        .assert(2, &["GET /v2/pets has no operation id"]);
}
