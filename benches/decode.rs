//! What decoding an answer costs beside structs written by hand: instructions for each.
//!
//! `cargo bench --bench decode` runs both under valgrind's callgrind (Debian: `apt-get install valgrind`).

use std::hint::black_box;

use chrono::{DateTime, Utc};
use configcat_management::types;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

mod support;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = support::arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [who, what, rounds] => decode(who, what, rounds.parse()?),
        _ => {
            for what in ["audit-log", "settings", "rules"] {
                let ours = support::instructions(&["ours", what])?;
                let by_hand = support::instructions(&["by-hand", what])?;
                let ratio = ours / by_hand;
                println!(
                    "{what}: instructions ours {ours:.0}, by hand {by_hand:.0}, ratio {ratio:.3}"
                );
            }
            Ok(())
        }
    }
}

fn decode(who: &str, what: &str, rounds: u64) -> Result<(), Box<dyn std::error::Error>> {
    let decode = match (who, what) {
        ("ours", "audit-log") => read::<types::AuditLogItemModelPagedList>,
        ("by-hand", "audit-log") => read::<AuditLog>,
        ("ours", "settings") => read::<Vec<types::SettingModel>>,
        ("by-hand", "settings") => read::<Vec<Setting>>,
        ("ours", "rules") => read::<Vec<types::TargetingRuleModel>>,
        ("by-hand", "rules") => read::<Vec<Rule>>,
        _ => return Err(format!("nobody knows {who} and {what}").into()),
    };
    let body = body(what).to_string();
    for _ in 0..rounds {
        decode(black_box(body.as_bytes()))?;
    }
    Ok(())
}

fn read<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<()> {
    black_box(serde_json::from_slice::<T>(body)?);
    Ok(())
}

/// What the API answers, with 20 entries.
fn body(what: &str) -> Value {
    let id = |n: u32| Uuid::from_u128(u128::from(n) << 64 | 0x1234_5678);
    match what {
        "audit-log" => json!({
            "data": (0..20).map(|n| json!({
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
        "settings" => (0..20)
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
                    "settingId": 1000 + n,
                    "settingType": "boolean",
                    "tags": [{
                        "color": "panther",
                        "name": "beta",
                        "product": {
                            "approveRequired": true,
                            "description": null,
                            "name": "Example",
                            "order": 0,
                            "organization": { "name": "Example Ltd.", "organizationId": id(2) },
                            "productId": id(3),
                            "reasonRequired": false,
                        },
                        "tagId": 7,
                    }],
                })
            })
            .collect(),
        _ => (0..20)
            .map(|n| {
                json!({
                    "conditions": [{
                        "userCondition": {
                            "comparator": (["isOneOf", "containsAnyOf", "numberGreater"][n % 3]),
                            "comparisonAttribute": "Email",
                            "comparisonValue": { "listValue": [{ "value": "@example.com", "hint": null }] },
                        },
                    }],
                    "percentageOptions": [
                        { "percentage": 30, "value": { "boolValue": true } },
                        { "percentage": 70, "value": { "boolValue": false } },
                    ],
                    "value": null,
                })
            })
            .collect(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct AuditLog {
    data: Option<Vec<AuditLogItem>>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct AuditLogItem {
    action_target: String,
    audit_log_date_time: DateTime<Utc>,
    audit_log_id: i64,
    audit_log_type: String,
    audit_log_type_enum: AuditLogType,
    details: String,
    model_version: i32,
    truncated: bool,
    user_email: Option<String>,
    user_name: String,
    #[serde(rename = "where")]
    place: String,
    why: Option<String>,
}

/// Those in the body: the least that anybody writes, where ours knows all of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum AuditLogType {
    SettingChanged,
    ConfigCreated,
    WebHookDeleted,
    TagAdded,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct Paging {
    current_page: i32,
    has_next: bool,
    has_previous: bool,
    page_size: i32,
    total_count: i32,
    total_pages: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct Setting {
    config_id: Uuid,
    config_name: String,
    created_at: Option<DateTime<Utc>>,
    hint: Option<String>,
    is_json: bool,
    key: String,
    name: String,
    order: i32,
    predefined_variations: Vec<Value>,
    setting_id: i32,
    setting_type: SettingType,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum SettingType {
    Boolean,
    String,
    Int,
    Double,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct Tag {
    color: Option<String>,
    name: String,
    product: Product,
    tag_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct Product {
    approve_required: bool,
    description: Option<String>,
    name: String,
    order: i32,
    organization: Organization,
    product_id: Uuid,
    reason_required: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct Organization {
    name: String,
    organization_id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct Rule {
    conditions: Vec<Condition>,
    percentage_options: Vec<PercentageOption>,
    value: Option<ServedValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct Condition {
    user_condition: Option<UserCondition>,
    segment_condition: Option<Value>,
    prerequisite_flag_condition: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct UserCondition {
    comparator: Comparator,
    comparison_attribute: String,
    comparison_value: ComparisonValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Comparator {
    IsOneOf,
    ContainsAnyOf,
    NumberGreater,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct ComparisonValue {
    double_value: Option<f64>,
    list_value: Option<Vec<ListItem>>,
    string_value: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only decoded")]
struct ListItem {
    value: String,
    hint: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only decoded")]
struct PercentageOption {
    percentage: i32,
    value: ServedValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only decoded")]
struct ServedValue {
    bool_value: Option<bool>,
    double_value: Option<f64>,
    int_value: Option<i32>,
    predefined_variation_id: Option<Uuid>,
    string_value: Option<String>,
}
