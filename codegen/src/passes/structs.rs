//! Structs can grow: non-exhaustive, and built by `new` and `with_`.
//!
//! What is sent gets `new` with what the API requires and a `with_` for the rest, so that what is missing does not compile.
//! What is only received needs neither. The client's feature `exhaustive` takes `#[non_exhaustive]` away again, for
//! stand-in servers that want to be told about new fields; its feature `schemars` adds their JSON Schema.

use quote::{format_ident, quote};
use syn::{Attribute, Field, Fields, Item, ItemStruct, Type};

use super::code::{argument, doc, is_string, schemas_by_type, serde_option};
use super::{Code, Context};
use crate::Result;
use crate::schemas::sent;

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let sent = schemas_by_type(sent(context.facts));
    let mut times = 0;
    let mut items = Vec::with_capacity(code.types.len());
    for item in std::mem::take(&mut code.types) {
        let Item::Struct(mut item) = item else {
            items.push(item);
            continue;
        };
        item.attrs
            .push(syn::parse_quote!(#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]));
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
            underived(&mut item.attrs, "Debug");
        }
        let is_sent = sent.contains_key(&item.ident.to_string());
        if !is_sent {
            // One that is only received may get a field that has no default, and users must not notice.
            underived(&mut item.attrs, "Default");
        }
        let built = is_sent.then(|| constructors(&item));
        times += 1;
        items.push(Item::Struct(item));
        items.extend(built);
    }
    code.types = items;
    Ok(times)
}

/// Takes a trait out of the derives.
fn underived(attributes: &mut [Attribute], name: &str) {
    for attribute in attributes {
        let syn::Meta::List(list) = &mut attribute.meta else {
            continue;
        };
        if !list.path.is_ident("derive") {
            continue;
        }
        let derives: syn::Result<syn::punctuated::Punctuated<syn::Path, syn::Token![,]>> =
            list.parse_args_with(syn::punctuated::Punctuated::parse_terminated);
        if let Ok(derives) = derives {
            let kept = derives.iter().filter(|derive| !derive.is_ident(name));
            list.tokens = quote!(#(#kept),*);
        }
    }
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
        let ty = accepted(&field.ty);
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
    let setters = optional.iter().filter_map(|field| {
        let ident = field.ident.as_ref()?;
        let inner = argument(&field.ty, "Option").unwrap_or(&field.ty);
        let setter = format_ident!("with_{}", ident.to_string().trim_start_matches("r#"));
        let ty = accepted(inner);
        let docs = field.attrs.iter().filter(|a| a.path().is_ident("doc"));
        let value = match is_converted(inner) {
            true => quote!(#ident.into()),
            false => quote!(#ident),
        };
        let value = match argument(&field.ty, "Option") {
            Some(_) => quote!(Some(#value)),
            None => value,
        };
        Some(quote! {
            #(#docs)*
            #[must_use]
            pub fn #setter(mut self, #ident: #ty) -> Self {
                self.#ident = #value;
                self
            }
        })
    });
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

/// Fields that serde reads as absent: options, and lists with a default.
fn is_optional(field: &Field) -> bool {
    argument(&field.ty, "Option").is_some() || serde_option(&field.attrs, "default").is_some()
}

/// What a caller may pass where `ty` is wanted.
pub(super) fn accepted(ty: &Type) -> proc_macro2::TokenStream {
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
