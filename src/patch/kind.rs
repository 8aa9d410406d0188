//! What tells one patch from another.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a [`Patch`](super::Patch) changes. The trait is sealed: five types of this module implement it.
pub trait Kind: sealed::Rules + Clone + PartialEq + Sized + 'static {
    /// What a read answers with.
    type Seen: Wanted<Self>;
    /// What may be changed, in the form that the `PUT` of the same thing takes.
    type Part: Wanted<Self> + DeserializeOwned;
}

/// What a [`diff`](super::Patch::diff) can lead to: a changed copy of the answer, or the modifiable part.
pub trait Wanted<K>: Serialize + sealed::Wanted {}

pub(super) mod sealed {
    use serde_json::Value;

    use crate::Operation;

    /// What it means that a wanted part leaves an attribute out.
    #[derive(Clone, Copy, Debug)]
    pub enum Absent {
        Null,
        EmptyList,
        Unchanged,
    }

    pub trait Rules {
        const OPERATION: &'static Operation;
        /// The attributes that may be changed.
        const ROOTS: &'static [(&'static str, Absent)];
        /// Those of them that are changed and guarded field by field, never replaced as a whole.
        const IN_PARTS: &'static [&'static str] = &[];
        /// A small part with one entry in each list that has limits, as JSON: what a patch writes is checked in its place there.
        const EXAMPLE: &'static str;
        /// Names whose values are not shown.
        const SECRETS: &'static [&'static str] = &[];

        /// From the form of answers to the form of requests.
        fn simplify(_document: &mut Value) {}

        /// Fills in what a wanted part leaves out within an attribute.
        fn complete(_wanted: &mut Value, _before: &Value) {}

        /// Whether an entry of a list holds a secret that the server does not show. It can be moved and removed, and not be
        /// written.
        fn is_hidden(_entry: &Value) -> bool {
            false
        }

        /// The path of a difference below a root that `simplify` would hide.
        fn hidden_difference(_before: &Value, _after: &Value) -> Option<String> {
            None
        }
    }

    pub trait Wanted {}
}

/// Ties a kind to its models.
macro_rules! models {
    ($kind:ty: $seen:ty => $part:ty) => {
        impl $crate::patch::Kind for $kind {
            type Seen = $seen;
            type Part = $part;
        }
        impl $crate::patch::kind::sealed::Wanted for $seen {}
        impl $crate::patch::kind::sealed::Wanted for $part {}
        impl $crate::patch::Wanted<$kind> for $seen {}
        impl $crate::patch::Wanted<$kind> for $part {}
    };
}
pub(super) use models;
