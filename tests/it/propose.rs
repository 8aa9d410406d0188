//! Where approvals are demanded, an edit becomes a change request, is waited for, and applied; where there is no such
//! feature, the error says so.

use std::time::Duration;

use crate::support::assert_ends_with;
use configcat_fake::{Fake, Fault};
use configcat_management::edit::{Draft, Proposal};
use configcat_management::types::{
    ChangeRequestStatus, EnvironmentId, SettingId, UpdatePreferencesRequest,
};
use configcat_management::{Client, Result};

const SOON: Duration = Duration::from_secs(60);

/// Approvals are demanded everywhere.
async fn strict() -> Result<(Fake, EnvironmentId, SettingId)> {
    let fake = Fake::start().await;
    let demo = fake.demo().unwrap().clone();
    let demanded = UpdatePreferencesRequest::new().with_approve_required(true);
    let call = fake
        .client()
        .update_product_preferences(demo.product_id, demanded);
    call.send().await?;
    Ok((fake, demo.production_id, demo.v2.new_checkout))
}

fn turn_on(draft: &mut Draft) -> Result<()> {
    draft.turn_on();
    Ok(())
}

async fn propose(fake: &Fake, place: EnvironmentId, flag: SettingId) -> Result<Proposal> {
    let edit = fake.client().edit_value(place, flag, turn_on);
    edit.reason("Launch").propose("Turn the checkout on").await
}

async fn is_on(client: &Client, place: EnvironmentId, flag: SettingId) -> Result<bool> {
    let seen = client.get_setting_value_v2(place, flag).send().await?;
    Ok(seen.default_value.bool_value == Some(true))
}

#[tokio::test]
async fn an_edit_is_proposed_approved_and_applied() -> Result<()> {
    let (fake, place, flag) = strict().await?;
    let client = fake.client();
    assert!(
        client
            .edit_value(place, flag, turn_on)
            .send()
            .await
            .is_err()
    );
    let proposal = propose(&fake, place, flag).await?;
    assert_eq!(proposal.request.title, "Turn the checkout on");
    assert_eq!(proposal.request.reason.as_deref(), Some("Launch"));
    assert!(proposal.apply().await.is_err(), "nobody has approved it");

    // As long as there is a clock.
    let mut states = proposal.states(Duration::MAX);
    assert!(!states.next().await.unwrap()?.approved);
    let mut states = proposal.states(SOON);
    let first = states.next().await.unwrap()?;
    assert!(!first.approved);
    let id = proposal.request.change_request_id;
    client.approve_change_request(id).send().await?;
    let mut last = first;
    while let Some(state) = states.next().await {
        last = state?;
    }
    assert!(last.approved, "the stream ends with the approval");
    assert!(!is_on(&client, place, flag).await?);
    let applied = proposal.apply().await?;
    assert_eq!(applied.change_request_status, ChangeRequestStatus::Applied);
    assert!(is_on(&client, place, flag).await?);
    Ok(())
}

#[tokio::test]
async fn the_wait_ends_with_its_time_and_with_the_request() -> Result<()> {
    let (fake, place, flag) = strict().await?;
    let proposal = propose(&fake, place, flag).await?;
    let mut states = proposal.states(Duration::from_millis(30));
    assert!(states.next().await.unwrap().is_ok());
    let late = states.next().await.unwrap().unwrap_err().to_string();
    assert_eq!(late, "nobody has approved `Turn the checkout on` in time");
    assert!(states.next().await.is_none());

    let id = proposal.request.change_request_id;
    fake.client().close_change_request(id).send().await?;
    let mut states = proposal.states(SOON);
    let closed = states.next().await.unwrap()?;
    assert_eq!(closed.change_request_status, ChangeRequestStatus::Closed);
    assert!(states.next().await.is_none());
    Ok(())
}

#[tokio::test]
async fn what_is_proposed_builds_on_what_was_read() -> Result<()> {
    let (fake, place, flag) = strict().await?;
    let client = fake.client();
    // The first attempt meets somebody who was faster.
    let conflict = Fault::Status(409, "There is a newer version.".to_string());
    fake.fail_next_of("create-change-request", 1, conflict);
    let proposal = propose(&fake, place, flag).await?;
    let reads = fake.requests().into_iter();
    let reads = reads.filter(|request| request.operation == Some("get-setting-value-v2"));
    assert_eq!(reads.count(), 2, "it was read again");
    let made = client.get_change_requests(fake.demo().unwrap().product_id);
    assert_eq!(
        made.send()
            .await?
            .change_requests
            .data
            .iter()
            .flatten()
            .count(),
        1
    );

    let again = client.edit_value(place, flag, |draft| {
        draft.turn_off();
        Ok(())
    });
    let nothing = again.propose("Nothing").await.unwrap_err().to_string();
    assert_ends_with(&nothing, "there is nothing to propose");
    assert!(proposal.request.setting_values.len() == 1);
    Ok(())
}

#[tokio::test]
async fn an_organization_without_change_requests_is_told() -> Result<()> {
    for status in [403, 404] {
        let (fake, place, flag) = strict().await?;
        fake.fail_next_of(
            "create-change-request",
            1,
            Fault::Status(status, "Not in your plan.".into()),
        );
        let error = propose(&fake, place, flag).await.unwrap_err().to_string();
        assert!(
            error.starts_with("the organization has no change requests, or"),
            "{error}"
        );
        assert!(error.contains("Not in your plan."), "{error}");
    }
    Ok(())
}
