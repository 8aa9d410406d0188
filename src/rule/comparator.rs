//! One method for each comparator.

use chrono::{DateTime, Utc};
use semver::Version;

use super::{Conditions, comparison};
use crate::types::{
    UpdateComparisonValueListModel, UpdateComparisonValueModel, UpdateUserConditionModel,
    UserComparator,
};

/// An attribute of the user that a condition looks at; made by [`when`](super::when).
///
/// Lists are of texts, or of [`UpdateComparisonValueListModel`]s if an entry has a hint. Points in time travel as Unix
/// seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a condition needs a comparator"]
pub struct Attribute(String);

/// An attribute that is compared by hashes, so that whoever reads a config JSON does not learn the texts; made by
/// [`Attribute::hashed`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a condition needs a comparator"]
pub struct Hashed(String);

impl Attribute {
    pub(super) fn new(name: String) -> Self {
        Attribute(name)
    }

    pub(super) fn into_name(self) -> String {
        self.0
    }

    /// Compares by hashes, with the comparators whose names begin with `sensitive`: for texts that are personal.
    pub fn hashed(self) -> Hashed {
        Hashed(self.0)
    }
}

fn condition(
    attribute: String,
    comparator: UserComparator,
    value: UpdateComparisonValueModel,
) -> Conditions {
    Conditions::one(UpdateUserConditionModel::new(comparator, attribute, value))
}

macro_rules! comparators {
    ($subject:ident: $($operand:ident $method:ident => $comparator:ident, $about:literal;)*) => {
        impl $subject {
            $(comparators!(@ $operand $method $comparator $about);)*
        }
    };
    (@ Text $method:ident $comparator:ident $about:literal) => {
        #[doc = concat!($about, " ([`", stringify!($comparator), "`](UserComparator::", stringify!($comparator), "))")]
        pub fn $method(self, text: impl Into<String>) -> Conditions {
            condition(self.0, UserComparator::$comparator, comparison::text(text.into()))
        }
    };
    (@ Texts $method:ident $comparator:ident $about:literal) => {
        #[doc = concat!($about, " ([`", stringify!($comparator), "`](UserComparator::", stringify!($comparator), "))")]
        pub fn $method<T: Into<UpdateComparisonValueListModel>>(self, texts: impl IntoIterator<Item = T>) -> Conditions {
            condition(self.0, UserComparator::$comparator, comparison::texts(texts))
        }
    };
    (@ Number $method:ident $comparator:ident $about:literal) => {
        #[doc = concat!($about, " ([`", stringify!($comparator), "`](UserComparator::", stringify!($comparator), "))")]
        pub fn $method(self, number: impl Into<f64>) -> Conditions {
            condition(self.0, UserComparator::$comparator, comparison::number(number.into()))
        }
    };
    (@ Time $method:ident $comparator:ident $about:literal) => {
        #[doc = concat!($about, " ([`", stringify!($comparator), "`](UserComparator::", stringify!($comparator), "))")]
        pub fn $method(self, time: DateTime<Utc>) -> Conditions {
            condition(self.0, UserComparator::$comparator, comparison::time(time))
        }
    };
    (@ Version $method:ident $comparator:ident $about:literal) => {
        #[doc = concat!($about, " ([`", stringify!($comparator), "`](UserComparator::", stringify!($comparator), "))")]
        pub fn $method(self, version: Version) -> Conditions {
            condition(self.0, UserComparator::$comparator, comparison::text(version.to_string()))
        }
    };
    (@ Versions $method:ident $comparator:ident $about:literal) => {
        #[doc = concat!($about, " ([`", stringify!($comparator), "`](UserComparator::", stringify!($comparator), "))")]
        pub fn $method(self, versions: impl IntoIterator<Item = Version>) -> Conditions {
            let versions = versions.into_iter().map(|version| version.to_string());
            condition(self.0, UserComparator::$comparator, comparison::texts(versions))
        }
    };
}

comparators! {
    Attribute:
    Text equals => TextEquals, "It is this text.";
    Text does_not_equal => TextDoesNotEqual, "It is not this text.";
    Texts is_one_of => IsOneOf, "It is one of these texts.";
    Texts is_not_one_of => IsNotOneOf, "It is none of these texts.";
    Texts contains_any_of => ContainsAnyOf, "It contains one of these texts.";
    Texts does_not_contain_any_of => DoesNotContainAnyOf, "It contains none of these texts.";
    Texts starts_with_any_of => TextStartsWithAnyOf, "It starts with one of these texts.";
    Texts does_not_start_with_any_of => TextNotStartsWithAnyOf, "It starts with none of these texts.";
    Texts ends_with_any_of => TextEndsWithAnyOf, "It ends with one of these texts.";
    Texts does_not_end_with_any_of => TextNotEndsWithAnyOf, "It ends with none of these texts.";
    Texts array_contains_any_of => ArrayContainsAnyOf, "It is a list with one of these texts in it.";
    Texts array_does_not_contain_any_of => ArrayDoesNotContainAnyOf, "It is a list with none of these texts in it.";
    Number number_is => NumberEquals, "It is this number.";
    Number number_is_not => NumberDoesNotEqual, "It is another number.";
    Number number_is_below => NumberLess, "It is a lower number.";
    Number number_is_at_most => NumberLessOrEquals, "It is this number or a lower one.";
    Number number_is_above => NumberGreater, "It is a higher number.";
    Number number_is_at_least => NumberGreaterOrEquals, "It is this number or a higher one.";
    Time is_before => DateTimeBefore, "It is an earlier point in time.";
    Time is_after => DateTimeAfter, "It is a later point in time.";
    Version version_is_below => SemVerLess, "It is a lower version.";
    Version version_is_at_most => SemVerLessOrEquals, "It is this version or a lower one.";
    Version version_is_above => SemVerGreater, "It is a higher version.";
    Version version_is_at_least => SemVerGreaterOrEquals, "It is this version or a higher one.";
    Versions version_is_one_of => SemVerIsOneOf, "It is one of these versions.";
    Versions version_is_not_one_of => SemVerIsNotOneOf, "It is none of these versions.";
}

comparators! {
    Hashed:
    Text equals => SensitiveTextEquals, "It is this text.";
    Text does_not_equal => SensitiveTextDoesNotEqual, "It is not this text.";
    Texts is_one_of => SensitiveIsOneOf, "It is one of these texts.";
    Texts is_not_one_of => SensitiveIsNotOneOf, "It is none of these texts.";
    Texts starts_with_any_of => SensitiveTextStartsWithAnyOf, "It starts with one of these texts.";
    Texts does_not_start_with_any_of => SensitiveTextNotStartsWithAnyOf, "It starts with none of these texts.";
    Texts ends_with_any_of => SensitiveTextEndsWithAnyOf, "It ends with one of these texts.";
    Texts does_not_end_with_any_of => SensitiveTextNotEndsWithAnyOf, "It ends with none of these texts.";
    Texts array_contains_any_of => SensitiveArrayContainsAnyOf, "It is a list with one of these texts in it.";
    Texts array_does_not_contain_any_of => SensitiveArrayDoesNotContainAnyOf, "It is a list with none of these texts in it.";
}
