//! Answers that are not what the API describes.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::attempts::{Attempts, Called};
use crate::{Error, Operation};

/// An answer that is not what the API describes; part of [`Error::Decode`].
#[non_exhaustive]
pub struct DecodeError {
    /// What was called.
    pub operation: &'static Operation,
    /// The API's path that was called, as [`ApiError::path`](crate::ApiError::path).
    pub path: String,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The whole body. It may hold secrets, and is not printed.
    pub body: Body,
    /// How often the call was tried, and how long it waited.
    pub attempts: Attempts,
    /// What is wrong with the body: the place in the document, what is found there and what should be, line and column. It
    /// holds nothing of the body but names of fields.
    pub problem: String,
}

/// The body of an answer; `Debug` shows its length alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(pub Bytes);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

impl Error {
    pub(crate) fn decode(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        problem: String,
    ) -> Self {
        Error::Decode(Box::new(DecodeError {
            operation,
            path: String::new(),
            status,
            headers,
            body: Body(body),
            attempts: Attempts::one(true),
            problem,
        }))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} was answered with {}, but the body is not what the API describes: {}",
            Called(self.operation, &self.path),
            self.status,
            self.problem
        )?;
        if let Some(successor) = self.operation.successor {
            write!(f, "; `{successor}` replaces `{}`", self.operation.id)?;
        }
        self.attempts.write(f, false)
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("operation", &self.operation.id)
            .field("path", &self.path)
            .field("status", &self.status)
            .field("body", &self.body)
            .field("attempts", &self.attempts)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}
