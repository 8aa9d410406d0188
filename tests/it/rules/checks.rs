//! What a setting would not serve is refused before it is sent.

use super::*;

#[tokio::test]
async fn a_patch_is_checked_against_what_was_seen() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let seen = client
        .get_setting_value_v2(demo.production_id, demo.v2.beta_search)
        .send()
        .await?;
    let good = FormulaPatch::new()
        .turn_on()
        .insert_rule(1, when("Age").number_is_at_least(18).serve(true))
        .move_rule(0, 1);
    good.check(&seen)?;
    let wrong = FormulaPatch::new().insert_rule(1, when("Age").number_is_at_least(18).serve("on"));
    assert!(wrong.check(&seen).unwrap_err().to_string().ends_with(
        "`body.targetingRules[1].value` is of type `string`, and the setting of type `boolean`"
    ));
    // What is there already is not checked: the server has it.
    let mut odd = seen.clone();
    odd.targeting_rules[0].conditions.clear();
    good.check(&odd)?;

    let seen = client
        .get_setting_value(demo.production_id, demo.v1.beta_search)
        .send()
        .await?;
    let rule = |comparator, value: &str| {
        UpdateRolloutRuleModel::new(true)
            .with_comparison_attribute("A")
            .with_comparator(comparator)
            .with_comparison_value(value)
    };
    let add = |rule| SettingValuePatch::new().add_rule(rule);
    add(rule(RolloutRuleComparator::NumberLess, "5.5")).check(&seen)?;
    add(rule(RolloutRuleComparator::SemVerIsOneOf, "1.0.0, 1.0.1")).check(&seen)?;
    for wrong in [
        add(rule(RolloutRuleComparator::NumberLess, "five")),
        add(rule(RolloutRuleComparator::SemVerLess, "1.2")),
        add(UpdateRolloutRuleModel::new(true)),
        add(rule(RolloutRuleComparator::Contains, "x").with_segment_id(Uuid::nil())),
        SettingValuePatch::new().set_value(5),
        SettingValuePatch::new().remove_percentage_item(0),
    ] {
        assert!(wrong.check(&seen).is_err(), "{wrong}");
    }
    Ok(())
}

/// Comparison values of V1 configs: what the check before the call says of them is what the server says.
#[tokio::test]
async fn the_check_and_the_server_agree_on_v1_rules() -> Result<()> {
    use RolloutRuleComparator as C;
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (place, flag) = (demo.test_id, demo.v1.beta_search);
    let seen = client.get_setting_value(place, flag).send().await?;
    let long = |length: usize| "x".repeat(length);
    let list = |texts: usize| vec!["x"; texts].join(",");
    let limits = &seen.feature_flag_limitations;
    let most = |limit: i32| usize::try_from(limit).expect("a limit");
    let (text, item, texts) = (
        most(limits.max_comparison_value_length),
        most(limits.max_comparison_value_list_item_length),
        most(limits.max_comparison_value_list_length),
    );
    for (comparator, value, is_right) in [
        (C::Contains, ",".to_owned(), true),
        (C::Contains, " ".to_owned(), true),
        (C::Contains, String::new(), false),
        (C::Contains, long(text), true),
        (C::Contains, long(text + 1), false),
        (C::IsOneOf, "a,,b".to_owned(), true),
        (C::IsOneOf, " , ".to_owned(), false),
        (C::IsOneOf, long(item), true),
        (C::IsOneOf, long(item + 1), false),
        (C::IsOneOf, list(texts), 2 * texts <= text),
        (C::IsOneOf, list(texts + 1), false),
        (C::SemVerIsOneOf, "1.0.0,, 1.0.1,".to_owned(), true),
        (C::SemVerIsOneOf, " , ".to_owned(), false),
        (C::NumberLess, " 5.5 ".to_owned(), true),
        (C::NumberLess, "NaN".to_owned(), false),
        (C::NumberLess, "1e400".to_owned(), false),
    ] {
        let shown = format!("{comparator} {:.20} of {}", value, value.len());
        let rule = UpdateRolloutRuleModel::new(true)
            .with_comparison_attribute("A")
            .with_comparator(comparator)
            .with_comparison_value(value);
        let patch = SettingValuePatch::new().replace_rules(vec![rule]);
        assert_eq!(patch.check(&seen).is_ok(), is_right, "{shown}");
        let call = client.update_setting_value(place, flag, patch);
        assert_eq!(
            call.send().await.is_ok(),
            is_right,
            "{shown}, by the server"
        );
    }
    Ok(())
}

#[tokio::test]
async fn segments_and_other_flags_are_looked_at_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let testers = CreateSegmentModel::new(
        RolloutRuleComparator::IsOneOf,
        "Email",
        "jane@example.com",
        "Testers",
    );
    let testers = client
        .create_segment(demo.product_id, testers)
        .send()
        .await?
        .segment_id;
    let edit = client.edit_value(demo.test_id, demo.v2.new_checkout, |formula| {
        let old = in_segment(testers).and(flag(demo.v2.page_size).does_not_equal(20));
        formula
            .add_rule(old.serve(true))
            .add_rule(not_in_segment(testers).serve(false));
        Ok(())
    });
    let rules = edit.send().await?.value.targeting_rules;
    let condition = rules[0].conditions[0]
        .segment_condition
        .as_ref()
        .expect("a segment");
    assert_eq!(
        (condition.segment_id, &condition.comparator),
        (testers, &SegmentComparator::IsIn)
    );
    assert!(rules[0].conditions[1].prerequisite_flag_condition.is_some());

    let rule = UpdateRolloutRuleModel::try_from(not_in_segment(testers).serve(true))?;
    let patch = SettingValuePatch::new().add_rule(rule);
    let call = client.update_setting_value(demo.test_id, demo.v1.beta_search, patch);
    let value = call.send().await?.into_inner().expect("a change");
    assert_eq!(
        value.rollout_rules[0].segment_comparator,
        Some(SegmentComparator::IsNotIn)
    );
    Ok(())
}

/// Formulas of a flag, right and wrong ones: what the check before the call says of them is what the server says.
#[test]
fn the_check_and_the_server_agree() {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    let value = prop_oneof![
        8 => any::<bool>().prop_map(|on| json!({ "boolValue": on })),
        1 => Just(json!({ "stringValue": "on" })),
        1 => Just(json!({ "boolValue": true, "intValue": 1 })),
        1 => Just(json!({})),
    ];
    let comparison = prop_oneof![
        Just(json!({ "stringValue": "1.2.3" })),
        Just(json!({ "doubleValue": 1.5 })),
        Just(json!({ "listValue": [{ "value": "1.2.3" }] })),
        Just(json!({ "stringValue": "1.2.3", "doubleValue": 1.5 })),
    ];
    let comparator = proptest::sample::select(UserComparator::VALUES);
    let user = (comparator, comparison).prop_map(|(comparator, value)| {
        json!({ "userCondition": {
            "comparator": comparator, "comparisonAttribute": "A", "comparisonValue": value,
        } })
    });
    let right = proptest::sample::select(vec![json!({ "userCondition": {
            "comparator": "isOneOf", "comparisonAttribute": "A", "comparisonValue": { "listValue": [{ "value": "x" }] },
        } })]);
    let condition = prop_oneof![6 => right, 2 => user, 1 => Just(json!({}))];
    let shares = prop_oneof![
        3 => (0..=100).prop_map(|share| vec![share, 100 - share]),
        1 => vec(-10..120, 1..3),
    ];
    let options = (shares, value.clone()).prop_map(|(shares, value)| {
        // The second of two is the other value of a flag, as a split of a flag wants it.
        let option = |(index, share): (usize, i32)| {
            let mut value = value.clone();
            if let (1, Some(on)) = (index, value["boolValue"].as_bool()) {
                value["boolValue"] = (!on).into();
            }
            json!({ "percentage": share, "value": value })
        };
        Value::from(
            shares
                .into_iter()
                .enumerate()
                .map(option)
                .collect::<Vec<_>>(),
        )
    });
    let served = prop_oneof![
        4 => value.clone().prop_map(|value| json!({ "value": value })),
        3 => options.clone().prop_map(|options| json!({ "percentageOptions": options })),
        1 => (value.clone(), options).prop_map(|(value, options)| json!({ "value": value, "percentageOptions": options })),
        1 => Just(json!({})),
    ];
    let rule = (vec(condition, 0..3), served).prop_map(|(conditions, mut rule)| {
        rule["conditions"] = conditions.into();
        rule
    });
    let formula = (value, vec(rule, 0..3))
        .prop_map(|(default, rules)| json!({ "defaultValue": default, "targetingRules": rules }));

    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let fake = runtime.block_on(Fake::start());
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, flag) = (demo.test_id, demo.v2.new_checkout);
    let fresh = runtime
        .block_on(client.get_setting_value_v2(environment, flag).send())
        .expect("a value");
    let counts = std::cell::Cell::new((0, 0));
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(400)
    };
    let result = TestRunner::new(config).run(&formula, |formula| {
        let patch = FormulaPatch::new()
            .replace_default(
                serde_json::from_value::<UpdateValueModel>(formula["defaultValue"].clone())
                    .unwrap(),
            )
            .replace_rules(
                serde_json::from_value::<Vec<UpdateTargetingRuleModel>>(
                    formula["targetingRules"].clone(),
                )
                .unwrap(),
            );
        // The server has something else each time; what counts is what the patch makes of it.
        let told = patch.check(&fresh);
        let server = runtime.block_on(
            client
                .update_setting_value_v2(environment, flag, patch)
                .send(),
        );
        prop_assert_eq!(
            told.is_ok(),
            server.is_ok(),
            "{:?} and {:?}",
            told.err(),
            server.err()
        );
        let (right, wrong) = counts.get();
        counts.set(if told.is_ok() {
            (right + 1, wrong)
        } else {
            (right, wrong + 1)
        });
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    let (right, wrong) = counts.get();
    println!("{right} right and {wrong} wrong formulas, one verdict each");
    assert!(right > 40 && wrong > 40, "{right} right, {wrong} wrong");
}
