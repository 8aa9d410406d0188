//! Ids are compared, ordered, copied and written as the UUID or number that they hold.
//!
//! The generator's structs, with all that is written for them, make way for the client's `id!`.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use quote::quote;
use syn::{Fields, Ident, Item, ItemStruct, Type};

use super::code::{argument, doc, impl_target, schemas_by_type};
use super::{Code, Context};
use crate::Result;
use crate::schemas::components;

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let schemas = schemas_by_type(components(context.facts).into_keys());
    let mut ids = BTreeSet::new();
    for item in &mut code.types {
        let Item::Struct(found) = item else { continue };
        let Some(kind) = kind(found) else { continue };
        let name = found.ident.clone();
        let schema = schemas.get(&name.to_string());
        let words = schema.and_then(|schema| context.docs.schemas.get(*schema));
        let docs = match words {
            Some(words) => doc(&words.summary),
            None => doc(&about(&name)),
        };
        *item = Item::Verbatim(quote! {
            crate::id! {
                #(#docs)*
                pub struct #name(pub #kind);
            }
        });
        ids.insert(name);
    }
    code.types.retain(|item| {
        let is_of = |name: Option<Ident>| name.is_some_and(|name| ids.contains(&name));
        !is_of(impl_target(item)) && !is_of(conversion_source(item))
    });
    Ok(ids.len())
}

/// The `T` of an `impl From<T> for …`.
fn conversion_source(item: &Item) -> Option<Ident> {
    let Item::Impl(block) = item else { return None };
    let (path, _) = block.trait_.as_ref()?;
    let from: Type = syn::parse_quote!(#path);
    let Type::Path(inner) = argument(&from, "From")? else {
        return None;
    };
    inner.path.get_ident().cloned()
}

/// What the macro calls the inside of an id.
fn kind(item: &ItemStruct) -> Option<Ident> {
    if !item.ident.to_string().ends_with("Id") {
        return None;
    }
    let Fields::Unnamed(fields) = &item.fields else {
        return None;
    };
    let mut fields = fields.unnamed.iter();
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return None;
    };
    let Type::Path(path) = &field.ty else {
        return None;
    };
    let last = &path.path.segments.last()?.ident;
    let known = ["Uuid", "i32", "i64"];
    known.iter().any(|name| last == name).then(|| last.clone())
}

/// `PermissionGroupId`: the id of a permission group.
fn about(name: &Ident) -> String {
    let words = name.to_string().to_snake_case().replace('_', " ");
    let thing = words.strip_suffix(" id").unwrap_or(&words);
    let article = match thing.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    };
    format!("The id of {article} {thing}.")
}
