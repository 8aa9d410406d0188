//! The description of the API, as far as requests are checked against it and answers are made from it.

use std::collections::BTreeMap;
use std::path::Path;

use configcat_management::chrono::DateTime;
use configcat_management::uuid::Uuid;
use configcat_management::{OPERATIONS, Operation};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::support::server::Got;

/// `spec/configcat/swagger.json`.
pub(crate) struct Description(Value);

/// One operation, as it is described.
pub(crate) struct Described<'a> {
    pub(crate) method: String,
    pub(crate) path: &'a str,
    facts: &'a Value,
}

impl Described<'_> {
    /// The description's id; three operations have none.
    pub(crate) fn id(&self) -> Option<&str> {
        self.facts["operationId"].as_str()
    }

    fn parameters(&self, place: &str) -> impl Iterator<Item = (&str, &Value)> {
        let parameters = self.facts["parameters"].as_array().into_iter().flatten();
        parameters
            .filter(move |parameter| parameter["in"] == place)
            .filter_map(|parameter| Some((parameter["name"].as_str()?, parameter)))
    }

    /// The schema of the body of its requests.
    pub(crate) fn body(&self) -> Option<&Value> {
        json_schema(&self.facts["requestBody"])
    }

    /// The parameters of the path that may hold any text.
    pub(crate) fn texts_in_path(&self) -> Vec<&str> {
        self.parameters("path")
            .filter(|(_, parameter)| {
                let schema = &parameter["schema"];
                schema["format"].is_null() && schema["type"] != "integer"
            })
            .map(|(name, _)| name)
            .collect()
    }

    /// Each success: its status, and the schema of its body where it has one.
    pub(crate) fn successes(&self) -> Vec<(u16, Option<&Value>)> {
        let answers = self.facts["responses"].as_object().into_iter().flatten();
        answers
            .filter(|(status, _)| status.starts_with('2'))
            .map(|(status, answer)| {
                let status = status.parse().expect("a status is a number");
                (status, json_schema(answer))
            })
            .collect()
    }
}

fn json_schema(described: &Value) -> Option<&Value> {
    described["content"]["application/json"].get("schema")
}

impl Description {
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/configcat/swagger.json");
        let text = std::fs::read_to_string(&path).expect("the description is vendored");
        Description(serde_json::from_str(&text).expect("the description is JSON"))
    }

    pub(crate) fn operations(&self) -> Vec<Described<'_>> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().into_iter().flatten();
                methods.map(move |(method, facts)| Described {
                    method: method.to_uppercase(),
                    path,
                    facts,
                })
            })
            .collect()
    }

    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<Described<'_>> {
        let mut operations = self.operations().into_iter();
        operations.find(|operation| operation.method == method && operation.path == path)
    }

    /// The schema that is meant, and whether `null` may stand in its place.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> (&'a Value, bool) {
        let nullable = schema["nullable"] == true;
        let inner = match (&schema["$ref"], &schema["allOf"]) {
            (Value::String(reference), _) => self.0.pointer(reference.trim_start_matches('#')),
            (_, Value::Array(all)) if all.len() == 1 => Some(&all[0]),
            _ => return (schema, nullable),
        };
        let (inner, inner_nullable) = self.resolve(inner.expect("a reference leads somewhere"));
        (inner, nullable || inner_nullable)
    }

    /// What the description does not allow about a request; nothing, where all is well.
    pub(crate) fn problems(&self, request: &Got) -> Vec<String> {
        let (path, query) = match request.target().split_once('?') {
            Some((path, query)) => (path, query),
            None => (request.target(), ""),
        };
        let operations = self.operations().into_iter();
        let operations = operations
            .filter(|operation| operation.method == request.method())
            .map(|operation| (operation.path, operation));
        let Some((values, operation)) = best_match(operations, path) else {
            return vec![format!("no operation is `{} {path}`", request.method())];
        };
        let mut problems = Vec::new();
        for (name, parameter) in operation.parameters("path") {
            let at = format!("path.{name}");
            match values.get(name) {
                Some(text) => self.check_text(&parameter["schema"], text, &at, &mut problems),
                None => problems.push(format!("{at} is missing")),
            }
        }
        self.check_query(&operation, query, &mut problems);
        for (name, parameter) in operation.parameters("header") {
            let mut sent = request.headers().into_iter();
            if !sent.any(|(sent, _)| sent.eq_ignore_ascii_case(name)) {
                problems.push(format!("the header {name} is missing: {parameter}"));
            }
        }
        match operation.body() {
            Some(schema) => match serde_json::from_slice(&request.body) {
                Ok(body) => self.check(schema, &body, "body", &mut problems),
                Err(error) => problems.push(format!("the body is not JSON: {error}")),
            },
            None if request.body.is_empty() => {}
            None => problems.push("there is a body".to_string()),
        }
        problems
    }

    fn check_query(&self, operation: &Described<'_>, query: &str, problems: &mut Vec<String>) {
        let described: BTreeMap<&str, &Value> = operation.parameters("query").collect();
        let mut sent: BTreeMap<&str, usize> = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let at = format!("query.{name}");
            let Some(parameter) = described.get(name) else {
                problems.push(format!("{at} is unknown"));
                continue;
            };
            let schema = &parameter["schema"];
            let times = sent.entry(name).or_default();
            *times += 1;
            if schema["type"] == "array" {
                self.check_text(&schema["items"], text, &at, problems);
            } else if *times == 1 {
                self.check_text(schema, text, &at, problems);
            } else {
                problems.push(format!("{at} is sent {times} times"));
            }
        }
        for (name, parameter) in described {
            if parameter["required"] == true && !sent.contains_key(name) {
                problems.push(format!("query.{name} is missing"));
            }
        }
    }

    /// Checks a value of a path or a query.
    fn check_text(&self, schema: &Value, encoded: &str, at: &str, problems: &mut Vec<String>) {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~%".contains(c);
        if !encoded.chars().all(plain) {
            problems.push(format!("{at}: `{encoded}` is not encoded"));
        }
        let Ok(text) = percent_decode_str(encoded).decode_utf8() else {
            return problems.push(format!("{at}: `{encoded}` is not UTF-8"));
        };
        let value = match self.resolve(schema).0["type"].as_str() {
            Some("integer" | "number" | "boolean") => {
                serde_json::from_str(&text).unwrap_or(Value::Null)
            }
            _ => json!(text),
        };
        self.check(schema, &value, at, problems);
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
        let (schema, nullable) = self.resolve(schema);
        if value.is_null() && nullable {
            return;
        }
        if let Some(schemas) = schema["oneOf"].as_array() {
            let fits = schemas.iter().filter(|schema| {
                let mut problems = Vec::new();
                self.check(schema, value, at, &mut problems);
                problems.is_empty()
            });
            if fits.count() != 1 {
                problems.push(format!("{at}: {value} is not one of {schemas:?}"));
            }
            return;
        }
        let fits = match schema["type"].as_str() {
            Some("object") => match value.as_object() {
                Some(object) => return self.check_object(schema, object, at, problems),
                None => false,
            },
            Some("array") => match value.as_array() {
                Some(list) => {
                    for (index, value) in list.iter().enumerate() {
                        self.check(&schema["items"], value, &format!("{at}[{index}]"), problems);
                    }
                    true
                }
                None => false,
            },
            Some("string") => value.as_str().is_some_and(|text| string_fits(schema, text)),
            Some("integer") => value.as_i64().is_some_and(|number| {
                let bits = schema["format"] != "int32" || i32::try_from(number).is_ok();
                bits && number_fits(schema, number as f64)
            }),
            Some("number") => value.as_f64().is_some_and(|n| number_fits(schema, n)),
            Some("boolean") => value.is_boolean(),
            Some(unknown) => panic!("{at}: no such type in this description so far: {unknown}"),
            None => true,
        };
        if !fits {
            problems.push(format!("{at}: {value} does not fit {schema}"));
        }
    }

    fn check_object(
        &self,
        schema: &Value,
        object: &Map<String, Value>,
        at: &str,
        problems: &mut Vec<String>,
    ) {
        for name in schema["required"].as_array().into_iter().flatten() {
            if !name.as_str().is_some_and(|name| object.contains_key(name)) {
                problems.push(format!("{at}.{name} is missing"));
            }
        }
        for (name, value) in object {
            let at = format!("{at}.{name}");
            match (
                schema["properties"].get(name),
                schema.get("additionalProperties"),
            ) {
                (Some(schema), _) | (None, Some(schema @ Value::Object(_))) => {
                    self.check(schema, value, &at, problems);
                }
                _ => problems.push(format!("{at} is unknown")),
            }
        }
    }
}

/// The operation that is carried out for a request, by the list of operations.
pub(crate) fn operation_at(method: &str, path: &str) -> Option<&'static Operation> {
    let operations = OPERATIONS.iter().copied();
    let operations = operations
        .filter(|operation| operation.method.as_str() == method)
        .map(|operation| (operation.path, operation));
    best_match(operations, path).map(|(_, operation)| operation)
}

/// What belongs to the template that a path fits, and the values of its parameters. Literal segments win over parameters.
fn best_match<'a, T>(
    templates: impl Iterator<Item = (&'a str, T)>,
    path: &'a str,
) -> Option<(BTreeMap<&'a str, &'a str>, T)> {
    templates
        .filter_map(|(template, what)| Some((matched(template, path)?, what)))
        .min_by_key(|(values, _)| values.len())
}

/// The values of the parameters, by name and as they were sent, where a path fits a template.
fn matched<'a>(template: &'a str, path: &'a str) -> Option<BTreeMap<&'a str, &'a str>> {
    let (templates, parts) = (template.split('/'), path.split('/'));
    if templates.clone().count() != parts.clone().count() {
        return None;
    }
    let mut values = BTreeMap::new();
    for (template, part) in templates.zip(parts) {
        match template.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            Some(name) if !part.is_empty() => {
                values.insert(name, part);
            }
            _ if template == part => {}
            _ => return None,
        }
    }
    Some(values)
}

fn string_fits(schema: &Value, text: &str) -> bool {
    let length = text.chars().count() as u64;
    let known = match &schema["enum"] {
        Value::Array(values) => values.iter().any(|value| value == text),
        _ => true,
    };
    let well_formed = match schema["format"].as_str() {
        Some("uuid") => Uuid::parse_str(text).is_ok(),
        Some("date-time") => DateTime::parse_from_rfc3339(text).is_ok() && text.ends_with('Z'),
        Some(unknown) => panic!("no such format in this description so far: {unknown}"),
        None => true,
    };
    known
        && well_formed
        && schema["minLength"]
            .as_u64()
            .is_none_or(|least| length >= least)
        && schema["maxLength"]
            .as_u64()
            .is_none_or(|most| length <= most)
}

fn number_fits(schema: &Value, number: f64) -> bool {
    schema["minimum"]
        .as_f64()
        .is_none_or(|least| number >= least)
        && schema["maximum"].as_f64().is_none_or(|most| number <= most)
}
