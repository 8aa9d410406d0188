//! To and from the operations of the generated calls, and the `json-patch` crate.

use std::marker::PhantomData;

use json_patch::jsonptr::Pointer;

use super::limits::whole;
use super::{Kind, Patch, json, paths, read};
use crate::Error;
use crate::engine::check::Place;
use crate::types::{JsonPatchOperation, OperationType};

/// What the generated calls take. A call refuses an empty patch.
impl<K> From<Patch<K>> for Vec<JsonPatchOperation> {
    fn from(patch: Patch<K>) -> Self {
        patch.operations
    }
}

/// As they are, unchecked.
impl<K: Kind> From<Vec<JsonPatchOperation>> for Patch<K> {
    fn from(operations: Vec<JsonPatchOperation>) -> Self {
        let kind = PhantomData;
        Patch { operations, kind }
    }
}

/// As they are, unchecked.
impl<K: Kind> From<json_patch::Patch> for Patch<K> {
    fn from(patch: json_patch::Patch) -> Self {
        // Its operations are some of ours, and written in the same way.
        Self::from(read::<Vec<_>>(&json(&patch)).unwrap_or_default())
    }
}

/// Fails if a raw operation is none of RFC 6902: its `op` is unknown, a path is no JSON Pointer, or it lacks its value.
impl<K: Kind> TryFrom<Patch<K>> for json_patch::Patch {
    type Error = Error;

    fn try_from(patch: Patch<K>) -> Result<Self, Error> {
        let body = Place::root("body");
        for (index, operation) in patch.operations.iter().enumerate() {
            whole(operation, &body.index(index))
                .map_err(|wrong| Error::invalid(K::OPERATION, wrong))?;
            for path in paths(operation) {
                if Pointer::parse(path).is_err() {
                    let problem = "is no JSON Pointer: it needs a `/` in front, and `~0` or `~1` for `~` or `/`";
                    return Err(Patch::<K>::invalid(path, problem.to_string()));
                }
            }
            if let op @ OperationType::Unrecognized(_) = &operation.op {
                let problem = format!("has the operation `{op}`, which RFC 6902 does not know");
                return Err(Patch::<K>::invalid(&operation.path, problem));
            }
        }
        read(&json(&patch.operations)).map_err(|problem| Patch::<K>::invalid("body", problem))
    }
}
