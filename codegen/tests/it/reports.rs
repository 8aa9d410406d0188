//! What the generator says: how often its passes applied, and what it refuses.
//!
//! Whatever stands in a description or in `sources.toml`, there is Rust or a sentence that says what is wrong, and no panic.

mod expected;
mod names;
mod parameters;

use std::path::Path;

use crate::passes::small::{garden, passes};
use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::sources::{Parameter, Source, Sources};
use configcat_management_codegen::{Generated, facts, generate, generate_from};
use serde_json::{Value, json};

/// An operation that nothing is wrong with.
const PLAIN: &str = "{/seed: {get: {operationId: dig, responses: {200: {description: ''}}}}}";

/// Passes that have something to do wherever there is an operation, so that expecting them says nothing.
const ALWAYS: &[(&str, &str)] = &[
    ("error-answers", "any operation can fail"),
    ("operations", "any operation becomes a call"),
    ("groups", "any operation has a path to be found by"),
    ("catalog", "any operation can be called by name"),
    ("mock-docs", "any operation is mocked"),
];

/// A description of these paths and schemas, in YAML.
fn described(paths: &str, schemas: &str) -> Value {
    let text = format!(
        "openapi: 3.0.4\ninfo: {{title: Garden, version: '1'}}\npaths: {paths}\ncomponents: {{schemas: {schemas}}}"
    );
    facts::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// `GET /seed`, with these parameters.
fn with_parameters(parameters: &str) -> Value {
    let operation = format!(
        "{{operationId: dig, parameters: {parameters}, responses: {{200: {{description: ''}}}}}}"
    );
    described(&format!("{{/seed: {{get: {operation}}}}}"), "{}")
}

/// `GET /seed`, which answers with the schema `Seed` of these.
fn with_schemas(schemas: &str) -> Value {
    let answers = "{200: {description: '', content: {application/json: {schema: {$ref: '#/components/schemas/Seed'}}}}}";
    described(
        &format!("{{/seed: {{get: {{operationId: dig, responses: {answers}}}}}}}"),
        schemas,
    )
}

/// `GET /seed`, which answers with these.
fn with_answers(answers: &str) -> Value {
    described(
        &format!("{{/seed: {{get: {{operationId: dig, responses: {answers}}}}}}}"),
        "{}",
    )
}

#[track_caller]
fn generated(description: &Value) -> Generated {
    crate::passes::small::generated(&garden(Source::default()), description, &Docs::default())
}

/// Says these words, in whatever lines they stand.
#[track_caller]
fn assert_writes(description: &Value, expected: &[&str]) {
    let rust = generated(description).rust;
    let rust = rust.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in expected {
        assert!(rust.contains(expected), "`{expected}` is not in: {rust}");
    }
}

#[track_caller]
fn assert_refuses(source: &Source, description: &Value, expected: &[&str]) {
    let message = generate_from(source, description, &Docs::default())
        .expect_err("should be refused")
        .to_string();
    for expected in expected {
        assert!(
            message.contains(expected),
            "`{expected}` is not in: {message}"
        );
    }
}

/// [`assert_refuses`] without anything in `sources.toml`.
#[track_caller]
fn assert_refused(description: &Value, expected: &[&str]) {
    assert_refuses(&garden(Source::default()), description, expected);
}
