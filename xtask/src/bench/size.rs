//! How large a program is that lists flags: with the client, and by hand.

use std::fs;

use configcat_management_codegen::{Error, Result};

use super::build_times;
use super::rows::Row;
use crate::programs::{self, cargo, run};
use crate::publish::stage;
use crate::workspace::Workspace;

const BY_HAND: &str = r#"
#[derive(serde::Deserialize)]
struct Setting {
    key: String,
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = std::env::args().nth(1).ok_or("which config?")?;
    let url = format!("https://api.configcat.com/v1/configs/{config}/settings");
    let answer = reqwest::Client::new().get(url).basic_auth("user", Some("pass")).send().await?;
    let settings: Vec<Setting> = serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
    for setting in settings {
        println!("{} {}", setting.key, setting.name);
    }
    Ok(())
}
"#;

const BY_CLIENT: &str = r#"
use configcat_management::{Client, uuid::Uuid};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config: Uuid = std::env::args().nth(1).ok_or("which config?")?.parse()?;
    let client = Client::builder().credentials("user", "pass").build()?;
    for setting in client.get_settings(config).send().await?.into_inner() {
        println!("{} {}", setting.key, setting.name);
    }
    Ok(())
}
"#;

/// Cargo profiles by name, and what they set.
const PROFILES: [(&str, &str); 3] = [
    ("release, stripped", ""),
    ("with lto", "lto = true\n"),
    (
        "with lto and opt-level z",
        "lto = true\nopt-level = \"z\"\n",
    ),
];

pub(super) fn rows(workspace: &Workspace) -> Result<Vec<Row>> {
    let folder = workspace.target().join("xtask/size");
    stage::stage(workspace, &folder.join("staged"))?;
    let client = folder.join("staged").join(stage::CLIENT);
    let floor = build_times::floor("rustls", false);
    let client = build_times::depend(&client, None);
    let programs = [
        ("by-hand", floor.as_str(), BY_HAND),
        ("by-client", client.as_str(), BY_CLIENT),
    ];
    let mut profiles = String::new();
    for (index, (_, settings)) in PROFILES.iter().enumerate() {
        profiles +=
            &format!("[profile.size{index}]\ninherits = \"release\"\nstrip = true\n{settings}\n");
    }
    // Both in one workspace: what they have in common is built once.
    let package = folder.join("programs");
    let manifest = format!(
        "[workspace]\nmembers = [\"by-hand\", \"by-client\"]\nresolver = \"3\"\n\n{profiles}"
    );
    stage::write(&package.join("Cargo.toml"), &manifest)?;
    for (name, dependencies, main) in programs {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}"
        );
        stage::write(&package.join(name).join("Cargo.toml"), &manifest)?;
        stage::write(&package.join(name).join("src/main.rs"), main)?;
    }
    let root = workspace.root();
    stage::copy(&root.join("Cargo.lock"), &package.join("Cargo.lock"))?;
    programs::fetch(root, &package)?;
    let mut rows = Vec::new();
    for (index, (name, _)) in PROFILES.iter().enumerate() {
        let profile = format!("size{index}");
        let size = |program: &str| -> Result<f64> {
            let mut build = cargo(&package);
            build.args(["build", "--offline", "--quiet", "--profile", &profile]);
            build.args(["--package", program, "--target-dir", "target"]);
            run(build.env_remove("RUSTFLAGS"))?;
            let file = package.join("target").join(&profile).join(program);
            let file = file.with_extension(std::env::consts::EXE_EXTENSION);
            let data = fs::metadata(&file).map_err(|error| Error::file(&file, error))?;
            Ok(data.len() as f64 / 1024.0)
        };
        let (ours, theirs) = (size("by-client")?, size("by-hand")?);
        rows.push(Row {
            against: Some("by hand".to_owned()),
            theirs: Some(theirs),
            ..Row::new("size", name, "KiB", ours)
        });
    }
    Ok(rows)
}
