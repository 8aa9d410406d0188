//! Edits that were given up.

use std::fmt;

use http::StatusCode;

use crate::{Error, Operation};

/// An edit that was given up, or something that was refused before there was a call; part of [`Error::Edit`].
#[derive(Debug)]
#[non_exhaustive]
pub struct EditError {
    /// What was to be called; `None` outside of an edit.
    pub operation: Option<&'static Operation>,
    /// How many rounds the edit took; 0 outside of one.
    pub rounds: u32,
    pub(super) source: Box<dyn std::error::Error + Send + Sync>,
}

impl EditError {
    /// What the closure failed with, the last conflict, or what was refused: to be downcast.
    pub fn get_ref(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        &*self.source
    }

    /// The error of this crate that it ended with: the last conflict, or what the closure failed with.
    pub(super) fn cause(&self) -> Option<&Error> {
        self.source.downcast_ref()
    }
}

impl Error {
    /// What the closure of an [edit](crate::edit) gives up with: a text, or an error of its own.
    ///
    /// ```
    /// use configcat_management::Error;
    ///
    /// assert_eq!(Error::other("the flag has an owner").to_string(), "the flag has an owner");
    /// ```
    pub fn other(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Edit(Box::new(EditError {
            operation: None,
            rounds: 0,
            source: source.into(),
        }))
    }

    /// An edit ended with this after so many rounds.
    pub(crate) fn edit(operation: &'static Operation, rounds: u32, error: Error) -> Self {
        let source = match error {
            Error::Edit(error) if error.operation.is_none() => error.source,
            error => error.into(),
        };
        Error::Edit(Box::new(EditError {
            operation: Some(operation),
            rounds,
            source,
        }))
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EditError { rounds, source, .. } = self;
        let Some(operation) = self.operation else {
            return fmt::Display::fmt(source, f);
        };
        match self.cause().and_then(Error::status) {
            Some(StatusCode::CONFLICT) => write!(
                f,
                "{operation} changed nothing: it gave up after {rounds} conflicts; the last: {source}"
            ),
            _ if *rounds == 1 => write!(f, "{operation} was not sent: {source}"),
            _ => write!(f, "{operation} was not sent in round {rounds}: {source}"),
        }
    }
}
