//! The script alone, with a clock that the test sets: slow servers, strays and long jobs, in seconds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use redis::{Connection, Script};

use crate::redis_server::Redis;

/// All times here are in microseconds.
const MS: u64 = 1_000;
const START: u64 = 1_700_000_000_000_000;
/// What it takes to ask Redis.
const ASKING: u64 = 300;
/// How long the fleet is not asked again, at first and at most, as in `limiter/member.rs`.
const LOOKS: (u64, u64) = (3 * MS, 250 * MS);
const PROCESSES: usize = 4;

const SCRIPT: &str = include_str!("../../src/engine/limit/fleet.lua");
/// As `fleet.rs` has them; and the time, which is not Redis' here.
const RULES: &str = r#"{"max_wait":900000,"first_wait":500,"transit":2000,"without_reset":1000,"clock_samples":8,"guess":[20,1000],
    "probe_after":[16,256],"probe_after_mismatch":[2,8],"guess_step":7,"stray":[8,3],"time":[SECONDS,MICROSECONDS]}"#;

/// ConfigCat's scheme, with a shorter second window.
const DOCUMENTED: &[(u32, u64)] = &[(20, 1_000 * MS), (100, 10_000 * MS)];

/// Windows begin with their first request.
#[derive(Clone, Copy)]
struct Server {
    limits: &'static [(u32, u64)],
    tells: bool,
    /// Of so many answers one is a 429 that belongs to no limit.
    strays: Option<u32>,
    works: u64,
}

impl Server {
    fn new(limits: &'static [(u32, u64)], tells: bool, works: u64) -> Self {
        Server {
            limits,
            tells,
            strays: None,
            works: works * MS,
        }
    }
}

/// What the script is told of an answer.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    is_refused: bool,
    remaining: String,
    reset: String,
    retry_after: String,
}

/// The windows of a server: when each began, and how many it has accepted since.
struct Windows(Vec<(u64, u32)>);

impl Windows {
    fn answer(&mut self, server: &Server, now: u64, is_stray: bool) -> Answer {
        let mut wait = is_stray.then_some(1);
        for (window, limit) in self.0.iter_mut().zip(server.limits) {
            if now >= window.0 + limit.1 {
                *window = (now, 0);
            }
            if window.1 >= limit.0 {
                wait = wait.max(Some((window.0 + limit.1 - now).div_ceil(1_000 * MS)));
            }
        }
        if wait.is_none() {
            self.0.iter_mut().for_each(|window| window.1 += 1);
        }
        let longest = self.0.last().zip(server.limits.last());
        let told = longest.filter(|_| server.tells);
        let tell = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        Answer {
            is_refused: wait.is_some(),
            remaining: tell(told.map(|(window, limit)| u64::from(limit.0 - window.1))),
            reset: tell(told.map(|(window, limit)| (window.0 + limit.1 - now) / MS)),
            retry_after: tell(wait.map(|seconds| seconds * 1_000)),
        }
    }
}

/// What happens to a process.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// It asks, unless it has asked since.
    Ask {
        turn: u32,
    },
    Arrive {
        epoch: i64,
        given: i64,
    },
    Receive {
        epoch: i64,
        given: i64,
        answer: Answer,
    },
}

struct Process {
    waiting: u32,
    in_flight: u32,
    turn: u32,
    patience: u64,
    is_woken_by_answers: bool,
}

#[derive(Debug)]
struct Outcome {
    seconds: f64,
    refused: u32,
}

/// All of it, the events in the order of time.
struct Simulation {
    redis: Connection,
    script: Script,
    random: fastrand::Rng,
    server: Server,
    windows: Windows,
    answers: u32,
    processes: Vec<Process>,
    steps: BinaryHeap<Reverse<(u64, usize, Step)>>,
    tasks: u32,
    refused: u32,
}

impl Simulation {
    /// Four processes make so many calls each, by so many tasks.
    fn run(redis: &Redis, server: Server, calls: u32, tasks: u32) -> Outcome {
        let mut redis = redis.connection();
        redis::cmd("FLUSHALL").exec(&mut redis).unwrap();
        assert_eq!(SCRIPT.matches("redis.call('TIME')").count(), 1);
        let process = |_| Process {
            waiting: calls,
            in_flight: 0,
            turn: 0,
            patience: LOOKS.0,
            is_woken_by_answers: false,
        };
        let mut simulation = Simulation {
            redis,
            script: Script::new(&SCRIPT.replace("redis.call('TIME')", "rules.time")),
            random: fastrand::Rng::with_seed(7),
            windows: Windows(vec![(0, 0); server.limits.len()]),
            server,
            answers: 0,
            processes: (0..PROCESSES).map(process).collect(),
            steps: BinaryHeap::new(),
            tasks,
            refused: 0,
        };
        for process in 0..PROCESSES {
            simulation.at(START, process, Step::Ask { turn: 0 });
        }
        let mut end = START;
        while let Some(Reverse((now, process, step))) = simulation.steps.pop() {
            match step {
                Step::Ask { turn } => simulation.ask(now, process, turn),
                Step::Arrive { epoch, given } => {
                    simulation.answers += 1;
                    let strays = simulation.server.strays;
                    let is_stray = strays.is_some_and(|n| simulation.answers % n == n / 2);
                    let answer = simulation.windows.answer(&server, now, is_stray);
                    let received = Step::Receive {
                        epoch,
                        given,
                        answer,
                    };
                    simulation.at(now + server.works / 2, process, received);
                }
                Step::Receive {
                    epoch,
                    given,
                    answer,
                } => {
                    if !answer.is_refused {
                        end = now;
                    }
                    simulation.receive(now, process, (epoch, given), answer);
                }
            }
        }
        assert!(
            simulation
                .processes
                .iter()
                .all(|it| it.waiting + it.in_flight == 0)
        );
        Outcome {
            seconds: (end - START) as f64 / 1e6,
            refused: simulation.refused,
        }
    }

    fn at(&mut self, moment: u64, process: usize, step: Step) {
        self.steps.push(Reverse((moment, process, step)));
    }

    fn call(&mut self, now: u64, what: &str, arguments: &[&str]) -> Vec<i64> {
        let rules = RULES.replace("MICROSECONDS", &(now % 1_000_000).to_string());
        let rules = rules.replace("SECONDS", &(now / 1_000_000).to_string());
        let mut call = self.script.key("{fleet}");
        call.key("{fleet}:0").arg(rules).arg(what).arg(arguments);
        call.invoke(&mut self.redis).unwrap()
    }

    /// As the head of the queue of a process does.
    fn ask(&mut self, now: u64, process: usize, turn: u32) {
        let this = &mut self.processes[process];
        if turn != this.turn || this.waiting == 0 || this.in_flight >= self.tasks {
            return;
        }
        this.turn += 1;
        let (turn, waiting) = (this.turn, this.waiting.to_string());
        let reply = self.call(now, "ask", &["0", &waiting]);
        let this = &mut self.processes[process];
        let pause = match *reply {
            [1, epoch, given] => {
                this.waiting -= 1;
                this.in_flight += 1;
                this.patience = LOOKS.0;
                let arrives = now + ASKING / 2 + self.server.works / 2;
                self.at(arrives, process, Step::Arrive { epoch, given });
                ASKING
            }
            [0, wait, certain] => {
                let wait = wait as u64 * MS;
                this.is_woken_by_answers = certain == 0;
                if certain == 1 {
                    wait.min(LOOKS.1) + self.random.u64(..2 * MS)
                } else {
                    let apart = this.patience * self.random.u64(750..1_250) / 1_000;
                    this.patience = (this.patience * 2).min(LOOKS.1);
                    wait.min(apart) + ASKING
                }
            }
            _ => panic!("{reply:?}"),
        };
        self.at(now + pause, process, Step::Ask { turn });
    }

    fn receive(&mut self, now: u64, process: usize, (epoch, given): (i64, i64), answer: Answer) {
        let (epoch, given) = (epoch.to_string(), given.to_string());
        let outcome = if answer.is_refused { "refused" } else { "ok" };
        let kind = if answer.reset.is_empty() { "" } else { "in" };
        let Answer {
            remaining,
            reset,
            retry_after,
            ..
        } = &answer;
        let told = [
            &epoch,
            &given,
            outcome,
            remaining,
            kind,
            reset,
            "0",
            retry_after,
            "",
            "",
            "",
        ];
        self.call(now, "answered", &told);
        self.refused += u32::from(answer.is_refused);
        let this = &mut self.processes[process];
        let was_busy = this.in_flight == self.tasks;
        this.in_flight -= 1;
        this.waiting += u32::from(answer.is_refused);
        if this.is_woken_by_answers || was_busy || this.waiting == 1 {
            this.turn += 1;
            let turn = this.turn;
            self.at(now + ASKING, process, Step::Ask { turn });
        }
    }
}

/// The guess of a limit is given up in some round trips where there is none, however far away the server is.
pub(crate) async fn slow_servers_are_soon_used_to_the_full(redis: Redis) {
    for works in [20, 50, 100, 200, 300, 400] {
        for (limits, tells) in [(&[][..], false), (&[(5_000, 60_000 * MS)][..], true)] {
            let outcome = Simulation::run(&redis, Server::new(limits, tells, works), 250, 200);
            println!("no limit, {works} ms, headers {tells}: {outcome:?}");
            let trips = outcome.seconds * 1e3 / works as f64;
            assert!(trips <= 32.0 && outcome.refused == 0, "{trips}");
        }
    }
}

/// On slow servers, a step to full speed is in flight before it is known that a window is full.
pub(crate) async fn a_window_is_learnt_from_few_refusals(redis: Redis) {
    for works in [10, 20, 50, 100, 150, 200, 300, 400] {
        for tells in [true, false] {
            for tasks in [8, 200] {
                let server = Server::new(DOCUMENTED, tells, works);
                let outcome = Simulation::run(&redis, server, 75, tasks);
                println!("two windows, {works} ms, headers {tells}, {tasks} tasks: {outcome:?}");
                let most = match (tells, works) {
                    (true, ..200) => 1,
                    (true, _) => 35,
                    (false, _) => 8,
                };
                assert!(outcome.refused <= most);
                // 24 s are the best possible; a round trip is lost in each of the periods.
                let lost = 24.0 + 0.03 * works as f64;
                assert!(outcome.seconds <= lost.max(24.6), "{outcome:?}");
            }
        }
    }
}

/// A 429 that belongs to no limit costs the second that it asks for, and little more.
pub(crate) async fn strays_cost_what_they_ask_for(redis: Redis) {
    for (strays, most) in [(200, 1.1), (50, 1.2)] {
        for (limits, tells) in [(&[][..], false), (&[(50_000, 60_000 * MS)][..], true)] {
            let mut server = Server::new(limits, tells, 20);
            server.strays = Some(strays);
            let calls = 10 * strays;
            let outcome = Simulation::run(&redis, server, calls, 8);
            println!("one stray of {strays}, headers {tells}: {outcome:?}");
            let alone = f64::from(calls) * 0.02 / 8.0;
            let ratio = outcome.seconds / (alone + f64::from(outcome.refused));
            assert!(ratio <= most, "{ratio}");
        }
    }
}

/// A limit that words name has no period of 0 for those who wait for nothing.
pub(crate) async fn who_never_waits_learns_a_limit_all_the_same(redis: Redis) {
    let mut redis = redis.connection();
    let script = Script::new(&SCRIPT.replace("redis.call('TIME')", "rules.time"));
    let rules = RULES.replace("900000", "0");
    let rules = rules.replace("MICROSECONDS", "0");
    let rules = rules.replace("SECONDS", "1700000000");
    let mut call = |what: &str, arguments: &[&str]| -> Vec<i64> {
        let mut call = script.key("{fleet}");
        call.key("{fleet}:0").arg(&rules).arg(what).arg(arguments);
        call.invoke(&mut redis).unwrap()
    };
    for named in [["", ""], ["20", "1000"]] {
        let permit = call("ask", &["0", "1"]);
        let (epoch, given) = (permit[1].to_string(), permit[2].to_string());
        let outcome = if named[0].is_empty() { "ok" } else { "refused" };
        let [quota, period] = named;
        let told = [
            &epoch, &given, outcome, "", "", "", "0", "", "", quota, period,
        ];
        call("answered", &told);
    }
}
