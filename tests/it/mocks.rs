//! The typed httpmock extension matches what the client sends, and nothing else.
#![cfg(feature = "httpmock")]

use configcat_management::chrono::{DateTime, Utc};
use configcat_management::httpmock::{MockServer, MockServerExt};
use configcat_management::types::{
    AuditLogType, ChangeRequestStatus, ConfigId, ConfigModel, CreateTagModel, EnvironmentId,
    IntegrationLinkType, JsonPatchOperation, OperationType, ProductId, SdkKeysModel, SettingId,
    TagId, TagModel, VersionId,
};
use configcat_management::uuid::{Uuid, uuid};
use configcat_management::{Client, Error, RetryPolicy};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const PRODUCT: ProductId = ProductId(uuid!("0b0d0000-0000-4000-8000-00000000b002"));
const CONFIG: ConfigId = ConfigId(uuid!("0c0f0000-0000-4000-8000-00000000c003"));
const ENVIRONMENT: EnvironmentId = EnvironmentId(uuid!("0e0e0000-0000-4000-8000-00000000e004"));
const OTHER: Uuid = uuid!("ffffffff-ffff-4fff-bfff-ffffffffff0b");

/// Texts that a path or a pattern could take for something else.
const KEYS: [&str; 7] = [
    "a/b",
    "a b",
    "a.b",
    "a+b&c=d?e#f%2F",
    "ü-ß-🐱",
    "(a|b)*[^c]$",
    "back\\slash",
];

fn client(server: &MockServer) -> Client {
    crate::support::builder(&server.base_url())
        .retry(RetryPolicy::never())
        .build()
        .expect("a complete set of settings")
}

/// A value to answer with.
fn value<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("what the API would send")
}

/// No mock was meant: httpmock answers with 404.
fn is_unmatched<T: std::fmt::Debug>(outcome: configcat_management::Result<T>) -> bool {
    match outcome {
        Err(Error::Api(error)) => error.status == 404,
        other => panic!("a mock answered: {other:?}"),
    }
}

#[tokio::test]
async fn an_id_in_the_path() {
    let server = MockServer::start_async().await;
    let config: ConfigModel = value(json!({
        "product": {
            "organization": {"organizationId": OTHER, "name": "o"},
            "productId": PRODUCT, "name": "p", "description": null, "order": 0, "reasonRequired": false, "approveRequired": true
        },
        "configId": CONFIG, "name": "Näme", "description": null, "order": 1,
        "migratedConfigId": null, "evaluationVersion": "v2"
    }));
    let mock = server.get_config(|when, then| {
        when.config_id(&CONFIG);
        then.ok(&config);
    });
    let client = client(&server);
    let answer = client.get_config(CONFIG).send().await.unwrap();
    assert_eq!(*answer, config);
    assert!(is_unmatched(client.get_config(OTHER).send().await));
    mock.assert_calls_async(1).await;
}

#[tokio::test]
async fn a_text_in_the_path() {
    for key in KEYS {
        let server = MockServer::start_async().await;
        let link = server.delete_integration_link(|when, then| {
            when.environment_id(&ENVIRONMENT)
                .setting_id(&SettingId(7))
                .integration_link_type(IntegrationLinkType::Trello)
                .key(key);
            then.ok(&value(
                json!({"hasRemainingIntegrationLink": true, "integrationLinkType": "trello"}),
            ));
        });
        let setting = server.update_setting_value_by_sdkkey(|when, then| {
            when.setting_key_or_id(key).x_configcat_sdkkey("sdk/key=");
            then.client_error(409, &json!("too late"));
        });
        let client = client(&server);

        let send = |environment, setting, kind: IntegrationLinkType, key: &str| {
            client
                .delete_integration_link(environment, setting, kind, key)
                .send()
        };
        let trello = IntegrationLinkType::Trello;
        let answer = send(ENVIRONMENT, 7, trello.clone(), key).await.unwrap();
        assert!(answer.has_remaining_integration_link, "{key}");
        assert!(is_unmatched(
            send(OTHER.into(), 7, trello.clone(), key).await
        ));
        assert!(is_unmatched(
            send(ENVIRONMENT, 8, trello.clone(), key).await
        ));
        assert!(is_unmatched(
            send(ENVIRONMENT, 7, IntegrationLinkType::Jira, key).await
        ));
        assert!(is_unmatched(send(ENVIRONMENT, 7, trello, "axb").await));
        assert_eq!(link.calls_async().await, 1, "{key}");

        let patch = [JsonPatchOperation::new(OperationType::Remove, "/x")];
        let send = |key: &str, sdk_key: &str| {
            client
                .update_setting_value_by_sdkkey(key, sdk_key, patch.clone())
                .send()
        };
        let error = send(key, "sdk/key=").await.unwrap_err();
        assert_eq!(error.status().unwrap(), 409, "{key}: {error}");
        assert!(is_unmatched(send("axb", "sdk/key=").await));
        assert!(is_unmatched(send(key, "another").await));
        assert_eq!(setting.calls_async().await, 1, "{key}");
    }
}

#[tokio::test]
async fn a_list_in_the_query() {
    let server = MockServer::start_async().await;
    let mock = server.get_staleflags(|when, then| {
        when.product_id(&PRODUCT)
            .ignored_tag_ids(&vec![TagId(1), TagId(22)])
            .ignored_environment_ids(None);
        then.server_error(500, &json!("matched"));
    });
    let client = client(&server);
    let flags = || client.get_staleflags(PRODUCT);
    let error = flags().ignored_tag_ids([1, 22]).send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 500, "{error}");
    assert!(is_unmatched(flags().send().await));
    assert!(is_unmatched(flags().ignored_tag_ids([1]).send().await));
    assert!(is_unmatched(flags().ignored_tag_ids([1, 2]).send().await));
    assert!(is_unmatched(
        flags().ignored_tag_ids([1, 22, 3]).send().await
    ));
    let both = flags().ignored_tag_ids([1, 22]);
    let both = both.ignored_environment_ids([ENVIRONMENT]);
    assert!(is_unmatched(both.send().await));
    mock.assert_calls_async(1).await;
}

#[tokio::test]
async fn a_list_of_enum_values_in_the_query() {
    let server = MockServer::start_async().await;
    let unknown = || ChangeRequestStatus::from("köpt & späd/t");
    let some = server.get_change_requests(|when, then| {
        when.change_request_status_filter(&vec![ChangeRequestStatus::Open, unknown()])
            .page_size(100);
        then.server_error(500, &json!("some"));
    });
    let none = server.get_change_requests(|when, then| {
        when.change_request_status_filter(&Vec::new());
        then.server_error(501, &json!("none"));
    });
    let client = client(&server);
    let requests = || client.get_change_requests(PRODUCT);
    let filtered = requests()
        .change_request_status_filter([ChangeRequestStatus::Open, unknown()])
        .page_size(100);
    let error = filtered.send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 500, "{error}");
    let unfiltered = requests().page_size(100);
    let error = unfiltered.send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 501, "{error}");
    let other = requests().change_request_status_filter([unknown()]);
    assert!(is_unmatched(other.send().await));
    some.assert_calls_async(1).await;
    none.assert_calls_async(1).await;
}

#[tokio::test]
async fn times_enums_and_texts_in_the_query() {
    let time = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
    let (from, to) = (time("2026-11-22T10:15:30.5Z"), time("2026-11-22T11:00:00Z"));
    let server = MockServer::start_async().await;
    let log = server.get_auditlogs_v2(|when, then| {
        when.product_id(&PRODUCT)
            .config_id(&CONFIG)
            .environment_id(None)
            .from_utc_date_time(&from)
            .to_utc_date_time(&to)
            .audit_log_type(AuditLogType::from("brand new + ü"));
        then.ok(&value(json!({"data": []})));
    });
    let deletion = server.delete_environment(|when, then| {
        when.environment_id(&ENVIRONMENT).cleanup_audit_logs(false);
        then.no_content();
    });
    let values = server.replace_setting_value_v2(|when, then| {
        when.reason("a/b c?d%e#f\\g+h&i=ü.🐱")
            .latest_version_id(&VersionId(OTHER))
            .bypass_approval(true);
        then.client_error(409, &json!("too late"));
    });
    let client = client(&server);

    let call = |from| {
        client
            .get_auditlogs_v2(PRODUCT)
            .config_id(CONFIG)
            .from_utc_date_time(from)
            .to_utc_date_time(to)
            .audit_log_type("brand new + ü")
    };
    let page = call(from).send().await.unwrap();
    assert_eq!(page.data.as_deref(), Some(&[][..]));
    assert!(is_unmatched(call(to).send().await));
    let narrower = call(from).environment_id(ENVIRONMENT);
    assert!(is_unmatched(narrower.send().await));
    log.assert_calls_async(1).await;

    let call = || client.delete_environment(ENVIRONMENT);
    call().cleanup_audit_logs(false).send().await.unwrap();
    assert!(is_unmatched(call().cleanup_audit_logs(true).send().await));
    assert!(is_unmatched(call().send().await));
    deletion.assert_calls_async(1).await;

    let body: configcat_management::types::UpdateEvaluationFormulaModel =
        value(json!({"defaultValue": {"boolValue": true}}));
    let error = client
        .replace_setting_value_v2(ENVIRONMENT, 7, body)
        .bypass_approval(true)
        .latest_version_id(OTHER)
        .reason("a/b c?d%e#f\\g+h&i=ü.🐱")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 409, "{error}");
    values.assert_calls_async(1).await;
}

#[tokio::test]
async fn a_body() {
    let server = MockServer::start_async().await;
    let tag: TagModel = value(json!({
        "tagId": 9_007_199_254_740_993_i64, "name": "Täg", "color": "panther",
        "product": {
            "organization": {"organizationId": OTHER, "name": "o"},
            "productId": PRODUCT, "name": "p", "description": null, "order": 0, "reasonRequired": false, "approveRequired": true
        }
    }));
    let creation = server.create_tag(|when, then| {
        when.product_id(&PRODUCT)
            .body(&CreateTagModel::new("Täg").with_color("panther"));
        then.created(&tag);
    });
    let patch = vec![
        JsonPatchOperation::new(OperationType::Test, "/hint").with_value(Value::Null),
        JsonPatchOperation::new(OperationType::Replace, "/value").with_value(5),
    ];
    let update = server.update_setting_value(|when, then| {
        when.body(&patch);
        // The typed answers know no 204 beside a 200; httpmock's own do.
        then.into_inner().status(204);
    });
    let client = client(&server);

    let call = |body| client.create_tag(PRODUCT, body).send();
    let body = CreateTagModel::new("Täg");
    assert!(is_unmatched(call(body.clone()).await));
    let answer = call(body.with_color("panther")).await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(*answer, tag);
    creation.assert_calls_async(1).await;

    let call = |patch| client.update_setting_value(ENVIRONMENT, 7, patch).send();
    let answer = call(patch.clone()).await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.into_inner(), None);
    assert!(is_unmatched(call(patch[..1].to_vec()).await));
    update.assert_calls_async(1).await;
}

#[tokio::test]
async fn failures_are_told_as_the_api_tells_them() {
    let server = MockServer::start_async().await;
    server.create_tag(|_, then| {
        then.client_error(400, &json!({"Name": ["must not be empty", "is odd"]}));
    });
    server.get_me(|_, then| {
        then.client_error(429, &json!("slow down"))
            .into_inner()
            .header("Retry-After", "7");
    });
    let client = client(&server);
    let call = client.create_tag(PRODUCT, CreateTagModel::new("x"));
    let error = match call.send().await {
        Err(Error::Api(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(error.operation.id, "create-tag");
    assert_eq!(error.status, 400);
    assert_eq!(error.message, "Name: must not be empty, is odd");
    assert_eq!(error.field_errors["Name"], ["must not be empty", "is odd"]);
    let error = client.get_me().send().await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 7);
}

#[tokio::test]
async fn a_path_that_begins_like_another_is_another() {
    let server = MockServer::start_async().await;
    let keys = server.get_sdk_keys(|when, then| {
        when.config_id(&CONFIG).environment_id(&ENVIRONMENT);
        let keys: SdkKeysModel = value(json!({"primary": "one", "secondary": null}));
        then.ok(&keys);
    });
    let any_keys = server.get_sdk_keys(|_, then| {
        then.server_error(500, &json!("any"));
    });
    let me = server.get_me(|_, then| {
        then.server_error(500, &json!("me"));
    });
    let client = client(&server);
    let values = client.get_setting_values(CONFIG, ENVIRONMENT);
    assert!(is_unmatched(values.send().await));
    assert!(is_unmatched(client.get_config(CONFIG).send().await));
    assert!(is_unmatched(client.get_products().send().await));
    let answer = client.get_sdk_keys(CONFIG, ENVIRONMENT).send().await;
    assert_eq!(answer.unwrap().primary.expose(), "one");
    assert_eq!(keys.calls_async().await, 1);
    assert_eq!(any_keys.calls_async().await, 0);
    assert_eq!(me.calls_async().await, 0);
}

#[tokio::test]
async fn a_patch_that_changes_nothing() {
    let server = MockServer::start_async().await;
    let patch = JsonPatchOperation::new(OperationType::Replace, "/value").with_value(true);
    let mock = server.update_setting_value(|when, then| {
        when.environment_id(&ENVIRONMENT).setting_id(&SettingId(7));
        then.no_content();
    });
    let call = client(&server).update_setting_value(ENVIRONMENT, 7, [patch]);
    let answer = call.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.into_inner()), (204, None));
    mock.assert();
}
