//! Me.

use super::{Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![Row::new(
        "get-me",
        |client| call(client.get_me().send()),
        "GET",
        "/v1/me",
    )]
}
