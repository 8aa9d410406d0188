//! One file a pass. Each mends one quirk, says how often it did, and knows no other pass.
//!
//! Those of [`ON_DESCRIPTIONS`] run before the generator, on JSON; those of [`ON_RUST`] after it, on Rust. Which of them
//! *must* find something to mend is said for each source in `spec/sources.toml`.

mod absent_fields;
mod catalog;
mod checks;
mod code;
mod deprecations;
mod docs;
mod error_answers;
mod groups;
mod ids;
mod limits;
mod media_types;
mod mock_answers;
mod mock_docs;
mod mock_values;
mod newtypes;
mod null_values;
mod nullable_fields;
mod objects;
mod open_enums;
mod operation_ids;
mod operations;
mod optional_answers;
mod own_types;
mod parameters;
mod secrets;
mod sent_bodies;
mod structs;

use serde_json::Value;

pub use code::Code;
pub(crate) use secrets::SECRET;

use crate::Result;
use crate::docs::Docs;
use crate::sources::Source;

/// A pass, and what it works on.
#[derive(Debug, Clone, Copy)]
pub struct Pass<F> {
    /// Its name in `sources.toml` and in reports.
    pub name: &'static str,
    /// The quirk, in one line.
    pub mends: &'static str,
    /// Does it, and says how often.
    pub run: F,
}

/// A pass over a description.
pub type OnDescription = fn(&mut Value, &Source) -> Result<usize>;

/// A pass over generated Rust.
pub type OnRust = fn(&mut Code, &Context<'_>) -> Result<usize>;

/// What a pass over Rust may look up.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What `sources.toml` says about the source.
    pub source: &'a Source,
    /// The description as it was before any pass, made plain.
    pub facts: &'a Value,
    /// What we say about it.
    pub docs: &'a Docs,
}

/// How often a pass applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The pass.
    pub name: &'static str,
    /// How many places it mended.
    pub times: usize,
}

impl Applied {
    pub(crate) fn new(name: &'static str, times: usize) -> Self {
        Applied { name, times }
    }
}

/// The passes that run before the generator, in order.
pub const ON_DESCRIPTIONS: &[Pass<OnDescription>] = &[
    Pass {
        name: "operation-ids",
        mends: "operations without an id get the one that sources.toml gives them",
        run: operation_ids::run,
    },
    Pass {
        name: "media-types",
        mends: "bodies offered in several media types are sent and read as application/json",
        run: media_types::run,
    },
    Pass {
        name: "sent-bodies",
        mends: "request bodies that are not marked as required are sent all the same",
        run: sent_bodies::run,
    },
    Pass {
        name: "optional-answers",
        mends: "a 204 beside a 200 with a body becomes `Option`",
        run: optional_answers::run,
    },
    Pass {
        name: "error-answers",
        mends: "failures, declared or not, are read by the client, not by generated code",
        run: error_answers::run,
    },
    Pass {
        name: "limits",
        mends: "lengths and ranges are checked before sending, not by a type for each",
        run: limits::run,
    },
    Pass {
        name: "own-types",
        mends: "schemas that a type written by hand stands for",
        run: own_types::run,
    },
    Pass {
        name: "secrets",
        mends: "fields whose text must never be printed",
        run: secrets::run,
    },
    Pass {
        name: "ids",
        mends: "ids of different things get different types",
        run: ids::run,
    },
    Pass {
        name: "parameters",
        mends: "parameters that the server needs although the description calls them optional",
        run: parameters::run,
    },
];

/// The passes that run after the generator, in order.
pub const ON_RUST: &[Pass<OnRust>] = &[
    Pass {
        name: "newtypes",
        mends: "ids are compared, copied and written as what they hold",
        run: newtypes::run,
    },
    Pass {
        name: "open-enums",
        mends: "string enums keep values that they do not know",
        run: open_enums::run,
    },
    Pass {
        name: "nullable-fields",
        mends: "a nullable field that is missing reads as `None`",
        run: nullable_fields::run,
    },
    Pass {
        name: "docs",
        mends: "types and fields get our words",
        run: docs::run,
    },
    Pass {
        name: "structs",
        mends: "structs can grow: non-exhaustive, and built by `new` and `with_`",
        run: structs::run,
    },
    Pass {
        name: "null-values",
        mends: "a field that may hold any JSON tells `null` from nothing",
        run: null_values::run,
    },
    Pass {
        name: "absent-fields",
        mends: "an answer can be read although a field is missing, or a time has no zone",
        run: absent_fields::run,
    },
    Pass {
        name: "checks",
        mends: "what limits took out is checked before sending",
        run: checks::run,
    },
    Pass {
        name: "objects",
        mends: "structs are read and written by little code of their own, not by what serde derives",
        run: objects::run,
    },
    Pass {
        name: "operations",
        mends: "positional methods become calls with named options",
        run: operations::run,
    },
    Pass {
        name: "groups",
        mends: "methods stand by tag in the docs, and are found by HTTP path and tool name",
        run: groups::run,
    },
    Pass {
        name: "catalog",
        mends: "parameters and bodies become JSON Schema, for calls by name",
        run: catalog::run,
    },
    Pass {
        name: "deprecations",
        mends: "deprecated operations say what to use instead",
        run: deprecations::run,
    },
    Pass {
        name: "mock-values",
        mends: "the httpmock extension expects values as the client writes them, lists included",
        run: mock_values::run,
    },
    Pass {
        name: "mock-answers",
        mends: "the httpmock extension can answer that nothing changed",
        run: mock_answers::run,
    },
    Pass {
        name: "mock-docs",
        mends: "the httpmock extension is documented",
        run: mock_docs::run,
    },
];
