//! Each method of a typed patch writes exactly the operation that the API takes; on the server it does what it says.

use configcat_fake::Fake;
use configcat_management::patch::{
    FormulaPatch, Kind, Patch, ProxyProfilePatch, SettingPatch, SettingValuePatch, WebhookPatch,
};
use configcat_management::types::*;
use configcat_management::types::{ConfigId, EnvironmentId, TagId};
use configcat_management::{Client, Error, Result, Secret};
use serde_json::{Value, json};

use crate::patch_models as models;

fn wire<K: Kind>(patch: Patch<K>) -> Value {
    serde_json::to_value(Vec::<JsonPatchOperation>::from(patch)).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(error @ Error::Invalid(_)) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_setting() -> Result<()> {
    let new = SettingPatch::new;
    let seen = [4, 7, 9].map(models::tag_model);
    for (patch, expected) in [
        (
            new().rename("a/b~"),
            json!([{ "op": "replace", "path": "/name", "value": "a/b~" }]),
        ),
        (
            new().set_hint("h"),
            json!([{ "op": "replace", "path": "/hint", "value": "h" }]),
        ),
        (
            new().clear_hint(),
            json!([{ "op": "replace", "path": "/hint", "value": null }]),
        ),
        (
            new().add_tag(5),
            json!([{ "op": "add", "path": "/tags/-", "value": 5 }]),
        ),
        (
            new().replace_tags([5, 6]),
            json!([{ "op": "replace", "path": "/tags", "value": [5, 6] }]),
        ),
        (
            new()
                .remove_tag(4, &seen)?
                .add_tag(5)
                .remove_tag(9, &seen)?,
            json!([
                { "op": "test", "path": "/tags/0", "value": 4 },
                { "op": "remove", "path": "/tags/0" },
                { "op": "add", "path": "/tags/-", "value": 5 },
                { "op": "test", "path": "/tags/1", "value": 9 },
                { "op": "remove", "path": "/tags/1" },
            ]),
        ),
    ] {
        assert_eq!(wire(patch), expected);
    }
    assert_eq!(
        refused(new().remove_tag(5, &seen)),
        "update-setting (PATCH /v1/settings/{settingId}) was not sent: `/tags` has no tag 5 to remove"
    );
    refused(new().remove_tag(4, &seen)?.remove_tag(4, &seen));
    Ok(())
}

fn rule_v1() -> (UpdateRolloutRuleModel, Value) {
    let rule = UpdateRolloutRuleModel::new(true)
        .with_comparison_attribute("Email")
        .with_comparator(RolloutRuleComparator::Contains)
        .with_comparison_value("@example.com");
    let json = json!({
        "comparator": "contains", "comparisonAttribute": "Email", "comparisonValue": "@example.com", "value": true,
    });
    (rule, json)
}

#[test]
fn a_v1_value() {
    let new = SettingValuePatch::new;
    let (rule, rule_json) = rule_v1();
    let item = || UpdateRolloutPercentageItemModel::new(100, 5);
    let item_json = json!({ "percentage": 100, "value": 5 });
    for (patch, expected) in [
        (
            new().turn_on(),
            json!([{ "op": "replace", "path": "/value", "value": true }]),
        ),
        (
            new().turn_off(),
            json!([{ "op": "replace", "path": "/value", "value": false }]),
        ),
        (
            new().set_value(5),
            json!([{ "op": "replace", "path": "/value", "value": 5 }]),
        ),
        (
            new().set_value("x"),
            json!([{ "op": "replace", "path": "/value", "value": "x" }]),
        ),
        (
            new().add_rule(rule.clone()),
            json!([{ "op": "add", "path": "/rolloutRules/-", "value": rule_json }]),
        ),
        (
            new().insert_rule(1, rule.clone()),
            json!([{ "op": "add", "path": "/rolloutRules/1", "value": rule_json }]),
        ),
        (
            new().replace_rule(1, rule.clone()),
            json!([{ "op": "replace", "path": "/rolloutRules/1", "value": rule_json }]),
        ),
        (
            new().remove_rule(1),
            json!([{ "op": "remove", "path": "/rolloutRules/1" }]),
        ),
        (
            new().move_rule(2, 0),
            json!([{ "op": "move", "from": "/rolloutRules/2", "path": "/rolloutRules/0" }]),
        ),
        (
            new().replace_rules([rule]),
            json!([{ "op": "replace", "path": "/rolloutRules", "value": [rule_json] }]),
        ),
        (
            new().add_percentage_item(item()),
            json!([{ "op": "add", "path": "/rolloutPercentageItems/-", "value": item_json }]),
        ),
        (
            new().insert_percentage_item(0, item()),
            json!([{ "op": "add", "path": "/rolloutPercentageItems/0", "value": item_json }]),
        ),
        (
            new().replace_percentage_item(0, item()),
            json!([{ "op": "replace", "path": "/rolloutPercentageItems/0", "value": item_json }]),
        ),
        (
            new().remove_percentage_item(0),
            json!([{ "op": "remove", "path": "/rolloutPercentageItems/0" }]),
        ),
        (
            new().move_percentage_item(0, 1),
            json!([{
                "op": "move", "from": "/rolloutPercentageItems/0", "path": "/rolloutPercentageItems/1",
            }]),
        ),
        (
            new().replace_percentage_items([item()]),
            json!([{ "op": "replace", "path": "/rolloutPercentageItems", "value": [item_json] }]),
        ),
    ] {
        assert_eq!(wire(patch), expected);
    }
}

fn rule_v2() -> (UpdateTargetingRuleModel, Value) {
    let switch = |on: bool| UpdateValueModel::new().with_bool_value(on);
    let shares = [(100, true), (0, false)];
    let shares = shares.map(|(share, on)| UpdatePercentageOptionModel::new(share, switch(on)));
    let value = UpdateComparisonValueModel::new().with_string_value("NL");
    let country = UpdateUserConditionModel::new(UserComparator::TextEquals, "Country", value);
    let rule = UpdateTargetingRuleModel::new()
        .with_conditions([UpdateConditionModel::new().with_user_condition(country)])
        .with_percentage_options(shares);
    let json = json!({
        "conditions": [{ "userCondition": {
            "comparator": "textEquals", "comparisonAttribute": "Country", "comparisonValue": { "stringValue": "NL" },
        } }],
        "percentageOptions": [
            { "percentage": 100, "value": { "boolValue": true } },
            { "percentage": 0, "value": { "boolValue": false } },
        ],
    });
    (rule, json)
}

#[test]
fn a_v2_value() {
    let new = FormulaPatch::new;
    let (rule, rule_json) = rule_v2();
    let set = |field: &str, value: Value| json!([{ "op": "replace", "path": format!("/defaultValue/{field}"), "value": value }]);
    let text = UpdateValueModel::new().with_string_value("x");
    let attribute = "/percentageEvaluationAttribute";
    for (patch, expected) in [
        (new().turn_on(), set("boolValue", json!(true))),
        (new().turn_off(), set("boolValue", json!(false))),
        (new().set_default(5), set("intValue", json!(5))),
        (new().set_default(5.0), set("doubleValue", json!(5.0))),
        (new().set_default("x"), set("stringValue", json!("x"))),
        (
            new().replace_default(text),
            json!([{ "op": "replace", "path": "/defaultValue", "value": { "stringValue": "x" } }]),
        ),
        (
            new().split_by("Country"),
            json!([{ "op": "replace", "path": attribute, "value": "Country" }]),
        ),
        (
            new().split_by_identifier(),
            json!([{ "op": "replace", "path": attribute, "value": null }]),
        ),
        (
            new().add_rule(rule.clone()),
            json!([{ "op": "add", "path": "/targetingRules/-", "value": rule_json }]),
        ),
        (
            new().insert_rule(0, rule.clone()),
            json!([{ "op": "add", "path": "/targetingRules/0", "value": rule_json }]),
        ),
        (
            new().replace_rule(0, rule.clone()),
            json!([{ "op": "replace", "path": "/targetingRules/0", "value": rule_json }]),
        ),
        (
            new().remove_rule(0),
            json!([{ "op": "remove", "path": "/targetingRules/0" }]),
        ),
        (
            new().move_rule(0, 1),
            json!([{ "op": "move", "from": "/targetingRules/0", "path": "/targetingRules/1" }]),
        ),
        (
            new().replace_rules([rule]),
            json!([{ "op": "replace", "path": "/targetingRules", "value": [rule_json] }]),
        ),
    ] {
        assert_eq!(wire(patch), expected);
    }
}

#[test]
fn a_webhook() {
    let new = WebhookPatch::new;
    let header = || WebhookHeaderModel::new("authorization", "s3same-0pen").with_is_secure(true);
    let header_json = json!({ "isSecure": true, "key": "authorization", "value": "s3same-0pen" });
    let url = "https://example.com/hook";
    for (patch, expected) in [
        (
            new().set_url(url),
            json!([{ "op": "replace", "path": "/url", "value": url }]),
        ),
        (
            new().set_content("{}"),
            json!([{ "op": "replace", "path": "/content", "value": "{}" }]),
        ),
        (
            new().clear_content(),
            json!([{ "op": "replace", "path": "/content", "value": null }]),
        ),
        (
            new().set_http_method(WebHookHttpMethod::Post),
            json!([{ "op": "replace", "path": "/httpMethod", "value": "post" }]),
        ),
        (
            new().add_header(header()),
            json!([{ "op": "add", "path": "/webHookHeaders/-", "value": header_json }]),
        ),
        (
            new().insert_header(0, header()),
            json!([{ "op": "add", "path": "/webHookHeaders/0", "value": header_json }]),
        ),
        (
            new().replace_header(0, header()),
            json!([{ "op": "replace", "path": "/webHookHeaders/0", "value": header_json }]),
        ),
        (
            new().remove_header(2),
            json!([{ "op": "remove", "path": "/webHookHeaders/2" }]),
        ),
        (
            new().move_header(1, 0),
            json!([{ "op": "move", "from": "/webHookHeaders/1", "path": "/webHookHeaders/0" }]),
        ),
        (
            new().replace_headers([header()]),
            json!([{ "op": "replace", "path": "/webHookHeaders", "value": [header_json] }]),
        ),
    ] {
        let printed = format!("{patch} {patch:?}");
        assert!(!printed.contains("s3same"), "{printed}");
        assert_eq!(wire(patch), expected);
    }
}

#[test]
fn a_proxy_profile() {
    let new = ProxyProfilePatch::new;
    let rule = || {
        UpdateProxyProfileSelectionRule::new()
            .with_kind(SelectionRuleKind::Include)
            .with_environment_name_match_filter("Prod*")
    };
    let rule_json = json!({ "environmentNameMatchFilter": "Prod*", "kind": "include" });
    let url = "https://proxy.example.com";
    let notification = "/connectionPreferences/webhookNotification";
    for (patch, expected) in [
        (
            new().rename("p"),
            json!([{ "op": "replace", "path": "/name", "value": "p" }]),
        ),
        (
            new().set_description("d"),
            json!([{ "op": "replace", "path": "/description", "value": "d" }]),
        ),
        (
            new().clear_description(),
            json!([{ "op": "replace", "path": "/description", "value": null }]),
        ),
        (
            new().set_poll_interval(90),
            json!([{ "op": "replace", "path": "/connectionPreferences/sdkPollInterval", "value": 90 }]),
        ),
        (
            new().connect_notifications(url),
            json!([{ "op": "add", "path": notification, "value": { "webhookProxyUrl": url } }]),
        ),
        (
            new().set_notification_url(url),
            json!([{ "op": "replace", "path": format!("{notification}/webhookProxyUrl"), "value": url }]),
        ),
        (
            new().disconnect_notifications(),
            json!([{ "op": "remove", "path": notification }]),
        ),
        (
            new().add_selection_rule(rule()),
            json!([{ "op": "add", "path": "/sdkKeySelectionRules/-", "value": rule_json }]),
        ),
        (
            new().insert_selection_rule(0, rule()),
            json!([{ "op": "add", "path": "/sdkKeySelectionRules/0", "value": rule_json }]),
        ),
        (
            new().replace_selection_rule(0, rule()),
            json!([{ "op": "replace", "path": "/sdkKeySelectionRules/0", "value": rule_json }]),
        ),
        (
            new().remove_selection_rule(0),
            json!([{ "op": "remove", "path": "/sdkKeySelectionRules/0" }]),
        ),
        (
            new().move_selection_rule(0, 1),
            json!([{ "op": "move", "from": "/sdkKeySelectionRules/0", "path": "/sdkKeySelectionRules/1" }]),
        ),
        (
            new().replace_selection_rules([rule()]),
            json!([{ "op": "replace", "path": "/sdkKeySelectionRules", "value": [rule_json] }]),
        ),
    ] {
        assert_eq!(wire(patch), expected);
    }
}

#[test]
fn guards_and_previews() -> Result<()> {
    let seen = models::proxy_profile(json!({
        "name": "p", "description": null, "sdkKeySelectionRules": [],
        "connectionPreferences": models::preferences(60, Some("https://a.example")),
    }));
    let patch = ProxyProfilePatch::new()
        .disconnect_notifications()
        .guarded_by(&seen);
    assert_eq!(
        patch.to_string(),
        "test /connectionPreferences/sdkPollInterval: 60\n\
         test /connectionPreferences/webhookNotification/webhookProxyUrl: \"https://a.example\"\n\
         remove /connectionPreferences/webhookNotification"
    );
    let preferences = patch.preview(&seen)?.connection_preferences.unwrap();
    assert_eq!(preferences.webhook_notification, None);
    assert_eq!(preferences.sdk_poll_interval, Some(60));

    let seen = models::setting(&[4, 7]);
    let patch = SettingPatch::new()
        .rename("New")
        .add_tag(9)
        .guarded_by(&seen);
    let after = patch.preview(&seen)?;
    assert_eq!(
        (after.name.as_str(), after.tags),
        ("New", Some(vec![TagId(4), TagId(7), TagId(9)]))
    );
    assert_eq!(
        (after.order, after.is_json),
        (Some(3), Some(false)),
        "ready for the PUT"
    );
    let problem = refused(patch.preview(&models::setting(&[4])));
    assert!(
        problem.contains("`/tags`") && problem.contains("operation 2"),
        "{problem}"
    );

    let read_only = JsonPatchOperation::new("replace", "/isJson").with_value(true);
    let problem = refused(SettingPatch::new().raw(read_only).preview(&seen));
    assert!(problem.ends_with(
        "`/isJson` cannot be changed by this operation; `/name`, `/hint`, `/tags`, `/order` can"
    ));
    let gone = refused(
        SettingValuePatch::new()
            .remove_rule(0)
            .preview(&models::value_v1(json!(true), json!([]), json!([]))),
    );
    assert!(
        gone.contains("`/rolloutRules/0` cannot be done on what was seen"),
        "{gone}"
    );

    // Undoing this move is more than the library underneath can do.
    let upwards =
        JsonPatchOperation::new("move", "/defaultValue").with_from("/defaultValue/boolValue");
    let hopeless = FormulaPatch::new().raw(upwards).remove_rule(9);
    let seen = models::formula(json!({ "boolValue": true }), json!([]), json!(null));
    let problem = refused(hopeless.preview(&seen));
    assert!(problem.contains("operation 2"), "{problem}");
    Ok(())
}

#[test]
fn the_raw_way() {
    let all = json!([
        { "op": "add", "path": "/tags/-", "value": null },
        { "op": "remove", "path": "/tags/0" },
        { "op": "replace", "path": "/a~1b", "value": [1] },
        { "op": "move", "from": "/tags/0", "path": "/tags/1" },
        { "op": "copy", "from": "/tags/0", "path": "/tags/1" },
        { "op": "test", "path": "/name", "value": "x" },
    ]);
    let foreign: json_patch::Patch = serde_json::from_value(all.clone()).unwrap();
    let ours = SettingPatch::from(foreign.clone());
    assert_eq!(json_patch::Patch::try_from(ours.clone()).unwrap(), foreign);
    assert_eq!(wire(ours), all);
    let raw = |op: &str, path: &str| SettingPatch::new().raw(JsonPatchOperation::new(op, path));
    for (patch, problem) in [
        (
            raw("spread", "/a"),
            "`/a` has the operation `spread`, which RFC 6902 does not know",
        ),
        (raw("remove", "tags"), "`tags` is no JSON Pointer"),
        (
            raw("move", "/a"),
            "`body[0].from` is missing; `move` needs one",
        ),
    ] {
        let text = refused(json_patch::Patch::try_from(patch));
        assert!(text.contains(problem), "{text}");
    }
}

#[tokio::test]
async fn an_empty_patch_is_not_sent() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let before = fake.requests().len();
    let empty = SettingPatch::new();
    assert!(empty.is_empty());
    assert_eq!(empty.to_string(), "nothing to change");
    assert_eq!(empty.clone().into_operations(), None);
    assert_eq!(
        refused(
            client
                .update_setting(demo.v1.new_checkout, empty)
                .send()
                .await
        ),
        "update-setting (PATCH /v1/settings/{settingId}) was not sent: `body` is a patch without operations; \
         there is nothing to change"
    );
    let (environment, flag) = (demo.production_id, demo.v2.new_checkout);
    refused(
        client
            .update_setting_value_v2(environment, flag, FormulaPatch::new())
            .send()
            .await,
    );
    assert_eq!(fake.requests().len(), before);
    Ok(())
}

#[tokio::test]
async fn settings_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let tag = client
        .create_tag(demo.product_id, CreateTagModel::new("api"))
        .send()
        .await?
        .tag_id;
    let id = demo.v1.new_checkout;
    let ids = |setting: &SettingModel| {
        setting
            .tags
            .iter()
            .map(|tag| tag.tag_id)
            .collect::<Vec<_>>()
    };

    let patch = SettingPatch::new()
        .rename("Checkout")
        .clear_hint()
        .add_tag(tag);
    let seen = client.update_setting(id, patch).send().await?;
    assert_eq!(
        (seen.name.as_str(), &seen.hint, ids(&seen)),
        ("Checkout", &None, vec![demo.tag_id, tag])
    );
    let patch = SettingPatch::new()
        .set_hint("One page")
        .remove_tag(demo.tag_id, &seen.tags)?
        .guarded_by(&seen);
    let after = client.update_setting(id, patch.clone()).send().await?;
    assert_eq!(
        (after.hint.as_deref(), ids(&after)),
        (Some("One page"), vec![tag])
    );
    let stale = client.update_setting(id, patch).send().await;
    assert_eq!(
        stale.unwrap_err().status().unwrap(),
        400,
        "something else was seen"
    );
    let patch = SettingPatch::new().replace_tags([demo.tag_id]);
    assert_eq!(
        ids(&*client.update_setting(id, patch).send().await?),
        [demo.tag_id]
    );

    let seen = client.get_setting(id).send().await?;
    let mut wanted = SettingPatch::part(&seen)?;
    wanted.name = "Till".to_string();
    wanted.hint = None;
    wanted.tags = Some(vec![tag, demo.tag_id]);
    let patch = SettingPatch::diff(&seen, &wanted)?.guarded_by(&seen);
    let after = client.update_setting(id, patch).send().await?;
    assert_eq!(
        (after.name.as_str(), &after.hint, ids(&after)),
        ("Till", &None, vec![tag, demo.tag_id])
    );
    Ok(())
}

/// The SDK key of an environment of the demo.
async fn sdk_key(client: &Client, config: ConfigId, environment: EnvironmentId) -> Result<Secret> {
    let keys = client
        .get_sdk_keys(config, environment)
        .send()
        .await?
        .into_inner();
    Ok(keys.primary)
}

#[tokio::test]
async fn v1_values_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, id) = (demo.production_id, demo.v1.beta_search);
    let key = sdk_key(&client, demo.v1.config_id, environment).await?;
    let new = SettingValuePatch::new;
    let (rule, _) = rule_v1();
    let other = || rule_v1().0.with_comparison_value("@example.org");
    let item = UpdateRolloutPercentageItemModel::new;
    let base = vec![rule.clone(), other()];
    let steps = [
        new().turn_on(),
        new().turn_off(),
        new().set_value(true).replace_rules(base),
        new().add_rule(rule.clone()),
        new().insert_rule(1, other()),
        new().replace_rule(0, other()),
        new().move_rule(2, 0).remove_rule(3),
        new().replace_percentage_items([item(40, true), item(60, false)]),
        new().move_percentage_item(0, 1),
        new()
            .remove_percentage_item(0)
            .insert_percentage_item(1, item(60, false)),
        new()
            .replace_percentage_item(0, item(30, true))
            .remove_percentage_item(1)
            .add_percentage_item(item(70, false)),
    ];
    for (number, patch) in steps.into_iter().enumerate() {
        let seen = client.get_setting_value(environment, id).send().await?;
        let (preview, patch) = (patch.preview(&seen)?, patch.guarded_by(&seen));
        let answer = if number % 2 == 0 {
            client
                .update_setting_value(environment, id, patch.clone())
                .send()
                .await?
        } else {
            client
                .update_setting_value_by_sdkkey("beta_search", key.clone(), patch.clone())
                .send()
                .await?
        };
        let after = answer
            .into_inner()
            .unwrap_or_else(|| panic!("204 for {patch}"));
        assert_eq!(SettingValuePatch::part(&after)?, preview, "{patch}");
        assert!(SettingValuePatch::diff(&after, &preview)?.is_empty());
    }
    let third = rule_v1().0.with_comparison_value("@example.net");
    let patch = new().replace_rules([rule, other(), third]);
    let seen = client
        .update_setting_value(environment, id, patch)
        .send()
        .await?
        .into_inner()
        .unwrap();
    let same = client
        .update_setting_value(environment, id, new().turn_on())
        .send()
        .await?;
    assert_eq!(same.status(), 204);
    let mut wanted = seen.clone();
    wanted.rollout_rules.reverse();
    let patch = SettingValuePatch::diff(&seen, &wanted)?;
    assert!(
        patch
            .operations()
            .iter()
            .all(|o| o.op == OperationType::Move),
        "{patch}"
    );
    let after = client
        .update_setting_value(environment, id, patch)
        .send()
        .await?
        .into_inner()
        .unwrap();
    assert_eq!(after.rollout_rules, wanted.rollout_rules);
    Ok(())
}

#[tokio::test]
async fn v2_values_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, id) = (demo.production_id, demo.v2.beta_search);
    let key = sdk_key(&client, demo.v2.config_id, environment).await?;
    let new = FormulaPatch::new;
    let (rule, _) = rule_v2();
    let plain = || {
        let on = UpdateValueModel::new().with_bool_value(true);
        let mut rule = rule_v2().0;
        rule.percentage_options = None;
        rule.with_value(on)
    };
    let off = UpdateValueModel::new().with_bool_value(false);
    let steps = [
        new().turn_on(),
        new().turn_off(),
        new().set_default(true),
        new().replace_default(off),
        new().split_by("Country"),
        new().split_by_identifier(),
        new().replace_rules([plain(), rule.clone()]),
        new().move_rule(1, 0),
        new().insert_rule(0, plain()),
        new().remove_rule(1),
        new().replace_rule(0, rule.clone()),
        new().add_rule(rule),
    ];
    for (number, patch) in steps.into_iter().enumerate() {
        let seen = client.get_setting_value_v2(environment, id).send().await?;
        let (preview, patch) = (patch.preview(&seen)?, patch.guarded_by(&seen));
        let answer = if number % 2 == 0 {
            client
                .update_setting_value_v2(environment, id, patch.clone())
                .send()
                .await?
        } else {
            client
                .update_setting_value_by_sdkkey_v2("beta_search", key.clone(), patch.clone())
                .send()
                .await?
        };
        let after = answer
            .into_inner()
            .unwrap_or_else(|| panic!("204 for {patch}"));
        assert!(FormulaPatch::diff(&after, &preview)?.is_empty(), "{patch}");
        assert!(!FormulaPatch::diff(&seen, &preview)?.is_empty(), "{patch}");
    }
    Ok(())
}

#[tokio::test]
async fn webhooks_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let header = |key: &str, value: &str| WebhookHeaderModel::new(key, value).with_is_secure(false);
    let secure = header("authorization", "s3same-0pen").with_is_secure(true);
    let webhook = WebHookRequestModel::new("https://example.com/hook")
        .with_web_hook_headers([secure, header("x-shop", "web")]);
    let webhook = client
        .create_webhook(demo.v2.config_id, demo.production_id, webhook)
        .send()
        .await?;
    let id = webhook.webhook_id;
    let new = WebhookPatch::new;
    for patch in [
        new().set_url("https://example.com/other"),
        new().set_content("{}"),
        new().clear_content(),
        new().set_http_method(WebHookHttpMethod::Post),
        new().add_header(header("x-a", "a")),
        new().insert_header(1, header("x-b", "b")),
        new().move_header(0, 2),
        new().replace_header(0, header("x-c", "c")),
        new().remove_header(3),
    ] {
        let seen = client.get_webhook(id).send().await?;
        let (preview, guarded) = (patch.preview(&seen)?, patch.clone().guarded_by(&seen));
        let after = client.update_webhook(id, guarded).send().await?;
        assert_eq!(WebhookPatch::part(&after)?, preview, "{patch}");
        assert!(WebhookPatch::diff(&after, &preview)?.is_empty(), "{patch}");
        assert!(!WebhookPatch::diff(&seen, &preview)?.is_empty(), "{patch}");
    }

    // The server hides the value of a secure header: it can be moved, and is not written.
    let seen = client.get_webhook(id).send().await?;
    let mut wanted = seen.clone().into_inner();
    wanted.web_hook_headers.reverse();
    let patch = WebhookPatch::diff(&seen, &wanted)?.guarded_by(&seen);
    let after = client.update_webhook(id, patch).send().await?;
    assert_eq!(after.web_hook_headers, wanted.web_hook_headers);
    let hidden = after
        .web_hook_headers
        .iter()
        .position(|header| header.is_secure)
        .unwrap();
    let still = JsonPatchOperation::new("test", format!("/webHookHeaders/{hidden}/value"))
        .with_value("s3same-0pen");
    assert_eq!(
        client.update_webhook(id, [still]).send().await?.status(),
        200
    );
    let mut doubled = after.clone().into_inner();
    doubled
        .web_hook_headers
        .push(after.web_hook_headers[hidden].clone());
    let problem = refused(WebhookPatch::diff(&after, &doubled));
    assert!(
        problem.contains("asterisks in place of what the server hides"),
        "{problem}"
    );

    let patch = new().replace_headers([header("x-d", "d")]);
    assert_eq!(
        client
            .update_webhook(id, patch)
            .send()
            .await?
            .web_hook_headers
            .len(),
        1
    );
    Ok(())
}

#[tokio::test]
async fn proxy_profiles_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let profile = CreateOrUpdateProxyProfileRequest::new("Edge");
    let id = client
        .create_proxy_profile(fake.organization_id(), profile)
        .send()
        .await?
        .proxy_profile_id;
    let new = ProxyProfilePatch::new;
    let rule = |name: &str| {
        UpdateProxyProfileSelectionRule::new()
            .with_kind(SelectionRuleKind::Include)
            .with_environment_name_match_filter(name)
    };
    for patch in [
        new().rename("Edge in Europe"),
        new().set_description("Near the users"),
        new().clear_description(),
        new().set_poll_interval(90),
        new().connect_notifications("https://proxy.example.com"),
        new().set_notification_url("https://proxy.example.org"),
        new().disconnect_notifications(),
        new().add_selection_rule(rule("Prod*")),
        new().insert_selection_rule(0, rule("Test")),
        new().add_selection_rule(rule("Staging")),
        new().replace_selection_rule(1, rule("Production")),
        new().move_selection_rule(2, 0),
        new().remove_selection_rule(1),
        new().replace_selection_rules([rule("*")]),
    ] {
        let seen = client.get_proxy_profile(id).send().await?;
        let (preview, guarded) = (patch.preview(&seen)?, patch.clone().guarded_by(&seen));
        let after = client.update_proxy_profile(id, guarded).send().await?;
        assert_eq!(ProxyProfilePatch::part(&after)?, preview, "{patch}");
        assert!(
            ProxyProfilePatch::diff(&after, &preview)?.is_empty(),
            "{patch}"
        );
        assert!(
            !ProxyProfilePatch::diff(&seen, &preview)?.is_empty(),
            "{patch}"
        );
    }
    Ok(())
}
