//! A rule is what its sentence says: each word is one comparator, with the value that the API has for it, and a server takes it.

mod checks;
mod v1;

use std::collections::BTreeSet;

use crate::support::assert_contains;
use configcat_fake::Fake;
use configcat_management::Result;
use configcat_management::chrono::{DateTime, Utc};
use configcat_management::patch::{FormulaPatch, SettingValuePatch};
use configcat_management::rule::{
    Attribute, Comparison, Conditions, Operand, everyone, flag, in_segment, not_in_segment,
    percentages, when,
};
use configcat_management::semver::Version;
use configcat_management::types::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn wire(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("JSON")
}

fn time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 500_000_000).expect("a time")
}

/// Every word, with the comparator that it stands for, and what it compares with on the wire.
fn sentences() -> Vec<(Conditions, &'static str, Value)> {
    macro_rules! sentences {
        ($attribute:expr; $($comparator:literal $word:ident($argument:expr) $value:ident;)*) => {
            [$(($attribute.$word($argument), $comparator, $value.clone())),*]
        };
    }
    let tu = ["t", "u"];
    let text = json!({ "stringValue": "t" });
    let list = json!({ "listValue": [{ "value": "t" }, { "value": "u" }] });
    let number = json!({ "doubleValue": 5.0 });
    let date = json!({ "doubleValue": 1_700_000_000.5 });
    let version = json!({ "stringValue": "1.2.3-rc.1" });
    let versions = json!({ "listValue": [{ "value": "1.2.3-rc.1" }] });
    let v = || Version::parse("1.2.3-rc.1").expect("a version");
    let plain = sentences! { when("A");
        "textEquals" equals("t") text;
        "textDoesNotEqual" does_not_equal("t") text;
        "isOneOf" is_one_of(tu) list;
        "isNotOneOf" is_not_one_of(tu) list;
        "containsAnyOf" contains_any_of(tu) list;
        "doesNotContainAnyOf" does_not_contain_any_of(tu) list;
        "textStartsWithAnyOf" starts_with_any_of(tu) list;
        "textNotStartsWithAnyOf" does_not_start_with_any_of(tu) list;
        "textEndsWithAnyOf" ends_with_any_of(tu) list;
        "textNotEndsWithAnyOf" does_not_end_with_any_of(tu) list;
        "arrayContainsAnyOf" array_contains_any_of(tu) list;
        "arrayDoesNotContainAnyOf" array_does_not_contain_any_of(tu) list;
        "numberEquals" number_is(5) number;
        "numberDoesNotEqual" number_is_not(5) number;
        "numberLess" number_is_below(5) number;
        "numberLessOrEquals" number_is_at_most(5) number;
        "numberGreater" number_is_above(5.0) number;
        "numberGreaterOrEquals" number_is_at_least(5_u32) number;
        "dateTimeBefore" is_before(time()) date;
        "dateTimeAfter" is_after(time()) date;
        "semVerLess" version_is_below(v()) version;
        "semVerLessOrEquals" version_is_at_most(v()) version;
        "semVerGreater" version_is_above(v()) version;
        "semVerGreaterOrEquals" version_is_at_least(v()) version;
        "semVerIsOneOf" version_is_one_of([v()]) versions;
        "semVerIsNotOneOf" version_is_not_one_of([v()]) versions;
    };
    let hashed = sentences! { when("A").hashed();
        "sensitiveTextEquals" equals("t") text;
        "sensitiveTextDoesNotEqual" does_not_equal("t") text;
        "sensitiveIsOneOf" is_one_of(tu) list;
        "sensitiveIsNotOneOf" is_not_one_of(tu) list;
        "sensitiveTextStartsWithAnyOf" starts_with_any_of(tu) list;
        "sensitiveTextNotStartsWithAnyOf" does_not_start_with_any_of(tu) list;
        "sensitiveTextEndsWithAnyOf" ends_with_any_of(tu) list;
        "sensitiveTextNotEndsWithAnyOf" does_not_end_with_any_of(tu) list;
        "sensitiveArrayContainsAnyOf" array_contains_any_of(tu) list;
        "sensitiveArrayDoesNotContainAnyOf" array_does_not_contain_any_of(tu) list;
    };
    plain.into_iter().chain(hashed).collect()
}

#[tokio::test]
async fn every_comparator_has_a_word_and_the_server_takes_it() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let sentences = sentences();
    for (conditions, comparator, value) in sentences.clone() {
        let expected = json!({
            "conditions": [{ "userCondition": {
                "comparator": comparator, "comparisonAttribute": "A", "comparisonValue": value,
            } }],
            "value": { "boolValue": true },
        });
        assert_eq!(wire(&conditions.serve(true)), expected);
    }
    let known: BTreeSet<&str> = UserComparator::VALUES
        .iter()
        .map(UserComparator::as_str)
        .collect();
    let said: BTreeSet<&str> = sentences
        .iter()
        .map(|(_, comparator, _)| *comparator)
        .collect();
    assert_eq!(said, known, "a comparator without a word");

    let edited = client.edit_value(demo.test_id, demo.v2.new_checkout, |formula| {
        for (conditions, ..) in sentences.clone() {
            formula.add_rule(conditions.serve(true));
        }
        Ok(())
    });
    assert_eq!(
        edited.send().await?.value.targeting_rules.len(),
        sentences.len()
    );
    Ok(())
}

#[test]
fn conditions_segments_flags_and_percentages_come_together() -> Result<()> {
    let segment = Uuid::max();
    let hinted = UpdateComparisonValueListModel::new("id-1").with_hint("Jane");
    let conditions = in_segment(segment)
        .and(not_in_segment(Uuid::nil()))
        .and(flag(7).equals("x"))
        .and(flag(8).does_not_equal(5))
        .and(when("Identifier").is_one_of([hinted]));
    let rule = conditions.split(percentages([(30, 1.5), (70, 2.0)])?);
    let expected = json!({
        "conditions": [
            { "segmentCondition": { "comparator": "isIn", "segmentId": segment } },
            { "segmentCondition": { "comparator": "isNotIn", "segmentId": Uuid::nil() } },
            { "prerequisiteFlagCondition": {
                "comparator": "equals", "prerequisiteComparisonValue": { "stringValue": "x" }, "prerequisiteSettingId": 7,
            } },
            { "prerequisiteFlagCondition": {
                "comparator": "doesNotEqual", "prerequisiteComparisonValue": { "intValue": 5 }, "prerequisiteSettingId": 8,
            } },
            { "userCondition": {
                "comparator": "isOneOf", "comparisonAttribute": "Identifier",
                "comparisonValue": { "listValue": [{ "value": "id-1", "hint": "Jane" }] },
            } },
        ],
        "percentageOptions": [
            { "percentage": 30, "value": { "doubleValue": 1.5 } },
            { "percentage": 70, "value": { "doubleValue": 2.0 } },
        ],
    });
    assert_eq!(wire(&rule), expected);
    let everyone = everyone().split(percentages([(100, true)])?);
    assert_eq!(
        wire(&everyone),
        json!({ "percentageOptions": [{ "percentage": 100, "value": { "boolValue": true } }] })
    );
    let items: Vec<UpdateRolloutPercentageItemModel> = percentages([(100, "x")])?.into();
    assert_eq!(wire(&items), json!([{ "percentage": 100, "value": "x" }]));
    for wrong in [
        vec![(101, true)],
        vec![(-1, true), (101, false)],
        vec![],
        vec![(i32::MAX, true); 3],
    ] {
        assert!(percentages(wrong).is_err());
    }
    Ok(())
}

/// One value of each kind.
fn comparisons() -> [(Operand, Comparison); 6] {
    let version = Version::new(1, 2, 3);
    [
        (Operand::Text, "t".into()),
        (Operand::Texts, ["t"].into()),
        (Operand::Number, 5.into()),
        (Operand::Time, time().into()),
        (Operand::Version, version.clone().into()),
        (Operand::Versions, vec![version].into()),
    ]
}

#[test]
fn a_comparator_takes_its_kind_of_value_and_no_other() {
    for comparator in UserComparator::VALUES {
        let takes = comparator.takes().expect("a known comparator");
        for (kind, value) in comparisons() {
            let compared = when("A").compares(comparator.clone(), value);
            assert_eq!(
                compared.is_ok(),
                kind == takes,
                "{comparator} with {kind}: {compared:?}"
            );
            if let Err(wrong) = compared {
                let texts = [
                    (Operand::Text, Operand::Version),
                    (Operand::Texts, Operand::Versions),
                ];
                let problem = match texts.contains(&(kind, takes)) {
                    true => "is `t`, which is no semantic version: ".to_string(),
                    false => format!("is {kind}; the comparator `{comparator}` takes {takes}"),
                };
                let told = wrong.to_string();
                assert!(
                    told.starts_with(&format!("the comparison value {problem}")),
                    "{told}"
                );
            }
        }
    }
    for (_, value) in comparisons() {
        assert!(
            when("A").compares("isQuantum", value).is_ok(),
            "what is not known is not judged"
        );
    }
    assert!(
        when("A")
            .compares(UserComparator::SemVerLess, "1.2.3")
            .is_ok()
    );
    assert!(
        when("A")
            .compares(UserComparator::NumberLess, f64::NAN)
            .is_err()
    );
    let words: fn(Attribute) -> Conditions = |attribute| attribute.equals("t");
    assert_eq!(
        words(when("A")),
        when("A").compares(UserComparator::TextEquals, "t").unwrap()
    );
}

#[tokio::test]
async fn rules_go_into_v1_configs_as_far_as_these_have_them() -> Result<()> {
    let v1 = |rule: UpdateTargetingRuleModel| UpdateRolloutRuleModel::try_from(rule);
    let nameless = v1(when("").equals("a").serve(true)).unwrap_err();
    assert_contains(&nameless, "an attribute without a name");
    let text = |value: Value| match value {
        Value::Object(fields) => match (
            fields.get("stringValue"),
            fields.get("doubleValue"),
            fields.get("listValue"),
        ) {
            (Some(text), ..) => text.as_str().unwrap().to_string(),
            (_, Some(number), _) => number.as_f64().unwrap().to_string(),
            (.., Some(list)) => {
                let list = list
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["value"].as_str().unwrap());
                list.collect::<Vec<_>>().join(", ")
            }
            _ => unreachable!(),
        },
        _ => unreachable!(),
    };
    let mut rules = Vec::new();
    for (conditions, comparator, value) in sentences() {
        let converted = v1(conditions.serve(true));
        match RolloutRuleComparator::from(comparator) {
            RolloutRuleComparator::Unrecognized(_)
                if comparator.contains("ontainAnyOf") || comparator == "containsAnyOf" =>
            {
                let problem = converted.unwrap_err().to_string();
                let told = ["has 2 texts", "do not have"];
                assert!(told.iter().any(|told| problem.contains(told)), "{problem}");
            }
            RolloutRuleComparator::Unrecognized(_) => {
                let problem =
                    format!("the rule compares by `{comparator}`, which V1 configs do not have");
                assert_eq!(converted.unwrap_err().to_string(), problem);
            }
            _ => {
                let rule = converted?;
                let expected = json!({
                    "comparator": comparator, "comparisonAttribute": "A", "comparisonValue": text(value), "value": true,
                });
                assert_eq!(wire(&rule), expected);
                rules.push(rule);
            }
        }
    }
    assert_eq!(
        rules.len() + 2,
        RolloutRuleComparator::VALUES.len(),
        "all but `contains` and its opposite, below"
    );
    rules.push(v1(when("Email").contains_any_of(["@a, b"]).serve(true))?);
    rules.push(v1(when("Email")
        .does_not_contain_any_of(["@a"])
        .serve(true))?);
    let comparators: Vec<_> = rules
        .iter()
        .rev()
        .take(2)
        .filter_map(|rule| rule.comparator.clone())
        .collect();
    assert_eq!(
        comparators,
        [
            RolloutRuleComparator::DoesNotContain,
            RolloutRuleComparator::Contains
        ]
    );

    let segment = v1(in_segment(Uuid::max()).serve("x"))?;
    assert_eq!(
        wire(&segment),
        json!({ "segmentComparator": "isIn", "segmentId": Uuid::max(), "value": "x" })
    );
    let country = || when("Country").is_one_of(["NL"]);
    let wrong: [(Result<_>, &str); 7] = [
        (
            v1(country().and(country()).serve(true)),
            "the rule needs one condition, no more and no less, in V1 configs",
        ),
        (
            v1(flag(7).equals(true).serve(true)),
            "the rule looks at another flag, which rules of V1 configs cannot",
        ),
        (
            v1(country().split(percentages([(100, true)])?)),
            "the rule splits users; in V1 configs, percentages stand beside the rules",
        ),
        (
            v1(when("City").is_one_of(["Paris, Texas"]).serve(true)),
            "the comparison value has `Paris, Texas`; in V1 configs, commas stand between the texts of a list",
        ),
        (
            v1(when("City").is_one_of(["Paris", ""]).serve(true)),
            "the comparison value has ``; in V1 configs, an empty text of a list is lost",
        ),
        (
            v1(when("City").is_one_of([" Paris"]).serve(true)),
            "the comparison value has ` Paris`; in V1 configs, spaces around a text of a list are lost",
        ),
        (
            v1(UpdateTargetingRuleModel::new()),
            "the rule serves no value",
        ),
    ];
    for (converted, problem) in wrong {
        assert_eq!(converted.unwrap_err().to_string(), problem);
    }

    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, flag) = (demo.test_id, demo.v1.new_checkout);
    let seen = client.get_setting_value(environment, flag).send().await?;
    let patch = SettingValuePatch::new()
        .replace_rules(rules.clone())
        .replace_percentage_items(percentages([(10, true), (90, false)])?);
    patch.check(&seen)?;
    let after = client
        .update_setting_value(environment, flag, patch)
        .send()
        .await?
        .into_inner()
        .expect("a change");
    assert_eq!(
        (
            after.rollout_rules.len(),
            after.rollout_percentage_items.len()
        ),
        (rules.len(), 2)
    );
    Ok(())
}
