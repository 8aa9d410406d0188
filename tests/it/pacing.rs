//! Calls are paced by the server's rate limit: none is refused where nobody else uses the credentials, none is lost where
//! somebody does, and none waits for nothing.

use std::slice;
use std::time::{Duration, Instant};

use configcat_fake::{Fake, Fault, QuotaPer, Recorded};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, Error, RateLimiter};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

async fn fake(quota: u32, period: Duration) -> Fake {
    Fake::builder().quota(quota, period).start().await
}

fn refused(fake: &Fake) -> usize {
    let requests = fake.requests();
    let refused = requests
        .iter()
        .filter(|request| request.status == Some(429));
    refused.count()
}

/// A call that can be told from others, which nothing answers with a success.
async fn numbered(client: Client, number: u128) {
    let answer = client.get_product(Uuid::from_u128(number)).send().await;
    assert_eq!(answer.unwrap_err().status().map(|s| s.as_u16()), Some(404));
}

fn too_long(result: Result<(), Error>) -> Duration {
    match result {
        Err(Error::Deadline(late)) => late.needed.expect("the wait is known"),
        other => panic!("not a deadline: {other:?}"),
    }
}

async fn call(client: &Client) -> Result<(), Error> {
    client.get_me().send().await.map(drop)
}

/// So many calls at once.
fn calls(count: usize, clients: &[Client]) -> JoinSet<Result<(), Error>> {
    let client = |number: usize| clients[number % clients.len()].clone();
    let call = async |client: Client| call(&client).await;
    (0..count).map(|number| call(client(number))).collect()
}

async fn all_succeed(calls: JoinSet<Result<(), Error>>) {
    let results = calls.join_all().await;
    results.into_iter().for_each(|result| result.unwrap());
}

/// Numbered calls at once.
fn numbered_calls(numbers: std::ops::Range<u128>, client: &Client) -> JoinSet<()> {
    numbers
        .map(|number| numbered(client.clone(), number))
        .collect()
}

#[tokio::test]
async fn alone_no_call_is_refused_and_the_quota_is_learnt() {
    let fake = fake(20, Duration::from_millis(700)).await;
    let client = fake.client_builder().build().unwrap();
    let tasks = calls(90, slice::from_ref(&client));
    let began = Instant::now();
    all_succeed(tasks).await;
    assert_eq!((fake.requests().len(), refused(&fake)), (90, 0));
    // One call at a time would take 63 s.
    assert!(began.elapsed() < 20 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_clock_that_is_off_changes_nothing() {
    for offset in [-3_600_000, -400, 400, 3_600_000] {
        let offset = configcat_management::chrono::TimeDelta::milliseconds(offset);
        let fake = Fake::builder()
            .quota(5, Duration::from_millis(600))
            .clock(configcat_management::chrono::Utc::now() + offset)
            .start()
            .await;
        let began = Instant::now();
        for _ in 0..15 {
            call(&fake.client()).await.unwrap();
        }
        assert_eq!(refused(&fake), 0);
        assert!(began.elapsed() < 30 * SECOND, "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn first_come_first_served() {
    let fake = fake(4, SECOND).await;
    let client = fake.client();
    call(&client).await.unwrap();
    let mut tasks = JoinSet::new();
    for number in 0..12 {
        tasks.spawn(numbered(client.clone(), number));
        sleep(Duration::from_millis(2)).await;
    }
    tasks.join_all().await;
    assert_eq!(refused(&fake), 0);
    let requests = fake.requests();
    // Those that go at the same moment may overtake each other on their connections.
    let periods = [&requests[1..4], &requests[4..8], &requests[8..12]];
    let mut next = 0;
    for period in periods {
        let mut expected: Vec<String> = (next..next + period.len() as u128)
            .map(|number| format!("/v1/products/{}", Uuid::from_u128(number)))
            .collect();
        next += period.len() as u128;
        let mut paths: Vec<String> = period.iter().map(|request| request.path.clone()).collect();
        paths.sort();
        expected.sort();
        assert_eq!(paths, expected);
    }
}

#[tokio::test]
async fn a_dropped_call_gives_its_place_and_its_permit_back() {
    let fake = fake(2, SECOND).await;
    let client = fake.client();
    call(&client).await.unwrap();
    call(&client).await.unwrap();
    let mut waiting = calls(50, slice::from_ref(&client));
    let last = tokio::spawn({
        let client = client.clone();
        async move { call(&client).await }
    });
    sleep(Duration::from_millis(50)).await;
    waiting.shutdown().await;
    // Fifty permits that are lost would cost 25 s.
    timeout(15 * SECOND, last).await.unwrap().unwrap().unwrap();
    assert_eq!(refused(&fake), 0);
}

#[tokio::test]
async fn one_slow_answer_does_not_hold_the_others_up() {
    let fake = fake(100, MINUTE).await;
    let client = fake.client();
    call(&client).await.unwrap();
    fake.fail_next_of("get-products", 1, Fault::Delay(6 * SECOND));
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.get_products().send().await.map(drop) }
    });
    sleep(Duration::from_millis(50)).await;
    let tasks = numbered_calls(0..50, &client);
    tasks.join_all().await;
    assert!(!slow.is_finished(), "the others waited for it");
    slow.await.unwrap().unwrap();
    assert_eq!(client.rate_limiter().remaining(), Some(48));
}

#[tokio::test]
async fn even_a_slow_first_answer_holds_them_up_for_a_moment_only() {
    let fake = fake(100, MINUTE).await;
    fake.fail_next_of("get-products", 1, Fault::Delay(20 * SECOND));
    let client = fake.client();
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.get_products().send().await.map(drop) }
    });
    sleep(Duration::from_millis(50)).await;
    timeout(15 * SECOND, call(&client)).await.unwrap().unwrap();
    slow.abort();
}

#[tokio::test]
async fn after_a_429_everything_waits_and_one_goes_first() {
    let fake = fake(1000, MINUTE).await;
    let client = fake.client();
    call(&client).await.unwrap();
    let refusal = http_429(&[("retry-after", "1"), ("x-rate-limit-remaining", "0")]);
    fake.fail_next(1, Fault::Answer(refusal));
    fake.clear_requests();
    // The probe is slow, so that a stampede would be seen.
    fake.fail_next(1, Fault::Delay(Duration::from_millis(300)));
    let first = tokio::spawn(numbered(client.clone(), 0));
    sleep(Duration::from_millis(100)).await;
    let tasks = numbered_calls(1..20, &client);
    tasks.join_all().await;
    first.await.unwrap();
    let requests = fake.requests();
    assert_eq!(requests.len(), 21);
    let after = |index: usize| (requests[index].started - requests[0].started).num_milliseconds();
    assert!(after(1) >= 990, "{}", after(1));
    assert!(after(2) - after(1) >= 290, "{}", after(2) - after(1));
}

/// What was sent after a refused call is accepted, so no window was full: the others go on, and that call waits as long as it was
/// asked to.
#[tokio::test]
async fn a_429_that_no_window_explains_holds_up_its_own_call_alone() {
    let fake = Fake::start().await;
    let client = fake.client();
    all_succeed(calls(300, slice::from_ref(&client))).await;
    fake.clear_requests();
    let slow = Fault::Delay(Duration::from_millis(50));
    fake.fail_next(20, slow.clone());
    fake.fail_next(1, Fault::Answer(http_429(&[("retry-after", "6")])));
    fake.fail_next(180, slow);
    numbered_calls(0..1000, &client).join_all().await;
    let requests = fake.requests();
    let refused = requests.iter().find(|it| it.status == Some(429)).unwrap();
    let again = |it: &&&Recorded| it.path == refused.path && it.status != refused.status;
    let all = requests.iter().filter(|it| it.path != refused.path);
    let last = all.map(|it| it.started).max().unwrap();
    let again = requests.iter().find(|it| again(&it)).unwrap();
    assert!((again.started - refused.started).num_milliseconds() >= 6000);
    let last = (last - refused.started).num_milliseconds();
    assert!(last < 5500, "{last} ms");
}

fn http_429(headers: &[(&str, &str)]) -> http::Response<String> {
    let mut response = http::Response::builder().status(429);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(String::new()).unwrap()
}

#[tokio::test]
async fn a_429_without_any_header_is_waited_out_too() {
    let fake = fake(1000, MINUTE).await;
    fake.fail_next(2, Fault::Answer(http_429(&[])));
    let began = Instant::now();
    let answer = fake.client().get_me().send().await.unwrap();
    assert_eq!(answer.attempts(), 3);
    assert!(began.elapsed() >= SECOND && began.elapsed() < 30 * SECOND);
}

#[tokio::test]
async fn a_deadline_that_cannot_be_met_fails_at_once_and_says_why() {
    let fake = fake(2, MINUTE).await;
    let client = fake.client();
    call(&client).await.unwrap();
    call(&client).await.unwrap();
    let began = Instant::now();
    let needed = too_long(call(&client.with_deadline(2 * SECOND)).await);
    assert!(began.elapsed() < 15 * SECOND, "{:?}", began.elapsed());
    assert!(needed > 40 * SECOND && needed < 63 * SECOND, "{needed:?}");
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn the_place_in_the_queue_counts_for_a_deadline() {
    let fake = fake(2, 5 * SECOND).await;
    let client = fake.client();
    for _ in 0..3 {
        call(&client).await.unwrap();
    }
    // One is left of this period; the next ones have two each.
    let mut tasks = numbered_calls(0..6, &client);
    sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    let needed = too_long(call(&client.with_deadline(10 * SECOND)).await);
    assert!(began.elapsed() < 5 * SECOND, "{:?}", began.elapsed());
    assert!(needed > 10 * SECOND && needed < 25 * SECOND, "{needed:?}");
    tasks.abort_all();
}

#[tokio::test]
async fn who_waits_with_a_deadline_learns_of_a_new_wait_at_once() {
    let fake = fake(1000, MINUTE).await;
    let client = fake.client().with_deadline(5 * SECOND);
    let refusal = http_429(&[("retry-after", "30"), ("x-rate-limit-remaining", "0")]);
    fake.fail_next(1, Fault::Delay(Duration::from_millis(200)));
    // The first one goes, the others wait for its answer.
    fake.fail_next(1, Fault::Answer(refusal));
    let tasks = calls(20, slice::from_ref(&client));
    let began = Instant::now();
    let results = tasks.join_all().await;
    assert!(began.elapsed() < 20 * SECOND, "{:?}", began.elapsed());
    let late = results.iter().filter(|result| result.is_err()).count();
    assert!(late >= 18, "{late}");
}

#[tokio::test]
async fn clients_share_a_limiter_where_they_are_told_to() {
    let fake = fake(10, Duration::from_millis(500)).await;
    let limiter = RateLimiter::new();
    let build = || fake.client_builder().rate_limiter(limiter.clone()).build();
    let clients = [build().unwrap(), build().unwrap()];
    let tasks = calls(35, &clients);
    all_succeed(tasks).await;
    assert_eq!((fake.requests().len(), refused(&fake)), (35, 0));
}

#[tokio::test]
async fn beside_somebody_else_every_call_succeeds() {
    let fake = fake(40, SECOND).await;
    // Two clients that do not know of each other.
    let clients = [fake.client(), fake.client_builder().build().unwrap()];
    let tasks = calls(160, &clients);
    all_succeed(tasks).await;
    let (all, refused) = (fake.requests().len(), refused(&fake));
    assert!(refused * 5 <= all, "{refused} of {all}");
}

#[tokio::test]
async fn published_limits_are_kept_without_a_header() {
    let fake = Fake::builder().quota(100_000, MINUTE).start().await;
    let limiter = RateLimiter::published(&[(5, Duration::from_millis(400)), (1000, MINUTE)]);
    let client = fake.client_builder().rate_limiter(limiter).build().unwrap();
    let tasks = calls(20, slice::from_ref(&client));
    let began = Instant::now();
    all_succeed(tasks).await;
    assert!(began.elapsed() < 20 * SECOND, "{:?}", began.elapsed());
    let requests = fake.requests();
    for (first, sixth) in requests.iter().zip(&requests[5..]) {
        let apart = (sixth.started - first.started).num_milliseconds();
        assert!(apart >= 399, "{apart}");
    }
}

/// What ConfigCat once documented, in small: the short window is told by refusals alone.
#[tokio::test]
async fn two_windows_cost_a_refusal_or_two() {
    for per in [QuotaPer::Credential, QuotaPer::Operation, QuotaPer::Path] {
        let fake = Fake::builder().quota(20, SECOND).quota(60, 4 * SECOND);
        let fake = fake.quota_per(per).start().await;
        let client = fake.client();
        let tasks = calls(100, slice::from_ref(&client));
        all_succeed(tasks).await;
        let refused = refused(&fake);
        assert!(refused <= 3, "{per:?}: {refused}");
    }
}

/// A count of its own for each operation: what one has used up holds up no other.
#[tokio::test]
async fn an_operation_with_a_count_of_its_own_waits_for_no_other() {
    let fake = Fake::builder().quota(30, MINUTE);
    let fake = fake.quota_per(QuotaPer::Operation).start().await;
    let client = fake.client();
    let mut busy = numbered_calls(0..60, &client);
    let others = calls(20, slice::from_ref(&client));
    let all = timeout(45 * SECOND, others.join_all()).await;
    all.unwrap().into_iter().for_each(|result| result.unwrap());
    assert_eq!(refused(&fake), 0);
    busy.abort_all();
}

/// A failure that is tried again costs a place or two, not the whole queue.
#[tokio::test]
async fn a_call_that_is_tried_again_keeps_its_place() {
    let fake = fake(10, SECOND).await;
    let client = fake.client();
    call(&client).await.unwrap();
    fake.clear_requests();
    fake.fail_next_of("get-products", 1, Fault::Status(503, "busy".to_string()));
    let failing = tokio::spawn({
        let client = client.clone();
        async move { client.get_products().send().await.map(drop) }
    });
    let mut tasks = numbered_calls(0..100, &client);
    failing.await.unwrap().unwrap();
    let requests = fake.requests();
    // It waits for half a second at most before it is tried again.
    assert!(requests.len() <= 40, "{} went before it", requests.len());
    tasks.abort_all();
}
