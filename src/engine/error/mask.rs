//! Takes secrets out of what a server says: a proxy that echoes requests would show them.

use http::HeaderMap;
use serde_json::Value;

use super::message::one_line;
use super::spelling::{compact, decode, forms};
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

/// Which texts of a request's body are secrets.
#[derive(Debug, Default)]
pub(crate) struct SecretFields {
    /// The fields that are, or hold nothing but, secrets.
    pub(crate) within: &'static [&'static str],
    /// What is none inside of them.
    pub(crate) open: &'static [&'static str],
}

/// Where the secrets of a call stand: those of the client, and the sensitive headers and fields of the request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Secrets<'a> {
    pub(crate) own: &'a [Secret],
    pub(crate) headers: Option<&'a HeaderMap>,
    pub(crate) body: &'a [u8],
    pub(crate) fields: Option<&'static SecretFields>,
}

/// The secrets of a call, in the spellings that are looked for.
#[derive(Debug, Default)]
pub(crate) struct Mask(Vec<Spelt>);

#[derive(Debug)]
struct Spelt {
    secret: String,
    forms: Vec<String>,
    compact: Vec<String>,
}

impl Mask {
    pub(crate) fn new(secrets: Secrets<'_>) -> Self {
        let spelt = secrets.collect().into_iter().map(|secret| {
            let forms = forms(&secret);
            let compact = forms.iter().map(|form| compact(form));
            let compact = compact.filter(|form| form.len() >= LONG).collect();
            Spelt {
                secret,
                forms,
                compact,
            }
        });
        Mask(spelt.collect())
    }

    /// The text without what is, or looks like, a secret.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut shown = text.to_string();
        for form in self.0.iter().flat_map(|spelt| &spelt.forms) {
            shown = without(&shown, form);
        }
        let shown = without_lookalikes(&shown);
        match self.is_repeated(&shown) {
            true => ALL_HIDDEN.to_string(),
            false => shown,
        }
    }

    /// The same as one line, no longer than a person reads.
    pub(crate) fn line(&self, text: &str) -> String {
        one_line(&self.apply(text))
    }

    /// Whether a text still has one of the secrets, or what looks like one, if it is read as some reader of it might.
    fn is_repeated(&self, text: &str) -> bool {
        let once = decode(text);
        // The last one is as forms have it.
        let readings = [decode(&once), decode(&text.replace('+', " ")), once];
        readings.iter().any(|reading| {
            let joined = compact(reading);
            let repeats = |spelt: &Spelt| {
                without(reading, &spelt.secret) != *reading
                    || spelt.compact.iter().any(|form| joined.contains(form))
            };
            self.0.iter().any(repeats) || without_lookalikes(reading) != reading.replace(r"\/", "/")
        })
    }
}

impl Secrets<'_> {
    /// Longest first, so that none hides half of another.
    fn collect(&self) -> Vec<String> {
        let own = self.own.iter().map(|secret| secret.expose().to_string());
        let headers = self.headers.into_iter().flat_map(HeaderMap::values);
        let sent = headers.filter(|value| value.is_sensitive());
        let sent = sent.filter_map(|value| Some(value.to_str().ok()?.to_string()));
        let mut secrets: Vec<String> = own.chain(sent).collect();
        if let Some(fields) = self.fields
            && let Ok(body) = serde_json::from_slice(self.body)
        {
            fields.collect(&body, false, &mut secrets);
        }
        let parts: Vec<_> = secrets.iter().filter_map(|secret| part(secret)).collect();
        secrets.extend(parts);
        secrets.retain(|secret| secret.len() >= SHORT && secret != "true" && secret != "false");
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        secrets
    }
}

/// What is as secret as the whole: the token of `Bearer token`, the path of an address.
fn part(secret: &str) -> Option<String> {
    let part = match secret.split_once("://") {
        Some((_, address)) => &address[address.find('/')?..],
        None => secret.rsplit(' ').next()?,
    };
    (part.len() >= LONG && part != secret).then(|| part.to_string())
}

impl SecretFields {
    /// The texts of a body that are secrets: those in one of the fields, or of a JSON Patch that goes there.
    fn collect(&self, value: &Value, is_secret: bool, secrets: &mut Vec<String>) {
        let is_in = |names: &[&str], name: &str| {
            let mut names = names.iter();
            names.any(|known| known.eq_ignore_ascii_case(name))
        };
        match value {
            Value::String(text) if is_secret => secrets.push(text.clone()),
            Value::Array(entries) => {
                let entries = entries.iter();
                entries.for_each(|entry| self.collect(entry, is_secret, secrets));
            }
            Value::Object(fields) => {
                let text = |name: &str| fields.get(name).and_then(Value::as_str);
                let path: Vec<&str> = text("path").unwrap_or_default().split('/').collect();
                let goes_there = path.iter().any(|name| is_in(self.within, name))
                    && path.last().is_none_or(|name| *name != "key");
                // The name of a header, and one that is said to be for everybody.
                let is_header = fields.contains_key("key") && fields.contains_key("value");
                let is_open = fields.get("isSecure") == Some(&Value::Bool(false));
                for (name, value) in fields {
                    let here = is_secret && !is_open && !(is_header && name == "key");
                    let here = here || is_in(self.within, name) || (goes_there && name == "value");
                    self.collect(value, here && !is_in(self.open, name), secrets);
                }
            }
            _ => {}
        }
    }
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
        // What was cut out before is a word, too.
        if !word.is_empty() || piece.contains('*') {
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
        let mask = Mask::new(Secrets {
            own: &own,
            ..Secrets::default()
        });
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
