//! The client's methods stand in the docs by tag, and are found by HTTP path and tool name.

use std::collections::BTreeSet;

use heck::ToSnakeCase;

use super::{Code, Context};
use crate::facts;

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> crate::Result<usize> {
    let mut times = 0;
    for operation in facts::operations(context.facts) {
        let id = facts::operation_id(context.source, &operation).unwrap_or_default();
        let method = id.to_snake_case();
        let tag = operation.tag().unwrap_or_default();
        let older = context.source.aliases.get(id).into_iter().flatten();
        let tool = facts::tool_name(tag, id);
        let names = [operation.path, tool.as_str()].into_iter();
        // No name twice, and not the method's own: rustdoc refuses both.
        let names: BTreeSet<_> = names
            .chain(older.map(String::as_str))
            .filter(|name| is_alias(name) && *name != method)
            .collect();
        for item in &mut code.methods {
            if item.sig.ident == method {
                item.attrs
                    .push(syn::parse_quote!(#[doc(alias(#(#names),*))]));
                times += 1;
            }
        }
        code.tags.insert(method, tag.to_owned());
    }
    Ok(times)
}

/// Whether rustdoc takes a text for an alias.
fn is_alias(text: &str) -> bool {
    let is_taken = |c: char| c == ' ' || !(c.is_whitespace() || c == '"' || c == '\'');
    !text.is_empty() && text.trim() == text && text.chars().all(is_taken)
}
