//! The part of an answer that a patch works on, as JSON.

use std::collections::BTreeMap;

use json_patch::jsonptr::Pointer;
use serde_json::{Map, Number, Value};

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
    for root in K::ROOTS {
        if document.get(root.name).is_none() {
            document[root.name] = match root.absent {
                Absent::Null => Value::Null,
                Absent::EmptyList => Value::Array(Vec::new()),
                Absent::Unchanged => before[root.name].clone(),
            };
        }
    }
    K::complete(&mut document, before);
    keep_what_requests_have::<K>(&mut document);
    document
}

/// Removes what an answer has and a request does not, found by the way through the request's type.
fn keep_what_requests_have<K: Kind>(document: &mut Value) {
    let part: Result<K::Part, _> = super::read(document);
    if let Ok(part) = part {
        let part = super::json(&part);
        for root in K::ROOTS {
            if let (Some(value), Some(known)) = (document.get_mut(root.name), part.get(root.name)) {
                keep_known(value, known);
            }
        }
    }
}

fn roots<K: Kind>(value: &Value) -> Value {
    let named = K::ROOTS.iter().filter_map(|root| {
        let value = value.get(root.name)?;
        Some((root.name.to_string(), value.clone()))
    });
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
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !is_nothing(value));
            let fields: Map<String, Value> = fields
                .map(|(name, value)| (name.clone(), canonical(value)))
                .collect();
            Value::Object(fields)
        }
        Value::Array(entries) => entries.iter().map(canonical).collect(),
        value => value.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Whether two values are equal as RFC 6902 has it: numbers by value, so that 5 is 5.0.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || whole(one) == whole(other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let in_other =
                |(name, one): (&String, _)| other.get(name).is_some_and(|it| same(one, it));
            one.len() == other.len() && one.iter().all(in_other)
        }
        (one, other) => one == other,
    }
}

/// A text that two values share if they are the same.
pub(super) fn key(value: &Value) -> String {
    match value {
        Value::Number(number) => match whole(number) {
            Ok(whole) => whole.to_string(),
            Err(number) => number.to_string(),
        },
        Value::Array(entries) => {
            let entries: Vec<_> = entries.iter().map(key).collect();
            format!("[{}]", entries.join(","))
        }
        Value::Object(fields) => {
            // Their order is that of insertion if a cargo feature of serde_json says so.
            let fields: BTreeMap<_, _> = fields.iter().collect();
            let fields = fields.into_iter();
            let fields = fields.map(|(name, value)| format!("{name:?}:{}", key(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// The number, if it is a whole one, as precisely as it can be told; otherwise its other form.
fn whole(number: &Number) -> Result<i128, Number> {
    let integer = number.as_i64().map(i128::from);
    let integer = integer.or_else(|| number.as_u64().map(i128::from));
    // Beyond 2^63 there are no integers to compare with.
    let float = number
        .as_f64()
        .filter(|float| float.fract() == 0.0 && float.abs() < 1e19);
    integer
        .or_else(|| float.map(|float| float as i128))
        .ok_or_else(|| number.clone())
}

/// The path of a difference outside of what may be changed.
pub(super) fn difference_elsewhere<K: Kind>(before: &Value, after: &Value) -> Option<String> {
    let fields = after.as_object()?;
    let mut fixed = fields
        .iter()
        .filter(|(name, _)| K::ROOTS.iter().all(|root| root.name != **name));
    fixed
        .find_map(|(name, after)| first_difference(&pointer(name), &before[name], after))
        .or_else(|| K::hidden_difference(before, after))
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
