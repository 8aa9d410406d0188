//! Proxy profiles serve the SDK keys that were chosen, one by one or by rules, and never by both.

use configcat_fake::Fake;
use configcat_management::patch::ProxyProfilePatch;
use configcat_management::types::ProxyProfileId;
use configcat_management::types::*;
use configcat_management::uuid::Uuid;
use configcat_management::{Client, Error, Result, reqwest};

/// The status of a failure.
fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

async fn profile(fake: &Fake, client: &Client) -> Result<ProxyProfileId> {
    let wanted = CreateOrUpdateProxyProfileRequest::new("Edge");
    let created = client.create_proxy_profile(fake.organization_id(), wanted);
    Ok(created.send().await?.proxy_profile_id)
}

#[tokio::test]
async fn keys_are_chosen_one_by_one_or_by_rules() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let id = profile(&fake, &client).await?;
    let item = ProxyProfileSdkKeyRequestItem::new;
    let chosen = |items: Vec<ProxyProfileSdkKeyRequestItem>| ProxyProfileSdkKeysRequest::new(items);
    let select = |items| {
        client
            .select_proxy_profile_sdk_keys(id, chosen(items))
            .send()
    };
    let deselect = |items| {
        client
            .deselect_proxy_profile_sdk_keys(id, chosen(items))
            .send()
    };
    let served = select(vec![item().with_config_id(demo.v1.config_id)]).await?;
    assert_eq!(served.items.len(), 2, "all environments of the config");
    let keys = client
        .get_sdk_keys(demo.v1.config_id, demo.production_id)
        .send()
        .await?;
    let found = served
        .items
        .iter()
        .find(|item| item.environment_id == demo.production_id);
    assert_eq!(found.map(|item| &item.primary_sdk_key), Some(&keys.primary));
    select(vec![item().with_environment_id(demo.test_id)]).await?;
    let served = client.get_proxy_profile_sdk_keys(id).send().await?;
    assert_eq!(
        served.items.len(),
        3,
        "and all configs with the environment"
    );
    let one = item()
        .with_config_id(demo.v2.config_id)
        .with_environment_id(demo.test_id);
    assert_eq!(deselect(vec![one]).await?.items.len(), 2);
    assert_eq!(status(select(vec![item()]).await), 400);
    assert_eq!(
        status(select(vec![item().with_config_id(Uuid::nil())]).await),
        400
    );

    let rule = UpdateProxyProfileSelectionRule::new;
    let wanted = CreateOrUpdateProxyProfileRequest::new("Edge").with_sdk_key_selection_rules(vec![
        rule().with_product_name_match_filter("Web *"),
        rule()
            .with_kind(SelectionRuleKind::Exclude)
            .with_config_id_filter(demo.v1.config_id)
            .with_environment_name_match_filter("T*"),
    ]);
    client.replace_proxy_profile(id, wanted).send().await?;
    let served = client.get_proxy_profile_sdk_keys(id).send().await?;
    assert_eq!(served.items.len(), 3);
    let kept_out = (demo.v1.config_id, demo.test_id);
    assert!(
        served
            .items
            .iter()
            .all(|item| (item.config_id, item.environment_id) != kept_out)
    );
    let all = || vec![item().with_config_id(demo.v1.config_id)];
    assert_eq!(status(select(all()).await), 403, "the rules decide");
    assert_eq!(status(deselect(all()).await), 403, "the rules decide");

    let nothing = vec![rule().with_config_id_filter(Uuid::nil())];
    let wanted = CreateOrUpdateProxyProfileRequest::new("Edge");
    let wanted = wanted.with_sdk_key_selection_rules(nothing);
    assert_eq!(
        status(client.replace_proxy_profile(id, wanted).send().await),
        400
    );
    let wanted = CreateOrUpdateProxyProfileRequest::new("Edge");
    client.replace_proxy_profile(id, wanted).send().await?;
    let served = client.get_proxy_profile_sdk_keys(id).send().await?;
    assert!(
        served.items.is_empty(),
        "rules end what was chosen one by one"
    );
    select(all()).await?;
    client.delete_environment(demo.test_id).send().await?;
    assert_eq!(
        client
            .get_proxy_profile_sdk_keys(id)
            .send()
            .await?
            .items
            .len(),
        1
    );
    Ok(())
}

#[tokio::test]
async fn notifications_are_connected_and_disconnected_by_a_patch() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let id = profile(&fake, &client).await?;
    let patch = |operation: JsonPatchOperation| {
        let patch = ProxyProfilePatch::from(vec![operation]).into_operations();
        client.update_proxy_profile(id, patch.expect("it has an operation"))
    };
    let at = "/connectionPreferences/webhookNotification";
    let connect = |url: &str| {
        let value = serde_json::json!({ "webhookProxyUrl": url });
        patch(JsonPatchOperation::new(OperationType::Add, at).with_value(value))
    };
    let created = client.get_proxy_profile(id).send().await?;
    assert_eq!(created.connection_preferences.sdk_poll_interval, 60);
    assert_eq!(created.connection_preferences.webhook_notification, None);
    assert_eq!(status(connect("nowhere").send().await), 400);
    let key = |profile: &ProxyProfileModel| {
        let notification = profile.connection_preferences.webhook_notification.as_ref();
        notification.map(|notification| notification.signing_key1.clone())
    };
    let first = connect("https://proxy.example.com").send().await?;
    let moved = connect("https://other.example.com").send().await?;
    assert!(key(&first).is_some());
    assert_eq!(key(&moved), key(&first), "another address, the same key");
    let removed = patch(JsonPatchOperation::new(OperationType::Remove, at))
        .send()
        .await?;
    assert_eq!(key(&removed), None);
    let again = connect("https://proxy.example.com").send().await?;
    assert_ne!(key(&again), key(&first), "who connects anew gets a new key");
    let id_of = JsonPatchOperation::new(OperationType::Replace, "/proxyProfileId");
    assert_eq!(status(patch(id_of.with_value("x")).send().await), 400);
    // By hand, because the client does not send it.
    let often = r#"[{"op":"replace","path":"/connectionPreferences/sdkPollInterval","value":29}]"#;
    let url = format!("{}/v1/proxy-profiles/{id}", fake.base_url());
    let request = reqwest::Client::new().patch(url).body(often);
    let request = request.header("content-type", "application/json");
    let refused = request.basic_auth("user", Some("pass")).send().await;
    assert_eq!(refused.expect("the server answers").status(), 400);

    let first = client.generate_proxy_profile_secret(id).send().await?;
    let second = client.generate_proxy_profile_secret(id).send().await?;
    assert_ne!(first.secret_token, second.secret_token);
    let profiles = client
        .get_proxy_profiles(fake.organization_id())
        .send()
        .await?;
    assert!(
        profiles
            .profiles
            .iter()
            .any(|profile| profile.proxy_profile_id == id)
    );
    client.delete_proxy_profile(id).send().await?;
    assert_eq!(status(client.get_proxy_profile(id).send().await), 404);
    Ok(())
}
