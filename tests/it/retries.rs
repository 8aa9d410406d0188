//! Nothing is sent twice that may have been applied, and nothing is lost that can be saved.
//!
//! The first test plays each fault once, then a success, for every method; counts on the server's side what was sent how
//! often; and keeps the table as `docs/faults.md`. `UPDATE_FAULTS=1 cargo test -p configcat-management --test it retries` writes it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::support::faulty::{Act, Faulty, reply};
use configcat_management::types::{
    CreateTagModel, IntegrationLinkType, JsonPatchOperation, OperationType, UpdateTagModel,
};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, ClientBuilder, Error, Event, RetryPolicy, Stage};
use http::{Method, StatusCode};

const ME: &str = r#"{"email":"jane@example.com","fullName":"Jane"}"#;
const TAG: &str = r#"{"tagId":7,"name":"n","color":null,"product":{"productId":"00000000-0000-0000-0000-000000000000",
    "name":"p","description":null,"order":0,"reasonRequired":false,"approveRequired":false,
    "organization":{"organizationId":"00000000-0000-0000-0000-000000000000","name":"o"}}}"#;

const METHODS: [Method; 5] = [
    Method::GET,
    Method::PUT,
    Method::DELETE,
    Method::POST,
    Method::PATCH,
];

fn is_unsafe(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PATCH)
}

fn success(method: &Method) -> Vec<u8> {
    let json = [("content-type", "application/json")];
    match *method {
        Method::GET => reply(200, &json, ME),
        Method::POST => reply(201, &json, TAG),
        Method::PUT => reply(200, &json, TAG),
        _ => reply(204, &[], ""),
    }
}

fn builder(server: &Faulty) -> ClientBuilder {
    Client::builder()
        .credentials(crate::support::USER, crate::support::PASSWORD)
        .base_url(&server.url)
        // Certificates are slow to load, and not needed here.
        .http(bare())
        .timeout(Duration::from_secs(20))
        .retry(policy())
}

#[cfg(feature = "rustls")]
fn bare() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_rustls()
        .tls_certs_only([])
}

#[cfg(not(feature = "rustls"))]
fn bare() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
}

fn policy() -> RetryPolicy {
    RetryPolicy::default()
        .with_backoff(Duration::from_millis(5), Duration::from_millis(20))
        .with_refusals(3)
}

/// What a call gave, its value apart.
#[derive(Debug)]
struct Given {
    status: StatusCode,
    attempts: u32,
}

async fn call(client: &Client, method: &Method) -> Result<Given, Error> {
    macro_rules! send {
        ($call:expr) => {
            $call.send().await.map(|answer| Given {
                status: answer.status(),
                attempts: answer.attempts(),
            })
        };
    }
    match *method {
        Method::GET => send!(client.get_me()),
        Method::PUT => send!(client.update_tag(7, UpdateTagModel::new().with_name("n"))),
        Method::DELETE => send!(client.delete_tag(7)),
        Method::POST => send!(client.create_tag(Uuid::nil(), CreateTagModel::new("n"))),
        _ => {
            let on = JsonPatchOperation::new(OperationType::Replace, "/value").with_value(true);
            send!(client.update_setting_value(Uuid::nil(), 7, [on]))
        }
    }
}

/// A row of the table.
struct Fault {
    name: &'static str,
    /// What the server does before it mends its ways.
    acts: Vec<Act>,
    kind: Kind,
    /// GET, PUT and DELETE, then POST and PATCH: how often the server read it whole, how often the client tried, what the
    /// caller got.
    expected: [&'static str; 2],
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
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

fn faults(elsewhere: &str) -> Vec<Fault> {
    use Act::*;
    const TWICE: [&str; 2] = ["2/2 value", "2/2 value"];
    let row = |name, act, expected| Fault {
        name,
        acts: vec![act],
        kind: Kind::Plain,
        expected,
    };
    let kind = |kind, fault| Fault { kind, ..fault };
    let bytes = |text: &str| text.as_bytes().to_vec();
    let page = [("content-type", "text/html")];
    let soon = ("retry-after", "0.05");
    let reset = ("x-rate-limit-reset", "0.05");
    let none = ("x-rate-limit-remaining", "0");
    let some = ("x-rate-limit-remaining", "5");
    let location = [("location", elsewhere)];
    let once = |word| [word, word];
    let lost = ["2/2 value", "1/1 no answer, perhaps applied"];
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
            ThenReset(bytes("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{")),
            cut,
        ),
        row(
            "closed in the middle of the body",
            ThenClose(bytes("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{")),
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
            row(
                "a body that never ends",
                ThenStall(bytes("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{")),
                cut,
            ),
        ),
    ];
    for (name, status) in [
        ("408", 408),
        ("500", 500),
        ("502", 502),
        ("503", 503),
        ("504", 504),
    ] {
        let expected = match status {
            408 => "1/1 error 408, perhaps applied",
            500 => "1/1 error 500, perhaps applied",
            502 => "1/1 error 502, perhaps applied",
            503 => "1/1 error 503, perhaps applied",
            _ => "1/1 error 504, perhaps applied",
        };
        faults.push(row(
            name,
            Then(reply(status, &[], "oh")),
            ["2/2 value", expected],
        ));
    }
    faults.extend([
        row(
            "503 with Retry-After",
            Then(reply(503, &[soon], "")),
            ["2/2 value", "1/1 error 503, perhaps applied"],
        ),
        row(
            "503 with a Retry-After of a day",
            Then(reply(503, &[("retry-after", "86400")], "")),
            once("1/1 error 503, perhaps applied"),
        ),
        row(
            "503, its body cut",
            ThenClose(bytes("HTTP/1.1 503 x\r\ncontent-length: 50\r\n\r\nsorry")),
            ["2/2 value", "1/1 error 503, perhaps applied"],
        ),
        row(
            "501",
            Then(reply(501, &[], "")),
            once("1/1 error 501, perhaps applied"),
        ),
        row("429", Then(reply(429, &[], "slow down")), TWICE),
        row(
            "429 with Retry-After",
            Then(reply(429, &[soon], "slow down")),
            TWICE,
        ),
        row(
            "429 with a Retry-After of a day",
            Then(reply(429, &[("retry-after", "86400")], "")),
            once("1/1 error 429"),
        ),
        row("429 with Reset", Then(reply(429, &[reset], "")), TWICE),
        row(
            "429 with Remaining: 0",
            Then(reply(429, &[none], "")),
            TWICE,
        ),
        row(
            "429 with Remaining: 5",
            Then(reply(429, &[some], "")),
            TWICE,
        ),
        row(
            "429 with all three",
            Then(reply(429, &[soon, none, reset], "")),
            TWICE,
        ),
        row(
            "429 with Retry-After that is nonsense",
            Then(reply(429, &[("retry-after", "whenever")], "")),
            TWICE,
        ),
        row(
            "429, its body cut",
            ThenClose(bytes(
                "HTTP/1.1 429 x\r\nretry-after: 0.05\r\ncontent-length: 50\r\n\r\nslow",
            )),
            TWICE,
        ),
        kind(
            Kind::Hasty,
            row(
                "429, its body never ends",
                ThenStall(bytes(
                    "HTTP/1.1 429 x\r\nretry-after: 0.05\r\ncontent-length: 50\r\n\r\nslow",
                )),
                TWICE,
            ),
        ),
        row(
            "truncated JSON",
            Then(reply(200, &[], "{\"email\":\"jane")),
            once("1/1 unreadable 200, perhaps applied"),
        ),
        row(
            "content-length too long",
            ThenClose(bytes("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}")),
            cut,
        ),
        row(
            "content-length too short",
            Then(bytes(
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{\"email\":\"\"}",
            )),
            once("1/1 unreadable 200, perhaps applied"),
        ),
        row(
            "two content-lengths",
            ThenClose(bytes(
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}",
            )),
            lost,
        ),
        row(
            "200 without a body",
            Then(reply(200, &[], "")),
            once("1/1 unreadable 200, perhaps applied"),
        ),
        row(
            "202 with null",
            Then(reply(202, &[], "null")),
            once("1/1 unreadable 202, perhaps applied"),
        ),
        row(
            "200 with JSON of something else",
            Then(reply(200, &[], r#"{"status":"ok"}"#)),
            once("1/1 unreadable 200, perhaps applied"),
        ),
        row(
            "HTML in place of JSON",
            Then(reply(200, &page, "<html><title>Sign in</title></html>")),
            once("1/1 unreadable 200, perhaps applied"),
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
        Fault {
            acts: vec![Then(reply(429, &[soon], "")), Close],
            ..row(
                "429, then closed, the request read",
                Close,
                ["3/3 value", "2/2 no answer, perhaps applied"],
            )
        },
        Fault {
            acts: vec![Then(reply(503, &[], "")), Then(reply(429, &[soon], ""))],
            ..row(
                "503, then 429",
                Close,
                ["3/3 value", "1/1 error 503, perhaps applied"],
            )
        },
        Fault {
            acts: vec![Close; 9],
            ..row(
                "closed, the request read, again and again",
                Close,
                [
                    "4/4 no answer, perhaps applied",
                    "1/1 no answer, perhaps applied",
                ],
            )
        },
        Fault {
            acts: vec![Then(reply(429, &[("retry-after", "0")], "")); 99],
            ..row(
                "429 with Retry-After, again and again",
                Close,
                once("4/4 error 429"),
            )
        },
        Fault {
            acts: vec![Then(reply(503, &[], "")), Then(reply(409, &[], ""))],
            ..row(
                "503, then 409",
                Close,
                [
                    "2/2 error 409, perhaps applied",
                    "1/1 error 503, perhaps applied",
                ],
            )
        },
    ]);
    faults
}

/// A server that has one fault, and a client of it.
struct Scene {
    fault: Arc<Fault>,
    method: Method,
    policy: RetryPolicy,
    server: Arc<Faulty>,
    client: Client,
}

fn set_up(fault: &Arc<Fault>, method: &Method, policy: RetryPolicy) -> Scene {
    let mut acts = fault.acts.clone();
    match fault.kind {
        Kind::Closed => acts.clear(),
        Kind::Reused => acts.insert(0, Act::Then(success(&Method::GET))),
        Kind::Idle => acts = vec![Act::ThenClose(success(&Method::GET))],
        Kind::Plain | Kind::Hasty => {}
    }
    acts.push(Act::Then(success(method)));
    let server = Arc::new(Faulty::closed(acts));
    let mut builder = builder(&server).retry(policy);
    match fault.kind {
        Kind::Closed => {
            let server = server.clone();
            builder = builder.on_event(move |event| {
                if let Event::Retrying { .. } = event {
                    server.listen();
                }
            });
        }
        Kind::Hasty => {
            builder = builder.timeout(Duration::from_millis(1500));
            server.listen();
        }
        _ => server.listen(),
    }
    Scene {
        fault: fault.clone(),
        method: method.clone(),
        policy,
        client: builder.build().expect("a client"),
        server,
    }
}

/// Plays one fault, and says what came of it.
async fn play(scene: Scene) -> String {
    let Scene {
        fault,
        method,
        policy,
        server,
        client,
    } = scene;
    let mut before = 0;
    if let Kind::Reused | Kind::Idle = fault.kind {
        client.get_me().send().await.expect("the call before");
        before = 1;
        // Time for the connection to go back into the pool, and for its end to be noticed.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let result = call(&client, &method).await;
    let sent = server.got().len() - before;
    let begun = server.begun() - before;
    let refused = fault.acts.iter().filter(|act| match act {
        Act::Then(answer) | Act::ThenClose(answer) | Act::ThenStall(answer) => {
            answer.starts_with(b"HTTP/1.1 429")
        }
        _ => false,
    });
    if is_unsafe(&method) && policy == self::policy() {
        assert!(
            begun <= 1 + refused.count(),
            "{method} was sent again: {}",
            fault.name
        );
    }
    assert_eq!(client.rate_limiter().in_flight(), 0, "{}", fault.name);
    let (attempts, outcome) = match result {
        Ok(given) if given.status == 404 => (given.attempts, "value (404)".to_string()),
        Ok(given) => (given.attempts, "value".to_string()),
        Err(error) => (error.attempts(), told(&error)),
    };
    format!("{sent}/{attempts} {outcome}")
}

fn told(error: &Error) -> String {
    let what = match error {
        Error::Api(failure) => format!("error {}", failure.status.as_u16()),
        Error::Decode(failure) => format!("unreadable {}", failure.status.as_u16()),
        Error::Connection(failure) => match failure.stage {
            Stage::Connecting => "not sent".to_string(),
            Stage::Sent => "no answer".to_string(),
            Stage::Answering => "answer broke off".to_string(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    match error.perhaps_processed() {
        true => format!("{what}, perhaps applied"),
        false => what,
    }
}

const INTRODUCTION: &str = "\
# What is sent how often, fault by fault

`tests/it/retries.rs` plays each fault once on a real socket and then answers as the API would, and writes this table. In a cell:
how often the server read the request to its end, of how many attempts, and what the caller got. *Value* is a success;
*perhaps applied* is `Error::perhaps_processed`. The policy is the default one with a shorter backoff and 3 refusals
at most. With `RetryPolicy::including_unsafe`, POST and PATCH fare as PUT does.

";

#[tokio::test]
async fn each_fault_with_every_method() {
    let elsewhere = Faulty::start(vec![Act::Close]);
    let faults: Vec<Arc<Fault>> = faults(&elsewhere.url).into_iter().map(Arc::new).collect();
    // Clients take their time to be made, which is not to be that of anybody's call.
    let mut scenes = Vec::new();
    for fault in &faults {
        for method in METHODS {
            for policy in [policy(), policy().including_unsafe()] {
                scenes.push(set_up(fault, &method, policy));
            }
        }
    }
    // Those that must not be late come when the others are gone.
    let mut cells = HashMap::new();
    for hasty in [false, true] {
        let together = scenes.extract_if(.., |scene| (scene.fault.kind == Kind::Hasty) == hasty);
        let together: Vec<_> = together
            .map(|scene| {
                let unsafe_too = scene.policy != policy();
                let cell = (scene.fault.name, scene.method.clone(), unsafe_too);
                (cell, tokio::spawn(play(scene)))
            })
            .collect();
        for (cell, outcome) in together {
            cells.insert(cell, outcome.await.expect("no panic"));
        }
    }
    let mut table = INTRODUCTION.to_string();
    table +=
        "| fault | GET | PUT | DELETE | POST | PATCH |\n| --- | --- | --- | --- | --- | --- |\n";
    let mut wrong = Vec::new();
    for fault in &faults {
        let _ = write!(table, "| {} |", fault.name);
        for method in METHODS {
            for unsafe_too in [false, true] {
                let got = &cells[&(fault.name, method.clone(), unsafe_too)];
                let expected = match fault.expected {
                    // It needs no value, and so nothing is wrong with it.
                    [
                        "1/1 unreadable 200, perhaps applied"
                        | "1/1 unreadable 202, perhaps applied",
                        _,
                    ] if method == Method::DELETE && !fault.name.starts_with("HTML") => "1/1 value",
                    [_, expected] if is_unsafe(&method) && !unsafe_too => expected,
                    [expected, _] => expected,
                };
                if got.as_str() != expected {
                    wrong.push(format!(
                        "{}, {method}, including unsafe: {unsafe_too}: {got}, not {expected}",
                        fault.name
                    ));
                }
                if !unsafe_too {
                    let _ = write!(table, " {got} |");
                }
            }
        }
        table.push('\n');
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(elsewhere.connections(), 0, "a redirect was followed");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");
    if std::env::var_os("UPDATE_FAULTS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).expect("a folder");
        std::fs::write(path, &table).expect("a file");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == table,
        "docs/faults.md is out of date: UPDATE_FAULTS=1 cargo test -p configcat-management --test it retries"
    );
}

fn client(server: &Faulty) -> Client {
    builder(server).build().expect("a client")
}

#[tokio::test]
async fn a_deletion_that_was_lost_and_then_finds_nothing_is_a_success() {
    let gone = || Act::Then(reply(404, &[("x-request", "2")], "no such tag"));
    for lost in [Act::Close, Act::Reset, Act::Then(reply(503, &[], ""))] {
        let server = Faulty::start(vec![lost, gone()]);
        let answer = client(&server).delete_tag(7).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.attempts()), (404, 2));
        assert_eq!(answer.headers()["x-request"], "2");
    }
    // Where nothing can have been deleted before, a 404 is what it says.
    let soon = [("retry-after", "0.01")];
    let server = Faulty::start(vec![Act::Then(reply(429, &soon, "")), gone()]);
    let error = client(&server).delete_tag(7).send().await.unwrap_err();
    assert_eq!(told(&error), "error 404");
    // Where the call should have given a value, there is none.
    let server = Faulty::start(vec![Act::Close, gone()]);
    let client = client(&server);
    let call = client.delete_integration_link(Uuid::nil(), 7, IntegrationLinkType::Jira, "K-1");
    let error = call.send().await.unwrap_err();
    assert_eq!(told(&error), "error 404, perhaps applied");
    assert!(
        error
            .to_string()
            .ends_with("; an earlier attempt may have been processed"),
        "{error}"
    );
}

#[tokio::test]
async fn reqwest_resends_nothing_whatever_it_was_told() {
    let server = Faulty::start(vec![Act::Then(reply(503, &[], ""))]);
    let eager = reqwest::retry::for_host("127.0.0.1")
        .max_retries_per_request(9)
        .no_budget()
        .classify_fn(|request| request.retryable());
    let client = builder(&server)
        .http(bare().retry(eager))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    for method in METHODS {
        let before = server.begun();
        call(&client, &method).await.unwrap_err();
        assert_eq!(server.begun() - before, 1, "{method}");
    }
}

#[tokio::test]
async fn a_post_without_a_body_tells_its_length_and_is_not_repeated() {
    let server = Faulty::start(vec![Act::Close]);
    let client = client(&server);
    let error = client.apply_change_request(1).send().await.unwrap_err();
    assert_eq!(told(&error), "no answer, perhaps applied");
    let got = server.got();
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].line(), "POST /v2/change-requests/1/apply");
    assert!(got[0].head.contains("content-length: 0"), "{}", got[0].head);
}

/// The classic: the server closes a connection at the very moment that the client takes it out of its pool.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_of_connections_that_close_at_any_moment_repeats_no_post() {
    let success = success(&Method::POST);
    let server = Faulty::start(vec![Act::ThenClose(success)]);
    let client = client(&server);
    let mut unknown = 0;
    for round in 0..400_u32 {
        let before = server.got().len();
        let result = call(&client, &Method::POST).await;
        // A request that is on its way to a closed connection is never read, so that this is final.
        let sent = server.got().len() - before;
        match result {
            Ok(_) => assert_eq!(sent, 1),
            Err(error) => {
                assert!(error.perhaps_processed(), "{error}");
                assert!(sent <= 1);
                unknown += 1;
            }
        }
        // Let the end of the connection arrive earlier or later.
        for _ in 0..round % 8 {
            tokio::task::yield_now().await;
        }
    }
    println!("{unknown} of 400 came at that moment");
}

#[tokio::test]
async fn a_connection_that_is_reset_at_once_repeats_a_post_only_unseen() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let got = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = got.clone();
    tokio::spawn(async move {
        for index in 0_usize.. {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            match index % 2 {
                0 => stream.set_zero_linger().expect("a reset"),
                _ => {
                    let count = count.clone();
                    tokio::spawn(async move {
                        let read = crate::support::faulty::read(&mut stream, &mut Vec::new()).await;
                        if let Ok(Some(_)) = read {
                            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                            let last = [("connection", "close")];
                            let answer = reply(201, &last, TAG);
                            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &answer).await;
                        }
                    });
                }
            }
        }
    });
    let client = Client::builder()
        .credentials("u", "p")
        .base_url(url)
        .http(bare())
        .retry(policy())
        .build()
        .unwrap();
    for _ in 0..50 {
        let before = got.load(std::sync::atomic::Ordering::SeqCst);
        let result = call(&client, &Method::POST).await;
        let sent = got.load(std::sync::atomic::Ordering::SeqCst) - before;
        match result {
            Ok(_) => assert_eq!(sent, 1),
            Err(error) => assert_eq!((sent, error.perhaps_processed()), (0, true), "{error}"),
        }
    }
}

#[tokio::test]
async fn what_follows_an_answer_is_never_taken_for_the_next_one() {
    let smuggled = reply(200, &[], r#"{"email":"wrong","fullName":""}"#);
    let mut bytes = reply(200, &[], ME);
    bytes.extend(smuggled);
    let server = Faulty::start(vec![Act::Then(bytes)]);
    let client = client(&server);
    for _ in 0..50 {
        let me = client.get_me().send().await.unwrap();
        assert_eq!(me.email, "jane@example.com");
    }
}

#[tokio::test]
async fn an_outage_does_not_become_a_storm() {
    let server = Faulty::start(vec![Act::Then(reply(503, &[], ""))]);
    let quick = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO);
    let client = client(&server).with_retry(quick);
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_me().send().await.unwrap_err() })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    // Four attempts each would be 400. A hundred repetitions are for all, and each call beside the first brings one.
    assert_eq!(server.begun(), 100 + 100 + 99);
}

#[tokio::test]
async fn a_burst_that_meets_one_bad_moment_comes_through() {
    let mut acts = vec![Act::Then(reply(503, &[], "")); 500];
    acts.push(Act::Then(success(&Method::GET)));
    let server = Faulty::start(acts);
    let client = client(&server);
    let calls: Vec<_> = (0..500)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_me().send().await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }

    // One after the other has no such excuse, and is told why it is not tried again.
    let server = Faulty::start(vec![Act::Then(reply(503, &[], ""))]);
    let quick = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO);
    let client = builder(&server).retry(quick).build().unwrap();
    let mut last = String::new();
    for _ in 0..40 {
        last = client.get_me().send().await.unwrap_err().to_string();
    }
    assert!(
        last.ends_with("; not tried again, because too many calls failed lately"),
        "{last}"
    );
}

/// TLS that never comes about: nothing of the call can have left.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn no_time_left_while_connecting_is_harmless() {
    let server = Faulty::start(vec![Act::Close]);
    let client = builder(&server)
        .base_url(server.url.replace("http:", "https:"))
        .timeout(Duration::from_millis(200))
        .retry(policy().with_attempts(2))
        .build()
        .unwrap();
    for method in [Method::POST, Method::PATCH, Method::PUT] {
        let error = call(&client, &method).await.unwrap_err();
        assert_eq!(told(&error), "not sent");
        assert_eq!(error.attempts(), 2, "{method}");
        let text = error.to_string();
        assert!(
            text.contains("could not be sent: no connection within 200ms"),
            "{text}"
        );
    }
    assert_eq!(client.rate_limiter().in_flight(), 0);
}

/// HTTP/2 can say that it did not take a request up, and then it is sent again; all else is as before.
#[cfg(feature = "http2")]
#[tokio::test]
async fn an_http2_stream_that_is_refused_is_harmless() {
    use h2::Reason;
    for (reason, expected, sent) in [
        (Reason::REFUSED_STREAM, Ok(2), 2),
        (Reason::CANCEL, Err("no answer, perhaps applied"), 1),
        (Reason::INTERNAL_ERROR, Err("no answer, perhaps applied"), 1),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let got = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = got.clone();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                    0 => respond.send_reset(reason),
                    _ => {
                        let head = http::Response::builder().status(201).body(()).unwrap();
                        let mut body = respond.send_response(head, false).unwrap();
                        body.send_data(bytes::Bytes::from_static(TAG.as_bytes()), true)
                            .unwrap();
                    }
                }
            }
        });
        let client = Client::builder()
            .credentials("u", "p")
            .base_url(url)
            .http(bare().http2_prior_knowledge())
            .retry(policy())
            .build()
            .unwrap();
        let result = call(&client, &Method::POST).await;
        let result = result
            .map(|given| given.attempts)
            .map_err(|error| told(&error));
        assert_eq!(result, expected.map_err(str::to_string), "{reason:?}");
        assert_eq!(got.load(std::sync::atomic::Ordering::SeqCst), sent);
    }
}

#[tokio::test]
async fn a_connection_is_not_kept_longer_than_servers_keep_it() {
    let server = Faulty::start(vec![Act::Then(reply(200, &[], ME))]);
    let brief = Duration::from_millis(400);
    // Also where somebody brings an HTTP client of their own, which keeps them for 90 seconds.
    let client = builder(&server).idle_timeout(brief).build().unwrap();
    for _ in 0..2 {
        client.get_me().send().await.unwrap();
        client.get_me().send().await.unwrap();
        tokio::time::sleep(brief * 4).await;
    }
    assert_eq!(server.connections(), 2);
    assert!(ClientBuilder::DEFAULT_IDLE_TIMEOUT < Duration::from_secs(5));
}
