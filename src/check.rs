//! Limits, checked before anything is sent.

use std::fmt;

use crate::Secret;

/// What the API would refuse, found before it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Where, such as `body.targetingRules[2].name`.
    pub(crate) field: String,
    /// What is wrong with it.
    pub(crate) problem: String,
}

/// Something that is sent and has limits.
pub(crate) trait Check {
    /// The first limit that is not kept.
    fn check(&self, at: &Place<'_>) -> Result<(), Violation>;
}

impl<T: Check> Check for Option<T> {
    fn check(&self, at: &Place<'_>) -> Result<(), Violation> {
        self.as_ref().map_or(Ok(()), |value| value.check(at))
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, at: &Place<'_>) -> Result<(), Violation> {
        self.iter()
            .enumerate()
            .try_for_each(|(index, value)| value.check(&at.index(index)))
    }
}

/// Where in a request a check is. Nothing is written until a check fails.
pub(crate) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
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
        }
    }

    pub(crate) fn field(&'a self, name: &'a str) -> Self {
        Place {
            parent: Some(self),
            step: Step::Field(name),
        }
    }

    fn index(&'a self, index: usize) -> Self {
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
        let Some(text) = text.text() else {
            return Ok(());
        };
        let length = text.chars().count();
        self.bounded(name, length, least, most, "characters")
    }

    /// A list has `least` to `most` entries.
    #[allow(dead_code)] // No list of today's descriptions has a limit; a refresh may bring one.
    pub(crate) fn count<T>(
        &self,
        name: &str,
        list: &[T],
        least: usize,
        most: usize,
    ) -> Result<(), Violation> {
        self.bounded(name, list.len(), least, most, "entries")
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
        match number.number() {
            Some(number) if number < least => {
                Err(self.violation(name, format!("is {number}, at least {least} is allowed")))
            }
            Some(number) if number > most => {
                Err(self.violation(name, format!("is {number}, at most {most} is allowed")))
            }
            _ => Ok(()),
        }
    }

    fn bounded(
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
        Violation {
            field: self.field(name).to_string(),
            problem,
        }
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

/// What may hold a text.
pub(crate) trait Text {
    fn text(&self) -> Option<&str>;
}

impl Text for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Text for Secret {
    fn text(&self) -> Option<&str> {
        Some(self.expose())
    }
}

impl<T: Text> Text for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref().and_then(Text::text)
    }
}

/// What may hold a whole number.
pub(crate) trait Number {
    fn number(&self) -> Option<i64>;
}

impl Number for i32 {
    fn number(&self) -> Option<i64> {
        Some(i64::from(*self))
    }
}

impl Number for i64 {
    fn number(&self) -> Option<i64> {
        Some(*self)
    }
}

impl<T: Number> Number for Option<T> {
    fn number(&self) -> Option<i64> {
        self.as_ref().and_then(Number::number)
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
        assert!(at.count("list", &[1, 2, 3], 0, 2).is_err());
    }
}
