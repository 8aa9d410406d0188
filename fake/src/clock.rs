//! What time it is for the server.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::HeaderValue;
use tokio::time::Instant;

/// Wall-clock time that passes as tokio's clock does, so that a test that moves the one moves the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    wall: DateTime<Utc>,
    started: Instant,
}

impl Clock {
    pub(crate) fn new(wall: DateTime<Utc>) -> Self {
        Clock {
            wall,
            started: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.at(Instant::now())
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
