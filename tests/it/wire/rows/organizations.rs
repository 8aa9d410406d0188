//! Organizations.

use super::{ORGANIZATION, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/organizations", |client| client.get_organizations()),
        row!(
            "GET /v1/organizations/{ORGANIZATION}/organization-limitations",
            |client| client.get_organization_limitations(ORGANIZATION)
        ),
    ]
}
