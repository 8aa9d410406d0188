//! Each method of a typed patch writes exactly the operation that the API takes; on the server it does what it says.

mod guards;
mod on_the_server;

use std::collections::BTreeSet;

use configcat_fake::Fake;
use configcat_management::patch::{
    FormulaPatch, Kind, Patch, ProxyProfilePatch, SettingPatch, SettingValuePatch, WebhookPatch,
};
use configcat_management::types::*;
use configcat_management::types::{ConfigId, EnvironmentId, TagId};
use configcat_management::{Client, Error, Result, Secret};
use serde::Serialize;
use serde_json::{Value, json};

use crate::patch_models as models;

fn wire<K: Kind>(patch: Patch<K>) -> Value {
    serde_json::to_value(Vec::<JsonPatchOperation>::from(patch)).unwrap()
}

fn replace(path: &str, value: impl Serialize) -> Value {
    json!([{ "op": "replace", "path": path, "value": value }])
}

fn add(path: &str, value: impl Serialize) -> Value {
    json!([{ "op": "add", "path": path, "value": value }])
}

fn remove(path: &str) -> Value {
    json!([{ "op": "remove", "path": path }])
}

fn moved(from: &str, path: &str) -> Value {
    json!([{ "op": "move", "from": from, "path": path }])
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
        (new().rename("a/b~"), replace("/name", "a/b~")),
        (new().set_hint("h"), replace("/hint", "h")),
        (new().clear_hint(), replace("/hint", Value::Null)),
        (new().set_is_json(true), replace("/isJson", true)),
        (new().add_tag(5), add("/tags/-", 5)),
        (new().replace_tags([5, 6]), replace("/tags", [5, 6])),
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
        (new().turn_on(), replace("/value", true)),
        (new().turn_off(), replace("/value", false)),
        (new().set_value(5), replace("/value", 5)),
        (new().set_value("x"), replace("/value", "x")),
        (
            new().add_rule(rule.clone()),
            add("/rolloutRules/-", &rule_json),
        ),
        (
            new().insert_rule(1, rule.clone()),
            add("/rolloutRules/1", &rule_json),
        ),
        (
            new().replace_rule(1, rule.clone()),
            replace("/rolloutRules/1", &rule_json),
        ),
        (new().remove_rule(1), remove("/rolloutRules/1")),
        (
            new().move_rule(2, 0),
            moved("/rolloutRules/2", "/rolloutRules/0"),
        ),
        (
            new().replace_rules([rule]),
            replace("/rolloutRules", [rule_json]),
        ),
        (
            new().add_percentage_item(item()),
            add("/rolloutPercentageItems/-", &item_json),
        ),
        (
            new().insert_percentage_item(0, item()),
            add("/rolloutPercentageItems/0", &item_json),
        ),
        (
            new().replace_percentage_item(0, item()),
            replace("/rolloutPercentageItems/0", &item_json),
        ),
        (
            new().remove_percentage_item(0),
            remove("/rolloutPercentageItems/0"),
        ),
        (
            new().move_percentage_item(0, 1),
            moved("/rolloutPercentageItems/0", "/rolloutPercentageItems/1"),
        ),
        (
            new().replace_percentage_items([item()]),
            replace("/rolloutPercentageItems", [item_json]),
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
    let set = |field: &str, value: Value| replace(&format!("/defaultValue/{field}"), value);
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
            replace("/defaultValue", json!({ "stringValue": "x" })),
        ),
        (new().split_by("Country"), replace(attribute, "Country")),
        (new().split_by_identifier(), replace(attribute, Value::Null)),
        (
            new().add_rule(rule.clone()),
            add("/targetingRules/-", &rule_json),
        ),
        (
            new().insert_rule(0, rule.clone()),
            add("/targetingRules/0", &rule_json),
        ),
        (
            new().replace_rule(0, rule.clone()),
            replace("/targetingRules/0", &rule_json),
        ),
        (new().remove_rule(0), remove("/targetingRules/0")),
        (
            new().move_rule(0, 1),
            moved("/targetingRules/0", "/targetingRules/1"),
        ),
        (
            new().replace_rules([rule]),
            replace("/targetingRules", [rule_json]),
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
        (new().set_url(url), replace("/url", url)),
        (new().set_content("{}"), replace("/content", "{}")),
        (new().clear_content(), replace("/content", Value::Null)),
        (
            new().set_http_method(WebHookHttpMethod::Post),
            replace("/httpMethod", "post"),
        ),
        (
            new().add_header(header()),
            add("/webHookHeaders/-", &header_json),
        ),
        (
            new().insert_header(0, header()),
            add("/webHookHeaders/0", &header_json),
        ),
        (
            new().replace_header(0, header()),
            replace("/webHookHeaders/0", &header_json),
        ),
        (new().remove_header(2), remove("/webHookHeaders/2")),
        (
            new().move_header(1, 0),
            moved("/webHookHeaders/1", "/webHookHeaders/0"),
        ),
        (
            new().replace_headers([header()]),
            replace("/webHookHeaders", [header_json]),
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
        (new().rename("p"), replace("/name", "p")),
        (new().set_description("d"), replace("/description", "d")),
        (
            new().clear_description(),
            replace("/description", Value::Null),
        ),
        (
            new().set_poll_interval(90),
            replace("/connectionPreferences/sdkPollInterval", 90),
        ),
        (
            new().connect_notifications(url),
            add(notification, json!({ "webhookProxyUrl": url })),
        ),
        (
            new().set_notification_url(url),
            replace(&format!("{notification}/webhookProxyUrl"), url),
        ),
        (new().disconnect_notifications(), remove(notification)),
        (
            new().add_selection_rule(rule()),
            add("/sdkKeySelectionRules/-", &rule_json),
        ),
        (
            new().insert_selection_rule(0, rule()),
            add("/sdkKeySelectionRules/0", &rule_json),
        ),
        (
            new().replace_selection_rule(0, rule()),
            replace("/sdkKeySelectionRules/0", &rule_json),
        ),
        (
            new().remove_selection_rule(0),
            remove("/sdkKeySelectionRules/0"),
        ),
        (
            new().move_selection_rule(0, 1),
            moved("/sdkKeySelectionRules/0", "/sdkKeySelectionRules/1"),
        ),
        (
            new().replace_selection_rules([rule()]),
            replace("/sdkKeySelectionRules", [rule_json]),
        ),
    ] {
        assert_eq!(wire(patch), expected);
    }
}

/// What `ALLOWED` in src/patch/limits.rs says: texts of 7 to 255 characters are allowed wherever a patch writes one.
#[test]
fn texts_of_common_length_are_within_all_limits_of_patches() {
    fn walk(schemas: &Value, schema: &Value, found: &mut BTreeSet<String>, limits: &mut usize) {
        match schema {
            Value::Object(fields) => {
                if let Some(least) = fields.get("minLength").and_then(Value::as_u64) {
                    *limits += 1;
                    assert!(least <= 7, "{schema}");
                }
                if let Some(most) = fields.get("maxLength").and_then(Value::as_u64) {
                    *limits += 1;
                    assert!(most >= 255, "{schema}");
                }
                if let Some(Value::String(name)) = fields.get("$ref") {
                    let name = name.rsplit('/').next().expect("a name");
                    if found.insert(name.to_string()) {
                        walk(schemas, &schemas[name], found, limits);
                    }
                }
                fields
                    .values()
                    .for_each(|part| walk(schemas, part, found, limits));
            }
            Value::Array(parts) => parts
                .iter()
                .for_each(|part| walk(schemas, part, found, limits)),
            _ => {}
        }
    }
    let description: Value =
        serde_json::from_str(include_str!("../../spec/configcat/swagger.json")).expect("JSON");
    let schemas = &description["components"]["schemas"];
    let (mut found, mut limits) = (BTreeSet::new(), 0);
    for part in [
        "ReplaceSettingModel",
        "UpdateSettingValueModel",
        "UpdateEvaluationFormulaModel",
        "WebHookRequestModel",
        "CreateOrUpdateProxyProfileRequest",
    ] {
        assert!(schemas[part].is_object(), "{part}");
        walk(schemas, &schemas[part], &mut found, &mut limits);
    }
    assert!(limits > 15, "{limits}");
}
