//! Rate limits that many processes share: the model is in Redis, and each of them changes it in turn.
//!
//! Only the head of a process's queue asks. What asks and what tells runs in a task of its own, so that a call which is
//! dropped meanwhile loses nothing. If Redis does not answer, each process is on its own until it is back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisResult};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::model::Model;
use super::moment::Moment;
use super::reading::Reading;
use super::target::{Granularity, Target};
use super::ticket::Ticket;
use crate::Secret;
use crate::engine::event::{Event, Listener};

mod store;

use store::Store;

/// A Redis that takes longer is away. Most take less than a millisecond.
const ANSWER_TIME: Duration = Duration::from_millis(500);
/// If others have been quicker for so long, a process decides alone on what it has asked.
const LONGEST_CONFLICT: Duration = Duration::from_secs(2);
/// How long no call with a deadline asks after one that had no answer in time.
const SLOW: Duration = Duration::from_secs(1);
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
    store: Store,
    listener: Option<Listener>,
    /// Never held across an await.
    link: Mutex<Link>,
    /// The scope in which nobody of the fleet may send, and until when.
    closed: Mutex<Option<(u64, Instant)>>,
    /// What is to be done to the model, and where the result goes. Whoever has the turn does it for all.
    waiting: Mutex<Vec<(Action, oneshot::Sender<Reply<Ticket>>)>>,
    turn: tokio::sync::Mutex<()>,
    /// How narrow scopes were last.
    grain: Mutex<Granularity>,
    /// One that could not wait had no answer: until when none like it asks, unless an answer comes.
    slow_until: Mutex<Option<Instant>>,
}

enum Link {
    /// Nobody has called yet.
    New,
    Up(MultiplexedConnection),
    /// And who tries to reach it.
    Away(JoinHandle<()>),
}

/// What a process does to the model that all share.
enum Action {
    /// To ask for the right to send a request, for one of so many that wait.
    Ask {
        target: Target,
        demand: u32,
        /// How narrow scopes are here.
        grain: Granularity,
    },
    Response(Ticket, Reading),
    /// There will be no response; and whether the request was sent.
    Loss(Ticket, bool),
}

impl Action {
    fn target(&self) -> Target {
        match self {
            Action::Ask { target, .. } => *target,
            Action::Response(ticket, _) | Action::Loss(ticket, _) => ticket.target,
        }
    }

    fn apply(&self, model: &mut Model, now: Moment) -> Reply<Ticket> {
        match self {
            Action::Ask { grain, .. } if model.grain() > *grain => Reply::Narrow(model.grain()),
            Action::Ask {
                target,
                demand,
                grain,
            } => {
                model.narrow(*grain, now);
                match model.admit(*target, now, *demand) {
                    Ok(ticket) => Reply::Granted(ticket),
                    Err(moment) => Reply::Wait(moment - now, model.is_idle(target)),
                }
            }
            Action::Response(ticket, reading) => {
                model.record_response(*ticket, now, reading);
                Reply::Recorded
            }
            Action::Loss(ticket, sent) => {
                model.record_loss(*ticket, now, *sent);
                Reply::Recorded
            }
        }
    }
}

/// What the model says to a process.
pub(crate) enum Reply<P = FleetPermit> {
    Granted(P),
    /// Nothing before this time is over; and whether no answer can change that.
    Wait(Duration, bool),
    /// Answers have shown others that scopes are as narrow as this.
    Narrow(Granularity),
    Recorded,
}

/// The right to send one request, given by the fleet. Dropping it gives it back.
pub(crate) struct FleetPermit {
    /// `None` once it is given back.
    fleet: Option<Fleet>,
    ticket: Ticket,
    sent: bool,
}

impl Fleet {
    /// Checks the URL; the first call connects.
    pub(crate) fn new(
        url: &Secret,
        (base, user): (&str, &str),
        fresh: Model,
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
            store: Store::new(fresh, base, user),
            listener,
            link: Mutex::new(Link::New),
            closed: Mutex::new(None),
            waiting: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            grain: Mutex::new(Granularity::Credential),
            slow_until: Mutex::new(None),
        })))
    }

    /// Whether both are the same fleet.
    pub(crate) fn is(&self, other: &Fleet) -> bool {
        (self.0.store.key(), &self.0.address) == (other.0.store.key(), &other.0.address)
    }

    /// Asks for the right to send one request, for one of so many that wait; `None` if Redis is away, or does not answer in time.
    /// `grain` is how narrow scopes are here.
    pub(crate) async fn ask(
        &self,
        target: Target,
        grain: Granularity,
        demand: u32,
        patience: Option<Duration>,
    ) -> Option<Reply> {
        if patience.is_some()
            && lock(&self.0.slow_until).is_some_and(|until| Instant::now() < until)
        {
            return None;
        }
        let asked = self.change(Action::Ask {
            target,
            demand,
            grain,
        });
        let reply = match patience {
            None => asked.await,
            Some(patience) => {
                let reply = timeout(patience, asked).await;
                if reply.is_err() {
                    *lock(&self.0.slow_until) = Some(Instant::now() + SLOW);
                }
                reply.ok()?
            }
        };
        let reply = reply.ok()??;
        let until = match reply {
            Reply::Wait(wait, true) => Some((target.key(grain), Instant::now() + wait)),
            _ => None,
        };
        *lock(&self.0.closed) = until;
        Some(reply)
    }

    /// Changes the model; `None` if Redis is away. Goes on even if nobody waits for it: a permit gives itself back.
    fn change(&self, action: Action) -> JoinHandle<Option<Reply>> {
        let fleet = self.clone();
        tokio::spawn(async move {
            let (sender, reply) = oneshot::channel();
            lock(&fleet.0.waiting).push((action, sender));
            // Whoever has the turn may be of a runtime that is not driven any more. Without it, there are more conflicts.
            let turn = timeout(ANSWER_TIME, fleet.0.turn.lock()).await;
            let batch = std::mem::take(&mut *lock(&fleet.0.waiting));
            if !batch.is_empty() {
                fleet.change_all(batch).await;
            }
            drop(turn);
            let reply = reply.await;
            *lock(&fleet.0.slow_until) = None;
            Some(match reply.ok()? {
                Reply::Granted(ticket) => Reply::Granted(FleetPermit {
                    fleet: Some(fleet),
                    ticket,
                    sent: false,
                }),
                Reply::Wait(wait, certain) => Reply::Wait(wait, certain),
                Reply::Narrow(grain) => Reply::Narrow(grain),
                Reply::Recorded => Reply::Recorded,
            })
        })
    }

    async fn change_all(&self, batch: Vec<(Action, oneshot::Sender<Reply<Ticket>>)>) {
        let Some(mut redis) = self.link().await else {
            return;
        };
        let targets: Vec<Target> = batch.iter().map(|(action, _)| action.target()).collect();
        let began = Instant::now();
        let replies = loop {
            let grain = *lock(&self.0.grain);
            let change = |model: &mut Model, now: Moment| {
                let replies = batch.iter().map(|(action, _)| action.apply(model, now));
                replies.collect::<Vec<_>>()
            };
            let store = &self.0.store;
            let changed = store.change(&mut redis, &targets, grain, change).await;
            match changed.map(|(grain, replies)| {
                *lock(&self.0.grain) = grain;
                replies
            }) {
                Ok(Some(replies)) => break replies,
                // Others are quicker each time: nobody is to wait for that.
                Ok(None) if began.elapsed() > LONGEST_CONFLICT => return,
                Ok(None) => sleep(Duration::from_micros(fastrand::u64(..1000))).await,
                Err(error) => return self.report_outage(&error),
            }
        };
        for ((_, sender), reply) in batch.into_iter().zip(replies) {
            let _ = sender.send(reply);
        }
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
    /// Connects, and shows that the fleet may write there.
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
        self.store.check(&mut redis).await?;
        Ok(redis)
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

    /// An answer came. Gives what ends when the fleet knows.
    pub(crate) fn record_response(
        mut self,
        reading: &Reading,
    ) -> Option<JoinHandle<Option<Reply>>> {
        let fleet = self.fleet.take()?;
        Some(fleet.change(Action::Response(self.ticket, reading.clone())))
    }
}

impl std::fmt::Debug for FleetPermit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FleetPermit")
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

impl Drop for FleetPermit {
    fn drop(&mut self) {
        // Without a runtime, nobody is told: the fleet thinks that it is in flight until the period ends.
        if let Some(fleet) = self.fleet.take()
            && tokio::runtime::Handle::try_current().is_ok()
        {
            fleet.change(Action::Loss(self.ticket, self.sent));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
