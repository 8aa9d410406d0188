//! Segments.

use configcat_management::types::{CreateSegmentModel, RolloutRuleComparator, UpdateSegmentModel};
use serde_json::json;

use super::{PRODUCT, Row, SEGMENT};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/products/{PRODUCT}/segments", |client| client
            .get_segments(PRODUCT)),
        row!("POST /v1/products/{PRODUCT}/segments", |client| {
            let body = CreateSegmentModel::new(
                RolloutRuleComparator::Contains,
                "comparisonAttribute back\\slash",
                "comparisonValue 🐱 & <b>",
                "name 100 %",
            );
            client.create_segment(PRODUCT, body)
        })
        .body(json!({
            "comparator": "contains",
            "comparisonAttribute": "comparisonAttribute back\\slash",
            "comparisonValue": "comparisonValue 🐱 & <b>",
            "name": "name 100 %",
        })),
        row!("POST /v1/products/{PRODUCT}/segments", |client| {
            let body = CreateSegmentModel::new(
                RolloutRuleComparator::Contains,
                "comparisonAttribute back\\slash",
                "comparisonValue 🐱 & <b>",
                "name 100 %",
            )
            .with_description("description a+b #1?");
            client.create_segment(PRODUCT, body)
        })
        .body(json!({
            "comparator": "contains",
            "comparisonAttribute": "comparisonAttribute back\\slash",
            "comparisonValue": "comparisonValue 🐱 & <b>",
            "name": "name 100 %",
            "description": "description a+b #1?",
        })),
        row!("GET /v1/segments/{SEGMENT}", |client| client
            .get_segment(SEGMENT)),
        row!("PUT /v1/segments/{SEGMENT}", |client| {
            client.update_segment(SEGMENT, UpdateSegmentModel::new())
        })
        .body(json!({})),
        row!("PUT /v1/segments/{SEGMENT}", |client| {
            let body = UpdateSegmentModel::new()
                .with_comparator(RolloutRuleComparator::Contains)
                .with_comparison_attribute("comparisonAttribute back\\slash")
                .with_comparison_value("comparisonValue 🐱 & <b>")
                .with_description("description 100 %")
                .with_name("name a+b #1?");
            client.update_segment(SEGMENT, body)
        })
        .body(json!({
            "comparator": "contains",
            "comparisonAttribute": "comparisonAttribute back\\slash",
            "comparisonValue": "comparisonValue 🐱 & <b>",
            "description": "description 100 %",
            "name": "name a+b #1?",
        })),
        row!("DELETE /v1/segments/{SEGMENT}", |client| client
            .delete_segment(SEGMENT)),
    ]
}
