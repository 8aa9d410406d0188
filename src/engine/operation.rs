//! What is known of an operation before it is called.

use http::Method;

/// One operation of the API, as data.
///
/// Each call has its own as an associated constant, such as `operations::GetConfig::OPERATION`, and
/// [`OPERATIONS`](crate::OPERATIONS) has them all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The API's id, such as `get-config`.
    pub id: &'static str,
    /// The name for tools that pick operations by name, such as `configs.getConfig`.
    pub tool: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path with its placeholders, such as `/v1/configs/{configId}`.
    pub path: &'static str,
    /// The API's group of operations, such as `Configs`.
    pub tag: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Whether there is a successor.
    pub deprecated: bool,
    /// The id of the successor, such as `get-auditlogs-v2`.
    pub successor: Option<&'static str>,
}

impl Operation {
    /// Whether it changes nothing.
    pub fn is_read_only(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }

    /// Whether making the call twice leaves the same behind as making it once: all but POST and PATCH.
    pub fn is_idempotent(&self) -> bool {
        !matches!(self.method, Method::POST | Method::PATCH)
    }
}

impl std::fmt::Display for Operation {
    /// `get-config (GET /v1/configs/{configId})`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} {})", self.id, self.method, self.path)
    }
}
