//! Points in time that can be stored.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A point in time: so long after the limiter began, or, in a fleet, after 1970 by the clock of Redis. Nothing overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "redis", serde(into = "u64", from = "u64"))]
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

/// Nanoseconds, which is shorter to store; until the year 2554.
#[cfg(feature = "redis")]
impl From<Moment> for u64 {
    fn from(moment: Moment) -> u64 {
        moment.0.as_nanos().try_into().unwrap_or(u64::MAX)
    }
}

#[cfg(feature = "redis")]
impl From<u64> for Moment {
    fn from(nanoseconds: u64) -> Self {
        Moment(Duration::from_nanos(nanoseconds))
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
