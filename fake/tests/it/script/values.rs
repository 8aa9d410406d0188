//! What settings serve, and segments.

use configcat_management::types::*;
use configcat_management::{Result, Secret};

use super::{World, formula, replace, status, switch};

pub(super) async fn values_v1(world: &World) -> Result<()> {
    let World {
        client,
        configs: [config, _],
        flags: [flag, _],
        production,
        test,
        ..
    } = world;
    for environment in [*production, *test] {
        let before = client.get_setting_value(environment, *flag).send().await?;
        assert_eq!(before.value, false.into());
        let on = UpdateSettingValueModel::new(true);
        let on = client
            .replace_setting_value(environment, *flag, on)
            .reason("Launch")
            .send()
            .await?;
        assert_eq!(on.value, true.into());
        let items = [(20, true), (80, false)];
        let items: Vec<_> =
            items.map(|(percentage, value)| serde_json::json!({ "percentage": percentage, "value": value })).into();
        let patch = replace("/rolloutPercentageItems", items);
        let patched = client
            .update_setting_value(environment, *flag, patch.clone())
            .send()
            .await?;
        let patched = patched.into_inner().expect("it changed something");
        assert_eq!(patched.rollout_percentage_items.len(), 2);
        let again = client
            .update_setting_value(environment, *flag, patch)
            .send()
            .await?;
        assert!(again.is_none(), "it changes nothing");
        world
            .logged(&[
                AuditLogType::SettingValueChanged,
                AuditLogType::SettingValueChanged,
            ])
            .await?;

        let key = client
            .get_sdk_keys(*config, environment)
            .send()
            .await?
            .into_inner()
            .primary;
        let read = client
            .get_setting_value_by_sdkkey("launch", key.clone())
            .send()
            .await?;
        assert_eq!(read.value, true.into());
        let off = UpdateSettingValueModel::new(false);
        let call = client.replace_setting_value_by_sdkkey("launch", key.clone(), off);
        assert!(
            call.send().await?.rollout_percentage_items.is_empty(),
            "what is left out is reset"
        );
        let call =
            client.update_setting_value_by_sdkkey(flag.to_string(), key, replace("/value", true));
        assert!(call.send().await?.is_some());
        let listed = client
            .get_setting_values(*config, environment)
            .send()
            .await?;
        assert_eq!(listed.setting_values[0].value, true.into());
        let values = UpdateSettingValueWithSettingIdModel::new(false).with_setting_id(*flag);
        let values = UpdateSettingValuesWithIdModel::new().with_setting_values([values]);
        let posted = client
            .post_setting_values(*config, environment, values)
            .send()
            .await?;
        assert_eq!(posted.setting_values[0].value, false.into());
    }
    let unknown = client.get_setting_value_by_sdkkey("launch", Secret::from("nothing"));
    assert_eq!(status(unknown.send().await), 404);
    Ok(())
}

pub(super) async fn values_v2(world: &World) -> Result<()> {
    let World {
        client,
        configs: [_, config],
        flags: [_, flag],
        production,
        test,
        ..
    } = world;
    for environment in [*production, *test] {
        let before = client
            .get_setting_value_v2(environment, *flag)
            .send()
            .await?;
        let on = client.replace_setting_value_v2(environment, *flag, formula(true));
        let on = on.latest_version_id(before.last_version_id).send().await?;
        assert_eq!(on.default_value.bool_value, Some(true));
        let late = client.replace_setting_value_v2(environment, *flag, formula(false));
        let late = late.latest_version_id(before.last_version_id).send().await;
        assert_eq!(status(late), 409, "somebody was faster");
        let patch = replace("/defaultValue/boolValue", false);
        let call = client.update_setting_value_v2(environment, *flag, patch.clone());
        let patched = call
            .reason("Back")
            .send()
            .await?
            .into_inner()
            .expect("it changed something");
        assert_eq!(patched.default_value.bool_value, Some(false));
        let again = client
            .update_setting_value_v2(environment, *flag, patch)
            .send()
            .await?;
        assert!(again.is_none(), "it changes nothing");
        world
            .logged(&[
                AuditLogType::SettingValueChanged,
                AuditLogType::SettingValueChanged,
            ])
            .await?;

        let key = client
            .get_sdk_keys(*config, environment)
            .send()
            .await?
            .into_inner()
            .primary;
        let read = client
            .get_setting_value_by_sdkkey_v2("launch", key.clone())
            .send()
            .await?;
        assert_eq!(read.last_version_id, patched.last_version_id);
        let call = client.replace_setting_value_by_sdkkey_v2("launch", key.clone(), formula(true));
        assert_eq!(call.send().await?.default_value.bool_value, Some(true));
        let patch = replace("/percentageEvaluationAttribute", "Country");
        let call = client.update_setting_value_by_sdkkey_v2(flag.to_string(), key, patch);
        assert!(call.send().await?.is_some());
        let listed = client
            .get_setting_values_v2(*config, environment)
            .send()
            .await?;
        let listed = &listed.setting_formulas[0];
        assert_eq!(
            listed.percentage_evaluation_attribute.as_deref(),
            Some("Country")
        );
        let formulas =
            UpdateEvaluationFormulaWithIdModel::new(switch(false)).with_setting_id(*flag);
        let formulas = UpdateEvaluationFormulasModel::new().with_update_formulas([formulas]);
        let posted = client
            .post_setting_values_v2(*config, environment, formulas)
            .send()
            .await?;
        assert_eq!(
            posted.setting_formulas[0].percentage_evaluation_attribute,
            None
        );
    }
    Ok(())
}

pub(super) async fn segments(world: &World) -> Result<()> {
    let World {
        client,
        product,
        flags: [old, new],
        test,
        ..
    } = world;
    let kind = RolloutRuleComparator::Contains;
    let segment = CreateSegmentModel::new(kind, "Email", "@example.com", "Staff");
    let created = client.create_segment(*product, segment).send().await?;
    let id = created.segment_id;
    assert_eq!(*client.get_segment(id).send().await?, *created);
    let wanted = UpdateSegmentModel::new().with_name("Everyone here");
    assert_eq!(
        client.update_segment(id, wanted).send().await?.name,
        "Everyone here"
    );
    assert_eq!(client.get_segments(*product).send().await?.len(), 1);
    world
        .logged(&[AuditLogType::SegmentCreated, AuditLogType::SegmentChanged])
        .await?;

    let condition = UpdateSegmentConditionModel::new(SegmentComparator::IsIn, id);
    let rule = UpdateTargetingRuleModel::new()
        .with_conditions([UpdateConditionModel::new().with_segment_condition(condition)])
        .with_value(switch(true));
    let wanted = formula(false).with_targeting_rules([rule]);
    client
        .replace_setting_value_v2(*test, *new, wanted)
        .send()
        .await?;
    let rule = UpdateRolloutRuleModel::new(true)
        .with_segment_comparator(SegmentComparator::IsIn)
        .with_segment_id(id);
    let wanted = UpdateSettingValueModel::new(false).with_rollout_rules([rule]);
    client
        .replace_setting_value(*test, *old, wanted)
        .send()
        .await?;
    assert_eq!(
        status(client.delete_segment(id).send().await),
        400,
        "it is in use"
    );
    client
        .replace_setting_value_v2(*test, *new, formula(false))
        .send()
        .await?;
    client
        .replace_setting_value(*test, *old, UpdateSettingValueModel::new(false))
        .send()
        .await?;
    client.delete_segment(id).send().await?;
    assert_eq!(status(client.get_segment(id).send().await), 404);
    assert!(client.get_segments(*product).send().await?.is_empty());
    world.logged(&[AuditLogType::SegmentDeleted]).await
}
