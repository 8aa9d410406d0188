//! Values of V2: read, replaced, checked, and guarded by their version.

use configcat_fake::Fake;
use configcat_management::Result;
use configcat_management::types::*;
use configcat_management::uuid::Uuid;

use super::{fields, formula, status};

#[tokio::test]
async fn v2_values_are_read_and_replaced() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (environment, setting) = (demo.production_id, demo.v2.beta_search);
    let all = client
        .get_setting_values_v2(demo.v2.config_id, environment)
        .send()
        .await?;
    assert_eq!(all.setting_formulas.len(), 5);
    let one = client
        .get_setting_value_v2(environment, setting)
        .send()
        .await?;
    assert_eq!(one.targeting_rules.len(), 2);
    assert!(
        one.targeting_rules[0].conditions[0]
            .user_condition
            .is_some()
    );
    let wanted = formula(UpdateValueModel::new().with_bool_value(true));
    let replaced = client
        .replace_setting_value_v2(environment, setting, wanted)
        .send()
        .await?;
    assert_eq!(replaced.default_value.bool_value, Some(true));
    assert!(replaced.targeting_rules.is_empty());
    assert_ne!(replaced.last_version_id, one.last_version_id);
    Ok(())
}

#[tokio::test]
async fn v2_values_fit_the_type_of_their_setting() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let replace = |setting: SettingId, value: UpdateValueModel| {
        let wanted = formula(value);
        client
            .replace_setting_value_v2(demo.test_id, setting, wanted)
            .send()
    };
    let value = UpdateValueModel::new;
    let page_size = demo.v2.page_size;
    assert_eq!(
        replace(page_size, value().with_int_value(5))
            .await?
            .default_value
            .int_value,
        Some(5)
    );
    let refused = replace(page_size, value().with_double_value(5.5)).await;
    assert_eq!(
        fields(refused),
        ["DefaultValue.DoubleValue", "DefaultValue.IntValue"]
    );
    assert_eq!(
        fields(replace(page_size, value()).await),
        ["DefaultValue.IntValue"]
    );
    let both = value().with_int_value(5).with_bool_value(true);
    assert_eq!(
        fields(replace(page_size, both).await),
        ["DefaultValue.BoolValue"]
    );
    let unknown = value().with_predefined_variation_id(Uuid::from_u128(7));
    let refused = replace(page_size, unknown).await;
    assert_eq!(fields(refused), ["DefaultValue.PredefinedVariationId"]);
    Ok(())
}

#[tokio::test]
async fn v2_rules_are_checked() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let on = || UpdateValueModel::new().with_bool_value(true);
    let user = |comparator: &str, value: UpdateComparisonValueModel| {
        let condition = UpdateUserConditionModel::new(comparator, "Email", value);
        UpdateConditionModel::new().with_user_condition(condition)
    };
    let text = || UpdateComparisonValueModel::new().with_string_value("x");
    let wanted = formula(on()).with_targeting_rules(vec![
        UpdateTargetingRuleModel::new().with_value(on()),
        UpdateTargetingRuleModel::new()
            .with_conditions(vec![user("isOneOf", text()), user("textEquals", text())])
            .with_value(on()),
        UpdateTargetingRuleModel::new()
            .with_percentage_options(vec![UpdatePercentageOptionModel::new(40, on())]),
    ]);
    let refused = client.replace_setting_value_v2(demo.test_id, demo.v2.new_checkout, wanted);
    assert_eq!(
        fields(refused.send().await),
        [
            "TargetingRules[0].Conditions",
            "TargetingRules[1].Conditions[0].UserCondition.ComparisonValue.ListValue",
            "TargetingRules[1].Conditions[0].UserCondition.ComparisonValue.StringValue",
            "TargetingRules[2].PercentageOptions",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn flags_depend_on_each_other_but_not_in_a_circle() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (first, second) = (demo.v2.new_checkout, demo.v2.beta_search);
    let replace = |setting: SettingId, needed: SettingId| {
        let on = || UpdateValueModel::new().with_bool_value(true);
        let condition = UpdatePrerequisiteFlagConditionModel::new("equals", on(), needed);
        let condition = UpdateConditionModel::new().with_prerequisite_flag_condition(condition);
        let rule = UpdateTargetingRuleModel::new()
            .with_conditions(vec![condition])
            .with_value(on());
        let wanted = formula(on()).with_targeting_rules(vec![rule]);
        client
            .replace_setting_value_v2(demo.test_id, setting, wanted)
            .send()
    };
    replace(first, second).await?;
    let needed = client
        .get_setting_value_v2(demo.test_id, second)
        .send()
        .await?;
    assert_eq!(needed.setting_ids_where_prerequisite, [first]);
    assert_eq!(fields(replace(second, first).await), ["TargetingRules"]);
    assert_eq!(fields(replace(second, second).await), ["TargetingRules"]);
    let elsewhere = replace(second, demo.v1.new_checkout).await;
    let at = "TargetingRules[0].Conditions[0].PrerequisiteFlagCondition.PrerequisiteSettingId";
    assert_eq!(fields(elsewhere), [at]);
    assert_eq!(
        fields(client.delete_setting(second).send().await),
        ["SettingId"]
    );
    client.delete_setting(first).send().await?;
    client.delete_setting(second).send().await?;
    Ok(())
}

#[tokio::test]
async fn an_outdated_version_is_a_conflict() -> Result<()> {
    let fake = Fake::start().await;
    let client = fake.client();
    let demo = fake.demo().unwrap();
    let (environment, setting) = (demo.test_id, demo.v2.page_size);
    let wanted = |value: i32| formula(UpdateValueModel::new().with_int_value(value));
    let read = client
        .get_setting_value_v2(environment, setting)
        .send()
        .await?
        .last_version_id;
    let replace = |value: i32, version: VersionId| {
        let call = client.replace_setting_value_v2(environment, setting, wanted(value));
        call.latest_version_id(version).send()
    };
    let newer = replace(30, read).await?.last_version_id;
    assert_eq!(status(replace(40, read).await), 409);
    let now = client
        .get_setting_value_v2(environment, setting)
        .send()
        .await?;
    assert_eq!(now.default_value.int_value, Some(30));
    replace(50, newer).await?;

    let patch = vec![JsonPatchOperation::new("replace", "/defaultValue/intValue").with_value(60)];
    let stale = client
        .update_setting_value_v2(environment, setting, patch)
        .latest_version_id(newer);
    assert_eq!(status(stale.send().await), 409);

    let post = |version: VersionId| {
        let entry =
            UpdateEvaluationFormulaWithIdModel::new(UpdateValueModel::new().with_int_value(70))
                .with_setting_id(Some(setting));
        let body = UpdateEvaluationFormulasModel::new().with_update_formulas(vec![entry]);
        let call = client.post_setting_values_v2(demo.v2.config_id, environment, body);
        call.latest_version_id(version).send()
    };
    assert_eq!(status(post(newer).await), 409);
    let latest = client
        .get_setting_value_v2(environment, setting)
        .send()
        .await?
        .last_version_id;
    post(latest).await?;
    Ok(())
}
