//! Shows what two environments of a config serve differently.
//!
//! Without credentials on the embedded fake; with `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` on the service. It only reads:
//! `cargo run --example compare -- PRODUCT CONFIG ENVIRONMENT OTHER_ENVIRONMENT [--json]`

use configcat_management::names::compare;

#[tokio::main]
async fn main() -> stage::Result<()> {
    let stage = stage::open().await?;
    let [one, other] = stage.environments(["an environment", "another environment"])?;

    let comparison = compare(&one, &other).await?;
    if stage::has("--json") {
        println!("{}", serde_json::to_string_pretty(&comparison)?);
        return Ok(());
    }
    for (number, line) in comparison.to_string().lines().enumerate() {
        match number {
            0 => println!("{}", stage::paint(1, line)),
            _ if line.contains("  only here ") => println!("{}", stage::paint(33, line)),
            _ => println!("{line}"),
        }
    }
    Ok(())
}
