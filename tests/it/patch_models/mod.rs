//! Answers to start from.
#![allow(dead_code, unreachable_pub)] // Each test file is a crate of its own and uses its part.

use configcat_management::types::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const ID: &str = "08d86d63-2721-4da6-8c06-584521d516bc";

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn product() -> Value {
    json!({
        "productId": ID, "name": "Web shop", "description": null, "order": 0, "reasonRequired": false,
        "approveRequired": false, "organization": { "organizationId": ID, "name": "Acme" },
    })
}

pub fn tag(id: i64) -> Value {
    json!({ "tagId": id, "name": format!("tag {id}"), "color": null, "product": product() })
}

pub fn tag_model(id: i64) -> TagModel {
    read(tag(id))
}

pub fn setting(tags: &[i64]) -> SettingModel {
    read(json!({
        "configId": ID, "configName": "Backend", "createdAt": null, "hint": "A hint", "isJson": false, "key": "flag",
        "name": "Flag", "order": 3, "predefinedVariations": [], "settingId": 1, "settingType": "boolean",
        "tags": tags.iter().map(|id| tag(*id)).collect::<Vec<_>>(),
    }))
}

fn around() -> Value {
    json!({
        "config": {
            "configId": ID, "description": null, "evaluationVersion": "v2", "migratedConfigId": null, "name": "Backend",
            "order": 0, "product": product(),
        },
        "environment": {
            "environmentId": ID, "approveRequired": false, "color": null, "description": null, "name": "Production",
            "order": 0, "product": product(), "reasonRequired": false,
        },
        "featureFlagLimitations": {
            "maxComparisonValueLength": 1, "maxComparisonValueListItemLength": 1, "maxComparisonValueListLength": 1,
            "maxConditionPerTargetingRuleCount": 1, "maxPercentageOptionCount": 1, "maxStringFlagValueLength": 1,
            "maxTargetingRuleCount": 1,
        },
        "integrationLinks": [], "lastUpdaterUserEmail": null, "lastUpdaterUserFullName": null, "readOnly": false,
        "setting": {
            "createdAt": null, "creatorEmail": null, "creatorFullName": null, "hint": null, "isJson": false,
            "isWatching": false, "key": "flag", "name": "Flag", "order": 0, "settingId": 1, "settingType": "boolean",
            "predefinedVariations": [],
        },
        "settingTags": [], "updatedAt": null,
    })
}

fn with(mut around: Value, part: Value) -> Value {
    let fields = part.as_object().unwrap().clone();
    around.as_object_mut().unwrap().extend(fields);
    around
}

pub fn value_v1(value: Value, rules: Value, items: Value) -> SettingValueModel {
    let part = json!({ "value": value, "rolloutRules": rules, "rolloutPercentageItems": items });
    read(with(around(), part))
}

pub fn formula(default: Value, rules: Value, attribute: Value) -> SettingFormulaModel {
    let part = json!({
        "defaultValue": default, "targetingRules": rules, "percentageEvaluationAttribute": attribute,
        "approveRequired": false, "canBypassApproval": false, "changeRequestCount": 0, "lastVersionId": ID,
        "reasonRequired": false, "settingIdsWherePrerequisite": [],
    });
    read(with(around(), part))
}

pub fn webhook(part: Value) -> WebhookResponseModel {
    let around = json!({
        "webhookId": 5, "config": { "configId": ID, "name": "Backend" },
        "environment": { "environmentId": ID, "name": "Production" },
    });
    read(with(around, part))
}

pub fn proxy_profile(part: Value) -> ProxyProfileModel {
    read(with(
        json!({ "proxyProfileId": ID, "lastAccessedAt": null }),
        part,
    ))
}

/// Preferences of a proxy that is notified at `url`, or not at all.
pub fn preferences(interval: i32, url: Option<&str>) -> Value {
    let notification = url.map(
        |url| json!({ "webhookProxyUrl": url, "signingKey1": "s3same-0pen", "signingKey2": null }),
    );
    json!({ "sdkPollInterval": interval, "webhookNotification": notification })
}
