//! Points in time that can be stored.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A point in time: so long after the limiter began, or, in a fleet, after 1970 by the clock of Redis. Nothing overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) Duration);

impl Moment {
    /// In seconds; what lies before the beginning is the beginning, and what no clock can tell is `None`.
    pub(crate) fn from_seconds(seconds: f64) -> Option<Self> {
        Duration::try_from_secs_f64(seconds.max(0.0))
            .ok()
            .map(Moment)
    }

    pub(crate) fn seconds(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Moment(self.0.saturating_add(duration))
    }
}

/// How long the one is after the other; nothing if it is before.
impl Sub for Moment {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
impl std::ops::AddAssign<Duration> for Moment {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}
