//! Structs as anybody writes them by hand, for the answers that are decoded.
#![expect(dead_code, reason = "they are only decoded")]

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

#[derive(Deserialize)]
pub(crate) struct Me {
    pub(crate) email: String,
    #[serde(rename = "fullName")]
    pub(crate) full_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditLog {
    data: Option<Vec<AuditLogItem>>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditLogItem {
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

/// Those in the body: the least that anybody writes; ours knows all of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AuditLogType {
    SettingChanged,
    ConfigCreated,
    WebHookDeleted,
    TagAdded,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Paging {
    current_page: i32,
    has_next: bool,
    has_previous: bool,
    page_size: i32,
    total_count: i32,
    total_pages: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Setting {
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
pub(crate) enum SettingType {
    Boolean,
    String,
    Int,
    Double,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tag {
    color: Option<String>,
    name: String,
    product: Product,
    tag_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
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
pub(crate) struct Organization {
    name: String,
    organization_id: Uuid,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rule {
    conditions: Vec<Condition>,
    percentage_options: Vec<PercentageOption>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<ServedValue>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Condition {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_condition: Option<UserCondition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment_condition: Option<SegmentCondition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prerequisite_flag_condition: Option<PrerequisiteCondition>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SegmentCondition {
    comparator: SegmentComparator,
    segment_id: Uuid,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum SegmentComparator {
    IsIn,
    IsNotIn,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrerequisiteCondition {
    comparator: PrerequisiteComparator,
    prerequisite_comparison_value: ServedValue,
    prerequisite_setting_id: i32,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum PrerequisiteComparator {
    Equals,
    DoesNotEqual,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserCondition {
    comparator: Comparator,
    comparison_attribute: String,
    comparison_value: ComparisonValue,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Comparator {
    IsOneOf,
    ContainsAnyOf,
    NumberGreater,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComparisonValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    double_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list_value: Option<Vec<ListItem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct ListItem {
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct PercentageOption {
    percentage: i32,
    value: ServedValue,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServedValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    bool_value: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    double_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    int_value: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predefined_variation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bulk {
    update_formulas: Vec<Update>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Update {
    default_value: ServedValue,
    setting_id: i32,
    targeting_rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Formulas {
    approve_required: bool,
    can_bypass_approval: bool,
    config: Config,
    environment: Environment,
    feature_flag_limitations: Limitations,
    read_only: bool,
    reason_required: bool,
    setting_formulas: Vec<Formula>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Config {
    config_id: Uuid,
    description: Option<String>,
    evaluation_version: String,
    migrated_config_id: Option<Uuid>,
    name: String,
    order: i32,
    product: Product,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Environment {
    approve_required: bool,
    color: Option<String>,
    description: Option<String>,
    environment_id: Uuid,
    name: String,
    order: i32,
    product: Product,
    reason_required: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limitations {
    max_comparison_value_length: i32,
    max_comparison_value_list_item_length: i32,
    max_comparison_value_list_length: i32,
    max_condition_per_targeting_rule_count: i32,
    max_percentage_option_count: i32,
    max_string_flag_value_length: i32,
    max_targeting_rule_count: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Formula {
    change_request_count: i32,
    default_value: ServedValue,
    integration_links: Vec<Value>,
    last_updater_user_email: Option<String>,
    last_updater_user_full_name: Option<String>,
    last_version_id: Uuid,
    percentage_evaluation_attribute: Option<String>,
    setting: SettingData,
    setting_ids_where_prerequisite: Vec<i32>,
    setting_tags: Vec<SettingTag>,
    targeting_rules: Vec<Rule>,
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingData {
    created_at: Option<DateTime<Utc>>,
    creator_email: Option<String>,
    creator_full_name: Option<String>,
    hint: Option<String>,
    is_json: bool,
    is_watching: bool,
    key: String,
    name: String,
    order: i32,
    predefined_variations: Vec<Value>,
    setting_id: i32,
    setting_type: SettingType,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingTag {
    color: Option<String>,
    name: String,
    setting_tag_id: i64,
    tag_id: i64,
}
