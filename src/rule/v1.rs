//! Rules of V1 configs: one condition, which compares with one text.

use super::comparison::{fits, wrong};
use super::wrong_rule;
use crate::Error;
use crate::types::{
    RolloutRuleComparator, UpdateComparisonValueListModel, UpdateConditionModel,
    UpdateRolloutRuleModel, UpdateTargetingRuleModel, UpdateUserConditionModel, UserComparator,
};
use crate::value::WrongValue;

/// Fails, with the reason, if V1 configs have no such rule: more than one condition, another flag, percentages, one of the
/// newer comparators, or a list in which an entry has a comma.
impl TryFrom<UpdateTargetingRuleModel> for UpdateRolloutRuleModel {
    type Error = Error;

    fn try_from(rule: UpdateTargetingRuleModel) -> Result<Self, Error> {
        convert(rule).map_err(WrongValue::error)
    }
}

fn convert(rule: UpdateTargetingRuleModel) -> Result<UpdateRolloutRuleModel, WrongValue> {
    let UpdateTargetingRuleModel {
        conditions,
        percentage_options,
        value,
    } = rule;
    if percentage_options.is_some_and(|options| !options.is_empty()) {
        return Err(wrong_rule(
            "splits users; in V1 configs, percentages stand beside the rules",
        ));
    }
    let value = value.and_then(|value| value.value());
    let value = value.ok_or_else(|| wrong_rule("serves no value"))?;
    let mut conditions = conditions.unwrap_or_default();
    let (Some(condition), true) = (conditions.pop(), conditions.is_empty()) else {
        return Err(wrong_rule(
            "needs one condition, no more and no less, in V1 configs",
        ));
    };
    let rule = UpdateRolloutRuleModel::new(value);
    let UpdateConditionModel {
        user_condition: user,
        segment_condition: segment,
        prerequisite_flag_condition: flag,
    } = condition;
    match (user, segment, flag) {
        (Some(user), None, None) => compare(rule, user),
        (None, Some(segment), None) => Ok(rule
            .with_segment_comparator(segment.comparator)
            .with_segment_id(segment.segment_id)),
        (None, None, Some(_)) => Err(wrong_rule(
            "looks at another flag, which rules of V1 configs cannot",
        )),
        _ => Err(wrong_rule(
            "has to look at one thing in a condition: an attribute or a segment in V1 configs",
        )),
    }
}

fn compare(
    rule: UpdateRolloutRuleModel,
    condition: UpdateUserConditionModel,
) -> Result<UpdateRolloutRuleModel, WrongValue> {
    let UpdateUserConditionModel {
        comparator,
        comparison_attribute,
        comparison_value,
    } = condition;
    if comparison_attribute.is_empty() {
        return Err(wrong_rule("compares an attribute without a name"));
    }
    fits(&comparator, &comparison_value)?;
    let text = match (comparison_value.string_value, comparison_value.double_value) {
        (Some(text), _) => Some(text),
        (None, number) => number.map(|number| number.to_string()),
    };
    let list = comparison_value.list_value.unwrap_or_default();
    let (comparator, text) = match (comparator, text) {
        (UserComparator::ContainsAnyOf, None) => (RolloutRuleComparator::Contains, only(list)?),
        (UserComparator::DoesNotContainAnyOf, None) => {
            (RolloutRuleComparator::DoesNotContain, only(list)?)
        }
        (comparator, text) => {
            let known = RolloutRuleComparator::from(comparator.as_str());
            if let RolloutRuleComparator::Unrecognized(_) = known {
                let problem = format!("compares by `{comparator}`, which V1 configs do not have");
                return Err(wrong_rule(problem));
            }
            (known, text.map_or_else(|| join(&list), Ok)?)
        }
    };
    Ok(rule
        .with_comparison_attribute(comparison_attribute)
        .with_comparator(comparator)
        .with_comparison_value(text))
}

fn only(mut list: Vec<UpdateComparisonValueListModel>) -> Result<String, WrongValue> {
    let count = list.len();
    match list.pop() {
        Some(item) if count == 1 => Ok(item.value),
        _ => Err(wrong(format!("has {count} texts; in V1 configs it has 1"))),
    }
}

/// Lists are written with commas.
fn join(list: &[UpdateComparisonValueListModel]) -> Result<String, WrongValue> {
    let texts: Vec<&str> = list.iter().map(|item| item.value.as_str()).collect();
    // Of these, something else would be read back.
    for text in &texts {
        let why = match () {
            () if text.contains(',') => "commas stand between the texts of a list",
            () if text.trim().is_empty() => "an empty text of a list is lost",
            () if text.trim() != *text => "spaces around a text of a list are lost",
            () => continue,
        };
        return Err(wrong(format!("has `{text}`; in V1 configs, {why}")));
    }
    Ok(texts.join(", "))
}
