//! The httpmock extension expects values as the client writes them.
//!
//! The generator writes `value.to_string()` for every parameter. A list has no such thing, a time has another form in a URL,
//! and a text with a `/` or a `.` in it means something else in the pattern of a path. The client's own writing serves here
//! too; a list travels as repeated keys, so each element is expected on its own, and as many keys as there are elements.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ImplItemFn, Macro};

use super::{Code, Context};
use crate::Result;

pub(super) fn run(code: &mut Code, _: &Context<'_>) -> Result<usize> {
    let mut values = Values::default();
    values.visit_file_mut(&mut code.mock);
    Ok(values.times)
}

#[derive(Default)]
struct Values {
    times: usize,
    in_list: bool,
}

impl VisitMut for Values {
    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        let bounds = &method.sig.generics.where_clause;
        self.in_list = quote!(#bounds).to_string().contains("Vec <");
        visit_mut::visit_impl_item_fn_mut(self, method);
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let Expr::MethodCall(call) = expression else {
            return;
        };
        if call.method == "query_param" && self.in_list {
            let (name, value) = (&call.args[0], &call.args[1]);
            *expression = syn::parse_quote! {
                value.iter().fold(
                    self.0.query_param_count(concat!("^", #name, "$"), "", value.len()),
                    |when, value| when.query_param(#name, #value),
                )
            };
        } else if call.method == "to_string" && is_value(&call.receiver) {
            *expression = syn::parse_quote!(crate::engine::request::Parameter::plain(&value));
            self.times += 1;
        }
    }

    /// The pattern of a path is written by `format!`, whose arguments are not parsed.
    fn visit_macro_mut(&mut self, item: &mut Macro) {
        let (tokens, times) = patterns(item.tokens.clone());
        item.tokens = tokens;
        self.times += times;
    }
}

fn is_value(receiver: &Expr) -> bool {
    matches!(receiver, Expr::Path(path) if path.path.is_ident("value"))
}

/// Every `value.to_string()`, replaced.
fn patterns(tokens: TokenStream) -> (TokenStream, usize) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut written = TokenStream::new();
    let mut times = 0;
    let mut index = 0;
    while index < tokens.len() {
        if let [
            TokenTree::Ident(value),
            TokenTree::Punct(dot),
            TokenTree::Ident(method),
            TokenTree::Group(arguments),
            ..,
        ] = &tokens[index..]
            && value == "value"
            && dot.as_char() == '.'
            && method == "to_string"
            && arguments.delimiter() == Delimiter::Parenthesis
        {
            written.extend(quote!(crate::engine::request::pattern(&value)));
            times += 1;
            index += 4;
            continue;
        }
        let token = match &tokens[index] {
            TokenTree::Group(group) => {
                let (inner, found) = patterns(group.stream());
                times += found;
                TokenTree::Group(Group::new(group.delimiter(), inner))
            }
            token => token.clone(),
        };
        written.extend([token]);
        index += 1;
    }
    (written, times)
}
