//! What is created can be read, listed, changed and deleted, and takes along what hangs on it.

use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::{Error, Result};

/// The status of a failure.
fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

/// V2 rules that serve a value to everybody.
fn formula(value: UpdateValueModel) -> UpdateEvaluationFormulaModel {
    UpdateEvaluationFormulaModel::new(value)
}

#[tokio::test]
async fn an_empty_server_has_an_organization_and_a_user() -> Result<()> {
    let fake = Fake::builder().empty().start().await;
    let client = fake.client();
    assert!(fake.demo().is_none());
    assert_eq!(client.get_me().send().await?.full_name, "Jane Doe");
    let organizations = client.get_organizations().send().await?;
    assert_eq!(organizations.len(), 1);
    assert_eq!(organizations[0].organization_id, fake.organization_id());
    assert!(client.get_products().send().await?.is_empty());
    let limits = client.get_organization_limitations(fake.organization_id());
    assert!(limits.send().await?.max_targeting_rule_count > 0);
    Ok(())
}

#[tokio::test]
async fn products_live_and_die() -> Result<()> {
    let fake = Fake::builder().empty().start().await;
    let client = fake.client();
    let wanted = CreateProductRequest::new("Shop").with_description("Sells");
    let created = client
        .create_product(fake.organization_id(), wanted)
        .send()
        .await?;
    assert_eq!(created.status(), 201);
    let id = created.product_id;
    assert_eq!(*client.get_product(id).send().await?, *created);
    assert_eq!(client.get_products().send().await?.len(), 1);
    let wanted = UpdateProductRequest::new().with_name("Store");
    let updated = client.update_product(id, wanted).send().await?;
    assert_eq!(updated.name, "Store");
    assert_eq!(
        updated.description.as_deref(),
        Some("Sells"),
        "what is left out stays"
    );
    assert_eq!(client.delete_product(id).send().await?.status(), 204);
    assert_eq!(status(client.get_product(id).send().await), 404);
    assert_eq!(status(client.delete_product(id).send().await), 404);
    Ok(())
}

#[tokio::test]
async fn configs_environments_and_tags_live_and_die() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let product = demo.product_id;

    let config = CreateConfigRequest::new("Extra").with_evaluation_version("v2");
    let config = client.create_config(product, config).send().await?;
    assert_eq!(config.evaluation_version, EvaluationVersion::V2);
    assert_eq!(client.get_configs(product).send().await?.len(), 3);
    let wanted = UpdateConfigRequest::new().with_name("Other").with_order(-1);
    client
        .update_config(config.config_id, wanted)
        .send()
        .await?;
    let configs = client.get_configs(product).send().await?;
    assert_eq!(configs[0].name, "Other", "the order counts");
    client.delete_config(config.config_id).send().await?;
    assert_eq!(
        status(client.get_config(config.config_id).send().await),
        404
    );

    let environment = CreateEnvironmentModel::new("Staging").with_color("blue");
    let environment = client
        .create_environment(product, environment)
        .send()
        .await?;
    let id = environment.environment_id;
    let wanted = UpdateEnvironmentModel::new().with_description("before production");
    let updated = client.update_environment(id, wanted).send().await?;
    assert_eq!(
        (updated.color.as_deref(), &*updated.name),
        (Some("blue"), "Staging")
    );
    assert_eq!(client.get_environments(product).send().await?.len(), 3);
    let value = client
        .get_setting_value(id, demo.v1.page_size)
        .send()
        .await?;
    assert_eq!(
        value.value,
        0.into(),
        "a new environment has values for old settings"
    );
    assert_eq!(value.updated_at, None);
    client.delete_environment(id).send().await?;
    assert_eq!(status(client.get_environment(id).send().await), 404);
    assert_eq!(
        status(client.get_setting_value(id, demo.v1.page_size).send().await),
        404
    );

    let tag = client
        .create_tag(product, CreateTagModel::new("api"))
        .send()
        .await?;
    let wanted = UpdateTagModel::new().with_color("koala");
    let updated = client.update_tag(tag.tag_id, wanted).send().await?;
    assert_eq!(
        (&*updated.name, updated.color.as_deref()),
        ("api", Some("koala"))
    );
    assert_eq!(client.get_tags(product).send().await?.len(), 2);
    assert_eq!(
        client.get_settings_by_tag(demo.tag_id).send().await?.len(),
        2
    );
    client.delete_tag(demo.tag_id).send().await?;
    assert_eq!(status(client.get_tag(demo.tag_id).send().await), 404);
    let setting = client.get_setting(demo.v1.new_checkout).send().await?;
    assert!(setting.tags.is_empty(), "a tag that is gone stands nowhere");
    Ok(())
}

#[tokio::test]
async fn settings_live_and_die() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let config = demo.v2.config_id;

    let wanted = CreateSettingInitialValues::new("limit", "Limit", SettingType::Int)
        .with_hint("How many")
        .with_tags(vec![demo.tag_id])
        .with_initial_values(vec![InitialValue::new(7).with_environment_id(demo.test_id)]);
    let created = client.create_setting(config, wanted.clone()).send().await?;
    let id = created.setting_id;
    assert_eq!(created.tags[0].name, "release");
    assert_eq!(*client.get_setting(id).send().await?, *created);
    let value = client.get_setting_value_v2(demo.test_id, id).send().await?;
    assert_eq!(value.default_value.int_value, Some(7));
    let value = client
        .get_setting_value_v2(demo.production_id, id)
        .send()
        .await?;
    assert_eq!(value.default_value.int_value, Some(0));

    assert_eq!(
        status(client.create_setting(config, wanted).send().await),
        400
    );

    let replaced = ReplaceSettingModel::new("Most");
    let replaced = client.replace_setting(id, replaced).send().await?;
    assert_eq!((&*replaced.name, &*replaced.key), ("Most", "limit"));
    assert_eq!((replaced.hint.as_deref(), replaced.tags.len()), (None, 0));

    let copy = CreateSettingInitialValues::new("copy", "Copy", SettingType::Boolean)
        .with_setting_id_to_init_from(demo.v2.beta_search);
    let copy = client.create_setting(config, copy).send().await?;
    let value = client
        .get_setting_value_v2(demo.production_id, copy.setting_id)
        .send()
        .await?;
    assert_eq!(value.targeting_rules.len(), 2);

    let before = client.get_settings(config).send().await?.len();
    client.delete_setting(id).send().await?;
    assert_eq!(client.get_settings(config).send().await?.len(), before - 1);
    assert_eq!(status(client.get_setting(id).send().await), 404);
    assert_eq!(
        status(client.get_setting_value_v2(demo.test_id, id).send().await),
        404
    );
    Ok(())
}

#[tokio::test]
async fn deleting_a_product_takes_everything_along() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let keys = client
        .get_sdk_keys(demo.v1.config_id, demo.production_id)
        .send()
        .await?;
    client.delete_product(demo.product_id).send().await?;
    assert_eq!(
        status(client.get_config(demo.v1.config_id).send().await),
        404
    );
    assert_eq!(
        status(client.get_environment(demo.test_id).send().await),
        404
    );
    assert_eq!(
        status(client.get_setting(demo.v2.discount).send().await),
        404
    );
    assert_eq!(status(client.get_tag(demo.tag_id).send().await), 404);
    let by_key = client.get_setting_value_by_sdkkey("page_size", &keys.primary);
    assert_eq!(status(by_key.send().await), 404);
    assert_eq!(client.get_organizations().send().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn predefined_variations_bind_what_a_setting_serves() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let variation = |text: &str| {
        let value = CreatePredefinedVariationValueModel::new().with_string_value(text);
        CreatePredefinedVariationModel::new(value).with_name(text.to_uppercase())
    };
    let wanted = CreateSettingInitialValues::new("theme", "Theme", SettingType::String)
        .with_predefined_variations(vec![variation("light"), variation("dark")]);
    let setting = client
        .create_setting(demo.v2.config_id, wanted)
        .send()
        .await?;
    let id = setting.setting_id;
    let dark = &setting.predefined_variations[1];

    let value = client.get_setting_value_v2(demo.test_id, id).send().await?;
    assert_eq!(value.default_value.string_value.as_deref(), Some("light"));

    let by_id = UpdateValueModel::new().with_predefined_variation_id(dark.predefined_variation_id);
    let wanted = formula(by_id);
    let value = client
        .replace_setting_value_v2(demo.test_id, id, wanted)
        .send()
        .await?;
    assert_eq!(value.default_value.string_value.as_deref(), Some("dark"));

    let other = UpdateValueModel::new().with_string_value("blue");
    let wanted = formula(other);
    let refused = client
        .replace_setting_value_v2(demo.test_id, id, wanted)
        .send()
        .await;
    assert_eq!(status(refused), 400);

    let known = client.get_predefined_variations(id).send().await?;
    assert_eq!(known.predefined_variations[1].usages.len(), 1);
    let all = |text: &str| {
        let entry = |index: usize, text: &str| {
            let value = UpdatePredefinedVariationValueModel::new().with_string_value(text);
            UpdatePredefinedVariationModel::new(value).with_predefined_variation_id(
                setting.predefined_variations[index].predefined_variation_id,
            )
        };
        UpdatePredefinedVariationsRequest::new(vec![entry(0, "light"), entry(1, text)])
    };
    let refused = client
        .update_predefined_variations(id, all("black"))
        .send()
        .await;
    assert_eq!(status(refused), 400, "it is in use");
    let updated = client
        .update_predefined_variations(id, all("dark"))
        .send()
        .await?;
    assert_eq!(updated.predefined_variations.len(), 2);
    Ok(())
}
