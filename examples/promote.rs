//! Brings what one environment serves to another: shows what will change, and with `--yes` changes it.
//!
//! Without credentials on the embedded fake, where it goes on without `--yes`; with `CONFIGCAT_API_USER` and
//! `CONFIGCAT_API_PASS` on the service:
//! `cargo run --example promote -- PRODUCT CONFIG FROM TO [KEY …] [--create] [--yes] [--json]`

use configcat_management::names::{CopyPlan, copy};

#[tokio::main]
async fn main() -> stage::Result<()> {
    let stage = stage::open().await?;
    let sides = ["the environment to copy from", "the environment to copy to"];
    let [from, to] = stage.environments(sides)?;

    let mut copy = copy(&from, &to).reason("Promoted");
    let mut keys = Vec::new();
    while let Some(key) = stage::word(5 + keys.len()) {
        keys.push(key);
    }
    if !keys.is_empty() {
        copy = copy.keys(keys);
    }
    if stage::has("--create") {
        copy = copy.create_missing();
    }
    let mut plan = copy.preview().await?;
    if plan.steps().is_empty() {
        stage::say("Both serve the same, there is nothing to do.");
    } else if stage.is_fake() || stage::has("--yes") {
        stage::say(&format!("This will change:\n{plan}\n"));
        if let Err(error) = plan.apply().await {
            stage::say(&format!(
                "{plan}\n\nThe rest is not done; the same command goes on with it."
            ));
            return Err(error.into());
        }
    }
    print(&plan)
}

fn print(plan: &CopyPlan) -> stage::Result<()> {
    if stage::has("--json") {
        let steps = plan.steps().iter();
        let steps: Vec<_> = steps
            .map(|step| serde_json::json!({ "what": step.what, "done": step.done }))
            .collect();
        println!("{}", serde_json::to_string_pretty(&steps)?);
        return Ok(());
    }
    for line in plan.to_string().lines() {
        match line {
            done if done.starts_with("[x]") => println!("{}", stage::paint(32, done)),
            open if open.starts_with("[ ]") => println!("{}", stage::paint(33, open)),
            patch => println!("{patch}"),
        }
    }
    Ok(())
}
