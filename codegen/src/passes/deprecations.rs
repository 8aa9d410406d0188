//! Deprecated operations say what to use instead.

use heck::ToSnakeCase;
use serde_json::Value;

use super::{Code, Context};
use crate::{Error, Result, facts};

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
            .ok_or_else(|| {
                Error::new(format!(
                    "`{id}` is deprecated; say in docs.yaml which operation is its `successor`"
                ))
            })?;
        let note = format!("use `{}`", successor.to_snake_case());
        for item in &mut code.methods {
            if item.sig.ident == method {
                item.attrs
                    .push(syn::parse_quote!(#[deprecated(note = #note)]));
                times += 1;
            }
        }
    }
    Ok(times)
}
