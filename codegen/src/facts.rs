//! Facts: what a description says of an API, without a sentence of its prose.
//!
//! [`read`] takes a published description, JSON or YAML, and refuses what a generator could not take; [`reduce`] keeps the
//! facts; [`canonical`] writes them so that the same facts are the same bytes. The rest looks things up in a description.

mod check;
mod order;
mod shape;

use std::collections::BTreeSet;

use heck::{ToKebabCase, ToLowerCamelCase};
use serde_json::{Map, Value};

use crate::preview::Problem;
use crate::sources::Source;
use crate::unique::Unique;
use crate::{Error, Result};

/// The methods of OpenAPI 3.0 as a path item and as a request write them, in the order of canonical descriptions.
const METHODS: [(&str, &str); 8] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("patch", "PATCH"),
    ("head", "HEAD"),
    ("options", "OPTIONS"),
    ("trace", "TRACE"),
];

/// How many `$ref`s may lead to one another before there is something. Far more than anybody writes by hand.
const MAX_HOPS: usize = 32;

/// How many brackets may be open at once. Descriptions have a dozen or two; the time that YAML takes grows with the square.
const MAX_OPEN: usize = 200;

/// Reads a description, JSON or YAML, and checks that a generator can take it.
///
/// The parsers stop at 128 levels of nesting, so that whoever walks the result may recurse.
///
/// # Errors
///
/// The text is empty, neither JSON nor YAML, cut off, not OpenAPI 3.0, or contradicts itself. The message says what is
/// wrong, where, and what to do.
pub fn read(text: &str) -> Result<Value> {
    let description = parse(text)?;
    check::description(&description)?;
    Ok(description)
}

/// Reads JSON or YAML, whatever it says.
///
/// # Errors
///
/// The text is empty, neither JSON nor YAML, cut off, nested deeper than anybody means, or says something twice.
pub fn parse(text: &str) -> Result<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.trim_start();
    if start.is_empty() {
        return Err(Error::new("the description is empty; download it again"));
    }
    if too_deep(text) {
        return Err(Error::new(format!(
            "the description is nested more than {MAX_OPEN} levels deep; no generator could take it"
        )));
    }
    let Unique(description) = if start.starts_with(['{', '[']) {
        serde_json::from_str(text).map_err(|error| not_json(&error))?
    } else {
        yaml_serde::from_str(text).map_err(|error| not_yaml(&error))?
    };
    Ok(description)
}

/// All that keeps a generator from taking a description, each with its place. [`read`] takes it if there is nothing.
#[must_use]
pub fn problems(description: &Value) -> Vec<Problem> {
    check::problems(description)
}

/// A JSON pointer, one step longer.
pub(crate) fn below(place: &str, name: &str) -> String {
    check::below(place, name)
}

/// An id for an operation that has none: what it does to what, in kebab case.
#[must_use]
pub fn suggested_id(operation: &OperationRef<'_>) -> String {
    let place = operation.place().replace(['{', '}'], "");
    place.replace('/', " ").to_kebab_case()
}

/// Whether more brackets are open somewhere than anybody means. Those in prose count too, which does no harm.
fn too_deep(text: &str) -> bool {
    let mut open = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MAX_OPEN {
            return true;
        }
    }
    false
}

/// What to say of text that begins like JSON and is not.
fn not_json(error: &serde_json::Error) -> Error {
    Error::new(if error.is_eof() {
        format!("the JSON ends too early ({error}); the file is cut off, download it again")
    } else {
        format!("this is not JSON ({error}); is it the description, or an error page?")
    })
}

/// What to say of text that does not begin like JSON, and is not YAML.
fn not_yaml(error: &yaml_serde::Error) -> Error {
    Error::new(format!(
        "this is neither JSON nor YAML ({error}); is it the description, whole, and not an error page?"
    ))
}

/// The facts of a description alone: no prose, no examples, no extensions.
#[must_use]
pub fn reduce(description: &Value) -> Value {
    shape::reduce(description, &shape::Kind::One(&shape::DOCUMENT))
}

/// The facts of an operation alone, its parameters left out: their order means nothing.
pub(crate) fn reduce_operation(operation: &Value) -> Value {
    let mut reduced = shape::reduce(operation, &shape::Kind::One(&shape::OPERATION));
    if let Some(members) = reduced.as_object_mut() {
        members.shift_remove("parameters");
    }
    reduced
}

/// The facts of a parameter alone.
pub(crate) fn reduce_parameter(parameter: &Value) -> Value {
    shape::reduce(parameter, &shape::Kind::One(&shape::PARAMETER))
}

/// The facts of an answer alone.
pub(crate) fn reduce_response(response: &Value) -> Value {
    shape::reduce(response, &shape::Kind::One(&shape::RESPONSE))
}

/// The facts of a schema alone.
pub(crate) fn reduce_schema(schema: &Value) -> Value {
    order::order_schema(&shape::reduce(schema, &shape::Kind::One(&shape::SCHEMA)))
}

/// Whether somebody has said something about an operation, an answer or a schema: whether it is more than facts.
pub(crate) fn has_prose(description: &Value) -> bool {
    let said = |value: &Value| {
        ["summary", "description"]
            .iter()
            .any(|key| !text(value, key).is_empty())
    };
    let answers = |value: &Value| members(value, "/responses").any(|(_, answer)| said(answer));
    let operation = |found: &OperationRef<'_>| said(found.value) || answers(found.value);
    operations(description).iter().any(operation)
        || schemas(description).any(|(_, schema)| said(schema))
}

/// The one way to write a description: two descriptions that say the same give the same text, whatever the order of
/// their keys and parameters.
#[must_use]
pub fn canonical(description: &Value) -> String {
    format!("{:#}\n", order::order_description(description))
}

/// An operation where it stands in a description.
#[derive(Debug, Clone, Copy)]
pub struct OperationRef<'a> {
    /// In upper case.
    pub method: &'static str,
    /// The template, as in `/v1/products/{productId}`.
    pub path: &'a str,
    /// What the description says of it.
    pub value: &'a Value,
}

impl<'a> OperationRef<'a> {
    /// The id that the description gives it.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.value.get("operationId")?.as_str()
    }

    /// Its first tag.
    #[must_use]
    pub fn tag(&self) -> Option<&'a str> {
        self.value.get("tags")?.get(0)?.as_str()
    }

    /// Whether the API asks not to call it any more.
    #[must_use]
    pub fn deprecated(&self) -> bool {
        self.value.get("deprecated") == Some(&Value::Bool(true))
    }

    /// `METHOD /path`, as messages and `sources.toml` name it.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// The operations, in the order of the description.
#[must_use]
pub fn operations(description: &Value) -> Vec<OperationRef<'_>> {
    let mut found = Vec::new();
    for (path, item) in members(description, "/paths") {
        let Some(item) = item.as_object() else {
            continue;
        };
        for (key, value) in item {
            if let Some((_, method)) = METHODS.iter().find(|(name, _)| name == key) {
                found.push(OperationRef {
                    method,
                    path,
                    value,
                });
            }
        }
    }
    found
}

/// The id of an operation: the description's own, or else the one that `sources.toml` gives it.
#[must_use]
pub fn operation_id<'a>(source: &'a Source, operation: &OperationRef<'a>) -> Option<&'a str> {
    operation.id().or_else(|| {
        let id = source.operation_ids.get(&operation.place())?;
        Some(id.as_str())
    })
}

/// The parameters of an operation, its path's included, each with its `$ref` followed.
#[must_use]
pub fn parameters<'a>(description: &'a Value, operation: &OperationRef<'a>) -> Vec<&'a Value> {
    let shared = description
        .get("paths")
        .and_then(|paths| paths.get(operation.path)?.get("parameters"));
    let own = operation.value.get("parameters");
    let mut seen = BTreeSet::new();
    let mut found: Vec<_> = [own, shared]
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|parameter| follow(description, parameter))
        .filter(|parameter| seen.insert((text(parameter, "in"), text(parameter, "name"))))
        .collect();
    found.sort_by_key(|parameter| text(parameter, "in") != "path");
    found
}

/// The schema of an operation's request body, with the `$ref` of the body followed. If JSON is not offered by its plain
/// name, the first media type gives it.
#[must_use]
pub fn body<'a>(description: &'a Value, operation: &OperationRef<'a>) -> Option<&'a Value> {
    content(follow(description, operation.value.get("requestBody")?)?)
}

/// The schema of the body that a success of the operation has.
#[must_use]
pub fn answer<'a>(description: &'a Value, operation: &OperationRef<'a>) -> Option<&'a Value> {
    let mut successes = members(operation.value, "/responses")
        .filter(|(status, _)| status.starts_with('2'))
        .filter_map(|(_, answer)| follow(description, answer));
    successes.find_map(content)
}

/// The schema of the JSON that a body or a response is described with.
fn content(described: &Value) -> Option<&Value> {
    let content = described.get("content")?.as_object()?;
    let offered = content.get("application/json");
    offered.or_else(|| content.values().next())?.get("schema")
}

/// The JSON type that a schema names, its `$ref` and `allOf` followed; `None` if it may be several.
#[must_use]
pub fn json_type<'a>(description: &'a Value, schema: &'a Value) -> Option<&'a str> {
    let mut schema = follow(description, schema)?;
    for _ in 0..MAX_HOPS {
        match (schema.get("type"), schema.pointer("/allOf/0")) {
            (Some(named), _) => return named.as_str(),
            (None, Some(part)) => schema = follow(description, part)?,
            (None, None) => return None,
        }
    }
    None
}

/// The schemas that have a name, in the order of the description.
pub fn schemas(description: &Value) -> impl Iterator<Item = (&str, &Value)> {
    members(description, "/components/schemas")
}

/// The properties of a schema, those of its `allOf` parts included.
pub fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let parts = schema.get("allOf").and_then(Value::as_array);
    let parts = parts.into_iter().flatten();
    std::iter::once(schema)
        .chain(parts)
        .flat_map(|part| members(part, "/properties"))
}

/// The properties of a schema, without those of its parts.
pub(crate) fn own_properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    members(schema, "/properties")
}

/// The values of an enum, as they would stand in a query; none if the schema is no enum.
pub fn values(schema: &Value) -> impl Iterator<Item = String> {
    let values = schema.get("enum").and_then(Value::as_array);
    let values = values.into_iter().flatten();
    values.filter(|value| !value.is_null()).map(plain)
}

/// The name by which tool catalogs know an operation: `configs.createConfig`.
#[must_use]
pub fn tool_name(tag: &str, id: &str) -> String {
    let id = id.to_lower_camel_case();
    match tag.to_lower_camel_case() {
        tag if tag.is_empty() => id,
        tag => format!("{tag}.{id}"),
    }
}

/// A scalar without the quotes of JSON.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// What `value` stands for: itself, or what its `$ref`s lead to. Nothing if they lead nowhere, or in a circle.
pub(crate) fn follow<'a>(description: &'a Value, value: &'a Value) -> Option<&'a Value> {
    let mut value = value;
    for _ in 0..MAX_HOPS {
        let Some(target) = value.get("$ref").and_then(Value::as_str) else {
            return Some(value);
        };
        value = description.pointer(target.strip_prefix('#')?)?;
    }
    None
}

/// The names between braces, in the order of a path template.
pub(crate) fn template(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| Some(part.split_once('}')?.0))
        .collect()
}

/// The members of the object at a place; none if there is no object.
fn members<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    value
        .pointer(pointer)
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::iter)
        .map(|(name, value)| (name.as_str(), value))
}

/// The text of a member; empty if there is none.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
