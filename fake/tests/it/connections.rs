//! Webhooks, integrations, links and code references are kept, checked, and gone with what they hang on.

use configcat_management::types::{ConfigId, EnvironmentId};
use std::collections::BTreeMap;

use configcat_fake::Fake;
use configcat_management::patch::WebhookPatch;
use configcat_management::types::*;
use configcat_management::{Error, Result, Secret};

/// The status of a failure.
fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

/// The fields that a 400 names.
fn fields<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    match result {
        Err(Error::Api(failure)) => failure.field_errors.keys().cloned().collect(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

#[tokio::test]
async fn a_webhook_keeps_its_secrets() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (config, environment) = (demo.v2.config_id, demo.production_id);
    let before = client.get_webhooks(demo.product_id).send().await?.len();
    let header = |key: &str, value: &str| WebhookHeaderModel::new(key, value);
    let wanted = WebHookRequestModel::new("https://example.com/hook").with_web_hook_headers(vec![
        header("Authorization", "Bearer secret").with_is_secure(true),
        header("X-Shop", "web"),
    ]);
    let created = client
        .create_webhook(config, environment, wanted)
        .send()
        .await?;
    let id = created.webhook_id;
    let values = |webhook: &WebhookResponseModel| -> Vec<String> {
        let headers = webhook.web_hook_headers.iter();
        headers
            .map(|header| header.value.expose().to_string())
            .collect()
    };
    assert_eq!(values(&created), ["********", "web"]);
    assert_eq!(created.environment.name, "Production");
    assert_eq!(*client.get_webhook(id).send().await?, *created);
    assert_eq!(
        client.get_webhooks(demo.product_id).send().await?.len(),
        before + 1
    );

    let patch = WebhookPatch::from(vec![
        JsonPatchOperation::new(OperationType::Test, "/webHookHeaders/0/value")
            .with_value("Bearer secret"),
        JsonPatchOperation::new(OperationType::Replace, "/content").with_value("{}"),
        JsonPatchOperation::new(OperationType::Remove, "/webHookHeaders/1"),
    ]);
    let patch = patch.into_operations().expect("it has operations");
    let patched = client.update_webhook(id, patch).send().await?;
    assert_eq!(patched.content.as_deref(), Some("{}"));
    assert_eq!(
        values(&patched),
        ["********"],
        "a patch finds the value itself"
    );
    let patch = vec![JsonPatchOperation::new(OperationType::Replace, "/webhookId").with_value(1)];
    assert_eq!(status(client.update_webhook(id, patch).send().await), 400);

    for (wanted, field) in [
        (WebHookRequestModel::new("ftp://example.com"), "Url"),
        (WebHookRequestModel::new("not an address"), "Url"),
        (
            WebHookRequestModel::new("https://example.com")
                .with_web_hook_headers(vec![header("no name", "x")]),
            "WebHookHeaders[0].Key",
        ),
    ] {
        let refused = client.replace_webhook(id, wanted).send().await;
        assert_eq!(fields(refused), [field]);
    }
    let keys = client.get_webhook_signing_keys(id).send().await?;
    let (first, second) = (keys.key1.as_ref(), keys.key2.as_ref());
    assert!(first.is_some_and(|key| key.expose().starts_with("configcat_whsk_")));
    assert_ne!(first, second);
    let wanted = WebHookRequestModel::new("https://example.com/other");
    let replaced = client.replace_webhook(id, wanted).send().await?;
    assert_eq!(
        (replaced.content.as_deref(), values(&replaced).len()),
        (None, 0)
    );
    assert_eq!(
        client
            .get_webhook_signing_keys(id)
            .send()
            .await?
            .key1
            .as_ref(),
        first,
        "the keys stay"
    );
    client.delete_config(config).send().await?;
    assert_eq!(status(client.get_webhook(id).send().await), 404);
    Ok(())
}

#[tokio::test]
async fn integrations_are_checked_by_their_type() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, Secret> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.to_string(), Secret::from(*value)))
            .collect()
    };
    let create = |kind: IntegrationType, pairs: &[(&str, &str)]| {
        let wanted = CreateIntegrationModel::new([], [], kind, "It", map(pairs));
        client.create_integration(demo.product_id, wanted)
    };
    for (kind, pairs, wrong) in [
        (
            IntegrationType::DataDog,
            &[("apiKey", "x")][..],
            "Parameters.apikey",
        ),
        (
            IntegrationType::DataDog,
            &[("apikey", "x"), ("site", "Moon")],
            "Parameters.site",
        ),
        (
            IntegrationType::Slack,
            &[],
            "Parameters.incoming_webhook.url",
        ),
        (
            IntegrationType::Amplitude,
            &[("apiKey", "x"), ("secretKey", " ")],
            "Parameters.secretKey",
        ),
        (
            IntegrationType::MixPanel,
            &[
                ("serviceAccountUserName", "x"),
                ("serviceAccountSecret", "x"),
            ],
            "Parameters.projectId",
        ),
        (
            IntegrationType::Segment,
            &[("writeKey", "x"), ("server", "eu")],
            "Parameters.server",
        ),
        (
            IntegrationType::PubNub,
            &[("subKey", "s"), ("channel", "flags")],
            "Parameters.pubKey",
        ),
        (
            IntegrationType::PubNub,
            &[("pubKey", "p"), ("channel", "flags")],
            "Parameters.subKey",
        ),
        (
            IntegrationType::PubNub,
            &[("pubKey", "p"), ("subKey", "s")],
            "Parameters.channel",
        ),
    ] {
        assert_eq!(fields(create(kind, pairs).send().await), [wrong]);
    }
    let keys = [("pubKey", "p"), ("subKey", "s"), ("channel", "flags")];
    create(IntegrationType::PubNub, &keys).send().await?;
    let created = create(IntegrationType::DataDog, &[("apikey", "x"), ("site", "Eu")])
        .send()
        .await?
        .into_inner();
    let id = created.integration_id;
    assert_eq!(
        client.get_integration(id).send().await?.into_inner(),
        created
    );
    let modify = |configs: Vec<ConfigId>, environments: Vec<EnvironmentId>| {
        let parameters = map(&[("apikey", "y")]);
        let wanted = ModifyIntegrationRequest::new(configs, environments, "Dog", parameters);
        client.update_integration(id, wanted)
    };
    let refused = modify(vec![ConfigId::default()], vec![EnvironmentId::default()])
        .send()
        .await;
    assert_eq!(fields(refused), ["ConfigIds[0]", "EnvironmentIds[0]"]);
    let both = vec![demo.production_id, demo.test_id];
    let updated = modify(vec![], both).send().await?;
    assert_eq!(updated.name, "Dog");
    client.delete_environment(demo.test_id).send().await?;
    let left = client.get_integration(id).send().await?;
    assert_eq!(left.environment_ids, [demo.production_id]);
    client.delete_environment(demo.production_id).send().await?;
    let gone = client.get_integration(id).send().await;
    assert_eq!(status(gone), 404, "it was for that environment alone");
    let all = client.get_integrations(demo.product_id).send().await?;
    let pub_nub = all
        .integrations
        .iter()
        .find(|known| known.integration_type == IntegrationType::PubNub)
        .expect("it is for all environments");
    client
        .delete_integration(pub_nub.integration_id)
        .send()
        .await?;
    Ok(())
}

#[tokio::test]
async fn links_lead_from_settings_to_items_and_back() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (production, setting) = (demo.production_id, demo.v2.new_checkout);
    let kind = IntegrationLinkType::Trello;
    let link = |environment, text: &str| {
        let wanted = AddOrUpdateIntegrationLinkModel::new().with_description(text);
        client.add_or_update_integration_link(environment, setting, kind.clone(), "C1", wanted)
    };
    link(production, "first").send().await?;
    link(production, "second").send().await?;
    link(demo.test_id, "third").send().await?;
    let details = || {
        client
            .get_integration_link_details(kind.clone(), "C1")
            .send()
    };
    let found = details().await?;
    assert_eq!(
        found.all_integration_link_count, 2,
        "the second took the place of the first"
    );
    let statuses = found.details.iter().flatten().map(|detail| &*detail.status);
    assert_eq!(statuses.collect::<Vec<_>>(), ["OFF", "ON"]);
    let value = client
        .get_setting_value_v2(production, setting)
        .send()
        .await?;
    assert_eq!(
        value.integration_links[0].description.as_deref(),
        Some("second")
    );

    let jira = |client_key: &str| {
        let wanted = AddOrUpdateJiraIntegrationLinkModel::new(client_key, "token");
        client.jira_add_or_update_integration_link(production, setting, "SHOP-1", wanted)
    };
    assert_eq!(
        fields(jira("site").send().await),
        ["ClientKey"],
        "the site is not connected"
    );
    let nobody = ConnectRequest::new("", "token");
    assert_eq!(status(client.jira_connect(nobody).send().await), 400);
    client
        .jira_connect(ConnectRequest::new("site", "token"))
        .send()
        .await?;
    assert_eq!(jira("site").send().await?.key.as_deref(), Some("SHOP-1"));

    let delete = |environment| {
        client
            .delete_integration_link(environment, setting, kind.clone(), "C1")
            .send()
    };
    assert!(delete(production).await?.has_remaining_integration_link);
    assert_eq!(status(delete(production).await), 404);
    assert!(!delete(demo.test_id).await?.has_remaining_integration_link);
    assert_eq!(details().await?.all_integration_link_count, 0);
    client.delete_setting(setting).send().await?;
    let gone = client.get_integration_link_details(IntegrationLinkType::Jira, "SHOP-1");
    assert_eq!(gone.send().await?.all_integration_link_count, 0);
    Ok(())
}

#[tokio::test]
async fn code_references_follow_their_branches() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let config = &demo.v2;
    let found = |setting| {
        let line = ReferenceLineRequest::new(7).with_line_text("if new_checkout {");
        let lines = vec![ReferenceLinesRequest::new("src/main.rs", line)];
        vec![FlagReference::new(lines, setting)]
    };
    let upload = |branch: &str, active: &[&str], references: Vec<FlagReference>| {
        let active: Vec<String> = active.iter().map(|branch| branch.to_string()).collect();
        let wanted = CodeReferenceRequest::new(branch, config.config_id, "shop")
            .with_active_branches(active)
            .with_flag_references(references);
        client.upload_code_references(wanted).send()
    };
    let branches = |setting| {
        let call = client.get_code_references(setting);
        async move {
            let reports = call.send().await?.into_inner();
            let branches = reports.into_iter().filter_map(|report| report.branch);
            Result::Ok(branches.collect::<Vec<String>>())
        }
    };
    let (checkout, search) = (config.new_checkout, config.beta_search);
    upload("main", &[], found(checkout)).await?;
    upload("next", &[], found(checkout)).await?;
    assert_eq!(branches(checkout).await?, ["main", "next"]);
    let reports = client.get_code_references(checkout).send().await?;
    let lines = &reports[0].references.as_ref().expect("there are some")[0];
    assert_eq!(
        (&*lines.file, lines.reference_line.line_number),
        ("src/main.rs", 7)
    );
    let refused = upload("main", &[], found(demo.v1.new_checkout)).await;
    assert_eq!(fields(refused), ["FlagReferences[0].SettingId"]);

    upload("main", &["main", "next"], found(search)).await?;
    assert_eq!(
        branches(checkout).await?,
        ["next"],
        "a new scan takes the place of the old"
    );
    upload("main", &["main"], found(search)).await?;
    assert!(branches(checkout).await?.is_empty(), "the branch is gone");
    assert_eq!(branches(search).await?, ["main"]);

    let delete = |branch: &str| {
        let wanted = DeleteRepositoryReportsRequest::new(config.config_id, "shop");
        client
            .delete_code_reference_reports(wanted.with_branch(branch))
            .send()
    };
    delete("next").await?;
    assert_eq!(branches(search).await?, ["main"]);
    delete("main").await?;
    assert!(branches(search).await?.is_empty());
    assert_eq!(status(client.get_code_references(0).send().await), 404);
    Ok(())
}
