//! Members, invitations and permission groups hang together as they do in the service.

use configcat_management::types::PermissionGroupId;
use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::{Error, Result};

/// The status of a failure.
fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

#[tokio::test]
async fn a_product_starts_with_its_creator_as_administrator() -> Result<()> {
    let fake = Fake::builder().empty().start().await;
    let client = fake.client();
    let organization = fake.organization_id();
    let product = CreateProductRequest::new("Shop");
    let product = client.create_product(organization, product).send().await?;
    let members = client
        .get_product_members(product.product_id)
        .send()
        .await?;
    let groups = client
        .get_permission_groups(product.product_id)
        .send()
        .await?;
    assert_eq!((members.len(), groups.len()), (1, 1));
    assert_eq!(members[0].email.as_deref(), Some("jane.doe@example.com"));
    assert_eq!(
        members[0].permission_group_id,
        groups[0].permission_group_id
    );
    assert!(groups[0].can_manage_members);

    let all = client
        .get_organization_members_v2(organization)
        .send()
        .await?;
    assert_eq!(all.admins.len(), 1);
    assert_eq!(
        all.members[0].permissions[0].product.product_id,
        product.product_id
    );
    #[expect(deprecated, reason = "the older operation is served too")]
    let flat = client.get_organization_members(organization).send().await?;
    assert_eq!(
        flat[0].user_id.as_deref(),
        Some(all.admins[0].user_id.as_str())
    );

    let last = all.admins[0].user_id.as_str();
    let removal = client.delete_organization_member(organization, last);
    assert_eq!(status(removal.send().await), 400, "the last admin stays");
    let demotion = UpdateMemberPermissionsRequest::new().with_is_admin(false);
    let demotion = client.add_member_to_group(organization, last, demotion);
    assert_eq!(status(demotion.send().await), 400, "the last admin stays");
    Ok(())
}

#[tokio::test]
async fn an_invited_person_joins_moves_and_leaves() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let (organization, product) = (fake.organization_id(), fake.demo().unwrap().product_id);
    let group = CreatePermissionGroupRequest::new("Testers").with_can_create_or_update_tag(true);
    let group = client
        .create_permission_group(product, group)
        .send()
        .await?
        .permission_group_id;
    let before = client.get_pending_invitations(product).send().await?.len();
    let emails = || vec!["ann@example.com".to_string()];
    let invitation = InviteMembersRequest::new(emails(), group);
    let sent = client.invite_member(product, invitation.clone()).send();
    assert_eq!(sent.await?.status(), 200);
    client.invite_member(product, invitation).send().await?;
    let pending = client.get_pending_invitations(product).send().await?;
    assert_eq!(
        pending.len(),
        before + 1,
        "who is invited twice is invited once"
    );
    let ann =
        |invitation: &&InvitationModel| invitation.email.as_deref() == Some("ann@example.com");
    let invited = pending.iter().find(ann).expect("Ann is invited");
    assert!(!invited.expired);
    let everywhere = client
        .get_pending_invitations_org(organization)
        .send()
        .await?;
    let same = everywhere
        .iter()
        .find(|other| other.invitation_id == invited.invitation_id)
        .expect("the organization knows it too");
    assert_eq!(same.product_name.as_deref(), Some("Web shop"));

    let removal = client.delete_permission_group(group).send().await;
    assert_eq!(status(removal), 400, "somebody is invited to it");
    let user = fake
        .accept_invitation(invited.invitation_id, "Ann Lee")
        .expect("it is pending");
    let removal = client.delete_permission_group(group).send().await;
    assert_eq!(status(removal), 400, "somebody is in it");
    let again = InviteMembersRequest::new(emails(), group);
    assert_eq!(
        status(client.invite_member(product, again).send().await),
        400,
        "a member is not invited"
    );

    let groups = client.get_permission_groups(product).send().await?;
    let administrators = groups
        .iter()
        .find(|group| group.name == "Administrators")
        .expect("a product has it")
        .permission_group_id;
    let set = |groups: &[PermissionGroupId]| {
        let wanted = UpdateMemberPermissionsRequest::new().with_permission_group_ids(groups);
        client.add_member_to_group(organization, &user, wanted)
    };
    let both = set(&[group, administrators]).send().await;
    assert_eq!(status(both), 400, "one group of each product");
    assert_eq!(status(set(&[0.into()]).send().await), 400);
    set(&[administrators]).send().await?;
    client.delete_permission_group(group).send().await?;
    assert_eq!(status(client.get_permission_group(group).send().await), 404);

    client.delete_product_member(product, &user).send().await?;
    let again = client.delete_product_member(product, &user).send().await;
    assert_eq!(status(again), 404);
    let all = client
        .get_organization_members_v2(organization)
        .send()
        .await?;
    assert!(all.members.iter().any(|member| member.user_id == user));
    let removal = client.delete_organization_member(organization, &user);
    removal.send().await?;
    let removal = client.delete_organization_member(organization, &user);
    assert_eq!(status(removal.send().await), 404);
    Ok(())
}

#[tokio::test]
async fn invitations_run_out_and_can_be_withdrawn() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let product = fake.demo().unwrap().product_id;
    let groups = client.get_permission_groups(product).send().await?;
    let group = groups[0].permission_group_id;
    let invite = |email: &str| {
        let wanted = InviteMembersRequest::new(vec![email.to_string()], group);
        client.invite_member(product, wanted)
    };
    for wrong in ["", "ann", "@", "ann@", "a b@c"] {
        assert_eq!(status(invite(wrong).send().await), 400, "{wrong}");
    }
    let nowhere = InviteMembersRequest::new(vec!["ann@example.com".to_string()], 0);
    assert_eq!(
        status(client.invite_member(product, nowhere).send().await),
        400
    );
    invite("ann@example.com").send().await?;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(15 * 24 * 60 * 60)).await;
    tokio::time::resume();
    let pending = client.get_pending_invitations(product).send().await?;
    assert!(pending.iter().all(|invitation| invitation.expired));
    let id = pending[0].invitation_id;
    assert_eq!(fake.accept_invitation(id, "Ann Lee"), None);
    client.delete_invitation(id).send().await?;
    assert_eq!(status(client.delete_invitation(id).send().await), 404);
    Ok(())
}

#[tokio::test]
async fn permission_groups_keep_what_an_update_leaves_out_and_follow_environments() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let access = CreateOrUpdateEnvironmentAccessModel::new()
        .with_environment_id(demo.test_id)
        .with_environment_access_type(EnvironmentAccessType::Full);
    let group = CreatePermissionGroupRequest::new("Testers")
        .with_can_view_sdk_key(true)
        .with_new_environment_access_type(EnvironmentAccessType::ReadOnly)
        .with_environment_accesses(vec![access]);
    let group = client
        .create_permission_group(demo.product_id, group)
        .send()
        .await?
        .into_inner();
    let of = |group: &PermissionGroupModel, environment| {
        let mut accesses = group.environment_accesses.iter();
        let found = accesses.find(|access| access.environment_id == environment);
        found.map(|access| access.environment_access_type.clone())
    };
    assert_eq!(of(&group, demo.test_id), Some(EnvironmentAccessType::Full));
    assert_eq!(
        of(&group, demo.production_id),
        Some(EnvironmentAccessType::None)
    );
    let id = group.permission_group_id;
    let wanted = UpdatePermissionGroupRequest::new()
        .with_name("QA")
        .with_can_disable2_fa(true);
    let updated = client.update_permission_group(id, wanted).send().await?;
    assert_eq!(updated.name, "QA");
    assert!(updated.can_view_sdk_key && updated.can_disable2_fa);
    assert_eq!(of(&updated, demo.test_id), of(&group, demo.test_id));

    let environment = CreateEnvironmentModel::new("Staging");
    let environment = client
        .create_environment(demo.product_id, environment)
        .send()
        .await?
        .environment_id;
    let group = client.get_permission_group(id).send().await?;
    assert_eq!(
        of(&group, environment),
        Some(EnvironmentAccessType::ReadOnly),
        "as the group says for new environments"
    );
    client.delete_environment(environment).send().await?;
    let group = client.get_permission_group(id).send().await?;
    assert_eq!(of(&group, environment), None);

    let foreign = CreateOrUpdateEnvironmentAccessModel::new()
        .with_environment_id(environment)
        .with_environment_access_type(EnvironmentAccessType::Full);
    let wanted = UpdatePermissionGroupRequest::new().with_environment_accesses(vec![foreign]);
    let refused = client.update_permission_group(id, wanted).send().await;
    assert_eq!(status(refused), 400);
    Ok(())
}

#[tokio::test]
async fn a_group_tells_of_single_environments_if_it_is_custom() -> Result<()> {
    use EnvironmentAccessType as Access;
    use EnvironmentApprovalPermissionType as Approval;
    let fake = Fake::start().await;
    let client = fake.client();
    let product = fake.demo().unwrap().product_id;
    let group = CreatePermissionGroupRequest::new("Testers");
    let created = client
        .create_permission_group(product, group)
        .send()
        .await?;
    let id = created.permission_group_id;
    // ConfigCat's Terraform provider expects nothing there of groups that are not custom.
    for (access, approval, told) in [
        (
            AccessType::Full,
            ApprovalPermissionType::CanApproveOthers,
            0,
        ),
        (
            AccessType::ReadOnly,
            ApprovalPermissionType::CanBypassApproval,
            0,
        ),
        (AccessType::Custom, ApprovalPermissionType::Custom, 2),
    ] {
        let wanted = UpdatePermissionGroupRequest::new()
            .with_access_type(access)
            .with_approval_permission_type(approval);
        client.update_permission_group(id, wanted).send().await?;
        let group = client.get_permission_group(id).send().await?.into_inner();
        let (accesses, approvals) = (
            group.environment_accesses,
            group.environment_approval_permissions,
        );
        assert_eq!((accesses.len(), approvals.len()), (told, told));
        let accesses = accesses
            .into_iter()
            .map(|known| known.environment_access_type);
        let approvals = approvals
            .into_iter()
            .map(|known| known.environment_approval_permission_type);
        let nothing = (Access::None, Approval::CannotApprove);
        assert!(accesses.zip(approvals).all(|known| known == nothing));
    }
    Ok(())
}

#[tokio::test]
async fn the_group_says_who_may_only_read_and_who_bypasses_approvals() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (product, flag) = (demo.product_id, demo.v2.new_checkout);
    let wanted = UpdatePreferencesRequest::new().with_approve_required(true);
    client
        .update_product_preferences(product, wanted)
        .send()
        .await?;
    let told = async |environment| {
        let value = client
            .get_setting_value_v2(environment, flag)
            .send()
            .await?;
        let all = client
            .get_setting_values_v2(demo.v2.config_id, environment)
            .send()
            .await?;
        let old = client
            .get_setting_value(environment, demo.v1.new_checkout)
            .send()
            .await?;
        let all_old = client
            .get_setting_values(demo.v1.config_id, environment)
            .send()
            .await?;
        assert_eq!(value.can_bypass_approval, all.can_bypass_approval);
        assert_eq!(
            [value.read_only; 3],
            [all.read_only, old.read_only, all_old.read_only]
        );
        Result::Ok((value.read_only, value.can_bypass_approval))
    };
    let bypass = async |environment, on| {
        let value = UpdateValueModel::new().with_bool_value(on);
        let formula = UpdateEvaluationFormulaModel::new(value);
        let call = client.replace_setting_value_v2(environment, flag, formula);
        call.bypass_approval(true).send().await
    };
    assert_eq!(
        told(demo.production_id).await?,
        (false, true),
        "an admin may everything"
    );
    bypass(demo.production_id, true).await?;

    // Somebody else becomes the admin, and the caller a tester.
    let access = CreateOrUpdateEnvironmentAccessModel::new()
        .with_environment_id(demo.test_id)
        .with_environment_access_type(EnvironmentAccessType::Full);
    let approval = CreateOrUpdateEnvironmentApprovalPermissionModel::new()
        .with_environment_id(demo.test_id)
        .with_environment_approval_permission_type(
            EnvironmentApprovalPermissionType::CanBypassApproval,
        );
    let group = CreatePermissionGroupRequest::new("Testers")
        .with_access_type(AccessType::Custom)
        .with_approval_permission_type(ApprovalPermissionType::Custom)
        .with_environment_accesses(vec![access])
        .with_environment_approval_permissions(vec![approval]);
    let group = client
        .create_permission_group(product, group)
        .send()
        .await?;
    let group = group.permission_group_id;
    let me = client.get_product_members(product).send().await?[0]
        .user_id
        .clone();
    let invite = InviteMembersRequest::new(["ann@example.com".to_string()], group);
    client.invite_member(product, invite).send().await?;
    let invited = client.get_pending_invitations(product).send().await?;
    let ann = |known: &&InvitationModel| known.email.as_deref() == Some("ann@example.com");
    let invitation = invited
        .iter()
        .find(ann)
        .expect("Ann is invited")
        .invitation_id;
    let ann = fake
        .accept_invitation(invitation, "Ann Lee")
        .expect("it is open");
    for (user, is_admin) in [(ann, true), (me.expect("it has an id"), false)] {
        let wanted = UpdateMemberPermissionsRequest::new()
            .with_is_admin(is_admin)
            .with_permission_group_ids([group]);
        let call = client.add_member_to_group(fake.organization_id(), &user, wanted);
        call.send().await?;
    }
    assert_eq!(told(demo.test_id).await?, (false, true));
    bypass(demo.test_id, false).await?;
    assert_eq!(told(demo.production_id).await?, (true, false));
    assert_eq!(
        status(bypass(demo.production_id, false).await),
        400,
        "it has no effect"
    );
    let variations = client
        .get_predefined_variations(demo.v2.banner_text)
        .send()
        .await?;
    let access = |known: &PredefinedVariationEnvironmentModel| known.access_type.clone();
    let accesses: Vec<EnvironmentAccessType> = variations.environments.iter().map(access).collect();
    assert_eq!(
        accesses,
        [EnvironmentAccessType::None, EnvironmentAccessType::Full]
    );
    for (environment, applied) in [(demo.production_id, false), (demo.test_id, true)] {
        let wanted = CreateChangeRequestModel::new("Launch").with_bypass_approval(true);
        let created = client.create_change_request(demo.v2.config_id, environment, wanted);
        let id = created.send().await?.change_request_id;
        assert_eq!(
            client.apply_change_request(id).send().await.is_ok(),
            applied
        );
    }
    Ok(())
}
