//! Typed JSON Patches: for each operation that takes one, a type with a method for each change that the operation allows.
//!
//! | operation | patch | starts from |
//! | --- | --- | --- |
//! | `update-setting` | [`SettingPatch`] | [`SettingModel`](crate::types::SettingModel) |
//! | `update-setting-value`, `update-setting-value-by-sdkkey` | [`SettingValuePatch`] | [`SettingValueModel`](crate::types::SettingValueModel) |
//! | `update-setting-value-v2`, `update-setting-value-by-sdkkey-v2` | [`FormulaPatch`] | [`SettingFormulaModel`](crate::types::SettingFormulaModel) |
//! | `update-webhook` | [`WebhookPatch`] | [`WebhookResponseModel`](crate::types::WebhookResponseModel) |
//! | `update-proxy-profile` | [`ProxyProfilePatch`] | [`ProxyProfileModel`](crate::types::ProxyProfileModel) |
//!
//! # Say what changes
//!
//! ```no_run
//! # async fn example(client: configcat_management::Client, setting_id: i32) -> configcat_management::Result<()> {
//! use configcat_management::patch::SettingPatch;
//!
//! let patch = SettingPatch::new().rename("New checkout").clear_hint().add_tag(12);
//! println!("{patch}"); // one line for each operation
//! client.update_setting(setting_id, patch).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Or change what was read
//!
//! ```no_run
//! # async fn example(client: configcat_management::Client, environment: uuid::Uuid, setting_id: i32) -> configcat_management::Result<()> {
//! use configcat_management::patch::FormulaPatch;
//!
//! let seen = client.get_setting_value_v2(environment, setting_id).send().await?;
//! let mut wanted = FormulaPatch::part(&seen)?;
//! wanted.targeting_rules.get_or_insert_default().reverse();
//!
//! let patch = FormulaPatch::diff(&seen, &wanted)?.guarded_by(&seen);
//! match patch.into_operations() {
//!     Some(operations) => println!("{}", client.update_setting_value_v2(environment, setting_id, operations).send().await?.status()),
//!     None => println!("nothing to change, nothing sent"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A patch without operations is never sent: a call with one is refused before it leaves, with [`Error::Invalid`]. So is one
//! that writes a text beyond the API's limits. What depends on the setting, such as the type of its values, is told by
//! [`FormulaPatch::check`] and [`SettingValuePatch::check`].

use std::marker::PhantomData;

use json_patch::jsonptr::{Pointer, PointerBuf};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::engine::check::Violation;
use crate::types::{JsonPatchOperation, OperationType, UpdateEvaluationFormulaModel};
use crate::{Error, Result};

mod convert;
mod diff;
mod document;
mod formula;
mod kind;
mod limits;
mod list;
mod methods;
mod proxy_profile;
mod setting;
mod setting_value;
mod show;
mod webhook;

pub use formula::{Formula, FormulaPatch};
pub use kind::{Kind, Wanted};
#[cfg(feature = "catalog")]
pub(crate) use limits::check_json;
pub use proxy_profile::{ProxyProfile, ProxyProfilePatch};
pub use setting::{Setting, SettingPatch};
pub use setting_value::{SettingValuePatch, SettingValueV1};
pub use webhook::{Webhook, WebhookPatch};

/// A JSON Patch for the operations of one [`Kind`]. The aliases, such as [`SettingPatch`], are what code names.
///
/// Operations are carried out in the order of the method calls, all or none. An index counts in the list as the operations
/// before it leave it.
///
/// ```
/// use configcat_management::patch::SettingValuePatch;
///
/// let patch = SettingValuePatch::new().turn_on().move_rule(2, 0);
/// assert_eq!(patch.to_string(), "replace /value: true\nmove /rolloutRules/2 to /rolloutRules/0");
/// ```
///
/// What may not be changed has no method:
///
/// ```compile_fail
/// configcat_management::patch::SettingPatch::new().turn_on();
/// ```
#[derive(Clone, PartialEq)]
#[must_use = "a patch does nothing until a call sends it"]
pub struct Patch<K> {
    operations: Vec<JsonPatchOperation>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Patch<K> {
    /// With no operation yet.
    pub fn new() -> Self {
        Patch {
            operations: Vec::new(),
            kind: PhantomData,
        }
    }

    /// Adds any operation of RFC 6902, unchecked: for what this type has no method for.
    ///
    /// ```
    /// use configcat_management::patch::SettingPatch;
    /// use configcat_management::types::{JsonPatchOperation, OperationType};
    ///
    /// let first_tag = JsonPatchOperation::new(OperationType::Copy, "/tags/-").with_from("/tags/0");
    /// assert_eq!(SettingPatch::new().raw(first_tag).to_string(), "copy /tags/0 to /tags/-");
    /// ```
    pub fn raw(mut self, operation: JsonPatchOperation) -> Self {
        self.operations.push(operation);
        self
    }

    /// Whether there is no operation. Such a patch is not sent.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The operations, in order.
    pub fn operations(&self) -> &[JsonPatchOperation] {
        &self.operations
    }

    /// The operations to send; `None` if there is nothing to change, and so nothing to call.
    pub fn into_operations(self) -> Option<Vec<JsonPatchOperation>> {
        (!self.is_empty()).then_some(self.operations)
    }

    /// Puts `test` operations before: each attribute that the patch touches must still be as it was seen, or the server
    /// changes nothing.
    ///
    /// Call it last; what is added later is not guarded. Nor is what the server hides, such as the values of secure headers. For V2
    /// values, `latest_version_id` of the call guards the whole value.
    ///
    /// ```
    /// # fn example(seen: &configcat_management::types::SettingValueModel) {
    /// use configcat_management::patch::SettingValuePatch;
    ///
    /// let patch = SettingValuePatch::new().turn_on().guarded_by(seen);
    /// println!("{patch}"); // test /value: false
    ///                      // replace /value: true
    /// # }
    /// ```
    pub fn guarded_by(self, seen: &K::Seen) -> Self {
        let document = document::of_seen::<K>(&json(seen));
        let touched = |root: &str| {
            let is_change = |o: &&JsonPatchOperation| o.op != OperationType::Test;
            let mut paths = self.operations.iter().filter(is_change).flat_map(paths);
            paths.any(|path| root_of(path) == root)
        };
        let mut guarded = Self::new();
        for (name, _) in K::ROOTS.iter().filter(|(name, _)| touched(name)) {
            if let Some(value) = document.get(name) {
                guarded.test(&pointer(name), value, K::IN_PARTS.contains(name));
            }
        }
        guarded.operations.extend(self.operations);
        guarded
    }

    fn test(&mut self, path: &Pointer, value: &Value, in_parts: bool) {
        match value {
            Value::Object(fields) if in_parts => {
                for (name, value) in fields {
                    self.test(&path.with_trailing_token(name), value, true);
                }
            }
            Value::Array(entries) if entries.iter().any(K::is_hidden) => {
                for (index, entry) in entries.iter().enumerate() {
                    let mut shown = entry.clone();
                    if let Some(fields) = shown.as_object_mut().filter(|_| K::is_hidden(entry)) {
                        fields.retain(|name, _| !K::SECRETS.contains(&name.as_str()));
                    }
                    self.test(&path.with_trailing_token(index), &shown, true);
                }
            }
            value => {
                let operation = diff::write(OperationType::Test, path, value);
                self.operations.push(operation);
            }
        }
    }

    /// What the patch makes of what was seen, without any call: the modifiable part afterwards, in the form that the `PUT` of
    /// the same thing takes.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], naming the path, if an operation fails or leaves what may be changed.
    pub fn preview(&self, seen: &K::Seen) -> Result<K::Part> {
        let mut document = document::of_seen::<K>(&json(seen));
        self.apply(&mut document)?;
        read(&document).map_err(|error| {
            let problem = format!("would leave what the API does not take: {error}");
            Self::invalid("body", problem)
        })
    }

    fn apply(&self, document: &mut Value) -> Result<()> {
        let may_change = |path: &&String| K::ROOTS.iter().any(|(name, _)| *name == root_of(path));
        let mut paths = self.operations.iter().flat_map(paths);
        if let Some(path) = paths.find(|path| !may_change(path)) {
            return Err(Self::read_only(path));
        }
        let patch = json_patch::Patch::try_from(self.clone())?;
        for (index, operation) in patch.0.into_iter().enumerate() {
            // The crate does not take 5 for 5.0.
            if let json_patch::PatchOperation::Test(test) = &operation
                && let Some(found) = document.pointer(test.path.as_str())
                && document::same(found, &test.value)
            {
                continue;
            }
            // Nobody needs what a failure leaves of the copy; and the crate's way of undoing it panics after a move to an
            // ancestor.
            let one = json_patch::Patch(vec![operation]);
            json_patch::patch_unsafe(document, &one).map_err(|error| {
                let (number, why) = (index + 1, error.kind);
                let problem =
                    format!("does not apply to what was read (operation {number}): {why}");
                Self::invalid(error.path.as_str(), problem)
            })?;
        }
        Ok(())
    }

    /// What may be changed of what was seen, to be changed and given to [`diff`](Patch::diff).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the answer does not have the form that the API describes for requests.
    pub fn part(seen: &K::Seen) -> Result<K::Part> {
        Self::new().preview(seen)
    }

    /// The smallest sensible patch that makes `after` out of `before`; empty if they are the same.
    ///
    /// `after` is a changed copy of the answer, or the modifiable part as [`part`](Patch::part) gives it. Of the part, an empty
    /// text or list may be left out; anything else that is left out stays as it is. Entries of lists that only changed
    /// places are moved.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], naming the path, if they differ in something that the operation may not change, and if a
    /// header would be written whose value the server hides.
    pub fn diff(before: &K::Seen, after: &impl Wanted<K>) -> Result<Self> {
        let (before, after) = (json(before), json(after));
        if let Some(path) = document::difference_elsewhere::<K>(&before, &after) {
            return Err(Self::read_only(&path));
        }
        let mut operations = Vec::new();
        let before = document::of_seen::<K>(&before);
        let after = document::of_wanted::<K>(&after, &before);
        for (name, _) in K::ROOTS {
            let [before, after] = [&before, &after].map(|it| document::canonical(&it[*name]));
            let in_parts = K::IN_PARTS.contains(name) || has_hidden::<K>(&before);
            operations.extend(diff::at(&pointer(name), &before, &after, in_parts));
        }
        let written = |o: &&JsonPatchOperation| o.value.as_ref().is_some_and(has_hidden::<K>);
        if let Some(operation) = operations.iter().find(written) {
            let problem = "would be written with asterisks in place of what the server hides; give the value anew";
            return Err(Self::invalid(&operation.path, problem.to_string()));
        }
        Ok(Self::from(operations))
    }

    fn read_only(path: &str) -> Error {
        let roots = K::ROOTS.iter().map(|(name, _)| format!("`/{name}`"));
        let roots = roots.collect::<Vec<_>>().join(", ");
        let problem = format!("cannot be changed by this operation; {roots} can");
        Self::invalid(path, problem)
    }

    fn invalid(field: &str, problem: String) -> Error {
        Error::invalid(K::OPERATION, Violation::new(field, problem))
    }
}

impl<K: Kind> Default for Patch<K> {
    fn default() -> Self {
        Self::new()
    }
}

/// The place of an attribute.
fn pointer(name: &str) -> PointerBuf {
    PointerBuf::from_tokens([name])
}

/// The attribute that a path leads to or into, such as `tags` for `/tags/0`. Those that may be changed have no `~` and no `/`.
fn root_of(path: &str) -> &str {
    let rest = path.strip_prefix('/').unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

/// The places that an operation reads or writes.
fn paths(operation: &JsonPatchOperation) -> impl Iterator<Item = &String> {
    operation.from.iter().chain([&operation.path])
}

fn has_hidden<K: Kind>(value: &Value) -> bool {
    let mut entries = value.as_array().into_iter().flatten();
    K::is_hidden(value) || entries.any(K::is_hidden)
}

/// What a patch of this kind may change of any answer that has it, as requests write it. What is empty is left out.
pub(crate) fn document_of<K: Kind>(seen: &Value) -> Value {
    document::canonical(&document::of_seen::<K>(seen))
}

/// The patch between two such documents, for people to read.
pub(crate) fn between<K: Kind>(before: &Value, after: &Value) -> Patch<K> {
    let [before, after] = [before, after].map(|it| document::of_wanted::<K>(it, &Value::Null));
    let of = |name: &str| diff::at(&pointer(name), &before[name], &after[name], false);
    let operations = K::ROOTS.iter().flat_map(|(name, _)| of(name));
    Patch::from(operations.collect::<Vec<_>>())
}

/// What a setting of a V2 config serves, of any answer that has it, in the form that requests have.
pub(crate) fn formula_of(seen: &impl Serialize) -> Result<UpdateEvaluationFormulaModel> {
    let document = document::of_seen::<Formula>(&json(seen));
    read(&document).map_err(|error| {
        let problem = format!("is not what requests have: {error}");
        Patch::<Formula>::invalid("answer", problem)
    })
}

/// Whether both mean the same: what is left out is as good as empty.
pub(crate) fn same_part<T: Serialize>(one: &T, other: &T) -> bool {
    let [one, other] = [one, other].map(|part| document::canonical(&json(part)));
    document::same(&one, &other)
}

/// The types of this crate are objects with text keys; writing them as JSON does not fail.
///
/// It goes through text, as requests and answers do: what writes a type into a [`Value`], and reads it from one, would be
/// compiled for each of them besides.
pub(crate) fn json(value: &impl Serialize) -> Value {
    let text = serde_json::to_vec(value).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Reads a type of this crate, or says why it cannot be read.
pub(crate) fn read<T: DeserializeOwned>(document: &Value) -> Result<T, String> {
    let text = serde_json::to_vec(document).unwrap_or_default();
    serde_json::from_slice(&text).map_err(|error| {
        let words = error.to_string();
        // The line and the column are those of a text that nobody has seen.
        let words = words.rsplit_once(" at line ").map(|(words, _)| words);
        words.map_or_else(|| error.to_string(), str::to_string)
    })
}
