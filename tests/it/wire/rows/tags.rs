//! Tags.

use configcat_management::types::{CreateTagModel, UpdateTagModel};

use super::{PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-tags",
            |client| call(client.get_tags(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/tags",
        ),
        Row::new(
            "create-tag",
            |client| {
                call(
                    client
                        .create_tag(PRODUCT, CreateTagModel::new("name “q” \"w\""))
                        .send(),
                )
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/tags",
        )
        .body(r#"{"name": "name “q” \"w\""}"#),
        Row::new(
            "create-tag",
            |client| {
                let body = CreateTagModel::new("name “q” \"w\"").with_color("color back\\slash");
                call(client.create_tag(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/tags",
        )
        .body(r#"{"name": "name “q” \"w\"", "color": "color back\\slash"}"#),
        Row::new(
            "get-tag",
            |client| call(client.get_tag(9007199254740993).send()),
            "GET",
            "/v1/tags/9007199254740993",
        ),
        Row::new(
            "update-tag",
            |client| {
                call(
                    client
                        .update_tag(9007199254740993, UpdateTagModel::new())
                        .send(),
                )
            },
            "PUT",
            "/v1/tags/9007199254740993",
        )
        .body(r#"{}"#),
        Row::new(
            "update-tag",
            |client| {
                let body = UpdateTagModel::new()
                    .with_color("color “q” \"w\"")
                    .with_name("name back\\slash");
                call(client.update_tag(9007199254740993, body).send())
            },
            "PUT",
            "/v1/tags/9007199254740993",
        )
        .body(r#"{"color": "color “q” \"w\"", "name": "name back\\slash"}"#),
        Row::new(
            "delete-tag",
            |client| call(client.delete_tag(9007199254740993).send()),
            "DELETE",
            "/v1/tags/9007199254740993",
        ),
        Row::new(
            "get-settings-by-tag",
            |client| call(client.get_settings_by_tag(9007199254740993).send()),
            "GET",
            "/v1/tags/9007199254740993/settings",
        ),
    ]
}
