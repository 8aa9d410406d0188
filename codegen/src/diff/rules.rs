//! What each sort of change means for users of the generated Rust.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a change asks of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing: there is more than before.
    Additive,
    /// Some program has to be changed.
    Breaking,
    /// Nothing but reading.
    Docs,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Class::Additive => "additive",
            Class::Breaking => "breaking",
            Class::Docs => "docs",
        })
    }
}

macro_rules! rules {
    ($($rule:ident: $class:ident, $kind:literal, $what:literal, $why:literal;)*) => {
        /// A sort of change, and what it means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = concat!($what, ": ", $why, ".")] $rule,)*
        }

        impl Rule {
            /// Every rule, by what it is about.
            pub const ALL: &'static [Rule] = &[$(Rule::$rule),*];

            /// Its name in JSON.
            #[must_use]
            pub fn kind(self) -> &'static str {
                match self { $(Rule::$rule => $kind,)* }
            }

            /// What such a change asks of users.
            #[must_use]
            pub fn class(self) -> Class {
                match self { $(Rule::$rule => Class::$class,)* }
            }

            /// The sort of change, in words.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Rule::$rule => $what,)* }
            }

            /// What becomes of the Rust.
            #[must_use]
            pub fn why(self) -> &'static str {
                match self { $(Rule::$rule => $why,)* }
            }
        }
    };
}

rules! {
    OperationAdded: Additive, "operation-added", "an operation is new", "one more method";
    OperationRemoved: Breaking, "operation-removed", "an operation is gone", "its method is gone";
    OperationRenamed: Breaking, "operation-renamed", "an operation has another id", "its method has another name";
    OperationNamed: Additive, "operation-named", "an operation without an id gets one", "one more method";
    OperationMoved: Additive, "operation-moved", "an operation has another method or path, and the same id", "the method stays, and calls the new place";
    OperationDeprecated: Additive, "operation-deprecated", "an operation is deprecated", "`#[deprecated]`: programs compile, with a warning";
    OperationUndeprecated: Docs, "operation-undeprecated", "an operation is no longer deprecated", "a warning less";
    ToolRenamed: Additive, "tool-renamed", "the first tag of an operation changes", "its tool name changes; the old one belongs under `[source.aliases]`";
    TagsChanged: Docs, "tags-changed", "other tags of an operation change", "nothing";
    CredentialsNarrowed: Breaking, "credentials-narrowed", "credentials that were enough no longer are", "calls that worked are refused";
    CredentialsWidened: Additive, "credentials-widened", "other credentials are enough, too", "nothing";

    ParameterAddedRequired: Breaking, "parameter-added-required", "a required parameter is new", "one more argument of the method";
    ParameterAddedOptional: Additive, "parameter-added-optional", "an optional parameter is new", "one more option of the call";
    ParameterRemoved: Breaking, "parameter-removed", "a parameter is gone", "its argument or option is gone";
    ParameterNowRequired: Breaking, "parameter-now-required", "an optional parameter becomes required", "an option becomes an argument";
    ParameterNowOptional: Breaking, "parameter-now-optional", "a required parameter becomes optional", "an argument becomes an option";
    ParameterTypeChanged: Breaking, "parameter-type-changed", "a parameter has another type", "the argument or option has another type";
    ParameterMoved: Additive, "parameter-moved", "an optional parameter goes elsewhere (query, header)", "the option stays, and is sent there";
    ParameterRenamed: Docs, "parameter-renamed", "a placeholder of the path has another name", "arguments go by place, not by name";
    ParameterLimitTightened: Breaking, "parameter-limit-tightened", "a query parameter allows less", "a call that was sent is refused before it is";
    ParameterLimitLoosened: Additive, "parameter-limit-loosened", "a query parameter allows more", "a call that was refused is sent";
    ParameterDefaultChanged: Docs, "parameter-default-changed", "the server takes another value where none is sent", "the option says so";
    ParameterStyleChanged: Additive, "parameter-style-changed", "a parameter is written in another style", "nothing; look whether the client can write it";

    BodyAdded: Breaking, "body-added", "an operation takes a body", "one more argument of the method";
    BodyRemoved: Breaking, "body-removed", "an operation takes no body any more", "an argument less";
    BodyTypeChanged: Breaking, "body-type-changed", "a body has another type", "the argument has another type";
    BodyRequiredChanged: Docs, "body-required-changed", "a body becomes required or optional", "nothing: bodies are always sent";
    MediaTypesChanged: Docs, "media-types-changed", "a body is offered in other media types", "nothing, as long as JSON is among them";
    AnswerTypeChanged: Breaking, "answer-type-changed", "an answer has another type, or may have no body", "`send` gives another type";
    SuccessStatusChanged: Additive, "success-status-changed", "success has another status", "nothing: any 2xx is a success";
    FailuresChanged: Docs, "failures-changed", "other failures are declared", "the docs list them; all of them were read before";

    SchemaAdded: Additive, "schema-added", "a schema is new", "one more type";
    SchemaRemoved: Breaking, "schema-removed", "a schema is gone", "its type is gone";
    SchemaKindChanged: Breaking, "schema-kind-changed", "a schema is something else", "its type is something else";
    SchemaNowSent: Additive, "schema-now-sent", "a schema of answers is sent, too", "its type gets `new` and `with_`";
    SchemaNoLongerSent: Breaking, "schema-no-longer-sent", "a schema is no longer sent", "its type loses `new` and `with_`";
    OwnTypeChanged: Docs, "own-type-changed", "a schema changes that a type written by hand stands for", "nothing; look whether the type still fits";
    UnknownFieldsRefused: Breaking, "unknown-fields-refused", "a schema forbids other fields", "an answer with a new field cannot be read";
    UnknownFieldsAllowed: Additive, "unknown-fields-allowed", "a schema no longer forbids other fields", "nothing";
    AlternativesChanged: Breaking, "alternatives-changed", "the alternatives of a schema change (`oneOf`, `anyOf`)", "its enum has other variants, and is not open";
    ValueAdded: Additive, "value-added", "an enum has a new value", "one more variant of an open enum";
    ValueRemoved: Breaking, "value-removed", "an enum has lost a value", "its variant is gone";
    ValuesReordered: Docs, "values-reordered", "the values of an enum stand in another order", "`VALUES` and the order of variants change";

    FieldAdded: Additive, "field-added", "a field is new that is received, or sent and optional", "one more field of a non-exhaustive struct; one more `with_`";
    FieldAddedRequired: Breaking, "field-added-required", "a required field is new in what is sent", "one more argument of `new`";
    FieldRemoved: Breaking, "field-removed", "a field is gone", "the struct's field is gone";
    FieldTypeChanged: Breaking, "field-type-changed", "a field has another type", "the struct's field has another type";
    RequirednessChanged: Breaking, "requiredness-changed", "a field becomes required, optional or nullable, and Rust shows it", "`T` becomes `Option<T>` or the other way; `with_` becomes an argument of `new` or the other way";
    RequirednessAbsorbed: Additive, "requiredness-absorbed", "a field becomes required, optional or nullable, and its type stays", "nothing: it is an `Option` or a list before and after";
    LimitTightened: Breaking, "limit-tightened", "a field that is sent allows less", "a call that was sent is refused before it is";
    LimitLoosened: Additive, "limit-loosened", "a field that is sent allows more", "a call that was refused is sent";
    LimitUnchecked: Docs, "limit-unchecked", "a limit changes that the client does not check", "nothing: what is received, patterns, lists in lists";
    DefaultChanged: Docs, "default-changed", "a field has another default, and its type stays", "nothing: what is not set is not sent";

    PartDeprecated: Docs, "part-deprecated", "a parameter, schema or field is deprecated, or no longer", "nothing: only operations are marked";
    FactsChanged: Docs, "facts-changed", "something changes that no other rule is about", "nothing";
    WordsChanged: Docs, "words-changed", "something is described in other words", "nothing; look whether `docs.yaml` is still true";
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.kind())
    }
}
