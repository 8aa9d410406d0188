//! What a call is doing, for those who want to watch.

use std::time::Duration;

use http::StatusCode;

use crate::Operation;

/// What a call is doing, told to [`ClientBuilder::on_event`](crate::ClientBuilder::on_event). No secret and no body is in it.
///
/// Each attempt that gets a whole response gives [`Event::Answered`]. A call that fails ends with [`Event::GaveUp`], with two
/// exceptions: one whose arguments are refused gives no event, and one whose body cannot be decoded ends with `Answered`. A
/// dropped call gives no further event. Events of a fleet belong to no particular call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A call waits for the rate limit.
    Waiting {
        /// What is called.
        operation: &'static Operation,
        /// How long that will take; `None` if only the responses to other calls can tell.
        expected: Option<Duration>,
    },
    /// An attempt was answered.
    Answered {
        /// What is called.
        operation: &'static Operation,
        /// Which attempt it was, from 1.
        attempt: u32,
        /// The status of the answer.
        status: StatusCode,
        /// How long the attempt took, its body included.
        took: Duration,
    },
    /// A call is tried again. An edit tells so, too, before it sends the same change once more, after the call's `GaveUp`.
    Retrying {
        /// What is called.
        operation: &'static Operation,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// How long until the next one; `None` if the rate limit decides.
        wait: Option<Duration>,
        /// Why the attempt failed: the status, or what happened to the connection.
        reason: String,
    },
    /// A call is not tried again, and ends with an error.
    GaveUp {
        /// What was called.
        operation: &'static Operation,
        /// How often it was tried.
        attempts: u32,
        /// How long it waited in all: for the rate limit, and between attempts.
        waited: Duration,
        /// Why the last attempt failed: the status, or what happened to the connection.
        reason: String,
    },
    /// Redis, through which a fleet shares its rate limit, does not answer: this process is on its own until
    /// [`Event::RedisAvailable`]. Calls go on.
    RedisUnavailable {
        /// What happened to the connection.
        reason: String,
    },
    /// The fleet shares its rate limit again.
    RedisAvailable,
}

/// The callback that gets the events.
pub(crate) type Listener = std::sync::Arc<dyn Fn(&Event) + Send + Sync>;
