//! Fields whose text must never be printed.
//!
//! Each becomes a reference to one schema that the client's `Secret` stands for: the field itself, or the values of a map.

use serde_json::{Value, json};

use crate::sources::Source;
use crate::{Error, Result};

/// The schema that stands for every secret.
pub(crate) const SECRET: &str = "SecretText";

pub(super) fn run(description: &mut Value, source: &Source) -> Result<usize> {
    let Some(schemas) = description
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return match source.secrets.fields.first() {
            None => Ok(0),
            Some(place) => Err(no_such_field(place)),
        };
    };
    if schemas.contains_key(SECRET) {
        return Err(Error::new(format!(
            "the description has a schema `{SECRET}` of its own; this pass needs another name for the one that it makes"
        )));
    }
    for place in &source.secrets.fields {
        let field = place
            .split_once('.')
            .and_then(|(schema, field)| {
                schemas
                    .get_mut(schema)?
                    .get_mut("properties")?
                    .get_mut(field)
            })
            .ok_or_else(|| no_such_field(place))?;
        hide(field).ok_or_else(|| {
            Error::new(format!(
                "`{place}` cannot be hidden: it is neither a string nor a map of strings"
            ))
        })?;
    }
    if !source.secrets.fields.is_empty() {
        schemas.insert(SECRET.into(), json!({ "type": "string" }));
    }
    Ok(source.secrets.fields.len())
}

fn no_such_field(place: &str) -> Error {
    Error::new(format!(
        "sources.toml calls `{place}` a secret, but the description has no such field"
    ))
}

fn hide(field: &mut Value) -> Option<()> {
    let reference = json!({ "$ref": format!("#/components/schemas/{SECRET}") });
    if field.get("type")? == "string" {
        *field = match field.get("nullable") {
            Some(Value::Bool(true)) => json!({ "allOf": [reference], "nullable": true }),
            _ => reference,
        };
        return Some(());
    }
    let values = field.get_mut("additionalProperties")?;
    if values.get("type")? != "string" {
        return None;
    }
    *values = reference;
    Some(())
}
