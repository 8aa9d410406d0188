//! What a server's failure says, whatever it is written in.

use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

/// The longest message, in characters: a line or two of a terminal.
const MAX_MESSAGE: usize = 500;

type Fields = BTreeMap<String, Vec<String>>;

/// The message, and the messages for each field. `credentials` says what to check where they are refused.
pub(super) fn read(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    credentials: &str,
) -> (String, Fields) {
    let text = String::from_utf8_lossy(body);
    let (message, fields) = match serde_json::from_str(&text) {
        Ok(Value::String(message)) => (message, Fields::new()),
        Ok(Value::Object(object)) => of_object(&object),
        _ if looks_like_html(&text) => (of_html(&text), Fields::new()),
        _ => (text.into_owned(), Fields::new()),
    };
    let message = one_line(&message);
    let message = match (message.is_empty(), hint(status, headers, credentials)) {
        (true, hint) => hint.unwrap_or_else(|| "the server gave no reason".to_string()),
        (false, Some(hint)) => format!("{message} ({hint})"),
        (false, None) => message,
    };
    (message, fields)
}

/// What to do about a status that says it all.
fn hint(status: StatusCode, headers: &HeaderMap, credentials: &str) -> Option<String> {
    let hint = match status {
        StatusCode::UNAUTHORIZED => {
            return Some(format!("the server refuses the credentials; {credentials}"));
        }
        StatusCode::TOO_MANY_REQUESTS => "the rate limit is used up",
        status if status.is_redirection() => {
            let location = headers
                .get(header::LOCATION)
                .and_then(|location| location.to_str().ok());
            return Some(format!(
                "redirects are not followed; this one leads to {}",
                location.map_or_else(|| "nowhere".to_string(), without_query)
            ));
        }
        _ => return None,
    };
    Some(hint.to_string())
}

fn without_query(location: &str) -> String {
    one_line(location.split(['?', '#']).next().unwrap_or_default())
}

fn of_object(object: &Map<String, Value>) -> (String, Fields) {
    // `{"errors": [{"type", "message", "details"}]}`
    if let Some(Value::Array(errors)) = object.get("errors") {
        let messages: Vec<String> = errors.iter().filter_map(of_entry).collect();
        return (messages.join("; "), Fields::new());
    }
    // problem+json, whose fields stand under `errors`.
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
    let fields = match object.get("errors") {
        Some(Value::Object(errors)) => of_fields(errors),
        _ if told.is_some() => Fields::new(),
        _ => of_fields(object),
    };
    let listed = fields
        .iter()
        .map(|(field, messages)| format!("{field}: {}", messages.join(", ")));
    let message = told
        .map(str::to_string)
        .into_iter()
        .chain(listed)
        .collect::<Vec<_>>()
        .join("; ");
    (message, fields)
}

/// `{"Name": ["must not be empty"]}`; one message may stand without its list.
fn of_fields(object: &Map<String, Value>) -> Fields {
    let mut fields = Fields::new();
    for (field, value) in object {
        let messages: Vec<String> = match value {
            Value::String(message) => vec![message.clone()],
            Value::Array(messages) => messages
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_string)
                .collect(),
            _ => continue,
        };
        if !messages.is_empty() {
            fields.insert(field.clone(), messages);
        }
    }
    fields
}

fn of_entry(entry: &Value) -> Option<String> {
    match entry {
        Value::String(message) => Some(message.clone()),
        Value::Object(entry) => {
            let text = |name: &str| entry.get(name).and_then(Value::as_str);
            let message = text("message").or_else(|| text("type"))?;
            Some(match text("details") {
                Some(details) => format!("{message} ({details})"),
                None => message.to_string(),
            })
        }
        _ => None,
    }
}

fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with('<') || start.starts_with("\u{feff}<")
}

/// The title of a page, or else its text without tags.
fn of_html(text: &str) -> String {
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
    for character in text.chars() {
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

/// White space folded, control characters gone, and no longer than a person reads.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for (index, word) in text
        .split(|c: char| c.is_whitespace() || c.is_control())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn message(status: u16, body: &str) -> String {
        read(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
            "check the user name and password",
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
        assert_eq!(message(500, ""), "the server gave no reason");
        assert_eq!(message(500, "[1,2]"), "[1,2]");
        assert!(message(401, "<html>…").contains("check the user name and password"));
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
        );
        assert_eq!(
            fields,
            Fields::from([("Name".to_string(), vec!["taken".to_string()])])
        );
    }
}
