//! Deprecated operations say what to use instead.

use heck::ToSnakeCase;
use serde_json::Value;

use super::{Code, Context};
use crate::{Result, facts};

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let mut times = 0;
    for operation in facts::operations(context.facts) {
        if operation.value.get("deprecated") != Some(&Value::Bool(true)) {
            continue;
        }
        let id = facts::operation_id(context.source, &operation).unwrap_or_default();
        let method = id.to_snake_case();
        let successor = context
            .docs
            .operations
            .get(id)
            .and_then(|words| words.successor.as_ref())
            .filter(|successor| !successor.is_empty());
        // The API need not have one; where our words lack it, `cargo xtask check` says so.
        let deprecated: syn::Attribute = match successor {
            Some(successor) => {
                let note = format!("use `{}`", successor.to_snake_case());
                syn::parse_quote!(#[deprecated(note = #note)])
            }
            None => syn::parse_quote!(#[deprecated]),
        };
        for item in &mut code.methods {
            if item.sig.ident == method {
                item.attrs.push(deprecated.clone());
                times += 1;
            }
        }
    }
    Ok(times)
}
