//! A program that makes the same calls with the client that openapi-generator has made.

use std::fs;
use std::path::{Path, PathBuf};

use configcat_management_codegen::{Error, Result};

use super::build_times::{OTHER, Program, TOKIO};
use crate::programs::{cargo, run};
use crate::publish::stage;
use crate::workspace::Workspace;

const BY_OTHER: &str = r#"
use CLIENT::apis::{configuration::Configuration, me_api};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let configuration = Configuration {
        basic_auth: Some(("user".to_string(), Some("pass".to_string()))),
        ..Configuration::new()
    };
    println!("{:?}", me_api::get_me(&configuration).await?.email);
    Ok(())
}
"#;

/// A client that openapi-generator has made.
pub(super) struct Other {
    pub(super) folder: PathBuf,
    pub(super) package: String,
}

impl Other {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let file = folder.join("Cargo.toml");
        let text = fs::read_to_string(&file).map_err(|error| Error::file(&file, error))?;
        let manifest: toml::Table = text.parse().map_err(|error| Error::file(&file, error))?;
        let package = manifest
            .get("package")
            .and_then(|package| package.get("name")?.as_str());
        let package = package.ok_or_else(|| Error::file(&file, "it names no package"))?;
        Ok(Other {
            folder: folder
                .canonicalize()
                .map_err(|error| Error::file(folder, error))?,
            package: package.to_owned(),
        })
    }

    /// The same call, with the same TLS.
    pub(super) fn program(&self) -> Program {
        Program {
            name: OTHER,
            title: "the same with openapi-generator's Rust client".to_owned(),
            dependencies: format!(
                "{} = {{ path = {}, default-features = false, features = [\"rustls\"] }}\n\
                 {TOKIO}",
                self.package,
                toml::Value::from(self.folder.display().to_string())
            ),
            main: BY_OTHER.replace("CLIENT", &self.package.replace('-', "_")),
        }
    }
}

/// Takes what to call or to decode, the URL or the file of the body, and how often, as the benchmarks do.
const MAIN: &str = r#"
use CLIENT::apis::{configuration::Configuration, feature_flags_settings_api, me_api};
use CLIENT::models::*;
use std::hint::black_box;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, from, rounds] = &arguments[..] else { return Err("what, from where, and how often?".into()) };
    let rounds: u64 = rounds.parse()?;
    if from.starts_with("http:") {
        let configuration = Configuration {
            base_path: from.clone(),
            basic_auth: Some(("user".to_string(), Some("password".to_string()))),
            ..Configuration::new()
        };
        for _ in 0..rounds {
            if what == "GET" {
                black_box(me_api::get_me(&configuration).await?);
            } else {
                let mut operation = JsonPatchOperation::new(OperationType::Replace, "/name".to_string());
                operation.value = Some(Some("Dark mode".into()));
                black_box(feature_flags_settings_api::update_setting(&configuration, 4711, vec![operation]).await?);
            }
        }
        return Ok(());
    }
    let body = std::fs::read(from)?;
    for _ in 0..rounds {
        match what.as_str() {
            "audit log" => read::<AuditLogItemModelPagedList>(&body)?,
            "settings" => read::<Vec<SettingModel>>(&body)?,
            "rules" => read::<Vec<TargetingRuleModel>>(&body)?,
            _ => read::<ConfigSettingFormulasModel>(&body)?,
        }
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result {
    black_box(serde_json::from_slice::<T>(black_box(body))?);
    Ok(())
}
"#;

/// Builds the program as the benchmarks are built, from the folder of the client.
pub(super) fn program(workspace: &Workspace, client: &Path) -> Result<PathBuf> {
    let client = Other::open(client)?;
    let package = workspace.target().join("xtask/other");
    let manifest = format!(
        "[package]\nname = \"other\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         {} = {{ path = {}, default-features = false }}\nserde = \"1\"\nserde_json = {{ version = \"1\", features = [\"float_roundtrip\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n[workspace]\n",
        client.package,
        toml::Value::from(client.folder.display().to_string())
    );
    stage::write(&package.join("Cargo.toml"), &manifest)?;
    let main = MAIN.replace("CLIENT", &client.package.replace('-', "_"));
    stage::write(&package.join("src/main.rs"), &main)?;
    stage::copy(
        &workspace.root().join("Cargo.lock"),
        &package.join("Cargo.lock"),
    )?;
    let mut build = cargo(&package);
    build.args(["build", "--release", "--quiet", "--target-dir", "target"]);
    run(build.env_remove("RUSTFLAGS"))?;
    let program = package.join("target/release/other");
    match program.exists() {
        true => Ok(program),
        false => Err(Error::file(&program, "is not there")),
    }
}
