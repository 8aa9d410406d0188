//! The table: rules, and who gets what by them, written by hand. `null` in place of an attribute means that the user has none.

mod comparators;

use configcat_management::rule::{
    Conditions, everyone, flag, in_segment, not_in_segment, percentages, when,
};
use configcat_management::types::{RolloutRuleComparator, UpdateTargetingRuleModel};
use configcat_management::{Result, SettingValue};
use serde_json::{Value, json};

pub(crate) use self::comparators::comparators;
use crate::setup::Made;

/// A setting with its rules.
pub(crate) struct Case {
    pub(crate) key: &'static str,
    pub(crate) default: SettingValue,
    /// What percentages go by, where it is not the identifier.
    pub(crate) attribute: Option<&'static str>,
    pub(crate) rules: Vec<UpdateTargetingRuleModel>,
    /// Users, and what they get.
    pub(crate) rows: Vec<(Value, Value)>,
    /// Whether V1 configs have such rules too.
    pub(crate) in_v1: bool,
}

impl Case {
    fn new(key: &'static str, default: impl Into<SettingValue>) -> Self {
        Case {
            key,
            default: default.into(),
            attribute: None,
            rules: Vec::new(),
            rows: Vec::new(),
            in_v1: false,
        }
    }

    fn rule(mut self, rule: UpdateTargetingRuleModel) -> Self {
        self.rules.push(rule);
        self
    }

    fn by(mut self, attribute: &'static str) -> Self {
        self.attribute = Some(attribute);
        self
    }

    fn row(mut self, user: Value, expected: impl Into<Value>) -> Self {
        self.rows.push((user, expected.into()));
        self
    }

    /// In V1 configs too.
    fn v1(mut self) -> Self {
        self.in_v1 = true;
        self
    }
}

/// A flag that is on where conditions on the attribute `A` hold: for these values they do, for those they do not.
fn case(key: &'static str, conditions: Conditions, holds: Value, fails: Value) -> Case {
    let users = |values: Value| {
        let values = values.as_array().cloned().unwrap_or_default().into_iter();
        values.map(|value| match value {
            Value::Null => json!({}),
            value => json!({ "A": value }),
        })
    };
    let mut case = Case::new(key, false).rule(conditions.serve(true));
    for user in users(holds) {
        case = case.row(user, true);
    }
    for user in users(fails) {
        case = case.row(user, false);
    }
    case
}

/// All four types, more than one rule, more than one condition, and nobody.
pub(crate) fn values(_: &Made) -> Result<Vec<Case>> {
    let colours = || {
        let red = when("A").is_one_of(["tomato", "rose"]).serve("red 🍅");
        let second = when("A").is_one_of(["rose", "sea"]).serve("blue");
        Case::new("colour", "grey").rule(red).rule(second)
    };
    let both = when("A")
        .equals("x")
        .and(when("B").number_is_above(1))
        .serve(true);
    Ok(vec![
        colours()
            .row(json!({ "A": "tomato" }), "red 🍅")
            .row(json!({ "A": "rose" }), "red 🍅")
            .row(json!({ "A": "sea" }), "blue")
            .row(json!({ "A": "moon" }), "grey")
            .row(Value::Null, "grey")
            .v1(),
        Case::new("size", 20)
            .rule(when("A").number_is_below(0).serve(-7))
            .row(json!({ "A": -1 }), -7)
            .row(json!({ "A": 0 }), 20)
            .row(Value::Null, 20)
            .v1(),
        Case::new("discount", 0.5)
            .rule(when("A").number_is(1).serve(5.0))
            .row(json!({ "A": 1 }), 5)
            .row(json!({ "A": 2 }), 0.5)
            .v1(),
        Case::new("switch", true)
            .row(json!({}), true)
            .row(Value::Null, true)
            .v1(),
        Case::new("both", false)
            .rule(both)
            .row(json!({ "A": "x", "B": 2 }), true)
            .row(json!({ "A": "x", "B": 1 }), false)
            .row(json!({ "A": "y", "B": 2 }), false)
            .row(json!({ "A": "x" }), false)
            .row(json!({ "B": 2 }), false)
            .row(Value::Null, false),
    ])
}

/// Users fall into the shares by the first seven digits of SHA-1 over key and attribute, modulo 100: the numbers in the
/// comments were computed elsewhere.
pub(crate) fn splits(_: &Made) -> Result<Vec<Case>> {
    let identified = |identifier: &str| json!({ "Identifier": identifier });
    let from = |country: &str| json!({ "Country": country });
    let of_staff =
        |identifier: &str, email: &str| json!({ "Identifier": identifier, "Email": email });
    Ok(vec![
        Case::new("half_by_identifier", "none")
            .rule(everyone().split(percentages([(50, "first"), (50, "second")])?))
            .row(identified("joe"), "first") // 0
            .row(identified("bob"), "first") // 27
            .row(identified("mary"), "first") // 46
            .row(identified(""), "first") // 21
            .row(identified("jane"), "second") // 59
            .row(identified("ünal"), "second") // 56
            .row(identified("zoe"), "second") // 91
            .row(Value::Null, "none")
            .v1(),
        Case::new("tenth_by_country", 0)
            .by("Country")
            .rule(everyone().split(percentages([(36, 1), (1, 2), (63, 3)])?))
            .row(from("Oman"), 1) // 2
            .row(from("Österreich"), 1) // 35
            .row(from("Fiji"), 2) // 36
            .row(from("5"), 3) // 37
            .row(from("Cuba"), 3) // 97
            .row(identified("Oman"), 0)
            .row(Value::Null, 0),
        Case::new("split_by_number", 0.0)
            .by("Level")
            .rule(everyone().split(percentages([(20, 0.25), (80, 0.75)])?))
            .row(json!({ "Level": 5 }), 0.25) // 19
            .row(json!({ "Level": "5" }), 0.25)
            .row(json!({ "Level": 1.5 }), 0.75) // 87
            .row(json!({}), 0),
        Case::new("split_of_staff", "none")
            .rule(
                when("Email")
                    .ends_with_any_of(["@example.com"])
                    .split(percentages([(6, "a"), (94, "b")])?),
            )
            .rule(everyone().split(percentages([(61, "c"), (39, "d")])?))
            .row(of_staff("jane", "jane@example.com"), "a") // 5
            .row(of_staff("joe", "joe@example.com"), "b") // 18
            .row(of_staff("ann", "ann@example.org"), "c") // 60
            .row(of_staff("bob", "bob@example.org"), "d") // 91
            .row(identified("jane"), "c")
            .row(Value::Null, "none"),
        Case::new("nothing_or_all", false)
            .rule(everyone().split(percentages([(0, false), (100, true)])?))
            .row(identified("joe"), true) // 2
            .row(identified("jane"), true) // 38
            .v1(),
        Case::new("half_v1", false)
            .rule(when("Email").is_one_of(["ann@example.com"]).serve(false))
            .rule(everyone().split(percentages([(44, true), (56, false)])?))
            .row(identified("bob"), true) // 2
            .row(identified("jane"), true) // 43
            .row(identified("ann"), false) // 44
            .row(identified("joe"), false) // 51
            .row(of_staff("bob", "ann@example.com"), false)
            .v1(),
    ])
}

/// Name, comparator and value of each segment; all look at `Email`.
pub(crate) fn segments() -> Vec<(&'static str, RolloutRuleComparator, &'static str)> {
    use RolloutRuleComparator as C;
    vec![
        ("Staff", C::Contains, "@example.com"),
        (
            "Tésters 1",
            C::SensitiveIsOneOf,
            "jane@example.com, ünal@example.com",
        ),
        (
            "Elsewhere",
            C::IsNotOneOf,
            "jane@example.com,joe@example.com",
        ),
    ]
}

/// Rules that look at segments and at other flags. Those are `text_equals`, `colour`, `size` and `discount` from above.
pub(crate) fn references(made: &Made) -> Result<Vec<Case>> {
    let mail = |email: &str| json!({ "Email": email });
    let a = |value: Value| json!({ "A": value });
    let on = |key, conditions: Conditions| Case::new(key, false).rule(conditions.serve(true));
    let segment = |name| made.segments[name];
    let mut cases = vec![
        on("staff", in_segment(segment("Staff")))
            .row(mail("joe@example.com"), true)
            .row(mail("joe@example.org"), false)
            .row(json!({}), false)
            .row(Value::Null, false)
            .v1(),
        on("not_staff", not_in_segment(segment("Staff")))
            .row(mail("joe@example.com"), false)
            .row(mail("joe@example.org"), true)
            .row(json!({}), false)
            .v1(),
        on("testers", in_segment(segment("Tésters 1")))
            .row(mail("jane@example.com"), true)
            .row(mail("ünal@example.com"), true)
            .row(mail("Jane@example.com"), false)
            .v1(),
        on("elsewhere", in_segment(segment("Elsewhere")))
            .row(mail("joe@example.com"), false)
            .row(mail("ann@example.com"), true)
            .v1(),
        on(
            "staff_but_testers",
            in_segment(segment("Staff")).and(not_in_segment(segment("Tésters 1"))),
        )
        .row(mail("joe@example.com"), true)
        .row(mail("jane@example.com"), false)
        .row(mail("joe@example.org"), false),
    ];
    if let Some(flags) = Flags::of(made) {
        cases.extend([
            on("with_flag", flag(flags.switch).equals(true))
                .row(a(json!("cat")), true)
                .row(a(json!("dog")), false)
                .row(Value::Null, false),
            on("without_flag", flag(flags.switch).does_not_equal(true))
                .row(a(json!("cat")), false)
                .row(a(json!("dog")), true)
                .row(Value::Null, true),
            on("red", flag(flags.text).equals("red 🍅"))
                .row(a(json!("rose")), true)
                .row(a(json!("sea")), false),
            on("not_small", flag(flags.int).does_not_equal(-7))
                .row(a(json!(-1)), false)
                .row(a(json!(1)), true),
            on("half_price", flag(flags.double).equals(0.5))
                .row(a(json!(2)), true)
                .row(a(json!(1)), false),
            on("five_off", flag(flags.double).equals(5.0))
                .row(a(json!(1)), true)
                .row(a(json!(2)), false),
        ]);
    }
    Ok(cases)
}

/// Settings that others depend on; V1 configs have no such conditions.
struct Flags {
    switch: i32,
    text: i32,
    int: i32,
    double: i32,
}

impl Flags {
    fn of(made: &Made) -> Option<Self> {
        let id = |key| made.settings.get(key).map(|id| id.0);
        Some(Flags {
            switch: id("text_equals")?,
            text: id("colour")?,
            int: id("size")?,
            double: id("discount")?,
        })
    }
}
