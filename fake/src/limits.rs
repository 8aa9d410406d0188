//! The rate limits: fixed windows, counted for each credential on its own.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::FOR_EVER;

/// How many requests are let through in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The requests of a period.
    pub requests: u32,
    /// How long a period lasts. It starts with the first request after the one before it is over.
    pub period: Duration,
}

impl Quota {
    /// 10 000 requests a minute: more than a test sends by accident, so that only who asks for a limit meets one.
    pub const DEFAULT: Quota = Quota {
        requests: 10_000,
        period: Duration::from_secs(60),
    };

    /// No limit at all: nothing is counted, and no header tells of a quota.
    pub const UNLIMITED: Quota = Quota {
        requests: u32::MAX,
        period: Duration::MAX,
    };
}

impl std::fmt::Display for Quota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} requests in {:?}", self.requests, self.period)
    }
}

/// Where a credential stands after a request, as the headers tell it: of the longest period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) remaining: u32,
    pub(crate) reset: Instant,
}

/// Why a request is not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocked {
    pub(crate) standing: Standing,
    pub(crate) quota: Quota,
    pub(crate) wait: Duration,
}

/// Counts requests.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// The longest period comes last. Empty where nothing is limited.
    quotas: Vec<Quota>,
    windows: HashMap<String, Vec<Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    quota: Quota,
    used: u32,
    reset: Instant,
}

impl Window {
    fn standing(&self) -> Standing {
        Standing {
            remaining: self.quota.requests.saturating_sub(self.used),
            reset: self.reset,
        }
    }
}

impl Limits {
    pub(crate) fn new(mut quotas: Vec<Quota>) -> Self {
        if quotas.is_empty() {
            quotas.push(Quota::DEFAULT);
        }
        quotas.retain(|quota| *quota != Quota::UNLIMITED);
        for quota in &mut quotas {
            quota.period = quota.period.min(FOR_EVER);
        }
        quotas.sort_by_key(|quota| quota.period);
        Limits {
            quotas,
            windows: HashMap::new(),
        }
    }

    /// Where a credential stands, with no request counted; `None` where nothing was sent in this period.
    pub(crate) fn standing(&self, user: &str, now: Instant) -> Option<Standing> {
        let window = self.windows.get(user).and_then(|windows| windows.last())?;
        (window.reset > now).then(|| window.standing())
    }

    /// The quota that the headers tell of; `None` where nothing is limited.
    pub(crate) fn longest(&self) -> Option<Quota> {
        self.quotas.last().copied()
    }

    /// Lets a request through and counts it, or blocks it and counts nothing. The standing is `None` where nothing is limited.
    pub(crate) fn admit(&mut self, user: &str, now: Instant) -> Result<Option<Standing>, Blocked> {
        if self.quotas.is_empty() {
            return Ok(None);
        }
        let windows = self.windows.entry(user.to_string()).or_insert_with(|| {
            let new = |quota: &Quota| Window {
                quota: *quota,
                used: 0,
                reset: now + quota.period,
            };
            self.quotas.iter().map(new).collect()
        });
        for window in windows.iter_mut().filter(|window| window.reset <= now) {
            window.used = 0;
            window.reset = now + window.quota.period;
        }
        let full = |window: &&Window| window.used >= window.quota.requests;
        let blocking = windows.iter().filter(full).max_by_key(|w| w.reset).copied();
        if blocking.is_none() {
            windows.iter_mut().for_each(|window| window.used += 1);
        }
        let standing = windows.last().map_or(
            Standing {
                remaining: 0,
                reset: now,
            },
            Window::standing,
        );
        match blocking {
            None => Ok(Some(standing)),
            Some(window) => Err(Blocked {
                standing,
                quota: window.quota,
                wait: window.reset - now,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(requests: u32, seconds: u64) -> Quota {
        Quota {
            requests,
            period: Duration::from_secs(seconds),
        }
    }

    fn left(limits: &mut Limits, user: &str, now: Instant) -> u32 {
        let standing = limits.admit(user, now).unwrap();
        standing.expect("there is a limit").remaining
    }

    #[test]
    fn a_window_lets_through_what_it_holds_and_starts_anew() {
        let mut limits = Limits::new(vec![quota(2, 60)]);
        let start = Instant::now();
        assert_eq!(left(&mut limits, "a", start), 1);
        assert_eq!(left(&mut limits, "a", start), 0);
        let blocked = limits
            .admit("a", start + Duration::from_secs(1))
            .unwrap_err();
        assert_eq!(blocked.wait, Duration::from_secs(59));
        assert!(limits.admit("b", start).is_ok(), "another credential");
        let later = start + Duration::from_secs(60);
        assert_eq!(left(&mut limits, "a", later), 1);
    }

    #[test]
    fn a_period_may_be_as_long_as_one_likes() {
        let mut limits = Limits::new(vec![Quota {
            requests: 1,
            period: Duration::MAX,
        }]);
        assert!(limits.admit("a", Instant::now()).is_ok());
        assert!(limits.admit("a", Instant::now()).is_err());
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let mut limits = Limits::new(vec![Quota::UNLIMITED]);
        assert_eq!(limits.admit("a", Instant::now()), Ok(None));
        assert!(limits.windows.is_empty());
        let mut both = Limits::new(vec![Quota::UNLIMITED, quota(1, 5)]);
        assert_eq!(left(&mut both, "a", Instant::now()), 0);
    }

    #[test]
    fn of_several_windows_the_headers_show_the_longest() {
        let mut limits = Limits::new(vec![quota(10, 3600), quota(1, 5)]);
        let start = Instant::now();
        assert_eq!(left(&mut limits, "a", start), 9);
        let blocked = limits.admit("a", start).unwrap_err();
        assert_eq!(blocked.standing.remaining, 9, "a 429 consumes nothing");
        assert_eq!(blocked.wait, Duration::from_secs(5));
    }
}
