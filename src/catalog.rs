//! Operations as data, and calls that pick one by name: for tools, agents and scripts.
//!
//! ```no_run
//! use serde_json::json;
//! # async fn example(client: configcat_management::Client) -> configcat_management::Result<()> {
//! let arguments = json!({"configId": "0c0f0000-0000-4000-8000-00000000c003"});
//! let config = client.call("configs.getConfig", arguments).await?;
//! println!("{}", config["name"]);
//!
//! for tool in client.catalog().tools() {
//!     println!("{}: {}", tool.name(), tool.operation().summary);
//! }
//! # Ok(())
//! # }
//! ```

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use jsonschema::Validator;
use serde::Deserialize;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use serde_json::{Map, Value};

use crate::likeness::{likeness, nearest};
use crate::{Error, Operation, Result};

mod arguments;
mod call;

/// How like a name must be to one that exists for that to be suggested; 1 is the same.
const ALIKE: f64 = 0.6;
/// How many names are suggested at most.
const SUGGESTIONS: usize = 3;

/// The operations of one API, by name.
#[derive(Debug)]
pub struct Catalog {
    tools: Vec<Tool>,
    by_name: HashMap<&'static str, usize>,
}

/// An operation that can be called by name.
///
/// Serialized, it is a tool definition for agents: `name`, `description` and `inputSchema`, and the other facts beside them.
pub struct Tool {
    operation: &'static Operation,
    entry: &'static Entry,
    arguments: Value,
    validator: OnceLock<Option<Validator>>,
}

/// A parameter of an operation.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Parameter {
    /// The API's name, such as `configId`.
    pub name: String,
    /// Where it goes.
    #[serde(rename = "in")]
    pub place: Place,
    /// Whether the call needs it.
    pub required: bool,
    /// Whether its value must not be shown.
    #[serde(default)]
    pub secret: bool,
    /// What it may be, as JSON Schema.
    pub schema: Value,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
}

/// What the code generator wrote for one source.
#[derive(Debug, Default, Deserialize)]
struct Source {
    operations: HashMap<String, Entry>,
    schemas: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    aliases: Vec<String>,
    parameters: Vec<Parameter>,
    body: Option<Value>,
    /// The kind of JSON that the answer is.
    answers: Option<String>,
}

impl Catalog {
    /// The operations of ConfigCat's Public Management API. They are read when first asked for, which takes a few
    /// milliseconds.
    pub fn configcat() -> &'static Self {
        use crate::generated::configcat::{CATALOG as TEXT, OPERATIONS};
        static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::read(&OPERATIONS, TEXT));
        &CATALOG
    }

    /// The operations of Ada's platform integrations. Cargo feature `ada`.
    #[cfg(feature = "ada")]
    pub fn ada() -> &'static Self {
        use crate::generated::ada::{CATALOG as TEXT, OPERATIONS};
        static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::read(&OPERATIONS, TEXT));
        &CATALOG
    }

    /// The generator wrote the text; `tests/it/catalog.rs` sees to it that there is an entry for each operation. What is read
    /// of it stays as long as the catalogue, to the end of the program.
    fn read(operations: &[&'static Operation], text: &str) -> Self {
        let source: Source = serde_json::from_str(text).unwrap_or_default();
        let source: &'static Source = Box::leak(Box::new(source));
        let tools = operations.iter().filter_map(|operation| {
            let entry = source.operations.get(operation.id)?;
            Some(Tool {
                operation,
                entry,
                arguments: arguments::schema(entry, &source.schemas),
                validator: OnceLock::new(),
            })
        });
        let tools: Vec<Tool> = tools.collect();
        let each = tools.iter().enumerate();
        let by_name = each.flat_map(|(index, tool)| tool.names().map(move |name| (name, index)));
        Catalog {
            by_name: by_name.collect(),
            tools,
        }
    }

    /// All of them, sorted by the id of the operation.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The one with this name: the tool name (`configs.createConfig`), an older one, or the operation's id
    /// (`create-config`).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTool`] suggests the names that are most like it.
    pub fn find(&self, name: &str) -> Result<&Tool> {
        match self.by_name.get(name) {
            Some(&index) => Ok(&self.tools[index]),
            None => Err(Error::UnknownTool(self.suggest(name))),
        }
    }

    /// What is said of a name that no tool has.
    fn suggest(&self, name: &str) -> String {
        // Of the names of one tool, the one that is meant.
        let nearest = |tool: &Tool| nearest(name, tool.names(), ALIKE);
        let mut names: Vec<&str> = self.tools.iter().filter_map(nearest).collect();
        names.sort_by(|one, other| likeness(name, other).total_cmp(&likeness(name, one)));
        names.truncate(SUGGESTIONS);
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let hint = match names.as_slice() {
            [] => "the catalogue lists all".to_string(),
            [name] => format!("did you mean {name}?"),
            [names @ .., last] => format!("did you mean {} or {last}?", names.join(", ")),
        };
        format!("there is no tool `{name}`; {hint}")
    }
}

impl Tool {
    /// The name for tools, such as `configs.createConfig`.
    pub fn name(&self) -> &'static str {
        self.operation.tool
    }

    /// Names that it had earlier, and still answers to.
    pub fn aliases(&self) -> &'static [String] {
        &self.entry.aliases
    }

    /// Id, method, path and summary; whether it only reads, is idempotent or deprecated.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The parameters, those of the path first.
    pub fn parameters(&self) -> &'static [Parameter] {
        &self.entry.parameters
    }

    /// What the body must be, as JSON Schema; `None` if there is none. Its references lead into
    /// [`arguments`](Tool::arguments).
    pub fn body(&self) -> Option<&'static Value> {
        self.entry.body.as_ref()
    }

    /// What the arguments of a call must be, as JSON Schema 2020-12: one object with the parameters under the API's own
    /// names, and the body as `body`. It stands on its own.
    pub fn arguments(&self) -> &Value {
        &self.arguments
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        let names = [self.operation.tool, self.operation.id].into_iter();
        names.chain(self.entry.aliases.iter().map(String::as_str))
    }
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tool")
            .field("operation", &self.operation)
            .field("aliases", &self.aliases())
            .field("parameters", &self.parameters())
            .finish_non_exhaustive()
    }
}

impl Serialize for Tool {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let operation = self.operation;
        let mut tool = serializer.serialize_struct("Tool", 11)?;
        tool.serialize_field("name", operation.tool)?;
        tool.serialize_field("aliases", self.aliases())?;
        tool.serialize_field("id", operation.id)?;
        tool.serialize_field("method", operation.method.as_str())?;
        tool.serialize_field("path", operation.path)?;
        tool.serialize_field("tag", operation.tag)?;
        tool.serialize_field("description", operation.summary)?;
        tool.serialize_field("readOnly", &operation.is_read_only())?;
        tool.serialize_field("idempotent", &operation.is_idempotent())?;
        tool.serialize_field("deprecated", &operation.deprecated)?;
        tool.serialize_field("inputSchema", &self.arguments)?;
        tool.end()
    }
}
