//! Quotas as people write them: `100/1m`.

use std::str::FromStr;
use std::time::Duration;

use crate::limits::Quota;

/// Requests and period, such as `100/1m`; units are ms, s, m, h and d. `unlimited` is [`Quota::UNLIMITED`].
impl FromStr for Quota {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "unlimited" {
            return Ok(Quota::UNLIMITED);
        }
        let (requests, period) = text
            .split_once('/')
            .ok_or("write requests and period, such as 100/1m, or `unlimited`")?;
        let requests = requests
            .trim()
            .parse()
            .map_err(|_| format!("`{requests}` is not a number of requests"))?;
        let period = duration(period.trim())?;
        Ok(Quota { requests, period })
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a period such as 500ms, 30s, 1m, 2h or 1d");
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, unit) = text.split_at(end.ok_or_else(wrong)?);
    let milliseconds: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    let number: u64 = if number.is_empty() {
        Ok(1)
    } else {
        number.parse()
    }
    .map_err(|_| wrong())?;
    let period = number.checked_mul(milliseconds).ok_or_else(wrong)?;
    match period {
        0 => Err(wrong()),
        period => Ok(Duration::from_millis(period)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_read() {
        let read = |text: &str| {
            let quota: Result<Quota, _> = text.parse();
            quota.map(|quota| (quota.requests, quota.period.as_millis()))
        };
        assert_eq!(read("100/1m"), Ok((100, 60_000)));
        assert_eq!("unlimited".parse(), Ok(Quota::UNLIMITED));
        assert_eq!(read("5/m"), Ok((5, 60_000)));
        assert_eq!(read("1/500ms"), Ok((1, 500)));
        for wrong in [
            "",
            "100",
            "x/1m",
            "1/",
            "1/0s",
            "1/1y",
            "-1/1s",
            "1/99999999999999999999d",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
