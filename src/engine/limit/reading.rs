//! What an answer says of the rate limit.

use std::time::Duration;

use http::{HeaderMap, HeaderName, StatusCode};

use super::clock::{ServerClock, seconds};
use super::flight::Flight;
use super::moment::Moment;
use super::times::{self, Time};

const REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");

/// Two resets that are no further apart are the same one, in seconds. Fixed windows are at least twice as long.
const SAME: f64 = 0.05;

/// What an answer says of the rate limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) remaining: Option<u32>,
    pub(crate) reset: Option<Time>,
    /// The reset comes with fractions of a second.
    pub(crate) is_exact: bool,
    pub(crate) retry_after: Option<Duration>,
    /// The limit and the period that the words of a refusal name.
    pub(crate) named: Option<(u32, Duration)>,
    pub(crate) date: Option<chrono::DateTime<chrono::Utc>>,
    pub(crate) refused: bool,
    pub(crate) broken: bool,
}

impl Reading {
    pub(crate) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let reset = times::text(headers, &RESET);
        Reading {
            remaining: times::text(headers, &REMAINING).and_then(|text| text.parse().ok()),
            reset: reset.and_then(times::parse),
            is_exact: reset.is_some_and(|text| text.contains('.')),
            retry_after: times::retry_after(headers),
            named: None,
            date: times::date(headers),
            refused: status == StatusCode::TOO_MANY_REQUESTS,
            broken: status.is_server_error(),
        }
    }

    /// The same without what it tells of a period.
    pub(crate) fn without_count(&self) -> Self {
        Reading {
            remaining: None,
            reset: None,
            ..self.clone()
        }
    }

    /// When the period ends; `None` if that is not said, or was long ago when it was said.
    pub(crate) fn reset(&self, sent: Moment, now: Moment) -> Option<Reset> {
        // Whole seconds may have been rounded either way.
        let rounded = if self.is_exact { 0.0 } else { 1.0 };
        Some(match self.moment()? {
            Time::At(moment) => {
                let low = seconds(moment);
                let high = low + rounded;
                Reset::At { low, high }
            }
            Time::In(delay) => Reset::In {
                low: sent.seconds() + delay.as_secs_f64() - rounded,
                high: now.min(sent + Flight::GRACE).seconds() + delay.as_secs_f64() + rounded,
            },
        })
    }

    /// The reset as it was said, unless it was long ago when it was said.
    fn moment(&self) -> Option<Time> {
        let past = match (self.reset, self.date) {
            (Some(Time::At(moment)), Some(date)) => seconds(moment) + 1.0 < seconds(date),
            _ => false,
        };
        self.reset.filter(|_| !past)
    }
}

/// When a period ends, as exactly as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Reset {
    /// In Unix seconds of the server.
    At { low: f64, high: f64 },
    /// By the clock of moments, in seconds.
    In { low: f64, high: f64 },
}

impl Reset {
    /// Whether no two windows have the same one by chance.
    pub(crate) fn is_exact(self) -> bool {
        matches!(self, Reset::At { low, high } if high <= low)
    }

    /// When it is over for certain; `None` if that is further away than anybody waits.
    pub(crate) fn latest(self, clock: &ServerClock) -> Option<Moment> {
        match self {
            Reset::At { high, .. } => clock.latest(high),
            Reset::In { high, .. } => Moment::from_seconds(high),
        }
    }

    /// Before when it is not over, for certain.
    pub(crate) fn earliest(self, clock: &ServerClock) -> Moment {
        match self {
            Reset::At { low, .. } => clock.earliest(low),
            Reset::In { low, .. } => Moment::from_seconds(low).unwrap_or_default(),
        }
    }

    /// What two answers say of a reset that seems to be the same: all that it may be.
    pub(crate) fn merge(known: Option<Self>, new: Option<Self>) -> Option<Self> {
        let wider = |low: f64, high: f64, l, h| (low.min(l), high.max(h));
        Some(match (known?, new) {
            (Reset::In { low, high }, Some(Reset::In { low: l, high: h })) => {
                let (low, high) = wider(low, high, l, h);
                Reset::In { low, high }
            }
            (Reset::At { low, high }, Some(Reset::At { low: l, high: h })) => {
                let (low, high) = wider(low, high, l, h);
                Reset::At { low, high }
            }
            (known, _) => known,
        })
    }
}

/// The limit that the words of a refusal name: `20 per 1s`, as the well-known rate limiter for .NET has it.
pub(crate) fn named_limit(words: &str) -> Option<(u32, Duration)> {
    let words: Vec<&str> = words.split_whitespace().collect();
    words.windows(3).find_map(|three| {
        let &[limit, "per", period] = three else {
            return None;
        };
        let period = period.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let unit = period.trim_start_matches(|c: char| c.is_ascii_digit());
        let count = period.strip_suffix(unit)?;
        let count: u64 = if count.is_empty() {
            1
        } else {
            count.parse().ok()?
        };
        let milliseconds = match (unit, unit.chars().next()?) {
            ("ms", _) => 1,
            (_, 's') => 1_000,
            (_, 'm') => 60_000,
            (_, 'h') => 3_600_000,
            (_, 'd') => 24 * 3_600_000,
            _ => return None,
        };
        let period = Duration::from_millis(count.checked_mul(milliseconds)?);
        let limit = limit.parse().ok()?;
        (limit > 0 && count > 0).then_some((limit, period))
    })
}

/// How a reset stands to the one that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Earlier,
    Same,
    Later,
}

impl Order {
    /// If nothing is said, nothing is new.
    pub(crate) fn of(new: Option<Reset>, known: Option<Reset>) -> Self {
        let (new, known) = match (new, known) {
            (None, _) => return Order::Same,
            (Some(_), None) => return Order::Later,
            (Some(Reset::At { low, high }), Some(Reset::At { low: l, high: h }))
            | (Some(Reset::In { low, high }), Some(Reset::In { low: l, high: h })) => {
                ((low, high), (l, h))
            }
            // A server that changes its format says nothing that can be compared.
            _ => return Order::Same,
        };
        if new.1 + SAME < known.0 {
            Order::Earlier
        } else if new.0 > known.1 + SAME {
            Order::Later
        } else {
            Order::Same
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_refusal_name_the_limit() {
        let words = |text| named_limit(text).map(|(limit, period)| (limit, period.as_secs()));
        let text = "API calls quota exceeded! maximum admitted 20 per 1s.";
        assert_eq!(words(text), Some((20, 1)));
        assert_eq!(words("at most 500 per 1m"), Some((500, 60)));
        assert_eq!(words("5 per second, please"), Some((5, 1)));
        assert_eq!(words("9 per 5000ms"), Some((9, 5)));
        for text in [
            "",
            "per",
            "per per per",
            "x per 1s",
            "5 per 1",
            "0 per 1s",
            "5 per 0s",
            "5 per é",
            "9 per 99999999999999999999d",
        ] {
            assert_eq!(words(text), None, "{text}");
        }
    }
}
