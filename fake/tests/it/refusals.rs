//! What is wrong is refused with the right status and a message, and faults come on demand.

use std::time::Duration;

use configcat_fake::{Fake, Fault};
use configcat_management::types::*;
use configcat_management::uuid::Uuid;
use configcat_management::{Client, Error, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

/// Sends what no typed client would, and gives the answer as text.
async fn raw(fake: &Fake, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(fake.address())
        .await
        .expect("the server listens");
    let request = format!(
        "{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the server reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("the server answers");
    answer
}

#[tokio::test]
async fn credentials_are_demanded() {
    let fake = Fake::start().await;
    for (user, password) in [("user", "wrong"), ("nobody", "pass")] {
        let client = fake.client_builder().credentials(user, password).build();
        let Err(Error::Api(failure)) = client.expect("it is valid").get_me().send().await else {
            panic!("they are wrong");
        };
        assert_eq!(failure.status, 401);
        let challenge = failure
            .headers
            .get("www-authenticate")
            .expect("it says how");
        assert!(
            challenge
                .to_str()
                .is_ok_and(|challenge| challenge.starts_with("Basic"))
        );
    }
    for header in [
        "",
        "Authorization: Bearer x\r\n",
        "Authorization: Basic !\r\n",
    ] {
        let mut stream = TcpStream::connect(fake.address())
            .await
            .expect("the server listens");
        let request =
            format!("GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n");
        stream
            .write_all(request.as_bytes())
            .await
            .expect("the server reads");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .expect("the server answers");
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
}

#[tokio::test]
async fn unknown_ids_are_not_found() {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let id = Uuid::from_u128(1);
    assert_eq!(status(client.get_product(id).send().await), 404);
    assert_eq!(status(client.get_config(id).send().await), 404);
    assert_eq!(status(client.get_environment(id).send().await), 404);
    assert_eq!(status(client.get_setting(0).send().await), 404);
    assert_eq!(status(client.get_tag(0).send().await), 404);
    assert_eq!(status(client.get_configs(id).send().await), 404);
    assert_eq!(
        status(
            client
                .get_setting_values(demo.v1.config_id, id)
                .send()
                .await
        ),
        404
    );
    assert_eq!(
        status(client.get_sdk_keys(demo.v1.config_id, id).send().await),
        404
    );
    assert_eq!(
        status(client.get_organization_limitations(id).send().await),
        404
    );
    let product = CreateProductRequest::new("x");
    assert_eq!(status(client.create_product(id, product).send().await), 404);
}

#[tokio::test]
async fn an_environment_of_another_product_is_not_found() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let product = CreateProductRequest::new("Other");
    let product = client
        .create_product(fake.organization_id(), product)
        .send()
        .await?;
    let environment = CreateEnvironmentModel::new("Elsewhere");
    let environment = client
        .create_environment(product.product_id, environment)
        .send()
        .await?;
    let id = environment.environment_id;
    assert_eq!(
        status(client.get_setting_value(id, demo.v1.page_size).send().await),
        404
    );
    assert_eq!(
        status(
            client
                .get_setting_values_v2(demo.v2.config_id, id)
                .send()
                .await
        ),
        404
    );
    Ok(())
}

#[tokio::test]
async fn bodies_are_checked_against_the_description() {
    let fake = Fake::start().await;
    let demo = fake.demo().expect("the demo is there");
    let post = format!("POST /v1/products/{}/tags", demo.product_id);
    for (body, expected) in [
        (
            r#"{"name":""}"#.to_string(),
            r#"{"Name":["It must not be empty."]}"#,
        ),
        ("{}".to_string(), r#"{"Name":["It is required."]}"#),
        (
            r#"{"name":5}"#.to_string(),
            r#"{"Name":["5 is not a text."]}"#,
        ),
        (
            format!(r#"{{"name":"{}","color":7}}"#, "x".repeat(256)),
            r#"{"Color":["7 is not a text."],"Name":["It has 256 characters; at most 255 are allowed."]}"#,
        ),
        ("[]".to_string(), r#"{"$":["A list is not an object."]}"#),
        (String::new(), r#"{"":["It is required."]}"#),
    ] {
        let answer = raw(&fake, &post, &body).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.ends_with(expected), "{answer}");
    }
    let answer = raw(&fake, &post, "{").await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("It is not JSON"),
        "{answer}"
    );
    let post = format!("POST /v1/products/{}/configs", demo.product_id);
    let answer = raw(&fake, &post, r#"{"name":"x","evaluationVersion":"v9"}"#).await;
    assert!(
        answer.contains(r#""EvaluationVersion":["`v9` is not one of v1, v2."]"#),
        "{answer}"
    );
}

#[tokio::test]
async fn arguments_are_checked_against_the_description() {
    let fake = Fake::start().await;
    let demo = fake.demo().expect("the demo is there");
    let answer = raw(&fake, "GET /v1/products/shop", "").await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("`shop` is not an id"),
        "{answer}"
    );
    let answer = raw(&fake, "GET /v1/settings/5000000000", "").await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("settingId"),
        "{answer}"
    );
    let delete = format!(
        "DELETE /v1/environments/{}?cleanupAuditLogs=maybe",
        demo.test_id
    );
    let answer = raw(&fake, &delete, "").await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("cleanupAuditLogs"),
        "{answer}"
    );
    let answer = raw(&fake, "GET /v1/settings/page_size/value", "").await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("X-CONFIGCAT-SDKKEY"),
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_no_operation_is_told_apart() {
    let fake = Fake::start().await;
    assert!(
        raw(&fake, "GET /v1/nothing", "")
            .await
            .starts_with("HTTP/1.1 404")
    );
    let answer = raw(&fake, "PATCH /v1/products", "").await;
    assert!(
        answer.starts_with("HTTP/1.1 405") && answer.contains("allow: GET"),
        "{answer}"
    );
}

#[tokio::test]
async fn requests_are_recorded_without_secrets() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let keys = client
        .get_sdk_keys(demo.v1.config_id, demo.test_id)
        .send()
        .await?;
    fake.clear_requests();
    let wanted = UpdateSettingValueModel::new(9);
    let replace = client.replace_setting_value_by_sdkkey("page_size", &keys.primary, wanted);
    replace.reason("a b").send().await?;
    assert_eq!(status(client.get_setting(0).send().await), 404);
    let requests = fake.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].method, "PUT");
    assert_eq!(
        requests[0].path,
        "/v1/settings/page_size/value?reason=a%20b"
    );
    assert_eq!(
        requests[0].operation,
        Some("replace-setting-value-by-sdkkey")
    );
    assert_eq!(requests[0].body, r#"{"value":9}"#);
    assert_eq!(
        (requests[0].status, requests[1].status),
        (Some(200), Some(404))
    );
    assert!(requests[0].started <= requests[1].started);
    let shown = format!("{requests:?}");
    assert!(!shown.contains(keys.primary.expose()) && !shown.contains("Basic"));
    Ok(())
}

#[tokio::test]
async fn faults_come_on_demand_and_pass() -> Result<()> {
    let fake = Fake::start().await;
    // Retries would hide what this is about.
    let client: Client = fake.client();
    fake.fail_next(1, Fault::Status(400, "not today".to_string()));
    let Err(Error::Api(failure)) = client.get_me().send().await else {
        panic!("it was to fail");
    };
    assert_eq!(failure.status, 400);
    assert!(failure.message.starts_with("not today"));
    assert!(failure.headers.contains_key("x-rate-limit-remaining"));
    client.get_me().send().await?;

    fake.fail_next_of(
        "get-organizations",
        1,
        Fault::Delay(Duration::from_millis(50)),
    );
    client.get_me().send().await?;
    client.get_organizations().send().await?;
    let requests = fake.requests();
    let slow = requests.last().expect("it was recorded");
    assert!(
        slow.duration >= Duration::from_millis(50),
        "{:?}",
        slow.duration
    );
    Ok(())
}

#[tokio::test]
async fn connections_are_cut_before_or_after_the_work() -> Result<()> {
    let fake = Fake::start().await;
    let create = format!("POST /v1/organizations/{}/products", fake.organization_id());
    fake.fail_next(1, Fault::Cut);
    assert_eq!(raw(&fake, &create, r#"{"name":"a"}"#).await, "");
    fake.fail_next_of("create-product", 1, Fault::CutAfter);
    assert_eq!(raw(&fake, &create, r#"{"name":"b"}"#).await, "");
    let products = fake.client().get_products().send().await?;
    let names: Vec<&str> = products
        .iter()
        .map(|product| product.name.as_str())
        .collect();
    assert_eq!(names, ["Web shop", "b"]);
    assert_eq!(fake.requests()[0].status, None);
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_gone_answers_nobody() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    client.get_me().send().await?;
    let address = fake.address();
    fake.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
    assert!(matches!(
        client.get_me().send().await,
        Err(Error::Connection(_))
    ));

    let again = Fake::builder().address(address).start().await;
    let taken = Fake::builder().address(address).try_start().await;
    assert!(taken.is_err(), "the port is taken");
    drop(again);
    Ok(())
}
