//! Changes that others have to agree to.

use configcat_management::Result;
use configcat_management::types::*;

use super::{World, formula, status, switch};

pub(super) async fn change_requests(world: &World) -> Result<()> {
    let World {
        client,
        product,
        configs: [_, config],
        flags: [_, flag],
        production,
        ..
    } = world;
    let wanted = UpdatePreferencesRequest::new().with_approve_required(true);
    client
        .update_product_preferences(*product, wanted)
        .send()
        .await?;
    let direct = client.replace_setting_value_v2(*production, *flag, formula(true));
    assert_eq!(status(direct.send().await), 400, "changes need an approval");
    let bypassed = client.replace_setting_value_v2(*production, *flag, formula(false));
    assert!(
        bypassed
            .bypass_approval(true)
            .send()
            .await?
            .approve_required
    );

    let on = |id: SettingId| {
        UpdateEvaluationFormulaWithLatestVersionModel::new(switch(true)).with_setting_id(id)
    };
    let change = CreateChangeRequestProposedChangeModel::new(on(*flag));
    let request = CreateChangeRequestModel::new("Launch").with_proposed_changes([change]);
    let created = client
        .create_change_request(*config, *production, request)
        .send()
        .await?;
    let id = created.change_request_id;
    assert_eq!(*client.get_change_request(id).send().await?, *created);
    let listed = client
        .get_change_requests(*product)
        .approve_required_filter(ChangeRequestApproveRequiredFilter::ApproveRequired)
        .send()
        .await?;
    assert_eq!(listed.change_requests.data.as_ref().map(Vec::len), Some(1));
    assert_eq!(
        status(client.apply_change_request(id).send().await),
        400,
        "nobody approved it"
    );

    let wanted = UpdateChangeRequestModel::new("Launch it").with_reason("Now");
    assert_eq!(
        client.update_change_request(id, wanted).send().await?.title,
        "Launch it"
    );
    let comment = AddChangeRequestCommentModel::new("Sure?");
    let comment = client
        .add_change_request_comment(id, comment)
        .send()
        .await?;
    let comment = comment.change_request_comment_id;
    let edited = UpdateChangeRequestCommentModel::new("Yes");
    client
        .update_change_request_comment(comment, edited)
        .send()
        .await?;
    assert_eq!(
        client.get_change_request(id).send().await?.comments[0].body,
        "Yes"
    );
    client.delete_change_request_comment(comment).send().await?;
    client.claim_change_request_ownership(id).send().await?;

    let extra = CreateSettingInitialValues::new("extra", "Extra", SettingType::Boolean);
    let extra = client
        .create_setting(*config, extra)
        .send()
        .await?
        .setting_id;
    let more = UpdateChangeRequestProposedChangesModel::new().with_proposed_changes([on(extra)]);
    let more = client
        .update_change_request_proposed_changes(id, more)
        .send()
        .await?;
    assert_eq!(more.setting_values.len(), 2);
    let proposed = client
        .get_change_request_proposed_changes(id)
        .send()
        .await?;
    assert_eq!(proposed.proposed_changes.len(), 2);
    let less = client
        .delete_change_request_proposed_change(id, extra)
        .send()
        .await?;
    assert_eq!(less.setting_values.len(), 1);

    client.approve_change_request(id).send().await?;
    assert!(
        !client
            .remove_change_request_approval(id)
            .send()
            .await?
            .approved
    );
    let meddled = client.replace_setting_value_v2(*production, *flag, formula(false));
    meddled.bypass_approval(true).send().await?;
    assert!(client.get_change_request(id).send().await?.setting_values[0].has_conflict);
    let latest = client
        .get_setting_value_v2(*production, *flag)
        .send()
        .await?
        .last_version_id;
    let resolved = on(*flag).with_latest_version_id(latest);
    let resolved = ResolveChangeRequestSettingConflictsModel::new(resolved);
    let resolved = client
        .resolve_change_request_setting_conflicts(id, *flag, resolved)
        .send()
        .await?;
    assert!(!resolved.needs_attention);
    client.approve_change_request(id).send().await?;
    let applied = client.apply_change_request(id).send().await?;
    assert_eq!(applied.change_request_status, ChangeRequestStatus::Applied);
    let served = client
        .get_setting_value_v2(*production, *flag)
        .send()
        .await?;
    assert_eq!(served.default_value.bool_value, Some(true));
    world
        .logged(&[
            AuditLogType::SettingValueChanged,
            AuditLogType::ChangeRequestApplied,
        ])
        .await?;

    let request = CreateChangeRequestModel::new("Never");
    let never = client
        .create_change_request(*config, *production, request)
        .send()
        .await?;
    let never = client
        .close_change_request(never.change_request_id)
        .send()
        .await?;
    assert_eq!(never.change_request_status, ChangeRequestStatus::Closed);
    world
        .logged(&[
            AuditLogType::ChangeRequestCreated,
            AuditLogType::ChangeRequestClosed,
        ])
        .await?;
    let wanted = UpdatePreferencesRequest::new().with_approve_required(false);
    client
        .update_product_preferences(*product, wanted)
        .send()
        .await?;
    Ok(())
}
