//! Descriptions that are not OpenAPI 3.0: what they have that 3.0 says otherwise.

use serde_json::{Map, Value};

use super::Problem;
use crate::facts;

/// Keywords of schemas that OpenAPI 3.0 does not have, and what to write instead.
const NEW_KEYWORDS: [(&str, &str); 19] = [
    ("const", "write `enum` with this one value"),
    ("prefixItems", "3.0 has lists of one sort of item only"),
    ("if", "3.0 has no conditions; write `oneOf`"),
    ("patternProperties", "write `additionalProperties`"),
    ("propertyNames", "3.0 cannot say it; leave it out"),
    ("unevaluatedProperties", "write `additionalProperties`"),
    ("unevaluatedItems", "3.0 cannot say it; leave it out"),
    ("dependentSchemas", "3.0 cannot say it; leave it out"),
    ("dependentRequired", "3.0 cannot say it; leave it out"),
    ("contains", "3.0 cannot say it; leave it out"),
    ("minContains", "3.0 cannot say it; leave it out"),
    ("maxContains", "3.0 cannot say it; leave it out"),
    ("$defs", "move the schemas to #/components/schemas"),
    ("$dynamicRef", "write `$ref`"),
    ("$anchor", "refer to the place by `$ref`"),
    ("$id", "refer to the place by `$ref`"),
    ("$schema", "leave it out"),
    ("contentEncoding", "write `format: byte` or `binary`"),
    ("contentMediaType", "write `format: binary`"),
];

/// Members that hold data or prose, where nothing is a keyword.
const DATA: [&str; 6] = ["default", "example", "examples", "enum", "const", "mapping"];

/// Members whose own members are names, not keywords.
const NAMES: [&str; 17] = [
    "paths",
    "webhooks",
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "schemas",
    "responses",
    "headers",
    "requestBodies",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
    "content",
    "variables",
    "encoding",
];

/// What has to change in a description of OpenAPI 3.1.
pub(super) fn three_one(description: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    if description.get("paths").is_none() {
        let what =
            "is not there; OpenAPI 3.0 demands it, and without operations there is no client";
        found.push(Problem::new("/paths", what));
    }
    let webhooks = description.get("webhooks").and_then(Value::as_object);
    if webhooks.is_some_and(|webhooks| !webhooks.is_empty()) {
        let what = "3.0 has none; leave them out";
        found.push(Problem::new("/webhooks", what));
    }
    if let Some(items) = description.pointer("/components/pathItems") {
        let _ = items;
        let what = "3.0 has none; write each under /paths";
        found.push(Problem::new("/components/pathItems", what));
    }
    newer(description, "", false, &mut found);
    let version = super::text_at(description, "/openapi");
    let first = match found.len() {
        0 => format!(
            "this is OpenAPI {version}, and the generator reads 3.0.x; nothing in it is new in 3.1, so write 3.0.4 here"
        ),
        places => format!(
            "this is OpenAPI {version}, and the generator reads 3.0.x; change the {places} places below, and write 3.0.4 \
             here"
        ),
    };
    found.insert(0, Problem::new("/openapi", first));
    found
}

/// Looks for what 3.1 has and 3.0 has not. `names` if the members are names.
fn newer(value: &Value, place: &str, names: bool, found: &mut Vec<Problem>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                newer(item, &facts::below(place, &index.to_string()), false, found);
            }
        }
        Value::Object(members) => {
            if !names {
                keywords(members, place, found);
            }
            for (name, member) in members {
                let is_data = DATA.contains(&name.as_str()) || name.starts_with("x-");
                if names || !is_data {
                    let within = facts::below(place, name);
                    let holds_names = !names
                        && (NAMES.contains(&name.as_str())
                            || (name == "parameters" && member.is_object()));
                    newer(member, &within, holds_names, found);
                }
            }
        }
        Value::Bool(_) if names => {
            let what = "is `true` or `false` where 3.0 wants a schema; write `{}`, or leave it out";
            found.push(Problem::new(place, what));
        }
        _ => {}
    }
}

fn keywords(members: &Map<String, Value>, place: &str, found: &mut Vec<Problem>) {
    let mut say = |name: &str, what: &str| {
        found.push(Problem::new(facts::below(place, name), what));
    };
    match members.get("type") {
        Some(Value::Array(types)) => {
            let others = types.iter().filter(|ty| *ty != "null").count();
            let nullable = others < types.len();
            say(
                "type",
                match (others, nullable) {
                    (1, true) => "is a list; write the one type, and `nullable: true`",
                    (1, false) => "is a list; write the one type",
                    _ => "is a list; write `oneOf` with a schema for each type",
                },
            );
        }
        Some(Value::String(ty)) if ty == "null" => {
            say(
                "type",
                "is `null`; write `nullable: true` beside the other type",
            );
        }
        _ => {}
    }
    for (keyword, instead) in NEW_KEYWORDS {
        if members.contains_key(keyword) {
            say(keyword, &format!("is new in 3.1; {instead}"));
        }
    }
    for (keyword, plain) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if members.get(keyword).is_some_and(Value::is_number) {
            let what = format!("is a number; write it as `{plain}`, and `{keyword}: true`");
            say(keyword, &what);
        }
    }
    let meant = |name: &&String| !matches!(name.as_str(), "$ref" | "summary" | "description");
    if members.get("$ref").is_some_and(Value::is_string) && members.keys().any(|name| meant(&name))
    {
        say(
            "$ref",
            "has members beside it, which mean nothing in 3.0; wrap it in `allOf`",
        );
    }
}

/// What has to change in a description of Swagger 2.0, or of something older.
pub(super) fn swagger(description: &Value) -> Vec<Problem> {
    let version = super::text_at(description, "/swagger");
    let mut found = vec![Problem::new(
        "/swagger",
        format!(
            "this is Swagger {version}, which came before OpenAPI 3.0; take the OpenAPI 3.0 form of the description if there \
             is one, or convert it: write `openapi: 3.0.4` here, and change what is listed below"
        ),
    )];
    let moves = [
        (
            "host",
            "goes into /servers, together with `schemes` and `basePath`",
        ),
        (
            "definitions",
            "goes to /components/schemas, and every `$ref` with it",
        ),
        ("parameters", "goes to /components/parameters"),
        ("responses", "goes to /components/responses"),
        ("securityDefinitions", "goes to /components/securitySchemes"),
        ("consumes", "goes into the `content` of every body"),
        ("produces", "goes into the `content` of every answer"),
    ];
    for (name, what) in moves {
        if description.get(name).is_some() {
            found.push(Problem::new(facts::below("", name), what));
        }
    }
    for operation in facts::operations(description) {
        let place = super::pointer(&operation);
        let parameters = operation.value.get("parameters").and_then(Value::as_array);
        let parameters = parameters.into_iter().flatten().enumerate();
        for (index, parameter) in parameters {
            let what = match parameter.get("in").and_then(Value::as_str) {
                Some("body") => "becomes the `requestBody` of the operation",
                Some("formData") => "becomes a property of the operation's `requestBody`",
                _ => continue,
            };
            let within = facts::below(&facts::below(&place, "parameters"), &index.to_string());
            found.push(Problem::new(within, what));
        }
        let answers = operation.value.get("responses").and_then(Value::as_object);
        for (status, answer) in answers.into_iter().flatten() {
            if answer.get("schema").is_some() {
                let within = facts::below(&facts::below(&place, "responses"), status);
                found.push(Problem::new(within, "`schema` goes into its `content`"));
            }
        }
    }
    found
}
