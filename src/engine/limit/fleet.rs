//! Rate limits that many processes share: what is left of each window is in Redis, where a script gives the permits.
//!
//! Only the head of a process's queue asks. What asks and what tells runs in a task of its own, so that a call which is
//! dropped meanwhile loses nothing. If Redis does not answer, each process is on its own until it is back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisResult, Script, ScriptInvocation};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::flight::Flight;
use super::hidden::{GUESS_STEP, PROBE_AFTER, PROBE_AFTER_MISMATCH, STRAY};
use super::limits::DOCUMENTED;
use super::reading::Reading;
use super::scope::{CLOCK_SAMPLES, FIRST_WAIT, WITHOUT_RESET};
use super::target::Granularity;
use super::times::Time;
use crate::Secret;
use crate::engine::event::{Event, Listener};

/// What goes before the hash in the name of a key.
const PREFIX: &str = "configcat:rate:";
/// Goes into the hash, so that releases that keep their state in another way do not meet.
const FORMAT: &str = "4";

/// A Redis that takes longer is away. Most take less than a millisecond.
const ANSWER_TIME: Duration = Duration::from_millis(500);
/// The time to reach a Redis, which may be spent on TLS.
const CONNECT_TIME: Duration = Duration::from_secs(1);
/// The first wait before a Redis that was away is tried again, and the longest one; it doubles in between.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The fleet of one user, seen from one process.
#[derive(Clone)]
pub(crate) struct Fleet(Arc<Keeper>);

struct Keeper {
    client: redis::Client,
    /// Without credentials.
    address: String,
    key: String,
    /// What the script keeps to, as the model does.
    rules: String,
    script: Script,
    listener: Option<Listener>,
    /// Never held across an await.
    link: Mutex<Link>,
    /// Before when nobody of the fleet may send, for certain; and in which scope.
    closed: Mutex<Option<(u64, Instant)>>,
}

enum Link {
    /// Nobody has called yet.
    New,
    Up(MultiplexedConnection),
    /// And who tries to reach it.
    Away(JoinHandle<()>),
}

/// What the fleet says to a process that wants to send a request.
pub(crate) enum Reply {
    Granted(FleetPermit),
    /// Nothing before this time is over; and whether no answer can change that.
    Wait(Duration, bool),
    /// Answers have shown others that scopes are as narrow as this.
    Narrow(Granularity),
}

/// The right to send one request, given by the fleet. Dropping it gives it back.
pub(crate) struct FleetPermit {
    /// `None` once it is given back.
    fleet: Option<Fleet>,
    scope: u64,
    epoch: i64,
    /// In milliseconds of Redis' clock.
    given: i64,
    sent: bool,
}

impl Fleet {
    /// Checks the URL; the first call connects.
    pub(crate) fn new(
        url: &Secret,
        (base, user): (&str, &str),
        max_wait: Duration,
        listener: Option<Listener>,
    ) -> Result<Self, String> {
        let client = redis::Client::open(url.expose()).map_err(|error| {
            // The URL may hold a password, and is not repeated.
            format!(
                "the URL of Redis is wrong: {error}; `fleet(url)` takes one such as redis://host:6379, \
                 rediss://user:password@host:6380 for TLS, or unix:///run/redis.sock"
            )
        })?;
        Ok(Fleet(Arc::new(Keeper {
            address: client.get_connection_info().addr().to_string(),
            client,
            key: key(base, user),
            rules: rules(max_wait),
            script: Script::new(include_str!("fleet.lua")),
            listener,
            link: Mutex::new(Link::New),
            closed: Mutex::new(None),
        })))
    }

    /// Whether both are the same fleet.
    pub(crate) fn is(&self, other: &Fleet) -> bool {
        (&self.0.key, &self.0.address) == (&other.0.key, &other.0.address)
    }

    /// Asks for the right to send one request of a scope, for one of so many that wait; `None` if Redis is away. `grain` is
    /// how narrow scopes are here; `None` if they stay as they are.
    pub(crate) async fn ask(
        &self,
        scope: u64,
        grain: Option<Granularity>,
        demand: u32,
    ) -> Option<Reply> {
        let fleet = self.clone();
        // A ticket that nobody waits for any more gives itself back.
        tokio::spawn(async move { fleet.ask_script(scope, grain, demand).await })
            .await
            .ok()?
    }

    async fn ask_script(
        self,
        scope: u64,
        grain: Option<Granularity>,
        demand: u32,
    ) -> Option<Reply> {
        let grain = grain.map(|grain| (grain as u8).to_string());
        let arguments = [grain.unwrap_or_default(), demand.to_string()];
        let reply = self.call(scope, "ask", &arguments).await?;
        let (reply, closed) = match *reply {
            [1, epoch, given] => {
                let fleet = Some(self.clone());
                let sent = false;
                let ticket = FleetPermit {
                    fleet,
                    scope,
                    epoch,
                    given,
                    sent,
                };
                (Reply::Granted(ticket), None)
            }
            [0, wait, certain] => {
                let wait = Duration::from_millis(wait.try_into().unwrap_or_default());
                let until = (certain == 1).then(|| (scope, Instant::now() + wait));
                (Reply::Wait(wait, certain == 1), until)
            }
            [2, grain] => (Reply::Narrow(Granularity::from_number(grain)?), None),
            _ => return None,
        };
        *lock(&self.0.closed) = closed;
        Some(reply)
    }

    /// How long nobody of the fleet may send in a scope for certain; `None` if that is not known.
    pub(crate) fn estimate(&self, scope: u64) -> Option<Duration> {
        let closed = lock(&self.0.closed).filter(|(closed, _)| *closed == scope);
        closed?.1.checked_duration_since(Instant::now())
    }

    /// Whether each process is on its own.
    pub(crate) fn is_away(&self) -> bool {
        matches!(*lock(&self.0.link), Link::Away(_))
    }

    /// Has the script run; `None` if Redis is away.
    async fn call(&self, scope: u64, what: &str, arguments: &[String]) -> Option<Vec<i64>> {
        let mut redis = self.link().await?;
        let mut invocation = self.0.invocation(scope, what);
        for argument in arguments {
            invocation.arg(argument);
        }
        let reply = invocation.invoke_async(&mut redis).await;
        reply.map_err(|error| self.report_outage(&error)).ok()
    }

    /// The connection. The first call waits until it is there, or not.
    async fn link(&self) -> Option<MultiplexedConnection> {
        match &mut *lock(&self.0.link) {
            Link::New => {}
            Link::Up(redis) => return Some(redis.clone()),
            Link::Away(trying) => {
                // Its runtime may be gone.
                if trying.is_finished() {
                    *trying = tokio::spawn(self.clone().reconnect());
                }
                return None;
            }
        }
        match self.0.connect().await {
            Ok(redis) => {
                *lock(&self.0.link) = Link::Up(redis.clone());
                Some(redis)
            }
            Err(error) => {
                self.report_outage(&error);
                None
            }
        }
    }

    /// From now on this process is on its own, and somebody tries to change that.
    fn report_outage(&self, error: &redis::RedisError) {
        let mut link = lock(&self.0.link);
        if let Link::Away(_) = *link {
            return;
        }
        *link = Link::Away(tokio::spawn(self.clone().reconnect()));
        drop(link);
        let reason = error.to_string();
        tracing::warn!(
            redis = self.0.address,
            reason,
            "Redis is away: until it is back, this process keeps to the rate limit on its own"
        );
        self.0.tell(Event::RedisUnavailable { reason });
    }

    /// Tries to reach Redis until it is there, or nobody is left who would want it.
    async fn reconnect(self) {
        let keeper = Arc::downgrade(&self.0);
        drop(self);
        let (mut wait, longest) = RECONNECT;
        loop {
            // Not all of the fleet at the same moment.
            sleep(wait.mul_f64(0.5 + fastrand::f64())).await;
            let Some(keeper) = keeper.upgrade() else {
                return;
            };
            match keeper.connect().await {
                Ok(redis) => {
                    *lock(&keeper.link) = Link::Up(redis);
                    tracing::info!(
                        redis = keeper.address,
                        "Redis is back: the fleet shares its rate limit again"
                    );
                    return keeper.tell(Event::RedisAvailable);
                }
                Err(error) => {
                    tracing::debug!(redis = keeper.address, %error, "Redis is still away");
                }
            }
            wait = (wait * 2).min(longest);
        }
    }
}

impl Keeper {
    /// Connects, and has the script run once, which shows that it may write.
    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIME))
            .set_response_timeout(Some(ANSWER_TIME));
        let connecting = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        let mut redis = timeout(CONNECT_TIME, connecting)
            .await
            .unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))?;
        let hello = self.invocation(0, "hello");
        let _: Vec<i64> = hello.invoke_async(&mut redis).await?;
        Ok(redis)
    }

    /// What all scopes share has a key, and each scope has one that begins with it. The braces have a cluster keep them together.
    fn invocation(&self, scope: u64, what: &str) -> ScriptInvocation<'_> {
        let mut invocation = self.script.key(&self.key);
        invocation.key(format!("{}:{scope:016x}", self.key));
        invocation.arg(&self.rules).arg(what);
        invocation
    }

    fn tell(&self, event: Event) {
        if let Some(listener) = &self.listener {
            listener(&event);
        }
    }
}

impl FleetPermit {
    /// From here on, the server may have counted the request; or it did not get that far after all.
    pub(crate) fn sent(&mut self, sent: bool) {
        self.sent = sent;
    }

    /// An answer came. Goes on even if nobody waits for it: without it, what the last answer of a process told would end
    /// with the process.
    pub(crate) async fn record_response(mut self, reading: &Reading) {
        let Some(fleet) = self.fleet.take() else {
            return;
        };
        let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
        let (kind, reset) = match reading.moment() {
            None => ("", String::new()),
            Some(Time::At(moment)) => ("at", unix_milliseconds(moment)),
            Some(Time::In(delay)) => ("in", milliseconds(delay)),
        };
        let outcome = match (reading.refused, reading.broken) {
            (true, _) => "refused",
            (_, true) => "broken",
            _ => "ok",
        };
        let rounded = if reading.is_exact { "0" } else { "1000" };
        let arguments = [
            self.epoch.to_string(),
            self.given.to_string(),
            outcome.to_string(),
            number(reading.remaining),
            kind.to_string(),
            reset,
            rounded.to_string(),
            reading.retry_after.map(milliseconds).unwrap_or_default(),
            reading.date.map(unix_milliseconds).unwrap_or_default(),
            number(reading.named.map(|(quota, _)| quota)),
            reading
                .named
                .map(|(_, period)| milliseconds(period))
                .unwrap_or_default(),
        ];
        let scope = self.scope;
        let told = tokio::spawn(async move { fleet.call(scope, "answered", &arguments).await });
        let _ = told.await;
    }
}

impl std::fmt::Debug for FleetPermit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FleetPermit")
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

impl Drop for FleetPermit {
    fn drop(&mut self) {
        // Without a runtime, nobody is told: the fleet thinks that it is in flight until the period ends.
        if let Some(fleet) = self.fleet.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let sent = u8::from(self.sent);
            let arguments = [
                self.epoch.to_string(),
                self.given.to_string(),
                sent.to_string(),
            ];
            let scope = self.scope;
            runtime.spawn(async move { fleet.call(scope, "back", &arguments).await });
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of what is kept for one user of one server; it shows neither.
fn key(base: &str, user: &str) -> String {
    let hash = Sha256::digest(format!("{FORMAT}\n{base}\n{user}"));
    let hex = hash.iter().map(|byte| format!("{byte:02x}"));
    hex.fold(format!("{PREFIX}{{"), |key, byte| key + &byte) + "}"
}

/// The constants of the model, for the script: waits and periods in milliseconds.
fn rules(max_wait: Duration) -> String {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let (quota, period) = DOCUMENTED;
    let rules = serde_json::json!({
        "max_wait": milliseconds(max_wait),
        "first_wait": milliseconds(FIRST_WAIT),
        "transit": milliseconds(Flight::GRACE),
        "without_reset": milliseconds(WITHOUT_RESET),
        "clock_samples": CLOCK_SAMPLES,
        "guess": [quota, milliseconds(period)],
        "probe_after": PROBE_AFTER,
        "probe_after_mismatch": PROBE_AFTER_MISMATCH,
        "guess_step": GUESS_STEP,
        "stray": STRAY,
    });
    rules.to_string()
}

fn milliseconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64() * 1000.0)
}

fn unix_milliseconds(moment: chrono::DateTime<chrono::Utc>) -> String {
    format!("{:.3}", moment.timestamp_micros() as f64 / 1000.0)
}
