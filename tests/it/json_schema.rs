//! With the feature `schemars`, the schema of a type allows whatever the type writes: known values, unknown ones and none.
#![cfg(feature = "schemars")]

use crate::support::samples::{Style, answers, sample, schemas};
use configcat_management::patch::SettingPatch;
use configcat_management::schemars::{JsonSchema, schema_for};
use configcat_management::types::{self, JsonPatchOperation};
use configcat_management::{Secret, SettingValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// What the type writes, whatever it was made from, is allowed by its schema.
fn allows<T: JsonSchema + Serialize + DeserializeOwned>(name: &str) -> Vec<String> {
    let schemas = schemas();
    let Some(schema) = schemas.get(name) else {
        // Gone from the description; then its row goes when the type does.
        return Vec::new();
    };
    let of_type = schema_for!(T);
    let validator = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(of_type.as_value())
        .unwrap_or_else(|error| panic!("{name}: {error} in {of_type:?}"));
    let mut problems = Vec::new();
    for style in [Style::Full, Style::Odd, Style::Null, Style::Least] {
        let value = sample(&schemas, schema, style, 0);
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
        [$(allows::<types::$name>(stringify!($name)),)*]
    };
}

/// Types that no answer is made of.
macro_rules! others {
    ($macro:ident) => {
        $macro! {
            AccessType,
            AddChangeRequestCommentModel,
            AddOrUpdateIntegrationLinkModel,
            AddOrUpdateJiraIntegrationLinkModel,
            ApprovalPermissionType,
            AuditLogType,
            ChangeRequestActivityType,
            ChangeRequestApproveRequiredFilter,
            ChangeRequestIssueType,
            ChangeRequestScheduleFilter,
            ChangeRequestStatus,
            CodeReferenceRequest,
            ConditionType,
            ConnectRequest,
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
            DeleteRepositoryReportsRequest,
            EnvironmentAccessType,
            EnvironmentApprovalPermissionType,
            EvaluationVersion,
            FlagReference,
            InitialValue,
            IntegrationLinkType,
            IntegrationType,
            InviteMembersRequest,
            JsonPatchOperation,
            KeyGenerationMode,
            ModifyIntegrationRequest,
            NeedsAttentionFilter,
            OperationType,
            PrerequisiteComparator,
            ProxyProfileSdkKeyRequestItem,
            ProxyProfileSdkKeysRequest,
            ReferenceLineRequest,
            ReferenceLinesRequest,
            ReplaceSettingModel,
            ResolveChangeRequestSettingConflictsModel,
            RolloutRuleComparator,
            SegmentComparator,
            SelectionRuleKind,
            SettingType,
            StaleFlagReminderScope,
            StaleFlagStaleInEnvironmentsType,
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
            WebHookHttpMethod,
            WebHookRequestModel,
            WebhookHeaderModel,
        }
    };
}

#[test]
fn a_schema_allows_what_its_type_writes() {
    let problems = [&answers!(each)[..], &others!(each)].concat().concat();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
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
