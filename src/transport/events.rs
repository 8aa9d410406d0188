//! What a call is doing, for those who want to watch.

use std::time::Duration;

use http::StatusCode;

use crate::Operation;

/// What a call is doing, told to [`ClientBuilder::on_event`](crate::ClientBuilder::on_event). No secret and no body is in it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A call waits for the rate limit.
    Waiting {
        /// What is called.
        operation: &'static Operation,
        /// How long it will take, as far as known.
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
    /// A call is tried again.
    Retrying {
        /// What is called.
        operation: &'static Operation,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// How long until the next one; `None` where the rate limit decides.
        wait: Option<Duration>,
        /// Why the attempt failed.
        reason: String,
    },
}

/// Who is told.
pub(crate) type Listener = Box<dyn Fn(&Event) + Send + Sync>;
