//! Texts as values.

use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn texts_are_not_empty_and_may_be_long() {
    let stage = Stage::new().await;
    let text = |text: &str| json!({ "defaultValue": { "stringValue": text } });
    let at = "DefaultValue.StringValue";
    stage
        .refused("PUT", TEXT, text(""), at, "It must not be empty")
        .await;
    stage
        .refused(
            "PUT",
            TEXT_V1,
            json!({ "value": "" }),
            "Value",
            "It must not be empty",
        )
        .await;
    let longest = "ű".repeat(100_000);
    stage.taken("PUT", TEXT, text(&longest)).await;
    stage
        .refused(
            "PUT",
            TEXT,
            text(&format!("{longest}x")),
            at,
            "It has more than 100000",
        )
        .await;

    let compared = |comparator: &str, value: Value| {
        let user = json!({ "comparisonAttribute": "A", "comparator": comparator, "comparisonValue": value });
        let rule =
            json!({ "conditions": [{ "userCondition": user }], "value": { "boolValue": true } });
        json!({ "defaultValue": { "boolValue": false }, "targetingRules": [rule] })
    };
    let at = |field: &str| {
        format!("TargetingRules[0].Conditions[0].UserCondition.ComparisonValue.{field}")
    };
    let items = |items: &[&str]| {
        let items = items.iter().map(|item| json!({ "value": item }));
        json!({ "listValue": items.collect::<Value>() })
    };
    let empty = "It must not be empty";
    stage
        .refused(
            "PUT",
            VALUE,
            compared("textEquals", json!({ "stringValue": "" })),
            &at("StringValue"),
            empty,
        )
        .await;
    stage
        .refused(
            "PUT",
            VALUE,
            compared("isOneOf", items(&[])),
            &at("ListValue"),
            empty,
        )
        .await;
    stage
        .refused(
            "PUT",
            VALUE,
            compared("isOneOf", items(&["a", ""])),
            &at("ListValue[1].Value"),
            empty,
        )
        .await;
    stage
        .taken(
            "PUT",
            VALUE,
            compared("isOneOf", items(&[&"x".repeat(255)])),
        )
        .await;
    stage
        .refused(
            "PUT",
            VALUE,
            compared("isOneOf", items(&[&"x".repeat(256)])),
            &at("ListValue"),
            "It has 256",
        )
        .await;
    let long = compared("textEquals", json!({ "stringValue": "x".repeat(65_535) }));
    stage.taken("PUT", VALUE, long).await;
    let longer = compared("textEquals", json!({ "stringValue": "x".repeat(65_536) }));
    stage
        .refused("PUT", VALUE, longer, &at("StringValue"), "It has 65536")
        .await;

    let rule = |comparator: &str, value: &str| {
        let rule = json!({ "comparisonAttribute": "A", "comparator": comparator, "comparisonValue": value, "value": true });
        json!({ "value": false, "rolloutRules": [rule] })
    };
    for (comparator, value) in [("isOneOf", " , "), ("contains", ""), ("numberLess", "five")] {
        let at = "RolloutRules[0].ComparisonValue";
        stage
            .refused(
                "PUT",
                VALUE_V1,
                rule(comparator, value),
                at,
                "Invalid term value",
            )
            .await;
    }
    stage
        .taken("PUT", VALUE_V1, rule("numberLess", "-5.5"))
        .await;
    let segment = |comparator: &str, value: &str| json!({ "name": value.len().to_string(), "comparator": comparator, "comparisonAttribute": "A", "comparisonValue": value });
    let segments = "/v1/products/{product}/segments";
    for (comparator, most) in [("contains", 65_535), ("isOneOf", 255)] {
        let (long, longer) = ("x".repeat(most), "x".repeat(most + 1));
        let words = format!("It has {}", most + 1);
        let path = segments;
        stage.taken("PUT", VALUE_V1, rule(comparator, &long)).await;
        stage.taken("POST", path, segment(comparator, &long)).await;
        let (rule, at) = (rule(comparator, &longer), "RolloutRules[0].ComparisonValue");
        stage.refused("PUT", VALUE_V1, rule, at, &words).await;
        let (segment, at) = (segment(comparator, &longer), "ComparisonValue");
        stage.refused("POST", path, segment, at, &words).await;
    }
}

/// A text setting starts empty; it can get rules before it gets a text.
#[tokio::test]
async fn an_empty_text_that_is_there_may_stay() {
    let stage = Stage::new().await;
    for (config, document, rules) in [
        ("{v1}", "/v1", "rolloutRules"),
        ("{v2}", "/v2", "targetingRules"),
    ] {
        let new = json!({ "key": "fresh", "name": "x", "settingType": "string" });
        let made = stage
            .taken("POST", &format!("/v1/configs/{config}/settings"), new)
            .await;
        let path = format!(
            "{document}/environments/{{production}}/settings/{}/value",
            made["settingId"]
        );
        let patch = json!([{ "op": "replace", "path": format!("/{rules}"), "value": [] }]);
        assert_eq!(stage.send("PATCH", &path, &patch).await.0, 204, "{path}");
        // All that is read can be written back together, too.
        let (all, entry) = match document {
            "/v1" => (
                "settingValues",
                json!({ "settingId": made["settingId"], "value": "" }),
            ),
            _ => (
                "updateFormulas",
                json!({ "settingId": made["settingId"], "defaultValue": { "stringValue": "" } }),
            ),
        };
        let path = format!("{document}/configs/{config}/environments/{{production}}/values");
        stage
            .taken("POST", &path, json!({ all: [entry.clone()] }))
            .await;
        if document == "/v2" {
            let path = "/v2/configs/{v2}/environments/{production}/change-requests";
            let request = json!({ "title": "t", "proposedChanges": [{ "proposedChange": entry }] });
            stage.taken("POST", path, request).await;
        }
    }
    let formula =
        json!({ "settingId": text_of(&stage).await, "defaultValue": { "stringValue": "" } });
    let path = "/v2/configs/{v2}/environments/{production}/values";
    let field = "UpdateFormulas[0].DefaultValue.StringValue";
    let all = json!({ "updateFormulas": [formula] });
    stage
        .refused("POST", path, all, field, "It must not be empty")
        .await;
}

/// The id of a setting that serves a text.
async fn text_of(stage: &Stage) -> Value {
    let setting = stage.taken("GET", "/v1/settings/{text}", Value::Null).await;
    setting["settingId"].clone()
}
