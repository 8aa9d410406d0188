//! Requests as the service reads them: numbers without a fraction are whole, names of fields and values of enums may be in any
//! case, and ids of tags may be texts. What comes out is in the description's own form.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use crate::schema::Schema;

/// 2^53: up to here, every whole number has a decimal of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Puts a document into the form that its schema has it in. What fits nothing stays as it is, to be refused.
pub(crate) fn read(schema: &'static Schema, value: &mut Value) {
    match (schema, value) {
        (
            Schema::Object {
                properties, more, ..
            },
            Value::Object(fields),
        ) => {
            rename(properties, fields);
            for (name, field) in fields {
                let known = properties.get(name).map(|property| property.schema);
                let Some(property) = known.or(*more) else {
                    continue;
                };
                if name == "tags" {
                    field.as_array_mut().into_iter().flatten().for_each(id);
                }
                read(property.schema(), field);
            }
        }
        (Schema::List(items), Value::Array(elements)) => {
            for element in elements {
                read(items.schema(), element);
            }
        }
        (Schema::Whole { .. }, Value::Number(number)) => {
            if let Some(whole) = whole(number) {
                *number = whole;
            }
        }
        (Schema::Text { .. }, Value::String(text)) => {
            if let Some(known) = spelling(schema, text).filter(|known| known != text) {
                *text = known.to_string();
            }
        }
        _ => {}
    }
}

/// Gives fields the names that the description has for them, whatever the case in which they came.
fn rename<P>(properties: &BTreeMap<String, P>, fields: &mut Map<String, Value>) {
    let strange = fields.keys().filter(|name| !properties.contains_key(*name));
    for name in strange.cloned().collect::<Vec<_>>() {
        let mut known = properties.keys();
        let known = known.find(|known| known.eq_ignore_ascii_case(&name));
        if let Some(known) = known.filter(|known| !fields.contains_key(*known))
            && let Some(value) = fields.remove(&name)
        {
            fields.insert(known.clone(), value);
        }
    }
}

/// How the description spells a value of an enum, and JSON what is true or false.
pub(crate) fn spelling(schema: &'static Schema, text: &str) -> Option<&'static str> {
    let fits = |known: &&str| known.eq_ignore_ascii_case(text);
    match schema {
        Schema::Text {
            choices: Some(known),
            ..
        } => known.iter().map(String::as_str).find(fits),
        Schema::Boolean => ["true", "false"].into_iter().find(fits),
        _ => None,
    }
}

/// The same document with its numbers whole if they can be, so that 5 equals 5.0.
pub(crate) fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(whole) = whole(number) {
                *number = whole;
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        _ => {}
    }
}

/// A number without a fraction as a whole one, if it is not one already.
fn whole(number: &Number) -> Option<Number> {
    let value = number.as_f64().filter(|_| number.is_f64())?;
    (value.fract() == 0.0 && value.abs() <= EXACT).then(|| Number::from(value as i64))
}

/// An id that came as a text.
fn id(value: &mut Value) {
    if let Some(id) = value.as_str().and_then(|text| text.parse::<i64>().ok()) {
        *value = Value::from(id);
    }
}
