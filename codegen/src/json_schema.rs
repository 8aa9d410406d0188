//! Schemas of OpenAPI 3.0 as JSON Schema 2020-12, for those who check arguments at run time.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::docs::Docs;
use crate::schemas::{component_name, components};

/// Keywords that mean the same in both, and hold no schema.
const KEPT: [&str; 16] = [
    "type",
    "format",
    "enum",
    "default",
    "required",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minimum",
    "maximum",
    "multipleOf",
    "minProperties",
    "maxProperties",
];

/// Writes schemas of one description anew.
pub(crate) struct Translator<'a> {
    docs: &'a Docs,
    /// Components that are part of another schema, which may have more members than they name.
    parts: BTreeSet<&'a str>,
}

impl<'a> Translator<'a> {
    pub(crate) fn new(facts: &'a Value, docs: &'a Docs) -> Self {
        let mut parts = BTreeSet::new();
        collect_parts(facts, &mut parts);
        Translator { docs, parts }
    }

    /// A component schema with our words on its fields. Members that it does not name are not allowed, unless it says so.
    pub(crate) fn component(&self, name: &str, schema: &Value) -> Value {
        let mut written = self.schema(schema, self.parts.contains(name));
        let Some(words) = self.docs.schemas.get(name) else {
            return written;
        };
        if let Some(object) = written.as_object_mut() {
            object.insert("description".into(), words.summary.trim_end().into());
        }
        for (field, text) in &words.fields {
            let place = written
                .pointer_mut("/properties")
                .and_then(|properties| properties.get_mut(field)?.as_object_mut());
            if let Some(property) = place {
                property.insert("description".into(), text.trim_end().into());
            }
        }
        written
    }

    /// Any schema. If it is `open`, an object may have members that it does not name.
    pub(crate) fn schema(&self, schema: &Value, open: bool) -> Value {
        let Some(facts) = schema.as_object() else {
            return schema.clone();
        };
        if let Some(name) = facts.get("$ref").and(component_name(schema)) {
            return json!({ "$ref": format!("#/$defs/{name}") });
        }
        let nullable = facts.get("nullable") == Some(&Value::Bool(true));
        let mut written = match facts
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            // A part of its own is how 3.0 makes a reference nullable.
            Some([part]) if !facts.contains_key("properties") => match self.schema(part, open) {
                Value::Object(part) => part,
                other => return other,
            },
            _ => self.members(facts, open),
        };
        if nullable {
            written = nullable_too(written);
        }
        Value::Object(written)
    }

    fn members(&self, facts: &Map<String, Value>, open: bool) -> Map<String, Value> {
        let mut written = Map::new();
        for (keyword, value) in facts {
            let value = match keyword.as_str() {
                kept if KEPT.contains(&kept) => value.clone(),
                "properties" => {
                    let each = value.as_object().into_iter().flatten();
                    let each =
                        each.map(|(name, schema)| (name.clone(), self.schema(schema, false)));
                    Value::Object(each.collect())
                }
                "items" | "additionalProperties" | "not" => self.schema(value, false),
                "allOf" | "oneOf" | "anyOf" => {
                    let each = value.as_array().into_iter().flatten();
                    each.map(|part| self.schema(part, true)).collect()
                }
                _ => continue,
            };
            written.insert(keyword.clone(), value);
        }
        for (flag, bound) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            if facts.get(flag) == Some(&Value::Bool(true))
                && let Some(limit) = written.remove(bound)
            {
                written.insert(flag.into(), limit);
            }
        }
        if facts.get("format").is_some_and(|format| format == "int32") {
            written.entry("minimum").or_insert(i32::MIN.into());
            written.entry("maximum").or_insert(i32::MAX.into());
        }
        let closes = match (
            facts.contains_key("properties"),
            facts.contains_key("allOf"),
        ) {
            _ if open || facts.contains_key("additionalProperties") => None,
            (_, true) => Some("unevaluatedProperties"),
            (true, false) => Some("additionalProperties"),
            (false, false) => None,
        };
        if let Some(closes) = closes {
            written.insert(closes.into(), false.into());
        }
        written
    }
}

/// The same, or `null`.
fn nullable_too(mut schema: Map<String, Value>) -> Map<String, Value> {
    let Some(kind) = schema.get_mut("type") else {
        // Without a keyword, anything goes already.
        return match schema.is_empty() {
            true => schema,
            false => {
                let either = json!([schema, { "type": "null" }]);
                Map::from_iter([("anyOf".to_owned(), either)])
            }
        };
    };
    *kind = json!([kind.take(), "null"]);
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut)
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    schema
}

/// Components that stand among others in an `allOf`, `oneOf` or `anyOf`.
fn collect_parts<'a>(facts: &'a Value, parts: &mut BTreeSet<&'a str>) {
    let mut todo = vec![facts];
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(values) => todo.extend(values),
            Value::Object(members) => {
                todo.extend(members.values());
                for keyword in ["allOf", "oneOf", "anyOf"] {
                    let found = members.get(keyword).and_then(Value::as_array);
                    let alone = keyword == "allOf"
                        && found.is_some_and(|found| found.len() == 1)
                        && !members.contains_key("properties");
                    if !alone {
                        parts.extend(found.into_iter().flatten().filter_map(component_name));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The components that a translated schema refers to, and those that they refer to.
pub(crate) fn definitions(
    schemas: &[&Value],
    facts: &Value,
    translator: &Translator<'_>,
) -> Map<String, Value> {
    let components = components(facts);
    let mut found = Map::new();
    let mut todo: Vec<Value> = schemas.iter().map(|schema| (*schema).clone()).collect();
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(values) => todo.extend(values),
            Value::Object(members) => {
                let name = members.get("$ref").and_then(Value::as_str);
                if let Some(name) = name.and_then(|name| name.strip_prefix("#/$defs/"))
                    && !found.contains_key(name)
                    && let Some(schema) = components.get(name)
                {
                    let written = translator.component(name, schema);
                    found.insert(name.to_owned(), written.clone());
                    todo.push(written);
                }
                todo.extend(members.into_iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
    found.sort_keys();
    found
}
