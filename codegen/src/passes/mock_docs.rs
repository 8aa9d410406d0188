//! The httpmock extension is documented.
//!
//! The generator leaves it bare, and every public item of the client has words.

use syn::{Attribute, ImplItem, Item, ItemImpl, TraitItem, Type, Visibility};

use super::code::{doc, remove_docs};
use super::{Code, Context};
use crate::Result;

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let client = &context.source.client;
    let mut times = 0;
    for item in &mut code.mock.items {
        match item {
            Item::Mod(module) => {
                let items = module.content.iter_mut().flat_map(|(_, items)| items);
                times += items.map(describe).sum::<usize>();
                // The generator's own words, which say what the crate is built with.
                remove_docs(&mut module.attrs);
                module.attrs.splice(
                    0..0,
                    doc("What a request must look like, and what is answered to it: two types for each operation."),
                );
            }
            Item::Trait(extension) => {
                remove_docs(&mut extension.attrs);
                extension.attrs.splice(
                    0..0,
                    doc("Mocks of each operation, for [`httpmock::MockServer`](::httpmock::MockServer)."),
                );
                for item in &mut extension.items {
                    if let TraitItem::Fn(method) = item {
                        let operation = method.sig.ident.to_string();
                        set(
                            &mut method.attrs,
                            &format!("Mocks [`{operation}`]({client}::{operation})."),
                        );
                        times += 1;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(times)
}

fn describe(item: &mut Item) -> usize {
    match item {
        Item::Struct(item) => {
            let name = item.ident.to_string();
            let about = match name.ends_with("When") {
                true => "What a request must look like.",
                false => "What is answered.",
            };
            set(&mut item.attrs, about);
            1
        }
        Item::Impl(block) if block.trait_.is_none() => methods(block),
        _ => 0,
    }
}

fn methods(block: &mut ItemImpl) -> usize {
    let is_when = matches!(&*block.self_ty, Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("When")));
    let mut times = 0;
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        if !matches!(method.vis, Visibility::Public(_)) {
            continue;
        }
        let name = method.sig.ident.to_string();
        let about = match (name.as_str(), is_when) {
            ("new", true) => "Expects the operation's method and path.".to_string(),
            ("new", false) => "Answers with nothing yet.".to_string(),
            ("into_inner", _) => {
                "httpmock's own, to say what this type has no word for.".to_string()
            }
            ("body", true) => "Expects this body.".to_string(),
            (name, true) => format!("Expects the parameter `{name}`."),
            ("client_error", false) => {
                "Answers with a failure that the client is to blame for: 400 to 499.".to_string()
            }
            ("server_error", false) => {
                "Answers with a failure that the server is to blame for: 500 to 599.".to_string()
            }
            (name, false) => format!("Answers with success: {}.", name.replace('_', " ")),
        };
        set(&mut method.attrs, &about);
        times += 1;
    }
    times
}

fn set(attributes: &mut Vec<Attribute>, about: &str) {
    remove_docs(attributes);
    attributes.splice(0..0, doc(about));
}
