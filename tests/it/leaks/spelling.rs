//! A secret in the ways in which a server may repeat it.

fn units(c: char, write: impl Fn(u16) -> String) -> String {
    let mut two = [0; 2];
    c.encode_utf16(&mut two)
        .iter()
        .map(|unit| write(*unit))
        .collect()
}

/// A text in the ways in which a server, a proxy or a page may write it.
pub(super) fn spelt(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    let each = |spell: &dyn Fn(char) -> String| secret.chars().map(spell).collect::<String>();
    let percent = |c: char| {
        c.to_string()
            .bytes()
            .map(|b| format!("%{b:02x}"))
            .collect::<String>()
    };
    let mut forms = vec![
        secret.to_string(),
        each(&percent),
        each(&percent).to_uppercase(),
        each(&|c| percent(c).replace('%', "%25")),
        each(&|c| units(c, |unit| format!("\\u{unit:04x}"))),
        each(&|c| units(c, |unit| format!("\\u{unit:04X}"))),
        each(&|c| format!("&#{};", c as u32)),
        each(&|c| format!("&#x{:X};", c as u32)),
        secret
            .replace('+', "\\u002B")
            .replace('&', "&amp;")
            .replace('"', "&quot;"),
        secret.replace('+', "%2b").replace('/', r"\/"),
        each(&|c| {
            if c == ' ' {
                "+".to_string()
            } else {
                percent(c)
            }
        }),
        format!("{} {}", &secret[..6], &secret[6..]),
        format!("{}\r\n {}", &secret[..8], &secret[8..]),
    ];
    for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
        forms.push(engine.encode(secret));
        // Somewhere in what was encoded.
        for before in ["", "k", "k=", "key"] {
            forms.push(engine.encode(format!("{before}{secret}, and so on")));
        }
    }
    // With what nobody sees in between.
    for unseen in ['\u{ad}', '\u{200b}', '\u{200d}', '\u{feff}'] {
        forms.push(each(&|c| format!("{c}{unseen}")));
    }
    forms
}
