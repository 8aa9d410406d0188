//! Positional methods become calls with named options.
//!
//! The generator's methods take every parameter in its place, so that one more optional parameter would break every
//! caller. Each becomes a method that takes what the API requires, and returns a call that has a method for each option
//! and is made by `send`. What goes over the wire is written by the client's `request` module.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{FnArg, Ident, ImplItemFn, Item, Pat, ReturnType, Type};

use super::checks::all_limits;
use super::code::{argument, doc, repeated};
use super::structs::{accepted, accepted_option, is_converted};
use super::{Code, Context};
use crate::facts::{self, OperationRef};
use crate::{Error, Result};

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let client = &context.source.client;
    let client: syn::Path = syn::parse_str(client).map_err(|_| {
        Error::new(format!(
            "sources.toml has `{client}` for the client, which is not the path of a Rust type"
        ))
    })?;
    let client = quote!(#client);
    let positional: BTreeMap<String, ImplItemFn> = std::mem::take(&mut code.methods)
        .into_iter()
        .map(|method| (method.sig.ident.to_string(), method))
        .collect();

    let mut names = Vec::new();
    for operation in facts::operations(context.facts) {
        let call = Call::read(&operation, &positional, context)?;
        if let Some((id, _)) = names.iter().find(|(_, name)| *name == call.name) {
            return Err(Error::new(format!(
                "the operations `{id}` and `{}` both become `{}`; one of them needs another id",
                call.id, call.name
            )));
        }
        names.push((call.id.clone(), call.name.clone()));
        code.methods.push(call.method());
        code.operations.extend(call.items(&client));
    }
    names.sort();
    let count = names.len();
    let names = names.iter().map(|(_, name)| name);
    code.root.push(syn::parse_quote! {
        /// Every operation, sorted by its id.
        pub const OPERATIONS: [&crate::Operation; #count] = [#(operations::#names::OPERATION),*];
    });
    code.client = client;
    Ok(count)
}

/// All that is known of one operation.
struct Call<'a> {
    id: String,
    /// The name of the call's type.
    name: Ident,
    operation: OperationRef<'a>,
    arguments: Vec<Argument>,
    answer: Type,
    context: &'a Context<'a>,
}

struct Argument {
    ident: Ident,
    /// What the call holds; without the `Option` of an optional one.
    ty: Type,
    optional: bool,
    place: Place,
}

enum Place {
    Path(String),
    Query(String),
    Header { name: String, secret: bool },
    Body,
}

impl<'a> Call<'a> {
    fn read(
        operation: &OperationRef<'a>,
        positional: &BTreeMap<String, ImplItemFn>,
        context: &'a Context<'a>,
    ) -> Result<Self> {
        let place = format!("{} {}", operation.method, operation.path);
        let id = facts::operation_id(context.source, operation)
            .ok_or_else(|| Error::new(format!("{place} has no operationId")))?;
        let method = positional.get(&id.to_snake_case()).ok_or_else(|| {
            Error::new(format!(
                "{place}: the generator made no method `{}`",
                id.to_snake_case()
            ))
        })?;
        let arguments = method
            .sig
            .inputs
            .iter()
            .filter_map(|input| match input {
                FnArg::Typed(typed) => Some(typed),
                FnArg::Receiver(_) => None,
            })
            .map(|typed| Argument::read(&typed.pat, &typed.ty, operation, context))
            .collect::<Result<Vec<_>>>()
            .map_err(|error| error.within(&place))?;
        let idents = arguments.iter().map(|argument| argument.ident.to_string());
        let taken = ["client", "send"].map(String::from);
        if let Some(name) = repeated(taken.into_iter().chain(idents)) {
            return Err(Error::new(format!(
                "{place}: the name `{name}` is taken; give the parameter another one under [source.parameters] in \
                 sources.toml"
            )));
        }
        Ok(Call {
            id: id.to_string(),
            name: format_ident!("{}", id.to_upper_camel_case()),
            operation: *operation,
            arguments,
            answer: answer(&method.sig.output, operation).ok_or_else(|| {
                Error::new(format!("{place}: no answer says what success looks like"))
            })?,
            context,
        })
    }

    /// The client's method.
    fn method(&self) -> ImplItemFn {
        let docs = doc(&self.describe());
        let name = &self.name;
        let method = format_ident!("{}", self.id.to_snake_case());
        let taken = self.arguments.iter().filter(|argument| !argument.optional);
        let signature = taken.map(|Argument { ident, ty, .. }| {
            let ty = accepted(ty);
            quote!(#ident: #ty)
        });
        let fields = self.arguments.iter().map(|argument| {
            let ident = &argument.ident;
            match (argument.optional, is_converted(&argument.ty)) {
                (true, _) => quote!(#ident: None),
                (false, true) => quote!(#ident: #ident.into()),
                (false, false) => quote!(#ident),
            }
        });
        let many: Option<syn::Attribute> = (self.arguments.iter().filter(|a| !a.optional).count()
            > 6)
        .then(|| syn::parse_quote!(#[allow(clippy::too_many_arguments)]));
        syn::parse_quote! {
            #(#docs)*
            #many
            pub fn #method(&self, #(#signature),*) -> operations::#name {
                operations::#name { client: self.clone(), #(#fields),* }
            }
        }
    }

    /// The call's type and what it can do.
    fn items(&self, client: &TokenStream) -> [Item; 2] {
        let Call { name, answer, .. } = self;
        let method = self.id.to_snake_case();
        let about = doc(&format!(
            "The call that [`{method}`]({}::{method}) prepares.",
            client.to_string().replace(' ', "")
        ));
        let fields = self.arguments.iter().map(
            |Argument {
                 ident,
                 ty,
                 optional,
                 ..
             }| {
                let ty = in_operations(ty);
                match optional {
                    true => quote!(pub(super) #ident: Option<#ty>),
                    false => quote!(pub(super) #ident: #ty),
                }
            },
        );
        let options = self
            .arguments
            .iter()
            .filter(|argument| argument.optional)
            .map(|argument| self.option(argument));
        let operation = self.operation();
        let request = self.request();
        let execute = match answer {
            Type::Tuple(unit) if unit.elems.is_empty() => quote!(execute_unit),
            _ => quote!(execute),
        };
        let item = syn::parse_quote! {
            #(#about)*
            #[derive(Clone, Debug)]
            #[must_use = "a call is made by `send`"]
            pub struct #name {
                pub(super) client: #client,
                #(#fields,)*
            }
        };
        let methods = syn::parse_quote! {
            impl #name {
                /// What is known of the operation.
                pub const OPERATION: &'static crate::Operation = &#operation;
                #(#options)*
                /// Makes the call.
                pub async fn send(self) -> crate::Result<crate::ResponseValue<#answer>> {
                    let request = #request;
                    self.client.#execute(request).await
                }
            }
        };
        [item, methods]
    }

    fn option(&self, argument: &Argument) -> TokenStream {
        let Argument { ident, ty, .. } = argument;
        let name = argument.place.name();
        let mut about = match self.words().and_then(|words| words.parameters.get(name)) {
            Some(words) => words.trim_end().to_string(),
            None => format!("The API's `{name}`."),
        };
        if let Some(facts) = self.parameter(name).and_then(bounds) {
            about = format!("{about} {facts}");
        }
        let about = doc(&about);
        let ty = in_operations(ty);
        let (taken, value) = accepted_option(&ty, ident);
        quote! {
            #(#about)*
            pub fn #ident(mut self, #ident: #taken) -> Self {
                self.#ident = #value;
                self
            }
        }
    }

    /// The statement that writes the request.
    fn request(&self) -> TokenStream {
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
    fn operation(&self) -> TokenStream {
        let id = &self.id;
        let method = format_ident!("{}", self.operation.method);
        let path = self.operation.path;
        let tag = self.operation.tag().unwrap_or_default();
        let tool = facts::tool_name(tag, id);
        let summary = self.words().map_or("", |words| words.summary.as_str());
        let deprecated = self.operation.value.get("deprecated") == Some(&Value::Bool(true));
        let successor = self.words().and_then(|words| words.successor.as_ref());
        let successor = match successor.filter(|_| deprecated) {
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

    fn words(&self) -> Option<&crate::docs::Operation> {
        self.context.docs.operations.get(&self.id)
    }

    fn parameter(&self, name: &str) -> Option<&Value> {
        facts::parameters(self.context.facts, &self.operation)
            .into_iter()
            .find(|parameter| parameter["name"] == name)
    }

    /// The doc comment of the client's method.
    fn describe(&self) -> String {
        let OperationRef { method, path, .. } = self.operation;
        let words = self.words();
        let summary = words.map_or("Makes one call.", |words| words.summary.trim_end());
        let mut text = format!("{summary}\n\n`{method} {path}`\n");
        if let Some(details) = words.and_then(|words| words.details.as_ref()) {
            text += &format!("\n{}\n", details.trim_end());
        }
        let list = |text: &mut String, title: &str, optional: bool| {
            let mut lines = String::new();
            for argument in &self.arguments {
                if argument.optional != optional {
                    continue;
                }
                let name = argument.place.name();
                let known = words.and_then(|words| words.parameters.get(name));
                if let Some(known) = known {
                    lines += &format!("- `{}`: {}\n", argument.ident, known.trim_end());
                }
            }
            if !lines.is_empty() {
                *text += &format!("\n# {title}\n\n{lines}");
            }
        };
        list(&mut text, "Parameters", false);
        list(&mut text, "Options", true);
        text += &format!("\n# Errors\n\n{}\n", self.failures());
        text += &self.example();
        text
    }

    /// What the call can fail with, in a sentence for each status that the description knows.
    fn failures(&self) -> String {
        let declared = |status: &str| self.operation.value["responses"].get(status).is_some();
        let mut lines = vec!["- 401: the credentials are wrong."];
        if declared("400") {
            lines.push(
                "- 400: the server refuses the request; `field_errors` tells which field and why.",
            );
        }
        if declared("403") {
            lines.push("- 403: the credentials may not do this.");
        }
        if declared("404") {
            lines.push("- 404: something that the request names does not exist, or not for these credentials.");
        }
        if self.parameter("latestVersionId").is_some() {
            lines.push(
                "- 409: there is a newer version than `latest_version_id`; nothing was changed.",
            );
        }
        if declared("429") {
            lines.push("- 429: the rate limit is used up; `retry_after` tells for how long.");
        }
        lines.push("- Any other [`Error`](crate::Error): no answer, or one that cannot be read.");
        lines.join("\n")
    }

    /// A program that compiles and makes the call.
    fn example(&self) -> String {
        let example = self.words().and_then(|words| words.example.as_ref());
        let Some(example) = example else {
            return String::new();
        };
        format!("\n# Example\n\n```no_run\n{}\n```\n", example.trim_end())
    }
}

impl Argument {
    fn read(
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
        let ty = owned(ty);
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
    fn name(&self) -> &str {
        match self {
            Place::Path(name) | Place::Query(name) | Place::Header { name, .. } => name,
            Place::Body => "body",
        }
    }
}

/// What is before the first parameter of a path, its name, and what is after it.
fn hole(path: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = path.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn snake(parameter: &Value) -> String {
    parameter["name"]
        .as_str()
        .unwrap_or_default()
        .to_snake_case()
}

/// Bounds and default of a parameter, as a sentence.
fn bounds(parameter: &Value) -> Option<String> {
    let schema = &parameter["schema"];
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let mut parts = Vec::new();
    match (
        number("minimum"),
        number("maximum").filter(|most| *most < i64::from(i32::MAX)),
    ) {
        (Some(least), Some(most)) => parts.push(format!("{least} to {most}")),
        (Some(least), None) => parts.push(format!("at least {least}")),
        (None, Some(most)) => parts.push(format!("at most {most}")),
        (None, None) => {}
    }
    if let Some(default) = schema.get("default") {
        parts.push(format!("{default} where it is not set"));
    }
    match parts.is_empty() {
        true => None,
        false => Some(format!("({})", parts.join("; "))),
    }
}

/// What the call holds in place of what the generator's method borrows.
fn owned(ty: &Type) -> Type {
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

/// The same type, seen from `mod operations`.
fn in_operations(ty: &Type) -> Type {
    let text = quote!(#ty).to_string();
    let text = text.replace("types ::", "super :: types ::");
    syn::parse_str(&text).unwrap_or_else(|_| ty.clone())
}

/// The `T` of `Result<ResponseValue<T>, _>`, in an `Option` where the description has a 204 beside the 200.
fn answer(output: &ReturnType, operation: &OperationRef<'_>) -> Option<Type> {
    let ReturnType::Type(_, output) = output else {
        return None;
    };
    let value = argument(argument(output, "Result")?, "ResponseValue")?;
    if matches!(value, Type::Path(path) if path.path.is_ident("ByteStream")) {
        return None;
    }
    let value = in_operations(value);
    let answers = &operation.value["responses"];
    let optional = answers.get("204").is_some() && answers["200"].get("content").is_some();
    Some(match optional {
        true => syn::parse_quote!(::std::option::Option<#value>),
        false => value,
    })
}
