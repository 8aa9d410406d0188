//! Processes that share a limit through Redis: two windows and a count for each operation, with nothing happening, with one of
//! them killed, and with Redis killed. The processes are this program, started with [`MEMBER`] in the environment.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use configcat_fake::{Fake, Fault, QuotaPer};
use configcat_management::Client;
use tokio::task::JoinSet;

use crate::Result;
use crate::scopes::{DOCUMENTED, TRIP, send};

pub(crate) const MEMBER: &str = "MAKESPAN_MEMBER";

const MEMBERS: usize = 8;
/// Of each endpoint; of each, twice what the long window lets through in all.
const CALLS: usize = 25;
const ENDPOINTS: usize = 3;
/// The second half waits for the second window of 10 s, of which it needs the first 4 s and one request's time.
const BEST: f64 = 14.0;
const MOST: f64 = 1.05;
const REFUSED: usize = 8;
/// When something is killed: in the first window, with calls in flight.
const MIDDLE: Duration = Duration::from_millis(2500);

/// One process: says that it is ready, waits for a line, makes its calls at once, and ends well if all succeeded.
pub(crate) async fn member(plan: &str) -> Result<()> {
    let (base, redis) = plan.split_once(' ').ok_or("a plan is two addresses")?;
    let builder = Client::builder().base_url(base).credentials("user", "pass");
    let client = builder.fleet(redis).build()?;
    println!("ready");
    std::io::stdin().read_line(&mut String::new())?;
    let mut calls = JoinSet::new();
    for call in 0..CALLS * ENDPOINTS {
        let client = client.clone();
        calls.spawn(async move { send(&client, (call % ENDPOINTS, 0)).await });
    }
    match calls.join_all().await.into_iter().all(|ok| ok) {
        true => Ok(()),
        false => Err("a call has failed".into()),
    }
}

/// A server of this program's own, on a unix socket.
struct Redis {
    folder: PathBuf,
    server: Child,
}

impl Redis {
    fn is_installed() -> bool {
        let mut version = Command::new("redis-server");
        version.arg("--version").stdout(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    }

    async fn start(name: &str) -> Result<Self> {
        let folder = format!("configcat-makespan-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder)?;
        let server = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no"])
            .args(["--unixsocket", "redis.sock"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .spawn()?;
        let redis = Redis { folder, server };
        for _ in 0..500 {
            if UnixStream::connect(redis.socket()).is_ok() {
                return Ok(redis);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("redis-server does not start".into())
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("redis.sock")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The processes of a fleet. None outlives the bench.
struct Fleet(Vec<Child>);

impl Drop for Fleet {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

#[derive(Clone, Copy)]
enum Mishap {
    None,
    MemberKilled,
    RedisKilled,
}

/// Seconds from the first request to the last answer, how many were refused, and whether each call has succeeded of those that
/// were not killed.
async fn play(name: &str, mishap: Mishap) -> Result<(f64, usize, bool)> {
    let mut builder = Fake::builder().quota_per(QuotaPer::Operation);
    for (requests, seconds) in DOCUMENTED {
        builder = builder.quota(requests, Duration::from_secs(seconds));
    }
    let fake = builder.start().await;
    let all = MEMBERS * CALLS * ENDPOINTS;
    fake.fail_next(2 * all, Fault::Delay(TRIP));
    let mut redis = Redis::start(name).await?;
    let plan = format!("{} unix://{}", fake.base_url(), redis.socket().display());
    let mut fleet = Fleet(Vec::new());
    for _ in 0..MEMBERS {
        let mut process = Command::new(std::env::current_exe()?);
        process.env(MEMBER, &plan);
        fleet.0.push(
            process
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()?,
        );
    }
    for process in &mut fleet.0 {
        let told = process.stdout.as_mut().ok_or("no output")?;
        told.read_exact(&mut [0; 6])?;
    }
    for process in &mut fleet.0 {
        process
            .stdin
            .as_mut()
            .ok_or("no input")?
            .write_all(b"go\n")?;
    }
    tokio::time::sleep(MIDDLE).await;
    match mishap {
        Mishap::None => {}
        Mishap::MemberKilled => fleet.0.remove(0).kill()?,
        Mishap::RedisKilled => redis.server.kill()?,
    }
    let mut finished = true;
    for mut process in std::mem::take(&mut fleet.0) {
        finished &= tokio::task::spawn_blocking(move || process.wait())
            .await??
            .success();
    }
    let requests = fake.requests();
    let refused = requests
        .iter()
        .filter(|request| request.status == Some(429));
    let began = requests.iter().map(|request| request.started).min();
    let ended = requests
        .iter()
        .map(|request| request.started + request.duration)
        .max();
    let took = ended
        .zip(began)
        .map(|(ended, began)| (ended - began).to_std());
    let took = took.ok_or("no request came")??.as_secs_f64();
    Ok((took, refused.count(), finished))
}

/// The rows of a fleet, or why there are none.
pub(crate) async fn report() -> Result<(String, bool)> {
    if !Redis::is_installed() {
        return Ok((
            "Left out: there is no `redis-server` in the PATH.\n".to_string(),
            true,
        ));
    }
    let mut text = format!(
        "{MEMBERS} processes share the limits of above through Redis, a count for each operation; {ENDPOINTS} endpoints, {CALLS} calls \
         of each endpoint by each process, all of which wait from the beginning. The goal is {MOST} times the best possible and at most \
         {REFUSED} refused if nothing happens, and that all calls succeed in any case, those of a killed process aside.\n\n\
         | what happens | best | ours | ratio | 429 | all calls succeed |\n| --- | ---: | ---: | ---: | ---: | --- |\n",
    );
    let (best, mut met) = (BEST + TRIP.as_secs_f64(), true);
    for (name, what, mishap) in [
        ("calm", "nothing", Mishap::None),
        (
            "member",
            "one process is killed after 2.5 s",
            Mishap::MemberKilled,
        ),
        ("redis", "Redis is killed after 2.5 s", Mishap::RedisKilled),
    ] {
        let (took, refused, finished) = play(name, mishap).await?;
        let ratio = took / best;
        // What a mishap costs is told; what it must not do is lose a call.
        let judged = matches!(mishap, Mishap::None);
        let ok = [
            !judged || ratio <= MOST,
            !judged || refused <= REFUSED,
            finished,
        ];
        met &= ok == [true; 3];
        let [quick, quiet, whole] = ok.map(|ok| if ok { "" } else { " ✗" });
        let finished = if finished { "yes" } else { "no" };
        writeln!(
            text,
            "| {what} | {best:.2} s | {took:.2} s | {ratio:.3}{quick} | {refused}{quiet} | {finished}{whole} |"
        )?;
    }
    Ok((text, met))
}
