//! Reports the flags that nobody has changed for a long time: candidates to be taken out of the code.
//!
//! Without credentials on the embedded fake; with `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` on the service. It only reads:
//! `cargo run --example stale_flags -- PRODUCT_ID DAYS`

use configcat_fake::Fake;
use configcat_management::chrono::{DateTime, TimeDelta, Utc};
use configcat_management::types::{StaleFlagProductModel, StaleFlagStaleInEnvironmentsType};

/// How long nobody touched the fake's flags.
const QUIET_DAYS: i64 = 90;

// The fake's clock goes by tokio's, and only a runtime with one thread lets that jump.
#[tokio::main(flavor = "current_thread")]
async fn main() -> stage::Result<()> {
    let long_ago = Utc::now() - TimeDelta::days(QUIET_DAYS);
    let stage = stage::open_with(Fake::builder().clock(long_ago), |client| client).await?;
    if let Some(fake) = &stage.fake {
        let_time_pass(fake).await?;
    }
    let product = stage.id(1, "id of a product", |demo| demo.product_id)?;
    let days = stage.id(2, "number of days", |_| 60)?;

    let call = stage
        .client
        .get_staleflags(product)
        .stale_flag_age_days(days);
    let report = call
        .stale_flag_stale_in_environments_type(
            StaleFlagStaleInEnvironmentsType::StaleInAnyEnvironments,
        )
        .send()
        .await?;
    println!(
        "Flags of {} that have been the same for {days} days:\n",
        report.name
    );
    print(
        &report,
        stage.fake.as_ref().map_or_else(Utc::now, Fake::now),
    );
    Ok(())
}

/// Nobody touches the demo for a long time, and then somebody turns one flag on.
async fn let_time_pass(fake: &Fake) -> stage::Result<()> {
    tokio::time::pause();
    tokio::time::advance(TimeDelta::days(QUIET_DAYS).to_std()?).await;
    tokio::time::resume();
    let demo = fake.demo().ok_or("the demo is in the fake")?;
    let edit = fake
        .client()
        .edit_value(demo.production_id, demo.v2.new_checkout, |formula| {
            formula.turn_on();
            Ok(())
        });
    edit.send().await?;
    Ok(())
}

fn print(report: &StaleFlagProductModel, now: DateTime<Utc>) {
    let mut found = 0;
    print!("{:<12} {:<24} {:<6}", "config", "flag", "code");
    for environment in &report.environments {
        print!(" {:<18}", environment.name);
    }
    println!();
    for config in &report.configs {
        for setting in &config.settings {
            found += 1;
            let code = if setting.has_code_references {
                "yes"
            } else {
                "no"
            };
            print!("{:<12} {:<24} {code:<6}", config.name, setting.key);
            for environment in &report.environments {
                let mut values = setting.setting_values.iter();
                let value = values.find(|value| value.environment_id == environment.environment_id);
                let text = match value.map(|value| (value.is_stale, value.updated_at)) {
                    Some((true, Some(time))) => format!("stale, {} days", (now - time).num_days()),
                    Some((true, None)) => "stale, never set".to_string(),
                    Some((false, _)) => "in use".to_string(),
                    None => "-".to_string(),
                };
                print!(" {text:<18}");
            }
            println!();
        }
    }
    println!(
        "\n{found} flag(s). `code` says whether code references were uploaded that mention them."
    );
}
