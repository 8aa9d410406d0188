//! Every change is in the audit logs, with who, where and why, and the logs can be filtered and paged.

use std::collections::BTreeMap;
use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::chrono::TimeDelta;
use configcat_management::types::*;
use configcat_management::{Error, Result, Secret};

fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

#[tokio::test]
async fn a_changed_value_is_told_with_its_place_and_reason() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let (production, flag) = (demo.production_id, demo.v2.new_checkout);
    let on = [JsonPatchOperation::new("replace", "/defaultValue/boolValue").with_value(true)];
    let call = client.update_setting_value_v2(production, flag, on.to_vec());
    call.reason("Launch").send().await?;

    let log = client
        .get_auditlogs_v2(demo.product_id)
        .send()
        .await?
        .into_inner();
    let newest = &log.data.expect("it has entries")[0];
    assert_eq!(
        newest.audit_log_type_enum,
        AuditLogType::SettingValueChanged
    );
    assert_eq!(newest.audit_log_type, "Setting value changed");
    assert_eq!(newest.action_target, "new_checkout");
    assert_eq!(
        newest.where_,
        "Acme Corporation / Web shop / Frontend / Production"
    );
    assert_eq!(newest.why.as_deref(), Some("Launch"));
    assert_eq!(newest.user_name, "Jane Doe");
    assert!(newest.details.contains("true"), "{}", newest.details);

    let again = client.update_setting_value_v2(production, flag, on.to_vec());
    assert_eq!(again.send().await?.status(), 204);
    let after = client
        .get_auditlogs_v2(demo.product_id)
        .send()
        .await?
        .into_inner();
    let (before, after) = (
        log.paging.expect("it is paged"),
        after.paging.expect("it is paged"),
    );
    assert_eq!(after.total_count, before.total_count, "nothing changed");
    Ok(())
}

#[tokio::test]
async fn logs_are_filtered_and_paged() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let all = client
        .get_auditlogs_v2(demo.product_id)
        .send()
        .await?
        .into_inner();
    let all = all.data.expect("it has entries");
    let ids: Vec<i64> = all.iter().map(|item| item.audit_log_id.0).collect();
    assert!(ids.is_sorted_by(|a, b| a > b), "newest first: {ids:?}");

    let mut paged = Vec::new();
    for number in 1.. {
        let call = client
            .get_auditlogs_v2(demo.product_id)
            .page_size(3)
            .page_number(number);
        let page = call.send().await?.into_inner();
        let paging = page.paging.expect("it is paged");
        assert_eq!(paging.current_page, number);
        assert_eq!(paging.has_previous, number > 1);
        assert_eq!(paging.total_count as usize, all.len());
        paged.extend(
            page.data
                .unwrap_or_default()
                .iter()
                .map(|item| item.audit_log_id),
        );
        if !paging.has_next {
            assert_eq!(paging.total_pages, number);
            break;
        }
    }
    assert_eq!(paged, ids);

    let created = client
        .get_auditlogs_v2(demo.product_id)
        .config_id(demo.v1.config_id);
    let created = created
        .audit_log_type(AuditLogType::SettingCreated)
        .send()
        .await?
        .into_inner();
    let created = created.data.expect("it has entries");
    assert_eq!(created.len(), 5, "the settings of the config");
    let in_test = client
        .get_auditlogs_v2(demo.product_id)
        .environment_id(demo.test_id);
    let in_test = in_test
        .send()
        .await?
        .into_inner()
        .data
        .expect("it has entries");
    assert!(!in_test.is_empty() && in_test.iter().all(|item| item.where_.ends_with("Test")));
    let later = fake.now() + TimeDelta::seconds(1);
    let none = client
        .get_auditlogs_v2(demo.product_id)
        .from_utc_date_time(later)
        .send()
        .await?;
    assert_eq!(none.data.as_ref().map(Vec::len), Some(0));

    let organization = client.get_organization_auditlogs_v2(demo.organization_id);
    let organization = organization.product_id(demo.product_id).send().await?;
    assert_eq!(organization.data.as_ref(), Some(&all));
    let unknown = fake.organization_id();
    assert_eq!(status(client.get_auditlogs_v2(unknown.0).send().await), 404);
    let backwards = client
        .get_auditlogs_v2(demo.product_id)
        .from_utc_date_time(later);
    let backwards = backwards.to_utc_date_time(fake.now() - TimeDelta::days(1));
    assert_eq!(status(backwards.send().await), 400);
    Ok(())
}

#[tokio::test(start_paused = true)]
#[allow(deprecated)]
async fn the_older_logs_look_at_a_limited_time() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let now = client.get_auditlogs(demo.product_id).send().await?;
    assert!(!now.is_empty());
    tokio::time::advance(Duration::from_secs(8 * 86_400)).await;
    assert!(
        client
            .get_auditlogs(demo.product_id)
            .send()
            .await?
            .is_empty()
    );
    let from = fake.now() - TimeDelta::days(20);
    let since = client
        .get_auditlogs(demo.product_id)
        .from_utc_date_time(from)
        .send()
        .await?;
    assert_eq!(*since, *now);
    let since = client
        .get_organization_auditlogs(demo.organization_id)
        .from_utc_date_time(from);
    assert_eq!(*since.send().await?, *now);
    let until = client
        .get_auditlogs(demo.product_id)
        .to_utc_date_time(fake.now());
    assert_eq!(*until.send().await?, *now, "the 30 days before it");
    let from = fake.now() - TimeDelta::days(31);
    let too_far = client
        .get_auditlogs(demo.product_id)
        .from_utc_date_time(from)
        .send()
        .await;
    assert_eq!(status(too_far), 400);
    Ok(())
}

#[tokio::test]
async fn what_is_deleted_stays_in_the_logs() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let config_id = demo.v1.config_id;
    assert!(
        client
            .get_deleted_settings(config_id)
            .send()
            .await?
            .is_empty()
    );
    client.delete_setting(demo.v1.banner_text).send().await?;
    let deleted = client.get_deleted_settings(config_id).send().await?;
    assert_eq!(deleted.len(), 1);
    assert_eq!(
        (&*deleted[0].key, &deleted[0].setting_type),
        ("banner_text", &SettingType::String)
    );

    client.delete_product(demo.product_id).send().await?;
    assert_eq!(
        status(client.get_deleted_settings(config_id).send().await),
        404
    );
    assert_eq!(
        status(client.get_auditlogs_v2(demo.product_id).send().await),
        404
    );
    let log = client
        .get_organization_auditlogs_v2(demo.organization_id)
        .send()
        .await?;
    let log = log.data.as_deref().unwrap_or_default();
    let kinds: Vec<&AuditLogType> = log.iter().map(|item| &item.audit_log_type_enum).collect();
    assert_eq!(
        kinds[..2],
        [&AuditLogType::ProductDeleted, &AuditLogType::SettingDeleted]
    );
    assert_eq!(log[0].action_target, "Web shop");
    Ok(())
}

/// Newest first, of all products: the kind of an entry, and its details.
async fn newest(fake: &Fake) -> Result<Vec<(AuditLogType, String)>> {
    let client = fake.client();
    let log = client.get_organization_auditlogs_v2(fake.organization_id());
    let log = log.send().await?.into_inner().data.unwrap_or_default();
    let entries = log.into_iter();
    let entries = entries.map(|item| (item.audit_log_type_enum, item.details));
    Ok(entries.collect())
}

#[tokio::test]
async fn a_change_is_told_once_with_what_changed_and_without_secrets() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let product = demo.product_id;
    let parameters = |key: &str| BTreeMap::from([("apikey".to_string(), Secret::from(key))]);
    let header = |value: &str| WebhookHeaderModel::new("X-Key", value).with_is_secure(true);
    let webhook = |value: &str| {
        WebHookRequestModel::new("https://a.example").with_web_hook_headers([header(value)])
    };

    let groups = client.get_permission_groups(product).send().await?;
    let group = groups[0].permission_group_id;
    let hook = client.create_webhook(demo.v2.config_id, demo.test_id, webhook("old"));
    let hook = hook.send().await?.webhook_id;
    let kind = IntegrationType::DataDog;
    let dog = CreateIntegrationModel::new([], [], kind, "Dog", parameters("s3cret"));
    let dog = client
        .create_integration(product, dog)
        .send()
        .await?
        .integration_id;
    let proxy = CreateOrUpdateProxyProfileRequest::new("Proxy");
    let proxy = client
        .create_proxy_profile(demo.organization_id, proxy)
        .send()
        .await?;
    let proxy = proxy.proxy_profile_id;
    let comparator = RolloutRuleComparator::Contains;
    let segment = CreateSegmentModel::new(comparator, "Email", "@example.com", "Staff");
    let segment = client
        .create_segment(product, segment)
        .send()
        .await?
        .segment_id;

    let expect = async |before: usize, kind: AuditLogType, details: &[&str]| {
        let log = newest(&fake).await?;
        let entries = log[..log.len() - before].iter();
        let found = entries.filter(|(known, _)| *known == kind);
        let found: Vec<&str> = found.map(|(_, details)| details.as_str()).collect();
        assert_eq!(found, details, "{kind}");
        let secret = |text: &str| text.contains("s3cret") || text.contains("_whsk_");
        assert!(!log.iter().any(|(_, details)| secret(details)), "{log:?}");
        Result::Ok(())
    };
    // Each change is asked for twice, and changes nothing the second time.
    let before = newest(&fake).await?.len();
    for _ in 0..2 {
        let wanted = UpdatePermissionGroupRequest::new().with_name("Chiefs");
        client.update_permission_group(group, wanted).send().await?;
    }
    let details = ["name: \"Administrators\" → \"Chiefs\""];
    expect(before, AuditLogType::PermissionGroupChanged, &details).await?;
    for _ in 0..2 {
        let wanted = UpdatePreferencesRequest::new().with_show_variation_id(true);
        client
            .update_product_preferences(product, wanted)
            .send()
            .await?;
    }
    let details = ["showVariationId: false → true"];
    expect(before, AuditLogType::ProductPreferencesUpdated, &details).await?;
    for _ in 0..2 {
        client
            .replace_webhook(hook, webhook("s3cret"))
            .send()
            .await?;
    }
    expect(before, AuditLogType::WebHookChanged, &["webHookHeaders"]).await?;
    for (name, key) in [
        ("Dog", "s3cret"),
        ("Dog", "s3cret2"),
        ("Cat", "s3cret2"),
        ("Cat", "s3cret2"),
    ] {
        let wanted = ModifyIntegrationRequest::new([], [], name, parameters(key));
        client.update_integration(dog, wanted).send().await?;
    }
    let details = ["name: \"Dog\" → \"Cat\"", "parameters"];
    expect(before, AuditLogType::IntegrationChanged, &details).await?;
    for _ in 0..2 {
        let url = "https://proxy.example";
        let notification = CreateOrUpdateWebhookNotification::new(url);
        let preferences =
            CreateOrUpdateConnectionPreferences::new().with_webhook_notification(notification);
        let wanted =
            CreateOrUpdateProxyProfileRequest::new("Edge").with_connection_preferences(preferences);
        client.replace_proxy_profile(proxy, wanted).send().await?;
    }
    for _ in 0..2 {
        let item = ProxyProfileSdkKeyRequestItem::new()
            .with_config_id(demo.v1.config_id)
            .with_environment_id(demo.test_id);
        let items = ProxyProfileSdkKeysRequest::new([item]);
        client
            .select_proxy_profile_sdk_keys(proxy, items)
            .send()
            .await?;
    }
    let selected = format!(
        "items: [] → [[\"{}\",\"{}\"]]",
        demo.v1.config_id, demo.test_id
    );
    let details = [
        selected.as_str(),
        "connectionPreferences\nname: \"Proxy\" → \"Edge\"",
    ];
    expect(before, AuditLogType::ProxyConfigurationChanged, &details).await?;
    for _ in 0..2 {
        let wanted = UpdateSegmentModel::new().with_name("Crew");
        client.update_segment(segment, wanted).send().await?;
    }
    let details = ["name: \"Staff\" → \"Crew\""];
    expect(before, AuditLogType::SegmentChanged, &details).await
}

#[tokio::test]
async fn what_goes_along_with_something_is_told_too() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().expect("the demo is there");
    let (config, test, flag) = (demo.v2.config_id, demo.test_id, demo.v2.new_checkout);
    let on = UpdateValueModel::new().with_bool_value(true);
    let change = UpdateEvaluationFormulaWithLatestVersionModel::new(on).with_setting_id(flag);
    let change = CreateChangeRequestProposedChangeModel::new(change);
    let request = CreateChangeRequestModel::new("Launch").with_proposed_changes([change]);
    let request = client
        .create_change_request(config, test, request)
        .send()
        .await?;
    let id = request.change_request_id;
    client.approve_change_request(id).send().await?;
    client.delete_setting(flag).send().await?;
    let request = client.get_change_request(id).send().await?;
    assert!(request.setting_values.is_empty() && !request.approved);
    let last = request
        .activities
        .last()
        .map(|known| &known.change_request_activity_type);
    let taken_out = ChangeRequestActivityType::SettingDeletedFromChangeRequest;
    assert_eq!(last, Some(&taken_out));
    let kinds = async |count| {
        let log = newest(&fake).await?.into_iter().take(count);
        Result::Ok(log.map(|(kind, _)| kind).collect::<Vec<_>>())
    };
    let expected = [
        AuditLogType::ChangeRequestSettingDeleted,
        AuditLogType::SettingDeleted,
    ];
    assert_eq!(kinds(2).await?, expected);

    let parameters = || BTreeMap::from([("apikey".to_string(), Secret::from("k"))]);
    for (configs, environments) in [
        (vec![config], vec![]),
        (vec![], vec![test]),
        (vec![], vec![]),
    ] {
        let kind = IntegrationType::DataDog;
        let dog = CreateIntegrationModel::new(configs, environments, kind, "Dog", parameters());
        client
            .create_integration(demo.product_id, dog)
            .send()
            .await?;
    }
    client.delete_config(config).send().await?;
    let removed = AuditLogType::IntegrationRemoved;
    assert_eq!(
        kinds(2).await?,
        [removed.clone(), AuditLogType::ConfigDeleted]
    );
    client.delete_environment(test).send().await?;
    assert_eq!(kinds(2).await?, [removed, AuditLogType::EnvironmentDeleted]);
    Ok(())
}
