//! What time it is for the server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::HeaderValue;
use tokio::time::Instant;

/// A century: no clock overflows on it, and no test waits for its end.
pub(crate) const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Wall-clock time that passes as tokio's clock does, so that a test that moves the one moves the other, and that can be moved
/// on alone.
#[derive(Debug)]
pub(crate) struct Clock {
    wall: DateTime<Utc>,
    started: Instant,
    /// How far it is ahead of tokio's clock, in milliseconds.
    ahead: AtomicU64,
}

impl Clock {
    pub(crate) fn new(wall: DateTime<Utc>) -> Self {
        Clock {
            wall,
            started: Instant::now(),
            ahead: AtomicU64::new(0),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.at(self.instant())
    }

    /// Now, for what compares times.
    pub(crate) fn instant(&self) -> Instant {
        let now = Instant::now();
        let ahead = Duration::from_millis(self.ahead.load(Ordering::Acquire));
        now.checked_add(ahead).unwrap_or(now)
    }

    /// Moves the clock on, by at most a century in all.
    pub(crate) fn advance(&self, by: Duration) {
        let most = u64::try_from(FOR_EVER.as_millis()).unwrap_or(u64::MAX);
        let by = u64::try_from(by.as_millis()).unwrap_or(most);
        let add = |ahead: u64| Some(ahead.saturating_add(by).min(most));
        // It cannot fail, because `add` always gives something.
        let _ = self
            .ahead
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, add);
    }

    pub(crate) fn at(&self, instant: Instant) -> DateTime<Utc> {
        let elapsed = instant.saturating_duration_since(self.started);
        TimeDelta::from_std(elapsed)
            .ok()
            .and_then(|elapsed| self.wall.checked_add_signed(elapsed))
            .unwrap_or(self.wall)
    }
}

/// `2026-11-22T10:15:30.0000000Z`: RFC 3339 with seven fractional digits.
pub(crate) fn seven_digits(time: DateTime<Utc>) -> String {
    let nanos = time.to_rfc3339_opts(SecondsFormat::Nanos, true);
    match nanos.strip_suffix("00Z") {
        Some(seven) => format!("{seven}Z"),
        None => format!("{}Z", nanos.get(..nanos.len() - 3).unwrap_or(&nanos)),
    }
}

/// The `Date` header, by the server's clock.
pub(crate) fn http_date(time: DateTime<Utc>) -> Option<HeaderValue> {
    HeaderValue::from_str(&time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

/// Whole seconds, rounded up.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_seven_fractional_digits() {
        let time = DateTime::from_timestamp(1_763_806_530, 123_456_789).unwrap_or_default();
        assert_eq!(seven_digits(time), "2025-11-22T10:15:30.1234567Z");
        let time = DateTime::from_timestamp(1_763_806_530, 0).unwrap_or_default();
        assert_eq!(seven_digits(time), "2025-11-22T10:15:30.0000000Z");
        let date = http_date(time);
        assert_eq!(
            date.as_ref().and_then(|date| date.to_str().ok()),
            Some("Sat, 22 Nov 2025 10:15:30 GMT")
        );
        assert_eq!(whole_seconds(Duration::from_millis(1001)), 2);
        assert_eq!(whole_seconds(Duration::from_secs(1)), 1);
    }
}
