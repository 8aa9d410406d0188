//! Clients that send slowly or too much hold nothing up, and are told why where they can read it.

use std::time::Duration;

use configcat_fake::Fake;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const HEAD: &str = "POST /v1/code-references HTTP/1.1\r\nHost: fake\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\
                    Content-Type: application/json\r\n";

/// Sends something, and reads to the end of the connection.
async fn exchange(fake: &Fake, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(fake.address())
        .await
        .expect("it listens");
    stream.write_all(sent).await.expect("it takes all of it");
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .await
        .expect("it ends properly");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Each of these would wait for ever without the limit.
#[tokio::test]
async fn who_does_not_go_on_is_sent_away() {
    // Long enough for a busy machine to send what is sent at once.
    let builder = Fake::builder().read_timeout(Duration::from_secs(2));
    let fake = builder.start().await;
    let half_a_body = format!("{HEAD}Content-Length: 100\r\n\r\n{{\"a\":");
    let whole = "GET /v1/me HTTP/1.1\r\nHost: fake\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\r\n";
    let (nothing, half_a_head, half_a_body, idle) = tokio::join!(
        exchange(&fake, b""),
        exchange(&fake, HEAD.as_bytes()),
        exchange(&fake, half_a_body.as_bytes()),
        exchange(&fake, whole.as_bytes()),
    );
    assert_eq!((&*nothing, &*half_a_head), ("", ""));
    assert!(half_a_body.starts_with("HTTP/1.1 408 "), "{half_a_body}");
    assert!(half_a_body.contains("within 2s"), "{half_a_body}");
    assert!(idle.starts_with("HTTP/1.1 200 "), "{idle}");
    let statuses = fake.requests().into_iter().map(|request| request.status);
    assert!(statuses.flatten().any(|status| status == 408));
}

/// Many clients send all before they read.
#[tokio::test]
async fn who_sends_too_much_can_read_why() {
    let fake = Fake::start().await;
    let size = 40 * 1024 * 1024;
    let mut sent = format!("{HEAD}Content-Length: {size}\r\n\r\n").into_bytes();
    sent.resize(sent.len() + size, b' ');
    let answer = exchange(&fake, &sent).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("more than 10485760 bytes"), "{answer}");
}

/// Who asks first need not send it.
#[tokio::test]
async fn who_asks_first_is_told_before_the_body() {
    let fake = Fake::start().await;
    let head = format!("{HEAD}Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
    let answer = exchange(&fake, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let head =
        format!("{HEAD}Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}");
    let answer = exchange(&fake, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 100 "), "{answer}");
    assert!(answer.contains("HTTP/1.1 400 "), "{answer}");
}
