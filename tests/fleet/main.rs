//! A fleet: processes that share one quota through a real Redis.
//!
//! The tests start `redis-server` from the PATH, on a unix socket of their own. Where there is none, they are ignored.
//! The processes of a fleet are this program, started with `FLEET_WORKER` in the environment.

mod deadlines;
mod processes;
mod redis_server;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use configcat_fake::{Fake, Fault, QuotaPer, Recorded};
use configcat_management::{Client, Error, Event, RateLimiter};
use deadlines::{
    a_deadline_fails_at_once, a_deadline_holds_while_all_that_may_be_in_flight_are,
    a_redis_that_hangs_costs_no_call, an_answer_stays_what_it_is_while_redis_hangs,
};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use processes::{Fleet, worker};
use redis::TypedCommands as _;
use redis_server::Redis;
use serde_json::json;
use tokio::time::sleep;

fn main() {
    if let Ok(plan) = std::env::var("FLEET_WORKER") {
        worker(&plan);
        return;
    }
    let mut arguments = Arguments::from_args();
    // They wait most of the time, but some measure it.
    arguments.test_threads.get_or_insert(2);
    macro_rules! with_redis {
        ($($test:ident),* $(,)?) => { vec![$(with_redis(stringify!($test), $test)),*] };
    }
    let mut trials = with_redis![
        eight_processes_share_a_quota,
        one_refusal_teaches_all,
        without_limits_nobody_waits_for_long,
        a_refusal_that_asks_for_a_day_holds_up_no_other,
        one_process_tells_all_what_is_counted_apart,
        redis_dies_in_the_middle,
        redis_comes_back,
        one_of_eight_is_killed,
        the_one_that_asks_first_is_killed,
        the_key_tells_nothing_and_expires,
        dropped_calls_give_their_permits_back,
        a_deadline_fails_at_once,
        a_deadline_holds_while_all_that_may_be_in_flight_are,
        a_redis_that_hangs_costs_no_call,
        an_answer_stays_what_it_is_while_redis_hangs,
        a_server_clock_that_is_off,
        limits_that_the_program_states_are_those_of_all,
        a_refusal_stops_all,
        short_lives_tell_what_they_learnt,
    ];
    trials.push(Trial::test("a_redis_that_is_not_there", || {
        run(a_redis_that_is_not_there());
        Ok(())
    }));
    trials.push(Trial::test("a_wrong_url_is_told", || {
        a_wrong_url_is_told();
        Ok(())
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn with_redis<F: Future<Output = ()> + 'static>(name: &str, test: fn(Redis) -> F) -> Trial {
    Trial::ignorable_test(name, move || {
        if !Redis::is_installed() {
            return Ok::<_, Failed>(Completion::ignored_with(
                "no redis-server in the PATH; the Debian package redis-server has it",
            ));
        }
        run(test(Redis::start()));
        Ok(Completion::Completed)
    })
}

fn run(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test);
}

const QUOTA: u32 = 80;
const PERIOD: Duration = Duration::from_secs(3);
const FLEET: usize = 8;
/// Five times the quota: four periods have to pass.
const CALLS: usize = 50;

async fn fake() -> Fake {
    Fake::builder().quota(QUOTA, PERIOD).start().await
}

async fn eight_processes_share_a_quota(redis: Redis) {
    let period = Duration::from_secs(6);
    let fake = Fake::builder().quota(QUOTA, period).start().await;
    let fleet = Fleet::start(&fake, &redis, FLEET, CALLS);
    fleet.finish();
    let requests = fake.requests();
    let took = tell("nothing happens", &requests);
    assert_eq!(refused(&requests), 0);
    assert_eq!(requests.len(), FLEET * CALLS);
    // Four periods are the best possible.
    // How much less is what `--nocapture` prints. Here: no period goes by unused.
    assert!(took < 7 * period, "{took:?}");
}

async fn redis_dies_in_the_middle(mut redis: Redis) {
    let fake = fake().await;
    let fleet = Fleet::start(&fake, &redis, FLEET, CALLS);
    sleep(PERIOD.mul_f64(1.2)).await;
    redis.kill();
    each_warned_once(&fleet.finish());
    tell("Redis killed", &fake.requests());
}

async fn redis_comes_back(mut redis: Redis) {
    let fake = fake().await;
    let fleet = Fleet::start(&fake, &redis, FLEET, CALLS);
    sleep(PERIOD / 2).await;
    redis.kill();
    sleep(PERIOD / 3).await;
    redis.revive();
    each_warned_once(&fleet.finish());
    let requests = fake.requests();
    tell("Redis restarted", &requests);
    // In the second whole period after that, they are a fleet again.
    let calm = requests[0].started + 2 * PERIOD;
    let later: Vec<_> = requests.into_iter().filter(|r| r.started > calm).collect();
    assert!(later.len() > QUOTA as usize);
    assert_eq!(refused(&later), 0);
}

/// No header tells of the shorter window: what one process is refused, all others keep to.
async fn one_refusal_teaches_all(redis: Redis) {
    // Not the period that is guessed.
    let period = Duration::from_millis(1250);
    let limits = Fake::builder().quota(5, period).quota(10, 3 * period);
    let fake = limits.start().await;
    Fleet::start(&fake, &redis, 4, 5).finish();
    let requests = fake.requests();
    let took = tell("two windows", &requests);
    assert_eq!(requests.len() - refused(&requests), 20);
    // On the way to full speed, no more than were accepted go too many.
    assert!(refused(&requests) <= 5, "{}", refused(&requests));
    // Five at the beginning and after 1, 3 and 4 periods are the best possible.
    assert!(took < 6 * period, "{took:?}");
}

/// Neither the guess of 20 a second nor what a refusal seems to say stays where the server has no limit.
async fn without_limits_nobody_waits_for_long(redis: Redis) {
    let fake = Fake::start().await;
    fake.fail_next(1, Fault::Answer(refusal()));
    Fleet::start(&fake, &redis, 4, 100).finish();
    let requests = fake.requests();
    let took = tell("no limits, one stray refusal", &requests);
    assert_eq!((requests.len(), refused(&requests)), (401, 1));
    // The refusal asks for a second; for 20 a second it would be 20.
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// What one operation is asked to wait beyond all patience is kept, and is no window of the others.
async fn a_refusal_that_asks_for_a_day_holds_up_no_other(redis: Redis) {
    let fake = Fake::start().await;
    let day = http::Response::builder()
        .status(429)
        .header("retry-after", "86400");
    fake.fail_next_of("get-me", 1, Fault::Answer(day.body(String::new()).unwrap()));
    let client = || fake.client_builder().fleet(redis.url()).build().unwrap();
    let (one, other) = (client(), client());
    let error = one.get_me().send().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
    let error = one.get_me().send().await.unwrap_err();
    assert!(matches!(error, Error::Deadline(_)), "{error}");
    // One that closed the scope would have them wait for a quarter of an hour.
    for client in [one, other] {
        let soon = client.with_deadline(Duration::from_secs(5));
        soon.get_products().send().await.unwrap();
    }
    assert_eq!(fake.requests().len(), 3);
}

/// What the server counts apart, one process finds out for all.
async fn one_process_tells_all_what_is_counted_apart(redis: Redis) {
    let limits = Fake::builder().quota(5, Duration::from_secs(60));
    let fake = limits.quota_per(QuotaPer::Operation).start().await;
    let client = || fake.client_builder().fleet(redis.url()).build().unwrap();
    let one = client();
    for _ in 0..4 {
        one.get_products().send().await.unwrap();
        one.get_organizations().send().await.unwrap();
    }
    // For all calls together, nothing would be left by now.
    let other = client().with_deadline(Duration::from_secs(5));
    other.get_me().send().await.unwrap();
    other.get_products().send().await.unwrap();
    let error = other.get_products().send().await.unwrap_err();
    assert!(matches!(error, Error::Deadline(_)), "{error}");
    assert_eq!(refused(&fake.requests()), 0);
}

/// But for those that had made their calls before.
fn each_warned_once(warnings: &[usize]) {
    assert!(warnings.iter().all(|warned| *warned <= 1), "{warnings:?}");
    assert!(warnings.iter().sum::<usize>() > FLEET / 2, "{warnings:?}");
}

async fn one_of_eight_is_killed(redis: Redis) {
    let fake = fake().await;
    let mut fleet = Fleet::start(&fake, &redis, FLEET, CALLS);
    // It dies in the second period, with calls under way.
    sleep(PERIOD - Duration::from_millis(100)).await;
    fake.fail_next(20, Fault::Delay(Duration::from_millis(500)));
    sleep(Duration::from_millis(400)).await;
    fleet.kill(0);
    fleet.finish();
    let requests = fake.requests();
    let took = tell("one killed", &requests);
    assert_eq!(refused(&requests), 0);
    // What it was to do is not done; the others have what it had, or they would need a fifth period.
    assert!((4 * QUOTA as usize..FLEET * CALLS).contains(&requests.len()));
    assert!(took < 7 * PERIOD, "{took:?}");
}

async fn the_one_that_asks_first_is_killed(redis: Redis) {
    let fake = fake().await;
    fake.fail_next(1, Fault::Delay(Duration::from_secs(30)));
    let mut first = Fleet::start(&fake, &redis, 1, 1);
    while fake.requests().is_empty() {
        sleep(Duration::from_millis(5)).await;
    }
    let start = Instant::now();
    let others = Fleet::start(&fake, &redis, 2, 10);
    first.kill(0);
    others.finish();
    assert!(start.elapsed() < 5 * PERIOD, "{:?}", start.elapsed());
    assert_eq!(refused(&fake.requests()), 0);
}

async fn the_key_tells_nothing_and_expires(redis: Redis) {
    let fake = Fake::builder()
        .credentials("a-user", "a-password")
        .and_credentials("another-user", "a-password")
        .start()
        .await;
    let build = |builder: configcat_management::ClientBuilder| builder.fleet(redis.url()).build();
    let client = build(fake.client_builder()).unwrap();
    let second = build(fake.client_builder()).unwrap();
    let other = fake
        .client_builder()
        .credentials("another-user", "a-password");
    let other = build(other).unwrap();
    for client in [client, second, other] {
        client.get_products().send().await.unwrap();
    }
    let mut connection = redis.connection();
    let keys = connection.keys("*").unwrap();
    assert_eq!(keys.len(), 4, "two for each user: {keys:?}");
    for key in keys {
        let hash = key.strip_prefix("configcat:rate:{").unwrap();
        let (hash, scope) = hash.split_once("}").unwrap();
        assert_eq!(hash.len(), 64);
        assert!(["", ":0000000000000000"].contains(&scope), "{key}");
        assert!(hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let lives: i64 = redis::cmd("PTTL").arg(&key).query(&mut connection).unwrap();
        assert!((1..=3_600_000).contains(&lives), "{lives}");
        let state = match scope {
            "" => connection.hget(&key, "value"),
            _ => connection.get(&key),
        };
        let state = state.unwrap().unwrap();
        assert!(
            !state.contains("user") && !state.contains("password"),
            "{state}"
        );
    }
}

async fn dropped_calls_give_their_permits_back(redis: Redis) {
    let fake = fake().await;
    let client = fake.client_builder().fleet(redis.url()).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for i in 0..200u64 {
        let client = client.clone();
        calls.spawn(async move {
            let call = client.get_products().send();
            let _ = tokio::time::timeout(Duration::from_micros(i * 500), call).await;
        });
    }
    calls.join_all().await;
    sleep(Duration::from_millis(100)).await;
    let mut connection = redis.connection();
    let state = state(&mut connection);
    assert_eq!(state["flight"]["in_flight"], json!([]), "{state}");
    assert_eq!(refused(&fake.requests()), 0);
    client.get_products().send().await.unwrap();
}

async fn a_server_clock_that_is_off(redis: Redis) {
    let off = configcat_management::chrono::TimeDelta::minutes(61);
    let clock = configcat_management::chrono::Utc::now() + off;
    let fake = Fake::builder()
        .quota(10, Duration::from_secs(2))
        .clock(clock)
        .start()
        .await;
    Fleet::start(&fake, &redis, 2, 15).finish();
    let requests = fake.requests();
    assert_eq!(refused(&requests), 0);
    let took = makespan(&requests);
    // What the `Date` header does not tell of a second is waited for.
    assert!(took < Duration::from_secs(12), "{took:?}");
}

async fn limits_that_the_program_states_are_those_of_all(redis: Redis) {
    let fake = Fake::start().await;
    let client = || {
        let limiter = RateLimiter::published(&[(5, Duration::from_secs(1))]);
        let builder = fake.client_builder().rate_limiter(limiter);
        builder.fleet(redis.url()).build().unwrap()
    };
    let mut calls = tokio::task::JoinSet::new();
    for client in [client(), client()] {
        for _ in 0..5 {
            let client = client.clone();
            calls.spawn(async move { client.get_products().send().await.map(drop) });
        }
    }
    calls.join_all().await.into_iter().for_each(Result::unwrap);
    let took = makespan(&fake.requests());
    assert!(took >= Duration::from_millis(900), "{took:?}");
}

async fn a_refusal_stops_all(redis: Redis) {
    let fake = fake().await;
    let client = || fake.client_builder().fleet(redis.url()).build().unwrap();
    let (one, other) = (client(), client());
    one.get_products().send().await.unwrap();
    fake.fail_next(1, Fault::Answer(refusal()));
    let start = Instant::now();
    let refused_call = tokio::spawn(async move { one.get_products().send().await });
    while refused(&fake.requests()) == 0 {
        sleep(Duration::from_millis(1)).await;
    }
    sleep(Duration::from_millis(50)).await;
    other.get_products().send().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(1000));
    refused_call.await.unwrap().unwrap();
}

async fn short_lives_tell_what_they_learnt(redis: Redis) {
    let period = 20 * PERIOD;
    let fake = Fake::builder().quota(QUOTA, period).start().await;
    // As a script that runs a command again and again.
    for _ in 0..10 {
        Fleet::start(&fake, &redis, 1, 1).finish();
    }
    let mut connection = redis.connection();
    let state = state(&mut connection);
    assert_eq!(state["flight"]["in_flight"], json!([]), "{state}");
    assert_eq!(state["state"]["Open"], QUOTA - 10, "{state}");
    assert!(makespan(&fake.requests()) < period);
}

fn refusal() -> http::Response<String> {
    let response = http::Response::builder().status(429);
    response
        .header("Retry-After", "1")
        .body(String::new())
        .unwrap()
}

async fn a_redis_that_is_not_there() {
    let fake = fake().await;
    let away = Arc::new(AtomicUsize::new(0));
    let told = away.clone();
    let client = fake
        .client_builder()
        .on_event(move |event| {
            if let Event::RedisUnavailable { reason } = event {
                assert!(!reason.is_empty());
                told.fetch_add(1, Ordering::Relaxed);
            }
        })
        .fleet("redis://:hunter2@127.0.0.1:1");
    let client = client.build().unwrap();
    let start = Instant::now();
    for _ in 0..20 {
        client.get_products().send().await.unwrap();
    }
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(away.load(Ordering::Relaxed), 1, "told once");
    assert_eq!(refused(&fake.requests()), 0);
}

fn a_wrong_url_is_told() {
    for url in [
        "",
        "host:6379",
        "http://host",
        "redis://user:hunter2@host:port",
    ] {
        let builder = Client::builder().credentials("user", "pass").fleet(url);
        let error = builder.build().unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::Config(_)), "{url}: {text}");
        assert!(text.contains("redis://host:6379"), "{url}: {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

/// The scope of all calls, as it is stored.
fn state(connection: &mut redis::Connection) -> serde_json::Value {
    let key = connection.keys("*}:0000000000000000").unwrap().remove(0);
    let stored = connection.get(&key).unwrap().unwrap();
    // When the model began, and the scope.
    let [_, scope]: [serde_json::Value; 2] = serde_json::from_str(&stored).unwrap();
    scope
}

fn refused(requests: &[Recorded]) -> usize {
    let is_refused = |request: &&Recorded| request.status == Some(429);
    requests.iter().filter(is_refused).count()
}

/// From the arrival of the first request to the end of the last.
fn makespan(requests: &[Recorded]) -> Duration {
    let start = requests.iter().map(|request| request.started).min();
    let end = requests
        .iter()
        .map(|request| request.started + request.duration)
        .max();
    (end.unwrap() - start.unwrap()).to_std().unwrap()
}

fn tell(what: &str, requests: &[Recorded]) -> Duration {
    let took = makespan(requests);
    let (all, refused) = (requests.len(), refused(requests));
    println!("{what}: {all} requests in {took:?}, {refused} refused");
    took
}
