//! Servers from before `latestVersionId`, to which a change must not be sent blindly again.

use super::*;

/// What a server from before `latestVersionId` says to these requests; a `None` breaks the connection after the request was read.
fn old_server(answers: &[Option<&SettingFormulaModel>]) -> Server {
    let act = |answer: &Option<&SettingFormulaModel>| match answer {
        None => Act::Reset,
        Some(value) => Act::Then(reply(200, &[], &serde_json::to_string(value).unwrap())),
    };
    Server::start(answers.iter().map(act).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_server_that_knows_no_versions_is_not_sent_the_same_rule_twice() -> Result<()> {
    let fake = Fake::start().await;
    let (environment, flag) = (
        fake.demo().unwrap().test_id,
        fake.demo().unwrap().v2.new_checkout,
    );
    let before = fake
        .client()
        .get_setting_value_v2(environment, flag)
        .send()
        .await?
        .into_inner();
    let edit = |client: &Client| {
        let edit = client.edit_value(environment, flag, |formula| {
            formula.add_rule(when("Country").equals("NL").serve(false));
            Ok(())
        });
        edit.send()
    };
    let after = edit(&fake.client()).await?.value;
    assert_eq!(after.targeting_rules.len(), 1);
    let mut renamed = after.clone();
    renamed.targeting_rules.clear();
    renamed.default_value.bool_value = Some(!before.default_value.bool_value.unwrap());
    renamed.last_version_id = after.last_version_id;

    let sent = |server: &Server| -> Vec<String> {
        let methods = server.got().into_iter();
        methods
            .map(|got| got.line().split(' ').next().unwrap().to_string())
            .collect()
    };
    let quick =
        RetryPolicy::default().with_backoff(Duration::from_millis(1), Duration::from_millis(2));
    let retried = Arc::new(Mutex::new(Vec::new()));
    let client = |server: &Server| {
        let retried = Arc::clone(&retried);
        let builder = Client::builder().base_url(&server.url);
        let client = builder
            .credentials("someone", "password")
            .on_event(move |event| {
                if let Event::Retrying { attempt, wait, .. } = event {
                    let mut retried = retried.lock().expect("nothing panics");
                    retried.push((*attempt, wait.is_some()));
                }
            })
            .http(crate::support::bare())
            .retry(quick)
            .build();
        client.expect("a client")
    };

    let server = old_server(&[Some(&before), None, Some(&after)]);
    let edited = edit(&client(&server)).await?;
    assert_eq!((edited.changed, edited.rounds), (true, 1));
    assert_eq!(sent(&server), ["GET", "PATCH", "GET"], "it was made");

    let (read, made) = (Some(&before), Some(&after));
    let server = old_server(&[read, None, read, read, made]);
    let edited = edit(&client(&server)).await?;
    assert_eq!((edited.changed, edited.rounds), (true, 1));
    let all = ["GET", "PATCH", "GET", "GET", "PATCH"];
    assert_eq!(sent(&server), all, "it was not made, and is sent again");
    let told = std::mem::take(&mut *retried.lock().expect("nothing panics"));
    assert_eq!(told, [(1, true)], "and says so");

    let server = old_server(&[read, None, read, made]);
    let edited = edit(&client(&server).with_retry(quick.including_non_idempotent())).await?;
    assert_eq!((edited.changed, edited.rounds), (true, 1));
    let all = ["GET", "PATCH", "GET", "GET"];
    assert_eq!(sent(&server), all, "it was made late, whatever the policy");

    let server = old_server(&[read, None, read, None]);
    let lost = edit(&client(&server)).await.unwrap_err();
    assert!(lost.perhaps_processed(), "{lost}");

    let server = old_server(&[read, None, Some(&renamed)]);
    let lost = edit(&client(&server)).await.unwrap_err();
    assert!(lost.perhaps_processed(), "{lost}");
    let all = ["GET", "PATCH", "GET"];
    assert_eq!(sent(&server), all, "somebody else changed it, too");

    let server = old_server(&[
        read, None, read, read, None, read, read, None, read, read, None, read,
    ]);
    let lost = edit(&client(&server)).await.unwrap_err();
    assert!(lost.perhaps_processed() && lost.attempts() == 4, "{lost}");
    assert_eq!(
        sent(&server)
            .iter()
            .filter(|method| *method == "PATCH")
            .count(),
        4
    );
    Ok(())
}
