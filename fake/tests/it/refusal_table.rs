//! Each of the operations refuses what is wrong, says why, and leaves everything as it was.

use std::collections::BTreeSet;
use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::uuid::Uuid;
use configcat_management::{OPERATIONS, Operation, Result, reqwest};

/// Method, path, body, the status of the refusal, and a part of what it says.
type Row = (&'static str, &'static str, &'static str, u16, &'static str);

/// Names in braces stand for ids, see [`Stage`].
#[rustfmt::skip] // One row, one line.
const TABLE: &[Row] = &[
    // Ids that nothing has, and SDK keys that are missing.
("POST", "/v1/code-references", r#"{"configId": "{nothing}", "repository": "r", "branch": "b", "flagReferences": []}"#, 404, "There is no"),
    ("POST", "/v1/code-references/delete-reports", r#"{"configId": "{nothing}", "repository": "r"}"#, 404, "There is no"),
    ("GET", "/v1/configs/{nothing}", "", 404, "There is no"),
    ("PUT", "/v1/configs/{nothing}", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v1/configs/{nothing}", "", 404, "There is no"),
    ("GET", "/v1/configs/{nothing}/deleted-settings", "", 404, "There is no"),
    ("GET", "/v1/configs/{nothing}/environments/{nothing}", "", 404, "There is no"),
    ("GET", "/v1/configs/{nothing}/environments/{nothing}/values", "", 404, "There is no"),
    ("POST", "/v1/configs/{nothing}/environments/{nothing}/values", r#"{}"#, 404, "There is no"),
    ("POST", "/v1/configs/{nothing}/environments/{nothing}/webhooks", r#"{"url": "https://x"}"#, 404, "There is no"),
    ("GET", "/v1/configs/{nothing}/settings", "", 404, "There is no"),
    ("POST", "/v1/configs/{nothing}/settings", r#"{"key": "x", "name": "x", "settingType": "boolean"}"#, 404, "There is no"),
    ("GET", "/v1/environments/{nothing}", "", 404, "There is no"),
    ("PUT", "/v1/environments/{nothing}", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v1/environments/{nothing}", "", 404, "There is no"),
    ("POST", "/v1/environments/{nothing}/settings/0/integrationLinks/jira/KEY-1", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v1/environments/{nothing}/settings/0/integrationLinks/jira/KEY-1", "", 404, "There is no"),
    ("GET", "/v1/environments/{nothing}/settings/0/value", "", 404, "There is no"),
    ("PUT", "/v1/environments/{nothing}/settings/0/value", r#"{"value": true}"#, 404, "There is no"),
    ("PATCH", "/v1/environments/{nothing}/settings/0/value", r#"[]"#, 404, "There is no"),
    ("GET", "/v1/integrationLink/paper/KEY-1/details", "", 400, "integrationLinkType"),
    ("GET", "/v1/integrations/{nothing}", "", 404, "There is no"),
    ("PUT", "/v1/integrations/{nothing}", r#"{"configIds": [], "environmentIds": [], "name": "x", "parameters": {}}"#, 404, "There is no"),
    ("DELETE", "/v1/integrations/{nothing}", "", 404, "There is no"),
    ("DELETE", "/v1/invitations/{nothing}", "", 404, "There is no"),
    ("POST", "/v1/jira/environments/{nothing}/settings/0/integrationLinks/KEY-1", r#"{"clientKey": "x", "jiraJwtToken": "x"}"#, 404, "There is no"),
    ("GET", "/v1/organizations/{nothing}/auditlogs", "", 404, "There is no"),
    ("GET", "/v1/organizations/{nothing}/invitations", "", 404, "There is no"),
    ("GET", "/v1/organizations/{nothing}/members", "", 404, "There is no"),
    ("POST", "/v1/organizations/{nothing}/members/nobody", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v1/organizations/{nothing}/members/nobody", "", 404, "There is no"),
    ("GET", "/v1/organizations/{nothing}/organization-limitations", "", 404, "There is no"),
    ("POST", "/v1/organizations/{nothing}/products", r#"{"name": "x"}"#, 404, "There is no"),
    ("GET", "/v1/organizations/{nothing}/proxy-profiles", "", 404, "There is no"),
    ("POST", "/v1/organizations/{nothing}/proxy-profiles", r#"{"name": "x"}"#, 404, "There is no"),
    ("GET", "/v1/permissions/0", "", 404, "There is no"),
    ("PUT", "/v1/permissions/0", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v1/permissions/0", "", 404, "There is no"),
    ("GET", "/v1/products/{nothing}", "", 404, "There is no"),
    ("PUT", "/v1/products/{nothing}", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v1/products/{nothing}", "", 404, "There is no"),
    ("GET", "/v1/products/{nothing}/auditlogs", "", 404, "There is no"),
    ("GET", "/v1/products/{nothing}/configs", "", 404, "There is no"),
    ("POST", "/v1/products/{nothing}/configs", r#"{"name": "x"}"#, 404, "There is no"),
    ("GET", "/v1/products/{nothing}/environments", "", 404, "There is no"),
    ("POST", "/v1/products/{nothing}/environments", r#"{"name": "x"}"#, 404, "There is no"),
    ("GET", "/v1/products/{nothing}/integrations", "", 404, "There is no"),
    ("POST", "/v1/products/{nothing}/integrations", r#"{"configIds": [], "environmentIds": [], "integrationType": "dataDog", "name": "x", "parameters": {}}"#, 404, "There is no"),
    ("GET", "/v1/products/{nothing}/invitations", "", 404, "There is no"),
    ("GET", "/v1/products/{nothing}/members", "", 404, "There is no"),
    ("POST", "/v1/products/{nothing}/members/invite", r#"{"emails": [], "permissionGroupId": 0}"#, 404, "There is no"),
    ("DELETE", "/v1/products/{nothing}/members/nobody", "", 404, "There is no"),
    ("GET", "/v1/products/{nothing}/permissions", "", 404, "There is no"),
    ("POST", "/v1/products/{nothing}/permissions", r#"{"name": "x"}"#, 404, "There is no"),
    ("GET", "/v1/products/{nothing}/preferences", "", 404, "There is no"),
    ("POST", "/v1/products/{nothing}/preferences", r#"{}"#, 404, "There is no"),
    ("GET", "/v1/products/{nothing}/segments", "", 404, "There is no"),
    ("POST", "/v1/products/{nothing}/segments", r#"{"comparator": "isOneOf", "comparisonAttribute": "x", "comparisonValue": "x", "name": "x"}"#, 404, "There is no"),
    ("GET", "/v1/products/{nothing}/staleflags", "", 404, "There is no"),
    ("GET", "/v1/products/{nothing}/tags", "", 404, "There is no"),
    ("POST", "/v1/products/{nothing}/tags", r#"{"name": "x"}"#, 404, "There is no"),
    ("GET", "/v1/products/{nothing}/webhooks", "", 404, "There is no"),
    ("GET", "/v1/proxy-profiles/{nothing}", "", 404, "There is no"),
    ("PUT", "/v1/proxy-profiles/{nothing}", r#"{"name": "x"}"#, 404, "There is no"),
    ("DELETE", "/v1/proxy-profiles/{nothing}", "", 404, "There is no"),
    ("PATCH", "/v1/proxy-profiles/{nothing}", r#"[]"#, 404, "There is no"),
    ("GET", "/v1/proxy-profiles/{nothing}/sdk-keys", "", 404, "There is no"),
    ("POST", "/v1/proxy-profiles/{nothing}/sdk-keys/deselect", r#"{"items": []}"#, 404, "There is no"),
    ("POST", "/v1/proxy-profiles/{nothing}/sdk-keys/select", r#"{"items": []}"#, 404, "There is no"),
    ("POST", "/v1/proxy-profiles/{nothing}/secret", "", 404, "There is no"),
    ("GET", "/v1/segments/{nothing}", "", 404, "There is no"),
    ("PUT", "/v1/segments/{nothing}", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v1/segments/{nothing}", "", 404, "There is no"),
    ("GET", "/v1/settings/0", "", 404, "There is no"),
    ("PUT", "/v1/settings/0", r#"{"name": "x"}"#, 404, "There is no"),
    ("DELETE", "/v1/settings/0", "", 404, "There is no"),
    ("PATCH", "/v1/settings/0", r#"[]"#, 404, "There is no"),
    ("GET", "/v1/settings/0/code-references", "", 404, "There is no"),
    ("GET", "/v1/settings/0/predefined-variations", "", 404, "There is no"),
    ("PUT", "/v1/settings/0/predefined-variations", r#"{"predefinedVariations": []}"#, 404, "There is no"),
    ("GET", "/v1/settings/new_checkout/value", "", 400, "X-CONFIGCAT-SDKKEY"),
    ("PUT", "/v1/settings/new_checkout/value", r#"{"value": true}"#, 400, "X-CONFIGCAT-SDKKEY"),
    ("PATCH", "/v1/settings/new_checkout/value", r#"[]"#, 400, "X-CONFIGCAT-SDKKEY"),
    ("GET", "/v1/tags/0", "", 404, "There is no"),
    ("PUT", "/v1/tags/0", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v1/tags/0", "", 404, "There is no"),
    ("GET", "/v1/tags/0/settings", "", 404, "There is no"),
    ("GET", "/v1/webhooks/0", "", 404, "There is no"),
    ("PUT", "/v1/webhooks/0", r#"{"url": "https://x"}"#, 404, "There is no"),
    ("DELETE", "/v1/webhooks/0", "", 404, "There is no"),
    ("PATCH", "/v1/webhooks/0", r#"[]"#, 404, "There is no"),
    ("GET", "/v1/webhooks/0/keys", "", 404, "There is no"),
    ("PUT", "/v2/change-request-comments/0", r#"{"body": "x"}"#, 404, "There is no"),
    ("DELETE", "/v2/change-request-comments/0", "", 404, "There is no"),
    ("GET", "/v2/change-requests/0", "", 404, "There is no"),
    ("PUT", "/v2/change-requests/0", r#"{"title": "x"}"#, 404, "There is no"),
    ("POST", "/v2/change-requests/0/apply", "", 404, "There is no"),
    ("POST", "/v2/change-requests/0/approve", "", 404, "There is no"),
    ("POST", "/v2/change-requests/0/claim-ownership", "", 404, "There is no"),
    ("POST", "/v2/change-requests/0/close", "", 404, "There is no"),
    ("POST", "/v2/change-requests/0/comments", r#"{"body": "x"}"#, 404, "There is no"),
    ("GET", "/v2/change-requests/0/proposed-changes", "", 404, "There is no"),
    ("PUT", "/v2/change-requests/0/proposed-changes", r#"{}"#, 404, "There is no"),
    ("DELETE", "/v2/change-requests/0/proposed-changes/0", "", 404, "There is no"),
    ("POST", "/v2/change-requests/0/proposed-changes/0/resolve-conflicts", r#"{"proposedChange": {"defaultValue": {}}}"#, 404, "There is no"),
    ("POST", "/v2/change-requests/0/remove-approval", "", 404, "There is no"),
    ("POST", "/v2/configs/{nothing}/environments/{nothing}/change-requests", r#"{"title": "x"}"#, 404, "There is no"),
    ("GET", "/v2/configs/{nothing}/environments/{nothing}/values", "", 404, "There is no"),
    ("POST", "/v2/configs/{nothing}/environments/{nothing}/values", r#"{}"#, 404, "There is no"),
    ("GET", "/v2/environments/{nothing}/settings/0/value", "", 404, "There is no"),
    ("PUT", "/v2/environments/{nothing}/settings/0/value", r#"{"defaultValue": {}}"#, 404, "There is no"),
    ("PATCH", "/v2/environments/{nothing}/settings/0/value", r#"[]"#, 404, "There is no"),
    ("GET", "/v2/organizations/{nothing}/auditlogs", "", 404, "There is no"),
    ("GET", "/v2/organizations/{nothing}/members", "", 404, "There is no"),
    ("GET", "/v2/products/{nothing}/auditlogs", "", 404, "There is no"),
    ("GET", "/v2/products/{nothing}/change-requests", "", 404, "There is no"),
    ("GET", "/v2/settings/new_checkout/value", "", 400, "X-CONFIGCAT-SDKKEY"),
    ("PUT", "/v2/settings/new_checkout/value", r#"{"defaultValue": {}}"#, 400, "X-CONFIGCAT-SDKKEY"),
    ("PATCH", "/v2/settings/new_checkout/value", r#"[]"#, 400, "X-CONFIGCAT-SDKKEY"),
    // Without credentials: what has no argument to be wrong.
    ("GET", "/v1/me", "", 401, "user name"),
    ("GET", "/v1/organizations", "", 401, "user name"),
    ("GET", "/v1/products", "", 401, "user name"),
    // Bodies that do not fit the description.
    ("POST", "/v1/jira/connect", r#"{"clientKey": "x"}"#, 400, "JiraJwtToken"),
    ("POST", "/v1/code-references", r#"{"configId": "{v1}", "repository": "r"}"#, 400, "Branch"),
    ("POST", "/v1/code-references/delete-reports", r#"{"configId": "{v1}"}"#, 400, "Repository"),
    ("PUT", "/v1/configs/{v1}", r#"{"name": 5}"#, 400, "Name"),
    ("POST", "/v1/configs/{v1}/environments/{test}/webhooks", r#"{}"#, 400, "Url"),
    ("PUT", "/v1/environments/{test}", r#"{"order": "first"}"#, 400, "Order"),
    ("POST", "/v1/organizations/{organization}/members/{me}", r#"{"isAdmin": 1}"#, 400, "IsAdmin"),
    ("POST", "/v1/organizations/{organization}/products", r#"{}"#, 400, "Name"),
    ("POST", "/v1/organizations/{organization}/proxy-profiles", r#"{}"#, 400, "Name"),
    ("PUT", "/v1/products/{product}", "[]", 400, r#"{"$":["A list is"#),
    ("POST", "/v1/products/{product}/configs", r#"{"name": "x", "evaluationVersion": "v9"}"#, 400, "EvaluationVersion"),
    ("POST", "/v1/products/{product}/environments", "", 400, r#"{"":["It is required"#),
    ("POST", "/v1/products/{product}/environments", "{", 400, r#"{"$":["It is not JSON"#),
    ("POST", "/v1/products/{product}/integrations", r#"{"name": "x"}"#, 400, "IntegrationType"),
    ("POST", "/v1/products/{product}/members/invite", r#"{"emails": ["a@example.com"], "permissionGroupId": "x"}"#, 400, "PermissionGroupId"),
    ("POST", "/v1/products/{product}/permissions", r#"{}"#, 400, "Name"),
    ("POST", "/v1/products/{product}/preferences", r#"{"keyGenerationMode": "loud"}"#, 400, "KeyGenerationMode"),
    ("POST", "/v1/products/{product}/segments", r#"{"name": "x"}"#, 400, "Comparator"),
    ("POST", "/v1/products/{product}/tags", r#"{"name": ""}"#, 400, "Name"),
    ("PUT", "/v1/tags/{tag}", r#"{"color": []}"#, 400, "Color"),
    ("PUT", "/v1/settings/{flag1}", r#"{"hint": "x"}"#, 400, "Name"),
    ("PUT", "/v1/settings/{flag1}/predefined-variations", r#"{}"#, 400, "PredefinedVariations"),
    ("PUT", "/v1/environments/{test}/settings/{flag1}/value", r#"{}"#, 400, "Value"),
    ("PUT", "/v2/environments/{test}/settings/{flag2}/value", r#"{}"#, 400, "DefaultValue"),
    ("POST", "/v2/configs/{v2}/environments/{test}/change-requests", r#"{"reason": "x"}"#, 400, "Title"),
    // Arguments that do not fit it.
    ("GET", "/v1/products/1", "", 400, "productId"),
    ("GET", "/v1/settings/x", "", 400, "settingId"),
    ("GET", "/v1/settings/2147483648", "", 400, "settingId"),
    ("GET", "/v1/products/{product}/staleflags?staleFlagAgeDays=6", "", 400, "staleFlagAgeDays"),
    ("GET", "/v1/products/{product}/staleflags?scope=mine", "", 400, "scope"),
    ("GET", "/v2/products/{product}/auditlogs?pageNumber=0", "", 400, "pageNumber"),
    ("GET", "/v2/products/{product}/auditlogs?auditLogType=x", "", 400, "auditLogType"),
    ("GET", "/v2/organizations/{organization}/auditlogs?pageSize=101", "", 400, "pageSize"),
    ("GET", "/v1/organizations/{organization}/auditlogs?toUtcDateTime=now", "", 400, "toUtcDateTime"),
    ("GET", "/v2/products/{product}/change-requests?changeRequestStatusFilter=odd", "", 400, "changeRequestStatusFilter"),
    // What the description cannot say.
    ("POST", "/v1/configs/{v1}/settings", r#"{"key": "new_checkout", "name": "x", "settingType": "boolean"}"#, 400, "Key"),
    ("POST", "/v1/configs/{v1}/settings", r#"{"key": "x", "name": "x", "settingType": "boolean", "tags": [0]}"#, 400, "Tags[0]"),
    ("PATCH", "/v1/settings/{flag1}", r#"[{"op": "replace", "path": "/key", "value": "x"}]"#, 400, "read-only"),
    ("PATCH", "/v1/settings/{flag1}", r#"[{"op": "test", "path": "/name", "value": "x"}]"#, 400, "[0].Path"),
    ("PATCH", "/v1/settings/{flag1}", r#"[{"op": "move", "from": "/tags/0", "path": "/tags"}, {"op": "test", "path": "/tags/0", "value": 1}]"#, 400, "[1].Path"),
    ("PUT", "/v1/settings/{flag1}", r#"{"name": "x", "tags": [0]}"#, 400, "Tags[0]"),
    ("PUT", "/v1/settings/{flag1}/predefined-variations", r#"{"predefinedVariations": [{"value": {"boolValue": true}}]}"#, 400, "PredefinedVariations"),
    ("PUT", "/v1/environments/{test}/settings/{flag1}/value", r#"{"value": "on"}"#, 400, "Value"),
    ("PATCH", "/v1/environments/{test}/settings/{flag1}/value", r#"[{"op": "add", "path": "/rolloutPercentageItems/-", "value": {"percentage": 5, "value": true}}]"#, 400, "RolloutPercentageItems"),
    ("PUT", "/v1/environments/{test}/settings/{flag2}/value", r#"{"value": true}"#, 400, "EvaluationVersion"),
    ("GET", "/v1/environments/{test}/settings/{flag2}/value", "", 400, "EvaluationVersion"),
    ("GET", "/v2/environments/{test}/settings/{flag1}/value", "", 400, "EvaluationVersion"),
    ("GET", "/v2/configs/{v1}/environments/{test}/values", "", 400, "EvaluationVersion"),
    ("GET", "/v1/configs/{v2}/environments/{test}/values", "", 400, "EvaluationVersion"),
    ("POST", "/v1/configs/{v1}/environments/{test}/values", r#"{"settingValues": [{"settingId": 0, "value": true}]}"#, 400, "SettingValues[0].SettingId"),
    ("POST", "/v2/configs/{v2}/environments/{test}/values", r#"{"updateFormulas": [{"settingId": 0, "defaultValue": {"boolValue": true}}]}"#, 400, "UpdateFormulas[0].SettingId"),
    ("PUT", "/v2/environments/{test}/settings/{flag2}/value", r#"{"defaultValue": {"stringValue": "x"}}"#, 400, "DefaultValue.BoolValue"),
    ("PUT", "/v2/environments/{test}/settings/{flag2}/value?latestVersionId={nothing}", r#"{"defaultValue": {"boolValue": true}}"#, 409, "latest version"),
    ("PATCH", "/v2/environments/{test}/settings/{flag2}/value?latestVersionId={nothing}", "[]", 409, "latest version"),
    ("POST", "/v2/configs/{v2}/environments/{test}/values?latestVersionId={nothing}", r#"{"updateFormulas": []}"#, 409, "latest version"),
    ("PUT", "/v2/environments/{strict}/settings/{flag2}/value", r#"{"defaultValue": {"boolValue": true}}"#, 400, "Reason"),
    ("PUT", "/v2/environments/{strict}/settings/{flag2}/value?reason=x", r#"{"defaultValue": {"boolValue": true}}"#, 400, "BypassApproval"),
    ("PATCH", "/v2/environments/{strict}/settings/{flag2}/value?reason=x", "[]", 400, "BypassApproval"),
    ("POST", "/v2/configs/{v2}/environments/{strict}/values?reason=x", r#"{"updateFormulas": []}"#, 400, "BypassApproval"),
    ("PATCH", "/v1/environments/{strict}/settings/{flag1}/value", "[]", 400, "Reason"),
    ("PUT", "/v1/environments/{strict}/settings/{flag1}/value?reason=", r#"{"value": true}"#, 400, "Reason"),
    ("POST", "/v1/configs/{v1}/environments/{strict}/values", r#"{"settingValues": []}"#, 400, "Reason"),
    ("POST", "/v2/configs/{v1}/environments/{test}/change-requests", r#"{"title": "x"}"#, 400, "EvaluationVersion"),
    ("POST", "/v2/configs/{v2}/environments/{test}/change-requests", r#"{"title": "x", "applyAt": "2020-01-01T00:00:00Z"}"#, 400, "ApplyAt"),
    ("POST", "/v2/configs/{v2}/environments/{test}/change-requests", r#"{"title": "x", "proposedChanges": [{"proposedChange": {"settingId": {flag2}, "latestVersionId": "{nothing}", "defaultValue": {"boolValue": true}}}]}"#, 409, "latest version"),
    ("POST", "/v2/change-requests/{request}/apply", "", 400, "Approvals"),
    ("POST", "/v2/change-requests/{request}/remove-approval", "", 400, "did not approve"),
    ("POST", "/v2/change-requests/{request}/proposed-changes/{flag2}/resolve-conflicts", r#"{"proposedChange": {"defaultValue": {"boolValue": true}}}"#, 400, "no conflict"),
    ("DELETE", "/v2/change-requests/{request}/proposed-changes/0", "", 404, "There is no"),
    ("POST", "/v2/change-requests/{closed}/close", "", 400, "ChangeRequestStatus"),
    ("POST", "/v2/change-requests/{closed}/approve", "", 400, "ChangeRequestStatus"),
    ("POST", "/v1/jira/environments/{test}/settings/{flag1}/integrationLinks/KEY-1", r#"{"clientKey": "nobody", "jiraJwtToken": "x"}"#, 400, "not connected"),
    ("POST", "/v1/proxy-profiles/{proxy}/sdk-keys/select", r#"{"items": []}"#, 403, "rules"),
    ("POST", "/v1/proxy-profiles/{proxy}/sdk-keys/deselect", r#"{"items": []}"#, 403, "rules"),
    ("DELETE", "/v1/organizations/{organization}/members/{me}", "", 400, "UserId"),
    ("POST", "/v1/products/{product}/members/invite", r#"{"emails": [], "permissionGroupId": 0}"#, 400, "Emails"),
    ("POST", "/v1/products/{product}/integrations", r#"{"configIds": [], "environmentIds": [], "integrationType": "amplitude", "name": "x", "parameters": {}}"#, 400, "Parameters.apiKey"),
    ("DELETE", "/v1/segments/{segment}", "", 400, "SegmentId"),
    ("DELETE", "/v1/permissions/{group}", "", 400, "PermissionGroupId"),
];

/// A server with something to be wrong about.
struct Stage {
    fake: Fake,
    http: reqwest::Client,
    names: Vec<(&'static str, String)>,
}

impl Stage {
    async fn new() -> Result<Self> {
        let fake = Fake::start().await;
        let client = fake.client();
        let demo = fake.demo().expect("the demo is there");
        let (product, organization) = (demo.product_id, demo.organization_id);
        let strict = CreateEnvironmentModel::new("Strict");
        let strict = client
            .create_environment(product, strict)
            .send()
            .await?
            .environment_id;
        let reason = UpdateReasonRequiredEnvironmentModel::new()
            .with_environment_id(Some(strict))
            .with_reason_required(Some(true));
        let approval = UpdateApproveRequiredEnvironmentModel::new()
            .with_approve_required(Some(true))
            .with_environment_id(Some(strict));
        let preferences = UpdatePreferencesRequest::new()
            .with_reason_required_environments([reason])
            .with_approve_required_environments([approval]);
        client
            .update_product_preferences(product, preferences)
            .send()
            .await?;
        let mut requests = Vec::new();
        for title in ["open", "closed"] {
            let value = UpdateValueModel::new().with_bool_value(true);
            let change = UpdateEvaluationFormulaWithLatestVersionModel::new(value)
                .with_setting_id(demo.v2.new_checkout);
            let change = CreateChangeRequestProposedChangeModel::new(change);
            let wanted = CreateChangeRequestModel::new(title)
                .with_reason("x")
                .with_proposed_changes([change]);
            let created = client.create_change_request(demo.v2.config_id, strict, wanted);
            requests.push(created.send().await?.change_request_id);
        }
        client.close_change_request(requests[1]).send().await?;
        let segment = CreateSegmentModel::new(
            RolloutRuleComparator::Contains,
            "Email",
            "@example.com",
            "Staff",
        );
        let segment = client
            .create_segment(product, segment)
            .send()
            .await?
            .segment_id;
        let condition = UpdateSegmentConditionModel::new(SegmentComparator::IsIn, segment);
        let rule = UpdateTargetingRuleModel::new()
            .with_conditions([UpdateConditionModel::new().with_segment_condition(condition)])
            .with_value(UpdateValueModel::new().with_bool_value(true));
        let formula =
            UpdateEvaluationFormulaModel::new(UpdateValueModel::new().with_bool_value(false))
                .with_targeting_rules(Some(vec![rule]));
        let flag = demo.v2.beta_search;
        client
            .replace_setting_value_v2(demo.test_id, flag, formula)
            .send()
            .await?;
        let rule = UpdateProxyProfileSelectionRule::new().with_kind(SelectionRuleKind::Include);
        let proxy =
            CreateOrUpdateProxyProfileRequest::new("Proxy").with_sdk_key_selection_rules([rule]);
        let proxy = client
            .create_proxy_profile(organization, proxy)
            .send()
            .await?;
        let members = client.get_product_members(product).send().await?;
        let groups = client.get_permission_groups(product).send().await?;
        let names = vec![
            ("nothing", Uuid::from_u128(1).to_string()),
            ("organization", organization.to_string()),
            ("product", product.to_string()),
            ("v1", demo.v1.config_id.to_string()),
            ("v2", demo.v2.config_id.to_string()),
            ("flag1", demo.v1.new_checkout.to_string()),
            ("flag2", demo.v2.new_checkout.to_string()),
            ("test", demo.test_id.to_string()),
            ("strict", strict.to_string()),
            ("tag", demo.tag_id.to_string()),
            ("segment", segment.to_string()),
            ("proxy", proxy.proxy_profile_id.to_string()),
            ("request", requests[0].to_string()),
            ("closed", requests[1].to_string()),
            ("me", members[0].user_id.clone().unwrap_or_default()),
            ("group", groups[0].permission_group_id.to_string()),
        ];
        let http = reqwest::Client::new();
        Ok(Stage { fake, http, names })
    }

    fn named(&self, text: &str) -> String {
        let mut text = text.to_string();
        for (name, id) in &self.names {
            text = text.replace(&format!("{{{name}}}"), id);
        }
        text
    }

    async fn send(&self, row: &Row, password: &str) -> (u16, String) {
        let (method, path, body, _, _) = row;
        let method = method.parse().expect("it is a method");
        let url = format!("{}{}", self.fake.base_url(), self.named(path));
        let request = self
            .http
            .request(method, url)
            .basic_auth(self.fake.user(), Some(password));
        let request = request
            .header("content-type", "application/json")
            .body(self.named(body));
        let answer = request.send().await.expect("the server answers");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("it has a text"))
    }

    /// How many changes the server has written down.
    async fn changes(&self) -> Result<Option<i32>> {
        let organization = self.fake.organization_id();
        let log = self
            .fake
            .client()
            .get_organization_auditlogs_v2(organization)
            .send()
            .await?;
        Ok(log.paging.as_ref().map(|paging| paging.total_count))
    }
}

#[tokio::test]
async fn every_operation_refuses_what_is_wrong() -> Result<()> {
    let stage = Stage::new().await?;
    let changes = stage.changes().await?;
    let mut otherwise = Vec::new();
    let mut missing: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
    for row in TABLE {
        let password = if row.3 == 401 {
            "wrong"
        } else {
            stage.fake.password()
        };
        let (status, said) = stage.send(row, password).await;
        if (status, said.contains(row.4)) != (row.3, true) {
            otherwise.push(format!("{row:?}: {status} {said}"));
        }
        let request = stage.fake.requests().pop().expect("it is recorded");
        missing.remove(request.operation.expect("it is an operation"));
    }
    assert!(otherwise.is_empty(), "{}", otherwise.join("\n"));
    assert!(missing.is_empty(), "no row for {missing:?}");
    assert_eq!(
        stage.changes().await?,
        changes,
        "what is refused changes nothing"
    );
    Ok(())
}

/// An operation with ids that may be anything, since it is not let in.
fn anything(operation: &Operation) -> String {
    let mut path = operation.path.to_string();
    while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
        path.replace_range(start..=end, "1");
    }
    path
}

#[tokio::test(start_paused = true)]
async fn every_operation_demands_credentials_and_keeps_to_the_quota() {
    let fake = Fake::builder()
        .quota(1, Duration::from_secs(60))
        .start()
        .await;
    let http = reqwest::Client::new();
    assert!(
        fake.client().get_me().send().await.is_ok(),
        "that was the quota"
    );
    for operation in OPERATIONS {
        for (password, expected) in [("wrong", 401), (fake.password(), 429)] {
            let url = format!("{}{}", fake.base_url(), anything(operation));
            let request = http.request(operation.method.clone(), url);
            let request = request.basic_auth(fake.user(), Some(password)).body("{}");
            let answer = request.send().await.expect("the server answers");
            assert_eq!(answer.status(), expected, "{operation}");
            let wait = answer.headers().contains_key("retry-after");
            assert_eq!(wait, expected == 429, "{operation}");
        }
    }
}
