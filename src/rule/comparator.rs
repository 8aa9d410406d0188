//! One method for each comparator, and what it takes.

use chrono::{DateTime, Utc};
use semver::Version;

use super::{Comparison, Conditions, Operand, comparison};
use crate::types::{UpdateComparisonValueListModel, UserComparator};

/// An attribute of the user that a condition looks at; made by [`when`](super::when).
///
/// Lists are of texts, or of [`UpdateComparisonValueListModel`]s if an entry has a hint. Points in time travel as Unix
/// seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a condition needs a comparator"]
pub struct Attribute(pub(super) String);

/// An attribute that is compared by hashes, so that whoever reads a config JSON does not learn the texts; made by
/// [`Attribute::hashed`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a condition needs a comparator"]
pub struct Hashed(String);

impl Attribute {
    /// Compares by hashes, with the comparators whose names begin with `sensitive`: for texts that are personal.
    pub fn hashed(self) -> Hashed {
        Hashed(self.0)
    }
}

/// Methods, by what they take and what they send of it, with the comparator and that of hashes; and [`UserComparator::takes`].
macro_rules! comparators {
    ($(
        $operand:ident $generics:tt ($given:ident: $argument:ty) => $value:expr, {
            $($method:ident => $comparator:ident $(, $hashed:ident)?; $about:literal)*
        }
    )*) => {
        impl Attribute {
            $($(comparators!(@ $generics $method($given: $argument) => $value, $comparator, $about);)*)*
        }

        impl Hashed {
            $($($(comparators!(@ $generics $method($given: $argument) => $value, $hashed, $about);)?)*)*
        }

        impl UserComparator {
            /// What it compares with; `None` for a comparator that this release does not know.
            pub fn takes(&self) -> Option<Operand> {
                match self {
                    $($(UserComparator::$comparator $(| UserComparator::$hashed)? => Some(Operand::$operand),)*)*
                    _ => None,
                }
            }
        }
    };
    (@ [$($generics:tt)*] $method:ident($given:ident: $argument:ty) => $value:expr, $comparator:ident, $about:literal) => {
        #[doc = concat!($about, " ([`", stringify!($comparator), "`](UserComparator::", stringify!($comparator), "))")]
        pub fn $method<$($generics)*>(self, $given: $argument) -> Conditions {
            Conditions::compare(self.0, UserComparator::$comparator, $value)
        }
    };
}

comparators! {
    Text [] (text: impl Into<String>) => Comparison::Text(text.into()).model(), {
        equals => TextEquals, SensitiveTextEquals; "It is this text."
        does_not_equal => TextDoesNotEqual, SensitiveTextDoesNotEqual; "It is not this text."
    }

    Texts [T: Into<UpdateComparisonValueListModel>] (texts: impl IntoIterator<Item = T>) => comparison::texts(texts), {
        is_one_of => IsOneOf, SensitiveIsOneOf; "It is one of these texts."
        is_not_one_of => IsNotOneOf, SensitiveIsNotOneOf; "It is none of these texts."
        contains_any_of => ContainsAnyOf; "It contains one of these texts."
        does_not_contain_any_of => DoesNotContainAnyOf; "It contains none of these texts."
        starts_with_any_of => TextStartsWithAnyOf, SensitiveTextStartsWithAnyOf; "It starts with one of these texts."
        does_not_start_with_any_of => TextNotStartsWithAnyOf, SensitiveTextNotStartsWithAnyOf; "It starts with none of these texts."
        ends_with_any_of => TextEndsWithAnyOf, SensitiveTextEndsWithAnyOf; "It ends with one of these texts."
        does_not_end_with_any_of => TextNotEndsWithAnyOf, SensitiveTextNotEndsWithAnyOf; "It ends with none of these texts."
        array_contains_any_of => ArrayContainsAnyOf, SensitiveArrayContainsAnyOf; "It is a list with one of these texts in it."
        array_does_not_contain_any_of => ArrayDoesNotContainAnyOf, SensitiveArrayDoesNotContainAnyOf; "It is a list with none of these texts in it."
    }

    Number [] (number: impl Into<f64>) => Comparison::Number(number.into()).model(), {
        number_is => NumberEquals; "It is this number."
        number_is_not => NumberDoesNotEqual; "It is another number."
        number_is_below => NumberLess; "It is a lower number."
        number_is_at_most => NumberLessOrEquals; "It is this number or a lower one."
        number_is_above => NumberGreater; "It is a higher number."
        number_is_at_least => NumberGreaterOrEquals; "It is this number or a higher one."
    }

    Time [] (time: DateTime<Utc>) => Comparison::Time(time).model(), {
        is_before => DateTimeBefore; "It is an earlier point in time."
        is_after => DateTimeAfter; "It is a later point in time."
    }

    Version [] (version: Version) => Comparison::Version(version).model(), {
        version_is_below => SemVerLess; "It is a lower version."
        version_is_at_most => SemVerLessOrEquals; "It is this version or a lower one."
        version_is_above => SemVerGreater; "It is a higher version."
        version_is_at_least => SemVerGreaterOrEquals; "It is this version or a higher one."
    }

    Versions [] (versions: impl IntoIterator<Item = Version>) => Comparison::Versions(versions.into_iter().collect()).model(), {
        version_is_one_of => SemVerIsOneOf; "It is one of these versions."
        version_is_not_one_of => SemVerIsNotOneOf; "It is none of these versions."
    }
}
