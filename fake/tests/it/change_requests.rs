//! Change requests are proposed, discussed, approved and applied; they notice conflicts, and keep to their schedule.

mod authors;

use configcat_management::types::{ChangeRequestId, EnvironmentId, SettingId};
use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::chrono::TimeDelta;
use configcat_management::types::*;
use configcat_management::{Client, Error, Result};

fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

fn on(setting_id: SettingId) -> UpdateEvaluationFormulaWithLatestVersionModel {
    let value = UpdateValueModel::new().with_bool_value(true);
    UpdateEvaluationFormulaWithLatestVersionModel::new(value).with_setting_id(setting_id)
}

fn titled(title: &str, setting_id: SettingId) -> CreateChangeRequestModel {
    let change = CreateChangeRequestProposedChangeModel::new(on(setting_id));
    CreateChangeRequestModel::new(title).with_proposed_changes([change])
}

async fn is_on(
    client: &Client,
    environment_id: EnvironmentId,
    setting_id: SettingId,
) -> Result<Option<bool>> {
    let value = client
        .get_setting_value_v2(environment_id, setting_id)
        .send()
        .await?;
    Ok(value.default_value.bool_value)
}

async fn switch(
    client: &Client,
    environment_id: EnvironmentId,
    setting_id: SettingId,
    on: bool,
) -> Result<()> {
    let formula = UpdateEvaluationFormulaModel::new(UpdateValueModel::new().with_bool_value(on));
    client
        .replace_setting_value_v2(environment_id, setting_id, formula)
        .send()
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_request_is_proposed_approved_and_applied() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let (config, production, flag) = (demo.v2.config_id, demo.production_id, demo.v2.new_checkout);
    let wanted = titled("Launch", flag).with_reason("It is ready");
    let created = client
        .create_change_request(config, production, wanted)
        .send()
        .await?;
    assert_eq!(created.status(), 201);
    let id = created.change_request_id;
    assert_eq!(created.change_request_status, ChangeRequestStatus::Open);
    assert_eq!(created.setting_values[0].setting_key, "new_checkout");
    let (before, after) = (
        &created.setting_values[0].original_evaluation_formula,
        &created.setting_values[0].proposed_evaluation_formula,
    );
    assert_eq!(before.default_value.bool_value, Some(false));
    assert_eq!(after.default_value.bool_value, Some(true));
    assert_eq!(
        is_on(&client, production, flag).await?,
        Some(false),
        "nothing is published yet"
    );
    let value = client.get_setting_value_v2(production, flag).send().await?;
    assert_eq!(value.change_request_count, 1);

    assert_eq!(
        status(client.remove_change_request_approval(id).send().await),
        400
    );
    assert!(client.approve_change_request(id).send().await?.approved);
    assert_eq!(status(client.approve_change_request(id).send().await), 400);
    assert!(
        !client
            .remove_change_request_approval(id)
            .send()
            .await?
            .approved
    );
    client.approve_change_request(id).send().await?;
    let claimed = client.claim_change_request_ownership(id).send().await?;
    let last = claimed.activities.last().expect("it has a history");
    assert_eq!(
        last.change_request_activity_type,
        ChangeRequestActivityType::OwnershipClaimed
    );

    let applied = client.apply_change_request(id).send().await?;
    assert_eq!(applied.change_request_status, ChangeRequestStatus::Applied);
    assert_eq!(
        applied.applied_by_user_email.as_deref(),
        Some("jane.doe@example.com")
    );
    assert_eq!(is_on(&client, production, flag).await?, Some(true));
    let value = client.get_setting_value_v2(production, flag).send().await?;
    assert_eq!(value.change_request_count, 0);
    for refused in [
        status(client.apply_change_request(id).send().await),
        status(client.approve_change_request(id).send().await),
        status(client.close_change_request(id).send().await),
        status(client.claim_change_request_ownership(id).send().await),
        status(
            client
                .delete_change_request_proposed_change(id, flag)
                .send()
                .await,
        ),
    ] {
        assert_eq!(refused, 400, "it is applied");
    }
    let log = client
        .get_auditlogs_v2(demo.product_id)
        .send()
        .await?
        .into_inner();
    let log = log.data.expect("it has entries");
    assert_eq!(
        log[0].audit_log_type_enum,
        AuditLogType::ChangeRequestApplied
    );
    assert_eq!(
        log[1].audit_log_type_enum,
        AuditLogType::SettingValueChanged
    );
    assert_eq!(log[1].why.as_deref(), Some("It is ready"));
    Ok(())
}

#[tokio::test]
async fn a_conflict_is_noticed_and_settled() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let (config, production, flag) = (demo.v2.config_id, demo.production_id, demo.v2.new_checkout);
    let read = client
        .get_setting_value_v2(production, flag)
        .send()
        .await?
        .last_version_id;
    let created = client.create_change_request(config, production, titled("Launch", flag));
    let id = created.send().await?.change_request_id;
    client.approve_change_request(id).send().await?;
    switch(&client, production, flag, false).await?;

    let request = client.get_change_request(id).send().await?;
    assert!(request.needs_attention && request.setting_values[0].has_conflict);
    let issue = &request.change_request_issues[0];
    assert_eq!(issue.issue_type, ChangeRequestIssueType::SettingConflict);
    assert_eq!(status(client.apply_change_request(id).send().await), 400);
    let failed = client.get_change_request(id).send().await?;
    let last = failed.activities.last().expect("it has a history");
    assert_eq!(
        last.change_request_activity_type,
        ChangeRequestActivityType::ApplyFailed
    );
    assert!(last.error.is_some());

    let resolve = ResolveChangeRequestSettingConflictsModel::new;
    let stale = resolve(on(flag).with_latest_version_id(read));
    let call = client.resolve_change_request_setting_conflicts(id, flag, stale);
    assert_eq!(status(call.send().await), 409);
    let latest = client
        .get_setting_value_v2(production, flag)
        .send()
        .await?
        .last_version_id;
    let fresh = resolve(on(flag).with_latest_version_id(latest));
    let call = client.resolve_change_request_setting_conflicts(id, flag, fresh.clone());
    let settled = call.send().await?;
    assert!(!settled.needs_attention && settled.change_request_issues[0].issue_fixed_at.is_some());
    assert!(!settled.approved, "the approval was for something else");
    let call = client.resolve_change_request_setting_conflicts(id, flag, fresh);
    assert_eq!(
        status(call.send().await),
        400,
        "there is no conflict any more"
    );
    client.apply_change_request(id).send().await?;
    assert_eq!(is_on(&client, production, flag).await?, Some(true));
    Ok(())
}

#[tokio::test]
async fn what_is_proposed_can_be_changed_and_taken_out() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let (config, production) = (demo.v2.config_id, demo.production_id);
    let (flag, other) = (demo.v2.new_checkout, demo.v2.beta_search);
    let created = client.create_change_request(config, production, titled("Launch", flag));
    let id = created.send().await?.change_request_id;
    let more = UpdateChangeRequestProposedChangesModel::new().with_proposed_changes([on(other)]);
    let both = client
        .update_change_request_proposed_changes(id, more)
        .send()
        .await?;
    assert_eq!(both.setting_values.len(), 2);
    let one = client
        .get_change_request_proposed_changes(id)
        .setting_id(other)
        .send()
        .await?;
    assert_eq!(one.proposed_changes.len(), 1);
    assert_eq!(one.proposed_changes[0].default_value.bool_value, Some(true));
    assert!(
        one.proposed_changes[0].targeting_rules.is_empty(),
        "the whole formula is replaced"
    );

    switch(&client, production, flag, false).await?;
    let off = UpdateEvaluationFormulaWithLatestVersionModel::new(
        UpdateValueModel::new().with_bool_value(false),
    );
    let off = off
        .with_setting_id(flag)
        .with_latest_version_id(one.proposed_changes[0].last_version_id);
    let update = UpdateChangeRequestProposedChangesModel::new().with_proposed_changes([off]);
    let call = client.update_change_request_proposed_changes(id, update.clone());
    assert_eq!(status(call.send().await), 409);
    let forced = update.with_forced(true);
    let call = client
        .update_change_request_proposed_changes(id, forced)
        .setting_id(flag);
    assert!(!call.send().await?.needs_attention);
    let shorter = client
        .delete_change_request_proposed_change(id, other)
        .send()
        .await?;
    assert_eq!(shorter.setting_values.len(), 1);
    assert_eq!(
        status(
            client
                .delete_change_request_proposed_change(id, other)
                .send()
                .await
        ),
        404
    );
    let call = client
        .get_change_request_proposed_changes(id)
        .setting_id(other)
        .send()
        .await;
    assert_eq!(status(call), 404);

    client.delete_setting(flag).send().await?;
    assert!(
        client
            .get_change_request(id)
            .send()
            .await?
            .setting_values
            .is_empty()
    );
    client.close_change_request(id).send().await?;
    client.delete_config(config).send().await?;
    assert_eq!(status(client.get_change_request(id).send().await), 404);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_request_applies_itself() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let (config, production, flag) = (demo.v2.config_id, demo.production_id, demo.v2.new_checkout);
    let at = fake.now() + TimeDelta::hours(1);
    let past = titled("Too late", flag).with_apply_at(fake.now() - TimeDelta::hours(1));
    assert_eq!(
        status(
            client
                .create_change_request(config, production, past)
                .send()
                .await
        ),
        400
    );
    let scheduled = titled("Launch", flag).with_apply_at(at);
    let scheduled = client
        .create_change_request(config, production, scheduled)
        .send()
        .await?;
    let list = client.get_change_requests(demo.product_id);
    let list = list
        .schedule_filter(ChangeRequestScheduleFilter::Scheduled)
        .send()
        .await?;
    assert_eq!(list.change_requests.data.as_ref().map(Vec::len), Some(1));
    tokio::time::advance(Duration::from_secs(3599)).await;
    assert_eq!(is_on(&client, production, flag).await?, Some(false));
    tokio::time::advance(Duration::from_secs(7200)).await;
    assert_eq!(is_on(&client, production, flag).await?, Some(true));
    let applied = client
        .get_change_request(scheduled.change_request_id)
        .send()
        .await?;
    assert_eq!(applied.applied_at, Some(at), "not when somebody asked");
    let value = client.get_setting_value_v2(production, flag).send().await?;
    assert_eq!(value.updated_at, Some(at));

    let at = fake.now() + TimeDelta::hours(1);
    let scheduled = titled("Again", flag).with_apply_at(at);
    let scheduled = client
        .create_change_request(config, production, scheduled)
        .send()
        .await?;
    let id = scheduled.change_request_id;
    switch(&client, production, flag, false).await?;
    tokio::time::advance(Duration::from_secs(7200)).await;
    let missed = client.get_change_request(id).send().await?;
    assert_eq!(missed.change_request_status, ChangeRequestStatus::Open);
    let failures = missed.activities.iter().filter(|activity| {
        activity.change_request_activity_type == ChangeRequestActivityType::ScheduledApplyFailed
    });
    assert_eq!(failures.count(), 1);
    assert_eq!(is_on(&client, production, flag).await?, Some(false));
    Ok(())
}

#[tokio::test]
async fn requests_are_discussed_listed_and_filtered() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let (config, production, flag) = (demo.v2.config_id, demo.production_id, demo.v2.new_checkout);
    let mut ids = Vec::new();
    for number in 0..5 {
        let wanted = titled(&format!("Request {number}"), flag);
        let created = client
            .create_change_request(config, production, wanted)
            .send()
            .await?;
        ids.push(created.change_request_id);
    }
    let comment = AddChangeRequestCommentModel::new("Why?");
    let comment = client
        .add_change_request_comment(ids[0], comment)
        .send()
        .await?;
    let comment_id = comment.change_request_comment_id;
    let edited = UpdateChangeRequestCommentModel::new("Why now?");
    let edited = client
        .update_change_request_comment(comment_id, edited)
        .send()
        .await?;
    assert!(edited.edited_at.is_some() && edited.body == "Why now?");
    let request = client.get_change_request(ids[0]).send().await?;
    assert_eq!(request.comments, [edited.into_inner()]);
    client
        .delete_change_request_comment(comment_id)
        .send()
        .await?;
    assert_eq!(
        status(
            client
                .delete_change_request_comment(comment_id)
                .send()
                .await
        ),
        404
    );

    let renamed = UpdateChangeRequestModel::new("Renamed").with_reason("Because");
    let renamed = client.update_change_request(ids[0], renamed).send().await?;
    assert_eq!(
        (&*renamed.title, renamed.reason.as_deref()),
        ("Renamed", Some("Because"))
    );
    client.close_change_request(ids[1]).send().await?;

    let page = client
        .get_change_requests(demo.product_id)
        .page_size(2)
        .page_number(2);
    let page = page.send().await?.into_inner().change_requests;
    let found: Vec<ChangeRequestId> = page
        .data
        .iter()
        .flatten()
        .map(|known| known.change_request_id)
        .collect();
    assert_eq!(found, [ids[2], ids[1]], "newest first");
    let paging = page.paging.expect("it is paged");
    assert_eq!(
        (paging.total_count, paging.total_pages, paging.has_next),
        (5, 3, true)
    );
    let count = async |call: configcat_management::operations::GetChangeRequests| {
        let answer = call.send().await?.into_inner();
        Result::Ok(answer.change_requests.data.map_or(0, |data| data.len()))
    };
    let list = || client.get_change_requests(demo.product_id);
    let closed = [ChangeRequestStatus::Closed];
    assert_eq!(count(list().change_request_status_filter(closed)).await?, 1);
    let either = [ChangeRequestStatus::Closed, ChangeRequestStatus::Open];
    assert_eq!(count(list().change_request_status_filter(either)).await?, 5);
    assert_eq!(count(list().setting_id(flag)).await?, 5);
    assert_eq!(count(list().setting_id(demo.v2.beta_search)).await?, 0);
    assert_eq!(count(list().environment_id(demo.test_id)).await?, 0);
    assert_eq!(count(list().config_id(config)).await?, 5);
    let attention = NeedsAttentionFilter::NeedsAttention;
    assert_eq!(count(list().needs_attention_filter(attention)).await?, 0);
    let required = ChangeRequestApproveRequiredFilter::ApproveNotRequired;
    assert_eq!(count(list().approve_required_filter(required)).await?, 5);
    let v1 = client.create_change_request(demo.v1.config_id, production, titled("x", flag));
    assert_eq!(status(v1.send().await), 400);
    Ok(())
}
