//! Segments.

use configcat_management::types::{CreateSegmentModel, RolloutRuleComparator, UpdateSegmentModel};

use super::{PRODUCT, Row, SEGMENT, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-segments",
            |client| call(client.get_segments(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/segments",
        ),
        Row::new(
            "create-segment",
            |client| {
                let body = CreateSegmentModel::new(
                    RolloutRuleComparator::Contains,
                    "comparisonAttribute back\\slash",
                    "comparisonValue 🐱 & <b>",
                    "name 100 %",
                );
                call(client.create_segment(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/segments",
        )
        .body(
            r#"{
              "comparator": "contains",
              "comparisonAttribute": "comparisonAttribute back\\slash",
              "comparisonValue": "comparisonValue 🐱 & <b>",
              "name": "name 100 %"
            }"#,
        ),
        Row::new(
            "create-segment",
            |client| {
                let body = CreateSegmentModel::new(
                    RolloutRuleComparator::Contains,
                    "comparisonAttribute back\\slash",
                    "comparisonValue 🐱 & <b>",
                    "name 100 %",
                )
                .with_description("description a+b #1?");
                call(client.create_segment(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/segments",
        )
        .body(
            r#"{
              "comparator": "contains",
              "comparisonAttribute": "comparisonAttribute back\\slash",
              "comparisonValue": "comparisonValue 🐱 & <b>",
              "name": "name 100 %",
              "description": "description a+b #1?"
            }"#,
        ),
        Row::new(
            "get-segment",
            |client| call(client.get_segment(SEGMENT).send()),
            "GET",
            "/v1/segments/05e60000-0000-4000-8000-000000005005",
        ),
        Row::new(
            "update-segment",
            |client| {
                call(
                    client
                        .update_segment(SEGMENT, UpdateSegmentModel::new())
                        .send(),
                )
            },
            "PUT",
            "/v1/segments/05e60000-0000-4000-8000-000000005005",
        )
        .body(r#"{}"#),
        Row::new(
            "update-segment",
            |client| {
                let body = UpdateSegmentModel::new()
                    .with_comparator(RolloutRuleComparator::Contains)
                    .with_comparison_attribute("comparisonAttribute back\\slash")
                    .with_comparison_value("comparisonValue 🐱 & <b>")
                    .with_description("description 100 %")
                    .with_name("name a+b #1?");
                call(client.update_segment(SEGMENT, body).send())
            },
            "PUT",
            "/v1/segments/05e60000-0000-4000-8000-000000005005",
        )
        .body(
            r#"{
              "comparator": "contains",
              "comparisonAttribute": "comparisonAttribute back\\slash",
              "comparisonValue": "comparisonValue 🐱 & <b>",
              "description": "description 100 %",
              "name": "name a+b #1?"
            }"#,
        ),
        Row::new(
            "delete-segment",
            |client| call(client.delete_segment(SEGMENT).send()),
            "DELETE",
            "/v1/segments/05e60000-0000-4000-8000-000000005005",
        ),
    ]
}
