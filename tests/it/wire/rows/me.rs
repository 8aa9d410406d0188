//! Me.

use super::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![row!("GET /v1/me", |client| client.get_me())]
}
