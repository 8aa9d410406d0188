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

/// Something that is sent and has limits.
pub(crate) trait Check {
    /// The first limit that is not kept.
    fn check(&self, at: &Place<'_>) -> Result<(), Violation>;

    /// What is wrong with a list of none of these.
    fn check_none() -> Result<(), Violation> {
        Ok(())
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self, at: &Place<'_>) -> Result<(), Violation> {
        self.as_ref().map_or(Ok(()), |value| value.check(at))
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, at: &Place<'_>) -> Result<(), Violation> {
        if self.is_empty() {
            return T::check_none();
        }
        self.iter()
            .enumerate()
            .try_for_each(|(index, value)| value.check(&at.index(index)))
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self, at: &Place<'_>) -> Result<(), Violation> {
        let mut each = self.iter();
        each.try_for_each(|(key, value)| value.check(&at.field(key)))
    }
}

/// Bodies without limits.
macro_rules! unlimited {
    ($($rust:ty),* $(,)?) => {
        $(impl Check for $rust {
            fn check(&self, _: &Place<'_>) -> Result<(), Violation> {
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
}

enum Step<'a> {
    Body(&'static Operation),
    Field(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(crate) fn root(name: &'a str) -> Self {
        Place {
            parent: None,
            step: Step::Field(name),
        }
    }

    pub(crate) fn body(operation: &'static Operation) -> Self {
        Place {
            parent: None,
            step: Step::Body(operation),
        }
    }

    /// What the body is sent by; `None` outside of a body.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        match (self.parent, &self.step) {
            (Some(parent), _) => parent.operation(),
            (None, Step::Body(operation)) => Some(operation),
            (None, _) => None,
        }
    }

    pub(crate) fn field(&'a self, name: &'a str) -> Self {
        Place {
            parent: Some(self),
            step: Step::Field(name),
        }
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Place {
            parent: Some(self),
            step: Step::Index(index),
        }
    }

    /// A text has `least` to `most` characters.
    pub(crate) fn length(
        &self,
        name: &str,
        text: &impl Text,
        least: usize,
        most: usize,
    ) -> Result<(), Violation> {
        let mut outcome = Ok(());
        text.each(&mut |text| {
            if outcome.is_ok() {
                let length = text.chars().count();
                outcome = self.check_bounds(name, length, least, most, "characters");
            }
        });
        outcome
    }

    /// A list has `least` to `most` entries.
    #[allow(dead_code)] // No list of today's descriptions has a limit; a refresh may bring one.
    pub(crate) fn count(
        &self,
        name: &str,
        list: &impl List,
        least: usize,
        most: usize,
    ) -> Result<(), Violation> {
        match list.entries() {
            Some(entries) => self.check_bounds(name, entries, least, most, "entries"),
            None => Ok(()),
        }
    }

    /// A number is `least` to `most`.
    pub(crate) fn range<N>(
        &self,
        name: &str,
        number: &N,
        least: i64,
        most: i64,
    ) -> Result<(), Violation>
    where
        N: Number,
    {
        let mut outcome = Ok(());
        number.each(&mut |number| {
            let problem = match number {
                _ if outcome.is_err() => return,
                number if number < least => {
                    format!("is {number}, at least {least} is allowed")
                }
                number if number > most => format!("is {number}, at most {most} is allowed"),
                _ => return,
            };
            outcome = Err(self.violation(name, problem));
        });
        outcome
    }

    fn check_bounds(
        &self,
        name: &str,
        length: usize,
        least: usize,
        most: usize,
        unit: &str,
    ) -> Result<(), Violation> {
        if length < least {
            return Err(self.violation(
                name,
                format!("has {length} {unit}, at least {least} are needed"),
            ));
        }
        if length > most {
            return Err(self.violation(
                name,
                format!("has {length} {unit}, at most {most} are allowed"),
            ));
        }
        Ok(())
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
            (_, Step::Body(_)) => f.write_str("body"),
            (None, Step::Field(name)) => f.write_str(name),
            (Some(_), Step::Field(name)) => write!(f, ".{name}"),
            (_, Step::Index(index)) => write!(f, "[{index}]"),
        }
    }
}

/// What may hold texts.
pub(crate) trait Text {
    /// Calls `f` with each.
    fn each(&self, f: &mut dyn FnMut(&str));
}

impl Text for String {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        f(self);
    }
}

impl Text for Secret {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        f(self.expose());
    }
}

/// What may hold whole numbers.
pub(crate) trait Number {
    /// Calls `f` with each.
    fn each(&self, f: &mut dyn FnMut(i64));
}

impl Number for i32 {
    fn each(&self, f: &mut dyn FnMut(i64)) {
        f(i64::from(*self));
    }
}

impl Number for i64 {
    fn each(&self, f: &mut dyn FnMut(i64)) {
        f(*self);
    }
}

/// What holds any number of such.
macro_rules! several {
    ($($of:ident: $each:ty),*) => {
        $(
            impl<T: $of> $of for Option<T> {
                fn each(&self, f: &mut dyn FnMut($each)) {
                    self.iter().for_each(|value| value.each(f));
                }
            }

            impl<T: $of> $of for Vec<T> {
                fn each(&self, f: &mut dyn FnMut($each)) {
                    self.iter().for_each(|value| value.each(f));
                }
            }

            impl<T: $of> $of for BTreeMap<String, T> {
                fn each(&self, f: &mut dyn FnMut($each)) {
                    self.values().for_each(|value| value.each(f));
                }
            }
        )*
    };
}

several!(Text: &str, Number: i64);

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
