//! The recording of all requests.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::Method;

/// One request that the server got, and what became of it. Headers are not recorded: they hold secrets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// The path, with its query.
    pub path: String,
    /// The id of the operation, such as `get-config`; `None` where the path and method are none.
    pub operation: Option<&'static str>,
    /// The status of the answer; `None` while there is none, and where none went out.
    pub status: Option<u16>,
    /// The body of the request, as text, cut at [`Recorded::MAX_BODY`] bytes.
    pub body: String,
    /// When the request came, by the server's clock.
    pub started: DateTime<Utc>,
    /// How long the server took over it.
    pub duration: Duration,
}

impl Recorded {
    /// 16 KiB of a body are kept: any request that a person wrote, and the beginning of one that a program did.
    pub const MAX_BODY: usize = 16 * 1024;
    /// The last 10 000 requests are kept, so that a server that runs for days does not fill the memory.
    pub const MAX_REQUESTS: usize = 10_000;
}

/// The requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Recorded>,
    /// The number of the entry that stands first.
    first: u64,
}

impl Journal {
    /// Writes a request down, and gives it a number.
    pub(crate) fn begin(&mut self, recorded: Recorded) -> u64 {
        if self.entries.len() >= Recorded::MAX_REQUESTS {
            self.entries.pop_front();
            self.first += 1;
        }
        self.entries.push_back(recorded);
        self.first + self.entries.len() as u64 - 1
    }

    /// Adds how the request with this number ended.
    pub(crate) fn end(&mut self, number: u64, status: Option<u16>, ended: DateTime<Utc>) {
        let index = number.checked_sub(self.first);
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            entry.status = status;
            entry.duration = (ended - entry.started).to_std().unwrap_or_default();
        }
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.first += self.entries.len() as u64;
        self.entries.clear();
    }
}

/// The beginning of a body, as text.
pub(crate) fn text(body: &[u8]) -> String {
    let end = body.len().min(Recorded::MAX_BODY);
    String::from_utf8_lossy(body.get(..end).unwrap_or_default()).into_owned()
}
