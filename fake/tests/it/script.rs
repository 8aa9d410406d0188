//! Everything that the API can do, done once from end to end on one server: what is created can be read, listed, changed,
//! found in the audit log and deleted, and then it is gone.

use configcat_management::types::{ConfigId, EnvironmentId, OrganizationId, ProductId, SettingId};
use std::collections::{BTreeMap, BTreeSet};

use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::{Client, Error, OPERATIONS, Result, Secret};

/// What the chapters share. It is created by the first ones, and deleted by the last.
struct World {
    client: Client,
    organization: OrganizationId,
    product: ProductId,
    production: EnvironmentId,
    test: EnvironmentId,
    /// With evaluation version `v1`, and `v2`.
    configs: [ConfigId; 2],
    /// A flag in each config.
    flags: [SettingId; 2],
}

/// The status of a failure.
fn status<T: std::fmt::Debug>(result: Result<T>) -> u16 {
    match result {
        Err(Error::Api(failure)) => failure.status.as_u16(),
        other => panic!("no failure of the API: {other:?}"),
    }
}

fn switch(on: bool) -> UpdateValueModel {
    UpdateValueModel::new().with_bool_value(on)
}

fn formula(on: bool) -> UpdateEvaluationFormulaModel {
    UpdateEvaluationFormulaModel::new(switch(on))
}

fn replace(path: &str, value: impl Into<serde_json::Value>) -> Vec<JsonPatchOperation> {
    let value: serde_json::Value = value.into();
    vec![JsonPatchOperation::new("replace", path).with_value(value)]
}

impl World {
    /// Checks that the newest entries of the product's audit log are of these types, the newest last.
    async fn logged(&self, kinds: &[AuditLogType]) -> Result<()> {
        let size = i32::try_from(kinds.len()).expect("they are few");
        let log = self
            .client
            .get_auditlogs_v2(self.product)
            .page_size(size)
            .send()
            .await?;
        let newest = log.data.iter().flatten().rev();
        let newest: Vec<&AuditLogType> = newest.map(|item| &item.audit_log_type_enum).collect();
        assert_eq!(newest, kinds.iter().collect::<Vec<_>>());
        Ok(())
    }
}

#[tokio::test]
async fn the_whole_api_from_end_to_end() -> Result<()> {
    let fake = Fake::builder().empty().start().await;
    everything(&fake, fake.client()).await
}

/// All chapters, by way of this client, which leads to the server somehow.
pub(crate) async fn everything(fake: &Fake, client: Client) -> Result<()> {
    let world = beginning(client).await?;
    configs_and_environments(&world).await?;
    tags(&world).await?;
    settings(&world).await?;
    variations(&world).await?;
    values_v1(&world).await?;
    values_v2(&world).await?;
    segments(&world).await?;
    people(&world, fake).await?;
    webhooks(&world).await?;
    integrations(&world).await?;
    links(&world).await?;
    proxies(&world).await?;
    code_references(&world).await?;
    preferences(&world).await?;
    change_requests(&world).await?;
    audit_logs(&world).await?;
    end(&world).await?;

    assert_eq!(fake.dangling(), Vec::<String>::new());
    let requests = fake.requests();
    let used: BTreeSet<&str> = requests
        .iter()
        .filter_map(|request| request.operation)
        .collect();
    let unused = OPERATIONS
        .iter()
        .filter(|operation| !used.contains(operation.id));
    let unused: Vec<&str> = unused.map(|operation| operation.id).collect();
    assert!(unused.is_empty(), "{unused:?}");
    let worked: BTreeSet<&str> = requests
        .iter()
        .filter(|request| request.status.is_some_and(|status| status < 300))
        .filter_map(|request| request.operation)
        .collect();
    assert_eq!(
        worked.len(),
        OPERATIONS.len(),
        "each succeeds at least once"
    );
    assert!(requests.len() >= 300, "{} calls", requests.len());
    Ok(())
}

async fn beginning(client: Client) -> Result<World> {
    assert_eq!(client.get_me().send().await?.email, "jane.doe@example.com");
    let organization = client.get_organizations().send().await?[0].organization_id;
    let limits = client
        .get_organization_limitations(organization)
        .send()
        .await?;
    assert!(limits.max_percentage_option_count > 0);
    assert!(client.get_products().send().await?.is_empty());

    let product = CreateProductRequest::new("Shop");
    let created = client.create_product(organization, product).send().await?;
    let product = created.product_id;
    assert_eq!(*client.get_product(product).send().await?, *created);
    let wanted = UpdateProductRequest::new()
        .with_name("Web shop")
        .with_description("Sells");
    let changed = client.update_product(product, wanted).send().await?;
    assert_eq!(
        client.get_products().send().await?.into_inner(),
        [changed.into_inner()]
    );

    let mut environments = Vec::new();
    for name in ["Production", "Test"] {
        let environment = CreateEnvironmentModel::new(name).with_color("#2e7d32");
        let created = client
            .create_environment(product, environment)
            .send()
            .await?;
        environments.push(created.environment_id);
    }
    let mut configs = Vec::new();
    let mut flags = Vec::new();
    for version in [EvaluationVersion::V1, EvaluationVersion::V2] {
        let config = CreateConfigRequest::new(version.as_str()).with_evaluation_version(version);
        let config = client
            .create_config(product, config)
            .send()
            .await?
            .config_id;
        let flag = CreateSettingInitialValues::new("launch", "Launch", SettingType::Boolean);
        flags.push(client.create_setting(config, flag).send().await?.setting_id);
        configs.push(config);
    }
    let world = World {
        client,
        organization,
        product,
        production: environments[0],
        test: environments[1],
        configs: [configs[0], configs[1]],
        flags: [flags[0], flags[1]],
    };
    world
        .logged(&[AuditLogType::ConfigCreated, AuditLogType::SettingCreated])
        .await?;
    Ok(world)
}

async fn configs_and_environments(world: &World) -> Result<()> {
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

async fn tags(world: &World) -> Result<()> {
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

async fn settings(world: &World) -> Result<()> {
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

async fn variations(world: &World) -> Result<()> {
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

async fn values_v1(world: &World) -> Result<()> {
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

async fn values_v2(world: &World) -> Result<()> {
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

async fn segments(world: &World) -> Result<()> {
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

async fn people(world: &World, fake: &Fake) -> Result<()> {
    let World {
        client,
        organization,
        product,
        ..
    } = world;
    let group = CreatePermissionGroupRequest::new("Developers");
    let group = client
        .create_permission_group(*product, group)
        .send()
        .await?
        .into_inner();
    let id = group.permission_group_id;
    assert_eq!(*client.get_permission_group(id).send().await?, group);
    let wanted = UpdatePermissionGroupRequest::new()
        .with_name("Coders")
        .with_can_create_or_update_tag(true)
        .with_can_delete_tag(true);
    let changed = client.update_permission_group(id, wanted).send().await?;
    assert!(changed.name == "Coders" && changed.can_delete_tag);
    assert_eq!(
        client.get_permission_groups(*product).send().await?.len(),
        2
    );

    let emails = vec![
        "max@example.com".to_string(),
        "moritz@example.com".to_string(),
    ];
    let invited = InviteMembersRequest::new(emails, id);
    client.invite_member(*product, invited).send().await?;
    let pending = client.get_pending_invitations(*product).send().await?;
    assert_eq!(pending.len(), 2);
    assert_eq!(
        client
            .get_pending_invitations_org(*organization)
            .send()
            .await?
            .len(),
        2
    );
    assert_eq!(
        status(client.delete_permission_group(id).send().await),
        400,
        "it is in use"
    );
    let withdrawn = pending[0].invitation_id;
    client.delete_invitation(withdrawn).send().await?;
    assert_eq!(
        status(client.delete_invitation(withdrawn).send().await),
        404
    );
    world
        .logged(&[AuditLogType::TeamMemberInvitationRevoked])
        .await?;

    let joined = fake.accept_invitation(pending[1].invitation_id, "Moritz");
    let joined = joined.expect("the invitation is still there");
    assert!(
        client
            .get_pending_invitations(*product)
            .send()
            .await?
            .is_empty()
    );
    let everybody = || async move {
        let all = client
            .get_organization_members_v2(*organization)
            .send()
            .await?;
        Result::Ok(
            all.members
                .iter()
                .map(|member| member.user_id.clone())
                .collect::<Vec<_>>(),
        )
    };
    assert!(everybody().await?.contains(&joined));
    client
        .delete_organization_member(*organization, &*joined)
        .send()
        .await?;
    assert!(!everybody().await?.contains(&joined));
    let again = client
        .delete_organization_member(*organization, &*joined)
        .send()
        .await;
    assert_eq!(status(again), 404);

    let members = client.get_product_members(*product).send().await?;
    let me = members[0].user_id.clone().expect("it has an id");
    #[expect(deprecated, reason = "the older operation is served too")]
    let flat = client
        .get_organization_members(*organization)
        .send()
        .await?;
    assert_eq!(flat[0].user_id.as_ref(), Some(&me));
    let wanted = UpdateMemberPermissionsRequest::new().with_permission_group_ids([id]);
    client
        .add_member_to_group(*organization, &*me, wanted)
        .send()
        .await?;
    let members = client.get_product_members(*product).send().await?;
    assert_eq!(members[0].permission_group_id, id);
    let all = client
        .get_organization_members_v2(*organization)
        .send()
        .await?;
    assert_eq!(all.admins[0].user_id, me);
    client.delete_product_member(*product, &*me).send().await?;
    assert!(
        client
            .get_product_members(*product)
            .send()
            .await?
            .is_empty()
    );
    assert_eq!(
        status(client.delete_product_member(*product, &*me).send().await),
        404
    );
    client.delete_permission_group(id).send().await?;
    assert_eq!(status(client.get_permission_group(id).send().await), 404);
    world
        .logged(&[
            AuditLogType::TeamMemberRemoved,
            AuditLogType::PermissionGroupDeleted,
        ])
        .await
}

async fn webhooks(world: &World) -> Result<()> {
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

async fn integrations(world: &World) -> Result<()> {
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

async fn links(world: &World) -> Result<()> {
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

async fn proxies(world: &World) -> Result<()> {
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

async fn code_references(world: &World) -> Result<()> {
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

async fn preferences(world: &World) -> Result<()> {
    let World {
        client,
        product,
        configs,
        flags: [_, flag],
        test,
        ..
    } = world;
    let before = client
        .get_product_preferences(*product)
        .send()
        .await?
        .into_inner();
    assert!(!before.reason_required && !before.mandatory_setting_hint);
    let wanted = UpdatePreferencesRequest::new()
        .with_reason_required(true)
        .with_mandatory_setting_hint(true);
    let changed = client
        .update_product_preferences(*product, wanted)
        .send()
        .await?;
    assert!(changed.reason_required && changed.mandatory_setting_hint);
    let setting = CreateSettingInitialValues::new("no_hint", "No hint", SettingType::Boolean);
    assert_eq!(
        status(client.create_setting(configs[1], setting).send().await),
        400
    );
    let silent = client
        .replace_setting_value_v2(*test, *flag, formula(true))
        .send()
        .await;
    assert_eq!(status(silent), 400);
    let told = client
        .replace_setting_value_v2(*test, *flag, formula(true))
        .reason("Told");
    assert!(told.send().await?.reason_required);
    let log = client
        .get_auditlogs_v2(*product)
        .page_size(1)
        .send()
        .await?;
    let why = log
        .data
        .iter()
        .flatten()
        .next()
        .and_then(|item| item.why.as_deref());
    assert_eq!(why, Some("Told"));
    let wanted = UpdatePreferencesRequest::new()
        .with_reason_required(false)
        .with_mandatory_setting_hint(false);
    let changed = client
        .update_product_preferences(*product, wanted)
        .send()
        .await?;
    assert_eq!(*changed, before);
    world
        .logged(&[AuditLogType::ProductPreferencesUpdated])
        .await
}

async fn change_requests(world: &World) -> Result<()> {
    let World {
        client,
        product,
        configs: [_, config],
        flags: [_, flag],
        production,
        ..
    } = world;
    let wanted = UpdatePreferencesRequest::new().with_approve_required(true);
    client
        .update_product_preferences(*product, wanted)
        .send()
        .await?;
    let direct = client.replace_setting_value_v2(*production, *flag, formula(true));
    assert_eq!(status(direct.send().await), 400, "changes need an approval");
    let bypassed = client.replace_setting_value_v2(*production, *flag, formula(false));
    assert!(
        bypassed
            .bypass_approval(true)
            .send()
            .await?
            .approve_required
    );

    let on = |id: SettingId| {
        UpdateEvaluationFormulaWithLatestVersionModel::new(switch(true)).with_setting_id(id)
    };
    let change = CreateChangeRequestProposedChangeModel::new(on(*flag));
    let request = CreateChangeRequestModel::new("Launch").with_proposed_changes([change]);
    let created = client
        .create_change_request(*config, *production, request)
        .send()
        .await?;
    let id = created.change_request_id;
    assert_eq!(*client.get_change_request(id).send().await?, *created);
    let listed = client
        .get_change_requests(*product)
        .approve_required_filter(ChangeRequestApproveRequiredFilter::ApproveRequired)
        .send()
        .await?;
    assert_eq!(listed.change_requests.data.as_ref().map(Vec::len), Some(1));
    assert_eq!(
        status(client.apply_change_request(id).send().await),
        400,
        "nobody approved it"
    );

    let wanted = UpdateChangeRequestModel::new("Launch it").with_reason("Now");
    assert_eq!(
        client.update_change_request(id, wanted).send().await?.title,
        "Launch it"
    );
    let comment = AddChangeRequestCommentModel::new("Sure?");
    let comment = client
        .add_change_request_comment(id, comment)
        .send()
        .await?;
    let comment = comment.change_request_comment_id;
    let edited = UpdateChangeRequestCommentModel::new("Yes");
    client
        .update_change_request_comment(comment, edited)
        .send()
        .await?;
    assert_eq!(
        client.get_change_request(id).send().await?.comments[0].body,
        "Yes"
    );
    client.delete_change_request_comment(comment).send().await?;
    client.claim_change_request_ownership(id).send().await?;

    let extra = CreateSettingInitialValues::new("extra", "Extra", SettingType::Boolean);
    let extra = client
        .create_setting(*config, extra)
        .send()
        .await?
        .setting_id;
    let more = UpdateChangeRequestProposedChangesModel::new().with_proposed_changes([on(extra)]);
    let more = client
        .update_change_request_proposed_changes(id, more)
        .send()
        .await?;
    assert_eq!(more.setting_values.len(), 2);
    let proposed = client
        .get_change_request_proposed_changes(id)
        .send()
        .await?;
    assert_eq!(proposed.proposed_changes.len(), 2);
    let less = client
        .delete_change_request_proposed_change(id, extra)
        .send()
        .await?;
    assert_eq!(less.setting_values.len(), 1);

    client.approve_change_request(id).send().await?;
    assert!(
        !client
            .remove_change_request_approval(id)
            .send()
            .await?
            .approved
    );
    let meddled = client.replace_setting_value_v2(*production, *flag, formula(false));
    meddled.bypass_approval(true).send().await?;
    assert!(client.get_change_request(id).send().await?.setting_values[0].has_conflict);
    let latest = client
        .get_setting_value_v2(*production, *flag)
        .send()
        .await?
        .last_version_id;
    let resolved = on(*flag).with_latest_version_id(latest);
    let resolved = ResolveChangeRequestSettingConflictsModel::new(resolved);
    let resolved = client
        .resolve_change_request_setting_conflicts(id, *flag, resolved)
        .send()
        .await?;
    assert!(!resolved.needs_attention);
    client.approve_change_request(id).send().await?;
    let applied = client.apply_change_request(id).send().await?;
    assert_eq!(applied.change_request_status, ChangeRequestStatus::Applied);
    let served = client
        .get_setting_value_v2(*production, *flag)
        .send()
        .await?;
    assert_eq!(served.default_value.bool_value, Some(true));
    world
        .logged(&[
            AuditLogType::SettingValueChanged,
            AuditLogType::ChangeRequestApplied,
        ])
        .await?;

    let request = CreateChangeRequestModel::new("Never");
    let never = client
        .create_change_request(*config, *production, request)
        .send()
        .await?;
    let never = client
        .close_change_request(never.change_request_id)
        .send()
        .await?;
    assert_eq!(never.change_request_status, ChangeRequestStatus::Closed);
    world
        .logged(&[
            AuditLogType::ChangeRequestCreated,
            AuditLogType::ChangeRequestClosed,
        ])
        .await?;
    let wanted = UpdatePreferencesRequest::new().with_approve_required(false);
    client
        .update_product_preferences(*product, wanted)
        .send()
        .await?;
    Ok(())
}

async fn audit_logs(world: &World) -> Result<()> {
    let World {
        client,
        organization,
        product,
        ..
    } = world;
    let stale = client
        .get_staleflags(*product)
        .stale_flag_age_days(7)
        .send()
        .await?;
    assert!(stale.configs.is_empty(), "everything is new");
    let mut paged = Vec::new();
    for number in 1.. {
        let page = client
            .get_auditlogs_v2(*product)
            .page_number(number)
            .page_size(20);
        let page = page.send().await?.into_inner();
        paged.extend(page.data.unwrap_or_default());
        if !page.paging.is_some_and(|paging| paging.has_next) {
            break;
        }
    }
    #[expect(deprecated, reason = "the older operations are served too")]
    let (flat, of_organization) = (
        client.get_auditlogs(*product).send().await?,
        client
            .get_organization_auditlogs(*organization)
            .product_id(*product)
            .send()
            .await?,
    );
    assert_eq!(*flat, paged);
    assert_eq!(*of_organization, paged);
    Ok(())
}

async fn end(world: &World) -> Result<()> {
    let World {
        client,
        organization,
        product,
        production,
        configs,
        flags,
        ..
    } = world;
    client.delete_product(*product).send().await?;
    assert!(client.get_products().send().await?.is_empty());
    for gone in [
        status(client.get_product(*product).send().await),
        status(client.get_environment(*production).send().await),
        status(client.get_config(configs[0]).send().await),
        status(client.get_setting(flags[1]).send().await),
        status(
            client
                .get_setting_value_v2(*production, flags[1])
                .send()
                .await,
        ),
        status(client.get_change_requests(*product).send().await),
        status(client.get_auditlogs_v2(*product).send().await),
    ] {
        assert_eq!(gone, 404);
    }
    let log = client
        .get_organization_auditlogs_v2(*organization)
        .send()
        .await?;
    let newest = log
        .data
        .iter()
        .flatten()
        .next()
        .map(|item| &item.audit_log_type_enum);
    assert_eq!(newest, Some(&AuditLogType::ProductDeleted));
    Ok(())
}
