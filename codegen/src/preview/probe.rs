//! What the passes and the generator make of a description.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Problem, pointer};
use crate::docs::{self, Docs};
use crate::facts::{self, OperationRef};
use crate::generate::code_from;
use crate::sources::Source;

/// How long single operations and schemas are tried, once the whole has failed. Ten times what a large description takes.
const PATIENCE: Duration = Duration::from_secs(40);

/// What the passes and the generator make of a description.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    /// The passes that would apply, and how often.
    pub applied: Vec<(String, usize)>,
    /// What they cannot take.
    pub problems: Vec<Problem>,
}

/// Generates from a description without problems of its own; if that fails, tries each operation and each schema alone, to
/// tell which of them it is.
///
/// Panics of the generator are caught; a stack that overflows or memory that ends cannot be.
#[must_use]
pub fn probe(description: &Value, source: &Source) -> Probed {
    let facts = facts::reduce(description);
    let description = add_ids(&facts, |operation| {
        facts::operation_id(source, operation).is_some()
    });
    let whole = Source {
        name: "preview".into(),
        client: "crate::Client".into(),
        expect: Vec::new(),
        ..source.clone()
    };
    let first = match attempt(&description, &whole) {
        Ok(applied) => {
            return Probed {
                applied,
                problems: Vec::new(),
            };
        }
        Err(message) => message,
    };
    // What sources.toml says of the whole would be wrong of the parts.
    let plain = Source {
        name: "preview".into(),
        client: "crate::Client".into(),
        ..Source::default()
    };
    let description = add_ids(&facts, |operation| operation.id().is_some());
    let until = Instant::now() + PATIENCE;
    let mut problems = schemas(&description, &plain, until);
    problems.extend(operations(&description, &plain, until));
    if problems.is_empty() || Instant::now() > until {
        problems.push(Problem::new("", first));
    }
    Probed {
        applied: Vec::new(),
        problems,
    }
}

/// Generates, and gives the passes that applied or the reason why it failed.
fn attempt(description: &Value, source: &Source) -> Result<Vec<(String, usize)>, String> {
    let docs = words(description);
    let run = || code_from(source, description, &docs);
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok((_, applied))) => Ok(applied
            .iter()
            .filter(|applied| applied.times > 0)
            .map(|applied| (applied.name.to_owned(), applied.times))
            .collect()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("a pass or the generator gives up on it".to_owned()),
    }
}

/// The schemas that fail alone, without those that only fail because a part of theirs does.
fn schemas(description: &Value, source: &Source, until: Instant) -> Vec<Problem> {
    let mut failed: Vec<(&str, String, BTreeSet<String>)> = Vec::new();
    for (name, schema) in facts::schemas(description) {
        if Instant::now() > until {
            break;
        }
        let own = format!("#/components/schemas/{name}");
        let mut reached = BTreeSet::from([own.clone()]);
        reach(description, schema, &mut reached);
        let alone = part(description, nothing(), &reached);
        if let Err(message) = attempt(&alone, source) {
            reached.remove(&own);
            failed.push((name, message, reached));
        }
    }
    let all: BTreeSet<String> = failed
        .iter()
        .map(|(name, ..)| format!("#/components/schemas/{name}"))
        .collect();
    let roots = failed
        .iter()
        .filter(|(_, _, reached)| reached.is_disjoint(&all));
    // Schemas that fail in a circle all fail because of another.
    let roots: Vec<_> = match roots.clone().count() {
        0 => failed.iter().collect(),
        _ => roots.collect(),
    };
    roots
        .into_iter()
        .map(|(name, message, _)| {
            Problem::new(facts::below("/components/schemas", name), message.clone())
        })
        .collect()
}

/// The operations that fail alone, with schemas that do not.
fn operations(description: &Value, source: &Source, until: Instant) -> Vec<Problem> {
    let mut problems = Vec::new();
    for operation in facts::operations(description) {
        if Instant::now() > until {
            break;
        }
        let mut reached = BTreeSet::new();
        reach(description, operation.value, &mut reached);
        let shared = description
            .get("paths")
            .and_then(|paths| paths.get(operation.path)?.get("parameters"));
        if let Some(shared) = shared {
            reach(description, shared, &mut reached);
        }
        let without = part(description, nothing(), &reached);
        if attempt(&without, source).is_err() {
            // Its schemas are what fails, and they have been told.
            continue;
        }
        let alone = part(description, one(&operation, shared), &reached);
        if let Err(message) = attempt(&alone, source) {
            problems.push(Problem::new(pointer(&operation), message));
        }
    }
    problems
}

/// `paths` with this operation alone.
fn one(operation: &OperationRef<'_>, shared: Option<&Value>) -> Value {
    let mut item = Map::new();
    if let Some(shared) = shared {
        item.insert("parameters".into(), shared.clone());
    }
    item.insert(operation.method.to_lowercase(), operation.value.clone());
    Value::Object(Map::from_iter([(operation.path.to_owned(), item.into())]))
}

/// `paths` with an operation that is nobody's.
fn nothing() -> Value {
    json!({ "/": { "get": { "operationId": "nothing", "responses": { "204": { "description": "" } } } } })
}

/// A description with these paths, and of the components what was reached.
fn part(description: &Value, paths: Value, reached: &BTreeSet<String>) -> Value {
    let mut components = Map::new();
    for target in reached {
        let Some((section, name)) = target
            .strip_prefix("#/components/")
            .and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        if let Some(found) = description.pointer(target.trim_start_matches('#')) {
            let section = components
                .entry(section)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Some(section) = section.as_object_mut() {
                section.insert(name.replace("~1", "/").replace("~0", "~"), found.clone());
            }
        }
    }
    if let Some(schemes) = description.pointer("/components/securitySchemes") {
        components.insert("securitySchemes".into(), schemes.clone());
    }
    json!({
        "openapi": description["openapi"],
        "info": description["info"],
        "paths": paths,
        "components": components,
    })
}

/// Every `$ref` that a value leads to.
fn reach(description: &Value, value: &Value, reached: &mut BTreeSet<String>) {
    let mut todo = vec![value];
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(items) => todo.extend(items),
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref")
                    && reached.insert(target.clone())
                {
                    todo.extend(description.pointer(target.trim_start_matches('#')));
                }
                todo.extend(members.values());
            }
            _ => {}
        }
    }
}

/// The facts, with an id for each operation that has none.
fn add_ids(facts: &Value, has_id: impl Fn(&OperationRef<'_>) -> bool) -> Value {
    let mut named = facts.clone();
    let nameless: Vec<_> = facts::operations(facts)
        .iter()
        .filter(|operation| !has_id(operation))
        .map(|operation| (pointer(operation), facts::suggested_id(operation)))
        .collect();
    for (place, id) in nameless {
        if let Some(Value::Object(operation)) = named.pointer_mut(&place) {
            operation.insert("operationId".into(), id.into());
        }
    }
    named
}

/// Words that lead from each deprecated operation to some successor.
fn words(description: &Value) -> Docs {
    let mut docs = Docs::default();
    for operation in facts::operations(description) {
        let words = docs::Operation {
            successor: Some("another".into()),
            ..docs::Operation::default()
        };
        docs.operations
            .insert(operation.id().unwrap_or_default().to_owned(), words);
    }
    docs
}
