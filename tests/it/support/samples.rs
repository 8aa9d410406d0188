//! Values that the schemas of the description allow, and the types that answers are made of.

use serde_json::{Map, Value, json};

pub const DESCRIPTION: &str = include_str!("../../../spec/configcat/swagger.json");

/// Which of the things that may stand in a place stand there.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    Full,
    /// Enum values and setting values of another kind, long fractions of seconds, and members that no release knows.
    Odd,
    Null,
    Least,
}

pub fn schemas() -> Map<String, Value> {
    let mut description: Value = serde_json::from_str(DESCRIPTION).expect("JSON");
    match description["components"]["schemas"].take() {
        Value::Object(schemas) => schemas,
        _ => panic!("no schemas"),
    }
}

/// All that a type has, by its name.
pub fn full(schemas: &Map<String, Value>, name: &str) -> Value {
    sample(schemas, &schemas[name], Style::Full, 0)
}

/// Something that a schema allows.
pub fn sample(schemas: &Map<String, Value>, schema: &Value, style: Style, depth: usize) -> Value {
    // What contains itself ends somewhere.
    let is_deep = depth > 8;
    if schema["nullable"] == true && (is_deep || matches!(style, Style::Null | Style::Least)) {
        return Value::Null;
    }
    let inner = schema["allOf"].get(0).unwrap_or(schema);
    if let Some(reference) = inner["$ref"].as_str() {
        let name = reference.rsplit('/').next().expect("a name");
        return sample(schemas, &schemas[name], style, depth + 1);
    }
    if schema["oneOf"].is_array() {
        return match style {
            Style::Full => json!(true),
            Style::Odd => json!(5.5),
            Style::Null | Style::Least => json!("text"),
        };
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
            let is_left_out = |name: &str| {
                matches!(style, Style::Least) && !required.iter().any(|known| known == name)
            };
            let mut object: Map<String, Value> = properties
                .filter(|(name, _)| !is_left_out(name))
                .map(|(name, schema)| (name.clone(), sample(schemas, schema, style, depth)))
                .collect();
            if schema["additionalProperties"].is_object() {
                let inner = sample(schemas, &schema["additionalProperties"], style, depth);
                object.insert("key".into(), inner);
            } else if matches!(style, Style::Odd) {
                object.insert("addedTomorrow".into(), json!([1]));
            }
            object.into()
        }
        Some("array") if is_deep => json!([]),
        Some("array") => json!([sample(schemas, &schema["items"], style, depth)]),
        Some("string") => match (schema["format"].as_str(), schema["enum"].get(0), style) {
            (Some("uuid"), ..) => json!("0c0f0000-0000-4000-8000-00000000c003"),
            (Some("date-time"), _, Style::Odd) => json!("2026-11-22T10:15:30.1234567Z"),
            (Some("date-time"), ..) => json!("2026-11-22T10:00:00Z"),
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

/// Hands every type that answers are made of to a macro.
macro_rules! answers {
    ($macro:ident) => {
        $macro! {
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
    };
}
pub(crate) use answers;
