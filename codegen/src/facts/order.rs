//! Canonical order: what means the same stands in the same place.

use serde_json::{Map, Value};

use super::shape::{DOCUMENT, Kind, SCHEMA};
use super::{follow, members, template, text};

/// Where parameters come from, in the order that a request is written.
const PLACES: [&str; 4] = ["path", "query", "header", "cookie"];

/// A description in canonical order.
pub(super) fn order_description(description: &Value) -> Value {
    let mut description = description.clone();
    order_parameters(&mut description);
    order_value(&description, &Kind::One(&DOCUMENT))
}

/// A schema in canonical order.
pub(super) fn order_schema(schema: &Value) -> Value {
    order_value(schema, &Kind::One(&SCHEMA))
}

/// Keys in alphabetical order, but for those that a shape wants first; lists as they are, but for those whose order
/// means nothing.
fn order_value(value: &Value, kind: &Kind) -> Value {
    match (kind, value) {
        (Kind::Names, Value::Array(names)) => {
            let mut names = names.clone();
            names.sort_by_cached_key(Value::to_string);
            names.into()
        }
        (Kind::List(kind), Value::Array(items)) => {
            items.iter().map(|item| order_value(item, kind)).collect()
        }
        (Kind::One(shape) | Kind::FlagOr(shape), Value::Object(object)) => {
            let rank = |key: &str| shape.first.iter().position(|first| *first == key);
            let kind = |key: &str| shape.member(key).unwrap_or(&Kind::Data);
            order_object(object, rank, kind)
        }
        (Kind::Map(kind) | Kind::Extensible(kind), Value::Object(object)) => {
            order_object(object, |_| None, |_| kind)
        }
        (_, Value::Array(items)) => items
            .iter()
            .map(|item| order_value(item, &Kind::Data))
            .collect(),
        (_, Value::Object(object)) => order_object(object, |_| None, |_| &Kind::Data),
        _ => value.clone(),
    }
}

fn order_object<'a>(
    object: &Map<String, Value>,
    rank: impl Fn(&str) -> Option<usize>,
    kind: impl Fn(&str) -> &'a Kind,
) -> Value {
    let mut entries: Vec<_> = object.iter().collect();
    entries.sort_by_key(|(key, _)| (rank(key).unwrap_or(usize::MAX), *key));
    entries
        .into_iter()
        .map(|(key, value)| (key.clone(), order_value(value, kind(key))))
        .collect::<Map<_, _>>()
        .into()
}

/// Sorts the parameters of every path and operation.
fn order_parameters(description: &mut Value) {
    let mut lists = Vec::new();
    for (path, item) in members(description, "/paths") {
        let Some(item) = item.as_object() else {
            continue;
        };
        let operations = item
            .iter()
            .filter_map(|(key, value)| Some((Some(key.as_str()), value.get("parameters")?)));
        let shared = item.get("parameters").map(|list| (None, list));
        for (key, list) in operations.chain(shared) {
            let Some(list) = list.as_array() else {
                continue;
            };
            let mut list = list.clone();
            list.sort_by_cached_key(|parameter| parameter_rank(description, path, parameter));
            lists.push((path.to_owned(), key.map(str::to_owned), list));
        }
    }
    for (path, key, list) in lists {
        let item = description.get_mut("paths").and_then(|p| p.get_mut(&path));
        let owner = match key {
            Some(key) => item.and_then(|item| item.get_mut(&key)),
            None => item,
        };
        if let Some(slot) = owner.and_then(|owner| owner.get_mut("parameters")) {
            *slot = list.into();
        }
    }
}

/// Path parameters in the order of the template, then the others by place and name. The text itself comes last, so that
/// no two different parameters are equal.
fn parameter_rank(
    description: &Value,
    path: &str,
    parameter: &Value,
) -> (usize, usize, String, String) {
    let found = follow(description, parameter).unwrap_or(parameter);
    let (place, name) = (text(found, "in"), text(found, "name"));
    let index = |list: &[&str], wanted: &str| {
        let found = list.iter().position(|entry| *entry == wanted);
        found.unwrap_or(usize::MAX)
    };
    let in_template = match place {
        "path" => index(&template(path), name),
        _ => usize::MAX,
    };
    let text = order_value(parameter, &Kind::Data).to_string();
    (index(&PLACES, place), in_template, name.to_owned(), text)
}
