//! SDK Keys.

use super::{CONFIG, ENVIRONMENT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![row!(
        "GET /v1/configs/{CONFIG}/environments/{ENVIRONMENT}",
        |client| client.get_sdk_keys(CONFIG, ENVIRONMENT)
    )]
}
