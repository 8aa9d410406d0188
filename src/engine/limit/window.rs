//! A sliding window: at most `quota` requests in any `period`.

use std::collections::VecDeque;
use std::time::Duration;

use super::moment::Moment;

/// A century: no clock overflows on it.
pub(crate) const FOR_EVER: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

/// Never more than `quota` requests in *any* stretch of time as long as `period`, wherever it begins.
///
/// A log of the requests is exact: it holds wherever the server's windows begin, whether they are fixed or slide, and lets
/// the whole quota go at once. The usual bucket (GCRA, as in the crate `governor`) is not: while it lets a burst of n go, it
/// fills up again, so it allows nearly 2n in a period; kept below n, it has either no bursts or half of the throughput.
/// A request counts from the moment of its answer, because the server saw it at some time before. Those of a 64th of the
/// period count as one moment, the last, so that a window costs 24 bytes for each of 64 moments at most.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Window {
    pub(crate) quota: u32,
    pub(crate) period: Duration,
    /// When requests were last in flight, oldest first, and how many.
    used: VecDeque<(Moment, u32)>,
    total: u32,
}

impl Window {
    /// A quota of 0 would never let anything go; it is taken as 1.
    pub(crate) fn new(quota: u32, period: Duration) -> Self {
        Window {
            quota: quota.max(1),
            period: period.min(FOR_EVER),
            used: VecDeque::new(),
            total: 0,
        }
    }

    /// How many count now.
    pub(crate) fn used(&self) -> u32 {
        self.total
    }

    /// A request is no longer in flight. The moments never go back.
    pub(crate) fn count(&mut self, now: Moment) {
        let grain = (self.period / 64).as_nanos().max(1);
        let place = |moment: Moment| moment.0.as_nanos() / grain;
        self.total += 1;
        match self.used.back_mut() {
            Some((last, n)) if place(*last) >= place(now) => {
                *last = now.max(*last);
                *n += 1;
            }
            _ => self.used.push_back((now, 1)),
        }
    }

    /// Forgets what is over.
    pub(crate) fn advance(&mut self, now: Moment) {
        while let Some(&(used, n)) = self.used.front()
            && used + self.period <= now
        {
            self.total -= n;
            self.used.pop_front();
        }
    }

    /// How many may go while so many are in flight.
    pub(crate) fn capacity(&self, in_flight: u32) -> u32 {
        self.quota
            .saturating_sub(in_flight)
            .saturating_sub(self.total)
    }

    /// When the next one may go if there is no capacity; `None` if that depends on those that are in flight.
    pub(crate) fn next(&self, in_flight: u32) -> Option<Moment> {
        let mut over = (self.total + in_flight).checked_sub(self.quota)?;
        let mut moments = self.used.iter();
        loop {
            let &(used, n) = moments.next()?;
            if n > over {
                return Some(used + self.period);
            }
            over -= n;
        }
    }

    /// How long one waits that has this many before it.
    pub(crate) fn estimate(&self, now: Moment, ahead: u32, in_flight: u32) -> Duration {
        let Some(behind) = ahead.checked_sub(self.capacity(in_flight)) else {
            return Duration::ZERO;
        };
        let (whole, mut rest) = (behind / self.quota, behind % self.quota);
        let mut first = self.used.iter().skip_while(|(_, n)| {
            let later = rest >= *n;
            rest -= if later { *n } else { 0 };
            later
        });
        // Who is in flight is about to be counted.
        let free = |&(used, _): &(Moment, u32)| (used + self.period) - now;
        let first = first.next().map_or(self.period, free);
        first.saturating_add(self.period.saturating_mul(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stretch_of_time_holds_no_more_than_the_quota() {
        let period = Duration::from_millis(1000);
        let mut window = Window::new(10, period);
        let start = Moment::default();
        let mut sent: Vec<Moment> = Vec::new();
        // Greedy at odd moments.
        for step in 0..2000u64 {
            let now = start + Duration::from_millis(step * 7 + step % 5);
            window.advance(now);
            while window.capacity(0) > 0 && !(step % 11 == 0 && window.capacity(0) < 4) {
                window.count(now);
                sent.push(now);
            }
        }
        for (i, &first) in sent.iter().enumerate() {
            let within = sent[i..]
                .iter()
                .take_while(|&&s| s < first + period)
                .count();
            assert!(within <= 10);
        }
        let whole = Duration::from_millis(2000 * 7).as_secs() as usize;
        assert!(sent.len() >= whole * 10 - 30, "{} of {whole}0", sent.len());
    }

    #[test]
    fn the_wait_is_known_beforehand() {
        let mut window = Window::new(2, Duration::from_secs(10));
        let start = Moment::default();
        let at = |seconds| start + Duration::from_secs(seconds);
        let wait =
            |window: &Window, ahead, in_flight| window.estimate(at(4), ahead, in_flight).as_secs();
        assert_eq!(wait(&window, 1, 0), 0);
        assert_eq!(wait(&window, 2, 0), 10);
        window.count(at(0));
        window.count(at(3));
        window.advance(at(4));
        assert_eq!(
            (0..5).map(|n| wait(&window, n, 0)).collect::<Vec<_>>(),
            [6, 9, 16, 19, 26]
        );
        window.advance(at(10));
        assert_eq!((window.capacity(0), window.capacity(1)), (1, 0));
        assert_eq!(window.next(1), Some(at(13)));
    }
}
