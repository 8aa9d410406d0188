//! A limiter that is one of a fleet: the fleet decides, the model takes note, so that it can go on alone.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::{Permit, Queued, RateLimiter, TooLate};
use crate::Secret;
use crate::engine::event::Listener;
use crate::engine::limit::fleet::{Fleet, Reply};

/// How long an answer to somebody else in the fleet is waited for before it is asked again, at first; doubled each time.
const FIRST_LOOK: Duration = Duration::from_millis(3);
/// However long there is nothing to be had, the fleet is asked again after this.
const LAST_LOOK: Duration = Duration::from_millis(250);

/// The fleet may take this part of the time that a call has until its deadline to answer; then it counts as away for that call.
const PARTS: u32 = 4;

impl RateLimiter {
    /// Shares the limit with all processes that send to this server as this user.
    pub(crate) fn join_fleet(
        &self,
        url: &Secret,
        base_and_user: (&str, &str),
        listener: Option<Listener>,
    ) -> Result<(), String> {
        let fresh = self.shared.state().model.without_knowledge();
        let fleet = Fleet::new(url, base_and_user, fresh, listener)?;
        match self.shared.fleet.get_or_init(|| fleet.clone()).is(&fleet) {
            true => Ok(()),
            false => Err(
                "the rate limiter already belongs to another fleet; give this client one of its own, by `rate_limiter(limiter)`"
                    .to_string(),
            ),
        }
    }

    /// Asks the fleet once: a permit, or how long to wait and whether that is certain. `None` if it is away, or too slow.
    pub(super) async fn ask_fleet(
        &self,
        fleet: &Fleet,
        queued: &Queued<'_>,
        deadline: Option<Instant>,
    ) -> Option<Result<Permit, (Duration, bool)>> {
        let shared = &self.shared;
        let slot = shared.slots.clone().acquire_owned().await.ok();
        let target = queued.target;
        let (grain, demand) = {
            let state = shared.state();
            (state.model.grain(), state.demand(&target, deadline))
        };
        // The same each time: shortly before the deadline, no less.
        let patience = deadline.map(|it| it.saturating_duration_since(queued.entered) / PARTS);
        Some(match fleet.ask(target, grain, demand, patience).await? {
            Reply::Narrow(grain) => {
                let mut state = shared.state();
                shared.change(&mut state, |model| model.narrow(grain, shared.now()));
                state.regroup();
                Err((Duration::ZERO, false))
            }
            Reply::Wait(wait, certain) => Err((wait, certain)),
            Reply::Recorded => return None,
            Reply::Granted(ticket) => {
                let mut state = shared.state();
                let noted = shared.change(&mut state, |model| {
                    model.record_request(target, shared.now())
                });
                drop(state);
                let mut permit = Permit::new(self.shared.clone(), noted, slot);
                permit.fleet = Some(ticket);
                Ok(permit)
            }
        })
    }

    /// Waits until the fleet lets one request go; `None` if it is away, and a `None` within that if somebody else is at
    /// the head of the queue. Only the head does so.
    pub(super) async fn wait_for_fleet(
        &self,
        fleet: &Fleet,
        queued: &Queued<'_>,
        deadline: Option<Instant>,
    ) -> Option<Option<Result<Permit, TooLate>>> {
        let mut patience = FIRST_LOOK;
        while queued.is_head() {
            if let Err(late) = self.check_max_wait(&queued.target) {
                return Some(Some(Err(late)));
            }
            let mut changed = pin!(queued.changed.notified());
            changed.as_mut().enable();
            let (wait, certain) = match self.ask_fleet(fleet, queued, deadline).await? {
                Ok(permit) => return Some(Some(Ok(permit))),
                Err(wait) => wait,
            };
            if certain {
                self.shared.estimate_changed.notify_waiters();
                if deadline.is_some_and(|deadline| Instant::now() + wait > deadline) {
                    return Some(Some(Err(TooLate::after(Some(wait)))));
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
        Some(None)
    }
}
