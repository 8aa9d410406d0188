//! Permission Groups.

use configcat_management::types::{
    AccessType, ApprovalPermissionType, CreateOrUpdateEnvironmentAccessModel,
    CreateOrUpdateEnvironmentApprovalPermissionModel, CreatePermissionGroupRequest,
    EnvironmentAccessType, EnvironmentApprovalPermissionType, UpdatePermissionGroupRequest,
};
use serde_json::{json, to_value};

use super::{ENVIRONMENT, PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-permission-group",
            |client| call(client.get_permission_group(9007199254740995).send()),
            "GET",
            "/v1/permissions/9007199254740995",
        ),
        Row::new(
            "update-permission-group",
            |client| {
                call(
                    client
                        .update_permission_group(
                            9007199254740995,
                            UpdatePermissionGroupRequest::new(),
                        )
                        .send(),
                )
            },
            "PUT",
            "/v1/permissions/9007199254740995",
        )
        .body(r#"{}"#),
        Row::new(
            "update-permission-group",
            |client| {
                let environment_access = CreateOrUpdateEnvironmentAccessModel::new()
                    .with_environment_access_type(EnvironmentAccessType::ReadOnly)
                    .with_environment_id(ENVIRONMENT);
                let environment_approval_permission =
                    CreateOrUpdateEnvironmentApprovalPermissionModel::new()
                        .with_environment_approval_permission_type(
                            EnvironmentApprovalPermissionType::CanBypassApproval,
                        )
                        .with_environment_id(ENVIRONMENT);
                let body = UpdatePermissionGroupRequest::new()
                    .with_access_type(AccessType::Custom)
                    .with_approval_permission_type(ApprovalPermissionType::Custom)
                    .with_can_create_or_update_config(false)
                    .with_can_create_or_update_environment(true)
                    .with_can_create_or_update_segments(false)
                    .with_can_create_or_update_setting(true)
                    .with_can_create_or_update_tag(false)
                    .with_can_delete_config(true)
                    .with_can_delete_environment(false)
                    .with_can_delete_segments(true)
                    .with_can_delete_setting(false)
                    .with_can_delete_tag(true)
                    .with_can_disable2_fa(false)
                    .with_can_manage_integrations(true)
                    .with_can_manage_members(false)
                    .with_can_manage_product_preferences(true)
                    .with_can_manage_webhook(false)
                    .with_can_rotate_sdk_key(true)
                    .with_can_tag_setting(false)
                    .with_can_use_export_import(true)
                    .with_can_view_product_audit_log(false)
                    .with_can_view_product_statistics(true)
                    .with_can_view_sdk_key(false)
                    .with_environment_accesses([
                        environment_access,
                        CreateOrUpdateEnvironmentAccessModel::new(),
                    ])
                    .with_environment_approval_permissions([
                        environment_approval_permission,
                        CreateOrUpdateEnvironmentApprovalPermissionModel::new(),
                    ])
                    .with_name("name tab | end")
                    .with_new_environment_access_type(EnvironmentAccessType::ReadOnly)
                    .with_new_environment_approval_permission_type(
                        EnvironmentApprovalPermissionType::CanBypassApproval,
                    );
                call(
                    client
                        .update_permission_group(9007199254740995, body)
                        .send(),
                )
            },
            "PUT",
            "/v1/permissions/9007199254740995",
        )
        .body(
            r#"{
              "accessType": "custom",
              "approvalPermissionType": "custom",
              "canCreateOrUpdateConfig": false,
              "canCreateOrUpdateEnvironment": true,
              "canCreateOrUpdateSegments": false,
              "canCreateOrUpdateSetting": true,
              "canCreateOrUpdateTag": false,
              "canDeleteConfig": true,
              "canDeleteEnvironment": false,
              "canDeleteSegments": true,
              "canDeleteSetting": false,
              "canDeleteTag": true,
              "canDisable2FA": false,
              "canManageIntegrations": true,
              "canManageMembers": false,
              "canManageProductPreferences": true,
              "canManageWebhook": false,
              "canRotateSdkKey": true,
              "canTagSetting": false,
              "canUseExportImport": true,
              "canViewProductAuditLog": false,
              "canViewProductStatistics": true,
              "canViewSdkKey": false,
              "environmentAccesses": [
                {
                  "environmentAccessType": "readOnly",
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004"
                },
                {}
              ],
              "environmentApprovalPermissions": [
                {
                  "environmentApprovalPermissionType": "canBypassApproval",
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004"
                },
                {}
              ],
              "name": "name tab | end",
              "newEnvironmentAccessType": "readOnly",
              "newEnvironmentApprovalPermissionType": "canBypassApproval"
            }"#,
        ),
        Row::new(
            "update-permission-group",
            |client| {
                let body = UpdatePermissionGroupRequest::new()
                    .with_environment_accesses(Vec::<CreateOrUpdateEnvironmentAccessModel>::new())
                    .with_environment_approval_permissions(Vec::<
                        CreateOrUpdateEnvironmentApprovalPermissionModel,
                    >::new());
                call(
                    client
                        .update_permission_group(9007199254740995, body)
                        .send(),
                )
            },
            "PUT",
            "/v1/permissions/9007199254740995",
        )
        .body(r#"{"environmentAccesses": [], "environmentApprovalPermissions": []}"#),
        Row::new(
            "delete-permission-group",
            |client| call(client.delete_permission_group(9007199254740995).send()),
            "DELETE",
            "/v1/permissions/9007199254740995",
        ),
        Row::new(
            "get-permission-groups",
            |client| call(client.get_permission_groups(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/permissions",
        ),
        Row::new(
            "create-permission-group",
            |client| {
                let body = CreatePermissionGroupRequest::new("name “q” \"w\"");
                call(client.create_permission_group(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/permissions",
        )
        .body(r#"{"name": "name “q” \"w\""}"#),
        Row::new(
            "create-permission-group",
            |client| {
                let environment_access = CreateOrUpdateEnvironmentAccessModel::new()
                    .with_environment_access_type(EnvironmentAccessType::None)
                    .with_environment_id(ENVIRONMENT);
                let environment_approval_permission =
                    CreateOrUpdateEnvironmentApprovalPermissionModel::new()
                        .with_environment_approval_permission_type(
                            EnvironmentApprovalPermissionType::CannotApprove,
                        )
                        .with_environment_id(ENVIRONMENT);
                let body = CreatePermissionGroupRequest::new("name “q” \"w\"")
                    .with_access_type(AccessType::ReadOnly)
                    .with_approval_permission_type(ApprovalPermissionType::CannotApprove)
                    .with_can_create_or_update_config(true)
                    .with_can_create_or_update_environment(false)
                    .with_can_create_or_update_segments(true)
                    .with_can_create_or_update_setting(false)
                    .with_can_create_or_update_tag(true)
                    .with_can_delete_config(false)
                    .with_can_delete_environment(true)
                    .with_can_delete_segments(false)
                    .with_can_delete_setting(true)
                    .with_can_delete_tag(false)
                    .with_can_disable2_fa(true)
                    .with_can_manage_integrations(false)
                    .with_can_manage_members(true)
                    .with_can_manage_product_preferences(false)
                    .with_can_manage_webhook(true)
                    .with_can_rotate_sdk_key(false)
                    .with_can_tag_setting(true)
                    .with_can_use_export_import(false)
                    .with_can_view_product_audit_log(true)
                    .with_can_view_product_statistics(false)
                    .with_can_view_sdk_key(true)
                    .with_environment_accesses([
                        environment_access,
                        CreateOrUpdateEnvironmentAccessModel::new(),
                    ])
                    .with_environment_approval_permissions([
                        environment_approval_permission,
                        CreateOrUpdateEnvironmentApprovalPermissionModel::new(),
                    ])
                    .with_new_environment_access_type(EnvironmentAccessType::ReadOnly)
                    .with_new_environment_approval_permission_type(
                        EnvironmentApprovalPermissionType::CanBypassApproval,
                    );
                call(client.create_permission_group(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/permissions",
        )
        .body(
            r#"{
              "name": "name “q” \"w\"",
              "accessType": "readOnly",
              "approvalPermissionType": "cannotApprove",
              "canCreateOrUpdateConfig": true,
              "canCreateOrUpdateEnvironment": false,
              "canCreateOrUpdateSegments": true,
              "canCreateOrUpdateSetting": false,
              "canCreateOrUpdateTag": true,
              "canDeleteConfig": false,
              "canDeleteEnvironment": true,
              "canDeleteSegments": false,
              "canDeleteSetting": true,
              "canDeleteTag": false,
              "canDisable2FA": true,
              "canManageIntegrations": false,
              "canManageMembers": true,
              "canManageProductPreferences": false,
              "canManageWebhook": true,
              "canRotateSdkKey": false,
              "canTagSetting": true,
              "canUseExportImport": false,
              "canViewProductAuditLog": true,
              "canViewProductStatistics": false,
              "canViewSdkKey": true,
              "environmentAccesses": [
                {
                  "environmentAccessType": "none",
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004"
                },
                {}
              ],
              "environmentApprovalPermissions": [
                {
                  "environmentApprovalPermissionType": "cannotApprove",
                  "environmentId": "0e0e0000-0000-4000-8000-00000000e004"
                },
                {}
              ],
              "newEnvironmentAccessType": "readOnly",
              "newEnvironmentApprovalPermissionType": "canBypassApproval"
            }"#,
        ),
        Row::new(
            "create-permission-group",
            |client| {
                let body = CreatePermissionGroupRequest::new("name “q” \"w\"")
                    .with_environment_accesses(Vec::<CreateOrUpdateEnvironmentAccessModel>::new())
                    .with_environment_approval_permissions(Vec::<
                        CreateOrUpdateEnvironmentApprovalPermissionModel,
                    >::new());
                call(client.create_permission_group(PRODUCT, body).send())
            },
            "POST",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/permissions",
        )
        .body(
            r#"{
              "name": "name “q” \"w\"",
              "environmentAccesses": [],
              "environmentApprovalPermissions": []
            }"#,
        ),
    ]
}

/// The rows cannot show it: with so many booleans, one could stand in for another.
#[test]
fn each_permission_is_its_own() {
    macro_rules! permission {
        ($name:literal, $with:ident) => {
            (
                $name,
                to_value(CreatePermissionGroupRequest::new("x").$with(true)),
                to_value(UpdatePermissionGroupRequest::new().$with(true)),
            )
        };
    }
    let permissions = [
        permission!("canCreateOrUpdateConfig", with_can_create_or_update_config),
        permission!(
            "canCreateOrUpdateEnvironment",
            with_can_create_or_update_environment
        ),
        permission!(
            "canCreateOrUpdateSegments",
            with_can_create_or_update_segments
        ),
        permission!(
            "canCreateOrUpdateSetting",
            with_can_create_or_update_setting
        ),
        permission!("canCreateOrUpdateTag", with_can_create_or_update_tag),
        permission!("canDeleteConfig", with_can_delete_config),
        permission!("canDeleteEnvironment", with_can_delete_environment),
        permission!("canDeleteSegments", with_can_delete_segments),
        permission!("canDeleteSetting", with_can_delete_setting),
        permission!("canDeleteTag", with_can_delete_tag),
        permission!("canDisable2FA", with_can_disable2_fa),
        permission!("canManageIntegrations", with_can_manage_integrations),
        permission!("canManageMembers", with_can_manage_members),
        permission!(
            "canManageProductPreferences",
            with_can_manage_product_preferences
        ),
        permission!("canManageWebhook", with_can_manage_webhook),
        permission!("canRotateSdkKey", with_can_rotate_sdk_key),
        permission!("canTagSetting", with_can_tag_setting),
        permission!("canUseExportImport", with_can_use_export_import),
        permission!("canViewProductAuditLog", with_can_view_product_audit_log),
        permission!("canViewProductStatistics", with_can_view_product_statistics),
        permission!("canViewSdkKey", with_can_view_sdk_key),
    ];
    for (name, create, update) in permissions {
        assert_eq!(create.unwrap(), json!({"name": "x", name: true}));
        assert_eq!(update.unwrap(), json!({name: true}));
    }
}
