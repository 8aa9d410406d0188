//! Splits: what the service refuses is refused before anything is sent, and a rule is never put where it could not apply.

use crate::support::assert_contains;
use configcat_fake::Fake;
use configcat_management::Result;
use configcat_management::patch::{FormulaPatch, SettingPatch, SettingValuePatch};
use configcat_management::rule::{everyone, percentages, when};
use configcat_management::types::*;

/// What an edit says that is refused before it is sent.
async fn refusal(fake: &Fake, rules: Vec<UpdateTargetingRuleModel>) -> String {
    let demo = fake.demo().expect("the fake starts with it");
    fake.clear_requests();
    let edit = fake.client();
    let edit = edit.edit_value(demo.production_id, demo.v2.new_checkout, |formula| {
        *formula.rules_mut() = rules.clone();
        Ok(())
    });
    let refused = edit.send().await.expect_err("it is refused");
    assert_eq!(
        fake.requests().len(),
        1,
        "only the value was read: {refused}"
    );
    refused.to_string()
}

#[tokio::test]
async fn what_the_service_refuses_is_not_sent() -> Result<()> {
    let fake = Fake::start().await;
    let split = || everyone().split(percentages([(50, true), (50, false)]).expect("it is a whole"));
    let staff = || when("A").equals("x").serve(true);
    for (rules, said) in [
        (
            vec![split(), staff()],
            "targetingRules[1]` stands behind a split for everyone",
        ),
        (
            vec![split(), split()],
            "targetingRules[1]` stands behind a split for everyone",
        ),
        (
            vec![everyone().split(percentages([(100, true)])?)],
            "two options, one on and one off",
        ),
        (
            vec![everyone().split(percentages([(50, true), (50, true)])?)],
            "two options, one on and one off",
        ),
        (
            vec![when("A").equals("").serve(true)],
            "comparisonValue` is empty",
        ),
        (
            vec![when("A").is_one_of(["a", ""]).serve(true)],
            "listValue[1].value` is empty",
        ),
        (
            vec![when("A").is_one_of::<&str>([]).serve(true)],
            "listValue` is empty",
        ),
    ] {
        let refused = refusal(&fake, rules).await;
        assert!(refused.contains(said), "{refused}, not {said}");
    }
    Ok(())
}

#[tokio::test]
async fn a_rule_is_added_before_the_split_for_everyone() -> Result<()> {
    let fake = Fake::start().await;
    let demo = fake.demo().expect("the fake starts with it");
    let client = fake.client();
    let edit = client.edit_value(demo.production_id, demo.v2.new_checkout, |formula| {
        formula.add_rule(everyone().split(percentages([(10, true), (90, false)])?));
        formula.add_rule(when("A").equals("x").serve(true));
        formula.add_rule(everyone().split(percentages([(20, true), (80, false)])?));
        Ok(())
    });
    let rules = edit.send().await?.value.targeting_rules;
    assert_eq!(
        rules.len(),
        2,
        "the second split took the place of the first"
    );
    assert_eq!(rules[0].conditions.len(), 1);
    assert_eq!(rules[1].percentage_options[0].percentage, 20);
    Ok(())
}

#[tokio::test]
async fn a_patch_for_a_rule_behind_the_split_for_everyone_is_refused_and_one_before_it_is_not()
-> Result<()> {
    let fake = Fake::start().await;
    let demo = fake.demo().expect("the fake starts with it");
    let (client, place, flag) = (fake.client(), demo.production_id, demo.v2.beta_search);
    let seen = client.get_setting_value_v2(place, flag).send().await?;
    let split = seen.targeting_rules.len() - 1;
    assert_eq!(seen.targeting_rules[split].conditions, []);
    let rule = || when("A").equals("x").serve(true);
    let (behind, before) = (
        FormulaPatch::new().add_rule(rule()),
        FormulaPatch::new().insert_rule(split, rule()),
    );
    let wrong = behind.check(&seen).unwrap_err().to_string();
    assert_contains(&wrong, "stands behind a split for everyone");
    let refused = client
        .update_setting_value_v2(place, flag, behind)
        .send()
        .await;
    assert_eq!(
        refused.unwrap_err().status().map(|it| it.as_u16()),
        Some(400)
    );
    before.check(&seen)?;
    let after = client
        .update_setting_value_v2(place, flag, before)
        .send()
        .await?;
    let rules = after.into_inner().expect("it is a change").targeting_rules;
    assert_eq!(rules[split + 1], seen.targeting_rules[split]);
    Ok(())
}

#[tokio::test]
async fn v1_values_are_checked_the_same_way() -> Result<()> {
    let fake = Fake::start().await;
    let demo = fake.demo().expect("the fake starts with it");
    let client = fake.client();
    let seen = client
        .get_setting_value(demo.production_id, demo.v1.new_checkout)
        .send()
        .await?;
    let item = |percentage, on: bool| UpdateRolloutPercentageItemModel::new(percentage, on);
    let one = SettingValuePatch::new().replace_percentage_items([item(100, true)]);
    let refused = one
        .check(&seen)
        .expect_err("one option is no split")
        .to_string();
    assert!(refused.contains("two options"), "{refused}");
    let two = SettingValuePatch::new().replace_percentage_items([item(0, true), item(100, false)]);
    two.check(&seen)
}

#[tokio::test]
async fn a_setting_gets_another_place() -> Result<()> {
    let fake = Fake::start().await;
    let demo = fake.demo().expect("the fake starts with it");
    let client = fake.client();
    let setting = client.get_setting(demo.v2.page_size).send().await?;
    let patch = SettingPatch::new().set_order(7);
    let wanted = patch.preview(&setting)?;
    assert_eq!(wanted.order, Some(7));
    let updated = client
        .update_setting(demo.v2.page_size, patch)
        .send()
        .await?;
    assert_eq!(updated.order, 7);
    Ok(())
}
