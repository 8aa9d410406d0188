//! Where rules stand: a split for everyone behind all others, because nothing behind it could ever apply.

use crate::types::UpdateTargetingRuleModel;

/// Whether a rule has no condition.
pub(crate) fn is_for_everyone(rule: &UpdateTargetingRuleModel) -> bool {
    rule.conditions.as_ref().is_none_or(Vec::is_empty)
}

/// Puts a rule where it belongs: behind the others, and before the one for everyone, whose place another for everyone takes.
pub(crate) fn put(rules: &mut Vec<UpdateTargetingRuleModel>, rule: UpdateTargetingRuleModel) {
    match rules.iter().position(is_for_everyone) {
        Some(index) if is_for_everyone(&rule) => rules[index] = rule,
        Some(index) => rules.insert(index, rule),
        None => rules.push(rule),
    }
}
