//! What each pass does: the finished Rust of a small description that shows the quirk.
//!
//! The descriptions are in `passes/`, the Rust in `snapshots/`. A change of a pass is read as a diff of the latter;
//! `INSTA_UPDATE=always cargo test -p configcat-management-codegen` writes it.

pub(crate) mod small;

use std::collections::BTreeSet;
use std::path::Path;

use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::facts;
use configcat_management_codegen::sources::Source;
use serde::Deserialize;
use serde_json::Value;
use small::{garden, generated, passes};

/// One test for each pass, and the list of them.
macro_rules! passes {
    ($($test:ident: $pass:literal,)*) => {
        const TESTED: &[&str] = &[$($pass),*];
        $(
            #[test]
            fn $test() {
                shows($pass);
            }
        )*
    };
}

passes! {
    operation_ids: "operation-ids",
    media_types: "media-types",
    sent_bodies: "sent-bodies",
    optional_answers: "optional-answers",
    error_answers: "error-answers",
    limits: "limits",
    own_types: "own-types",
    secrets: "secrets",
    ids: "ids",
    parameters: "parameters",
    newtypes: "newtypes",
    open_enums: "open-enums",
    nullable_fields: "nullable-fields",
    docs: "docs",
    structs: "structs",
    null_values: "null-values",
    absent_fields: "absent-fields",
    objects: "objects",
    checks: "checks",
    operations: "operations",
    groups: "groups",
    catalog: "catalog",
    deprecations: "deprecations",
    mock_values: "mock-values",
    mock_answers: "mock-answers",
    mock_docs: "mock-docs",
}

/// A description that shows something, with what is known of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Small {
    /// How often the pass that it was written for applies.
    applied: usize,
    #[serde(default)]
    source: Source,
    #[serde(default)]
    docs: Docs,
    description: yaml_serde::Value,
}

impl Small {
    /// The one that was written for a pass.
    fn of(pass: &str) -> Self {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/passes/{pass}.yaml"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!("show what the pass does in {}: {error}", file.display())
        });
        let mut small: Small = yaml_serde::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        small.source = garden(small.source);
        small
    }

    fn description(&self) -> Value {
        let text = yaml_serde::to_string(&self.description).expect("YAML");
        facts::read(&text).expect("description")
    }
}

/// The pass applies as often as the description says, and what comes out is what it was.
#[track_caller]
fn shows(pass: &str) {
    let mut small = Small::of(pass);
    small.source.expect = vec![pass.to_owned()];
    let generated = generated(&small.source, &small.description(), &small.docs);
    let mended = generated
        .applied
        .iter()
        .find(|applied| applied.name == pass);
    assert_eq!(mended.map(|applied| applied.times), Some(small.applied));

    let mends = passes().into_iter().find(|(name, _)| *name == pass);
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(mends.map_or("", |(_, mends)| mends));
    let output = match pass.starts_with("mock-") {
        true => generated.httpmock,
        false => generated.rust,
    };
    settings.bind(|| insta::assert_snapshot!(pass, output));
}

#[test]
fn every_pass_is_shown() {
    let names: BTreeSet<_> = passes()
        .into_iter()
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(names.len(), passes().len(), "a name for each");
    let tested: BTreeSet<_> = TESTED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(
        tested, names,
        "write a small description, and a line in `passes!`"
    );
    assert_eq!(stems("passes", "yaml"), names, "tests/passes");
}

/// Names of files, without what they end with.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it")
        .join(folder);
    let files = std::fs::read_dir(folder).expect("folder");
    files
        .map(|file| file.expect("file").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect()
}
