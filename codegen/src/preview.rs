//! A look at any description before it is adopted: what it is, and what stands in the way.
//!
//! Nothing that a file may hold makes this panic. What the generator itself makes of a description is asked for separately,
//! by [`probe`]: it may overflow the stack, so whoever calls it does so in another process.

mod older;
mod probe;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use probe::{Probed, probe};

use crate::facts::{self, OperationRef};
use crate::sources::Source;

/// What a description is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Preview {
    /// What the API is called; empty if it does not say.
    pub title: String,
    /// The version of the API.
    pub version: String,
    /// The version of OpenAPI, or of Swagger; empty if it is neither.
    pub openapi: String,
    /// In the order of the file.
    pub operations: Vec<Operation>,
    /// How many schemas have a name.
    pub schemas: usize,
    /// What keeps a client from being generated, with its place.
    pub problems: Vec<Problem>,
    /// Where the service runs.
    #[serde(skip)]
    pub servers: Vec<String>,
    /// The ways to prove who is calling.
    #[serde(skip)]
    pub authentication: Vec<String>,
}

/// An operation of a description.
#[derive(Debug, Clone, Serialize)]
pub struct Operation {
    /// The description's own, or what `sources.toml` gives it.
    pub id: Option<String>,
    /// In upper case.
    pub method: &'static str,
    /// The template.
    pub path: String,
    /// Its first tag.
    #[serde(skip)]
    pub tag: String,
}

/// Something that stands in the way, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A JSON pointer; empty for the whole file.
    pub path: String,
    /// What is wrong, and what would have to change.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Problem {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl Preview {
    /// What there is to say of text that is no description at all.
    #[must_use]
    pub fn unreadable(why: &crate::Error) -> Self {
        Preview {
            problems: vec![Problem::new("", why.to_string())],
            ..Preview::default()
        }
    }

    /// The operations by their first tag.
    #[must_use]
    pub fn by_tag(&self) -> BTreeMap<&str, Vec<&Operation>> {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for operation in &self.operations {
            let of_tag = found.entry(operation.tag.as_str()).or_default();
            of_tag.push(operation);
        }
        found
    }

    /// Whether it is worth asking the generator: it could take a description like this.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        let own = |problem: &&Problem| !problem.message.starts_with(NAMELESS);
        self.problems.iter().find(own).is_none() && !self.openapi.is_empty()
    }
}

/// How the message on an operation without an id begins. The generator's own opinion is worth hearing all the same.
const NAMELESS: &str = "has no operationId";

/// Looks at a description that [`facts::parse`] took. `source` may have ids for operations that have none.
#[must_use]
pub fn preview(description: &Value, source: &Source) -> Preview {
    let mut preview = Preview {
        title: text_at(description, "/info/title"),
        version: text_at(description, "/info/version"),
        openapi: match text_at(description, "/openapi") {
            version if version.is_empty() => text_at(description, "/swagger"),
            version => version,
        },
        operations: operations(description, source),
        schemas: ["/components/schemas", "/definitions"]
            .iter()
            .find_map(|place| Some(description.pointer(place)?.as_object()?.len()))
            .unwrap_or_default(),
        problems: Vec::new(),
        servers: servers(description),
        authentication: authentication(description),
    };
    let older = description.get("swagger").is_some();
    preview.problems = match (older, preview.openapi.as_str()) {
        (true, _) => older::swagger(description),
        (_, version) if version.starts_with("3.1") => older::three_one(description),
        _ => facts::problems(description),
    };
    for (found, operation) in facts::operations(description)
        .iter()
        .zip(&preview.operations)
    {
        if operation.id.is_none() {
            let message = format!(
                "{NAMELESS}; give it one under [source.operation-ids] in sources.toml, such as \
                 \"{}\" = \"{}\"",
                found.place(),
                facts::suggested_id(found)
            );
            preview.problems.push(Problem::new(pointer(found), message));
        }
    }
    preview
}

fn operations(description: &Value, source: &Source) -> Vec<Operation> {
    let found = facts::operations(description);
    let each = found.iter().map(|operation| Operation {
        id: facts::operation_id(source, operation).map(str::to_owned),
        method: operation.method,
        path: operation.path.to_owned(),
        tag: operation.tag().unwrap_or_default().to_owned(),
    });
    each.collect()
}

/// Where an operation stands.
fn pointer(operation: &OperationRef<'_>) -> String {
    let path = facts::below("/paths", operation.path);
    facts::below(&path, &operation.method.to_lowercase())
}

fn servers(description: &Value) -> Vec<String> {
    if let Some(servers) = description.get("servers").and_then(Value::as_array) {
        let urls = servers
            .iter()
            .filter_map(|server| server.get("url")?.as_str());
        return urls.map(str::to_owned).collect();
    }
    match text_at(description, "/host") {
        host if host.is_empty() => Vec::new(),
        host => vec![format!("{host}{}", text_at(description, "/basePath"))],
    }
}

fn authentication(description: &Value) -> Vec<String> {
    let places = ["/components/securitySchemes", "/securityDefinitions"];
    let schemes = places
        .iter()
        .find_map(|place| description.pointer(place)?.as_object());
    let each = schemes.into_iter().flatten().map(|(name, scheme)| {
        let parts = ["type", "scheme", "in", "name"];
        let parts: Vec<_> = parts
            .iter()
            .filter_map(|key| scheme.get(*key)?.as_str())
            .collect();
        format!("{name} ({})", parts.join(" "))
    });
    each.collect()
}

/// A text or number at a place; empty if there is none.
fn text_at(description: &Value, place: &str) -> String {
    match description.pointer(place) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
