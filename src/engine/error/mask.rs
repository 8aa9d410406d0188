//! Takes secrets out of what a server says: a proxy that echoes requests would show them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::Value;

use super::message::one_line;
use crate::Secret;

/// What stands in place of a secret.
const HIDDEN: &str = "***";

/// The shortest secret that is looked for inside of other words; a shorter one has to stand alone.
const LONG: usize = 12;
/// The shortest secret that is looked for at all. Hiding `ab` everywhere would leave no sentence readable.
const SHORT: usize = 4;

/// How texts begin that are secrets whoever they belong to.
const PREFIXES: [&str; 3] = ["configcat-sdk-", "configcat-proxy/", "configcat_whsk_"];

/// What is shown of a text that repeats a secret in a spelling that cannot be cut out of it.
const ALL_HIDDEN: &str = "***, because the text repeats a secret of the request";

/// The secrets of a call: those of the client, and the sensitive headers and fields of the request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mask<'a> {
    pub(crate) own: &'a [Secret],
    pub(crate) headers: Option<&'a HeaderMap>,
    pub(crate) body: &'a [u8],
    /// Fields of bodies in which every text is a secret.
    pub(crate) fields: &'static [&'static str],
}

impl Mask<'_> {
    /// The text without what is, or looks like, a secret.
    pub(super) fn apply(&self, text: &str) -> String {
        let secrets = self.secrets();
        let mut shown = text.to_string();
        for secret in &secrets {
            for form in forms(secret) {
                shown = without(&shown, &form);
            }
        }
        let shown = without_lookalikes(&shown);
        match repeats(&shown, &secrets) {
            true => ALL_HIDDEN.to_string(),
            false => shown,
        }
    }

    /// The same as one line, no longer than a person reads.
    pub(crate) fn line(&self, text: &str) -> String {
        one_line(&self.apply(text))
    }

    /// Longest first, so that none hides half of another.
    fn secrets(&self) -> Vec<String> {
        let own = self.own.iter().map(|secret| secret.expose().to_string());
        let headers = self.headers.into_iter().flat_map(HeaderMap::values);
        let sent = headers.filter(|value| value.is_sensitive());
        let sent = sent.filter_map(|value| Some(value.to_str().ok()?.to_string()));
        let mut secrets: Vec<String> = own.chain(sent).collect();
        if !self.fields.is_empty()
            && let Ok(body) = serde_json::from_slice(self.body)
        {
            self.collect(&body, false, &mut secrets);
        }
        secrets.retain(|secret| secret.len() >= SHORT && secret != "true" && secret != "false");
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    }

    /// The texts of a body that are secrets: those in one of the fields, or of a JSON Patch that goes there.
    fn collect(&self, value: &Value, is_secret: bool, secrets: &mut Vec<String>) {
        let named = |name: &str| {
            self.fields
                .iter()
                .any(|field| field.eq_ignore_ascii_case(name))
        };
        match value {
            Value::String(text) if is_secret => secrets.push(text.clone()),
            Value::Array(entries) => {
                entries
                    .iter()
                    .for_each(|entry| self.collect(entry, is_secret, secrets));
            }
            Value::Object(fields) => {
                let path = fields
                    .get("path")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let goes_there = path.split('/').any(named);
                for (name, value) in fields {
                    let here = is_secret && name != "key";
                    let here = here || named(name) || (goes_there && name == "value");
                    self.collect(value, here, secrets);
                }
            }
            _ => {}
        }
    }
}

/// Whether a text still has one of the secrets, or what looks like one, if it is read as some reader of it might.
fn repeats(text: &str, secrets: &[String]) -> bool {
    let once = decoded(text);
    let twice = decoded(&once);
    let joined = compact(&twice);
    let hides = |text: &str| without_lookalikes(text) != text.replace(r"\/", "/");
    hides(&once)
        || hides(&twice)
        || secrets.iter().any(|secret| {
            without(&once, secret) != once
                || without(&twice, secret) != twice
                || [secret, &STANDARD.encode(secret)].iter().any(|form| {
                    let form = compact(form);
                    form.len() >= LONG && joined.contains(&form)
                })
        })
}

/// Without white space, padding, and the differences between base64 and its variant for URLs, and in lower case.
fn compact(text: &str) -> String {
    let characters = text
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '=');
    let plain = characters.map(|c| match c {
        '-' => '+',
        '_' => '/',
        c => c.to_ascii_lowercase(),
    });
    plain.collect()
}

/// A text with what is written in the escapes of URLs, JSON and HTML.
fn decoded(text: &str) -> String {
    let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    let mut rest = &*text;
    let mut decoded = String::with_capacity(rest.len());
    while let Some(at) = rest.find(['\\', '&']) {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = escaped(rest).unwrap_or((char::from(rest.as_bytes()[0]), 1));
        decoded.push(character);
        rest = &rest[length..];
    }
    decoded + rest
}

/// The character that an escape at the start of a text stands for, and its length.
fn escaped(text: &str) -> Option<(char, usize)> {
    let code = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
    if let Some(rest) = text.strip_prefix('\\') {
        return match rest.chars().next()? {
            'u' => Some((code(rest.get(1..5)?, 16)?, 6)),
            'x' => Some((code(rest.get(1..3)?, 16)?, 4)),
            'n' | 'r' | 't' => Some((' ', 2)),
            c @ ('"' | '\'' | '\\' | '/') => Some((c, 2)),
            _ => None,
        };
    }
    let (name, _) = text.strip_prefix('&')?.split_once(';')?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => match name.strip_prefix(['#'])? {
            hex if hex.starts_with(['x', 'X']) => code(&hex[1..], 16)?,
            decimal => code(decimal, 10)?,
        },
    };
    Some((character, name.len() + 2))
}

/// The ways in which an echo may spell it.
fn forms(secret: &str) -> Vec<String> {
    let encoded = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
    let json = serde_json::Value::from(secret).to_string();
    let json = json.trim_matches('"').to_string();
    let mut forms = vec![secret.to_string(), encoded.to_string(), json];
    forms.push(STANDARD.encode(secret));
    // As forms have it.
    forms.push(secret.replace(' ', "+"));
    forms.dedup();
    forms
}

fn without(text: &str, secret: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(at) = rest.find(secret) {
        let (before, found) = rest.split_at(at);
        let after = &found[secret.len()..];
        let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let alone = !joins(before.chars().next_back()) && !joins(after.chars().next());
        kept.push_str(before);
        kept.push_str(match secret.len() >= LONG || alone {
            true => HIDDEN,
            false => secret,
        });
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Without what anybody would take for a secret: keys with ConfigCat's prefixes, keys of V1 configs, and what follows `Basic`
/// or `Bearer`.
fn without_lookalikes(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_+/=.~%".contains(c);
    // As some write a slash in JSON.
    let text = text.replace(r"\/", "/");
    let mut kept = String::with_capacity(text.len());
    let mut before = String::new();
    for piece in text.split_inclusive(|c| !is_part(c)) {
        let word = piece.trim_end_matches(|c| !is_part(c));
        let scheme = matches!(before.as_str(), "basic" | "bearer");
        let decoded = percent_encoding::percent_decode_str(word).decode_utf8_lossy();
        let hidden = PREFIXES.iter().any(|prefix| decoded.contains(prefix))
            || has_key_of_v1(&decoded)
            || (scheme && is_credential(word));
        kept.push_str(if hidden { HIDDEN } else { word });
        kept.push_str(&piece[word.len()..]);
        if !word.is_empty() {
            before = word.to_ascii_lowercase();
        }
    }
    kept
}

/// 22 characters, a slash and 22 more, be it in an address.
fn has_key_of_v1(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let halves = word.split('/').map(|part| {
        let ends = |text: &str| text.rsplit(|c| !is_part(c)).next().map(str::len);
        let begins = |text: &str| text.split(|c| !is_part(c)).next().map(str::len);
        (ends(part) == Some(22), begins(part) == Some(22))
    });
    let halves: Vec<_> = halves.collect();
    halves.windows(2).any(|two| two[0].0 && two[1].1)
}

/// Not a word of a sentence, such as `Basic authentication`.
fn is_credential(word: &str) -> bool {
    word.len() >= 8 && word.bytes().any(|b| !b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_in_every_spelling_and_words_stay() {
        let own = [
            Secret::from("p&ss \"w\"1"),
            Secret::from("ab"),
            Secret::from("pass"),
        ];
        let mask = Mask {
            own: &own,
            ..Mask::default()
        };
        assert_eq!(mask.apply("p&ss \"w\"1, p%26ss%20%22w%221"), "***, ***");
        assert_eq!(mask.apply("it is p%26ss%20%22w%22%31"), ALL_HIDDEN);
        assert_eq!(mask.apply(r#"{"p":"p&ss \"w\"1"}"#), r#"{"p":"***"}"#);
        assert_eq!(
            mask.apply("the password is pass; about"),
            "the password is ***; about"
        );
    }

    #[test]
    fn what_looks_like_a_secret_goes_too() {
        let mask = Mask::default();
        for (said, kept) in [
            (
                "Authorization: Basic dXNlcjpwYXNz",
                "Authorization: Basic ***",
            ),
            (
                "{\"authorization\":\"Bearer abcDEF123456\"}",
                "{\"authorization\":\"Bearer ***\"}",
            ),
            (
                "Basic authentication is needed",
                "Basic authentication is needed",
            ),
            (
                "key configcat-sdk-1/aaaaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbb.",
                "key ***",
            ),
            (
                "/a/AAAAAAAAAAAAAAAAAAAAAA no",
                "/a/AAAAAAAAAAAAAAAAAAAAAA no",
            ),
            (
                "\"AAAAAAAAAAAAAAAAAAAAAA/BBBBBBBBBBBBBBBBBBBBBB\"",
                "\"***\"",
            ),
            (
                "no https://cdn/files/AAAAAAAAAAAAAAAAAAAAAA/BBBBBBBBBBBBBBBBBBBBBB/config_v5.json here",
                "no https:*** here",
            ),
            (
                "?sdkKey=AAAAAAAAAAAAAAAAAAAA-_/BBBBBBBBBBBBBBBBBBBBBB. And",
                "?*** And",
            ),
            (
                "/configs/AAAAAAAAAAAAAAAAAAAAAA/x/BBBBBBBBBBBBBBBBBBBBBB",
                "/configs/AAAAAAAAAAAAAAAAAAAAAA/x/BBBBBBBBBBBBBBBBBBBBBB",
            ),
            (
                "sdkKey%3DAAAAAAAAAAAAAAAAAAAAAA%2fBBBBBBBBBBBBBBBBBBBBBB, 5% of",
                "***, 5% of",
            ),
            (
                "configcat-sdk-1%2Faaaaaaaaaaaaaaaaaaaaaa%2Fbbbbbbbbbbbbbbbbbbbbbb",
                "***",
            ),
            (
                r#"{"key":"configcat-sdk-1\/aaaaaaaaaaaaaaaaaaaaaa\/bbbbbbbbbbbbbbbbbbbbbb"}"#,
                r#"{"key":"***"}"#,
            ),
            (
                "configcat_whsk_VN3juirnVh5pNvCKd81RYRYchxUX4j3NykbZG2fAy88=",
                "***",
            ),
        ] {
            assert_eq!(mask.apply(said), kept);
        }
    }
}
