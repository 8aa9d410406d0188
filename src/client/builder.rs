//! How a client is set up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use reqwest::Url;
use url::Position;

use super::Client;
use crate::engine::core::Core;
use crate::engine::error::message::without_secrets;
use crate::engine::limit::limiter::RateLimiter;
use crate::engine::transport::events::{Event, Listener};
use crate::engine::transport::failure::NO_TLS;
use crate::engine::transport::retry::{RetryPolicy, RetryQuota};
use crate::engine::transport::{Options, Transport};
use crate::{Error, IntoOption, Result, Secret};

mod checks;

use checks::{basic, given, header_value, is_loopback};
pub(crate) use checks::{checked_base, usable};

/// A user name of this length is one that ConfigCat made up, and no word: it is taken out of what a server says.
const LONG_USER: usize = 12;

/// Sets up a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use configcat_management::Client;
///
/// let client = Client::builder()
///     .credentials("user", "password")
///     .timeout(Duration::from_secs(20))
///     .caller_id("release-bot/1.4")
///     .build()?;
/// # Ok::<(), configcat_management::Error>(())
/// ```
#[must_use = "a client is made by `build`"]
pub struct ClientBuilder {
    user: Option<String>,
    password: Option<Secret>,
    base_url: Option<String>,
    plain_http: bool,
    connect_timeout: Duration,
    idle_timeout: Duration,
    timeout: Duration,
    max_body: usize,
    user_agent: Option<String>,
    caller_id: Option<String>,
    options: Options,
    limiter: RateLimiter,
    #[cfg(feature = "redis")]
    fleet: Option<Secret>,
    listener: Option<Listener>,
    http: Option<reqwest::ClientBuilder>,
    problem: Option<String>,
}

impl ClientBuilder {
    /// The public service.
    pub const DEFAULT_BASE_URL: &'static str = "https://api.configcat.com";
    /// 10 seconds: an address that has not answered by then will not, and a deploy job should know.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// 4 seconds: less than servers and balancers keep a connection that is not used (Node.js closes it after 5 seconds, Apache
    /// too, others later). A POST or PATCH that meets a server as it closes the connection is not sent again, because nobody
    /// knows what became of it; and a new connection costs a few round trips.
    pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(4);
    /// 60 seconds: far more than any answer of the API should take.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
    /// 64 MiB: ten thousand settings of a config with all their rules fit many times over.
    pub const DEFAULT_MAX_BODY: usize = 64 * 1024 * 1024;
    /// This crate and its version.
    pub const DEFAULT_USER_AGENT: &'static str =
        concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

    pub(crate) fn new() -> Self {
        ClientBuilder {
            user: None,
            password: None,
            base_url: None,
            plain_http: false,
            connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
            idle_timeout: Self::DEFAULT_IDLE_TIMEOUT,
            timeout: Self::DEFAULT_TIMEOUT,
            max_body: Self::DEFAULT_MAX_BODY,
            user_agent: None,
            caller_id: None,
            options: Options {
                retry: RetryPolicy::default(),
                deadline: None,
            },
            limiter: RateLimiter::new(),
            #[cfg(feature = "redis")]
            fleet: None,
            listener: None,
            http: None,
            problem: None,
        }
    }

    /// User name and password of the Public API, which ConfigCat's dashboard gives out. No default.
    ///
    /// [`build`](Self::build) refuses what HTTP Basic authentication cannot carry, and what has white space at an end: that is
    /// the end of a line in a file, and the server would refuse it without a hint.
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.user = Some(user.into());
        self.password = Some(password.into());
        self
    }

    /// Credentials and host from the variables that the official tools read: `CONFIGCAT_API_USER`, `CONFIGCAT_API_PASS`
    /// (both needed), and `CONFIGCAT_BASE_URL` (a URL) or `CONFIGCAT_API_HOST` (a host name); if both are set, the URL counts. An empty variable counts as
    /// unset. What is set before stays if the environment has nothing; what is set afterwards wins.
    pub fn from_env(mut self) -> Self {
        let mut variable = |name: &str| match std::env::var(name) {
            Ok(text) if text.is_empty() => None,
            Ok(text) => Some(text),
            Err(std::env::VarError::NotPresent) => None,
            Err(std::env::VarError::NotUnicode(_)) => {
                self.problem
                    .get_or_insert_with(|| format!("the environment variable {name} is not UTF-8"));
                None
            }
        };
        let user = variable("CONFIGCAT_API_USER");
        let password = variable("CONFIGCAT_API_PASS");
        let base_url = variable("CONFIGCAT_BASE_URL");
        let host = variable("CONFIGCAT_API_HOST");
        self.user = user.or(self.user);
        self.password = password.map(Secret::from).or(self.password);
        match (base_url, host) {
            (Some(url), _) => self.base_url(url),
            (None, Some(host)) => self.host(host),
            (None, None) => self,
        }
    }

    /// The host of a dedicated or on-premise ConfigCat, with its port if it is not 443; reached by https.
    /// Default: [`DEFAULT_BASE_URL`](Self::DEFAULT_BASE_URL).
    pub fn host(self, host: impl Into<String>) -> Self {
        let host = host.into();
        match host.contains("://") {
            true => self.base_url(host),
            false => self.base_url(format!("https://{host}")),
        }
    }

    /// The URL that every operation's path is added to. It may have a path of its own, but neither credentials, query nor
    /// fragment. Plain http is for loopback addresses alone, see [`allow_plain_http`](Self::allow_plain_http).
    /// Default: [`DEFAULT_BASE_URL`](Self::DEFAULT_BASE_URL).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Allows plain http beyond this machine, which shows the credentials to everyone on the way. For a stand-in server
    /// that runs in a container beside the tests. Default: not allowed.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// The time that a connection may take to come about. Default: [`DEFAULT_CONNECT_TIMEOUT`](Self::DEFAULT_CONNECT_TIMEOUT).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The time that a connection is kept while nobody uses it. Keep it below what the server does, because a call may meet it
    /// as it closes the connection. Default: [`DEFAULT_IDLE_TIMEOUT`](Self::DEFAULT_IDLE_TIMEOUT).
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// The time that one attempt may take, from connecting to the end of the body. Default:
    /// [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The time that a whole call may take: waiting for the rate limit, every attempt, and the body. Default: none, because
    /// a job of many calls waits for the rate limit as long as it takes. [`Client::with_deadline`] sets it for some calls.
    pub fn deadline(mut self, deadline: impl IntoOption<Duration>) -> Self {
        self.options.deadline = deadline.into_option();
        self
    }

    /// What is tried again. Default: [`RetryPolicy::default`]. [`Client::with_retry`] sets it for some calls.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.options.retry = retry;
        self
    }

    /// Shares a rate limiter with other clients that have the same credentials. Default: one of its own.
    pub fn rate_limiter(mut self, limiter: RateLimiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// Shares the rate limit with other processes, through Redis or Valkey: all that send to the same base URL as the same
    /// user, and name the same Redis here, are paced as one. Default: each process on its own.
    ///
    /// The URL is one such as `redis://host:6379`, `rediss://user:password@host:6380` for TLS, or `unix:///run/redis.sock`.
    /// One server, 5.0 or later, or a proxy that stands for one; not the nodes of a cluster. It gets small keys that begin with
    /// `configcat:rate:` and a SHA-256 hash of base URL and user name: one for each user, and one for each set of calls that the
    /// server counts together. Each is forgotten an hour after its last call. No secret goes there, and nothing of what calls
    /// send or receive.
    ///
    /// No call fails because of Redis. While it is away, each process keeps to the rate limit on its own, which the server may
    /// have to remind it of with a 429, and says so: once as a warning of `tracing`, and as [`Event::FleetAway`]. When it is
    /// back, they share again.
    ///
    /// Calls of one process go first come, first served; between processes it is who asks first. What headers and refusals tell
    /// is shared. Limits that the program states, see [`RateLimiter::published`], are kept by each process on its own.
    ///
    /// Needs the cargo feature `redis`.
    #[cfg(feature = "redis")]
    pub fn fleet(mut self, redis_url: impl IntoOption<Secret>) -> Self {
        self.fleet = redis_url.into_option();
        self
    }

    /// Is told what calls are doing: for progress bars and metrics. It is called in the middle of calls, so it should not
    /// block. Default: nobody.
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// The bytes that the body of an answer may have, after decompression. Default:
    /// [`DEFAULT_MAX_BODY`](Self::DEFAULT_MAX_BODY).
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// The `User-Agent` header. Default: [`DEFAULT_USER_AGENT`](Self::DEFAULT_USER_AGENT).
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// The `X-Caller-Id` header, in which a tool names itself to ConfigCat. Default: not sent.
    pub fn caller_id(mut self, caller_id: impl IntoOption<String>) -> Self {
        self.caller_id = caller_id.into_option();
        self
    }

    /// Your own settings of the HTTP client, such as proxies, certificates and the size of the connection pool.
    ///
    /// It takes reqwest's *builder*, not a finished client, because a finished client keeps its own way with redirects: it
    /// would follow one to another host and take the SDK key along. User agent, connect timeout, idle timeout, redirects,
    /// reqwest's own retries and the `Host` header, which is that of the base URL, are set here.
    ///
    /// A proxy that the environment names (`HTTPS_PROXY` and so on) is used for https. What goes to this machine, and what goes
    /// by plain http, uses none but one that is given here: it would be shown the credentials.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] says which setting is missing or wrong, and which method or variable sets it.
    pub fn build(self) -> Result<Client> {
        if let Some(problem) = self.problem {
            return Err(Error::Config(problem));
        }
        let user = given(self.user.as_deref(), "user name", "CONFIGCAT_API_USER")?.to_string();
        let password = given(self.password.clone(), "password", "CONFIGCAT_API_PASS")?;
        usable(&user, "user name", "CONFIGCAT_API_USER")?;
        usable(password.expose(), "password", "CONFIGCAT_API_PASS")?;
        let (authorization, encoded) = basic(&user, &password)?;
        let mut secrets = vec![encoded, password];
        if user.len() >= LONG_USER {
            secrets.push(user.as_str().into());
        }
        let base = self.base_url.as_deref().unwrap_or(Self::DEFAULT_BASE_URL);
        let base = checked_base(
            base,
            self.plain_http,
            "CONFIGCAT_BASE_URL or CONFIGCAT_API_HOST",
        )?;
        #[cfg(feature = "redis")]
        if let Some(url) = &self.fleet {
            let listener = self.listener.clone();
            self.limiter.join_fleet(url, (&base, &user), listener)?;
        }
        let core = self.connect(
            base,
            authorization,
            secrets,
            "check the user name and password of the Public API",
        )?;
        Ok(Client {
            core,
            turns: Arc::default(),
        })
    }

    /// A transport with all the other settings. `credentials` says what to check if the server refuses them.
    pub(crate) fn connect(
        self,
        base: String,
        authorization: HeaderValue,
        secrets: Vec<Secret>,
        credentials: &'static str,
    ) -> Result<Core> {
        let base_url = Url::parse(&base).map_err(|error| Error::Config(error.to_string()))?;
        let is_plain = base_url.scheme() == "http";
        // Who brings a reqwest of their own may have turned its TLS on themselves.
        if cfg!(not(any(
            feature = "rustls",
            feature = "rustls-ring",
            feature = "native-tls"
        ))) && !is_plain
            && self.http.is_none()
        {
            return Err(Error::Config(format!(
                "`{base}` cannot be reached: {NO_TLS}"
            )));
        }
        // reqwest panics if rustls has neither a provider of its own nor one of the process.
        #[cfg(feature = "rustls-ring")]
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error means that another thread was faster, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let mut http = self.http.unwrap_or_else(reqwest_builder);
        if is_plain || is_loopback(&base_url) {
            // A proxy for the scheme that is not used, so that it never applies: those that were given before stay, and the
            // environment is not asked. A custom one would parse the URL of each request, twice.
            let nowhere = "http://127.0.0.1:9";
            let proxy = match is_plain {
                true => reqwest::Proxy::https(nowhere),
                false => reqwest::Proxy::http(nowhere),
            };
            let proxy = proxy.map_err(|error| Error::Config(error.to_string()))?;
            http = http.proxy(proxy);
        }
        let user_agent = self
            .user_agent
            .as_deref()
            .unwrap_or(Self::DEFAULT_USER_AGENT);
        let user_agent = header_value("user_agent", user_agent)?;
        let mut headers = HeaderMap::new();
        // Written once for all calls. HTTP/2 names the host in another way.
        if cfg!(not(feature = "http2")) {
            let host = &base_url[Position::BeforeHost..Position::AfterPort];
            headers.insert(header::HOST, header_value("base_url", host)?);
        }
        headers.insert(header::AUTHORIZATION, authorization);
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::ACCEPT, json);
        if let Some(id) = &self.caller_id {
            headers.insert(CALLER_ID, header_value("caller_id", id)?);
        }
        let http = http
            .user_agent(user_agent)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(self.idle_timeout)
            // Credentials and SDK keys go to the configured origin and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // What is sent again is decided in one place, and counted.
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| {
                Error::Config(format!("the HTTP client cannot be built: {error:#?}"))
            })?;
        Ok(Core {
            transport: Arc::new(Transport {
                http,
                base_url,
                base,
                headers,
                credentials,
                secrets,
                connect_timeout: self.connect_timeout,
                timeout: self.timeout,
                max_body: self.max_body,
                limiter: self.limiter,
                quota: RetryQuota::new(),
                listener: self.listener,
            }),
            options: self.options,
        })
    }
}

/// The header in which official tools name themselves.
const CALLER_ID: HeaderName = HeaderName::from_static("x-caller-id");

/// rustls if several kinds of TLS are built in, so that what another crate turns on changes nothing here.
fn reqwest_builder() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder();
    #[cfg(any(feature = "rustls", feature = "rustls-ring"))]
    let builder = builder.tls_backend_rustls();
    builder
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("user", &self.user.as_ref().map(|_| format_args!("***")))
            .field("password", &self.password)
            // A base URL that `build` refuses may hold a password.
            .field("base_url", &self.base_url.as_deref().map(without_secrets))
            .finish_non_exhaustive()
    }
}
