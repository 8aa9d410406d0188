//! A receiver of webhook notifications that accepts what ConfigCat signed, once, and nothing else.
//!
//! Starts the receiver on loopback, signs a notification with the test key that ConfigCat publishes, and sends it: as it is,
//! again, with another body, with an old time, and without a signature.
//!
//! `cargo run --example webhook_receiver --features webhook`

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use configcat_management::chrono::Utc;
use configcat_management::webhook::{self, Refused, Verifier};
use configcat_management::{Secret, reqwest};

/// A key that everybody knows. Yours comes from the environment or a vault.
const TEST_KEY: &str = "configcat_whsk_VN3juirnVh5pNvCKd81RYRYchxUX4j3NykbZG2fAy88=";

/// The body is taken as bytes: they are what was signed.
async fn receive(
    State(verifier): State<Arc<Verifier>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    match verifier.verify(&headers, &body, Utc::now()) {
        Ok(notification) => {
            // Here is the place to act on it. If that fails, `verifier.forget(&notification)` and answer with a 500.
            let (id, bytes) = (notification.id, body.len());
            (StatusCode::OK, format!("accepted {id}, {bytes} bytes"))
        }
        Err(refused @ Refused::Replayed) => (StatusCode::OK, refused.to_string()),
        Err(refused @ Refused::NoKey) => (StatusCode::INTERNAL_SERVER_ERROR, refused.to_string()),
        Err(refused) => (StatusCode::BAD_REQUEST, refused.to_string()),
    }
}

#[tokio::main]
async fn main() -> stage::Result<()> {
    let verifier = Arc::new(Verifier::new([TEST_KEY]));
    let router = axum::Router::new()
        .route("/configcat", post(receive))
        .with_state(verifier);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/configcat", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    println!("The receiver listens at {url}.\n");

    let (id, now) = ("b616ca659d154a5fb907dd8475792eeb", Utc::now().timestamp());
    let body = r#"{"event":"settingChanged","key":"free_shipping"}"#;
    let signed = |at: i64| webhook::sign(&Secret::from(TEST_KEY), id, at, body.as_bytes());
    let old = now - 3600;
    for (what, time, body, signature) in [
        ("as it was signed", now, body, Some(signed(now))),
        ("once more", now, body, Some(signed(now))),
        (
            "with another body",
            now,
            r#"{"event":"none"}"#,
            Some(signed(now)),
        ),
        ("with another time", now + 1, body, Some(signed(now))),
        ("signed an hour ago", old, body, Some(signed(old))),
        ("without a signature", now, body, None),
    ] {
        let mut request = reqwest::Client::new()
            .post(&url)
            .header(webhook::ID, id)
            .header(webhook::TIMESTAMP, time)
            .body(body);
        if let Some(signature) = signature {
            request = request.header(webhook::SIGNATURE, signature);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        println!("{what:<20} {status}  {}", answer.text().await?);
    }
    Ok(())
}
