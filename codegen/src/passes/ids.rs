//! Ids of different things have different types, so that no call takes one for another.
//!
//! A parameter or a field whose name ends in `Id` or `Ids` and that holds UUIDs or whole numbers refers to a schema of that
//! name: `configId` to `ConfigId`. `[source.ids]` in `sources.toml` has the names that this cannot tell.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use crate::schemas::{each_operation, each_schema};
use crate::sources::Source;
use crate::{Error, Result};

pub(super) fn run(description: &mut Value, source: &Source) -> Result<usize> {
    let mut ids = Ids {
        source,
        schemas: Map::new(),
        used: Vec::new(),
        times: 0,
        problem: None,
    };
    each_schema(description, &mut |schema| {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            ids.name(name, property);
        }
    });
    each_operation(description, |_, _, operation| {
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            ids.name(&name, &mut parameter["schema"]);
        }
    });
    if let Some(problem) = ids.problem {
        return Err(problem);
    }
    if let Some(name) = source.ids.keys().find(|name| !ids.used.contains(name)) {
        return Err(Error::new(format!(
            "sources.toml has the type of an id for `{name}`, but nothing of that name holds UUIDs or whole numbers"
        )));
    }
    if ids.schemas.is_empty() {
        return Ok(0);
    }
    let schemas = description
        .as_object_mut()
        .map(|document| document.entry("components").or_insert_with(|| json!({})))
        .and_then(Value::as_object_mut)
        .map(|components| components.entry("schemas").or_insert_with(|| json!({})))
        .and_then(Value::as_object_mut)
        .ok_or_else(|| Error::new("the `components` of the description are not an object"))?;
    for (name, schema) in ids.schemas {
        if schemas.contains_key(&name) {
            return Err(Error::new(format!(
                "the description has a schema `{name}`, which is also the type of an id; give the id another type under \
                 [source.ids] in sources.toml"
            )));
        }
        schemas.insert(name, schema);
    }
    Ok(ids.times)
}

struct Ids<'a> {
    source: &'a Source,
    /// What the ids are made of, by type.
    schemas: Map<String, Value>,
    /// The entries of `sources.toml` that were of use.
    used: Vec<&'a String>,
    times: usize,
    problem: Option<Error>,
}

impl Ids<'_> {
    /// Puts a reference in the place of the UUID or number that something called `name` holds.
    fn name(&mut self, name: &str, schema: &mut Value) {
        let listed = self.source.ids.get_key_value(name);
        let ty = match listed {
            Some((_, ty)) => ty.clone(),
            None => match name.strip_suffix('s').unwrap_or(name) {
                single if single.ends_with("Id") => single.to_upper_camel_case(),
                _ => return,
            },
        };
        let Some(id) = scalar(schema) else { return };
        let mut inner = id.clone();
        if let Some(inner) = inner.as_object_mut() {
            inner.retain(|keyword, _| keyword == "type" || keyword == "format");
        }
        let known = self.schemas.entry(ty.clone()).or_insert(inner.clone());
        if *known != inner {
            self.problem.get_or_insert(Error::new(format!(
                "`{name}` holds {inner}, but other ids of the type `{ty}` hold {known}; give it another type under \
                 [source.ids] in sources.toml"
            )));
        }
        let reference = json!({ "$ref": format!("#/components/schemas/{ty}") });
        *id = match id.get("nullable") {
            Some(Value::Bool(true)) => json!({ "allOf": [reference], "nullable": true }),
            _ => reference,
        };
        self.used.extend(listed.map(|(name, _)| name));
        self.times += 1;
    }
}

/// The UUID or whole number that a schema is, or is a list of.
fn scalar(schema: &mut Value) -> Option<&mut Value> {
    match (schema["type"].as_str()?, schema["format"].as_str()) {
        ("array", _) => scalar(schema.get_mut("items")?),
        ("string", Some("uuid")) | ("integer", _) => Some(schema),
        _ => None,
    }
}
