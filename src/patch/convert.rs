//! Copies; to and from the operations of the generated calls, and the `json-patch` crate.

use std::marker::PhantomData;

use json_patch::{
    AddOperation, CopyOperation, MoveOperation, PatchOperation, RemoveOperation, ReplaceOperation,
    TestOperation, jsonptr::PointerBuf,
};

use super::limits::whole;
use super::{Kind, Patch};
use crate::Error;
use crate::engine::check::Place;
use crate::types::{JsonPatchOperation, OperationType};

impl<K> Clone for Patch<K> {
    fn clone(&self) -> Self {
        Patch {
            operations: self.operations.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> PartialEq for Patch<K> {
    fn eq(&self, other: &Self) -> bool {
        self.operations == other.operations
    }
}

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
        let new = |op, path: PointerBuf| JsonPatchOperation::new(op, path.to_string());
        let operations = patch.0.into_iter().map(|operation| match operation {
            PatchOperation::Add(AddOperation { path, value }) => {
                new(OperationType::Add, path).with_value(value)
            }
            PatchOperation::Remove(RemoveOperation { path }) => new(OperationType::Remove, path),
            PatchOperation::Replace(ReplaceOperation { path, value }) => {
                new(OperationType::Replace, path).with_value(value)
            }
            PatchOperation::Move(MoveOperation { from, path }) => {
                new(OperationType::Move, path).with_from(from.to_string())
            }
            PatchOperation::Copy(CopyOperation { from, path }) => {
                new(OperationType::Copy, path).with_from(from.to_string())
            }
            PatchOperation::Test(TestOperation { path, value }) => {
                new(OperationType::Test, path).with_value(value)
            }
        });
        Self::from(operations.collect::<Vec<_>>())
    }
}

/// Fails if a raw operation is none of RFC 6902: its `op` is unknown, a path is no JSON Pointer, or it lacks its value.
impl<K: Kind> TryFrom<Patch<K>> for json_patch::Patch {
    type Error = Error;

    fn try_from(patch: Patch<K>) -> Result<Self, Error> {
        let body = Place::root("body");
        let operations = patch.operations.into_iter().enumerate();
        let operations = operations.map(|(index, operation)| {
            whole(&operation, &body.index(index))
                .map_err(|wrong| Error::invalid(K::OPERATION, wrong))?;
            let JsonPatchOperation {
                from,
                op,
                path,
                value,
            } = operation;
            let path = pointer::<K>(path)?;
            let value = value.unwrap_or_default();
            let from = || {
                let missing =
                    || Patch::<K>::invalid(path.as_str(), format!("has no source to {op}"));
                pointer::<K>(from.ok_or_else(missing)?)
            };
            Ok(match op {
                OperationType::Add => PatchOperation::Add(AddOperation { path, value }),
                OperationType::Remove => PatchOperation::Remove(RemoveOperation { path }),
                OperationType::Replace => PatchOperation::Replace(ReplaceOperation { path, value }),
                OperationType::Move => {
                    let from = from()?;
                    PatchOperation::Move(MoveOperation { from, path })
                }
                OperationType::Copy => {
                    let from = from()?;
                    PatchOperation::Copy(CopyOperation { from, path })
                }
                OperationType::Test => PatchOperation::Test(TestOperation { path, value }),
                op => {
                    let problem = format!("has the operation `{op}`, which RFC 6902 does not know");
                    return Err(Patch::<K>::invalid(path.as_str(), problem));
                }
            })
        });
        Ok(json_patch::Patch(operations.collect::<Result<_, _>>()?))
    }
}

fn pointer<K: Kind>(path: String) -> Result<PointerBuf, Error> {
    PointerBuf::parse(path.as_str()).map_err(|_| {
        let problem =
            "is no JSON Pointer: it needs a `/` in front, and `~0` or `~1` for `~` or `/`";
        Patch::<K>::invalid(&path, problem.to_string())
    })
}
