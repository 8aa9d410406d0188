//! Takes secrets out of what a server says: a proxy that echoes requests would show them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

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

/// The secrets of a call: those of the client, and the sensitive headers of the request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mask<'a> {
    pub(crate) own: &'a [Secret],
    pub(crate) headers: Option<&'a HeaderMap>,
}

impl Mask<'_> {
    /// The text without what is, or looks like, a secret.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut text = text.to_string();
        for secret in self.secrets() {
            for form in forms(&secret) {
                text = without(&text, &form);
            }
        }
        without_lookalikes(&text)
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
        let mut secrets: Vec<String> = own.chain(sent).filter(|s| s.len() >= SHORT).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    }
}

/// The ways in which an echo may spell it.
fn forms(secret: &str) -> Vec<String> {
    let encoded = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
    let json = serde_json::Value::from(secret).to_string();
    let json = json.trim_matches('"').to_string();
    let mut forms = vec![secret.to_string(), encoded.to_string(), json];
    forms.push(STANDARD.encode(secret));
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
            headers: None,
        };
        assert_eq!(
            mask.apply("p&ss \"w\"1, p%26ss%20%22w%22%31 p%26ss%20%22w%221"),
            "***, p%26ss%20%22w%22%31 ***"
        );
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
