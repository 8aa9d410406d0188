//! What can go wrong between a description and its Rust.

use std::fmt;
use std::path::Path;

/// [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A sentence for the person in front of the terminal: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// From a whole sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Error(message.into())
    }

    /// About a file.
    pub fn file(path: &Path, error: impl fmt::Display) -> Self {
        Error(format!("{}: {error}", path.display()))
    }

    /// The same, with where it happened in front.
    #[must_use]
    pub fn within(self, place: impl fmt::Display) -> Self {
        Error(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
