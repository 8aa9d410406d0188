//! The names of tools, those of an older catalog among them.

use super::*;

/// Names by which a catalog from the time of 63 operations knows them.
const TOOLS: [&str; 62] = [
    "auditLogs.getAuditlogs",
    "auditLogs.getDeletedSettings",
    "auditLogs.getOrganizationAuditlogs",
    "codeReferences.postV1CodeReferences",
    "codeReferences.postV1CodeReferencesDeleteReports",
    "configs.createConfig",
    "configs.deleteConfig",
    "configs.getConfig",
    "configs.getConfigs",
    "configs.updateConfig",
    "environments.createEnvironment",
    "environments.deleteEnvironment",
    "environments.getEnvironment",
    "environments.getEnvironments",
    "environments.updateEnvironment",
    "featureFlagSettingValues.getSettingValue",
    "featureFlagSettingValues.getSettingValues",
    "featureFlagSettingValues.replaceSettingValue",
    "featureFlagSettingValues.updateSettingValue",
    "featureFlagSettingValuesUsingSdkKey.getSettingValueBySdkkey",
    "featureFlagSettingValuesUsingSdkKey.replaceSettingValueBySdkkey",
    "featureFlagSettingValuesUsingSdkKey.updateSettingValueBySdkkey",
    "featureFlagsSettings.createSetting",
    "featureFlagsSettings.deleteSetting",
    "featureFlagsSettings.getSetting",
    "featureFlagsSettings.getSettings",
    "featureFlagsSettings.updateSetting",
    "integrationLinks.addOrUpdateIntegrationLink",
    "integrationLinks.deleteIntegrationLink",
    "integrationLinks.getIntegrationLinkDetails",
    "integrationLinks.jiraAddOrUpdateIntegrationLink",
    "integrationLinks.postV1JiraConnect",
    "me.getMe",
    "members.addMemberToGroup",
    "members.deleteOrganizationMember",
    "members.deleteProductMember",
    "members.getOrganizationMembers",
    "members.getProductMembers",
    "members.inviteMember",
    "organizations.getOrganizations",
    "permissionGroups.createPermissionGroup",
    "permissionGroups.deletePermissionGroup",
    "permissionGroups.getPermissionGroup",
    "permissionGroups.getPermissionGroups",
    "permissionGroups.updatePermissionGroup",
    "products.createProduct",
    "products.deleteProduct",
    "products.getProduct",
    "products.getProducts",
    "products.updateProduct",
    "sdkKeys.getSdkKeys",
    "segments.createSegment",
    "segments.deleteSegment",
    "segments.getSegment",
    "segments.getSegments",
    "segments.updateSegment",
    "tags.createTag",
    "tags.deleteTag",
    "tags.getSettingsByTag",
    "tags.getTag",
    "tags.getTags",
    "tags.updateTag",
];

#[test]
fn every_tool_of_an_older_catalog_is_found() {
    let (sources, text) = vendored();
    let source = sources.get("configcat").expect("configcat");
    let description = read(&text).expect("swagger.json");
    let mut known = Vec::new();
    for operation in facts::operations(&description) {
        let id = facts::operation_id(source, &operation).expect("id");
        known.push(facts::tool_name(operation.tag().expect("tag"), id));
        known.extend(source.aliases.get(id).into_iter().flatten().cloned());
    }
    for tool in TOOLS {
        let times = known.iter().filter(|name| *name == tool).count();
        assert_eq!(times, 1, "{tool}");
    }
    assert_eq!(known.len(), 123 + 3);
}

#[test]
fn tool_names_are_lower_camel_case() {
    assert_eq!(
        facts::tool_name("Audit logs", "get-auditlogs-v2"),
        "auditLogs.getAuditlogsV2"
    );
    assert_eq!(facts::tool_name("", "get-me"), "getMe");
}
