//! The Rust that a schema becomes: enough of it to tell whether a program would notice.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Side;

/// How deep parts of schemas are looked into. Nobody writes that many levels; a circle has any number.
const MAX_DEPTH: usize = 32;

/// What a schema becomes, its nullability left out.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape<'a> {
    /// A type that is named: a schema's, or one of the standard library.
    Named(String),
    /// A struct of its own.
    Struct(&'a Value),
    /// An open enum of its own.
    Enum(Vec<String>),
    /// A closed enum of its own.
    Alternatives(&'a Value),
    /// `Vec`.
    List(&'a Value),
    /// A map from strings.
    Map(&'a Value),
}

impl Shape<'_> {
    /// The sort of it, in words.
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Shape::Named(_) => "a plain value",
            Shape::Struct(_) => "an object",
            Shape::Enum(_) => "an enum",
            Shape::Alternatives(_) => "one of several",
            Shape::List(_) => "a list",
            Shape::Map(_) => "a map",
        }
    }

    /// Whether an absent one reads as an empty one, so that it needs no `Option`.
    pub(super) fn may_be_empty(&self) -> bool {
        match self {
            Shape::List(_) | Shape::Map(_) => true,
            Shape::Named(name) => name == ANY_MAP,
            _ => false,
        }
    }
}

/// An object of which nothing is known.
const ANY_MAP: &str = "serde_json::Map";

/// A part of a struct.
pub(super) struct Field<'a> {
    pub(super) schema: &'a Value,
    pub(super) required: bool,
}

/// A schema without the wrapping that only says that it is nullable, and whether it is.
fn unwrap_nullable(schema: &Value) -> (&Value, bool) {
    let mut schema = schema;
    let mut nullable = false;
    for _ in 0..MAX_DEPTH {
        // What stands beside a `$ref` means nothing.
        let is_reference = schema.get("$ref").is_some();
        nullable |= !is_reference && schema.get("nullable") == Some(&Value::Bool(true));
        match schema
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            Some([part]) if schema.get("properties").is_none() => schema = part,
            _ => break,
        }
    }
    (schema, nullable)
}

impl<'a> Side<'a> {
    /// What a schema means: without wrapping, and without a name that only stands for a scalar or a list; and whether it may
    /// be null.
    pub(super) fn resolve_schema(&self, schema: &'a Value) -> (&'a Value, bool) {
        let (mut schema, mut nullable) = unwrap_nullable(schema);
        for _ in 0..MAX_DEPTH {
            let Some(named) = reference(schema).and_then(|name| self.names.get(name)) else {
                break;
            };
            let (inner, more) = unwrap_nullable(named);
            (schema, nullable) = (inner, nullable || more);
        }
        (schema, nullable)
    }

    /// What a schema becomes.
    pub(super) fn shape(&self, schema: &'a Value) -> Shape<'a> {
        let (schema, _) = self.resolve_schema(schema);
        if let Some(name) = reference(schema) {
            let own = self.source.types.get(name);
            return Shape::Named(own.map_or(name, String::as_str).to_owned());
        }
        let values: Vec<_> = crate::facts::values(schema).collect();
        let ty = schema.get("type").and_then(Value::as_str);
        if !values.is_empty() && matches!(ty, Some("string") | None) {
            return Shape::Enum(values);
        }
        for keyword in ["oneOf", "anyOf"] {
            if schema.get(keyword).is_some() {
                return Shape::Alternatives(schema);
            }
        }
        let is_object = ["allOf", "properties"]
            .iter()
            .any(|key| schema.get(*key).is_some());
        if is_object {
            return Shape::Struct(schema);
        }
        let format = schema.get("format").and_then(Value::as_str);
        Shape::Named(match (ty, format) {
            (Some("string"), Some("uuid")) => "Uuid".into(),
            (Some("string"), Some("date-time")) => "DateTime<Utc>".into(),
            (Some("string"), Some("date")) => "NaiveDate".into(),
            (Some("string"), Some("ip")) => "IpAddr".into(),
            (Some("string"), Some("ipv4")) => "Ipv4Addr".into(),
            (Some("string"), Some("ipv6")) => "Ipv6Addr".into(),
            (Some("string"), _) => "String".into(),
            (Some("integer"), format) => integer(format).into(),
            (Some("number"), Some("float")) => "f32".into(),
            (Some("number"), _) => "f64".into(),
            (Some("boolean"), _) => "bool".into(),
            (Some("array"), _) => match schema.get("items") {
                Some(items) => return Shape::List(items),
                None => "Vec<Value>".into(),
            },
            (Some("object"), _) => match schema.get("additionalProperties") {
                Some(values @ Value::Object(members)) if !members.is_empty() => {
                    return Shape::Map(values);
                }
                Some(Value::Bool(false)) => return Shape::Struct(schema),
                _ => ANY_MAP.into(),
            },
            _ => "Value".into(),
        })
    }

    /// The type as a program writes it.
    pub(super) fn rust(&self, schema: &'a Value) -> String {
        self.rust_within(schema, 0)
    }

    fn rust_within(&self, schema: &'a Value, depth: usize) -> String {
        if depth > MAX_DEPTH {
            return "…".into();
        }
        let inner = |schema: &'a Value| {
            let rust = self.rust_within(schema, depth + 1);
            match self.resolve_schema(schema).1 {
                true => format!("Option<{rust}>"),
                false => rust,
            }
        };
        match self.shape(schema) {
            Shape::Named(name) => name,
            Shape::Struct(_) => "struct".into(),
            Shape::Enum(_) => "enum".into(),
            Shape::Alternatives(_) => "one of several".into(),
            Shape::List(items) => format!("Vec<{}>", inner(items)),
            Shape::Map(values) => format!("BTreeMap<String, {}>", inner(values)),
        }
    }

    /// The fields of a struct, those of its parts included.
    pub(super) fn fields(&self, schema: &'a Value) -> BTreeMap<&'a str, Field<'a>> {
        let mut found = BTreeMap::new();
        let mut required = BTreeSet::new();
        let mut todo = vec![schema];
        let mut seen = 0;
        while let Some(part) = todo.pop() {
            seen += 1;
            if seen > 256 {
                break;
            }
            if let Some(target) = reference(part) {
                let schemas = self.description.pointer("/components/schemas");
                todo.extend(schemas.and_then(|schemas| schemas.get(target)));
                continue;
            }
            for (name, schema) in crate::facts::own_properties(part) {
                found.entry(name).or_insert(schema);
            }
            required.extend(texts(part, "required"));
            todo.extend(
                part.get("allOf")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten(),
            );
        }
        found
            .into_iter()
            .map(|(name, schema)| {
                let required = required.contains(name);
                (name, Field { schema, required })
            })
            .collect()
    }
}

/// The strings of a list.
pub(super) fn texts<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// The name of the schema that a `$ref` leads to.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

fn integer(format: Option<&str>) -> &'static str {
    match format {
        Some("int8") => "i8",
        Some("uint8") => "u8",
        Some("int16") => "i16",
        Some("uint16") => "u16",
        Some("int" | "int32") => "i32",
        Some("uint" | "uint32") => "u32",
        Some("uint64") => "u64",
        _ => "i64",
    }
}
