//! Answers that did not come, or not whole.

use std::fmt;

use super::attempts::{Attempts, Called};
use crate::{Error, Operation};

/// No answer, or one that broke off; part of [`Error::Connection`].
#[derive(Debug)]
#[non_exhaustive]
pub struct ConnectionError {
    /// What was called.
    pub operation: &'static Operation,
    /// The API's path that was called, as [`ApiError::path`](crate::ApiError::path).
    pub path: String,
    /// The host that the call was for, and the port if it is not the usual one; empty in an error that was made for a test.
    pub host: String,
    /// How far the call got.
    pub stage: Stage,
    /// What happened.
    pub problem: String,
    /// How often the call was tried, and how long it waited.
    pub attempts: Attempts,
    /// Trying again would end the same way.
    pub(crate) is_final: bool,
    pub(super) source: Option<reqwest::Error>,
}

/// How far a call got before its connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// There was no connection, or none that began to send the body, or the server refused to take the call up: it has
    /// processed nothing.
    Connecting,
    /// There was, or may have been, a connection; the server may have processed the call.
    Sent,
    /// A success came, but its body was not read to the end. The server has processed the call.
    Answering,
}

impl Stage {
    pub(super) fn words(self) -> &'static str {
        match self {
            Stage::Connecting => "could not be sent",
            Stage::Sent => "got no answer; whether the server processed it is unknown",
            Stage::Answering => "was processed, but its answer was not read to the end",
        }
    }
}

impl Error {
    pub(crate) fn connection(
        operation: &'static Operation,
        stage: Stage,
        problem: impl Into<String>,
        source: Option<reqwest::Error>,
        is_final: bool,
    ) -> Self {
        Error::Connection(Box::new(ConnectionError {
            operation,
            path: String::new(),
            host: String::new(),
            stage,
            problem: problem.into(),
            attempts: Attempts::one(stage != Stage::Connecting),
            is_final,
            // The URL of a call may carry what a log should not; the operation says which call it was.
            source: source.map(reqwest::Error::without_url),
        }))
    }
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = self.stage.words();
        write!(f, "{} {stage}", Called(self.operation, &self.path))?;
        if self.stage == Stage::Connecting && !self.host.is_empty() {
            write!(f, " to {}", self.host)?;
        }
        write!(f, ": {}", self.problem)?;
        let unclear = self.attempts.perhaps_processed && self.stage == Stage::Connecting;
        self.attempts.write(f, unclear)
    }
}
