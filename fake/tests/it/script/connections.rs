//! What products are connected with.

use std::collections::BTreeMap;

use configcat_management::types::*;
use configcat_management::{Result, Secret};

use super::{World, replace, status};

pub(super) async fn webhooks(world: &World) -> Result<()> {
    let World {
        client,
        product,
        configs,
        test,
        ..
    } = world;
    let header = WebhookHeaderModel::new("X-Key", "hidden").with_is_secure(true);
    let webhook =
        WebHookRequestModel::new("https://example.com/hook").with_web_hook_headers([header]);
    let created = client
        .create_webhook(configs[1], *test, webhook)
        .send()
        .await?;
    let id = created.webhook_id;
    assert_eq!(
        client.get_webhook(id).send().await?.url,
        "https://example.com/hook"
    );
    assert_eq!(client.get_webhooks(*product).send().await?.len(), 1);
    let patch = replace("/url", "https://example.com/patched");
    let patched = client.update_webhook(id, patch).send().await?;
    assert_eq!(
        (patched.url.as_str(), patched.web_hook_headers.len()),
        ("https://example.com/patched", 1)
    );
    let wanted = WebHookRequestModel::new("https://example.com/new");
    let replaced = client.replace_webhook(id, wanted).send().await?;
    assert!(
        replaced.web_hook_headers.is_empty(),
        "what is left out is reset"
    );
    let keys = client.get_webhook_signing_keys(id).send().await?;
    assert_ne!(
        keys.key1.as_ref().map(Secret::expose),
        keys.key2.as_ref().map(Secret::expose)
    );
    world
        .logged(&[AuditLogType::WebHookChanged, AuditLogType::WebHookChanged])
        .await?;
    client.delete_webhook(id).send().await?;
    assert_eq!(status(client.get_webhook(id).send().await), 404);
    assert!(client.get_webhooks(*product).send().await?.is_empty());
    world.logged(&[AuditLogType::WebHookDeleted]).await
}

pub(super) async fn integrations(world: &World) -> Result<()> {
    let World {
        client,
        product,
        configs,
        ..
    } = world;
    let parameters = BTreeMap::from([("apikey".to_string(), Secret::from("k"))]);
    let kind = IntegrationType::DataDog;
    let wanted =
        CreateIntegrationModel::new(vec![configs[0]], vec![], kind, "Dog", parameters.clone());
    let created = client.create_integration(*product, wanted).send().await?;
    let id = created.integration_id;
    assert_eq!(
        client.get_integration(id).send().await?.config_ids,
        [configs[0]]
    );
    let wanted = ModifyIntegrationRequest::new(vec![], vec![], "Data dog", parameters);
    let changed = client.update_integration(id, wanted).send().await?;
    assert_eq!(
        (changed.name.as_str(), changed.config_ids.len()),
        ("Data dog", 0)
    );
    assert_eq!(
        client
            .get_integrations(*product)
            .send()
            .await?
            .integrations
            .len(),
        1
    );
    world
        .logged(&[
            AuditLogType::IntegrationAdded,
            AuditLogType::IntegrationChanged,
        ])
        .await?;
    client.delete_integration(id).send().await?;
    assert_eq!(status(client.get_integration(id).send().await), 404);
    assert!(
        client
            .get_integrations(*product)
            .send()
            .await?
            .integrations
            .is_empty()
    );
    world.logged(&[AuditLogType::IntegrationRemoved]).await
}

pub(super) async fn links(world: &World) -> Result<()> {
    let World {
        client,
        flags: [old, new],
        test,
        ..
    } = world;
    let (kind, key) = (IntegrationLinkType::Jira, "SHOP-1");
    for flag in [*old, *new] {
        let link = AddOrUpdateIntegrationLinkModel::new().with_description("The ticket");
        let call = client.add_or_update_integration_link(*test, flag, kind.clone(), key, link);
        assert_eq!(call.send().await?.key.as_deref(), Some(key));
    }
    let shown = client.get_setting_value_v2(*test, *new).send().await?;
    assert_eq!(shown.integration_links.len(), 1);
    let details = client
        .get_integration_link_details(kind.clone(), key)
        .send()
        .await?;
    assert_eq!(details.details.as_ref().map(Vec::len), Some(2));
    client
        .jira_connect(ConnectRequest::new("site", "token"))
        .send()
        .await?;
    let link = AddOrUpdateJiraIntegrationLinkModel::new("site", "token");
    let call = client.jira_add_or_update_integration_link(*test, *new, "SHOP-2", link);
    assert_eq!(call.send().await?.integration_link_type, kind);
    for (flag, key, left) in [
        (*old, key, true),
        (*new, key, false),
        (*new, "SHOP-2", false),
    ] {
        let call = client.delete_integration_link(*test, flag, kind.clone(), key);
        assert_eq!(
            call.send().await?.has_remaining_integration_link,
            left,
            "{key}"
        );
        let again = client
            .delete_integration_link(*test, flag, kind.clone(), key)
            .send()
            .await;
        assert_eq!(status(again), 404);
    }
    let shown = client.get_setting_value_v2(*test, *new).send().await?;
    assert!(shown.integration_links.is_empty());
    world.logged(&[AuditLogType::IntegrationLinkRemoved]).await
}

pub(super) async fn proxies(world: &World) -> Result<()> {
    let World {
        client,
        organization,
        configs,
        production,
        test,
        ..
    } = world;
    let profile = CreateOrUpdateProxyProfileRequest::new("Proxy");
    let id = client
        .create_proxy_profile(*organization, profile)
        .send()
        .await?
        .proxy_profile_id;
    assert_eq!(
        client
            .get_proxy_profiles(*organization)
            .send()
            .await?
            .profiles
            .len(),
        1
    );
    let item = ProxyProfileSdkKeyRequestItem::new().with_config_id(configs[0]);
    let items = ProxyProfileSdkKeysRequest::new(vec![item]);
    let selected = client
        .select_proxy_profile_sdk_keys(id, items)
        .send()
        .await?;
    assert_eq!(selected.items.len(), 2, "in both environments");
    let key = client
        .get_sdk_keys(configs[0], *test)
        .send()
        .await?
        .into_inner()
        .primary;
    let served = selected
        .items
        .iter()
        .find(|item| item.environment_id == *test);
    assert_eq!(
        served.map(|item| item.primary_sdk_key.expose()),
        Some(key.expose())
    );
    let item = ProxyProfileSdkKeyRequestItem::new()
        .with_config_id(configs[0])
        .with_environment_id(*production);
    let items = ProxyProfileSdkKeysRequest::new(vec![item]);
    let call = client.deselect_proxy_profile_sdk_keys(id, items);
    assert_eq!(call.send().await?.items.len(), 1);
    assert_eq!(
        client
            .get_proxy_profile_sdk_keys(id)
            .send()
            .await?
            .items
            .len(),
        1
    );
    let first = client
        .generate_proxy_profile_secret(id)
        .send()
        .await?
        .into_inner()
        .secret_token;
    let second = client
        .generate_proxy_profile_secret(id)
        .send()
        .await?
        .into_inner()
        .secret_token;
    assert_ne!(first.expose(), second.expose());
    let patched = client
        .update_proxy_profile(id, replace("/name", "Edge"))
        .send()
        .await?;
    assert_eq!(patched.name, "Edge");
    let rule = UpdateProxyProfileSelectionRule::new().with_kind(SelectionRuleKind::Include);
    let wanted = CreateOrUpdateProxyProfileRequest::new("All").with_sdk_key_selection_rules([rule]);
    let replaced = client.replace_proxy_profile(id, wanted).send().await?;
    assert_eq!(
        client.get_proxy_profile(id).send().await?.name,
        replaced.name
    );
    assert_eq!(
        client
            .get_proxy_profile_sdk_keys(id)
            .send()
            .await?
            .items
            .len(),
        4
    );
    client.delete_proxy_profile(id).send().await?;
    assert_eq!(status(client.get_proxy_profile(id).send().await), 404);
    assert!(
        client
            .get_proxy_profiles(*organization)
            .send()
            .await?
            .profiles
            .is_empty()
    );
    let log = client
        .get_organization_auditlogs_v2(*organization)
        .page_size(1)
        .send()
        .await?;
    let newest = log
        .data
        .iter()
        .flatten()
        .next()
        .map(|item| &item.audit_log_type_enum);
    assert_eq!(newest, Some(&AuditLogType::ProxyConfigurationDeleted));
    Ok(())
}

pub(super) async fn code_references(world: &World) -> Result<()> {
    let World {
        client,
        configs: [_, config],
        flags: [_, flag],
        ..
    } = world;
    for branch in ["main", "next"] {
        let line = ReferenceLinesRequest::new("src/main.rs", ReferenceLineRequest::new(7));
        let found = FlagReference::new(vec![line], *flag);
        let report =
            CodeReferenceRequest::new(branch, *config, "shop").with_flag_references([found]);
        client.upload_code_references(report).send().await?;
    }
    let references = client.get_code_references(*flag).send().await?;
    assert_eq!(references.len(), 2);
    let reports = DeleteRepositoryReportsRequest::new(*config, "shop").with_branch("next");
    client.delete_code_reference_reports(reports).send().await?;
    let left = client.get_code_references(*flag).send().await?;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].branch.as_deref(), Some("main"));
    let reports = DeleteRepositoryReportsRequest::new(*config, "shop");
    client.delete_code_reference_reports(reports).send().await?;
    assert!(client.get_code_references(*flag).send().await?.is_empty());
    Ok(())
}
