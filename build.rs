//! Turns every description in `spec/` into Rust in `OUT_DIR`, which `src/generated.rs` includes.

use std::error::Error;
use std::path::{Path, PathBuf};

use configcat_management_codegen::{
    generate,
    sources::{Source, Sources},
};

fn main() -> Result<(), Box<dyn Error>> {
    let spec = Path::new("spec");
    println!(
        "cargo::rerun-if-changed={}",
        spec.join("sources.toml").display()
    );
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let sources = Sources::read(spec)?;
    for source in &sources.sources {
        if !wanted(source) {
            continue;
        }
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

/// Whether the cargo feature of a source is on.
fn wanted(source: &Source) -> bool {
    source.feature.as_ref().is_none_or(|feature| {
        let variable = feature.to_uppercase().replace('-', "_");
        std::env::var_os(format!("CARGO_FEATURE_{variable}")).is_some()
    })
}
