//! The published description, read once: each schema with what it refers to found, so that a request costs no look-ups by name.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use configcat_management::Operation;
use http::Method;
use serde_json::Value;

const DESCRIPTIONS: [&str; 2] = [
    include_str!("../../../spec/configcat/swagger.json"),
    include_str!("../../../spec/ada/openapi.json"),
];

/// Both APIs in one: no path and no schema of one has a name of the other.
static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| {
    let mut all = Description::default();
    all.schemas.push(Schema::Anything);
    for text in DESCRIPTIONS {
        let document: Value = serde_json::from_str(text)
            .expect("the description is part of this program, and is JSON");
        Reader {
            document: &document,
            known: HashMap::new(),
            all: &mut all,
        }
        .read();
    }
    all
});

#[derive(Debug, Default)]
struct Description {
    schemas: Vec<Schema>,
    names: HashMap<String, Reference>,
    /// By path, and there by method.
    operations: HashMap<String, Vec<(Method, Described)>>,
}

/// A schema among all; the first is the one of what is not described.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reference(usize);

impl Reference {
    pub(crate) fn schema(self) -> &'static Schema {
        DESCRIPTION.schemas.get(self.0).unwrap_or(&Schema::Anything)
    }
}

/// What a document has to be.
#[derive(Debug)]
pub(crate) enum Schema {
    Object {
        required: Vec<String>,
        properties: BTreeMap<String, Property>,
        /// What fields without a description have to be, if that is said.
        more: Option<Reference>,
    },
    List(Reference),
    Text {
        least: Option<u64>,
        most: Option<u64>,
        /// What it may be, if that is an enum.
        choices: Option<Vec<String>>,
        format: Option<Format>,
    },
    Whole {
        least: i64,
        most: i64,
    },
    Number,
    Boolean,
    OneOf(Vec<Reference>),
    Anything,
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Property {
    pub(crate) schema: Reference,
    pub(crate) nullable: bool,
}

/// What a text has to look like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Uuid,
    Time,
}

/// What is said of an operation.
#[derive(Debug, Default)]
pub(crate) struct Described {
    pub(crate) parameters: Vec<Parameter>,
    /// `None` if it takes none.
    pub(crate) body: Option<Reference>,
    /// The body of each answer by status; `None` if it has none. Debug builds check against it.
    pub(crate) answers: BTreeMap<String, Option<Reference>>,
}

/// An argument of a path or a query.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    /// Of each value, if it may be repeated.
    pub(crate) schema: Reference,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
}

/// What the description says of an operation.
pub(crate) fn of(operation: &Operation) -> &'static Described {
    static UNKNOWN: LazyLock<Described> = LazyLock::new(Described::default);
    let found = DESCRIPTION.operations.get(operation.path);
    let mut found = found.into_iter().flatten();
    let found = found.find(|(method, _)| *method == operation.method);
    found.map_or(&UNKNOWN, |(_, described)| described)
}

/// A schema of the description.
pub(crate) fn named(name: &str) -> &'static Schema {
    let found = DESCRIPTION.names.get(name);
    found.copied().unwrap_or_default().schema()
}

/// Reads a document into the description.
struct Reader<'a> {
    document: &'a Value,
    /// The schemas that were read already, or are being read, by where they stand.
    known: HashMap<*const Value, Reference>,
    all: &'a mut Description,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        let schemas = self.document["components"]["schemas"].as_object();
        for (name, schema) in schemas.into_iter().flatten() {
            let reference = self.schema(schema);
            self.all.names.insert(name.clone(), reference);
        }
        let paths = self.document["paths"].as_object();
        for (path, operations) in paths.into_iter().flatten() {
            for (method, operation) in operations.as_object().into_iter().flatten() {
                if let Ok(method) = method.to_ascii_uppercase().parse() {
                    let described = self.operation(operation);
                    let known = self.all.operations.entry(path.clone());
                    known.or_default().push((method, described));
                }
            }
        }
    }

    fn operation(&mut self, operation: &'a Value) -> Described {
        let mut described = Described::default();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let place = match parameter["in"].as_str() {
                Some("path") => Place::Path,
                Some("query") => Place::Query,
                _ => continue,
            };
            let schema = &parameter["schema"];
            described.parameters.push(Parameter {
                name: text(&parameter["name"]),
                place,
                required: parameter["required"] == true,
                schema: self.schema(schema.get("items").unwrap_or(schema)),
            });
        }
        let json = |content: &'a Value| &content["content"]["application/json"]["schema"];
        let body = &operation["requestBody"];
        described.body = (!body.is_null()).then(|| self.schema(json(body)));
        for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
            let schema = json(answer);
            let schema = (!schema.is_null()).then(|| self.schema(schema));
            described.answers.insert(status.clone(), schema);
        }
        described
    }

    fn schema(&mut self, schema: &'a Value) -> Reference {
        let schema = self.resolved(schema);
        let place: *const Value = schema;
        if let Some(known) = self.known.get(&place) {
            return *known;
        }
        let reference = Reference(self.all.schemas.len());
        self.known.insert(place, reference);
        self.all.schemas.push(Schema::Anything);
        let read = self.content(schema);
        if let Some(place) = self.all.schemas.get_mut(reference.0) {
            *place = read;
        }
        reference
    }

    /// Follows a reference, and an `allOf` that holds nothing but one.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap_or_default();
            return self.resolved(&self.document["components"]["schemas"][name]);
        }
        match &schema["allOf"][0] {
            Value::Null => schema,
            only => self.resolved(only),
        }
    }

    fn content(&mut self, schema: &'a Value) -> Schema {
        if let Some(choices) = schema["oneOf"].as_array() {
            return Schema::OneOf(choices.iter().map(|choice| self.schema(choice)).collect());
        }
        match schema["type"].as_str() {
            Some("object") => {
                let properties = schema["properties"].as_object().into_iter().flatten();
                let properties = properties.map(|(name, property)| {
                    let nullable = property["nullable"] == true;
                    let schema = self.schema(property);
                    (name.clone(), Property { schema, nullable })
                });
                Schema::Object {
                    properties: properties.collect(),
                    required: texts(&schema["required"]).unwrap_or_default(),
                    more: match &schema["additionalProperties"] {
                        more @ Value::Object(_) => Some(self.schema(more)),
                        _ => None,
                    },
                }
            }
            Some("array") => Schema::List(self.schema(&schema["items"])),
            Some("string") => Schema::Text {
                least: schema["minLength"].as_u64(),
                most: schema["maxLength"].as_u64(),
                choices: texts(&schema["enum"]),
                format: match schema["format"].as_str() {
                    Some("uuid") => Some(Format::Uuid),
                    Some("date-time") => Some(Format::Time),
                    _ => None,
                },
            },
            Some("integer") => {
                let (least, most) = match schema["format"].as_str() {
                    Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
                    _ => (i64::MIN, i64::MAX),
                };
                Schema::Whole {
                    least: schema["minimum"].as_i64().unwrap_or(least),
                    most: schema["maximum"].as_i64().unwrap_or(most),
                }
            }
            Some("number") => Schema::Number,
            Some("boolean") => Schema::Boolean,
            _ => Schema::Anything,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let texts = value.as_array()?.iter();
    Some(texts.map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use configcat_management::OPERATIONS;

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

    #[test]
    fn every_operation_is_described() {
        for operation in OPERATIONS {
            assert!(!of(operation).answers.is_empty(), "{operation}");
        }
    }

    /// Whatever a document is checked against by name is there, and every type of the description is one of those that are known.
    #[test]
    fn every_type_is_known() {
        for text in DESCRIPTIONS {
            let document: Value = serde_json::from_str(text).unwrap();
            let schemas = document["components"]["schemas"].as_object().unwrap();
            for (name, schema) in schemas {
                let open = schema.get("type").is_none()
                    && schema.get("oneOf").is_none()
                    && schema.get("allOf").is_none();
                let read = matches!(named(name), Schema::Anything);
                assert_eq!(read, open, "{name}");
            }
        }
    }
}
