//! A struct is read by little code of its own.
//!
//! What serde derives for reading is much code, compiled for each type anew. What is the same for all structs stands in the
//! client's `read`; each struct has the list of its fields. One that has an option of serde that is not known here keeps what
//! serde derives.

use proc_macro2::{Literal, Span};
use quote::quote;
use syn::{Field, Ident, Item, ItemStruct, Path, Type};

use super::code::{argument, serde_name, serde_option, underive};
use super::{Code, Context};
use crate::Result;

pub(super) fn run(code: &mut Code, _: &Context<'_>) -> Result<usize> {
    let mut times = 0;
    let mut items = Vec::with_capacity(code.types.len());
    for mut item in std::mem::take(&mut code.types) {
        let mut read = None;
        if let Item::Struct(item) = &mut item
            && let Some(fields) = fields(item)
            && underive(&mut item.attrs, "Deserialize")
        {
            for field in &mut item.fields {
                field.attrs.retain(|attribute| {
                    serde_option(std::slice::from_ref(attribute), "deserialize_with").is_none()
                });
            }
            read = Some(reader(&item.ident, &fields));
            times += 1;
        }
        items.push(item);
        items.extend(read);
    }
    code.types = items;
    Ok(times)
}

/// A field, as it is read.
struct Known {
    ident: Ident,
    name: String,
    /// What reads the value, if it is not the type's own reader.
    seed: Option<Path>,
    /// `optional`, if it may be absent; `or_empty`, if `null` reads as its empty value as well; else `required`.
    how: &'static str,
}

/// The fields of a struct, if all that serde is told of it is known here.
fn fields(item: &ItemStruct) -> Option<Vec<Known>> {
    let mut attributes = item.attrs.iter();
    let is_plain = item.generics.params.is_empty()
        && !attributes.any(|attribute| attribute.path().is_ident("serde"));
    is_plain.then(|| item.fields.iter().map(known).collect())?
}

fn known(field: &Field) -> Option<Known> {
    let ident = field.ident.clone()?;
    let mut seed = None;
    let mut may_be_absent = argument(&field.ty, "Option").is_some();
    for attribute in &field.attrs {
        if !attribute.path().is_ident("serde") {
            continue;
        }
        let known = attribute.parse_nested_meta(|meta| {
            let text = match meta.input.peek(syn::Token![=]) {
                true => Some(meta.value()?.parse::<syn::LitStr>()?),
                false => None,
            };
            let option = meta.path.get_ident().map(Ident::to_string);
            match (option.as_deref(), text) {
                (Some("rename" | "skip_serializing_if"), Some(_)) => Ok(()),
                (Some("default"), None) => {
                    may_be_absent = true;
                    Ok(())
                }
                (Some("deserialize_with"), Some(text)) => {
                    // Ours are named after the type that reads.
                    let path = text.value();
                    let path = path.strip_suffix("::read").unwrap_or_default();
                    seed = Some(syn::parse_str(path)?);
                    Ok(())
                }
                _ => Err(meta.error("is not known here")),
            }
        });
        known.ok()?;
    }
    Some(Known {
        name: serde_name(&field.attrs, &ident),
        ident,
        how: match may_be_absent {
            true if seed.is_none() && is_reference(&field.ty) => "or_empty",
            true => "optional",
            false => "required",
        },
        seed,
    })
}

/// Whether servers can have `null` for it: for texts and lists, not for numbers, switches and enums.
fn is_reference(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "String" || last.ident == "Vec")
}

/// The call of the client's macro, with a line for each field.
fn reader(ty: &Ident, fields: &[Known]) -> Item {
    let lines = fields.iter().enumerate().map(|(place, field)| {
        let place = Literal::usize_unsuffixed(place);
        let Known { ident, name, .. } = field;
        let how = Ident::new(field.how, Span::call_site());
        let by = field.seed.as_ref().map(|seed| quote!(by #seed));
        quote!(#place #ident #name #how #by;)
    });
    syn::parse_quote!(crate::engine::read::read_object! { #ty #(#lines)* })
}
