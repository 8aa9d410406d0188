//! An answer of each type, made from the description.

use configcat_management::types::*;
use serde_json::{Map, Value, json};

pub(super) const DESCRIPTION: &str = include_str!("../../../spec/configcat/swagger.json");

/// Every type that answers are made of, and whether a body can be read as one.
macro_rules! answers {
    ($($name:ident,)*) => {
        pub(super) const ANSWERS: &[(&str, fn(&Value) -> Result<(), String>)] = &[$(
            (stringify!($name), |value| {
                let read = serde_json::from_value::<$name>(value.clone());
                read.map(drop).map_err(|error| error.to_string())
            }),
        )*];
    };
}

answers! {
    ApproveRequiredEnvironmentModel,
    AuditLogItemModel,
    AuditLogItemModelPagedList,
    AuditLogSettingValueV2EvaluationFormula,
    AuditLogSettingValueV2EvaluationFormulaConditionModel,
    AuditLogSettingValueV2EvaluationFormulaPercentageOptionModel,
    AuditLogSettingValueV2EvaluationFormulaTargetingRuleModel,
    ChangeRequestActivityModel,
    ChangeRequestApprovalModel,
    ChangeRequestCommentModel,
    ChangeRequestIssueModel,
    ChangeRequestModel,
    ChangeRequestProposedChangeModel,
    ChangeRequestProposedChangesModel,
    ChangeRequestSummaryModel,
    ChangeRequestSummaryModelPagedList,
    ChangeRequestsModel,
    CodeReferenceModel,
    ComparisonValueListModel,
    ComparisonValueModel,
    ConditionModel,
    ConfigModel,
    ConfigSettingFormulaModel,
    ConfigSettingFormulasModel,
    ConfigSettingValueModel,
    ConfigSettingValuesModel,
    ConnectionPreferences,
    DeleteIntegrationLinkModel,
    DeletedSettingModel,
    EnvironmentModel,
    FeatureFlagLimitations,
    IntegrationLinkDetail,
    IntegrationLinkDetailsModel,
    IntegrationLinkModel,
    IntegrationModel,
    IntegrationsModel,
    InvitationModel,
    MeModel,
    MemberModel,
    OrganizationAdminModel,
    OrganizationInvitationModel,
    OrganizationLimitations,
    OrganizationMemberModel,
    OrganizationMembersModel,
    OrganizationModel,
    OrganizationPermissionGroupModel,
    OrganizationPermissionModel,
    OrganizationProductModel,
    PagingResponseInfo,
    PercentageOptionModel,
    PermissionGroupEnvironmentAccessModel,
    PermissionGroupEnvironmentApprovalPermissionModel,
    PermissionGroupModel,
    PredefinedVariationChangeRequestUsageModel,
    PredefinedVariationEnvironmentModel,
    PredefinedVariationModel,
    PredefinedVariationUsageModel,
    PredefinedVariationValueModel,
    PredefinedVariationWithUsagesModel,
    PredefinedVariationsModel,
    PredefinedVariationsWithUsagesModel,
    PreferencesModel,
    PrerequisiteFlagConditionModel,
    ProductModel,
    ProxyProfileListModel,
    ProxyProfileModel,
    ProxyProfileSdkKeyItem,
    ProxyProfileSdkKeysListModel,
    ProxyProfileSecretModel,
    ProxyProfileSelectionRule,
    ReasonRequiredEnvironmentModel,
    ReferenceLineModel,
    ReferenceLinesModel,
    RolloutPercentageItemModel,
    RolloutRuleModel,
    SdkKeysModel,
    SegmentConditionModel,
    SegmentListModel,
    SegmentModel,
    SettingDataModel,
    SettingDataV2Model,
    SettingFormulaModel,
    SettingModel,
    SettingTagModel,
    SettingValueModel,
    StaleFlagConfigModel,
    StaleFlagEnvironmentModel,
    StaleFlagProductModel,
    StaleFlagSettingModel,
    StaleFlagSettingTagModel,
    StaleFlagSettingValueModel,
    TagModel,
    TargetingRuleModel,
    UserConditionModel,
    UserModel,
    ValueModel,
    WebhookConfig,
    WebhookEnvironment,
    WebhookHeaderResponseModel,
    WebhookNotification,
    WebhookResponseModel,
    WebhookSigningKeysModel,
}

pub(super) fn schemas() -> Map<String, Value> {
    let mut description: Value = serde_json::from_str(DESCRIPTION).expect("JSON");
    match description["components"]["schemas"].take() {
        Value::Object(schemas) => schemas,
        _ => panic!("no schemas"),
    }
}

/// An answer with all that the description has.
pub(super) fn sample(schemas: &Map<String, Value>, schema: &Value, depth: usize) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().expect("a name");
        return match name {
            "SettingValueType" => json!(true),
            name => sample(schemas, &schemas[name], depth + 1),
        };
    }
    if let Some(part) = schema["allOf"].get(0) {
        return match depth > 8 && schema["nullable"] == true {
            true => Value::Null,
            false => sample(schemas, part, depth),
        };
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("boolean"), _) => json!(true),
        (Some("integer"), _) => json!(7),
        (Some("number"), _) => json!(1.5),
        (Some("string"), Some("uuid")) => json!("0b0d0000-0000-4000-8000-00000000b002"),
        (Some("string"), Some("date-time")) => json!("2026-11-22T10:00:00Z"),
        (Some("string"), _) => json!("text"),
        (Some("array"), _) if depth > 8 => json!([]),
        (Some("array"), _) => json!([sample(schemas, &schema["items"], depth)]),
        _ => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields =
                fields.map(|(name, schema)| (name.clone(), sample(schemas, schema, depth)));
            Value::Object(fields.collect())
        }
    }
}
