//! Times in headers, in every format that servers use.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, header};

/// Numbers from here on are Unix seconds, not seconds from now: 1973 for the one, three years for the other.
const FIRST_UNIX_SECOND: i64 = 100_000_000;

/// How long `Retry-After` asks to wait.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    until(headers, &header::RETRY_AFTER, Utc::now())
}

/// The time from now to the moment that a header names; zero where it has passed; `None` where the header is absent or
/// says nothing that can be understood.
///
/// A moment is the server's, so "now" is what its `Date` header says, and `local` only where it has none. RFC 3339, the
/// HTTP date, Unix seconds and seconds from now are understood.
pub(crate) fn until(
    headers: &HeaderMap,
    name: &HeaderName,
    local: DateTime<Utc>,
) -> Option<Duration> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    let left = match text.parse::<f64>() {
        Ok(number) if !number.is_finite() || number < 0.0 => return None,
        Ok(seconds) if seconds < FIRST_UNIX_SECOND as f64 => {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        Ok(seconds) => DateTime::from_timestamp(seconds as i64, 0)? - now(headers, local),
        Err(_) => moment(text)? - now(headers, local),
    };
    Some(left.max(TimeDelta::zero()).to_std().unwrap_or_default())
}

fn now(headers: &HeaderMap, local: DateTime<Utc>) -> DateTime<Utc> {
    headers
        .get(header::DATE)
        .and_then(|date| moment(date.to_str().ok()?))
        .unwrap_or(local)
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

    fn wait(value: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, value.parse().unwrap());
        if let Some(date) = date {
            headers.insert(header::DATE, date.parse().unwrap());
        }
        let local = DateTime::parse_from_rfc3339("2026-11-22T10:00:00Z")
            .unwrap()
            .into();
        until(&headers, &header::RETRY_AFTER, local)
    }

    #[test]
    fn every_format_is_understood() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(wait("30", None), seconds(30));
        assert_eq!(wait("0.5", None), Some(Duration::from_millis(500)));
        assert_eq!(wait("2026-11-22T10:00:30Z", None), seconds(30));
        assert_eq!(wait("2026-11-22T10:00:30.0000000Z", None), seconds(30));
        assert_eq!(
            wait("2026-11-22T11:00:30.25+01:00", None),
            Some(Duration::from_millis(30_250))
        );
        assert_eq!(wait("Sun, 22 Nov 2026 10:00:30 GMT", None), seconds(30));
        assert_eq!(wait("1795341630", None), seconds(30));
    }

    #[test]
    fn the_servers_clock_counts() {
        let date = Some("Sun, 22 Nov 2026 11:00:00 GMT");
        assert_eq!(
            wait("2026-11-22T11:00:30Z", date),
            Some(Duration::from_secs(30))
        );
        assert_eq!(wait("1795345230", date), Some(Duration::from_secs(30)));
    }

    #[test]
    fn nonsense_is_ignored_and_the_past_is_now() {
        for nonsense in [
            "",
            "soon",
            "-5",
            "NaN",
            "inf",
            "1e300",
            "9999999999999999999999",
            "2026-13-45T99:00:00Z",
        ] {
            assert_eq!(wait(nonsense, None), None, "{nonsense}");
        }
        assert_eq!(wait("2020-01-01T00:00:00Z", None), Some(Duration::ZERO));
    }
}
