//! Which web pages may send requests from a browser.

use std::net::IpAddr;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri, header};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::http::{REMAINING, RESET};
use crate::local::is_localhost;

/// How long a browser need not ask again.
const MAX_AGE: Duration = Duration::from_secs(600);

/// What a page may read of an answer, beyond what every page may.
const EXPOSED: [HeaderName; 8] = [
    REMAINING,
    RESET,
    header::RETRY_AFTER,
    header::LOCATION,
    header::DATE,
    header::ETAG,
    header::ALLOW,
    header::WWW_AUTHENTICATE,
];

/// Pages of this machine are let in, and those of these origins.
pub(crate) fn layer(origins: Vec<HeaderValue>) -> CorsLayer {
    let may = move |origin: &HeaderValue, _: &http::request::Parts| {
        origins.iter().any(|known| known == "*" || known == origin) || is_loopback(origin)
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(may))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .allow_private_network(true)
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE)
}

/// An origin as browsers write it, or `*` for all of them.
pub(crate) fn origin(text: &str) -> Result<HeaderValue, String> {
    let is_origin = text.parse::<Uri>().is_ok_and(|uri| {
        let parts = (uri.scheme_str(), uri.authority());
        let (Some(scheme), Some(authority)) = parts else {
            return false;
        };
        text == format!("{scheme}://{authority}")
    });
    match text.parse() {
        Ok(value) if is_origin || text == "*" => Ok(value),
        _ => Err(format!(
            "`{text}` is no origin such as https://app.example.com: scheme and host, perhaps a port, and no path"
        )),
    }
}

fn is_loopback(origin: &HeaderValue) -> bool {
    let uri = origin
        .to_str()
        .ok()
        .and_then(|text| text.parse::<Uri>().ok());
    let host = uri.as_ref().and_then(|uri| uri.host()).unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    is_localhost(host) || ip.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_told_from_addresses() {
        for good in [
            "https://app.example.com",
            "http://localhost:4200",
            "app://ui",
            "*",
        ] {
            assert!(origin(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "app.example.com",
            "https://app.example.com/",
            "https://a/b",
            "a b",
            "**",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn this_machine_is_told_from_others() {
        let is = |text| is_loopback(&HeaderValue::from_static(text));
        for near in [
            "http://localhost:4200",
            "https://127.8.9.1",
            "http://[::1]:1",
            "http://a.localhost",
        ] {
            assert!(is(near), "{near}");
        }
        for far in [
            "null",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
        ] {
            assert!(!is(far), "{far}");
        }
    }
}
