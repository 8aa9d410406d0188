//! Lists the flags that nobody has changed for a long time, with who did last and where code uses them, and deletes one that
//! is not used any more: first as a dry run, with `--yes` for good.
//!
//! Without credentials on the embedded fake, where it deletes one; with `CONFIGCAT_API_USER` and `CONFIGCAT_API_PASS` on the
//! service: `cargo run --example cleanup -- PRODUCT DAYS [CONFIG ENVIRONMENT KEY] [--yes] [--json]`

use std::time::Duration;

use configcat_fake::Fake;
use configcat_management::types::{
    CodeReferenceRequest, FlagReference, ReferenceLineRequest, ReferenceLinesRequest,
};

#[tokio::main]
async fn main() -> stage::Result<()> {
    let stage = stage::open().await?;
    if let Some(fake) = &stage.fake {
        let_time_pass(fake).await?;
    }
    let product = stage.product()?;
    let days = stage.name(2, "days", "60")?.parse()?;
    let report = product.stale(days).await?;
    if stage::has("--json") {
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    let table = report.to_string();
    for (number, line) in table.lines().enumerate() {
        match (number, line.ends_with(" 0 times")) {
            (0, _) => println!("{}", stage::paint(1, line)),
            (_, true) => println!("{}", stage::paint(32, line)),
            (_, false) => println!("{line}"),
        }
    }
    println!(
        "\n{} flags have not changed for {days} days.\n",
        report.flags.len()
    );

    let keys = match stage.is_fake() {
        true => vec!["banner_text".to_string(), "beta_search".to_string()],
        false => stage::word(5).into_iter().collect(),
    };
    for key in keys {
        let config = product.config(stage.name(3, "a config", "Frontend")?);
        let environment = config.environment(stage.name(4, "an environment", "Production")?);
        let retire = environment.flag(&key).retire();
        let uses = retire.uses().await?;
        for place in &uses {
            println!("`{key}` is used: {}", stage::paint(33, place));
        }
        if uses.is_empty() && (stage.is_fake() || stage::has("--yes")) {
            retire.send().await?;
            println!("{}", stage::paint(32, &format!("`{key}` is deleted.")));
        } else if uses.is_empty() {
            println!("`{key}` is used by nothing that is known; `--yes` deletes it.");
        }
    }
    Ok(())
}

/// Code was scanned, and then nobody touched anything for a long time.
async fn let_time_pass(fake: &Fake) -> stage::Result<()> {
    let demo = fake.demo().ok_or("the demo is in the fake")?;
    let line = ReferenceLinesRequest::new("src/search.rs", ReferenceLineRequest::new(42));
    let found = vec![FlagReference::new(vec![line], demo.v2.beta_search)];
    let report = CodeReferenceRequest::new("main", demo.v2.config_id, "shop");
    let report = report.with_flag_references(found);
    fake.client().upload_code_references(report).send().await?;
    fake.advance(Duration::from_secs(90 * 24 * 60 * 60));
    Ok(())
}
