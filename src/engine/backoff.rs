//! Waits that double from try to try.

use std::time::Duration;

/// The backoff after this many failures; the first is 1.
pub(crate) fn double(first: Duration, failures: u32, most: Duration) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    first.saturating_mul(1 << doublings).min(most)
}

/// The same, drawn at random from zero to that, so that many clients do not come back at once.
pub(crate) fn random(first: Duration, failures: u32, most: Duration) -> Duration {
    let bound = double(first, failures, most);
    // However long that is.
    Duration::try_from_secs_f64(bound.as_secs_f64() * fastrand::f64()).unwrap_or(bound)
}

/// The wait after so many 429s in a row that do not say how long: half a second at first, and a minute at most.
pub(crate) fn after_refusals(refusals: u32) -> Duration {
    double(
        Duration::from_millis(500),
        refusals,
        Duration::from_secs(60),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let seconds = Duration::from_secs;
        let waits = [0, 1, 2, 3, 4, 99].map(|n| double(seconds(1), n, seconds(5)).as_secs());
        assert_eq!(waits, [1, 1, 2, 4, 5, 5]);
        assert_eq!(double(Duration::MAX, 9, Duration::MAX), Duration::MAX);
        for _ in 0..1000 {
            assert!(random(seconds(1), 3, seconds(5)) <= seconds(4));
            assert!(random(Duration::MAX, 1, Duration::MAX) <= Duration::MAX);
        }
    }
}
