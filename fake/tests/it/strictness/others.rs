//! Everything but values: names and keys, enums and ids, people and integrations, what is gone.

use std::time::Duration;

use configcat_fake::{Fake, Plan};
use serde_json::{Value, json};

use super::{Stage, VALUE, VALUE_V1};

#[tokio::test]
async fn enums_and_ids_of_tags_are_read_leniently() {
    let stage = Stage::new().await;
    let rule = json!({ "comparisonAttribute": "A", "comparator": "isoneof", "comparisonValue": "x", "value": true });
    let answer = stage
        .taken(
            "PUT",
            VALUE_V1,
            json!({ "value": false, "rolloutRules": [rule] }),
        )
        .await;
    assert_eq!(answer["rolloutRules"][0]["comparator"], "isOneOf");
    let group = json!({ "name": "Readers", "accessType": "readonly" });
    let answer = stage
        .taken("POST", "/v1/products/{product}/permissions", group)
        .await;
    assert_eq!(answer["accessType"], "readOnly");
    let tag = stage.fake.demo().unwrap().tag_id.to_string();
    let new = json!({ "key": "tagged", "name": "x", "settingType": "BOOLEAN", "tags": [tag] });
    let answer = stage.taken("POST", "/v1/configs/{v2}/settings", new).await;
    assert_eq!(answer["tags"][0]["tagId"].to_string(), tag);
    let patch = json!([{ "op": "add", "path": "/tags/-", "value": tag }]);
    stage.taken("PATCH", "/v1/settings/{text}", patch).await;
    stage
        .taken(
            "GET",
            "/v2/products/{product}/auditlogs?auditLogType=settingcreated",
            Value::Null,
        )
        .await;
}

/// .NET writes its booleans with a capital.
#[tokio::test]
async fn booleans_of_queries_are_read_whatever_their_case() {
    let stage = Stage::new().await;
    let preferences = json!({ "approveRequired": true });
    let path = "/v1/products/{product}/preferences";
    stage.taken("POST", path, preferences).await;
    let on = json!({ "defaultValue": { "boolValue": true } });
    let path = |bypass: &str| format!("{VALUE}?bypassApproval={bypass}");
    for (bypass, field, words) in [
        ("False", "BypassApproval", "Approval required"),
        ("1", "bypassApproval", "\"1\" is not true or false"),
    ] {
        stage
            .refused("PUT", &path(bypass), on.clone(), field, words)
            .await;
    }
    for bypass in ["true", "True", "TRUE"] {
        stage.taken("PUT", &path(bypass), on.clone()).await;
    }
    let made = json!({ "name": "Short-lived" });
    let path = "/v1/products/{product}/environments";
    let made = stage.taken("POST", path, made).await["environmentId"].to_string();
    let path = format!(
        "/v1/environments/{}?cleanupAuditLogs=True",
        made.trim_matches('"')
    );
    stage.taken("DELETE", &path, Value::Null).await;
}

#[tokio::test]
async fn a_setting_gets_another_place_by_a_patch_and_names_decide_ties() {
    let stage = Stage::new().await;
    let keys = async || {
        let settings = stage
            .taken("GET", "/v1/configs/{v2}/settings", Value::Null)
            .await;
        let settings = settings.as_array().cloned().unwrap_or_default().into_iter();
        settings
            .map(|setting| setting["key"].as_str().unwrap_or_default().to_string())
            .collect::<Vec<_>>()
    };
    let last = keys().await.last().cloned();
    assert_eq!(last.as_deref(), Some("discount"));
    let patch = json!([{ "op": "replace", "path": "/order", "value": 9 }]);
    let answer = stage
        .taken("PATCH", "/v1/settings/{int}", patch.clone())
        .await;
    assert_eq!(answer["order"], 9);
    assert_eq!(keys().await.last().map(String::as_str), Some("page_size"));
    // `Banner text` comes before `Page size`.
    stage.taken("PATCH", "/v1/settings/{text}", patch).await;
    assert_eq!(keys().await[3..], ["banner_text", "page_size"]);
    let patch = json!([{ "op": "remove", "path": "/order" }]);
    let answer = stage.taken("PATCH", "/v1/settings/{text}", patch).await;
    assert_eq!(answer["order"], 0, "as if it had not been given");
}

#[tokio::test]
async fn deleting_needs_creating_and_slack_needs_its_own_address() {
    let stage = Stage::new().await;
    let path = "/v1/products/{product}/permissions";
    for what in ["Config", "Environment", "Segments", "Setting", "Tag"] {
        let delete = format!("canDelete{what}");
        let alone = json!({ "name": "x", &*delete: true });
        stage
            .refused("POST", path, alone, &format!("CanDelete{what}"), "It needs")
            .await;
        let both = json!({ "name": "x", &*delete: true, format!("canCreateOrUpdate{what}"): true });
        stage.taken("POST", path, both).await;
    }
    let slack = |parameters: Value| json!({ "name": "x", "integrationType": "slack", "parameters": parameters, "configIds": [], "environmentIds": [] });
    let path = "/v1/products/{product}/integrations";
    let at = "Parameters.incoming_webhook.url";
    stage
        .refused("POST", path, slack(json!({})), at, "It is required")
        .await;
    let foreign = slack(json!({ "incoming_webhook.url": "https://example.com/hooks" }));
    stage
        .refused("POST", path, foreign, at, "Url is invalid")
        .await;
    stage
        .taken(
            "POST",
            path,
            slack(json!({ "incoming_webhook.url": "https://hooks.slack.com/services/T/B/x" })),
        )
        .await;
    // Who wants to be told nothing sensitive leaves it out.
    let sensitive = |value: &str| {
        slack(
            json!({ "incoming_webhook.url": "https://hooks.slack.com/services/T/B/x", "includeSensitiveData": value }),
        )
    };
    stage.taken("POST", path, sensitive("true")).await;
    let at_sensitive = "Parameters.includeSensitiveData";
    stage
        .refused("POST", path, sensitive("false"), at_sensitive, "It is none")
        .await;
    // A value that is no text names its field.
    let number = slack(json!({ "incoming_webhook.url": 5 }));
    stage
        .refused("POST", path, number, at, "5 is not a text")
        .await;
}

#[tokio::test]
async fn webhooks_have_one_key_and_sdk_keys_tell_their_version() {
    let stage = Stage::new().await;
    let path = "/v1/configs/{v2}/environments/{production}/webhooks";
    stage
        .refused(
            "POST",
            path,
            json!({ "url": "nowhere" }),
            "Url",
            "Url is invalid",
        )
        .await;
    let webhook = stage
        .taken("POST", path, json!({ "url": "https://example.com" }))
        .await;
    let keys = format!("/v1/webhooks/{}/keys", webhook["webhookId"]);
    let keys = stage.taken("GET", &keys, Value::Null).await;
    assert!(keys["key1"].is_string() && keys["key2"].is_null(), "{keys}");
    for (config, segments) in [
        ("{v1}", vec![22, 22]),
        ("{v2}", vec!["configcat-sdk-1".len(), 22, 22]),
    ] {
        let keys = stage
            .taken(
                "GET",
                &format!("/v1/configs/{config}/environments/{{production}}"),
                Value::Null,
            )
            .await;
        let primary = keys["primary"].as_str().unwrap_or_default().split('/');
        assert_eq!(primary.map(str::len).collect::<Vec<_>>(), segments);
    }
}

#[tokio::test]
async fn what_is_long_past_is_forgotten() {
    let day = Duration::from_secs(24 * 60 * 60);
    let stage = Stage::new().await;
    stage
        .taken("DELETE", "/v1/settings/{text}", Value::Null)
        .await;
    let deleted = async || {
        let list = stage
            .taken("GET", "/v1/configs/{v2}/deleted-settings", Value::Null)
            .await;
        list.as_array().map_or(0, Vec::len)
    };
    stage.fake.advance(179 * day);
    assert_eq!(deleted().await, 1);
    stage.fake.advance(2 * day);
    assert_eq!(deleted().await, 0);
    for (plan, days) in [(Plan::Free, 7), (Plan::Pro, 35), (Plan::Smart, 750)] {
        let fake = Fake::builder().plan(plan).start().await;
        let product = fake.demo().unwrap().product_id;
        let count = async || {
            let logs = fake
                .client()
                .get_auditlogs_v2(product)
                .send()
                .await
                .expect("they can be read");
            logs.data.as_ref().map_or(0, Vec::len)
        };
        fake.advance((days - 1) * day);
        assert!(count().await > 0, "{plan:?}");
        fake.advance(2 * day);
        assert_eq!(count().await, 0, "{plan:?}");
    }
}

/// Where reasons are required, a setting cannot be deleted by an operation that takes none.
#[tokio::test]
async fn a_deletion_without_a_reason_is_refused_where_reasons_are_required() {
    let stage = Stage::new().await;
    let preferences = json!({ "reasonRequired": true });
    stage
        .taken("POST", "/v1/products/{product}/preferences", preferences)
        .await;
    stage
        .refused(
            "DELETE",
            "/v1/settings/{text}",
            Value::Null,
            "Reason",
            "Reason required",
        )
        .await;
    let value = json!({ "value": true });
    stage
        .refused("PUT", VALUE_V1, value, "Reason", "Reason required")
        .await;
}

/// As ASP.NET reads JSON by default.
#[tokio::test]
async fn names_of_fields_are_read_whatever_their_case() {
    let stage = Stage::new().await;
    let path = "/v1/environments/{production}/settings/{flag_v1}/value";
    let rule = json!({
        "ComparisonAttribute": "Email", "Comparator": "isOneOf", "comparisonvalue": "a@example.com", "VALUE": true,
    });
    let body = json!({ "Value": false, "RolloutRules": [rule] });
    let answer = stage.taken("PUT", path, body).await;
    assert_eq!(answer["rolloutRules"][0]["comparisonAttribute"], "Email");
    let mut nameless = json!({ "value": false, "rolloutRules": [rule] });
    nameless["rolloutRules"][0]["ComparisonAttribute"] = json!("");
    let field = "RolloutRules[0].ComparisonAttribute";
    stage
        .refused("PUT", path, nameless, field, "The rule needs it")
        .await;
}

/// Branches that are not listed lose their reports: all others, if the list is empty, and none, if there is no list.
#[tokio::test]
async fn an_empty_list_of_branches_is_a_list() {
    let stage = Stage::new().await;
    let demo = stage.fake.demo().expect("the fake starts with it");
    let (config, flag) = (demo.v2.config_id, demo.v2.new_checkout);
    let path = format!("/v1/settings/{flag}/code-references");
    for (branch, active, left) in [
        ("main", None, &["main"][..]),
        ("next", None, &["main", "next"]),
        ("next", Some(json!([])), &["next"]),
    ] {
        let line = json!({ "file": "a.rs", "referenceLine": { "lineNumber": 1 } });
        let found = json!([{ "settingId": flag, "references": [line] }]);
        let mut report = json!({ "configId": config, "repository": "shop", "branch": branch, "flagReferences": found });
        if let Some(active) = active {
            report["activeBranches"] = active;
        }
        stage.taken("POST", "/v1/code-references", report).await;
        let reports = stage.taken("GET", &path, Value::Null).await;
        let reports = reports.as_array().cloned().unwrap_or_default();
        let branches: Vec<&str> = reports
            .iter()
            .filter_map(|known| known["branch"].as_str())
            .collect();
        assert_eq!(branches, left);
    }
}
