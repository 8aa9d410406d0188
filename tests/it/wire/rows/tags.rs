//! Tags.

use configcat_management::types::{CreateTagModel, UpdateTagModel};
use serde_json::json;

use super::{PRODUCT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/products/{PRODUCT}/tags", |client| client
            .get_tags(PRODUCT)),
        row!("POST /v1/products/{PRODUCT}/tags", |client| {
            client.create_tag(PRODUCT, CreateTagModel::new("name “q” \"w\""))
        })
        .body(json!({"name": "name “q” \"w\""})),
        row!("POST /v1/products/{PRODUCT}/tags", |client| {
            let body = CreateTagModel::new("name “q” \"w\"").with_color("color back\\slash");
            client.create_tag(PRODUCT, body)
        })
        .body(json!({"name": "name “q” \"w\"", "color": "color back\\slash"})),
        row!("GET /v1/tags/9007199254740993", |client| client
            .get_tag(9007199254740993)),
        row!("PUT /v1/tags/9007199254740993", |client| {
            client.update_tag(9007199254740993, UpdateTagModel::new())
        })
        .body(json!({})),
        row!("PUT /v1/tags/9007199254740993", |client| {
            let body = UpdateTagModel::new()
                .with_color("color “q” \"w\"")
                .with_name("name back\\slash");
            client.update_tag(9007199254740993, body)
        })
        .body(json!({"color": "color “q” \"w\"", "name": "name back\\slash"})),
        row!("DELETE /v1/tags/9007199254740993", |client| client
            .delete_tag(9007199254740993)),
        row!("GET /v1/tags/9007199254740993/settings", |client| client
            .get_settings_by_tag(9007199254740993)),
    ]
}
