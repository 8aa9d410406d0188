//! Parameters of operations.

use serde_json::Value;

use super::{Comparison, Place, Rule, Side};
use crate::facts::{self, OperationRef};

/// A parameter, as the passes see it.
struct Parameter<'a> {
    name: &'a str,
    /// `path`, `query`, `header` or `cookie`.
    place: &'a str,
    value: &'a Value,
    schema: &'a Value,
    /// Whether it is an option of the call.
    optional: bool,
}

impl<'a> Comparison<'a> {
    pub(super) fn parameters(
        &mut self,
        place: &Place,
        old: &OperationRef<'a>,
        new: &OperationRef<'a>,
    ) {
        let at = |name: &str| Place {
            parameter: Some(name.to_owned()),
            ..place.clone()
        };
        let (mut olds, mut news) = (self.old.parameters(old), self.new.parameters(new));
        let mut pairs = Vec::new();
        // Placeholders go by their place in the path, all others by name, preferably in the same part of the request.
        let same_place = |one: &Parameter<'_>, other: &Parameter<'_>| match (one.place, other.place)
        {
            ("path", "path") => true,
            (one_place, other_place) => one_place == other_place && one.name == other.name,
        };
        let same_name = |one: &Parameter<'_>, other: &Parameter<'_>| {
            one.name == other.name && one.optional && other.optional
        };
        type Same<'s> = &'s dyn Fn(&Parameter<'_>, &Parameter<'_>) -> bool;
        let ways: [Same<'_>; 2] = [&same_place, &same_name];
        for same in ways {
            let mut rest = Vec::new();
            for one in olds {
                match news.iter().position(|other| same(&one, other)) {
                    Some(index) => pairs.push((one, news.remove(index))),
                    None => rest.push(one),
                }
            }
            olds = rest;
        }
        for one in olds {
            self.found(Rule::ParameterRemoved, &at(one.name), "is gone");
        }
        for other in news {
            match other.optional {
                true => {
                    self.found(Rule::ParameterAddedOptional, &at(other.name), "is new");
                }
                false => {
                    let what = "is new and required";
                    self.found(Rule::ParameterAddedRequired, &at(other.name), what);
                }
            }
        }
        for (one, other) in pairs {
            self.parameter(&at(other.name), &one, &other);
        }
    }

    fn parameter(&mut self, place: &Place, old: &Parameter<'a>, new: &Parameter<'a>) {
        let before = self.changes.len();
        if old.name != new.name {
            let what = format!("was called {}", old.name);
            self.found(Rule::ParameterRenamed, place, what);
        }
        if old.place != new.place {
            let what = format!(
                "goes into the {}, and went into the {}",
                new.place, old.place
            );
            self.found(Rule::ParameterMoved, place, what);
        }
        match (old.optional, new.optional) {
            (true, false) => self.found(Rule::ParameterNowRequired, place, "is required"),
            (false, true) => {
                self.found(Rule::ParameterNowOptional, place, "is no longer required");
            }
            _ => {}
        }
        let types = self.changes.len();
        let rule = Rule::ParameterTypeChanged;
        self.types(place, old.schema, new.schema, false, rule);
        if self.changes.len() == types {
            self.parameter_limits(place, old.schema, new.schema, new.place == "query");
        }
        if old.schema.get("default") != new.schema.get("default") {
            let what = "has another default";
            self.found(Rule::ParameterDefaultChanged, place, what);
        }
        let style = |value: &Value| [value.get("style").cloned(), value.get("explode").cloned()];
        if style(old.value) != style(new.value) {
            let what = "is written in another style";
            self.found(Rule::ParameterStyleChanged, place, what);
        }
        self.marks(place, old.value, new.value);
        let facts = |value| facts::reduce_parameter(value);
        if self.changes.len() == before && facts(old.value) != facts(new.value) {
            self.found(Rule::FactsChanged, place, "has changed in its details");
        }
        self.words(place, old.value, new.value);
    }
}

impl<'a> Comparison<'a> {
    /// The limits of a parameter, and of what is in its list.
    fn parameter_limits(&mut self, place: &Place, old: &'a Value, new: &'a Value, checked: bool) {
        let rules = match checked {
            true => (Rule::ParameterLimitTightened, Rule::ParameterLimitLoosened),
            false => (Rule::LimitUnchecked, Rule::LimitUnchecked),
        };
        self.limits_by(place, old, new, rules);
        let (old, new) = (
            self.old.resolve_schema(old).0,
            self.new.resolve_schema(new).0,
        );
        if let (Some(one), Some(other)) = (old.get("items"), new.get("items")) {
            self.parameter_limits(&place.part("[]"), one, other, checked);
        }
    }
}

impl<'a> Side<'a> {
    /// The parameters of an operation, those of the path in its order.
    fn parameters(&self, operation: &OperationRef<'a>) -> Vec<Parameter<'a>> {
        let text = |value: &'a Value, key: &str| {
            let text = value.get(key).and_then(Value::as_str);
            text.unwrap_or_default()
        };
        let mut found: Vec<_> = facts::parameters(self.description, operation)
            .into_iter()
            .map(|value| {
                let name = text(value, "name");
                let schema = value.get("schema").unwrap_or(&Value::Null);
                let special = self.source.parameters.get(name);
                let required = value.get("required") == Some(&Value::Bool(true))
                    || special.is_some_and(|special| special.required);
                Parameter {
                    name,
                    place: text(value, "in"),
                    value,
                    schema,
                    optional: !required || self.resolve_schema(schema).1,
                }
            })
            .collect();
        let template = facts::template(operation.path);
        found.sort_by_key(|parameter| {
            let index = template.iter().position(|name| *name == parameter.name);
            match parameter.place {
                "path" => index.unwrap_or(usize::MAX),
                _ => usize::MAX,
            }
        });
        found
    }
}
