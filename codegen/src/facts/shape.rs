//! What of OpenAPI 3.0 is a fact, as data. Reducing, checking and ordering all walk a description along these tables.

use serde_json::{Map, Value};

/// What a member of a description holds.
#[derive(Debug)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// A string that OpenAPI demands and that holds prose: it is kept empty.
    Blank,
    /// The name of a schema, or a `$ref` to one.
    Target,
    /// A boolean.
    Flag,
    /// A boolean that says something only if it is true.
    Mark,
    /// A number.
    Number,
    /// Any value: data, not structure.
    Data,
    /// A list of data.
    Values,
    /// A list of strings in no particular order.
    Names,
    /// An object of a known shape.
    One(&'static Shape),
    /// A boolean, or an object of a known shape.
    FlagOr(&'static Shape),
    /// A list.
    List(&'static Kind),
    /// An object whose keys are names.
    Map(&'static Kind),
    /// An object whose keys are names, or, with `x-` in front, extensions.
    Extensible(&'static Kind),
}

/// What an object holds.
#[derive(Debug)]
pub(super) struct Shape {
    /// The part of `components` where `$ref`s from here lead to; none if there can be no `$ref`.
    pub(super) section: Option<&'static str>,
    /// What must be there, unless a `$ref` stands for everything.
    pub(super) demanded: &'static [&'static str],
    /// Keys that come before the others, in this order.
    pub(super) first: &'static [&'static str],
    /// What is kept.
    pub(super) members: &'static [(&'static str, Kind)],
}

impl Shape {
    /// The `$ref` that stands for an object, if there may be one.
    pub(super) fn reference<'a>(&self, object: &'a Map<String, Value>) -> Option<&'a Value> {
        self.section.and_then(|_| object.get("$ref"))
    }

    /// What a member holds, if it is one that is kept.
    pub(super) fn member(&self, name: &str) -> Option<&'static Kind> {
        let mut members = self.members.iter();
        members.find(|(key, _)| *key == name).map(|(_, kind)| kind)
    }
}

/// A shape without a `$ref`, in plain order.
const PLAIN: Shape = Shape {
    section: None,
    demanded: &[],
    first: &[],
    members: &[],
};

/// The whole description.
pub(super) static DOCUMENT: Shape = Shape {
    demanded: &["openapi", "info", "paths"],
    first: &[
        "openapi",
        "info",
        "servers",
        "security",
        "tags",
        "paths",
        "components",
    ],
    members: &[
        ("openapi", Kind::Text),
        ("info", Kind::One(&INFO)),
        ("servers", Kind::List(&Kind::One(&SERVER))),
        ("security", SECURITY),
        ("tags", Kind::List(&Kind::One(&TAG))),
        ("paths", Kind::Extensible(&Kind::One(&PATH_ITEM))),
        ("components", Kind::One(&COMPONENTS)),
    ],
    ..PLAIN
};

static INFO: Shape = Shape {
    demanded: &["title", "version"],
    first: &["title"],
    members: &[("title", Kind::Text), ("version", Kind::Text)],
    ..PLAIN
};

static SERVER: Shape = Shape {
    demanded: &["url"],
    members: &[("url", Kind::Text)],
    ..PLAIN
};

static TAG: Shape = Shape {
    demanded: &["name"],
    members: &[("name", Kind::Text)],
    ..PLAIN
};

/// Alternatives; each names security schemes, and scopes of each.
const SECURITY: Kind = Kind::List(&Kind::Map(&Kind::List(&Kind::Text)));

static PATH_ITEM: Shape = Shape {
    section: Some("pathItems"),
    first: &[
        "parameters",
        "get",
        "put",
        "post",
        "delete",
        "patch",
        "head",
        "options",
        "trace",
    ],
    members: &[
        ("parameters", Kind::List(&Kind::One(&PARAMETER))),
        ("get", Kind::One(&OPERATION)),
        ("put", Kind::One(&OPERATION)),
        ("post", Kind::One(&OPERATION)),
        ("delete", Kind::One(&OPERATION)),
        ("patch", Kind::One(&OPERATION)),
        ("head", Kind::One(&OPERATION)),
        ("options", Kind::One(&OPERATION)),
        ("trace", Kind::One(&OPERATION)),
    ],
    ..PLAIN
};

pub(super) static OPERATION: Shape = Shape {
    demanded: &["responses"],
    members: &[
        ("operationId", Kind::Text),
        ("tags", Kind::List(&Kind::Text)),
        ("deprecated", Kind::Mark),
        ("parameters", Kind::List(&Kind::One(&PARAMETER))),
        ("requestBody", Kind::One(&REQUEST_BODY)),
        ("responses", Kind::Extensible(&Kind::One(&RESPONSE))),
        ("security", SECURITY),
    ],
    ..PLAIN
};

pub(super) static PARAMETER: Shape = Shape {
    section: Some("parameters"),
    demanded: &["name", "in"],
    members: &[
        ("name", Kind::Text),
        ("in", Kind::Text),
        ("required", Kind::Flag),
        ("deprecated", Kind::Mark),
        ("style", Kind::Text),
        ("explode", Kind::Flag),
        ("schema", Kind::One(&SCHEMA)),
        ("content", Kind::Map(&Kind::One(&MEDIA_TYPE))),
    ],
    ..PLAIN
};

static REQUEST_BODY: Shape = Shape {
    section: Some("requestBodies"),
    demanded: &["content"],
    members: &[
        ("required", Kind::Flag),
        ("content", Kind::Map(&Kind::One(&MEDIA_TYPE))),
    ],
    ..PLAIN
};

pub(super) static RESPONSE: Shape = Shape {
    section: Some("responses"),
    members: &[
        ("description", Kind::Blank),
        ("content", Kind::Map(&Kind::One(&MEDIA_TYPE))),
    ],
    ..PLAIN
};

static MEDIA_TYPE: Shape = Shape {
    members: &[("schema", Kind::One(&SCHEMA))],
    ..PLAIN
};

pub(super) static SCHEMA: Shape = Shape {
    section: Some("schemas"),
    members: &[
        ("type", Kind::Text),
        ("format", Kind::Text),
        ("nullable", Kind::Flag),
        ("required", Kind::Names),
        ("properties", Kind::Map(&Kind::One(&SCHEMA))),
        ("additionalProperties", Kind::FlagOr(&SCHEMA)),
        ("items", Kind::One(&SCHEMA)),
        ("enum", Kind::Values),
        ("default", Kind::Data),
        ("allOf", Kind::List(&Kind::One(&SCHEMA))),
        ("oneOf", Kind::List(&Kind::One(&SCHEMA))),
        ("anyOf", Kind::List(&Kind::One(&SCHEMA))),
        ("not", Kind::One(&SCHEMA)),
        ("discriminator", Kind::One(&DISCRIMINATOR)),
        ("minLength", Kind::Number),
        ("maxLength", Kind::Number),
        ("pattern", Kind::Text),
        ("minimum", Kind::Number),
        ("maximum", Kind::Number),
        ("exclusiveMinimum", Kind::Flag),
        ("exclusiveMaximum", Kind::Flag),
        ("multipleOf", Kind::Number),
        ("minItems", Kind::Number),
        ("maxItems", Kind::Number),
        ("uniqueItems", Kind::Flag),
        ("minProperties", Kind::Number),
        ("maxProperties", Kind::Number),
        ("readOnly", Kind::Flag),
        ("writeOnly", Kind::Flag),
        ("deprecated", Kind::Mark),
    ],
    ..PLAIN
};

static DISCRIMINATOR: Shape = Shape {
    demanded: &["propertyName"],
    members: &[
        ("propertyName", Kind::Text),
        ("mapping", Kind::Map(&Kind::Target)),
    ],
    ..PLAIN
};

static COMPONENTS: Shape = Shape {
    members: &[
        ("schemas", Kind::Map(&Kind::One(&SCHEMA))),
        ("parameters", Kind::Map(&Kind::One(&PARAMETER))),
        ("requestBodies", Kind::Map(&Kind::One(&REQUEST_BODY))),
        ("responses", Kind::Map(&Kind::One(&RESPONSE))),
        ("securitySchemes", Kind::Map(&Kind::One(&SECURITY_SCHEME))),
    ],
    ..PLAIN
};

static SECURITY_SCHEME: Shape = Shape {
    section: Some("securitySchemes"),
    demanded: &["type"],
    members: &[
        ("type", Kind::Text),
        ("scheme", Kind::Text),
        ("bearerFormat", Kind::Text),
        ("name", Kind::Text),
        ("in", Kind::Text),
        ("openIdConnectUrl", Kind::Text),
        ("flows", Kind::Extensible(&Kind::One(&FLOW))),
    ],
    ..PLAIN
};

static FLOW: Shape = Shape {
    members: &[
        ("authorizationUrl", Kind::Text),
        ("tokenUrl", Kind::Text),
        ("refreshUrl", Kind::Text),
        ("scopes", Kind::Map(&Kind::Blank)),
    ],
    ..PLAIN
};

/// Keeps of a value what its kind lists. What is not of its kind at all stays as it is: refusing it is not done here.
pub(super) fn reduce(value: &Value, kind: &Kind) -> Value {
    match (kind, value) {
        (Kind::Blank, _) => Value::from(""),
        (Kind::One(shape) | Kind::FlagOr(shape), Value::Object(object)) => {
            reduce_object(object, shape).into()
        }
        (Kind::List(kind), Value::Array(items)) => {
            items.iter().map(|item| reduce(item, kind)).collect()
        }
        (Kind::Map(kind), Value::Object(object)) => reduce_map(object, kind, |_| true).into(),
        (Kind::Extensible(kind), Value::Object(object)) => {
            reduce_map(object, kind, |name| !name.starts_with("x-")).into()
        }
        _ => value.clone(),
    }
}

/// A `$ref` stands alone, as OpenAPI 3.0 has it; all else beside it means nothing.
fn reduce_object(object: &Map<String, Value>, shape: &Shape) -> Map<String, Value> {
    if let Some(target) = shape.reference(object) {
        return Map::from_iter([("$ref".to_owned(), target.clone())]);
    }
    let mut kept = Map::new();
    for (name, kind) in shape.members {
        match (kind, object.get(*name)) {
            (Kind::Mark, Some(Value::Bool(false))) => {}
            (Kind::Blank, None) => {
                kept.insert((*name).to_owned(), Value::from(""));
            }
            (_, Some(value)) => {
                kept.insert((*name).to_owned(), reduce(value, kind));
            }
            (_, None) => {}
        }
    }
    kept
}

fn reduce_map(
    object: &Map<String, Value>,
    kind: &Kind,
    keep: impl Fn(&str) -> bool,
) -> Map<String, Value> {
    object
        .iter()
        .filter(|(name, _)| keep(name))
        .map(|(name, value)| (name.clone(), reduce(value, kind)))
        .collect()
}
