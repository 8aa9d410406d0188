//! How a client of Ada is set up.

use std::fmt;
use std::time::Duration;

use super::{Client, LIMITS};
use crate::client::builder::checks::{check_base, credential, require, secret_header, variable};
use crate::engine::core::Core;
use crate::engine::error::message::without_secrets;
use crate::{Error, Event, IntoOption, RateLimiter, Result, RetryPolicy, Secret};

/// Sets up a [`Client`].
///
/// ```
/// use configcat_management::ada::Client;
///
/// let client = Client::builder().handle("example").token("…").build()?;
/// assert_eq!(client.base_url(), "https://example.ada.support/api");
/// # Ok::<(), configcat_management::Error>(())
/// ```
#[must_use = "a client is made by `build`"]
pub struct ClientBuilder {
    handle: Option<String>,
    token: Option<Secret>,
    /// The settings that all clients have.
    common: crate::ClientBuilder,
}

/// Settings that are handed on as they are.
macro_rules! common {
    ($($(#[$about:meta])* $name:ident($($value:ident: $ty:ty)?);)*) => {
        $($(#[$about])*
        pub fn $name(mut self $(, $value: $ty)?) -> Self {
            self.common = self.common.$name($($value)?);
            self
        })*
    };
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        ClientBuilder {
            handle: None,
            token: None,
            common: crate::Client::builder().rate_limiter(RateLimiter::published(&LIMITS)),
        }
    }

    /// The handle of the Ada instance: `example` for `https://example.ada.support`. Needed, unless there is a
    /// [`base_url`](Self::base_url).
    pub fn handle(mut self, handle: impl Into<String>) -> Self {
        self.handle = Some(handle.into());
        self
    }

    /// The bearer token. Needed.
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Handle, URL and token from `ADA_HANDLE`, `ADA_BASE_URL` and `ADA_API_TOKEN`. An empty variable counts as unset. What is
    /// set before stays if the environment has nothing; what is set afterwards wins.
    pub fn from_env(mut self) -> Self {
        let mut variable = |name| {
            let text = variable(name, &mut self.common.problem);
            text.filter(|text| !text.is_empty())
        };
        let handle = variable("ADA_HANDLE");
        let base_url = variable("ADA_BASE_URL");
        let token = variable("ADA_API_TOKEN");
        self.handle = handle.or(self.handle);
        self.common.base_url = base_url.or(self.common.base_url);
        self.token = token.map(Secret::from).or(self.token);
        self
    }

    common! {
        /// The URL that every operation's path is added to, in place of the one that the handle stands for. Plain http is for
        /// loopback addresses alone. Default: `https://{handle}.ada.support/api`.
        base_url(url: impl Into<String>);
        /// Allows plain http beyond this machine, which shows the token to everyone on the way. Default: not allowed.
        allow_plain_http();
        /// The time that a connection may take to come about. Default:
        /// [10 s](crate::ClientBuilder::DEFAULT_CONNECT_TIMEOUT).
        connect_timeout(timeout: Duration);
        /// The time that a connection is kept while nobody uses it. Default:
        /// [4 s](crate::ClientBuilder::DEFAULT_IDLE_TIMEOUT).
        idle_timeout(timeout: Duration);
        /// The time that one attempt may take. Default: [60 s](crate::ClientBuilder::DEFAULT_TIMEOUT).
        timeout(timeout: Duration);
        /// The time that a whole call may take, waits included. Default: none.
        deadline(deadline: impl IntoOption<Duration>);
        /// Which failures are retried, and how. Default: [`RetryPolicy::default`].
        retry(retry: RetryPolicy);
        /// Shares a rate limiter with other clients of the same instance. Default: one of its own, with [`LIMITS`].
        rate_limiter(limiter: RateLimiter);
        /// A callback for the [events](Event) of calls. Default: none.
        on_event(listener: impl Fn(&Event) + Send + Sync + 'static);
        /// The bytes that the body of an answer may have. Default: [64 MiB](crate::ClientBuilder::DEFAULT_MAX_BODY).
        max_body(bytes: usize);
        /// The `User-Agent` header. Default: this crate and its version.
        user_agent(user_agent: impl Into<String>);
        /// Your own settings of the HTTP client; see [`crate::ClientBuilder::http`].
        http(http: reqwest::ClientBuilder);
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] says which setting is missing or wrong, and which method or variable sets it.
    pub fn build(self) -> Result<Client> {
        let core = self.into_core().map_err(Error::Config)?;
        Ok(Client { core })
    }

    /// What the client is made of, or what is wrong with the settings.
    fn into_core(self) -> Result<Core, String> {
        if let Some(problem) = self.common.problem {
            return Err(problem);
        }
        let base = match &self.common.base_url {
            Some(url) => url.clone(),
            None => {
                let method = "ada::Client::builder().handle(handle)";
                base_of(&require(self.handle, "handle", method, "ADA_HANDLE")?)?
            }
        };
        let base = check_base(&base, self.common.plain_http, "ADA_BASE_URL")?;
        let method = "ada::Client::builder().token(token)";
        let token = credential(&self.token, "token", method, "ADA_API_TOKEN")?;
        let authorization = secret_header("token", &format!("Bearer {}", token.expose()))?;
        let common = self.common;
        common.connect(base, authorization, vec![token], None, "check the token")
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("handle", &self.handle)
            .field(
                "base_url",
                &self.common.base_url.as_deref().map(without_secrets),
            )
            .finish_non_exhaustive()
    }
}

/// The token goes to `ada.support` alone, so a handle is one label of a host name and nothing else.
fn base_of(handle: &str) -> Result<String, String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = (1..=63).contains(&handle.len()) && handle.bytes().all(is_part);
    match is_label && !handle.starts_with('-') && !handle.ends_with('-') {
        true => Ok(format!("https://{handle}.ada.support/api")),
        false => Err(format!(
            "`{handle}` cannot be the handle: it is the first part of the instance's host name alone, such as `example`; set \
             it by `handle(handle)` or ADA_HANDLE"
        )),
    }
}
