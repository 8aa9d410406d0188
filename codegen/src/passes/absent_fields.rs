//! An answer can be read although a field is missing, or a time has no zone.
//!
//! Servers that run on premises are older than the description. What they leave out reads as the empty value of its type,
//! if that cannot be taken for something else: `false`, zero, an empty text, list or map, an enum's empty value. An id, a
//! time, a secret, an object and a value that is served have no empty value and stay required; and so do the fields that
//! `sources.toml` names under `needed`.

use std::collections::BTreeSet;

use syn::{Field, Type};

use super::code::{argument, schemas_by_type, serde_name, serde_option};
use super::{Code, Context};
use crate::schemas::{components, sent};
use crate::{Error, Result};

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let schemas = components(context.facts);
    let enums = schemas
        .iter()
        .filter(|(_, schema)| schema.get("enum").is_some());
    let enums = schemas_by_type(enums.map(|(name, _)| *name));
    let names = schemas_by_type(schemas.keys().copied());
    let sent = schemas_by_type(sent(context.facts));
    let mut unused: BTreeSet<&String> = context.source.needed.iter().collect();
    let mut times = 0;
    for item in code.structs() {
        let ty = item.ident.to_string();
        if sent.contains_key(&ty) {
            continue;
        }
        let schema = names.get(&ty).copied().unwrap_or_default();
        for field in &mut item.fields {
            times += usize::from(read_zoneless(field));
            let Some(ident) = &field.ident else { continue };
            let name = serde_name(&field.attrs, ident);
            let is_needed = |needed: &&String| {
                needed.split_once('.').is_some_and(|(of, field)| {
                    (of == "*" || of == schema) && (field == "*" || field == name)
                })
            };
            let needed: Vec<&String> = context.source.needed.iter().filter(is_needed).collect();
            for entry in &needed {
                unused.remove(*entry);
            }
            if needed.is_empty()
                && has_empty_value(&field.ty, &name, &enums)
                && serde_option(&field.attrs, "default").is_none()
            {
                field.attrs.push(syn::parse_quote!(#[serde(default)]));
                times += 1;
            }
        }
    }
    match unused.first() {
        Some(entry) => Err(Error::new(format!(
            "sources.toml has `{entry}` under `needed`, and no answer has such a field"
        ))),
        None => Ok(times),
    }
}

fn has_empty_value(
    ty: &Type,
    name: &str,
    enums: &std::collections::BTreeMap<String, &str>,
) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    match last.ident.to_string().as_str() {
        "i32" | "i64" => !(name == "id" || name.ends_with("Id") || name.ends_with("_id")),
        "String" => name != "id" && !name.ends_with("_id"),
        "bool" | "f64" | "Vec" | "BTreeMap" | "Map" => true,
        other => enums.contains_key(other),
    }
}

/// Several services of .NET write times without a zone.
fn read_zoneless(field: &mut Field) -> bool {
    let is_time = |ty: &Type| argument(ty, "DateTime").is_some();
    let optional = argument(&field.ty, "Option").is_some_and(is_time);
    if !optional && !is_time(&field.ty) {
        return false;
    }
    if !optional {
        field.attrs.push(syn::parse_quote!(
            #[serde(deserialize_with = "crate::engine::lenient::Time::read")]
        ));
        return true;
    }
    if serde_option(&field.attrs, "default").is_none() {
        field.attrs.push(syn::parse_quote!(#[serde(default)]));
    }
    field.attrs.push(syn::parse_quote!(
        #[serde(deserialize_with = "crate::engine::lenient::TimeOrNone::read")]
    ));
    true
}
