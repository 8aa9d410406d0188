//! Bodies of requests as they may be written to a file: without secrets.

use serde_json::Value;

/// What stands in place of a secret.
const LEFT_OUT: &str = "(left out)";

/// A body without the parameters of integrations, the values of webhook headers, passwords and tokens.
pub(crate) fn redacted(body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    match serde_json::from_str(body) {
        Ok(mut document) => match redact(&mut document) {
            true => document.to_string(),
            false => body.to_string(),
        },
        // Nobody can tell what stands in it, or stood in what was cut off.
        Err(_) => "(left out: not JSON, or cut)".to_string(),
    }
}

/// Leaves out of a document what is secret. Whether there was something.
pub(crate) fn redact(document: &mut Value) -> bool {
    match document {
        // Not `any`, which would stop at the first.
        Value::Array(all) => all.iter_mut().fold(false, |found, one| redact(one) | found),
        Value::Object(fields) => {
            // ASP.NET reads names whatever their case.
            let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
            let has = |wanted: &str| fields.keys().any(|name| is(name, wanted));
            let of_header = |name: &str| name.to_ascii_lowercase().starts_with("/webhookheaders");
            let mut paths = fields.iter().filter(|(name, _)| is(name, "path"));
            let patched = paths.any(|(_, path)| path.as_str().is_some_and(of_header));
            let is_header = has("key") && has("value");
            let mut found = false;
            for (name, value) in fields {
                let secret = is_secret(name) || (is(name, "value") && (patched || is_header));
                found |= match secret {
                    true => leave_out(value),
                    false => redact(value),
                };
            }
            found
        }
        _ => false,
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = [
        "parameters",
        "token",
        "secret",
        "password",
        "apikey",
        "sdkkey",
        "signingkey",
    ];
    words.iter().any(|word| name.contains(word))
}

/// All texts and numbers in it. What is `null`, on or off is no secret.
fn leave_out(value: &mut Value) -> bool {
    match value {
        Value::Array(all) => all
            .iter_mut()
            .fold(false, |found, one| leave_out(one) | found),
        Value::Object(fields) => fields
            .values_mut()
            .fold(false, |found, one| leave_out(one) | found),
        Value::String(_) | Value::Number(_) => {
            *value = LEFT_OUT.into();
            true
        }
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out_wherever_they_stand() {
        for body in [
            r#"{"name":"DataDog","integrationType":"dataDog","parameters":{"apikey":"s3cret","site":"Us"}}"#,
            r#"{"clientKey":"c","jiraJwtToken":"s3cret"}"#,
            r#"{"url":"https://example.com","webHookHeaders":[{"key":"Authorization","value":"s3cret","isSecure":true}]}"#,
            r#"[{"op":"replace","path":"/webHookHeaders/0/value","value":"s3cret"}]"#,
            r#"[{"op":"add","path":"/webHookHeaders/-","value":{"key":"X","value":"s3cret"}}]"#,
            r#"[{"op":"test","path":"/WebhookHeaders","value":[{"key":"X","value":"s3cret"}]}]"#,
            r#"{"WebHookHeaders":[{"Key":"Authorization","VALUE":"s3cret"}]}"#,
            r#"[{"Op":"replace","Path":"/webHookHeaders/0/value","Value":"s3cret"}]"#,
            "{\"parameters\":{\"apiKey\":\"s3cret",
            "s3cret",
        ] {
            let left = redacted(body);
            assert!(
                left.contains("(left out") && !left.contains("s3cret"),
                "{left}"
            );
        }
    }

    #[test]
    fn all_else_stays_as_it_was_sent() {
        for body in [
            "",
            r#"{ "name": "api" }"#,
            r#"[{"op":"replace","path":"/defaultValue","value":{"boolValue":true}}]"#,
            r#"{"settingId":1,"defaultValue":{"intValue":5}}"#,
        ] {
            assert_eq!(redacted(body), body);
        }
    }
}
