//! Answers as they go over HTTP.

use axum::body::Body;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};

use crate::call::{Answer, Reason, Refusal};
use crate::clock;
use crate::limits::Blocked;

/// A result, as an answer over HTTP.
pub(crate) fn reply(result: Result<Answer, Refusal>) -> Response<Body> {
    match result {
        Ok(Answer {
            status,
            body,
            location,
        }) => {
            let mut response = match body {
                Some(body) => json(status, body),
                None => empty(status),
            };
            let location = location.and_then(|location| HeaderValue::try_from(location).ok());
            if let Some(location) = location {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Err(Refusal { status, reason }) => match reason {
            Reason::Text(text) => plain(status, text),
            Reason::Fields(fields) => json(status, serde_json::to_vec(&fields).unwrap_or_default()),
        },
    }
}

pub(crate) fn unauthorized() -> Response<Body> {
    let text = "The user name or the password is wrong, or there is none.";
    let mut response = plain(StatusCode::UNAUTHORIZED, text);
    let challenge = HeaderValue::from_static("Basic realm=\"configcat-fake\", charset=\"UTF-8\"");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// As the well-known rate limiter for .NET has it: the words name the limit, and no header but `Retry-After` tells of it.
pub(crate) fn too_many(blocked: &Blocked) -> Response<Body> {
    let seconds = clock::whole_seconds(blocked.wait).max(1);
    let text = format!(
        "API calls quota exceeded! maximum admitted {}.",
        blocked.quota
    );
    let mut response = plain(StatusCode::TOO_MANY_REQUESTS, text);
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, seconds.into());
    response
}

pub(crate) fn wrong_method(methods: &[&'static http::Method], parts: &Parts) -> Response<Body> {
    let mut methods: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    let allowed = methods.join(", ");
    let text = format!(
        "`{}` is not for {}, but for {allowed}.",
        parts.uri.path(),
        parts.method
    );
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, text);
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

pub(crate) fn plain(status: StatusCode, text: impl Into<String>) -> Response<Body> {
    with_body(status, Body::from(text.into()), "text/plain; charset=utf-8")
}

pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    with_body(status, Body::from(body), "application/json; charset=utf-8")
}

pub(crate) fn with_body(
    status: StatusCode,
    body: Body,
    content_type: &'static str,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}
