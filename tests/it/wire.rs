//! What each call puts on the wire, and what it makes of the answer.
//!
//! `wire/rows` has the calls and what they must send; this file makes all of them against a loopback server. Requests
//! are checked against the description, too, and answers are made from it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use configcat_management::types::AuditLogType;
use configcat_management::{Client, Error, OPERATIONS, Operation, RateLimiter, RetryPolicy};
use serde_json::{Value, json};

use description::{Described, Description};
use rows::{HAIRY, HAIRY_SENT, PRODUCT, Row, rows};
use samples::{Nullable, Style, known, sample};

use crate::support::server::Got;
use crate::support::{Act, Server, builder, reply};

mod by_name;
mod description;
mod paths;
mod refusals;
mod rows;
mod samples;

/// `user-ü` and `pass:word/1 §`, as RFC 7617 writes them.
const AUTHORIZATION: &str = "Basic dXNlci3DvDpwYXNzOndvcmQvMSDCpw==";

/// A server that answers each call with 418.
fn server() -> Server {
    Server::start(Act::Then(reply(418, &[], "")))
}

/// A client that tries once and never waits, so that a failure of one call is not felt by the next.
fn client(server: &Server) -> Client {
    builder(&server.url)
        .credentials("user-ü", "pass:word/1 §")
        .timeout(Duration::from_secs(20))
        .retry(RetryPolicy::never())
        .rate_limiter(RateLimiter::new().with_max_wait(Duration::ZERO))
        .user_agent("wire-test/1.0")
        .caller_id("wire test (7)")
        .build()
        .expect("a complete set of settings")
}

fn operation(id: &str) -> &'static Operation {
    let mut operations = OPERATIONS.iter();
    operations
        .find(|operation| operation.id == id)
        .unwrap_or_else(|| panic!("there is no operation {id}"))
}

fn described<'a>(description: &'a Description, row: &Row) -> Described<'a> {
    let operation = operation(row.id);
    description
        .operation(operation.method.as_str(), operation.path)
        .unwrap_or_else(|| panic!("{operation} is not described"))
}

/// One row of each operation.
fn rows_by_id() -> BTreeMap<&'static str, Row> {
    rows().into_iter().map(|row| (row.id, row)).collect()
}

/// Fails with all problems at once, a line for each.
fn none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_operation_has_rows() {
    let rows: BTreeSet<&str> = rows().iter().map(|row| row.id).collect();
    let operations: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let missing: Vec<_> = operations.difference(&rows).collect();
    assert!(
        missing.is_empty(),
        "add rows to tests/it/wire/rows for {missing:?}"
    );
}

#[test]
fn every_described_operation_can_be_called() {
    let description = Description::read();
    let callable: BTreeMap<(&str, &str), &str> = OPERATIONS
        .iter()
        .map(|operation| ((operation.method.as_str(), operation.path), operation.id))
        .collect();
    let described = description.operations();
    assert_eq!(described.len(), OPERATIONS.len());
    for operation in described {
        let id = callable.get(&(&operation.method, operation.path));
        let id =
            id.unwrap_or_else(|| panic!("no call for {} {}", operation.method, operation.path));
        assert_eq!(operation.id().unwrap_or(id), *id);
    }
}

#[tokio::test]
async fn every_call_sends_what_its_row_says() {
    let description = Description::read();
    let server = server();
    let client = client(&server);
    let mut problems = Vec::new();
    for row in rows() {
        let outcome = (row.call)(&client).await;
        let requests = server.take();
        let [request] = &requests[..] else {
            problems.push(format!(
                "{}: {} requests: {outcome:?}",
                row.id,
                requests.len()
            ));
            continue;
        };
        let found = differences(&row, request, &server);
        let found = found.into_iter().chain(description.problems(request));
        problems.extend(found.map(|problem| format!("{}: {problem}", row.id)));
    }
    none(problems);
}

fn differences(row: &Row, request: &Got, server: &Server) -> Vec<String> {
    let mut problems = Vec::new();
    let mut same = |what: &str, sent: &dyn std::fmt::Display, expected: &dyn std::fmt::Display| {
        let (sent, expected) = (sent.to_string(), expected.to_string());
        if sent != expected {
            problems.push(format!("{what}\n      sent {sent}\n  expected {expected}"));
        }
    };
    same("method", &request.method(), &row.method);
    same("target", &request.target(), &row.target);

    let length = request.body.len().to_string();
    let mut headers = vec![
        ("accept", "application/json"),
        ("authorization", AUTHORIZATION),
        ("host", server.url.trim_start_matches("http://")),
        ("user-agent", "wire-test/1.0"),
        ("x-caller-id", "wire test (7)"),
    ];
    if cfg!(feature = "gzip") {
        headers.push(("accept-encoding", "gzip"));
    }
    if let Some(key) = row.sdk_key {
        headers.push(("x-configcat-sdkkey", key));
    }
    if row.body.is_some() {
        headers.push(("content-type", "application/json"));
    }
    if row.body.is_some() || !matches!(row.method, "GET" | "DELETE") {
        headers.push(("content-length", &length));
    }
    headers.sort();
    let mut sent = request.headers();
    sent.sort();
    let line = |(name, value): (&str, &str)| format!("\n    {name}: {value}");
    let sent: String = sent
        .iter()
        .map(|(name, value)| line((name, value)))
        .collect();
    same(
        "headers",
        &sent,
        &headers.into_iter().map(line).collect::<String>(),
    );

    let body = match request.body.is_empty() {
        true => None,
        false => Some(
            serde_json::from_slice(&request.body).unwrap_or_else(|error| {
                json!(format!(
                    "{error}: {}",
                    String::from_utf8_lossy(&request.body)
                ))
            }),
        ),
    };
    if body != row.body {
        // `Value` tells 5 from 5.0, and so does its text.
        let text = |body: &Option<Value>| {
            body.as_ref()
                .map_or("nothing".to_string(), Value::to_string)
        };
        same("body", &text(&body), &text(&row.body));
    }
    problems
}

#[tokio::test]
async fn every_answer_is_kept_whole() {
    let description = Description::read();
    let server = server();
    let client = client(&server);
    let styles = {
        let filled = (0..5).map(|variant| (variant, Nullable::Filled, false));
        let rest = [
            (0, Nullable::Null, false),
            (1, Nullable::Absent, false),
            (2, Nullable::Filled, true),
        ];
        filled
            .chain(rest)
            .map(|(variant, nullable, of_tomorrow)| Style {
                variant,
                nullable,
                of_tomorrow,
            })
    };
    let mut problems = Vec::new();
    for (id, row) in rows_by_id() {
        let described = described(&description, &row);
        let successes = described.successes();
        assert!(!successes.is_empty(), "{id} is never answered");
        for (status, schema) in successes {
            let Some(schema) = schema else {
                server.answers(status, &[], "");
                match (row.call)(&client).await {
                    Ok(answer) if answer.status == status && answer.value.is_null() => {}
                    other => problems.push(format!("{id}, {status}: {other:?}")),
                }
                continue;
            };
            for style in styles.clone() {
                let sent = sample(&description, schema, style);
                server.answers(
                    status,
                    &[("content-type", "application/json; charset=utf-8")],
                    &sent.to_string(),
                );
                let answer = match (row.call)(&client).await {
                    Ok(answer) => answer,
                    Err(error) => {
                        problems.push(format!("{id}, {style:?}: {error}\n      from {sent}"));
                        continue;
                    }
                };
                let as_it_is = style.nullable == Nullable::Filled && !style.of_tomorrow;
                let (value, sent) = match as_it_is {
                    true => (answer.value, sent),
                    false => (known(answer.value), known(sent)),
                };
                if answer.status != status || value != sent {
                    problems.push(format!(
                        "{id}, {style:?}: {}\n      read {value}\n      from {sent}",
                        answer.status
                    ));
                }
            }
        }
    }
    none(problems);
}

#[tokio::test]
async fn an_answer_that_is_not_described_is_an_error_that_keeps_it() {
    let server = server();
    let client = client(&server);
    let page = "<html>Sign in</html>";
    server.answers(200, &[("content-type", "text/html")], page);
    let mut problems = Vec::new();
    for (id, row) in rows_by_id() {
        match (row.call)(&client).await {
            // Where no body is described either: a page is somebody else's answer, such as a proxy's.
            Err(Error::Decode(error)) => {
                assert_eq!(error.operation.id, id);
                assert_eq!(error.status, 200);
                assert_eq!(error.body.0, page);
            }
            other => problems.push(format!("{id}: {other:?}")),
        }
    }
    none(problems);
}

/// A failure, and what a caller is told about it.
struct Failure {
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    message: &'static str,
    fields: &'static [(&'static str, &'static [&'static str])],
    retry_after: Option<u64>,
}

const FAILURES: &[Failure] = &[
    Failure {
        status: 400,
        headers: &[("content-type", "application/json")],
        body: r#"{"Name": ["must not be empty", "is \"odd\""], "Order": ["is too big"]}"#,
        message: "Name: must not be empty, is \"odd\"; Order: is too big",
        fields: &[
            ("Name", &["must not be empty", "is \"odd\""]),
            ("Order", &["is too big"]),
        ],
        retry_after: None,
    },
    Failure {
        status: 404,
        headers: &[("content-type", "application/json")],
        body: r#""There is no `ä/ß`.""#,
        message: "There is no `ä/ß`.",
        fields: &[],
        retry_after: None,
    },
    Failure {
        status: 409,
        headers: &[("content-type", "application/problem+json")],
        body: r#"{
            "type": "https://ex.test/conflict", "title": "Conflict", "status": 409,
            "detail": "Somebody was faster.", "errors": {"latestVersionId": ["is not the latest"]}
        }"#,
        message: "Somebody was faster.; latestVersionId: is not the latest",
        fields: &[("latestVersionId", &["is not the latest"])],
        retry_after: None,
    },
    Failure {
        status: 401,
        headers: &[("content-type", "text/html")],
        body: "<!DOCTYPE html><html><head><title>Who are you?</title></head><body>…</body></html>",
        message: "Who are you? (the server refuses the credentials; check the user name and password of the Public API)",
        fields: &[],
        retry_after: None,
    },
    Failure {
        status: 429,
        headers: &[("retry-after", "7"), ("content-type", "text/plain")],
        body: "Too many calls.",
        message: "Too many calls. (the rate limit is used up)",
        fields: &[],
        retry_after: Some(7),
    },
    Failure {
        status: 500,
        headers: &[],
        body: "",
        message: "the server gave no reason",
        fields: &[],
        retry_after: None,
    },
    Failure {
        status: 503,
        headers: &[
            ("content-type", "text/plain"),
            ("date", "Sun, 22 Nov 2026 10:15:30 GMT"),
            ("retry-after", "Sun, 22 Nov 2026 10:16:00 GMT"),
        ],
        body: "Back in half\n a minute.",
        message: "Back in half a minute.",
        fields: &[],
        retry_after: Some(30),
    },
];

#[tokio::test]
async fn every_failure_of_every_operation_reaches_the_caller() {
    let server = server();
    let mut problems = Vec::new();
    for failure in FAILURES {
        // What a 429 asks for ends with its client.
        let client = client(&server);
        server.answers(failure.status, failure.headers, failure.body);
        let fields: BTreeMap<String, Vec<String>> = failure
            .fields
            .iter()
            .map(|(field, messages)| {
                let messages = messages.iter().map(|message| message.to_string());
                (field.to_string(), messages.collect())
            })
            .collect();
        for (id, row) in rows_by_id() {
            let error = match (row.call)(&client).await {
                Err(Error::Api(error)) => error,
                other => {
                    problems.push(format!("{id}, {}: {other:?}", failure.status));
                    continue;
                }
            };
            let told = error.operation.id == id
                && error.status == failure.status
                && error.message == failure.message
                && error.field_errors == fields
                && error.retry_after == failure.retry_after.map(Duration::from_secs)
                && error.body == failure.body;
            let text = Error::Api(error.clone()).to_string();
            let start = format!(
                "{id} ({} {}) failed with {}",
                error.operation.method, error.path, failure.status
            );
            if !told
                || error.path.contains('{')
                || !text.starts_with(&start)
                || !text.contains(failure.message)
            {
                problems.push(format!("{text}\n  {error:?}"));
            }
        }
    }
    none(problems);
}

#[tokio::test]
async fn an_enum_value_that_is_not_known_is_sent_as_it_is() {
    let server = server();
    let client = client(&server);
    let unknown = AuditLogType::from(HAIRY);
    let sent = client.get_auditlogs_v2(PRODUCT).audit_log_type(unknown);
    assert_eq!(sent.send().await.unwrap_err().status().unwrap(), 418);
    let target = format!("/v2/products/{PRODUCT}/auditlogs?auditLogType={HAIRY_SENT}");
    assert_eq!(server.take()[0].target(), target);
}

#[tokio::test]
async fn the_path_of_the_base_url_comes_first() {
    let server = server();
    server.answers(204, &[], "");
    let client = builder(&format!("{}/on/prem%20ise/", server.url));
    let client = client.build().unwrap();
    client.delete_tag(7).send().await.unwrap();
    let request = &server.take()[0];
    assert_eq!(request.target(), "/on/prem%20ise/v1/tags/7");
    let header = |name| request.headers().into_iter().find(|(n, _)| n == name);
    assert_eq!(header("x-caller-id"), None);
    assert_eq!(
        header("user-agent").unwrap().1,
        concat!("configcat-management/", env!("CARGO_PKG_VERSION"))
    );
}
