//! The httpmock extension can answer that nothing changed.
//!
//! The pass `optional-answers` takes the 204 beside a 200 away before the generator sees it; here it comes back.

use heck::ToUpperCamelCase;
use syn::{Item, Type};

use super::{Code, Context};
use crate::{Result, facts};

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let optional: Vec<String> = facts::operations(context.facts)
        .iter()
        .filter(|operation| {
            let answers = &operation.value["responses"];
            answers.get("204").is_some() && answers["200"].get("content").is_some()
        })
        .filter_map(|operation| facts::operation_id(context.source, operation))
        .map(|id| format!("{}Then", id.to_upper_camel_case()))
        .collect();
    let mut times = 0;
    for item in &mut code.mock.items {
        let Item::Mod(module) = item else { continue };
        for item in module.content.iter_mut().flat_map(|(_, items)| items) {
            let Item::Impl(block) = item else { continue };
            let is_optional = matches!(&*block.self_ty, Type::Path(path)
                if path.path.get_ident().is_some_and(|name| optional.iter().any(|known| name == known)));
            if is_optional && block.trait_.is_none() {
                block.items.push(syn::parse_quote! {
                    pub fn no_content(self) -> Self {
                        Self(self.0.status(204u16))
                    }
                });
                times += 1;
            }
        }
    }
    Ok(times)
}
