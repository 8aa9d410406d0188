//! Turns a flag on, and shows what happens if it is on already.
//!
//! Without credentials on the embedded fake; with `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` on the service, where the ids
//! are arguments: `cargo run --example turn_on -- ENVIRONMENT_ID SETTING_ID`

use configcat_management::types::SettingFormulaModel;

#[tokio::main]
async fn main() -> stage::Result<()> {
    let stage = stage::open().await?;
    let environment = stage.id(1, "id of an environment", |demo| demo.production_id)?;
    let flag = stage.id(2, "id of a flag", |demo| demo.v2.new_checkout)?;

    for time in ["before", "turned on", "once more"] {
        if time == "before" {
            let seen = stage
                .client
                .get_setting_value_v2(environment, flag)
                .send()
                .await?;
            println!("{time:<10} {}", shown(&seen));
            continue;
        }
        // Read, changed, sent with the version that was read; nothing is sent if nothing changes.
        let edit = stage.client.edit_value(environment, flag, |formula| {
            formula.turn_on();
            Ok(())
        });
        let edited = edit.reason("Launch day").send().await?;
        let what = match edited.changed {
            true => "sent",
            false => "nothing to change, nothing sent",
        };
        println!("{time:<10} {} ({what})", shown(&edited.value));
    }

    if let Some(fake) = &stage.fake {
        println!("\nOver the wire:");
        for request in fake.requests() {
            println!(
                "  {:<6} {} {}",
                request.method.as_str(),
                request.path,
                request.body
            );
        }
    }
    Ok(())
}

fn shown(formula: &SettingFormulaModel) -> String {
    let value = formula.default_value.value();
    let value = value.map_or("?".to_string(), |value| value.to_string());
    let by = formula
        .last_updater_user_full_name
        .as_deref()
        .unwrap_or("nobody");
    let (key, environment) = (&formula.setting.key, &formula.environment.name);
    format!("`{key}` is {value} in {environment}, last changed by {by}")
}
