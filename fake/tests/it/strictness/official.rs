//! What the acceptance tests of ConfigCat's Terraform provider expect of the service.

use serde_json::{Value, json};

use super::{INT, Stage, VALUE};

/// A rule for a flag, with this condition and what it serves.
fn rule(condition: Value, serves: Value) -> Value {
    let mut rule = serves;
    rule["conditions"] = json!([condition]);
    json!({ "defaultValue": { "boolValue": false }, "targetingRules": [rule] })
}

fn compares(comparator: &str, value: Value) -> Value {
    json!({ "userCondition": { "comparisonAttribute": "A", "comparator": comparator, "comparisonValue": value } })
}

#[tokio::test]
async fn a_refusal_has_the_words_of_the_service() {
    let stage = Stage::new().await;
    let on = json!({ "value": { "boolValue": true } });
    let is_cat = compares("textEquals", json!({ "stringValue": "cat" }));
    let share = |value: i32| json!({ "percentage": 50, "value": { "intValue": value } });
    let needs = |id: i32, value: Value| json!({ "prerequisiteFlagCondition": { "comparator": "equals", "prerequisiteSettingId": id, "prerequisiteComparisonValue": value } });
    let number = stage.fake.demo().expect("the fake starts with it");
    let number = number.v2.page_size.0;
    let condition = "TargetingRules[0].Conditions[0]";
    let compared = |name: &str| format!("{condition}.UserCondition.ComparisonValue.{name}");
    let needed = |name: &str| format!("{condition}.PrerequisiteFlagCondition.Prerequisite{name}");
    let text = json!({ "stringValue": "1" });
    let list = json!({ "listValue": [{ "value": "a" }] });
    for (body, field, words) in [
        (
            rule(compares("dateTimeBefore", text.clone()), on.clone()),
            compared("DoubleValue"),
            "DoubleValue field must be set",
        ),
        (
            rule(compares("sensitiveTextEquals", list), on.clone()),
            compared("StringValue"),
            "StringValue field must be set",
        ),
        (
            rule(compares("isOneOf", text), on.clone()),
            compared("ListValue"),
            "ListValue field must be set",
        ),
        (
            rule(is_cat.clone(), json!({ "value": { "intValue": 10 } })),
            "TargetingRules[0].Value".into(),
            "Invalid term value.",
        ),
        (
            rule(is_cat, json!({ "percentageOptions": [share(1), share(2)] })),
            "TargetingRules[0].PercentageOptions[0].Value".into(),
            "Invalid percentage option value.",
        ),
        (
            rule(needs(number, json!({ "boolValue": true })), on.clone()),
            needed("ComparisonValue"),
            "Invalid prerequisite value.",
        ),
        (
            rule(needs(12_345_678, json!({ "boolValue": true })), on),
            needed("SettingId"),
            "Prerequisite setting not found",
        ),
    ] {
        stage.refused("PUT", VALUE, body, &field, words).await;
    }
    let new = json!({ "key": "new_checkout", "name": "Again", "settingType": "boolean" });
    let words = "This key is already in use. Please, choose another";
    let path = "/v1/configs/{v2}/settings";
    stage.refused("POST", path, new, "Key", words).await;
    let demand = json!({ "approveRequired": true });
    let preferences = "/v1/products/{product}/preferences";
    stage.taken("POST", preferences, demand).await;
    let value = json!({ "defaultValue": { "intValue": 5 } });
    let (field, words) = ("BypassApproval", "Approval required");
    stage.refused("PUT", INT, value, field, words).await;
}

#[tokio::test]
async fn a_patch_says_whether_a_text_is_json() {
    let stage = Stage::new().await;
    let (path, new) = ("/v1/configs/{v2}/settings", "/v1/settings/{text}");
    for wanted in [true, false] {
        let patch = json!([{ "op": "replace", "path": "/isJson", "value": wanted }]);
        assert_eq!(stage.taken("PATCH", new, patch).await["isJson"], wanted);
        let all = stage.taken("GET", path, Value::Null).await;
        let is_json = |one: &Value| one["key"] == "banner_text" && one["isJson"] == wanted;
        assert!(all.as_array().is_some_and(|all| all.iter().any(is_json)));
    }
    // What a patch leaves out stays.
    let patch = json!([{ "op": "replace", "path": "/isJson", "value": true }, { "op": "replace", "path": "/name", "value": "B" }]);
    stage.taken("PATCH", new, patch).await;
    let patch = json!([{ "op": "replace", "path": "/name", "value": "C" }]);
    assert_eq!(stage.taken("PATCH", new, patch).await["isJson"], true);
}

#[tokio::test]
async fn settings_of_v1_configs_have_no_variations() {
    let stage = Stage::new().await;
    let new = |variations: Value| json!({ "key": "theme", "name": "Theme", "settingType": "boolean", "predefinedVariations": variations });
    let two = json!([{ "value": { "boolValue": false } }, { "value": { "boolValue": true } }]);
    let (path, field) = ("/v1/configs/{v1}/settings", "PredefinedVariations");
    let words = "Only V2 Configs";
    stage
        .refused("POST", path, new(two.clone()), field, words)
        .await;
    stage.taken("POST", path, new(json!([]))).await;
    let path = "/v1/configs/{v2}/settings";
    let made = stage.taken("POST", path, new(two)).await;
    // One that is served cannot go.
    let path = format!("/v1/settings/{}/predefined-variations", made["settingId"]);
    let kept = &made["predefinedVariations"][1];
    let one =
        json!({ "predefinedVariationId": kept["predefinedVariationId"], "value": kept["value"] });
    let wanted = json!({ "predefinedVariations": [one] });
    let words = "Can not remove predefined variations";
    stage.refused("PUT", &path, wanted, field, words).await;
}
