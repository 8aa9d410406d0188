//! Bodies offered in several media types are sent and read as `application/json`.

use serde_json::{Map, Value};

use crate::schemas::each_operation;
use crate::sources::Source;
use crate::{Error, Result};

const JSON: &str = "application/json";

pub(super) fn run(description: &mut Value, _: &Source) -> Result<usize> {
    let mut times = 0;
    let mut without = Vec::new();
    each_operation(description, |method, path, operation| {
        for content in contents(operation) {
            match only_json(content) {
                Some(mended) => times += usize::from(mended),
                None => without.push(format!("{method} {path}")),
            }
        }
    });
    match without.first() {
        None => Ok(times),
        Some(place) => Err(Error::new(format!("{place} offers no JSON body"))),
    }
}

/// The `content` of the request body and of every answer.
fn contents(operation: &mut Map<String, Value>) -> Vec<&mut Map<String, Value>> {
    let mut bodies = Vec::new();
    for (name, value) in operation {
        match name.as_str() {
            "requestBody" => bodies.push(value),
            "responses" => {
                bodies.extend(value.as_object_mut().into_iter().flat_map(Map::values_mut))
            }
            _ => {}
        }
    }
    bodies
        .into_iter()
        .filter_map(|body| body.get_mut("content")?.as_object_mut())
        .collect()
}

/// Leaves JSON alone, and says whether there was anything else; `None` if there is no JSON. If the plain type is
/// not offered, the first of its kin (`text/json`, `application/hal+json`, …) gives the schema.
fn only_json(content: &mut Map<String, Value>) -> Option<bool> {
    if content.is_empty() || (content.len() == 1 && content.contains_key(JSON)) {
        return Some(false);
    }
    let offered = std::mem::take(content);
    let is_kin = |name: &str| name.ends_with("/json") || name.ends_with("+json");
    let schema = match offered.get(JSON) {
        Some(schema) => schema.clone(),
        None => offered.into_iter().find(|(name, _)| is_kin(name))?.1,
    };
    content.insert(JSON.into(), schema);
    Some(true)
}
