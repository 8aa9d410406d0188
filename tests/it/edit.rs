//! An edit loses no change, neither its own nor anybody else's: it is made once on what the server has, or not at all.

mod old_servers;
mod several;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use configcat_fake::{Fake, Fault};
use configcat_management::rule::{everyone, percentages, when};
use configcat_management::types::*;
use configcat_management::types::{EnvironmentId, SettingId};
use configcat_management::{Client, Error, Event, Result, RetryPolicy, SettingValue};
use tokio::task::JoinSet;

use crate::support::{Act, Server, assert_ends_with, reply};

const EDITORS: usize = 50;

/// Each editor adds a rule of its own; gives the most rounds that one took.
async fn add_rules(clients: Vec<Client>, environment: EnvironmentId, setting: SettingId) -> u32 {
    let mut editors = JoinSet::new();
    for (number, client) in clients.into_iter().enumerate() {
        editors.spawn(async move {
            let edit = client.edit_value(environment, setting, |formula| {
                let mail = format!("user-{number}@example.com");
                formula.add_rule(when("Email").is_one_of([mail]).serve(true));
                Ok(())
            });
            edit.max_rounds(1_000).send().await
        });
    }
    let edits = editors.join_all().await;
    let edits: Vec<_> = edits
        .into_iter()
        .map(|edit| edit.expect("an edit that went through"))
        .collect();
    assert!(edits.iter().all(|edit| edit.changed));
    edits
        .iter()
        .map(|edit| edit.rounds)
        .max()
        .unwrap_or_default()
}

async fn mails(
    client: &Client,
    environment: EnvironmentId,
    setting: SettingId,
) -> Result<Vec<String>> {
    let formula = client
        .get_setting_value_v2(environment, setting)
        .send()
        .await?;
    let mut mails = Vec::new();
    for rule in &formula.targeting_rules {
        for condition in &rule.conditions {
            let user = condition
                .user_condition
                .as_ref()
                .expect("a condition on the user");
            let list = user.comparison_value.list_value.iter().flatten();
            mails.extend(list.map(|item| item.value.clone()));
        }
    }
    mails.sort();
    Ok(mails)
}

fn all_mails() -> Vec<String> {
    let mut mails: Vec<String> = (0..EDITORS)
        .map(|number| format!("user-{number}@example.com"))
        .collect();
    mails.sort();
    mails
}

/// How many requests there were, and how many of them were answered with 409.
fn count(fake: &Fake) -> (usize, usize) {
    let requests = fake.requests();
    let conflicts = requests
        .iter()
        .filter(|request| request.status == Some(409));
    (requests.len(), conflicts.count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_tasks_with_one_client_take_two_requests_each() -> Result<()> {
    let fake = Fake::start().await;
    let (environment, flag) = (
        fake.demo().unwrap().test_id,
        fake.demo().unwrap().v2.new_checkout,
    );
    let client = fake.client();
    let rounds = add_rules(vec![client.clone(); EDITORS], environment, flag).await;
    let (requests, conflicts) = count(&fake);
    println!(
        "{EDITORS} tasks, one client: {requests} requests, {conflicts} conflicts, at most {rounds} rounds"
    );
    assert_eq!((requests, conflicts, rounds), (2 * EDITORS, 0, 1));
    assert_eq!(mails(&client, environment, flag).await?, all_mails());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clients_keep_fifty_changes() -> Result<()> {
    let fake = Fake::start().await;
    let (environment, flag) = (
        fake.demo().unwrap().test_id,
        fake.demo().unwrap().v2.new_checkout,
    );
    let strangers = (0..EDITORS)
        .map(|_| fake.client_builder().build())
        .collect::<Result<Vec<_>>>()?;
    let rounds = add_rules(strangers, environment, flag).await;
    let (requests, conflicts) = count(&fake);
    println!(
        "{EDITORS} clients: {requests} requests, {conflicts} conflicts, at most {rounds} rounds"
    );
    assert_eq!(
        requests,
        2 * (EDITORS + conflicts),
        "a round is a read and a write"
    );
    assert_eq!(mails(&fake.client(), environment, flag).await?, all_mails());
    Ok(())
}

#[tokio::test]
async fn an_edit_by_sdk_key_changes_the_same_value() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let keys = client
        .get_sdk_keys(demo.v2.config_id, demo.test_id)
        .send()
        .await?
        .into_inner();
    let edit = client.edit_value_by_sdkkey("page_size", keys.primary.clone(), |formula| {
        assert_eq!(formula.default_value(), Some(SettingValue::Int(20)));
        formula.set_default(50);
        Ok(())
    });
    let printed = format!("{edit:?}");
    assert!(!printed.contains(keys.primary.expose()), "{printed}");
    assert!(edit.reason("More").send().await?.changed);
    let value = client
        .get_setting_value_v2(demo.test_id, demo.v2.page_size)
        .send()
        .await?;
    assert_eq!(value.default_value.int_value, Some(50));
    assert!(
        fake.requests()
            .iter()
            .any(|request| request.path.contains("reason=More"))
    );
    Ok(())
}

#[tokio::test]
async fn what_changes_nothing_and_what_fails_is_not_sent() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, flag) = (demo.production_id, demo.v2.beta_search);
    let same = client.edit_value(environment, flag, |formula| {
        formula.turn_on().turn_off();
        formula.rules_mut().reverse();
        formula.rules_mut().reverse();
        Ok(())
    });
    let same = same.send().await?;
    assert_eq!((same.changed, same.rounds), (false, 1));
    assert_eq!(
        same.value.targeting_rules.len(),
        2,
        "what was read is given back"
    );

    let failed = client
        .edit_value(environment, flag, |_| {
            Err(Error::other("the flag has an owner"))
        })
        .send()
        .await;
    let failed = failed.unwrap_err();
    assert_eq!(
        failed.to_string(),
        "update-setting-value-v2 (PATCH /v2/environments/{environmentId}/settings/{settingId}/value) was not sent: \
         the flag has an owner"
    );
    assert!(matches!(&failed, Error::Edit(edit) if edit.rounds == 1));
    assert!(!failed.perhaps_processed());

    let none = client.edit_values(demo.v2.config_id, environment, |settings| {
        settings.get("beta_search")?.turn_off();
        Ok(())
    });
    assert!(!none.send().await?.changed);
    let unknown = client.edit_values(demo.v2.config_id, environment, |settings| {
        settings.get("gone").map(|_| ())
    });
    let unknown = unknown.send().await.unwrap_err();
    assert_ends_with(
        &unknown,
        "was not sent: the config has no setting with the key `gone`",
    );
    assert!(
        fake.requests()
            .iter()
            .all(|request| request.method == "GET")
    );
    Ok(())
}

#[tokio::test]
async fn the_smallest_patch_is_sent_with_the_version_that_was_read() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, flag) = (demo.production_id, demo.v2.beta_search);
    let edit = client.edit_value(environment, flag, |formula| {
        formula.add_rule(when("Country").equals("NL").serve(true));
        Ok(())
    });
    edit.send().await?;
    let read = client
        .get_setting_value_v2(environment, flag)
        .send()
        .await?;
    let edit = client.edit_value(environment, flag, |formula| {
        formula.rules_mut().swap(0, 1);
        Ok(())
    });
    assert!(edit.bypass_approval(true).send().await?.changed);
    let requests = fake.requests();
    let patch = requests.last().unwrap();
    assert!(
        patch
            .path
            .contains(&format!("latestVersionId={}", read.last_version_id)),
        "{}",
        patch.path
    );
    assert!(patch.path.contains("bypassApproval=true"), "{}", patch.path);
    let moved: serde_json::Value = serde_json::from_str(&patch.body).unwrap();
    assert_eq!(moved[0]["op"], "move");
    assert_eq!(moved.as_array().unwrap().len(), 1);
    Ok(())
}

#[tokio::test]
async fn rounds_are_bounded_and_told() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, flag) = (demo.test_id, demo.v2.new_checkout);
    let conflict = || Fault::Status(409, "It was changed.".to_string());
    let mut calls = 0;
    fake.fail_next_of("update-setting-value-v2", 3, conflict());
    let edit = client.edit_value(environment, flag, |formula| {
        calls += 1;
        formula.turn_off();
        Ok(())
    });
    let given_up = edit.max_rounds(3).send().await.unwrap_err();
    assert_eq!(
        given_up.to_string(),
        format!(
            "update-setting-value-v2 (PATCH /v2/environments/{{environmentId}}/settings/{{settingId}}/value) changed nothing: \
             it gave up after 3 conflicts; the last: update-setting-value-v2 (PATCH \
             /v2/environments/{environment}/settings/{flag}/value) failed with 409 Conflict: It was changed."
        )
    );
    assert_eq!(given_up.status(), Some(http::StatusCode::CONFLICT));
    assert_eq!((calls, count(&fake)), (3, (6, 3)));

    fake.fail_next_of("update-setting-value-v2", 2, conflict());
    let edited = client.edit_value(environment, flag, |formula| {
        formula.turn_off();
        Ok(())
    });
    assert_eq!(edited.send().await?.rounds, 3);

    fake.fail_next_of("post-setting-values-v2", 1, conflict());
    let edit = client.edit_values(demo.v2.config_id, environment, |settings| {
        settings.get("new_checkout")?.turn_on();
        Ok(())
    });
    let given_up = edit.max_rounds(1).send().await.unwrap_err();
    assert!(matches!(&given_up, Error::Edit(edit) if edit.rounds == 1));
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_does_not_make_the_change_twice() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, flag) = (demo.test_id, demo.v2.new_checkout);
    fake.fail_next_of("update-setting-value-v2", 1, Fault::CutAfter);
    let edit = client.edit_value(environment, flag, |formula| {
        formula.add_rule(when("Country").equals("NL").serve(false));
        Ok(())
    });
    let edited = edit.send().await?;
    assert_eq!(
        (
            edited.changed,
            edited.rounds,
            edited.value.targeting_rules.len()
        ),
        (true, 1, 1)
    );
    assert_eq!(
        count(&fake),
        (3, 0),
        "a read, the change, and a look at what became of it"
    );

    fake.fail_next_of("post-setting-values-v2", 1, Fault::CutAfter);
    let edit = client.edit_values(demo.v2.config_id, environment, |settings| {
        settings
            .get("new_checkout")?
            .add_rule(when("Country").equals("BE").serve(false));
        Ok(())
    });
    assert!(edit.send().await?.changed);
    let value = client
        .get_setting_value_v2(environment, flag)
        .send()
        .await?;
    assert_eq!(value.targeting_rules.len(), 2);
    Ok(())
}

#[tokio::test]
async fn who_waits_for_another_edit_keeps_the_deadline() -> Result<()> {
    let server = Server::start(Act::ThenStall(Vec::new()));
    let client = crate::support::builder(&server.url).build()?;
    let edit = |client: &Client| {
        let place = EnvironmentId::default();
        client.edit_value(place, 7, |_| Ok(())).send()
    };
    let first = tokio::spawn(edit(&client));
    while server.got().is_empty() {
        tokio::task::yield_now().await;
    }
    let late = edit(&client.with_deadline(Duration::from_millis(50))).await;
    assert!(matches!(late, Err(Error::Deadline(_))), "{late:?}");
    assert_eq!(server.got().len(), 1, "it was not sent");
    first.abort();
    Ok(())
}
