//! Connects a product with Slack: parameters as a type, a misspelt one told before the call, the webhook's address hidden.
//!
//! Without credentials on the embedded fake; with `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` on the service, where the
//! integration stays: `cargo run --example integration_slack -- PRODUCT_ID INCOMING_WEBHOOK_URL`

use configcat_management::integration::{IntegrationParameters, Slack};
use configcat_management::types::IntegrationModel;

#[tokio::main]
async fn main() -> stage::Result<()> {
    let stage = stage::open().await?;
    let (client, product) = (
        &stage.client,
        stage.id(1, "id of a product", |demo| demo.product_id)?,
    );
    let url = stage.id(2, "address of an incoming webhook", |_| {
        "https://hooks.slack.com/services/T0/B0/x".to_string()
    })?;

    let misspelt = Slack::new(url.as_str()).with_other("includeSensitiveDta", "true");
    if let Err(told) = misspelt.create("Releases") {
        println!("misspelt  {told}");
    }

    let create = Slack::new(url).create("Releases")?;
    let made = client
        .create_integration(product, create)
        .send()
        .await?
        .into_inner();
    println!("created   {}", shown(&made));

    if let IntegrationParameters::Slack(slack) = IntegrationParameters::from(&made) {
        let more = slack.with_include_sensitive_data(true).modify(&made)?;
        let made = client
            .update_integration(made.integration_id, more)
            .send()
            .await?;
        println!("changed   {}", shown(&made));
    }

    println!("\nIntegrations of the product:");
    for integration in client
        .get_integrations(product)
        .send()
        .await?
        .integrations
        .iter()
    {
        println!("  {}", shown(integration));
    }
    Ok(())
}

fn shown(integration: &IntegrationModel) -> String {
    let everywhere = integration.config_ids.is_empty() && integration.environment_ids.is_empty();
    let scope = if everywhere {
        "all configs and environments"
    } else {
        "some configs or environments"
    };
    let (name, kind) = (&integration.name, &integration.integration_type);
    format!(
        "`{name}` ({kind}), for {scope}: {:?}",
        integration.parameters
    )
}
