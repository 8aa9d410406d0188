//! The published description, as tests that go through all operations need it.
#![allow(dead_code)] // Each test file is a crate of its own and uses its part.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use configcat_management::Operation;
use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

/// The description as it is published.
pub static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../../spec/configcat/swagger.json");
    serde_json::from_str(text).expect("it is JSON")
});

/// The schemas of the description as JSON Schema has them.
static SCHEMAS: LazyLock<Registry> = LazyLock::new(|| {
    let schemas = json!({ "schemas": as_json_schema(&DESCRIPTION["components"]["schemas"]) });
    let registry = Registry::new()
        .add(BASE, schemas)
        .expect("it is a resource");
    registry.prepare().expect("its references lead somewhere")
});

const BASE: &str = "urn:description";

/// What the description has to say of an operation.
pub fn described(operation: &Operation) -> &'static Value {
    let method = operation.method.as_str().to_ascii_lowercase();
    &DESCRIPTION["paths"][operation.path][method]
}

/// The schema of a request body; `None` where there is none.
pub fn body_schema(operation: &Operation) -> Option<&'static Value> {
    let schema = &described(operation)["requestBody"]["content"]["application/json"]["schema"];
    (!schema.is_null()).then_some(schema)
}

/// The schema of an answer's body; `None` where it has none.
pub fn answer_schema(operation: &Operation, status: u16) -> Option<&'static Value> {
    let answer = &described(operation)["responses"][status.to_string()];
    let schema = &answer["content"]["application/json"]["schema"];
    (!schema.is_null()).then_some(schema)
}

/// Follows a reference, and an `allOf` that holds nothing but one.
pub fn resolved(schema: &'static Value) -> &'static Value {
    if let Some(name) = name_of(schema) {
        return resolved(&DESCRIPTION["components"]["schemas"][name]);
    }
    match &schema["allOf"][0] {
        Value::Null => schema,
        only => resolved(only),
    }
}

/// The name of a schema that is a reference.
pub fn name_of(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// What an independent judge says of a document that should fit a schema.
pub fn judged(schema: &'static Value, document: &Value) -> Vec<String> {
    let errors = validator(schema);
    let errors = errors.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn validator(schema: &'static Value) -> Arc<Validator> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().expect("nobody panics in between");
    let made = known.entry(schema.to_string()).or_insert_with(|| {
        let options = jsonschema::options().with_registry(&SCHEMAS);
        let options = options.should_validate_formats(true);
        Arc::new(
            options
                .build(&as_json_schema(schema))
                .expect("it is a schema"),
        )
    });
    made.clone()
}

/// OpenAPI 3.0 writes some things in its own way: `nullable`, and ranges of numbers as formats.
fn as_json_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(all) => all.iter().map(as_json_schema).collect(),
        Value::Object(fields) => {
            let mut converted: Map<String, Value> = fields
                .iter()
                .map(|(name, value)| (name.clone(), as_json_schema(value)))
                .collect();
            if let Some(name) = name_of(schema) {
                converted.insert("$ref".to_string(), json!(format!("{BASE}#/schemas/{name}")));
            }
            if fields.get("format") == Some(&json!("int32")) {
                converted.entry("minimum").or_insert(json!(i32::MIN));
                converted.entry("maximum").or_insert(json!(i32::MAX));
            }
            match converted.remove("nullable") {
                Some(Value::Bool(true)) => json!({ "anyOf": [{ "type": "null" }, converted] }),
                _ => Value::Object(converted),
            }
        }
        other => other.clone(),
    }
}
