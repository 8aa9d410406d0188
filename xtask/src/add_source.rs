//! `cargo xtask add-source`: one more API.

use std::path::PathBuf;

use clap::Args;
use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Error, Result, facts, generate_from, surface};
use serde::Serialize;
use serde_json::Value;

use crate::Outcome;
use crate::diff::Format;
use crate::fetch::Place;
use crate::transaction::{self, Changes};
use crate::workspace::{self, Workspace};
use crate::{candidate, preview};

/// Vendor another API's description, and generate a client of it.
///
/// Written are `spec/NAME/openapi.json`, `docs.yaml` (a skeleton to fill in) and `surface.txt`, an entry in
/// `spec/sources.toml`, the cargo feature NAME, `src/NAME.rs`, and the modules in `src/generated.rs` and `src/lib.rs`. The
/// client is compiled first, in a copy of the tree. If anything is in the way, nothing is written, and what it is is told.
///
/// JSON: {"name", "operations", "schemas", "written": [...], "problems": [{"path", "message"}]}.
///
/// Exit codes: 0 added; 2 not added, and the tree is as it was.
#[derive(Debug, Args)]
pub(crate) struct AddSource {
    /// What commands, the module and the cargo feature are called: lower case letters, digits and `-`.
    name: String,
    /// The published description.
    #[arg(value_name = "FILE|URL")]
    description: Place,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What was added, or why not.
#[derive(Serialize)]
struct Report {
    name: String,
    operations: usize,
    schemas: usize,
    written: Vec<PathBuf>,
    problems: Vec<configcat_management_codegen::preview::Problem>,
}

impl AddSource {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        self.check_name(workspace)?;
        let text = self.description.text(workspace)?;
        // Ids that are missing are made up, so they are no reason to refuse.
        let (mut looked, _) = preview::look(workspace, &text);
        looked
            .problems
            .retain(|problem| !problem.message.starts_with("has no operationId"));
        let mut report = Report {
            name: self.name.clone(),
            operations: looked.operations.len(),
            schemas: looked.schemas,
            written: Vec::new(),
            problems: looked.problems.clone(),
        };
        if !report.problems.is_empty() {
            match self.format {
                Format::Text => crate::say!("{}", preview::show(&looked, &[]).trim_end()),
                Format::Json => crate::say!("{}", workspace::json(&report)?),
            }
            return Err(Error::new(format!(
                "{} was not added: {} problems are in the way, and nothing was written",
                self.name,
                report.problems.len()
            )));
        }
        let described = facts::read(&text).map_err(|error| error.within(&self.description))?;
        let facts = facts::reduce(&described);
        let changes = self.changes(workspace, &facts)?;
        if candidate::is_whole(workspace.root()) {
            candidate::compile(workspace, &changes, &[&self.name]).map_err(|error| {
                error.within(format!(
                    "{} was not added, and nothing was written",
                    self.name
                ))
            })?;
        }
        transaction::commit(workspace.root(), &changes)?;
        report.written = changes.into_keys().collect();
        match self.format {
            Format::Json => crate::say!("{}", workspace::json(&report)?),
            Format::Text => {
                for file in &report.written {
                    crate::say!("wrote {}", file.display());
                }
                crate::say!(
                    "added {}: {} operations, {} schemas; it compiles with --features {}\nnext: fill in \
                     spec/{}/docs.yaml (`cargo xtask check` says what is missing), and read src/{}.rs",
                    self.name,
                    report.operations,
                    report.schemas,
                    self.name,
                    self.name,
                    self.module()
                );
            }
        }
        Ok(Outcome::Clean)
    }

    /// The name of the Rust module.
    fn module(&self) -> String {
        self.name.replace('-', "_")
    }

    fn check_name(&self, workspace: &Workspace) -> Result<()> {
        let name = &self.name;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins || !name.chars().all(plain) || name.ends_with('-') || name.contains("--") {
            return Err(Error::new(format!(
                "`{name}` is no name for a source: it takes lower case letters, digits and single `-`, and begins with a \
                 letter"
            )));
        }
        let known = workspace
            .sources
            .sources
            .iter()
            .any(|source| source.name == *name);
        if known {
            return Err(Error::new(format!(
                "there is a source `{name}` already; `cargo xtask refresh {name}` renews it"
            )));
        }
        let module = self.module();
        if !workspace::is_rust_name(&module) {
            return Err(Error::new(format!(
                "`{module}` cannot be the name of a Rust module"
            )));
        }
        let root = workspace.root();
        let taken = [
            workspace.sources.folder.join(name),
            root.join("src").join(format!("{module}.rs")),
            root.join("src").join(&module),
        ];
        if let Some(taken) = taken.iter().find(|path| path.exists()) {
            return Err(Error::new(format!(
                "{} is there already",
                workspace.display(taken)
            )));
        }
        let manifest = root.join("Cargo.toml");
        if manifest.exists() {
            let table: toml::Table = workspace::read(&manifest)?
                .parse()
                .map_err(|error: toml::de::Error| Error::file(&manifest, error))?;
            let has = |section: &str| {
                table
                    .get(section)
                    .is_some_and(|section| section.get(name).is_some())
            };
            if has("features") || has("dependencies") {
                return Err(Error::new(format!(
                    "Cargo.toml has a feature or dependency `{name}` already"
                )));
            }
        }
        Ok(())
    }

    /// All files, with their new texts.
    fn changes(&self, workspace: &Workspace, facts: &Value) -> Result<Changes> {
        let (name, module) = (&self.name, self.module());
        let source = self.source(facts);
        let words = Docs::default().skeleton(&source, facts);
        let docs = Docs::read(&words)?;
        let generated = generate_from(&source, facts, &docs)?;
        let root = workspace.root();
        let mut changes = Changes::new();
        let spec = PathBuf::from("spec").join(name);
        changes.insert(spec.join("openapi.json"), facts::canonical(facts));
        changes.insert(spec.join("docs.yaml"), words);
        changes.insert(spec.join("surface.txt"), surface::surface(&generated.rust)?);
        let sources = PathBuf::from("spec/sources.toml");
        let text = workspace::read(&root.join(&sources))?;
        changes.insert(
            sources,
            text.trim_end().to_owned() + "\n\n" + &self.entry(&source, facts)?,
        );
        if !candidate::is_whole(root) {
            return Ok(changes);
        }
        let mut edit = |file: &str, edited: &dyn Fn(&str) -> Option<String>| -> Result<()> {
            let path = root.join(file);
            let text = workspace::read(&path)?;
            let edited = edited(&text).ok_or_else(|| {
                Error::file(
                    &path,
                    "is not laid out as this command knows it, so it cannot be extended",
                )
            })?;
            changes.insert(file.into(), edited);
            Ok(())
        };
        let title = title(facts);
        edit("Cargo.toml", &|text| {
            let heading = "[features]\n";
            let at = text.find(heading)? + heading.len();
            let rest = &text[at..];
            let end = at + rest.find("\n[").map_or(rest.len(), |end| end + 1);
            let features = text[at..end].trim_end();
            Some(format!(
                "{}{features}\n# A client of {title}.\n{name} = []\n\n{}",
                &text[..at],
                text[end..].trim_start()
            ))
        })?;
        edit("src/generated.rs", &|text| {
            Some(format!(
                "{}\n\n/// {title}.\n#[cfg(feature = \"{name}\")]\npub(crate) mod {module} {{\n    \
                 include!(concat!(env!(\"OUT_DIR\"), \"/{name}.rs\"));\n}}\n",
                text.trim_end()
            ))
        })?;
        edit("src/lib.rs", &|text| {
            let line = format!("#[cfg(feature = \"{name}\")]\npub mod {module};\n");
            let at = text.find("\nmod client;")? + 1;
            Some(format!("{}{line}{}", &text[..at], &text[at..]))
        })?;
        changes.insert(
            PathBuf::from("src").join(format!("{module}.rs")),
            module_text(name, &module, &title, &source.server),
        );
        Ok(changes)
    }

    fn source(&self, facts: &Value) -> Source {
        let name = &self.name;
        let nameless = facts::operations(facts)
            .into_iter()
            .filter(|operation| operation.id().is_none());
        Source {
            name: name.clone(),
            title: title(facts),
            server: facts
                .pointer("/servers/0/url")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            published: match &self.description {
                Place::Url(url) => url.clone(),
                Place::File(_) => String::new(),
            },
            file: PathBuf::from(name).join("openapi.json"),
            docs: PathBuf::from(name).join("docs.yaml"),
            feature: Some(name.clone()),
            client: format!("crate::{}::Client", self.module()),
            operation_ids: nameless
                .map(|operation| (operation.place(), facts::suggested_id(&operation)))
                .collect(),
            ..Source::default()
        }
    }

    /// The entry in `sources.toml`.
    fn entry(&self, source: &Source, facts: &Value) -> Result<String> {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut entry = format!(
            "[[source]]\nname = {}\ntitle = {}\n",
            quoted(&source.name),
            quoted(&title(facts))
        );
        for (key, text) in [("server", &source.server), ("published", &source.published)] {
            if !text.is_empty() {
                entry += &format!("{key} = {}\n", quoted(text));
            }
        }
        let path = |path: &PathBuf| quoted(&path.display().to_string().replace('\\', "/"));
        entry += &format!(
            "file = {}\ndocs = {}\nfeature = {}\nclient = {}\n",
            path(&source.file),
            path(&source.docs),
            quoted(&self.name),
            quoted(&source.client)
        );
        if !source.operation_ids.is_empty() {
            entry += "\n# Operations that the description leaves without an id.\n[source.operation-ids]\n";
            for (place, id) in &source.operation_ids {
                entry += &format!("{} = {}\n", quoted(place), quoted(id));
            }
        }
        Ok(entry)
    }
}

/// What a source of this name and these facts would add to a tree, whatever is in the way.
pub(crate) fn changes(workspace: &Workspace, name: &str, facts: &Value) -> Result<Changes> {
    let source = AddSource {
        name: name.to_owned(),
        description: Place::File(PathBuf::new()),
        format: Format::Text,
    };
    source.changes(workspace, facts)
}

fn title(facts: &Value) -> String {
    let title = facts.pointer("/info/title").and_then(Value::as_str);
    // It goes into comments: one line, and no more than a line.
    let title: String = title
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    title.chars().take(80).collect()
}

/// The module by hand: a client that has the generated calls.
fn module_text(name: &str, module: &str, title: &str, server: &str) -> String {
    let server = toml::Value::from(server).to_string();
    format!(
        "//! {title}. Cargo feature `{name}`.

use serde::de::DeserializeOwned;

use crate::engine::request::{{Request, RequestBuilder}};
pub use crate::generated::{module}::{{OPERATIONS, operations, types}};
use crate::{{Operation, ResponseValue, Result}};

/// Where the description says that the service runs; for [`ClientBuilder::base_url`](crate::ClientBuilder::base_url).
pub const SERVER: &str = {server};

/// Makes the calls of {title}, over the connection, credentials and pacing of a [`crate::Client`] of its own.
#[derive(Clone, Debug)]
pub struct Client(crate::Client);

impl Client {{
    /// From a client whose base URL is that of the service, such as [`SERVER`].
    pub fn new(client: crate::Client) -> Self {{
        Client(client)
    }}

    pub(crate) fn request(&self, operation: &'static Operation) -> RequestBuilder {{
        self.0.request(operation)
    }}

    pub(crate) async fn execute<T: DeserializeOwned>(&self, request: Result<Request>) -> Result<ResponseValue<T>> {{
        self.0.execute(request).await
    }}

    #[allow(dead_code)] // For calls that answer without a value.
    pub(crate) async fn execute_unit(&self, request: Result<Request>) -> Result<ResponseValue<()>> {{
        self.0.execute_unit(request).await
    }}
}}
"
    )
}
