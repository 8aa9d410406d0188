//! Organizations.

use super::{ORGANIZATION, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-organizations",
            |client| call(client.get_organizations().send()),
            "GET",
            "/v1/organizations",
        ),
        Row::new(
            "get-organization-limitations",
            |client| call(client.get_organization_limitations(ORGANIZATION).send()),
            "GET",
            concat!(
                "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001",
                "/organization-limitations",
            ),
        ),
    ]
}
