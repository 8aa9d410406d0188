//! What a call is given: an argument for each parameter, and one for the body.

use heck::ToSnakeCase;
use serde_json::Value;
use syn::{Ident, Pat, Type};

use crate::facts::{self, OperationRef};
use crate::passes::Context;
use crate::passes::code::argument;
use crate::{Error, Result};

/// What a call is given once.
pub(super) struct Argument {
    pub(super) ident: Ident,
    /// What the call holds; without the `Option` of an optional one.
    pub(super) ty: Type,
    pub(super) optional: bool,
    pub(super) place: Place,
}

/// Where in the request it goes.
pub(super) enum Place {
    Path(String),
    Query(String),
    Header { name: String, secret: bool },
    Body,
}

impl Argument {
    pub(super) fn read(
        pat: &Pat,
        ty: &Type,
        operation: &OperationRef<'_>,
        context: &Context<'_>,
    ) -> Result<Self> {
        let Pat::Ident(pat) = pat else {
            return Err(Error::new("the generator made an argument without a name"));
        };
        let (ty, optional) = match argument(ty, "Option") {
            Some(inner) => (inner, true),
            None => (ty, false),
        };
        let ty = owned_type(ty);
        let ident = pat.ident.clone();
        if ident == "body" && operation.value.get("requestBody").is_some() {
            return Ok(Argument {
                ident,
                ty,
                optional,
                place: Place::Body,
            });
        }
        // The generator puts an underscore to names that Rust would not take.
        let parameter = facts::parameters(context.facts, operation)
            .into_iter()
            .find(|parameter| snake(parameter) == ident.to_string().to_snake_case())
            .ok_or_else(|| Error::new(format!("no parameter is called `{ident}`")))?;
        let name = parameter["name"].as_str().unwrap_or_default().to_string();
        let special = context.source.parameters.get(&name);
        let ident = match special.and_then(|special| special.name.as_ref()) {
            Some(rust) => syn::parse_str(rust).map_err(|_| {
                Error::new(format!(
                    "sources.toml calls the parameter `{name}` `{rust}`, which is no Rust name"
                ))
            })?,
            None => ident,
        };
        let secret = special.is_some_and(|special| special.secret);
        let ty = match secret {
            true => syn::parse_quote!(crate::Secret),
            false => ty,
        };
        let place = match parameter["in"].as_str() {
            Some("path" | "query") if secret => {
                return Err(Error::new(format!(
                    "the parameter `{name}` is a secret, and only a header may carry one"
                )));
            }
            Some("path") => Place::Path(name),
            Some("query") => Place::Query(name),
            Some("header") => Place::Header { name, secret },
            _ => {
                return Err(Error::new(format!(
                    "the parameter `{name}` is neither in path, query nor header"
                )));
            }
        };
        Ok(Argument {
            ident,
            ty,
            optional,
            place,
        })
    }
}

impl Place {
    pub(super) fn name(&self) -> &str {
        match self {
            Place::Path(name) | Place::Query(name) | Place::Header { name, .. } => name,
            Place::Body => "body",
        }
    }
}

fn snake(parameter: &Value) -> String {
    parameter["name"]
        .as_str()
        .unwrap_or_default()
        .to_snake_case()
}

/// What the call holds in place of what the generator's method borrows.
fn owned_type(ty: &Type) -> Type {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => {
                syn::parse_quote!(::std::string::String)
            }
            inner => inner.clone(),
        },
        ty => ty.clone(),
    }
}
