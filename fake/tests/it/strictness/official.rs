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
