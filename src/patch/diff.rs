//! From one JSON value to another, in as little text as is sensible.

use serde_json::{Map, Value};

use super::document::same;
use super::list;
use super::path::Path;
use crate::types::{JsonPatchOperation, OperationType};

/// The operations that make `after` of `before`, which is at `path`. Unless `in_parts` is set, they are never longer than one
/// that replaces the whole.
pub(super) fn at(
    path: &Path,
    before: &Value,
    after: &Value,
    in_parts: bool,
) -> Vec<JsonPatchOperation> {
    let whole = || vec![write(OperationType::Replace, path.clone(), after)];
    let parts = match (before, after) {
        _ if same(before, after) => return Vec::new(),
        (Value::Object(before), Value::Object(after)) => {
            Some(fields(path, before, after, in_parts))
        }
        (Value::Array(before), Value::Array(after)) => list::entries(path, before, after),
        _ => None,
    };
    match parts {
        None => whole(),
        Some(parts) if in_parts => parts,
        Some(parts) => shorter(parts, whole()),
    }
}

fn fields(
    path: &Path,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    in_parts: bool,
) -> Vec<JsonPatchOperation> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let mut operations: Vec<_> = gone.map(|name| remove(path.key(name))).collect();
    for (name, after) in after {
        let path = path.key(name);
        match before.get(name) {
            Some(before) => operations.extend(at(&path, before, after, in_parts)),
            None => operations.push(write(OperationType::Add, path, after)),
        }
    }
    operations
}

fn shorter(
    parts: Vec<JsonPatchOperation>,
    whole: Vec<JsonPatchOperation>,
) -> Vec<JsonPatchOperation> {
    if length(&parts) <= length(&whole) {
        parts
    } else {
        whole
    }
}

/// How long it is on the wire.
fn length(operations: &[JsonPatchOperation]) -> usize {
    serde_json::to_vec(operations).map_or(usize::MAX, |bytes| bytes.len())
}

pub(super) fn write(op: OperationType, path: Path, value: &Value) -> JsonPatchOperation {
    JsonPatchOperation::new(op, path).with_value(value.clone())
}

pub(super) fn remove(path: Path) -> JsonPatchOperation {
    JsonPatchOperation::new(OperationType::Remove, path)
}

pub(super) fn relocate(from: Path, to: Path) -> JsonPatchOperation {
    JsonPatchOperation::new(OperationType::Move, to).with_from(String::from(from))
}
