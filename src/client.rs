//! The client: one method for each operation, all of them over one transport.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::edit::Turns;
use crate::engine::core::Core;
use crate::engine::limit::limiter::RateLimiter;
use crate::engine::request::{Request, RequestBuilder};
use crate::engine::transport::{self, retry::RetryPolicy};
use crate::{IntoOption, Operation, ResponseValue, Result};

pub(crate) mod builder;

pub use builder::ClientBuilder;

/// A client of ConfigCat's Public Management API, with one method for each operation.
///
/// Cloning is cheap, and clones share connections. Make one and pass it around.
///
/// Connections belong to the tokio runtime in which they were opened, and break when it ends. So a client that outlives a
/// runtime, such as one in a `static` that several `#[tokio::test]` use, has calls that fail with "dispatch task is gone" or
/// "runtime dropped the dispatch task". Make a client for each runtime; in tests, for each test.
///
/// ```no_run
/// # async fn example() -> configcat_management::Result<()> {
/// let client = configcat_management::Client::from_env()?;
/// for product in client.get_products().send().await?.iter() {
///     println!("{} {}", product.product_id, product.name);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Without async
///
/// `block_on` of a tokio runtime makes a call from plain code. tokio's feature `rt` is all that it takes:
///
/// ```no_run
/// use configcat_management::{Client, Error, Result};
///
/// fn main() -> Result<()> {
///     let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::other)?;
///     let client = Client::from_env()?;
///     for product in runtime.block_on(client.get_products().send())?.iter() {
///         let configs = runtime.block_on(client.get_configs(product.product_id).send())?;
///         println!("{} has {} configs", product.name, configs.len());
///     }
///     Ok(())
/// }
/// ```
///
/// - `block_on(async { … })` makes several calls as one, with `.await` between them.
/// - Make one runtime, and keep it as long as the client. Threads may share both: `block_on` takes the runtime by reference.
/// - Nothing moves between two `block_on`. If tasks should go on meanwhile, such as
///   [`read_ahead`](crate::paging::Pages::read_ahead), make the runtime with `new_multi_thread`.
/// - Do not call `block_on` in async code, nor in what async code calls: tokio panics with "Cannot start a runtime from within a
///   runtime". Use `.await` there.
#[derive(Clone)]
pub struct Client {
    pub(crate) core: Core,
    /// Who edits what; clones share it.
    pub(crate) turns: Arc<Turns>,
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
    /// [`Error::Config`](crate::Error::Config) names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        Client::builder().from_env().build()
    }

    /// The same client with another retry policy; it shares everything else.
    ///
    /// ```
    /// # fn example(client: configcat_management::Client, environment: uuid::Uuid, setting: i32) {
    /// use configcat_management::RetryPolicy;
    /// use configcat_management::patch::SettingValuePatch;
    ///
    /// // This PATCH sets a value, so applying it twice does no harm.
    /// let on = SettingValuePatch::new().turn_on();
    /// let twice_is_fine = client.with_retry(RetryPolicy::default().including_non_idempotent());
    /// let call = twice_is_fine.update_setting_value(environment, setting, on);
    /// # }
    /// ```
    #[must_use]
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        let mut client = self.clone();
        client.core.options.retry = retry;
        client
    }

    /// The same client with a deadline for each of its calls, which counts from `send` and covers all: waiting for the rate
    /// limit, every attempt, and the body. A call that would have to wait past it fails at once, see
    /// [`Error::Deadline`](crate::Error::Deadline). `None` takes the deadline away, which is the default. An edit or a stream of pages
    /// makes several calls, and each has the deadline for itself.
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

    /// The same client for an edit, which looks what became of a change before it repeats it.
    pub(crate) fn without_non_idempotent_retries(&self) -> Self {
        self.with_retry(self.core.options.retry.excluding_non_idempotent())
    }

    pub(crate) fn request(&self, operation: &'static Operation) -> RequestBuilder {
        self.core.request(operation)
    }

    pub(crate) async fn execute<T: DeserializeOwned>(
        &self,
        request: Result<Request>,
    ) -> Result<ResponseValue<T>> {
        ResponseValue::read(self.core.send(request).await?)
    }

    /// Makes a call that answers without a value.
    pub(crate) async fn execute_unit(&self, request: Result<Request>) -> Result<ResponseValue<()>> {
        ResponseValue::read_nothing(self.core.send(request).await?)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}
