//! The server, as a value: while it lives, it answers.

use configcat_management::types::{InvitationId, OrganizationId};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fmt, io};

use chrono::{DateTime, Utc};
#[cfg(feature = "ada")]
use configcat_management::ada;
use configcat_management::{Client, ClientBuilder, Secret};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::ada::Ada;
use crate::api;
use crate::clock::Clock;
use crate::faults::Fault;
use crate::http::{Server, lock, router};
use crate::journal::{Journal, Recorded};
use crate::limits::{Limits, Quota};
#[cfg(feature = "tls")]
use crate::listener::Tls;
use crate::listener::{Cut, Listener};
use crate::routes::Routes;
use crate::saving::{self, Saver};
use crate::seed::{Demo, Seed};
#[cfg(feature = "tls")]
use crate::tls::SelfSigned;
use crate::view::View;

/// A running server. Dropping it stops it: open connections end, and nothing is accepted any more.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> configcat_management::Result<()> {
/// let fake = configcat_fake::Fake::start().await;
/// let products = fake.client().get_products().send().await?;
/// assert_eq!(products[0].name, "Web shop");
/// assert_eq!(fake.requests()[0].operation, Some("get-products"));
/// # Ok(())
/// # }
/// ```
pub struct Fake {
    server: Arc<Server>,
    address: SocketAddr,
    client: Client,
    demo: Option<Demo>,
    saver: Option<Arc<Saver>>,
    /// What clients have to trust, where the server speaks TLS.
    certificate: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts a server with the defaults: a free port of 127.0.0.1, the [demo](Demo) inside.
    ///
    /// # Panics
    ///
    /// Where the server cannot start; see [`FakeBuilder::try_start`].
    pub async fn start() -> Self {
        Fake::builder().start().await
    }

    /// Starts to set up a server.
    pub fn builder() -> FakeBuilder {
        FakeBuilder::new()
    }

    /// Where the server listens, such as `http://127.0.0.1:49321`.
    pub fn base_url(&self) -> String {
        base_url(self.address, self.certificate.is_some())
    }

    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The user name that the server knows.
    pub fn user(&self) -> &str {
        let first = self.server.credentials.first();
        first.map_or("", |(user, _)| user)
    }

    /// The password that goes with the user name.
    pub fn password(&self) -> &str {
        let first = self.server.credentials.first();
        first.map_or("", |(_, password)| password.expose())
    }

    /// A client of this server. All that come from here share their connections.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// A client of this server that is still to be set up; URL and credentials are in it.
    pub fn client_builder(&self) -> ClientBuilder {
        let certificate = self.certificate.as_deref();
        let builder = client_builder(self.address, self.user(), self.password(), certificate);
        match builder {
            Ok(builder) => builder,
            // The same succeeded when the server started.
            Err(_) => Client::builder(),
        }
    }

    #[cfg(feature = "ada")]
    /// A client of Ada's operations on this server.
    ///
    /// # Panics
    ///
    /// Where the token is of a kind that no header can carry.
    pub fn ada_client(&self) -> ada::Client {
        match self.ada_client_builder().build() {
            Ok(client) => client,
            Err(error) => panic!("the client cannot be built: {error}"),
        }
    }

    #[cfg(feature = "ada")]
    /// A client of Ada's operations that is still to be set up; URL and token are in it.
    pub fn ada_client_builder(&self) -> ada::ClientBuilder {
        ada::Client::builder()
            .base_url(self.ada_base_url())
            .allow_plain_http()
            .token(self.server.ada.token.clone())
    }

    #[cfg(feature = "ada")]
    /// Where Ada's operations are, such as `http://127.0.0.1:49321/api`.
    pub fn ada_base_url(&self) -> String {
        format!("{}/api", self.base_url())
    }

    #[cfg(feature = "ada")]
    /// Ends the development of an integration of Ada, or begins it again, which no operation does. `false` where there is
    /// no such integration.
    pub fn set_ada_status(&self, id: &str, status: ada::types::IntegrationStatus) -> bool {
        self.server.ada.set_status(id, status)
    }

    /// The ids of the demo, where the server was started with it.
    pub fn demo(&self) -> Option<&Demo> {
        self.demo.as_ref()
    }

    /// The id of the organization, which every server has.
    pub fn organization_id(&self) -> OrganizationId {
        let state = lock(&self.server.state);
        state
            .organizations
            .keys()
            .next()
            .copied()
            .unwrap_or_default()
    }

    /// All requests since the start or since [`clear_requests`](Fake::clear_requests), oldest first; the last
    /// [`Recorded::MAX_REQUESTS`] of them.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.server.journal).all()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        lock(&self.server.journal).clear();
    }

    /// Lets the next `n` requests fail, whatever they are for. Faults that were planned earlier come first.
    pub fn fail_next(&self, n: usize, fault: Fault) {
        lock(&self.server.faults).plan(None, n, fault);
    }

    /// Lets the next `n` requests for one operation fail, such as `get-config`.
    pub fn fail_next_of(&self, operation: &str, n: usize, fault: Fault) {
        lock(&self.server.faults).plan(Some(operation), n, fault);
    }

    /// Forgets the faults that are still to come.
    pub fn clear_faults(&self) {
        lock(&self.server.faults).clear();
    }

    /// Somebody accepts an invitation, which no operation does: becomes a member with this full name, and gets the user id
    /// that this gives. `None` where there is no such invitation, or it has expired.
    pub fn accept_invitation(
        &self,
        invitation_id: InvitationId,
        full_name: &str,
    ) -> Option<String> {
        let mut state = lock(&self.server.state);
        api::members::accept(&mut state, invitation_id, full_name, self.now())
    }

    /// References in the state that lead nowhere, in words: none, or this server has a bug.
    ///
    /// Cheap enough for a test to ask after every call.
    pub fn dangling(&self) -> Vec<String> {
        lock(&self.server.state).dangling()
    }

    /// What time it is for the server. It passes as tokio's clock does, and is ahead of it by what
    /// [`advance`](Fake::advance) was told.
    pub fn now(&self) -> DateTime<Utc> {
        self.server.clock.now()
    }

    /// Moves the server's clock on, and no other: a quota starts anew, an invitation runs out.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> configcat_management::Result<()> {
    /// # use configcat_fake::Fake;
    /// let fake = Fake::builder().quota(1, Duration::from_secs(60)).start().await;
    /// fake.client().get_me().send().await?;
    /// fake.advance(Duration::from_secs(60));
    /// let me = fake.client().get_me().send().await?;
    /// assert_eq!(me.headers()["x-rate-limit-remaining"], "0"); // not refused: the first of a new period
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance(&self, by: Duration) {
        self.server.clock.advance(by);
    }

    /// A look at what the server holds.
    pub fn view(&self) -> View {
        View::new(&lock(&self.server.state), usize::MAX)
    }

    /// The certificate that clients have to trust, as PEM; `None` where the server does not speak TLS.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Stops the server, and waits until its port is free again.
    pub async fn stop(mut self) {
        self.end();
        if let Some(task) = self.task.take() {
            let abort = task.abort_handle();
            // A connection that is in the middle of something does not hold the end up for long.
            if tokio::time::timeout(Duration::from_secs(1), task)
                .await
                .is_err()
            {
                abort.abort();
            }
        }
    }

    /// The state as JSON, secrets included: a [`Seed`] for other servers.
    pub fn to_json(&self) -> String {
        // Nothing in a state is such that JSON cannot say it.
        saving::to_json(&lock(&self.server.state)).unwrap_or_default()
    }

    /// Writes the last changes, where there is a file for them.
    fn save_last(&self) {
        let saved = self
            .saver
            .as_ref()
            .map(|saver| saver.save(&self.server.state));
        if let Some(Err(error)) = saved {
            eprintln!("configcat-fake: the state cannot be saved: {error}");
        }
    }

    fn end(&mut self) {
        self.server.stopped.store(true, Ordering::Release);
        self.server.changed.send_replace(());
        self.save_last();
        if let Some(stop) = self.stop.take() {
            // Nobody listens where the runtime has gone, and the server with it.
            let _ = stop.send(());
        }
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fake")
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.end();
    }
}

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
    ada_token: Secret,
    clock: Option<DateTime<Utc>>,
    seed: Seed,
    state_file: Option<PathBuf>,
    page: bool,
    record: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls: bool,
}

impl FakeBuilder {
    /// The user name where none is set.
    pub const DEFAULT_USER: &'static str = "user";
    /// The password where none is set.
    pub const DEFAULT_PASSWORD: &'static str = "pass";
    /// Ada's token where none is set.
    pub const DEFAULT_ADA_TOKEN: &'static str = "token";

    fn new() -> Self {
        FakeBuilder {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            credentials: (
                Self::DEFAULT_USER.to_string(),
                Secret::from(Self::DEFAULT_PASSWORD),
            ),
            more_credentials: Vec::new(),
            quotas: Vec::new(),
            ada_token: Secret::from(Self::DEFAULT_ADA_TOKEN),
            clock: None,
            seed: Seed::demo(),
            state_file: None,
            page: true,
            record: None,
            #[cfg(feature = "tls")]
            tls: false,
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
    /// the limiter that ConfigCat's headers point to.
    pub fn quota(mut self, requests: u32, period: Duration) -> Self {
        self.quotas.push(Quota { requests, period });
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

    /// A file that keeps the state from one server to the next, as JSON. Where it exists, the server starts with it, and not
    /// with the seed. It is written soon after every change and at the end, in one step, so that it is never half-written; only
    /// its owner can read it, because it holds the state's secrets. Default: none.
    pub fn state_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.state_file = Some(file.into());
        self
    }

    /// Leaves out the page at `/`, which needs no credentials. Default: it is there.
    pub fn without_page(mut self) -> Self {
        self.page = false;
        self
    }

    /// A file that every request is added to when it is over, one JSON object a line: `time`, `method`, `path`, `operation`,
    /// `status`, `milliseconds` and `body`. It is created where it does not exist. Default: none.
    pub fn record(mut self, file: impl Into<PathBuf>) -> Self {
        self.record = Some(file.into());
        self
    }

    /// Speaks TLS, with a certificate that it makes for itself and that [`Fake::client`] trusts. Default: plain HTTP.
    #[cfg(feature = "tls")]
    pub fn tls_self_signed(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Starts the server.
    ///
    /// # Panics
    ///
    /// Where it cannot start: this is for tests. [`try_start`](Self::try_start) gives the error instead.
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
    /// Where the port is taken, the file to record to or the one for the state cannot be used, or the credentials are of a kind
    /// that HTTP Basic authentication cannot carry.
    pub async fn try_start(self) -> io::Result<Fake> {
        let (user, password) = &self.credentials;
        let tcp = TcpListener::bind(self.address).await?;
        let address = tcp.local_addr()?;
        #[cfg(feature = "tls")]
        let tls = match self.tls {
            true => Some(SelfSigned::new(address.ip())?),
            false => None,
        };
        #[cfg(feature = "tls")]
        let certificate = tls.as_ref().map(|tls| tls.pem.clone());
        #[cfg(not(feature = "tls"))]
        let certificate: Option<String> = None;
        let client = client_builder(address, user, password, certificate.as_deref())?;
        let client = client.build().map_err(io::Error::other)?;
        let record = self
            .record
            .map(|path| File::options().append(true).create(true).open(path));
        let clock = Clock::new(self.clock.unwrap_or_else(Utc::now));
        let saver = self.state_file.map(|file| Arc::new(Saver::new(file)));
        let saved = saver.as_ref().map(|saver| saver.load()).transpose()?;
        let (state, demo) = match saved.flatten() {
            Some(state) => (state, None),
            None => self.seed.plant(clock.now()).map_err(io::Error::other)?,
        };
        let stopped = Arc::new(AtomicBool::new(false));
        let mut credentials = vec![self.credentials];
        credentials.extend(self.more_credentials);
        let server = Arc::new(Server {
            state: Mutex::new(state),
            limits: Mutex::new(Limits::new(self.quotas)),
            faults: Mutex::default(),
            journal: Mutex::new(Journal::with_file(record.transpose()?)),
            clock,
            page: self.page,
            credentials,
            routes: Routes::new(),
            ada: Ada::new(self.ada_token),
            stopped: stopped.clone(),
            changed: watch::Sender::new(()),
        });
        if let Some(saver) = &saver {
            saver.save(&server.state)?;
            tokio::spawn(keep_saved(server.clone(), saver.clone()));
        }
        let (stop, stopping) = oneshot::channel::<()>();
        let app = router(server.clone()).into_make_service_with_connect_info::<Cut>();
        let listener = Listener {
            tcp,
            stopped,
            #[cfg(feature = "tls")]
            tls: tls.map(|tls| Tls::new(tls.acceptor)),
        };
        let serving = axum::serve(listener, app).with_graceful_shutdown(async {
            // An error means that the handle has gone, which is an end too.
            let _ = stopping.await;
        });
        let task = tokio::spawn(async {
            // Serving ends with the handle, and with no error before that.
            let _ = serving.await;
        });
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

/// Writes the state some time after it has changed, until the server stops.
async fn keep_saved(server: Arc<Server>, saver: Arc<Saver>) {
    let mut changed = server.changed.subscribe();
    while changed.changed().await.is_ok() && !server.stopped.load(Ordering::Acquire) {
        tokio::time::sleep(saving::DEBOUNCE).await;
        changed.mark_unchanged();
        let (server, saver) = (server.clone(), saver.clone());
        let saved = tokio::task::spawn_blocking(move || saver.save(&server.state)).await;
        if let Ok(Err(error)) = saved {
            eprintln!("configcat-fake: the state cannot be saved: {error}");
        }
    }
}

fn base_url(address: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    // Who listens everywhere is reached at home.
    match address.ip().is_unspecified() {
        true => format!("{scheme}://127.0.0.1:{}", address.port()),
        false => format!("{scheme}://{address}"),
    }
}

fn client_builder(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_go_between_threads() {
        fn both<T: Send + Sync>() {}
        both::<Fake>();
        both::<FakeBuilder>();
    }
}
