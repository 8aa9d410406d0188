//! Answers made from the description: every property of a schema gets a value.

use serde_json::{Map, Value, json};

use super::description::Description;

/// What an answer is to look like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Which of an enum's values and which of a setting's types to begin with.
    pub(crate) variant: usize,
    /// What becomes of what may be `null`.
    pub(crate) nullable: Nullable,
    /// Whether there are enum values and properties that this release does not know.
    pub(crate) of_tomorrow: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nullable {
    Filled,
    Null,
    Absent,
}

/// A property that no release knows.
pub(crate) const ADDED: &str = "addedTomorrow";

/// An instance of a schema. No two of its texts and numbers are alike, so that none can stand in for another.
pub(crate) fn sample(description: &Description, schema: &Value, style: Style) -> Value {
    let mut maker = Maker {
        description,
        style,
        made: style.variant,
        depth: 0,
    };
    maker.value("answer", schema)
}

struct Maker<'a> {
    description: &'a Description,
    style: Style,
    made: usize,
    depth: usize,
}

impl<'a> Maker<'a> {
    fn value(&mut self, name: &str, schema: &'a Value) -> Value {
        let (schema, nullable) = self.description.resolve(schema);
        if nullable && self.style.nullable != Nullable::Filled {
            return Value::Null;
        }
        self.made += 1;
        let made = self.made;
        if schema["oneOf"].is_array() {
            // The one schema that has it is the value of a setting.
            let values = [
                json!(true),
                json!("välue"),
                json!(5),
                json!(5.5),
                json!(-6.0),
            ];
            return values[made % values.len()].clone();
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("string"), Some("uuid")) => {
                json!(format!("{made:08x}-0000-4000-8000-0000000000ab"))
            }
            (Some("string"), Some("date-time")) => match made % 2 {
                0 => json!(format!(
                    "2026-11-22T10:{:02}:{:02}Z",
                    made / 60 % 60,
                    made % 60
                )),
                _ => json!(format!("2026-11-22T10:15:30.{:03}Z", 1 + made % 999)),
            },
            (Some("string"), _) => match &schema["enum"] {
                Value::Array(_) if self.style.of_tomorrow => {
                    json!(format!("{name} of tomorrow, {made}"))
                }
                Value::Array(values) => values[made % values.len()].clone(),
                _ => json!(format!("{name} {made} \"ä/ß\" \\ 🐱")),
            },
            (Some("integer"), Some("int32")) => json!(made),
            (Some("integer"), _) => json!(9_007_199_254_740_993_i64 + made as i64),
            (Some("number"), _) => json!(made as f64 + 0.25),
            (Some("boolean"), _) => json!(made % 2 == 1),
            (Some("array"), _) => json!([
                self.value(name, &schema["items"]),
                self.value(name, &schema["items"])
            ]),
            (Some("object"), _) => Value::Object(self.object(schema)),
            other => panic!("no sample of {other:?} so far: {schema}"),
        }
    }

    fn object(&mut self, schema: &'a Value) -> Map<String, Value> {
        self.depth += 1;
        assert!(self.depth < 30, "a schema holds itself: {schema}");
        let mut object = Map::new();
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let value = self.value(name, schema);
            if !(value.is_null() && self.style.nullable == Nullable::Absent) {
                object.insert(name.clone(), value);
            }
        }
        match &schema["additionalProperties"] {
            values @ Value::Object(_) => {
                for key in ["a/ü", "incoming_webhook.url"] {
                    object.insert(key.to_string(), self.value(key, values));
                }
            }
            _ if self.style.of_tomorrow => {
                object.insert(ADDED.to_string(), json!({"list": [1, null]}));
            }
            _ => {}
        }
        self.depth -= 1;
        object
    }
}

/// A value without `null`s and without what was added: what is left when a release of today has read and written
/// it.
pub(crate) fn known(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .filter(|(name, value)| name != ADDED && !value.is_null())
            .map(|(name, value)| (name, known(value)))
            .collect(),
        Value::Array(list) => list.into_iter().map(known).collect(),
        value => value,
    }
}
