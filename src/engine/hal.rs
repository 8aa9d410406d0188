//! HAL: the same answers with links, and with what belongs to them a level deeper.
//!
//! Older servers, and those that are asked for it, answer in `application/hal+json`. What `application/json` has as
//! `product` is `_embedded.product` there, at every level; lists stay lists, and `_links` is extra. Here embedded objects go
//! back to where the types expect them. `_links` stays, as any field that a type does not name.

use std::borrow::Cow;

use http::{HeaderMap, header};
use serde_json::Value;

/// The media type, without its parameters.
const MEDIA_TYPE: &[u8] = b"application/hal+json";

/// The body as `application/json` would have it. A body of another type, or one that is no JSON, stays as it is.
pub(crate) fn plain<'a>(headers: &HeaderMap, body: &'a [u8]) -> Cow<'a, [u8]> {
    if is_hal(headers)
        && let Ok(mut value) = serde_json::from_slice(body)
    {
        lift(&mut value);
        return serde_json::to_vec(&value).map_or(Cow::Borrowed(body), Cow::Owned);
    }
    Cow::Borrowed(body)
}

fn is_hal(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    value.is_some_and(|value| {
        // What follows a semicolon is a parameter.
        let name = value.as_bytes().split(|byte| *byte == b';').next();
        name.unwrap_or_default()
            .trim_ascii()
            .eq_ignore_ascii_case(MEDIA_TYPE)
    })
}

/// Puts what is embedded beside what is not; a field that is there already wins. As deep as serde_json reads: 128 levels.
fn lift(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("_embedded").is_some_and(Value::is_object)
                && let Some(Value::Object(embedded)) = object.remove("_embedded")
            {
                for (name, value) in embedded {
                    object.entry(name).or_insert(value);
                }
            }
            object.values_mut().for_each(lift);
        }
        Value::Array(list) => list.iter_mut().for_each(lift),
        _ => {}
    }
}
