//! Types and fields get our words.

use serde_json::Value;
use syn::Fields;

use super::code::{doc, remove_docs, schemas_by_type, serde_name};
use super::{Code, Context};
use crate::Result;
use crate::schemas::{components, sent};

pub(super) fn run(code: &mut Code, context: &Context<'_>) -> Result<usize> {
    let components = components(context.facts);
    let sent = sent(context.facts);
    let schemas = schemas_by_type(components.keys().copied());
    let mut times = 0;
    for item in code.structs() {
        let schema = schemas.get(&item.ident.to_string()).copied();
        let words = schema.and_then(|schema| context.docs.schemas.get(schema));
        remove_docs(&mut item.attrs);
        let summary = words.map_or("Part of what the API sends.", |words| &words.summary);
        item.attrs.splice(0..0, doc(summary));
        times += usize::from(words.is_some());
        let Fields::Named(fields) = &mut item.fields else {
            continue;
        };
        for field in &mut fields.named {
            let Some(name) = &field.ident else { continue };
            let name = serde_name(&field.attrs, name);
            remove_docs(&mut field.attrs);
            let mut text = match words.and_then(|words| words.fields.get(&name)) {
                Some(words) => words.trim_end().to_string(),
                None => format!("The API's `{name}`."),
            };
            if let Some(schema) = schema
                && sent.contains(schema)
                && !text.contains("character")
                && let Some(limits) = limits(&components[schema]["properties"][&name])
            {
                text = format!("{text} {limits}");
            }
            field.attrs.splice(0..0, doc(&text));
            times += 1;
        }
    }
    Ok(times)
}

/// The limits of what is sent, as a sentence.
fn limits(schema: &Value) -> Option<String> {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let least_length = number("minLength").filter(|least| *least > 0);
    match (least_length, number("maxLength")) {
        (Some(least), Some(most)) => return Some(format!("{least} to {most} characters.")),
        (Some(1), None) => return Some("Not empty.".into()),
        (Some(least), None) => return Some(format!("At least {least} characters.")),
        (None, Some(most)) => return Some(format!("At most {most} characters.")),
        (None, None) => {}
    }
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}.")),
        (Some(least), None) => Some(format!("At least {least}.")),
        (None, Some(most)) => Some(format!("At most {most}.")),
        (None, None) => None,
    }
}
