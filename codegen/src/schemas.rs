//! Walks over descriptions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::facts;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Calls `f` with method, path and operation of each.
pub(crate) fn each_operation(
    description: &mut Value,
    mut f: impl FnMut(&str, &str, &mut Map<String, Value>),
) {
    let paths = description
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten();
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if METHODS.contains(&method.as_str())
                && let Some(operation) = operation.as_object_mut()
            {
                f(&method.to_uppercase(), path, operation);
            }
        }
    }
}

/// Calls `f` with every schema, wherever it stands, the inner ones included.
pub(crate) fn each_schema(value: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
    let components = value
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for schema in components.into_iter().flat_map(Map::values_mut) {
        inside(schema, f);
    }
    if let Some(paths) = value.get_mut("paths") {
        find(paths, f);
    }
}

/// Looks for the keyword `schema` below anything that is not a schema.
fn find(value: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| find(value, f)),
        Value::Object(members) => {
            for (name, member) in members {
                if name == "schema" {
                    inside(member, f);
                } else {
                    find(member, f);
                }
            }
        }
        _ => {}
    }
}

fn inside(schema: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    f(schema);
    for (keyword, value) in schema {
        match keyword.as_str() {
            "items" | "additionalProperties" | "not" => inside(value, f),
            "allOf" | "oneOf" | "anyOf" => {
                let each = value.as_array_mut().into_iter().flatten();
                each.for_each(|value| inside(value, f));
            }
            "properties" => {
                let each = value.as_object_mut().into_iter().flat_map(Map::values_mut);
                each.for_each(|value| inside(value, f));
            }
            _ => {}
        }
    }
}

/// The schemas of `components`, by name.
pub(crate) fn components(description: &Value) -> BTreeMap<&str, &Value> {
    description
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.as_str(), schema))
        .collect()
}

/// The names of the component schemas that request bodies are made of.
pub(crate) fn sent(description: &Value) -> BTreeSet<&str> {
    let schemas = components(description);
    let mut names = BTreeSet::new();
    let mut todo: Vec<&Value> = facts::operations(description)
        .into_iter()
        .filter_map(|operation| operation.value.get("requestBody"))
        .collect();
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(values) => todo.extend(values),
            Value::Object(members) => {
                todo.extend(members.values());
                if let Some(name) = component_name(value)
                    && let Some(schema) = schemas.get(name)
                    && names.insert(name)
                {
                    todo.push(schema);
                }
            }
            _ => {}
        }
    }
    names
}

/// The name of the component schema that `schema` refers to, directly or as the only part of an `allOf`.
pub(crate) fn component_name(schema: &Value) -> Option<&str> {
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return match parts.as_slice() {
            [part] => component_name(part),
            _ => None,
        };
    }
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}
