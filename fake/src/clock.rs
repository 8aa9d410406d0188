//! What time it is for the server.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
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
    /// How far it is ahead of tokio's clock, in nanoseconds.
    ahead: AtomicU64,
    /// How far it was set back, in nanoseconds. What counts periods does not go back with it.
    back: AtomicI64,
}

impl Clock {
    pub(crate) fn new(wall: DateTime<Utc>) -> Self {
        Clock {
            wall,
            started: Instant::now(),
            ahead: AtomicU64::new(0),
            back: AtomicI64::new(0),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.at(self.instant())
    }

    /// Now, for what compares times.
    pub(crate) fn instant(&self) -> Instant {
        let now = Instant::now();
        let ahead = Duration::from_nanos(self.ahead.load(Ordering::Acquire));
        now.checked_add(ahead).unwrap_or(now)
    }

    /// Moves the clock on. `false` if it would be more than a century in all; then it stays.
    pub(crate) fn advance(&self, by: Duration) -> bool {
        let most = u64::try_from(FOR_EVER.as_nanos()).unwrap_or(u64::MAX);
        let add = |ahead: u64| {
            let by = u64::try_from(by.as_nanos()).ok()?;
            ahead.checked_add(by).filter(|ahead| *ahead <= most)
        };
        self.ahead
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, add)
            .is_ok()
    }

    /// Sets the clock, forwards as [`advance`](Self::advance) does, or back. `false` if it would be more than a century away
    /// from where it was; then it stays.
    pub(crate) fn set(&self, time: DateTime<Utc>) -> bool {
        let by = time - self.now();
        match by.to_std() {
            Ok(forwards) => self.advance(forwards),
            Err(_) => {
                let most = i64::try_from(FOR_EVER.as_nanos()).unwrap_or(i64::MAX);
                let add = |back: i64| {
                    let back = back.checked_sub(by.num_nanoseconds()?)?;
                    (back <= most).then_some(back)
                };
                self.back
                    .fetch_update(Ordering::AcqRel, Ordering::Acquire, add)
                    .is_ok()
            }
        }
    }

    /// What it would be if nobody had moved it.
    pub(crate) fn reset(&self) {
        self.ahead.store(0, Ordering::Release);
        self.back.store(0, Ordering::Release);
    }

    pub(crate) fn at(&self, instant: Instant) -> DateTime<Utc> {
        let elapsed = instant.saturating_duration_since(self.started);
        let back = TimeDelta::nanoseconds(self.back.load(Ordering::Acquire));
        TimeDelta::from_std(elapsed)
            .ok()
            .and_then(|elapsed| self.wall.checked_add_signed(elapsed - back))
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
    /// The last second of the year 9999. HTTP has no word for what is later, and httpdate none for what is before 1970.
    const LAST: i64 = 253_402_300_799;
    let is_known = (0..=LAST).contains(&time.timestamp());
    let text = is_known.then(|| httpdate::fmt_http_date(time.into()))?;
    HeaderValue::from_str(&text).ok()
}

/// Whole seconds, rounded up.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_http_has_it() {
        let at = |seconds| http_date(DateTime::from_timestamp(seconds, 500_000_000)?);
        assert_eq!(at(784_111_777).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            at(253_402_300_799).unwrap(),
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
        assert_eq!((at(-1), at(253_402_300_800)), (None, None));
    }

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

    #[tokio::test(start_paused = true)]
    async fn it_is_set_and_moved_within_a_century() {
        let start = DateTime::from_timestamp(1_763_806_530, 0).unwrap_or_default();
        let clock = Clock::new(start);
        let day = TimeDelta::days(1);
        let period_ends = clock.instant() + Duration::from_secs(60);
        assert!(clock.set(start - day) && clock.now() == start - day);
        assert!(clock.instant() < period_ends, "periods do not go back");
        assert!(clock.set(start + day) && clock.now() == start + day);
        assert!(clock.instant() > period_ends, "periods are over");
        let fine = TimeDelta::nanoseconds(900_100);
        assert!(clock.set(start + day + fine) && clock.now() == start + day + fine);
        assert!(
            clock.set(start + fine) && clock.now() == start + fine,
            "not a nanosecond before"
        );
        assert!(clock.advance(Duration::from_nanos(900)));
        assert_eq!(
            clock.now(),
            start + fine + TimeDelta::nanoseconds(900),
            "not lost"
        );
        assert!(clock.set(start + day));
        assert!(!clock.advance(Duration::MAX) && !clock.set(DateTime::<Utc>::MAX_UTC));
        assert!(!clock.set(DateTime::<Utc>::MIN_UTC));
        assert_eq!(clock.now(), start + day, "refused, it stays");
        clock.reset();
        assert_eq!(clock.now(), start);
    }
}
