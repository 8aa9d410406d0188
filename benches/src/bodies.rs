//! What the API answers, and reading it.

use std::hint::black_box;

use configcat_management::types;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{BY_HAND, Result, VALUE, by_hand};

/// Reads a body: `typed`, `by hand` or as `serde_json::Value`.
///
/// # Errors
///
/// The body is something else.
pub fn decode(who: &str, what: &str, body: &[u8]) -> Result {
    match (who, what) {
        ("typed", "audit log") => read::<types::AuditLogItemModelPagedList>(body),
        (BY_HAND, "audit log") => read::<by_hand::AuditLog>(body),
        ("typed", "settings") => read::<Vec<types::SettingModel>>(body),
        (BY_HAND, "settings") => read::<Vec<by_hand::Setting>>(body),
        ("typed", "rules") => read::<Vec<types::TargetingRuleModel>>(body),
        (BY_HAND, "rules") => read::<Vec<by_hand::Rule>>(body),
        ("typed", "config") => read::<types::ConfigSettingFormulasModel>(body),
        (BY_HAND, "config") => read::<by_hand::Formulas>(body),
        (VALUE, _) => read::<Value>(body),
        _ => Err(format!("nobody knows {who} and {what}").into()),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result {
    black_box(serde_json::from_slice::<T>(black_box(body))?);
    Ok(())
}

/// Writes a bulk update as a body, so many times.
///
/// # Errors
///
/// The update is something else.
pub fn encode(who: &str, bulk: &Value, times: u64) -> Result {
    match who {
        "typed" => write::<types::UpdateEvaluationFormulasModel>(bulk, times),
        BY_HAND => write::<by_hand::Bulk>(bulk, times),
        _ => Err(format!("nobody knows {who}").into()),
    }
}

fn write<T: DeserializeOwned + Serialize>(value: &Value, times: u64) -> Result {
    let value = T::deserialize(value)?;
    for _ in 0..times {
        black_box(serde_json::to_vec(black_box(&value))?);
    }
    Ok(())
}

/// An update of so many formulas at once, with two rules each.
pub fn bulk(entries: usize) -> Value {
    let update = |n| {
        json!({
            "defaultValue": { "boolValue": true },
            "settingId": 4711 + n,
            "targetingRules": [rule(n), rule(n + 1)],
        })
    };
    json!({ "updateFormulas": (0..entries).map(update).collect::<Vec<_>>() })
}

/// What one setting serves, with so many rules.
///
/// # Errors
///
/// It is not what the API answers.
pub fn formula(rules: usize) -> Result<types::SettingFormulaModel> {
    let mut formula = shown(1);
    formula["targetingRules"] = (0..rules).map(rule).collect();
    for (name, value) in [
        ("approveRequired", json!(false)),
        ("canBypassApproval", json!(false)),
        ("config", config()),
        ("environment", environment(4)),
        ("featureFlagLimitations", limitations()),
        ("readOnly", json!(false)),
        ("reasonRequired", json!(false)),
    ] {
        formula[name] = value;
    }
    Ok(serde_json::from_value(formula)?)
}

/// What the API answers, with so many entries: `audit log`, `settings`, `config` (settings with their rules), or else rules.
pub fn body(what: &str, entries: usize) -> Value {
    match what {
        "audit log" => json!({
            "data": (0..entries).map(|n| json!({
                "actionTarget": "isDarkModeOn",
                "auditLogDateTime": "2026-11-22T10:15:30.1234567Z",
                "auditLogId": 1_000_000 + n,
                "auditLogType": "Setting value changed",
                "auditLogTypeEnum": (["settingChanged", "configCreated", "webHookDeleted", "tagAdded"][n % 4]),
                "details": "Default value: off to on; 2 targeting rules were added, and one was changed.",
                "modelVersion": 2,
                "truncated": false,
                "userEmail": "ada@example.com",
                "userName": "Ada Example",
                "where": "Example product, main config, production",
                "why": null,
            })).collect::<Vec<_>>(),
            "paging": {
                "currentPage": 1, "hasNext": true, "hasPrevious": false, "pageSize": 20, "totalCount": 345, "totalPages": 18,
            },
        }),
        "settings" => (0..entries)
            .map(|n| {
                json!({
                    "configId": id(1),
                    "configName": "Main config",
                    "createdAt": "2026-11-22T10:15:30.1234567Z",
                    "hint": "Turns the new colours on",
                    "isJson": false,
                    "key": format!("isDarkModeOn{n}"),
                    "name": "Dark mode",
                    "order": n,
                    "predefinedVariations": [],
                    "settingId": 4711 + n,
                    "settingType": "boolean",
                    "tags": [{
                        "color": "panther",
                        "name": "beta",
                        "product": product(),
                        "tagId": 7,
                    }],
                })
            })
            .collect(),
        "config" => json!({
            "approveRequired": false,
            "canBypassApproval": false,
            "config": config(),
            "environment": environment(4),
            "featureFlagLimitations": limitations(),
            "readOnly": false,
            "reasonRequired": false,
            "settingFormulas": (0..entries).map(shown).collect::<Vec<_>>(),
        }),
        _ => (0..entries).map(rule).collect(),
    }
}

fn id(n: usize) -> Uuid {
    Uuid::from_u128((n as u128) << 64 | 0x1234_5678)
}

/// The config that the settings are in.
pub fn config() -> Value {
    json!({
        "configId": id(1), "description": null, "evaluationVersion": "v2", "migratedConfigId": null,
        "name": "Main config", "order": 0, "product": product(),
    })
}

/// The product that the config is in.
pub fn product() -> Value {
    json!({
        "approveRequired": true,
        "description": null,
        "name": "Example",
        "order": 0,
        "organization": { "name": "Example Ltd.", "organizationId": id(2) },
        "productId": id(3),
        "reasonRequired": false,
    })
}

/// An environment of the product, by its number.
pub fn environment(n: usize) -> Value {
    json!({
        "approveRequired": false, "color": "grass", "description": null, "environmentId": id(n),
        "name": format!("Environment {n}"), "order": 0, "product": product(), "reasonRequired": false,
    })
}

fn limitations() -> Value {
    json!({
        "maxComparisonValueLength": 65_535, "maxComparisonValueListItemLength": 255,
        "maxComparisonValueListLength": 1_000, "maxConditionPerTargetingRuleCount": 500,
        "maxPercentageOptionCount": 500, "maxStringFlagValueLength": 100_000, "maxTargetingRuleCount": 3_000,
    })
}

/// What a setting serves, with two rules.
fn shown(n: usize) -> Value {
    json!({
        "changeRequestCount": 0,
        "defaultValue": value(n.is_multiple_of(2)),
        "integrationLinks": [],
        "lastUpdaterUserEmail": "ada@example.com",
        "lastUpdaterUserFullName": "Ada Example",
        "lastVersionId": id(n),
        "percentageEvaluationAttribute": null,
        "setting": {
            "createdAt": "2026-11-22T10:15:30.1234567Z",
            "creatorEmail": "ada@example.com",
            "creatorFullName": "Ada Example",
            "hint": "Turns the new colours on",
            "isJson": false,
            "isWatching": false,
            "key": format!("isDarkModeOn{n}"),
            "name": "Dark mode",
            "order": n,
            "predefinedVariations": [],
            "settingId": 4711 + n,
            "settingType": "boolean",
        },
        "settingIdsWherePrerequisite": [],
        "settingTags": [{ "color": "panther", "name": "beta", "settingTagId": n, "tagId": 7 }],
        "targetingRules": [rule(n), rule(n + 1)],
        "updatedAt": "2026-11-22T10:15:30.1234567Z",
    })
}

fn rule(n: usize) -> Value {
    json!({
        "conditions": [{
            "prerequisiteFlagCondition": null,
            "segmentCondition": null,
            "userCondition": {
                "comparator": (["isOneOf", "containsAnyOf", "numberGreater"][n % 3]),
                "comparisonAttribute": "Email",
                "comparisonValue": {
                    "doubleValue": null,
                    "listValue": [{ "value": format!("@{n}.example.com"), "hint": null }],
                    "stringValue": null,
                },
            },
        }],
        "percentageOptions": [
            { "percentage": 30, "value": value(true) },
            { "percentage": 70, "value": value(false) },
        ],
        "value": null,
    })
}

/// The API sends all of its fields.
fn value(is_on: bool) -> Value {
    json!({
        "boolValue": is_on, "doubleValue": null, "intValue": null, "predefinedVariationId": null, "stringValue": null,
    })
}
