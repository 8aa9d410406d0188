//! What settings serve, and to whom.

use configcat_fake::{Fake, Plan};
use configcat_management::rule::when;
use configcat_management::types::*;
use configcat_management::{Result, SettingValue};
use serde_json::{Value, json};

use super::{INT, INT_V1, Stage, VALUE, VALUE_V1};

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
    numbers_in_lists_and_by_key(&stage).await;
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

/// The same in the operations that write several values, in patches of rules and splits, and where an SDK key says what is meant.
async fn numbers_in_lists_and_by_key(stage: &Stage) {
    let demo = stage.fake.demo().expect("the fake starts with it");
    let all = "environments/{production}/values";
    let list = json!({ "settingValues": [{ "settingId": demo.v1.page_size, "value": 9.0 }] });
    let answer = stage
        .taken("POST", &format!("/v1/configs/{{v1}}/{all}"), list)
        .await;
    let written = answer["settingValues"].as_array().into_iter().flatten();
    let mut values = written.filter(|value| value["setting"]["settingId"] == demo.v1.page_size.0);
    assert_eq!(
        values.next().map(|value| value["value"].to_string()),
        Some("9".into()),
        "{answer}"
    );
    let list = json!({ "updateFormulas": [{ "settingId": demo.v2.page_size, "defaultValue": { "intValue": 9.0 } }] });
    let answer = stage
        .taken("POST", &format!("/v2/configs/{{v2}}/{all}"), list)
        .await;
    let written = answer["settingFormulas"].as_array().into_iter().flatten();
    let mut values = written.filter(|value| value["setting"]["settingId"] == demo.v2.page_size.0);
    let written = values
        .next()
        .map(|value| value["defaultValue"]["intValue"].to_string());
    assert_eq!(written, Some("9".into()), "{answer}");
    let split = json!([{ "percentage": 40.0, "value": 7.0 }, { "percentage": 60.0, "value": 1.0 }]);
    let patch = json!([{ "op": "add", "path": "/rolloutPercentageItems", "value": split }]);
    let answer = stage.taken("PATCH", INT_V1, patch).await;
    assert_eq!(
        answer["rolloutPercentageItems"][0]["value"].to_string(),
        "7"
    );
    for (config, version, whole, half) in [
        (
            "{v1}",
            "v1",
            json!({ "value": 6.0 }),
            json!({ "value": 6.5 }),
        ),
        (
            "{v2}",
            "v2",
            json!({ "defaultValue": { "intValue": 6.0 } }),
            json!({ "defaultValue": { "intValue": 6.5 } }),
        ),
    ] {
        let keys = format!("/v1/configs/{config}/environments/{{production}}");
        let keys = stage.taken("GET", &keys, Value::Null).await;
        let key = keys["primary"].as_str().expect("there is one");
        let path = format!("/{version}/settings/page_size/value");
        for (body, status) in [(whole, 200), (half, 400)] {
            let answer = stage.send_with("PUT", &path, &body, Some(key)).await;
            assert_eq!(answer.0, status, "{path} {body}: {}", answer.1);
        }
    }
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
        json!([item(20, true), item(20, false), item(60, true)]),
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

/// Value and variation stand beside each other: a patch means the one that it writes.
#[tokio::test]
async fn a_patch_changes_a_variation_by_its_value_or_by_its_id() {
    let stage = Stage::new().await;
    let variation = |text: &str| json!({ "value": { "stringValue": text } });
    let new = json!({
        "key": "theme", "name": "Theme", "settingType": "string",
        "predefinedVariations": [variation("light"), variation("dark")],
    });
    let made = stage.taken("POST", "/v1/configs/{v2}/settings", new).await;
    let setting = &made["settingId"];
    let path = format!("/v2/environments/{{production}}/settings/{setting}/value");
    let variations = stage
        .taken(
            "GET",
            &format!("/v1/settings/{setting}/predefined-variations"),
            Value::Null,
        )
        .await;
    let id =
        |index: usize| variations["predefinedVariations"][index]["predefinedVariationId"].clone();
    let rule = json!({ "targetingRules": [{
        "conditions": [{ "userCondition": {
            "comparisonAttribute": "Email", "comparator": "isOneOf",
            "comparisonValue": { "listValue": [{ "value": "a@example.com" }] },
        } }],
        "value": { "predefinedVariationId": id(0) },
    }], "defaultValue": { "predefinedVariationId": id(0) } });
    stage.taken("PUT", &path, rule).await;
    for (place, value, index) in [
        ("/defaultValue/stringValue", json!("dark"), 1),
        ("/defaultValue/predefinedVariationId", id(0), 0),
        ("/targetingRules/0/value/stringValue", json!("dark"), 1),
        ("/defaultValue", json!({ "stringValue": "dark" }), 1),
        (
            "/defaultValue",
            json!({ "predefinedVariationId": id(1) }),
            1,
        ),
        (
            "/defaultValue",
            json!({ "predefinedVariationId": id(0) }),
            0,
        ),
        (
            "/defaultValue",
            json!({ "predefinedVariationId": id(0), "stringValue": null }),
            0,
        ),
    ] {
        let patch = json!([{ "op": "replace", "path": place, "value": value }]);
        stage.taken("PATCH", &path, patch).await;
        let answer = stage.taken("GET", &path, Value::Null).await;
        let of_value = place.trim_end_matches("/stringValue");
        let of_value = of_value.trim_end_matches("/predefinedVariationId");
        let served = answer.pointer(of_value).expect("it is served");
        assert_eq!(served["predefinedVariationId"], id(index), "{place}");
    }
    for name in ["stringValue", "predefinedVariationId"] {
        // What is left says it all.
        let patch = json!([{ "op": "remove", "path": format!("/defaultValue/{name}") }]);
        assert_eq!(stage.send("PATCH", &path, &patch).await.0, 204, "{name}");
    }
    // Who writes both has to mean the same.
    let both = json!([
        { "op": "replace", "path": "/defaultValue/stringValue", "value": "light" },
        { "op": "replace", "path": "/defaultValue/predefinedVariationId", "value": id(1) },
        { "op": "add", "path": "/defaultValue/intValue", "value": 1 },
    ]);
    assert_eq!(stage.send("PATCH", &path, &both).await.0, 400);
}

#[tokio::test]
async fn a_plan_says_how_much_a_rule_may_have() -> Result<()> {
    // Who does not choose has the largest.
    let fake = Fake::start().await;
    let limits = fake
        .client()
        .get_organization_limitations(fake.organization_id());
    let limits = limits.send().await?;
    assert_eq!(limits.max_comparison_value_list_length, 15_000);
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
        let compare = async |texts: i32| {
            let texts = (0..texts).map(|text| text.to_string());
            let rule = when("Email").is_one_of(texts).serve(1);
            let formula = UpdateEvaluationFormulaModel::new(SettingValue::from(1))
                .with_targeting_rules(vec![rule]);
            client
                .replace_setting_value_v2(demo.production_id, demo.v2.page_size, formula)
                .send()
                .await
        };
        compare(texts).await?;
        assert!(compare(texts + 1).await.is_err(), "{plan:?}");
        // V1 rules and segments have such a list between commas.
        let listed = async |texts: i32| {
            let list = vec!["x"; texts as usize].join(", ");
            let by = RolloutRuleComparator::IsOneOf;
            let segment = CreateSegmentModel::new(by, "Email", list, texts.to_string());
            client.create_segment(demo.product_id, segment).send().await
        };
        listed(texts).await?;
        assert!(listed(texts + 1).await.is_err(), "{plan:?}");
    }
    Ok(())
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
