//! What can go wrong with a request, fault by fault.

use super::*;

/// A row of the table.
pub(super) struct Fault {
    pub(super) name: &'static str,
    /// What the server does before it mends its ways.
    pub(super) acts: Vec<Act>,
    pub(super) kind: Kind,
    /// GET, PUT and DELETE, then POST and PATCH: how often the server read it whole, how often the client tried, what the
    /// caller got.
    pub(super) expected: [&'static str; 2],
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Plain,
    /// The port is closed until the first attempt has failed.
    Closed,
    /// The client's time for an attempt is short.
    Hasty,
    /// A call goes before, and leaves its connection open.
    Reused,
    /// As before, and the server closes that connection while nobody uses it.
    Idle,
}

pub(super) fn faults(elsewhere: &str) -> Vec<Fault> {
    use Act::*;
    const TWICE: [&str; 2] = ["2/2 value", "2/2 value"];
    let acts = |acts, name, expected| Fault {
        name,
        acts,
        kind: Kind::Plain,
        expected,
    };
    let row = |name, act, expected| acts(vec![act], name, expected);
    let twice = |name, headers: &[_]| row(name, Then(reply(429, headers, "slow down")), TWICE);
    let ok = |length, body| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        format!("{head}{body}").into_bytes()
    };
    let kind = |kind, fault| Fault { kind, ..fault };
    let bytes = |text: &str| text.as_bytes().to_vec();
    let page = [("content-type", "text/html")];
    let soon = ("retry-after", "0.05");
    let reset = ("x-rate-limit-reset", "0.05");
    let none = ("x-rate-limit-remaining", "0");
    let some = ("x-rate-limit-remaining", "5");
    let location = [("location", elsewhere)];
    let refusal = "HTTP/1.1 429 x\r\nretry-after: 0.05\r\ncontent-length: 50\r\n\r\nslow";
    let once = |word| [word, word];
    let lost = ["2/2 value", "1/1 no answer, perhaps applied"];
    let failed_503 = ["2/2 value", "1/1 error 503, perhaps applied"];
    let unreadable = once("1/1 unreadable 200, perhaps applied");
    let cut = ["2/2 value", "1/1 answer broke off, perhaps applied"];
    let mut faults = vec![
        kind(
            Kind::Closed,
            row("connection refused", Close, once("1/2 value")),
        ),
        row(
            "reset, the request unread",
            ResetUnread,
            ["1/2 value", "0/1 no answer, perhaps applied"],
        ),
        row("reset, the request read", Reset, lost),
        row("closed, the request read", Close, lost),
        row(
            "reset in the middle of the headers",
            ThenReset(bytes("HTTP/1.1 200 OK\r\ncontent-le")),
            lost,
        ),
        row(
            "closed in the middle of the headers",
            ThenClose(bytes("HTTP/1.1 200 OK\r\ncontent-le")),
            lost,
        ),
        row(
            "an answer that is not HTTP",
            ThenClose(bytes("SSH-2.0-OpenSSH_9.2\r\n")),
            lost,
        ),
        row(
            "reset in the middle of the body",
            ThenReset(ok(50, "{")),
            cut,
        ),
        row(
            "closed in the middle of the body",
            ThenClose(ok(50, "{")),
            cut,
        ),
        row(
            "closed in the middle of a chunked body",
            ThenClose(bytes(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"ema",
            )),
            cut,
        ),
        kind(
            Kind::Hasty,
            row("no answer in time", ThenStall(Vec::new()), lost),
        ),
        kind(
            Kind::Hasty,
            row(
                "headers that never end",
                ThenTrickle(
                    bytes("HTTP/1.1 200 OK\r\n"),
                    bytes("x-more: more\r\n"),
                    Duration::from_millis(50),
                ),
                lost,
            ),
        ),
        kind(
            Kind::Hasty,
            row("a body that never ends", ThenStall(ok(50, "{")), cut),
        ),
    ];
    macro_rules! transient {
        ($($status:literal)*) => {
            [$(row(
                stringify!($status),
                Then(reply($status, &[], "oh")),
                ["2/2 value", concat!("1/1 error ", $status, ", perhaps applied")],
            )),*]
        };
    }
    faults.extend(transient!(408 500 502 503 504));
    faults.extend([
        row(
            "503 with Retry-After",
            Then(reply(503, &[soon], "")),
            failed_503,
        ),
        row(
            "503 with a Retry-After of a day",
            Then(reply(503, &[("retry-after", "86400")], "")),
            once("1/1 error 503, perhaps applied"),
        ),
        row(
            "503, its body cut",
            ThenClose(bytes("HTTP/1.1 503 x\r\ncontent-length: 50\r\n\r\nsorry")),
            failed_503,
        ),
        row(
            "501",
            Then(reply(501, &[], "")),
            once("1/1 error 501, perhaps applied"),
        ),
        twice("429", &[]),
        twice("429 with Retry-After", &[soon]),
        row(
            "429 with a Retry-After of a day",
            Then(reply(429, &[("retry-after", "86400")], "")),
            once("1/1 error 429"),
        ),
        twice("429 with Reset", &[reset]),
        twice("429 with Remaining: 0", &[none]),
        twice("429 with Remaining: 5", &[some]),
        twice("429 with all three", &[soon, none, reset]),
        twice(
            "429 with Retry-After that is nonsense",
            &[("retry-after", "whenever")],
        ),
        row("429, its body cut", ThenClose(bytes(refusal)), TWICE),
        kind(
            Kind::Hasty,
            row("429, its body never ends", ThenStall(bytes(refusal)), TWICE),
        ),
        row(
            "truncated JSON",
            Then(reply(200, &[], "{\"email\":\"jane")),
            unreadable,
        ),
        row("content-length too long", ThenClose(ok(9, "{}")), cut),
        row(
            "content-length too short",
            Then(ok(1, "{\"email\":\"\"}")),
            unreadable,
        ),
        row(
            "two content-lengths",
            ThenClose(bytes(
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}",
            )),
            lost,
        ),
        row("200 without a body", Then(reply(200, &[], "")), unreadable),
        row(
            "202 with null",
            Then(reply(202, &[], "null")),
            once("1/1 unreadable 202, perhaps applied"),
        ),
        row(
            "200 with JSON of something else",
            Then(reply(200, &[], r#"{"status":"ok"}"#)),
            unreadable,
        ),
        row(
            "HTML in place of JSON",
            Then(reply(200, &page, "<html><title>Sign in</title></html>")),
            unreadable,
        ),
        row(
            "302 to elsewhere",
            Then(reply(302, &location, "")),
            once("1/1 error 302, perhaps applied"),
        ),
        row(
            "307 to elsewhere",
            Then(reply(307, &location, "")),
            once("1/1 error 307, perhaps applied"),
        ),
        row("400", Then(reply(400, &[], "{}")), once("1/1 error 400")),
        row("401", Then(reply(401, &[], "")), once("1/1 error 401")),
        row("404", Then(reply(404, &[], "")), once("1/1 error 404")),
        row("409", Then(reply(409, &[], "")), once("1/1 error 409")),
        kind(
            Kind::Idle,
            row(
                "idle connection, closed by the server",
                Close,
                once("1/1 value"),
            ),
        ),
        kind(
            Kind::Reused,
            row(
                "reused connection, reset as the request comes",
                ResetUnread,
                ["1/2 value", "0/1 no answer, perhaps applied"],
            ),
        ),
        kind(
            Kind::Reused,
            row("reused connection, closed, the request read", Close, lost),
        ),
        acts(
            vec![Then(reply(429, &[soon], "")), Close],
            "429, then closed, the request read",
            ["3/3 value", "2/2 no answer, perhaps applied"],
        ),
        acts(
            vec![Then(reply(503, &[], "")), Then(reply(429, &[soon], ""))],
            "503, then 429",
            ["3/3 value", "1/1 error 503, perhaps applied"],
        ),
        acts(
            vec![Close; 9],
            "closed, the request read, again and again",
            [
                "4/4 no answer, perhaps applied",
                "1/1 no answer, perhaps applied",
            ],
        ),
        acts(
            vec![Then(reply(429, &[("retry-after", "0")], "")); 99],
            "429 with Retry-After, again and again",
            once("4/4 error 429"),
        ),
        acts(
            vec![Then(reply(503, &[], "")), Then(reply(409, &[], ""))],
            "503, then 409",
            [
                "2/2 error 409, perhaps applied",
                "1/1 error 503, perhaps applied",
            ],
        ),
    ]);
    faults
}
