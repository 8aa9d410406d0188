//! Who may do what: members, permission groups, invitations.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use configcat_management::types::{
    AccessType, ApprovalPermissionType, EnvironmentAccessType, EnvironmentApprovalPermissionType,
    EnvironmentId, InvitationId, MeModel, OrganizationId, PermissionGroupEnvironmentAccessModel,
    PermissionGroupEnvironmentApprovalPermissionModel, PermissionGroupId, PermissionGroupModel,
    ProductId, ProductModel,
};
use serde::{Deserialize, Serialize};

use super::{Environment, State};
use crate::call::Refusal;

/// How long an invitation can be accepted.
const INVITED_FOR: TimeDelta = TimeDelta::days(14);

/// Members, permission groups and invitations of all organizations.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Team {
    /// By id of the user.
    pub(crate) members: BTreeMap<String, Member>,
    /// As they are shown; what they tell of products and environments is brought up to date before.
    pub(crate) groups: BTreeMap<PermissionGroupId, PermissionGroupModel>,
    pub(crate) invitations: BTreeMap<InvitationId, Invitation>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) organization_id: OrganizationId,
    pub(crate) email: String,
    pub(crate) full_name: String,
    pub(crate) two_factor_enabled: bool,
    pub(crate) is_admin: bool,
    pub(crate) is_billing_manager: bool,
    /// The permission group in each product.
    pub(crate) groups: BTreeMap<ProductId, PermissionGroupId>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Invitation {
    pub(crate) id: InvitationId,
    pub(crate) product_id: ProductId,
    pub(crate) email: String,
    pub(crate) group_id: PermissionGroupId,
    pub(crate) created_at: DateTime<Utc>,
}

impl Invitation {
    pub(crate) fn expires(&self) -> DateTime<Utc> {
        let end = self.created_at.checked_add_signed(INVITED_FOR);
        end.unwrap_or(self.created_at)
    }
}

impl Team {
    /// Whether somebody is in a permission group, or invited to it.
    pub(crate) fn uses(&self, group_id: PermissionGroupId) -> bool {
        let mut groups = self.members.values().flat_map(|m| m.groups.values());
        let mut invitations = self.invitations.values();
        groups.any(|id| *id == group_id)
            || invitations.any(|invitation| invitation.group_id == group_id)
    }

    pub(crate) fn is_last_admin(&self, id: &str) -> bool {
        let Some(member) = self.members.get(id).filter(|member| member.is_admin) else {
            return false;
        };
        let mut others = self.members.values().filter(|other| other.id != id);
        !others.any(|other| other.is_admin && other.organization_id == member.organization_id)
    }

    /// The groups of a new environment's product get access to it, as they say for new environments.
    pub(crate) fn add_environment(&mut self, product_id: ProductId, environment_id: EnvironmentId) {
        for group in self.groups.values_mut() {
            if group.product.product_id == product_id {
                let access = group.new_environment_access_type.clone();
                let approval = group.new_environment_approval_permission_type.clone();
                admit(group, environment_id, access, approval);
            }
        }
    }

    pub(super) fn remove_environment(&mut self, id: EnvironmentId) {
        for group in self.groups.values_mut() {
            group
                .environment_accesses
                .retain(|access| access.environment_id != id);
            group
                .environment_approval_permissions
                .retain(|approval| approval.environment_id != id);
        }
    }

    pub(super) fn remove_product(&mut self, id: ProductId) {
        self.groups
            .retain(|_, group| group.product.product_id != id);
        self.invitations
            .retain(|_, invitation| invitation.product_id != id);
        for member in self.members.values_mut() {
            member.groups.remove(&id);
        }
    }
}

/// What somebody may do in an environment: with settings, and with change requests.
pub(crate) struct Allowed {
    pub(crate) access: EnvironmentAccessType,
    approval: EnvironmentApprovalPermissionType,
}

impl Allowed {
    pub(crate) fn is_read_only(&self) -> bool {
        self.access != EnvironmentAccessType::Full
    }

    pub(crate) fn bypasses_approval(&self) -> bool {
        self.approval == EnvironmentApprovalPermissionType::CanBypassApproval
    }
}

/// What a group may do in an environment. What it says of single environments counts if it is `custom`.
fn allowed(group: &PermissionGroupModel, environment_id: EnvironmentId) -> Allowed {
    let mut accesses = group.environment_accesses.iter();
    let access = accesses.find(|access| access.environment_id == environment_id);
    let mut approvals = group.environment_approval_permissions.iter();
    let approval = approvals.find(|approval| approval.environment_id == environment_id);
    Allowed {
        access: match (&group.access_type, access) {
            (AccessType::Full, _) => EnvironmentAccessType::Full,
            (AccessType::ReadOnly, _) => EnvironmentAccessType::ReadOnly,
            (_, Some(access)) => access.environment_access_type.clone(),
            (_, None) => EnvironmentAccessType::None,
        },
        approval: match (&group.approval_permission_type, approval) {
            (ApprovalPermissionType::CanBypassApproval, _) => {
                EnvironmentApprovalPermissionType::CanBypassApproval
            }
            (ApprovalPermissionType::CanApproveOthers, _) => {
                EnvironmentApprovalPermissionType::CanApproveOthers
            }
            (ApprovalPermissionType::Custom, Some(approval)) => {
                approval.environment_approval_permission_type.clone()
            }
            _ => EnvironmentApprovalPermissionType::CannotApprove,
        },
    }
}

/// Says what a group may do in an environment that it does not mention yet.
pub(crate) fn admit(
    group: &mut PermissionGroupModel,
    environment_id: EnvironmentId,
    access: EnvironmentAccessType,
    approval: EnvironmentApprovalPermissionType,
) {
    group.environment_accesses.push(
        PermissionGroupEnvironmentAccessModel::default()
            .with_approve_required(false)
            .with_environment_access_type(access)
            .with_environment_id(environment_id)
            .with_name(String::new())
            .with_order(0)
            .with_reason_required(false),
    );
    group.environment_approval_permissions.push(
        PermissionGroupEnvironmentApprovalPermissionModel::default()
            .with_environment_approval_permission_type(approval)
            .with_environment_id(environment_id),
    );
}

/// A group that may nothing.
pub(crate) fn group(
    id: PermissionGroupId,
    name: String,
    product: ProductModel,
) -> PermissionGroupModel {
    PermissionGroupModel::default()
        .with_access_type(AccessType::Custom)
        .with_approval_permission_type(ApprovalPermissionType::CannotApprove)
        .with_can_create_or_update_config(false)
        .with_can_create_or_update_environment(false)
        .with_can_create_or_update_segments(false)
        .with_can_create_or_update_setting(false)
        .with_can_create_or_update_tag(false)
        .with_can_delete_config(false)
        .with_can_delete_environment(false)
        .with_can_delete_segments(false)
        .with_can_delete_setting(false)
        .with_can_delete_tag(false)
        .with_can_disable2_fa(false)
        .with_can_manage_integrations(false)
        .with_can_manage_members(false)
        .with_can_manage_product_preferences(false)
        .with_can_manage_webhook(false)
        .with_can_rotate_sdk_key(false)
        .with_can_tag_setting(false)
        .with_can_use_export_import(false)
        .with_can_view_product_audit_log(false)
        .with_can_view_product_statistics(false)
        .with_can_view_sdk_key(false)
        .with_environment_accesses(Vec::new())
        .with_environment_approval_permissions(Vec::new())
        .with_name(name)
        .with_new_environment_access_type(EnvironmentAccessType::None)
        .with_new_environment_approval_permission_type(
            EnvironmentApprovalPermissionType::CannotApprove,
        )
        .with_permission_group_id(id)
        .with_product(product)
}

/// The group that a new product starts with, which may everything.
pub(crate) fn administrators(id: PermissionGroupId, product: ProductModel) -> PermissionGroupModel {
    group(id, "Administrators".to_string(), product)
        .with_access_type(AccessType::Full)
        .with_approval_permission_type(ApprovalPermissionType::CanBypassApproval)
        .with_can_create_or_update_config(true)
        .with_can_create_or_update_environment(true)
        .with_can_create_or_update_segments(true)
        .with_can_create_or_update_setting(true)
        .with_can_create_or_update_tag(true)
        .with_can_delete_config(true)
        .with_can_delete_environment(true)
        .with_can_delete_segments(true)
        .with_can_delete_setting(true)
        .with_can_delete_tag(true)
        .with_can_disable2_fa(true)
        .with_can_manage_integrations(true)
        .with_can_manage_members(true)
        .with_can_manage_product_preferences(true)
        .with_can_manage_webhook(true)
        .with_can_rotate_sdk_key(true)
        .with_can_tag_setting(true)
        .with_can_use_export_import(true)
        .with_can_view_product_audit_log(true)
        .with_can_view_product_statistics(true)
        .with_can_view_sdk_key(true)
        .with_new_environment_access_type(EnvironmentAccessType::Full)
        .with_new_environment_approval_permission_type(
            EnvironmentApprovalPermissionType::CanBypassApproval,
        )
}

impl State {
    /// Makes somebody a member of an organization, in no product yet, and gives the id.
    pub(crate) fn add_member(
        &mut self,
        organization_id: OrganizationId,
        person: &MeModel,
    ) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        let member = Member {
            id: id.clone(),
            organization_id,
            email: person.email.clone(),
            full_name: person.full_name.clone(),
            two_factor_enabled: false,
            is_admin: false,
            is_billing_manager: false,
            groups: BTreeMap::new(),
        };
        self.team.members.insert(id.clone(), member);
        id
    }

    /// A new product has a group that may everything, and its creator in it.
    pub(crate) fn add_administrators(&mut self, product: ProductModel) {
        let id = PermissionGroupId(self.count().into());
        let product_id = product.product_id;
        let me = self.me.email.clone();
        let mut members = self.team.members.values_mut();
        if let Some(creator) = members.find(|member| member.email == me) {
            creator.groups.insert(product_id, id);
        }
        self.team.groups.insert(id, administrators(id, product));
    }

    /// A member of an organization.
    pub(crate) fn member(
        &self,
        organization_id: OrganizationId,
        id: &str,
    ) -> Result<&Member, Refusal> {
        let found = self.team.members.get(id);
        let found = found.filter(|member| member.organization_id == organization_id);
        found.ok_or_else(|| Refusal::unknown("member", id))
    }

    /// The member with an email address, if there is one yet or still.
    pub(crate) fn member_with(&self, email: &str) -> Option<&Member> {
        let mut members = self.team.members.values();
        members.find(|member| member.email == email)
    }

    /// What the user behind the credentials may do in an environment: what the permission group may, and an admin everything.
    pub(crate) fn allowed(&self, environment: &Environment) -> Allowed {
        let caller = self.member_with(&self.me.email);
        let group = caller.and_then(|caller| caller.groups.get(&environment.product_id));
        let group = group.and_then(|id| self.team.groups.get(id));
        match (caller.is_some_and(|caller| caller.is_admin), group) {
            (false, Some(group)) => allowed(group, environment.id),
            (false, None) => Allowed {
                access: EnvironmentAccessType::None,
                approval: EnvironmentApprovalPermissionType::CannotApprove,
            },
            (true, _) => Allowed {
                access: EnvironmentAccessType::Full,
                approval: EnvironmentApprovalPermissionType::CanBypassApproval,
            },
        }
    }

    /// The members of an organization.
    pub(crate) fn members_of(
        &self,
        organization_id: OrganizationId,
    ) -> impl Iterator<Item = &Member> {
        let members = self.team.members.values();
        members.filter(move |member| member.organization_id == organization_id)
    }

    pub(crate) fn group(&self, id: PermissionGroupId) -> Result<&PermissionGroupModel, Refusal> {
        let found = self.team.groups.get(&id);
        found.ok_or_else(|| Refusal::unknown("permission group", id))
    }

    /// A group, with what it tells of its product and environments as of now.
    pub(crate) fn group_model(
        &self,
        group: &PermissionGroupModel,
    ) -> Result<PermissionGroupModel, Refusal> {
        let mut model = group.clone();
        model.product = self.product_model(self.product(group.product.product_id)?)?;
        // What is the same everywhere is not told for each environment.
        if group.access_type != AccessType::Custom {
            model.environment_accesses.clear();
        }
        if group.approval_permission_type != ApprovalPermissionType::Custom {
            model.environment_approval_permissions.clear();
        }
        for access in &mut model.environment_accesses {
            let environment: &Environment = self.environment(access.environment_id)?;
            let shown = self.environment_model(environment)?;
            access.approve_required = shown.approve_required;
            access.color = shown.color;
            access.description = shown.description;
            access.name = shown.name;
            access.order = shown.order;
            access.reason_required = shown.reason_required;
        }
        model
            .environment_accesses
            .sort_by_key(|access| access.order);
        Ok(model)
    }
}
