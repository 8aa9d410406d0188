//! What a call gives.

use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::transport::Answer;
use crate::{Error, Result};

/// The value that a call gives, with the status and the headers that it came with.
///
/// It dereferences to the value; [`into_inner`](ResponseValue::into_inner) takes the value out.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseValue<T> {
    inner: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> ResponseValue<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The status as the server sent it: 204 where a patch changed nothing.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers as the server sent them.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl<T: DeserializeOwned> ResponseValue<T> {
    /// Decodes an answer. One without a body reads as `null`, and so as `None` or `()`.
    pub(crate) fn read(answer: Answer) -> Result<Self> {
        let Answer {
            operation,
            status,
            headers,
            body,
        } = answer;
        let json = match body.is_empty() || std::mem::size_of::<T>() == 0 {
            true => b"null",
            false => &body[..],
        };
        match serde_json::from_slice(json) {
            Ok(inner) => Ok(ResponseValue {
                inner,
                status,
                headers,
            }),
            Err(error) => Err(Error::decode(operation, status, body, error)),
        }
    }
}

impl<T> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}
