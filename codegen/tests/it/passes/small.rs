//! What the tests of passes and those of reports share.

use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Generated, generate_from, passes};
use serde_json::Value;

/// A source, with what every one must have.
pub(crate) fn garden(source: Source) -> Source {
    Source {
        name: "garden".into(),
        client: match source.client.as_str() {
            "" => "crate::Client".into(),
            _ => source.client,
        },
        ..source
    }
}

/// What comes out, and that it is Rust, and the same again.
#[track_caller]
pub(crate) fn generated(source: &Source, description: &Value, docs: &Docs) -> Generated {
    let once = generate_from(source, description, docs).expect("generated");
    for rust in [&once.rust, &once.httpmock] {
        if let Err(error) = syn::parse_file(rust) {
            panic!("{error} in:\n{rust}");
        }
    }
    let again = generate_from(source, description, docs).expect("generated again");
    assert_eq!(once.rust, again.rust);
    assert_eq!(once.httpmock, again.httpmock);
    assert_eq!(once.applied, again.applied);
    once
}

/// Every pass: its name, and the quirk in one line.
pub(crate) fn passes() -> Vec<(&'static str, &'static str)> {
    let before = passes::ON_DESCRIPTIONS.iter();
    let after = passes::ON_RUST.iter();
    before
        .map(|pass| (pass.name, pass.mends))
        .chain(after.map(|pass| (pass.name, pass.mends)))
        .collect()
}
