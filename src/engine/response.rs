//! What a call gives.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
#[cfg(feature = "catalog")]
use serde_json::Value;

use super::{hal, lenient};
use crate::engine::error::misread::{self, without_byte_order_mark};
use crate::engine::limit::reading::Reading;
use crate::engine::limit::times;
use crate::engine::transport::RawResponse;
use crate::{Error, Result};

mod mismatch;

/// The value that a call gives, with the status and the headers that it came with.
///
/// It dereferences to the value; [`into_inner`](ResponseValue::into_inner) takes the value out.
#[derive(Clone, PartialEq)]
pub struct ResponseValue<T> {
    inner: T,
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    waited: Duration,
}

impl<T> ResponseValue<T> {
    /// A response for tests: this value, with status 200 and no headers, at the first attempt.
    ///
    /// ```
    /// use configcat_management::types::ConfigModel;
    /// use configcat_management::{ResponseValue, Result};
    ///
    /// /// What the program needs of the API; `Client` has it, and so has a stand-in.
    /// trait Configs {
    ///     fn name(&self) -> impl Future<Output = Result<ResponseValue<ConfigModel>>>;
    /// }
    ///
    /// struct StandIn;
    ///
    /// impl Configs for StandIn {
    ///     async fn name(&self) -> Result<ResponseValue<ConfigModel>> {
    ///         Ok(ResponseValue::new(ConfigModel::default().with_name("Backend")))
    ///     }
    /// }
    ///
    /// # async fn example() -> Result<()> {
    /// assert_eq!(StandIn.name().await?.name, "Backend");
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(value: T) -> Self {
        ResponseValue {
            inner: value,
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            attempts: 1,
            waited: Duration::ZERO,
        }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with these headers.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers = headers;
        self
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The same answer with what is made of its value.
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> ResponseValue<U> {
        ResponseValue {
            inner: make(self.inner),
            status: self.status,
            headers: self.headers,
            attempts: self.attempts,
            waited: self.waited,
        }
    }

    /// The status as the server sent it: 204 if a patch changed nothing; 404 if a deletion was tried again because its
    /// first answer was lost, and found nothing left to delete.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers as the server sent them.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How often the call was tried; 1 if it went through at once.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the call waited in all: for the rate limit, and between attempts.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// The requests that were left in the window of the rate limit (`X-Rate-Limit-Remaining`); `None` if the server did not say.
    pub fn remaining(&self) -> Option<u32> {
        self.reading().remaining
    }

    /// The time from the response to the end of that window (`X-Rate-Limit-Reset`); `None` if the server did not say.
    pub fn reset(&self) -> Option<Duration> {
        Some(times::left(&self.headers, self.reading().reset?))
    }

    fn reading(&self) -> Reading {
        Reading::of(self.status, &self.headers)
    }
}

impl<T: DeserializeOwned> ResponseValue<T> {
    pub(crate) fn read(answer: RawResponse) -> Result<Self> {
        let decoded = decode(&answer);
        Self::of(answer, decoded)
    }
}

/// Decodes an answer. One without content (204, or nothing left to delete) reads as `null`, and so as `None`; any other has
/// to have a value.
fn decode<T: DeserializeOwned>(answer: &RawResponse) -> Result<T, String> {
    if answer.has_no_content() {
        return serde_json::from_slice(b"null").map_err(|_| "it is empty".to_string());
    }
    let body = without_byte_order_mark(&answer.body);
    if body.trim_ascii() == b"null" {
        return Err("it is null".to_string());
    }
    let body = hal::plain(&answer.headers, body);
    let decoded = serde_json::from_slice(&body);
    let decoded = decoded.or_else(|error| decode_simplified(&body, &error).ok_or(error));
    match decoded {
        Ok(value) => match mismatch::fields::<T>(&body) {
            None => Ok(value),
            Some(problem) => Err(problem.to_string()),
        },
        Err(error) => Err(match mismatch::list::<T>(&body) {
            Some(problem) => problem.to_string(),
            None => misread::words(&answer.headers, &body, &error),
        }),
    }
}

fn decode_simplified<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Option<T> {
    let simple = lenient::simplify(body, error)?;
    let decoded = serde_json::from_slice(&simple);
    decoded
        .or_else(|error| decode_simplified(&simple, &error).ok_or(error))
        .ok()
}

impl ResponseValue<()> {
    /// If no value is expected, whatever comes will do; but a page is not the API's: something before it has answered.
    pub(crate) fn read_nothing(answer: RawResponse) -> Result<Self> {
        let decoded = match misread::is_page(&answer.body) {
            true => Err(misread::PAGE.to_string()),
            false => Ok(()),
        };
        Self::of(answer, decoded)
    }
}

impl<T> ResponseValue<T> {
    fn of(answer: RawResponse, decoded: Result<T, String>) -> Result<Self> {
        let (status, headers, attempts) = (answer.status, answer.headers, answer.attempts);
        match decoded {
            Ok(inner) => Ok(ResponseValue {
                inner,
                status,
                headers,
                attempts: attempts.made,
                waited: attempts.waited,
            }),
            Err(problem) => {
                let (operation, body) = (answer.operation, answer.body);
                let decode = || Error::decode(operation, status, headers, body, problem);
                let error = answer.gone.unwrap_or_else(decode);
                Err(error.after(attempts).of(&answer.path, ""))
            }
        }
    }
}

#[cfg(feature = "catalog")]
impl ResponseValue<Value> {
    /// The JSON of an answer as it came, which has to be of the `described` kind, such as `object`. If none is, other text counts
    /// as none.
    pub(crate) fn read_json(answer: RawResponse, described: Option<&str>) -> Result<Self> {
        let body = without_byte_order_mark(&answer.body);
        let decoded = match (described, serde_json::from_slice(body)) {
            _ if answer.has_no_content() => Ok(Value::Null),
            (Some(_), Ok(Value::Null)) => Err("it is null".to_string()),
            (Some("object"), Ok(Value::Array(_))) => Err(mismatch::LIST_FOR_OBJECT.to_string()),
            (Some("array"), Ok(Value::Object(_))) => {
                Err("an object is found where a list should be".to_string())
            }
            (_, Ok(value)) => Ok(value),
            (None, Err(_)) if !misread::is_page(body) => Ok(Value::Null),
            (_, Err(error)) => Err(misread::words(&answer.headers, body, &error)),
        };
        Self::of(answer, decoded)
    }
}

/// Without the headers, which may hold cookies and what else is not for a log.
impl<T: fmt::Debug> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseValue")
            .field("inner", &self.inner)
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .field("waited", &self.waited)
            .finish_non_exhaustive()
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

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, header};

    #[test]
    fn the_headers_of_an_answer_are_not_printed() {
        let cookie = (
            header::SET_COOKIE,
            HeaderValue::from_static("session=sesame"),
        );
        let response = ResponseValue::new(7).with_headers(HeaderMap::from_iter([cookie]));
        let printed = format!("{response:?} {response:#?}");
        assert!(!printed.contains("sesame"), "{printed}");
        assert!(printed.contains("inner: 7, status: 200"), "{printed}");
    }
}
