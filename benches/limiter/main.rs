//! The limiter alone: simulated servers on paused time, permits in a second, and memory.
//!
//! `cargo bench -p configcat-management-limiter -- [--docs]`; `--docs` writes its part of `docs/pacing.md`. It takes a minute.

use configcat_management_limiter::{Result, alone, simulated};

/// Where its part of the page begins.
const BEGIN: &str = "\n## Simulated";

fn main() -> Result<()> {
    let has = |name: &str| std::env::args().any(|argument| argument == name);
    if !has("--bench") {
        // `cargo test --all-targets` runs benches too, to see that they start.
        return Ok(());
    }
    let (simulated, alone) = (simulated::report()?, alone::report()?);
    let text = format!("{}{}", simulated.0, alone.0);
    println!("{text}");
    if has("--docs") {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/pacing.md");
        let before = std::fs::read_to_string(page)?;
        let before = before.split(BEGIN).next().unwrap_or_default();
        std::fs::write(page, format!("{before}{text}"))?;
    }
    match simulated.1 && alone.1 {
        true => Ok(()),
        false => Err("a target is missed (✗)".into()),
    }
}
