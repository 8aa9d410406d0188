//! Whether a description is one that a generator can take.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::shape::{DOCUMENT, Kind, Shape};
use super::{follow, members, operations, parameters, plain, reduce, schemas, template, text};
use crate::preview::Problem;
use crate::{Error, Result};

/// How many problems of one sort a message lists before it only counts the rest.
const LISTED: usize = 10;

/// Something that is wrong, and where. Together they read as one line.
struct Found {
    place: String,
    /// With what stands between.
    what: String,
}

impl Found {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Found {
            place: place.into(),
            what: what.into(),
        }
    }
}

/// Refuses what a generator cannot take, and says why.
pub(super) fn description(description: &Value) -> Result<()> {
    version(description)?;
    let messages: Vec<_> = groups(description)
        .into_iter()
        .filter(|(_, problems)| !problems.is_empty())
        .map(|(what, problems)| format!("the description {what}:{}", list_problems(&problems)))
        .collect();
    if messages.is_empty() {
        return Ok(());
    }
    Err(Error::new(messages.join("\n")))
}

/// The same, one by one: each with its place, as far as it has one.
pub(super) fn problems(description: &Value) -> Vec<Problem> {
    if let Err(error) = version(description) {
        return vec![Problem::new("", error.to_string())];
    }
    let each = groups(description)
        .into_iter()
        .flat_map(|(what, problems)| {
            problems.into_iter().map(move |found| {
                let place = pointer(&found.place);
                let detail = found
                    .what
                    .trim_start_matches([' ', ':'])
                    .trim_start_matches("-> ");
                // What is misshapen says so itself; the others need to hear what they have in common.
                match found.what.starts_with(" is ") || found.what.starts_with(" has ") {
                    true => Problem::new(place, detail),
                    false => Problem::new(place, format!("{what}: {detail}")),
                }
            })
        });
    each.collect()
}

/// A JSON pointer for a place that may be named as an operation is.
fn pointer(place: &str) -> String {
    match place.split_once(' ') {
        Some((method, path)) if path.starts_with('/') => {
            below(&below("/paths", path), &method.to_lowercase())
        }
        _ if place == "/" => String::new(),
        _ => place.to_owned(),
    }
}

/// What is wrong, by what it has in common.
fn groups(description: &Value) -> [(&'static str, Vec<Found>); 7] {
    // What is left out cannot hurt, so the facts are all that is looked at.
    let facts = reduce(description);
    let mut walk = Walk::default();
    walk.value(&facts, &Kind::One(&DOCUMENT), "");
    if operations(&facts).is_empty() {
        walk.misshapen
            .push(Found::new("/paths", " has no operation"));
    }
    for (path, _) in members(&facts, "/paths").filter(|(path, _)| !path.starts_with('/')) {
        walk.misshapen.push(Found::new(
            below("/paths", path),
            " does not begin with `/`",
        ));
    }
    [
        ("is not what OpenAPI 3.0 says it should be", walk.misshapen),
        (
            "has a `$ref` that leads to another file; bundle the files into one",
            walk.outside,
        ),
        (
            "has a `$ref` that leads nowhere; the file may be cut off",
            dangling(&facts, &walk.references),
        ),
        (
            "has a schema that is made of itself, with no property between",
            circular(&facts),
        ),
        (
            "asks for a security scheme that it does not have; the file may be cut off",
            unknown_security(&facts),
        ),
        ("gives an operationId twice", repeated_ids(&facts)),
        ("has parameters that do not match", find_mismatches(&facts)),
    ]
}

/// That it is OpenAPI 3.0 at all: the first thing to know, and alone worth saying.
fn version(description: &Value) -> Result<()> {
    let Some(object) = description.as_object() else {
        return Err(Error::new(format!(
            "the description is {} at the top level where an object with `openapi`, `info` and `paths` should be; is it \
             the description, or an error page?",
            kind_of(description)
        )));
    };
    if let Some(version) = object.get("swagger") {
        return Err(Error::new(format!(
            "this is Swagger {}, which came before OpenAPI 3.0; take the OpenAPI 3.0 form of the description, or convert it",
            plain(version)
        )));
    }
    match object.get("openapi") {
        None => Err(Error::new(
            "there is no `openapi` at the top level, so this is no OpenAPI 3.0 description; is it the right file, and whole?",
        )),
        Some(Value::String(version)) if version.starts_with("3.0.") => Ok(()),
        Some(Value::String(version)) => Err(Error::new(format!(
            "this is OpenAPI {version}, and only 3.0.x can be read; take the 3.0 form of the description, or convert it"
        ))),
        Some(version) => Err(Error::new(format!(
            "`openapi` at the top level is {} ({version}) where a string like \"3.0.4\" should be",
            kind_of(version)
        ))),
    }
}

/// A walk along the shapes: what is not as it should be, and the `$ref`s on the way.
#[derive(Default)]
struct Walk {
    misshapen: Vec<Found>,
    outside: Vec<Found>,
    references: Vec<Reference>,
}

/// A `$ref` into the description itself.
struct Reference {
    place: String,
    target: String,
    section: &'static str,
}

impl Walk {
    fn value(&mut self, value: &Value, kind: &Kind, place: &str) {
        match (kind, value) {
            (Kind::Data, _)
            | (Kind::Text | Kind::Blank, Value::String(_))
            | (Kind::Flag | Kind::Mark | Kind::FlagOr(_), Value::Bool(_))
            | (Kind::Number, Value::Number(_))
            | (Kind::Values, Value::Array(_)) => {}
            (Kind::Target, Value::String(target)) => self.target(target, place),
            (Kind::Names, Value::Array(items)) => self.list(items, &Kind::Text, place),
            (Kind::List(kind), Value::Array(items)) => self.list(items, kind, place),
            (Kind::One(shape) | Kind::FlagOr(shape), Value::Object(object)) => {
                self.object(object, shape, place);
            }
            (Kind::Map(kind) | Kind::Extensible(kind), Value::Object(object)) => {
                for (name, value) in object {
                    self.value(value, kind, &below(place, name));
                }
            }
            _ => self.misshapen.push(Found::new(
                if place.is_empty() { "/" } else { place },
                format!(
                    " is {} where {} should be",
                    kind_of(value),
                    expectation(kind)
                ),
            )),
        }
    }

    fn list(&mut self, items: &[Value], kind: &Kind, place: &str) {
        for (index, item) in items.iter().enumerate() {
            self.value(item, kind, &below(place, &index.to_string()));
        }
    }

    fn object(&mut self, object: &Map<String, Value>, shape: &Shape, place: &str) {
        if let (Some(section), Some(target)) = (shape.section, shape.reference(object)) {
            match target {
                Value::String(target) => self.reference(target, section, place),
                other => self.misshapen.push(Found::new(
                    format!("{place}/$ref"),
                    format!(" is {} where a string should be", kind_of(other)),
                )),
            }
            return;
        }
        for name in shape.demanded {
            if !object.contains_key(*name) {
                let place = if place.is_empty() { "/" } else { place };
                self.misshapen
                    .push(Found::new(place, format!(" has no `{name}`")));
            }
        }
        for (name, value) in object {
            if let Some(kind) = shape.member(name) {
                self.value(value, kind, &below(place, name));
            }
        }
    }

    /// The value of a discriminator's mapping: the plain name of a schema, or a `$ref`.
    fn target(&mut self, target: &str, place: &str) {
        if target.contains(['#', '/', ':']) {
            self.reference(target, "schemas", place);
        } else {
            let target = format!("#/components/schemas/{target}");
            self.reference(&target, "schemas", place);
        }
    }

    fn reference(&mut self, target: &str, section: &'static str, place: &str) {
        if target.starts_with('#') {
            self.references.push(Reference {
                place: place.to_owned(),
                target: target.to_owned(),
                section,
            });
        } else {
            self.outside
                .push(Found::new(place, format!(" -> {target}")));
        }
    }
}

/// `$ref`s to what is not there, is of another sort, or is itself nothing but a `$ref` in a circle.
fn dangling(facts: &Value, references: &[Reference]) -> Vec<Found> {
    let mut problems: Vec<Found> = Vec::new();
    for Reference {
        place,
        target,
        section,
    } in references
    {
        let pointer = target.strip_prefix('#').unwrap_or(target);
        let Some(found) = facts.pointer(pointer) else {
            problems.push(Found::new(place, format!(" -> {target}")));
            continue;
        };
        let in_section = pointer
            .strip_prefix("/components/")
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(kind, name)| kind == *section && !name.contains('/'));
        if !in_section {
            let what = format!(" -> {target}, which is not in #/components/{section}");
            problems.push(Found::new(place, what));
        } else if follow(facts, found).is_none() {
            let what = format!(" -> {target}, which leads on and on");
            problems.push(Found::new(place, what));
        }
    }
    problems
}

/// Schemas whose parts lead back to them. No value could be told from another, and generators never come to an end.
fn circular(facts: &Value) -> Vec<Found> {
    let is_circular = |name: &str, schema| {
        let own = format!("#/components/schemas/{name}");
        let mut seen = BTreeSet::new();
        let mut todo = vec![schema];
        while let Some(schema) = todo.pop() {
            let target = text(schema, "$ref");
            if target == own {
                return true;
            }
            if seen.insert(target) {
                todo.extend(target.strip_prefix('#').and_then(|at| facts.pointer(at)));
            }
            for keyword in ["allOf", "oneOf", "anyOf"] {
                let parts = schema.get(keyword).and_then(Value::as_array);
                todo.extend(parts.into_iter().flatten());
            }
        }
        false
    };
    schemas(facts)
        .filter(|(name, schema)| is_circular(name, *schema))
        .map(|(name, _)| Found::new(below("/components/schemas", name), ""))
        .collect()
}

/// Security schemes that are asked for and not there.
fn unknown_security(facts: &Value) -> Vec<Found> {
    let known: BTreeSet<_> = members(facts, "/components/securitySchemes")
        .map(|(name, _)| name)
        .collect();
    let whole = ("/security".to_owned(), facts.get("security"));
    let each = operations(facts)
        .into_iter()
        .map(|operation| (operation.place(), operation.value.get("security")));
    let mut problems = Vec::new();
    for (place, security) in std::iter::once(whole).chain(each) {
        let alternatives = security.and_then(Value::as_array).into_iter().flatten();
        for name in alternatives.flat_map(|one| members(one, "").map(|(name, _)| name)) {
            if !known.contains(name) {
                problems.push(Found::new(place.clone(), format!(" -> {name}")));
            }
        }
    }
    problems
}

/// Operation ids that more than one operation has.
fn repeated_ids(facts: &Value) -> Vec<Found> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for operation in operations(facts) {
        if let Some(id) = operation.id() {
            places.entry(id).or_default().push(operation.place());
        }
    }
    places
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(id, places)| Found::new(id, format!(": {}", places.join(", "))))
        .collect()
}

/// Templates and path parameters that do not name the same, and parameters of no type.
fn find_mismatches(facts: &Value) -> Vec<Found> {
    let mut problems = Vec::new();
    for operation in operations(facts) {
        let place = operation.place();
        let parameters = parameters(facts, &operation);
        let declared: BTreeSet<_> = parameters
            .iter()
            .filter(|parameter| text(parameter, "in") == "path")
            .map(|parameter| text(parameter, "name"))
            .collect();
        let named: BTreeSet<_> = template(operation.path).into_iter().collect();
        for name in named.difference(&declared) {
            let what = format!(": {{{name}}} has no path parameter");
            problems.push(Found::new(place.clone(), what));
        }
        for name in declared.difference(&named) {
            let what = format!(": path parameter `{name}` is not in the path");
            problems.push(Found::new(place.clone(), what));
        }
        for parameter in parameters {
            let is_required = parameter.get("required") == Some(&Value::Bool(true));
            if text(parameter, "in") == "path" && !is_required {
                let name = text(parameter, "name");
                let what = format!(": path parameter `{name}` is not `required: true`");
                problems.push(Found::new(place.clone(), what));
            }
            if parameter.get("schema").is_none() && parameter.get("content").is_none() {
                let name = text(parameter, "name");
                let what = format!(": parameter `{name}` has no `schema`");
                problems.push(Found::new(place.clone(), what));
            }
        }
    }
    problems
}

/// The first problems, a line each, and how many more there are.
fn list_problems(problems: &[Found]) -> String {
    let mut lines: String = problems
        .iter()
        .take(LISTED)
        .map(|Found { place, what }| format!("\n  {place}{what}"))
        .collect();
    if problems.len() > LISTED {
        lines += &format!("\n  and {} more", problems.len() - LISTED);
    }
    lines
}

/// A JSON pointer, one step longer.
pub(super) fn below(place: &str, name: &str) -> String {
    format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// What a value is, for people.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What a value should be, for people.
fn expectation(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Blank | Kind::Target => "a string",
        Kind::Flag | Kind::Mark => "a boolean",
        Kind::Number => "a number",
        Kind::Data => "a value",
        Kind::Values | Kind::Names | Kind::List(_) => "a list",
        Kind::FlagOr(_) => "a boolean or an object",
        Kind::One(_) | Kind::Map(_) | Kind::Extensible(_) => "an object",
    }
}
