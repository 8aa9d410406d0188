//! No call of a fleet waits beyond its deadline, or fails because of Redis.

use std::time::{Duration, Instant};

use configcat_fake::{Fake, Fault};
use configcat_management::uuid::Uuid;
use configcat_management::{Error, RateLimiter};
use http::StatusCode;
use tokio::time::sleep;

use super::Redis;

pub(super) async fn a_deadline_fails_at_once(redis: Redis) {
    let fake = Fake::builder()
        .quota(1, Duration::from_secs(60))
        .start()
        .await;
    let client = || fake.client_builder().fleet(redis.url()).build().unwrap();
    client().get_products().send().await.unwrap();
    let start = Instant::now();
    // It knows by the fleet alone.
    let hasty = client().with_deadline(Duration::from_secs(5));
    let error = hasty.get_products().send().await.unwrap_err();
    assert!(matches!(error, Error::Deadline(_)), "{error}");
    assert!(start.elapsed() < Duration::from_secs(4));
    assert_eq!(fake.requests().len(), 1);
}

/// Nor does it wait beyond it for others of its own process that are in flight.
pub(super) async fn a_deadline_holds_while_all_that_may_be_in_flight_are(redis: Redis) {
    let fake = Fake::start().await;
    let limiter = RateLimiter::new().with_max_in_flight(1);
    let builder = fake.client_builder().rate_limiter(limiter);
    let client = builder.fleet(redis.url()).build().unwrap();
    fake.fail_next(1, Fault::Delay(Duration::from_secs(3)));
    let slow = async { client.get_products().send().await.map(drop) };
    let late = async {
        sleep(Duration::from_millis(200)).await;
        let began = Instant::now();
        let soon = client.with_deadline(Duration::from_millis(300));
        let error = soon.get_products().send().await.unwrap_err();
        assert!(matches!(error, Error::Deadline(_)), "{error}");
        began.elapsed()
    };
    let (slow, late) = tokio::join!(slow, late);
    slow.unwrap();
    // Without the deadline it takes as long as the other call.
    assert!(late < Duration::from_secs(2), "{late:?}");
}

pub(super) async fn a_redis_that_hangs_costs_no_call(redis: Redis) {
    let fake = Fake::start().await;
    redis.suspend();
    let client = fake.client_builder().fleet(redis.url()).build().unwrap();
    let client = client.with_deadline(Duration::from_millis(400));
    for _ in 0..3 {
        client.get_products().send().await.unwrap();
    }
}

/// That the fleet cannot be told of it changes nothing.
pub(super) async fn an_answer_stays_what_it_is_while_redis_hangs(redis: Redis) {
    let fake = Fake::start().await;
    let client = fake.client_builder().fleet(redis.url()).build().unwrap();
    client.get_products().send().await.unwrap();
    fake.fail_next(1, Fault::Delay(Duration::from_millis(500)));
    let client = client.with_deadline(Duration::from_millis(900));
    let call = client.get_config(Uuid::nil());
    let (answer, ()) = tokio::join!(call.send(), async {
        sleep(Duration::from_millis(250)).await;
        redis.suspend();
    });
    let error = answer.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::NOT_FOUND), "{error}");
    assert!(!error.perhaps_processed());
}
