//! Descriptions that are made, as large as they are wanted.

use serde_json::{Map, Value, json};

/// A description with so many operations, and a schema of eight fields for each two of them. `words` is how much prose each
/// operation and field has, in bytes; the API's own description is about this size for each operation with 100.
pub(super) fn description(operations: usize, words: usize) -> Value {
    let prose = "What it is for, and when it is there. ".repeat(words / 38 + 1);
    let prose = &prose[..words];
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for index in 0..operations {
        let thing = format!("Thing{}", index / 2);
        let list = json!({"$ref": format!("#/components/schemas/{thing}")});
        let answer =
            json!({"description": prose, "content": {"application/json": {"schema": list}}});
        let parameter = |name: &str, place: &str, kind: &str| {
            json!({"name": name, "in": place, "required": place == "path", "description": prose,
                "schema": {"type": kind}})
        };
        let mut parameters = vec![parameter("thingId", "path", "string")];
        let (method, body) = match index % 2 {
            0 => ("get", None),
            _ => (
                "put",
                Some(json!({"required": true, "content": {"application/json": {"schema": list}}})),
            ),
        };
        parameters.extend((body.is_none()).then(|| parameter("limit", "query", "integer")));
        let mut operation = json!({
            "operationId": format!("{method}-thing-{}", index / 2),
            "tags": [format!("Things {}", index / 20)],
            "description": prose,
            "parameters": parameters,
            "responses": {"200": answer, "404": {"description": prose}},
        });
        if let Some(body) = body {
            operation["requestBody"] = body;
        }
        let path = format!("/v1/things{}/{{thingId}}", index / 2);
        paths.entry(path).or_insert_with(|| json!({}))[method] = operation;
        if index % 2 == 0 {
            schemas.insert(thing, schema(index / 2, prose));
        }
    }
    json!({
        "openapi": "3.0.4",
        "info": {"title": "Made", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

fn schema(number: usize, prose: &str) -> Value {
    let field = |kind: Value| {
        let mut field = kind;
        field["description"] = prose.into();
        field
    };
    let mut fields = json!({
        "thingId": field(json!({"type": "string", "format": "uuid"})),
        "name": field(json!({"type": "string", "maxLength": 255})),
        "order": field(json!({"type": "integer", "format": "int32"})),
        "share": field(json!({"type": "number", "format": "double"})),
        "isOn": field(json!({"type": "boolean"})),
        "createdAt": field(json!({"type": "string", "format": "date-time"})),
        "kind": field(json!({"type": "string", "enum": ["small", "large", format!("kind{number}")]})),
        "labels": field(json!({"type": "array", "items": {"type": "string"}})),
    });
    if number > 0 {
        // A tree: each schema needs a few others.
        let before = number / 2;
        fields["before"] = json!({"$ref": format!("#/components/schemas/Thing{before}")});
    }
    json!({"type": "object", "description": prose, "required": ["thingId", "name"], "properties": fields})
}
