//! Every rule of the diff has pairs of descriptions that show it, and the table of the docs has every rule.
//!
//! That the rules tell the truth about the Rust is proven in `xtask/tests/it/promise.rs`, with the same pairs.

mod pairs;

use std::collections::BTreeMap;
use std::path::Path;

use configcat_management_codegen::diff::{self, Bump, Class, Rule};
use configcat_management_codegen::facts;
use configcat_management_codegen::sources::Source;
use pairs::{Pair, pairs};
use serde_json::{Value, json};

fn found(pair: &Pair) -> diff::Diff {
    for side in [&pair.old, &pair.new] {
        facts::read(&side.to_string()).unwrap_or_else(|error| panic!("{}: {error}", pair.name));
    }
    diff::between(&pair.old, &pair.new, &pair.source)
}

#[test]
fn each_pair_shows_its_rules_and_no_others() {
    let mut wrong = Vec::new();
    for pair in pairs() {
        let diff = found(&pair);
        let changes = [&diff.additive, &diff.breaking, &diff.docs];
        let changes = changes.into_iter().flatten();
        let told: Vec<_> = changes.clone().map(ToString::to_string).collect();
        let mut kinds: Vec<_> = changes.map(|change| change.rule.kind()).collect();
        let mut expected = pair.kinds.clone();
        kinds.sort_unstable();
        expected.sort_unstable();
        if kinds != expected {
            wrong.push(format!("{}: {told:#?}", pair.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_shown() {
    let shown: Vec<_> = pairs().into_iter().flat_map(|pair| pair.kinds).collect();
    for rule in Rule::ALL {
        assert!(
            shown.iter().any(|kind| kind == rule.kind()),
            "no pair shows {}",
            rule.kind()
        );
    }
    let mut kinds: Vec<_> = Rule::ALL.iter().map(|rule| rule.kind()).collect();
    kinds.sort_unstable();
    assert!(kinds.windows(2).all(|two| two[0] != two[1]), "{kinds:?}");
}

#[test]
fn the_bump_follows_the_gravest_change() {
    for pair in pairs() {
        let diff = found(&pair);
        let class = |class| {
            let mut kinds = pair.kinds.iter();
            kinds.any(|kind| {
                let rule = Rule::ALL.iter().find(|rule| rule.kind() == kind);
                rule.expect("a rule").class() == class
            })
        };
        let expected = match () {
            () if class(Class::Breaking) => Bump::Major,
            () if class(Class::Additive) => Bump::Minor,
            () if class(Class::Docs) => Bump::Patch,
            () => Bump::None,
        };
        assert_eq!(diff.bump, expected, "{}", pair.name);
        assert!(!diff.why().is_empty());
    }
}

#[test]
fn json_has_four_members_and_every_entry_its_place() {
    for pair in pairs() {
        let json = serde_json::to_value(found(&pair)).expect("JSON");
        let members: Vec<_> = json.as_object().expect("an object").keys().collect();
        assert_eq!(members, ["bump", "additive", "breaking", "docs"]);
        for class in ["additive", "breaking", "docs"] {
            for entry in json[class].as_array().expect("a list") {
                let has = |key: &str| entry[key].as_str().is_some_and(|text| !text.is_empty());
                assert!(has("kind") && has("message"), "{entry}");
                let operation = has("method") && has("path");
                assert!(operation != has("schema"), "{}: {entry}", pair.name);
                if entry["kind"]
                    .as_str()
                    .is_some_and(|kind| kind.starts_with("field-"))
                {
                    assert!(has("field"), "{entry}");
                }
            }
        }
    }
}

#[test]
fn an_entry_says_where_it_is() {
    let all = pairs();
    let only = |kind: &str| {
        let pair = all.iter().find(|pair| pair.kinds == [kind]).expect(kind);
        let json = serde_json::to_value(found(pair)).expect("JSON");
        let classes = ["additive", "breaking", "docs"];
        let mut entries = classes
            .iter()
            .flat_map(|class| json[class].as_array().unwrap());
        entries.next().expect("an entry").clone()
    };
    assert_eq!(
        only("parameter-added-required"),
        json!({"kind": "parameter-added-required", "operation": "add-bed", "method": "POST", "path": "/beds",
            "parameter": "garden", "message": "is new and required"})
    );
    assert_eq!(
        only("field-added-required"),
        json!({"kind": "field-added-required", "schema": "NewBed", "field": "depth", "message": "is new and required"})
    );
    assert_eq!(
        only("value-removed"),
        json!({"kind": "value-removed", "schema": "Soil", "value": "clay", "message": "is gone"})
    );
}

/// Two equal descriptions do not differ, whichever they are, and what one way adds the other way takes.
#[test]
fn nothing_differs_from_itself() {
    for pair in pairs() {
        for side in [&pair.old, &pair.new] {
            assert_eq!(diff::between(side, side, &pair.source).bump, Bump::None);
            let reduced = facts::reduce(side);
            let diff = diff::between(side, &reduced, &pair.source);
            assert_eq!(diff.bump, Bump::None, "{}: {diff:?}", pair.name);
        }
    }
}

/// What `sources.toml` says makes a difference: ids, parameters that are needed all the same, types and secrets.
#[test]
fn the_source_counts() {
    let pair = &pairs()[0];
    let mut nameless = pair.old.clone();
    nameless["paths"]["/beds"]["get"]
        .as_object_mut()
        .expect("an operation")
        .shift_remove("operationId");
    let none = diff::between(&pair.old, &nameless, &Source::default());
    assert_eq!(none.breaking[0].rule, Rule::OperationRenamed);
    let mut source = Source::default();
    source
        .operation_ids
        .insert("GET /beds".into(), "list-beds".into());
    let same = diff::between(&pair.old, &nameless, &source);
    assert_eq!(same.bump, Bump::Patch, "{same:?}");

    let mut textual = pair.old.clone();
    textual["components"]["schemas"]["NewBed"]["properties"]["name"] = json!({"type": "string"});
    let mut other = textual.clone();
    other["components"]["schemas"]["NewBed"]["properties"]["name"]["format"] = "uuid".into();
    assert_eq!(diff::between(&textual, &other, &source).bump, Bump::Major);
    source.secrets.fields.push("NewBed.name".into());
    assert_eq!(diff::between(&textual, &other, &source).bump, Bump::Patch);
}

#[test]
fn schemas_may_go_in_circles() {
    let around = |more: Value| {
        json!({"openapi": "3.0.4", "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "", "content":
                {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}},
            "components": {"schemas": {
                "A": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/B"}}},
                "B": {"type": "object", "properties": {"back": {"$ref": "#/components/schemas/A"}, "more": more}}}}})
    };
    let (old, new) = (
        around(json!({"type": "string"})),
        around(json!({"type": "boolean"})),
    );
    let diff = diff::between(&old, &new, &Source::default());
    assert_eq!(diff.breaking.len(), 1);
    assert_eq!(diff.breaking[0].place.field.as_deref(), Some("more"));
}

/// Cargo's own rule for versions below 1.0.0.
#[test]
fn versions_below_one_shift() {
    for (bump, before, after) in [
        (Bump::Major, "0.1.4", "0.2.0"),
        (Bump::Minor, "0.1.4", "0.1.5"),
        (Bump::Patch, "0.1.4", "0.1.5"),
        (Bump::Major, "1.2.3", "2.0.0"),
        (Bump::Minor, "1.2.3", "1.3.0"),
        (Bump::Patch, "1.2.3", "1.2.4"),
        (Bump::None, "0.1.4", "0.1.4"),
    ] {
        let before = before.parse().expect("a version");
        assert_eq!(bump.next(&before).to_string(), after, "{bump} of {before}");
    }
}

/// `docs/versioning.md` is what the rules and the pairs say. `UPDATE=1` writes it.
#[test]
fn the_docs_have_the_table() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/versioning.md");
    let text = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &text).expect("written");
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == text,
        "docs/versioning.md is not what the rules say; run `UPDATE=1 cargo test -p configcat-management-codegen --test it diff`"
    );
}

fn table() -> String {
    let mut shown: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for pair in pairs() {
        for kind in &pair.kinds {
            let (count, at_run_time) = shown.entry(kind.clone()).or_default();
            *count += 1;
            *at_run_time |= pair.compiles;
        }
    }
    let mut text = "\
# What a change of the API means for you

A program that was written against one release compiles against the next, as long as nothing in this table says *breaking*.
The table is written by `codegen/tests/it/diff.rs` from the rules of `cargo xtask diff`. Each rule has examples: pairs of
small descriptions (`codegen/tests/it/diff/`), and `xtask/tests/it/promise.rs` generates both clients of every pair and compiles a
program that uses all of the old one against the new one: it compiles where the table says *additive* or *docs*, and does not
where it says *breaking*, unless it says *at run time*: then it compiles, and may fail when it runs.

The most severe change decides the version: *breaking* is a major release, *additive* a minor one, *docs* a patch. Below 1.0.0,
as cargo has it, *breaking* raises the second number and all else the third.

| what changes | kind in JSON | it is | what becomes of the Rust | pairs |
| --- | --- | --- | --- | --- |
"
    .to_owned();
    for rule in Rule::ALL {
        let (count, at_run_time) = shown.get(rule.kind()).copied().unwrap_or_default();
        let class = match (rule.class(), at_run_time) {
            (Class::Breaking, true) => "breaking (at run time)".to_owned(),
            (class, _) => class.to_string(),
        };
        text += &format!(
            "| {} | `{}` | {class} | {} | {count} |\n",
            rule.what(),
            rule.kind(),
            rule.why()
        );
    }
    text + "
Three of these rules differ from what other clients do. A field of an answer that becomes *required* is a breaking change, because
its type is no longer an `Option`; if it may be null or is a list, nothing changes. A field that is sent and becomes *optional* is a
breaking change too, because `new` loses an argument. A new value of an enum is never one, because enums are open.

The server enforces its limits whatever the release of the client. A tightened limit counts as breaking because the newer
client refuses such a value before it is sent.

What is only received implements `Default` and has a `with_` for each field, so a test that builds an answer compiles when a
field is added.
"
}
