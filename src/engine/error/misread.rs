//! Why a body cannot be read, in words that hold nothing of it but names of fields: a value may be a secret.

use http::{HeaderMap, header};
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use super::mask::Mask;
use super::message::one_line;

/// What is said of a page.
pub(crate) const PAGE: &str = "it is a web page and not JSON, so something between here and the API has answered, such as a proxy \
                               or a sign-in page";

/// What is said of an answer that is compressed.
pub(crate) const COMPRESSED: &str =
    "it is compressed, which this build cannot read; the cargo feature `gzip` reads gzip";

/// Whether a body is compressed still.
pub(crate) fn is_compressed(headers: &HeaderMap, body: &[u8]) -> bool {
    const KNOWN: [&str; 6] = ["gzip", "x-gzip", "deflate", "compress", "br", "zstd"];
    let encoding = headers.get(header::CONTENT_ENCODING);
    let encoding = encoding.and_then(|encoding| encoding.to_str().ok());
    let is_known = |encoding: &str| {
        let mut known = KNOWN.iter();
        known.any(|known| known.eq_ignore_ascii_case(encoding.trim()))
    };
    // Some write the character set here, which says nothing.
    body.starts_with(&[0x1f, 0x8b]) || encoding.is_some_and(|list| list.split(',').any(is_known))
}

/// Words for an error of serde, and where it is. The body is without a byte order mark.
pub(crate) fn words(headers: &HeaderMap, body: &[u8], error: &serde_json::Error) -> String {
    if body.trim_ascii().is_empty() {
        return "it is empty".to_string();
    }
    if is_compressed(headers, body) {
        return COMPRESSED.to_string();
    }
    if is_page(body) {
        return PAGE.to_string();
    }
    let at = format!("line {} column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => format!("it ends before its JSON does, at {at}"),
        Category::Data => {
            // The keys of a map are the server's.
            let path = path(body, error).map(|path| format!("`{}`: ", Mask::default().line(&path)));
            let kind = kind(&error.to_string());
            format!("{}{kind}, at {at}", path.unwrap_or_default())
        }
        // What serde_json says of syntax are fixed sentences.
        _ => {
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            format!("it is not JSON ({text}), at {at}")
        }
    }
}

/// The path in the document to what an error is about.
///
/// The document is cut off within that value and read as any JSON, which then ends too early there. To read it as the type that
/// was asked for would compile all that decodes that type a second time.
fn path(body: &[u8], error: &serde_json::Error) -> Option<String> {
    let lines = body.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line().checked_sub(1)?)
        .map(<[u8]>::len)
        .sum();
    let read = body.get(..before + error.column())?;
    let cut = match read.split_last() {
        // A text, or the end of an object or a list.
        Some((b'"' | b'}' | b']', rest)) => rest.to_vec(),
        // Anything else; a text that does not end takes its place.
        _ => {
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
            let start = read
                .iter()
                .rposition(|byte| !is_part(byte))
                .map_or(0, |end| end + 1);
            [&read[..start], b"\""].concat()
        }
    };
    let mut json = serde_json::Deserializer::from_slice(&cut);
    let error = serde_path_to_error::deserialize::<_, Value>(&mut json).err()?;
    let path = error.path().to_string();
    // Within an object, but of no field: the object is meant.
    let path = match error.path().iter().next_back()? {
        Segment::Unknown => path.trim_end_matches('?').trim_end_matches('.'),
        _ => &path,
    };
    // An empty path is the whole document.
    (!path.is_empty()).then(|| path.to_string())
}

/// Whether something between here and the API answered in its place.
pub(crate) fn is_page(body: &[u8]) -> bool {
    without_byte_order_mark(body)
        .trim_ascii_start()
        .starts_with(b"<")
}

/// Without the mark that some services put in front of UTF-8.
pub(crate) fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

/// What is wrong, without the value that serde puts into its words.
fn kind(text: &str) -> String {
    let field = |start: &str| text.strip_prefix(start)?.split('`').next();
    if let Some(field) = field("missing field `") {
        return format!("the field `{field}` is missing");
    }
    if let Some(field) = field("duplicate field `") {
        return format!("the field `{field}` is there twice");
    }
    let (verb, rest) = match text.split_once(": ") {
        Some(("invalid type", rest)) => ("is found where", rest),
        Some(("invalid value", rest)) => ("is out of range where", rest),
        _ => return "the value has another form than it should".to_string(),
    };
    let found = rest.split(['`', '"', ',']).next().unwrap_or_default();
    let found = match found.trim() {
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
    let expected = rest
        .rsplit_once(", expected ")
        .map_or("another", |(_, end)| end);
    let expected = match expected.split(" at line ").next().unwrap_or_default() {
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

#[cfg(test)]
mod tests {
    //! The path to what cannot be read is the one that reading with the type itself finds.

    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::{Value, json};

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Answer {
        id: i32,
        items: Vec<Item>,
        single: Option<Item>,
        texts: BTreeMap<String, Vec<Option<String>>>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Item {
        name: String,
        on: bool,
        share: f64,
        inner: Option<Box<Item>>,
    }

    fn good() -> Value {
        let item = json!({ "name": "a\"b\\", "on": true, "share": -12.5e3 });
        let mut outer = item.clone();
        outer["inner"] = item.clone();
        json!({
            "id": 12345, "items": [item, outer], "single": outer, "unknown": [1, { "a": "}" }],
            "texts": { "a.b": ["x", null], "ü\n": [], "k": ["yz"] },
        })
    }

    /// Each value of a document.
    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                pointers(value, &format!("{at}/{name}"), found);
            }),
            Value::Array(entries) => entries.iter().enumerate().for_each(|(index, value)| {
                pointers(value, &format!("{at}/{index}"), found);
            }),
            _ => {}
        }
    }

    fn other() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a\"\\\\{}\\[\\], :\n]{0,9}".prop_map(Value::from),
            Just(json!([])),
            Just(json!([[], "]"])),
            Just(json!({})),
            Just(json!({ "name": ["}"] })),
        ]
    }

    proptest! {
        #[test]
        fn one_wrong_value_is_found(which in any::<prop::sample::Index>(), other in prop::option::of(other()), pretty in any::<bool>()) {
            let mut document = good();
            let mut places = Vec::new();
            pointers(&document, "", &mut places);
            let (parent, name) = which.get(&places).rsplit_once('/').unwrap_or_default();
            match (document.pointer_mut(parent).unwrap(), other) {
                (Value::Object(fields), None) => drop(fields.remove(name)),
                (Value::Array(entries), None) => entries.clear(),
                (Value::Object(fields), Some(other)) => drop(fields.insert(name.to_owned(), other)),
                (Value::Array(entries), Some(other)) => entries[name.parse::<usize>().unwrap()] = other,
                (scalar, _) => *scalar = Value::Null,
            }
            let body = match pretty {
                true => serde_json::to_vec_pretty(&document).unwrap(),
                false => serde_json::to_vec(&document).unwrap(),
            };
            let Err(error) = serde_json::from_slice::<Answer>(&body) else { return Ok(()) };
            let mut json = serde_json::Deserializer::from_slice(&body);
            let typed = serde_path_to_error::deserialize::<_, Answer>(&mut json).unwrap_err();
            let typed = typed.path().to_string();
            prop_assert_eq!(super::path(&body, &error).unwrap_or_default(), typed.trim_matches('.'), "{}", error);
        }
    }
}
