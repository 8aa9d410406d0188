//! Generated Rust, taken apart for the passes.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, File, Ident, ImplItem, ImplItemFn, Item, ItemStruct, Meta, Path, Token, Type,
};

use crate::{Error, Result};

/// Generated Rust, taken apart for the passes.
#[derive(Clone)]
pub struct Code {
    /// What stands in `mod types`.
    pub(super) types: Vec<Item>,
    /// The client's methods: the generator's at first, ours in the end.
    pub(super) methods: Vec<ImplItemFn>,
    /// The tag of the operation behind each of them, by its name.
    pub(super) tags: BTreeMap<String, String>,
    /// What stands in `mod operations`.
    pub(super) operations: Vec<Item>,
    /// What stands beside the modules.
    pub(super) root: Vec<Item>,
    /// The path of the type that the methods are added to.
    pub(super) client: TokenStream,
    /// The httpmock extension.
    pub(super) mock: File,
}

impl Code {
    pub(crate) fn parse(client: TokenStream, mock: TokenStream) -> Result<Self> {
        let unreadable = |error: syn::Error| {
            Error::new(format!(
                "the generator wrote Rust that does not parse: {error}"
            ))
        };
        let file: File = syn::parse2(client).map_err(unreadable)?;
        let mock: File = syn::parse2(mock).map_err(unreadable)?;
        let mut code = Code {
            types: Vec::new(),
            methods: Vec::new(),
            tags: BTreeMap::new(),
            operations: Vec::new(),
            root: Vec::new(),
            client: quote!(Client),
            mock,
        };
        for item in file.items {
            match item {
                Item::Mod(module) if module.ident == "types" => {
                    code.types = module.content.map(|(_, items)| items).unwrap_or_default();
                }
                Item::Impl(block) if block.trait_.is_none() => {
                    let methods = block.items.into_iter().filter_map(|item| match item {
                        ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(method),
                        _ => None,
                    });
                    code.methods.extend(methods);
                }
                // The generator's own client, its hooks and its prelude: the client is written by hand.
                _ => {}
            }
        }
        code.distinct()?;
        Ok(code)
    }

    /// Refuses types and fields that share a name, which the generator does not.
    fn distinct(&mut self) -> Result<()> {
        let types = self.types.iter().filter_map(|item| match item {
            Item::Struct(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            _ => None,
        });
        if let Some(name) = first_duplicate(types) {
            return Err(Error::new(format!(
                "two schemas become the Rust type `{name}`; one of them needs another name, which a pass has to give it"
            )));
        }
        for item in self.structs() {
            let fields = item.fields.iter().filter_map(|field| field.ident.as_ref());
            if let Some(field) = first_duplicate(fields) {
                return Err(Error::new(format!(
                    "two fields become `{field}` of the Rust type `{}`; one of them needs another name, which a pass has \
                     to give it",
                    item.ident
                )));
            }
        }
        Ok(())
    }

    /// The finished client and its httpmock extension.
    pub(crate) fn print(self) -> (String, String) {
        let Code {
            mut types,
            methods,
            tags,
            operations,
            root,
            client,
            mock,
        } = self;
        // The error of conversions, which the passes leave little use for.
        let (errors, others): (Vec<Item>, Vec<Item>) = types
            .into_iter()
            .partition(|item| matches!(item, Item::Mod(module) if module.ident == "error"));
        types = others;
        if quote!(#(#types)*).to_string().contains("ConversionError") {
            types.extend(errors);
        }
        let mut groups: BTreeMap<&str, Vec<&ImplItemFn>> = BTreeMap::new();
        for method in &methods {
            let tag = tags.get(&method.sig.ident.to_string());
            groups
                .entry(tag.map_or("", String::as_str))
                .or_default()
                .push(method);
        }
        let is_one = groups.len() == 1;
        let groups = groups.into_iter().map(|(tag, methods)| {
            let about = match tag {
                "" if !is_one => "# Others".to_owned(),
                "" => "One method for each operation.".to_owned(),
                tag => format!("# {tag}"),
            };
            let about = doc(&about);
            quote! {
                #(#about)*
                impl #client {
                    #(#methods)*
                }
            }
        });
        let file: TokenStream = quote! {
            /// What the API sends and takes.
            pub mod types {
                #(#types)*
            }
            /// One call for each operation, made by the client's method of the same name.
            pub mod operations {
                #(#operations)*
            }
            #(#root)*
            #(#groups)*
        };
        let rust = match syn::parse2(file.clone()) {
            Ok(file) => prettyplease::unparse(&file),
            // Unreachable as long as the passes write Rust; then rustc's message is the best one.
            Err(_) => file.to_string(),
        };
        (rust, prettyplease::unparse(&mock))
    }

    /// The structs of `mod types`.
    pub(super) fn structs(&mut self) -> impl Iterator<Item = &mut ItemStruct> {
        self.types.iter_mut().filter_map(|item| match item {
            Item::Struct(item) => Some(item),
            _ => None,
        })
    }
}

/// Schema names by the name of the Rust type that the generator makes of each.
pub(super) fn schemas_by_type<'a>(
    names: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<String, &'a str> {
    names
        .into_iter()
        .map(|name| (type_name(name), name))
        .collect()
}

/// The generator's name for the type of a schema.
fn type_name(schema: &str) -> String {
    let name = schema.to_upper_camel_case();
    match name.chars().next() {
        Some(first) if first.is_alphabetic() => match name.as_str() {
            "Self" => "Self_".into(),
            _ => name,
        },
        _ => format!("X{name}"),
    }
}

/// The type that an `impl` block is for.
pub(super) fn impl_target(item: &Item) -> Option<Ident> {
    let Item::Impl(block) = item else { return None };
    let ty = match &*block.self_ty {
        Type::Reference(reference) => &*reference.elem,
        ty => ty,
    };
    let Type::Path(path) = ty else { return None };
    path.path.get_ident().cloned()
}

/// The first name that occurs twice.
pub(super) fn first_duplicate<T: Ord>(names: impl IntoIterator<Item = T>) -> Option<T> {
    let mut seen = BTreeSet::new();
    for name in names {
        if let Some(first) = seen.replace(name) {
            return Some(first);
        }
    }
    None
}

/// The doc attributes of a text, one for each line.
pub(super) fn doc(text: &str) -> Vec<Attribute> {
    text.trim_end()
        .lines()
        .map(|line| {
            let line = match line {
                "" => String::new(),
                line => format!(" {line}"),
            };
            syn::parse_quote!(#[doc = #line])
        })
        .collect()
}

/// Takes the doc attributes out.
pub(super) fn remove_docs(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
}

/// The name that serde reads and writes for something called `rust`.
pub(super) fn serde_name(attributes: &[Attribute], rust: &syn::Ident) -> String {
    let renamed = serde_option(attributes, "rename").flatten();
    renamed.unwrap_or_else(|| rust.to_string().trim_start_matches("r#").to_string())
}

/// An option of the serde attributes: `None` if it is not there, `Some(None)` if it has no text.
pub(super) fn serde_option(attributes: &[Attribute], name: &str) -> Option<Option<String>> {
    let mut found = None;
    for attribute in attributes {
        if !attribute.path().is_ident("serde") {
            continue;
        }
        // An option of a shape that serde does not have ends the search; rustc will tell what is wrong with it.
        let _ = attribute.parse_nested_meta(|meta| {
            let text = match meta.input.peek(syn::Token![=]) {
                true => Some(meta.value()?.parse::<syn::LitStr>()?.value()),
                false => None,
            };
            if meta.path.is_ident(name) {
                found = Some(text);
            }
            Ok(())
        });
    }
    found
}

/// The `T` of `Name<T>`, if `ty` is one, whatever path leads to `Name`.
pub(super) fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != name {
        return None;
    }
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether `ty` is `String`, whatever path leads to it.
pub(super) fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "String"))
}

/// Changes what is derived.
pub(super) fn each_derive(attributes: &mut [Attribute], mut change: impl FnMut(&mut Vec<Path>)) {
    for attribute in attributes {
        let Meta::List(list) = &mut attribute.meta else {
            continue;
        };
        if !list.path.is_ident("derive") {
            continue;
        }
        let derives: syn::Result<Punctuated<Path, Token![,]>> =
            list.parse_args_with(Punctuated::parse_terminated);
        if let Ok(derives) = derives {
            let mut derives = derives.into_iter().collect();
            change(&mut derives);
            list.tokens = quote!(#(#derives),*);
        }
    }
}

/// Takes a trait out of what is derived; whether it was in there.
pub(super) fn underive(attributes: &mut [Attribute], name: &str) -> bool {
    let is_it = |derive: &Path| {
        derive
            .segments
            .last()
            .is_some_and(|last| last.ident == name)
    };
    let mut was_there = false;
    each_derive(attributes, |derives| {
        was_there |= derives.iter().any(is_it);
        derives.retain(|derive| !is_it(derive));
    });
    was_there
}
