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
