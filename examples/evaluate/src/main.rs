//! Both halves of a program on one local server: this crate's client adds a rule and switches a flag, and ConfigCat's own SDK,
//! which is what programs ask for their flags, serves it to users.
//!
//! ```sh
//! cargo run --manifest-path examples/evaluate/Cargo.toml
//! ```

use std::error::Error;

use configcat::{PollingMode, User};
use configcat_fake::Fake;
use configcat_management::rule::when;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let fake = Fake::start().await;
    let demo = fake.demo().ok_or("the fake starts with a demo")?;
    let (environment, flag) = (demo.production_id, demo.v2.new_checkout);
    let management = fake.client();
    let keys = management
        .get_sdk_keys(demo.v2.config_id, environment)
        .send()
        .await?;
    let sdk = configcat::Client::builder(keys.primary.expose())
        .base_url(&fake.base_url())
        .polling_mode(PollingMode::Manual)
        .build()?;
    let served = async |email: &str| {
        sdk.refresh().await?;
        let user = User::new(email).email(email);
        Ok::<bool, configcat::ClientError>(sdk.get_value("new_checkout", false, Some(user)).await)
    };
    check("before", served("jane@example.com").await?, false)?;

    let staff = when("Email").ends_with_any_of(["@example.com"]).serve(true);
    let edit = management.edit_value(environment, flag, |formula| {
        formula.add_rule(staff.clone());
        Ok(())
    });
    edit.send().await?;
    check(
        "a rule for staff: jane@example.com",
        served("jane@example.com").await?,
        true,
    )?;
    check(
        "a rule for staff: joe@example.org",
        served("joe@example.org").await?,
        false,
    )?;

    let edit = management.edit_value(environment, flag, |formula| {
        formula.turn_on();
        Ok(())
    });
    edit.send().await?;
    check(
        "on for everybody: joe@example.org",
        served("joe@example.org").await?,
        true,
    )?;
    Ok(())
}

/// Tells what the SDK serves; an error if it is something else than it should be.
fn check(when: &str, served: bool, expected: bool) -> Result<(), String> {
    println!("{when}: {served}");
    match served == expected {
        true => Ok(()),
        false => Err(format!("{when}: the SDK serves {served}")),
    }
}
