//! What comparators compare with.

use std::fmt;

use chrono::{DateTime, Utc};
use semver::Version;

use super::{Attribute, Conditions};
use crate::types::{
    RolloutRuleComparator, UpdateComparisonValueListModel, UpdateComparisonValueModel,
    UserComparator,
};
use crate::value::from;
use crate::{Error, Result};

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
    fn operand(&self) -> Operand {
        match self {
            Comparison::Text(_) => Operand::Text,
            Comparison::Texts(_) => Operand::Texts,
            Comparison::Number(_) => Operand::Number,
            Comparison::Time(_) => Operand::Time,
            Comparison::Version(_) => Operand::Version,
            Comparison::Versions(_) => Operand::Versions,
        }
    }

    /// As it is sent: points in time are Unix seconds.
    pub(super) fn model(self) -> UpdateComparisonValueModel {
        let model = UpdateComparisonValueModel::new();
        match self {
            Comparison::Text(text) => model.with_string_value(text),
            Comparison::Texts(list) => texts(list),
            Comparison::Number(number) => model.with_double_value(number),
            Comparison::Time(time) => {
                let fraction = f64::from(time.timestamp_subsec_nanos()) / 1e9;
                model.with_double_value(time.timestamp() as f64 + fraction)
            }
            Comparison::Version(version) => model.with_string_value(version.to_string()),
            Comparison::Versions(list) => texts(list.iter().map(Version::to_string)),
        }
    }
}

from!(Comparison: &str => Text, String => Text, Vec<String> => Texts, f64 => Number, i32 => Number);
from!(Comparison: DateTime<Utc> => Time, Version => Version, Vec<Version> => Versions);

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
        let (wanted, given, model) = (comparator.takes(), value.operand(), value.model());
        let is_text_of_version = matches!(
            (wanted, given),
            (Some(Operand::Version), Operand::Text) | (Some(Operand::Versions), Operand::Texts)
        );
        let checked = match wanted {
            Some(wanted) if wanted != given && !is_text_of_version => Err(format!(
                "is {given}; the comparator `{comparator}` takes {wanted}"
            )),
            _ => fits(&comparator, &model),
        };
        checked.map_err(error)?;
        Ok(Conditions::compare(self.0, comparator, model))
    }
}

pub(super) fn texts<T: Into<UpdateComparisonValueListModel>>(
    texts: impl IntoIterator<Item = T>,
) -> UpdateComparisonValueModel {
    let texts: Vec<UpdateComparisonValueListModel> = texts.into_iter().map(Into::into).collect();
    UpdateComparisonValueModel::new().with_list_value(texts)
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

/// Why a comparator and a value do not go together. What this release does not know does.
pub(super) fn fits(
    comparator: &UserComparator,
    value: &UpdateComparisonValueModel,
) -> Result<(), String> {
    let Some(wanted) = comparator.takes() else {
        return Ok(());
    };
    let (field, wanted_fields) = match wanted {
        Operand::Text | Operand::Version => ("stringValue", [true, false, false]),
        Operand::Texts | Operand::Versions => ("listValue", [false, true, false]),
        Operand::Number | Operand::Time => ("doubleValue", [false, false, true]),
    };
    let (text, list, number) = (&value.string_value, &value.list_value, value.double_value);
    if [text.is_some(), list.is_some(), number.is_some()] != wanted_fields {
        return Err(format!(
            "has to be in `{field}` alone: the comparator `{comparator}` takes {wanted}"
        ));
    }
    if let Some(number) = number.filter(|number| !number.is_finite()) {
        return Err(format!("is {number}, which JSON cannot carry"));
    }
    if let Operand::Version | Operand::Versions = wanted {
        let items = list.iter().flatten().map(|item| &item.value);
        let mut texts = text.iter().chain(items);
        texts.try_for_each(|text| version(text))?;
    }
    Ok(())
}

/// Why a text is no semantic version.
pub(super) fn version(text: &str) -> Result<(), String> {
    let wrong = |error| format!("is `{text}`, which is no semantic version: {error}");
    Version::parse(text.trim()).map(drop).map_err(wrong)
}

pub(super) fn error(problem: String) -> Error {
    Error::other(format!("the comparison value {problem}"))
}
