//! Products' configs, environments, tags, settings and their variations.

use configcat_management::Result;
use configcat_management::types::*;

use super::{World, formula, replace, status};

pub(super) async fn configs_and_environments(world: &World) -> Result<()> {
    let World {
        client, product, ..
    } = world;
    let config = CreateConfigRequest::new("Extra");
    let config = client
        .create_config(*product, config)
        .send()
        .await?
        .config_id;
    let wanted = UpdateConfigRequest::new().with_name("Spare").with_order(7);
    let changed = client.update_config(config, wanted).send().await?;
    assert_eq!((changed.name.as_str(), changed.order), ("Spare", 7));
    assert_eq!(*client.get_config(config).send().await?, *changed);
    assert_eq!(client.get_configs(*product).send().await?.len(), 3);

    let environment = CreateEnvironmentModel::new("Staging");
    let environment = client
        .create_environment(*product, environment)
        .send()
        .await?
        .environment_id;
    let wanted = UpdateEnvironmentModel::new()
        .with_name("Stage")
        .with_color("blue");
    let changed = client
        .update_environment(environment, wanted)
        .send()
        .await?;
    assert_eq!(*client.get_environment(environment).send().await?, *changed);
    assert_eq!(client.get_environments(*product).send().await?.len(), 3);
    let key = client
        .get_sdk_keys(config, environment)
        .send()
        .await?
        .into_inner()
        .primary;
    let parts = key.expose().split('/').map(str::len);
    assert_eq!(parts.collect::<Vec<_>>(), [22, 22], "as V1 configs have it");
    world
        .logged(&[
            AuditLogType::ConfigChanged,
            AuditLogType::EnvironmentCreated,
            AuditLogType::EnvironmentChanged,
        ])
        .await?;

    client
        .delete_environment(environment)
        .cleanup_audit_logs(true)
        .send()
        .await?;
    let log = client
        .get_auditlogs_v2(*product)
        .environment_id(environment)
        .send()
        .await?;
    let kinds: Vec<&AuditLogType> = log
        .data
        .iter()
        .flatten()
        .map(|item| &item.audit_log_type_enum)
        .collect();
    assert_eq!(
        kinds,
        [
            &AuditLogType::EnvironmentDeleted,
            &AuditLogType::EnvironmentCreated
        ]
    );
    assert_eq!(
        status(client.get_environment(environment).send().await),
        404
    );
    assert_eq!(
        status(client.get_sdk_keys(config, environment).send().await),
        404
    );
    client.delete_config(config).send().await?;
    assert_eq!(status(client.get_config(config).send().await), 404);
    assert_eq!(client.get_configs(*product).send().await?.len(), 2);
    world
        .logged(&[
            AuditLogType::EnvironmentDeleted,
            AuditLogType::ConfigDeleted,
        ])
        .await
}

pub(super) async fn tags(world: &World) -> Result<()> {
    let World {
        client,
        product,
        flags,
        ..
    } = world;
    let tag = CreateTagModel::new("release").with_color("panther");
    let created = client.create_tag(*product, tag).send().await?;
    let id = created.tag_id;
    assert_eq!(*client.get_tag(id).send().await?, *created);
    let changed = client
        .update_tag(id, UpdateTagModel::new().with_name("launch"))
        .send()
        .await?;
    assert_eq!(
        client.get_tags(*product).send().await?.into_inner(),
        [changed.into_inner()]
    );
    for flag in flags {
        let patch = vec![JsonPatchOperation::new("add", "/tags/-").with_value(id.0)];
        let tagged = client.update_setting(*flag, patch).send().await?;
        assert_eq!(tagged.tags[0].name, "launch");
    }
    assert_eq!(client.get_settings_by_tag(id).send().await?.len(), 2);
    world
        .logged(&[AuditLogType::SettingTagAdded, AuditLogType::SettingTagAdded])
        .await?;
    client.delete_tag(id).send().await?;
    assert_eq!(status(client.get_tag(id).send().await), 404);
    assert_eq!(status(client.get_settings_by_tag(id).send().await), 404);
    assert!(client.get_setting(flags[0]).send().await?.tags.is_empty());
    world.logged(&[AuditLogType::TagRemoved]).await
}

pub(super) async fn settings(world: &World) -> Result<()> {
    let World {
        client, configs, ..
    } = world;
    for config in configs {
        let kinds = [
            SettingType::Boolean,
            SettingType::String,
            SettingType::Int,
            SettingType::Double,
        ];
        let mut ids = Vec::new();
        for kind in kinds {
            let key = format!("of_type_{kind}");
            let setting = CreateSettingInitialValues::new(&key, "New", kind.clone());
            let created = client
                .create_setting(*config, setting.clone())
                .send()
                .await?;
            assert_eq!((&created.key, &created.setting_type), (&key, &kind));
            assert_eq!(
                *client.get_setting(created.setting_id).send().await?,
                *created
            );
            let again = client.create_setting(*config, setting).send().await;
            assert_eq!(status(again), 400, "the key is taken");
            ids.push(created.setting_id);
        }
        assert_eq!(client.get_settings(*config).send().await?.len(), 5);
        for id in &ids {
            let patched = client
                .update_setting(*id, replace("/name", "Patched"))
                .send()
                .await?;
            assert_eq!(patched.name, "Patched");
            let wanted = ReplaceSettingModel::new("Replaced").with_hint("It is");
            let replaced = client.replace_setting(*id, wanted).send().await?;
            assert_eq!(replaced.hint.as_deref(), Some("It is"));
        }
        world
            .logged(&[AuditLogType::SettingChanged, AuditLogType::SettingChanged])
            .await?;
        for id in &ids {
            client.delete_setting(*id).send().await?;
            assert_eq!(status(client.get_setting(*id).send().await), 404);
        }
        world
            .logged(&[AuditLogType::SettingDeleted, AuditLogType::SettingDeleted])
            .await?;
        let deleted = client.get_deleted_settings(*config).send().await?;
        assert_eq!(deleted.len(), 4);
        assert_eq!(deleted[0].name, "Replaced");
        assert_eq!(client.get_settings(*config).send().await?.len(), 1);
    }
    Ok(())
}

pub(super) async fn variations(world: &World) -> Result<()> {
    let World {
        client,
        configs,
        test,
        ..
    } = world;
    let value = |text: &str| {
        let value = CreatePredefinedVariationValueModel::new().with_string_value(text);
        CreatePredefinedVariationModel::new(value).with_name(text)
    };
    let setting = CreateSettingInitialValues::new("theme", "Theme", SettingType::String)
        .with_predefined_variations([value("light"), value("dark")]);
    let setting = client
        .create_setting(configs[1], setting)
        .send()
        .await?
        .into_inner();
    let id = setting.setting_id;
    let found = client.get_predefined_variations(id).send().await?;
    assert_eq!(found.predefined_variations.len(), 2);
    assert_eq!(
        found.predefined_variations[0].usages.len(),
        2,
        "in both environments"
    );
    let dark = setting.predefined_variations[1].predefined_variation_id;
    let mut served = formula(true);
    served.default_value = UpdateValueModel::new().with_predefined_variation_id(dark);
    let served = client
        .replace_setting_value_v2(*test, id, served)
        .send()
        .await?;
    assert_eq!(served.default_value.string_value.as_deref(), Some("dark"));

    let wanted = ["light", "dark", "blue"].iter().zip(
        setting
            .predefined_variations
            .iter()
            .map(|known| Some(known.predefined_variation_id))
            .chain([None]),
    );
    let wanted = wanted.map(|(text, id)| {
        UpdatePredefinedVariationModel::new(
            UpdatePredefinedVariationValueModel::new().with_string_value(*text),
        )
        .with_predefined_variation_id(id)
    });
    let wanted = UpdatePredefinedVariationsRequest::new(wanted.collect::<Vec<_>>());
    let changed = client
        .update_predefined_variations(id, wanted)
        .send()
        .await?;
    assert_eq!(changed.predefined_variations.len(), 3);
    world
        .logged(&[AuditLogType::PredefinedVariationsChanged])
        .await?;
    client.delete_setting(id).send().await?;
    assert_eq!(
        status(client.get_predefined_variations(id).send().await),
        404
    );
    Ok(())
}
