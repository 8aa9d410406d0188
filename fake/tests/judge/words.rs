//! The words of `names`: settings of all four types are changed with them, in a config of each version. What `Served` says that
//! a user gets has to be what a person wrote here, and what the SDK serves.

use configcat_management::names::{Change, Environment, Served};
use configcat_management::rule::{everyone, percentages, when};
use configcat_management::types::{
    ConfigId, CreateSettingInitialValues, SettingType, UpdateTargetingRuleModel,
};
use configcat_management::{Client, Result, SettingValue};
use serde_json::{Value, json};

use crate::Row;

/// What of `Served` a user meets: the rule or the share with this number, or the default.
#[derive(Clone, Copy, Debug)]
enum Meets {
    Rule(usize),
    Share(usize),
    Default,
}
use Meets::{Default, Rule, Share};

/// A setting, and what is done to it, one change after the other.
struct Case {
    key: &'static str,
    setting_type: SettingType,
    changes: Vec<Change>,
    /// A user, what they meet, and what they get.
    rows: Vec<(Value, Meets, Value)>,
}

impl Case {
    fn new(key: &'static str, setting_type: SettingType, changes: Vec<Change>) -> Self {
        Case {
            key,
            setting_type,
            changes,
            rows: Vec::new(),
        }
    }

    fn row(mut self, user: Value, meets: Meets, expected: impl Into<Value>) -> Self {
        self.rows.push((user, meets, expected.into()));
        self
    }
}

fn user(name: &str) -> Value {
    json!({ "Identifier": name })
}

/// One with a mail address at work.
fn staff(name: &str) -> Value {
    json!({ "Identifier": name, "Email": format!("{name}@example.com") })
}

fn for_ann(value: impl Into<SettingValue>) -> UpdateTargetingRuleModel {
    when("Email").is_one_of(["ann@example.com"]).serve(value)
}

fn for_staff(value: impl Into<SettingValue>) -> UpdateTargetingRuleModel {
    let mails = ["ann@example.com", "bob@example.com"];
    when("Email").is_one_of(mails).serve(value)
}

/// The numbers in the comments are those by which users fall into shares; they were computed elsewhere.
fn flags(place: &Environment) -> Result<Vec<Case>> {
    let case = |key, changes| Case::new(key, SettingType::Boolean, changes);
    let [on, off, some, all, back, behind] = [
        "turned_on",
        "turned_off",
        "rolled_out",
        "rolled_to_all",
        "rolled_back",
        "split_then_rule",
    ]
    .map(|key| (key, place.flag(key)));
    let half = || percentages([(50, true), (50, false)]);
    Ok(vec![
        case(on.0, vec![on.1.turn_on()])
            .row(user("joe"), Default, true)
            .row(Value::Null, Default, true),
        case(off.0, vec![off.1.turn_on(), off.1.turn_off()])
            .row(user("joe"), Default, false)
            .row(Value::Null, Default, false),
        case(some.0, vec![some.1.add_rule(for_ann(true)).roll_out(12)])
            .row(user("joe"), Share(0), true) // 1
            .row(user("jane"), Share(0), true) // 11
            .row(user("ann"), Share(1), false) // 22
            .row(staff("ann"), Rule(0), true)
            .row(user("mary"), Share(1), false) // 90
            .row(Value::Null, Default, false),
        case(
            all.0,
            vec![
                all.1.add_rule(for_ann(false)).roll_out(30),
                all.1.roll_out(100),
            ],
        )
        .row(user("joe"), Default, true) // 76
        .row(staff("ann"), Rule(0), false)
        .row(Value::Null, Default, true),
        case(
            back.0,
            vec![
                back.1.turn_on().add_rule(for_ann(true)),
                back.1.roll_out(50),
                back.1.roll_out(0),
            ],
        )
        .row(user("mary"), Default, false) // 2
        .row(staff("ann"), Rule(0), true)
        .row(Value::Null, Default, false),
        // What comes after a split stands before it, and behind the other rules; another split takes its place.
        case(
            behind.0,
            vec![
                behind.1.split(half()?).add_rule(for_ann(false)),
                behind.1.add_rule(for_staff(true)),
                behind
                    .1
                    .add_rule(everyone().split(percentages([(17, false), (83, true)])?)),
            ],
        )
        .row(staff("ann"), Rule(0), false)
        .row(staff("bob"), Rule(1), true)
        .row(user("joe"), Share(0), false) // 16
        .row(user("jane"), Share(1), true) // 18
        .row(Value::Null, Default, false),
    ])
}

fn others(place: &Environment) -> Result<Vec<Case>> {
    let (text, int, double) = ("greeting", "lines", "rebate");
    let (greeting, lines, rebate) = (place.flag(text), place.flag(int), place.flag(double));
    let hello = percentages([(24, "Hello"), (1, "Hi"), (75, "Good day")])?;
    Ok(vec![
        Case::new(
            text,
            SettingType::String,
            vec![
                greeting.set_default("Welcome").split(hello),
                greeting.add_rule(for_ann("Ann! 🍅")),
            ],
        )
        .row(user("jane"), Share(0), "Hello") // 2
        .row(user("bob"), Share(1), "Hi") // 24
        .row(user("mary"), Share(2), "Good day") // 49
        .row(staff("ann"), Rule(0), "Ann! 🍅")
        .row(Value::Null, Default, "Welcome"),
        Case::new(
            int,
            SettingType::Int,
            vec![
                lines.add_rule(for_staff(-7)).set_default(20),
                lines.split(percentages([(74, 30), (26, 40)])?),
            ],
        )
        .row(user("mary"), Share(0), 30) // 73
        .row(user("jane"), Share(1), 40) // 77
        .row(staff("bob"), Rule(0), -7)
        .row(Value::Null, Default, 20),
        // A whole number will do for decimals.
        Case::new(
            double,
            SettingType::Double,
            vec![
                rebate
                    .set_default(5)
                    .add_rule(when("Level").number_is_above(2.5).serve(0.25)),
                rebate.split(percentages([(30, 0.5), (70, 1.5)])?),
            ],
        )
        .row(user("mary"), Share(0), 0.5) // 29
        .row(user("joe"), Share(1), 1.5) // 30
        .row(json!({ "Identifier": "joe", "Level": 3 }), Rule(0), 0.25)
        .row(json!({ "Identifier": "joe", "Level": 2 }), Share(1), 1.5)
        .row(Value::Null, Default, 5),
    ])
}

/// Makes each setting, changes it, and holds what it says that it serves against the table.
pub(crate) async fn rows(
    client: &Client,
    config: ConfigId,
    place: &Environment,
    sdk_key: &str,
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for case in flags(place)?.into_iter().chain(others(place)?) {
        let Case { key, .. } = case;
        let new = CreateSettingInitialValues::new(key, key, case.setting_type);
        client.create_setting(config, new).send().await?;
        let mut last = None;
        for change in case.changes {
            let made = change.send().await?;
            assert!(made.changed, "{key}");
            last = Some(made.served);
        }
        let served = place.flag(key).served().await?;
        assert_eq!(Some(&served), last.as_ref());
        for (user, meets, expected) in case.rows {
            let told = told(&served, meets);
            assert!(
                same(&told, &expected),
                "{key} tells {told:?} for {user}, {meets:?}"
            );
            let sdk_key = sdk_key.to_string();
            rows.push(Row {
                sdk_key,
                key,
                user,
                expected,
            });
        }
    }
    Ok(rows)
}

fn told(served: &Served, meets: Meets) -> Option<SettingValue> {
    match meets {
        Rule(index) => served.rules.get(index)?.value.clone(),
        Share(index) => Some(served.split.get(index)?.1.clone()),
        Default => served.default.clone(),
    }
}

/// Whole numbers are decimals, too, as the SDK prints them.
fn same(told: &Option<SettingValue>, expected: &Value) -> bool {
    let told = json!(told);
    told == *expected || (told.is_number() && told.as_f64() == expected.as_f64())
}
