//! Members and invitations.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use configcat_management::types::{
    AuditLogType, InvitationId, InvitationModel, InviteMembersRequest, MeModel, MemberModel,
    OrganizationAdminModel, OrganizationInvitationModel, OrganizationMemberModel,
    OrganizationMembersModel, OrganizationPermissionGroupModel, OrganizationPermissionModel,
    OrganizationProductModel, PermissionGroupId, ProductId, UpdateMemberPermissionsRequest,
    UserModel,
};

use super::Handler;
use crate::call::{Answer, Call, Problems, Refusal, new_id};
use crate::state::State;
use crate::state::team::{Invitation, Member};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-organization-members", flat),
    ("get-organization-members-v2", of_organization),
    ("get-product-members", of_product),
    ("add-member-to-group", set_permissions),
    ("delete-organization-member", remove_from_organization),
    ("delete-product-member", remove_from_product),
    ("invite-member", invite),
    ("get-pending-invitations", invitations),
    ("get-pending-invitations-org", all_invitations),
    ("delete-invitation", withdraw),
];

fn flat(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization = state.organization(call.path("organizationId")?)?;
    let user = |member: &Member| {
        UserModel::default()
            .with_email(Some(member.email.clone()))
            .with_full_name(Some(member.full_name.clone()))
            .with_two_factor_enabled(member.two_factor_enabled)
            .with_user_id(Some(member.id.clone()))
    };
    let members = state.members_of(organization.organization_id);
    Answer::ok(&members.map(user).collect::<Vec<_>>())
}

/// Admins, billing managers, and those who are in a product or in none of these roles.
fn of_organization(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id = state
        .organization(call.path("organizationId")?)?
        .organization_id;
    let admin = |member: &Member| {
        OrganizationAdminModel::default()
            .with_email(member.email.clone())
            .with_full_name(member.full_name.clone())
            .with_two_factor_enabled(member.two_factor_enabled)
            .with_user_id(member.id.clone())
    };
    let plain = |member: &&Member| {
        !member.groups.is_empty() || !(member.is_admin || member.is_billing_manager)
    };
    let members = state.members_of(id).filter(plain);
    let members = members.map(|member| {
        let permissions = member.groups.values().map(|id| permission(state, *id));
        Ok(OrganizationMemberModel::default()
            .with_email(member.email.clone())
            .with_full_name(member.full_name.clone())
            .with_permissions(permissions.collect::<Result<_, Refusal>>()?)
            .with_two_factor_enabled(member.two_factor_enabled)
            .with_user_id(member.id.clone()))
    });
    let admins = state.members_of(id).filter(|member| member.is_admin);
    let managers = state
        .members_of(id)
        .filter(|member| member.is_billing_manager);
    Answer::ok(
        &OrganizationMembersModel::default()
            .with_admins(admins.map(admin).collect())
            .with_billing_managers(managers.map(admin).collect())
            .with_members(members.collect::<Result<_, Refusal>>()?),
    )
}

fn permission(
    state: &State,
    group_id: PermissionGroupId,
) -> Result<OrganizationPermissionModel, Refusal> {
    let group = state.group(group_id)?;
    let product = state.product(group.product.product_id)?;
    Ok(OrganizationPermissionModel::default()
        .with_permission_group(
            OrganizationPermissionGroupModel::default()
                .with_name(group.name.clone())
                .with_permission_group_id(group_id),
        )
        .with_product(
            OrganizationProductModel::default()
                .with_name(product.name.clone())
                .with_product_id(product.id),
        ))
}

fn of_product(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let model = |member: &Member| {
        Some(
            MemberModel::default()
                .with_email(Some(member.email.clone()))
                .with_full_name(Some(member.full_name.clone()))
                .with_permission_group_id(*member.groups.get(&product_id)?)
                .with_product_id(product_id)
                .with_user_id(Some(member.id.clone())),
        )
    };
    let members = state.team.members.values().filter_map(model);
    Answer::ok(&members.collect::<Vec<_>>())
}

fn set_permissions(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization = state.organization(call.path("organizationId")?)?;
    let organization_id = organization.organization_id;
    let member = state.member(organization_id, &call.path::<String>("userId")?)?;
    let UpdateMemberPermissionsRequest {
        is_admin,
        is_billing_manager,
        permission_group_ids,
        remove_from_permission_groups_where_id_not_set,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    if is_admin == Some(false) && state.team.is_last_admin(&member.id) {
        problems.add("IsAdmin", "An organization needs an admin.");
    }
    let mut groups: BTreeMap<ProductId, PermissionGroupId> = BTreeMap::new();
    for (index, id) in permission_group_ids.into_iter().flatten().enumerate() {
        let at = format!("PermissionGroupIds[{index}]");
        let group = state.team.groups.get(&id);
        let product = group.and_then(|group| state.products.get(&group.product.product_id));
        match product.filter(|product| product.organization_id == organization_id) {
            None => problems.add(at, format!("The organization has no group `{id}`.")),
            Some(product) => {
                let other = groups.insert(product.id, id);
                if other.is_some_and(|other| other != id) {
                    problems.add(at, "A member is in one group of each product.");
                }
            }
        }
    }
    problems.none()?;
    let mut changed = member.clone();
    changed.is_admin = is_admin.unwrap_or(member.is_admin);
    changed.is_billing_manager = is_billing_manager.unwrap_or(member.is_billing_manager);
    if remove_from_permission_groups_where_id_not_set == Some(true) {
        changed.groups.clear();
    }
    changed.groups.extend(groups);
    log_permissions(state, call, member.clone(), &changed);
    state.team.members.insert(changed.id.clone(), changed);
    Answer::done()
}

/// One entry for the roles, and one for each product that a member joined, changed groups in, or left.
fn log_permissions(state: &mut State, call: &Call, before: Member, after: &Member) {
    let roles = |member: &Member| (member.is_admin, member.is_billing_manager);
    if roles(&before) != roles(after) {
        let scope = state.in_organization(after.organization_id);
        let kind = AuditLogType::OrganizationAdminChanged;
        state.log(call, kind, scope, &after.email, "");
    }
    let mut products: Vec<ProductId> = before.groups.keys().copied().collect();
    products.extend(after.groups.keys());
    products.sort_unstable();
    products.dedup();
    for product_id in products {
        let kind = match (
            before.groups.get(&product_id),
            after.groups.get(&product_id),
        ) {
            (None, Some(_)) => AuditLogType::TeamMemberAddedToProduct,
            (Some(_), None) => AuditLogType::TeamMemberRemoved,
            (before, after) if before != after => AuditLogType::TeamMemberPermissionGroupChanged,
            _ => continue,
        };
        let scope = state.in_product(product_id);
        state.log(call, kind, scope, &after.email, "");
    }
}

fn remove_from_organization(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization = state.organization(call.path("organizationId")?)?;
    let organization_id = organization.organization_id;
    let member = state.member(organization_id, &call.path::<String>("userId")?)?;
    if state.team.is_last_admin(&member.id) {
        let message = "An organization needs an admin.";
        return Err(Refusal::field("UserId", message));
    }
    let (id, email) = (member.id.clone(), member.email.clone());
    let scope = state.in_organization(organization_id);
    state.team.members.remove(&id);
    let kind = AuditLogType::OrganizationMemberRemoved;
    state.log(call, kind, scope, email, "");
    Answer::none()
}

fn remove_from_product(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let id: String = call.path("userId")?;
    let member = state.team.members.get_mut(&id);
    let member = member.ok_or_else(|| Refusal::unknown("member", &id))?;
    if member.groups.remove(&product_id).is_none() {
        return Err(Refusal::unknown("member", &id));
    }
    let email = member.email.clone();
    let scope = state.in_product(product_id);
    state.log(call, AuditLogType::TeamMemberRemoved, scope, email, "");
    Answer::none()
}

/// All of them or none. Who is invited already is invited anew, to the group that is asked for now.
fn invite(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let InviteMembersRequest {
        emails,
        permission_group_id: group_id,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    let group = state.team.groups.get(&group_id);
    if group.is_none_or(|group| group.product.product_id != product_id) {
        let message = format!("The product has no permission group `{group_id}`.");
        problems.add("PermissionGroupId", message);
    }
    if emails.is_empty() {
        problems.add("Emails", "It must not be empty.");
    }
    let joined = |email: &str| {
        let mut members = state.team.members.values();
        members.any(|member| member.email == email && member.groups.contains_key(&product_id))
    };
    for (index, email) in emails.iter().enumerate() {
        if !is_email(email) {
            let message = format!("`{email}` is no email address.");
            problems.add(format!("Emails[{index}]"), message);
        } else if joined(email) {
            let message = format!("`{email}` is a member of the product.");
            problems.add(format!("Emails[{index}]"), message);
        }
    }
    problems.none()?;
    for email in emails {
        let of = |invitation: &Invitation| {
            invitation.product_id == product_id && invitation.email == email
        };
        let mut known = state.team.invitations.values_mut();
        let kind = match known.find(|invitation| of(invitation)) {
            Some(invitation) => {
                invitation.group_id = group_id;
                invitation.created_at = call.now;
                AuditLogType::TeamMemberInvitationResent
            }
            None => {
                let invitation = Invitation {
                    id: new_id(),
                    product_id,
                    email: email.clone(),
                    group_id,
                    created_at: call.now,
                };
                state.team.invitations.insert(invitation.id, invitation);
                AuditLogType::TeamMemberInvited
            }
        };
        let scope = state.in_product(product_id);
        state.log(call, kind, scope, email, "");
    }
    Answer::done()
}

/// Something before an `@` and something after it.
fn is_email(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.contains(['@', ' ', ',']);
    text.split_once('@')
        .is_some_and(|(name, host)| plain(name) && plain(host))
}

fn invitations(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let invitations = state.team.invitations.values();
    let invitations = invitations.filter(|invitation| invitation.product_id == product_id);
    let model = |invitation: &Invitation| {
        InvitationModel::default()
            .with_created_at(invitation.created_at)
            .with_email(Some(invitation.email.clone()))
            .with_expired(invitation.expires() <= call.now)
            .with_invitation_id(invitation.id)
            .with_permission_group_id(invitation.group_id)
    };
    Answer::ok(&invitations.map(model).collect::<Vec<_>>())
}

fn all_invitations(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization = state.organization(call.path("organizationId")?)?;
    let model = |invitation: &Invitation| {
        let product = state.products.get(&invitation.product_id)?;
        (product.organization_id == organization.organization_id).then(|| {
            OrganizationInvitationModel::default()
                .with_created_at(invitation.created_at)
                .with_email(Some(invitation.email.clone()))
                .with_expired(invitation.expires() <= call.now)
                .with_expires(invitation.expires())
                .with_invitation_id(invitation.id)
                .with_permission_group_id(invitation.group_id)
                .with_product_id(product.id)
                .with_product_name(Some(product.name.clone()))
        })
    };
    let invitations = state.team.invitations.values().filter_map(model);
    Answer::ok(&invitations.collect::<Vec<_>>())
}

fn withdraw(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id: InvitationId = call.path("invitationId")?;
    let invitation = state.team.invitations.remove(&id);
    let invitation = invitation.ok_or_else(|| Refusal::unknown("invitation", id))?;
    let scope = state.in_product(invitation.product_id);
    let kind = AuditLogType::TeamMemberInvitationRevoked;
    state.log(call, kind, scope, invitation.email, "");
    Answer::none()
}

/// Somebody accepts an invitation, which no operation does: becomes a member of the organization, if that is needed, and
/// joins the group. Gives the id of the user; `None` if there is no such invitation, or it has expired.
pub(crate) fn accept(
    state: &mut State,
    invitation_id: InvitationId,
    full_name: &str,
    now: DateTime<Utc>,
) -> Option<String> {
    let invitation = state.team.invitations.get(&invitation_id)?;
    if invitation.expires() <= now {
        return None;
    }
    let invitation = state.team.invitations.remove(&invitation_id)?;
    let organization_id = state.products.get(&invitation.product_id)?.organization_id;
    let known = state
        .members_of(organization_id)
        .find(|member| member.email == invitation.email)
        .map(|member| member.id.clone());
    let id = match known {
        Some(id) => id,
        None => {
            let person = MeModel::default()
                .with_email(invitation.email.clone())
                .with_full_name(full_name.to_string());
            state.add_member(organization_id, &person)
        }
    };
    let member = state.team.members.get_mut(&id)?;
    member
        .groups
        .insert(invitation.product_id, invitation.group_id);
    let scope = state.in_product(invitation.product_id);
    let kind = AuditLogType::TeamMemberJoined;
    state.log_because(now, None, kind, scope, invitation.email, "");
    Some(id)
}
