//! Values of both evaluation versions: one, all, replaced, by SDK key, and only of the right type.

mod v2;

use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::uuid::Uuid;
use configcat_management::{Error, Result, SettingValue};

/// The fields that a 400 names.
fn fields<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    match result {
        Err(Error::Api(failure)) if failure.status == 400 => {
            failure.field_errors.into_keys().collect()
        }
        other => panic!("no 400: {other:?}"),
    }
}

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
async fn v1_values_are_read_and_replaced() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (environment, setting) = (demo.production_id, demo.v1.beta_search);

    let all = client
        .get_setting_values(demo.v1.config_id, environment)
        .send()
        .await?;
    assert_eq!(all.setting_values.len(), 5);
    let one = client
        .get_setting_value(environment, setting)
        .send()
        .await?;
    assert_eq!(one.rollout_rules.len(), 1);
    assert_eq!(one.rollout_percentage_items.len(), 2);
    assert_eq!(one.setting.key, "beta_search");
    assert_eq!(one.config.config_id, demo.v1.config_id);

    let wanted = UpdateSettingValueModel::new(true);
    let replaced = client.replace_setting_value(environment, setting, wanted);
    let replaced = replaced.reason("it is time").send().await?;
    assert_eq!(replaced.value, true.into());
    assert!(
        replaced.rollout_rules.is_empty(),
        "what is left out is reset"
    );
    assert_eq!(
        replaced.last_updater_user_full_name.as_deref(),
        Some("Jane Doe")
    );
    let elsewhere = client
        .get_setting_value(demo.test_id, setting)
        .send()
        .await?;
    assert_eq!(elsewhere.value, false.into());
    Ok(())
}

#[tokio::test]
async fn v1_values_fit_the_type_of_their_setting() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let replace = |setting: SettingId, value: SettingValue| {
        let wanted = UpdateSettingValueModel::new(value);
        client
            .replace_setting_value(demo.test_id, setting, wanted)
            .send()
    };
    assert_eq!(
        replace(demo.v1.page_size, 5.into()).await?.value,
        SettingValue::Int(5)
    );
    assert_eq!(
        fields(replace(demo.v1.page_size, 5.5.into()).await),
        ["Value"]
    );
    assert_eq!(
        replace(demo.v1.page_size, 6.0.into()).await?.value,
        SettingValue::Int(6)
    );
    assert_eq!(
        fields(replace(demo.v1.page_size, (1_i64 << 40).into()).await),
        ["Value"]
    );
    assert_eq!(
        replace(demo.v1.discount, 5.5.into()).await?.value,
        SettingValue::Double(5.5)
    );
    assert_eq!(
        replace(demo.v1.discount, 5.into()).await?.value,
        SettingValue::Double(5.0)
    );
    assert_eq!(
        fields(replace(demo.v1.discount, "5".into()).await),
        ["Value"]
    );
    assert_eq!(
        fields(replace(demo.v1.banner_text, true.into()).await),
        ["Value"]
    );
    assert_eq!(
        fields(replace(demo.v1.new_checkout, 1.into()).await),
        ["Value"]
    );
    Ok(())
}

#[tokio::test]
async fn v1_rules_are_checked() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let replace = |wanted: UpdateSettingValueModel| {
        client
            .replace_setting_value(demo.test_id, demo.v1.new_checkout, wanted)
            .send()
    };
    let wanted = UpdateSettingValueModel::new(true).with_rollout_rules(vec![
        UpdateRolloutRuleModel::new("on").with_comparator("contains"),
        UpdateRolloutRuleModel::new(true)
            .with_segment_id(Uuid::from_u128(1))
            .with_segment_comparator("isIn"),
    ]);
    let wanted = wanted.with_rollout_percentage_items(vec![
        UpdateRolloutPercentageItemModel::new(101, true),
        UpdateRolloutPercentageItemModel::new(10, 3),
    ]);
    assert_eq!(
        fields(replace(wanted).await),
        [
            "RolloutPercentageItems",
            "RolloutPercentageItems[0].Percentage",
            "RolloutPercentageItems[1].Value",
            "RolloutRules[0].ComparisonAttribute",
            "RolloutRules[0].ComparisonValue",
            "RolloutRules[0].Value",
            "RolloutRules[1].SegmentId",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn v1_values_are_posted_all_or_none() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (config, environment) = (demo.v1.config_id, demo.test_id);
    let entry = |setting: SettingId, value: SettingValue| {
        UpdateSettingValueWithSettingIdModel::new(value).with_setting_id(setting)
    };
    let post = |entries: Vec<UpdateSettingValueWithSettingIdModel>| {
        let body = UpdateSettingValuesWithIdModel::new().with_setting_values(entries);
        client.post_setting_values(config, environment, body).send()
    };
    let refused = post(vec![
        entry(demo.v1.page_size, 50.into()),
        entry(demo.v1.discount, "much".into()),
        entry(demo.v2.page_size, 50.into()),
    ]);
    assert_eq!(
        fields(refused.await),
        ["SettingValues[1].Value", "SettingValues[2].SettingId"]
    );
    let before = client
        .get_setting_value(environment, demo.v1.page_size)
        .send()
        .await?;
    assert_eq!(before.value, 20.into(), "nothing was changed");
    let after = post(vec![
        entry(demo.v1.page_size, 50.into()),
        entry(demo.v1.discount, 0.5.into()),
    ]);
    let after = after.await?;
    let value = |key: &str| {
        let mut entries = after.setting_values.iter();
        entries
            .find(|entry| entry.setting.key == key)
            .map(|entry| entry.value.clone())
    };
    assert_eq!(value("page_size"), Some(50.into()));
    assert_eq!(
        value("banner_text"),
        Some("Welcome!".into()),
        "what is not listed stays"
    );
    Ok(())
}

#[tokio::test]
async fn an_sdk_key_stands_for_config_and_environment() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let keys = client
        .get_sdk_keys(demo.v1.config_id, demo.test_id)
        .send()
        .await?;
    let v1 = &keys.primary;
    let by_key = client
        .get_setting_value_by_sdkkey("page_size", v1)
        .send()
        .await?;
    let by_id = client
        .get_setting_value_by_sdkkey(demo.v1.page_size.to_string(), v1)
        .send()
        .await?;
    assert_eq!(*by_key, *by_id);
    assert_eq!(by_key.environment.environment_id, demo.test_id);
    let wanted = UpdateSettingValueModel::new(33);
    client
        .replace_setting_value_by_sdkkey("page_size", v1, wanted)
        .send()
        .await?;
    let patch = vec![JsonPatchOperation::new("test", "/value").with_value(33)];
    let same = client
        .update_setting_value_by_sdkkey("page_size", v1, patch)
        .send()
        .await?;
    assert_eq!((same.status().as_u16(), same.into_inner()), (204, None));
    let now = client
        .get_setting_value(demo.test_id, demo.v1.page_size)
        .send()
        .await?;
    assert_eq!(now.value, 33.into());

    let keys = client
        .get_sdk_keys(demo.v2.config_id, demo.production_id)
        .send()
        .await?;
    let v2 = &keys.primary;
    assert_ne!(v1, v2);
    let value = client
        .get_setting_value_by_sdkkey_v2("page_size", v2)
        .send()
        .await?;
    assert_eq!(value.default_value.int_value, Some(20));
    let wanted = formula(UpdateValueModel::new().with_int_value(34));
    client
        .replace_setting_value_by_sdkkey_v2("page_size", v2, wanted)
        .send()
        .await?;
    let patch = vec![JsonPatchOperation::new("replace", "/defaultValue/intValue").with_value(35)];
    let changed = client
        .update_setting_value_by_sdkkey_v2("page_size", v2, patch)
        .send()
        .await?;
    let changed = changed
        .into_inner()
        .map(|value| value.default_value.int_value);
    assert_eq!(changed, Some(Some(35)));

    assert_eq!(
        status(
            client
                .get_setting_value_by_sdkkey("nothing", v1)
                .send()
                .await
        ),
        404
    );
    let other = client.get_setting_value_by_sdkkey(demo.v2.page_size.to_string(), v1);
    assert_eq!(
        status(other.send().await),
        404,
        "a setting of another config"
    );
    assert_eq!(
        status(
            client
                .get_setting_value_by_sdkkey("page_size", "guess")
                .send()
                .await
        ),
        404
    );
    assert_eq!(
        fields(
            client
                .get_setting_value_by_sdkkey("page_size", v2)
                .send()
                .await
        ),
        ["EvaluationVersion"]
    );
    Ok(())
}

#[tokio::test]
async fn each_evaluation_version_has_its_own_operations() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let environment = demo.test_id;
    let (v1, v2) = (&demo.v1, &demo.v2);
    const WRONG: [&str; 1] = ["EvaluationVersion"];
    assert_eq!(
        fields(
            client
                .get_setting_value(environment, v2.page_size)
                .send()
                .await
        ),
        WRONG
    );
    assert_eq!(
        fields(
            client
                .get_setting_values(v2.config_id, environment)
                .send()
                .await
        ),
        WRONG
    );
    let wanted = UpdateSettingValueModel::new(1);
    let refused = client
        .replace_setting_value(environment, v2.page_size, wanted)
        .send()
        .await;
    assert_eq!(fields(refused), WRONG);
    let patch = vec![JsonPatchOperation::new("replace", "/value").with_value(1)];
    let refused = client
        .update_setting_value(environment, v2.page_size, patch)
        .send()
        .await;
    assert_eq!(fields(refused), WRONG);
    assert_eq!(
        fields(
            client
                .get_setting_value_v2(environment, v1.page_size)
                .send()
                .await
        ),
        WRONG
    );
    assert_eq!(
        fields(
            client
                .get_setting_values_v2(v1.config_id, environment)
                .send()
                .await
        ),
        WRONG
    );
    let wanted = formula(UpdateValueModel::new().with_int_value(1));
    let refused = client
        .replace_setting_value_v2(environment, v1.page_size, wanted)
        .send()
        .await;
    assert_eq!(fields(refused), WRONG);
    Ok(())
}
