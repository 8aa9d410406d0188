//! What is printed when something goes wrong, situation by situation: `docs/errors.md`, which this test writes.
//!
//! `UPDATE_ERRORS=1 cargo test --test it words` writes it.
#![cfg(feature = "rustls")]

use std::fmt::Write as _;
use std::time::Duration;

use crate::support::{Act, Server, answer, listen, reply};
use configcat_fake::{Fake, V1AuditLogs};
use configcat_management::types::{CreateTagModel, JsonPatchOperation, OperationType};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, ClientBuilder, Error, RetryPolicy};

const HEAD: &str = "# What is printed, situation by situation

`tests/it/words.rs` brings each of these about and writes this table. Times that differ from run to run are `…`.

| situation | printed |
| --- | --- |
";

fn answers() -> Vec<(&'static str, Act)> {
    macro_rules! answers {
        ($($name:literal, $status:literal $([$header:expr])?, $body:expr;)*) => {
            vec![$(($name, answer($status, &[$($header)?], $body))),*]
        };
    }
    let page = "<html><head><title>Bad gateway</title></head></html>";
    let mut answers = answers! {
        "400 with messages for fields", 400, r#"{"Name":["must not be empty"]}"#;
        "400 with a message for the whole body", 400, r#"{"":["The body is missing."]}"#;
        "400 with a JSON string", 400, r#""Reason required""#;
        "400 with a list", 400, r#"["too long","odd",1]"#;
        "400 with a list of entries", 400, r#"{"errors":[{"type":"not_found","message":"no integration","details":"id"}]}"#;
        "400 with odd entries", 400, r#"{"title":"Invalid","errors":[{"message":"no","details":{"id":7}},"odd",{"code":3}]}"#;
        "400 with a message and a field", 400, r#"{"message":"Invalid","Name":["taken"],"traceId":"00-1"}"#;
        "400 with problem+json that has no lists", 400, r#"{"errors":{"Key":"taken","Order":[{"max":5}]}}"#;
        "400 with problem+json", 400, r#"{"title":"Invalid","errors":{"Key":["taken"]}}"#;
        "401 without a word", 401, "";
        "401 with a sign-in page", 401, "<html><TITLE>Sign\n in</TITLE></html>";
        "403 in plain text", 403, "No permission.";
        "404 without a word", 404, "";
        "404 with JSON of another form", 404, r#"{"code":404,"where":{"shard":3}}"#;
        "408", 408, "too slow";
        "409", 409, "";
        "429 with Retry-After", 429 [("retry-after", "7")], "API calls quota exceeded!";
        "500 without a word", 500, "";
        "501", 501, "";
        "502 with a page", 502, page;
        "502 with a page without a title", 502, "<h1>Bad gateway</h1><p>nginx</p>";
        "503 with Retry-After", 503 [("retry-after", "30")], "";
        "an echo of the request", 502, "authorization: Basic dXNlcjpwYXNzLXdvcmQtMQ==";
        "a redirect", 302 [("location", "https://u:p@elsewhere.example/me?key=1")], "";
        "a redirect to nowhere", 302, "";
        "304", 304, "";
        "a success without a body", 200, "";
        "a success with null", 200, "null";
        "a success with a page", 200, page;
        "a success that is compressed beyond the features of the build", 200 [("content-encoding", "br")], "\u{b}abc";
        "a success that is cut", 200, r#"{"email":"jane"#;
        "a success that is no JSON", 200, "it works!";
        "a success with a text for an object", 200, r#""configcat-sdk-1/secret""#;
        "a success with a list for an object", 200, r#"["a","b"]"#;
        "a success with a number for a text", 200, r#"{"email":5}"#;
        "a success with somebody else's object", 200, r#"{"status":"ok"}"#;
    };
    answers.extend([
        ("closed without an answer", Act::Close),
        (
            "an answer that is no HTTP",
            Act::ThenClose(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec()),
        ),
        (
            "an answer that breaks off",
            Act::ThenClose(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_vec()),
        ),
        ("no answer in time", Act::ThenStall(Vec::new())),
    ]);
    answers
}

fn client(url: &str, retry: RetryPolicy) -> Client {
    client_of(url, retry)
        .build()
        .expect("a complete set of settings")
}

fn client_of(url: &str, retry: RetryPolicy) -> ClientBuilder {
    Client::builder()
        .credentials(crate::support::USER, crate::support::PASSWORD)
        .base_url(url)
        .timeout(Duration::from_secs(2))
        .max_body(4096)
        .retry(retry)
}

async fn situations() -> Vec<(&'static str, Error)> {
    let once = RetryPolicy::never();
    let twice = RetryPolicy::default()
        .with_attempts(2)
        .with_backoff(Duration::ZERO, Duration::ZERO);
    let mut told = Vec::new();
    for (name, reply) in answers() {
        let server = Server::start(reply);
        told.push((
            name,
            client(&server.url, once).get_me().send().await.unwrap_err(),
        ));
    }
    macro_rules! row {
        ($name:expr, $call:expr) => {
            told.push(($name, $call.send().await.map(drop).unwrap_err()));
        };
    }
    #[allow(deprecated)]
    for (name, reply) in [
        (
            "get-auditlogs, redirected",
            answer(302, &[("location", "/v2/products/1/auditlogs")], ""),
        ),
        (
            "get-auditlogs, answered by its successor",
            crate::support::json(r#"{"data":[],"paging":null}"#),
        ),
    ] {
        let server = Server::start(reply);
        row!(name, client(&server.url, once).get_auditlogs(Uuid::nil()));
    }
    let server = Server::start(crate::support::json(r#"[{"configId":"x"}]"#));
    row!(
        "a list with a wrong id",
        client(&server.url, once).get_configs(Uuid::nil())
    );
    let server = Server::start(answer(200, &[], ""));
    let me = client(&server.url, once);
    let on = [JsonPatchOperation::new(OperationType::Replace, "/value").with_value(true)];
    row!(
        "a patch, answered with 200 and nothing",
        me.update_setting_value(Uuid::nil(), 1, on)
    );
    row!(
        "a patch without operations",
        me.update_setting_value(Uuid::nil(), 1, [])
    );
    row!(
        "a text that is too long",
        me.create_tag(Uuid::nil(), CreateTagModel::new("x".repeat(300)))
    );
    row!(
        "an SDK key with the end of a line",
        me.get_setting_value_by_sdkkey_v2("flag", "key\n")
    );
    let server = Server::start(answer(200, &[], &"x".repeat(5000)));
    row!(
        "a body beyond its limit",
        client(&server.url, once).get_me()
    );
    let nobody = format!("http://{}", listen().await.1);
    row!("connection refused", client(&nobody, once).get_me());

    let (plain, address) = listen().await;
    let url = format!("https://{address}");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let bytes = reply(400, &[], "");
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await;
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await;
        }
    });
    row!("https to a server of http", client(&url, twice).get_me());
    let error = &told.last().expect("one").1;
    assert_eq!(
        error.attempts(),
        1,
        "the next attempt would end the same way: {error:?}"
    );
    #[cfg(feature = "native-tls")]
    {
        let http = configcat_management::reqwest::Client::builder().tls_backend_native();
        let client = client_of(&url, twice).http(http).build().expect("a client");
        let error = client.get_me().send().await.unwrap_err();
        assert_eq!(error.attempts(), 1, "OpenSSL's words: {error:?}");
    }
    let (_silent, address) = listen().await;
    let url = format!("https://{address}");
    row!("no connection in time", client(&url, once).get_me());
    row!(
        "no connection before the deadline",
        client(&url, once)
            .with_deadline(Duration::from_millis(100))
            .get_me()
    );
    let slow = vec![Act::Then(reply(429, &[("retry-after", "30")], "slow down"))];
    let slow = Server::start(slow);
    let hasty =
        client(&slow.url, twice.with_rate_limit_retries(5)).with_deadline(Duration::from_secs(2));
    row!("the rate limit, beyond the deadline", hasty.get_me());
    let busy = Server::start(Act::Then(reply(503, &[], "busy")));
    row!("503, again and again", client(&busy.url, twice).get_me());
    let lost = vec![Act::Close, Act::Then(reply(409, &[], "changed since"))];
    let lost = Server::start(lost);
    row!(
        "an answer that was lost, then 409",
        client(&lost.url, twice).delete_tag(7)
    );
    let built =
        |builder: configcat_management::ClientBuilder| builder.build().map(drop).unwrap_err();
    let user = || Client::builder().credentials("user", "pass");
    told.push(("no credentials", built(Client::builder())));
    told.push((
        "a password with the end of a line",
        built(Client::builder().credentials("user", "pass\n")),
    ));
    told.push((
        "plain http beyond this machine",
        built(user().base_url("http://host.example")),
    ));
    told.push((
        "credentials in the address",
        built(user().base_url("https://u:p@host.example")),
    ));
    told
}

/// Without what differs from run to run.
fn steady(text: &str) -> String {
    let mut text = text.replace('|', "\\|");
    for (before, after) in [
        ("waits of ", ")"),
        ("allows it, in ", ";"),
        ("127.0.0.1:", ":"),
    ] {
        if let Some(start) = text.find(before).map(|at| at + before.len()) {
            let end = text[start..]
                .find(after)
                .map_or(text.len(), |at| start + at);
            text.replace_range(start..end, "…");
        }
    }
    text
}

#[tokio::test]
async fn what_is_printed_is_written_down() {
    let told = situations().await;
    assert!(told.len() >= 40, "{}", told.len());
    let mut table = HEAD.to_string();
    for (name, error) in &told {
        let text = error.to_string();
        assert!(
            !text.contains("pass-word") && !text.contains("dXNl") && !text.contains("secret"),
            "{text}"
        );
        writeln!(table, "| {name} | {} |", steady(&text)).expect("a text takes all");
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
    if std::env::var_os("UPDATE_ERRORS").is_some() {
        std::fs::write(file, &table).expect("docs/ can be written to");
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(written, table, "UPDATE_ERRORS=1 writes it");
}

/// A service that redirects the audit logs of V1, or answers with a page, is understood, and the error says whom to ask instead.
#[tokio::test]
#[allow(deprecated)]
async fn audit_logs_of_v1_lead_to_those_of_v2() {
    for answer in [V1AuditLogs::Redirect, V1AuditLogs::Page] {
        let fake = Fake::builder().v1_audit_logs(answer).start().await;
        let client = fake.client();
        let product = client.get_auditlogs(fake.demo().unwrap().product_id);
        let organization = client.get_organization_auditlogs(fake.organization_id());
        for (error, id) in [
            (product.send().await.unwrap_err(), "auditlogs"),
            (
                organization.send().await.unwrap_err(),
                "organization-auditlogs",
            ),
        ] {
            let ending = format!("; `get-{id}-v2` replaces `get-{id}`");
            assert!(error.to_string().ends_with(&ending), "{answer:?}: {error}");
        }
        assert_eq!(
            fake.requests().len(),
            2,
            "once each: nothing is followed or tried again"
        );
    }
}
