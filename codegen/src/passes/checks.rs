//! What `limits` took out is checked before sending.
//!
//! Every schema that is sent and has limits, or parts with limits, gets an implementation of the client's `Check`.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, Item};

use super::code::{schemas_by_type, serde_name};
use super::{Code, Context};
use crate::Result;
use crate::schemas::{component_name, components, sent};

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let components = components(context.facts);
    let sent = sent(context.facts);
    let limited = schemas_with_limits(&sent, context.facts);
    let by_type = schemas_by_type(sent.iter().copied());
    let mut checks = Vec::new();
    let mut times = 0;
    for item in code.structs() {
        let Some(schema) = by_type.get(&item.ident.to_string()) else {
            continue;
        };
        let by_hand = &context.source.checked_by_hand;
        if by_hand.iter().any(|name| item.ident == name) {
            continue;
        }
        let mut lines = Vec::new();
        for field in &item.fields {
            let Some(ident) = &field.ident else { continue };
            let name = serde_name(&field.attrs, ident);
            let property = &components[schema]["properties"][&name];
            lines.extend(of_value(property, &name, ident));
            if part(property).is_some_and(|part| limited.contains(part)) {
                lines.push(
                    quote!(crate::engine::check::Check::check(&self.#ident, &at.field(#name))?;),
                );
            }
        }
        times += lines.len();
        let name = &item.ident;
        let at = match lines.is_empty() {
            true => format_ident!("_at"),
            false => format_ident!("at"),
        };
        checks.push(Item::Verbatim(quote! {
            impl crate::engine::check::Check for #name {
                fn check(&self, #at: &crate::engine::check::Place<'_>) -> ::std::result::Result<(), crate::engine::check::Violation> {
                    #(#lines)*
                    Ok(())
                }
            }
        }));
    }
    code.types.extend(checks);
    Ok(times)
}

/// The schemas that have limits, or parts that have.
fn schemas_with_limits<'a>(sent: &BTreeSet<&'a str>, facts: &'a Value) -> BTreeSet<&'a str> {
    let components = components(facts);
    let mut limited = BTreeSet::new();
    loop {
        let before = limited.len();
        for name in sent {
            let properties = components[name]
                .get("properties")
                .and_then(Value::as_object);
            let is_limited = properties.into_iter().flatten().any(|(field, property)| {
                let ident = format_ident!("field");
                !of_value(property, field, &ident).is_empty()
                    || part(property).is_some_and(|part| limited.contains(part))
            });
            if is_limited {
                limited.insert(*name);
            }
        }
        if limited.len() == before {
            return limited;
        }
    }
}

/// The schema that a property is, or is a list or a map of.
fn part(property: &Value) -> Option<&str> {
    component_name(property).or_else(|| part(inner(property)?))
}

/// What is in a list, or in a map.
fn inner(schema: &Value) -> Option<&Value> {
    schema
        .get("items")
        .or_else(|| schema.get("additionalProperties"))
}

fn of_value(property: &Value, name: &str, ident: &Ident) -> Vec<TokenStream> {
    let checks = all_limits(property).into_iter();
    let line = |(check, least, most)| quote!(at.#check(#name, &self.#ident, #least, #most)?;);
    checks.map(line).collect()
}

/// The checks that a schema asks for: of itself, and of the scalars that are in it.
pub(super) fn all_limits(schema: &Value) -> Vec<(Ident, Literal, Literal)> {
    let mut found: Vec<_> = limits(schema).into_iter().collect();
    let mut rest = inner(schema);
    while let Some(schema) = rest {
        found.extend(limits(schema).filter(|(check, ..)| check != "count"));
        rest = inner(schema);
    }
    found
}

/// The check that a schema asks for, and its bounds.
fn limits(schema: &Value) -> Option<(Ident, Literal, Literal)> {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let (check, least, most) = match schema.get("type")?.as_str()? {
        "string" => {
            let least = number("minLength").filter(|least| *least > 0);
            ("length", least, number("maxLength"))
        }
        "integer" => ("range", number("minimum"), number("maximum")),
        "array" => ("count", number("minItems"), number("maxItems")),
        _ => return None,
    };
    // A maximum that the type cannot exceed says nothing.
    let most = most.filter(|most| check != "range" || *most < i64::from(i32::MAX));
    if least.is_none() && most.is_none() {
        return None;
    }
    let ident = format_ident!("{check}");
    let (least, most) = match check {
        "range" => (least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX)),
        _ => (least.unwrap_or(0), most.unwrap_or(i64::from(u32::MAX))),
    };
    Some((
        ident,
        Literal::i64_unsuffixed(least),
        Literal::i64_unsuffixed(most),
    ))
}
