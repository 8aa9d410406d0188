//! The processes of a fleet: this program, started with `FLEET_WORKER` in the environment.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use configcat_fake::Fake;
use configcat_management::Client;

use crate::redis_server::Redis;

pub(crate) struct Fleet {
    processes: Vec<Child>,
    calls: usize,
    killed: Option<usize>,
}

impl Fleet {
    /// Starts so many processes that make so many calls each, all at once.
    pub(crate) fn start(fake: &Fake, redis: &Redis, processes: usize, calls: usize) -> Self {
        let plan = format!("{} {} {calls}", fake.base_url(), redis.url());
        let start = |_| {
            Command::new(std::env::current_exe().unwrap())
                .env("FLEET_WORKER", &plan)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let mut processes: Vec<Child> = (0..processes).map(start).collect();
        for process in &mut processes {
            let mut ready = [0; 6];
            process
                .stdout
                .as_mut()
                .unwrap()
                .read_exact(&mut ready)
                .unwrap();
        }
        for process in &mut processes {
            process.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
        }
        Fleet {
            processes,
            calls,
            killed: None,
        }
    }

    /// As `kill -9` does.
    pub(crate) fn kill(&mut self, process: usize) {
        self.processes[process].kill().unwrap();
        self.killed = Some(process);
    }

    /// Waits until all have ended. Each call of those that were not killed must have succeeded. Gives the warnings of each.
    pub(crate) fn finish(mut self) -> Vec<usize> {
        let mut warnings = Vec::new();
        for (i, process) in self.processes.iter_mut().enumerate() {
            let mut told = BufReader::new(process.stdout.take().unwrap()).lines();
            if self.killed != Some(i) {
                let line = told.next().unwrap().unwrap();
                let (succeeded, warned) = line.split_once(' ').unwrap();
                assert_eq!(succeeded, self.calls.to_string(), "of process {i}");
                warnings.push(warned.parse().unwrap());
            }
            process.wait().unwrap();
        }
        warnings
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// One process: says that it is ready, waits for a line, makes its calls from some tasks at once, and tells how many
/// succeeded and how often it warned that Redis is away.
pub(crate) fn worker(plan: &str) {
    let plan: Vec<&str> = plan.split(' ').collect();
    let &[base, redis, calls] = plan.as_slice() else {
        panic!("{plan:?}");
    };
    let calls: usize = calls.parse().unwrap();
    let warnings = Arc::new(AtomicUsize::new(0));
    tracing::subscriber::set_global_default(Warnings(warnings.clone())).unwrap();
    let builder = Client::builder().base_url(base).credentials("user", "pass");
    let client = builder.fleet(redis).build().unwrap();
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let succeeded = runtime.enable_all().build().unwrap().block_on(async {
        let left = Arc::new(AtomicUsize::new(calls));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (client, left) = (client.clone(), left.clone());
            tasks.spawn(async move {
                let mut succeeded = 0;
                let take = |left: usize| left.checked_sub(1);
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                    .is_ok()
                {
                    match client.get_products().send().await {
                        Ok(_) => succeeded += 1,
                        Err(error) => eprintln!("{error}"),
                    }
                }
                succeeded
            });
        }
        tasks.join_all().await.into_iter().sum::<usize>()
    });
    println!("{succeeded} {}", warnings.load(Ordering::Relaxed));
}

/// Counts what the fleet warns of.
struct Warnings(Arc<AtomicUsize>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN && metadata.target().ends_with("fleet")
    }

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}
