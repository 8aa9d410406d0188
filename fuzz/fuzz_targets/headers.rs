//! Whatever bytes stand in the headers of rate limits, dates and retries: no wait is longer than allowed, and none is without
//! end.
#![no_main]

use arbitrary::Arbitrary;
use configcat_management::fuzzing;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Answer {
    status: u8,
    headers: Vec<(u8, Text)>,
}

/// Bytes, or something that is nearly right.
#[derive(Arbitrary, Debug)]
enum Text {
    Bytes(Vec<u8>),
    Number(i64),
    Fraction(f64),
    Moment(i64),
}

const NAMES: [&str; 5] = [
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "x-rate-limit-limit",
    "retry-after",
    "date",
];

const STATUSES: [u16; 6] = [200, 204, 429, 429, 503, 404];

impl Text {
    fn bytes(self) -> Vec<u8> {
        match self {
            Text::Bytes(bytes) => bytes,
            Text::Number(number) => number.to_string().into_bytes(),
            Text::Fraction(number) => number.to_string().into_bytes(),
            Text::Moment(seconds) => {
                let moment = configcat_management::chrono::DateTime::from_timestamp(seconds, 0);
                moment.map_or_else(Vec::new, |moment| moment.to_rfc3339().into_bytes())
            }
        }
    }
}

fuzz_target!(|answers: Vec<Answer>| {
    let answers = answers.into_iter().take(8).map(|answer| {
        let mut headers = HeaderMap::new();
        for (name, text) in answer.headers {
            if let Ok(value) = HeaderValue::from_bytes(&text.bytes()) {
                headers.append(NAMES[usize::from(name) % NAMES.len()], value);
            }
        }
        (STATUSES[usize::from(answer.status) % STATUSES.len()], headers)
    });
    fuzzing::headers(answers.collect());
});
