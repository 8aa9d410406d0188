//! What comparators compare with.

use std::fmt;

use chrono::{DateTime, Utc};
use semver::Version;

use super::{Attribute, Conditions};
use crate::Result;
use crate::types::{
    RolloutRuleComparator, UpdateComparisonValueListModel, UpdateComparisonValueModel,
    UpdateUserConditionModel, UserComparator,
};
use crate::value::WrongValue;

/// What a comparator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operand {
    /// One text.
    Text,
    /// A list of texts.
    Texts,
    /// A number.
    Number,
    /// A point in time.
    Time,
    /// A semantic version.
    Version,
    /// A list of semantic versions.
    Versions,
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operand::Text => "a text",
            Operand::Texts => "a list of texts",
            Operand::Number => "a number",
            Operand::Time => "a time",
            Operand::Version => "a semantic version",
            Operand::Versions => "a list of semantic versions",
        })
    }
}

impl UserComparator {
    /// What it compares with; `None` for a comparator that this release does not know.
    pub fn takes(&self) -> Option<Operand> {
        use UserComparator as C;
        Some(match self {
            C::TextEquals
            | C::TextDoesNotEqual
            | C::SensitiveTextEquals
            | C::SensitiveTextDoesNotEqual => Operand::Text,
            C::IsOneOf
            | C::IsNotOneOf
            | C::ContainsAnyOf
            | C::DoesNotContainAnyOf
            | C::TextStartsWithAnyOf
            | C::TextNotStartsWithAnyOf
            | C::TextEndsWithAnyOf
            | C::TextNotEndsWithAnyOf
            | C::ArrayContainsAnyOf
            | C::ArrayDoesNotContainAnyOf
            | C::SensitiveIsOneOf
            | C::SensitiveIsNotOneOf
            | C::SensitiveTextStartsWithAnyOf
            | C::SensitiveTextNotStartsWithAnyOf
            | C::SensitiveTextEndsWithAnyOf
            | C::SensitiveTextNotEndsWithAnyOf
            | C::SensitiveArrayContainsAnyOf
            | C::SensitiveArrayDoesNotContainAnyOf => Operand::Texts,
            C::NumberEquals
            | C::NumberDoesNotEqual
            | C::NumberLess
            | C::NumberLessOrEquals
            | C::NumberGreater
            | C::NumberGreaterOrEquals => Operand::Number,
            C::DateTimeBefore | C::DateTimeAfter => Operand::Time,
            C::SemVerLess | C::SemVerLessOrEquals | C::SemVerGreater | C::SemVerGreaterOrEquals => {
                Operand::Version
            }
            C::SemVerIsOneOf | C::SemVerIsNotOneOf => Operand::Versions,
            _ => return None,
        })
    }
}

impl RolloutRuleComparator {
    /// What it compares with, written as one text; `None` for a comparator that this release does not know.
    pub fn takes(&self) -> Option<Operand> {
        use RolloutRuleComparator as C;
        match self {
            C::Contains | C::DoesNotContain => Some(Operand::Text),
            // The others have the same name in V2 configs.
            other => UserComparator::from(other.as_str()).takes(),
        }
    }
}

/// A value to compare with, if its kind is only known at run time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Comparison {
    /// One text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A number.
    Number(f64),
    /// A point in time.
    Time(DateTime<Utc>),
    /// A semantic version.
    Version(Version),
    /// A list of semantic versions.
    Versions(Vec<Version>),
}

impl Comparison {
    fn kind(&self) -> Operand {
        match self {
            Comparison::Text(_) => Operand::Text,
            Comparison::Texts(_) => Operand::Texts,
            Comparison::Number(_) => Operand::Number,
            Comparison::Time(_) => Operand::Time,
            Comparison::Version(_) => Operand::Version,
            Comparison::Versions(_) => Operand::Versions,
        }
    }
}

macro_rules! from {
    ($($rust:ty => $variant:ident($value:ident) $to:expr;)*) => {
        $(impl From<$rust> for Comparison {
            fn from($value: $rust) -> Self {
                Comparison::$variant($to)
            }
        })*
    };
}

from! {
    &str => Text(value) value.to_string();
    String => Text(value) value;
    Vec<String> => Texts(value) value;
    f64 => Number(value) value;
    i32 => Number(value) value.into();
    DateTime<Utc> => Time(value) value;
    Version => Version(value) value;
    Vec<Version> => Versions(value) value;
}

impl<const N: usize> From<[&str; N]> for Comparison {
    fn from(texts: [&str; N]) -> Self {
        Comparison::Texts(texts.map(str::to_string).to_vec())
    }
}

impl Attribute {
    /// Compares by any comparator, known or not, with any value.
    ///
    /// ```
    /// use configcat_management::rule::when;
    /// use configcat_management::types::UserComparator;
    ///
    /// let adults = when("Age").compares(UserComparator::NumberGreaterOrEquals, 18)?.serve(true);
    /// let wrong = when("Age").compares(UserComparator::NumberLess, "18").unwrap_err();
    /// assert_eq!(wrong.to_string(), "the comparison value is a text; the comparator `numberLess` takes a number");
    /// # Ok::<(), configcat_management::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the comparator takes another kind of value. A text will do for a version if it is one. With a comparator that
    /// this release does not know, anything goes.
    pub fn compares(
        self,
        comparator: impl Into<UserComparator>,
        value: impl Into<Comparison>,
    ) -> Result<Conditions> {
        let (comparator, value) = (comparator.into(), value.into());
        match (comparator.takes(), value.kind()) {
            (Some(Operand::Version), Operand::Text) | (Some(Operand::Versions), Operand::Texts) => {
            }
            (Some(wanted), given) if wanted != given => {
                let problem = format!("is {given}; the comparator `{comparator}` takes {wanted}");
                return Err(wrong(problem).error());
            }
            _ => {}
        }
        let model = model(value);
        fits(&comparator, &model).map_err(WrongValue::error)?;
        let condition = UpdateUserConditionModel::new(comparator, self.into_name(), model);
        Ok(Conditions::one(condition))
    }
}

fn model(value: Comparison) -> UpdateComparisonValueModel {
    match value {
        Comparison::Text(value) => text(value),
        Comparison::Texts(values) => texts(values),
        Comparison::Number(value) => number(value),
        Comparison::Time(value) => time(value),
        Comparison::Version(value) => text(value.to_string()),
        Comparison::Versions(values) => texts(values.iter().map(Version::to_string)),
    }
}

pub(super) fn text(text: String) -> UpdateComparisonValueModel {
    UpdateComparisonValueModel::new().with_string_value(text)
}

pub(super) fn texts<T: Into<UpdateComparisonValueListModel>>(
    texts: impl IntoIterator<Item = T>,
) -> UpdateComparisonValueModel {
    let texts: Vec<UpdateComparisonValueListModel> = texts.into_iter().map(Into::into).collect();
    UpdateComparisonValueModel::new().with_list_value(texts)
}

pub(super) fn number(number: f64) -> UpdateComparisonValueModel {
    UpdateComparisonValueModel::new().with_double_value(number)
}

/// Points in time are Unix seconds.
pub(super) fn time(time: DateTime<Utc>) -> UpdateComparisonValueModel {
    let fraction = f64::from(time.timestamp_subsec_nanos()) / 1e9;
    number(time.timestamp() as f64 + fraction)
}

/// Without a hint.
impl From<&str> for UpdateComparisonValueListModel {
    fn from(text: &str) -> Self {
        UpdateComparisonValueListModel::new(text)
    }
}

/// Without a hint.
impl From<String> for UpdateComparisonValueListModel {
    fn from(text: String) -> Self {
        UpdateComparisonValueListModel::new(text)
    }
}

/// Whether a comparator and a value go together. What this release does not know does.
pub(super) fn fits(
    comparator: &UserComparator,
    value: &UpdateComparisonValueModel,
) -> Result<(), WrongValue> {
    let Some(wanted) = comparator.takes() else {
        return Ok(());
    };
    let (field, given) = match wanted {
        Operand::Text | Operand::Version => ("stringValue", value.string_value.is_some()),
        Operand::Texts | Operand::Versions => ("listValue", value.list_value.is_some()),
        Operand::Number | Operand::Time => ("doubleValue", value.double_value.is_some()),
    };
    let fields = [
        value.string_value.is_some(),
        value.list_value.is_some(),
        value.double_value.is_some(),
    ];
    if !given || fields.into_iter().filter(|given| *given).count() != 1 {
        let problem =
            format!("has to be in `{field}` alone: the comparator `{comparator}` takes {wanted}");
        return Err(wrong(problem));
    }
    if let Some(number) = value.double_value.filter(|number| !number.is_finite()) {
        return Err(wrong(format!("is {number}, which JSON cannot carry")));
    }
    match wanted {
        Operand::Version => value.string_value.iter().try_for_each(|text| version(text)),
        Operand::Versions => value
            .list_value
            .iter()
            .flatten()
            .try_for_each(|item| version(&item.value)),
        _ => Ok(()),
    }
}

/// Whether a text is a semantic version.
pub(super) fn version(text: &str) -> Result<(), WrongValue> {
    match Version::parse(text.trim()) {
        Ok(_) => Ok(()),
        Err(error) => Err(wrong(format!(
            "is `{text}`, which is no semantic version: {error}"
        ))),
    }
}

pub(super) fn wrong(problem: String) -> WrongValue {
    WrongValue::new("the comparison value", problem)
}
