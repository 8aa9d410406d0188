//! A refresh of the repository: facts, surface, changelog and version together, compiled before anything is written.

use crate::support::Tree;
use serde_json::{Value, json};

const FILE: &str = "spec/configcat/swagger.json";

/// The vendored description, with a change.
fn changed(tree: &Tree, change: impl FnOnce(&mut Value)) -> String {
    let mut description: Value = serde_json::from_str(&tree.read(FILE)).expect("JSON");
    change(&mut description);
    description.to_string()
}

fn refresh(tree: &Tree, text: &str, more: &[&str]) -> crate::support::Ended {
    tree.write("downloaded", text);
    let from = tree.path("downloaded");
    let from = from.to_str().expect("UTF-8");
    tree.run(&[&["refresh", "--from", from], more].concat())
}

#[test]
#[ignore = "slow: builds the crate; .ci/run runs it"]
fn what_is_added_goes_everywhere_it_belongs() {
    let tree = Tree::repository();
    let version = |tree: &Tree| {
        let manifest = tree.read("Cargo.toml");
        let line = manifest.lines().find(|line| line.starts_with("version = "));
        line.expect("a version").to_owned()
    };
    let before = version(&tree);
    let text = changed(&tree, |description| {
        let schemas = &mut description["components"]["schemas"];
        schemas["ConfigModel"]["properties"]["mascot"] =
            json!({"type": "string", "nullable": true});
        schemas["AuditLogType"]["enum"]
            .as_array_mut()
            .expect("values")
            .push("mascotChanged".into());
        description["paths"]["/v1/mascots"]["get"] = json!({
            "operationId": "get-mascots", "tags": ["Configs"], "responses": {"200": {"description": "",
                "content": {"application/json": {"schema": {"type": "array", "items": {"type": "string"}}}}}}});
    });
    refresh(&tree, &text, &["--check"]).assert(
        1,
        &["Additive (3)", "Bump: minor", "differs, and was left alone"],
    );
    assert_eq!(version(&tree), before);

    let ended = refresh(&tree, &text, &["--format", "json"]);
    ended.assert(0, &[]);
    let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(report["diff"]["bump"], "minor");
    let lock = "Cargo.lock";
    assert_eq!(
        report["written"],
        json!([
            "CHANGELOG.md",
            lock,
            "Cargo.toml",
            "spec/configcat/surface.txt",
            FILE
        ])
    );
    assert_eq!(
        report["lacking"],
        json!(["GET /v1/mascots (get-mascots) has no words"])
    );

    let surface = tree.read("spec/configcat/surface.txt");
    for line in [
        "call get_mascots() -> Vec<String>",
        "enum AuditLogType ::MascotChanged = \"mascotChanged\"",
        "struct ConfigModel .mascot: Option<String>",
    ] {
        assert!(surface.lines().any(|found| found == line), "{line}");
    }
    let changelog = tree.read("CHANGELOG.md");
    for entry in [
        "- `configcat`: an operation is new: `get-mascots`.",
        "- `configcat`: an enum has a new value: `AuditLogType.mascotChanged`.",
    ] {
        assert!(changelog.contains(entry), "{entry} is not in {changelog}");
    }
    // There is no tag and no commit here, so the version of the tree is the one that is out.
    let after = version(&tree);
    assert_ne!(after, before);
    let number = after.trim_start_matches("version = ");
    for (name, needle) in [
        (
            "Cargo.toml",
            format!("configcat-management = {{ path = \".\", version = {number}"),
        ),
        (
            lock,
            format!("name = \"configcat-management\"\nversion = {number}\n"),
        ),
        (
            lock,
            format!("name = \"configcat-fake\"\nversion = {number}\n"),
        ),
    ] {
        assert!(
            tree.read(name).contains(&needle),
            "{needle} is not in {name}"
        );
    }
    // Once more is nothing more.
    refresh(&tree, &text, &[]).assert(
        0,
        &[
            "up to date",
            "get-mascots has no words"
                .split(' ')
                .next()
                .unwrap_or_default(),
        ],
    );
    assert_eq!(version(&tree), after);
    assert_eq!(tree.read("CHANGELOG.md"), changelog);
}

#[test]
#[ignore = "slow: builds the crate; .ci/run runs it"]
fn what_does_not_compile_changes_nothing() {
    let tree = Tree::repository();
    let files = ["CHANGELOG.md", "Cargo.toml", "Cargo.lock"];
    let before = (tree.spec(), files.map(|file| tree.read(file)));
    // The layer by hand reads this field.
    let text = changed(&tree, |description| {
        let fields = description["components"]["schemas"]["PagingResponseInfo"]["properties"]
            .as_object_mut();
        fields.expect("fields").clear();
    });
    let ended = refresh(&tree, &text, &[]);
    ended.assert(2, &["error[E"]);
    assert!(
        before == (tree.spec(), files.map(|file| tree.read(file))),
        "something was written"
    );
    // What cannot even be generated can be compared all the same.
    let text = changed(&tree, |description| {
        let schemas = description["components"]["schemas"].as_object_mut();
        schemas.expect("schemas").clear();
        description["paths"] = json!({"/v1/me": {"get": {"operationId": "get-me", "responses": {"200": {"description": ""}}}}});
    });
    refresh(&tree, &text, &[]).assert(2, &["sources.toml"]);
    refresh(&tree, &text, &["--check"]).assert(1, &["Bump: major"]);
    assert!(
        before == (tree.spec(), files.map(|file| tree.read(file))),
        "something was written"
    );
}
