//! Who may do what, what is demanded of them, and what is told of it.

use configcat_fake::Fake;
use configcat_management::Result;
use configcat_management::types::*;

use super::{World, formula, status};

pub(super) async fn people(world: &World, fake: &Fake) -> Result<()> {
    let World {
        client,
        organization,
        product,
        ..
    } = world;
    let group = CreatePermissionGroupRequest::new("Developers");
    let group = client
        .create_permission_group(*product, group)
        .send()
        .await?
        .into_inner();
    let id = group.permission_group_id;
    assert_eq!(*client.get_permission_group(id).send().await?, group);
    let wanted = UpdatePermissionGroupRequest::new()
        .with_name("Coders")
        .with_can_create_or_update_tag(true)
        .with_can_delete_tag(true);
    let changed = client.update_permission_group(id, wanted).send().await?;
    assert!(changed.name == "Coders" && changed.can_delete_tag);
    assert_eq!(
        client.get_permission_groups(*product).send().await?.len(),
        2
    );

    let emails = vec![
        "max@example.com".to_string(),
        "moritz@example.com".to_string(),
    ];
    let invited = InviteMembersRequest::new(emails, id);
    client.invite_member(*product, invited).send().await?;
    let pending = client.get_pending_invitations(*product).send().await?;
    assert_eq!(pending.len(), 2);
    assert_eq!(
        client
            .get_pending_invitations_org(*organization)
            .send()
            .await?
            .len(),
        2
    );
    assert_eq!(
        status(client.delete_permission_group(id).send().await),
        400,
        "it is in use"
    );
    let withdrawn = pending[0].invitation_id;
    client.delete_invitation(withdrawn).send().await?;
    assert_eq!(
        status(client.delete_invitation(withdrawn).send().await),
        404
    );
    world
        .logged(&[AuditLogType::TeamMemberInvitationRevoked])
        .await?;

    let joined = fake.accept_invitation(pending[1].invitation_id, "Moritz");
    let joined = joined.expect("the invitation is still there");
    assert!(
        client
            .get_pending_invitations(*product)
            .send()
            .await?
            .is_empty()
    );
    let everybody = || async move {
        let all = client
            .get_organization_members_v2(*organization)
            .send()
            .await?;
        Result::Ok(
            all.members
                .iter()
                .map(|member| member.user_id.clone())
                .collect::<Vec<_>>(),
        )
    };
    assert!(everybody().await?.contains(&joined));
    client
        .delete_organization_member(*organization, &*joined)
        .send()
        .await?;
    assert!(!everybody().await?.contains(&joined));
    let again = client
        .delete_organization_member(*organization, &*joined)
        .send()
        .await;
    assert_eq!(status(again), 404);

    let members = client.get_product_members(*product).send().await?;
    let me = members[0].user_id.clone().expect("it has an id");
    #[expect(deprecated, reason = "the older operation is served too")]
    let flat = client
        .get_organization_members(*organization)
        .send()
        .await?;
    assert_eq!(flat[0].user_id.as_ref(), Some(&me));
    let wanted = UpdateMemberPermissionsRequest::new().with_permission_group_ids([id]);
    client
        .add_member_to_group(*organization, &*me, wanted)
        .send()
        .await?;
    let members = client.get_product_members(*product).send().await?;
    assert_eq!(members[0].permission_group_id, id);
    let all = client
        .get_organization_members_v2(*organization)
        .send()
        .await?;
    assert_eq!(all.admins[0].user_id, me);
    client.delete_product_member(*product, &*me).send().await?;
    assert!(
        client
            .get_product_members(*product)
            .send()
            .await?
            .is_empty()
    );
    assert_eq!(
        status(client.delete_product_member(*product, &*me).send().await),
        404
    );
    client.delete_permission_group(id).send().await?;
    assert_eq!(status(client.get_permission_group(id).send().await), 404);
    world
        .logged(&[
            AuditLogType::TeamMemberRemoved,
            AuditLogType::PermissionGroupDeleted,
        ])
        .await
}

pub(super) async fn preferences(world: &World) -> Result<()> {
    let World {
        client,
        product,
        configs,
        flags: [_, flag],
        test,
        ..
    } = world;
    let before = client
        .get_product_preferences(*product)
        .send()
        .await?
        .into_inner();
    assert!(!before.reason_required && !before.mandatory_setting_hint);
    let wanted = UpdatePreferencesRequest::new()
        .with_reason_required(true)
        .with_mandatory_setting_hint(true);
    let changed = client
        .update_product_preferences(*product, wanted)
        .send()
        .await?;
    assert!(changed.reason_required && changed.mandatory_setting_hint);
    let setting = CreateSettingInitialValues::new("no_hint", "No hint", SettingType::Boolean);
    assert_eq!(
        status(client.create_setting(configs[1], setting).send().await),
        400
    );
    let silent = client
        .replace_setting_value_v2(*test, *flag, formula(true))
        .send()
        .await;
    assert_eq!(status(silent), 400);
    let told = client
        .replace_setting_value_v2(*test, *flag, formula(true))
        .reason("Told");
    assert!(told.send().await?.reason_required);
    let log = client
        .get_auditlogs_v2(*product)
        .page_size(1)
        .send()
        .await?;
    let why = log
        .data
        .iter()
        .flatten()
        .next()
        .and_then(|item| item.why.as_deref());
    assert_eq!(why, Some("Told"));
    let wanted = UpdatePreferencesRequest::new()
        .with_reason_required(false)
        .with_mandatory_setting_hint(false);
    let changed = client
        .update_product_preferences(*product, wanted)
        .send()
        .await?;
    assert_eq!(*changed, before);
    world
        .logged(&[AuditLogType::ProductPreferencesUpdated])
        .await
}

pub(super) async fn audit_logs(world: &World) -> Result<()> {
    let World {
        client,
        organization,
        product,
        ..
    } = world;
    let stale = client
        .get_staleflags(*product)
        .stale_flag_age_days(7)
        .send()
        .await?;
    assert!(stale.configs.is_empty(), "everything is new");
    let mut paged = Vec::new();
    for number in 1.. {
        let page = client
            .get_auditlogs_v2(*product)
            .page_number(number)
            .page_size(20);
        let page = page.send().await?.into_inner();
        paged.extend(page.data.unwrap_or_default());
        if !page.paging.is_some_and(|paging| paging.has_next) {
            break;
        }
    }
    #[expect(deprecated, reason = "the older operations are served too")]
    let (flat, of_organization) = (
        client.get_auditlogs(*product).send().await?,
        client
            .get_organization_auditlogs(*organization)
            .product_id(*product)
            .send()
            .await?,
    );
    assert_eq!(*flat, paged);
    assert_eq!(*of_organization, paged);
    Ok(())
}
