//! Checks requests against the published description, which is the only place that knows lengths, ranges and enums.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::DateTime;
use configcat_management::Operation;
use http::Method;
use serde_json::Value;
use uuid::Uuid;

#[cfg(debug_assertions)]
use crate::call::Answer;
use crate::call::Problems;
use crate::lenient;

/// What both APIs have, in one: no path and no schema of one has a name of the other.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let [mut all, ada] = DESCRIPTIONS.map(|text| -> Value {
        serde_json::from_str(text).expect("the description is part of this program, and is JSON")
    });
    for place in ["/paths", "/components/schemas"] {
        let more = ada.pointer(place).and_then(Value::as_object);
        if let Some(all) = all.pointer_mut(place).and_then(Value::as_object_mut) {
            all.extend(more.cloned().unwrap_or_default());
        }
    }
    all
});

const DESCRIPTIONS: [&str; 2] = [
    include_str!("../../spec/configcat/swagger.json"),
    include_str!("../../spec/ada/openapi.json"),
];

/// Whether an operation takes a body.
pub(crate) fn takes_body(operation: &Operation) -> bool {
    !described(operation)["requestBody"].is_null()
}

/// What is wrong with the arguments of a path and a query.
pub(crate) fn check_arguments(
    operation: &Operation,
    path: &[(&'static str, String)],
    query: &[(String, String)],
) -> Problems {
    let mut problems = Problems::default();
    let parameters = described(operation)["parameters"].as_array();
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let schema = match &parameter["schema"]["items"] {
            Value::Null => &parameter["schema"],
            items => items,
        };
        let given: Vec<&str> = match parameter["in"].as_str() {
            Some("path") => values(path.iter().map(|(name, text)| (*name, text.as_str())), name),
            Some("query") => values(query.iter().map(|(name, text)| (&**name, &**text)), name),
            _ => continue,
        };
        if given.is_empty() && parameter["required"] == true {
            problems.add(name, "It is required.");
        }
        for text in given.into_iter().filter(|text| !text.is_empty()) {
            compare(
                resolved(schema),
                &argument(resolved(schema), text),
                name,
                &mut problems,
            );
        }
    }
    problems
}

/// What is wrong with the body of a request.
pub(crate) fn check_body(operation: &Operation, body: &Value) -> Problems {
    let mut problems = Problems::default();
    compare(resolved(self::body(operation)), body, "", &mut problems);
    problems
}

/// The schema of a request's body.
pub(crate) fn body(operation: &Operation) -> &'static Value {
    &described(operation)["requestBody"]["content"]["application/json"]["schema"]
}

/// A schema of the description.
pub(crate) fn named(schema: &str) -> &'static Value {
    &DESCRIPTION["components"]["schemas"][schema]
}

/// The schema of a field; `None` where there is none.
pub(crate) fn property(schema: &'static Value, name: &str) -> Option<&'static Value> {
    let known = schema["properties"].get(name);
    known.or_else(|| {
        schema
            .get("additionalProperties")
            .filter(|more| more.is_object())
    })
}

/// The arguments of a path or a query, with enums as the description spells them.
pub(crate) fn read_arguments<'a>(
    operation: &Operation,
    arguments: impl Iterator<Item = (&'a str, &'a mut String)>,
) {
    let parameters = described(operation)["parameters"].as_array();
    let schema = |name: &str| {
        let mut parameters = parameters.into_iter().flatten();
        let parameter = parameters.find(|parameter| parameter["name"] == name)?;
        let schema = &parameter["schema"];
        Some(resolved(schema.get("items").unwrap_or(schema)))
    };
    for (name, text) in arguments {
        let spelling = schema(name).and_then(|schema| lenient::spelling(schema, text));
        if let Some(spelling) = spelling {
            *text = spelling.to_string();
        }
    }
}

/// What is wrong with an answer: a bug of this server.
#[cfg(debug_assertions)]
pub(crate) fn check_answer(operation: &Operation, answer: &Answer) -> Problems {
    let mut problems = Problems::default();
    let known = &described(operation)["responses"][answer.status.as_str()];
    if known.is_null() {
        problems.add("Status", format!("{} is not described.", answer.status));
    }
    let schema = &known["content"]["application/json"]["schema"];
    let body = answer.body.as_deref();
    match (schema.is_null(), body.map(serde_json::from_slice::<Value>)) {
        (true, None) => {}
        (true, Some(_)) => problems.add("Body", "There should be none."),
        (false, Some(Ok(body))) => compare(resolved(schema), &body, "", &mut problems),
        (false, None | Some(Err(_))) => problems.add("Body", "There should be JSON."),
    }
    problems
}

/// What is wrong with a document that should fit a schema of the description.
pub(crate) fn check(schema: &str, document: &Value) -> Problems {
    let mut problems = Problems::default();
    compare(named(schema), document, "", &mut problems);
    problems
}

/// What the description says of an operation. Each request asks several times.
fn described(operation: &Operation) -> &'static Value {
    type Known = HashMap<(&'static str, Method), &'static Value>;
    static KNOWN: LazyLock<Known> = LazyLock::new(|| {
        let paths = DESCRIPTION["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, operations)| {
            let operations = operations.as_object().into_iter().flatten();
            operations.map(move |(method, operation)| (path, method, operation))
        });
        let known = operations.filter_map(|(path, method, operation)| {
            let method = method.to_ascii_uppercase().parse().ok()?;
            Some(((path.as_str(), method), operation))
        });
        known.collect()
    });
    let key = (operation.path, operation.method.clone());
    KNOWN.get(&key).copied().unwrap_or(&Value::Null)
}

fn values<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, name: &str) -> Vec<&'a str> {
    given
        .filter(|(given, _)| *given == name)
        .map(|(_, text)| text)
        .collect()
}

/// An argument as the JSON that it stands for.
fn argument(schema: &Value, text: &str) -> Value {
    let parsed = match schema["type"].as_str() {
        Some("integer" | "number") => serde_json::from_str(text).ok(),
        Some("boolean") => text.to_ascii_lowercase().parse().map(Value::Bool).ok(),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::String(text.to_string()))
}

/// Follows a reference, and an `allOf` that holds nothing but one.
pub(crate) fn resolved(schema: &'static Value) -> &'static Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        return resolved(&DESCRIPTION["components"]["schemas"][name]);
    }
    match &schema["allOf"][0] {
        Value::Null => schema,
        only => resolved(only),
    }
}

fn compare(schema: &'static Value, value: &Value, at: &str, problems: &mut Problems) {
    let is = |problems: &mut Problems, message: String| problems.add(place(at), message);
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = |choice: &'static Value| {
            let mut problems = Problems::default();
            compare(resolved(choice), value, at, &mut problems);
            problems == Problems::default()
        };
        if !choices.iter().any(fits) {
            is(
                problems,
                format!("{value} is of none of the types that may stand here."),
            );
        }
        return;
    }
    match (schema["type"].as_str(), value) {
        (Some("object"), Value::Object(fields)) => {
            for name in schema["required"].as_array().into_iter().flatten() {
                let name = name.as_str().unwrap_or_default();
                if !fields.contains_key(name) {
                    problems.add(below(at, name), "It is required.");
                }
            }
            let properties = schema["properties"].as_object();
            for (name, property) in properties.into_iter().flatten() {
                match fields.get(name) {
                    None => {}
                    Some(Value::Null) if property["nullable"] == true => {}
                    Some(value) => compare(resolved(property), value, &below(at, name), problems),
                }
            }
            let more = schema
                .get("additionalProperties")
                .filter(|more| more.is_object());
            let unknown = |name: &String| !properties.is_some_and(|known| known.contains_key(name));
            for (name, value) in fields.iter().filter(|(name, _)| unknown(name)) {
                if let Some(more) = more {
                    compare(resolved(more), value, &format!("{at}.{name}"), problems);
                }
            }
        }
        (Some("array"), Value::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                compare(
                    resolved(&schema["items"]),
                    element,
                    &format!("{at}[{index}]"),
                    problems,
                );
            }
        }
        (Some("string"), Value::String(text)) => {
            if let Some(problem) = text_problem(schema, text) {
                is(problems, problem);
            }
        }
        (Some("integer"), Value::Number(number)) => {
            let (least, most) = match schema["format"].as_str() {
                Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
                _ => (i64::MIN, i64::MAX),
            };
            let least = schema["minimum"].as_i64().unwrap_or(least);
            let most = schema["maximum"].as_i64().unwrap_or(most);
            match number.as_i64() {
                Some(whole) if (least..=most).contains(&whole) => {}
                Some(_) => is(
                    problems,
                    format!("{number} is not between {least} and {most}."),
                ),
                None => is(problems, format!("{number} is not a whole number.")),
            }
        }
        (Some("number"), Value::Number(_)) | (Some("boolean"), Value::Bool(_)) | (None, _) => {}
        (Some(wanted), Value::Null) => {
            is(
                problems,
                format!("It must not be null, but {}.", noun(wanted)),
            );
        }
        (Some(wanted), other) => {
            is(
                problems,
                format!("{} is not {}.", brief(other), noun(wanted)),
            );
        }
    }
}

/// A type of JSON, in words.
fn noun(json_type: &str) -> &str {
    match json_type {
        "object" => "an object",
        "array" => "a list",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "boolean" => "true or false",
        other => other,
    }
}

fn text_problem(schema: &Value, text: &str) -> Option<String> {
    let length = text.chars().count() as u64;
    if let Some(least) = schema["minLength"].as_u64().filter(|least| length < *least) {
        return Some(match length {
            0 => "It must not be empty.".to_string(),
            _ => format!("It has {length} characters; it needs at least {least}."),
        });
    }
    if let Some(most) = schema["maxLength"].as_u64().filter(|most| length > *most) {
        return Some(format!(
            "It has {length} characters; at most {most} are allowed."
        ));
    }
    if let Some(known) = schema["enum"].as_array()
        && !known.iter().any(|known| known == text)
    {
        let known: Vec<&str> = known.iter().filter_map(Value::as_str).collect();
        return Some(format!("`{text}` is not one of {}.", known.join(", ")));
    }
    let fits = match schema["format"].as_str() {
        Some("uuid") => Uuid::try_parse(text).is_ok(),
        Some("date-time") => DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    };
    let wanted = match schema["format"].as_str() {
        Some("uuid") => "an id (a UUID)",
        _ => "a time as RFC 3339 writes it",
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

/// The whole document has a name too.
fn place(at: &str) -> &str {
    match at {
        "" => "Body",
        at => at,
    }
}

/// `TargetingRules[0].Value`: field names in errors start with a capital.
fn below(at: &str, name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let dot = if at.is_empty() { "" } else { "." };
    let name: String = first.into_iter().chain(letters).collect();
    format!("{at}{dot}{name}")
}

#[cfg(test)]
mod tests {
    use configcat_management::OPERATIONS;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_two_descriptions_have_no_name_in_common() {
        let [one, other] = DESCRIPTIONS.map(|text| serde_json::from_str::<Value>(text).unwrap());
        for place in ["/paths", "/components/schemas"] {
            let names = |value: &Value| -> Vec<String> {
                let object = value.pointer(place).and_then(Value::as_object).unwrap();
                object.keys().cloned().collect()
            };
            let known = names(&one);
            assert!(names(&other).iter().all(|name| !known.contains(name)));
        }
    }
    use crate::call::{Reason, Refusal};

    fn fields(problems: Problems) -> Vec<String> {
        match Refusal::from(problems).reason {
            Reason::Fields(fields) => fields.into_keys().collect(),
            Reason::Text(_) => Vec::new(),
        }
    }

    #[test]
    fn every_operation_is_described() {
        for operation in OPERATIONS {
            assert!(described(operation).is_object(), "{operation}");
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
            fields(check("UpdateEvaluationFormulaModel", &document)),
            [
                "DefaultValue.IntValue",
                "TargetingRules[0].Conditions[0].UserCondition.ComparisonAttribute",
                "TargetingRules[0].Conditions[0].UserCondition.ComparisonValue",
                "TargetingRules[1].Value",
            ]
        );
        assert_eq!(fields(check("CreateTagModel", &json!([]))), ["Body"]);
        assert_eq!(
            fields(check(
                "CreateConfigRequest",
                &json!({"name": null, "evaluationVersion": "v3"})
            )),
            ["EvaluationVersion", "Name"]
        );
    }

    #[test]
    fn a_plain_value_is_a_boolean_a_text_or_a_number() {
        let update = |value: Value| check("UpdateSettingValueModel", &json!({ "value": value }));
        for value in [json!(true), json!("x"), json!(5), json!(5.5)] {
            assert_eq!(update(value), Problems::default());
        }
        assert_eq!(fields(update(json!(null))), ["Value"]);
        assert_eq!(fields(update(json!([1]))), ["Value"]);
    }
}
