//! What the server's clock shows, seen from here.

use chrono::{DateTime, Utc};

use super::moment::Moment;

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

/// A moment that is further away is none that anybody waits for, in seconds.
const YEAR: f64 = 366.0 * 24.0 * 3600.0;

/// How far this machine's clock may be off if it is all there is.
const UNSYNCHRONIZED: f64 = 0.1;

/// Maps the server's moments to this process's.
///
/// A `Date` header tells the server's time to the second, and the answer was written between sending and receiving: each
/// one narrows the difference between the two clocks. Two answers of which the first came before the server's second
/// ticked, and the second afterwards, tell it to a few milliseconds. This machine's own time of day is not looked at, so
/// it may be wrong; only if a server sends no `Date` is there nothing else.
#[derive(Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct ServerClock {
    /// How far this machine's clock is ahead of moments, in seconds.
    local: f64,
    /// How far the server's clock is, at least and at most.
    bounds: Option<(f64, f64)>,
    /// When that held.
    at: f64,
    /// Answers in a row that tell of another clock.
    strange: u32,
}

impl ServerClock {
    /// By this machine's clock, it is so many Unix seconds now.
    pub(crate) fn new(now: Moment, local: f64) -> Self {
        ServerClock {
            local: local - now.seconds(),
            bounds: None,
            at: now.seconds(),
            strange: 0,
        }
    }

    /// A `Date` header of an answer that was asked for and received at these moments. Says whether it is of this clock, and not
    /// of another node's.
    pub(crate) fn record_date(
        &mut self,
        date: DateTime<Utc>,
        sent: Moment,
        received: Moment,
    ) -> bool {
        let date = seconds(date);
        let least = date - received.seconds();
        let most = date + 1.0 - sent.seconds();
        let now = received.seconds().max(self.at);
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
    pub(crate) fn latest(&self, moment: f64) -> Option<Moment> {
        let (low, _) = self.bounds.unwrap_or((self.local - UNSYNCHRONIZED, 0.0));
        let moment = moment - low;
        let drift = DRIFT * (moment - self.at).max(0.0);
        let is_near = moment < self.at + YEAR;
        is_near.then(|| Moment::from_seconds(moment + drift + MARGIN))?
    }

    /// Before when a moment of the server is not over, for certain.
    pub(crate) fn earliest(&self, moment: f64) -> Moment {
        let moment = self.bounds.map_or(0.0, |(_, high)| moment - high);
        let drift = DRIFT * (moment - self.at).max(0.0);
        Moment::from_seconds(moment - drift - MARGIN).unwrap_or_default()
    }

    /// When to ask for an answer whose `Date` parts what is not known of the clock, so that this many samples
    /// have equal distances; `None` if it is known well enough, or that is not before the `end`, a moment of the server.
    pub(crate) fn next_sample(&self, now: Moment, parts: u32, end: f64) -> Option<Moment> {
        let (low, high) = self.bounds?;
        let unknown = high - low;
        if unknown < FINE {
            return None;
        }
        // The server's second number n begins between n - high and n - low.
        let step = unknown / f64::from(parts + 1);
        let second = (now.seconds() + high - step).ceil();
        let sample = second - high + step;
        // It must have arrived before the end.
        let end = end - high - unknown.min(0.1);
        (sample < end).then(|| Moment::from_seconds(sample))?
    }
}

/// Unix seconds.
pub(crate) fn seconds(moment: DateTime<Utc>) -> f64 {
    moment.timestamp() as f64 + f64::from(moment.timestamp_subsec_nanos()) / 1e9
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
            let mut clock = ServerClock::new(Moment::default(), 0.0);
            let start = Moment::default();
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
            let mut clock = ServerClock::new(Moment::default(), 0.0);
            let start = Moment::default();
            clock.record_date(date(500), start + ms(5), start + ms(10));
            let at = clock.latest(500.0 + fraction + 60.0).unwrap() - start;
            assert!(at >= ms(60_000), "{at:?}");
            assert!(at <= ms(61_030), "{at:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_is_followed() {
        let mut clock = ServerClock::new(Moment::default(), 0.0);
        let start = Moment::default();
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
        let mut clock = ServerClock::new(Moment::default(), 0.0);
        let start = Moment::default();
        // The server's time at the start is 100.7.
        let tell = |clock: &mut ServerClock, at: Moment| {
            let time = 100.7 + at.seconds();
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
            clock.next_sample(now, 5, 100.7 + now.seconds()),
            None,
            "too late"
        );
    }

    #[test]
    fn moments_far_away_are_none_and_the_past_is_the_beginning() {
        let mut clock = ServerClock::new(Moment::default(), 0.0);
        clock.record_date(date(1_000), Moment::default(), Moment::default());
        assert_eq!(clock.latest(1e12), None);
        assert_eq!(clock.latest(f64::INFINITY), None);
        assert_eq!(clock.latest(0.0), Some(Moment::default()));
    }
}
