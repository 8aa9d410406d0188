//! A field that may hold any JSON tells `null` from nothing.
//!
//! serde reads both as `None`, and so a patch that writes `null` would be sent without a value.

use super::code::{argument, serde_option};
use super::{Code, Context};
use crate::Result;

pub(super) fn run(code: &mut Code, _: &Context<'_>) -> Result<usize> {
    let mut times = 0;
    for item in code.structs() {
        for field in &mut item.fields {
            let any = argument(&field.ty, "Option").is_some_and(|ty| {
                matches!(ty, syn::Type::Path(path)
                    if path.path.segments.last().is_some_and(|last| last.ident == "Value"))
            });
            if !any {
                continue;
            }
            if serde_option(&field.attrs, "default").is_none() {
                field.attrs.push(syn::parse_quote!(#[serde(default)]));
            }
            field.attrs.push(syn::parse_quote!(
                #[serde(deserialize_with = "crate::engine::lenient::Present::read")]
            ));
            times += 1;
        }
    }
    Ok(times)
}
