//! A body of `application/hal+json` decodes into the same types as one of `application/json`.

use crate::support::{Server, answer};
use configcat_management::chrono::{DateTime, Utc};
use configcat_management::types::{
    ConfigModel, EnvironmentModel, ProductModel, SettingModel, SettingValueModel,
};
use configcat_management::uuid::Uuid;
use configcat_management::{Error, ResponseValue};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A server that answers with HAL.
async fn hal(body: &Value) -> Server {
    let headers = [("content-type", "application/hal+json; charset=utf-8")];
    Server::start(answer(200, &headers, &body.to_string()))
}

fn organization() -> Value {
    json!({"organizationId": Uuid::nil(), "name": "Organization"})
}

fn product() -> Value {
    json!({
        "productId": Uuid::nil(), "name": "Product", "description": null, "order": 0, "reasonRequired": false,
        "approveRequired": true, "organization": organization(),
    })
}

fn config() -> Value {
    json!({
        "configId": Uuid::nil(), "name": "Config", "description": null, "order": 0, "evaluationVersion": "v1",
        "migratedConfigId": null, "product": product(),
    })
}

fn environment() -> Value {
    json!({
        "environmentId": Uuid::nil(), "name": "Environment", "description": null, "color": null, "order": 0,
        "reasonRequired": false, "approveRequired": false, "product": product(),
    })
}

fn setting() -> Value {
    json!({
        "settingId": 7, "key": "flag", "name": "Flag", "hint": null, "order": 0, "settingType": "int",
        "configId": Uuid::nil(), "configName": "Config", "createdAt": "2026-11-22T00:00:00Z",
        "creatorEmail": null, "creatorFullName": null, "isWatching": false, "isJson": false, "tags": [],
        "predefinedVariations": [],
    })
}

fn value() -> Value {
    json!({
        "value": 5, "rolloutRules": [], "rolloutPercentageItems": [], "updatedAt": null, "readOnly": false,
        "lastUpdaterUserEmail": null, "lastUpdaterUserFullName": null, "lastUpdaterUserId": null,
        "featureFlagLimitations": {
            "maxComparisonValueLength": 1, "maxComparisonValueListItemLength": 2, "maxComparisonValueListLength": 3,
            "maxConditionPerTargetingRuleCount": 4, "maxPercentageOptionCount": 5, "maxStringFlagValueLength": 6,
            "maxTargetingRuleCount": 7,
        },
        "integrationLinks": [{
            "integrationLinkType": "jira", "key": "K-1", "url": null, "description": null,
        }],
        "settingTags": [{"settingTagId": 1, "tagId": 2, "name": "tag", "color": "panther"}],
        "setting": setting(), "config": config(), "environment": environment(),
    })
}

/// What HAL makes of a body: objects and lists of objects below `_embedded`, and links everywhere.
fn as_hal(plain: &Value) -> Value {
    match plain {
        Value::Array(list) => list.iter().map(as_hal).collect(),
        Value::Object(object) => {
            let is_embedded = |value: &Value| match value {
                Value::Object(_) => true,
                Value::Array(list) => list.iter().any(Value::is_object),
                _ => false,
            };
            let (embedded, own): (Vec<_>, Vec<_>) = object
                .iter()
                .map(|(name, value)| (name.clone(), as_hal(value)))
                .partition(|(_, value)| is_embedded(value));
            let mut hal: serde_json::Map<String, Value> = own.into_iter().collect();
            hal.insert("_links".to_string(), json!({"self": {"href": "/v1/x"}}));
            if !embedded.is_empty() {
                hal.insert("_embedded".to_string(), embedded.into_iter().collect());
            }
            Value::Object(hal)
        }
        other => other.clone(),
    }
}

fn assert_same<T>(answer: configcat_management::Result<ResponseValue<T>>, plain: &Value)
where
    T: DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let expected: T = serde_json::from_value(plain.clone()).expect("what the API would send");
    assert_eq!(answer.expect("HAL decodes").into_inner(), expected);
}

#[tokio::test]
async fn an_object_with_objects_in_it() {
    let server = hal(&as_hal(&product())).await;
    let answer = server.client().get_product(Uuid::nil()).send().await;
    assert_same::<ProductModel>(answer, &product());

    let server = hal(&as_hal(&config())).await;
    let answer = server.client().get_config(Uuid::nil()).send().await;
    assert_same::<ConfigModel>(answer, &config());

    let server = hal(&as_hal(&environment())).await;
    let answer = server.client().get_environment(Uuid::nil()).send().await;
    assert_same::<EnvironmentModel>(answer, &environment());

    let server = hal(&as_hal(&setting())).await;
    let answer = server.client().get_setting(7).send().await;
    assert_same::<SettingModel>(answer, &setting());
}

#[tokio::test]
async fn a_list_stays_a_list() {
    let configs = json!([config(), config()]);
    let server = hal(&as_hal(&configs)).await;
    let answer = server.client().get_configs(Uuid::nil()).send().await;
    assert_same::<Vec<ConfigModel>>(answer, &configs);
}

#[tokio::test]
async fn lists_and_objects_are_embedded_together_and_whole_numbers_stay_whole() {
    let hal_value = as_hal(&value());
    assert!(
        hal_value["_embedded"]["config"]["_embedded"]["product"]["_embedded"]["organization"]
            .is_object()
    );
    let server = hal(&hal_value).await;
    let answer = server
        .client()
        .get_setting_value(Uuid::nil(), 7)
        .send()
        .await;
    if let Ok(answer) = &answer {
        assert_eq!(answer.value, 5.into());
    }
    assert_same::<SettingValueModel>(answer, &value());
}

#[tokio::test]
async fn links_are_ignored_in_plain_json_too() {
    let mut linked = setting();
    linked["_links"] = json!({"self": {"href": "/v1/settings/7"}});
    let headers = [("content-type", "application/json")];
    let server = Server::start(answer(200, &headers, &linked.to_string()));
    let answer = server
        .client()
        .get_setting(7)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.key, "flag");
    let created: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().expect("a time");
    assert_eq!(answer.created_at, Some(created));
}

#[tokio::test]
async fn nothing_is_lifted_elsewhere_and_bad_hal_is_an_error() {
    for (media, body) in [
        ("application/json", as_hal(&product()).to_string()),
        ("application/hal+json", "{".to_string()),
        (
            "application/hal+json",
            json!({"_embedded": [1]}).to_string(),
        ),
        ("application/hal+json", "[".repeat(100_000)),
    ] {
        let server = Server::start(answer(200, &[("content-type", media)], &body));
        let outcome = server.client().get_product(Uuid::nil()).send().await;
        let Err(Error::Decode(error)) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(error.body.0, body, "the error keeps what came");
    }
}
