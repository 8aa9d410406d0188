//! Times in headers, in every format that servers use.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, header};

/// Numbers from here on are Unix seconds, not seconds from now: 1973 for the one, three years for the other.
const FIRST_UNIX_SECOND: f64 = 100_000_000.0;

/// What a header says of a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Time {
    /// A moment on the server's clock.
    At(DateTime<Utc>),
    /// A time from now.
    In(Duration),
}

/// The text of a header.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

/// The time in a header; `None` if it says nothing that can be understood. RFC 3339, the HTTP date, Unix seconds and
/// seconds from now are understood.
pub(crate) fn parse(text: &str) -> Option<Time> {
    // Most servers write moments; a text with a colon is no number.
    if text.contains(':') {
        return moment(text).map(Time::At);
    }
    match text.parse::<f64>() {
        Ok(number) if !number.is_finite() || number < 0.0 => None,
        Ok(seconds) if seconds < FIRST_UNIX_SECOND => {
            Duration::try_from_secs_f64(seconds).ok().map(Time::In)
        }
        Ok(seconds) => {
            let nanos = (seconds.fract() * 1e9) as u32;
            DateTime::from_timestamp(seconds as i64, nanos).map(Time::At)
        }
        Err(_) => moment(text).map(Time::At),
    }
}

/// When the server wrote the answer, by its own clock.
pub(crate) fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    let date = httpdate::parse_http_date(text).map(DateTime::from);
    date.ok().or_else(|| moment(text))
}

/// How long `Retry-After` asks to wait, by the server's clock; by this machine's if the server does not tell its own.
/// Zero if the moment has passed.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = text(headers, &header::RETRY_AFTER)?;
    let Some(time) = parse(text) else {
        // More seconds than any clock can show are a wait all the same.
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        return is_number.then_some(Duration::MAX);
    };
    if let (Time::At(moment), Ok(seconds)) = (time, text.parse()) {
        // Nobody asks to come back a year ago: these are seconds from now, and beyond all patience.
        const YEAR: TimeDelta = TimeDelta::days(365);
        if moment < date(headers).unwrap_or_else(Utc::now) - YEAR {
            return Duration::try_from_secs_f64(seconds).ok();
        }
    }
    Some(left(headers, time))
}

/// How long it was to a time when these headers were written, by the server's clock; by this machine's, and now, if the
/// server does not tell its own. Zero if the moment has passed.
pub(crate) fn left(headers: &HeaderMap, time: Time) -> Duration {
    match time {
        Time::In(wait) => wait,
        Time::At(moment) => {
            let left = moment - date(headers).unwrap_or_else(Utc::now);
            left.max(TimeDelta::zero()).to_std().unwrap_or_default()
        }
    }
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.into());
    }
    httpdate::parse_http_date(text).ok().map(DateTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, value.parse().unwrap());
        // A clock that is far from this machine's.
        headers.insert(
            header::DATE,
            "Sun, 22 Nov 1998 10:00:00 GMT".parse().unwrap(),
        );
        retry_after(&headers)
    }

    #[test]
    fn every_format_is_understood_by_the_servers_clock() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(wait("30"), seconds(30));
        assert_eq!(wait("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(wait("1998-11-22T10:00:30Z"), seconds(30));
        assert_eq!(wait("1998-11-22T10:00:30.0000000Z"), seconds(30));
        assert_eq!(
            wait("1998-11-22T11:00:30.25+01:00"),
            Some(Duration::from_millis(30_250))
        );
        assert_eq!(wait("Sun, 22 Nov 1998 10:00:30 GMT"), seconds(30));
        assert_eq!(wait("911728830"), seconds(30));
        assert_eq!(wait("911728790"), seconds(0));
        assert_eq!(wait("100000000"), seconds(100_000_000));
        assert_eq!(wait("9999999999999999999999"), Some(Duration::MAX));
    }

    #[test]
    fn nonsense_is_ignored_and_the_past_is_now() {
        let nonsense = [
            "",
            "soon",
            "-5",
            "NaN",
            "inf",
            "1e300",
            "2026-13-45T99:00:00Z",
        ];
        for text in nonsense {
            assert_eq!(wait(text), None, "{text}");
        }
        assert_eq!(wait("1990-01-01T00:00:00Z"), Some(Duration::ZERO));
    }
}
