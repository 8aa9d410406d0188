//! The fake is as strict and as lenient as the service: what the service refuses is refused, with the field and the first
//! words that programs match on, and what it takes is taken.

use std::time::Duration;

use configcat_fake::{Fake, Plan};
use configcat_management::types::*;
use configcat_management::{Result, SettingValue, reqwest};
use serde_json::{Value, json};

/// A server, and how to write paths to what is in it.
struct Stage {
    fake: Fake,
    http: reqwest::Client,
}

impl Stage {
    async fn new() -> Self {
        Stage {
            fake: Fake::start().await,
            http: reqwest::Client::new(),
        }
    }

    /// Names in braces stand for the ids of the demo.
    async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let demo = self.fake.demo().expect("the fake starts with it");
        let mut path = path.to_string();
        for (name, id) in [
            ("{organization}", self.fake.organization_id().to_string()),
            ("{product}", demo.product_id.to_string()),
            ("{production}", demo.production_id.to_string()),
            ("{v1}", demo.v1.config_id.to_string()),
            ("{v2}", demo.v2.config_id.to_string()),
            ("{flag}", demo.v2.new_checkout.to_string()),
            ("{text}", demo.v2.banner_text.to_string()),
            ("{int}", demo.v2.page_size.to_string()),
            ("{flag_v1}", demo.v1.new_checkout.to_string()),
            ("{text_v1}", demo.v1.banner_text.to_string()),
            ("{int_v1}", demo.v1.page_size.to_string()),
        ] {
            path = path.replace(name, &id);
        }
        let method = method.parse().expect("it is a method");
        let request = self
            .http
            .request(method, format!("{}{path}", self.fake.base_url()));
        let request = request.basic_auth(self.fake.user(), Some(self.fake.password()));
        let request = request.header("Content-Type", "application/json");
        let response = request
            .body(body.to_string())
            .send()
            .await
            .expect("the server answers");
        let status = response.status().as_u16();
        let text = response.text().await.expect("it ends");
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// It is refused with 400, and the field says what begins with these words.
    async fn refused(&self, method: &str, path: &str, body: Value, field: &str, words: &str) {
        let (status, answer) = self.send(method, path, &body).await;
        let said = answer[field][0].as_str().unwrap_or_default();
        assert!(
            status == 400 && said.starts_with(words),
            "{method} {path} {body}: {status} {answer}, not `{words}` at {field}"
        );
    }

    async fn taken(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(method, path, &body).await;
        assert!(status < 300, "{method} {path} {body}: {status} {answer}");
        answer
    }
}

const VALUE: &str = "/v2/environments/{production}/settings/{flag}/value";
const TEXT: &str = "/v2/environments/{production}/settings/{text}/value";
const INT: &str = "/v2/environments/{production}/settings/{int}/value";
const VALUE_V1: &str = "/v1/environments/{production}/settings/{flag_v1}/value";
const TEXT_V1: &str = "/v1/environments/{production}/settings/{text_v1}/value";
const INT_V1: &str = "/v1/environments/{production}/settings/{int_v1}/value";

/// A number without a fraction is whole, wherever a number can stand; 5 equals 5.0.
#[tokio::test]
async fn numbers_without_a_fraction_are_whole() {
    let stage = Stage::new().await;
    let whole = |answer: Value, field: &str| {
        let value = answer.pointer(field).cloned().unwrap_or_default();
        assert_eq!(value.to_string(), "7", "{answer}");
    };
    whole(
        stage.taken("PUT", INT_V1, json!({ "value": 7.0 })).await,
        "/value",
    );
    whole(
        stage
            .taken("PUT", INT, json!({ "defaultValue": { "intValue": 7.0 } }))
            .await,
        "/defaultValue/intValue",
    );
    let patch = json!([{ "op": "test", "path": "/value", "value": 7.0 }, { "op": "replace", "path": "/value", "value": 8.0 }]);
    stage.taken("PATCH", INT_V1, patch).await;
    let patch = json!([{ "op": "test", "path": "/defaultValue/intValue", "value": 7.0 }]);
    assert_eq!(
        stage.send("PATCH", INT, &patch).await.0,
        204,
        "it holds, and changes nothing"
    );
    let rule = json!({ "comparator": "isOneOf", "comparisonAttribute": "A", "comparisonValue": "x", "value": 7.0 });
    let items = json!([{ "percentage": 40.0, "value": 7.0 }, { "percentage": 60, "value": 1 }]);
    let value = json!({ "value": 1, "rolloutRules": [rule], "rolloutPercentageItems": items });
    let answer = stage.taken("PUT", INT_V1, value).await;
    whole(answer.clone(), "/rolloutRules/0/value");
    whole(answer, "/rolloutPercentageItems/0/value");
    let initial =
        json!([{ "environmentId": stage.fake.demo().unwrap().production_id, "value": 7.0 }]);
    let new = json!({ "key": "whole", "name": "x", "settingType": "int", "initialValues": initial, "order": 3.0 });
    stage.taken("POST", "/v1/configs/{v2}/settings", new).await;

    stage
        .refused(
            "PUT",
            INT_V1,
            json!({ "value": 5.5 }),
            "Value",
            "5.5 does not fit",
        )
        .await;
    stage
        .refused(
            "PUT",
            INT_V1,
            json!({ "value": "5" }),
            "Value",
            "\"5\" does not fit",
        )
        .await;
    let half = json!({ "defaultValue": { "intValue": 5.5 } });
    stage
        .refused(
            "PUT",
            INT,
            half,
            "DefaultValue.IntValue",
            "5.5 is not a whole number",
        )
        .await;
    let none = json!({ "defaultValue": {} });
    stage
        .refused(
            "PUT",
            INT,
            none,
            "DefaultValue.IntValue",
            "IntValue field must be set",
        )
        .await;
}

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
    let path = "/v1/environments/{production}";
    stage
        .taken("PUT", path, json!({ "name": "PRODUCTION" }))
        .await;
    stage
        .refused("PUT", path, json!({ "name": "test" }), "Name", taken)
        .await;

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

#[tokio::test]
async fn a_flag_is_split_in_two_behind_all_rules() {
    let stage = Stage::new().await;
    let option = |percentage: i32, on: bool| json!({ "percentage": percentage, "value": { "boolValue": on } });
    let split = |options: Value| json!({ "percentageOptions": options });
    let formula =
        |rules: Value| json!({ "defaultValue": { "boolValue": false }, "targetingRules": rules });
    let good = || split(json!([option(10, true), option(90, false)]));
    let staff = || {
        let list = json!({ "listValue": [{ "value": "x" }] });
        let user =
            json!({ "comparisonAttribute": "A", "comparator": "isOneOf", "comparisonValue": list });
        json!({ "conditions": [{ "userCondition": user }], "value": { "boolValue": true } })
    };
    let at = "TargetingRules[0].PercentageOptions";
    for options in [
        json!([option(100, true)]),
        json!([option(50, true), option(50, true)]),
        json!([option(20, true), option(20, false), option(60, true)]),
    ] {
        stage
            .refused(
                "PUT",
                VALUE,
                formula(json!([split(options)])),
                at,
                "A flag is split into exactly two",
            )
            .await;
    }
    let behind = "A split for everyone stands behind all rules";
    for rules in [json!([good(), staff()]), json!([good(), good()])] {
        stage
            .refused("PUT", VALUE, formula(rules), "TargetingRules[0]", behind)
            .await;
    }
    stage
        .taken("PUT", VALUE, formula(json!([staff(), good()])))
        .await;
    let item = |percentage: i32, on: bool| json!({ "percentage": percentage, "value": on });
    let value = |items: Value| json!({ "value": false, "rolloutPercentageItems": items });
    for items in [
        json!([item(100, true)]),
        json!([item(50, true), item(50, true)]),
    ] {
        stage
            .refused(
                "PUT",
                VALUE_V1,
                value(items),
                "RolloutPercentageItems",
                "A flag is split into exactly two",
            )
            .await;
    }
    stage
        .taken(
            "PUT",
            VALUE_V1,
            value(json!([item(100, true), item(0, false)])),
        )
        .await;
}

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
    }
}

#[tokio::test]
async fn a_plan_says_how_much_a_rule_may_have() -> Result<()> {
    for (plan, texts, options) in [
        (Plan::Free, 100, 4),
        (Plan::Pro, 1_000, 8),
        (Plan::Enterprise, 15_000, 500),
    ] {
        let fake = Fake::builder().plan(plan).start().await;
        let client = fake.client();
        let demo = fake.demo().unwrap();
        let limits = client
            .get_organization_limitations(fake.organization_id())
            .send()
            .await?;
        assert_eq!(limits.max_comparison_value_list_length, texts);
        assert_eq!(limits.max_percentage_option_count, options);
        let serve = async |options: i32| {
            let shares = (1..=options).map(|share| {
                let percentage = if share == 1 { 100 } else { 0 };
                UpdatePercentageOptionModel::new(percentage, SettingValue::from(share))
            });
            let split =
                UpdateTargetingRuleModel::new().with_percentage_options(shares.collect::<Vec<_>>());
            let formula = UpdateEvaluationFormulaModel::new(SettingValue::from(1))
                .with_targeting_rules(vec![split]);
            client
                .replace_setting_value_v2(demo.production_id, demo.v2.page_size, formula)
                .send()
                .await
        };
        serve(options).await?;
        assert!(serve(options + 1).await.is_err(), "{plan:?}");
    }
    Ok(())
}

#[tokio::test]
async fn enums_and_ids_of_tags_are_read_leniently() {
    let stage = Stage::new().await;
    let rule = json!({ "comparisonAttribute": "A", "comparator": "isoneof", "comparisonValue": "x", "value": true });
    let answer = stage
        .taken(
            "PUT",
            VALUE_V1,
            json!({ "value": false, "rolloutRules": [rule] }),
        )
        .await;
    assert_eq!(answer["rolloutRules"][0]["comparator"], "isOneOf");
    let group = json!({ "name": "Readers", "accessType": "readonly" });
    let answer = stage
        .taken("POST", "/v1/products/{product}/permissions", group)
        .await;
    assert_eq!(answer["accessType"], "readOnly");
    let tag = stage.fake.demo().unwrap().tag_id.to_string();
    let new = json!({ "key": "tagged", "name": "x", "settingType": "BOOLEAN", "tags": [tag] });
    let answer = stage.taken("POST", "/v1/configs/{v2}/settings", new).await;
    assert_eq!(answer["tags"][0]["tagId"].to_string(), tag);
    let patch = json!([{ "op": "add", "path": "/tags/-", "value": tag }]);
    stage.taken("PATCH", "/v1/settings/{text}", patch).await;
    stage
        .taken(
            "GET",
            "/v2/products/{product}/auditlogs?auditLogType=settingcreated",
            Value::Null,
        )
        .await;
}

#[tokio::test]
async fn a_setting_gets_another_place_by_a_patch_and_names_decide_ties() {
    let stage = Stage::new().await;
    let keys = async || {
        let settings = stage
            .taken("GET", "/v1/configs/{v2}/settings", Value::Null)
            .await;
        let settings = settings.as_array().cloned().unwrap_or_default().into_iter();
        settings
            .map(|setting| setting["key"].as_str().unwrap_or_default().to_string())
            .collect::<Vec<_>>()
    };
    let last = keys().await.last().cloned();
    assert_eq!(last.as_deref(), Some("discount"));
    let patch = json!([{ "op": "replace", "path": "/order", "value": 9 }]);
    let answer = stage
        .taken("PATCH", "/v1/settings/{int}", patch.clone())
        .await;
    assert_eq!(answer["order"], 9);
    assert_eq!(keys().await.last().map(String::as_str), Some("page_size"));
    // `Banner text` comes before `Page size`.
    stage.taken("PATCH", "/v1/settings/{text}", patch).await;
    assert_eq!(keys().await[3..], ["banner_text", "page_size"]);
}

#[tokio::test]
async fn deleting_needs_creating_and_slack_needs_its_own_address() {
    let stage = Stage::new().await;
    let path = "/v1/products/{product}/permissions";
    for what in ["Config", "Environment", "Segments", "Setting", "Tag"] {
        let delete = format!("canDelete{what}");
        let alone = json!({ "name": "x", &*delete: true });
        stage
            .refused("POST", path, alone, &format!("CanDelete{what}"), "It needs")
            .await;
        let both = json!({ "name": "x", &*delete: true, format!("canCreateOrUpdate{what}"): true });
        stage.taken("POST", path, both).await;
    }
    let slack = |parameters: Value| json!({ "name": "x", "integrationType": "slack", "parameters": parameters, "configIds": [], "environmentIds": [] });
    let path = "/v1/products/{product}/integrations";
    let at = "Parameters.incoming_webhook.url";
    stage
        .refused("POST", path, slack(json!({})), at, "It is required")
        .await;
    let foreign = slack(json!({ "incoming_webhook.url": "https://example.com/hooks" }));
    stage
        .refused("POST", path, foreign, at, "Url is invalid")
        .await;
    stage
        .taken(
            "POST",
            path,
            slack(json!({ "incoming_webhook.url": "https://hooks.slack.com/services/T/B/x" })),
        )
        .await;
    // A value that is no text names its field.
    let number = slack(json!({ "incoming_webhook.url": 5 }));
    stage
        .refused("POST", path, number, at, "5 is not a text")
        .await;
}

#[tokio::test]
async fn webhooks_have_one_key_and_sdk_keys_tell_their_version() {
    let stage = Stage::new().await;
    let path = "/v1/configs/{v2}/environments/{production}/webhooks";
    stage
        .refused(
            "POST",
            path,
            json!({ "url": "nowhere" }),
            "Url",
            "Url is invalid",
        )
        .await;
    let webhook = stage
        .taken("POST", path, json!({ "url": "https://example.com" }))
        .await;
    let keys = format!("/v1/webhooks/{}/keys", webhook["webhookId"]);
    let keys = stage.taken("GET", &keys, Value::Null).await;
    assert!(keys["key1"].is_string() && keys["key2"].is_null(), "{keys}");
    for (config, segments) in [
        ("{v1}", vec![22, 22]),
        ("{v2}", vec!["configcat-sdk-1".len(), 22, 22]),
    ] {
        let keys = stage
            .taken(
                "GET",
                &format!("/v1/configs/{config}/environments/{{production}}"),
                Value::Null,
            )
            .await;
        let primary = keys["primary"].as_str().unwrap_or_default().split('/');
        assert_eq!(primary.map(str::len).collect::<Vec<_>>(), segments);
    }
}

#[tokio::test]
async fn what_is_long_past_is_forgotten() {
    let day = Duration::from_secs(24 * 60 * 60);
    let stage = Stage::new().await;
    stage
        .taken("DELETE", "/v1/settings/{text}", Value::Null)
        .await;
    let deleted = async || {
        let list = stage
            .taken("GET", "/v1/configs/{v2}/deleted-settings", Value::Null)
            .await;
        list.as_array().map_or(0, Vec::len)
    };
    stage.fake.advance(179 * day);
    assert_eq!(deleted().await, 1);
    stage.fake.advance(2 * day);
    assert_eq!(deleted().await, 0);
    for (plan, days) in [(Plan::Free, 7), (Plan::Pro, 35), (Plan::Smart, 750)] {
        let fake = Fake::builder().plan(plan).start().await;
        let product = fake.demo().unwrap().product_id;
        let count = async || {
            let logs = fake
                .client()
                .get_auditlogs_v2(product)
                .send()
                .await
                .expect("they can be read");
            logs.data.as_ref().map_or(0, Vec::len)
        };
        fake.advance((days - 1) * day);
        assert!(count().await > 0, "{plan:?}");
        fake.advance(2 * day);
        assert_eq!(count().await, 0, "{plan:?}");
    }
}

/// Where reasons are required, a setting cannot be deleted by an operation that takes none.
#[tokio::test]
async fn a_deletion_without_a_reason_is_refused_where_reasons_are_required() {
    let stage = Stage::new().await;
    let preferences = json!({ "reasonRequired": true });
    stage
        .taken("POST", "/v1/products/{product}/preferences", preferences)
        .await;
    stage
        .refused(
            "DELETE",
            "/v1/settings/{text}",
            Value::Null,
            "Reason",
            "Reason required",
        )
        .await;
    let value = json!({ "value": true });
    stage
        .refused("PUT", VALUE_V1, value, "Reason", "Reason required")
        .await;
}

#[tokio::test]
async fn a_circle_is_called_what_the_service_calls_it() {
    let stage = Stage::new().await;
    let flag = stage.fake.demo().unwrap().v2.new_checkout;
    let condition = json!({ "prerequisiteSettingId": flag, "comparator": "equals", "prerequisiteComparisonValue": { "boolValue": true } });
    let rule = json!({ "conditions": [{ "prerequisiteFlagCondition": condition }], "value": { "boolValue": true } });
    let formula = json!({ "defaultValue": { "boolValue": false }, "targetingRules": [rule] });
    stage
        .refused(
            "PUT",
            VALUE,
            formula,
            "TargetingRules",
            "Circular dependency detected",
        )
        .await;
}
