//! Failures that the server answers with.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::attempts::{Attempts, Called};
use super::mask::{Mask, Secrets};
use super::message;
use crate::engine::limit::times;
use crate::{Error, IntoOption, Operation};

/// A failure that the server answered with; part of [`Error::Api`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// What was called.
    pub operation: &'static Operation,
    /// The API's path that was called, without the query, such as `/v1/tags/17`; an SDK key in it is hidden. Empty in an error that
    /// was made for a test.
    pub path: String,
    /// The status: 3xx (the client follows no redirects), 4xx or 5xx.
    pub status: StatusCode,
    /// What the server said, in one line; if it said nothing of use, what the status means.
    pub message: String,
    /// Of a 400: the messages for each field. Empty if the server named none.
    pub field_errors: BTreeMap<String, Vec<String>>,
    /// How long the server asks to wait (`Retry-After`); `None` if it does not.
    pub retry_after: Option<Duration>,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body as it came, cut at [`ApiError::MAX_BODY`] bytes.
    pub body: Bytes,
    /// How often the call was tried, and how long it waited.
    pub attempts: Attempts,
}

impl ApiError {
    /// The most bytes of a body that an error keeps: 64 KiB, far more than any message, far less than a page of data.
    pub const MAX_BODY: usize = 64 * 1024;

    /// A failure for tests. Its message is the one of the status, unless [`with_message`](Self::with_message) sets another.
    ///
    /// ```
    /// use configcat_management::reqwest::StatusCode;
    /// use configcat_management::{ApiError, Error, operations};
    ///
    /// let failure = ApiError::new(operations::GetConfig::OPERATION, StatusCode::NOT_FOUND).with_message("no such config");
    /// let error = Error::from_api(failure);
    /// assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    /// ```
    pub fn new(operation: &'static Operation, status: StatusCode) -> Self {
        let (headers, secrets) = (HeaderMap::new(), Secrets::default());
        Self::read(operation, status, headers, Bytes::new(), "", secrets)
    }

    /// What the server said.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// What the server said of one field.
    #[must_use]
    pub fn with_field_error(
        mut self,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let messages = self.field_errors.entry(field.into()).or_default();
        messages.push(message.into());
        self
    }

    /// How long the server asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: impl IntoOption<Duration>) -> Self {
        self.retry_after = wait.into_option();
        self
    }

    pub(crate) fn read(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        mut body: Bytes,
        credentials: &str,
        secrets: Secrets<'_>,
    ) -> Self {
        body.truncate(Self::MAX_BODY);
        let (mut message, field_errors) =
            message::read(status, &headers, &body, credentials, &Mask::new(secrets));
        if status.is_redirection()
            && let Some(successor) = operation.successor
        {
            message += &format!("; `{successor}` replaces `{}`", operation.id);
        }
        // A 4xx was not processed, except 408 and nginx's 499: a proxy that gave up does not know what happened to the call.
        let perhaps_processed = !status.is_client_error() || matches!(status.as_u16(), 408 | 499);
        ApiError {
            operation,
            path: String::new(),
            status,
            message,
            field_errors,
            retry_after: times::retry_after(&headers),
            headers,
            body,
            attempts: Attempts::one(perhaps_processed),
        }
    }
}

impl Error {
    /// Wraps a failure of the server in an error, for tests of code that handles errors.
    pub fn from_api(failure: ApiError) -> Self {
        Error::Api(Box::new(failure))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} failed with {}: {}",
            Called(self.operation, &self.path),
            self.status,
            self.message
        )?;
        if let Some(wait) = self.retry_after {
            write!(f, " (retry after {wait:?})")?;
        }
        let unclear = self.attempts.perhaps_processed && self.status.is_client_error();
        self.attempts.write(f, unclear)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("operation", &self.operation.id)
            .field("path", &self.path)
            .field("status", &self.status)
            .field("message", &self.message)
            .field("field_errors", &self.field_errors)
            .field("retry_after", &self.retry_after)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
