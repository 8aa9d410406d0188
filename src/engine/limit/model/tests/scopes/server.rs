//! A server that counts by credentials, endpoint or path, in several windows.

use super::*;
use crate::engine::limit::times::Time;

/// Fixed windows that begin with the first request, or with the clock. One that a window refuses is not counted in the longer ones.
pub(super) struct Server {
    /// Shortest first; headers tell of the last.
    pub(super) limits: Vec<(u32, u64)>,
    pub(super) grain: Granularity,
    /// The limit of calls that read, if it is another one.
    pub(super) reads: Option<(u32, u64)>,
    /// Only calls of these operations are counted, if there are any here.
    pub(super) only: Vec<u64>,
    pub(super) counts: HashMap<u64, Vec<(u32, u64)>>,
    /// Names the limit in the words of a refusal.
    pub(super) names: bool,
    pub(super) tells: bool,
    /// Says in a refusal how long to wait.
    pub(super) asks: bool,
    /// By a date, which is rounded, as is that of the answer: for up to two seconds too long.
    pub(super) by_date: bool,
    /// Of so many answers, one has headers.
    pub(super) tells_each: u32,
    pub(super) answers: u32,
    /// Its clock is ahead by so much.
    pub(super) ahead: i64,
    /// Two nodes, of which the clocks are so far apart.
    pub(super) apart: i64,
    /// Windows begin with the clock, which shows so much at first.
    pub(super) phase: Option<u64>,
    /// Sliding windows.
    pub(super) slides: bool,
    pub(super) slid: HashMap<u64, Vec<u64>>,
    pub(super) stray: u32,
    /// The request that is refused although no window is full, and how many came so far.
    pub(super) stray_at: u32,
    pub(super) arrived: u32,
    pub(super) random: fastrand::Rng,
}

impl Server {
    pub(super) fn new(limits: &[(u32, u64)], grain: Granularity) -> Self {
        Server {
            limits: limits.to_vec(),
            grain,
            reads: None,
            only: Vec::new(),
            counts: HashMap::new(),
            names: true,
            tells: true,
            asks: true,
            by_date: false,
            tells_each: 1,
            answers: 0,
            ahead: 0,
            apart: 0,
            phase: None,
            slides: false,
            slid: HashMap::new(),
            stray: 0,
            stray_at: 0,
            arrived: 0,
            random: fastrand::Rng::with_seed(7),
        }
    }

    pub(super) fn is_counted(&self, target: &Target) -> bool {
        self.only.is_empty() || self.only.contains(&target.key(Granularity::Operation))
    }

    pub(super) fn serve(&mut self, now: u64, target: &Target) -> Reading {
        let node = i64::from(self.apart != 0 && self.random.bool()) * self.apart;
        let time = |at: u64| {
            let at = 1_800_000_000_123_456 + self.ahead + node + at as i64;
            DateTime::from_timestamp_micros(at).unwrap()
        };
        let date = DateTime::from_timestamp(time(now).timestamp(), 0);
        let mut reading = Reading {
            date,
            ..Reading::default()
        };
        self.arrived += 1;
        if self.random.u32(..1000) < self.stray || self.arrived == self.stray_at {
            reading.refused = true;
            reading.retry_after = Some(Duration::from_secs(1));
            return reading;
        }
        if !self.is_counted(target) {
            return reading;
        }
        let key = target.key(self.grain);
        if self.slides {
            let (limit, period) = *self.limits.last().unwrap();
            let slid = self.slid.entry(key).or_default();
            slid.retain(|&at| at + period > now);
            let end = slid.first().map_or(now + period, |&first| first + period);
            if slid.len() as u32 >= limit {
                reading.refused = true;
                reading.retry_after = Some(Duration::from_secs((end - now).div_ceil(SECOND)));
            } else {
                slid.push(now);
            }
            reading.remaining = Some(limit - slid.len() as u32);
            reading.reset = Some(Time::At(time(end)));
            reading.is_exact = true;
            return reading;
        }
        let read = Target::new(true, "", "").key(Granularity::Kind);
        let reads = self.reads.filter(|_| target.key(Granularity::Kind) == read);
        let limits = reads.map_or(self.limits.clone(), |reads| vec![reads]);
        let counts = self.counts.entry(key);
        let counts = counts.or_insert_with(|| vec![(0, 0); limits.len()]);
        for (&(limit, period), (used, end)) in limits.iter().zip(counts.iter_mut()) {
            if *end <= now {
                let begun = self.phase.map_or(0, |phase| (now + phase) % period);
                (*used, *end) = (0, now + period - begun);
            }
            if *used >= limit {
                reading.refused = true;
                let rounded = SECOND * u64::from(self.by_date);
                let wait = Duration::from_secs((*end + rounded - now).div_ceil(SECOND));
                reading.retry_after = self.asks.then_some(wait);
                reading.named = self.names.then(|| (limit, Duration::from_micros(period)));
                return reading;
            }
            *used += 1;
        }
        self.answers += 1;
        if self.tells && self.answers.is_multiple_of(self.tells_each) {
            let (used, end) = *counts.last().unwrap();
            reading.remaining = limits.last().map(|(limit, _)| limit - used);
            reading.reset = Some(Time::At(time(end)));
            reading.is_exact = true;
        }
        reading
    }
}
