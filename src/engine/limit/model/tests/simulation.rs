//! A server that counts, requests on their way, and the model between them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::*;

/// How a server writes the reset.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    Rfc3339,
    HttpDate,
    UnixSeconds,
    DeltaSeconds,
    Absent,
    Nonsense,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) quota: u32,
    /// In microseconds, as all times here.
    pub(super) period: u64,
    /// Windows begin at multiples of the period, not with the first request.
    pub(super) aligned: bool,
}

#[derive(Debug)]
pub(super) struct Server {
    /// The last one is the one that headers tell of.
    pub(super) windows: Vec<(Limit, u32, u64)>,
    /// What its clock shows at time 0, in microseconds.
    pub(super) clock: u64,
    pub(super) format: Format,
    pub(super) dated: bool,
    /// Says nothing of limits.
    pub(super) silent: bool,
}

pub(super) const SECOND: u64 = 1_000_000;

impl Server {
    pub(super) fn time(&self, now: u64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros((self.clock + now) as i64).unwrap_or_default()
    }

    pub(super) fn serve(&mut self, now: u64) -> (StatusCode, HeaderMap) {
        let time = self.clock + now;
        for (limit, used, reset) in &mut self.windows {
            if *reset <= now {
                let begin = if limit.aligned {
                    time % limit.period
                } else {
                    0
                };
                (*used, *reset) = (0, now + limit.period - begin);
            }
        }
        let full = |(limit, used, _): &&(Limit, u32, u64)| *used >= limit.quota;
        let blocking = self.windows.iter().filter(full).map(|w| w.2).max();
        if blocking.is_none() {
            self.windows.iter_mut().for_each(|(_, used, _)| *used += 1);
        }
        let mut headers = HeaderMap::new();
        if self.silent && blocking.is_none() {
            return (StatusCode::OK, headers);
        }
        let mut put = |name: &'static str, value: String| {
            if !self.silent || name == "retry-after" {
                headers.insert(name, HeaderValue::from_str(&value).unwrap());
            }
        };
        let (limit, used, reset) = *self.windows.last().unwrap();
        put("x-rate-limit-remaining", (limit.quota - used).to_string());
        let moment = self.time(reset);
        let text = match self.format {
            Format::Rfc3339 => {
                let nanos = moment.to_rfc3339_opts(SecondsFormat::Nanos, true);
                Some(format!("{}Z", &nanos[..nanos.len() - 3]))
            }
            Format::HttpDate => Some(moment.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
            Format::UnixSeconds => Some(moment.timestamp().to_string()),
            Format::DeltaSeconds => Some((reset - now).div_ceil(SECOND).to_string()),
            Format::Nonsense => Some("2999-99-99T99:99:99Z".to_string()),
            Format::Absent => None,
        };
        if let Some(text) = text {
            put("x-rate-limit-reset", text);
        }
        if self.dated {
            let date = self.time(now).format("%a, %d %b %Y %H:%M:%S GMT");
            put("date", date.to_string());
        }
        match blocking {
            None => (StatusCode::OK, headers),
            Some(until) => {
                put("retry-after", (until - now).div_ceil(SECOND).to_string());
                (StatusCode::TOO_MANY_REQUESTS, headers)
            }
        }
    }
}

/// What befalls requests, in per mille, and how long the way takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weather {
    /// The longest way to the server, and back, in microseconds.
    pub(super) there: u64,
    pub(super) back: u64,
    /// Answers that take up to this long, instead.
    pub(super) slow: (u32, u64),
    /// Dropped before they are sent; afterwards, which the server may see or not.
    pub(super) unsent: u32,
    pub(super) dropped: u32,
    /// 503 without any header of ours.
    pub(super) broken: u32,
    /// 429 of something on the way, which knows nothing of limits.
    pub(super) stray: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    Arrives(usize),
    Answered(usize),
    /// And whether it was sent.
    Dropped(usize, bool),
    /// Somebody else's.
    Other,
}

#[derive(Debug)]
pub(super) struct Run {
    /// When the last call was answered.
    pub(super) end: u64,
    pub(super) refused: u32,
    pub(super) sent: u32,
    pub(super) successes: u32,
    pub(super) longest_wait: Duration,
}

pub(super) struct World {
    pub(super) model: Model,
    pub(super) server: Server,
    pub(super) weather: Weather,
    pub(super) random: fastrand::Rng,
    pub(super) agenda: BinaryHeap<Reverse<(u64, usize, Event)>>,
    pub(super) tickets: Vec<(Ticket, Option<(StatusCode, HeaderMap)>)>,
    pub(super) count: usize,
    /// The others' requests in each stretch of time so long.
    pub(super) others: Option<(u32, u64)>,
    pub(super) other_refusals: u32,
}

impl World {
    pub(super) fn new(server: Server, weather: Weather, seed: u64) -> Self {
        World {
            model: Model::new(MAX_WAIT),
            server,
            weather,
            random: fastrand::Rng::with_seed(seed),
            agenda: BinaryHeap::new(),
            tickets: Vec::new(),
            count: 0,
            others: None,
            other_refusals: 0,
        }
    }

    pub(super) fn at(&self, time: u64) -> Moment {
        Moment::default() + Duration::from_micros(time)
    }

    pub(super) fn plan(&mut self, time: u64, event: Event) {
        self.count += 1;
        self.agenda.push(Reverse((time, self.count, event)));
    }

    pub(super) fn per_mille(&mut self, share: u32) -> bool {
        self.random.u32(..1000) < share
    }

    /// Makes calls from so many tasks until each has succeeded or was dropped.
    pub(super) fn run(&mut self, calls: u32, tasks: u32, start: u64) -> Run {
        let mut run = Run {
            end: start,
            refused: 0,
            sent: 0,
            successes: 0,
            longest_wait: Duration::ZERO,
        };
        let (mut now, mut open, mut busy) = (start, calls, 0);
        if let Some((n, every)) = self.others {
            for i in 0..n {
                self.plan(start + u64::from(i) * 500 + every / 3, Event::Other);
            }
        }
        let mut steps = 0;
        while open + busy > 0 {
            steps += 1;
            assert!(steps < 2_000_000, "no progress: {run:?} {:?}", self.model);
            let mut wake = None;
            while open > 0 && busy < tasks {
                let instant = self.at(now);
                match self.model.admit(ONE, instant, open.min(tasks - busy)) {
                    Ok(ticket) => {
                        open -= 1;
                        busy += 1;
                        run.sent += 1;
                        self.send(ticket, now);
                    }
                    Err(until) => {
                        assert!(until > instant, "a wait of no time: {:?}", self.model);
                        run.longest_wait = run.longest_wait.max(until - instant);
                        let wait = (until - self.at(0)).as_nanos().div_ceil(1000);
                        wake = Some(wait as u64);
                        break;
                    }
                }
            }
            let next = self.agenda.peek().map(|Reverse((time, ..))| *time);
            now = match (next, wake) {
                (Some(event), Some(wake)) => event.min(wake),
                (event, wake) => event.or(wake).expect("something to wait for"),
            };
            while let Some(&Reverse((time, _, event))) = self.agenda.peek() {
                if time > now {
                    break;
                }
                self.agenda.pop();
                match event {
                    Event::Other => {
                        let (status, _) = self.server.serve(now);
                        self.other_refusals += u32::from(status != StatusCode::OK);
                        if let Some((_, every)) = self.others {
                            self.plan(now + every, Event::Other);
                        }
                    }
                    Event::Arrives(index) if self.per_mille(self.weather.stray) => {
                        let mut headers = HeaderMap::new();
                        headers.insert("retry-after", HeaderValue::from_static("1"));
                        run.refused += 1;
                        self.tickets[index].1 = Some((StatusCode::TOO_MANY_REQUESTS, headers));
                    }
                    Event::Arrives(index) => {
                        let answer = match self.per_mille(self.weather.broken) {
                            true => {
                                // Counted, and then it breaks.
                                let status = self.server.serve(now).0;
                                match status {
                                    StatusCode::OK => {
                                        (StatusCode::SERVICE_UNAVAILABLE, HeaderMap::new())
                                    }
                                    _ => (status, HeaderMap::new()),
                                }
                            }
                            false => self.server.serve(now),
                        };
                        run.refused += u32::from(answer.0 == StatusCode::TOO_MANY_REQUESTS);
                        self.tickets[index].1 = Some(answer);
                    }
                    Event::Answered(index) => {
                        let (ticket, answer) = self.tickets[index].clone();
                        let (status, headers) = answer.expect("it arrived before");
                        self.answer(ticket, now, status, &headers);
                        busy -= 1;
                        match status {
                            StatusCode::OK => run.successes += 1,
                            _ => open += 1,
                        }
                        run.end = now;
                    }
                    Event::Dropped(index, sent) => {
                        let ticket = self.tickets[index].0;
                        let instant = self.at(now);
                        self.model.record_loss(ticket, instant, sent);
                        busy -= 1;
                        run.end = now;
                    }
                }
            }
        }
        run
    }

    pub(super) fn send(&mut self, ticket: Ticket, now: u64) {
        let index = self.tickets.len();
        self.tickets.push((ticket, None));
        if self.per_mille(self.weather.unsent) {
            // Dropped at once; the call counts as over.
            self.plan(now, Event::Dropped(index, false));
            return;
        }
        let arrival = now + 1 + self.random.u64(..=self.weather.there);
        let (share, slow) = self.weather.slow;
        let back = match self.per_mille(share) {
            true => slow,
            false => self.weather.back,
        };
        let answer = arrival + 1 + self.random.u64(..=back);
        if self.per_mille(self.weather.dropped) {
            let moment = self.random.u64(now..=answer);
            self.plan(moment, Event::Dropped(index, true));
            if self.random.bool() {
                self.plan(arrival, Event::Arrives(index));
            }
            return;
        }
        self.plan(arrival, Event::Arrives(index));
        self.plan(answer, Event::Answered(index));
    }

    pub(super) fn answer(
        &mut self,
        ticket: Ticket,
        now: u64,
        status: StatusCode,
        headers: &HeaderMap,
    ) {
        let reading = Reading::of(status, headers);
        let instant = self.at(now);
        self.model.record_response(ticket, instant, &reading);
    }
}

pub(super) fn server(limits: &[Limit], clock: u64, format: Format) -> Server {
    Server {
        windows: limits.iter().map(|&limit| (limit, 0, 0)).collect(),
        clock,
        format,
        dated: true,
        silent: false,
    }
}

/// A clock that is off by so many microseconds. That of this machine is not looked at if the server tells its time.
pub(super) fn clock(offset: i64) -> u64 {
    (1_800_000_000_123_456 + offset) as u64
}

pub(super) fn limit(quota: u32, seconds: f64) -> Limit {
    Limit {
        quota,
        period: (seconds * 1e6) as u64,
        aligned: false,
    }
}
