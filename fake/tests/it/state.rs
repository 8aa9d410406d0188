//! A server's state is JSON: it goes into a file, and another server goes on where the first one stopped.

use configcat_fake::{Fake, Seed};
use configcat_management::types::*;
use configcat_management::{Client, Result, Secret, SettingValue};

/// What only the state can know, and what is easily lost on the way to JSON and back.
async fn told(client: &Client, fake: &Fake) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for product in client.get_products().send().await?.iter() {
        let id = product.product_id;
        told.push(format!(
            "{:?}",
            client.get_auditlogs_v2(id).send().await?.into_inner()
        ));
        told.push(format!(
            "{:?}",
            client.get_change_requests(id).send().await?.into_inner()
        ));
        told.push(format!(
            "{:?}",
            client.get_product_members(id).send().await?.into_inner()
        ));
        for webhook in client.get_webhooks(id).send().await?.iter() {
            let keys = client
                .get_webhook_signing_keys(webhook.webhook_id)
                .send()
                .await?;
            told.extend(keys.key1.as_ref().map(Secret::expose).map(str::to_string));
        }
        for config in client.get_configs(id).send().await?.iter() {
            for environment in client.get_environments(id).send().await?.iter() {
                let pair = (config.config_id, environment.environment_id);
                let keys = client.get_sdk_keys(pair.0, pair.1).send().await?;
                told.push(keys.primary.expose().to_string());
                told.push(match config.evaluation_version {
                    EvaluationVersion::V1 => {
                        format!(
                            "{:?}",
                            client
                                .get_setting_values(pair.0, pair.1)
                                .send()
                                .await?
                                .into_inner()
                        )
                    }
                    _ => format!(
                        "{:?}",
                        client
                            .get_setting_values_v2(pair.0, pair.1)
                            .send()
                            .await?
                            .into_inner()
                    ),
                });
            }
        }
    }
    told.push(format!("{:?}", fake.view()));
    Ok(told)
}

/// The names of all files in a folder, in their order.
fn left_in(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it can be listed");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("it is there").file_name();
        name.into_string().expect("it is text")
    };
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

async fn change(fake: &Fake) -> Result<()> {
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let five = UpdateSettingValueModel::new(SettingValue::Double(5.0));
    client
        .replace_setting_value(demo.test_id, demo.v1.discount, five)
        .send()
        .await?;
    let header = WebhookHeaderModel::new("X-Key", "hidden").with_is_secure(true);
    let webhook = WebHookRequestModel::new("https://example.com").with_web_hook_headers([header]);
    client
        .create_webhook(demo.v2.config_id, demo.test_id, webhook)
        .send()
        .await?;
    let value = UpdateValueModel::new().with_bool_value(true);
    let change = UpdateEvaluationFormulaWithLatestVersionModel::new(value);
    let change = change.with_setting_id(demo.v2.beta_search);
    let change = CreateChangeRequestProposedChangeModel::new(change);
    let request = CreateChangeRequestModel::new("Launch").with_proposed_changes([change]);
    client
        .create_change_request(demo.v2.config_id, demo.production_id, request)
        .send()
        .await?;
    client.delete_setting(demo.v1.banner_text).send().await?;
    Ok(())
}

#[tokio::test]
async fn a_server_goes_on_where_another_stopped() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.json");
    let first = Fake::builder().state_file(&file).start().await;
    change(&first).await?;
    let before = told(&first.client(), &first).await?;
    let product = first.demo().expect("the demo is there").product_id;
    let tag = first
        .client()
        .create_tag(product, CreateTagModel::new("last"))
        .send()
        .await?;
    first.stop().await;

    let second = Fake::builder().state_file(&file).start().await;
    let client = second.client();
    assert!(second.demo().is_none(), "it was not made anew");
    client.delete_tag(tag.tag_id).send().await?;
    let after = told(&client, &second).await?;
    assert_eq!(after.len(), before.len());
    // The tag came and went in between, which the audit log tells; everything else is the same.
    let different = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before != after)
        .count();
    assert_eq!(different, 1);
    let key = client
        .get_sdk_keys(
            client.get_configs(product).send().await?[1].config_id,
            client.get_environments(product).send().await?[0].environment_id,
        )
        .send()
        .await?;
    let read = client.get_setting_value_by_sdkkey_v2("beta_search", key.into_inner().primary);
    assert_eq!(read.send().await?.targeting_rules.len(), 2);
    let next = client
        .create_tag(product, CreateTagModel::new("next"))
        .send()
        .await?;
    assert!(next.tag_id > tag.tag_id, "no id is given out twice");
    drop(second);

    let third = Fake::builder().state_file(&file).start().await;
    let tags = third.client().get_tags(product).send().await?;
    assert!(
        tags.iter().any(|tag| tag.name == "next"),
        "dropping saves too"
    );
    assert_eq!(
        left_in(folder.path()),
        [".state.json.lock", "state.json"],
        "no temporary file is left"
    );
    Ok(())
}

#[tokio::test]
async fn changes_are_written_while_the_server_runs() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.json");
    let fake = Fake::builder()
        .seed(Seed::empty())
        .state_file(&file)
        .start()
        .await;
    assert!(file.exists(), "from the start");
    let product = CreateProductRequest::new("Found in the file");
    fake.client()
        .create_product(fake.organization_id(), product)
        .send()
        .await?;
    // How long it takes is not promised; a server that never writes hangs here.
    loop {
        let text = std::fs::read_to_string(&file).expect("it is never missing");
        let read = Seed::from_json(&text);
        assert!(read.is_ok(), "it is never half-written");
        if text.contains("Found in the file") {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_state_is_a_seed() -> Result<()> {
    let first = Fake::start().await;
    change(&first).await?;
    let seed = Seed::from_json(&first.to_json()).expect("it is one");
    let second = Fake::builder().seed(seed.clone()).start().await;
    let third = Fake::builder().seed(seed).start().await;
    let before = told(&first.client(), &first).await?;
    assert_eq!(told(&second.client(), &second).await?, before);
    second
        .client()
        .delete_product(first.demo().expect("it is there").product_id)
        .send()
        .await?;
    assert_eq!(
        told(&third.client(), &third).await?,
        before,
        "each has a state of its own"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_no_state_is_refused() {
    let fake = Fake::start().await;
    let text = fake.to_json();
    let product = fake.demo().expect("it is there").product_id.to_string();
    let torn = &text[..text.len() / 2];
    let newer = text.replacen("\"version\": 1", "\"version\": 2", 1);
    // One mention of the product is left in place of many.
    let dangling = text.replacen(&product, "00000000-0000-0000-0000-000000000001", 1);
    for (wrong, says) in [
        ("", "no state"),
        ("[]", "no state"),
        ("{}", "version"),
        (torn, "no state"),
        (&newer, "version 2"),
        (&dangling, "missing"),
    ] {
        let error = Seed::from_json(wrong).expect_err("it is none");
        assert!(error.to_string().contains(says), "{error}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.json");
    std::fs::write(&file, torn).expect("it can be written");
    let error = Fake::builder().state_file(&file).try_start().await.err();
    let error = error.expect("it cannot be read").to_string();
    assert!(error.contains("state.json"), "{error}");
    let kept = std::fs::read_to_string(&file).expect("it is there");
    assert_eq!(kept, torn, "it is left alone");
    let nowhere = folder.path().join("no folder").join("state.json");
    assert!(
        Fake::builder()
            .state_file(nowhere)
            .try_start()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_second_server_is_refused_while_the_first_has_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.json");
    let start = || Fake::builder().state_file(&file).try_start();
    let first = start().await.expect("nobody else has it");
    let refused = start().await.expect_err("it is in use").to_string();
    assert!(refused.contains("state.json: another server"), "{refused}");
    first.try_stop().await.expect("it is saved");
    let second = start().await.expect("the first has gone");
    drop(second);
    start().await.expect("a dropped one has gone too");
}

#[tokio::test]
async fn what_a_killed_server_left_behind_is_taken_away_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str| std::fs::write(folder.path().join(name), "").expect("there is room");
    for name in [".state.json.x1Y2z3.tmp", ".state.json.kept", "other.tmp"] {
        put(name);
    }
    // Nothing in it: somebody made it for its permissions, or a disk was full.
    put("state.json");
    let file = folder.path().join("state.json");
    let fake = Fake::builder().state_file(&file).start().await;
    assert!(fake.demo().is_some(), "an empty file is none");
    fake.stop().await;
    let left = [
        ".state.json.kept",
        ".state.json.lock",
        "other.tmp",
        "state.json",
    ];
    assert_eq!(left_in(folder.path()), left);
    assert!(
        Fake::builder()
            .state_file(&file)
            .start()
            .await
            .demo()
            .is_none()
    );
}

#[tokio::test]
async fn a_state_that_cannot_be_saved_is_told() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.json");
    let fake = Fake::builder().state_file(&file).start().await;
    folder.close().expect("it can be removed");
    change(&fake).await?;
    let unsaved = fake
        .try_stop()
        .await
        .expect_err("there is no folder")
        .to_string();
    assert!(unsaved.contains("state.json"), "{unsaved}");
    Ok(())
}

/// What is wrong with a file is said of that file.
#[tokio::test]
async fn a_start_that_fails_names_what_it_is_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("missing");
    let state = Fake::builder().state_file(nowhere.join("state.json"));
    let record = Fake::builder().record(nowhere.join("requests.jsonl"));
    let taken = Fake::start().await;
    let port = Fake::builder().address(taken.address());
    for (builder, name) in [
        (state, "state.json".to_string()),
        (record, "requests.jsonl".to_string()),
        (port, taken.address().to_string()),
    ] {
        let error = builder.try_start().await.expect_err("it cannot start");
        assert!(error.to_string().contains(&name), "{error}");
    }
}
