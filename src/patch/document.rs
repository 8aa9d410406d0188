//! The part of an answer that a patch works on, as JSON.

use json_patch::jsonptr::Pointer;
use serde_json::{Map, Value};

use super::kind::Kind;
use super::kind::sealed::Absent;
use super::pointer;

/// What may be changed of an answer, as the server's patch sees it: nulls stay, fields that requests do not have go.
pub(super) fn of_seen<K: Kind>(seen: &Value) -> Value {
    let mut document = roots::<K>(seen);
    K::simplify(&mut document);
    keep_what_requests_have::<K>(&mut document);
    document
}

/// What is wanted, in the same form. A changed copy of an answer and a part are told apart by nothing: what is simple already
/// stays as it is.
pub(super) fn of_wanted<K: Kind>(wanted: &Value, before: &Value) -> Value {
    let mut document = roots::<K>(wanted);
    K::simplify(&mut document);
    for (name, absent) in K::ROOTS {
        if document.get(name).is_none() {
            document[*name] = match absent {
                Absent::Null => Value::Null,
                Absent::EmptyList => Value::Array(Vec::new()),
                Absent::Unchanged => before[*name].clone(),
            };
        }
    }
    K::complete(&mut document, before);
    keep_what_requests_have::<K>(&mut document);
    document
}

/// Removes what an answer has and a request does not, found by the way through the request's type.
fn keep_what_requests_have<K: Kind>(document: &mut Value) {
    if let Ok(part) = super::read::<K::Part>(document)
        && let Some(fields) = document.as_object_mut()
    {
        let (part, fields) = (super::json(&part), fields.iter_mut());
        fields.for_each(|(name, value)| keep_known(value, &part[name]));
    }
}

fn roots<K: Kind>(value: &Value) -> Value {
    let named = K::ROOTS.iter();
    let named = named.filter_map(|(name, _)| Some((name.to_string(), value.get(name)?.clone())));
    Value::Object(named.collect())
}

/// Removes the fields that did not survive the way through the request's type. Those with a null do not, and stay.
fn keep_known(value: &mut Value, known: &Value) {
    match (value, known) {
        (Value::Object(value), Value::Object(known)) => {
            value.retain(|name, value| value.is_null() || known.contains_key(name));
            for (name, value) in value.iter_mut() {
                if let Some(known) = known.get(name) {
                    keep_known(value, known);
                }
            }
        }
        (Value::Array(value), Value::Array(known)) => {
            for (value, known) in value.iter_mut().zip(known) {
                keep_known(value, known);
            }
        }
        _ => {}
    }
}

/// The same for all that means the same: fields of objects that are null or an empty list are as good as not there.
pub(super) fn canonical(value: &Value) -> Value {
    let is_nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !is_nothing(value));
            let fields = fields.map(|(name, value)| (name.clone(), canonical(value)));
            Value::Object(fields.collect())
        }
        Value::Array(entries) => entries.iter().map(canonical).collect(),
        value => value.clone(),
    }
}

/// Whether two values are equal as RFC 6902 has it: numbers by value, so that 5 is 5.0.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    one == other || comparable(one) == comparable(other)
}

/// A text that two values share if they are the same.
pub(super) fn key(value: &Value) -> String {
    let mut value = comparable(value);
    // Their order is that of insertion if a cargo feature of serde_json says so.
    value.sort_all_objects();
    value.to_string()
}

/// With each number that is whole as an integer, if it is one of 64 bits.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            match float.fract() == 0.0 && float.abs() < i64::MAX as f64 {
                true => Value::from(float as i64),
                false => value.clone(),
            }
        }
        Value::Array(entries) => entries.iter().map(comparable).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (name.clone(), comparable(value)));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

/// The path of a difference outside of what may be changed.
pub(super) fn difference_elsewhere<K: Kind>(before: &Value, after: &Value) -> Option<String> {
    let is_fixed = |name: &str| K::ROOTS.iter().all(|(root, _)| *root != name);
    let mut fixed = after.as_object()?.iter().filter(|(name, _)| is_fixed(name));
    let found = fixed.find_map(|(name, it)| first_difference(&pointer(name), &before[name], it));
    found.or_else(|| K::hidden_difference(before, after))
}

/// The path of the first difference, as deep as both sides have the same form.
pub(super) fn first_difference(at: &Pointer, before: &Value, after: &Value) -> Option<String> {
    match (before, after) {
        _ if same(before, after) => None,
        (Value::Object(before), Value::Object(after)) => {
            before.keys().chain(after.keys()).find_map(|name| {
                let of =
                    |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
                first_difference(&at.with_trailing_token(name), &of(before), &of(after))
            })
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            let mut pairs = before.iter().zip(after).enumerate();
            pairs.find_map(|(index, (before, after))| {
                first_difference(&at.with_trailing_token(index), before, after)
            })
        }
        _ => Some(at.to_string()),
    }
}
