//! What a server's failure says, whatever it is written in.

use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::mask::Mask;
use super::misread::{COMPRESSED, is_compressed, is_page, without_byte_order_mark};

/// The longest message, in characters: a line or two of a terminal.
const MAX_MESSAGE: usize = 500;

type Fields = BTreeMap<String, Vec<String>>;

/// The message, and the messages for each field. `credentials` says what to check if they are refused; `mask` takes secrets
/// out.
pub(super) fn read(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    credentials: &str,
    mask: &Mask,
) -> (String, Fields) {
    let text = String::from_utf8_lossy(without_byte_order_mark(body));
    let (message, fields) = match serde_json::from_str(&text) {
        Ok(Value::String(message)) => (message, Fields::new()),
        Ok(Value::Array(entries)) => (read_entries(&entries), Fields::new()),
        Ok(Value::Object(object)) => match read_object(&object) {
            // Another form than any that is known: better shown as it is than not at all.
            (message, fields) if message.trim().is_empty() && !object.is_empty() => {
                (text.to_string(), fields)
            }
            known => known,
        },
        Err(_) if is_compressed(headers, body) => (COMPRESSED.to_string(), Fields::new()),
        _ if is_page(body) => (read_html(&text, mask), Fields::new()),
        _ => (text.to_string(), Fields::new()),
    };
    let message = mask.line(&message);
    let fields = fields.into_iter().map(|(field, messages)| {
        let messages = messages.iter().map(|message| mask.line(message));
        (mask.line(&field), messages.collect())
    });
    let fields = fields.collect();
    let message = match (message.is_empty(), hint(status, headers, credentials, mask)) {
        (true, hint) => hint.unwrap_or_else(|| "the server gave no reason".to_string()),
        (false, Some(hint)) => format!("{message} ({hint})"),
        (false, None) => message,
    };
    (message, fields)
}

/// What to do about a status that says it all.
fn hint(status: StatusCode, headers: &HeaderMap, credentials: &str, mask: &Mask) -> Option<String> {
    let hint = match status {
        StatusCode::UNAUTHORIZED => format!("the server refuses the credentials; {credentials}"),
        StatusCode::TOO_MANY_REQUESTS => "the rate limit is used up".to_string(),
        StatusCode::NOT_MODIFIED => {
            "304 answers a conditional request, and none was sent; a cache between here and the API may have answered".to_string()
        }
        status if status.is_redirection() => {
            let where_to = match headers.get(header::LOCATION) {
                None => "does not say where it leads".to_string(),
                Some(location) => {
                    let location = String::from_utf8_lossy(location.as_bytes());
                    format!("leads to {}", mask.line(&without_secrets(&location)))
                }
            };
            format!("redirects are not followed; this one {where_to}")
        }
        _ => return None,
    };
    Some(hint)
}

/// An address without what may be secret in it: query, fragment, and user name and password.
pub(crate) fn without_secrets(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    // `https:/` and `https:\\` are as good as `https://` to browsers, and to the parser of URLs.
    let scheme = match address.split_once(':') {
        Some((scheme, rest))
            if rest.starts_with("//")
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
                || rest.starts_with(['/', '\\'])
                    && ["http", "https"]
                        .iter()
                        .any(|it| it.eq_ignore_ascii_case(scheme)) =>
        {
            scheme.len() + 1
        }
        _ => 0,
    };
    let mut rest = &address[scheme..];
    if scheme > 0 || rest.starts_with("//") {
        rest = rest.trim_start_matches(['/', '\\']);
    }
    let scheme = &address[..address.len() - rest.len()];
    // A password may stand before any `@`, also before one that seems to be in the path.
    let (hidden, shown) = match rest.rsplit_once('@') {
        Some((_, shown)) => ("***@", shown),
        None => ("", rest),
    };
    // What stands behind a colon and is no port, or holds an encoded `@`, may be a password, too.
    let host = shown.split(['/', '\\']).next().unwrap_or_default();
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    let is_port = host.ends_with(']') || port.bytes().all(|byte| byte.is_ascii_digit());
    match is_port && !host.contains('%') {
        true => format!("{scheme}{hidden}{shown}"),
        false => format!("{scheme}***"),
    }
}

fn read_object(object: &Map<String, Value>) -> (String, Fields) {
    let text = |name: &str| {
        let text = object.get(name).and_then(Value::as_str);
        text.filter(|text| !text.trim().is_empty())
    };
    let message = ["detail", "message", "title", "error_description", "error"]
        .into_iter()
        .find_map(text);
    let mut parts = Vec::from_iter(message.map(str::to_string));
    let fields = match object.get("errors") {
        // `{"errors": [{"type", "message", "details"}]}`
        Some(Value::Array(errors)) => {
            parts.push(read_entries(errors));
            Fields::new()
        }
        // problem+json, whose fields stand under `errors`.
        Some(Value::Object(errors)) => read_fields(errors, display),
        Some(Value::String(errors)) if message.is_some() => {
            parts.push(errors.clone());
            Fields::new()
        }
        _ if message.is_some() => read_fields(object, |_| None),
        _ => read_fields(object, |value| value.as_str().and_then(|_| display(value))),
    };
    let is_known = message.is_some() || object.contains_key("errors");
    let mut values = object.values();
    if !is_known && !values.clone().any(Value::is_array) && values.any(Value::is_object) {
        // Of another form: what is said deeper down would be left out.
        return (String::new(), fields);
    }
    for (field, messages) in &fields {
        let messages = messages.join(", ");
        parts.push(match field.as_str() {
            // What ASP.NET calls the whole body.
            "" | "$" => messages,
            field => format!("{field}: {messages}"),
        });
    }
    parts.retain(|part| !part.is_empty());
    (parts.join("; "), fields)
}

/// `{"Name": ["must not be empty"]}`; of what is no list, `single` tells the message.
fn read_fields(object: &Map<String, Value>, single: impl Fn(&Value) -> Option<String>) -> Fields {
    let messages = object.iter().map(|(field, value)| match value {
        Value::Array(messages) => (field.clone(), messages.iter().filter_map(display).collect()),
        value => (field.clone(), Vec::from_iter(single(value))),
    });
    messages
        .filter(|(_, messages)| !messages.is_empty())
        .collect()
}

fn read_entries(entries: &[Value]) -> String {
    let messages: Vec<_> = entries.iter().filter_map(read_entry).collect();
    messages.join("; ")
}

fn read_entry(entry: &Value) -> Option<String> {
    let Value::Object(fields) = entry else {
        return display(entry);
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let Some(message) = text("message").or_else(|| text("type")) else {
        return display(entry);
    };
    Some(match fields.get("details").and_then(display) {
        Some(details) => format!("{message} ({details})"),
        None => message.to_string(),
    })
}

/// A value as a message: a text as it is, anything else as JSON, and nothing for what is empty.
fn display(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
    .filter(|text| !text.is_empty())
}

/// The title of a page, or else its text without tags.
fn read_html(text: &str, mask: &Mask) -> String {
    let lower = text.to_ascii_lowercase();
    if let Some(start) = lower.find("<title>").map(|start| start + "<title>".len())
        && let Some(length) = lower[start..].find("</title>")
        && let title = text[start..start + length].trim()
        && !title.is_empty()
    {
        return title.to_string();
    }
    // A secret may have an angle bracket in it, too.
    let text = mask.apply(text);
    let mut pieces = text.split('<');
    let start = pieces.next().into_iter();
    let others = pieces.filter_map(|tag| Some(tag.split_once('>')?.1));
    start.chain(others).collect::<Vec<_>>().join(" ")
}

/// White space folded, what cannot be seen gone, and no longer than a person reads.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || is_unseen(c));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Control characters, and those that turn the direction of what follows or hide in it.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
