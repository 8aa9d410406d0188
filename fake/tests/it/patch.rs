//! JSON Patch: what may be changed is changed as RFC 6902 says, and the rest is refused.

use std::collections::BTreeMap;

use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::{Error, Result, reqwest};
use serde_json::{Value, json};

fn operation(op: &str, path: &str) -> JsonPatchOperation {
    JsonPatchOperation::new(op, path)
}

/// The fields that a 400 names.
fn fields<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    match result {
        Err(Error::Api(failure)) if failure.status == 400 => {
            failure.field_errors.into_keys().collect()
        }
        other => panic!("no 400: {other:?}"),
    }
}

#[tokio::test]
async fn a_setting_is_patched_with_tags_by_id() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let tag = client
        .create_tag(demo.product_id, CreateTagModel::new("api"))
        .send()
        .await?;
    let id = demo.v1.new_checkout;
    let patch = vec![
        operation("replace", "/name").with_value("Checkout"),
        operation("add", "/tags/-").with_value(tag.tag_id.0),
        operation("replace", "/hint").with_value(Value::Null),
    ];
    let updated = client.update_setting(id, patch).send().await?;
    assert_eq!(updated.name, "Checkout");
    assert_eq!(updated.hint, None);
    let names: Vec<&str> = updated.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["release", "api"]);
    let attached = client
        .get_setting_value(demo.test_id, id)
        .send()
        .await?
        .into_inner()
        .setting_tags;

    let patch = vec![operation("remove", "/tags/0")];
    let updated = client.update_setting(id, patch).send().await?;
    assert_eq!(updated.tags.len(), 1);
    let left = client
        .get_setting_value(demo.test_id, id)
        .send()
        .await?
        .into_inner()
        .setting_tags;
    assert_eq!(
        left,
        attached[1..],
        "the tag that stays keeps its attachment"
    );

    let patch = vec![operation("add", "/tags/-").with_value(999_999)];
    assert_eq!(
        fields(client.update_setting(id, patch).send().await),
        ["Tags[1]"]
    );
    let patch = vec![operation("add", "/tags/-").with_value("release")];
    assert_eq!(
        fields(client.update_setting(id, patch).send().await),
        ["Tags[1]"]
    );
    let same = vec![operation("test", "/name").with_value("Checkout")];
    assert_eq!(client.update_setting(id, same).send().await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn v1_rules_are_added_moved_and_removed() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (environment, setting) = (demo.production_id, demo.v1.beta_search);
    let rule = json!({
        "comparisonAttribute": "Country", "comparator": "isOneOf", "comparisonValue": "DE, AT", "value": true,
    });
    let patch = vec![
        operation("add", "/rolloutRules/-").with_value(rule),
        operation("move", "/rolloutRules/0").with_from("/rolloutRules/1"),
        operation("replace", "/value").with_value(true),
    ];
    let updated = client
        .update_setting_value(environment, setting, patch)
        .send()
        .await?;
    let updated = updated.into_inner().expect("it changed something");
    let attribute = |index: usize| updated.rollout_rules[index].comparison_attribute.as_deref();
    assert_eq!(
        (attribute(0), attribute(1)),
        (Some("Country"), Some("Email"))
    );
    assert_eq!(updated.value, true.into());
    assert_eq!(
        updated.rollout_percentage_items.len(),
        2,
        "what is not touched stays"
    );

    let patch = vec![operation("remove", "/rolloutPercentageItems")];
    let updated = client
        .update_setting_value(environment, setting, patch)
        .send()
        .await?;
    assert!(
        updated
            .into_inner()
            .is_some_and(|value| value.rollout_percentage_items.is_empty())
    );
    Ok(())
}

#[tokio::test]
async fn v2_values_are_objects_in_a_patch() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (environment, setting) = (demo.production_id, demo.v2.beta_search);
    let patch = vec![
        operation("replace", "/defaultValue/boolValue").with_value(true),
        operation("copy", "/targetingRules/0").with_from("/targetingRules/0"),
        operation("move", "/targetingRules/1").with_from("/targetingRules/0"),
        operation("replace", "/percentageEvaluationAttribute").with_value("Country"),
    ];
    let updated = client
        .update_setting_value_v2(environment, setting, patch)
        .send()
        .await?;
    let updated = updated.into_inner().expect("it changed something");
    assert_eq!(updated.default_value.bool_value, Some(true));
    assert_eq!(updated.targeting_rules[2].percentage_options.len(), 2);
    assert_eq!(
        updated.percentage_evaluation_attribute.as_deref(),
        Some("Country")
    );
    let patch =
        vec![operation("replace", "/defaultValue").with_value(json!({ "stringValue": "on" }))];
    let refused = client
        .update_setting_value_v2(environment, setting, patch)
        .send()
        .await;
    assert_eq!(
        fields(refused),
        ["DefaultValue.BoolValue", "DefaultValue.StringValue"]
    );
    Ok(())
}

#[tokio::test]
async fn a_patch_that_changes_nothing_has_no_answer() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (environment, setting) = (demo.production_id, demo.v2.beta_search);
    let before = client
        .get_setting_value_v2(environment, setting)
        .send()
        .await?;
    let patch = vec![operation("replace", "/defaultValue/boolValue").with_value(false)];
    let same = client
        .update_setting_value_v2(environment, setting, patch)
        .send()
        .await?;
    assert_eq!(same.status(), 204);
    assert!(same.is_none());
    let none = client
        .update_setting_value_v2(
            environment,
            setting,
            vec![operation("test", "/defaultValue/boolValue").with_value(false)],
        )
        .send()
        .await?;
    assert_eq!(none.status(), 204);
    let after = client
        .get_setting_value_v2(environment, setting)
        .send()
        .await?;
    assert_eq!(before.last_version_id, after.last_version_id);
    let patch = vec![operation("replace", "/value").with_value(20)];
    let same = client
        .update_setting_value(environment, demo.v1.page_size, patch)
        .send()
        .await?;
    assert_eq!(same.status(), 204);
    Ok(())
}

#[tokio::test]
async fn what_is_read_only_or_impossible_is_refused() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let patch = async |operation: JsonPatchOperation| {
        let call = client.update_setting_value(demo.test_id, demo.v1.page_size, vec![operation]);
        fields(call.send().await)
    };
    assert_eq!(
        patch(operation("replace", "/setting/key").with_value("x")).await,
        ["[0].Path"]
    );
    assert_eq!(
        patch(operation("replace", "/value2").with_value(1)).await,
        ["[0].Path"]
    );
    assert_eq!(
        patch(operation("replace", "value").with_value(1)).await,
        ["[0].Path"]
    );
    let stolen = operation("copy", "/value").with_from("/setting/order");
    assert_eq!(patch(stolen).await, ["[0].From"]);
    // The client sends neither, so this goes by hand.
    let by_hand = async |body: &'static str| {
        let path = format!(
            "{}/v1/environments/{}/settings/{}/value",
            fake.base_url(),
            demo.test_id,
            demo.v1.page_size
        );
        let request = reqwest::Client::new()
            .patch(path)
            .basic_auth("user", Some("pass"));
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 400);
        let bytes = response.bytes().await.expect("a body");
        let fields: BTreeMap<String, Vec<String>> = serde_json::from_slice(&bytes).expect("fields");
        fields.into_keys().collect::<Vec<_>>()
    };
    let nowhere = r#"[{"op":"move","path":"/value"}]"#;
    assert_eq!(by_hand(nowhere).await, ["[0].From"]);
    let nothing = r#"[{"op":"replace","path":"/value"}]"#;
    assert_eq!(by_hand(nothing).await, ["[0].Value"]);
    assert_eq!(patch(operation("unknown", "/value")).await, ["[0].Op"]);
    assert_eq!(patch(operation("destroy", "/value")).await, ["[0].Op"]);
    assert_eq!(
        patch(operation("test", "/value").with_value(21)).await,
        ["[0].Path"]
    );
    assert_eq!(
        patch(operation("remove", "/rolloutRules/0")).await,
        ["[0].Path"]
    );
    assert_eq!(patch(operation("remove", "/value")).await, ["Value"]);
    assert_eq!(
        patch(operation("replace", "/value").with_value("x")).await,
        ["Value"]
    );
    let rename = vec![operation("replace", "/key").with_value("x")];
    assert_eq!(
        fields(
            client
                .update_setting(demo.v1.page_size, rename)
                .send()
                .await
        ),
        ["[0].Path"]
    );
    let value = client
        .get_setting_value(demo.test_id, demo.v1.page_size)
        .send()
        .await?;
    assert_eq!(value.value, 20.into());
    Ok(())
}
