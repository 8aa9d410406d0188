//! Descriptions made plain: what can be written in several ways stands in one, so that no pass has to know the others.
//!
//! - Parameters of a path, and those that are shared, stand with each operation; so do shared bodies and answers.
//! - A query parameter that is an object becomes one parameter for each member, as it travels.
//! - An object without a name that is sent, or is part of something, gets the name that the generator would give its type.
//! - Objects that are made of others by `allOf` have all members themselves.
//! - A name for a scalar, or for a list, stands for what it names.
//!
//! If a description has none of that, it stays as it is.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use crate::facts;
use crate::schemas::{component_name, each_operation, each_schema};
use crate::sources::Source;

const SCHEMAS: &str = "/components/schemas";
/// How deep parts of parts are looked at.
const MAX_DEPTH: usize = 32;

pub(crate) fn plain(description: &Value, source: &Source) -> Value {
    let mut plain = description.clone();
    parameters(&mut plain, description);
    inline_components(&mut plain, description);
    bodies(&mut plain, source);
    parts(&mut plain);
    merge_objects(&mut plain);
    inline_names(&mut plain, source);
    plain
}

/// Every parameter where it is used.
fn parameters(plain: &mut Value, description: &Value) {
    for operation in facts::operations(description) {
        let all = facts::parameters(description, &operation);
        let mut own = Vec::new();
        for parameter in all {
            match members_of(description, parameter) {
                Some(members) => own.extend(members),
                None => own.push(parameter.clone()),
            }
        }
        let method = operation.method.to_lowercase();
        let written = plain["paths"][operation.path][&method].as_object_mut();
        let Some(written) = written else { continue };
        let before = written.get("parameters");
        if before.and_then(Value::as_array).map_or(0, Vec::len) != own.len()
            || before.is_some_and(|before| !same(before, &own))
        {
            written.insert("parameters".into(), own.into());
        }
    }
    let paths = plain.get_mut("paths").and_then(Value::as_object_mut);
    for (_, item) in paths.into_iter().flatten() {
        if let Some(item) = item.as_object_mut() {
            item.remove("parameters");
        }
    }
}

/// Whether these are the same parameters, in whatever order.
fn same(before: &Value, own: &[Value]) -> bool {
    let before = before.as_array().into_iter().flatten();
    before.clone().count() == own.len() && before.into_iter().all(|known| own.contains(known))
}

/// A query parameter that is an object, as it travels: `a=1&b=2`, or `name[a]=1&name[b]=2`.
fn members_of(description: &Value, parameter: &Value) -> Option<Vec<Value>> {
    if parameter.get("in")? != "query" {
        return None;
    }
    let schema = facts::follow(description, parameter.get("schema")?)?;
    let members = schema.get("properties")?.as_object()?;
    let required = |name: &String| {
        let needed = parameter.get("required") == Some(&Value::Bool(true));
        let list = schema.get("required").and_then(Value::as_array);
        needed && list.is_some_and(|list| list.iter().any(|known| known == name))
    };
    let deep = parameter
        .get("style")
        .is_some_and(|style| style == "deepObject");
    let outer = parameter.get("name")?.as_str()?;
    let each = members.iter().map(|(name, schema)| {
        let called = match deep {
            true => format!("{outer}[{name}]"),
            false => name.clone(),
        };
        json!({ "name": called, "in": "query", "required": required(name), "schema": schema })
    });
    Some(each.collect())
}

/// Bodies and answers where they are used.
fn inline_components(plain: &mut Value, description: &Value) {
    let inlined = |value: &mut Value| {
        if value.get("$ref").is_some()
            && let Some(found) = facts::follow(description, value)
        {
            *value = found.clone();
        }
    };
    each_operation(plain, |_, _, operation| {
        if let Some(body) = operation.get_mut("requestBody") {
            inlined(body);
        }
        let answers = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut);
        answers
            .into_iter()
            .flatten()
            .for_each(|(_, answer)| inlined(answer));
    });
}

/// Bodies that are objects without a name get one.
fn bodies(plain: &mut Value, source: &Source) {
    let mut found = Vec::new();
    each_operation(plain, |method, path, operation| {
        let given = operation.get("operationId").and_then(Value::as_str);
        let id = given.or_else(|| {
            let id = source.operation_ids.get(&format!("{method} {path}"))?;
            Some(id.as_str())
        });
        let Some(name) = id.map(|id| format!("{}Body", id.to_upper_camel_case())) else {
            return;
        };
        let content = operation
            .get_mut("requestBody")
            .and_then(|body| body.get_mut("content")?.as_object_mut());
        // Bodies that are offered in several types are one: whoever differs stays as it is.
        let mut first = None;
        for (_, media) in content.into_iter().flatten() {
            let Some(schema) = media.get_mut("schema") else {
                continue;
            };
            if is_object(schema) && *first.get_or_insert_with(|| schema.clone()) == *schema {
                *schema = reference(&name, schema);
            }
        }
        found.extend(first.map(|schema| (name, schema)));
    });
    for (name, schema) in found {
        add(plain, name, schema);
    }
}

/// Objects without a name that are part of a schema get one.
fn parts(plain: &mut Value) {
    let Some(schemas) = plain.pointer_mut(SCHEMAS).and_then(Value::as_object_mut) else {
        return;
    };
    let mut todo: Vec<String> = schemas.keys().cloned().collect();
    while let Some(owner) = todo.pop() {
        let Some(mut schema) = schemas.get(&owner).cloned() else {
            continue;
        };
        let mut found = Vec::new();
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (field, property) in properties.into_iter().flatten() {
            let name = format!(
                "{}{}",
                owner.to_upper_camel_case(),
                field.to_upper_camel_case()
            );
            name_part(property, name, &mut found);
        }
        if found.iter().any(|(name, _)| schemas.contains_key(name)) || found.is_empty() {
            continue;
        }
        schemas.insert(owner, schema);
        for (name, schema) in found {
            todo.push(name.clone());
            schemas.insert(name, schema);
        }
    }
}

/// Puts a reference in the place of an object, of those in a list, or of those in a map.
fn name_part(schema: &mut Value, name: String, found: &mut Vec<(String, Value)>) {
    if is_object(schema) {
        let written = reference(&name, schema);
        let mut object = std::mem::replace(schema, written);
        if let Some(object) = object.as_object_mut() {
            object.remove("nullable");
        }
        found.push((name, object));
        return;
    }
    for (keyword, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        if let Some(inner) = schema.get_mut(keyword) {
            name_part(inner, format!("{name}{suffix}"), found);
        }
    }
}

/// Whether a schema is an object with members, and has no name.
fn is_object(schema: &Value) -> bool {
    let has_members = |schema: &Value| {
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.is_some_and(|properties| !properties.is_empty())
    };
    let parts = schema.get("allOf").and_then(Value::as_array);
    has_members(schema) || parts.is_some_and(|parts| parts.len() > 1)
}

fn reference(name: &str, schema: &Value) -> Value {
    let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
    match schema.get("nullable") {
        Some(Value::Bool(true)) => json!({ "allOf": [reference], "nullable": true }),
        _ => reference,
    }
}

fn add(plain: &mut Value, name: String, mut schema: Value) {
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("nullable");
    }
    let Some(root) = plain.as_object_mut() else {
        return;
    };
    let components = root.entry("components").or_insert_with(|| json!({}));
    let Some(components) = components.as_object_mut() else {
        return;
    };
    let schemas = components.entry("schemas").or_insert_with(|| json!({}));
    if let Some(schemas) = schemas.as_object_mut() {
        schemas.entry(name).or_insert(schema);
    }
}

/// Objects that are made of others have all members themselves.
fn merge_objects(plain: &mut Value) {
    let before = plain.clone();
    each_schema(plain, &mut |schema| {
        let several = |parts: &Vec<Value>| parts.len() > 1 || schema.contains_key("properties");
        if !schema
            .get("allOf")
            .and_then(Value::as_array)
            .is_some_and(several)
        {
            return;
        }
        let nullable = schema.get("nullable").cloned();
        if let Some(mut whole) = members(&before, &Value::Object(schema.clone()), 0) {
            if let Some(nullable) = nullable {
                whole.insert("nullable".into(), nullable);
            }
            *schema = whole;
        }
    });
}

/// All members of an object; `None` if it is made of something that is none.
fn members(description: &Value, schema: &Value, depth: usize) -> Option<Map<String, Value>> {
    let schema = facts::follow(description, schema)?.as_object()?;
    let is_object = schema.get("type").is_none_or(|kind| kind == "object");
    if depth > MAX_DEPTH
        || !is_object
        || ["oneOf", "anyOf", "not"]
            .iter()
            .any(|k| schema.contains_key(*k))
    {
        return None;
    }
    let mut whole = Map::from_iter([("type".to_owned(), json!("object"))]);
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    let mut take = |part: &Map<String, Value>| {
        let more = part.get("properties").and_then(Value::as_object).cloned();
        properties.extend(more.unwrap_or_default());
        for name in part
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if !required.contains(name) {
                required.push(name.clone());
            }
        }
        if let Some(rest) = part.get("additionalProperties") {
            whole.insert("additionalProperties".into(), rest.clone());
        }
    };
    for part in schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        take(&members(description, part, depth + 1)?);
    }
    take(schema);
    if !required.is_empty() {
        whole.insert("required".into(), required.into());
    }
    whole.insert("properties".into(), properties.into());
    Some(whole)
}

/// The schemas that are only names for a scalar or a list.
pub(crate) fn names<'a>(
    description: &'a Value,
    source: &'a Source,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    facts::schemas(description)
        .filter(|(name, schema)| !source.types.contains_key(*name) && is_plain(description, schema))
}

/// Names of scalars and lists stand for what they name.
fn inline_names(plain: &mut Value, source: &Source) {
    let meant: Map<String, Value> = names(plain, source)
        .map(|(name, schema)| (name.to_owned(), schema.clone()))
        .collect();
    if meant.is_empty() {
        return;
    }
    each_schema(plain, &mut |schema| {
        // One after the other: a list of a named scalar has a name within.
        for _ in 0..MAX_DEPTH {
            let name = component_name(&Value::Object(schema.clone())).map(str::to_owned);
            let Some(found) = name.and_then(|name| meant.get(&name)?.as_object()) else {
                return;
            };
            let nullable = schema.get("nullable").cloned();
            *schema = found.clone();
            if let Some(nullable) = nullable {
                schema.insert("nullable".into(), nullable);
            }
        }
    });
    if let Some(schemas) = plain.pointer_mut(SCHEMAS).and_then(Value::as_object_mut) {
        schemas.retain(|name, _| !meant.contains_key(name));
    }
}

/// A scalar that is no enum, or a list of something that is no list.
fn is_plain(description: &Value, schema: &Value) -> bool {
    match schema.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "number" | "boolean") => schema.get("enum").is_none(),
        Some("array") => {
            let items = schema.get("items");
            let items = items.and_then(|items| facts::follow(description, items));
            items.is_some_and(|items| items.get("items").is_none())
        }
        _ => false,
    }
}
