//! Fields of what is sent and received, and limits.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rust::{Field, Shape, reference};
use super::{Comparison, Place, Rule, Side};
use crate::facts;

/// What a program sees of a field.
struct Seen {
    /// The type without `Option`.
    base: String,
    option: bool,
    /// Whether it has a `with_`, and no place among the arguments of `new`.
    with: bool,
}

impl Seen {
    fn rust(&self) -> String {
        match self.option {
            true => format!("Option<{}>", self.base),
            false => self.base.clone(),
        }
    }
}

impl<'a> Comparison<'a> {
    /// The fields of two structs at the same place; `sent` if both have a `new`.
    pub(super) fn fields(&mut self, place: &Place, old: &'a Value, new: &'a Value, sent: bool) {
        let (olds, news) = (self.old.fields(old), self.new.fields(new));
        let names: BTreeSet<_> = olds.keys().chain(news.keys()).copied().collect();
        for name in names {
            let at = place.part(name);
            match (olds.get(name), news.get(name)) {
                (Some(old), Some(new)) => self.field(&at, old, new, sent),
                (Some(_), None) => self.found(Rule::FieldRemoved, &at, "is gone"),
                (None, Some(field)) => {
                    let seen = self.new.seen(&at, field);
                    match sent && !seen.with {
                        true => self.found(Rule::FieldAddedRequired, &at, "is new and required"),
                        false => {
                            let what = format!("is new: `{}`", seen.rust());
                            self.found(Rule::FieldAdded, &at, what);
                        }
                    }
                }
                (None, None) => {}
            }
        }
        self.others(place, old, new);
    }

    /// What a struct says about fields that have no name in the description.
    fn others(&mut self, place: &Place, old: &'a Value, new: &'a Value) {
        let of = |schema: &'a Value| match schema.get("additionalProperties") {
            Some(Value::Object(members)) if members.is_empty() => None,
            Some(Value::Bool(true)) | None => None,
            others => others,
        };
        match (of(old), of(new)) {
            (one, other) if one == other => {}
            (None, Some(Value::Bool(false))) => {
                self.found(Rule::UnknownFieldsRefused, place, "forbids other fields");
            }
            (Some(Value::Bool(false)), None) => {
                let what = "no longer forbids other fields";
                self.found(Rule::UnknownFieldsAllowed, place, what);
            }
            _ => {
                let what = "says otherwise what other fields hold";
                self.found(Rule::SchemaKindChanged, place, what);
            }
        }
    }

    fn field(&mut self, place: &Place, old: &Field<'a>, new: &Field<'a>, sent: bool) {
        let before = self.changes.len();
        let (one, other) = (self.old.seen(place, old), self.new.seen(place, new));
        if one.base != SECRET || other.base != SECRET {
            self.types(place, old.schema, new.schema, sent, Rule::FieldTypeChanged);
        }
        let same_type = self.changes.len() == before || one.base == other.base;

        let nullable = (
            self.old.resolve_schema(old.schema).1,
            self.new.resolve_schema(new.schema).1,
        );
        let said = match (old.required, new.required, nullable.0, nullable.1) {
            (false, true, ..) => Some("is required"),
            (true, false, ..) => Some("is no longer required"),
            (_, _, false, true) => Some("may be null"),
            (_, _, true, false) => Some("may not be null any more"),
            _ => None,
        };
        let moved = sent && one.with != other.with;
        if one.option != other.option {
            let what = said.unwrap_or("has another default");
            let what = format!("{what}: `{}` becomes `{}`", one.rust(), other.rust());
            self.found(Rule::RequirednessChanged, place, what);
        } else if moved {
            let what = said.unwrap_or("has another default");
            let what = match other.with {
                true => format!("{what}: an argument of `new` becomes a `with_`"),
                false => format!("{what}: a `with_` becomes an argument of `new`"),
            };
            self.found(Rule::RequirednessChanged, place, what);
        } else if let Some(said) = said {
            let what = format!("{said}, and stays `{}`", other.rust());
            self.found(Rule::RequirednessAbsorbed, place, what);
        }

        if same_type {
            self.limits(place, old.schema, new.schema, sent);
        }
        let default = |field: &Field<'a>| field.schema.get("default").cloned();
        if default(old) != default(new) && self.changes.len() == before {
            self.found(Rule::DefaultChanged, place, "has another default");
        }
        self.marks(place, old.schema, new.schema);
        if self.changes.len() == before
            && facts::reduce_schema(old.schema) != facts::reduce_schema(new.schema)
        {
            self.found(Rule::FactsChanged, place, "has changed in its details");
        }
        self.words(place, old.schema, new.schema);
    }

    /// Lengths, ranges and counts. `checked` if the client refuses what is outside of them.
    pub(super) fn limits(&mut self, place: &Place, old: &'a Value, new: &'a Value, checked: bool) {
        let rules = match checked {
            true => (Rule::LimitTightened, Rule::LimitLoosened),
            false => (Rule::LimitUnchecked, Rule::LimitUnchecked),
        };
        self.limits_by(place, old, new, rules);
    }

    /// The same, with what less and more mean there.
    pub(super) fn limits_by(
        &mut self,
        place: &Place,
        old: &'a Value,
        new: &'a Value,
        (tightened, loosened): (Rule, Rule),
    ) {
        let (old, new) = (
            self.old.resolve_schema(old).0,
            self.new.resolve_schema(new).0,
        );
        let ((from, to), (other_from, other_to)) = (bounds(old), bounds(new));
        let told = |bounds: (i64, i64)| match bounds {
            (i64::MIN, i64::MAX) => "anything".to_owned(),
            (least, i64::MAX) => format!("at least {least}"),
            (i64::MIN, most) => format!("at most {most}"),
            (least, most) => format!("{least} to {most}"),
        };
        if (from, to) != (other_from, other_to) {
            let less = other_from > from || other_to < to;
            let rule = if less { tightened } else { loosened };
            let what = format!(
                "allows {}, and allowed {}",
                told((other_from, other_to)),
                told((from, to))
            );
            self.found(rule, place, what);
        } else if KEYWORDS.iter().any(|key| old.get(*key) != new.get(*key)) {
            let what = "has other limits, which the client does not check";
            self.found(Rule::LimitUnchecked, place, what);
        }
    }
}

/// The keywords that limit something.
const KEYWORDS: [&str; 13] = [
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "pattern",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The bounds that the client checks, as the pass `checks` does; everything if it checks nothing.
fn bounds(schema: &Value) -> (i64, i64) {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let (least, most) = match schema.get("type").and_then(Value::as_str) {
        Some("string") => (
            number("minLength").filter(|least| *least > 0),
            number("maxLength"),
        ),
        Some("integer") => {
            let most = number("maximum").filter(|most| *most < i64::from(i32::MAX));
            (number("minimum"), most)
        }
        Some("array") => (
            number("minItems").filter(|least| *least > 0),
            number("maxItems"),
        ),
        _ => (None, None),
    };
    (least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX))
}

/// The type of fields that are never printed.
const SECRET: &str = "Secret";

impl<'a> Side<'a> {
    fn seen(&self, place: &Place, field: &Field<'a>) -> Seen {
        let Field { schema, required } = *field;
        let nullable = self.resolve_schema(schema).1;
        let shape = self.shape(schema);
        let is_secret = match (&place.schema, &place.field) {
            (Some(schema), Some(field)) => {
                let place = format!("{schema}.{field}");
                self.source.secrets.fields.contains(&place)
            }
            _ => false,
        };
        let default = schema.get("default").filter(|default| !default.is_null());
        // A schema that stands behind a `$ref` is named, and needs the `Option` even if it is a list.
        let may_be_empty =
            reference(self.resolve_schema(schema).0).is_none() && shape.may_be_empty();
        let absorbs = may_be_empty || default.is_some();
        let base = match (&shape, is_secret) {
            (Shape::Named(_), true) => SECRET.to_owned(),
            _ => self.rust(schema),
        };
        let option = nullable || (!required && !absorbs);
        Seen {
            base,
            option,
            with: option || !required,
        }
    }
}
