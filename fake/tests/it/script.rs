//! Everything that the API can do, done once from end to end on one server: what is created can be read, listed, changed,
//! found in the audit log and deleted, and then it is gone.

mod change_requests;
mod connections;
mod people;
mod things;
mod values;

use std::collections::BTreeSet;

use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::{Client, Error, OPERATIONS, Result};

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
    things::configs_and_environments(&world).await?;
    things::tags(&world).await?;
    things::settings(&world).await?;
    things::variations(&world).await?;
    values::values_v1(&world).await?;
    values::values_v2(&world).await?;
    values::segments(&world).await?;
    people::people(&world, fake).await?;
    connections::webhooks(&world).await?;
    connections::integrations(&world).await?;
    connections::links(&world).await?;
    connections::proxies(&world).await?;
    connections::code_references(&world).await?;
    people::preferences(&world).await?;
    change_requests::change_requests(&world).await?;
    people::audit_logs(&world).await?;
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
