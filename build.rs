//! Turns every description in `spec/` into Rust in `OUT_DIR`, which `src/generated.rs` includes.

use std::error::Error;
use std::path::{Path, PathBuf};

use configcat_management_codegen::{generate, sources::Sources};

fn main() -> Result<(), Box<dyn Error>> {
    let spec = Path::new("spec");
    println!(
        "cargo::rerun-if-changed={}",
        spec.join("sources.toml").display()
    );
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let sources = Sources::read(spec)?;
    for source in &sources.sources {
        let generated = generate(&sources, source)?;
        for input in &generated.inputs {
            println!("cargo::rerun-if-changed={}", input.display());
        }
        std::fs::write(out.join(format!("{}.rs", source.name)), generated.rust)?;
        std::fs::write(
            out.join(format!("{}_httpmock.rs", source.name)),
            generated.httpmock,
        )?;
    }
    Ok(())
}
