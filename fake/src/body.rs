//! The bodies of requests, within bounds of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode, header};

use crate::call::Refusal;

/// 10 MiB: more than any request needs.
const MAX_BODY: usize = 10 * 1024 * 1024;
/// 256 MiB of a body that is too large are read and thrown away: many clients read no answer before all is sent.
const MAX_THROWN_AWAY: usize = 256 * 1024 * 1024;

/// Reads a body, or says what is wrong with it.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    patience: Option<Duration>,
) -> Result<Bytes, Refusal> {
    let Some(patience) = patience else {
        return all(headers, body).await;
    };
    let read = tokio::time::timeout(patience, all(headers, body)).await;
    read.unwrap_or_else(|_| {
        let text = format!("The body has not come within {patience:?}.");
        Err(Refusal::text(StatusCode::REQUEST_TIMEOUT, text))
    })
}

async fn all(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    // Who waits to be told to go on has not sent anything yet.
    if headers.contains_key(header::EXPECT)
        && announced.is_some_and(|length: usize| length > MAX_BODY)
    {
        return Err(too_large());
    }
    let mut body = body.into_data_stream();
    let mut first = Bytes::new();
    let mut more = Vec::new();
    let mut length = 0;
    while let Some(chunk) = body.next().await {
        let chunk =
            chunk.map_err(|_| Refusal::text(StatusCode::BAD_REQUEST, "The body breaks off."))?;
        length += chunk.len();
        if length > MAX_BODY + MAX_THROWN_AWAY {
            break;
        } else if length > MAX_BODY {
            (first, more) = (Bytes::new(), Vec::new());
        } else if first.is_empty() {
            first = chunk;
        } else {
            if more.is_empty() {
                more.extend_from_slice(&first);
            }
            more.extend_from_slice(&chunk);
        }
    }
    match length > MAX_BODY {
        true => Err(too_large()),
        false if more.is_empty() => Ok(first),
        false => Ok(more.into()),
    }
}

fn too_large() -> Refusal {
    let text = format!("The body has more than {MAX_BODY} bytes.");
    Refusal::text(StatusCode::PAYLOAD_TOO_LARGE, text)
}
