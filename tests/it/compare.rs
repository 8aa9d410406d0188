//! A comparison shows by key what two environments serve differently, of one config or of two, in V1 and V2.

use configcat_fake::Fake;
use configcat_management::Result;
use configcat_management::names::{Differences, Part, compare};
use configcat_management::rule::{flag, in_segment, percentages, when};
use configcat_management::types::{CreateSettingInitialValues, SettingType};

use crate::support::assert_contains;
use crate::support::shop::{place, staff};

fn told(comparison: &Differences) -> Vec<(&str, Part)> {
    let differences = comparison.differences.iter();
    differences
        .map(|difference| (&*difference.key, difference.part))
        .collect()
}

#[tokio::test]
async fn what_differs_is_told_by_key_and_part() -> Result<()> {
    for config in ["Backend", "Frontend"] {
        let fake = Fake::start().await;
        let (test, production) = (
            place(&fake.client(), config, "Test"),
            place(&fake.client(), config, "Production"),
        );
        let before = compare(&test, &production).await?;
        let expected = [
            ("beta_search", Part::Rule),
            ("beta_search", Part::Split),
            ("new_checkout", Part::Default),
        ];
        assert_eq!(told(&before), expected, "{config}");
        assert_eq!(before.same, 3);
        let itself = compare(&test, &test.clone()).await?;
        assert_eq!((itself.differences.len(), itself.same), (0, 5));
        // Of two rules that change places, each is told.
        let rules = ["a@example.com", "b@example.com"]
            .map(|mail| when("Email").is_one_of([mail]).serve(mail.to_string()));
        let [a, b] = rules;
        let (banner, other) = (test.flag("banner_text"), production.flag("banner_text"));
        banner
            .add_rule(a.clone())
            .add_rule(b.clone())
            .send()
            .await?;
        other.add_rule(b).add_rule(a).send().await?;
        let swapped = compare(&test, &production).await?.to_string();
        let lines = swapped
            .lines()
            .filter(|line| line.starts_with("banner_text   rule"));
        assert_eq!(lines.count(), 2, "{swapped}");
    }
    Ok(())
}

#[tokio::test]
async fn configs_of_both_versions_compare_and_what_only_one_has_is_told() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let new = CreateSettingInitialValues::new("only_v1", "Only V1", SettingType::Int);
    client.create_setting(demo.v1.config_id, new).send().await?;
    let (v1, v2) = (
        place(&client, "Backend", "Test"),
        place(&client, "Frontend", "Test"),
    );
    let here = compare(&v1, &v2).await?;
    assert_eq!(told(&here), [("only_v1", Part::OnlyOne)]);
    let there = compare(&v2, &v1).await?;
    assert_eq!(told(&there), [("only_v1", Part::OnlyOther)]);
    assert_eq!((here.one.as_str(), there.same), ("Backend / Test", 5));
    Ok(())
}

#[tokio::test]
async fn what_both_versions_say_in_words_of_their_own_is_the_same() -> Result<()> {
    let fake = Fake::start().await;
    let (v1, v2) = (
        place(&fake.client(), "Backend", "Test"),
        place(&fake.client(), "Frontend", "Test"),
    );
    let staff = || when("Email").is_one_of(["jane@example.com", "joe@example.com"]);
    let guests = || when("Email").does_not_contain_any_of(["@example.com"]);
    for place in [&v1, &v2] {
        let change = place.flag("beta_search").add_rule(staff().serve(true));
        let change = change.add_rule(guests().serve(false));
        let change = change.add_rule(when("Age").number_is_above(17.0).serve(true));
        let served = change.send().await?.served;
        let told: Vec<_> = served.rules.iter().map(|rule| rule.when.as_str()).collect();
        let expected = [
            "Email isOneOf `jane@example.com`, `joe@example.com`",
            "Email doesNotContainAnyOf `@example.com`",
            "Age numberGreater `17`",
        ];
        assert_eq!(told, expected);
    }
    let comparison = compare(&v1, &v2).await?;
    assert_eq!(comparison.differences, [], "{comparison}");
    Ok(())
}

#[tokio::test]
async fn segments_and_prerequisites_are_told_by_their_names() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let segment = staff(&fake).await?;
    let test = place(&client, "Frontend", "Test");
    let staff = in_segment(segment)
        .and(flag(demo.v2.new_checkout).equals(true))
        .split(percentages([(20, true), (80, false)])?);
    let change = test.flag("beta_search").add_rule(staff);
    let served = change.send().await?.served;
    let when = "isIn segment `Staff` and setting `new_checkout` equals `true`";
    assert_eq!(served.rules[0].when, when);
    let comparison = compare(&test, &place(&client, "Frontend", "Production")).await?;
    let table = comparison.to_string();
    assert_contains(&table, &format!("{when}: 20 % true, 80 % false"));
    // V1 has segments too.
    let backend = place(&client, "Backend", "Test").flag("beta_search");
    let staff = in_segment(segment).serve(true);
    let served = backend.add_rule(staff).send().await?.served;
    assert_eq!(served.rules[0].when, "isIn segment `Staff`");
    Ok(())
}

#[tokio::test]
async fn a_comparison_is_a_table_for_people_and_json_for_programs() -> Result<()> {
    let fake = Fake::start().await;
    let config = fake.client().product("Web shop").config("Frontend");
    let (test, production) = (config.environment("Test"), config.environment("Production"));
    test.flag("beta_search").turn_on().send().await?;
    let before = fake.requests().len();
    let comparison = compare(&test, &production).await?;
    assert_eq!(
        fake.requests().len() - before,
        2,
        "one call for each environment"
    );
    let table = comparison.to_string();
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with("key           what     Frontend / Test  Frontend / Production"),
        "{table}"
    );
    assert_eq!(lines[1], "beta_search   default  true             false");
    assert!(
        lines[2].starts_with("beta_search   rule     -                Email "),
        "{table}"
    );
    assert_eq!(
        lines[3],
        "beta_search   split    -                10 % true, 90 % false"
    );
    assert_eq!(lines[4], "new_checkout  default  true             false");
    assert_eq!(lines[6], "differences: 4, settings alike: 3");
    let json = serde_json::to_value(&comparison).unwrap();
    let first = serde_json::json!({"key": "beta_search", "part": "default", "one": "true", "other": "false"});
    assert_eq!(json["differences"][0], first);
    assert_eq!(json["same"], 3);
    Ok(())
}
