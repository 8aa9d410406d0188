//! The page's own paths need no credentials, count for nothing, and let no other site switch a flag.

use configcat_management::types::SettingId;
use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::reqwest::{Client, Error, Response};

type Result<T = (), E = Error> = std::result::Result<T, E>;

async fn switch(fake: &Fake, content_type: &str, body: String) -> Result<Response> {
    let url = fake.base_url() + "/_page/switch";
    let request = Client::new().post(url).header("content-type", content_type);
    request.body(body).send().await
}

#[tokio::test]
async fn the_page_is_no_part_of_what_is_tested() -> Result {
    let fake = Fake::builder()
        .quota(5, Duration::from_secs(60))
        .start()
        .await;
    let demo = fake.demo().expect("it is there");
    for _ in 0..10 {
        let page = Client::new().get(fake.base_url()).send().await?;
        assert_eq!(page.status(), 200);
        let policy = page.headers()["content-security-policy"].to_str();
        assert!(policy.is_ok_and(|policy| policy.starts_with("default-src 'none'")));
        let page = page.text().await?;
        assert!(
            page.starts_with("<!doctype html>") && !page.contains("https://"),
            "all in one"
        );
    }
    let body = |environment: &str| {
        let setting = demo.v1.new_checkout;
        format!("{{\"settingId\":{setting},\"environmentId\":\"{environment}\",\"on\":true}}")
    };
    let production = demo.production_id.to_string();
    let done = switch(&fake, "application/json", body(&production)).await?;
    assert_eq!(done.status(), 200);
    let again = switch(&fake, "application/json; charset=utf-8", body(&production)).await?;
    assert_eq!(again.status(), 204, "nothing changed");
    assert!(fake.requests().is_empty());
    let me = fake
        .client()
        .get_me()
        .send()
        .await
        .expect("there is quota left");
    assert_eq!(me.headers()["x-rate-limit-remaining"], "4");
    Ok(())
}

#[tokio::test]
async fn what_the_page_cannot_mean_is_refused() -> Result {
    let fake = Fake::start().await;
    let demo = fake.demo().expect("it is there");
    let body = |setting: SettingId, environment: &str| {
        format!("{{\"settingId\":{setting},\"environmentId\":\"{environment}\",\"on\":true}}")
    };
    let (flag, production) = (demo.v2.new_checkout, demo.production_id.to_string());
    for form in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let refused = switch(&fake, form, body(flag, &production)).await?;
        assert_eq!(
            refused.status(),
            415,
            "a form of another site can send {form}"
        );
    }
    for (body, status) in [
        (body(flag, &demo.product_id.to_string()), 404),
        (body(0.into(), &production), 404),
        (body(demo.v2.page_size, &production), 400),
        (body(demo.v1.page_size, &production), 400),
        (body(flag, "somewhere"), 400),
        ("[]".to_string(), 400),
        (String::new(), 400),
    ] {
        let refused = switch(&fake, "application/json", body.clone()).await?;
        assert_eq!(refused.status(), status, "{body}");
    }
    let value = fake
        .client()
        .get_setting_value_v2(demo.production_id, flag)
        .send()
        .await;
    assert_eq!(
        value.expect("it is there").default_value.bool_value,
        Some(false)
    );
    Ok(())
}

/// A site elsewhere whose name points to this machine.
#[tokio::test]
async fn another_sites_name_does_not_open_the_page() -> Result {
    let fake = Fake::start().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/_page/events"),
        ("POST", "/_page/switch"),
    ] {
        let method = method.parse().expect("it is a method");
        let request = Client::new().request(method, fake.base_url() + path);
        let refused = request.header("host", "rebound.example.com").send().await?;
        assert_eq!(refused.status(), 421, "{path}");
    }
    // The API is for whoever has its credentials, under whatever name.
    let request = Client::new().get(fake.base_url() + "/v1/me");
    let request = request.basic_auth(fake.user(), Some(fake.password()));
    let me = request.header("host", "fake.example.com").send().await?;
    assert_eq!(me.status(), 200);
    Ok(())
}

#[tokio::test]
async fn events_begin_with_everything_and_end_with_the_server() -> Result {
    let fake = Fake::start().await;
    let mut events = Client::new()
        .get(fake.base_url() + "/_page/events")
        .send()
        .await?;
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let mut text = String::new();
    while !text.contains("\n\n") {
        let chunk = events.chunk().await?.expect("it goes on");
        text += &String::from_utf8_lossy(&chunk);
    }
    assert!(
        text.starts_with("data: {") && text.contains("new_checkout"),
        "{text}"
    );
    let demo = fake.demo().expect("it is there");
    let keys = fake.client().get_sdk_keys(demo.v1.config_id, demo.test_id);
    let key = keys.send().await.expect("it is there").primary.clone();
    assert!(
        !text.contains(key.expose()) && !text.contains(fake.password()),
        "no secrets"
    );
    fake.stop().await;
    // It ends, with or without a proper last chunk.
    while let Ok(Some(_)) = events.chunk().await {}
    Ok(())
}

#[tokio::test]
async fn the_page_can_be_left_out() -> Result {
    let fake = Fake::builder().without_page().start().await;
    for path in ["/", "/_page/events"] {
        let answer = Client::new()
            .get(fake.base_url() + path)
            .basic_auth("user", Some("pass"));
        assert_eq!(answer.send().await?.status(), 404, "{path}");
    }
    Ok(())
}
