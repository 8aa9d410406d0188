//! Answers of servers that are older than the description.

use super::ANSWERS;
use crate::support::samples::{DESCRIPTION, full, schemas};
use serde_json::{Map, Value, json};

/// Whether an answer is none without this field, and why.
fn needed(name: &str, field: &str, value: &Value) -> Option<&'static str> {
    let secrets = [
        "primarySdkKey",
        "secretToken",
        "primary",
        "signingKey1",
        "value",
    ];
    Some(match (name, field) {
        (_, field) if field == "id" || field.ends_with("Id") => "an id",
        (_, _) if value.is_object() => "an object holds ids, or what is served",
        (_, _) if value.as_str().is_some_and(|text| text.ends_with("00Z")) => "a time",
        ("PagingResponseInfo", _) => "a listing would end early, or begin again",
        ("FeatureFlagLimitations" | "OrganizationLimitations", _) => {
            "a limit of 0 forbids everything"
        }
        (_, "maxPredefinedVariations") => "a limit of 0 forbids everything",
        ("ConnectionPreferences", "sdkPollInterval") => "a server that is asked without a pause",
        (_, "percentage") => "a share of nobody",
        (
            "ProxyProfileSdkKeyItem"
            | "ProxyProfileSecretModel"
            | "SdkKeysModel"
            | "WebhookNotification"
            | "WebhookHeaderResponseModel",
            field,
        ) if secrets.contains(&field) => "a secret",
        (_, "value") if *value == json!(true) => "what is served",
        _ => return None,
    })
}

#[test]
fn an_answer_is_read_without_any_field_that_is_not_needed() {
    let schemas = schemas();
    let (mut read, mut kept) = (0, 0);
    for (name, decode) in ANSWERS {
        let whole = full(&schemas, name);
        decode(&whole).unwrap_or_else(|error| panic!("{name}: {error}"));
        let fields = whole.as_object().expect("an object");
        for (field, value) in fields {
            let mut less = fields.clone();
            less.remove(field);
            match (decode(&less.into()), needed(name, field, value)) {
                (Ok(()), _) => read += 1,
                (Err(_), Some(_)) => kept += 1,
                (Err(error), None) => panic!("{name} without {field}: {error}"),
            }
        }
    }
    assert!(
        read > 350 && kept < 180,
        "{read} fields may be missing, {kept} may not"
    );
}

/// Each type and field of a table.
fn fields(table: &str) -> Vec<(&str, &str)> {
    let lines = table
        .lines()
        .map(|line| line.split_once(": ").expect("a type and fields"));
    lines
        .flat_map(|(name, fields)| fields.split(' ').map(move |field| (name, field)))
        .collect()
}

/// Required fields of answers that came after October 2024.
const LATER: &str = "\
AuditLogItemModel: modelVersion
ConfigSettingFormulaModel: changeRequestCount
ConfigSettingFormulasModel: approveRequired canBypassApproval reasonRequired
EnvironmentModel: approveRequired
PermissionGroupEnvironmentAccessModel: approveRequired
PermissionGroupModel: approvalPermissionType environmentApprovalPermissions newEnvironmentApprovalPermissionType
PreferencesModel: approveRequired approveRequiredEnvironments
ProductModel: approveRequired
SettingDataModel: isJson
SettingFormulaModel: approveRequired canBypassApproval changeRequestCount reasonRequired
SettingModel: createdAt isJson predefinedVariations
ValueModel: predefinedVariationId
";

#[test]
fn answers_of_october_2024_are_read() {
    let mut schemas = schemas();
    for (schema, field) in fields(LATER) {
        let properties = schemas[schema]["properties"].as_object_mut();
        let gone = properties.expect("fields").remove(field);
        gone.unwrap_or_else(|| panic!("there is no {schema}.{field}"));
    }
    for (name, decode) in ANSWERS {
        let body = full(&schemas, name);
        decode(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// Fields of answers that could be `null` in October 2024, and cannot today.
const NULL_THEN: &str = "\
AuditLogItemModel: auditLogType userName where actionTarget details
ConfigModel: name
ConfigSettingFormulaModel: targetingRules integrationLinks settingTags settingIdsWherePrerequisite
ConfigSettingFormulasModel: settingFormulas
ConfigSettingValueModel: rolloutRules rolloutPercentageItems integrationLinks settingTags
ConfigSettingValuesModel: settingValues
EnvironmentModel: name
IntegrationLinkDetail: status
IntegrationModel: name environmentIds configIds
IntegrationsModel: integrations
MeModel: email fullName
OrganizationAdminModel: userId fullName email
OrganizationMemberModel: userId fullName email permissions
OrganizationMembersModel: admins billingManagers members
OrganizationModel: name
OrganizationPermissionGroupModel: name
OrganizationProductModel: name
PermissionGroupModel: name environmentAccesses
ProductModel: name
SegmentListModel: name
SegmentModel: name comparisonAttribute comparisonValue
SettingDataModel: key name
SettingFormulaModel: targetingRules integrationLinks settingTags settingIdsWherePrerequisite
SettingModel: key name configName tags
SettingTagModel: name
SettingValueModel: rolloutRules rolloutPercentageItems integrationLinks settingTags
TagModel: name
TargetingRuleModel: conditions percentageOptions
WebhookConfig: name
WebhookEnvironment: name
";

#[test]
fn a_null_of_october_2024_reads_as_empty() {
    let schemas = schemas();
    for (name, field) in fields(NULL_THEN) {
        let known = ANSWERS.iter().find(|(known, _)| *known == name);
        let (_, decode) = known.unwrap_or_else(|| panic!("{name} is no answer"));
        let mut body = full(&schemas, name);
        body[field] = Value::Null;
        decode(&body).unwrap_or_else(|error| panic!("{name}.{field}: {error}"));
    }
}

#[test]
fn the_list_of_answers_is_whole() {
    let schemas = schemas();
    let description: Value = serde_json::from_str(DESCRIPTION).expect("JSON");
    let mut todo: Vec<&Value> = Vec::new();
    for operation in description["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, item)| item.as_object().into_iter().flat_map(Map::values))
    {
        todo.push(&operation["responses"]);
    }
    let mut found = std::collections::BTreeSet::new();
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(values) => todo.extend(values),
            Value::Object(members) => {
                if let Some(name) = value["$ref"].as_str().and_then(|at| at.rsplit('/').next())
                    && found.insert(name)
                {
                    todo.push(&schemas[name]);
                }
                todo.extend(members.values());
            }
            _ => {}
        }
    }
    let objects = found
        .into_iter()
        .filter(|name| schemas[*name]["type"] == "object");
    let missing: Vec<_> = objects
        .filter(|name| *name != "SettingValueType")
        .filter(|name| !ANSWERS.iter().any(|(known, _)| known == name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
