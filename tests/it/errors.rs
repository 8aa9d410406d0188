//! Every failure becomes one error that tells status, operation, the server's words, the fields and when to come back.

use std::time::Duration;

use crate::support::assert_contains;
use crate::support::{Act, Server, answer, builder, json, listen};
use configcat_management::types::{CreateTagModel, UpdateTagModel};
use configcat_management::uuid::Uuid;
use configcat_management::{ApiError, Error, RetryPolicy, Stage};

async fn failure(reply: Act) -> Box<ApiError> {
    let server = Server::start(reply);
    match server.client().get_config(Uuid::nil()).send().await {
        Err(Error::Api(failure)) => failure,
        other => panic!("not a failure of the API: {other:?}"),
    }
}

#[tokio::test]
async fn a_400_prints_its_field_messages() {
    let server = Server::start(answer(
        400,
        &[],
        r#"{"Name":["must not be empty"],"Color":["unknown"]}"#,
    ));
    let error = server
        .client()
        .create_tag(Uuid::nil(), CreateTagModel::new("x"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "create-tag (POST /v1/products/00000000-0000-0000-0000-000000000000/tags) failed with 400 Bad Request: Color: unknown; Name: must not be empty"
    );
    let Error::Api(failure) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(failure.field_errors["Name"], ["must not be empty"]);
    assert_eq!(failure.operation.id, "create-tag");
    assert_eq!(
        &failure.body[..],
        br#"{"Name":["must not be empty"],"Color":["unknown"]}"#
    );
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

#[tokio::test]
async fn an_answer_that_is_not_what_the_api_describes_says_where() {
    let server = Server::start(json(r#"{"email": 5}"#));
    let error = server.client().get_me().send().await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("get-me (GET /v1/me) was answered with 200 OK, but the body is not what the API describes"), "{text}");
    assert!(text.contains("line 1 column 11"), "{text}");
    assert_eq!(error.status().unwrap(), 200);
    let Error::Decode(decode) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(&decode.body.0[..], br#"{"email": 5}"#);
}

#[tokio::test]
async fn a_broken_connection_tells_how_far_the_call_got() {
    let stage = |error: Error| match error {
        Error::Connection(error) => error.stage,
        other => panic!("{other:?}"),
    };
    let closed = Server::start(Act::Close);
    let error = closed.client().get_me().send().await.unwrap_err();
    assert_contains(&error, "whether the server processed it is unknown");
    assert_eq!(stage(error), Stage::Sent);

    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"email\"";
    let half = Server::start(Act::ThenClose(half.into()));
    assert_eq!(
        stage(half.client().get_me().send().await.unwrap_err()),
        Stage::Answering
    );

    let (_, address) = listen().await;
    let nobody = builder(&format!("http://{address}")).build().unwrap();
    let error = nobody.get_me().send().await.unwrap_err();
    let words = format!("could not be sent to {address}: Connection refused");
    assert!(error.to_string().contains(&words), "{error}");
    assert_eq!(stage(error), Stage::Connecting);
}

#[tokio::test]
async fn a_server_that_says_nothing_meets_the_deadline() {
    let server = Server::start(Act::ThenStall(Vec::new()));
    let client = builder(&server.url)
        .timeout(Duration::from_millis(50))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.get_me().send().await.unwrap_err();
    assert_contains(&error, "no complete answer within 50ms");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let server = Server::start(json(&format!("{{\"email\":\"{}\"}}", "x".repeat(5000))));
    let client = builder(&server.url).max_body(1000).build().unwrap();
    let error = client.get_me().send().await.unwrap_err();
    assert_contains(&error, "more than the 1000 bytes");
}

#[tokio::test]
async fn limits_are_checked_before_anything_is_sent() {
    let server = Server::start(json("{}"));
    let client = server.client();
    let long = client
        .create_tag(Uuid::nil(), CreateTagModel::new("x".repeat(300)))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        long.to_string(),
        "create-tag (POST /v1/products/{productId}/tags) was not sent: `body.name` has 300 characters, at most 255 are allowed"
    );
    let empty = client
        .create_tag(Uuid::nil(), CreateTagModel::new(""))
        .send()
        .await
        .unwrap_err();
    assert_contains(
        &empty,
        "`body.name` has 0 characters, at least 1 are needed",
    );
    let color = UpdateTagModel::new().with_color("x".repeat(256));
    assert!(client.update_tag(1, color).send().await.is_err());
    let page = client
        .get_auditlogs_v2(Uuid::nil())
        .page_size(101)
        .send()
        .await
        .unwrap_err();
    assert_contains(&page, "`query.pageSize` is 101, at most 100 is allowed");
    assert_eq!(server.requests().len(), 0);
}
