//! What got worse since docs/benchmarks.json was written.

use super::rows::Row;

/// What rows are against that only some runs have.
const OTHER: &str = "openapi-generator";

/// How much more is still the same.
const TOLERANCE: f64 = 0.03;

/// What the guard looks at: nothing that depends on the machine or on what else it does. Instructions and allocations are taken
/// as ratios to the program by hand of the same run, as both use the same libraries and the same processor.
fn guarded_value(row: &Row) -> Option<f64> {
    match row.unit.as_str() {
        "lines" | "crates" => Some(row.ours),
        "instructions" | "allocations" | "bytes allocated" | "peak bytes" => row.ratio(),
        _ => None,
    }
}

/// Says what grew by more than 3 %, what is new, and what of these tables is gone.
pub(crate) fn compare(old: &[Row], new: &[Row], tables: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for row in new {
        let Some(now) = guarded_value(row) else {
            continue;
        };
        match old
            .iter()
            .find(|old| old.is_like(row))
            .and_then(guarded_value)
        {
            None => found.push(format!("{}: is new, at {now:.3}", describe(row))),
            Some(before) if now > before * (1.0 + TOLERANCE) => found.push(format!(
                "{}: was {before:.3}, is {now:.3}, {:.1} % more",
                describe(row),
                100.0 * (now / before - 1.0)
            )),
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|row| {
        let measured = tables.contains(&row.table.as_str()) && guarded_value(row).is_some();
        // Its client has to be had first.
        let measured = measured && row.against.as_deref() != Some(OTHER);
        measured && !new.iter().any(|new| new.is_like(row))
    });
    found.extend(gone.map(|row| format!("{}: is no longer measured", describe(row))));
    found
}

fn describe(row: &Row) -> String {
    let against = row.against.as_ref();
    let against = against.map(|name| format!(" against {name}"));
    format!(
        "{}, {}, {}{}",
        row.table,
        row.name,
        row.unit,
        against.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    //! A regression is found, and what is within the tolerance is none.

    use super::{Row, compare};

    fn row(unit: &str, ours: f64, theirs: Option<f64>) -> Row {
        Row {
            against: theirs.map(|_| "by hand".to_owned()),
            theirs,
            ..Row::new("call", "GET", unit, ours)
        }
    }

    #[test]
    fn more_than_3_percent_is_found_by_name_with_both_values() {
        let old = [row("instructions", 100.0, Some(100.0))];
        let new = [row("instructions", 104.0, Some(100.0))];
        let found = compare(&old, &new, &["call"]);
        let [line] = &found[..] else {
            panic!("{found:?}")
        };
        for part in ["call, GET, instructions", "was 1.000, is 1.040", "4.0 %"] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }

    #[test]
    fn less_than_3_percent_and_an_improvement_are_fine() {
        let old = [row("instructions", 100.0, Some(100.0))];
        for ours in [102.9, 50.0] {
            let new = [row("instructions", ours, Some(100.0))];
            assert_eq!(compare(&old, &new, &["call"]), [""; 0]);
        }
    }

    #[test]
    fn on_another_machine_both_programs_count_more_and_the_ratio_is_the_same() {
        let old = [row("instructions", 100.0, Some(100.0))];
        let new = [row("instructions", 150.0, Some(150.0))];
        assert_eq!(compare(&old, &new, &["call"]), [""; 0]);
    }

    #[test]
    fn lines_and_crates_stand_alone() {
        for unit in ["lines", "crates"] {
            let (old, new) = ([row(unit, 100.0, None)], [row(unit, 104.0, None)]);
            assert_eq!(compare(&old, &new, &["call"]).len(), 1, "{unit}");
        }
    }

    #[test]
    fn times_are_not_compared() {
        let old = [row("milliseconds", 100.0, Some(100.0))];
        let new = [row("milliseconds", 200.0, Some(100.0))];
        assert_eq!(compare(&old, &new, &["call"]), [""; 0]);
    }

    #[test]
    fn a_row_that_comes_or_goes_is_told_where_its_table_was_measured() {
        let rows = [row("instructions", 100.0, Some(100.0))];
        assert_eq!(compare(&[], &rows, &["call"]).len(), 1);
        assert_eq!(compare(&rows, &[], &["call"]).len(), 1);
        assert_eq!(compare(&rows, &[], &["decode"]), [""; 0]);
    }
}
