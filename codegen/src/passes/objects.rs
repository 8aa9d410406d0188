//! A struct is read and written by little code of its own.
//!
//! What serde derives is much code, compiled for each type anew. What is the same for all structs stands in the client's
//! `object`; each struct has the list of its fields. One that has an option of serde that is not known here, or a field
//! without an empty value, keeps what serde derives.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Field, Ident, Item, ItemStruct, Meta, Path, Type};

use super::code::{argument, each_derive, serde_name, serde_option, underive};
use super::{Code, Context};
use crate::Result;

pub(super) fn run(code: &mut Code, _: &Context<'_>) -> Result<usize> {
    let objects = objects(code);
    let mut items = Vec::with_capacity(code.types.len() + objects.len());
    for mut item in std::mem::take(&mut code.types) {
        let mut object = None;
        if let Item::Struct(item) = &mut item
            && let Some(fields) = objects.get(&item.ident.to_string())
        {
            let derives_default = derives(&item.attrs, "Default");
            underive(&mut item.attrs, "Deserialize");
            underive(&mut item.attrs, "Serialize");
            for field in &mut item.fields {
                tell_schemars_alone(&mut field.attrs);
            }
            object = Some(call(&item.ident, derives_default, fields));
        }
        items.push(item);
        items.extend(object);
    }
    code.types = items;
    Ok(objects.len())
}

/// A field, as it is read and written.
struct Known {
    ident: Ident,
    name: String,
    ty: Type,
    may_be_absent: bool,
    /// What reads the value, if it is not the type's own reader.
    seed: Option<Path>,
    /// When it is written, if not always.
    when: Option<&'static str>,
    /// Whether its type is such a struct without a default.
    is_nested: bool,
}

/// Types from elsewhere that have a default which owns nothing.
const EMPTY: [&str; 11] = [
    "BTreeMap",
    "DateTime",
    "Map",
    "NaiveDate",
    "Option",
    "Secret",
    "SettingValue",
    "String",
    "Uuid",
    "Value",
    "Vec",
];

/// What is known of the types of fields.
enum Emptiness {
    /// It has a default, which owns nothing.
    Default,
    /// It is a struct of the description without one.
    Nested,
}

/// The structs that are read and written here, with their fields.
fn objects(code: &mut Code) -> BTreeMap<String, Vec<Known>> {
    let mut structs: BTreeMap<String, bool> = BTreeMap::new();
    let mut others = BTreeSet::new();
    for item in &code.types {
        match item {
            Item::Struct(item) => {
                let derives_default = derives(&item.attrs, "Default");
                structs.insert(item.ident.to_string(), derives_default);
            }
            Item::Enum(item) => drop(others.insert(item.ident.to_string())),
            Item::Type(item) => drop(others.insert(item.ident.to_string())),
            _ => {}
        }
    }
    let mut objects: BTreeMap<String, Vec<Known>> = code
        .structs()
        .filter_map(|item| Some((item.ident.to_string(), fields(item)?)))
        .collect();
    loop {
        let before = objects.len();
        let names: BTreeSet<String> = objects.keys().cloned().collect();
        let emptiness = |ty: &Type| {
            let Type::Path(path) = ty else { return None };
            let name = path.path.segments.last()?.ident.to_string();
            let is_local = path.path.get_ident().is_some();
            match structs.get(&name).filter(|_| is_local) {
                Some(true) => names.contains(&name).then_some(Emptiness::Default),
                Some(false) => names.contains(&name).then_some(Emptiness::Nested),
                // Macros of the client make the other types of the description, with a default.
                None if is_local => (!others.contains(&name)).then_some(Emptiness::Default),
                None => EMPTY.contains(&&*name).then_some(Emptiness::Default),
            }
        };
        objects.retain(|name, fields| {
            let has_default = structs.get(name) == Some(&true);
            fields.iter_mut().all(|field| {
                let empty = emptiness(&field.ty);
                field.is_nested = matches!(empty, Some(Emptiness::Nested));
                empty.is_some() && !(has_default && field.is_nested)
            })
        });
        if objects.len() == before {
            return objects;
        }
    }
}

/// The fields of a struct, if all that serde is told of it is known here.
fn fields(item: &ItemStruct) -> Option<Vec<Known>> {
    let mut attributes = item.attrs.iter();
    let is_plain = item.generics.params.is_empty()
        && !attributes.any(|attribute| attribute.path().is_ident("serde"))
        && ["Deserialize", "Serialize"]
            .iter()
            .all(|name| derives(&item.attrs, name))
        && (1..64).contains(&item.fields.len());
    is_plain.then(|| item.fields.iter().map(known).collect())?
}

fn known(field: &Field) -> Option<Known> {
    let ident = field.ident.clone()?;
    let (mut seed, mut when) = (None, None);
    let mut may_be_absent = argument(&field.ty, "Option").is_some();
    for attribute in &field.attrs {
        if !attribute.path().is_ident("serde") {
            continue;
        }
        let known = attribute.parse_nested_meta(|meta| {
            let unknown = || meta.error("is not known here");
            let text = match meta.input.peek(syn::Token![=]) {
                true => Some(meta.value()?.parse::<syn::LitStr>()?),
                false => None,
            };
            let option = meta.path.get_ident().map(Ident::to_string);
            match (option.as_deref(), text) {
                (Some("rename"), Some(_)) => Ok(()),
                (Some("default"), None) => {
                    may_be_absent = true;
                    Ok(())
                }
                (Some("skip_serializing_if"), Some(text)) => {
                    when = Some(match text.value().rsplit("::").next() {
                        Some("is_none") => "some",
                        Some("is_empty") => "filled",
                        _ => return Err(unknown()),
                    });
                    Ok(())
                }
                (Some("deserialize_with"), Some(text)) => {
                    // Ours are named after the type that reads.
                    let path = text.value();
                    let path = path.strip_suffix("::read").unwrap_or_default();
                    seed = Some(syn::parse_str(path)?);
                    Ok(())
                }
                _ => Err(unknown()),
            }
        });
        known.ok()?;
    }
    Some(Known {
        name: serde_name(&field.attrs, &ident),
        ident,
        ty: field.ty.clone(),
        may_be_absent,
        seed,
        when,
        is_nested: false,
    })
}

/// Whether servers can have `null` for it: for texts and lists, not for numbers, switches and enums.
fn is_reference(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "String" || last.ident == "Vec")
}

/// Whether a trait is derived.
fn derives(attributes: &[Attribute], name: &str) -> bool {
    let mut is_there = false;
    each_derive(&mut attributes.to_vec(), |derives| {
        let mut names = derives.iter().filter_map(|path| path.segments.last());
        is_there |= names.any(|last| last.ident == name);
    });
    is_there
}

/// Nothing but schemars reads the options of serde any more, of which what reads a value is none.
fn tell_schemars_alone(attributes: &mut Vec<Attribute>) {
    let mut options = TokenStream::new();
    attributes.retain(|attribute| {
        let is_serde = attribute.path().is_ident("serde");
        let reads = serde_option(std::slice::from_ref(attribute), "deserialize_with").is_some();
        if let Meta::List(list) = &attribute.meta
            && is_serde
            && !reads
        {
            let tokens = &list.tokens;
            options.extend(quote!(#tokens,));
        }
        !is_serde
    });
    if !options.is_empty() {
        attributes.push(syn::parse_quote!(#[cfg_attr(feature = "schemars", serde(#options))]));
    }
}

/// The call of the client's macro, with a line for each field.
fn call(ty: &Ident, has_default: bool, fields: &[Known]) -> Item {
    let word = |word: &str| Ident::new(word, Span::call_site());
    let empty = word(if has_default { "default" } else { "each" });
    let lines = fields.iter().enumerate().map(|(place, field)| {
        let place = Literal::usize_unsuffixed(place);
        let Known { ident, name, .. } = field;
        let how = word(match field.may_be_absent {
            true if field.seed.is_none() && is_reference(&field.ty) => "or_empty",
            true => "optional",
            false if field.is_nested => "nested",
            false => "required",
        });
        let when = field.when.map(word).map(|when| quote!(if #when));
        let by = field.seed.as_ref().map(|seed| quote!(by #seed));
        quote!(#place #ident #name #how #when #by;)
    });
    syn::parse_quote!(crate::engine::object::object! { #ty #empty #(#lines)* })
}
