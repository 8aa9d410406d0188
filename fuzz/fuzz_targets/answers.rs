//! Whatever a server answers, it decodes or it is an error with a message: status, headers (times, limits, media types) and
//! body are foreign.
#![no_main]

use arbitrary::Arbitrary;
use configcat_management::fuzzing;
use http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    status: u16,
    hal: bool,
    reset: Option<String>,
    remaining: Option<String>,
    retry_after: Option<String>,
    date: Option<String>,
    location: Option<String>,
    body: Vec<u8>,
}

fuzz_target!(|input: Input| {
    let mut headers = HeaderMap::new();
    let told = [
        ("x-rate-limit-reset", &input.reset),
        ("x-rate-limit-remaining", &input.remaining),
        ("retry-after", &input.retry_after),
        ("date", &input.date),
        ("location", &input.location),
    ];
    for (name, value) in told {
        if let Some(Ok(value)) = value.as_ref().map(|value| HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    if input.hal {
        let media_type = HeaderValue::from_static("application/hal+json");
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    fuzzing::answer(100 + input.status % 900, headers, input.body.into());
});
