//! The upload: the client first, then the fake, which needs it; again if it broke in the middle.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use configcat_management_codegen::{Error, Result};
use serde_json::Value;

use super::stage::{CLIENT, FAKE, copy, list, write};
use crate::programs::{self, cargo};
use crate::workspace::Workspace;

/// What cargo says of a package or a version that a registry does not have.
const NOT_THERE: [&str; 3] = [
    "no matching package",
    "failed to select a version",
    "could not find",
];

/// What is not compared: cargo's own notes, and the lock file, which cargo writes anew for every archive.
const NOTES: [&str; 4] = [
    ".cargo-ok",
    ".cargo-checksum.json",
    ".cargo_vcs_info.json",
    "Cargo.lock",
];

/// Uploads what is staged and unpacked below `folder`, without what the registry has already.
pub(super) fn upload(workspace: &Workspace, folder: &Path, registry: Option<&str>) -> Result<()> {
    let version = workspace.version()?.to_string();
    for package in [CLIENT, FAKE] {
        let published = published(folder, package, &version, registry)?;
        if let Some(published) = published {
            same(&published, &folder.join("unpacked").join(package))
                .map_err(|error| error.within(format!("{package} {version}")))?;
            crate::say!("{package} {version} is in the registry already, with the same files");
            continue;
        }
        eprintln!("uploading {package} {version}");
        let mut publish = cargo(&folder.join("staged"));
        // It was built and tested from its archive.
        publish.args([
            "publish",
            "--no-verify",
            "--allow-dirty",
            "--package",
            package,
        ]);
        publish.args(registry.into_iter().flat_map(|name| ["--registry", name]));
        publish.arg("--target-dir").arg(folder.join("package"));
        programs::run(&mut publish).map_err(|error| {
            Error::new(format!(
                "{package} {version} was not uploaded; the same command goes on with it\n{error}"
            ))
        })?;
        crate::say!("uploaded {package} {version}");
    }
    Ok(())
}

/// The folder of the sources of a package that the registry has, as cargo downloaded it.
fn published(
    folder: &Path,
    package: &str,
    version: &str,
    registry: Option<&str>,
) -> Result<Option<PathBuf>> {
    let asking = folder.join("asking");
    if asking.exists() {
        fs::remove_dir_all(&asking).map_err(|error| Error::file(&asking, error))?;
    }
    let registry = registry.map_or(String::new(), |name| format!(", registry = \"{name}\""));
    let manifest = format!(
        "[package]\nname = \"asking\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         {package} = {{ version = \"={version}\", default-features = false{registry} }}\n\n[workspace]\n"
    );
    write(&asking.join("Cargo.toml"), &manifest)?;
    write(&asking.join("src/lib.rs"), "")?;
    // What it depends on is known; only the registry itself is asked.
    copy(
        &folder.join("staged/Cargo.lock"),
        &asking.join("Cargo.lock"),
    )?;
    let mut metadata = cargo(&asking);
    metadata.args(["metadata", "--format-version", "1", "--quiet"]);
    metadata.args(
        programs::host()
            .into_iter()
            .flat_map(|host| ["--filter-platform".into(), host]),
    );
    programs::fail_soon_without_network(&mut metadata);
    let text = match programs::output(&mut metadata) {
        Ok(text) => text,
        Err(error) => {
            let text = error.to_string();
            let is_new = text.contains(package) && NOT_THERE.iter().any(|part| text.contains(part));
            return match is_new {
                true => Ok(None),
                false => Err(error.within("what the registry has is not known")),
            };
        }
    };
    let metadata: Value = serde_json::from_str(&text)
        .map_err(|error| Error::new(format!("cargo metadata: {error}")))?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let found = packages.find(|found| found["name"] == package);
    let manifest = found.and_then(|found| found["manifest_path"].as_str());
    Ok(manifest.and_then(|file| Some(Path::new(file).parent()?.to_path_buf())))
}

/// Refuses other files under a version that is out: who uses it already has them.
fn same(published: &Path, ours: &Path) -> Result<()> {
    let (published, ours) = (files(published)?, files(ours)?);
    let names = published.keys().chain(ours.keys());
    let differs = |name: &&PathBuf| published.get(*name) != ours.get(*name);
    match names.into_iter().find(differs) {
        None => Ok(()),
        Some(name) => Err(Error::new(format!(
            "is in the registry already, with another {}; raise the version",
            name.display()
        ))),
    }
}

/// The files of a package by their names. Tests are put there for the verification, and are not published.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = Default::default();
    list(folder, &mut found)?;
    let mut files = BTreeMap::new();
    for file in found {
        let name = file.strip_prefix(folder).unwrap_or(&file).to_path_buf();
        if !name.starts_with("tests") && !NOTES.iter().any(|note| name == Path::new(note)) {
            let bytes = fs::read(&file).map_err(|error| Error::file(&file, error))?;
            files.insert(name, bytes);
        }
    }
    Ok(files)
}
