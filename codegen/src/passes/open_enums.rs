//! String enums keep values that they do not know.
//!
//! The generator's closed enums, with all that is written for them, make way for the client's `open_enum!`.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, Item, ItemEnum};

use super::code::{doc, impl_target, schemas_by_type, serde_name};
use super::{Code, Context};
use crate::schemas::components;
use crate::{Error, Result};

/// The variant that the macro adds.
const CATCH_ALL: &str = "Unrecognized";

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let schemas = schemas_by_type(components(context.facts).into_keys());
    let mut closed = BTreeSet::new();
    for item in &mut code.types {
        let Item::Enum(found) = item else { continue };
        if !is_closed(found) {
            continue;
        }
        if found.variants.iter().any(|v| v.ident == CATCH_ALL) {
            return Err(Error::new(format!(
                "`{}` has a value of its own that becomes `{CATCH_ALL}`; the macro needs another name for its variant",
                found.ident
            )));
        }
        closed.insert(found.ident.clone());
        let schema = schemas.get(&found.ident.to_string()).copied();
        *item = Item::Verbatim(open(found, schema, context));
    }
    code.types
        .retain(|item| !impl_target(item).is_some_and(|name| closed.contains(&name)));
    Ok(closed.len())
}

fn is_closed(item: &ItemEnum) -> bool {
    !item.variants.is_empty()
        && item
            .variants
            .iter()
            .all(|variant| matches!(variant.fields, Fields::Unit))
}

fn open(item: &ItemEnum, schema: Option<&str>, context: &Context<'_>) -> TokenStream {
    let name = &item.ident;
    let words = schema.and_then(|schema| context.docs.schemas.get(schema));
    let docs = doc(words.map_or("One of the API's values.", |words| &words.summary));
    let variants = item.variants.iter().map(|variant| {
        let value = serde_name(&variant.attrs, &variant.ident);
        let docs = match words.and_then(|words| words.values.get(&value)) {
            Some(words) => doc(words),
            None => doc(&format!("`{value}`.")),
        };
        let variant = &variant.ident;
        quote!(#(#docs)* #variant = #value,)
    });
    quote! {
        crate::open_enum! {
            #(#docs)*
            pub enum #name {
                #(#variants)*
            }
        }
    }
}
