//! Positional methods become calls with named options.
//!
//! The generator's methods take every parameter in its place, so that one more optional parameter would break every
//! caller. Each becomes a method that takes what the API requires, and returns a call that has a method for each option
//! and is made by `send`. What goes over the wire is written by the client's `request` module.

mod argument;
mod request;
mod words;

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, Ident, ImplItemFn, Item, ReturnType, Type};

use self::argument::Argument;
use self::words::bounds;
use super::code::{argument, doc, first_duplicate};
use super::structs::{argument_type, is_converted, option_argument};
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

    let operations = facts::operations(context.facts);
    refuse_shared_names(&operations, context)?;
    let mut names = Vec::new();
    for operation in operations {
        let call = Call::read(&operation, &positional, context)?;
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

/// Refuses operations whose ids become the same name. The generator keeps one method of theirs, so that nothing else may be
/// looked up before.
fn refuse_shared_names(operations: &[OperationRef<'_>], context: &Context<'_>) -> Result<()> {
    let mut known = BTreeMap::new();
    for operation in operations {
        let id = facts::operation_id(context.source, operation).unwrap_or_default();
        let name = id.to_upper_camel_case();
        if let Some((other, place)) = known.insert(name.clone(), (id, operation.place())) {
            return Err(Error::new(format!(
                "the operations `{other}` and `{id}` ({place} and {}) both become `{name}`; one of them needs another id, \
                 which a pass has to give it",
                operation.place()
            )));
        }
    }
    Ok(())
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
                "{place}: the generator made no method `{}` of the id `{id}`, because Rust has a meaning of its own for that \
                 name, or none; the operation needs another id, which a pass has to give it",
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
        if let Some(name) = first_duplicate(taken.into_iter().chain(idents)) {
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
            let ty = argument_type(ty);
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
            self.context.source.client
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
        let (taken, value) = option_argument(&ty, ident);
        quote! {
            #(#about)*
            pub fn #ident(mut self, #ident: #taken) -> Self {
                self.#ident = #value;
                self
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
}

/// The same type, seen from `mod operations`.
fn in_operations(ty: &Type) -> Type {
    struct FromOperations;

    impl VisitMut for FromOperations {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            visit_mut::visit_path_mut(self, path);
            let first = path.segments.first();
            if path.leading_colon.is_none() && first.is_some_and(|first| first.ident == "types") {
                path.segments.insert(0, syn::parse_quote!(super));
            }
        }
    }

    let mut ty = ty.clone();
    FromOperations.visit_type_mut(&mut ty);
    ty
}

/// The `T` of `Result<ResponseValue<T>, _>`, in an `Option` if the description has a 204 beside the 200.
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
