//! A limiter that is one of a fleet: the fleet decides, the model takes note, so that it can go on alone.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::{Permit, RateLimiter, TooLate};
use crate::engine::limit::fleet::{Fleet, Reply};
use crate::engine::transport::events::Listener;
use crate::{Error, Secret};

/// How long an answer to somebody else in the fleet is waited for before it is asked again, at first; doubled each time.
const FIRST_LOOK: Duration = Duration::from_millis(3);
/// However long there is nothing to be had, the fleet is asked again after this.
const LAST_LOOK: Duration = Duration::from_millis(250);

impl RateLimiter {
    /// Shares the limit with all processes that send to this server as this user.
    pub(crate) fn join_fleet(
        &self,
        url: &Secret,
        base_and_user: (&str, &str),
        listener: Option<Listener>,
    ) -> crate::Result<()> {
        let max_wait = self.shared.model().max_wait();
        let fleet = Fleet::new(url, base_and_user, max_wait, listener)?;
        match self.shared.fleet.get_or_init(|| fleet.clone()).is(&fleet) {
            true => Ok(()),
            false => Err(Error::Config(
                "the rate limiter is of another fleet already; give this client one of its own, by `rate_limiter(limiter)`"
                    .to_string(),
            )),
        }
    }

    /// Asks the fleet once: a permit, or how long to wait and whether that is certain. `None` where it is away.
    pub(super) async fn asked(
        &self,
        fleet: &Fleet,
        demand: u32,
    ) -> Option<Result<Permit, (Duration, bool)>> {
        let now = Instant::now();
        if let Some(moment) = self.shared.change(|model| model.unheaded(now)) {
            return Some(Err((moment - now, false)));
        }
        Some(match fleet.ask(demand).await? {
            Reply::Wait(wait, certain) => Err((wait, certain)),
            Reply::Granted(ticket) => {
                let noted = self.shared.change(|model| model.note(Instant::now()));
                let mut permit = Permit::new(self.clone(), noted);
                permit.fleet = Some(ticket);
                Ok(permit)
            }
        })
    }

    /// Waits until the fleet lets one request go; `None` where it is away. Only the head of the queue does so.
    pub(super) async fn wait_for_fleet(
        &self,
        fleet: &Fleet,
        deadline: Option<Instant>,
    ) -> Option<Result<Permit, TooLate>> {
        let mut patience = FIRST_LOOK;
        loop {
            let mut changed = pin!(self.shared.changed.notified());
            changed.as_mut().enable();
            let demand = match deadline {
                None => self.shared.waiting.load(Ordering::Relaxed),
                Some(_) => 0,
            };
            let (wait, certain) = match self.asked(fleet, demand).await? {
                Ok(permit) => return Some(Ok(permit)),
                Err(wait) => wait,
            };
            if certain {
                self.shared.turned.notify_waiters();
                if deadline.is_some_and(|deadline| Instant::now() + wait > deadline) {
                    return Some(Err(TooLate { needed: Some(wait) }));
                }
                // Not all of the fleet at the same moment.
                let apart = Duration::from_micros(fastrand::u64(..2000));
                sleep(wait.min(LAST_LOOK) + apart).await;
            } else {
                // Whichever comes first: then it looks again.
                let apart = patience.mul_f64(0.75 + fastrand::f64() / 2.0);
                let _ = timeout(wait.min(apart), changed).await;
                patience = (patience * 2).min(LAST_LOOK);
            }
        }
    }
}
