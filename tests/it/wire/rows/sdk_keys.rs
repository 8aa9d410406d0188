//! SDK Keys.

use super::{CONFIG, ENVIRONMENT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![Row::new(
        "get-sdk-keys",
        |client| call(client.get_sdk_keys(CONFIG, ENVIRONMENT).send()),
        "GET",
        concat!(
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
            "/0e0e0000-0000-4000-8000-00000000e004",
        ),
    )]
}
