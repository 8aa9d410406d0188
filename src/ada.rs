//! Ada's platform integrations: register one, change it, and complete its installations. Cargo feature `ada`.
//!
//! The second API of this crate, over the same transport: errors, retries and deadlines are those of the rest of the crate.
//!
//! ```no_run
//! use configcat_management::ada::{Client, types::CreateIntegration};
//!
//! # async fn example() -> configcat_management::Result<()> {
//! let client = Client::builder().handle("example").token("…").build()?;
//! let new = CreateIntegration::new("account.name").with_name("Flags");
//! let created = client.create_platform_integration(new).send().await?;
//! println!("{} is {}", created.id, created.status);
//! let secret = &created.client_secret; // no other call shows it again
//!
//! let mut integrations = client.get_platform_integrations().integrations();
//! while let Some(integration) = integrations.next().await {
//!     println!("{}", integration?.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! Ada allows 10 requests a second, 100 a minute and 10 000 a day for each instance, and sends no rate-limit headers. So a client
//! keeps to these numbers by itself ([`LIMITS`]); clients of the same instance can share a [`RateLimiter`]. After 10 000 calls in a day,
//! one without a deadline waits until the next is allowed, up to a day. A body may have 10 MiB at most; a larger one is not sent.
//!
//! # Errors
//!
//! [`failures`] gives what Ada says of a failure, entry by entry.

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::engine::check::Violation;
use crate::engine::core::Core;
use crate::engine::request::{Request, RequestBuilder};
use crate::engine::transport;
use crate::{Error, IntoOption, Operation, RateLimiter, ResponseValue, Result, RetryPolicy};

mod builder;
mod paging;

pub use crate::generated::ada::{OPERATIONS, operations, types};
#[cfg(feature = "httpmock")]
pub use crate::generated::ada_httpmock as httpmock;
pub use builder::ClientBuilder;

/// How many requests Ada allows in how much time, for each instance.
pub const LIMITS: [(u32, Duration); 3] = [
    (10, Duration::from_secs(1)),
    (100, Duration::from_secs(60)),
    (10_000, Duration::from_secs(24 * 60 * 60)),
];

/// 10 MiB: the most that a request's body may have. Ada says 10 MB, and answers 413 to more.
pub const MAX_BODY: usize = 10 * 1024 * 1024;

/// A client of Ada's platform integrations, with one method for each operation.
///
/// Cloning is cheap, and clones share connections and the rate limit.
#[derive(Clone)]
pub struct Client {
    core: Core,
}

impl Client {
    /// Starts to set up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client that is set up by the environment alone; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// [`Error::Config`] names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        Client::builder().from_env().build()
    }

    /// The same client with another retry policy; it shares everything else.
    #[must_use]
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        let mut client = self.clone();
        client.core.options.retry = retry;
        client
    }

    /// The same client with a deadline for each of its calls, waits included; `None` takes it away, which is the default.
    #[must_use]
    pub fn with_deadline(&self, deadline: impl IntoOption<Duration>) -> Self {
        let mut client = self.clone();
        client.core.options.deadline = deadline.into_option();
        client
    }

    /// The rate limiter of this client, which it shares with its clones.
    pub fn rate_limiter(&self) -> &RateLimiter {
        &self.core.transport.limiter
    }

    /// Where the requests go, without a slash at its end.
    pub fn base_url(&self) -> &str {
        transport::base(&self.core.transport.base_url)
    }

    /// The operations that [`call`](Client::call) can make. Cargo feature `catalog`.
    #[cfg(feature = "catalog")]
    pub fn catalog(&self) -> &'static crate::catalog::Catalog {
        crate::catalog::Catalog::ada()
    }

    /// Makes the call that has this name, such as `platformIntegrations.getPlatformIntegrations`, with arguments as JSON; as
    /// [`crate::Client::call`]. Cargo feature `catalog`.
    ///
    /// # Errors
    ///
    /// Those of [`crate::Client::call`].
    #[cfg(feature = "catalog")]
    pub async fn call(
        &self,
        name: &str,
        arguments: serde_json::Value,
    ) -> Result<ResponseValue<serde_json::Value>> {
        self.catalog().call(&self.core, name, arguments).await
    }

    pub(crate) fn request(&self, operation: &'static Operation) -> RequestBuilder {
        self.core.request(operation)
    }

    pub(crate) async fn execute<T: DeserializeOwned>(
        &self,
        request: Result<Request>,
    ) -> Result<ResponseValue<T>> {
        let request = request.and_then(check_size);
        ResponseValue::read(self.core.send(request).await?)
    }

    /// Makes a call that answers without a value.
    #[allow(dead_code)] // No call of today is one; a refresh may bring one.
    pub(crate) async fn execute_unit(&self, request: Result<Request>) -> Result<ResponseValue<()>> {
        let request = request.and_then(check_size);
        ResponseValue::read_nothing(self.core.send(request).await?)
    }
}

fn check_size(request: Request) -> Result<Request> {
    let length = request.body.as_ref().map_or(0, |body| body.len());
    if length <= MAX_BODY {
        return Ok(request);
    }
    let problem = format!("has {length} bytes, at most {MAX_BODY} are allowed");
    Err(Error::invalid(
        request.operation,
        Violation::new("body", problem),
    ))
}

/// What Ada says of a failure: a type, a message and details for each problem. Empty if the failure is not Ada's.
///
/// ```no_run
/// # async fn example(client: configcat_management::ada::Client) {
/// if let Err(error) = client.get_platform_integrations().send().await {
///     for entry in configcat_management::ada::failures(&error) {
///         println!("{:?}: {:?}", entry.type_, entry.message);
///     }
/// }
/// # }
/// ```
#[must_use]
pub fn failures(error: &Error) -> Vec<types::FailureEntry> {
    let Error::Api(error) = error else {
        return Vec::new();
    };
    let failure = serde_json::from_slice::<types::Failure>(&error.body);
    failure.map_or_else(|_| Vec::new(), |failure| failure.errors)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}

/// Shows which installation it is. What was filled in may be a secret, and is not shown.
impl fmt::Debug for types::Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installation")
            .field("id", &self.id)
            .field("platform_integration_id", &self.platform_integration_id)
            .field("status", &self.status)
            .field("created", &self.created)
            .field("updated", &self.updated)
            .finish_non_exhaustive()
    }
}
