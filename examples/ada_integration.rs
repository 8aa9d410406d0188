//! Registers an integration with Ada, completes its installation, and shows both.
//!
//! Without a token, on the embedded fake. With `ADA_HANDLE` (or `ADA_BASE_URL`) and `ADA_API_TOKEN` set, on the real service:
//! only lists what is there.
//!
//! `cargo run --example ada_integration --features ada`

use configcat_fake::Fake;
use configcat_management::ada::types::{
    CreateIntegration, InstallationStatus, Integration, UpdateInstallation, UpdateIntegration,
};
use configcat_management::ada::{Client, failures};
use configcat_management::{Error, Result};
use serde_json::json;

#[tokio::main]
async fn main() -> stage::Result<()> {
    if std::env::var("ADA_API_TOKEN").is_ok_and(|token| !token.is_empty()) {
        show_all(&Client::from_env()?).await?;
        return Ok(());
    }
    let fake = Fake::builder().empty().start().await;
    println!(
        "No token is set, so this runs on the embedded fake at {}.\n",
        fake.ada_base_url()
    );
    let client = fake.ada_client();
    register(&client).await?;
    show_all(&client).await?;
    Ok(())
}

async fn register(client: &Client) -> Result<()> {
    let settings = json!({
        "type": "object",
        "properties": {"account": {"type": "object", "properties": {"name": {"type": "string"}}}},
    });
    let new = CreateIntegration::new("account.name")
        .with_name("Feature flags")
        .with_author("Jane Doe")
        .with_contact("jane.doe@example.com")
        .with_scopes(["knowledge:write".to_string()])
        .with_configuration_fields(settings.as_object().cloned().unwrap_or_default());
    let created = client.create_platform_integration(new).send().await?;
    println!("registered {} ({})", created.id, created.status);
    // Whoever prints the secret by accident sees no more than this.
    println!("its secret: {:?}", created.client_secret);

    let better = UpdateIntegration::new().with_description("Shows who sees which flag.");
    client
        .update_platform_integration(&created.id, better)
        .send()
        .await?;

    let installed = client
        .get_platform_integration_installation(&created.id)
        .send()
        .await?;
    let complete = UpdateInstallation::new(InstallationStatus::Complete);
    let installed = client
        .update_platform_integration_installation(
            &installed.platform_integration_id,
            &installed.id,
            complete,
        )
        .send()
        .await?;
    println!("installation {} is {}", installed.id, installed.status);

    // What Ada says of a failure.
    let unnamed = CreateIntegration::new("account.name").with_name("x".repeat(161));
    match client.create_platform_integration(unnamed).send().await {
        Err(error @ Error::Invalid(_)) => println!("not sent: {error}"),
        other => println!("{other:?}"),
    }
    if let Err(error) = client
        .get_platform_integration_installation("nowhere")
        .send()
        .await
    {
        for entry in failures(&error) {
            println!(
                "{}: {}",
                entry.type_.unwrap_or_default(),
                entry.message.unwrap_or_default()
            );
        }
    }
    Ok(())
}

async fn show_all(client: &Client) -> Result<()> {
    println!("\nIntegrations of {}:", client.base_url());
    let mut integrations = client.get_platform_integrations().integrations();
    while let Some(integration) = integrations.next().await {
        let Integration {
            id,
            name,
            status,
            description,
            ..
        } = integration?;
        let words = [name, description].map(Option::unwrap_or_default);
        println!("  {id}  {status:<12} {}", words.join(": "));
    }
    Ok(())
}
