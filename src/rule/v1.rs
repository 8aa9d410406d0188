//! Rules of V1 configs: one condition, which compares with one text.

use super::comparison::{error, fits};
use crate::types::{
    RolloutRuleComparator, UpdateComparisonValueListModel, UpdateConditionModel,
    UpdateRolloutRuleModel, UpdateTargetingRuleModel, UpdateUserConditionModel, UserComparator,
};
use crate::{Error, Result};

/// Fails, with the reason, if V1 configs have no such rule: more than one condition, another flag, percentages, one of the
/// newer comparators, or a list in which an entry has a comma.
impl TryFrom<UpdateTargetingRuleModel> for UpdateRolloutRuleModel {
    type Error = Error;

    fn try_from(rule: UpdateTargetingRuleModel) -> Result<Self> {
        if rule.percentage_options.is_some_and(|it| !it.is_empty()) {
            let problem = "splits users; in V1 configs, percentages stand beside the rules";
            return wrong_rule(problem);
        }
        let Some(value) = rule.value.and_then(|value| value.value()) else {
            return wrong_rule("serves no value");
        };
        let conditions = rule.conditions.unwrap_or_default();
        let Ok([condition]) = <[UpdateConditionModel; 1]>::try_from(conditions) else {
            return wrong_rule("needs one condition, no more and no less, in V1 configs");
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
            (None, None, Some(_)) => {
                wrong_rule("looks at another flag, which rules of V1 configs cannot")
            }
            _ => {
                let problem = "has to look at one thing in a condition: an attribute or a segment";
                wrong_rule(format!("{problem} in V1 configs"))
            }
        }
    }
}

fn wrong_rule<T>(problem: impl std::fmt::Display) -> Result<T> {
    Err(Error::other(format!("the rule {problem}")))
}

fn compare(
    rule: UpdateRolloutRuleModel,
    condition: UpdateUserConditionModel,
) -> Result<UpdateRolloutRuleModel> {
    let (comparator, value) = (condition.comparator, condition.comparison_value);
    if condition.comparison_attribute.is_empty() {
        return wrong_rule("compares an attribute without a name");
    }
    fits(&comparator, &value).map_err(error)?;
    let known = match &comparator {
        UserComparator::ContainsAnyOf => RolloutRuleComparator::Contains,
        UserComparator::DoesNotContainAnyOf => RolloutRuleComparator::DoesNotContain,
        other => RolloutRuleComparator::from(other.as_str()),
    };
    if let RolloutRuleComparator::Unrecognized(_) = known {
        let problem = format!("compares by `{comparator}`, which V1 configs do not have");
        return wrong_rule(problem);
    }
    let text = value.string_value;
    let text = text.or_else(|| value.double_value.map(|number| number.to_string()));
    let list = value.list_value.unwrap_or_default();
    let takes_one = comparator.as_str() != known.as_str();
    let text = match (text, list.as_slice()) {
        (Some(text), _) => text,
        (None, [item]) if takes_one => item.value.clone(),
        (None, list) if takes_one => {
            let count = list.len();
            return Err(error(format!("has {count} texts; in V1 configs it has 1")));
        }
        (None, list) => join(list).map_err(error)?,
    };
    Ok(rule
        .with_comparison_attribute(condition.comparison_attribute)
        .with_comparator(known)
        .with_comparison_value(text))
}

/// Lists are written with commas.
fn join(list: &[UpdateComparisonValueListModel]) -> Result<String, String> {
    let texts: Vec<&str> = list.iter().map(|item| item.value.as_str()).collect();
    // Of these, something else would be read back.
    for text in &texts {
        let why = match () {
            () if text.contains(',') => "commas stand between the texts of a list",
            () if text.trim().is_empty() => "an empty text of a list is lost",
            () if text.trim() != *text => "spaces around a text of a list are lost",
            () => continue,
        };
        return Err(format!("has `{text}`; in V1 configs, {why}"));
    }
    Ok(texts.join(", "))
}
