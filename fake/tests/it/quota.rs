//! Rate limits: counted for each credential, told in headers, and gone when the period is over.
//!
//! Plain HTTP, because the typed client is there to keep a 429 from being seen.

use std::time::Duration;

use configcat_fake::{Fake, QuotaPer};
use configcat_management::reqwest::{Client, Error, Response};

type Result<T = (), E = Error> = std::result::Result<T, E>;

async fn get(fake: &Fake, path: &str) -> Result<Response> {
    get_as(fake, fake.user(), fake.password(), path).await
}

async fn get_as(fake: &Fake, user: &str, password: &str, path: &str) -> Result<Response> {
    let url = fake.base_url() + path;
    Client::new()
        .get(url)
        .basic_auth(user, Some(password))
        .send()
        .await
}

fn text<'a>(response: &'a Response, name: &str) -> &'a str {
    let header = response.headers().get(name);
    header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Moves the clock on, which would run through every timer if it stayed paused.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_quota_is_used_up_and_comes_back() -> Result {
    let fake = Fake::builder()
        .quota(2, Duration::from_secs(60))
        .start()
        .await;
    let now = tokio::time::Instant::now;
    let sent = now();
    let first = get(&fake, "/v1/me").await?;
    let answered = now();
    assert_eq!(text(&first, "x-rate-limit-remaining"), "1");
    let reset = text(&first, "x-rate-limit-reset").to_string();
    assert_eq!(reset.len(), "2026-11-22T10:15:30.0000000Z".len());
    assert!(reset.ends_with('Z') && reset.contains('.'), "{reset}");
    assert!(first.headers().contains_key("date"));
    let last = get(&fake, "/v1/me").await?;
    assert_eq!(text(&last, "x-rate-limit-remaining"), "0");

    pass(Duration::from_millis(20_500)).await;
    let product = fake.demo().expect("the demo is there").product_id;
    let url = format!("{}/v1/products/{product}", fake.base_url());
    let delete = Client::new().delete(url).basic_auth("user", Some("pass"));
    let most = 60.0 - (now() - answered).as_secs_f64();
    let refused = delete.send().await?;
    let least = 60.0 - (now() - sent).as_secs_f64();
    assert_eq!(refused.status(), 429);
    // 39 and a bit, rounded up, if the machine is not busy.
    let wait: f64 = text(&refused, "retry-after").parse().expect("seconds");
    assert!(least.ceil() <= wait && wait <= most.ceil(), "{wait}");
    assert!(!refused.headers().contains_key("x-rate-limit-remaining"));
    assert!(text(&refused, "content-type").starts_with("text/plain"));
    let words = refused.text().await?;
    assert_eq!(
        words,
        "API calls quota exceeded! maximum admitted 2 per 1m."
    );

    pass(Duration::from_secs(40)).await;
    let products = get(&fake, "/v1/products").await?;
    assert_eq!(text(&products, "x-rate-limit-remaining"), "1");
    assert!(
        products.text().await?.contains("Web shop"),
        "what was refused was not done"
    );
    Ok(())
}

#[tokio::test]
async fn operations_and_paths_may_have_quotas_of_their_own() -> Result {
    for (per, left) in [
        (QuotaPer::Credential, ["8", "7", "6"]),
        (QuotaPer::Operation, ["8", "8", "7"]),
        (QuotaPer::Path, ["8", "8", "8"]),
    ] {
        let fake = Fake::builder().quota(9, Duration::from_secs(60));
        let fake = fake.quota_per(per).start().await;
        let paths = ["/v1/me", "/v1/settings/1?a=1", "/v1/settings/2"];
        for (path, left) in paths.into_iter().zip(left) {
            let answer = get(&fake, path).await?;
            assert_eq!(
                text(&answer, "x-rate-limit-remaining"),
                left,
                "{per:?} {path}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn refusals_count_too_but_wrong_credentials_do_not() -> Result {
    let fake = Fake::builder()
        .quota(3, Duration::from_secs(60))
        .and_credentials("other", "word")
        .start()
        .await;
    let stranger = get_as(&fake, "user", "wrong", "/v1/me").await?;
    assert_eq!(stranger.status(), 401);
    assert!(!stranger.headers().contains_key("x-rate-limit-remaining"));
    let unknown = get(&fake, "/v1/settings/0").await?;
    assert_eq!(unknown.status(), 404);
    assert_eq!(text(&unknown, "x-rate-limit-remaining"), "2");
    let nothing = get(&fake, "/v1/nothing").await?;
    assert_eq!(nothing.status(), 404);
    assert_eq!(text(&nothing, "x-rate-limit-remaining"), "1");
    let other = get_as(&fake, "other", "word", "/v1/me").await?;
    assert_eq!(
        text(&other, "x-rate-limit-remaining"),
        "2",
        "a quota of its own"
    );
    Ok(())
}

#[tokio::test]
async fn a_short_window_blocks_while_the_long_one_has_room() -> Result {
    let fake = Fake::builder()
        .quota(1, Duration::from_secs(5))
        .quota(100, Duration::from_secs(3600))
        .start()
        .await;
    get(&fake, "/v1/me").await?;
    let refused = get(&fake, "/v1/me").await?;
    assert_eq!(refused.status(), 429);
    assert!(!refused.headers().contains_key("x-rate-limit-remaining"));
    assert_eq!(text(&refused, "retry-after"), "5");
    pass(Duration::from_secs(5)).await;
    let me = get(&fake, "/v1/me").await?;
    assert_eq!(text(&me, "x-rate-limit-remaining"), "98");
    Ok(())
}

#[tokio::test]
async fn the_server_has_a_clock_of_its_own() -> Result {
    let start = "2030-01-01T00:00:00Z".parse().expect("it is a time");
    let fake = Fake::builder().clock(start).start().await;
    let me = get(&fake, "/v1/me").await?;
    assert!(text(&me, "date").starts_with("Tue, 01 Jan 2030 00:00:0"));
    assert!(text(&me, "x-rate-limit-reset").starts_with("2030-01-01T00:01:0"));
    pass(Duration::from_secs(3600)).await;
    assert!((fake.now() - start).num_seconds() >= 3600);
    Ok(())
}
