//! So many requests in so much time: limits that no header tells of, because they are published or were learnt.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// A century: no clock overflows on it.
pub(crate) const FOR_EVER: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

/// Never more than `quota` requests in *any* stretch of time as long as `period`, wherever it begins.
///
/// A log of the requests is exact: it holds wherever the server's windows begin, whether they are fixed or slide, and lets
/// the whole quota go at once. The usual bucket (GCRA, as in the crate `governor`) is not: while it lets a burst of n go, it
/// fills up again, so it allows nearly 2n in a period; kept below n, it has either no bursts or half of the throughput.
/// A request counts from the moment of its answer, because the server saw it at some time before. Costs 16 bytes for each
/// request of a period.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    quota: u32,
    period: Duration,
    /// When requests were last under way, oldest first.
    used: VecDeque<Instant>,
}

impl Window {
    /// A quota of 0 would never let anything go; it is taken as 1.
    pub(crate) fn new(quota: u32, period: Duration) -> Self {
        Window {
            quota: quota.max(1),
            period: period.min(FOR_EVER),
            used: VecDeque::new(),
        }
    }

    /// A request is no longer under way. The moments never go back.
    pub(crate) fn count(&mut self, now: Instant) {
        let last = self.used.back().copied();
        self.used.push_back(last.map_or(now, |last| last.max(now)));
    }

    /// Forgets what is over.
    pub(crate) fn advance(&mut self, now: Instant) {
        let period = self.period;
        while self.used.front().is_some_and(|&used| used + period <= now) {
            self.used.pop_front();
        }
    }

    /// How many may go while so many are under way.
    pub(crate) fn capacity(&self, in_flight: u32) -> u32 {
        self.quota
            .saturating_sub(in_flight)
            .saturating_sub(self.used.len() as u32)
    }

    /// When the next one may go where there is no capacity; `None` where that depends on those that are under way.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.used.front().map(|&used| used + self.period)
    }

    /// How long one waits that has this many before it.
    pub(crate) fn estimate(&self, now: Instant, ahead: u32, in_flight: u32) -> Duration {
        let free = |used: Instant| (used + self.period).saturating_duration_since(now);
        let Some(behind) = ahead.checked_sub(self.capacity(in_flight)) else {
            return Duration::ZERO;
        };
        let (whole, rest) = (behind / self.quota, behind % self.quota);
        // Who is under way is about to be counted.
        let first = self
            .used
            .get(rest as usize)
            .map_or(self.period, |&used| free(used));
        first.saturating_add(self.period.saturating_mul(whole))
    }
}

/// All such limits at once.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    published: Vec<Window>,
    hidden: Option<Hidden>,
    suspect: Option<Suspect>,
    /// Refusals that told of a hidden limit, since one was last forgotten.
    lessons: u32,
}

/// Learnt from a refusal while the headers told of something left.
#[derive(Debug)]
struct Hidden {
    window: Window,
    /// The epoch of the refusal: its accepted requests are what the window holds.
    epoch: Option<u64>,
    /// Refusals have other reasons too: when it is tried whether the window holds twice as much; and that it is, until then.
    until: Instant,
    tried: bool,
}

/// Refusals that may be those of a window, or of somebody on the way who knows nothing of limits.
#[derive(Debug)]
struct Suspect {
    /// The accepted requests of this epoch went before the last one, and about as many before those before.
    quota: u32,
    epoch: u64,
    times: u32,
}

/// What a refusal tells of a hidden limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lesson {
    /// So many went before it in this epoch, which was this old; and the next one goes after this wait.
    pub(crate) quota: u32,
    pub(crate) epoch: u64,
    pub(crate) elapsed: Duration,
    pub(crate) wait: Duration,
    /// The server said that by its other limits something was left.
    pub(crate) is_certain: bool,
}

impl Windows {
    pub(crate) fn published(windows: Vec<Window>) -> Self {
        Windows {
            published: windows,
            ..Windows::default()
        }
    }

    /// A request of this epoch was accepted.
    pub(crate) fn accepted(&mut self, epoch: u64) {
        if let Some(hidden) = &mut self.hidden
            && hidden.epoch == Some(epoch)
        {
            hidden.window.quota = hidden.window.quota.saturating_add(1);
        }
        if let Some(suspect) = &mut self.suspect
            && suspect.epoch == epoch
        {
            suspect.quota = suspect.quota.saturating_add(1);
        }
    }

    /// A refusal that is not that of a limit which is known. A window that it tells of is believed in for four periods, and
    /// four times as long each time that it turns out to be there, up to 64 periods. One that may have other reasons counts as a window's
    /// where it comes for the third time after about as many requests; where it does not fit, what was believed is forgotten.
    pub(crate) fn learn(&mut self, now: Instant, lesson: Lesson) {
        let Lesson {
            quota,
            epoch,
            elapsed,
            wait,
            is_certain,
        } = lesson;
        let believed = is_certain || self.recurs(quota, epoch);
        let (window, epoch) = match &self.hidden {
            // What held before was right.
            Some(hidden) if hidden.tried && (is_certain || hidden.is_where_it_was()) => {
                let window = &hidden.window;
                (Window::new(window.quota / 2, window.period), None)
            }
            // It was kept, and yet it was not enough.
            Some(Hidden { window, .. }) if is_certain && window.quota <= quota => {
                // A stray refusal looks the same: without a bound, some of them would stop everything.
                let longer = window.period.mul_f64(1.5).min((elapsed + wait) * 4);
                let longer = longer.max(wait);
                (Window::new(window.quota, longer), None)
            }
            _ if believed => (Window::new(quota, elapsed + wait), Some(epoch)),
            _ => return self.forget(),
        };
        let periods = 4u32.saturating_mul(4u32.saturating_pow(self.lessons.min(2)));
        self.lessons += 1;
        self.hidden = Some(Hidden {
            until: now + window.period.saturating_mul(periods).min(FOR_EVER),
            window,
            epoch,
            tried: false,
        });
    }

    fn recurs(&mut self, quota: u32, epoch: u64) -> bool {
        let alike = |before: u32| quota.abs_diff(before) <= quota.max(before) / 4;
        let before = self.suspect.take().filter(|before| alike(before.quota));
        let times = before.map_or(1, |before| before.times.saturating_add(1));
        self.suspect = Some(Suspect {
            quota,
            epoch,
            times,
        });
        times >= 3
    }

    fn forget(&mut self) {
        self.hidden = None;
        self.lessons = 0;
    }

    pub(crate) fn count(&mut self, now: Instant) {
        self.each().for_each(|window| window.count(now));
    }

    pub(crate) fn advance(&mut self, now: Instant) {
        if let Some(hidden) = &mut self.hidden
            && now >= hidden.until
        {
            if hidden.tried {
                self.forget();
            } else {
                hidden.window.quota = hidden.window.quota.saturating_mul(2);
                hidden.until = now + hidden.window.period.saturating_mul(2);
                hidden.tried = true;
            }
        }
        self.each().for_each(|window| window.advance(now));
    }

    /// Whether one of them is full, and when that may change, where it does not depend on those that are under way.
    pub(crate) fn full(&self, in_flight: u32) -> Option<Option<Instant>> {
        let full = |window: &&Window| window.capacity(in_flight) == 0;
        self.all().find(full).map(Window::next)
    }

    pub(crate) fn estimate(&self, now: Instant, ahead: u32, in_flight: u32) -> Duration {
        let waits = self.all().map(|w| w.estimate(now, ahead, in_flight));
        waits.max().unwrap_or_default()
    }

    fn all(&self) -> impl Iterator<Item = &Window> {
        let hidden = self.hidden.iter().map(|hidden| &hidden.window);
        self.published.iter().chain(hidden)
    }

    fn each(&mut self) -> impl Iterator<Item = &mut Window> {
        let hidden = self.hidden.iter_mut().map(|hidden| &mut hidden.window);
        self.published.iter_mut().chain(hidden)
    }
}

impl Hidden {
    /// While it is tried whether it holds twice as much: whether what it held before has gone.
    fn is_where_it_was(&self) -> bool {
        let before = self.window.quota / 2;
        self.window.used.len() as u32 >= before - before / 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stretch_of_time_holds_no_more_than_the_quota() {
        let period = Duration::from_millis(1000);
        let mut window = Window::new(10, period);
        let start = Instant::now();
        let mut sent: Vec<Instant> = Vec::new();
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
        let whole = (start.elapsed() + Duration::from_millis(2000 * 7)).as_secs() as usize;
        assert!(sent.len() >= whole * 10 - 10, "{} of {whole}0", sent.len());
    }

    #[test]
    fn the_wait_is_known_beforehand() {
        let mut window = Window::new(2, Duration::from_secs(10));
        let start = Instant::now();
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
        assert_eq!(window.next(), Some(at(13)));
    }
}
