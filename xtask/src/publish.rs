//! `cargo xtask publish`: the crate as it goes to the registry.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use configcat_management_codegen::{Error, Result, generate};
use toml::{Table, Value};

use crate::Outcome;
use crate::workspace::{self, Workspace};

/// The files beside `src/` that go along.
const FILES: [&str; 5] = [
    "README.md",
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Cargo.lock",
];

/// Stage the crate with its generated code in place, without build script and generator, and build it from its package.
///
/// The crate is staged below `target/publish/`; the same commit gives the same bytes. Uploading is not part of this
/// command yet: without `--dry-run` it stops with an error before it does anything.
///
/// Exit codes: 0 it builds; 2 it does not, or something cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// Do all but upload.
    #[arg(long)]
    dry_run: bool,
}

impl Publish {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        if !self.dry_run {
            return Err(Error::new(
                "uploading is not supported yet; run `cargo xtask publish --dry-run`, look at what it staged, and run \
                 `cargo publish` there",
            ));
        }
        let stage = stage(workspace)?;
        say!("staged in {}", workspace.shown(&stage));
        package(workspace.root(), &stage)?;
        say!("packaged and built from the package");
        Ok(Outcome::Clean)
    }
}

/// Writes the crate that the registry gets, and gives its folder.
fn stage(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.root();
    let manifest = manifest(root)?;
    let name = "configcat-management";
    let stage = root.join("target").join("publish").join(name);
    if stage.exists() {
        fs::remove_dir_all(&stage).map_err(|error| Error::file(&stage, error))?;
    }
    copy_folder(&root.join("src"), &stage.join("src"))?;
    for file in FILES {
        copy(&root.join(file), &stage.join(file))?;
    }
    write(&stage.join("Cargo.toml"), &manifest)?;

    let generated = stage.join("src").join("generated.rs");
    let mut text = workspace::read(&generated)?;
    for source in &workspace.sources.sources {
        let made = generate(&workspace.sources, source)?;
        for (suffix, code) in [("", &made.rust), ("_httpmock", &made.httpmock)] {
            let file = format!("{}{suffix}.rs", source.name);
            let built = format!("include!(concat!(env!(\"OUT_DIR\"), \"/{file}\"));");
            if !text.contains(&built) {
                return Err(Error::file(
                    &generated,
                    format!("does not include {file} from OUT_DIR"),
                ));
            }
            text = text.replace(&built, &format!("include!(\"generated/{file}\");"));
            write(&stage.join("src").join("generated").join(&file), code)?;
        }
    }
    let text = text.replace("What `build.rs` made of `spec/`.", "The generated code.");
    write(&generated, &text)?;
    Ok(stage)
}

/// The manifest without workspace, build script, generator and what only the repository's own tests need.
fn manifest(root: &Path) -> Result<String> {
    let file = root.join("Cargo.toml");
    let wrong = |problem: &str| Error::file(&file, problem.to_string());
    let mut manifest: Table = workspace::read(&file)?
        .parse()
        .map_err(|error: toml::de::Error| Error::file(&file, error))?;
    let Some(Value::Table(shared)) = manifest.remove("workspace") else {
        return Err(wrong("has no [workspace]"));
    };
    for part in [
        "build-dependencies",
        "dev-dependencies",
        "lints",
        "bench",
        "example",
        "test",
    ] {
        manifest.remove(part);
    }
    if let Some(lints) = shared.get("lints") {
        manifest.insert("lints".into(), lints.clone());
    }
    let Some(Value::Table(package)) = manifest.get_mut("package") else {
        return Err(wrong("has no [package]"));
    };
    package.remove("build");
    for (key, value) in package.iter_mut() {
        let inherited = matches!(value, Value::Table(table) if table.contains_key("workspace"));
        if inherited {
            *value = shared
                .get("package")
                .and_then(|package| package.get(key))
                .ok_or_else(|| wrong(&format!("has no {key} under [workspace.package]")))?
                .clone();
        }
    }
    // A workspace of its own, or cargo would look for one above it.
    manifest.insert("workspace".into(), Value::Table(Table::new()));
    toml::to_string_pretty(&manifest).map_err(|error| Error::file(&file, error))
}

/// Packages the staged crate and builds what was packaged.
fn package(root: &Path, stage: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["package", "--quiet", "--allow-dirty", "--manifest-path"])
        .arg(stage.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target"))
        .status()
        .map_err(|error| Error::new(format!("cargo cannot be run: {error}")))?;
    match status.success() {
        true => Ok(()),
        false => Err(Error::file(
            stage,
            "cannot be packaged; see cargo's message above",
        )),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).map_err(|error| Error::file(from, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Error::file(from, error))?.path();
        let Some(name) = entry.file_name() else {
            continue;
        };
        match entry.is_dir() {
            true => copy_folder(&entry, &to.join(name))?,
            false => copy(&entry, &to.join(name))?,
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    write(to, &workspace::read(from)?)
}

fn write(file: &Path, text: &str) -> Result<()> {
    let failed = |error| Error::file(file, error);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)
}
