//! From the arguments of a call to the request that is sent.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde::Serialize;

use crate::engine::check::{Check, Checked, Place, Violation};
use crate::engine::limit::target::Target;
use crate::{Error, Operation, Result, Secret};

/// A request that is ready to be sent, and can be sent again.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) operation: &'static Operation,
    /// The path, that of the base URL included, and encoded.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

impl Request {
    /// What it counts against at the rate limit: its kind, operation and path.
    pub(crate) fn target(&self) -> Target {
        Target::new(self.operation.is_read_only(), self.operation.id, &self.path)
    }
}

/// Writes a request, one argument after the other. The first argument that cannot be sent decides the outcome.
#[derive(Debug)]
pub(crate) struct RequestBuilder {
    request: Request,
    problem: Option<Violation>,
}

impl RequestBuilder {
    /// A request to a path below that of `base`.
    pub(crate) fn new(operation: &'static Operation, base: &Url) -> Self {
        let base = base.path().trim_end_matches('/');
        let mut path = String::with_capacity(base.len() + operation.path.len() + 64);
        path.push_str(base);
        RequestBuilder {
            request: Request {
                operation,
                path,
                query: None,
                headers: HeaderMap::new(),
                body: None,
            },
            problem: None,
        }
    }

    /// Part of the path, as it is.
    pub(crate) fn path(mut self, text: &'static str) -> Self {
        self.request.path.push_str(text);
        self
    }

    /// One segment of the path. An empty one would address something else, and so would `.` and `..`, encoded or not.
    pub(crate) fn segment(mut self, name: &'static str, value: &impl Parameter) -> Self {
        value.write(&mut self.request.path);
        let problem = match self.request.path.rsplit('/').next() {
            None | Some("") => "is empty; the path needs a value".to_string(),
            Some(dots @ ("." | "..")) => format!("is `{dots}`, which a path cannot carry"),
            Some(_) => return self,
        };
        self.refuse(name, problem)
    }

    /// One query parameter: nothing if there is no value, one pair for each element of a list.
    pub(crate) fn query(mut self, name: &'static str, value: &impl Query) -> Self {
        value.each(&mut |value| {
            let query = self.request.query.get_or_insert_default();
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            value.write(query);
        });
        self
    }

    /// One header: nothing if there is no value. Its text goes as it is.
    #[allow(dead_code)] // No header of today's descriptions is for everyone to see; a refresh may bring one.
    pub(crate) fn header(self, name: &'static str, value: &impl Query) -> Self {
        let mut text = None;
        value.each(&mut |value| text = Some(value.plain()));
        match text {
            Some(text) => self.put_header(name, &text, false),
            None => self,
        }
    }

    /// One header that is a secret: marked as sensitive, and not shown if it cannot be sent.
    pub(crate) fn secret_header(self, name: &'static str, value: &Secret) -> Self {
        match value.expose() {
            "" => self.refuse(name, "is empty"),
            text if text.trim() != text => self.refuse(name, "begins or ends with white space"),
            text => self.put_header(name, text, true),
        }
    }

    fn put_header(mut self, name: &'static str, text: &str, is_secret: bool) -> Self {
        let header = HeaderName::from_bytes(name.as_bytes());
        let (Ok(header), Ok(mut value)) = (header, HeaderValue::from_str(text)) else {
            return self.refuse(name, "has characters that a header cannot carry");
        };
        value.set_sensitive(is_secret);
        self.request.headers.insert(header, value);
        self
    }

    /// Something that must hold before anything is sent.
    pub(crate) fn check(mut self, check: impl FnOnce(&Place<'_>) -> Checked) -> Self {
        self.problem = self.problem.or(check(&Place::root("query")).err());
        self
    }

    /// The body.
    pub(crate) fn json(mut self, body: &(impl Serialize + Check)) -> Self {
        if let Err(violation) = body.check(&Place::body(self.request.operation)) {
            self.problem.get_or_insert(violation);
            return self;
        }
        match serde_json::to_vec(body) {
            Ok(bytes) => {
                let json = HeaderValue::from_static("application/json");
                self.request.headers.insert(header::CONTENT_TYPE, json);
                self.request.body = Some(bytes.into());
                self
            }
            Err(error) => self.refuse("body", format!("cannot be written as JSON: {error}")),
        }
    }

    /// The request, or why there is none.
    pub(crate) fn finish(self) -> Result<Request> {
        match self.problem {
            None => Ok(self.request),
            Some(violation) => Err(Error::invalid(self.request.operation, violation)),
        }
    }

    fn refuse(mut self, name: &str, problem: impl Into<String>) -> Self {
        self.problem
            .get_or_insert_with(|| Violation::new(name, problem));
        self
    }
}

/// All but RFC 3986's unreserved characters is encoded, so that no value ends a segment, starts a query or climbs.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A value that a URL can carry.
pub(crate) trait Parameter {
    /// Writes it, percent-encoded.
    fn write(&self, url: &mut String);

    /// What stands in a URL for it, decoded.
    fn plain(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned()
    }
}

impl Parameter for str {
    fn write(&self, url: &mut String) {
        url.extend(utf8_percent_encode(self, ENCODED));
    }
}

impl<T: Parameter + ?Sized> Parameter for &T {
    fn write(&self, url: &mut String) {
        (**self).write(url);
    }
}

impl Parameter for String {
    fn write(&self, url: &mut String) {
        self.as_str().write(url);
    }
}

impl Parameter for chrono::DateTime<chrono::Utc> {
    fn write(&self, url: &mut String) {
        self.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
            .write(url);
    }
}

macro_rules! plain {
    ($($rust:ty),*) => {
        $(impl Parameter for $rust {
            fn write(&self, url: &mut String) {
                // Writing to a string does not fail, and none of these has a character to encode.
                let _ = write!(url, "{self}");
            }
        })*
    };
}

plain!(bool, i32, i64, uuid::Uuid);

/// A regular expression for a value in a path.
#[cfg(feature = "httpmock")]
pub(crate) fn pattern(value: &impl Parameter) -> String {
    let mut text = String::new();
    value.write(&mut text);
    regex::escape(&text)
}

/// What a query parameter may hold: a value, none, or a list of them.
pub(crate) trait Query {
    /// Calls `f` with each value.
    fn each(&self, f: &mut dyn FnMut(&dyn Parameter));
}

impl<T: Parameter> Query for T {
    fn each(&self, f: &mut dyn FnMut(&dyn Parameter)) {
        f(self);
    }
}

impl<T: Query> Query for Option<T> {
    fn each(&self, f: &mut dyn FnMut(&dyn Parameter)) {
        self.iter().for_each(|value| value.each(f));
    }
}

impl<T: Parameter> Query for Vec<T> {
    fn each(&self, f: &mut dyn FnMut(&dyn Parameter)) {
        self.iter().for_each(|value| f(value));
    }
}
