//! Words: what we say about a description's operations and schemas.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::facts::{self, OperationRef};
use crate::sources::Source;
use crate::{Error, Result};

/// A `docs.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Docs {
    /// By operation id.
    pub operations: BTreeMap<String, Operation>,
    /// By the name of the schema.
    pub schemas: BTreeMap<String, Schema>,
}

/// What we say about an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// What it does, in one sentence.
    pub summary: String,
    /// What one should know besides.
    #[serde(default)]
    pub details: Option<String>,
    /// The id of the operation to call in place of a deprecated one.
    #[serde(default)]
    pub successor: Option<String>,
    /// By the API's name of the parameter.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Rust that calls it.
    #[serde(default)]
    pub example: Option<String>,
}

/// What we say about a schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// What it is, in one sentence.
    pub summary: String,
    /// By enum value.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// By property.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

impl Docs {
    /// Reads the text of a `docs.yaml`.
    ///
    /// # Errors
    ///
    /// It is not YAML, says something twice, or has members that nobody would read.
    pub fn read(text: &str) -> Result<Self> {
        let failed = |error: yaml_serde::Error| Error::new(format!("cannot be read: {error}"));
        // Read as any YAML first: that refuses a key that occurs twice; a map would take the last.
        let any: yaml_serde::Value = yaml_serde::from_str(text).map_err(failed)?;
        if any.is_null() {
            return Ok(Docs::default());
        }
        yaml_serde::from_str(text).map_err(failed)
    }

    /// Operations and schemas of a description that have no words, and deprecated operations without a successor, each by its
    /// name.
    #[must_use]
    pub fn missing(&self, source: &Source, facts: &Value) -> Vec<String> {
        let mut missing = Vec::new();
        for operation in facts::operations(facts) {
            let place = operation.place();
            match facts::operation_id(source, &operation) {
                None => missing.push(format!(
                    "{place} has no operation id: give it one under [source.operation-ids] in sources.toml"
                )),
                Some(id) if !self.operations.contains_key(id) => {
                    missing.push(format!("{place} ({id}) has no words"));
                }
                Some(id) if operation.deprecated() && self.operations[id].successor.is_none() => {
                    missing.push(format!("{place} ({id}) is deprecated and has no successor"));
                }
                Some(_) => {}
            }
        }
        for (name, _) in facts::schemas(facts) {
            // A type written by hand says itself what it is.
            if !self.schemas.contains_key(name) && !source.types.contains_key(name) {
                missing.push(format!("schema {name} has no words"));
            }
        }
        missing
    }

    /// A `docs.yaml` with room for all that has no words yet, to be filled in: summaries are empty, which `problems` tells.
    /// Deprecated operations lead to what looks like their successor.
    #[must_use]
    pub fn skeleton(&self, source: &Source, facts: &Value) -> String {
        let title = facts.pointer("/info/title").and_then(Value::as_str);
        let title = title.unwrap_or(&source.title).replace(['\n', '\r'], " ");
        let stubs = self.stubs(source, facts);
        format!("# What we say about {title}. Facts live beside it; words live here.\n{stubs}")
    }

    /// Operations and schemas without words, as YAML to fill in.
    #[must_use]
    pub fn stubs(&self, source: &Source, facts: &Value) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let found = facts::operations(facts);
        let mut operations = BTreeMap::new();
        for operation in &found {
            let Some(id) = facts::operation_id(source, operation) else {
                continue;
            };
            if self.operations.contains_key(id) {
                continue;
            }
            let mut stub = format!("  {}:\n    summary: \"\"\n", quoted(id));
            if operation.deprecated() {
                let successor = successor(source, operation, id, &found).unwrap_or_default();
                stub += &format!("    successor: {}\n", quoted(successor));
            }
            let parameters = facts::parameters(facts, operation);
            let names = parameters
                .iter()
                .filter_map(|parameter| parameter.get("name")?.as_str());
            let lines: String = names
                .map(|name| format!("      {}: \"\"\n", quoted(name)))
                .collect();
            if !lines.is_empty() {
                stub += &format!("    parameters:\n{lines}");
            }
            operations.insert(id, stub);
        }
        let schemas = facts::schemas(facts).filter(|(name, _)| {
            !self.schemas.contains_key(*name) && !source.types.contains_key(*name)
        });
        let schemas: BTreeMap<_, _> = schemas
            .map(|(name, _)| (name, format!("  {}:\n    summary: \"\"\n", quoted(name))))
            .collect();
        let mut text = String::new();
        for (title, stubs) in [("operations", operations), ("schemas", schemas)] {
            if !stubs.is_empty() {
                let stubs: String = stubs.into_values().collect();
                text += &format!("{title}:\n{stubs}");
            }
        }
        text
    }

    /// All that is wrong between the words and a description: things without words, words for things that are not there,
    /// words that say nothing, and deprecated operations without a successor to point to.
    #[must_use]
    pub fn problems(&self, source: &Source, facts: &Value) -> Vec<String> {
        let operations: BTreeMap<_, _> = facts::operations(facts)
            .into_iter()
            .filter_map(|operation| Some((facts::operation_id(source, &operation)?, operation)))
            .collect();
        let schemas: BTreeMap<_, _> = facts::schemas(facts).collect();

        let mut problems = self.missing(source, facts);
        for (id, docs) in &self.operations {
            match operations.get(id.as_str()) {
                Some(operation) => {
                    let place = format!("{} ({id})", operation.place());
                    let found = docs.problems(&facts::parameters(facts, operation));
                    problems.extend(found.into_iter().map(|text| format!("{place} {text}")));
                }
                None => problems.push(format!("words for an operation that does not exist: {id}")),
            }
        }
        for (name, docs) in &self.schemas {
            match schemas.get(name.as_str()) {
                Some(schema) => {
                    let found = docs.problems(schema);
                    problems.extend(
                        found
                            .into_iter()
                            .map(|text| format!("schema {name} {text}")),
                    );
                }
                None => problems.push(format!("words for a schema that does not exist: {name}")),
            }
        }
        problems.extend(self.deprecations(&operations));
        problems
    }

    /// Deprecated operations from which the words lead nowhere.
    fn deprecations(&self, operations: &BTreeMap<&str, OperationRef<'_>>) -> Vec<String> {
        let mut problems = Vec::new();
        for (id, operation) in operations {
            let Some(docs) = self.operations.get(*id) else {
                continue;
            };
            let wrong = match docs.successor.as_deref() {
                // What is missing has been told.
                None => continue,
                Some(successor) => match operations.get(successor) {
                    None => format!("has a successor that does not exist: {successor}"),
                    Some(found) if found.deprecated() => {
                        format!("has a successor that is deprecated itself: {successor}")
                    }
                    Some(_) => continue,
                },
            };
            problems.push(format!("{} ({id}) {wrong}", operation.place()));
        }
        problems
    }
}

/// What a deprecated operation is probably followed by: the same with another version in its id, or else another of its tag.
fn successor<'a>(
    source: &'a Source,
    operation: &OperationRef<'_>,
    id: &str,
    all: &[OperationRef<'a>],
) -> Option<&'a str> {
    let others = all.iter().filter(|other| !other.deprecated());
    let ids = others.filter_map(|other| Some((other, facts::operation_id(source, other)?)));
    let next = ids.clone().find(|(_, other)| other.starts_with(id));
    let kin = || {
        ids.clone()
            .find(|(other, _)| other.tag() == operation.tag())
    };
    let any = || ids.clone().next();
    next.or_else(kin).or_else(any).map(|(_, id)| id)
}

impl Operation {
    fn problems(&self, parameters: &[&Value]) -> Vec<String> {
        let known = parameters
            .iter()
            .filter_map(|parameter| parameter.get("name")?.as_str())
            .collect();
        let mut problems = empty_summary(&self.summary);
        problems.extend(unknown("parameter", &self.parameters, &known));
        problems
    }
}

impl Schema {
    fn problems(&self, schema: &Value) -> Vec<String> {
        let fields = facts::properties(schema).map(|(name, _)| name).collect();
        let values: Vec<_> = facts::values(schema).collect();
        let values = values.iter().map(String::as_str).collect();
        let mut problems = empty_summary(&self.summary);
        problems.extend(unknown("field", &self.fields, &fields));
        problems.extend(unknown("value", &self.values, &values));
        problems
    }
}

fn empty_summary(summary: &str) -> Vec<String> {
    let empty = summary.trim().is_empty();
    empty
        .then(|| "has an empty summary".to_owned())
        .into_iter()
        .collect()
}

/// Words for members that do not exist.
fn unknown(what: &str, words: &BTreeMap<String, String>, known: &BTreeSet<&str>) -> Vec<String> {
    words
        .keys()
        .filter(|name| !known.contains(name.as_str()))
        .map(|name| format!("has words for a {what} that does not exist: {name}"))
        .collect()
}
