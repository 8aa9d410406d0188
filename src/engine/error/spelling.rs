//! How a text may be written: the escapes of URLs, JSON and HTML, base64, and lines that were broken.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::message::is_unseen;

/// The longest escape of HTML that is looked for: `&#x10FFFF;`.
const LONGEST: usize = 10;

/// The shortest secret that is looked for inside of other words; a shorter one has to stand alone.
pub(super) const LONG: usize = 12;

/// Without white space, what cannot be seen, padding, and the differences between base64 and its variant for URLs, and in lower
/// case.
pub(super) fn compact(text: &str) -> String {
    // A hyphen that shows at the end of a line alone, and what joins letters or keeps them apart.
    let is_joint = |c: &char| matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}');
    let characters = text
        .chars()
        .filter(|c| !c.is_whitespace() && !is_unseen(*c) && !is_joint(c) && *c != '=');
    let plain = characters.map(|c| match c {
        '-' => '+',
        '_' => '/',
        c => c.to_ascii_lowercase(),
    });
    plain.collect()
}

/// A text with what is written in the escapes of URLs, JSON and HTML.
pub(super) fn decode(text: &str) -> String {
    let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    let mut rest = &*text;
    let mut decoded = String::with_capacity(rest.len());
    while let Some(at) = rest.find(['\\', '&']) {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = read_escape(rest).unwrap_or((char::from(rest.as_bytes()[0]), 1));
        decoded.push(character);
        rest = &rest[length..];
    }
    decoded + rest
}

/// The character of `\u002B`, or of two halves such as `\ud83d\ude00`, at the start of a text, and the length of the escape.
fn read_unicode(text: &str) -> Option<(char, usize)> {
    [6, 12].into_iter().find_map(|length| {
        let json = format!("\"{}\"", text.get(..length)?);
        Some((serde_json::from_str(&json).ok()?, length))
    })
}

/// The character that an escape at the start of a text stands for, and its length.
fn read_escape(text: &str) -> Option<(char, usize)> {
    let code = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
    if let Some(rest) = text.strip_prefix('\\') {
        return match rest.chars().next()? {
            'u' => read_unicode(text),
            'x' => Some((code(rest.get(1..3)?, 16)?, 4)),
            'n' | 'r' | 't' => Some((' ', 2)),
            c @ ('"' | '\'' | '\\' | '/') => Some((c, 2)),
            _ => None,
        };
    }
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
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
pub(super) fn forms(secret: &str) -> Vec<String> {
    let encoded = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
    let json = serde_json::Value::from(secret).to_string();
    let mut forms = vec![
        secret.to_string(),
        encoded.to_string(),
        json.trim_matches('"').to_string(),
        STANDARD.encode(secret),
        // As forms have it.
        secret.replace(' ', "+"),
    ];
    if secret.len() >= LONG {
        forms.extend((0..3).map(|before| within_base64(secret, before)));
    }
    forms
}

/// What is always there of a secret if it is encoded together with what stands before and after it. It begins that many bytes
/// after a whole group of three.
fn within_base64(secret: &str, before: usize) -> String {
    let encoded = STANDARD.encode([&[0; 2][..before], secret.as_bytes()].concat());
    let (start, end) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
    encoded[start..end].to_string()
}
