//! A nullable field that is missing reads as `None`.
//!
//! The generator takes `required` at its word and fails the whole answer if a nullable field is left out. It does so by
//! an attribute; without it, serde reads an absent `Option` as `None`, and still writes `null` for it.

use syn::{Attribute, Meta};

use super::{Code, Context};
use crate::Result;

pub(super) fn run(code: &mut Code, _: &Context<'_>) -> Result<usize> {
    let mut times = 0;
    for item in code.structs() {
        for field in &mut item.fields {
            for attribute in &mut field.attrs {
                times += usize::from(relax(attribute));
            }
            field.attrs.retain(|attribute| !is_empty_serde(attribute));
        }
    }
    Ok(times)
}

fn relax(attribute: &mut Attribute) -> bool {
    let Meta::List(list) = &mut attribute.meta else {
        return false;
    };
    if !list.path.is_ident("serde") {
        return false;
    }
    let options: syn::Result<syn::punctuated::Punctuated<Meta, syn::Token![,]>> =
        list.parse_args_with(syn::punctuated::Punctuated::parse_terminated);
    let Ok(options) = options else { return false };
    let (strict, kept): (Vec<Meta>, Vec<Meta>) = options.into_iter().partition(is_strict);
    if strict.is_empty() {
        return false;
    }
    list.tokens = quote::quote!(#(#kept),*);
    true
}

fn is_strict(option: &Meta) -> bool {
    matches!(option, Meta::NameValue(pair) if pair.path.is_ident("deserialize_with")
        && matches!(&pair.value, syn::Expr::Lit(text) if matches!(&text.lit, syn::Lit::Str(text)
            if text.value() == "::std::option::Option::deserialize")))
}

fn is_empty_serde(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("serde") && list.tokens.is_empty())
}
