//! Arguments that cannot be sent.

use std::fmt;

use crate::engine::check::Violation;
use crate::{Error, Operation};

/// An argument that breaks a limit of the API; part of [`Error::Invalid`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRequest {
    /// What was to be called.
    pub operation: &'static Operation,
    /// Which argument, such as `body.name`.
    pub field: String,
    /// What is wrong with it, with the limit and the actual length or value.
    pub problem: String,
}

impl Error {
    pub(crate) fn invalid(operation: &'static Operation, violation: Violation) -> Self {
        Error::Invalid(Box::new(InvalidRequest {
            operation,
            field: violation.field,
            problem: violation.problem,
        }))
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, field) = (self.operation, &self.field);
        write!(f, "{operation} was not sent: `{field}` {}", self.problem)
    }
}
