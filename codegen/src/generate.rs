//! The way from a description to Rust: mend the description, generate, mend the Rust.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator};
use quote::quote;
use serde_json::Value;

use crate::docs::Docs;
use crate::passes::{self, Applied, Code, Context};
use crate::plain::plain;
use crate::sources::{Source, Sources};
use crate::{Error, Result, facts};

/// What comes out for one source.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The client's types, calls and methods.
    pub rust: String,
    /// The typed httpmock extension.
    pub httpmock: String,
    /// How often each pass applied, in the order they ran.
    pub applied: Vec<Applied>,
    /// The files that it was made from.
    pub inputs: Vec<PathBuf>,
}

/// Generates from the files of a source.
///
/// # Errors
///
/// A file cannot be read, a pass that is expected to apply does not, or the generator refuses the description.
pub fn generate(sources: &Sources, source: &Source) -> Result<Generated> {
    let read = |path: &PathBuf| -> Result<(PathBuf, String)> {
        let path = sources.folder.join(path);
        let text = std::fs::read_to_string(&path).map_err(|error| Error::file(&path, error))?;
        Ok((path, text))
    };
    let (description_path, description) = read(&source.file)?;
    let (docs_path, docs) = read(&source.docs)?;
    let description =
        facts::read(&description).map_err(|error| error.within(description_path.display()))?;
    let docs = Docs::read(&docs).map_err(|error| error.within(docs_path.display()))?;
    let mut generated = generate_from(source, &description, &docs)?;
    generated.inputs = vec![description_path, docs_path];
    Ok(generated)
}

/// Generates from what has been read already.
///
/// # Errors
///
/// As [`generate`].
pub fn generate_from(source: &Source, description: &Value, docs: &Docs) -> Result<Generated> {
    let (code, applied) = code_from(source, description, docs)?;
    let (rust, httpmock) = code.print();
    Ok(Generated {
        rust,
        httpmock,
        applied,
        inputs: Vec::new(),
    })
}

/// The same, before it is written as text: all that can fail has been done.
pub(crate) fn code_from(
    source: &Source,
    description: &Value,
    docs: &Docs,
) -> Result<(Code, Vec<Applied>)> {
    let mut applied = Vec::new();

    let description = &plain(description, source);
    let mut mended = description.clone();
    for pass in passes::ON_DESCRIPTIONS {
        let times = (pass.run)(&mut mended, source).map_err(|error| error.within(pass.name))?;
        applied.push(Applied::new(pass.name, times));
    }

    let spec: openapiv3::OpenAPI = serde_json::from_value(mended.clone()).map_err(|error| {
        Error::new(format!(
            "{}: not what OpenAPI 3.0 asks for: {error}",
            source.name
        ))
    })?;
    let (tokens, mock) = generator(source, &spec)
        .map_err(|error| Error::new(format!("{}: {error}", source.name)))?;

    let context = Context {
        source,
        facts: description,
        docs,
    };
    let mut code = Code::parse(tokens, mock)?;
    for pass in passes::ON_RUST {
        let times = (pass.run)(&mut code, &context).map_err(|error| error.within(pass.name))?;
        applied.push(Applied::new(pass.name, times));
    }
    expect(source, &applied)?;
    Ok((code, applied))
}

/// The generator's client and httpmock extension. If a description asks for what it cannot do, it panics as often as
/// not; whoever refreshes a description gets a sentence all the same.
fn generator(source: &Source, spec: &openapiv3::OpenAPI) -> Result<(TokenStream, TokenStream)> {
    let run = AssertUnwindSafe(|| {
        let mut generator = Generator::new(&settings(source));
        let tokens = generator.generate_tokens(spec)?;
        Ok((tokens, generator.httpmock(spec, source.module())?))
    });
    match catch_unwind(run) {
        Ok(done) => done.map_err(|error: progenitor::Error| {
            Error::new(format!("the generator refuses the description: {error}"))
        }),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(Error::new(format!(
                "the generator gives up on the description: {}",
                text.unwrap_or("it does not say why")
            )))
        }
    }
}

/// Every pass that the source counts on has found something.
fn expect(source: &Source, applied: &[Applied]) -> Result<()> {
    for name in &source.expect {
        match applied.iter().find(|a| a.name == name) {
            None => {
                return Err(Error::new(format!(
                    "sources.toml expects the pass `{name}` for `{}`, but there is no such pass",
                    source.name
                )));
            }
            Some(Applied { times: 0, .. }) => {
                return Err(Error::new(format!(
                    "the pass `{name}` found nothing to mend in `{}`: the quirk is gone or has changed its shape; look, \
                     then mend the pass or take its name out of `expect` in sources.toml",
                    source.name
                )));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn settings(source: &Source) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings.with_derive("PartialEq");
    settings.with_map_type("::std::collections::BTreeMap");
    for (schema, rust) in &source.types {
        settings.with_replacement(schema, rust, std::iter::empty());
    }
    settings.with_replacement(passes::SECRET, quote!(crate::Secret), std::iter::empty());
    settings
}
