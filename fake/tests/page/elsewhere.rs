//! ConfigCat's own client works in a browser, on pages of this machine and on those that were let in, and on no other.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::Path as InPath;
use axum::response::Html;
use axum::routing::get;
use configcat_fake::{Fake, FakeBuilder};
use http::{StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::browser::{Browser, Result};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("official")
}

/// What is not there for the test to run.
pub(crate) fn missing() -> Option<&'static str> {
    let client = folder().join("node_modules/ng-configcat-publicapi");
    (!client.is_dir()).then_some("no `npm ci` in fake/official")
}

/// A file of `node_modules`. Modules that Node.js and bundlers read name others without their `.js`.
async fn module(
    InPath(path): InPath<String>,
) -> Result<impl axum::response::IntoResponse, StatusCode> {
    let mut file = folder().join("node_modules").join(path);
    if !file.is_file() {
        file.as_mut_os_string().push(".js");
    }
    let text = tokio::task::spawn_blocking(|| std::fs::read(file)).await;
    match text {
        Ok(Ok(text)) => Ok(([(header::CONTENT_TYPE, "text/javascript")], text)),
        _ => Err(StatusCode::NOT_FOUND),
    }
}

/// Serves the page, with another port than the fake, and gives its port.
async fn serve() -> Result<u16> {
    let page = std::fs::read_to_string(folder().join("browser.html"))?;
    let router = Router::new()
        .route("/", get(move || async { Html(page) }))
        .route("/node_modules/{*path}", get(module));
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = tcp.local_addr()?.port();
    tokio::spawn(async move { axum::serve(tcp, router).await });
    Ok(port)
}

/// What the client on a page of this origin achieves, and which operations it asked for.
async fn visit(
    browser: &mut Browser,
    origin: &str,
    builder: FakeBuilder,
) -> Result<(Value, Vec<&'static str>)> {
    let fake = builder.start().await;
    let demo = fake.demo().ok_or("it is there")?;
    let url = format!(
        "{origin}/?fake={}&product={}&environment={}&setting={}",
        fake.base_url(),
        demo.product_id,
        demo.production_id,
        demo.v2.new_checkout
    );
    browser.open(&url).await?;
    browser.wait_for("window.outcome").await?;
    let outcome = browser.evaluate("window.outcome").await?;
    let requests = fake.requests().into_iter();
    Ok((
        outcome,
        requests.filter_map(|request| request.operation).collect(),
    ))
}

pub(crate) async fn the_official_client_works_on_other_pages(browser: &mut Browser) -> Result {
    let port = serve().await?;
    let here = format!("http://127.0.0.1:{port}");
    // The browser is told that this name stands for this machine.
    let elsewhere = format!("http://app.test:{port}");
    let works = json!({ "me": "Jane Doe", "remaining": "9999", "tag": "browser", "on": true, "refused": 404 });
    for (origin, builder) in [
        (&here, Fake::builder()),
        (&elsewhere, Fake::builder().cors(&elsewhere)),
    ] {
        let (outcome, asked) = visit(browser, origin, builder).await?;
        assert_eq!(outcome, works, "{origin}");
        let expected = [
            "get-me",
            "create-tag",
            "update-setting-value-v2",
            "delete-tag",
            "get-tag",
        ];
        assert_eq!(asked, expected, "{origin}");
    }
    let (outcome, asked) = visit(browser, &elsewhere, Fake::builder()).await?;
    assert_eq!(
        outcome,
        json!({ "failed": 0 }),
        "the browser lets nothing through"
    );
    assert!(asked.is_empty(), "{asked:?}");
    Ok(())
}
