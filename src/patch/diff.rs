//! From one JSON value to another, in as little text as is sensible.

use json_patch::jsonptr::Pointer;
use serde_json::{Map, Value};

use super::document::same;
use super::list;
use crate::types::{JsonPatchOperation, OperationType};

/// The operations that make `after` of `before`, which is at `path`. Unless `in_parts` is set, they are never longer than one
/// that replaces the whole.
pub(super) fn at(
    path: &Pointer,
    before: &Value,
    after: &Value,
    in_parts: bool,
) -> Vec<JsonPatchOperation> {
    let parts = match (before, after) {
        _ if same(before, after) => return Vec::new(),
        (Value::Object(before), Value::Object(after)) => {
            Some(fields(path, before, after, in_parts))
        }
        (Value::Array(before), Value::Array(after)) => list::entries(path, before, after),
        _ => None,
    };
    let whole = vec![write(OperationType::Replace, path, after)];
    match parts {
        Some(parts) if in_parts || length(&parts) <= length(&whole) => parts,
        _ => whole,
    }
}

fn fields(
    path: &Pointer,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    in_parts: bool,
) -> Vec<JsonPatchOperation> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let gone = gone.map(|name| remove(&path.with_trailing_token(name)));
    let mut operations: Vec<_> = gone.collect();
    for (name, after) in after {
        let path = path.with_trailing_token(name);
        match before.get(name) {
            Some(before) => operations.extend(at(&path, before, after, in_parts)),
            None => operations.push(write(OperationType::Add, &path, after)),
        }
    }
    operations
}

/// How long it is on the wire.
fn length(operations: &[JsonPatchOperation]) -> usize {
    serde_json::to_vec(operations).map_or(usize::MAX, |bytes| bytes.len())
}

pub(super) fn write(op: OperationType, path: &Pointer, value: &Value) -> JsonPatchOperation {
    JsonPatchOperation::new(op, path.as_str()).with_value(value.clone())
}

pub(super) fn remove(path: &Pointer) -> JsonPatchOperation {
    JsonPatchOperation::new(OperationType::Remove, path.as_str())
}
