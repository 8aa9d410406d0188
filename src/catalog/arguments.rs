//! The arguments of a call by name, checked before anything is sent.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{JsonType, ValidationError};
use serde_json::{Map, Value, json};

use super::{Entry, Tool};
use crate::engine::check::Violation;
use crate::likeness::nearest;

/// The name that the body has among the arguments.
pub(super) const BODY: &str = "body";

/// The schema of the arguments of an operation, with the definitions that it refers to.
pub(super) fn schema(entry: &Entry, definitions: &Map<String, Value>) -> Value {
    let parameters = entry.parameters.iter();
    let mut properties: Map<String, Value> = parameters
        .clone()
        .map(|parameter| (parameter.name.clone(), parameter.schema.clone()))
        .collect();
    let required = parameters.filter(|parameter| parameter.required);
    let mut required: Vec<&str> = required.map(|parameter| &parameter.name[..]).collect();
    if let Some(body) = &entry.body {
        properties.insert(BODY.into(), body.clone());
        required.push(BODY);
    }
    let mut used = Map::new();
    let mut todo: Vec<&Value> = properties.values().collect();
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(values) => todo.extend(values),
            Value::Object(members) => {
                todo.extend(members.values());
                let reference = value.get("$ref").and_then(Value::as_str);
                if let Some(name) = reference.and_then(|text| text.strip_prefix("#/$defs/"))
                    && !used.contains_key(name)
                    && let Some(definition) = definitions.get(name)
                {
                    used.insert(name.to_owned(), definition.clone());
                    todo.push(definition);
                }
            }
            _ => {}
        }
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if !used.is_empty() {
        schema["$defs"] = Value::Object(used);
    }
    schema
}

impl Tool {
    /// What is wrong with the arguments: the first place and what is wrong there, and then the others.
    pub(super) fn check(&self, arguments: &Value) -> Result<(), Violation> {
        let validator = self.validator.get_or_init(|| {
            jsonschema::draft202012::options()
                .should_validate_formats(true)
                .build(&self.arguments)
                .ok()
        });
        // The generator wrote the schema; `tests/it/catalog.rs` sees to it that each can be used.
        let Some(validator) = validator else {
            return Ok(());
        };
        let errors = validator.iter_errors(arguments);
        let violations = errors.flat_map(|error| self.violations(&error));
        let all = violations.reduce(|mut first, Violation { field, problem }| {
            first.problem += &format!("; `{field}` {problem}");
            first
        });
        all.map_or(Ok(()), Err)
    }

    /// An error of the checker, in the words of the client's own checks, and without the value: it may be a secret.
    fn violations(&self, error: &ValidationError<'_>) -> Vec<Violation> {
        let at = place(error.instance_path());
        let within = |name: &str| match at.as_str() {
            "" => name.to_owned(),
            at => format!("{at}.{name}"),
        };
        let here = |problem: String| {
            let field = if at.is_empty() { "arguments" } else { &at };
            vec![Violation::new(field, problem)]
        };
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let field = within(property.as_str().unwrap_or_default());
                vec![Violation::new(field, "is missing")]
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let known = self.members(error.schema_path());
                let unknown = |name: &String| Violation::new(within(name), suggest(name, &known));
                unexpected.iter().map(unknown).collect()
            }
            ValidationErrorKind::Type { kind } => here(format!("is not {}", kinds(kind))),
            ValidationErrorKind::Enum { options } => here(format!("is none of {}", list(options))),
            // One of the two is `null`: what is wrong with the other is what matters.
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context } => {
                let errors = context.iter();
                let weight =
                    |error: &ValidationError<'_>| (depth(error), wrong_kind(error).is_none());
                let likely = errors.max_by_key(|errors| errors.iter().map(weight).max());
                let errors = likely.map_or(&[][..], Vec::as_slice);
                if errors
                    .iter()
                    .any(|e| depth(e) > depth(error) || wrong_kind(e).is_none())
                {
                    return errors.iter().flat_map(|e| self.violations(e)).collect();
                }
                let kinds: Vec<_> = context.iter().flatten().filter_map(wrong_kind).collect();
                here(format!("is not {}", kinds.join(" or ")))
            }
            ValidationErrorKind::MinLength { limit } => {
                here(length(error, &format!("at least {limit} are needed")))
            }
            ValidationErrorKind::MaxLength { limit } => {
                here(length(error, &format!("at most {limit} are allowed")))
            }
            ValidationErrorKind::Minimum { limit } => here(format!("is below {limit}")),
            ValidationErrorKind::Maximum { limit } => here(format!("is above {limit}")),
            ValidationErrorKind::Format { format } => here(format!("is not a {format}")),
            _ => here(error.masked_with("it").to_string()),
        }
    }

    /// The names of the members that an object may have, by the schema whose keyword refuses others.
    fn members(&self, keyword: &Location) -> Vec<&str> {
        let schema = keyword.as_str().rsplit_once('/');
        let schema = schema.and_then(|(schema, _)| self.arguments.pointer(schema));
        let members = schema.and_then(|schema| schema.get("properties")?.as_object());
        let names = members.into_iter().flat_map(Map::keys);
        names.map(String::as_str).collect()
    }
}

/// A place as the client's own checks write it: `body.rules[2].name`.
fn place(location: &Location) -> String {
    let mut text = String::new();
    for segment in location.iter() {
        match segment {
            LocationSegment::Property(name) if text.is_empty() => text += &name,
            LocationSegment::Property(name) => text += &format!(".{name}"),
            LocationSegment::Index(index) => text += &format!("[{index}]"),
        }
    }
    text
}

fn depth(error: &ValidationError<'_>) -> usize {
    error.instance_path().iter().count()
}

/// What a value should be that is of another type.
fn wrong_kind(error: &ValidationError<'_>) -> Option<String> {
    match error.kind() {
        ValidationErrorKind::Type { kind } => Some(kinds(kind)),
        _ => None,
    }
}

/// What is said of a name that no argument has.
fn suggest(name: &str, known: &[&str]) -> String {
    let near = nearest(name, known.iter().copied(), super::ALIKE);
    match (near, known) {
        (Some(near), _) => format!("is not known; did you mean `{near}`?"),
        (None, []) => "is not known; there are no arguments".into(),
        (None, known) => format!("is not known; there is `{}`", known.join("`, `")),
    }
}

fn kinds(kind: &TypeKind) -> String {
    let each = match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(many) => many.iter().collect(),
    };
    let each = each.iter().map(|kind| match kind {
        JsonType::Null => "null".to_string(),
        JsonType::Array => "a list".to_string(),
        JsonType::Object | JsonType::Integer => format!("an {kind}"),
        _ => format!("a {kind}"),
    });
    each.collect::<Vec<_>>().join(" or ")
}

fn list(options: &Value) -> String {
    let options = options.as_array().into_iter().flatten();
    let options = options.filter(|option| !option.is_null());
    let options = options.map(|option| match option.as_str() {
        Some(text) => format!("`{text}`"),
        None => option.to_string(),
    });
    options.collect::<Vec<_>>().join(", ")
}

fn length(error: &ValidationError<'_>, bound: &str) -> String {
    let text = error.instance().as_str().unwrap_or_default();
    format!("has {} characters, {bound}", text.chars().count())
}
