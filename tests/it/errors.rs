//! Every failure becomes one error that tells status, operation, the server's words, the fields and when to come back.

use std::time::Duration;

use crate::support::{Act, Server, answer};
use configcat_management::uuid::Uuid;
use configcat_management::{ApiError, Error};

async fn failure(reply: Act) -> Box<ApiError> {
    let server = Server::start(reply);
    match server.client().get_config(Uuid::nil()).send().await {
        Err(Error::Api(failure)) => failure,
        other => panic!("not a failure of the API: {other:?}"),
    }
}

#[tokio::test]
async fn a_401_with_a_page_is_a_short_readable_line() {
    let page = format!(
        "<!DOCTYPE html><html><head><title>Sign in</title></head><body>{}</body></html>",
        "x".repeat(200_000)
    );
    let failure = failure(answer(401, &[("content-type", "text/html")], &page)).await;
    assert_eq!(
        failure.message,
        "Sign in (the server refuses the credentials; check the user name and password of the Public API)"
    );
    assert_eq!(
        failure.body.len(),
        ApiError::MAX_BODY,
        "the raw body is bounded"
    );
}

#[tokio::test]
async fn a_message_is_no_longer_than_a_person_reads() {
    for body in ["x".repeat(100_000), "x\u{1b}[31m ".repeat(100_000)] {
        let message = failure(answer(500, &[], &body)).await.message;
        assert_eq!(message.chars().count(), 501);
    }
}

#[tokio::test]
async fn what_gateways_say_is_told_in_their_forms_too() {
    for (body, told) in [
        (
            r#"{"error":"invalid_token","error_description":"It has expired"}"#,
            "It has expired",
        ),
        (
            r#"{"title":"Invalid","errors":"no name"}"#,
            "Invalid; no name",
        ),
        (r#"{"code":"E7","message":""}"#, "code: E7"),
        (r#"{"Name":["taken"],"meta":{"id":7}}"#, "Name: taken"),
        (
            r#"{"error":{"message":"no such flag"},"traceId":"00-1"}"#,
            r#"{"error":{"message":"no such flag"},"traceId":"00-1"}"#,
        ),
    ] {
        assert_eq!(failure(answer(400, &[], body)).await.message, told);
    }
}

#[tokio::test]
async fn undeclared_statuses_carry_their_message_too() {
    for status in [402, 405, 409, 418, 422, 500, 502, 503, 504] {
        let failure = failure(answer(status, &[], "\"come back later\"")).await;
        assert_eq!(
            (failure.status.as_u16(), failure.message.as_str()),
            (status, "come back later")
        );
    }
}

#[tokio::test]
async fn retry_after_is_told_in_every_format() {
    let date = ("date", "Sun, 22 Nov 2026 10:00:00 GMT");
    for text in [
        "7",
        "Sun, 22 Nov 2026 10:00:07 GMT",
        "2026-11-22T10:00:07.0000000Z",
    ] {
        let failure = failure(answer(429, &[("retry-after", text), date], "slow down")).await;
        assert_eq!(failure.retry_after, Some(Duration::from_secs(7)), "{text}");
        assert_eq!(failure.message, "slow down (the rate limit is used up)");
    }
    assert_eq!(
        failure(answer(429, &[("retry-after", "whenever")], ""))
            .await
            .retry_after,
        None
    );
}
