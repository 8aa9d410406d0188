//! Schemas, values, and the types of whatever has one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::rust::Shape;
use super::{Comparison, Place, Rule};
use crate::facts;

impl<'a> Comparison<'a> {
    /// The schemas that have a name.
    pub(super) fn schemas(&mut self) {
        let of = |description: &'a Value| facts::schemas(description).collect::<BTreeMap<_, _>>();
        let (old, new) = (of(self.old.description), of(self.new.description));
        let names: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        for name in names {
            let place = Place {
                schema: Some(name.to_owned()),
                ..Place::default()
            };
            match (old.get(name), new.get(name)) {
                (Some(old), Some(new)) => self.schema(&place, name, old, new),
                (None, Some(_)) => match self.new.names.contains_key(name) {
                    true => self.found(Rule::FactsChanged, &place, "is new, and only a name"),
                    false => self.found(Rule::SchemaAdded, &place, "is new"),
                },
                (Some(_), None) => match self.old.names.contains_key(name) {
                    true => self.found(Rule::FactsChanged, &place, "is gone, and was only a name"),
                    false => self.found(Rule::SchemaRemoved, &place, "is gone"),
                },
                (None, None) => {}
            }
        }
    }

    fn schema(&mut self, place: &Place, name: &str, old: &'a Value, new: &'a Value) {
        let before = self.changes.len();
        let changed = facts::reduce_schema(old) != facts::reduce_schema(new);
        if self.new.source.types.contains_key(name) {
            if changed {
                let what = "has changed, and a type written by hand stands for it";
                self.found(Rule::OwnTypeChanged, place, what);
            }
            self.words(place, old, new);
            return;
        }
        // Whoever uses a name that is only that tells what becomes of it.
        let only_names = (
            self.old.names.contains_key(name),
            self.new.names.contains_key(name),
        );
        match only_names {
            (true, true) if changed => {
                let what = "names something else; whatever has it says so";
                self.found(Rule::FactsChanged, place, what);
            }
            (true, false) => self.found(Rule::SchemaAdded, place, "has a type of its own"),
            (false, true) => {
                let what = format!("is only a name for `{}`", self.new.rust(new));
                self.found(Rule::SchemaRemoved, place, what);
            }
            _ => {}
        }
        if only_names != (false, false) {
            self.words(place, old, new);
            return;
        }
        let sent = (self.old.sent.contains(name), self.new.sent.contains(name));
        if let (Shape::Struct(_), Shape::Struct(_)) = (self.old.shape(old), self.new.shape(new)) {
            match sent {
                (false, true) => self.found(Rule::SchemaNowSent, place, "is sent, too"),
                (true, false) => {
                    self.found(Rule::SchemaNoLongerSent, place, "is no longer sent");
                }
                _ => {}
            }
        }
        self.inside(place, old, new, sent == (true, true));
        if self.old.resolve_schema(old).1 != self.new.resolve_schema(new).1 {
            let what = "says otherwise whether it may be null";
            self.found(Rule::SchemaKindChanged, place, what);
        }
        self.marks(place, old, new);
        if changed && self.changes.len() == before {
            self.found(Rule::FactsChanged, place, "has changed in its details");
        }
        self.words(place, old, new);
    }

    /// What a schema is, looked at from inside.
    fn inside(&mut self, place: &Place, old: &'a Value, new: &'a Value, sent: bool) {
        match (self.old.shape(old), self.new.shape(new)) {
            (Shape::Named(one), Shape::Named(other)) => {
                if one != other {
                    let what = format!("is `{other}`, and was `{one}`");
                    self.found(Rule::SchemaKindChanged, place, what);
                } else {
                    self.limits(place, old, new, false);
                }
            }
            (one, other) if one.sort() == other.sort() => {
                self.types(place, old, new, sent, Rule::SchemaKindChanged);
            }
            (one, other) => {
                let what = format!("is {}, and was {}", other.sort(), one.sort());
                self.found(Rule::SchemaKindChanged, place, what);
            }
        }
    }

    /// The types of two schemas at the same place, nullability left out. `rule` is what another type means there.
    pub(super) fn types(
        &mut self,
        place: &Place,
        old: &'a Value,
        new: &'a Value,
        sent: bool,
        rule: Rule,
    ) {
        match (self.old.shape(old), self.new.shape(new)) {
            (Shape::Struct(one), Shape::Struct(other)) => self.fields(place, one, other, sent),
            (Shape::Enum(one), Shape::Enum(other)) => self.values(place, &one, &other),
            (Shape::Alternatives(one), Shape::Alternatives(other)) => {
                if facts::reduce_schema(one) != facts::reduce_schema(other) {
                    let what = "has other alternatives";
                    self.found(Rule::AlternativesChanged, place, what);
                }
            }
            (Shape::List(one), Shape::List(other)) => {
                self.parts(&place.part("[]"), one, other, sent, rule);
            }
            (Shape::Map(one), Shape::Map(other)) => {
                self.parts(&place.part("{}"), one, other, sent, rule);
            }
            (one, other) if one == other => {}
            _ => {
                let (one, other) = (self.old.rust(old), self.new.rust(new));
                self.found(rule, place, format!("is `{other}`, and was `{one}`"));
            }
        }
    }

    /// What is in a list or a map.
    fn parts(&mut self, place: &Place, old: &'a Value, new: &'a Value, sent: bool, rule: Rule) {
        let before = self.changes.len();
        let nullable = (
            self.old.resolve_schema(old).1,
            self.new.resolve_schema(new).1,
        );
        if nullable.0 != nullable.1 {
            let what = match nullable.1 {
                true => "may be null: `T` becomes `Option<T>`",
                false => "may not be null any more: `Option<T>` becomes `T`",
            };
            self.found(rule, place, what);
        }
        self.types(place, old, new, sent, rule);
        // A parameter tells the details of what is in its list itself.
        if self.changes.len() == before && rule != Rule::ParameterTypeChanged {
            let is_list = new.get("items").is_some();
            self.limits(place, old, new, sent && !is_list);
            if self.changes.len() == before
                && facts::reduce_schema(old) != facts::reduce_schema(new)
            {
                self.found(Rule::FactsChanged, place, "has changed in its details");
            }
        }
        self.words(place, old, new);
    }

    fn values(&mut self, place: &Place, old: &[String], new: &[String]) {
        for value in new.iter().filter(|value| !old.contains(value)) {
            self.found(Rule::ValueAdded, &place.value(value), "is new");
        }
        for value in old.iter().filter(|value| !new.contains(value)) {
            self.found(Rule::ValueRemoved, &place.value(value), "is gone");
        }
        let kept = old.iter().filter(|value| new.contains(value));
        let known = new.iter().filter(|value| old.contains(value));
        if !kept.eq(known) {
            let what = "has its values in another order";
            self.found(Rule::ValuesReordered, place, what);
        }
    }
}
