//! The rate limits: fixed windows, counted for each credential on its own, or for each of its operations or paths.

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
    /// `20 per 1s`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let milliseconds = self.period.as_millis();
        let units = [
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("m", 60_000),
            ("s", 1_000),
            ("ms", 1),
        ];
        let whole =
            |(_, unit): &(&str, u128)| milliseconds.is_multiple_of(*unit) && milliseconds > 0;
        let (unit, length) = units.into_iter().find(whole).unwrap_or(("ms", 1));
        write!(f, "{} per {}{unit}", self.requests, milliseconds / length)
    }
}

/// What is counted on its own, for each credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum QuotaPer {
    /// All requests together.
    #[default]
    Credential,
    /// Each operation, whatever the ids in its path.
    Operation,
    /// Each method with its whole path, ids included.
    Path,
}

impl std::str::FromStr for QuotaPer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "credential" => Ok(QuotaPer::Credential),
            "operation" => Ok(QuotaPer::Operation),
            "path" => Ok(QuotaPer::Path),
            _ => Err("write credential, operation or path".to_string()),
        }
    }
}

#[cfg(feature = "ada")]
impl Counted<'static> {
    /// One that is counted with all others.
    pub(crate) const ANY: Self = Counted {
        user: "",
        operation: None,
        method: "",
        path: "",
    };
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
    pub(crate) quota: Quota,
    pub(crate) wait: Duration,
}

/// Counts requests.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// The longest period comes last. Empty if nothing is limited.
    quotas: Vec<Quota>,
    pub(crate) per: QuotaPer,
    /// By credential, and by operation or path if these are counted.
    windows: HashMap<(String, String), Vec<Window>>,
}

/// A request, as far as counts go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) user: &'a str,
    /// `None` if the API has no such operation; then the path stands for it.
    pub(crate) operation: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
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
    pub(crate) fn new(mut quotas: Vec<Quota>, per: QuotaPer) -> Self {
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
            per,
            windows: HashMap::new(),
        }
    }

    /// Where a credential stands, with no request counted: in the fullest of its counts; `None` if nothing was sent in this
    /// period.
    pub(crate) fn standing(&self, user: &str, now: Instant) -> Option<Standing> {
        let own = self.windows.iter().filter(|((owner, _), _)| owner == user);
        let last = own.filter_map(|(_, windows)| windows.last());
        let open = last.filter(|window| window.reset > now && window.used > 0);
        open.map(Window::standing)
            .min_by_key(|standing| standing.remaining)
    }

    /// The quota that the headers tell of; `None` if nothing is limited.
    pub(crate) fn longest(&self) -> Option<Quota> {
        self.quotas.last().copied()
    }

    /// Lets a request through and counts it, or blocks it: then longer periods do not count it. The standing is `None` if
    /// nothing is limited.
    pub(crate) fn admit(
        &mut self,
        request: Counted<'_>,
        now: Instant,
    ) -> Result<Option<Standing>, Blocked> {
        if self.quotas.is_empty() {
            return Ok(None);
        }
        let Counted {
            user,
            operation,
            method,
            path,
        } = request;
        let counted = match (self.per, operation) {
            (QuotaPer::Credential, _) => String::new(),
            (QuotaPer::Operation, Some(operation)) => operation.to_string(),
            _ => format!("{method} {path}"),
        };
        let key = (user.to_string(), counted);
        let windows = self.windows.entry(key).or_insert_with(|| {
            let new = |quota: &Quota| Window {
                quota: *quota,
                used: 0,
                reset: now,
            };
            self.quotas.iter().map(new).collect()
        });
        let mut standing = None;
        for window in windows {
            if window.reset <= now {
                (window.used, window.reset) = (0, now + window.quota.period);
            }
            if window.used >= window.quota.requests {
                return Err(Blocked {
                    quota: window.quota,
                    wait: window.reset - now,
                });
            }
            window.used += 1;
            standing = Some(window.standing());
        }
        Ok(standing)
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

    fn limits(quotas: &[Quota]) -> Limits {
        Limits::new(quotas.to_vec(), QuotaPer::Credential)
    }

    fn left(limits: &mut Limits, request: Counted<'_>, now: Instant) -> u32 {
        let standing = limits.admit(request, now).unwrap();
        standing.expect("there is a limit").remaining
    }

    fn me(user: &str) -> Counted<'_> {
        Counted {
            user,
            operation: Some("get-me"),
            method: "GET",
            path: "/v1/me",
        }
    }

    #[test]
    fn a_window_lets_through_what_it_holds_and_starts_anew() {
        let mut limits = limits(&[quota(2, 60)]);
        let start = Instant::now();
        assert_eq!(left(&mut limits, me("a"), start), 1);
        assert_eq!(left(&mut limits, me("a"), start), 0);
        let blocked = limits
            .admit(me("a"), start + Duration::from_secs(1))
            .unwrap_err();
        assert_eq!(blocked.wait, Duration::from_secs(59));
        assert!(limits.admit(me("b"), start).is_ok(), "another credential");
        let later = start + Duration::from_secs(60);
        assert_eq!(left(&mut limits, me("a"), later), 1);
    }

    #[test]
    fn a_period_may_be_as_long_as_one_likes() {
        let mut limits = limits(&[Quota {
            requests: 1,
            period: Duration::MAX,
        }]);
        assert!(limits.admit(me("a"), Instant::now()).is_ok());
        assert!(limits.admit(me("a"), Instant::now()).is_err());
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let mut limits = limits(&[Quota::UNLIMITED]);
        assert_eq!(limits.admit(me("a"), Instant::now()), Ok(None));
        assert!(limits.windows.is_empty());
        let mut both = self::limits(&[Quota::UNLIMITED, quota(1, 5)]);
        assert_eq!(left(&mut both, me("a"), Instant::now()), 0);
    }

    #[test]
    fn of_several_windows_the_headers_show_the_longest() {
        let mut limits = limits(&[quota(10, 3600), quota(1, 5)]);
        let start = Instant::now();
        assert_eq!(left(&mut limits, me("a"), start), 9);
        let blocked = limits.admit(me("a"), start).unwrap_err();
        assert_eq!(blocked.wait, Duration::from_secs(5));
        assert_eq!(blocked.quota.to_string(), "1 per 5s");
        let later = start + Duration::from_secs(5);
        let left = left(&mut limits, me("a"), later);
        assert_eq!(left, 8, "what was blocked is not in the longer one");
    }

    #[test]
    fn operations_and_paths_may_have_counts_of_their_own() {
        let product = |path| Counted {
            operation: Some("get-product"),
            path,
            ..me("a")
        };
        let now = Instant::now();
        let left = |per, requests: [Counted<'_>; 3]| {
            let mut limits = Limits::new(vec![quota(9, 60)], per);
            requests.map(|request| self::left(&mut limits, request, now))
        };
        let requests = [me("a"), product("/1"), product("/2")];
        assert_eq!(left(QuotaPer::Credential, requests), [8, 7, 6]);
        assert_eq!(left(QuotaPer::Operation, requests), [8, 8, 7]);
        assert_eq!(left(QuotaPer::Path, requests), [8, 8, 8]);
    }
}
