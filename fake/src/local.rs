//! What the page and the control have in common: who may come in, and how their bodies are read.

use std::net::IpAddr;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::Next;
use http::uri::Authority;
use http::{HeaderMap, Response, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::call::Refusal;
use crate::http::is_json;
use crate::reply::reply;

/// 256 MiB: a state of more than 100 000 flags.
const MAX_BODY: usize = 256 * 1024 * 1024;

/// Lets only those in who named the server by its address. A site elsewhere could let its own name point here, and its
/// script would then read what is here as if it were a part of that site.
pub(crate) async fn guard(request: Request, next: Next) -> Response<Body> {
    let host = request.headers().get(header::HOST);
    match host
        .and_then(|host| host.to_str().ok())
        .is_some_and(is_address)
    {
        true => next.run(request).await,
        false => reply(Err(Refusal::text(
            StatusCode::MISDIRECTED_REQUEST,
            "Open the page and the control by the server's IP address or as `localhost`, not by another name.",
        ))),
    }
}

/// Whether a `Host` header is one that no other site can have.
fn is_address(host: &str) -> bool {
    host.parse::<Authority>()
        .is_ok_and(|authority| is_ip(authority.host()) || is_localhost(authority.host()))
}

fn is_ip(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    ip.parse::<IpAddr>().is_ok()
}

pub(crate) fn is_localhost(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// A body that has to be JSON, and said to be: no form of another site can send that.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let JsonText(text) = JsonText::from_request(request, state).await?;
        serde_json::from_str(&text)
            .map(Json)
            .map_err(|error| Refusal::body(format!("{error}.")))
    }
}

/// The same, not read yet.
pub(crate) struct JsonText(pub(crate) String);

impl<S: Sync> FromRequest<S> for JsonText {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        says_json(&parts.headers)?;
        let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
            let text = format!("The body is broken, or has more than {MAX_BODY} bytes.");
            Refusal::text(StatusCode::PAYLOAD_TOO_LARGE, text)
        })?;
        String::from_utf8(body.into())
            .map(JsonText)
            .map_err(|error| Refusal::body(format!("{error}.")))
    }
}

fn says_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE);
    match content_type.is_some_and(|value| value.to_str().is_ok_and(is_json)) {
        true => Ok(()),
        false => {
            let text = "Send JSON, and the header `Content-Type: application/json`.";
            Err(Refusal::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_come_in() {
        for host in [
            "127.0.0.1:8080",
            "[::1]:8080",
            "192.168.0.7",
            "localhost",
            "LOCALHOST:80",
            "fake.localhost:1",
        ] {
            assert!(is_address(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com:80",
            "127.0.0.1.example.com",
            "xlocalhost",
            "a b",
        ] {
            assert!(!is_address(host), "{host}");
        }
    }
}
