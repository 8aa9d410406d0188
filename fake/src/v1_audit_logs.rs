//! How the two operations answer that read audit logs of V1.

use configcat_management::{OPERATIONS, Operation};
use http::Uri;
use serde::Deserialize;

use crate::call::Answer;

/// How `get-auditlogs` and `get-organization-auditlogs` answer. ConfigCat has announced that they redirect to their successors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "bin", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum V1AuditLogs {
    /// With a list, as the description has it. The default.
    #[default]
    Array,
    /// With 302, and the path of the successor in `Location`.
    Redirect,
    /// With what the successor answers: a page.
    Page,
}

/// The operation that has taken over from one of the two.
pub(crate) fn successor(operation: &Operation) -> Option<&'static Operation> {
    match operation.id {
        "get-auditlogs" | "get-organization-auditlogs" => {
            let mut known = OPERATIONS.iter().copied();
            known.find(|known| Some(known.id) == operation.successor)
        }
        _ => None,
    }
}

/// To the successor's path, which differs in the version alone; the query stays.
pub(crate) fn redirect(uri: &Uri) -> Answer {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Answer::found(path.replacen("/v1/", "/v2/", 1))
}
