//! Operations: which there are, what they take and what they give.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rust::texts;
use super::{Comparison, Place, Rule, Side};
use crate::facts::{self, OperationRef};

/// An operation, and the name of its method.
#[derive(Clone, Copy)]
struct Operation<'a> {
    found: OperationRef<'a>,
    id: Option<&'a str>,
}

impl Operation<'_> {
    fn place(&self) -> Place {
        Place {
            operation: self.id.map(str::to_owned),
            method: Some(self.found.method.to_owned()),
            path: Some(self.found.path.to_owned()),
            ..Place::default()
        }
    }

    /// Method and path, whatever its placeholders are called.
    fn key(&self) -> String {
        let mut key = format!("{} ", self.found.method);
        let mut rest = self.found.path;
        while let Some((before, hole)) = rest.split_once('{') {
            key += before;
            key += "{}";
            rest = hole.split_once('}').map_or("", |(_, after)| after);
        }
        key + rest
    }
}

/// What success looks like.
struct Answer<'a> {
    /// What is in the body, if there may be one.
    schema: Option<&'a Value>,
    /// Whether there may be a body and none.
    optional: bool,
    /// The statuses, but for the 204 that `optional` tells of.
    statuses: BTreeSet<&'a str>,
}

impl<'a> Comparison<'a> {
    pub(super) fn operations(&mut self) {
        let (mut olds, mut news) = (self.old.operations(), self.new.operations());
        let mut pairs = Vec::new();
        // A method goes by its id; the place helps if that has changed.
        let same_id =
            |one: &Operation<'_>, other: &Operation<'_>| one.id.is_some() && one.id == other.id;
        let same_key = |one: &Operation<'_>, other: &Operation<'_>| one.key() == other.key();
        type Same<'s> = &'s dyn Fn(&Operation<'_>, &Operation<'_>) -> bool;
        let ways: [Same<'_>; 2] = [&same_id, &same_key];
        for same in ways {
            olds.retain(|one| match news.iter().position(|other| same(one, other)) {
                Some(index) => {
                    pairs.push((*one, news.remove(index)));
                    false
                }
                None => true,
            });
        }
        for one in olds {
            self.found(Rule::OperationRemoved, &one.place(), "is gone");
        }
        for other in news {
            self.found(Rule::OperationAdded, &other.place(), "is new");
        }
        for (one, other) in pairs {
            self.operation(&one, &other);
        }
    }

    fn operation(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let before = self.changes.len();
        let place = new.place();
        match (old.id, new.id) {
            (one, other) if one == other => {}
            (None, Some(_)) => self.found(Rule::OperationNamed, &place, "has an id"),
            (Some(one), Some(_)) => {
                let what = format!("was called {one}");
                self.found(Rule::OperationRenamed, &place, what);
            }
            (Some(one), None) => {
                let what = format!("was called {one}, and has no id any more");
                self.found(Rule::OperationRenamed, &place, what);
            }
            (None, None) => {}
        }
        if old.key() != new.key() {
            let what = format!("was {}", old.found.place());
            self.found(Rule::OperationMoved, &place, what);
        }
        match (old.found.deprecated(), new.found.deprecated()) {
            (false, true) => self.found(Rule::OperationDeprecated, &place, "is deprecated"),
            (true, false) => {
                let what = "is no longer deprecated";
                self.found(Rule::OperationUndeprecated, &place, what);
            }
            _ => {}
        }
        self.tags(&place, old, new);
        self.credentials(&place, old, new);
        self.parameters(&place, &old.found, &new.found);
        self.body(&place, &old.found, &new.found);
        self.answers(&place, &old.found, &new.found);
        let facts = |operation: &Operation<'_>| facts::reduce_operation(operation.found.value);
        if self.changes.len() == before && facts(old) != facts(new) {
            self.found(Rule::FactsChanged, &place, "has changed in its details");
        }
        self.words(&place, old.found.value, new.found.value);
    }

    fn tags(&mut self, place: &Place, old: &Operation<'a>, new: &Operation<'a>) {
        let tool = |operation: &Operation<'_>| {
            let tag = operation.found.tag().unwrap_or_default();
            facts::tool_name(tag, operation.id.unwrap_or_default())
        };
        let (one, other) = (tool(old), tool(new));
        if one != other && old.id == new.id {
            let what = format!("is the tool `{other}`, and was `{one}`");
            self.found(Rule::ToolRenamed, place, what);
        } else if !texts(old.found.value, "tags").eq(texts(new.found.value, "tags")) {
            self.found(Rule::TagsChanged, place, "has other tags");
        }
    }

    fn credentials(&mut self, place: &Place, old: &Operation<'a>, new: &Operation<'a>) {
        let (olds, news) = (self.old.credentials(old), self.new.credentials(new));
        if let Some(lost) = olds.difference(&news).next()
            && !news.contains("")
        {
            let what = match lost.as_str() {
                "" => "could be called without credentials, and cannot any more".to_owned(),
                lost => format!("no longer takes these credentials: {lost}"),
            };
            self.found(Rule::CredentialsNarrowed, place, what);
        } else if let Some(more) = news.difference(&olds).next() {
            let what = match more.as_str() {
                "" => "can be called without credentials".to_owned(),
                more => format!("takes these credentials, too: {more}"),
            };
            self.found(Rule::CredentialsWidened, place, what);
        }
    }

    fn body(&mut self, place: &Place, old: &OperationRef<'a>, new: &OperationRef<'a>) {
        let of = |side: &Side<'a>, operation: &OperationRef<'a>| {
            facts::follow(side.description, operation.value.get("requestBody")?)
        };
        let at = place.part("body");
        match (of(&self.old, old), of(&self.new, new)) {
            (None, None) => {}
            (None, Some(_)) => self.found(Rule::BodyAdded, &at, "is new"),
            (Some(_), None) => self.found(Rule::BodyRemoved, &at, "is gone"),
            (Some(one), Some(other)) => {
                let required = |body: &Value| body.get("required") == Some(&Value::Bool(true));
                if required(one) != required(other) {
                    let what = match required(other) {
                        true => "is required; it was always sent",
                        false => "is no longer required; it is sent all the same",
                    };
                    self.found(Rule::BodyRequiredChanged, &at, what);
                }
                self.media_types(&at, one, other);
                match (json(one), json(other)) {
                    (Some(one), Some(other)) => {
                        self.types(&at, one, other, true, Rule::BodyTypeChanged);
                    }
                    (None, None) => {}
                    (one, _) => {
                        let what = match one {
                            None => "is JSON, and was not",
                            Some(_) => "is no JSON any more",
                        };
                        self.found(Rule::BodyTypeChanged, &at, what);
                    }
                }
                self.words(&at, one, other);
            }
        }
    }

    fn media_types(&mut self, at: &Place, old: &Value, new: &Value) {
        let of = |body: &Value| -> BTreeSet<String> {
            let content = body.get("content").and_then(Value::as_object);
            content
                .into_iter()
                .flat_map(|c| c.keys().cloned())
                .collect()
        };
        if of(old) != of(new) {
            let what = "is offered in other media types";
            self.found(Rule::MediaTypesChanged, at, what);
        }
    }

    fn answers(&mut self, place: &Place, old: &OperationRef<'a>, new: &OperationRef<'a>) {
        let (one, other) = (self.old.answer(old), self.new.answer(new));
        let at = place.part("answer");
        let rust = |side: &Side<'a>, answer: &Answer<'a>| {
            let value = answer.schema.map_or("()".to_owned(), |schema| {
                let rust = side.rust(schema);
                match side.resolve_schema(schema).1 {
                    true => format!("Option<{rust}>"),
                    false => rust,
                }
            });
            match answer.optional {
                true => format!("Option<{value}>"),
                false => value,
            }
        };
        let (one_rust, other_rust) = (rust(&self.old, &one), rust(&self.new, &other));
        if one_rust != other_rust {
            let what = format!("is `{other_rust}`, and was `{one_rust}`");
            self.found(Rule::AnswerTypeChanged, &at, what);
        } else if let (Some(one), Some(other)) = (one.schema, other.schema) {
            self.types(&at, one, other, false, Rule::AnswerTypeChanged);
        }
        if one.statuses != other.statuses {
            let told = |statuses: &BTreeSet<&str>| {
                let statuses: Vec<_> = statuses.iter().copied().collect();
                statuses.join(", ")
            };
            let what = format!(
                "has status {}, and had {}",
                told(&other.statuses),
                told(&one.statuses)
            );
            self.found(Rule::SuccessStatusChanged, &at, what);
        }
        for status in one.statuses.intersection(&other.statuses) {
            let of = |side: &Side<'a>, operation: &OperationRef<'a>| {
                let answer = operation.value.get("responses")?.get(*status)?;
                facts::follow(side.description, answer)
            };
            if let (Some(one), Some(other)) = (of(&self.old, old), of(&self.new, new)) {
                self.media_types(&at, one, other);
                self.words(&at, one, other);
            }
        }
        self.failures(place, old, new);
    }

    fn failures(&mut self, place: &Place, old: &OperationRef<'a>, new: &OperationRef<'a>) {
        let of = |operation: &OperationRef<'a>| -> BTreeSet<&'a str> {
            let all = responses(operation).map(|(status, _)| status);
            all.filter(|status| !status.starts_with('2')).collect()
        };
        let (olds, news) = (of(old), of(new));
        let more = news
            .difference(&olds)
            .map(|status| format!("{status} is declared"));
        let less = olds
            .difference(&news)
            .map(|status| format!("{status} is no longer declared"));
        let told: Vec<_> = more.chain(less).collect();
        if !told.is_empty() {
            let what = format!("can fail otherwise: {}", told.join(", "));
            self.found(Rule::FailuresChanged, place, what);
            return;
        }
        let shape = |operation: &OperationRef<'a>| -> Vec<Value> {
            responses(operation)
                .filter(|(status, _)| !status.starts_with('2'))
                .map(|(_, answer)| facts::reduce_response(answer))
                .collect()
        };
        if shape(old) != shape(new) {
            let what = "says otherwise what a failure looks like";
            self.found(Rule::FailuresChanged, place, what);
        }
    }
}

impl<'a> Side<'a> {
    fn operations(&self) -> Vec<Operation<'a>> {
        let found = facts::operations(self.description).into_iter();
        found
            .map(|found| {
                let place = found.place();
                let given = self.source.operation_ids.get(&place).map(String::as_str);
                let id = found.id().or(given);
                Operation { found, id }
            })
            .collect()
    }

    fn answer(&self, operation: &OperationRef<'a>) -> Answer<'a> {
        let mut answer = Answer {
            schema: None,
            optional: false,
            statuses: BTreeSet::new(),
        };
        let mut empty = false;
        for (status, value) in responses(operation) {
            if !status.starts_with('2') {
                continue;
            }
            let schema = facts::follow(self.description, value).and_then(json);
            match status {
                "204" => empty = true,
                status => {
                    answer.statuses.insert(status);
                }
            }
            answer.schema = answer.schema.or(schema);
        }
        if empty {
            answer.optional = answer.schema.is_some();
            if !answer.optional {
                answer.statuses.insert("204");
            }
        }
        answer
    }

    /// The credentials that are enough, each alternative as text; an empty one if none are needed.
    fn credentials(&self, operation: &Operation<'a>) -> BTreeSet<String> {
        let security = operation.found.value.get("security");
        let security = security.or_else(|| self.description.get("security"));
        let Some(alternatives) = security
            .and_then(Value::as_array)
            .filter(|list| !list.is_empty())
        else {
            return BTreeSet::from([String::new()]);
        };
        let told = |alternative: &'a Value| {
            let each = alternative.as_object().into_iter().flatten();
            let each: BTreeSet<_> = each.map(|(name, _)| self.scheme(name)).collect();
            each.into_iter().collect::<Vec<_>>().join(" and ")
        };
        alternatives.iter().map(told).collect()
    }

    /// A security scheme by what it asks for, whatever it is called.
    fn scheme(&self, name: &str) -> String {
        let schemes = self.description.pointer("/components/securitySchemes");
        let scheme = schemes
            .and_then(|schemes| schemes.get(name))
            .and_then(|scheme| facts::follow(self.description, scheme));
        let Some(scheme) = scheme else {
            return name.to_owned();
        };
        let parts = ["type", "scheme", "in", "name"];
        let parts = parts.iter().filter_map(|key| scheme.get(*key)?.as_str());
        parts.collect::<Vec<_>>().join(" ").to_lowercase()
    }
}

fn responses<'a>(operation: &OperationRef<'a>) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    let each = responses.into_iter().flatten();
    each.map(|(status, answer)| (status.as_str(), answer))
}

/// The schema of a body in JSON, as the pass `media-types` picks it.
fn json(body: &Value) -> Option<&Value> {
    let content = body.get("content")?.as_object()?;
    let is_kin = |name: &str| name.ends_with("/json") || name.ends_with("+json");
    let media = content.get("application/json").or_else(|| {
        content
            .iter()
            .find(|(name, _)| is_kin(name))
            .map(|(_, media)| media)
    });
    media?.get("schema")
}
