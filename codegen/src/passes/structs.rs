//! Structs can grow: non-exhaustive, and built by `new` and `with_`.
//!
//! What is sent gets `new` with what the API requires and a `with_` for the rest, so that what is missing does not compile.
//! What is only received is built from its `Default` by a `with_` for each field, so that tests and stand-in servers compile
//! when a field is added. The client's feature `schemars` adds their JSON Schema.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Field, Fields, Ident, Item, ItemStruct, Type};

use super::code::{argument, doc, each_derive, is_string, schemas_by_type, serde_option, underive};
use super::{Code, Context};
use crate::Result;
use crate::schemas::sent;

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let sent = schemas_by_type(sent(context.facts));
    let defaults = defaults(code, |name| sent.contains_key(name));
    let mut times = 0;
    let mut items = Vec::with_capacity(code.types.len());
    for item in std::mem::take(&mut code.types) {
        let Item::Struct(mut item) = item else {
            items.push(item);
            continue;
        };
        item.attrs.push(syn::parse_quote!(#[non_exhaustive]));
        item.attrs.push(
            syn::parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]),
        );
        if context
            .source
            .secrets
            .debug
            .iter()
            .any(|name| item.ident == name)
        {
            underive(&mut item.attrs, "Debug");
        }
        let name = item.ident.to_string();
        if defaults.contains(&name) {
            each_derive(&mut item.attrs, |derives| {
                derives.retain(|derive| !derive.is_ident("Default"));
                derives.push(syn::parse_quote!(Default));
            });
        }
        let built = match sent.contains_key(&name) {
            true => constructors(&item),
            false => setters(&item),
        };
        times += 1;
        items.push(Item::Struct(item));
        items.push(built);
    }
    code.types = items;
    Ok(times)
}

/// The structs that get a `Default`: those that are only received, and what stands in them. What is sent must not be made
/// without what the API requires; what is received may be made of nothing.
fn defaults(code: &Code, is_sent: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let structs: BTreeMap<String, &ItemStruct> = code
        .types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let mut wanted = BTreeSet::new();
    let mut open: Vec<&String> = structs.keys().filter(|name| !is_sent(name)).collect();
    while let Some(name) = open.pop() {
        if wanted.insert(name.clone()) {
            let fields = structs.get(name).into_iter().flat_map(|item| &item.fields);
            open.extend(
                fields.filter_map(|field| Some(structs.get_key_value(&plain(&field.ty)?)?.0)),
            );
        }
    }
    // The generator writes one if the description has defaults, and an enum of shapes has none.
    let mut lacking: BTreeSet<String> = code
        .types
        .iter()
        .filter_map(|item| match item {
            Item::Enum(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    for item in &code.types {
        if let Item::Impl(block) = item
            && let Some((of, _)) = &block.trait_
            && of
                .segments
                .last()
                .is_some_and(|last| last.ident == "Default")
            && let Some(name) = plain(&block.self_ty)
        {
            lacking.remove(&name);
            wanted.remove(&name);
        }
    }
    loop {
        let without = wanted.iter().find(|name| {
            let mut fields = structs.get(*name).into_iter().flat_map(|item| &item.fields);
            fields.any(|field| plain(&field.ty).is_some_and(|name| lacking.contains(&name)))
        });
        let Some(name) = without.cloned() else {
            return wanted;
        };
        wanted.remove(&name);
        lacking.insert(name);
    }
}

/// The name of a type that stands by itself; none of a list or an option, which are empty by default.
fn plain(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    last.arguments.is_empty().then(|| last.ident.to_string())
}

fn constructors(item: &ItemStruct) -> Item {
    let name = &item.ident;
    let Fields::Named(fields) = &item.fields else {
        return syn::parse_quote!(impl #name {});
    };
    let (optional, required): (Vec<&Field>, Vec<&Field>) =
        fields.named.iter().partition(|field| is_optional(field));

    let arguments = required.iter().map(|field| {
        let ident = &field.ident;
        let ty = argument_type(&field.ty);
        quote!(#ident: #ty)
    });
    let given = required.iter().map(|field| {
        let ident = &field.ident;
        match is_converted(&field.ty) {
            true => quote!(#ident: #ident.into()),
            false => quote!(#ident),
        }
    });
    let absent = optional.iter().map(|field| &field.ident);
    let about = match (required.is_empty(), optional.is_empty()) {
        (true, _) => "With nothing set.",
        (false, true) => "With all that there is to it.",
        (false, false) => "With what the API requires; the rest stays unset.",
    };
    let about = doc(about);
    let many: Option<Attribute> =
        (required.len() > 7).then(|| syn::parse_quote!(#[allow(clippy::too_many_arguments)]));
    let setters = optional.iter().filter_map(|field| setter(field, false));
    syn::parse_quote! {
        impl #name {
            #(#about)*
            #many
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#given,)* #(#absent: ::std::default::Default::default(),)* }
            }
            #(#setters)*
        }
    }
}

/// What is only received is built from nothing: in tests, and by servers that stand in for the API.
fn setters(item: &ItemStruct) -> Item {
    let name = &item.ident;
    let setters = item.fields.iter().filter_map(|field| setter(field, true));
    syn::parse_quote!(impl #name { #(#setters)* })
}

/// `exact_lists`: a list is taken as a `Vec` and nothing else, so that `collect()` knows what to make.
fn setter(field: &Field, exact_lists: bool) -> Option<TokenStream> {
    let ident = field.ident.as_ref()?;
    let setter = format_ident!("with_{}", ident.to_string().trim_start_matches("r#"));
    let docs = field.attrs.iter().filter(|a| a.path().is_ident("doc"));
    let (taken, value) = match argument(&field.ty, "Option") {
        Some(inner) => option_argument(inner, ident),
        None => match is_converted(&field.ty)
            && !(exact_lists && argument(&field.ty, "Vec").is_some())
        {
            true => (argument_type(&field.ty), quote!(#ident.into())),
            false => (field.ty.to_token_stream(), quote!(#ident)),
        },
    };
    Some(quote! {
        #(#docs)*
        #[must_use]
        pub fn #setter(mut self, #ident: #taken) -> Self {
            self.#ident = #value;
            self
        }
    })
}

/// What a caller may pass where an `Option` of `ty` is kept, and the expression that makes it one.
pub(super) fn option_argument(ty: &Type, ident: &Ident) -> (TokenStream, TokenStream) {
    (
        quote!(impl crate::IntoOption<#ty>),
        quote!(crate::IntoOption::into_option(#ident)),
    )
}

/// Fields that serde reads as absent: options, and lists with a default.
fn is_optional(field: &Field) -> bool {
    argument(&field.ty, "Option").is_some() || serde_option(&field.attrs, "default").is_some()
}

/// What a caller may pass where `ty` is wanted.
pub(super) fn argument_type(ty: &Type) -> TokenStream {
    match is_converted(ty) {
        true => quote!(impl ::std::convert::Into<#ty>),
        false => quote!(#ty),
    }
}

/// Numbers, booleans, ids and times are taken as they are, so that `parse()` and literals know their type.
pub(super) fn is_converted(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let plain = ["bool", "i32", "i64", "f64", "Uuid", "DateTime"];
    is_string(ty)
        || path
            .path
            .segments
            .last()
            .is_some_and(|last| !plain.iter().any(|name| last.ident == name))
}
