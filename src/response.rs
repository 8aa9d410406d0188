//! What a call gives.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::transport::Answer;
use crate::transport::model::Reading;
use crate::transport::times::Time;
use crate::{Error, Result};

/// The value that a call gives, with the status and the headers that it came with.
///
/// It dereferences to the value; [`into_inner`](ResponseValue::into_inner) takes the value out.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseValue<T> {
    inner: T,
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    waited: Duration,
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

    /// How often the call was tried; 1 where it went through at once.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the call waited in all: for the rate limit, and between attempts.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// How many requests the rate limit left when the answer was written.
    pub fn remaining(&self) -> Option<u32> {
        self.reading().remaining
    }

    /// How long the period of the rate limit lasted when the answer was written.
    pub fn reset(&self) -> Option<Duration> {
        let reading = self.reading();
        match reading.reset? {
            Time::In(delay) => Some(delay),
            Time::At(moment) => (moment - reading.date?).to_std().ok(),
        }
    }

    fn reading(&self) -> Reading {
        Reading::of(self.status, &self.headers)
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
            effort,
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
                attempts: effort.attempts,
                waited: effort.waited,
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
