//! Takes secrets out of what a server says: a proxy that echoes requests would show them.

use http::HeaderMap;
use serde_json::Value;

use super::message::one_line;
use super::spelling::{LONG, compact, decode, forms};
use crate::Secret;

/// What stands in place of a secret.
const HIDDEN: &str = "***";

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
    /// The text that may repeat them breaks off.
    pub(crate) is_cut: bool,
}

/// The secrets of a call, each in the spellings that are looked for, its own the first.
#[derive(Default)]
pub(crate) struct Mask {
    forms: Vec<Vec<String>>,
    is_cut: bool,
}

impl Mask {
    pub(crate) fn new(secrets: Secrets<'_>) -> Self {
        let is_cut = secrets.is_cut;
        let secrets = secrets.collect();
        let forms = secrets.iter().map(|secret| forms(secret)).collect();
        Mask { forms, is_cut }
    }

    /// The text without what is, or looks like, a secret.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut shown = match self.is_cut {
            true => self.without_start(text),
            false => text.to_string(),
        };
        for form in self.forms.iter().flatten() {
            shown = without(&shown, form);
        }
        let shown = without_lookalikes(&shown);
        let repeats = self.is_repeated(&shown)
            || self.is_cut
                && readings(&shown)
                    .iter()
                    .any(|it| self.starts_at_end(it).is_some());
        match repeats {
            true => ALL_HIDDEN.to_string(),
            false => shown,
        }
    }

    /// The text without the start of a secret at its end.
    fn without_start(&self, text: &str) -> String {
        match self.starts_at_end(text) {
            Some(end) => text[..end].to_string() + HIDDEN,
            None => text.to_string(),
        }
    }

    /// Where in a text the start of a secret begins that is its end.
    fn starts_at_end(&self, text: &str) -> Option<usize> {
        // Half a character may stand there.
        let whole = text.trim_end_matches(char::REPLACEMENT_CHARACTER);
        let starts = self.forms.iter().flatten().flat_map(|form| {
            let ends = form.char_indices().map(move |(end, _)| &form[..end]);
            ends.filter(move |start| start.len() >= SHORT && whole.ends_with(*start))
        });
        starts.map(|start| whole.len() - start.len()).min()
    }

    /// The same as one line, no longer than a person reads.
    pub(crate) fn line(&self, text: &str) -> String {
        one_line(&self.apply(text))
    }

    /// Whether a text still has one of the secrets, or what looks like one, if it is read as some reader of it might.
    fn is_repeated(&self, text: &str) -> bool {
        readings(text).iter().any(|reading| {
            let joined = compact(reading);
            let repeats = |forms: &Vec<String>| {
                let mut compact = forms.iter().map(|form| compact(form));
                without(reading, &forms[0]) != *reading
                    || compact.any(|form| form.len() >= LONG && joined.contains(&form))
            };
            self.forms.iter().any(repeats)
                || without_lookalikes(reading) != reading.replace(r"\/", "/")
        })
    }
}

/// A text as a reader of it might read it; the last one is as forms have it.
fn readings(text: &str) -> [String; 3] {
    let once = decode(text);
    [decode(&once), decode(&text.replace('+', " ")), once]
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
                for entry in entries {
                    self.collect(entry, is_secret, secrets);
                }
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
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for (at, _) in text.match_indices(secret) {
        if at < end {
            continue;
        }
        // Copies of it that follow each other are one.
        let after = text[at..].trim_start_matches(secret);
        let is_within_word =
            text[..at].ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        if secret.len() >= LONG || !is_within_word {
            kept += &text[end..at];
            kept += HIDDEN;
            end = text.len() - after.len();
        }
    }
    kept + &text[end..]
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
    let is_other = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let parts: Vec<&str> = word.split('/').collect();
    parts.windows(2).any(|two| {
        let halves = [
            two[0].rsplit(is_other).next(),
            two[1].split(is_other).next(),
        ];
        halves.map(|half| half.map(str::len)) == [Some(22); 2]
    })
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
        assert_eq!(mask.apply("it was passpass."), "it was ***.");
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
        let key = ["A".repeat(22), "B".repeat(22)].join("/");
        let table = r#"
            Authorization: Basic dXNlcjpwYXNz => Authorization: Basic ***
            {"authorization":"Bearer abcDEF123456"} => {"authorization":"Bearer ***"}
            Basic authentication is needed => Basic authentication is needed
            key configcat-sdk-1/KEY. => key ***
            /a/AAAAAAAAAAAAAAAAAAAAAA no => /a/AAAAAAAAAAAAAAAAAAAAAA no
            "KEY" => "***"
            no https://cdn/files/KEY/config_v5.json here => no https:*** here
            ?sdkKey=AAAAAAAAAAAAAAAAAAAA-_/BBBBBBBBBBBBBBBBBBBBBB. And => ?*** And
            /configs/AAAAAAAAAAAAAAAAAAAAAA/x/BBBBBBBBBBBBBBBBBBBBBB => /configs/AAAAAAAAAAAAAAAAAAAAAA/x/BBBBBBBBBBBBBBBBBBBBBB
            sdkKey%3DAAAAAAAAAAAAAAAAAAAAAA%2fBBBBBBBBBBBBBBBBBBBBBB, 5% of => ***, 5% of
            configcat-sdk-1%2Faaaaaaaaaaaaaaaaaaaaaa%2Fbbbbbbbbbbbbbbbbbbbbbb => ***
            {"key":"configcat-sdk-1\/aaaaaaaaaaaaaaaaaaaaaa\/bbbbbbbbbbbbbbbbbbbbbb"} => {"key":"***"}
            configcat_whsk_VN3juirnVh5pNvCKd81RYRYchxUX4j3NykbZG2fAy88= => ***
        "#;
        for line in table.replace("KEY", &key).trim().lines() {
            let (text, kept) = line.trim().split_once(" => ").unwrap();
            assert_eq!(mask.apply(text), kept);
        }
    }
}
