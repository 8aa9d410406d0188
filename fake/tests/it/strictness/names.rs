//! Keys and names, and where they are unique.

use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn keys_are_ascii_and_unique_whatever_the_case() {
    let stage = Stage::new().await;
    let new = |key: &str| json!({ "key": key, "name": "Any", "settingType": "boolean" });
    let path = "/v1/configs/{v2}/settings";
    for key in [
        "1abc",
        "a.b",
        "with space",
        "ключ",
        "-x",
        "a/b",
        "_x",
        "ab\n",
    ] {
        stage
            .refused(
                "POST",
                path,
                new(key),
                "Key",
                "It has to begin with a letter",
            )
            .await;
    }
    for key in ["isAwesome", "a", "A-b_1"] {
        if key != "A-b_1" {
            stage.taken("POST", path, new(key)).await;
        }
    }
    for key in ["ISAWESOME", "isAwesome", "NEW_CHECKOUT"] {
        stage
            .refused("POST", path, new(key), "Key", "This key is already in use")
            .await;
    }
    // The same name, and the same key in another config, are fine.
    stage
        .taken("POST", "/v1/configs/{v1}/settings", new("isAwesome"))
        .await;
}

#[tokio::test]
async fn names_are_unique_where_the_service_wants_that() {
    let stage = Stage::new().await;
    let taken = "This name is already in use";
    let segment = |name: &str| json!({ "name": name, "comparator": "isOneOf", "comparisonAttribute": "A", "comparisonValue": "x" });
    stage
        .taken("POST", "/v1/products/{product}/segments", segment("Staff"))
        .await;
    for (path, body) in [
        (
            "/v1/organizations/{organization}/products",
            json!({ "name": "web SHOP" }),
        ),
        (
            "/v1/products/{product}/environments",
            json!({ "name": "PRODUCTION" }),
        ),
        ("/v1/products/{product}/tags", json!({ "name": "Release" })),
        ("/v1/products/{product}/segments", segment("staff")),
    ] {
        stage.refused("POST", path, body, "Name", taken).await;
    }
    // To keep one's own name is no conflict, to take another's is.
    let other = segment("Guests");
    for (list, id, one, made, own, others) in [
        (
            "/v1/organizations/{organization}/products",
            "productId",
            "/v1/products",
            json!({ "name": "Other" }),
            json!({ "name": "OTHER" }),
            json!({ "name": "WEB shop" }),
        ),
        (
            "/v1/products/{product}/environments",
            "environmentId",
            "/v1/environments",
            json!({ "name": "Other" }),
            json!({ "name": "OTHER" }),
            json!({ "name": "test" }),
        ),
        (
            "/v1/products/{product}/tags",
            "tagId",
            "/v1/tags",
            json!({ "name": "Other" }),
            json!({ "name": "OTHER" }),
            json!({ "name": "RELEASE" }),
        ),
        (
            "/v1/products/{product}/segments",
            "segmentId",
            "/v1/segments",
            other,
            json!({ "name": "GUESTS" }),
            json!({ "name": "STAFF" }),
        ),
    ] {
        let made = stage.taken("POST", list, made).await;
        let id = made[id].to_string();
        let path = format!("{one}/{}", id.trim_matches('"'));
        stage.taken("PUT", &path, own).await;
        stage.refused("PUT", &path, others, "Name", taken).await;
    }

    let path = "/v1/configs/{v2}/settings";
    let on_off = |first: &str, second: &str| {
        let variation =
            |name: &str, on: bool| json!({ "name": name, "value": { "boolValue": on } });
        json!({
            "key": "v", "name": "v", "settingType": "boolean",
            "predefinedVariations": [variation(first, true), variation(second, false)],
        })
    };
    let at = "PredefinedVariations[1].Name";
    stage
        .refused("POST", path, on_off("On", "on"), at, taken)
        .await;
    stage
        .refused("POST", path, on_off("On", " "), at, "It must not be empty")
        .await;
    stage.taken("POST", path, on_off("On", "Off")).await;
}

/// The description lets a change empty a name, so something may have the empty one. Who names nothing does not ask for it.
#[tokio::test]
async fn who_gives_no_name_takes_none() {
    let stage = Stage::new().await;
    for (list, id, one, change) in [
        (
            "/v1/organizations/{organization}/products",
            "productId",
            "/v1/products",
            json!({ "order": 5 }),
        ),
        (
            "/v1/products/{product}/environments",
            "environmentId",
            "/v1/environments",
            json!({ "order": 5 }),
        ),
        (
            "/v1/products/{product}/tags",
            "tagId",
            "/v1/tags",
            json!({ "color": "red" }),
        ),
    ] {
        let mut paths = Vec::new();
        for name in ["Nameless", "Named"] {
            let made = stage.taken("POST", list, json!({ "name": name })).await;
            paths.push(format!("{one}/{}", made[id].to_string().trim_matches('"')));
        }
        let empty = json!({ "name": "" });
        stage.taken("PUT", &paths[0], empty.clone()).await;
        assert_eq!(stage.taken("PUT", &paths[1], change).await["name"], "Named");
        let taken = "This name is already in use";
        stage.refused("PUT", &paths[1], empty, "Name", taken).await;
    }
}

/// Without a name, a variation goes by its value.
#[tokio::test]
async fn variations_differ_in_value_and_in_what_they_go_by() {
    let stage = Stage::new().await;
    let path = "/v1/configs/{v2}/settings";
    let setting = |variations: Value| json!({ "key": "v", "name": "v", "settingType": "string", "predefinedVariations": variations });
    let text = |text: &str| json!({ "value": { "stringValue": text } });
    let named = |name: &str| json!({ "name": name, "value": { "stringValue": "x" } });
    for (variations, field, words) in [
        (
            json!([text("light"), text("")]),
            "PredefinedVariations[1].Value.StringValue",
            "It must not be empty",
        ),
        (
            json!([named("A"), named("B")]),
            "PredefinedVariations[1].Value",
            "Another variation has the same value",
        ),
        (
            json!([named("Light"), text("light")]),
            "PredefinedVariations[1].Name",
            "This name is already in use",
        ),
    ] {
        stage
            .refused("POST", path, setting(variations), field, words)
            .await;
    }
    let good = setting(json!([named("Light"), text("dark")]));
    let made = stage.taken("POST", path, good).await;
    let path = format!("/v1/settings/{}/predefined-variations", made["settingId"]);
    let known = stage.taken("GET", &path, Value::Null).await;
    let id = &known["predefinedVariations"][0]["predefinedVariationId"];
    let one = |text: &str| json!({ "predefinedVariationId": id, "value": { "stringValue": text } });
    let twice = json!({ "predefinedVariations": [one("x"), one("z")] });
    let field = "PredefinedVariations[1].PredefinedVariationId";
    stage
        .refused(
            "PUT",
            &path,
            twice,
            field,
            "Another variation has the same id",
        )
        .await;
}
