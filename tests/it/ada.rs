//! Ada's operations are made like all others: paced by the published numbers, with Ada's errors, secrets hidden.

use std::collections::BTreeSet;

use crate::support::assert_contains;
use configcat_fake::{Fake, Fault};
use configcat_management::ada::types::{
    CreateIntegration, InstallationStatus, IntegrationStatus, UpdateInstallation, UpdateIntegration,
};
use configcat_management::ada::{Client, LIMITS, MAX_BODY, OPERATIONS, failures};
use configcat_management::{Error, RateLimiter, RetryPolicy};
use serde_json::json;

fn new(name: &str) -> CreateIntegration {
    CreateIntegration::new("account.name").with_name(name)
}

#[tokio::test]
async fn all_five_operations_do_what_they_say() {
    let fake = Fake::builder().empty().start().await;
    let client = fake.ada_client();
    let wanted = new("Flags")
        .with_scopes(["a".to_string()])
        .with_icon_url("https://ex.test/i");
    let created = client
        .create_platform_integration(wanted)
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), 200);
    assert_eq!(created.status, IntegrationStatus::Development);
    assert_eq!(created.name.as_deref(), Some("Flags"));

    let change = UpdateIntegration::new()
        .with_description("What it does.")
        .with_scopes(Vec::new());
    let changed = client
        .update_platform_integration(&created.id, change)
        .send()
        .await
        .unwrap();
    assert_eq!(changed.description.as_deref(), Some("What it does."));
    assert_eq!(
        changed.name.as_deref(),
        Some("Flags"),
        "what is not set stays"
    );
    assert_eq!(
        changed.scopes,
        Some(Vec::new()),
        "what is set to nothing does not"
    );

    let installed = client
        .get_platform_integration_installation(&created.id)
        .send()
        .await
        .unwrap();
    assert_eq!(installed.status, InstallationStatus::Incomplete);
    let complete = UpdateInstallation::new(InstallationStatus::Complete);
    let done = client
        .update_platform_integration_installation(&created.id, &installed.id, complete)
        .send()
        .await
        .unwrap();
    assert_eq!(done.status, InstallationStatus::Complete);
    let listed = client.get_platform_integrations().send().await.unwrap();
    assert_eq!(listed.data.len(), 1);
    assert_eq!(listed.meta.next_page_url, None);

    assert!(fake.set_ada_status(&created.id, IntegrationStatus::Approved));
    let late = client
        .update_platform_integration(&created.id, UpdateIntegration::new())
        .send();
    assert_eq!(late.await.unwrap_err().status().unwrap(), 403);
    let sent: BTreeSet<_> = fake.requests().iter().filter_map(|r| r.operation).collect();
    assert_eq!(
        sent,
        OPERATIONS.iter().map(|operation| operation.id).collect()
    );
}

#[tokio::test]
async fn the_listing_is_a_stream_over_all_pages() {
    let fake = Fake::builder().empty().start().await;
    // More than the published numbers allow at once; the pages are what counts here.
    let client = fake
        .ada_client_builder()
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let mut ids = Vec::new();
    for index in 0..5 {
        let name = format!("Number {index}");
        let created = client
            .create_platform_integration(new(&name))
            .send()
            .await
            .unwrap();
        ids.push(created.into_inner().id);
    }
    fake.clear_requests();
    let mut integrations = client.get_platform_integrations().limit(2).integrations();
    let mut found = Vec::new();
    while let Some(integration) = integrations.next().await {
        found.push(integration.unwrap().id);
    }
    assert_eq!(found, ids);
    let paths: Vec<String> = fake
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(
        paths,
        [
            "/api/v2/platform-integrations/?limit=2",
            "/api/v2/platform-integrations/?cursor=2&limit=2",
            "/api/v2/platform-integrations/?cursor=4&limit=2",
        ]
    );
    assert!(integrations.next().await.is_none(), "the end stays the end");
}

fn page(next: &str) -> Fault {
    page_of::<()>(&[], next)
}

fn page_of<T: serde::Serialize>(data: &[&T], next: &str) -> Fault {
    let body = json!({"data": data, "meta": {"next_page_url": next}});
    let response = http::Response::builder().header("content-type", "application/json");
    Fault::Answer(response.body(body.to_string()).unwrap())
}

#[tokio::test]
async fn a_page_that_leads_nowhere_is_an_error_and_the_token_stays_at_home() {
    let fake = Fake::builder().empty().start().await;
    let client = fake.ada_client();
    // Another host: its cursor counts, the host does not.
    fake.fail_next(1, page("http://127.0.0.2:9/elsewhere?cursor=a%20b"));
    let mut integrations = client.get_platform_integrations().integrations();
    assert!(
        matches!(integrations.next().await, Some(Err(Error::Api(error))) if error.status == 400)
    );
    assert_eq!(
        fake.requests()[1].path,
        "/api/v2/platform-integrations/?cursor=a%20b"
    );

    for next in ["?page=2", "", "http://[::"] {
        fake.fail_next(1, page(next));
        let mut integrations = client.get_platform_integrations().integrations();
        assert!(
            matches!(integrations.next().await, Some(Err(Error::Decode(_)))),
            "{next}"
        );
        assert!(integrations.next().await.is_none());
    }
}

#[tokio::test]
async fn a_listing_without_end_ends_and_nothing_of_its_pages_is_lost() {
    let fake = Fake::builder().empty().start().await;
    for same in [true, false] {
        let client = fake.ada_client_builder().build().unwrap();
        fake.clear_requests();
        for number in 0..20 {
            let cursor = if same { 0 } else { number };
            fake.fail_next(1, page(&format!("?cursor={cursor}")));
        }
        let mut integrations = client.get_platform_integrations().integrations();
        let end = integrations.next().await;
        assert!(matches!(end, Some(Err(Error::Decode(_)))), "{end:?}");
        assert!(integrations.next().await.is_none());
        let requests = fake.requests().into_iter();
        // The fake keeps Ada's limits, of which a new client knows nothing.
        let answered = requests.filter(|request| request.status != Some(429));
        assert_eq!(answered.count(), 10);
        fake.clear_faults();
    }
    let client = fake.ada_client_builder().build().unwrap();
    let made = client.create_platform_integration(new("Flags"));
    let made = made.send().await.unwrap().into_inner();
    fake.fail_next(1, page_of(&[&made], "?page=2"));
    let mut integrations = client.get_platform_integrations().integrations();
    assert_eq!(integrations.next().await.unwrap().unwrap().id, made.id);
    assert!(matches!(
        integrations.next().await,
        Some(Err(Error::Decode(_)))
    ));
}

#[tokio::test]
async fn calls_keep_to_the_published_numbers() {
    let fake = Fake::builder().empty().start().await;
    let client = fake.ada_client();
    let (burst, _) = LIMITS[0];
    let calls = (0..2 * burst + 1).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            client
                .get_platform_integrations()
                .send()
                .await
                .map(|a| a.attempts())
        })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap(), 1);
    }
    assert!(
        fake.requests()
            .iter()
            .all(|request| request.status == Some(200))
    );
}

#[tokio::test]
async fn a_refusal_without_headers_is_waited_out() {
    let fake = Fake::builder().empty().start().await;
    let client = fake.ada_client();
    fake.fail_next(1, Fault::Status(429, String::new()));
    let answer = client
        .create_platform_integration(new("Flags"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.attempts(), 2);
    assert!(answer.waited() > std::time::Duration::ZERO);
}

#[tokio::test]
async fn failures_are_told_as_ada_tells_them() {
    let fake = Fake::builder().empty().start().await;
    let client = fake.ada_client();
    let error = client
        .get_platform_integration_installation("nowhere")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
    let told = failures(&error);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].type_.as_deref(), Some("not_found"));
    assert_eq!(
        told[0].message.as_deref(),
        Some("There is no integration `nowhere`.")
    );
    assert_contains(&error, "There is no integration `nowhere`.");

    let body = json!({"errors": [
        {"type": "validation", "message": "is taken", "details": {"field": "name"}},
        {"type": "other", "details": "x"},
    ]});
    let response = http::Response::builder()
        .status(400)
        .body(body.to_string())
        .unwrap();
    fake.fail_next(1, Fault::Answer(response));
    let error = client
        .create_platform_integration(new("Flags"))
        .send()
        .await
        .unwrap_err();
    let told = failures(&error);
    assert_eq!(told[0].details, Some(json!({"field": "name"})));
    assert_eq!(
        (told[1].message.as_deref(), &told[1].details),
        (None, &Some(json!("x")))
    );
    assert!(error.to_string().contains("is taken"), "{error}");

    let stranger = fake.ada_client_builder().token("wrong").build().unwrap();
    let error = stranger
        .get_platform_integrations()
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().ends_with("check the token)"), "{error}");
    assert!(failures(&Error::Config(String::new())).is_empty());
}

#[tokio::test]
async fn what_ada_would_refuse_is_not_sent() {
    let fake = Fake::builder().empty().start().await;
    let client = fake.ada_client();
    let refused = |call: configcat_management::ada::operations::CreatePlatformIntegration| async {
        match call.send().await {
            Err(Error::Invalid(error)) => format!("{} {}", error.field, error.problem),
            other => panic!("{other:?}"),
        }
    };
    let long = client.create_platform_integration(new(&"x".repeat(161)));
    assert_eq!(
        refused(long).await,
        "body.name has 161 characters, at most 160 are allowed"
    );
    let empty = client.create_platform_integration(new("Flags").with_contact(""));
    assert_eq!(
        refused(empty).await,
        "body.contact has 0 characters, at least 1 are needed"
    );
    let huge =
        client.create_platform_integration(new("Flags").with_description("x".repeat(MAX_BODY)));
    assert!(refused(huge).await.starts_with("body has 1048"));
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn secrets_are_hidden() {
    let fake = Fake::builder().ada_token("hush-token").start().await;
    let client = fake.ada_client();
    let created = client
        .create_platform_integration(new("Flags"))
        .send()
        .await
        .unwrap();
    let secret = created.client_secret.expose();
    assert!(!secret.is_empty());
    assert!(!format!("{created:?}").contains(secret));
    for text in [
        format!("{client:?}"),
        format!("{:?}", fake.ada_client_builder()),
    ] {
        assert!(!text.contains("hush"), "{text}");
    }
    let installed = json!({"id": "i", "platform_integration_id": "p", "status": "complete",
        "configuration": {"key": "hush-key"}});
    let installed: configcat_management::ada::types::Installation =
        serde_json::from_value(installed).unwrap();
    assert!(!format!("{installed:?}").contains("hush"));
    assert_eq!(installed.configuration.unwrap()["key"], "hush-key");
}

#[test]
fn a_handle_is_part_of_a_host_name_and_nothing_else() {
    let build = |handle: &str| Client::builder().handle(handle).token("t").build();
    let client = build("ex-ample1").unwrap();
    assert_eq!(client.base_url(), "https://ex-ample1.ada.support/api");
    for handle in [
        "",
        "a.b",
        "evil.test/",
        "evil.test#",
        "a b",
        "-a",
        "a-",
        "ü",
        "a@b",
        "a:1",
    ] {
        let error = build(handle).unwrap_err().to_string();
        assert!(error.contains("cannot be the handle"), "{handle}: {error}");
    }
    let error = build(&"a".repeat(64)).unwrap_err().to_string();
    assert!(error.contains("cannot be the handle"));
    let problem = |builder: configcat_management::ada::ClientBuilder| {
        builder.build().unwrap_err().to_string()
    };
    assert!(problem(Client::builder().token("t")).contains("ADA_HANDLE"));
    assert!(problem(Client::builder().handle("a")).contains("ADA_API_TOKEN"));
    assert!(problem(Client::builder().handle("a").token("a\nb")).contains("control character"));
    let plain = Client::builder().base_url("http://ada.example").token("t");
    assert!(problem(plain).contains("ADA_BASE_URL"));
}

#[tokio::test]
async fn operations_can_be_called_by_name() {
    let fake = Fake::builder().empty().start().await;
    // One limiter, so that both clients together keep to the limits.
    let client = fake
        .ada_client_builder()
        .rate_limiter(RateLimiter::published(&LIMITS))
        .build()
        .unwrap();
    let arguments = json!({"body": {"identifier_field_path": "account.name", "name": "Flags"}});
    let created = client
        .call("platformIntegrations.createPlatformIntegration", arguments)
        .await
        .unwrap();
    let id = created["id"].as_str().unwrap();
    assert!(created["client_secret"].is_string());
    let arguments = json!({"id": id, "body": {"call_to_action": "Try it"}});
    let changed = client
        .call("update-platform-integration", arguments)
        .await
        .unwrap();
    assert_eq!(changed["call_to_action"], "Try it");
    let arguments = json!({"id": id});
    let installed = client
        .call("get-platform-integration-installation", arguments)
        .await
        .unwrap();
    let arguments = json!({
        "platform_integration_id": id,
        "installation_id": installed["id"],
        "body": {"status": "complete"},
    });
    client
        .call("update-platform-integration-installation", arguments)
        .await
        .unwrap();
    let listed = client
        .call("get-platform-integrations", json!({"limit": 1}))
        .await
        .unwrap();
    assert_eq!(listed["data"][0]["id"], id);
    assert_eq!(client.catalog().tools().len(), OPERATIONS.len());
    match client.call("get-platform-integration", json!({})).await {
        Err(Error::UnknownTool(text)) => {
            assert!(text.contains("`get-platform-integrations`"), "{text}")
        }
        other => panic!("{other:?}"),
    }
}
