//! With the feature `schemars`, the schema of a type allows whatever the type writes: known values, unknown ones and none.
#![cfg(feature = "schemars")]

use std::path::Path;

use configcat_management::patch::SettingPatch;
use configcat_management::schemars::{JsonSchema, schema_for};
use configcat_management::types::{self, JsonPatchOperation};
use configcat_management::{Secret, SettingValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Which of the things that may stand in a place stand there.
#[derive(Clone, Copy, Debug)]
enum Style {
    Full,
    /// Enum values and setting values of another kind, and members that no release knows.
    Odd,
    Null,
    Least,
}

fn description() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/configcat/swagger.json");
    let text = std::fs::read_to_string(file).expect("the description is there");
    serde_json::from_str(&text).expect("the description is JSON")
}

/// Something that a schema of the description allows.
fn sample(description: &Value, schema: &Value, style: Style, depth: usize) -> Value {
    let nullable = schema["nullable"] == true;
    if nullable && matches!(style, Style::Null | Style::Least) {
        return Value::Null;
    }
    let inner = schema["allOf"].get(0).unwrap_or(schema);
    if let Some(name) = inner["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        let schema = description
            .pointer(pointer)
            .expect("a reference leads somewhere");
        return sample(description, schema, style, depth + 1);
    }
    if schema["oneOf"].is_array() {
        return match style {
            Style::Full => json!(5),
            Style::Odd => json!(5.5),
            _ => json!("text"),
        };
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let required = &schema["required"];
            let is_required = |name: &String| {
                required
                    .as_array()
                    .is_some_and(|all| all.iter().any(|known| known == name))
            };
            let mut object: Map<String, Value> = properties
                .filter(|(name, _)| !matches!(style, Style::Least) || is_required(name))
                .map(|(name, schema)| (name.clone(), sample(description, schema, style, depth)))
                .collect();
            if schema["additionalProperties"].is_object() {
                let inner = sample(description, &schema["additionalProperties"], style, depth);
                object.insert("key".into(), inner);
            } else if matches!(style, Style::Odd) {
                object.insert("addedTomorrow".into(), json!([1]));
            }
            object.into()
        }
        // Whoever contains itself ends somewhere.
        Some("array") if depth > 6 => json!([]),
        Some("array") => json!([sample(description, &schema["items"], style, depth)]),
        Some("string") => match (schema["format"].as_str(), schema["enum"].get(0), style) {
            (Some("uuid"), ..) => json!("0c0f0000-0000-4000-8000-00000000c003"),
            (Some("date-time"), ..) => json!("2026-11-22T10:15:30.1234567Z"),
            (_, Some(_), Style::Odd) => json!("addedTomorrow"),
            (_, Some(value), _) => value.clone(),
            _ => json!("text"),
        },
        Some("integer") => json!(7),
        Some("number") => json!(7.5),
        Some("boolean") => json!(true),
        _ => json!({"any": [1, null]}),
    }
}

/// What the type writes, whatever it was made from, is allowed by its schema.
fn allows<T: JsonSchema + Serialize + DeserializeOwned>(name: &str) -> Vec<String> {
    let description = description();
    let schema = &description["components"]["schemas"][name];
    if schema.is_null() {
        // Gone from the description; then its row goes when the type does.
        return Vec::new();
    }
    let of_type = schema_for!(T);
    let validator = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(of_type.as_value())
        .unwrap_or_else(|error| panic!("{name}: {error} in {of_type:?}"));
    let mut problems = Vec::new();
    for style in [Style::Full, Style::Odd, Style::Null, Style::Least] {
        let value = sample(&description, schema, style, 0);
        let read: T = match serde_json::from_value(value.clone()) {
            Ok(read) => read,
            Err(error) => {
                problems.push(format!("{name}, {style:?}: {error}: {value}"));
                continue;
            }
        };
        let written = serde_json::to_value(read).expect("a type is JSON");
        if let Err(error) = validator.validate(&written) {
            let at = error.instance_path();
            problems.push(format!("{name}, {style:?}: {at}: {error}\n  {written}"));
        }
    }
    problems
}

macro_rules! each {
    ($($name:ident,)*) => {
        const ROWS: &[&str] = &[$(stringify!($name)),*];

        fn all() -> Vec<String> {
            let mut problems = Vec::new();
            $(problems.extend(allows::<types::$name>(stringify!($name)));)*
            problems
        }
    };
}

each! {
    AccessType,
    AddChangeRequestCommentModel,
    AddOrUpdateIntegrationLinkModel,
    AddOrUpdateJiraIntegrationLinkModel,
    ApprovalPermissionType,
    ApproveRequiredEnvironmentModel,
    AuditLogItemModel,
    AuditLogItemModelPagedList,
    AuditLogSettingValueV2EvaluationFormula,
    AuditLogSettingValueV2EvaluationFormulaConditionModel,
    AuditLogSettingValueV2EvaluationFormulaPercentageOptionModel,
    AuditLogSettingValueV2EvaluationFormulaTargetingRuleModel,
    AuditLogType,
    ChangeRequestActivityModel,
    ChangeRequestActivityType,
    ChangeRequestApprovalModel,
    ChangeRequestApproveRequiredFilter,
    ChangeRequestCommentModel,
    ChangeRequestIssueModel,
    ChangeRequestIssueType,
    ChangeRequestModel,
    ChangeRequestProposedChangeModel,
    ChangeRequestProposedChangesModel,
    ChangeRequestScheduleFilter,
    ChangeRequestStatus,
    ChangeRequestSummaryModel,
    ChangeRequestSummaryModelPagedList,
    ChangeRequestsModel,
    CodeReferenceModel,
    CodeReferenceRequest,
    ComparisonValueListModel,
    ComparisonValueModel,
    ConditionModel,
    ConditionType,
    ConfigModel,
    ConfigSettingFormulaModel,
    ConfigSettingFormulasModel,
    ConfigSettingValueModel,
    ConfigSettingValuesModel,
    ConnectRequest,
    ConnectionPreferences,
    CreateChangeRequestModel,
    CreateChangeRequestProposedChangeModel,
    CreateConfigRequest,
    CreateEnvironmentModel,
    CreateIntegrationModel,
    CreateOrUpdateConnectionPreferences,
    CreateOrUpdateEnvironmentAccessModel,
    CreateOrUpdateEnvironmentApprovalPermissionModel,
    CreateOrUpdateProxyProfileRequest,
    CreateOrUpdateWebhookNotification,
    CreatePermissionGroupRequest,
    CreatePredefinedVariationModel,
    CreatePredefinedVariationValueModel,
    CreateProductRequest,
    CreateSegmentModel,
    CreateSettingInitialValues,
    CreateTagModel,
    DeleteIntegrationLinkModel,
    DeleteRepositoryReportsRequest,
    DeletedSettingModel,
    EnvironmentAccessType,
    EnvironmentApprovalPermissionType,
    EnvironmentModel,
    EvaluationVersion,
    FeatureFlagLimitations,
    FlagReference,
    InitialValue,
    IntegrationLinkDetail,
    IntegrationLinkDetailsModel,
    IntegrationLinkModel,
    IntegrationLinkType,
    IntegrationModel,
    IntegrationType,
    IntegrationsModel,
    InvitationModel,
    InviteMembersRequest,
    JsonPatchOperation,
    KeyGenerationMode,
    MeModel,
    MemberModel,
    ModifyIntegrationRequest,
    NeedsAttentionFilter,
    OperationType,
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
    PrerequisiteComparator,
    PrerequisiteFlagConditionModel,
    ProductModel,
    ProxyProfileListModel,
    ProxyProfileModel,
    ProxyProfileSdkKeyItem,
    ProxyProfileSdkKeyRequestItem,
    ProxyProfileSdkKeysListModel,
    ProxyProfileSdkKeysRequest,
    ProxyProfileSecretModel,
    ProxyProfileSelectionRule,
    ReasonRequiredEnvironmentModel,
    ReferenceLineModel,
    ReferenceLineRequest,
    ReferenceLinesModel,
    ReferenceLinesRequest,
    ReplaceSettingModel,
    ResolveChangeRequestSettingConflictsModel,
    RolloutPercentageItemModel,
    RolloutRuleComparator,
    RolloutRuleModel,
    SdkKeysModel,
    SegmentComparator,
    SegmentConditionModel,
    SegmentListModel,
    SegmentModel,
    SelectionRuleKind,
    SettingDataModel,
    SettingDataV2Model,
    SettingFormulaModel,
    SettingModel,
    SettingTagModel,
    SettingType,
    SettingValueModel,
    StaleFlagConfigModel,
    StaleFlagEnvironmentModel,
    StaleFlagProductModel,
    StaleFlagReminderScope,
    StaleFlagSettingModel,
    StaleFlagSettingTagModel,
    StaleFlagSettingValueModel,
    StaleFlagStaleInEnvironmentsType,
    TagModel,
    TargetingRuleModel,
    UpdateApproveRequiredEnvironmentModel,
    UpdateChangeRequestCommentModel,
    UpdateChangeRequestModel,
    UpdateChangeRequestProposedChangesModel,
    UpdateComparisonValueListModel,
    UpdateComparisonValueModel,
    UpdateConditionModel,
    UpdateConfigRequest,
    UpdateEnvironmentModel,
    UpdateEvaluationFormulaModel,
    UpdateEvaluationFormulaWithIdModel,
    UpdateEvaluationFormulaWithLatestVersionModel,
    UpdateEvaluationFormulasModel,
    UpdateMemberPermissionsRequest,
    UpdatePercentageOptionModel,
    UpdatePermissionGroupRequest,
    UpdatePredefinedVariationModel,
    UpdatePredefinedVariationValueModel,
    UpdatePredefinedVariationsRequest,
    UpdatePreferencesRequest,
    UpdatePrerequisiteFlagConditionModel,
    UpdateProductRequest,
    UpdateProxyProfileSelectionRule,
    UpdateReasonRequiredEnvironmentModel,
    UpdateRolloutPercentageItemModel,
    UpdateRolloutRuleModel,
    UpdateSegmentConditionModel,
    UpdateSegmentModel,
    UpdateSettingValueModel,
    UpdateSettingValueWithSettingIdModel,
    UpdateSettingValuesWithIdModel,
    UpdateTagModel,
    UpdateTargetingRuleModel,
    UpdateUserConditionModel,
    UpdateValueModel,
    UserComparator,
    UserConditionModel,
    UserModel,
    ValueModel,
    WebHookHttpMethod,
    WebHookRequestModel,
    WebhookConfig,
    WebhookEnvironment,
    WebhookHeaderModel,
    WebhookHeaderResponseModel,
    WebhookNotification,
    WebhookResponseModel,
    WebhookSigningKeysModel,
}

#[test]
fn a_schema_allows_what_its_type_writes() {
    let problems = all();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(ROWS.len() > 150);
}

#[test]
fn the_types_written_by_hand_have_schemas_too() {
    let values = jsonschema::draft202012::new(schema_for!(SettingValue).as_value()).unwrap();
    for value in [SettingValue::from(true), "on".into(), 5.into(), 5.5.into()] {
        assert!(values.is_valid(&json!(value)));
    }
    assert!(!values.is_valid(&json!(null)) && !values.is_valid(&json!([])));

    let secrets = schema_for!(Secret);
    assert_eq!(secrets.get("format"), Some(&json!("password")));
    assert!(!secrets.as_value().to_string().contains("hush"));

    let patches = schema_for!(Vec<JsonPatchOperation>);
    let patches = jsonschema::draft202012::new(patches.as_value()).unwrap();
    let patch = SettingPatch::new().rename("New").clear_hint().add_tag(12);
    let operations: Vec<JsonPatchOperation> = patch.into_operations().expect("it has operations");
    assert!(patches.is_valid(&json!(operations)));
    assert!(!patches.is_valid(&json!([{"op": "replace"}])));
}

#[test]
fn an_enum_names_what_it_knows_and_allows_the_rest() {
    let schema = schema_for!(types::EvaluationVersion);
    assert_eq!(schema.as_value()["anyOf"][0]["enum"], json!(["v1", "v2"]));
    let validator = jsonschema::draft202012::new(schema.as_value()).unwrap();
    assert!(validator.is_valid(&json!("v3")) && !validator.is_valid(&json!(3)));
}
