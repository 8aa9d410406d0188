//! What the typed methods are made of.

use serde_json::Value;

use super::path::Path;
use super::{Kind, Patch, diff};
use crate::types::OperationType;

impl<K: Kind> Patch<K> {
    pub(super) fn add(self, path: Path, value: Value) -> Self {
        self.raw(diff::write(OperationType::Add, path, &value))
    }

    pub(super) fn replace(self, path: Path, value: Value) -> Self {
        self.raw(diff::write(OperationType::Replace, path, &value))
    }

    pub(super) fn test(self, path: Path, value: Value) -> Self {
        self.raw(diff::write(OperationType::Test, path, &value))
    }

    pub(super) fn remove(self, path: Path) -> Self {
        self.raw(diff::remove(path))
    }

    pub(super) fn relocate(self, from: Path, to: Path) -> Self {
        self.raw(diff::relocate(from, to))
    }
}

/// The methods for a list.
macro_rules! list_methods {
    (
        $kind:ty, $root:expr, $entry:ty, $what:literal, $all:literal:
        $add:ident, $insert:ident, $replace:ident, $remove:ident, $move:ident, $replace_all:ident
        $(, $(#[$of_add:meta])+)?
    ) => {
        impl $crate::patch::Patch<$kind> {
            #[doc = concat!("Adds a ", $what, " at the end.")]
            $($(#[$of_add])+)?
            pub fn $add(self, entry: impl Into<$entry>) -> Self {
                let path = $crate::patch::Path::root($root);
                self.add(path.end(), $crate::patch::json(&entry.into()))
            }

            #[doc = concat!("Inserts a ", $what, " so that it gets this index.")]
            pub fn $insert(self, index: usize, entry: impl Into<$entry>) -> Self {
                let path = $crate::patch::Path::root($root);
                self.add(path.index(index), $crate::patch::json(&entry.into()))
            }

            #[doc = concat!("Puts a ", $what, " in place of the one with this index.")]
            pub fn $replace(self, index: usize, entry: impl Into<$entry>) -> Self {
                let path = $crate::patch::Path::root($root);
                self.replace(path.index(index), $crate::patch::json(&entry.into()))
            }

            #[doc = concat!("Removes the ", $what, " with this index.")]
            pub fn $remove(self, index: usize) -> Self {
                let path = $crate::patch::Path::root($root);
                self.remove(path.index(index))
            }

            #[doc = concat!("Moves the ", $what, " with the index `from`, so that its index is `to`.")]
            pub fn $move(self, from: usize, to: usize) -> Self {
                let path = $crate::patch::Path::root($root);
                self.relocate(path.index(from), path.index(to))
            }

            #[doc = concat!("Puts these in place of all ", $all, "; an empty list removes them.")]
            pub fn $replace_all(self, entries: impl Into<Vec<$entry>>) -> Self {
                let path = $crate::patch::Path::root($root);
                self.replace(path, $crate::patch::json(&entries.into()))
            }
        }
    };
}
pub(super) use list_methods;
