//! Pages that run in a browser may use the server, and read what a client has to read; pages of strangers may not.

use configcat_fake::Fake;
use configcat_management::reqwest::{Client, Error, Method, Response};

type Result<T = (), E = Error> = std::result::Result<T, E>;

/// What a browser asks before it sends a request with credentials for a page.
async fn preflight(fake: &Fake, origin: &str, method: &str, path: &str) -> Result<Response> {
    let request = Client::new().request(Method::OPTIONS, fake.base_url() + path);
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header(
            "access-control-request-headers",
            "authorization,content-type,x-configcat-sdkkey",
        );
    request.send().await
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

#[tokio::test]
async fn pages_of_this_machine_and_named_origins_are_let_in() -> Result {
    let builder = Fake::builder().cors("https://app.example.com");
    let fake = builder.cors("app://ui").start().await;
    for origin in [
        "http://localhost:4200",
        "https://127.0.0.1",
        "https://app.example.com",
        "app://ui",
    ] {
        for (method, path) in [
            ("PATCH", "/v1/settings/1"),
            ("DELETE", "/v1/tags/1"),
            ("POST", "/_fake/reset"),
        ] {
            let allowed = preflight(&fake, origin, method, path).await?;
            assert!(allowed.status().is_success(), "{origin} {path}");
            assert_eq!(
                header(&allowed, "access-control-allow-origin"),
                Some(origin)
            );
            assert_eq!(
                header(&allowed, "access-control-allow-methods"),
                Some(method)
            );
            let headers = header(&allowed, "access-control-allow-headers");
            assert_eq!(
                headers,
                Some("authorization,content-type,x-configcat-sdkkey")
            );
        }
        let me = Client::new()
            .get(fake.base_url() + "/v1/me")
            .header("origin", origin);
        let me = me.basic_auth("user", Some("pass")).send().await?;
        assert_eq!(me.status(), 200);
        assert_eq!(header(&me, "access-control-allow-origin"), Some(origin));
        let exposed = header(&me, "access-control-expose-headers").unwrap_or_default();
        for name in [
            "x-rate-limit-remaining",
            "x-rate-limit-reset",
            "retry-after",
            "location",
        ] {
            assert!(
                exposed.split(',').any(|known| known == name),
                "{name}: {exposed}"
            );
        }
        let refused = Client::new()
            .get(fake.base_url() + "/v1/me")
            .header("origin", origin);
        let refused = refused.send().await?;
        assert_eq!(refused.status(), 401);
        let allowed = header(&refused, "access-control-allow-origin");
        assert_eq!(allowed, Some(origin), "a page can read failures too");
    }
    Ok(())
}

/// A browser that has an answer from no page's request, as where somebody opened it, does not give it to a page.
#[tokio::test]
async fn answers_are_kept_apart_by_origin() -> Result {
    let fake = Fake::start().await;
    for origin in [None, Some("http://localhost:4200")] {
        let me = Client::new().get(fake.base_url() + "/v1/me");
        let me = me.basic_auth("user", Some("pass"));
        let me = match origin {
            Some(origin) => me.header("origin", origin),
            None => me,
        };
        let me = me.send().await?;
        let vary = header(&me, "vary").unwrap_or_default();
        assert!(vary.split(", ").any(|name| name == "origin"), "{vary}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_of_strangers_are_not() -> Result {
    let fake = Fake::builder()
        .cors("https://app.example.com")
        .start()
        .await;
    for origin in [
        "https://evil.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "http://localhost.example.com",
        "null",
    ] {
        let preflight = preflight(&fake, origin, "GET", "/v1/me").await?;
        assert_eq!(
            header(&preflight, "access-control-allow-origin"),
            None,
            "{origin}"
        );
        let me = Client::new()
            .get(fake.base_url() + "/v1/me")
            .header("origin", origin);
        let me = me.basic_auth("user", Some("pass")).send().await?;
        assert_eq!(header(&me, "access-control-allow-origin"), None, "{origin}");
    }
    assert!(
        fake.requests()
            .iter()
            .all(|request| request.method != Method::OPTIONS)
    );
    Ok(())
}

/// Nobody needs credentials for the page, so no other page may read it.
#[tokio::test]
async fn the_page_stays_for_itself() -> Result {
    let fake = Fake::start().await;
    for path in ["/", "/_page/events"] {
        let page = Client::new()
            .get(fake.base_url() + path)
            .header("origin", "http://localhost:4200");
        let page = page.send().await?;
        assert_eq!(header(&page, "access-control-allow-origin"), None, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn every_origin_can_be_let_in_and_what_is_none_is_refused() -> Result {
    let fake = Fake::builder().cors("*").start().await;
    let allowed = preflight(&fake, "https://any.example.com", "GET", "/v1/me").await?;
    let origin = header(&allowed, "access-control-allow-origin");
    assert_eq!(origin, Some("https://any.example.com"));
    let wrong = Fake::builder()
        .cors("app.example.com/path")
        .try_start()
        .await;
    let wrong = wrong.expect_err("it is refused").to_string();
    assert!(wrong.contains("`app.example.com/path`"), "{wrong}");
    Ok(())
}
