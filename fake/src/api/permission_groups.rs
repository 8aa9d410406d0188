//! Permission groups.

use configcat_management::types::{
    AuditLogType, CreateOrUpdateEnvironmentAccessModel,
    CreateOrUpdateEnvironmentApprovalPermissionModel, CreatePermissionGroupRequest,
    EnvironmentAccessType, EnvironmentApprovalPermissionType, EnvironmentId, PermissionGroupId,
    PermissionGroupModel, UpdatePermissionGroupRequest,
};

use super::Handler;
use crate::call::{Answer, Call, Problems, Refusal, merge};
use crate::state::{State, audit, team};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-permission-groups", list),
    ("create-permission-group", create),
    ("get-permission-group", get),
    ("update-permission-group", update),
    ("delete-permission-group", delete),
];

fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let groups = state.team.groups.values();
    let groups = groups.filter(|group| group.product.product_id == product_id);
    let models = groups.map(|group| state.group_model(group));
    Answer::ok(&models.collect::<Result<Vec<PermissionGroupModel>, _>>()?)
}

fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let mut wanted: CreatePermissionGroupRequest = call.body()?;
    let accesses = wanted.environment_accesses.take();
    let approvals = wanted.environment_approval_permissions.take();
    let product = state.product_model(state.product(product_id)?)?;
    let before = team::group(PermissionGroupId::default(), wanted.name.clone(), product);
    let mut group = merge(&before, &wanted)?;
    for environment in state.environments_of(product_id) {
        let access = EnvironmentAccessType::None;
        let approval = EnvironmentApprovalPermissionType::CannotApprove;
        team::admit(&mut group, environment.id, access, approval);
    }
    set(&mut group, accesses, approvals)?;
    demand_creation(&group)?;
    group.permission_group_id = i64::from(state.count()).into();
    let model = state.group_model(&group)?;
    let scope = state.in_product(product_id);
    state.team.groups.insert(group.permission_group_id, group);
    state.log(
        call,
        AuditLogType::PermissionGroupCreated,
        scope,
        &model.name,
        "",
    );
    Answer::created(&model)
}

fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let group = state.group(call.path("permissionGroupId")?)?;
    Answer::ok(&state.group_model(group)?)
}

fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let known = state.group(call.path("permissionGroupId")?)?;
    let id = known.permission_group_id;
    let before = state.group_model(known)?;
    let mut wanted: UpdatePermissionGroupRequest = call.body()?;
    if wanted.name.as_deref() == Some("") {
        return Err(Refusal::field("Name", "It must not be empty."));
    }
    let accesses = wanted.environment_accesses.take();
    let approvals = wanted.environment_approval_permissions.take();
    let mut group = merge(known, &wanted)?;
    set(&mut group, accesses, approvals)?;
    demand_creation(&group)?;
    let scope = state.in_product(group.product.product_id);
    let after = state.group_model(&group)?;
    // What it says of single environments may change without being shown.
    let changed = group != *known;
    state.team.groups.insert(id, group);
    if changed {
        let details = audit::differences(&before, &after);
        let kind = AuditLogType::PermissionGroupChanged;
        state.log(call, kind, scope, before.name, details);
    }
    Answer::ok(&after)
}

/// 400 if the group may delete something, but neither create nor update it.
fn demand_creation(group: &PermissionGroupModel) -> Result<(), Refusal> {
    let mut problems = Problems::default();
    for (what, delete, create) in [
        (
            "Config",
            group.can_delete_config,
            group.can_create_or_update_config,
        ),
        (
            "Environment",
            group.can_delete_environment,
            group.can_create_or_update_environment,
        ),
        (
            "Segments",
            group.can_delete_segments,
            group.can_create_or_update_segments,
        ),
        (
            "Setting",
            group.can_delete_setting,
            group.can_create_or_update_setting,
        ),
        ("Tag", group.can_delete_tag, group.can_create_or_update_tag),
    ] {
        if delete && !create {
            let message = format!("It needs `canCreateOrUpdate{what}` too.");
            problems.add(format!("CanDelete{what}"), message);
        }
    }
    problems.none()
}

/// Access to single environments; what is not listed stays.
fn set(
    group: &mut PermissionGroupModel,
    accesses: Option<Vec<CreateOrUpdateEnvironmentAccessModel>>,
    approvals: Option<Vec<CreateOrUpdateEnvironmentApprovalPermissionModel>>,
) -> Result<(), Refusal> {
    let mut problems = Problems::default();
    let unknown = |id: Option<EnvironmentId>| match id {
        Some(id) => format!("The product has no environment `{id}`."),
        None => "It is required.".to_string(),
    };
    for (index, wanted) in accesses.into_iter().flatten().enumerate() {
        let CreateOrUpdateEnvironmentAccessModel {
            environment_access_type,
            environment_id,
            ..
        } = wanted;
        let mut known = group.environment_accesses.iter_mut();
        match known.find(|known| Some(known.environment_id) == environment_id) {
            Some(known) => {
                let before = known.environment_access_type.clone();
                known.environment_access_type = environment_access_type.unwrap_or(before);
            }
            None => {
                let at = format!("EnvironmentAccesses[{index}].EnvironmentId");
                problems.add(at, unknown(environment_id));
            }
        }
    }
    for (index, wanted) in approvals.into_iter().flatten().enumerate() {
        let CreateOrUpdateEnvironmentApprovalPermissionModel {
            environment_approval_permission_type: wanted,
            environment_id,
            ..
        } = wanted;
        let mut known = group.environment_approval_permissions.iter_mut();
        match known.find(|known| Some(known.environment_id) == environment_id) {
            Some(known) => {
                let before = known.environment_approval_permission_type.clone();
                known.environment_approval_permission_type = wanted.unwrap_or(before);
            }
            None => {
                let at = format!("EnvironmentApprovalPermissions[{index}].EnvironmentId");
                problems.add(at, unknown(environment_id));
            }
        }
    }
    problems.none()
}

fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let group = state.group(call.path("permissionGroupId")?)?;
    let id = group.permission_group_id;
    if state.team.uses(id) {
        let message = "It has members or invitations; move them to another group first.";
        return Err(Refusal::field("PermissionGroupId", message));
    }
    let scope = state.in_product(group.product.product_id);
    let name = group.name.clone();
    state.team.groups.remove(&id);
    state.log(call, AuditLogType::PermissionGroupDeleted, scope, name, "");
    Answer::none()
}
