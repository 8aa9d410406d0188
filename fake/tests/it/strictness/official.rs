//! What the acceptance tests of ConfigCat's Terraform provider expect of the service.

use serde_json::{Value, json};

use super::Stage;

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
