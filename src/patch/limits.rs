//! Limits of what patches write, checked before they are sent.
//!
//! A patch has no type that tells its limits; what it writes has. So each value is put where it belongs in a small example of
//! the whole, and the example is checked.

use serde_json::{Value, json};

use super::kind::Kind;
use super::{Formula, ProxyProfile, Setting, SettingValueV1, Webhook};
use crate::engine::check::{Check, Place, Violation};
use crate::engine::request::Request;
use crate::operations::{
    UpdateProxyProfile, UpdateSetting, UpdateSettingValue, UpdateSettingValueBySdkkey,
    UpdateSettingValueBySdkkeyV2, UpdateSettingValueV2, UpdateWebhook,
};
use crate::types::{JsonPatchOperation, OperationType};
use crate::{Error, Operation};

/// The request, if it is no patch, or one that may be sent.
pub(crate) fn checked(request: Request) -> Result<Request, Error> {
    match request
        .body
        .as_ref()
        .map(|body| check(request.operation, body))
    {
        Some(Err(violation)) => Err(Error::invalid(request.operation, violation)),
        _ => Ok(request),
    }
}

/// The first thing that is wrong with the body of a call, if it is a patch.
fn check(operation: &Operation, body: &[u8]) -> Result<(), Violation> {
    let is = |known: &Operation| known.id == operation.id;
    let known = [
        (is(UpdateSetting::OPERATION), setting as fn(&_) -> _),
        (is(UpdateSettingValue::OPERATION), value_v1),
        (is(UpdateSettingValueBySdkkey::OPERATION), value_v1),
        (is(UpdateSettingValueV2::OPERATION), formula),
        (is(UpdateSettingValueBySdkkeyV2::OPERATION), formula),
        (is(UpdateWebhook::OPERATION), webhook),
        (is(UpdateProxyProfile::OPERATION), proxy_profile),
    ];
    let Some((_, check)) = known.into_iter().find(|(is, _)| *is) else {
        return Ok(());
    };
    if body == b"[]" {
        return Err(Violation::new(
            "body",
            "is a patch without operations; there is nothing to change",
        ));
    }
    let operations: Vec<JsonPatchOperation> = serde_json::from_slice(body).unwrap_or_default();
    for (index, operation) in operations.iter().enumerate() {
        whole(operation, index)?;
        // Limits are those of texts, numbers and lists.
        if !matches!(operation.value, None | Some(Value::Null | Value::Bool(_))) {
            check(operation)?;
        }
    }
    Ok(())
}

/// What RFC 6902 requires of an operation: a value to write or to compare with, which may be `null`, or a source.
pub(super) fn whole(operation: &JsonPatchOperation, index: usize) -> Result<(), Violation> {
    let name = match operation.op {
        OperationType::Add | OperationType::Replace | OperationType::Test => "value",
        OperationType::Move | OperationType::Copy => "from",
        _ => return Ok(()),
    };
    let missing = match name {
        "value" => operation.value.is_none(),
        _ => operation.from.is_none(),
    };
    match missing {
        false => Ok(()),
        true => Err(Violation::new(
            format!("body[{index}].{name}"),
            format!("is missing; `{}` needs one", operation.op),
        )),
    }
}

fn setting(operation: &JsonPatchOperation) -> Result<(), Violation> {
    of::<Setting>(operation, json!({ "name": "x" }))
}

fn value_v1(operation: &JsonPatchOperation) -> Result<(), Violation> {
    let example =
        json!({ "value": true, "rolloutRules": [{ "value": true }], "rolloutPercentageItems": [] });
    of::<SettingValueV1>(operation, example)
}

fn formula(operation: &JsonPatchOperation) -> Result<(), Violation> {
    let user = json!({
        "comparator": "isOneOf", "comparisonAttribute": "x", "comparisonValue": { "listValue": [{ "value": "x" }] },
    });
    let rule = json!({ "conditions": [{ "userCondition": user }], "percentageOptions": [] });
    of::<Formula>(
        operation,
        json!({ "defaultValue": {}, "targetingRules": [rule] }),
    )
}

fn webhook(operation: &JsonPatchOperation) -> Result<(), Violation> {
    let header = json!({ "key": "x", "value": "x" });
    of::<Webhook>(
        operation,
        json!({ "url": "https://x", "webHookHeaders": [header] }),
    )
}

fn proxy_profile(operation: &JsonPatchOperation) -> Result<(), Violation> {
    let notification = json!({ "webhookProxyUrl": "https://x" });
    let example = json!({
        "name": "x", "connectionPreferences": { "webhookNotification": notification }, "sdkKeySelectionRules": [{}],
    });
    of::<ProxyProfile>(operation, example)
}

fn of<K: Kind>(operation: &JsonPatchOperation, mut example: Value) -> Result<(), Violation>
where
    K::Part: Check,
{
    let (OperationType::Add | OperationType::Replace, Some(value)) =
        (&operation.op, &operation.value)
    else {
        return Ok(());
    };
    let place = in_example(&operation.path);
    // What has no place there, or another form, is the server's to judge.
    if put(&mut example, &place, value).is_none() {
        return Ok(());
    }
    let Ok(part) = super::read::<K::Part>(&example) else {
        return Ok(());
    };
    part.check(&Place::root("")).map_err(|violation| {
        let found = violation.field.replace(['.', '['], "/").replace(']', "");
        let below = found.strip_prefix(&place).unwrap_or_default();
        Violation::new(format!("{}{below}", operation.path), violation.problem)
    })
}

/// The path in the example, which has one entry in each list.
fn in_example(path: &str) -> String {
    let index = |name: &&str| {
        *name == "-" || (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut place = String::with_capacity(path.len());
    for name in path.split('/').skip(1) {
        place.push('/');
        place.push_str(if index(&name) { "0" } else { name });
    }
    place
}

fn put(example: &mut Value, path: &str, value: &Value) -> Option<()> {
    let (parent, name) = path.rsplit_once('/')?;
    match example.pointer_mut(parent)? {
        Value::Object(fields) => {
            fields.insert(name.to_string(), value.clone());
        }
        Value::Array(entries) if name == "0" => *entries = vec![value.clone()],
        _ => return None,
    }
    Some(())
}
