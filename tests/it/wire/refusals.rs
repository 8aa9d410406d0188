//! What the API would refuse is found before anything is sent, and the error tells field, limit and length.

use std::collections::{BTreeMap, BTreeSet};

use configcat_management::types::{
    AddChangeRequestCommentModel, AddOrUpdateIntegrationLinkModel,
    AddOrUpdateJiraIntegrationLinkModel, CodeReferenceRequest, ConnectRequest,
    CreateChangeRequestModel, CreateConfigRequest, CreateEnvironmentModel, CreateIntegrationModel,
    CreateOrUpdateConnectionPreferences, CreateOrUpdateProxyProfileRequest,
    CreateOrUpdateWebhookNotification, CreatePermissionGroupRequest,
    CreatePredefinedVariationModel, CreatePredefinedVariationValueModel, CreateProductRequest,
    CreateSegmentModel, CreateSettingInitialValues, CreateTagModel, DeleteRepositoryReportsRequest,
    FlagReference, IntegrationLinkType, IntegrationType, JsonPatchOperation,
    ModifyIntegrationRequest, OperationType, ReferenceLineRequest, ReferenceLinesRequest,
    ReplaceSettingModel, RolloutRuleComparator, SettingType, UpdateChangeRequestCommentModel,
    UpdateChangeRequestModel, UpdateChangeRequestProposedChangesModel,
    UpdateComparisonValueListModel, UpdateComparisonValueModel, UpdateConditionModel,
    UpdateConfigRequest, UpdateEnvironmentModel, UpdateEvaluationFormulaModel,
    UpdateEvaluationFormulaWithIdModel, UpdateEvaluationFormulaWithLatestVersionModel,
    UpdateEvaluationFormulasModel, UpdatePermissionGroupRequest, UpdatePredefinedVariationModel,
    UpdatePredefinedVariationValueModel, UpdatePredefinedVariationsRequest, UpdateProductRequest,
    UpdateProxyProfileSelectionRule, UpdateRolloutRuleModel, UpdateSegmentModel,
    UpdateSettingValueWithSettingIdModel, UpdateSettingValuesWithIdModel, UpdateTagModel,
    UpdateTargetingRuleModel, UpdateUserConditionModel, UpdateValueModel, UserComparator,
    WebHookRequestModel, WebhookHeaderModel,
};
use configcat_management::{Client, Error};

use super::description::Description;
use super::rows::{
    CONFIG, Call, ENVIRONMENT, INTEGRATION, ORGANIZATION, PRODUCT, PROXY_PROFILE, SEGMENT, call,
};
use super::server::Server;

/// A text of a body that has limits.
struct Limit {
    /// Schema and property.
    name: &'static str,
    id: &'static str,
    /// Where it is in the body of `call`.
    field: &'static str,
    least: usize,
    most: Option<usize>,
    call: fn(&Client, String) -> Call,
}

fn limits() -> Vec<Limit> {
    let limit = |name, id, field, least, most, call| Limit {
        name,
        id,
        field,
        least,
        most,
        call,
    };
    vec![
        limit(
            "CodeReferenceRequest.branch",
            "upload-code-references",
            "body.branch",
            1,
            Some(255),
            |client, text| {
                let body = CodeReferenceRequest::new(text, CONFIG, "x");
                call(client.upload_code_references(body).send())
            },
        ),
        limit(
            "CodeReferenceRequest.commitHash",
            "upload-code-references",
            "body.commitHash",
            0,
            Some(255),
            |client, text| {
                let body = CodeReferenceRequest::new("x", CONFIG, "x").with_commit_hash(text);
                call(client.upload_code_references(body).send())
            },
        ),
        limit(
            "CodeReferenceRequest.commitUrl",
            "upload-code-references",
            "body.commitUrl",
            0,
            Some(1000),
            |client, text| {
                let body = CodeReferenceRequest::new("x", CONFIG, "x").with_commit_url(text);
                call(client.upload_code_references(body).send())
            },
        ),
        limit(
            "ReferenceLinesRequest.file",
            "upload-code-references",
            "body.flagReferences[1].references[1].file",
            1,
            Some(255),
            |client, text| {
                let lines = ReferenceLinesRequest::new("x", ReferenceLineRequest::new(1));
                let lines_2 = ReferenceLinesRequest::new(text, ReferenceLineRequest::new(1));
                let flag_reference = FlagReference::new(
                    [
                        ReferenceLinesRequest::new("x", ReferenceLineRequest::new(1)),
                        lines_2,
                    ],
                    1,
                );
                let body = CodeReferenceRequest::new("x", CONFIG, "x")
                    .with_flag_references([FlagReference::new([lines], 1), flag_reference]);
                call(client.upload_code_references(body).send())
            },
        ),
        limit(
            "ReferenceLinesRequest.fileUrl",
            "upload-code-references",
            "body.flagReferences[1].references[1].fileUrl",
            0,
            Some(1000),
            |client, text| {
                let lines = ReferenceLinesRequest::new("x", ReferenceLineRequest::new(1));
                let lines_2 = ReferenceLinesRequest::new("x", ReferenceLineRequest::new(1))
                    .with_file_url(text);
                let flag_reference = FlagReference::new(
                    [
                        ReferenceLinesRequest::new("x", ReferenceLineRequest::new(1)),
                        lines_2,
                    ],
                    1,
                );
                let body = CodeReferenceRequest::new("x", CONFIG, "x")
                    .with_flag_references([FlagReference::new([lines], 1), flag_reference]);
                call(client.upload_code_references(body).send())
            },
        ),
        limit(
            "ReferenceLineRequest.lineText",
            "upload-code-references",
            "body.flagReferences[1].references[1].postLines[1].lineText",
            0,
            Some(1000),
            |client, text| {
                let lines = ReferenceLinesRequest::new("x", ReferenceLineRequest::new(1));
                let lines_2 = ReferenceLinesRequest::new("x", ReferenceLineRequest::new(1))
                    .with_post_lines([
                        ReferenceLineRequest::new(1),
                        ReferenceLineRequest::new(1).with_line_text(text),
                    ]);
                let flag_reference = FlagReference::new(
                    [
                        ReferenceLinesRequest::new("x", ReferenceLineRequest::new(1)),
                        lines_2,
                    ],
                    1,
                );
                let body = CodeReferenceRequest::new("x", CONFIG, "x")
                    .with_flag_references([FlagReference::new([lines], 1), flag_reference]);
                call(client.upload_code_references(body).send())
            },
        ),
        limit(
            "CodeReferenceRequest.repository",
            "upload-code-references",
            "body.repository",
            1,
            Some(255),
            |client, text| {
                let body = CodeReferenceRequest::new("x", CONFIG, text);
                call(client.upload_code_references(body).send())
            },
        ),
        limit(
            "CodeReferenceRequest.uploader",
            "upload-code-references",
            "body.uploader",
            0,
            Some(255),
            |client, text| {
                let body = CodeReferenceRequest::new("x", CONFIG, "x").with_uploader(text);
                call(client.upload_code_references(body).send())
            },
        ),
        limit(
            "DeleteRepositoryReportsRequest.branch",
            "delete-code-reference-reports",
            "body.branch",
            0,
            Some(255),
            |client, text| {
                let body = DeleteRepositoryReportsRequest::new(CONFIG, "x").with_branch(text);
                call(client.delete_code_reference_reports(body).send())
            },
        ),
        limit(
            "DeleteRepositoryReportsRequest.repository",
            "delete-code-reference-reports",
            "body.repository",
            1,
            Some(255),
            |client, text| {
                let body = DeleteRepositoryReportsRequest::new(CONFIG, text);
                call(client.delete_code_reference_reports(body).send())
            },
        ),
        limit(
            "UpdateConfigRequest.description",
            "update-config",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = UpdateConfigRequest::new().with_description(text);
                call(client.update_config(CONFIG, body).send())
            },
        ),
        limit(
            "UpdateConfigRequest.name",
            "update-config",
            "body.name",
            0,
            Some(255),
            |client, text| {
                let body = UpdateConfigRequest::new().with_name(text);
                call(client.update_config(CONFIG, body).send())
            },
        ),
        limit(
            "UpdateRolloutRuleModel.comparisonAttribute",
            "post-setting-values",
            "body.settingValues[1].rolloutRules[1].comparisonAttribute",
            0,
            Some(1000),
            |client, text| {
                let rollout_rule = UpdateRolloutRuleModel::new(2.5).with_comparison_attribute(text);
                let setting_value_with_setting_id =
                    UpdateSettingValueWithSettingIdModel::new("välue \"5\"")
                        .with_rollout_rules([UpdateRolloutRuleModel::new(5), rollout_rule]);
                let body = UpdateSettingValuesWithIdModel::new().with_setting_values([
                    UpdateSettingValueWithSettingIdModel::new(true),
                    setting_value_with_setting_id,
                ]);
                call(client.post_setting_values(CONFIG, ENVIRONMENT, body).send())
            },
        ),
        limit(
            "WebHookRequestModel.content",
            "create-webhook",
            "body.content",
            0,
            Some(15000),
            |client, text| {
                let body = WebHookRequestModel::new("https://ex.test").with_content(text);
                call(client.create_webhook(CONFIG, ENVIRONMENT, body).send())
            },
        ),
        limit(
            "WebHookRequestModel.url",
            "create-webhook",
            "body.url",
            7,
            Some(1000),
            |client, text| {
                call(
                    client
                        .create_webhook(CONFIG, ENVIRONMENT, WebHookRequestModel::new(text))
                        .send(),
                )
            },
        ),
        limit(
            "WebhookHeaderModel.key",
            "create-webhook",
            "body.webHookHeaders[1].key",
            1,
            Some(255),
            |client, text| {
                let body = WebHookRequestModel::new("https://ex.test").with_web_hook_headers([
                    WebhookHeaderModel::new("x", "x"),
                    WebhookHeaderModel::new(text, "x"),
                ]);
                call(client.create_webhook(CONFIG, ENVIRONMENT, body).send())
            },
        ),
        limit(
            "WebhookHeaderModel.value",
            "create-webhook",
            "body.webHookHeaders[1].value",
            1,
            Some(1000),
            |client, text| {
                let body = WebHookRequestModel::new("https://ex.test").with_web_hook_headers([
                    WebhookHeaderModel::new("x", "x"),
                    WebhookHeaderModel::new("x", text),
                ]);
                call(client.create_webhook(CONFIG, ENVIRONMENT, body).send())
            },
        ),
        limit(
            "CreateSettingInitialValues.hint",
            "create-setting",
            "body.hint",
            0,
            Some(1000),
            |client, text| {
                let body =
                    CreateSettingInitialValues::new("x", "x", SettingType::Int).with_hint(text);
                call(client.create_setting(CONFIG, body).send())
            },
        ),
        limit(
            "CreateSettingInitialValues.key",
            "create-setting",
            "body.key",
            1,
            Some(255),
            |client, text| {
                let body = CreateSettingInitialValues::new(text, "x", SettingType::Int);
                call(client.create_setting(CONFIG, body).send())
            },
        ),
        limit(
            "CreateSettingInitialValues.name",
            "create-setting",
            "body.name",
            1,
            Some(255),
            |client, text| {
                let body = CreateSettingInitialValues::new("x", text, SettingType::Int);
                call(client.create_setting(CONFIG, body).send())
            },
        ),
        limit(
            "CreatePredefinedVariationModel.hint",
            "create-setting",
            "body.predefinedVariations[1].hint",
            0,
            Some(1000),
            |client, text| {
                let predefined_variation =
                    CreatePredefinedVariationModel::new(CreatePredefinedVariationValueModel::new())
                        .with_hint(text);
                let body = CreateSettingInitialValues::new("x", "x", SettingType::Int)
                    .with_predefined_variations([
                        CreatePredefinedVariationModel::new(
                            CreatePredefinedVariationValueModel::new(),
                        ),
                        predefined_variation,
                    ]);
                call(client.create_setting(CONFIG, body).send())
            },
        ),
        limit(
            "CreatePredefinedVariationModel.name",
            "create-setting",
            "body.predefinedVariations[1].name",
            0,
            Some(255),
            |client, text| {
                let predefined_variation =
                    CreatePredefinedVariationModel::new(CreatePredefinedVariationValueModel::new())
                        .with_name(text);
                let body = CreateSettingInitialValues::new("x", "x", SettingType::Int)
                    .with_predefined_variations([
                        CreatePredefinedVariationModel::new(
                            CreatePredefinedVariationValueModel::new(),
                        ),
                        predefined_variation,
                    ]);
                call(client.create_setting(CONFIG, body).send())
            },
        ),
        limit(
            "UpdateEnvironmentModel.color",
            "update-environment",
            "body.color",
            0,
            Some(255),
            |client, text| {
                let body = UpdateEnvironmentModel::new().with_color(text);
                call(client.update_environment(ENVIRONMENT, body).send())
            },
        ),
        limit(
            "UpdateEnvironmentModel.description",
            "update-environment",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = UpdateEnvironmentModel::new().with_description(text);
                call(client.update_environment(ENVIRONMENT, body).send())
            },
        ),
        limit(
            "UpdateEnvironmentModel.name",
            "update-environment",
            "body.name",
            0,
            Some(255),
            |client, text| {
                let body = UpdateEnvironmentModel::new().with_name(text);
                call(client.update_environment(ENVIRONMENT, body).send())
            },
        ),
        limit(
            "AddOrUpdateIntegrationLinkModel.description",
            "add-or-update-integration-link",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = AddOrUpdateIntegrationLinkModel::new().with_description(text);
                call(
                    client
                        .add_or_update_integration_link(
                            ENVIRONMENT,
                            1,
                            IntegrationLinkType::Trello,
                            "key",
                            body,
                        )
                        .send(),
                )
            },
        ),
        limit(
            "AddOrUpdateIntegrationLinkModel.url",
            "add-or-update-integration-link",
            "body.url",
            0,
            Some(1000),
            |client, text| {
                let body = AddOrUpdateIntegrationLinkModel::new().with_url(text);
                call(
                    client
                        .add_or_update_integration_link(
                            ENVIRONMENT,
                            1,
                            IntegrationLinkType::Trello,
                            "key",
                            body,
                        )
                        .send(),
                )
            },
        ),
        limit(
            "JsonPatchOperation.path",
            "update-setting-value",
            "body[1].path",
            1,
            None,
            |client, text| {
                let body = [
                    JsonPatchOperation::new(OperationType::Remove, "/x"),
                    JsonPatchOperation::new(OperationType::Replace, text).with_value(1),
                ];
                call(client.update_setting_value(ENVIRONMENT, 1, body).send())
            },
        ),
        limit(
            "ModifyIntegrationRequest.name",
            "update-integration",
            "body.name",
            1,
            Some(255),
            |client, text| {
                let body = ModifyIntegrationRequest::new(
                    [CONFIG.into()],
                    [ENVIRONMENT.into()],
                    text,
                    BTreeMap::new(),
                );
                call(client.update_integration(INTEGRATION, body).send())
            },
        ),
        limit(
            "ConnectRequest.clientKey",
            "jira-connect",
            "body.clientKey",
            0,
            Some(255),
            |client, text| call(client.jira_connect(ConnectRequest::new(text, "x")).send()),
        ),
        limit(
            "ConnectRequest.jiraJwtToken",
            "jira-connect",
            "body.jiraJwtToken",
            0,
            Some(15000),
            |client, text| call(client.jira_connect(ConnectRequest::new("x", text)).send()),
        ),
        limit(
            "AddOrUpdateJiraIntegrationLinkModel.clientKey",
            "jira-add-or-update-integration-link",
            "body.clientKey",
            0,
            Some(255),
            |client, text| {
                let body = AddOrUpdateJiraIntegrationLinkModel::new(text, "x");
                call(
                    client
                        .jira_add_or_update_integration_link(ENVIRONMENT, 1, "key", body)
                        .send(),
                )
            },
        ),
        limit(
            "AddOrUpdateJiraIntegrationLinkModel.description",
            "jira-add-or-update-integration-link",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body =
                    AddOrUpdateJiraIntegrationLinkModel::new("x", "x").with_description(text);
                call(
                    client
                        .jira_add_or_update_integration_link(ENVIRONMENT, 1, "key", body)
                        .send(),
                )
            },
        ),
        limit(
            "AddOrUpdateJiraIntegrationLinkModel.jiraJwtToken",
            "jira-add-or-update-integration-link",
            "body.jiraJwtToken",
            0,
            Some(15000),
            |client, text| {
                let body = AddOrUpdateJiraIntegrationLinkModel::new("x", text);
                call(
                    client
                        .jira_add_or_update_integration_link(ENVIRONMENT, 1, "key", body)
                        .send(),
                )
            },
        ),
        limit(
            "AddOrUpdateJiraIntegrationLinkModel.url",
            "jira-add-or-update-integration-link",
            "body.url",
            0,
            Some(1000),
            |client, text| {
                let body = AddOrUpdateJiraIntegrationLinkModel::new("x", "x").with_url(text);
                call(
                    client
                        .jira_add_or_update_integration_link(ENVIRONMENT, 1, "key", body)
                        .send(),
                )
            },
        ),
        limit(
            "CreateProductRequest.description",
            "create-product",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = CreateProductRequest::new("x").with_description(text);
                call(client.create_product(ORGANIZATION, body).send())
            },
        ),
        limit(
            "CreateProductRequest.name",
            "create-product",
            "body.name",
            1,
            Some(1000),
            |client, text| {
                call(
                    client
                        .create_product(ORGANIZATION, CreateProductRequest::new(text))
                        .send(),
                )
            },
        ),
        limit(
            "CreateOrUpdateWebhookNotification.webhookProxyUrl",
            "create-proxy-profile",
            "body.connectionPreferences.webhookNotification.webhookProxyUrl",
            7,
            Some(1000),
            |client, text| {
                let connection_preferences = CreateOrUpdateConnectionPreferences::new()
                    .with_webhook_notification(CreateOrUpdateWebhookNotification::new(text));
                let body = CreateOrUpdateProxyProfileRequest::new("x")
                    .with_connection_preferences(connection_preferences);
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
        ),
        limit(
            "CreateOrUpdateProxyProfileRequest.description",
            "create-proxy-profile",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = CreateOrUpdateProxyProfileRequest::new("x").with_description(text);
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
        ),
        limit(
            "CreateOrUpdateProxyProfileRequest.name",
            "create-proxy-profile",
            "body.name",
            0,
            Some(255),
            |client, text| {
                let body = CreateOrUpdateProxyProfileRequest::new(text);
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
        ),
        limit(
            "UpdateProxyProfileSelectionRule.configNameMatchFilter",
            "create-proxy-profile",
            "body.sdkKeySelectionRules[1].configNameMatchFilter",
            0,
            Some(255),
            |client, text| {
                let proxy_profile_selection_rule =
                    UpdateProxyProfileSelectionRule::new().with_config_name_match_filter(text);
                let body = CreateOrUpdateProxyProfileRequest::new("x")
                    .with_sdk_key_selection_rules([
                        UpdateProxyProfileSelectionRule::new(),
                        proxy_profile_selection_rule,
                    ]);
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
        ),
        limit(
            "UpdateProxyProfileSelectionRule.environmentNameMatchFilter",
            "create-proxy-profile",
            "body.sdkKeySelectionRules[1].environmentNameMatchFilter",
            0,
            Some(255),
            |client, text| {
                let proxy_profile_selection_rule =
                    UpdateProxyProfileSelectionRule::new().with_environment_name_match_filter(text);
                let body = CreateOrUpdateProxyProfileRequest::new("x")
                    .with_sdk_key_selection_rules([
                        UpdateProxyProfileSelectionRule::new(),
                        proxy_profile_selection_rule,
                    ]);
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
        ),
        limit(
            "UpdateProxyProfileSelectionRule.productNameMatchFilter",
            "create-proxy-profile",
            "body.sdkKeySelectionRules[1].productNameMatchFilter",
            0,
            Some(255),
            |client, text| {
                let proxy_profile_selection_rule =
                    UpdateProxyProfileSelectionRule::new().with_product_name_match_filter(text);
                let body = CreateOrUpdateProxyProfileRequest::new("x")
                    .with_sdk_key_selection_rules([
                        UpdateProxyProfileSelectionRule::new(),
                        proxy_profile_selection_rule,
                    ]);
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
        ),
        limit(
            "UpdatePermissionGroupRequest.name",
            "update-permission-group",
            "body.name",
            0,
            Some(255),
            |client, text| {
                let body = UpdatePermissionGroupRequest::new().with_name(text);
                call(client.update_permission_group(1, body).send())
            },
        ),
        limit(
            "UpdateProductRequest.description",
            "update-product",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = UpdateProductRequest::new().with_description(text);
                call(client.update_product(PRODUCT, body).send())
            },
        ),
        limit(
            "UpdateProductRequest.name",
            "update-product",
            "body.name",
            0,
            Some(1000),
            |client, text| {
                let body = UpdateProductRequest::new().with_name(text);
                call(client.update_product(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateConfigRequest.description",
            "create-config",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = CreateConfigRequest::new("x").with_description(text);
                call(client.create_config(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateConfigRequest.name",
            "create-config",
            "body.name",
            1,
            Some(255),
            |client, text| {
                call(
                    client
                        .create_config(PRODUCT, CreateConfigRequest::new(text))
                        .send(),
                )
            },
        ),
        limit(
            "CreateEnvironmentModel.color",
            "create-environment",
            "body.color",
            0,
            Some(255),
            |client, text| {
                let body = CreateEnvironmentModel::new("x").with_color(text);
                call(client.create_environment(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateEnvironmentModel.description",
            "create-environment",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = CreateEnvironmentModel::new("x").with_description(text);
                call(client.create_environment(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateEnvironmentModel.name",
            "create-environment",
            "body.name",
            1,
            Some(255),
            |client, text| {
                call(
                    client
                        .create_environment(PRODUCT, CreateEnvironmentModel::new(text))
                        .send(),
                )
            },
        ),
        limit(
            "CreateIntegrationModel.name",
            "create-integration",
            "body.name",
            1,
            Some(255),
            |client, text| {
                let body = CreateIntegrationModel::new(
                    [CONFIG.into()],
                    [ENVIRONMENT.into()],
                    IntegrationType::Amplitude,
                    text,
                    BTreeMap::new(),
                );
                call(client.create_integration(PRODUCT, body).send())
            },
        ),
        limit(
            "CreatePermissionGroupRequest.name",
            "create-permission-group",
            "body.name",
            1,
            Some(255),
            |client, text| {
                call(
                    client
                        .create_permission_group(PRODUCT, CreatePermissionGroupRequest::new(text))
                        .send(),
                )
            },
        ),
        limit(
            "CreateSegmentModel.comparisonAttribute",
            "create-segment",
            "body.comparisonAttribute",
            1,
            Some(1000),
            |client, text| {
                let body = CreateSegmentModel::new(RolloutRuleComparator::Contains, text, "x", "x");
                call(client.create_segment(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateSegmentModel.comparisonValue",
            "create-segment",
            "body.comparisonValue",
            1,
            None,
            |client, text| {
                let body = CreateSegmentModel::new(RolloutRuleComparator::Contains, "x", text, "x");
                call(client.create_segment(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateSegmentModel.description",
            "create-segment",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = CreateSegmentModel::new(RolloutRuleComparator::Contains, "x", "x", "x")
                    .with_description(text);
                call(client.create_segment(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateSegmentModel.name",
            "create-segment",
            "body.name",
            1,
            Some(255),
            |client, text| {
                let body = CreateSegmentModel::new(RolloutRuleComparator::Contains, "x", "x", text);
                call(client.create_segment(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateTagModel.color",
            "create-tag",
            "body.color",
            0,
            Some(255),
            |client, text| {
                let body = CreateTagModel::new("x").with_color(text);
                call(client.create_tag(PRODUCT, body).send())
            },
        ),
        limit(
            "CreateTagModel.name",
            "create-tag",
            "body.name",
            1,
            Some(255),
            |client, text| call(client.create_tag(PRODUCT, CreateTagModel::new(text)).send()),
        ),
        limit(
            "UpdateSegmentModel.comparisonAttribute",
            "update-segment",
            "body.comparisonAttribute",
            0,
            Some(1000),
            |client, text| {
                let body = UpdateSegmentModel::new().with_comparison_attribute(text);
                call(client.update_segment(SEGMENT, body).send())
            },
        ),
        limit(
            "UpdateSegmentModel.description",
            "update-segment",
            "body.description",
            0,
            Some(1000),
            |client, text| {
                let body = UpdateSegmentModel::new().with_description(text);
                call(client.update_segment(SEGMENT, body).send())
            },
        ),
        limit(
            "UpdateSegmentModel.name",
            "update-segment",
            "body.name",
            0,
            Some(255),
            |client, text| {
                let body = UpdateSegmentModel::new().with_name(text);
                call(client.update_segment(SEGMENT, body).send())
            },
        ),
        limit(
            "ReplaceSettingModel.hint",
            "replace-setting",
            "body.hint",
            0,
            Some(1000),
            |client, text| {
                let body = ReplaceSettingModel::new("x").with_hint(text);
                call(client.replace_setting(1, body).send())
            },
        ),
        limit(
            "ReplaceSettingModel.name",
            "replace-setting",
            "body.name",
            1,
            Some(255),
            |client, text| {
                call(
                    client
                        .replace_setting(1, ReplaceSettingModel::new(text))
                        .send(),
                )
            },
        ),
        limit(
            "UpdatePredefinedVariationModel.hint",
            "update-predefined-variations",
            "body.predefinedVariations[1].hint",
            0,
            Some(1000),
            |client, text| {
                let predefined_variation =
                    UpdatePredefinedVariationModel::new(UpdatePredefinedVariationValueModel::new())
                        .with_hint(text);
                let body = UpdatePredefinedVariationsRequest::new([
                    UpdatePredefinedVariationModel::new(UpdatePredefinedVariationValueModel::new()),
                    predefined_variation,
                ]);
                call(client.update_predefined_variations(1, body).send())
            },
        ),
        limit(
            "UpdatePredefinedVariationModel.name",
            "update-predefined-variations",
            "body.predefinedVariations[1].name",
            0,
            Some(255),
            |client, text| {
                let predefined_variation =
                    UpdatePredefinedVariationModel::new(UpdatePredefinedVariationValueModel::new())
                        .with_name(text);
                let body = UpdatePredefinedVariationsRequest::new([
                    UpdatePredefinedVariationModel::new(UpdatePredefinedVariationValueModel::new()),
                    predefined_variation,
                ]);
                call(client.update_predefined_variations(1, body).send())
            },
        ),
        limit(
            "UpdateTagModel.color",
            "update-tag",
            "body.color",
            0,
            Some(255),
            |client, text| {
                call(
                    client
                        .update_tag(1, UpdateTagModel::new().with_color(text))
                        .send(),
                )
            },
        ),
        limit(
            "UpdateTagModel.name",
            "update-tag",
            "body.name",
            0,
            Some(255),
            |client, text| {
                call(
                    client
                        .update_tag(1, UpdateTagModel::new().with_name(text))
                        .send(),
                )
            },
        ),
        limit(
            "UpdateChangeRequestCommentModel.body",
            "update-change-request-comment",
            "body.body",
            0,
            Some(5000),
            |client, text| {
                let body = UpdateChangeRequestCommentModel::new(text);
                call(client.update_change_request_comment(1, body).send())
            },
        ),
        limit(
            "UpdateChangeRequestModel.reason",
            "update-change-request",
            "body.reason",
            0,
            Some(1000),
            |client, text| {
                let body = UpdateChangeRequestModel::new("x").with_reason(text);
                call(client.update_change_request(1, body).send())
            },
        ),
        limit(
            "UpdateChangeRequestModel.title",
            "update-change-request",
            "body.title",
            0,
            Some(255),
            |client, text| {
                call(
                    client
                        .update_change_request(1, UpdateChangeRequestModel::new(text))
                        .send(),
                )
            },
        ),
        limit(
            "AddChangeRequestCommentModel.body",
            "add-change-request-comment",
            "body.body",
            0,
            Some(5000),
            |client, text| {
                call(
                    client
                        .add_change_request_comment(1, AddChangeRequestCommentModel::new(text))
                        .send(),
                )
            },
        ),
        limit(
            "UpdateEvaluationFormulaWithLatestVersionModel.percentageEvaluationAttribute",
            "update-change-request-proposed-changes",
            "body.proposedChanges[1].percentageEvaluationAttribute",
            0,
            Some(1000),
            |client, text| {
                let evaluation_formula =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new())
                        .with_percentage_evaluation_attribute(text);
                let body = UpdateChangeRequestProposedChangesModel::new().with_proposed_changes([
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new()),
                    evaluation_formula,
                ]);
                call(
                    client
                        .update_change_request_proposed_changes(1, body)
                        .send(),
                )
            },
        ),
        limit(
            "UpdateUserConditionModel.comparisonAttribute",
            "update-change-request-proposed-changes",
            "body.proposedChanges[1].targetingRules[1].conditions[1].userCondition.comparisonAttribute",
            1,
            Some(1000),
            |client, text| {
                let user_condition = UpdateUserConditionModel::new(
                    UserComparator::ContainsAnyOf,
                    text,
                    UpdateComparisonValueModel::new(),
                );
                let condition = UpdateConditionModel::new().with_user_condition(user_condition);
                let targeting_rule = UpdateTargetingRuleModel::new()
                    .with_conditions([UpdateConditionModel::new(), condition]);
                let evaluation_formula =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new())
                        .with_targeting_rules([UpdateTargetingRuleModel::new(), targeting_rule]);
                let body = UpdateChangeRequestProposedChangesModel::new().with_proposed_changes([
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new()),
                    evaluation_formula,
                ]);
                call(
                    client
                        .update_change_request_proposed_changes(1, body)
                        .send(),
                )
            },
        ),
        limit(
            "UpdateComparisonValueListModel.hint",
            "update-change-request-proposed-changes",
            "body.proposedChanges[1].targetingRules[1].conditions[1].userCondition.comparisonValue.listValue[1].hint",
            0,
            Some(1500),
            |client, text| {
                let comparison_value_list =
                    UpdateComparisonValueListModel::new("x").with_hint(text);
                let comparison_value = UpdateComparisonValueModel::new().with_list_value([
                    UpdateComparisonValueListModel::new("x"),
                    comparison_value_list,
                ]);
                let user_condition = UpdateUserConditionModel::new(
                    UserComparator::ContainsAnyOf,
                    "x",
                    comparison_value,
                );
                let condition = UpdateConditionModel::new().with_user_condition(user_condition);
                let targeting_rule = UpdateTargetingRuleModel::new()
                    .with_conditions([UpdateConditionModel::new(), condition]);
                let evaluation_formula =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new())
                        .with_targeting_rules([UpdateTargetingRuleModel::new(), targeting_rule]);
                let body = UpdateChangeRequestProposedChangesModel::new().with_proposed_changes([
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new()),
                    evaluation_formula,
                ]);
                call(
                    client
                        .update_change_request_proposed_changes(1, body)
                        .send(),
                )
            },
        ),
        limit(
            "CreateChangeRequestModel.reason",
            "create-change-request",
            "body.reason",
            0,
            Some(1000),
            |client, text| {
                let body = CreateChangeRequestModel::new("x").with_reason(text);
                call(
                    client
                        .create_change_request(CONFIG, ENVIRONMENT, body)
                        .send(),
                )
            },
        ),
        limit(
            "CreateChangeRequestModel.title",
            "create-change-request",
            "body.title",
            0,
            Some(255),
            |client, text| {
                call(
                    client
                        .create_change_request(
                            CONFIG,
                            ENVIRONMENT,
                            CreateChangeRequestModel::new(text),
                        )
                        .send(),
                )
            },
        ),
        limit(
            "UpdateEvaluationFormulaWithIdModel.percentageEvaluationAttribute",
            "post-setting-values-v2",
            "body.updateFormulas[1].percentageEvaluationAttribute",
            0,
            Some(1000),
            |client, text| {
                let evaluation_formula_with_id =
                    UpdateEvaluationFormulaWithIdModel::new(UpdateValueModel::new())
                        .with_percentage_evaluation_attribute(text);
                let body = UpdateEvaluationFormulasModel::new().with_update_formulas([
                    UpdateEvaluationFormulaWithIdModel::new(UpdateValueModel::new()),
                    evaluation_formula_with_id,
                ]);
                call(
                    client
                        .post_setting_values_v2(CONFIG, ENVIRONMENT, body)
                        .send(),
                )
            },
        ),
        limit(
            "UpdateEvaluationFormulaModel.percentageEvaluationAttribute",
            "replace-setting-value-v2",
            "body.percentageEvaluationAttribute",
            0,
            Some(1000),
            |client, text| {
                let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new())
                    .with_percentage_evaluation_attribute(text);
                call(client.replace_setting_value_v2(ENVIRONMENT, 1, body).send())
            },
        ),
    ]
}

#[tokio::test]
async fn a_text_that_is_too_long_or_too_short_is_not_sent() {
    let described = Description::read().limited_texts();
    let listed: BTreeSet<String> = limits()
        .iter()
        .map(|limit| limit.name.to_string())
        .collect();
    assert_eq!(
        described, listed,
        "the texts with limits, as described and as listed here"
    );

    let server = Server::start().await;
    let client = super::client(&server);
    server.answers(418, &[], "");
    for limit in limits() {
        let send = |length: usize| (limit.call)(&client, "ü".repeat(length));
        let mut refused = Vec::new();
        if limit.least > 0 {
            let problem = format!(
                "has {} characters, at least {} are needed",
                limit.least - 1,
                limit.least
            );
            refused.push((send(limit.least - 1).await, problem));
        }
        if let Some(most) = limit.most {
            let problem = format!("has {} characters, at most {most} are allowed", most + 1);
            refused.push((send(most + 1).await, problem));
        }
        assert!(server.taken().is_empty(), "{} was sent", limit.name);
        for (outcome, problem) in refused {
            let error = match outcome {
                Err(Error::Invalid(error)) => error,
                other => panic!("{}: {other:?}", limit.name),
            };
            assert_eq!(error.operation.id, limit.id);
            assert_eq!(error.field, limit.field);
            assert_eq!(error.problem, problem, "{}", limit.name);
        }
        for length in [Some(limit.least), limit.most].into_iter().flatten() {
            let outcome = send(length).await;
            assert_eq!(
                server.taken().len(),
                1,
                "{} with {length}: {outcome:?}",
                limit.name
            );
        }
    }
}

#[tokio::test]
async fn a_number_out_of_range_is_not_sent() {
    /// Operation, field, what is wrong and the call with a number.
    type Range = (
        &'static str,
        &'static str,
        i32,
        i32,
        fn(&Client, i32) -> Call,
    );
    let ranges: [Range; 9] = [
        ("get-auditlogs-v2", "query.pageSize", 1, 100, |client, n| {
            call(client.get_auditlogs_v2(PRODUCT).page_size(n).send())
        }),
        (
            "get-auditlogs-v2",
            "query.pageNumber",
            1,
            i32::MAX,
            |client, n| call(client.get_auditlogs_v2(PRODUCT).page_number(n).send()),
        ),
        (
            "get-organization-auditlogs-v2",
            "query.pageSize",
            1,
            100,
            |client, n| {
                call(
                    client
                        .get_organization_auditlogs_v2(ORGANIZATION)
                        .page_size(n)
                        .send(),
                )
            },
        ),
        (
            "get-organization-auditlogs-v2",
            "query.pageNumber",
            1,
            i32::MAX,
            |client, n| {
                call(
                    client
                        .get_organization_auditlogs_v2(ORGANIZATION)
                        .page_number(n)
                        .send(),
                )
            },
        ),
        (
            "get-change-requests",
            "query.pageSize",
            1,
            100,
            |client, n| call(client.get_change_requests(PRODUCT).page_size(n).send()),
        ),
        (
            "get-change-requests",
            "query.pageNumber",
            1,
            i32::MAX,
            |client, n| call(client.get_change_requests(PRODUCT).page_number(n).send()),
        ),
        (
            "get-staleflags",
            "query.staleFlagAgeDays",
            7,
            90,
            |client, n| call(client.get_staleflags(PRODUCT).stale_flag_age_days(n).send()),
        ),
        (
            "create-proxy-profile",
            "body.connectionPreferences.sdkPollInterval",
            30,
            i32::MAX,
            |client, n| {
                let preferences =
                    CreateOrUpdateConnectionPreferences::new().with_sdk_poll_interval(n);
                let body = CreateOrUpdateProxyProfileRequest::new("name")
                    .with_connection_preferences(preferences);
                call(client.create_proxy_profile(ORGANIZATION, body).send())
            },
        ),
        (
            "replace-proxy-profile",
            "body.connectionPreferences.sdkPollInterval",
            30,
            i32::MAX,
            |client, n| {
                let preferences =
                    CreateOrUpdateConnectionPreferences::new().with_sdk_poll_interval(n);
                let body = CreateOrUpdateProxyProfileRequest::new("name")
                    .with_connection_preferences(preferences);
                call(client.replace_proxy_profile(PROXY_PROFILE, body).send())
            },
        ),
    ];
    let server = Server::start().await;
    let client = super::client(&server);
    server.answers(418, &[], "");
    for (id, field, least, most, call) in ranges {
        let mut refused = vec![
            (
                least - 1,
                format!("is {}, at least {least} is allowed", least - 1),
            ),
            (
                i32::MIN,
                format!("is {}, at least {least} is allowed", i32::MIN),
            ),
        ];
        if let Some(more) = most.checked_add(1) {
            refused.push((more, format!("is {more}, at most {most} is allowed")));
        }
        for (number, problem) in refused {
            let error = match call(&client, number).await {
                Err(Error::Invalid(error)) => error,
                other => panic!("{id} with {field} {number}: {other:?}"),
            };
            assert_eq!(error.operation.id, id);
            assert_eq!(error.field, field);
            assert_eq!(error.problem, problem);
        }
        assert!(server.taken().is_empty(), "{id} was sent");
        for number in [least, most] {
            let outcome = call(&client, number).await;
            assert_eq!(
                server.taken().len(),
                1,
                "{id} with {field} {number}: {outcome:?}"
            );
        }
    }
}
