//! The server, as a value: while it lives, it answers.

use configcat_management::types::{InvitationId, OrganizationId};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::{fmt, io};

use chrono::{DateTime, Utc};
#[cfg(feature = "ada")]
use configcat_management::ada;
use configcat_management::{Client, ClientBuilder};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::api;
use crate::builder::{FakeBuilder, base_url, client_builder};
use crate::faults::Fault;
use crate::http::{Server, lock};
use crate::journal::Recorded;
use crate::saving::{self, Saver};
use crate::seed::Demo;
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
    pub(crate) server: Arc<Server>,
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
    pub(crate) demo: Option<Demo>,
    pub(crate) saver: Option<Arc<Saver>>,
    /// What clients have to trust, if the server speaks TLS.
    pub(crate) certificate: Option<String>,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) task: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts a server with the defaults: a free port of 127.0.0.1, the [demo](Demo) inside.
    ///
    /// # Panics
    ///
    /// If the server cannot start; see [`FakeBuilder::try_start`].
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
        self.server.credentials.first().0
    }

    /// The password that goes with the user name.
    pub fn password(&self) -> &str {
        self.server.credentials.first().1
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
    /// If the token is of a kind that no header can carry.
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
    /// Ends the development of an integration of Ada, or begins it again, which no operation does. `false` if there is
    /// no such integration.
    pub fn set_ada_status(&self, id: &str, status: ada::types::IntegrationStatus) -> bool {
        self.server.ada.set_status(id, status)
    }

    /// The ids of the demo, if the server was started with it.
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
    /// that this gives. `None` if there is no such invitation, or it has expired.
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

    /// Moves the server's clock on, and no other: a quota starts anew, an invitation runs out. It goes no further than a century
    /// from where it started.
    ///
    /// A client that was told to wait for the quota does not know of this and goes on waiting; a new one, as below, does not.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> configcat_management::Result<()> {
    /// # use configcat_fake::Fake;
    /// let fake = Fake::builder().quota(1, Duration::from_secs(60)).start().await;
    /// fake.client().get_me().send().await?;
    /// fake.advance(Duration::from_secs(60));
    /// let me = fake.client_builder().build()?.get_me().send().await?;
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

    /// The certificate that clients have to trust, as PEM; `None` if the server does not speak TLS.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Stops the server, and waits until its port is free again. A state that cannot be saved is told on the standard error output.
    pub async fn stop(self) {
        tell(self.try_stop().await);
    }

    /// Stops the server, and waits until its port is free again.
    ///
    /// # Errors
    ///
    /// If the last state cannot be saved in its [file](FakeBuilder::state_file). The server has stopped all the same.
    pub async fn try_stop(mut self) -> io::Result<()> {
        let saved = self.end();
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
        saved
    }

    /// Puts everything back to how the server started: the seed, clock, quota, credentials and audit logs of V1; no faults, and no
    /// requests so far. The ids of [`demo`](Fake::demo) are the same again. `POST /_fake/reset` does the same.
    ///
    /// # Panics
    ///
    /// If the seed cannot be planted again, which is a bug.
    pub fn reset(&self) {
        if let Err(error) = self.server.reset() {
            panic!("the seed: {error}");
        }
        self.server.changed.send_replace(());
    }

    /// The state as JSON, secrets included: a [`Seed`](crate::Seed) for other servers.
    pub fn to_json(&self) -> String {
        // Nothing in a state is such that JSON cannot say it.
        saving::to_json(&lock(&self.server.state)).unwrap_or_default()
    }

    /// Lets nothing out any more, and writes the last changes if there is a file for them.
    fn end(&mut self) -> io::Result<()> {
        self.server.stopped.store(true, Ordering::Release);
        self.server.changed.send_replace(());
        let saved = self
            .saver
            .take()
            .map(|saver| saver.close(&self.server.state));
        if let Some(stop) = self.stop.take() {
            // Nobody listens if the runtime has gone, and the server with it.
            let _ = stop.send(());
        }
        saved.unwrap_or(Ok(()))
    }
}

/// Who cannot be given an error is told.
fn tell(saved: io::Result<()>) {
    if let Err(error) = saved {
        eprintln!("configcat-fake: the state cannot be saved: {error}");
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
        tell(self.end());
    }
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
