//! What the typed methods are made of.

use serde_json::Value;

use super::{Kind, Patch};
use crate::types::{JsonPatchOperation, OperationType};

impl<K: Kind> Patch<K> {
    pub(super) fn add(self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.write(OperationType::Add, path, value)
    }

    pub(super) fn replace(self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.write(OperationType::Replace, path, value)
    }

    pub(super) fn write(
        self,
        op: OperationType,
        path: impl Into<String>,
        value: impl Into<Value>,
    ) -> Self {
        self.raw(JsonPatchOperation::new(op, path).with_value(value.into()))
    }

    pub(super) fn remove(self, path: impl Into<String>) -> Self {
        self.raw(JsonPatchOperation::new(OperationType::Remove, path))
    }

    pub(super) fn relocate(self, from: String, to: String) -> Self {
        self.raw(JsonPatchOperation::new(OperationType::Move, to).with_from(from))
    }
}

/// The methods for a list.
macro_rules! list_methods {
    (
        $kind:ty, $list:literal, $entry:ty, $what:literal, $all:literal:
        $add:ident, $insert:ident, $replace:ident, $remove:ident, $move:ident, $replace_all:ident
        $(, $(#[$of_add:meta])+)?
    ) => {
        impl $crate::patch::Patch<$kind> {
            #[doc = concat!("Adds a ", $what, " at the end.")]
            $($(#[$of_add])+)?
            pub fn $add(self, entry: impl Into<$entry>) -> Self {
                self.add(concat!($list, "/-"), $crate::patch::json(&entry.into()))
            }

            #[doc = concat!("Inserts a ", $what, " so that it gets this index.")]
            pub fn $insert(self, index: usize, entry: impl Into<$entry>) -> Self {
                self.add(format!("{}/{index}", $list), $crate::patch::json(&entry.into()))
            }

            #[doc = concat!("Puts a ", $what, " in place of the one with this index.")]
            pub fn $replace(self, index: usize, entry: impl Into<$entry>) -> Self {
                self.replace(format!("{}/{index}", $list), $crate::patch::json(&entry.into()))
            }

            #[doc = concat!("Removes the ", $what, " with this index.")]
            pub fn $remove(self, index: usize) -> Self {
                self.remove(format!("{}/{index}", $list))
            }

            #[doc = concat!("Moves the ", $what, " with the index `from`, so that its index is `to`.")]
            pub fn $move(self, from: usize, to: usize) -> Self {
                self.relocate(format!("{}/{from}", $list), format!("{}/{to}", $list))
            }

            #[doc = concat!("Puts these in place of all ", $all, "; an empty list removes them.")]
            pub fn $replace_all(self, entries: impl Into<Vec<$entry>>) -> Self {
                self.replace($list, $crate::patch::json(&entries.into()))
            }
        }
    };
}
pub(super) use list_methods;
