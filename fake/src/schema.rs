//! Checks requests against the published description, which is the only place that knows lengths, ranges and enums.

mod described;

use std::fmt;

use chrono::DateTime;
use serde_json::Value;
use uuid::Uuid;

#[cfg(debug_assertions)]
use crate::call::Answer;
use crate::call::{Problems, WHOLE};
use crate::lenient;
pub(crate) use described::{Described, Schema, named, of};
use described::{Format, Place};

/// What is wrong with the arguments of a path and a query.
pub(crate) fn check_arguments(
    described: &Described,
    path: &[(&'static str, String)],
    query: &[(String, String)],
) -> Problems {
    let mut problems = Problems::default();
    for parameter in &described.parameters {
        let name = &*parameter.name;
        let given: Vec<&str> = match parameter.place {
            Place::Path => values(path.iter().map(|(name, text)| (*name, text.as_str())), name),
            Place::Query => values(query.iter().map(|(name, text)| (&**name, &**text)), name),
        };
        if given.is_empty() && parameter.required {
            problems.add(name, "It is required.");
        }
        let schema = parameter.schema.schema();
        for text in given.into_iter().filter(|text| !text.is_empty()) {
            let at = At::Argument(name);
            compare(schema, &argument(schema, text), at, &mut problems);
        }
    }
    problems
}

/// What is wrong with a document that should fit a schema.
pub(crate) fn check(schema: &'static Schema, document: &Value) -> Problems {
    let mut problems = Problems::default();
    compare(schema, document, At::Document, &mut problems);
    problems
}

/// The arguments of a path or a query, with enums and booleans as the description spells them.
pub(crate) fn read_arguments<'a>(
    described: &'static Described,
    arguments: impl Iterator<Item = (&'a str, &'a mut String)>,
) {
    for (name, text) in arguments {
        let mut parameters = described.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.name == name);
        let schema = parameter.map(|parameter| parameter.schema.schema());
        let spelling = schema.and_then(|schema| lenient::spelling(schema, text));
        if let Some(spelling) = spelling {
            *text = spelling.to_string();
        }
    }
}

/// What is wrong with an answer: a bug of this server.
#[cfg(debug_assertions)]
pub(crate) fn check_answer(described: &Described, answer: &Answer) -> Problems {
    let mut problems = Problems::default();
    let Some(schema) = described.answers.get(answer.status.as_str()) else {
        problems.add("Status", format!("{} is not described.", answer.status));
        return problems;
    };
    let body = answer.body.as_deref();
    match (schema, body.map(serde_json::from_slice::<Value>)) {
        (None, None) => {}
        (None, Some(_)) => problems.add("Body", "There should be none."),
        (Some(schema), Some(Ok(body))) => {
            compare(schema.schema(), &body, At::Document, &mut problems);
        }
        (Some(_), None | Some(Err(_))) => problems.add("Body", "There should be JSON."),
    }
    problems
}

fn values<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, name: &str) -> Vec<&'a str> {
    given
        .filter(|(given, _)| *given == name)
        .map(|(_, text)| text)
        .collect()
}

/// An argument as the JSON that it stands for.
fn argument(schema: &Schema, text: &str) -> Value {
    let parsed = match schema {
        Schema::Whole { .. } | Schema::Number => serde_json::from_str(text).ok(),
        Schema::Boolean => text.parse().map(Value::Bool).ok(),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::String(text.to_string()))
}

fn compare(schema: &'static Schema, value: &Value, at: At<'_>, problems: &mut Problems) {
    match (schema, value) {
        (Schema::Anything, _)
        | (Schema::Number, Value::Number(_))
        | (Schema::Boolean, Value::Bool(_)) => {}
        (Schema::OneOf(choices), _) => {
            let fits = |choice: &described::Reference| {
                let mut problems = Problems::default();
                compare(choice.schema(), value, at, &mut problems);
                problems == Problems::default()
            };
            if !choices.iter().any(fits) {
                let message = format!("{value} is of none of the types that may stand here.");
                problems.add(at.to_string(), message);
            }
        }
        (
            Schema::Object {
                required,
                properties,
                more,
            },
            Value::Object(fields),
        ) => {
            for name in required.iter().filter(|name| !fields.contains_key(*name)) {
                problems.add(At::Field(&at, name).to_string(), "It is required.");
            }
            for (name, value) in fields {
                match (properties.get(name), more) {
                    (Some(property), _) if property.nullable && value.is_null() => {}
                    (Some(property), _) => {
                        let at = At::Field(&at, name);
                        compare(property.schema.schema(), value, at, problems);
                    }
                    (None, Some(more)) => {
                        compare(more.schema(), value, At::Entry(&at, name), problems);
                    }
                    (None, None) => {}
                }
            }
        }
        (Schema::List(items), Value::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                compare(items.schema(), element, At::Element(&at, index), problems);
            }
        }
        (Schema::Text { .. }, Value::String(text)) => {
            if let Some(problem) = text_problem(schema, text) {
                problems.add(at.to_string(), problem);
            }
        }
        (Schema::Whole { least, most }, Value::Number(number)) => {
            let message = match number.as_i64() {
                Some(whole) if (*least..=*most).contains(&whole) => return,
                Some(_) => format!("{number} is not between {least} and {most}."),
                None => format!("{number} is not a whole number."),
            };
            problems.add(at.to_string(), message);
        }
        (wanted, Value::Null) => {
            let message = format!("It must not be null, but {}.", noun(wanted));
            problems.add(at.to_string(), message);
        }
        (wanted, other) => {
            let message = format!("{} is not {}.", brief(other), noun(wanted));
            problems.add(at.to_string(), message);
        }
    }
}

/// What a schema asks for, in words.
fn noun(schema: &Schema) -> &'static str {
    match schema {
        Schema::Object { .. } => "an object",
        Schema::List(_) => "a list",
        Schema::Whole { .. } => "a whole number",
        Schema::Number => "a number",
        Schema::Text { .. } => "a text",
        Schema::Boolean => "true or false",
        Schema::OneOf(_) | Schema::Anything => "anything",
    }
}

fn text_problem(schema: &Schema, text: &str) -> Option<String> {
    let Schema::Text {
        least,
        most,
        choices,
        format,
    } = schema
    else {
        return None;
    };
    let length = text.chars().count() as u64;
    if let Some(least) = least.filter(|least| length < *least) {
        return Some(match length {
            0 => "It must not be empty.".to_string(),
            _ => format!("It has {length} characters; it needs at least {least}."),
        });
    }
    if let Some(most) = most.filter(|most| length > *most) {
        return Some(format!(
            "It has {length} characters; at most {most} are allowed."
        ));
    }
    if let Some(known) = choices
        && !known.iter().any(|known| known == text)
    {
        return Some(format!("`{text}` is not one of {}.", known.join(", ")));
    }
    let (fits, wanted) = match (*format)? {
        Format::Uuid => (Uuid::try_parse(text).is_ok(), "an id (a UUID)"),
        Format::Time => (
            DateTime::parse_from_rfc3339(text).is_ok(),
            "a time as RFC 3339 writes it",
        ),
    };
    (!fits).then(|| format!("`{text}` is not {wanted}."))
}

/// A value that is not too long for a message.
fn brief(value: &Value) -> String {
    match value {
        Value::Array(_) => "A list".to_string(),
        Value::Object(_) => "An object".to_string(),
        other => other.to_string(),
    }
}

/// Where in a document something is. It is written out only if there is something to tell.
#[derive(Clone, Copy)]
enum At<'a> {
    Document,
    Argument(&'a str),
    Field(&'a At<'a>, &'a str),
    Element(&'a At<'a>, usize),
    /// A field that has a name of its owner's.
    Entry(&'a At<'a>, &'a str),
}

/// `TargetingRules[0].Value`: field names in errors start with a capital.
impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Document => f.write_str(WHOLE),
            At::Argument(name) => f.write_str(name),
            At::Field(above, name) => {
                above.write_above(f)?;
                if !matches!(above, At::Document) {
                    f.write_str(".")?;
                }
                let mut letters = name.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                first.map_or(Ok(()), |first| write!(f, "{first}"))?;
                f.write_str(letters.as_str())
            }
            At::Element(above, index) => {
                above.write_above(f)?;
                write!(f, "[{index}]")
            }
            At::Entry(above, name) => {
                above.write_above(f)?;
                write!(f, ".{name}")
            }
        }
    }
}

impl At<'_> {
    /// The document has a name if it is meant as a whole, and none if it is what something stands in.
    fn write_above(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Document => Ok(()),
            other => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::{Reason, Refusal};

    fn fields(problems: Problems) -> Vec<String> {
        match Refusal::from(problems).reason {
            Reason::Fields(fields) => fields.into_keys().collect(),
            Reason::Text(_) => Vec::new(),
        }
    }

    #[test]
    fn a_problem_names_its_place() {
        let document = json!({
            "defaultValue": { "intValue": 5.5 },
            "targetingRules": [
                { "conditions": [{ "userCondition": { "comparisonAttribute": "", "comparator": "isOneOf" } }] },
                { "value": "on" },
            ],
        });
        assert_eq!(
            fields(check(named("UpdateEvaluationFormulaModel"), &document)),
            [
                "DefaultValue.IntValue",
                "TargetingRules[0].Conditions[0].UserCondition.ComparisonAttribute",
                "TargetingRules[0].Conditions[0].UserCondition.ComparisonValue",
                "TargetingRules[1].Value",
            ]
        );
        assert_eq!(fields(check(named("CreateTagModel"), &json!([]))), ["$"]);
        assert_eq!(
            fields(check(
                named("CreateConfigRequest"),
                &json!({"name": null, "evaluationVersion": "v3"})
            )),
            ["EvaluationVersion", "Name"]
        );
    }

    #[test]
    fn a_plain_value_is_a_boolean_a_text_or_a_number() {
        let update =
            |value: Value| check(named("UpdateSettingValueModel"), &json!({ "value": value }));
        for value in [json!(true), json!("x"), json!(5), json!(5.5)] {
            assert_eq!(update(value), Problems::default());
        }
        assert_eq!(fields(update(json!(null))), ["Value"]);
        assert_eq!(fields(update(json!([1]))), ["Value"]);
    }
}
