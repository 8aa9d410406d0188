//! What the server's clock shows, seen from here.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// How far two clocks may drift apart, in seconds for each second.
const DRIFT: f64 = 1e-4;

/// A clock that is known this well is known well enough.
const FINE: f64 = 0.02;

/// A clock that is known no better than this is worth a sample even if that may gain nothing.
const VAGUE: f64 = 0.25;

/// Added to every moment, for what is rounded on the way.
const MARGIN: f64 = 0.002;

/// Answers in a row that tell of a clock further off than [`APART`], in seconds, before that is believed: until then they are
/// taken for those of another node behind the same balancer.
const SET: u32 = 16;
const APART: f64 = 1.0;

/// How far this machine's clock may be off if it is all there is.
const UNSYNCHRONIZED: f64 = 0.1;

/// Maps the server's moments to this process's.
///
/// A `Date` header tells the server's time to the second, and the answer was written between sending and receiving: each
/// one narrows the difference between the two clocks. Two answers of which the first came before the server's second
/// ticked, and the second afterwards, tell it to a few milliseconds. This machine's own time of day is not looked at, so
/// it may be wrong; only if a server sends no `Date` is there nothing else.
#[derive(Debug)]
pub(crate) struct ServerClock {
    /// Where all times below count from.
    pub(super) anchor: Instant,
    /// Unix seconds of this machine's clock at the anchor.
    local: f64,
    /// The server's Unix seconds at the anchor lie between these.
    bounds: Option<(f64, f64)>,
    /// When the bounds held.
    at: f64,
    /// Answers in a row that tell of another clock.
    strange: u32,
}

impl ServerClock {
    pub(crate) fn new() -> Self {
        ServerClock {
            anchor: Instant::now(),
            local: seconds(Utc::now()),
            bounds: None,
            at: 0.0,
            strange: 0,
        }
    }

    /// A `Date` header of an answer that was asked for and received at these moments. Says whether it is of this clock, and not
    /// of another node's.
    pub(crate) fn record_date(
        &mut self,
        date: DateTime<Utc>,
        sent: Instant,
        received: Instant,
    ) -> bool {
        let date = seconds(date);
        let least = date - self.since(received);
        let most = date + 1.0 - self.since(sent);
        let now = self.since(received).max(self.at);
        let drift = DRIFT * (now - self.at);
        let far = |(low, high): (f64, f64)| least > high + APART || most < low - APART;
        self.strange = if self.bounds.is_some_and(far) {
            self.strange + 1
        } else {
            0
        };
        if (1..SET).contains(&self.strange) {
            return false;
        }
        self.at = now;
        self.bounds = match self.bounds {
            Some((low, high)) if least <= high + drift && low - drift <= most => {
                Some((least.max(low - drift), most.min(high + drift)))
            }
            // The first one; or one of the clocks was set.
            _ => Some((least, most)),
        };
        true
    }

    /// Whether a moment is more than a guess: the server has told its time.
    pub(crate) fn has_bounds(&self) -> bool {
        self.bounds.is_some()
    }

    /// Whether it is worth sampling when the server's second ticks.
    pub(crate) fn is_coarse(&self) -> bool {
        self.is_unknown_by(FINE)
    }

    /// Whether hardly more is known than the second.
    pub(crate) fn is_vague(&self) -> bool {
        self.is_unknown_by(VAGUE)
    }

    fn is_unknown_by(&self, seconds: f64) -> bool {
        self.bounds.is_some_and(|(low, high)| high - low >= seconds)
    }

    /// When a moment of the server, in Unix seconds, is over for certain; `None` if that is more than a year away.
    pub(crate) fn latest(&self, moment: f64) -> Option<Instant> {
        let (low, _) = self.bounds.unwrap_or((self.local - UNSYNCHRONIZED, 0.0));
        let from_anchor = moment - low;
        let drift = DRIFT * (from_anchor - self.at).max(0.0);
        self.instant(from_anchor + drift + MARGIN)
    }

    /// Before when a moment of the server is not over, for certain.
    pub(crate) fn earliest(&self, moment: f64) -> Instant {
        let from_anchor = self.bounds.map_or(0.0, |(_, high)| moment - high);
        let drift = DRIFT * (from_anchor - self.at).max(0.0);
        let at = self.instant(from_anchor - drift - MARGIN);
        at.unwrap_or(self.anchor)
    }

    /// When to ask for an answer whose `Date` parts what is not known of the clock, so that this many samples
    /// have equal distances; `None` if it is known well enough, or that is not before the `end`, a moment of the server.
    pub(crate) fn next_sample(&self, now: Instant, parts: u32, end: f64) -> Option<Instant> {
        let (low, high) = self.bounds?;
        let unknown = high - low;
        if unknown < FINE {
            return None;
        }
        // The server's second number n begins between n - high and n - low.
        let step = unknown / f64::from(parts + 1);
        let second = (self.since(now) + high - step).ceil();
        let sample = second - high + step;
        // It must have arrived before the end.
        let end = end - high - unknown.min(0.1);
        if sample < end {
            self.instant(sample)
        } else {
            None
        }
    }

    /// Seconds from the anchor on.
    pub(crate) fn since(&self, instant: Instant) -> f64 {
        instant.saturating_duration_since(self.anchor).as_secs_f64()
    }

    fn instant(&self, from_anchor: f64) -> Option<Instant> {
        const YEAR: f64 = 366.0 * 24.0 * 3600.0;
        match from_anchor {
            past if past <= 0.0 => Some(self.anchor),
            near if near < YEAR => self.anchor.checked_add(Duration::from_secs_f64(near)),
            _ => None,
        }
    }
}

/// Unix seconds.
pub(crate) fn seconds(moment: DateTime<Utc>) -> f64 {
    moment.timestamp() as f64 + f64::from(moment.timestamp_subsec_nanos()) / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn date(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap_or_default()
    }

    #[test]
    fn answers_around_a_tick_tell_the_time_whatever_this_machine_says() {
        for offset in [1_000.0, 1.9e9, 1.0] {
            let mut clock = ServerClock::new();
            let start = clock.anchor;
            // It is x.4 for the server at the start.
            let server = |after: u64| date((offset + 0.4 + after as f64 / 1000.0) as i64);
            for after in [100, 590, 610] {
                clock.record_date(server(after), start + ms(after), start + ms(after + 3));
            }
            let moment = offset + 10.4;
            let at = clock.latest(moment).unwrap() - start;
            assert!(at >= ms(10_000) && at < ms(10_030), "{at:?}");
        }
    }

    #[test]
    fn a_single_date_makes_a_moment_late_and_never_early() {
        for fraction in [0.0, 0.3, 0.999] {
            let mut clock = ServerClock::new();
            let start = clock.anchor;
            clock.record_date(date(500), start + ms(5), start + ms(10));
            let at = clock.latest(500.0 + fraction + 60.0).unwrap() - start;
            assert!(at >= ms(60_000), "{at:?}");
            assert!(at <= ms(61_030), "{at:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_is_followed() {
        let mut clock = ServerClock::new();
        let start = clock.anchor;
        clock.record_date(date(5_000), start, start + ms(1));
        let other =
            |clock: &mut ServerClock| clock.record_date(date(1_000), start + ms(2), start + ms(3));
        let followed: Vec<bool> = (0..SET).map(|_| other(&mut clock)).collect();
        assert_eq!(followed.iter().position(|followed| *followed), Some(15));
        let at = clock.latest(1_010.0).unwrap() - start;
        assert!(at >= ms(9_000) && at < ms(10_100), "{at:?}");
    }

    #[test]
    fn clock_samples_are_spread_over_what_is_not_known() {
        let mut clock = ServerClock::new();
        let start = clock.anchor;
        // The server's time at the start is 100.7.
        let tell = |clock: &mut ServerClock, at: Instant| {
            let time = 100.7 + (at - start).as_secs_f64();
            clock.record_date(date(time as i64), at, at + ms(1));
        };
        tell(&mut clock, start);
        let mut now = start + ms(2);
        let mut samples = 0;
        for parts in (1..=9).rev() {
            let Some(sample) = clock.next_sample(now, parts, 110.0) else {
                break;
            };
            assert!(sample >= now && sample < now + ms(1100));
            now = sample;
            tell(&mut clock, now);
            now += ms(2);
            samples += 1;
        }
        let at = clock.latest(110.7).unwrap() - start;
        assert!(
            at >= ms(10_000) && at < ms(10_040),
            "{at:?} after {samples}"
        );
        assert_eq!(
            clock.next_sample(now, 5, now_is(&clock, now)),
            None,
            "too late"
        );
    }

    fn now_is(clock: &ServerClock, now: Instant) -> f64 {
        100.7 + clock.since(now)
    }

    #[test]
    fn moments_far_away_are_none_and_the_past_is_the_anchor() {
        let mut clock = ServerClock::new();
        clock.record_date(date(1_000), clock.anchor, clock.anchor);
        assert_eq!(clock.latest(1e12), None);
        assert_eq!(clock.latest(f64::INFINITY), None);
        assert_eq!(clock.latest(0.0), Some(clock.anchor));
    }
}
