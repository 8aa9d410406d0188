//! The form of `config_v6.json`, written from ConfigCat's schema of it, for all tests that download one.

use serde_json::{Value, json};

/// Why a document does not have that form, and where.
pub(crate) fn check(document: &Value) -> Result<(), String> {
    jsonschema::validate(&schema(), document)
        .map_err(|error| format!("{error} at {}", error.instance_path()))
}

/// The form of the document, with nothing in it that SDKs do not know.
fn schema() -> Value {
    let object = |required: &[&str], properties: Value| json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties });
    let list = |of: &str| json!({ "type": "array", "items": { "$ref": of } });
    let one = |mut schema: Value, names: &[&str]| {
        let names = names.iter().map(|name| json!({ "required": [name] }));
        schema["oneOf"] = names.collect();
        schema
    };
    let text = json!({ "type": "string" });
    let name = json!({ "type": "string", "minLength": 1 });
    let two = json!({ "enum": [0, 1] });
    let id = json!({ "type": "string", "pattern": "^[0-9a-f]{8}$" });
    let value = json!({ "b": { "type": "boolean" }, "s": text, "i": { "type": "integer" }, "d": { "type": "number" } });
    let compared = json!({
        "a": name, "c": { "type": "integer", "minimum": 0, "maximum": 35 },
        "s": text, "d": { "type": "number" }, "l": { "type": "array", "items": text },
    });
    json!({
        "$ref": "#/$defs/config",
        "$defs": {
            "config": object(&["p", "s", "f"], json!({
                "p": object(&["u", "r", "s"], json!({
                    "u": { "type": "string", "pattern": "^https?://" }, "r": { "const": 0 }, "s": name,
                })),
                "s": list("#/$defs/segment"),
                "f": { "type": "object", "additionalProperties": { "$ref": "#/$defs/setting" } },
            })),
            "value": one(object(&[], value), &["b", "s", "i", "d"]),
            "user": one(object(&["a", "c"], compared), &["s", "d", "l"]),
            "segment": object(&["n", "r"], json!({ "n": name, "r": list("#/$defs/user") })),
            "condition": one(object(&[], json!({
                "u": { "$ref": "#/$defs/user" },
                "s": object(&["s", "c"], json!({ "s": { "type": "integer", "minimum": 0 }, "c": two })),
                "p": object(&["f", "c", "v"], json!({ "f": name, "c": two, "v": { "$ref": "#/$defs/value" } })),
            })), &["u", "s", "p"]),
            "share": object(&["p", "v", "i"], json!({
                "p": { "type": "integer", "minimum": 0, "maximum": 100 }, "v": { "$ref": "#/$defs/value" }, "i": id,
            })),
            "rule": one(object(&["c"], json!({
                "c": list("#/$defs/condition"),
                "s": object(&["v", "i"], json!({ "v": { "$ref": "#/$defs/value" }, "i": id })),
                "p": list("#/$defs/share"),
            })), &["s", "p"]),
            "setting": object(&["t", "v", "i"], json!({
                "t": { "enum": [0, 1, 2, 3] }, "v": { "$ref": "#/$defs/value" }, "i": id, "a": name,
                "r": list("#/$defs/rule"), "p": list("#/$defs/share"),
            })),
        },
    })
}
