//! What is kept of a description, and in which order.

use super::*;

#[test]
fn facts_have_no_prose() {
    let facts = reduce(&read(PETS).expect("PETS"));
    let text = canonical(&facts);
    for gone in [
        "Prose",
        "Rex",
        "2000-01",
        "summary",
        "x-extra",
        "example",
        "deprecated",
    ] {
        assert!(!text.contains(gone), "{gone}");
    }
    assert_eq!(
        facts["components"]["schemas"]["Pet"],
        json!({
            "type": "object",
            "required": ["name", "description"],
            "properties": {
                "name": {"type": "string", "maxLength": 20},
                "description": {"type": "string", "nullable": true},
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
            }
        })
    );
    assert_eq!(
        facts["paths"]["/houses/{house}/pets/{pet}"]["get"]["responses"]["200"]["description"],
        ""
    );
    read(&text).expect("facts are a description");
}

#[test]
fn names_are_kept_whatever_they_are() {
    let names = [
        "description",
        "title",
        "example",
        "examples",
        "x-name",
        "$ref",
        "default",
        "required",
        "enum",
    ];
    let properties: Map<_, _> = names
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                json!({"type": "string", "description": "Prose."}),
            )
        })
        .collect();
    let mut description = read(PETS).expect("PETS");
    description["components"]["schemas"]["Pet"]["properties"] = properties.into();
    let description = read(&description.to_string()).expect("odd names");
    let facts = reduce(&description);
    let kept = &facts["components"]["schemas"]["Pet"]["properties"];
    for name in names {
        assert_eq!(kept[name], json!({"type": "string"}), "{name}");
    }
}

#[test]
fn data_is_no_structure() {
    let data = json!({"$ref": "#/nowhere", "description": "kept", "required": ["b", "a"]});
    let mut description = read(PETS).expect("PETS");
    description["components"]["schemas"]["Pet"]["default"] = data.clone();
    description["components"]["schemas"]["Pet"]["enum"] = json!([data, null]);
    let description = read(&description.to_string()).expect("data");
    let text = canonical(&reduce(&description));
    let again: Value = serde_json::from_str(&text).expect("json");
    assert_eq!(again["components"]["schemas"]["Pet"]["default"], data);
    assert_eq!(
        again["components"]["schemas"]["Pet"]["enum"],
        json!([data, null])
    );
}

/// The same value with the keys of every object the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(reversed).collect(),
        Value::Object(object) => {
            let entries = object.iter().rev();
            let entries = entries.map(|(key, value)| (key.clone(), reversed(value)));
            entries.collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

#[test]
fn canonical_depends_on_the_facts_alone() {
    let (_, vendored) = vendored();
    for text in [PETS, &vendored] {
        let facts = reduce(&read(text).expect("description"));
        let bytes = canonical(&facts);
        assert!(bytes.ends_with("}\n"));
        let again: Value = serde_json::from_str(&bytes).expect("json");
        assert_eq!(again, facts_sorted_back(&facts, &again));
        assert_eq!(canonical(&again), bytes, "idempotent");
        assert_eq!(canonical(&reduce(&again)), bytes, "nothing left to reduce");
        assert_eq!(canonical(&reversed(&facts)), bytes, "order of keys");
        let yaml = yaml_serde::to_string(&reversed(&facts)).expect("yaml");
        assert_eq!(
            canonical(&reduce(&read(&yaml).expect("yaml"))),
            bytes,
            "YAML"
        );
    }
}

/// `facts`, where it equals `again` but for the order of parameters and required fields.
fn facts_sorted_back(facts: &Value, again: &Value) -> Value {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Array(items) => {
                let mut items: Vec<_> = items.iter().map(sorted).collect();
                items.sort_by_key(Value::to_string);
                items.into()
            }
            Value::Object(object) => {
                let mut entries: Vec<_> = object.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                let entries = entries.into_iter();
                let entries = entries.map(|(key, value)| (key.clone(), sorted(value)));
                entries.collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }
    assert_eq!(sorted(facts), sorted(again), "nothing lost or added");
    again.clone()
}

#[test]
fn canonical_order_is_the_stated_one() {
    let description = json!({
        "components": {"schemas": {"B": {"enum": ["z", "a"], "required": ["z", "a"]}, "A": {}}},
        "paths": {
            "/b": {},
            "/a/{y}/{x}": {
                "patch": {},
                "get": {
                    "parameters": [
                        {"in": "header", "name": "a"},
                        {"in": "query", "name": "b"},
                        {"in": "query", "name": "a"},
                        {"in": "path", "name": "x"},
                        {"in": "path", "name": "y"},
                    ]
                },
                "delete": {},
                "put": {},
                "post": {},
            },
        },
        "tags": [{"name": "z"}, {"name": "a"}],
        "info": {"version": "1", "title": "t"},
        "openapi": "3.0.4",
    });
    let bytes = canonical(&description);
    let text: String = bytes.split_whitespace().collect();
    assert_eq!(
        text,
        concat!(
            r#"{"openapi":"3.0.4","info":{"title":"t","version":"1"},"tags":[{"name":"z"},{"name":"a"}],"#,
            r#""paths":{"/a/{y}/{x}":{"get":{"parameters":[{"in":"path","name":"y"},{"in":"path","name":"x"},"#,
            r#"{"in":"query","name":"a"},{"in":"query","name":"b"},{"in":"header","name":"a"}]},"#,
            r#""put":{},"post":{},"delete":{},"patch":{}},"/b":{}},"#,
            r#""components":{"schemas":{"A":{},"B":{"enum":["z","a"],"required":["a","z"]}}}}"#,
        )
    );
    assert!(bytes.starts_with("{\n  \"openapi\": \"3.0.4\",\n"));
}

#[test]
fn reducing_and_ordering_bear_any_value() {
    for value in [
        json!(null),
        json!([1]),
        json!("text"),
        json!({"paths": [], "info": 1}),
    ] {
        let bytes = canonical(&reduce(&value));
        assert!(bytes.ends_with('\n'));
        assert!(facts::operations(&value).is_empty());
    }
    let odd = json!({"paths": {"/a{": {"get": 1, "parameters": {}}, "/b": 2}, "components": {"schemas": []}});
    assert_eq!(canonical(&reduce(&odd)), canonical(&odd));
    assert_eq!(facts::schemas(&odd).count(), 0);
}
