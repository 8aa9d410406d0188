//! Whatever claims to be a notification, it is verified or refused; and what was signed here is accepted.
#![no_main]

use arbitrary::Arbitrary;
use configcat_management::Secret;
use configcat_management::chrono::DateTime;
use configcat_management::webhook::{Verifier, sign};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    id: String,
    timestamp: String,
    signature: String,
    body: Vec<u8>,
    genuine: Option<u32>,
}

fuzz_target!(|input: Input| {
    let verifier = Verifier::new(["key"]);
    // 1970 began without notifications.
    let seconds = input.genuine.map(|seconds| i64::from(seconds).max(1));
    let (timestamp, signature) = match seconds {
        None => (input.timestamp, input.signature),
        Some(seconds) => {
            let signature = sign(&Secret::from("key"), &input.id, seconds, &input.body);
            (seconds.to_string(), signature)
        }
    };
    let mut headers = HeaderMap::new();
    let told = [
        ("x-configcat-webhook-id", &input.id),
        ("x-configcat-webhook-timestamp", &timestamp),
        ("x-configcat-webhook-signature-v1", &signature),
    ];
    for (name, value) in told {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    let now =
        DateTime::from_timestamp(seconds.unwrap_or(1_700_000_000), 0).expect("32 bits are a time");
    let verified = verifier.verify(&headers, &input.body, now);
    let plain = !input.id.is_empty() && input.id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if seconds.is_some() && plain {
        verified.expect("what was signed is accepted");
    }
});
