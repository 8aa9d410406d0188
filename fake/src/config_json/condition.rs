//! Conditions on attributes of users: comparators as numbers, and sensitive values as hashes.

use configcat_management::rule::Operand;
use configcat_management::types::{
    ComparisonValueListModel, RolloutRuleComparator, UserComparator, UserConditionModel,
};
use serde_json::{Value, json};

use super::hex;

/// In SDKs, a comparator is its place in this list.
const COMPARATORS: [UserComparator; 36] = [
    UserComparator::IsOneOf,
    UserComparator::IsNotOneOf,
    UserComparator::ContainsAnyOf,
    UserComparator::DoesNotContainAnyOf,
    UserComparator::SemVerIsOneOf,
    UserComparator::SemVerIsNotOneOf,
    UserComparator::SemVerLess,
    UserComparator::SemVerLessOrEquals,
    UserComparator::SemVerGreater,
    UserComparator::SemVerGreaterOrEquals,
    UserComparator::NumberEquals,
    UserComparator::NumberDoesNotEqual,
    UserComparator::NumberLess,
    UserComparator::NumberLessOrEquals,
    UserComparator::NumberGreater,
    UserComparator::NumberGreaterOrEquals,
    UserComparator::SensitiveIsOneOf,
    UserComparator::SensitiveIsNotOneOf,
    UserComparator::DateTimeBefore,
    UserComparator::DateTimeAfter,
    UserComparator::SensitiveTextEquals,
    UserComparator::SensitiveTextDoesNotEqual,
    UserComparator::SensitiveTextStartsWithAnyOf,
    UserComparator::SensitiveTextNotStartsWithAnyOf,
    UserComparator::SensitiveTextEndsWithAnyOf,
    UserComparator::SensitiveTextNotEndsWithAnyOf,
    UserComparator::SensitiveArrayContainsAnyOf,
    UserComparator::SensitiveArrayDoesNotContainAnyOf,
    UserComparator::TextEquals,
    UserComparator::TextDoesNotEqual,
    UserComparator::TextStartsWithAnyOf,
    UserComparator::TextNotStartsWithAnyOf,
    UserComparator::TextEndsWithAnyOf,
    UserComparator::TextNotEndsWithAnyOf,
    UserComparator::ArrayContainsAnyOf,
    UserComparator::ArrayDoesNotContainAnyOf,
];

/// What sensitive texts are hashed with.
#[derive(Clone, Copy)]
pub(super) struct Salt<'a> {
    pub(super) config: &'a str,
    /// The key of the setting; within a segment, its name.
    pub(super) context: &'a str,
}

impl Salt<'_> {
    fn hash(&self, text: &str) -> String {
        hex(format!("{text}{}{}", self.config, self.context).as_bytes())
    }
}

/// What is compared with.
enum Compared {
    Text(String),
    Texts(Vec<String>),
    Number(f64),
}

/// A condition of a V2 config.
pub(super) fn condition_of(condition: &UserConditionModel, salt: Salt<'_>) -> Value {
    let value = &condition.comparison_value;
    let text = |item: &ComparisonValueListModel| item.value.clone();
    let value = match (&value.list_value, value.double_value) {
        (Some(list), _) => Compared::Texts(list.iter().map(text).collect()),
        (None, Some(number)) => Compared::Number(number),
        (None, None) => Compared::Text(value.string_value.clone().unwrap_or_default()),
    };
    write_condition(
        &condition.comparison_attribute,
        &condition.comparator,
        value,
        salt,
    )
}

/// A condition of a V1 config or a segment, which compare with one text: a list has commas between its entries. `None`
/// if it cannot hold, because it compares numbers with something else.
pub(super) fn text_condition(
    attribute: &str,
    comparator: &RolloutRuleComparator,
    text: &str,
    salt: Salt<'_>,
) -> Option<Value> {
    let value = match comparator.takes()? {
        Operand::Number => Compared::Number(text.trim().parse().ok()?),
        Operand::Texts | Operand::Versions => {
            let items = text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            Compared::Texts(items.map(str::to_string).collect())
        }
        // Whatever the text holds, it is one.
        Operand::Text => Compared::Texts(vec![text.to_string()]),
        _ => Compared::Text(text.to_string()),
    };
    let comparator = match comparator {
        RolloutRuleComparator::Contains => UserComparator::ContainsAnyOf,
        RolloutRuleComparator::DoesNotContain => UserComparator::DoesNotContainAnyOf,
        // The others have the same name in V2 configs.
        other => UserComparator::from(other.as_str()),
    };
    Some(write_condition(attribute, &comparator, value, salt))
}

fn write_condition(
    attribute: &str,
    comparator: &UserComparator,
    value: Compared,
    salt: Salt<'_>,
) -> Value {
    let number = COMPARATORS.iter().position(|known| known == comparator);
    let mut condition = json!({ "a": attribute, "c": number });
    let name = comparator.as_str();
    let sensitive = name.starts_with("sensitive");
    let slices = name.ends_with("WithAnyOf");
    let hidden = |text: String| match (sensitive, slices) {
        (false, _) => text,
        (true, false) => salt.hash(&text),
        (true, true) => format!("{}_{}", text.len(), salt.hash(&text)),
    };
    match value {
        Compared::Text(text) => condition["s"] = json!(hidden(text)),
        Compared::Texts(texts) => {
            condition["l"] = texts.into_iter().map(hidden).collect();
        }
        Compared::Number(number) => condition["d"] = json!(number),
    }
    condition
}
