//! No answer is too long and no wait endless: bodies have a size, and a deadline covers waiting, attempts and bodies.

use std::time::{Duration, Instant};

use crate::support::{Act, ME, Server, assert_contains, assert_ends_with, reply};
use configcat_management::patch::SettingPatch;
use configcat_management::types::{JsonPatchOperation, OperationType, UpdateTagModel};
use configcat_management::{Client, ClientBuilder, Error, RetryPolicy, Stage};

fn builder(server: &Server) -> ClientBuilder {
    crate::support::builder(&server.url).retry(quick())
}

fn quick() -> RetryPolicy {
    RetryPolicy::default().with_backoff(Duration::from_millis(5), Duration::from_millis(20))
}

fn client(server: &Server) -> Client {
    builder(server).build().expect("a client")
}

/// A JSON object of at least this many bytes that reads as a user.
fn long(bytes: usize) -> String {
    format!(
        r#"{{"email":"jane@example.com","fullName":"{}"}}"#,
        "x".repeat(bytes)
    )
}

fn too_large(error: &Error, limit: usize) {
    let text = error.to_string();
    let words = format!("the body has more than the {limit} bytes that `max_body` allows");
    assert!(text.contains(&words), "{text}");
    assert!(error.perhaps_processed());
    assert_eq!(error.attempts(), 1, "it would be as large the next time");
}

#[tokio::test]
async fn a_page_of_ten_thousand_settings_fits() {
    let server = Server::start(Act::Then(reply(200, &[], &long(20 << 20))));
    let me = client(&server).get_me().send().await.unwrap();
    assert_eq!(me.full_name.len(), 20 << 20);
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_refused_before_the_body_is_read() {
    // No body follows: who waits for it waits for good.
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n";
    let server = Server::start(Act::ThenStall(head.into()));
    let client = builder(&server).max_body(1000).build().unwrap();
    too_large(&client.get_me().send().await.unwrap_err(), 1000);
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        u64::MAX / 2
    );
    let server = Server::start(Act::ThenStall(head.into()));
    let error = self::client(&server).get_me().send().await.unwrap_err();
    too_large(&error, ClientBuilder::DEFAULT_MAX_BODY);
}

#[tokio::test]
async fn the_limit_is_exact() {
    let server = Server::start(Act::Then(reply(200, &[], ME)));
    let limited = |bytes| builder(&server).max_body(bytes).build().unwrap();
    limited(ME.len()).get_me().send().await.unwrap();
    let error = limited(ME.len() - 1).get_me().send().await.unwrap_err();
    too_large(&error, ME.len() - 1);
}

#[tokio::test]
async fn chunks_without_end_are_refused() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let server = Server::start(Act::ThenTrickle(head.into(), chunk.into(), Duration::ZERO));
    let client = builder(&server).max_body(100_000).build().unwrap();
    too_large(&client.get_me().send().await.unwrap_err(), 100_000);
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn a_bomb_hits_the_limit_and_an_honest_gzip_does_not() {
    fn zipped(text: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        zip.write_all(text).unwrap();
        zip.finish().unwrap()
    }
    fn answer(body: Vec<u8>) -> Vec<u8> {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n";
        let mut bytes = format!("{head}content-length: {}\r\n\r\n", body.len()).into_bytes();
        bytes.extend(body);
        bytes
    }
    let honest = Server::start(vec![Act::Then(answer(zipped(ME.as_bytes())))]);
    let me = client(&honest).get_me().send().await.unwrap();
    assert_eq!(me.email, "jane@example.com");
    assert!(honest.got()[0].head.contains("accept-encoding: gzip"));

    let bomb = zipped(&vec![b'x'; 32 << 20]);
    assert!(bomb.len() < 64 * 1024);
    let server = Server::start(Act::Then(answer(bomb.clone())));
    let client = builder(&server).max_body(64 * 1024).build().unwrap();
    too_large(&client.get_me().send().await.unwrap_err(), 64 * 1024);

    // A failure's words are cut.
    let mut failure = answer(bomb);
    failure.splice(9..15, *b"400 No");
    let server = Server::start(Act::Then(failure));
    match self::client(&server).get_me().send().await {
        Err(Error::Api(failure)) => {
            assert_eq!(failure.body.len(), configcat_management::ApiError::MAX_BODY);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn whatever_trickles_meets_the_end_of_the_attempt() {
    let pause = Duration::from_millis(20);
    let headers = Act::ThenTrickle("HTTP/1.1 200 OK\r\n".into(), "a: b\r\n".into(), pause);
    let body = Act::ThenTrickle(
        "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n".into(),
        "x".into(),
        pause,
    );
    for (act, stage) in [
        (headers, Stage::Sent),
        (body, Stage::Answering),
        (Act::ThenStall(Vec::new()), Stage::Sent),
    ] {
        let server = Server::start(act);
        let client = builder(&server)
            .timeout(Duration::from_millis(500))
            .retry(quick().with_attempts(2))
            .build()
            .unwrap();
        match client.get_me().send().await {
            Err(Error::Connection(error)) => {
                assert_eq!((error.stage, error.attempts.made), (stage, 2));
                assert_eq!(error.problem, "no complete answer within 500ms");
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Endless headers of a server that is in a hurry: hyper has a limit of its own.
#[tokio::test]
async fn headers_without_end_do_not_fill_the_memory() {
    let server = Server::start(Act::ThenTrickle(
        "HTTP/1.1 200 OK\r\n".into(),
        format!("a: {}\r\n", "b".repeat(10_000)).into(),
        Duration::ZERO,
    ));
    let client = client(&server).with_retry(RetryPolicy::never());
    match client.get_me().send().await {
        Err(Error::Connection(error)) => assert_eq!(error.stage, Stage::Sent, "{error:?}"),
        other => panic!("{other:?}"),
    }
}

/// What takes longer than its deadline ends at it: attempts, waits between them, and bodies.
#[tokio::test]
async fn a_deadline_covers_attempts_waits_and_bodies() {
    let deadline = Duration::from_millis(500);
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n";
    let cases = [
        ("silence", Act::ThenStall(Vec::new())),
        ("a body", Act::ThenStall(cut.into())),
        ("attempts", Act::Then(reply(503, &[], ""))),
        ("a failure's body", {
            let cut = "HTTP/1.1 400 No\r\ncontent-length: 9999\r\n\r\nbad";
            Act::ThenStall(cut.into())
        }),
    ];
    for (name, act) in cases {
        let server = Server::start(act);
        let patient = quick().with_attempts(u32::MAX);
        let client = builder(&server).retry(patient).build().unwrap();
        let began = Instant::now();
        let error = client.with_deadline(deadline).get_me().send().await;
        let took = began.elapsed();
        let error = error.unwrap_err();
        assert!(took < deadline * 20, "{name}: {took:?}");
        match name {
            // Between two attempts or in the middle of one.
            "attempts" => assert!(error.attempts() > 2, "{error}"),
            // The status came in time, and so did some of the words.
            "a failure's body" => assert!(error.to_string().ends_with("400 Bad Request: bad")),
            _ => assert!(
                error
                    .to_string()
                    .contains("no complete answer before the deadline of 500ms"),
                "{error}"
            ),
        }
        assert_eq!(client.rate_limiter().in_flight(), 0);
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun_and_says_how_long_it_would_have_been() {
    let limits = [
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", "60"),
    ];
    let server = Server::start(Act::Then(reply(200, &limits, ME)));
    let client = client(&server);
    client.get_me().send().await.unwrap();
    let began = Instant::now();
    let hasty = client.with_deadline(Duration::from_secs(5));
    let error = hasty.get_me().send().await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!((error.attempts(), error.perhaps_processed()), (0, false));
    match &error {
        Error::Deadline(error) => {
            let needed = error.needed.unwrap();
            assert!(needed > Duration::from_secs(50) && needed <= Duration::from_secs(62));
        }
        other => panic!("{other:?}"),
    }
    assert_contains(
        &error,
        "was not sent: its deadline ends before the rate limit allows it, in ",
    );
    assert_eq!(server.begun(), 1);
}

#[tokio::test]
async fn a_deadline_after_an_attempt_does_not_hide_it() {
    let limits = [
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", "60"),
    ];
    let server = Server::start(Act::Then(reply(503, &limits, "")));
    let client = client(&server).with_deadline(Duration::from_secs(5));
    let call = client.update_tag(7, UpdateTagModel::new().with_name("n"));
    let error = call.send().await.unwrap_err();
    assert!(matches!(error, Error::Deadline(_)), "{error:?}");
    assert_eq!((error.attempts(), error.perhaps_processed()), (1, true));
    let text = error.to_string();
    assert!(text.contains("was not sent again"), "{text}");
    assert_ends_with(&text, "an earlier attempt may have been processed");
}

#[tokio::test]
async fn a_deadline_that_has_passed_sends_nothing_and_one_without_end_is_none() {
    let server = Server::start(Act::Then(reply(200, &[], ME)));
    let client = builder(&server).timeout(Duration::MAX).build().unwrap();
    let none = client.with_deadline(Duration::ZERO).get_me().send().await;
    assert!(matches!(none, Err(Error::Deadline(_))), "{none:?}");
    assert_eq!(server.begun(), 0);
    let endless = client.with_deadline(Duration::MAX);
    endless.get_me().send().await.unwrap();
    assert_eq!(server.begun(), 1);
}

#[tokio::test]
async fn a_429_that_asks_for_a_day_is_told_at_once_and_not_sent_again() {
    // With all that a 429 may tell besides.
    let day = [
        ("retry-after", "86400"),
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", "86400"),
    ];
    let other = Act::Then(reply(404, &[], ""));
    let server = Server::start(vec![Act::Then(reply(429, &day, "")), other]);
    let client = client(&server);
    let began = Instant::now();
    let (error, waited) = tokio::join!(client.get_me().send(), client.get_me().send());
    let error = error.unwrap_err();
    assert_eq!((error.attempts(), server.begun()), (1, 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
    // One that waited for its answer, and all that come after it, are not sent at all.
    for error in [
        waited.unwrap_err(),
        client.get_me().send().await.unwrap_err(),
    ] {
        let left = error.retry_after().unwrap();
        assert!(matches!(error, Error::Deadline(_)), "{error}");
        assert!(left > Duration::from_secs(86_000) && left < Duration::from_secs(86_400));
        assert_eq!((error.attempts(), server.begun()), (0, 1));
    }
    // What another operation may do is not known by that.
    let other = client.get_products().send().await.unwrap_err();
    assert_eq!((other.status().unwrap().as_u16(), server.begun()), (404, 2));
    assert!(began.elapsed() < Duration::from_secs(60));
}

/// A check of limits must not build what a path describes: it would be too deep to be written or dropped.
#[tokio::test]
async fn a_path_of_many_steps_is_the_servers_to_judge() {
    let server = Server::start(Act::Then(reply(400, &[], "{}")));
    let path = format!("/x{}", "/a".repeat(200_000));
    let deep = JsonPatchOperation::new(OperationType::Add, path).with_value(7);
    let patch = SettingPatch::new().raw(deep);
    let call = client(&server).update_setting(7, patch).send();
    assert_eq!(call.await.unwrap_err().status().unwrap(), 400);
}
