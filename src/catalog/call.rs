//! From the arguments of a call by name to the request, and from the answer to JSON.

use serde_json::Value;

use super::arguments::BODY;
use super::{Catalog, Place, Tool};
use crate::engine::check;
use crate::engine::core::Core;
use crate::engine::request::{Parameter, Request, RequestBuilder};
use crate::patch::check_json;
use crate::{Client, Error, ResponseValue, Result, Secret};

impl Client {
    /// The operations that [`call`](Client::call) can make, with what is known of each. Cargo feature `catalog`.
    pub fn catalog(&self) -> &'static Catalog {
        Catalog::configcat()
    }

    /// Makes the call that has this name, with arguments as JSON. Cargo feature `catalog`.
    ///
    /// The name is the tool name (`configs.createConfig`), an older one, or the operation's id (`create-config`). The
    /// arguments are one object: parameters under the API's own names (`configId`, `X-CONFIGCAT-SDKKEY`), and the body as
    /// `body`. `null` stands for no arguments, and an optional parameter that is `null` for one that is not given.
    ///
    /// What goes over the wire is what the typed call would send, paced and repeated as all calls are. The value is the
    /// server's JSON with all that it holds, also what this release does not know; `null` if there is none.
    ///
    /// ```no_run
    /// # async fn example(client: configcat_management::Client) -> configcat_management::Result<()> {
    /// let config = client
    ///     .call("configs.createConfig", serde_json::json!({
    ///         "productId": "0b0d0000-0000-4000-8000-00000000b002",
    ///         "body": {"name": "Main", "evaluationVersion": "v2"},
    ///     }))
    ///     .await?;
    /// println!("{}", config["configId"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::UnknownTool`]: nothing has this name; it suggests the nearest.
    /// - [`Error::Invalid`]: the arguments do not fit the schema. It names the first place, and tells of all. An enum value
    ///   or a member of the body that this release does not know counts as wrong here; the typed calls would send such a
    ///   value.
    /// - Any other [`Error`], as of the typed call.
    pub async fn call(&self, name: &str, arguments: Value) -> Result<ResponseValue<Value>> {
        self.catalog().call(&self.core, name, arguments).await
    }
}

impl Catalog {
    /// Makes a call by name.
    pub(crate) async fn call(
        &'static self,
        core: &Core,
        name: &str,
        arguments: Value,
    ) -> Result<ResponseValue<Value>> {
        let tool = self.find(name)?;
        let request = tool.request(core.request(tool.operation), arguments);
        ResponseValue::read_json(core.send(request).await?, tool.entry.answers.as_deref())
    }
}

impl Tool {
    /// The request, or why there is none.
    fn request(&'static self, mut request: RequestBuilder, arguments: Value) -> Result<Request> {
        let arguments = self.without_nulls(arguments);
        let invalid = |violation| Error::invalid(self.operation, violation);
        self.check(&arguments).map_err(invalid)?;
        let mut rest = self.operation.path;
        while let Some((before, after)) = rest.split_once('{')
            && let Some((name, after)) = after.split_once('}')
        {
            request = request.path(before).segment(name, &arguments[name]);
            rest = after;
        }
        request = request.path(rest);
        for parameter in self.parameters() {
            let name = parameter.name.as_str();
            let Some(value) = arguments.get(name) else {
                continue;
            };
            request = match (parameter.place, value) {
                (Place::Path, _) => request,
                (Place::Query, Value::Array(list)) => list
                    .iter()
                    .fold(request, |request, value| request.query(name, value)),
                (Place::Query, value) => request.query(name, value),
                (Place::Header, value) if parameter.secret => {
                    request.secret_header(name, &Secret::new(value.as_str().unwrap_or_default()))
                }
                (Place::Header, value) => request.header(name, value),
            };
        }
        match arguments.get(BODY) {
            Some(body) if self.body().is_some() => {
                let at = check::Place::body(self.operation);
                request.check(|_| check_json(body, &at)).json(body).finish()
            }
            _ => request.finish(),
        }
    }

    /// The arguments without optional parameters that are `null`; none if all is `null`.
    fn without_nulls(&self, mut arguments: Value) -> Value {
        let is_optional = |name: &str| {
            let mut parameters = self.parameters().iter();
            parameters.any(|parameter| parameter.name == name && !parameter.required)
        };
        match &mut arguments {
            Value::Null => return Value::Object(Default::default()),
            Value::Object(object) => {
                object.retain(|name, value| !(value.is_null() && is_optional(name)));
            }
            _ => {}
        }
        arguments
    }
}

/// A scalar, for a URL or a header.
impl Parameter for Value {
    fn write(&self, url: &mut String) {
        match self {
            Value::String(text) => text.write(url),
            // To JSON Schema 7.0 is an integer, to servers it is none.
            Value::Number(number) if number.is_f64() => {
                number.as_f64().unwrap_or_default().to_string().write(url);
            }
            other => other.to_string().write(url),
        }
    }
}
