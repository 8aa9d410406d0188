//! Each comparator, with users inside, outside and on the edge.

use chrono::{DateTime, Utc};
use configcat_management::Result;
use configcat_management::rule::when;
use configcat_management::semver::Version;
use serde_json::json;

use super::{Case, case};
use crate::setup::Made;

fn version(text: &str) -> Version {
    text.parse().expect("the table has versions only")
}

/// The turn of the year 2026, which is 1 767 225 600 in Unix seconds.
fn new_year() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z"
        .parse()
        .expect("the table has times only")
}

pub(crate) fn comparators(_: &Made) -> Result<Vec<Case>> {
    let mut cases = texts();
    cases.extend(hashed());
    cases.extend(numbers());
    cases.extend(times());
    cases.extend(versions());
    Ok(cases)
}

fn texts() -> Vec<Case> {
    let a = || when("A");
    vec![
        case(
            "text_equals",
            a().equals("cat"),
            json!(["cat"]),
            json!(["Cat", "cat ", "", null]),
        ),
        case(
            "text_equals_unicode",
            a().equals("Ű"),
            json!(["Ű"]),
            json!(["ű", "U\u{30b}"]),
        ),
        case(
            "text_equals_number",
            a().equals("5"),
            json!(["5", 5]),
            json!(["5.0", 5.5]),
        ),
        case(
            "text_differs",
            a().does_not_equal("cat"),
            json!(["dog", "CAT"]),
            json!(["cat", "", null]),
        ),
        case(
            "one_of",
            a().is_one_of(["cat", "dog"]),
            json!(["cat", "dog"]),
            json!(["do", "cat, dog", "DOG", null]),
        )
        .v1(),
        case(
            "one_of_commas",
            a().is_one_of(["a,b"]),
            json!(["a,b"]),
            json!(["a", "b"]),
        ),
        case(
            "none_of",
            a().is_not_one_of(["cat", "dog"]),
            json!(["bird"]),
            json!(["cat", "dog", null]),
        )
        .v1(),
        case(
            "contains",
            a().contains_any_of(["@x, y"]),
            json!(["a@x, yz"]),
            json!(["@x", "y", null]),
        )
        .v1(),
        case(
            "contains_any",
            a().contains_any_of(["at", "🐕"]),
            json!(["cat", "a🐕b"]),
            json!(["CAT", "bird"]),
        ),
        case(
            "contains_not",
            a().does_not_contain_any_of(["at"]),
            json!(["dog"]),
            json!(["cat", null]),
        )
        .v1(),
        case(
            "starts",
            a().starts_with_any_of(["ca", "ém"]),
            json!(["cat", "ca", "émile"]),
            json!(["c", "Cat", "emile", null]),
        ),
        case(
            "starts_not",
            a().does_not_start_with_any_of(["ca"]),
            json!(["c", "dog"]),
            json!(["cat", null]),
        ),
        case(
            "ends",
            a().ends_with_any_of(["at", "🐕"]),
            json!(["cat", "a🐕"]),
            json!(["t", "cats", null]),
        ),
        case(
            "ends_not",
            a().does_not_end_with_any_of(["at"]),
            json!(["cats", "t"]),
            json!(["cat", null]),
        ),
        case(
            "array",
            a().array_contains_any_of(["x", "y"]),
            json!([["z", "x"], "[\"y\"]"]),
            json!([[], ["z"], "y", "[]", [5], null]),
        ),
        case(
            "array_not",
            a().array_does_not_contain_any_of(["x"]),
            json!([[], ["z"], "[\"X\"]"]),
            json!([["x"], ["z", "x"], "z", null]),
        ),
    ]
}

fn hashed() -> Vec<Case> {
    let a = || when("A").hashed();
    vec![
        case(
            "hashed_equals",
            a().equals("jane@x"),
            json!(["jane@x"]),
            json!(["Jane@x", "jane@x ", null]),
        ),
        case(
            "hashed_differs",
            a().does_not_equal("ű"),
            json!(["Ű", "u"]),
            json!(["ű", null]),
        ),
        case(
            "hashed_one_of",
            a().is_one_of(["a", "ű"]),
            json!(["a", "ű"]),
            json!(["A", "a, ű", null]),
        )
        .v1(),
        case(
            "hashed_none_of",
            a().is_not_one_of(["a", "ű"]),
            json!(["b"]),
            json!(["a", "ű", null]),
        )
        .v1(),
        case(
            "hashed_starts",
            a().starts_with_any_of(["ja", "űr"]),
            json!(["jane", "ja", "űrhajó"]),
            json!(["j", "Jane", "ű", null]),
        ),
        case(
            "hashed_starts_not",
            a().does_not_start_with_any_of(["ja"]),
            json!(["j", "ann"]),
            json!(["jane", null]),
        ),
        case(
            "hashed_ends",
            a().ends_with_any_of(["@x.org", "ó"]),
            json!(["jane@x.org", "űrhajó"]),
            json!(["@x.or", "hajo", null]),
        ),
        case(
            "hashed_ends_not",
            a().does_not_end_with_any_of(["@x.org"]),
            json!(["a@x.com"]),
            json!(["a@x.org", null]),
        ),
        case(
            "hashed_array",
            a().array_contains_any_of(["x", "ű"]),
            json!([["ű"], "[\"x\"]"]),
            json!([[], ["X"], "x", null]),
        ),
        case(
            "hashed_array_not",
            a().array_does_not_contain_any_of(["x"]),
            json!([[], ["X"]]),
            json!([["x", "y"], "x", null]),
        ),
    ]
}

fn numbers() -> Vec<Case> {
    let a = || when("A");
    vec![
        case(
            "number_is",
            a().number_is(5),
            json!([5, "5", "5.0", "5,0"]),
            json!([5.5, "five", "", null]),
        )
        .v1(),
        case(
            "number_is_decimal",
            a().number_is(-0.5),
            json!([-0.5, "-0.5", "-5e-1"]),
            json!([0.5, -0.25]),
        )
        .v1(),
        case(
            "number_is_not",
            a().number_is_not(5),
            json!([6, "4.9"]),
            json!([5, "six", null]),
        )
        .v1(),
        case(
            "number_below",
            a().number_is_below(5),
            json!([4.9, "-1"]),
            json!([5, "5", null]),
        )
        .v1(),
        case(
            "number_at_most",
            a().number_is_at_most(5),
            json!([5, "4"]),
            json!([5.1, "x"]),
        )
        .v1(),
        case(
            "number_above",
            a().number_is_above(5),
            json!([5.1, "6"]),
            json!([5, "x"]),
        )
        .v1(),
        case(
            "number_at_least",
            a().number_is_at_least(5),
            json!([5, "5.0"]),
            json!([4.9, null]),
        )
        .v1(),
    ]
}

fn times() -> Vec<Case> {
    let a = || when("A");
    let at = |text: &str| json!({ "$date": text });
    let (before, after) = (
        at("2025-12-31T23:59:59.999Z"),
        at("2026-01-01T00:00:00.001Z"),
    );
    let same = at("2026-01-01T00:00:00Z");
    vec![
        case(
            "before",
            a().is_before(new_year()),
            json!([before, 1_767_225_599, "1767225599.5"]),
            json!([same, after, 1_767_225_600, "2025-01-01", null]),
        ),
        case(
            "after",
            a().is_after(new_year()),
            json!([after, 1_767_225_601, "1767225600,5"]),
            json!([same, before, "1767225600", "2027-01-01", null]),
        ),
    ]
}

fn versions() -> Vec<Case> {
    let a = || when("A");
    vec![
        case(
            "version_below",
            a().version_is_below(version("2.0.0")),
            json!(["1.9.9", "2.0.0-beta.1", " 1.0.0 "]),
            json!(["2.0.0", "2.0", "10.0.0", 1, null]),
        )
        .v1(),
        case(
            "version_at_most",
            a().version_is_at_most(version("2.0.0")),
            json!(["2.0.0", "2.0.0+build.7"]),
            json!(["2.0.1-alpha", "two"]),
        )
        .v1(),
        case(
            "version_above",
            a().version_is_above(version("2.0.0-rc.2")),
            json!(["2.0.0-rc.10", "2.0.0"]),
            json!(["2.0.0-rc.2", "2.0.0-rc.1", "2.0.0-beta.9", null]),
        )
        .v1(),
        case(
            "version_at_least",
            a().version_is_at_least(version("1.0.0")),
            json!(["1.0.0", "1.0.0+x", "1.0.1-a"]),
            json!(["1.0.0-alpha", "0.9.9"]),
        )
        .v1(),
        case(
            "version_one_of",
            a().version_is_one_of([version("1.0.0"), version("2.0.0-rc.1")]),
            json!(["1.0.0", "1.0.0+x", "2.0.0-rc.1"]),
            json!(["2.0.0", "1.0", null]),
        )
        .v1(),
        case(
            "version_none_of",
            a().version_is_not_one_of([version("1.0.0"), version("2.0.0-rc.1")]),
            json!(["2.0.0"]),
            json!(["1.0.0", "2.0.0-rc.1", "x", null]),
        )
        .v1(),
    ]
}
