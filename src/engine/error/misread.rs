//! Why a body cannot be read, in words that hold nothing of it but names of fields: a value may be a secret.

use http::{HeaderMap, header};
use serde_json::error::Category;

use super::message::one_line;

/// What is said of a page.
pub(crate) const PAGE: &str = "it is a web page and not JSON, so something between here and the API has answered, such as a proxy \
                               or a sign-in page";

/// Words for an error of serde, and where it is. `path` is the place in the document, as far as it is known.
pub(crate) fn words(
    headers: &HeaderMap,
    body: &[u8],
    error: &serde_json::Error,
    path: Option<&str>,
) -> String {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    if body.trim_ascii().is_empty() {
        return "it is empty".to_string();
    }
    if body.starts_with(&[0x1f, 0x8b]) || headers.contains_key(header::CONTENT_ENCODING) {
        return "it is compressed, which this build cannot read; the cargo feature `gzip` reads gzip"
            .to_string();
    }
    if is_page(body) {
        return PAGE.to_string();
    }
    let at = format!("line {} column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => format!("it ends before its JSON does, at {at}"),
        Category::Data => {
            let path = path.filter(|path| !matches!(*path, "" | "." | "?"));
            let path = path.map(|path| format!("`{}`: ", one_line(path)));
            format!(
                "{}{}, at {at}",
                path.unwrap_or_default(),
                kind(&error.to_string())
            )
        }
        // What serde_json says of syntax are fixed sentences.
        _ => {
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            format!("it is not JSON ({text}), at {at}")
        }
    }
}

/// Whether something between here and the API answered in its place.
pub(crate) fn is_page(body: &[u8]) -> bool {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    body.trim_ascii_start().starts_with(b"<")
}

/// What is wrong, without the value that serde puts into its words.
fn kind(text: &str) -> String {
    if let Some(field) = quoted(text, "missing field `") {
        return format!("the field `{field}` is missing");
    }
    if let Some(field) = quoted(text, "duplicate field `") {
        return format!("the field `{field}` is there twice");
    }
    let (verb, rest) = match (
        text.strip_prefix("invalid type: "),
        text.strip_prefix("invalid value: "),
    ) {
        (Some(rest), _) => ("is found where", rest),
        (_, Some(rest)) => ("is out of range where", rest),
        _ => return "the value has another form than it should".to_string(),
    };
    let found = rest
        .split(['`', '"', ','])
        .next()
        .unwrap_or_default()
        .trim();
    let found = match found {
        "map" => "an object",
        "sequence" => "a list",
        "string" => "a text",
        "boolean" => "a boolean",
        "integer" => "a whole number",
        "floating point" => "a number",
        "null" | "unit value" => "null",
        _ => "another value",
    };
    // The last one: the value before it may hold anything.
    let expected = match rest.rsplit_once(", expected ") {
        Some((_, expected)) => expected.split(" at line ").next().unwrap_or_default(),
        None => "another",
    };
    let expected = match expected {
        "a string" | "a borrowed string" => "a text",
        "a sequence" => "a list",
        "i32" | "i64" | "u32" | "u64" => "a whole number",
        "f64" => "a number",
        expected => expected
            .strip_prefix("struct ")
            .map_or(expected, |_| "an object"),
    };
    format!("{found} {verb} {} should be", one_line(expected))
}

fn quoted<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.split('`').next()
}
