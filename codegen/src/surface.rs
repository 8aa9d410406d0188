//! The surface: what generated code offers, a line for each thing that a program can name.
//!
//! Generated code is not under version control; its surface is, so that who reviews a refresh sees what it does to users.
//! No line changes unless something changes for a program, and a line that goes is something that a program can miss.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::{
    Attribute, FnArg, GenericArgument, ImplItem, ImplItemFn, Item, ItemEnum, ItemImpl, ItemMod,
    ItemStruct, Pat, PathArguments, ReturnType, Type, TypeParamBound, Visibility,
};

use crate::{Error, Result};

/// What stands above the listing.
const HEADING: &str = "\
# What the generated code offers, a line for each thing that a program can name. `cargo xtask refresh` writes it.
# The typed httpmock extension follows the calls, and is not listed.
";

/// The listing for one source, from its generated Rust.
///
/// # Errors
///
/// The Rust does not parse.
pub fn surface(rust: &str) -> Result<String> {
    let file = syn::parse_file(rust)
        .map_err(|error| Error::new(format!("the generated Rust does not parse: {error}")))?;
    let mut lines = BTreeSet::new();
    let mut calls = BTreeMap::new();
    for item in &file.items {
        if let Item::Mod(module) = item {
            match module.ident.to_string().as_str() {
                "types" => items(module).for_each(|item| of_type(item, &mut lines)),
                "operations" => items(module).for_each(|item| of_call(item, &mut calls)),
                _ => {}
            }
        }
    }
    for item in &file.items {
        if let Item::Impl(block) = item
            && block.trait_.is_none()
        {
            methods(block).for_each(|method| of_client(method, &calls, &mut lines));
        }
    }
    let lines: String = lines.into_iter().map(|line| line + "\n").collect();
    Ok(format!("{HEADING}{lines}"))
}

/// The lines of an old surface that a new one no longer has: what a program can miss. The names of arguments count for
/// nothing, and neither does a warning that goes.
#[must_use]
pub fn removals<'a>(old: &'a str, new: &str) -> Vec<&'a str> {
    let new: BTreeSet<_> = new.lines().map(nameless).collect();
    let missed = |line: &&str| {
        !line.starts_with('#') && !line.starts_with("deprecated ") && !new.contains(&nameless(line))
    };
    old.lines().filter(missed).collect()
}

/// A line without the names of arguments.
fn nameless(line: &str) -> String {
    let Some((before, arguments)) = line.split_once('(') else {
        return line.to_owned();
    };
    if !line.starts_with("call ") && !line.starts_with("struct ") {
        return line.to_owned();
    }
    let types = arguments.split(", ").map(|argument| {
        let named = argument.split_once(": ");
        named.map_or(argument, |(_, ty)| ty)
    });
    format!("{before}({}", types.collect::<Vec<_>>().join(", "))
}

/// What a call can do: its options, and what `send` gives.
#[derive(Default)]
struct Call {
    options: Vec<String>,
    answer: String,
}

fn of_call(item: &Item, calls: &mut BTreeMap<String, Call>) {
    let Item::Impl(block) = item else { return };
    let call = calls.entry(type_text(&block.self_ty)).or_default();
    for method in methods(block) {
        let name = method.sig.ident.to_string();
        match name.as_str() {
            "send" => call.answer = answer(&method.sig.output),
            _ => call.options.push(format!("{name}({})", types(method))),
        }
    }
}

fn of_client(method: &ImplItemFn, calls: &BTreeMap<String, Call>, lines: &mut BTreeSet<String>) {
    let name = &method.sig.ident;
    let ReturnType::Type(_, output) = &method.sig.output else {
        return;
    };
    let call = type_text(output);
    let known = calls.get(&call);
    let answer = known.map_or(call, |call| call.answer.clone());
    lines.insert(format!("call {name}({}) -> {answer}", arguments(method)));
    let options = known.into_iter().flat_map(|call| &call.options);
    lines.extend(options.map(|option| format!("call {name} .{option}")));
    if method
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("deprecated"))
    {
        lines.insert(format!("deprecated {name}"));
    }
}

fn of_type(item: &Item, lines: &mut BTreeSet<String>) {
    match item {
        Item::Struct(item) if is_public(&item.vis) => {
            let name = &item.ident;
            lines.insert(format!("struct {name}"));
            if derives(&item.attrs, "Default") {
                lines.insert(format!("struct {name}: Default"));
            }
            for (index, field) in item.fields.iter().enumerate() {
                if is_public(&field.vis) {
                    let field_name = field.ident.as_ref().map_or(index.to_string(), bare);
                    lines.insert(format!(
                        "struct {name} .{field_name}: {}",
                        type_text(&field.ty)
                    ));
                }
            }
        }
        Item::Enum(item) if is_public(&item.vis) => of_enum(item, lines),
        // The client's own macros for open enums and ids, whose inside looks like an enum or a struct.
        Item::Macro(item) => {
            let tokens = &item.mac.tokens;
            if let Ok(item) = syn::parse2::<ItemEnum>(tokens.clone()) {
                of_enum(&item, lines);
            } else if let Ok(item) = syn::parse2::<ItemStruct>(tokens.clone()) {
                of_type(&Item::Struct(item), lines);
            }
        }
        Item::Type(item) if is_public(&item.vis) => {
            lines.insert(format!("type {} = {}", item.ident, type_text(&item.ty)));
        }
        Item::Impl(block) if block.trait_.is_none() => {
            let name = type_text(&block.self_ty);
            for method in methods(block) {
                let ident = &method.sig.ident;
                lines.insert(match method.sig.receiver() {
                    None => format!("struct {name} ::{ident}({})", arguments(method)),
                    Some(_) => format!("struct {name} .{ident}({})", types(method)),
                });
            }
        }
        _ => {}
    }
}

fn of_enum(item: &ItemEnum, lines: &mut BTreeSet<String>) {
    let name = &item.ident;
    lines.insert(format!("enum {name}"));
    for variant in &item.variants {
        let mut line = format!("enum {name} ::{}", variant.ident);
        if let Some((_, value)) = &variant.discriminant {
            line += &format!(" = {}", value.to_token_stream());
        }
        let fields: Vec<_> = variant
            .fields
            .iter()
            .map(|field| match &field.ident {
                Some(ident) => format!("{}: {}", bare(ident), type_text(&field.ty)),
                None => type_text(&field.ty),
            })
            .collect();
        if !fields.is_empty() {
            line += &format!("({})", fields.join(", "));
        }
        lines.insert(line);
    }
}

fn items(module: &ItemMod) -> impl Iterator<Item = &Item> {
    module.content.iter().flat_map(|(_, items)| items)
}

fn methods(block: &ItemImpl) -> impl Iterator<Item = &ImplItemFn> {
    block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) if is_public(&method.vis) => Some(method),
        _ => None,
    })
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn derives(attributes: &[Attribute], name: &str) -> bool {
    let derives = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"));
    derives
        .map(|attribute| attribute.to_token_stream().to_string())
        .any(|text| {
            text.split(|c: char| !c.is_alphanumeric())
                .any(|word| word == name)
        })
}

/// The arguments with their names.
fn arguments(method: &ImplItemFn) -> String {
    argument_types(method)
        .map(|(name, ty)| format!("{name}: {ty}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The types of the arguments.
fn types(method: &ImplItemFn) -> String {
    let types: Vec<_> = argument_types(method).map(|(_, ty)| ty).collect();
    types.join(", ")
}

fn argument_types(method: &ImplItemFn) -> impl Iterator<Item = (String, String)> {
    method
        .sig
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(typed) => {
                let name = match &*typed.pat {
                    Pat::Ident(pat) => bare(&pat.ident),
                    _ => "_".to_owned(),
                };
                Some((name, type_text(&typed.ty)))
            }
            FnArg::Receiver(_) => None,
        })
}

/// The `T` of `Result<ResponseValue<T>>`.
fn answer(output: &ReturnType) -> String {
    let ReturnType::Type(_, output) = output else {
        return "()".to_owned();
    };
    let shown = type_text(output);
    let inner = shown
        .strip_prefix("Result<ResponseValue<")
        .and_then(|rest| rest.strip_suffix(">>"));
    inner.unwrap_or(&shown).to_owned()
}

fn bare(ident: &syn::Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

/// A type as a program with all names in scope writes it.
fn type_text(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path_text(&path.path),
        Type::ImplTrait(item) => {
            let bounds = item.bounds.iter().map(|bound| match bound {
                TypeParamBound::Trait(bound) => path_text(&bound.path),
                other => other.to_token_stream().to_string(),
            });
            format!("impl {}", bounds.collect::<Vec<_>>().join(" + "))
        }
        Type::Reference(reference) => format!("&{}", type_text(&reference.elem)),
        Type::Tuple(tuple) => {
            let parts: Vec<_> = tuple.elems.iter().map(type_text).collect();
            format!("({})", parts.join(", "))
        }
        other => other.to_token_stream().to_string(),
    }
}

fn path_text(path: &syn::Path) -> String {
    let Some(last) = path.segments.last() else {
        return String::new();
    };
    let name = last.ident.to_string();
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return name;
    };
    let parts: Vec<_> = arguments
        .args
        .iter()
        .map(|argument| match argument {
            GenericArgument::Type(ty) => type_text(ty),
            other => other.to_token_stream().to_string(),
        })
        .collect();
    format!("{name}<{}>", parts.join(", "))
}
