//! Why a value is not sent.

use std::fmt;

use crate::Error;
use crate::engine::check::Violation;

/// A value, or a rule made of values, that no call would get through. The text says what is wrong with it.
///
/// Callers see it within an [`Error`]. There is no `From`, so that `?` goes on knowing which error it converts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongValue {
    subject: &'static str,
    problem: String,
}

impl WrongValue {
    pub(crate) fn new(subject: &'static str, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        WrongValue { subject, problem }
    }

    pub(crate) fn value(problem: impl Into<String>) -> Self {
        WrongValue::new("the value", problem)
    }

    /// For callers, when no call is known yet.
    pub(crate) fn error(self) -> Error {
        Error::other(self)
    }

    /// The same, when the place is known.
    pub(crate) fn at(self, field: impl Into<String>) -> Violation {
        Violation::new(field, self.problem)
    }
}

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.subject, self.problem)
    }
}

impl std::error::Error for WrongValue {}
