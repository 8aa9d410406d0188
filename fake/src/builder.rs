//! How a server is set up and started.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use configcat_management::{Client, ClientBuilder, Secret};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use crate::ada::Ada;
use crate::clock::Clock;
use crate::cors;
use crate::credentials::Credentials;
use crate::fake::Fake;
use crate::http::{Server, Site};
use crate::journal::{self, Journal};
use crate::limits::{Limits, Quota, QuotaPer};
#[cfg(feature = "tls")]
use crate::listener::Tls;
use crate::listener::{self, Listener};
use crate::routes::Routes;
use crate::saving::{self, Saver};
use crate::seed::Seed;
use crate::state::plan::Plan;
#[cfg(feature = "tls")]
use crate::tls::Certificate;
use crate::v1_audit_logs::V1AuditLogs;

/// Sets up a [`Fake`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
/// use configcat_fake::Fake;
///
/// let fake = Fake::builder()
///     .empty()
///     .quota(100, Duration::from_secs(60))
///     .start()
///     .await;
/// assert!(fake.client().get_products().send().await.unwrap().is_empty());
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a server is started by `start`"]
pub struct FakeBuilder {
    address: SocketAddr,
    credentials: (String, Secret),
    more_credentials: Vec<(String, Secret)>,
    quotas: Vec<Quota>,
    quota_per: QuotaPer,
    ada_token: Secret,
    clock: Option<DateTime<Utc>>,
    seed: Seed,
    plan: Plan,
    v1_audit_logs: V1AuditLogs,
    state_file: Option<PathBuf>,
    page: bool,
    control: bool,
    record: Option<PathBuf>,
    log: bool,
    origins: Vec<String>,
    patience: Option<Duration>,
    #[cfg(feature = "tls")]
    tls: Option<Certificate>,
}

impl FakeBuilder {
    /// The user name if none is set.
    pub const DEFAULT_USER: &'static str = "user";
    /// The password if none is set.
    pub const DEFAULT_PASSWORD: &'static str = "pass";
    /// Ada's token if none is set.
    pub const DEFAULT_ADA_TOKEN: &'static str = "token";

    pub(crate) fn new() -> Self {
        FakeBuilder {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            credentials: (
                Self::DEFAULT_USER.to_string(),
                Secret::from(Self::DEFAULT_PASSWORD),
            ),
            more_credentials: Vec::new(),
            quotas: Vec::new(),
            quota_per: QuotaPer::default(),
            ada_token: Secret::from(Self::DEFAULT_ADA_TOKEN),
            clock: None,
            seed: Seed::demo(),
            plan: Plan::default(),
            v1_audit_logs: V1AuditLogs::default(),
            state_file: None,
            page: true,
            control: true,
            record: None,
            log: false,
            origins: Vec::new(),
            patience: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// The port of 127.0.0.1 to listen on; 0 for a free one. Default: a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// The address and port to listen on. Default: a free port of 127.0.0.1.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// The user name and the password. Default: [`DEFAULT_USER`](Self::DEFAULT_USER) and
    /// [`DEFAULT_PASSWORD`](Self::DEFAULT_PASSWORD).
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.credentials = (user.into(), password.into());
        self
    }

    /// Another user name and password that are let in, with a quota of their own.
    pub fn and_credentials(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.more_credentials.push((user.into(), password.into()));
        self
    }

    /// How many requests a credential has in a period. Default: [`Quota::DEFAULT`].
    ///
    /// Called more than once, all quotas hold at the same time, and the headers tell of the longest period alone, as with
    /// the limiter that ConfigCat's headers point to. [`Quota::UNLIMITED`] as the only one turns limits off.
    pub fn quota(mut self, requests: u32, period: Duration) -> Self {
        self.quotas.push(Quota { requests, period });
        self
    }

    /// What has a quota of its own: the credential, which is the default, or each of its operations, or each path.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use configcat_fake::{Fake, QuotaPer};
    /// // What ConfigCat once documented.
    /// let builder = Fake::builder()
    ///     .quota(20, Duration::from_secs(1))
    ///     .quota(500, Duration::from_secs(60))
    ///     .quota_per(QuotaPer::Operation);
    /// ```
    pub fn quota_per(mut self, per: QuotaPer) -> Self {
        self.quota_per = per;
        self
    }

    #[cfg(feature = "ada")]
    /// The bearer token that Ada's operations ask for. Default: [`DEFAULT_ADA_TOKEN`](Self::DEFAULT_ADA_TOKEN).
    pub fn ada_token(mut self, token: impl Into<Secret>) -> Self {
        self.ada_token = token.into();
        self
    }

    /// What time it is for the server when it starts. Default: the time of this machine.
    pub fn clock(mut self, time: DateTime<Utc>) -> Self {
        self.clock = Some(time);
        self
    }

    /// What the server starts with. Default: the [demo](Seed::demo).
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Starts with one organization and nothing in it: [`Seed::empty`].
    pub fn empty(self) -> Self {
        self.seed(Seed::empty())
    }

    /// A file that keeps the state from one server to the next, as JSON. If it exists, the server starts with it, and not
    /// with the seed; a file with nothing in it counts as none. It is written soon after every change, once a second at most, and at
    /// the end, in one step, so that it is never half-written; only its owner can read it, because it holds the state's secrets. A
    /// file beside it, `.NAME.lock`, keeps a second server away from it. Default: none.
    pub fn state_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.state_file = Some(file.into());
        self
    }

    /// Leaves out the page at `/`, which needs no credentials. Default: it is there.
    pub fn without_page(mut self) -> Self {
        self.page = false;
        self
    }

    /// Whether `/_fake/…` is there, by which a test in any language resets the server, moves its clock or plans faults. Default:
    /// it is.
    ///
    /// It needs the credentials of the API, and is answered if the server is named by its IP address or as `localhost`;
    /// `GET /_fake/openapi.json` describes it.
    pub fn control(mut self, control: bool) -> Self {
        self.control = control;
        self
    }

    /// A file that every request is added to when it is over, one JSON object a line: `time`, `method`, `path`, `operation`,
    /// `status`, `milliseconds` and `body`. It is created if it does not exist. On Unix, only its owner can read it from
    /// then on. Default: none.
    pub fn record(mut self, file: impl Into<PathBuf>) -> Self {
        self.record = Some(file.into());
        self
    }

    /// Tells each request on the standard error output when it is over: time, method, path without query, operation, status and how
    /// long it took. Default: no.
    pub fn log(mut self, log: bool) -> Self {
        self.log = log;
        self
    }

    /// Lets pages of this origin, such as `https://app.example.com`, send requests from a browser; `*` stands for all origins.
    /// Pages of this machine (`http://localhost:4200`) may do so anyway. May be called more than once.
    pub fn cors(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// How long a client may take over the headers of a request, and how long over its body; a connection without requests ends
    /// after it too. Default: as long as it likes (as a program: 30 s).
    pub fn read_timeout(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Speaks TLS, with a certificate that it makes for itself and that [`Fake::client`] trusts. Default: plain HTTP.
    ///
    /// It is for `localhost`, both loopback addresses and the address that the server listens on. With a
    /// [`state_file`](Self::state_file), it is kept beside it (`NAME.tls.pem`, with its key), and the next server has the same.
    #[cfg(feature = "tls")]
    pub fn tls_self_signed(mut self) -> Self {
        if !matches!(self.tls, Some(Certificate::SelfSigned(_))) {
            self.tls = Some(Certificate::SelfSigned(Vec::new()));
        }
        self
    }

    /// Another host name or IP address that the certificate of [`tls_self_signed`](Self::tls_self_signed) is for, as in
    /// `configcat-fake` between containers. Turns TLS on. May be called more than once.
    #[cfg(feature = "tls")]
    pub fn tls_name(mut self, name: impl Into<String>) -> Self {
        self = self.tls_self_signed();
        if let Some(Certificate::SelfSigned(names)) = &mut self.tls {
            names.push(name.into());
        }
        self
    }

    /// Speaks TLS with a certificate and key of one's own, in PEM files: the certificate first, then those that vouch for it.
    /// [`Fake::client`] trusts it, and reaches the server if the certificate is for 127.0.0.1. Default: plain HTTP.
    #[cfg(feature = "tls")]
    pub fn tls_files(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls = Some(Certificate::Own {
            certificate: certificate.into(),
            key: key.into(),
        });
        self
    }

    /// The subscription: how many options and texts a rule may have, how long audit logs are kept. Default: the largest.
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    /// How the audit logs of V1 answer. Default: with a list.
    pub fn v1_audit_logs(mut self, answer: V1AuditLogs) -> Self {
        self.v1_audit_logs = answer;
        self
    }

    /// Starts the server.
    ///
    /// # Panics
    ///
    /// If it cannot start: this is for tests. [`try_start`](Self::try_start) gives the error instead.
    pub async fn start(self) -> Fake {
        match self.try_start().await {
            Ok(fake) => fake,
            Err(error) => panic!("the server cannot start: {error}"),
        }
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// If the port is taken, an origin is none, the file to record to or the one for the state cannot be used, or the
    /// credentials are of a kind that HTTP Basic authentication cannot carry.
    pub async fn try_start(self) -> io::Result<Fake> {
        let (user, password) = &self.credentials;
        let tcp = TcpListener::bind(self.address).await;
        let tcp = tcp.map_err(|error| saving::add_name(self.address, &error))?;
        let address = tcp.local_addr()?;
        #[cfg(feature = "tls")]
        let tls = match &self.tls {
            Some(tls) => Some(tls.identity(address.ip(), self.state_file.as_deref())?),
            None => None,
        };
        #[cfg(feature = "tls")]
        let certificate = tls.as_ref().map(|tls| tls.pem.clone());
        #[cfg(not(feature = "tls"))]
        let certificate: Option<String> = None;
        let client = client_builder(address, user, password, certificate.as_deref())?;
        let client = client.build().map_err(io::Error::other)?;
        let record = self.record.as_deref().map(journal::open).transpose()?;
        let clock = Clock::new(self.clock.unwrap_or_else(Utc::now));
        let saver = self.state_file.map(Saver::open).transpose()?.map(Arc::new);
        let saved = saver.as_ref().map(|saver| saver.load()).transpose()?;
        let (mut state, demo, seed) = match saved.flatten() {
            Some(state) => (state, None, self.seed),
            None => {
                let (state, demo) = self.seed.plant(clock.now()).map_err(io::Error::other)?;
                let seed = Seed::of_state(&state);
                (state, demo, seed)
            }
        };
        state.plan = self.plan;
        let stopped = Arc::new(AtomicBool::new(false));
        let mut credentials = vec![self.credentials];
        credentials.extend(self.more_credentials);
        let limits = Limits::new(self.quotas, self.quota_per);
        let origins = self.origins.iter().map(|text| cors::origin(text));
        let origins = origins.collect::<Result<_, _>>();
        let origins =
            origins.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let server = Arc::new(Server {
            state: Mutex::new(state),
            limits: Mutex::new(limits.clone()),
            limits_at_start: limits,
            faults: Mutex::default(),
            journal: Mutex::new(Journal::new(record, self.log)),
            clock,
            base_url: base_url(address, certificate.is_some()),
            plan: self.plan,
            v1_audit_logs: Mutex::new(self.v1_audit_logs),
            v1_audit_logs_at_start: self.v1_audit_logs,
            page: self.page,
            control: self.control,
            origins,
            patience: self.patience,
            credentials: Credentials::new(credentials),
            seed,
            routes: Routes::new(),
            ada: Ada::new(self.ada_token),
            stopped: stopped.clone(),
            changed: watch::Sender::new(()),
        });
        if let Some(saver) = &saver {
            saver.save(&server.state)?;
            tokio::spawn(saving::keep_saved(server.clone(), saver.clone()));
        }
        let (stop, stopping) = oneshot::channel::<()>();
        let patience = server.patience;
        let listener = Listener {
            tcp,
            stopped,
            #[cfg(feature = "tls")]
            tls: tls.map(|tls| Tls::new(tls.acceptor)),
        };
        let site = Arc::new(Site::new(server.clone()));
        let serving = listener::serve(listener, site, patience, async {
            // An error means that the handle has gone, which is an end too.
            let _ = stopping.await;
        });
        let task = tokio::spawn(serving);
        Ok(Fake {
            server,
            address,
            client,
            demo,
            saver,
            certificate,
            stop: Some(stop),
            task: Some(task),
        })
    }
}

pub(crate) fn base_url(address: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    // Who listens everywhere is reached at home.
    match address.ip().is_unspecified() {
        true => format!("{scheme}://127.0.0.1:{}", address.port()),
        false => format!("{scheme}://{address}"),
    }
}

pub(crate) fn client_builder(
    address: SocketAddr,
    user: &str,
    password: impl Into<Secret>,
    certificate: Option<&str>,
) -> io::Result<ClientBuilder> {
    let builder = Client::builder()
        .base_url(base_url(address, certificate.is_some()))
        .allow_plain_http()
        .credentials(user, password);
    #[cfg(feature = "tls")]
    if let Some(pem) = certificate {
        use configcat_management::reqwest;
        let certificate =
            reqwest::Certificate::from_pem(pem.as_bytes()).map_err(io::Error::other)?;
        let http = reqwest::Client::builder().tls_certs_only([certificate]);
        return Ok(builder.http(http));
    }
    Ok(builder)
}
