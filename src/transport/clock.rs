//! What the server's clock shows, seen from here.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// Added to a moment that is taken from this machine's clock, for clocks that are set by the network and a little apart.
const MARGIN: f64 = 0.025;

/// Maps the server's moments to this process's.
///
/// A `Date` header tells the server's time to the second, and each one narrows the difference between the two clocks: the
/// answer was written between sending and receiving. Where this machine's clock fits into what is left, it is trusted, which
/// is finer than a second; where it does not, or has proved wrong, the difference that makes a moment latest counts.
#[derive(Debug)]
pub(crate) struct ServerClock {
    /// Where all times below count from.
    anchor: Instant,
    /// Unix seconds of this machine's clock at the anchor.
    local: f64,
    /// The server's Unix seconds at the anchor lie between these.
    bounds: Option<(f64, f64)>,
    distrusted: bool,
}

impl ServerClock {
    pub(crate) fn new() -> Self {
        ServerClock {
            anchor: Instant::now(),
            local: seconds(Utc::now()),
            bounds: None,
            distrusted: false,
        }
    }

    /// A `Date` header of an answer that was asked for and received at these moments.
    pub(crate) fn saw(&mut self, date: DateTime<Utc>, sent: Instant, received: Instant) {
        let date = seconds(date);
        let least = date - self.since(received);
        let most = date + 1.0 - self.since(sent);
        self.bounds = match self.bounds {
            Some((low, high)) if low.max(least) <= high.min(most) => {
                Some((low.max(least), high.min(most)))
            }
            // The first one; or one of the clocks was set.
            _ => Some((least, most)),
        };
    }

    /// A moment came too early: this machine's clock is not to be trusted with fractions of a second.
    pub(crate) fn distrust(&mut self) {
        self.distrusted = true;
    }

    /// Whether a moment is more than a guess.
    pub(crate) fn is_certain(&self) -> bool {
        self.bounds.is_some_and(|(low, high)| {
            self.distrusted || !(low..=high).contains(&self.local) || high - low < MARGIN
        })
    }

    /// When a moment of the server is here; `None` where that is more than a year away.
    pub(crate) fn instant(&self, moment: DateTime<Utc>) -> Option<Instant> {
        let at_anchor = match self.bounds {
            None => self.local - MARGIN,
            Some((low, high)) if !self.distrusted && (low..=high).contains(&self.local) => {
                low.max(self.local - MARGIN)
            }
            Some((low, _)) => low,
        };
        let from_anchor = seconds(moment) - at_anchor;
        const YEAR: f64 = 366.0 * 24.0 * 3600.0;
        match from_anchor {
            past if past <= 0.0 => Some(self.anchor),
            near if near < YEAR => self.anchor.checked_add(Duration::from_secs_f64(near)),
            _ => None,
        }
    }

    /// Where this clock counts from.
    pub(crate) fn anchor(&self) -> Instant {
        self.anchor
    }

    fn since(&self, instant: Instant) -> f64 {
        instant.saturating_duration_since(self.anchor).as_secs_f64()
    }
}

fn seconds(moment: DateTime<Utc>) -> f64 {
    moment.timestamp() as f64 + f64::from(moment.timestamp_subsec_nanos()) / 1e9
}
