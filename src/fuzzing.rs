//! Ways in for fuzz targets, which see only what is public. It exists if cargo-fuzz builds, and for the tests below.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::engine::error::ApiError;
use crate::engine::limit::limiter::RateLimiter;
use crate::engine::limit::reading::Reading;
use crate::engine::limit::target::Target;
use crate::engine::limit::times;
use crate::engine::transport::RawResponse;
use crate::types::{AuditLogItemModel, SettingFormulaModel, SettingValueModel};
use crate::{OPERATIONS, ResponseValue};

/// What becomes of an answer, as failure and as success.
pub fn answer(status: u16, headers: HeaderMap, body: Bytes) {
    let (Some(operation), Ok(status)) = (OPERATIONS.first(), StatusCode::from_u16(status)) else {
        return;
    };
    let failure = ApiError::read(
        operation,
        status,
        headers.clone(),
        body.clone(),
        "check them",
        Default::default(),
    );
    assert!(!failure.message.is_empty());
    let answer = || RawResponse::new(operation, status, headers.clone(), body.clone());
    decode::<()>(answer());
    decode::<Option<SettingFormulaModel>>(answer());
    decode::<SettingValueModel>(answer());
    decode::<Vec<AuditLogItemModel>>(answer());
}

/// What waits become of the headers of several answers, one after the other: none is longer than the limiter allows, and none
/// is without end. The time is a paused one.
pub fn headers(answers: Vec<(u16, HeaderMap)>) {
    const MOST: Duration = Duration::from_secs(60);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        let limiter = RateLimiter::new().with_max_wait(MOST);
        for (status, headers) in answers {
            let Ok(status) = StatusCode::from_u16(status) else {
                continue;
            };
            let began = Instant::now();
            let mut place = None;
            let permit = limiter.acquire(Target::default(), &mut place, None, |_| ());
            let permit = tokio::time::timeout(Duration::from_secs(24 * 3600), permit).await;
            let permit = permit.expect("a wait that ends");
            let waited = began.elapsed();
            assert!(waited <= MOST + Duration::from_secs(1), "{waited:?}");
            if let Ok(mut permit) = permit {
                permit.mark_sent();
                let _ = permit.record_response(&Reading::of(status, &headers));
            }
            times::retry_after(&headers);
            times::date(&headers);
        }
    });
}

fn decode<T: DeserializeOwned>(answer: RawResponse) {
    match ResponseValue::<T>::read(answer) {
        Ok(value) => {
            value.remaining();
            value.reset();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_fuzz_targets_have_what_they_start() {
        let texts = ["", "5", "99999999999", "2099-01-01T00:00:00Z", "soon"];
        let answers = texts.map(|text| {
            let names = ["x-rate-limit-reset", "retry-after", "date"];
            let headers = names.map(|name| {
                let name = http::HeaderName::from_static(name);
                (name, HeaderValue::from_static(text))
            });
            (429, headers.into_iter().collect::<HeaderMap>())
        });
        for (status, headers) in &answers {
            answer(*status, headers.clone(), Bytes::from_static(b"{}"));
        }
        headers(answers.into());
    }
}
