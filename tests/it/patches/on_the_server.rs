//! Patches that are sent do on the server what they say.

use super::*;
use crate::support::assert_contains;

#[tokio::test]
async fn an_empty_patch_is_not_sent() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let before = fake.requests().len();
    let empty = SettingPatch::new();
    assert!(empty.is_empty());
    assert_eq!(empty.to_string(), "nothing to change");
    assert_eq!(empty.clone().into_operations(), None);
    assert_eq!(
        refused(
            client
                .update_setting(demo.v1.new_checkout, empty)
                .send()
                .await
        ),
        "update-setting (PATCH /v1/settings/{settingId}) was not sent: `body` is a patch without operations; \
         there is nothing to change"
    );
    let (environment, flag) = (demo.production_id, demo.v2.new_checkout);
    refused(
        client
            .update_setting_value_v2(environment, flag, FormulaPatch::new())
            .send()
            .await,
    );
    assert_eq!(fake.requests().len(), before);
    Ok(())
}

#[tokio::test]
async fn settings_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let tag = client
        .create_tag(demo.product_id, CreateTagModel::new("api"))
        .send()
        .await?
        .tag_id;
    let id = demo.v1.new_checkout;
    let ids = |setting: &SettingModel| {
        setting
            .tags
            .iter()
            .map(|tag| tag.tag_id)
            .collect::<Vec<_>>()
    };

    let patch = SettingPatch::new()
        .rename("Checkout")
        .clear_hint()
        .add_tag(tag);
    let seen = client.update_setting(id, patch).send().await?;
    assert_eq!(
        (seen.name.as_str(), &seen.hint, ids(&seen)),
        ("Checkout", &None, vec![demo.tag_id, tag])
    );
    let patch = SettingPatch::new()
        .set_hint("One page")
        .remove_tag(demo.tag_id, &seen.tags)?
        .guarded_by(&seen);
    let after = client.update_setting(id, patch.clone()).send().await?;
    assert_eq!(
        (after.hint.as_deref(), ids(&after)),
        (Some("One page"), vec![tag])
    );
    let stale = client.update_setting(id, patch).send().await;
    assert_eq!(
        stale.unwrap_err().status().unwrap(),
        400,
        "something else was seen"
    );
    let patch = SettingPatch::new().replace_tags([demo.tag_id]);
    assert_eq!(
        ids(&*client.update_setting(id, patch).send().await?),
        [demo.tag_id]
    );

    let seen = client.get_setting(id).send().await?;
    let mut wanted = SettingPatch::part(&seen)?;
    wanted.name = "Till".to_string();
    wanted.hint = None;
    wanted.tags = Some(vec![tag, demo.tag_id]);
    let patch = SettingPatch::diff(&seen, &wanted)?.guarded_by(&seen);
    let after = client.update_setting(id, patch).send().await?;
    assert_eq!(
        (after.name.as_str(), &after.hint, ids(&after)),
        ("Till", &None, vec![tag, demo.tag_id])
    );
    Ok(())
}

/// The SDK key of an environment of the demo.
async fn sdk_key(client: &Client, config: ConfigId, environment: EnvironmentId) -> Result<Secret> {
    let keys = client
        .get_sdk_keys(config, environment)
        .send()
        .await?
        .into_inner();
    Ok(keys.primary)
}

#[tokio::test]
async fn v1_values_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, id) = (demo.production_id, demo.v1.beta_search);
    let key = sdk_key(&client, demo.v1.config_id, environment).await?;
    let new = SettingValuePatch::new;
    let (rule, _) = rule_v1();
    let other = || rule_v1().0.with_comparison_value("@example.org");
    let item = UpdateRolloutPercentageItemModel::new;
    let base = vec![rule.clone(), other()];
    let steps = [
        new().turn_on(),
        new().turn_off(),
        new().set_value(true).replace_rules(base),
        new().add_rule(rule.clone()),
        new().insert_rule(1, other()),
        new().replace_rule(0, other()),
        new().move_rule(2, 0).remove_rule(3),
        new().replace_percentage_items([item(40, true), item(60, false)]),
        new().move_percentage_item(0, 1),
        new()
            .remove_percentage_item(0)
            .insert_percentage_item(1, item(60, false)),
        new()
            .replace_percentage_item(0, item(30, true))
            .remove_percentage_item(1)
            .add_percentage_item(item(70, false)),
    ];
    for (number, patch) in steps.into_iter().enumerate() {
        let seen = client.get_setting_value(environment, id).send().await?;
        let (preview, patch) = (patch.preview(&seen)?, patch.guarded_by(&seen));
        let answer = if number % 2 == 0 {
            client
                .update_setting_value(environment, id, patch.clone())
                .send()
                .await?
        } else {
            client
                .update_setting_value_by_sdkkey("beta_search", key.clone(), patch.clone())
                .send()
                .await?
        };
        let after = answer
            .into_inner()
            .unwrap_or_else(|| panic!("204 for {patch}"));
        assert_eq!(SettingValuePatch::part(&after)?, preview, "{patch}");
        assert!(SettingValuePatch::diff(&after, &preview)?.is_empty());
    }
    let third = rule_v1().0.with_comparison_value("@example.net");
    let patch = new().replace_rules([rule, other(), third]);
    let seen = client
        .update_setting_value(environment, id, patch)
        .send()
        .await?
        .into_inner()
        .unwrap();
    let same = client
        .update_setting_value(environment, id, new().turn_on())
        .send()
        .await?;
    assert_eq!(same.status(), 204);
    let mut wanted = seen.clone();
    wanted.rollout_rules.reverse();
    let patch = SettingValuePatch::diff(&seen, &wanted)?;
    assert!(
        patch
            .operations()
            .iter()
            .all(|o| o.op == OperationType::Move),
        "{patch}"
    );
    let after = client
        .update_setting_value(environment, id, patch)
        .send()
        .await?
        .into_inner()
        .unwrap();
    assert_eq!(after.rollout_rules, wanted.rollout_rules);
    Ok(())
}

#[tokio::test]
async fn v2_values_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let (environment, id) = (demo.production_id, demo.v2.beta_search);
    let key = sdk_key(&client, demo.v2.config_id, environment).await?;
    let new = FormulaPatch::new;
    let (rule, _) = rule_v2();
    let plain = || {
        let on = UpdateValueModel::new().with_bool_value(true);
        let mut rule = rule_v2().0;
        rule.percentage_options = None;
        rule.with_value(on)
    };
    let off = UpdateValueModel::new().with_bool_value(false);
    let steps = [
        new().turn_on(),
        new().turn_off(),
        new().set_default(true),
        new().replace_default(off),
        new().split_by("Country"),
        new().split_by_identifier(),
        new().replace_rules([plain(), rule.clone()]),
        new().move_rule(1, 0),
        new().insert_rule(0, plain()),
        new().remove_rule(1),
        new().replace_rule(0, rule.clone()),
        new().add_rule(rule),
    ];
    for (number, patch) in steps.into_iter().enumerate() {
        let seen = client.get_setting_value_v2(environment, id).send().await?;
        let (preview, patch) = (patch.preview(&seen)?, patch.guarded_by(&seen));
        let answer = if number % 2 == 0 {
            client
                .update_setting_value_v2(environment, id, patch.clone())
                .send()
                .await?
        } else {
            client
                .update_setting_value_by_sdkkey_v2("beta_search", key.clone(), patch.clone())
                .send()
                .await?
        };
        let after = answer
            .into_inner()
            .unwrap_or_else(|| panic!("204 for {patch}"));
        assert!(FormulaPatch::diff(&after, &preview)?.is_empty(), "{patch}");
        assert!(!FormulaPatch::diff(&seen, &preview)?.is_empty(), "{patch}");
    }
    Ok(())
}

#[tokio::test]
async fn webhooks_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let (client, demo) = (fake.client(), fake.demo().unwrap());
    let header = |key: &str, value: &str| WebhookHeaderModel::new(key, value).with_is_secure(false);
    let secure = header("authorization", "s3same-0pen").with_is_secure(true);
    let webhook = WebHookRequestModel::new("https://example.com/hook")
        .with_web_hook_headers([secure, header("x-shop", "web")]);
    let webhook = client
        .create_webhook(demo.v2.config_id, demo.production_id, webhook)
        .send()
        .await?;
    let id = webhook.webhook_id;
    let new = WebhookPatch::new;
    for patch in [
        new().set_url("https://example.com/other"),
        new().set_content("{}"),
        new().clear_content(),
        new().set_http_method(WebHookHttpMethod::Post),
        new().add_header(header("x-a", "a")),
        new().insert_header(1, header("x-b", "b")),
        new().move_header(0, 2),
        new().replace_header(0, header("x-c", "c")),
        new().remove_header(3),
    ] {
        let seen = client.get_webhook(id).send().await?;
        let (preview, guarded) = (patch.preview(&seen)?, patch.clone().guarded_by(&seen));
        let after = client.update_webhook(id, guarded).send().await?;
        assert_eq!(WebhookPatch::part(&after)?, preview, "{patch}");
        assert!(WebhookPatch::diff(&after, &preview)?.is_empty(), "{patch}");
        assert!(!WebhookPatch::diff(&seen, &preview)?.is_empty(), "{patch}");
    }

    // The server hides the value of a secure header: it can be moved, and is not written.
    let seen = client.get_webhook(id).send().await?;
    let mut wanted = seen.clone().into_inner();
    wanted.web_hook_headers.reverse();
    let patch = WebhookPatch::diff(&seen, &wanted)?.guarded_by(&seen);
    let after = client.update_webhook(id, patch).send().await?;
    assert_eq!(after.web_hook_headers, wanted.web_hook_headers);
    let hidden = after
        .web_hook_headers
        .iter()
        .position(|header| header.is_secure)
        .unwrap();
    let still = JsonPatchOperation::new("test", format!("/webHookHeaders/{hidden}/value"))
        .with_value("s3same-0pen");
    assert_eq!(
        client.update_webhook(id, [still]).send().await?.status(),
        200
    );
    let mut doubled = after.clone().into_inner();
    doubled
        .web_hook_headers
        .push(after.web_hook_headers[hidden].clone());
    let problem = refused(WebhookPatch::diff(&after, &doubled));
    assert_contains(&problem, "asterisks in place of what the server hides");

    let patch = new().replace_headers([header("x-d", "d")]);
    assert_eq!(
        client
            .update_webhook(id, patch)
            .send()
            .await?
            .web_hook_headers
            .len(),
        1
    );
    Ok(())
}

#[tokio::test]
async fn proxy_profiles_on_the_server() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let profile = CreateOrUpdateProxyProfileRequest::new("Edge");
    let id = client
        .create_proxy_profile(fake.organization_id(), profile)
        .send()
        .await?
        .proxy_profile_id;
    let new = ProxyProfilePatch::new;
    let rule = |name: &str| {
        UpdateProxyProfileSelectionRule::new()
            .with_kind(SelectionRuleKind::Include)
            .with_environment_name_match_filter(name)
    };
    for patch in [
        new().rename("Edge in Europe"),
        new().set_description("Near the users"),
        new().clear_description(),
        new().set_poll_interval(90),
        new().connect_notifications("https://proxy.example.com"),
        new().set_notification_url("https://proxy.example.org"),
        new().disconnect_notifications(),
        new().add_selection_rule(rule("Prod*")),
        new().insert_selection_rule(0, rule("Test")),
        new().add_selection_rule(rule("Staging")),
        new().replace_selection_rule(1, rule("Production")),
        new().move_selection_rule(2, 0),
        new().remove_selection_rule(1),
        new().replace_selection_rules([rule("*")]),
    ] {
        let seen = client.get_proxy_profile(id).send().await?;
        let (preview, guarded) = (patch.preview(&seen)?, patch.clone().guarded_by(&seen));
        let after = client.update_proxy_profile(id, guarded).send().await?;
        assert_eq!(ProxyProfilePatch::part(&after)?, preview, "{patch}");
        assert!(
            ProxyProfilePatch::diff(&after, &preview)?.is_empty(),
            "{patch}"
        );
        assert!(
            !ProxyProfilePatch::diff(&seen, &preview)?.is_empty(),
            "{patch}"
        );
    }
    Ok(())
}
