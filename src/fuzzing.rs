//! Ways in for fuzz targets, which see only what is public. It exists where cargo-fuzz builds, and nowhere else.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::engine::error::ApiError;
use crate::engine::limit::times;
use crate::engine::transport::Answer;
use crate::types::{AuditLogItemModel, SettingFormulaModel, SettingValueModel};
use crate::{OPERATIONS, ResponseValue};

/// What becomes of an answer, as failure and as success.
pub fn answer(status: u16, headers: HeaderMap, body: Bytes) {
    let (Some(operation), Ok(status)) = (OPERATIONS.first(), StatusCode::from_u16(status)) else {
        return;
    };
    let retry_after = times::retry_after(&headers);
    let failure = ApiError::read(
        operation,
        status,
        headers.clone(),
        body.clone(),
        retry_after,
        "check them",
        Default::default(),
    );
    assert!(!failure.message.is_empty());
    let answer = || Answer {
        operation,
        status,
        headers: headers.clone(),
        body: body.clone(),
        effort: Default::default(),
        gone: None,
    };
    decode::<()>(answer());
    decode::<Option<SettingFormulaModel>>(answer());
    decode::<SettingValueModel>(answer());
    decode::<Vec<AuditLogItemModel>>(answer());
}

fn decode<T: DeserializeOwned>(answer: Answer) {
    match ResponseValue::<T>::read(answer) {
        Ok(value) => {
            value.remaining();
            value.reset();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
