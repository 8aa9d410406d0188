//! Limits, checked before anything is sent.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Operation, Secret};

/// What the API would refuse, found before it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Where, such as `body.targetingRules[2].name`.
    pub(crate) field: String,
    /// What is wrong with it.
    pub(crate) problem: String,
}

impl Violation {
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Violation {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

pub(crate) type Checked = Result<(), Violation>;

/// Something that is sent and has limits.
pub(crate) trait Check {
    /// The first limit that is not kept.
    fn check(&self, at: &Place<'_>) -> Checked;

    /// What is wrong with a list of none of these.
    fn check_none() -> Checked {
        Ok(())
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self, at: &Place<'_>) -> Checked {
        self.as_ref().map_or(Ok(()), |value| value.check(at))
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, at: &Place<'_>) -> Checked {
        if self.is_empty() {
            return T::check_none();
        }
        self.iter()
            .enumerate()
            .try_for_each(|(index, value)| value.check(&at.index(index)))
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self, at: &Place<'_>) -> Checked {
        let mut each = self.iter();
        each.try_for_each(|(key, value)| value.check(&at.field(key)))
    }
}

/// Bodies without limits.
macro_rules! unlimited {
    ($($rust:ty),* $(,)?) => {
        $(impl Check for $rust {
            fn check(&self, _: &Place<'_>) -> Checked {
                Ok(())
            }
        })*
    };
}

unlimited!(
    bool,
    i32,
    i64,
    f64,
    String,
    Secret,
    uuid::Uuid,
    chrono::DateTime<chrono::Utc>,
    serde_json::Value,
    serde_json::Map<String, serde_json::Value>,
);

/// Where in a request a check is. Nothing is written until a check fails.
pub(crate) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
    /// What the body is sent by; `None` outside of a body.
    pub(crate) operation: Option<&'static Operation>,
}

enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(crate) fn root(name: &'a str) -> Self {
        Place {
            parent: None,
            step: Step::Field(name),
            operation: None,
        }
    }

    pub(crate) fn body(operation: &'static Operation) -> Self {
        Place {
            operation: Some(operation),
            ..Place::root("body")
        }
    }

    pub(crate) fn field(&'a self, name: &'a str) -> Self {
        self.below(Step::Field(name))
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        self.below(Step::Index(index))
    }

    fn below(&'a self, step: Step<'a>) -> Self {
        Place {
            parent: Some(self),
            step,
            operation: self.operation,
        }
    }

    /// A text has `least` to `most` characters.
    pub(crate) fn length(
        &self,
        name: &str,
        text: &impl Limited<str>,
        least: usize,
        most: usize,
    ) -> Checked {
        text.each(&mut |text| {
            let length = text.chars().count();
            self.check_bounds(name, length, least, most, "characters")
        })
    }

    /// A list has `least` to `most` entries.
    #[allow(dead_code)] // No list of today's descriptions has a limit; a refresh may bring one.
    pub(crate) fn count(&self, name: &str, list: &impl List, least: usize, most: usize) -> Checked {
        list.entries().map_or(Ok(()), |entries| {
            self.check_bounds(name, entries, least, most, "entries")
        })
    }

    /// A number is `least` to `most`.
    pub(crate) fn range(
        &self,
        name: &str,
        number: &impl Limited<i64>,
        least: i64,
        most: i64,
    ) -> Checked {
        number.each(&mut |number| {
            let bound = match *number {
                number if number < least => format!("at least {least}"),
                number if number > most => format!("at most {most}"),
                _ => return Ok(()),
            };
            Err(self.violation(name, format!("is {number}, {bound} is allowed")))
        })
    }

    fn check_bounds(
        &self,
        name: &str,
        length: usize,
        least: usize,
        most: usize,
        unit: &str,
    ) -> Checked {
        let bound = match length {
            length if length < least => format!("at least {least} are needed"),
            length if length > most => format!("at most {most} are allowed"),
            _ => return Ok(()),
        };
        Err(self.violation(name, format!("has {length} {unit}, {bound}")))
    }

    fn violation(&self, name: &str, problem: String) -> Violation {
        Violation::new(self.field(name).to_string(), problem)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match (self.parent, &self.step) {
            (None, Step::Field(name)) => f.write_str(name),
            (Some(_), Step::Field(name)) => write!(f, ".{name}"),
            (_, Step::Index(index)) => write!(f, "[{index}]"),
        }
    }
}

/// What may hold values that have limits: texts or whole numbers.
pub(crate) trait Limited<V: ?Sized> {
    /// Calls `check` with each, up to the first that fails.
    fn each(&self, check: &mut dyn FnMut(&V) -> Checked) -> Checked;
}

impl Limited<str> for String {
    fn each(&self, check: &mut dyn FnMut(&str) -> Checked) -> Checked {
        check(self)
    }
}

impl Limited<str> for Secret {
    fn each(&self, check: &mut dyn FnMut(&str) -> Checked) -> Checked {
        check(self.expose())
    }
}

impl Limited<i64> for i32 {
    fn each(&self, check: &mut dyn FnMut(&i64) -> Checked) -> Checked {
        check(&i64::from(*self))
    }
}

impl Limited<i64> for i64 {
    fn each(&self, check: &mut dyn FnMut(&i64) -> Checked) -> Checked {
        check(self)
    }
}

impl<V: ?Sized, T: Limited<V>> Limited<V> for Option<T> {
    fn each(&self, check: &mut dyn FnMut(&V) -> Checked) -> Checked {
        self.iter().try_for_each(|value| value.each(check))
    }
}

impl<V: ?Sized, T: Limited<V>> Limited<V> for Vec<T> {
    fn each(&self, check: &mut dyn FnMut(&V) -> Checked) -> Checked {
        self.iter().try_for_each(|value| value.each(check))
    }
}

impl<V: ?Sized, T: Limited<V>> Limited<V> for BTreeMap<String, T> {
    fn each(&self, check: &mut dyn FnMut(&V) -> Checked) -> Checked {
        self.values().try_for_each(|value| value.each(check))
    }
}

/// What may be a list.
pub(crate) trait List {
    /// How many entries it has.
    fn entries(&self) -> Option<usize>;
}

impl<T> List for Vec<T> {
    fn entries(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: List> List for Option<T> {
    fn entries(&self) -> Option<usize> {
        self.as_ref().and_then(List::entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_names_field_limit_and_length() {
        let root = Place::root("body");
        let rules = root.field("rules");
        let at = rules.index(2);
        let error = at.length("name", &"x".repeat(256), 1, 255).unwrap_err();
        assert_eq!(error.field, "body.rules[2].name");
        assert_eq!(error.problem, "has 256 characters, at most 255 are allowed");
        assert!(at.length("name", &String::new(), 1, 255).is_err());
        assert!(at.length("name", &None::<String>, 1, 255).is_ok());
        assert!(
            at.length("name", &"ü".repeat(255), 1, 255).is_ok(),
            "characters, not bytes"
        );
        assert!(at.range("size", &Some(101), 1, 100).is_err());
        assert!(at.count("list", &vec![1, 2, 3], 0, 2).is_err());
    }
}
