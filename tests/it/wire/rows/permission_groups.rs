//! Permission Groups.

use configcat_management::types::{
    AccessType, ApprovalPermissionType, CreateOrUpdateEnvironmentAccessModel,
    CreateOrUpdateEnvironmentApprovalPermissionModel, CreatePermissionGroupRequest,
    EnvironmentAccessType, EnvironmentApprovalPermissionType, UpdatePermissionGroupRequest,
};
use serde_json::{Value, json, to_value};

use super::{ENVIRONMENT, PRODUCT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/permissions/9007199254740995", |client| client
            .get_permission_group(9007199254740995)),
        row!("PUT /v1/permissions/9007199254740995", |client| {
            client.update_permission_group(9007199254740995, UpdatePermissionGroupRequest::new())
        })
        .body(json!({})),
        row!("PUT /v1/permissions/9007199254740995", |client| {
            let body = UpdatePermissionGroupRequest::new();
            let set = |body, (permission, given): (Permission, _)| (permission.update)(body, given);
            let body = every_second(false)
                .fold(body, set)
                .with_access_type(AccessType::Custom)
                .with_approval_permission_type(ApprovalPermissionType::Custom)
                .with_environment_accesses(accesses(EnvironmentAccessType::ReadOnly))
                .with_environment_approval_permissions(approvals(
                    EnvironmentApprovalPermissionType::CanBypassApproval,
                ))
                .with_name("name tab | end")
                .with_new_environment_access_type(EnvironmentAccessType::ReadOnly)
                .with_new_environment_approval_permission_type(
                    EnvironmentApprovalPermissionType::CanBypassApproval,
                );
            client.update_permission_group(9007199254740995, body)
        })
        .body(every_second_sent(
            false,
            json!({
                "accessType": "custom",
                "approvalPermissionType": "custom",
                "environmentAccesses": [
                    {"environmentAccessType": "readOnly", "environmentId": "{ENVIRONMENT}"},
                    {},
                ],
                "environmentApprovalPermissions": [
                    {
                        "environmentApprovalPermissionType": "canBypassApproval",
                        "environmentId": "{ENVIRONMENT}",
                    },
                    {},
                ],
                "name": "name tab | end",
                "newEnvironmentAccessType": "readOnly",
                "newEnvironmentApprovalPermissionType": "canBypassApproval",
            }),
        )),
        row!("PUT /v1/permissions/9007199254740995", |client| {
            let body = UpdatePermissionGroupRequest::new()
                .with_environment_accesses(Vec::<CreateOrUpdateEnvironmentAccessModel>::new())
                .with_environment_approval_permissions(Vec::<
                    CreateOrUpdateEnvironmentApprovalPermissionModel,
                >::new());
            client.update_permission_group(9007199254740995, body)
        })
        .body(json!({"environmentAccesses": [], "environmentApprovalPermissions": []})),
        row!("DELETE /v1/permissions/9007199254740995", |client| client
            .delete_permission_group(9007199254740995)),
        row!("GET /v1/products/{PRODUCT}/permissions", |client| client
            .get_permission_groups(PRODUCT)),
        row!("POST /v1/products/{PRODUCT}/permissions", |client| {
            let body = CreatePermissionGroupRequest::new("name “q” \"w\"");
            client.create_permission_group(PRODUCT, body)
        })
        .body(json!({"name": "name “q” \"w\""})),
        row!("POST /v1/products/{PRODUCT}/permissions", |client| {
            let body = CreatePermissionGroupRequest::new("name “q” \"w\"");
            let set = |body, (permission, given): (Permission, _)| (permission.create)(body, given);
            let body = every_second(true)
                .fold(body, set)
                .with_access_type(AccessType::ReadOnly)
                .with_approval_permission_type(ApprovalPermissionType::CannotApprove)
                .with_environment_accesses(accesses(EnvironmentAccessType::None))
                .with_environment_approval_permissions(approvals(
                    EnvironmentApprovalPermissionType::CannotApprove,
                ))
                .with_new_environment_access_type(EnvironmentAccessType::ReadOnly)
                .with_new_environment_approval_permission_type(
                    EnvironmentApprovalPermissionType::CanBypassApproval,
                );
            client.create_permission_group(PRODUCT, body)
        })
        .body(every_second_sent(
            true,
            json!({
                "name": "name “q” \"w\"",
                "accessType": "readOnly",
                "approvalPermissionType": "cannotApprove",
                "environmentAccesses": [
                    {"environmentAccessType": "none", "environmentId": "{ENVIRONMENT}"},
                    {},
                ],
                "environmentApprovalPermissions": [
                    {
                        "environmentApprovalPermissionType": "cannotApprove",
                        "environmentId": "{ENVIRONMENT}",
                    },
                    {},
                ],
                "newEnvironmentAccessType": "readOnly",
                "newEnvironmentApprovalPermissionType": "canBypassApproval",
            }),
        )),
        row!("POST /v1/products/{PRODUCT}/permissions", |client| {
            let body = CreatePermissionGroupRequest::new("name “q” \"w\"")
                .with_environment_accesses(Vec::<CreateOrUpdateEnvironmentAccessModel>::new())
                .with_environment_approval_permissions(Vec::<
                    CreateOrUpdateEnvironmentApprovalPermissionModel,
                >::new());
            client.create_permission_group(PRODUCT, body)
        })
        .body(json!({
            "name": "name “q” \"w\"",
            "environmentAccesses": [],
            "environmentApprovalPermissions": [],
        })),
    ]
}

fn accesses(kind: EnvironmentAccessType) -> [CreateOrUpdateEnvironmentAccessModel; 2] {
    let access = CreateOrUpdateEnvironmentAccessModel::new()
        .with_environment_access_type(kind)
        .with_environment_id(ENVIRONMENT);
    [access, CreateOrUpdateEnvironmentAccessModel::new()]
}

fn approvals(
    kind: EnvironmentApprovalPermissionType,
) -> [CreateOrUpdateEnvironmentApprovalPermissionModel; 2] {
    let approval = CreateOrUpdateEnvironmentApprovalPermissionModel::new()
        .with_environment_approval_permission_type(kind)
        .with_environment_id(ENVIRONMENT);
    [
        approval,
        CreateOrUpdateEnvironmentApprovalPermissionModel::new(),
    ]
}

/// A permission: its name, and the methods that set it.
struct Permission {
    name: &'static str,
    create: fn(CreatePermissionGroupRequest, bool) -> CreatePermissionGroupRequest,
    update: fn(UpdatePermissionGroupRequest, bool) -> UpdatePermissionGroupRequest,
}

macro_rules! permissions {
    ($($name:ident $with:ident,)*) => {
        [$(Permission {
            name: stringify!($name),
            create: |body, yes| body.$with(yes),
            update: |body, yes| body.$with(yes),
        }),*]
    };
}

const PERMISSIONS: [Permission; 21] = permissions! {
    canCreateOrUpdateConfig with_can_create_or_update_config,
    canCreateOrUpdateEnvironment with_can_create_or_update_environment,
    canCreateOrUpdateSegments with_can_create_or_update_segments,
    canCreateOrUpdateSetting with_can_create_or_update_setting,
    canCreateOrUpdateTag with_can_create_or_update_tag,
    canDeleteConfig with_can_delete_config,
    canDeleteEnvironment with_can_delete_environment,
    canDeleteSegments with_can_delete_segments,
    canDeleteSetting with_can_delete_setting,
    canDeleteTag with_can_delete_tag,
    canDisable2FA with_can_disable2_fa,
    canManageIntegrations with_can_manage_integrations,
    canManageMembers with_can_manage_members,
    canManageProductPreferences with_can_manage_product_preferences,
    canManageWebhook with_can_manage_webhook,
    canRotateSdkKey with_can_rotate_sdk_key,
    canTagSetting with_can_tag_setting,
    canUseExportImport with_can_use_export_import,
    canViewProductAuditLog with_can_view_product_audit_log,
    canViewProductStatistics with_can_view_product_statistics,
    canViewSdkKey with_can_view_sdk_key,
};

/// Each second permission is given.
fn every_second(first: bool) -> impl Iterator<Item = (Permission, bool)> {
    let permissions = PERMISSIONS.into_iter().enumerate();
    permissions.map(move |(index, permission)| (permission, (index % 2 == 0) == first))
}

/// What is sent for them, with other fields.
fn every_second_sent(first: bool, mut body: Value) -> Value {
    for (permission, given) in every_second(first) {
        body[permission.name] = json!(given);
    }
    body
}

/// The rows cannot show it: with so many booleans, one could stand in for another.
#[test]
fn each_permission_is_its_own() {
    for permission in PERMISSIONS {
        let created = (permission.create)(CreatePermissionGroupRequest::new("x"), true);
        let expected = json!({"name": "x", permission.name: true});
        assert_eq!(to_value(created).unwrap(), expected);
        let updated = (permission.update)(UpdatePermissionGroupRequest::new(), true);
        assert_eq!(to_value(updated).unwrap(), json!({permission.name: true}));
    }
}
