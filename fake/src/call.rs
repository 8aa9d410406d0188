//! A request on its way in, and an answer on its way out.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use configcat_management::Secret;
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::lenient;
use crate::reply::reply;
use crate::schema::{self, Described};

/// A request that fits an operation of the description.
#[derive(Debug)]
pub(crate) struct Call {
    /// What the description says of the operation.
    pub(crate) described: &'static Described,
    /// The arguments of the path, decoded.
    pub(crate) path: Vec<(&'static str, String)>,
    /// The query, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) sdk_key: Option<Secret>,
    /// `Null` if the operation has none.
    pub(crate) body: Value,
    pub(crate) now: DateTime<Utc>,
}

impl Call {
    /// An argument of the path.
    pub(crate) fn path<T: FromStr>(&self, name: &str) -> Result<T, Refusal> {
        let given = self.path.iter().find(|(given, _)| *given == name);
        let text = given.map(|(_, text)| text.as_str()).unwrap_or_default();
        text.parse()
            .map_err(|_| Refusal::field(name, format!("`{text}` is not valid here.")))
    }

    /// An argument of the query; `None` if it is not given.
    pub(crate) fn query<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let given = self.query.iter().find(|(given, _)| given == name);
        let Some((_, text)) = given.filter(|(_, text)| !text.is_empty()) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(Refusal::field(name, format!("`{text}` is not valid here."))),
        }
    }

    /// All values of an argument of the query that may be repeated.
    pub(crate) fn queries<T: FromStr>(&self, name: &str) -> Result<Vec<T>, Refusal> {
        let given = self.query.iter().filter(|(given, _)| given == name);
        let parse = |(_, text): &(String, String)| {
            let wrong = |_| Refusal::field(name, format!("`{text}` is not valid here."));
            text.parse().map_err(wrong)
        };
        given
            .filter(|(_, text)| !text.is_empty())
            .map(parse)
            .collect()
    }

    /// Why the caller makes the change, if the query says so.
    pub(crate) fn reason(&self) -> Option<&str> {
        let given = self.query.iter().find(|(given, _)| given == "reason");
        given
            .map(|(_, text)| text.trim())
            .filter(|text| !text.is_empty())
    }

    /// The body, which has been checked against the description.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        read(&self.body)
    }
}

/// A document of the description, checked, as a type.
pub(crate) fn read_as<T: DeserializeOwned>(schema: &str, document: &Value) -> Result<T, Refusal> {
    let mut document = document.clone();
    let schema = schema::named(schema);
    lenient::read(schema, &mut document);
    schema::check(schema, &document).none()?;
    read(&document)
}

fn read<T: DeserializeOwned>(document: &Value) -> Result<T, Refusal> {
    T::deserialize(document).map_err(|error| Refusal::body(error.to_string()))
}

/// What becomes of something when the fields that are given are changed, and the others stay.
pub(crate) fn merge<T: Serialize + DeserializeOwned>(
    before: &T,
    wanted: &impl Serialize,
) -> Result<T, Refusal> {
    let wrong = |error: serde_json::Error| Refusal::body(error.to_string());
    let mut document = serde_json::to_value(before).map_err(wrong)?;
    let wanted = serde_json::to_value(wanted).map_err(wrong)?;
    for (name, value) in wanted.as_object().into_iter().flatten() {
        if !value.is_null() {
            document[name] = value.clone();
        }
    }
    read(&document)
}

/// A success.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Vec<u8>>,
    /// Where to look instead.
    pub(crate) location: Option<String>,
}

impl Answer {
    /// 200 with a body.
    pub(crate) fn ok(body: &impl Serialize) -> Result<Self, Refusal> {
        Answer::with(StatusCode::OK, body)
    }

    /// 201 with what was created.
    pub(crate) fn created(body: &impl Serialize) -> Result<Self, Refusal> {
        Answer::with(StatusCode::CREATED, body)
    }

    /// 200 without a body.
    pub(crate) fn done() -> Result<Self, Refusal> {
        Ok(Answer::empty(StatusCode::OK))
    }

    /// 204.
    pub(crate) fn none() -> Result<Self, Refusal> {
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    /// 302.
    pub(crate) fn found(location: String) -> Self {
        Answer {
            location: Some(location),
            ..Answer::empty(StatusCode::FOUND)
        }
    }

    /// A status alone.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Answer {
            status,
            body: None,
            location: None,
        }
    }

    fn with(status: StatusCode, body: &impl Serialize) -> Result<Self, Refusal> {
        match serde_json::to_vec(body) {
            Ok(body) => Ok(Answer {
                body: Some(body),
                ..Answer::empty(status)
            }),
            Err(error) => Err(Refusal::text(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("The answer cannot be written: {error}."),
            )),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        reply(Ok(self))
    }
}

/// What ASP.NET calls a body that is no JSON, or of a wrong type.
pub(crate) const WHOLE: &str = "$";
/// What it calls one that is missing.
pub(crate) const NOTHING: &str = "";

/// A failure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) reason: Reason,
}

/// What a failure says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reason {
    /// Plain text.
    Text(String),
    /// `{"Name": ["must not be empty"]}`
    Fields(BTreeMap<String, Vec<String>>),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        reply(Err(self))
    }
}

impl Refusal {
    pub(crate) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        let reason = Reason::Text(text.into());
        Refusal { status, reason }
    }

    /// 400, because of one field.
    pub(crate) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut problems = Problems::default();
        problems.add(field, message);
        problems.into()
    }

    /// 400, because of the body as a whole.
    pub(crate) fn body(message: impl Into<String>) -> Self {
        Refusal::field(WHOLE, message)
    }

    /// 404.
    pub(crate) fn unknown(what: &str, id: impl Display) -> Self {
        Refusal::text(StatusCode::NOT_FOUND, format!("There is no {what} `{id}`."))
    }
}

/// What is wrong with the fields of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Problems(BTreeMap<String, Vec<String>>);

impl Problems {
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.entry(field.into()).or_default().push(message.into());
    }

    /// Notes a problem if a name is one of those that are taken, whatever the case. `None` is the name of a request that gives none, and
    /// is never taken: something may well have the empty name.
    pub(crate) fn demand_unique<'a>(
        &mut self,
        field: &str,
        name: Option<&str>,
        taken: impl IntoIterator<Item = &'a str>,
    ) {
        let Some(name) = name else {
            return;
        };
        let lower = name.to_lowercase();
        let is_taken = |taken: &str| match name.is_ascii() && taken.is_ascii() {
            true => taken.eq_ignore_ascii_case(name),
            false => taken.to_lowercase() == lower,
        };
        self.demand_free(field, !taken.into_iter().any(is_taken));
    }

    /// Notes a problem if a name is taken.
    pub(crate) fn demand_free(&mut self, field: &str, is_free: bool) {
        if !is_free {
            let what = field.rsplit('.').next().unwrap_or(field).to_lowercase();
            self.add(
                field,
                format!("This {what} is already in use. Please, choose another one."),
            );
        }
    }

    /// An error if there is a problem.
    pub(crate) fn none(self) -> Result<(), Refusal> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(self.into()),
        }
    }
}

impl From<Problems> for Refusal {
    fn from(problems: Problems) -> Self {
        Refusal {
            status: StatusCode::BAD_REQUEST,
            reason: Reason::Fields(problems.0),
        }
    }
}

/// The id of something new.
pub(crate) fn new_id<T: From<Uuid>>() -> T {
    Uuid::new_v4().into()
}
