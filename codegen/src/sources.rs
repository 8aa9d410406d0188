//! `spec/sources.toml`: which descriptions there are, and what the passes must know about each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Error, Result};

/// The descriptions that clients are generated from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// In the order of the file.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// The folder that `file` and `docs` are relative to.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// One description.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Source {
    /// What commands call it; also the name of its generated module.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where the service runs.
    pub server: String,
    /// Where the description is published: a path on the server, or a URL; empty if it is written by hand.
    pub published: String,
    /// The vendored facts, relative to the folder of `sources.toml`.
    pub file: PathBuf,
    /// What we say about them, relative to the folder of `sources.toml`.
    pub docs: PathBuf,
    /// The cargo feature that turns it on; none if it is always there.
    pub feature: Option<String>,
    /// The path of the Rust type that the generated methods are added to.
    pub client: String,
    /// Names of passes that must find something to mend.
    pub expect: Vec<String>,
    /// `METHOD /path` to the id of an operation that has none.
    pub operation_ids: BTreeMap<String, String>,
    /// Operation id to older tool names.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Schema to the path of the Rust type that stands for it.
    pub types: BTreeMap<String, String>,
    /// Name of a parameter or field to the type of the id in it, if it is not the name itself.
    pub ids: BTreeMap<String, String>,
    /// Name of a parameter to what is special about it.
    pub parameters: BTreeMap<String, Parameter>,
    /// What must never be printed.
    pub secrets: Secrets,
    /// Schemas whose limits depend on the operation that they are sent by; the client checks them by hand.
    pub checked_by_hand: Vec<String>,
    /// Fields of answers, as `Schema.field`, that must be there although their type has an empty value; `*` is any.
    pub needed: Vec<String>,
}

impl Source {
    /// The module that the client and its types are in: `crate::garden` if the client is `crate::garden::Client`.
    #[must_use]
    pub fn module(&self) -> &str {
        self.client
            .rsplit_once("::")
            .map_or("crate", |(module, _)| module)
    }
}

/// What is special about a parameter, wherever it occurs in a description.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Parameter {
    /// Its Rust name, if it is not the API's name in snake case.
    pub name: Option<String>,
    /// The server needs it, whatever the description says.
    pub required: bool,
    /// It is a secret.
    pub secret: bool,
    /// How a call may fail because of it, as a line of its documentation.
    pub failure: Option<String>,
}

/// What must never be printed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secrets {
    /// As `Schema.field`.
    pub fields: Vec<String>,
    /// Schemas of free-form content, whose `Debug` the client writes by hand.
    pub debug: Vec<String>,
}

impl Sources {
    /// Reads `sources.toml` in `folder`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not what it should be.
    pub fn read(folder: &Path) -> Result<Self> {
        let file = folder.join("sources.toml");
        let text = std::fs::read_to_string(&file).map_err(|error| Error::file(&file, error))?;
        let mut sources: Sources =
            toml::from_str(&text).map_err(|error| Error::file(&file, error))?;
        sources.folder = folder.to_path_buf();
        Ok(sources)
    }

    /// The source called `name`.
    ///
    /// # Errors
    ///
    /// There is none; the message lists those that there are.
    pub fn get(&self, name: &str) -> Result<&Source> {
        self.sources
            .iter()
            .find(|source| source.name == name)
            .ok_or_else(|| {
                let known: Vec<_> = self.sources.iter().map(|s| s.name.as_str()).collect();
                Error::new(format!(
                    "there is no source `{name}` in spec/sources.toml; there is: {}",
                    known.join(", ")
                ))
            })
    }
}
