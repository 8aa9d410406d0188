//! What rules and segments compare with: what a comparator takes, and how much of it the plan allows.

use configcat_management::rule::Operand;
use configcat_management::types::RolloutRuleComparator;

use super::values;
use crate::call::Problems;
use crate::state::State;

/// Notes where a text is not what a comparator of V1 rules and segments compares with. Where that is a list, the text has its items
/// between commas.
pub(super) fn check(
    state: &State,
    comparator: &RolloutRuleComparator,
    text: &str,
    at: &str,
    problems: &mut Problems,
) {
    let number = text.trim().parse::<f64>();
    let items = text.split(',').map(str::trim);
    let items = items.filter(|item| !item.is_empty());
    let fits = match comparator.takes() {
        Some(Operand::Number) => number.is_ok_and(f64::is_finite),
        Some(Operand::Texts | Operand::Versions) => {
            check_list(state, items.clone(), at, problems);
            items.count() > 0
        }
        _ => !text.is_empty(),
    };
    if !fits {
        let shown = serde_json::Value::from(text);
        problems.add(
            at,
            format!("Invalid term value: {shown} is nothing that `{comparator}` compares with."),
        );
    }
    check_text(state, text, at, problems);
}

/// Notes where a text is longer than the plan allows.
pub(super) fn check_text(state: &State, text: &str, at: &str, problems: &mut Problems) {
    let most = state.limitations().max_comparison_value_length;
    check_count(text.chars().count(), most, at, problems);
}

/// Notes where a list has more items than the plan allows, or a longer one.
pub(super) fn check_list<'a>(
    state: &State,
    items: impl Iterator<Item = &'a str> + Clone,
    at: &str,
    problems: &mut Problems,
) {
    let limits = state.limitations();
    let longest = items.clone().map(|item| item.chars().count()).max();
    let most = limits.max_comparison_value_list_item_length;
    check_count(longest.unwrap_or_default(), most, at, problems);
    let most = limits.max_comparison_value_list_length;
    check_count(items.count(), most, at, problems);
}

/// Notes where there is more of something than a limit allows.
pub(super) fn check_count(count: usize, most: i32, at: &str, problems: &mut Problems) {
    if values::too_many(count, most) {
        let message = format!("It has {count} entries or characters; at most {most} are allowed.");
        problems.add(at, message);
    }
}
