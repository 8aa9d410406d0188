//! From nothing to a switched flag.
//!
//! Without credentials, on the embedded fake: creates a product with two environments, a flag and a setting, turns the flag
//! on in one of them, adds a targeting rule, and reads everything back. With `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS`
//! set, on the real service: only reads.
//!
//! `cargo run --example quickstart`

use configcat_fake::Fake;
use configcat_management::patch::FormulaPatch;
use configcat_management::rule::when;
use configcat_management::types::{
    ConfigSettingFormulaModel, CreateConfigRequest, CreateEnvironmentModel, CreateProductRequest,
    CreateSettingInitialValues, EvaluationVersion, InitialValue, SettingType,
};
use configcat_management::{Client, Error, Result, SettingValue};

#[tokio::main]
async fn main() -> stage::Result<()> {
    let set = |variable| std::env::var(variable).is_ok_and(|text| !text.is_empty());
    if set("CONFIGCAT_API_USER") && set("CONFIGCAT_API_PASS") {
        look_around(&Client::from_env()?).await?;
        return Ok(());
    }
    let fake = Fake::builder().empty().start().await;
    println!(
        "No credentials are set, so this runs on the embedded fake at {}.\n",
        fake.base_url()
    );
    switch_a_flag(&fake.client()).await?;

    println!("\nOver the wire:");
    for request in fake.requests() {
        let ms = request.duration.as_secs_f64() * 1000.0;
        // None if the connection was cut, which nobody asked the fake for.
        let status = request.status.unwrap_or_default();
        println!(
            "  {:<6} {status} {ms:>5.1} ms  {}",
            request.method.as_str(),
            request.path
        );
    }
    Ok(())
}

async fn switch_a_flag(client: &Client) -> Result<()> {
    // A product with two environments and a config.
    let organizations = client.get_organizations().send().await?;
    let organization = organizations
        .first()
        .ok_or_else(|| Error::other("these credentials see no organization"))?;
    let product = CreateProductRequest::new("Web shop");
    let product = client
        .create_product(organization.organization_id, product)
        .send()
        .await?
        .product_id;
    let test = client
        .create_environment(product, CreateEnvironmentModel::new("Test"))
        .send()
        .await?;
    let live = client
        .create_environment(product, CreateEnvironmentModel::new("Live"))
        .send()
        .await?;
    let config = CreateConfigRequest::new("Main").with_evaluation_version(EvaluationVersion::V2);
    let config = client
        .create_config(product, config)
        .send()
        .await?
        .config_id;

    // A flag, and a setting that is a whole number.
    let flag = CreateSettingInitialValues::new("newCheckout", "New checkout", SettingType::Boolean)
        .with_hint("Shows the one-page checkout.");
    let flag = client.create_setting(config, flag).send().await?.setting_id;
    let five = InitialValue::new(5).with_environment_id(live.environment_id);
    let limit =
        CreateSettingInitialValues::new("maxItems", "Most items in a cart", SettingType::Int)
            .with_initial_values([five]);
    client.create_setting(config, limit).send().await?;

    // Turn the flag on in Test, with a JSON Patch.
    let on = FormulaPatch::new().turn_on();
    client
        .update_setting_value_v2(test.environment_id, flag, on)
        .reason("Try it")
        .send()
        .await?;

    // In Live, turn it on for our own people alone.
    let ours = when("Email").ends_with_any_of(["@example.com"]).serve(true);
    let add = FormulaPatch::new().add_rule(ours);
    client
        .update_setting_value_v2(live.environment_id, flag, add)
        .send()
        .await?;

    // Read everything back.
    let in_test = client
        .get_setting_values_v2(config, test.environment_id)
        .send()
        .await?;
    let in_live = client
        .get_setting_values_v2(config, live.environment_id)
        .send()
        .await?;
    println!("{:<24} {:<24} {:<24}", "", test.name, live.name);
    for (test, live) in in_test
        .setting_formulas
        .iter()
        .zip(&in_live.setting_formulas)
    {
        println!(
            "{:<24} {:<24} {:<24}",
            test.setting.key,
            served(test),
            served(live)
        );
    }
    Ok(())
}

fn served(formula: &ConfigSettingFormulaModel) -> String {
    let value = match formula.default_value.value() {
        Some(SettingValue::Bool(true)) => "on".to_string(),
        Some(SettingValue::Bool(false)) => "off".to_string(),
        Some(value) => value.to_string(),
        None => "?".to_string(),
    };
    match formula.targeting_rules.len() {
        0 => value,
        1 => format!("{value}, with 1 rule"),
        rules => format!("{value}, with {rules} rules"),
    }
}

/// What the credentials can see; changes nothing.
async fn look_around(client: &Client) -> Result<()> {
    let me = client.get_me().send().await?;
    println!(
        "Connected to {} as {} <{}>.",
        client.base_url(),
        me.full_name,
        me.email
    );
    for organization in client.get_organizations().send().await?.iter() {
        println!("Organization {}", organization.name);
    }
    let products = client.get_products().send().await?;
    for product in products.iter() {
        println!("Product {}", product.name);
    }
    let Some(product) = products.first() else {
        println!("There is no product yet.");
        return Ok(());
    };
    let configs = client.get_configs(product.product_id).send().await?;
    let Some(config) = configs.first() else {
        println!("{} has no config yet.", product.name);
        return Ok(());
    };
    println!(
        "\nFlags and settings of {} in {}:",
        config.name, product.name
    );
    for setting in client.get_settings(config.config_id).send().await?.iter() {
        println!(
            "  {:<40} {:<8} {}",
            setting.key, setting.setting_type, setting.name
        );
    }
    Ok(())
}
