//! The audit logs of V1 answer as they are told: with a list, a redirect to V2, or a page of V2.

use configcat_fake::{Fake, V1AuditLogs};
use configcat_management::Result;
use configcat_management::reqwest::{Client, Response, redirect::Policy};
use serde_json::{Value, json};

/// Sends a request as a client does that follows nothing.
async fn send(fake: &Fake, method: &str, path: &str, body: &Value) -> Response {
    let http = Client::builder().redirect(Policy::none()).build();
    let method = method.parse().expect("it is a method");
    let request = http
        .expect("it can be built")
        .request(method, fake.base_url() + path)
        .header("Content-Type", "application/json")
        .body(body.to_string());
    let request = request.basic_auth(fake.user(), Some(fake.password()));
    request.send().await.expect("the server answers")
}

async fn get(fake: &Fake, path: &str) -> Value {
    let response = send(fake, "GET", path, &Value::Null).await;
    let text = response.text().await.expect("it ends");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The two operations, with a query.
fn paths(fake: &Fake) -> [String; 2] {
    let product = fake.demo().expect("the demo is there").product_id;
    let organization = fake.organization_id();
    let kind = "auditLogType=settingCreated";
    [
        format!("/v1/products/{product}/auditlogs?{kind}"),
        format!("/v1/organizations/{organization}/auditlogs?{kind}"),
    ]
}

#[tokio::test]
async fn they_are_a_list_unless_told_otherwise() {
    let fake = Fake::start().await;
    for path in paths(&fake) {
        let list = get(&fake, &path).await;
        assert!(list.as_array().is_some_and(|list| !list.is_empty()));
    }
}

#[tokio::test]
async fn a_redirect_leads_to_v2_with_its_query() {
    let fake = Fake::builder()
        .v1_audit_logs(V1AuditLogs::Redirect)
        .start()
        .await;
    for path in paths(&fake) {
        let response = send(&fake, "GET", &path, &Value::Null).await;
        assert_eq!(response.status(), 302);
        let location = response.headers()["location"].to_str().expect("a text");
        assert_eq!(location, path.replace("/v1/", "/v2/"));
        let page = get(&fake, location).await;
        assert!(page["data"].as_array().is_some_and(|data| !data.is_empty()));
    }
}

#[tokio::test]
async fn a_page_is_that_of_v2() {
    let fake = Fake::builder()
        .v1_audit_logs(V1AuditLogs::Page)
        .start()
        .await;
    for path in paths(&fake) {
        let page = get(&fake, &path).await;
        assert_eq!(page["paging"]["currentPage"], 1);
        assert_eq!(page, get(&fake, &path.replace("/v1/", "/v2/")).await);
    }
    let requests = fake.requests();
    let asked: Vec<_> = requests.iter().filter_map(|r| r.operation).collect();
    assert_eq!(asked[..2], ["get-auditlogs", "get-auditlogs-v2"]);
}

#[tokio::test]
#[allow(deprecated)]
async fn a_test_switches_them_and_a_reset_switches_back() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let product = fake.demo().expect("the demo is there").product_id;
    for answer in ["redirect", "page"] {
        let body = json!({ "answer": answer });
        let told = send(&fake, "PUT", "/_fake/v1-audit-logs", &body).await;
        assert_eq!(told.status(), 204);
        let error = client.get_auditlogs(product).send().await;
        let error = error.expect_err("it is no list").to_string();
        assert!(error.contains("`get-auditlogs-v2` replaces"), "{error}");
    }
    fake.reset();
    assert!(!client.get_auditlogs(product).send().await?.is_empty());
    Ok(())
}
