//! Whoever watches learns what calls do and what they cost, and no secret and no body on the way.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{Act, Server, assert_contains, reply};
use configcat_management::types::CreateTagModel;
use configcat_management::uuid::Uuid;
use configcat_management::{Client, ClientBuilder, Error, Event, RetryPolicy};

const ME: &str = r#"{"email":"jane@example.com","fullName":"answered-body"}"#;
const LIMITS: [(&str, &str); 3] = [
    ("x-rate-limit-remaining", "17"),
    ("x-rate-limit-reset", "2026-11-22T10:00:20.0000000Z"),
    ("date", "Sun, 22 Nov 2026 10:00:00 GMT"),
];

fn builder(server: &Server) -> ClientBuilder {
    let quick = RetryPolicy::default();
    Client::builder()
        .credentials(crate::support::USER, crate::support::PASSWORD)
        .base_url(&server.url)
        .retry(quick.with_backoff(Duration::from_millis(20), Duration::from_millis(20)))
}

/// What a call does, word by word.
fn watched(server: &Server) -> (Client, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let client = builder(server).on_event(move |event| {
        let words = match event {
            Event::Waiting {
                operation,
                expected,
            } => {
                format!("{} waits, {}", operation.id, expected.is_some())
            }
            Event::Answered {
                attempt, status, ..
            } => format!("{attempt}: {status}"),
            Event::Retrying {
                attempt,
                wait,
                reason,
                ..
            } => format!("{attempt}: again, {}, {reason}", wait.is_some()),
            Event::GaveUp {
                attempts, reason, ..
            } => format!("gave up after {attempts}: {reason}"),
            other => panic!("{other:?}"),
        };
        tell.lock().unwrap().push(words);
    });
    (client.build().expect("a client"), told)
}

#[tokio::test]
async fn an_answer_tells_what_it_cost() {
    let server = Server::start(vec![
        Act::Then(reply(429, &[("retry-after", "0.2")], "slow down")),
        Act::Then(reply(503, &[], "oh")),
        Act::Then(reply(200, &LIMITS, ME)),
    ]);
    let (client, told) = watched(&server);
    let me = client.get_me().send().await.unwrap();
    assert_eq!(me.attempts(), 3);
    assert!(me.waited() >= Duration::from_millis(150), "{me:?}");
    assert!(me.waited() < Duration::from_secs(5), "{me:?}");
    assert_eq!(me.remaining(), Some(17));
    assert_eq!(me.reset(), Some(Duration::from_secs(20)));
    assert_eq!(
        *told.lock().unwrap(),
        [
            "1: 429 Too Many Requests",
            "1: again, false, 429 Too Many Requests",
            "get-me waits, true",
            "2: 503 Service Unavailable",
            "2: again, true, 503 Service Unavailable",
            "3: 200 OK",
        ]
    );
}

#[tokio::test]
async fn an_error_that_gave_up_tells_the_same() {
    let server = Server::start(Act::Then(reply(503, &LIMITS, "oh")));
    let (client, told) = watched(&server);
    let error = client.get_me().send().await.unwrap_err();
    assert_eq!(error.attempts(), 4);
    assert!(error.waited() > Duration::ZERO && error.waited() < Duration::from_secs(5));
    assert_eq!(error.remaining(), Some(17));
    assert_eq!(error.reset(), Some(Duration::from_secs(20)));
    assert_contains(
        &error,
        "503 Service Unavailable: oh (after 4 attempts and waits of ",
    );
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 8, "{told:?}");
    assert_eq!(told[7], "gave up after 4: 503 Service Unavailable");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_tells_the_same() {
    let server = Server::start(vec![Act::Close, Act::Then(reply(200, &LIMITS, "[]"))]);
    let (client, told) = watched(&server);
    let error = client.get_me().send().await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert_eq!(error.attempts(), 2);
    assert_eq!(error.remaining(), Some(17));
    assert_eq!(error.reset(), Some(Duration::from_secs(20)));
    let told = told.lock().unwrap();
    assert!(
        told[0].starts_with(
            "1: again, true, got no answer; whether the server processed it is unknown: "
        ),
        "{told:?}"
    );
    assert_eq!(told[1], "2: 200 OK");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything at every level, of this crate and of those below it, those that use `log` included.
#[tokio::test]
async fn no_secret_and_no_body_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();

    const SDK_KEY: &str = "configcat-sdk-1/s3cret-sdk-key";
    let page = "<html><title>words-of-failure</title></html>";
    let elsewhere = [("location", "http://elsewhere.example/?token=t0ken")];
    let server = Server::start(vec![
        Act::Then(reply(
            429,
            &[("retry-after", "0.05")],
            "\"words-of-failure\"",
        )),
        Act::Then(reply(503, &[], page)),
        Act::Then(reply(200, &LIMITS, ME)),
        // The call with a body.
        Act::Close,
        // The call with an SDK key, lost and refused.
        Act::Close,
        Act::Then(reply(400, &[], r#"{"Field":["words-of-failure"]}"#)),
        Act::Then(reply(302, &elsewhere, "")),
        // What cannot be read.
        Act::Then(reply(200, &[], r#"{"email":["answered-body"]}"#)),
    ]);
    let client = builder(&server).connect_timeout(Duration::from_secs(5));
    let client = client.build().unwrap();
    client.get_me().send().await.unwrap();
    let tag = CreateTagModel::new("sent-body");
    let sent = client.create_tag(Uuid::nil(), tag).send().await;
    sent.unwrap_err();
    for _ in 0..2 {
        let call = client.get_setting_value_by_sdkkey("flag", SDK_KEY);
        call.send().await.unwrap_err();
    }
    client.get_me().send().await.unwrap_err();
    assert_eq!(server.got().len(), 8);
    #[cfg(feature = "http2")]
    over_http2(SDK_KEY).await;
    assert!(server.got()[4].head.contains(SDK_KEY), "the wire has it");

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let ours = |words: &[&str]| {
        let line = text.lines().find(|line| {
            line.contains("configcat_management") && words.iter().all(|word| line.contains(word))
        });
        assert!(line.is_some(), "nothing has {words:?}:\n{text}");
    };
    ours(&["operation=\"get-me\"", "attempt=1", "status=429"]);
    ours(&[
        "INFO",
        "attempt=1",
        "reason=\"429 Too Many Requests\"",
        "tries again",
    ]);
    ours(&["attempt=2", "wait=Some(", "waits for the rate limit"]);
    ours(&[
        "WARN",
        "attempt=2",
        "wait=",
        "reason=\"503 Service Unavailable\"",
    ]);
    ours(&["call{operation=\"create-tag\"}", "gives up", "attempts=1"]);
    assert!(text.contains("hyper_util"), "the crates below are heard");

    use base64::Engine as _;
    let basic = format!("{}:{}", crate::support::USER, crate::support::PASSWORD);
    let basic = base64::engine::general_purpose::STANDARD.encode(basic);
    for secret in [
        crate::support::PASSWORD,
        &basic,
        SDK_KEY,
        "s3cret",
        "t0ken",
        "sent-body",
        "answered-body",
        "words-of-failure",
        "jane@example.com",
    ] {
        let leak = text.lines().find(|line| line.contains(secret));
        assert!(leak.is_none(), "{secret} is in {leak:?}");
    }
}

/// The same secrets and bodies in HTTP/2's frames.
#[cfg(feature = "http2")]
async fn over_http2(sdk_key: &str) {
    let (listener, address) = crate::support::listen().await;
    let url = format!("http://{address}");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            let head = http::Response::builder().status(400).body(()).unwrap();
            let mut body = respond.send_response(head, false).unwrap();
            let words = bytes::Bytes::from_static(b"words-of-failure");
            body.send_data(words, true).unwrap();
        }
    });
    let client = Client::builder()
        .credentials(crate::support::USER, crate::support::PASSWORD)
        .base_url(url)
        .http(reqwest::Client::builder().http2_prior_knowledge())
        .build()
        .unwrap();
    let tag = CreateTagModel::new("sent-body");
    let error = client.create_tag(Uuid::nil(), tag).send().await;
    assert_eq!(error.unwrap_err().status().unwrap(), 400);
    let call = client.get_setting_value_by_sdkkey("flag", sdk_key);
    assert_eq!(call.send().await.unwrap_err().status().unwrap(), 400);
}
