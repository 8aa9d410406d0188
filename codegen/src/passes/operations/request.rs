//! How a call writes its request, and what is known of its operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::Call;
use super::argument::{Argument, Place};
use crate::facts;
use crate::passes::checks::all_limits;

impl Call<'_> {
    /// The statement that writes the request.
    pub(super) fn request(&self) -> TokenStream {
        let mut steps = TokenStream::new();
        let mut rest = self.operation.path;
        while let Some((before, name, after)) = hole(rest) {
            let is_it =
                |argument: &&Argument| matches!(&argument.place, Place::Path(path) if path == name);
            let Some(Argument { ident, .. }) = self.arguments.iter().find(is_it) else {
                break;
            };
            steps.extend(quote!(.path(#before).segment(#name, &self.#ident)));
            rest = after;
        }
        if !rest.is_empty() {
            steps.extend(quote!(.path(#rest)));
        }
        for argument in &self.arguments {
            let ident = &argument.ident;
            match &argument.place {
                Place::Path(_) => {}
                Place::Query(name) => {
                    let limits = self.parameter(name).map(|p| all_limits(&p["schema"]));
                    for (check, least, most) in limits.into_iter().flatten() {
                        steps.extend(
                            quote!(.check(|at| at.#check(#name, &self.#ident, #least, #most))),
                        );
                    }
                    steps.extend(quote!(.query(#name, &self.#ident)));
                }
                Place::Header {
                    name,
                    secret: false,
                } => {
                    steps.extend(quote!(.header(#name, &self.#ident)));
                }
                Place::Header { name, secret: true } => {
                    steps.extend(quote!(.secret_header(#name, &self.#ident)));
                }
                Place::Body => steps.extend(quote!(.json(&self.body))),
            }
        }
        quote!(self.client.request(Self::OPERATION) #steps.finish())
    }

    /// The value of the constant that says what is known of the operation.
    pub(super) fn operation(&self) -> TokenStream {
        let id = &self.id;
        let method = format_ident!("{}", self.operation.method);
        let path = self.operation.path;
        let tag = self.operation.tag().unwrap_or_default();
        let tool = facts::tool_name(tag, id);
        let summary = self.words().map_or("", |words| words.summary.as_str());
        let deprecated = self.operation.value.get("deprecated") == Some(&Value::Bool(true));
        let successor = self.words().and_then(|words| words.successor.as_ref());
        let successor = match successor.filter(|id| deprecated && !id.is_empty()) {
            Some(id) => quote!(Some(#id)),
            None => quote!(None),
        };
        quote! {
            crate::Operation {
                id: #id,
                tool: #tool,
                method: ::http::Method::#method,
                path: #path,
                tag: #tag,
                summary: #summary,
                deprecated: #deprecated,
                successor: #successor,
            }
        }
    }
}

/// What is before the first parameter of a path, its name, and what is after it.
fn hole(path: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = path.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}
