//! Limits of what patches write, checked before they are sent.
//!
//! A patch has no type that tells its limits; what it writes has. So each value is put where it belongs in a small example of
//! the whole, and the example is checked.

use std::ops::RangeInclusive;

use json_patch::jsonptr::Pointer;
use serde_json::Value;

use super::kind::Kind;
use super::{Formula, ProxyProfile, Setting, SettingValueV1, Webhook};
use crate::Operation;
use crate::engine::check::{Check, Place, Violation};
use crate::types::{JsonPatchOperation, OperationType};

/// So many characters are allowed wherever a patch writes a text. Most patches do without the example because of it.
/// `tests/it/patches.rs` holds it against the description.
const ALLOWED: RangeInclusive<usize> = 7..=255;

/// A patch that is sent has operations, and each is whole and writes what the API takes.
impl Check for JsonPatchOperation {
    fn check(&self, at: &Place<'_>) -> Result<(), Violation> {
        whole(self, at)?;
        at.length("path", &self.path, 1, usize::MAX)?;
        // Limits are those of texts, numbers and lists.
        match &self.value {
            None | Some(Value::Null | Value::Bool(_)) => return Ok(()),
            Some(Value::String(text)) if ALLOWED.contains(&text.chars().count()) => return Ok(()),
            Some(_) => {}
        }
        at.operation.and_then(limits).map_or(Ok(()), |of| of(self))
    }

    fn check_none() -> Result<(), Violation> {
        Err(Violation::new(
            "body",
            "is a patch without operations; there is nothing to change",
        ))
    }
}

/// The same for a body that is JSON already, if it is a patch.
#[cfg(feature = "catalog")]
pub(crate) fn check_json(body: &Value, at: &Place<'_>) -> Result<(), Violation> {
    if at.operation.and_then(limits).is_none() {
        return Ok(());
    }
    let operations = super::read::<Vec<JsonPatchOperation>>(body);
    operations.map_or(Ok(()), |operations| operations.check(at))
}

type Limits = fn(&JsonPatchOperation) -> Result<(), Violation>;

/// What checks what the patch of an operation writes; `None` if it takes no patch.
fn limits(operation: &Operation) -> Option<Limits> {
    Some(match operation.id {
        "update-setting" => of::<Setting>,
        "update-setting-value" | "update-setting-value-by-sdkkey" => of::<SettingValueV1>,
        "update-setting-value-v2" | "update-setting-value-by-sdkkey-v2" => of::<Formula>,
        "update-webhook" => of::<Webhook>,
        "update-proxy-profile" => of::<ProxyProfile>,
        _ => return None,
    })
}

/// What RFC 6902 requires of an operation: a value to write or to compare with, which may be `null`, or a source.
pub(super) fn whole(operation: &JsonPatchOperation, at: &Place<'_>) -> Result<(), Violation> {
    let (name, is_there) = match &operation.op {
        OperationType::Add | OperationType::Replace | OperationType::Test => {
            ("value", operation.value.is_some())
        }
        OperationType::Move | OperationType::Copy => ("from", operation.from.is_some()),
        _ => return Ok(()),
    };
    if is_there {
        return Ok(());
    }
    let problem = format!("is missing; `{}` needs one", operation.op);
    Err(Violation::new(at.field(name).to_string(), problem))
}

fn of<K: Kind>(operation: &JsonPatchOperation) -> Result<(), Violation>
where
    K::Part: Check,
{
    let (OperationType::Add | OperationType::Replace, Some(value)) =
        (&operation.op, &operation.value)
    else {
        return Ok(());
    };
    let mut example: Value = serde_json::from_str(K::EXAMPLE).unwrap_or_default();
    let place = in_example(&operation.path);
    // What has no place there, or another form, is the server's to judge.
    if let Ok(pointer) = Pointer::parse(&place)
        && pointer
            .parent()
            .is_none_or(|parent| parent.resolve(&example).is_ok())
        && pointer.assign(&mut example, value.clone()).is_ok()
        && let Ok(part) = super::read::<K::Part>(&example)
        && let Err(violation) = part.check(&Place::root(""))
    {
        let found = violation.field.replace(['.', '['], "/").replace(']', "");
        let below = found.strip_prefix(&place).unwrap_or_default();
        let field = format!("{}{below}", operation.path);
        return Err(Violation::new(field, violation.problem));
    }
    Ok(())
}

/// The path in the example, which has one entry in each list.
fn in_example(path: &str) -> String {
    let index = |name: &str| name == "-" || name.parse::<u64>().is_ok();
    let names = path.split('/').map(|it| if index(it) { "0" } else { it });
    names.collect::<Vec<_>>().join("/")
}
