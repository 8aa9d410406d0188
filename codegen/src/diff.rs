//! What changes between two descriptions, for users of the generated Rust.
//!
//! [`between`] compares operations, parameters, bodies, answers, schemas, fields, values and limits, and says of each change
//! by which [`Rule`] it is additive, breaking, or no more than docs. The rules follow what the passes make of a description:
//! enums are open, structs are non-exhaustive, what is required stands in `new` or in the method, what is optional has a
//! method of its own. `docs/versioning.md` has them all in a table, each proven by a program.

mod fields;
mod operations;
mod parameters;
mod rules;
mod rust;
mod schemas;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use semver::Version;
use serde::Serialize;
use serde_json::Value;

pub use rules::{Class, Rule};

use crate::facts;
use crate::sources::Source;

/// What a change asks of the version, as of 1.0.0; below it, [`Bump::next`] shifts one place to the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing has changed.
    None,
    /// What people read has changed.
    Patch,
    /// There is more than before; programs compile and work as they did.
    Minor,
    /// Some program no longer compiles, or no longer works.
    Major,
}

/// One thing that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The rule that says what it means.
    #[serde(rename = "kind")]
    pub rule: Rule,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What has changed, in a sentence without its subject.
    pub message: String,
}

/// An operation, or a schema, or something in one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The operation's id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The operation's method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The operation's path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The name of one of its parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The name of a schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// A field of the schema, the body or the answer; `a.b` is a field of a field, `a[]` what is in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// A value of an enum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// All that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// What it asks of the version.
    pub bump: Bump,
    /// What is there besides.
    pub additive: Vec<Change>,
    /// What no longer compiles or works.
    pub breaking: Vec<Change>,
    /// What only people notice.
    pub docs: Vec<Change>,
}

/// The difference between two descriptions that [`facts::read`] took, reduced or not. `source` has the ids of operations
/// that have none, and what else `sources.toml` says that makes a difference to the Rust.
///
/// Prose is compared if both descriptions have some.
#[must_use]
pub fn between(old: &Value, new: &Value, source: &Source) -> Diff {
    let prose = facts::has_prose(old) && facts::has_prose(new);
    let mut comparison = Comparison {
        old: Side::new(old, source),
        new: Side::new(new, source),
        prose,
        changes: Vec::new(),
    };
    comparison.operations();
    comparison.schemas();
    let mut changes = comparison.changes;
    changes.sort_by_key(|change| change.place.rank());
    changes.dedup();
    let of = |class| {
        let changes = changes.iter().filter(|change| change.rule.class() == class);
        changes.cloned().collect::<Vec<_>>()
    };
    let (additive, breaking, docs) = (of(Class::Additive), of(Class::Breaking), of(Class::Docs));
    let bump = match () {
        () if !breaking.is_empty() => Bump::Major,
        () if !additive.is_empty() => Bump::Minor,
        () if !docs.is_empty() => Bump::Patch,
        () => Bump::None,
    };
    Diff {
        bump,
        additive,
        breaking,
        docs,
    }
}

impl Diff {
    /// Why the bump is what it is, in a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        let told = |changes: &[Change], what: &str| match changes {
            [] => String::new(),
            [only] => format!("one change {what}: {only}"),
            [first, ..] => format!("{} changes {what}, such as: {first}", changes.len()),
        };
        match self.bump {
            Bump::None => "nothing has changed that the generated Rust could show".to_owned(),
            Bump::Patch => told(&self.docs, "nobody has to do anything about"),
            Bump::Minor => match self.additive.len() {
                1 => told(&self.additive, "adds something, and none breaks a program"),
                _ => told(&self.additive, "add something, and none breaks a program"),
            },
            Bump::Major => told(&self.breaking, "may break a program"),
        }
    }
}

impl Bump {
    /// The next version, if `Bump` is what has changed since `version`. Below 1.0.0, cargo takes the second number for
    /// the first: what breaks raises it, all else raises the third.
    #[must_use]
    pub fn next(self, version: &Version) -> Version {
        let &Version {
            major,
            minor,
            patch,
            ..
        } = version;
        match (self, major) {
            (Bump::None, _) => version.clone(),
            (Bump::Major, 0) => Version::new(0, minor + 1, 0),
            (Bump::Major, _) => Version::new(major + 1, 0, 0),
            (Bump::Minor, 1..) => Version::new(major, minor + 1, 0),
            (Bump::Minor | Bump::Patch, _) => Version::new(major, minor, patch + 1),
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Bump::None => "none",
            Bump::Patch => "patch",
            Bump::Minor => "minor",
            Bump::Major => "major",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.message)
    }
}

impl Place {
    /// Operations by path, then schemas by name.
    fn rank(&self) -> impl Ord + use<> {
        let Place {
            schema,
            path,
            method,
            parameter,
            field,
            ..
        } = self.clone();
        (schema, path, method, parameter, field)
    }

    /// A part of the same place: a field, or what is inside one.
    fn part(&self, step: &str) -> Place {
        let field = match &self.field {
            None => step.to_owned(),
            Some(field) if step.starts_with('[') => format!("{field}{step}"),
            Some(field) => format!("{field}.{step}"),
        };
        Place {
            field: Some(field),
            ..self.clone()
        }
    }

    /// A value of the enum that is here.
    fn value(&self, value: &str) -> Place {
        Place {
            value: Some(value.to_owned()),
            ..self.clone()
        }
    }
}

impl fmt::Display for Place {
    /// `GET /v1/beds (get-beds), parameter size`, or `schema Bed, field width`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let (Some(method), Some(path)) = (&self.method, &self.path) {
            let id = self.operation.as_ref().map(|id| format!(" ({id})"));
            parts.push(format!("{method} {path}{}", id.unwrap_or_default()));
        }
        let named = [
            ("parameter", &self.parameter),
            ("schema", &self.schema),
            ("field", &self.field),
            ("value", &self.value),
        ];
        for (what, name) in named {
            parts.extend(name.as_ref().map(|name| format!("{what} {name}")));
        }
        f.write_str(&parts.join(", "))
    }
}

/// A description, with what is looked up in it often.
struct Side<'a> {
    description: &'a Value,
    source: &'a Source,
    /// The schemas that request bodies are made of.
    sent: BTreeSet<&'a str>,
    /// The schemas that are only names for a scalar or a list: Rust knows what they name, and not the name.
    names: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Side<'a> {
    fn new(description: &'a Value, source: &'a Source) -> Self {
        Side {
            description,
            source,
            sent: crate::schemas::sent(description),
            names: crate::plain::names(description, source).collect(),
        }
    }
}

/// Two descriptions, and what was found so far.
struct Comparison<'a> {
    old: Side<'a>,
    new: Side<'a>,
    /// Whether prose counts.
    prose: bool,
    changes: Vec<Change>,
}

impl Comparison<'_> {
    fn found(&mut self, rule: Rule, place: &Place, message: impl Into<String>) {
        self.changes.push(Change {
            rule,
            place: place.clone(),
            message: message.into(),
        });
    }

    /// Prose that belongs to the things themselves, not to their parts.
    fn words(&mut self, place: &Place, old: &Value, new: &Value) {
        let words = ["summary", "description", "title", "example", "examples"];
        let told = |value: &Value| words.map(|key| value.get(key).cloned());
        if self.prose && told(old) != told(new) {
            self.found(Rule::WordsChanged, place, "is described in other words");
        }
    }

    /// A mark that says: do not use this any more.
    fn marks(&mut self, place: &Place, old: &Value, new: &Value) {
        let marked = |value: &Value| value.get("deprecated") == Some(&Value::Bool(true));
        match (marked(old), marked(new)) {
            (false, true) => self.found(Rule::PartDeprecated, place, "is deprecated"),
            (true, false) => self.found(Rule::PartDeprecated, place, "is no longer deprecated"),
            _ => {}
        }
    }
}
