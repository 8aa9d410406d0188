//! What a server's failure says, whatever it is written in.

use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::mask::Mask;
use super::misread::{COMPRESSED, is_compressed};

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
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    let (message, fields) = match serde_json::from_str(text) {
        Ok(Value::String(message)) => (message, Fields::new()),
        Ok(Value::Array(entries)) => (of_entries(&entries), Fields::new()),
        Ok(Value::Object(object)) => match of_object(&object) {
            // Another form than any that is known: better shown as it is than not at all.
            (message, fields) if message.trim().is_empty() && !object.is_empty() => {
                (text.to_string(), fields)
            }
            told => told,
        },
        Err(_) if is_compressed(headers, body) => (COMPRESSED.to_string(), Fields::new()),
        _ if looks_like_html(text) => (of_html(text, mask), Fields::new()),
        _ => (text.to_string(), Fields::new()),
    };
    let clean = |text: &str| one_line(&mask.apply(text));
    let message = clean(&message);
    let fields = fields.into_iter().map(|(field, messages)| {
        let messages = messages.iter().map(|message| clean(message));
        (clean(&field), messages.collect())
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
        StatusCode::UNAUTHORIZED => {
            return Some(format!("the server refuses the credentials; {credentials}"));
        }
        StatusCode::TOO_MANY_REQUESTS => "the rate limit is used up",
        StatusCode::NOT_MODIFIED => {
            "that answers a question which was not asked; a cache between here and the API may have sent it"
        }
        status if status.is_redirection() => {
            let location = headers.get(header::LOCATION);
            let location = location.map(|location| String::from_utf8_lossy(location.as_bytes()));
            return Some(match location {
                Some(location) => format!(
                    "redirects are not followed; this one leads to {}",
                    one_line(&mask.apply(&without_secrets(&location)))
                ),
                None => {
                    "redirects are not followed; this one does not say where it leads".to_string()
                }
            });
        }
        _ => return None,
    };
    Some(hint.to_string())
}

/// An address without what may be secret in it: query, fragment, and user name and password.
pub(crate) fn without_secrets(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    // `https:/` and `https:\\` are as good as `https://` to browsers, and to the parser of URLs.
    let known = ["https:", "http:", ""].into_iter().find(|scheme| {
        let start = address.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let scheme = match address.split_once("://") {
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => scheme.len() + 1,
        _ => known.map_or(0, str::len),
    };
    let rest = &address[scheme..];
    let rest = match scheme > 0 || rest.starts_with("//") {
        true => rest.trim_start_matches(['/', '\\']),
        false => rest,
    };
    let scheme = &address[..address.len() - rest.len()];
    let (authority, path) = match rest.find(['/', '\\']) {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rsplit_once(':').map(|(_, port)| port);
    // What stands behind a colon and is no port, or holds an encoded `@`, may be a password.
    let odd = host.contains('%')
        || (!host.ends_with(']') && port.is_some_and(|p| !p.bytes().all(|b| b.is_ascii_digit())));
    let hidden = authority.len() > host.len() || odd;
    let shown = match (hidden, odd) {
        (false, _) => format!("{scheme}{authority}{path}"),
        (true, false) => format!("{scheme}***@{host}{path}"),
        (true, true) => format!("{scheme}***"),
    };
    // An `@` that is left stands in a path, or behind what is no scheme: a password may stand before it.
    match shown.rsplit_once('@') {
        Some((before, after)) if !before.ends_with("***") => format!("***@{after}"),
        _ => shown,
    }
}

fn of_object(object: &Map<String, Value>) -> (String, Fields) {
    let text = |name: &str| {
        object
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty())
    };
    let told = text("detail")
        .or_else(|| text("message"))
        .or_else(|| text("title"))
        .or_else(|| text("error"));
    let (fields, entries) = match object.get("errors") {
        // `{"errors": [{"type", "message", "details"}]}`
        Some(Value::Array(errors)) => (Fields::new(), Some(of_entries(errors))),
        // problem+json, whose fields stand under `errors`.
        Some(Value::Object(errors)) => (of_fields(errors, display), None),
        _ if told.is_some() => (of_fields(object, |_| None), None),
        _ => (
            of_fields(object, |value| value.as_str().map(str::to_string)),
            None,
        ),
    };
    let listed = fields.iter().map(|(field, messages)| match field.as_str() {
        // What ASP.NET calls the whole body.
        "" | "$" => messages.join(", "),
        field => format!("{field}: {}", messages.join(", ")),
    });
    let told = told.map(str::to_string).into_iter();
    let parts = told.chain(entries).chain(listed);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    (parts.join("; "), fields)
}

/// `{"Name": ["must not be empty"]}`; of what is no list, `single` tells the message.
fn of_fields(object: &Map<String, Value>, single: impl Fn(&Value) -> Option<String>) -> Fields {
    let messages = object.iter().map(|(field, value)| match value {
        Value::Array(messages) => (field, messages.iter().filter_map(display).collect()),
        value => (field, Vec::from_iter(single(value))),
    });
    let messages = messages.filter(|(_, messages)| !messages.is_empty());
    messages
        .map(|(field, messages)| (field.clone(), messages))
        .collect()
}

fn of_entries(entries: &[Value]) -> String {
    let messages: Vec<_> = entries.iter().filter_map(of_entry).collect();
    messages.join("; ")
}

fn of_entry(entry: &Value) -> Option<String> {
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

fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with('<') || start.starts_with("\u{feff}<")
}

/// The title of a page, or else its text without tags.
fn of_html(text: &str, mask: &Mask) -> String {
    let lower = text.to_ascii_lowercase();
    if let Some(start) = lower.find("<title>").map(|start| start + "<title>".len())
        && let Some(end) = lower[start..].find("</title>")
    {
        let title = text[start..start + end].trim();
        if !title.is_empty() {
            return title.to_string();
        }
    }
    let mut plain = String::new();
    let mut in_tag = false;
    // A secret may have an angle bracket in it, too.
    for character in mask.apply(text).chars() {
        match character {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                plain.push(' ');
            }
            character if !in_tag => plain.push(character),
            _ => {}
        }
    }
    plain
}

/// White space folded, what cannot be seen gone, and no longer than a person reads.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for (index, word) in text
        .split(|c: char| c.is_whitespace() || is_unseen(c))
        .filter(|w| !w.is_empty())
        .enumerate()
    {
        if index > 0 {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > MAX_MESSAGE {
            let mut cut: String = line.chars().take(MAX_MESSAGE).collect();
            cut.push('…');
            return cut;
        }
    }
    line
}

/// Control characters, and those that turn the direction of what follows or hide in it.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(status: u16, body: &str) -> String {
        read(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
            "check the user name and password",
            &Mask::default(),
        )
        .0
    }

    #[test]
    fn every_way_to_say_no_becomes_a_line() {
        assert_eq!(
            message(
                400,
                r#"{"Name":["must not be empty"],"Order":["too big","odd"]}"#
            ),
            "Name: must not be empty; Order: too big, odd"
        );
        assert_eq!(message(400, r#""no such thing""#), "no such thing");
        assert_eq!(
            message(400, r#"{"title":"Invalid","errors":{"Key":["taken"]}}"#),
            "Invalid; Key: taken"
        );
        assert_eq!(
            message(
                404,
                r#"{"errors":[{"type":"not_found","message":"no integration","details":"id"}]}"#
            ),
            "no integration (id)"
        );
        assert_eq!(
            message(
                503,
                "<html><head><TITLE>Down for\n a moment</TITLE></head></html>"
            ),
            "Down for a moment"
        );
        assert_eq!(
            message(502, "<h1>Bad gateway</h1><p>nginx</p>"),
            "Bad gateway nginx"
        );
        assert_eq!(
            message(
                400,
                r#"{"message":"Invalid","Name":["taken"],"traceId":"00-1"}"#
            ),
            "Invalid; Name: taken"
        );
        assert_eq!(
            message(
                400,
                r#"{"title":"Invalid","errors":[{"message":"no","details":{"id":7}},"odd",{"code":3}]}"#
            ),
            r#"Invalid; no ({"id":7}); odd; {"code":3}"#
        );
        assert_eq!(
            message(400, r#"{"errors":{"Key":"taken","Order":[{"max":5}]}}"#),
            r#"Key: taken; Order: {"max":5}"#
        );
        assert_eq!(message(400, r#"["too long","odd"]"#), "too long; odd");
        assert_eq!(message(500, ""), "the server gave no reason");
        assert_eq!(message(500, "[1,2]"), "1; 2");
        assert!(message(401, "<html>…").contains("check the user name and password"));
    }

    #[test]
    fn no_address_shows_what_stands_before_an_at_sign() {
        for address in [
            "https://u:sesame@host/x",
            " https://u:sesame@host",
            "ht\ttps://u:sesame@host",
            "\u{200b}https://u:sesame@host",
            "https//u:sesame@host",
            "https;//u:sesame@host",
            "my+app://u:sesame@host/x",
            "\\\\u:sesame@host/x",
            "https://user:12/sesame@host",
            "https://host/go/https://u:sesame@x/",
        ] {
            let shown = without_secrets(address);
            assert!(!shown.contains("sesame"), "{address}: {shown}");
            assert!(shown.contains("***"), "{address}: {shown}");
        }
        assert_eq!(
            without_secrets("https://host:8080/x?y@z"),
            "https://host:8080/x"
        );
    }

    #[test]
    fn a_message_is_short_and_has_no_control_characters() {
        let long = message(500, &"x\u{1b}[31m ".repeat(100_000));
        assert!(long.chars().count() <= MAX_MESSAGE + 1);
        assert!(!long.contains('\u{1b}'));
        assert!(message(500, &"x".repeat(100_000)).chars().count() <= MAX_MESSAGE + 1);
    }

    #[test]
    fn field_errors_are_kept_apart() {
        let (_, fields) = read(
            StatusCode::BAD_REQUEST,
            &HeaderMap::new(),
            br#"{"Name":"taken","n":1}"#,
            "",
            &Mask::default(),
        );
        assert_eq!(
            fields,
            Fields::from([("Name".to_string(), vec!["taken".to_string()])])
        );
    }
}
