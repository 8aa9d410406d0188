//! Whether what was packaged stands on its own feet.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use configcat_management_codegen::{Error, Result};
use toml::Table;

use super::stage::{CLIENT, FAKE, copy_folder, list, write};
use crate::docs;
use crate::programs::{self, run};
use crate::workspace::{self, Workspace};

/// What the registry takes at most, in bytes.
const MAX_ARCHIVE: u64 = 10 * 1024 * 1024;

/// Features that the tests do without: another TLS beside the default, and what gives up the promise.
const UNTESTED: [&str; 3] = ["rustls", "rustls-ring", "native-tls"];

/// Packages what is staged, unpacks it, and builds and tests it there, offline.
pub(super) fn verify(
    workspace: &Workspace,
    folder: &Path,
    registry: Option<&str>,
    quick: bool,
) -> Result<()> {
    let staged = &folder.join("staged");
    let target = workspace.target();
    let unpacked = unpack(workspace, folder, staged, registry)?;
    let at = |arguments: &[&str]| cargo(&unpacked, &target, arguments);
    at(&["check", "--workspace"])?;
    crate::say!("built from the archives");
    if quick {
        return Ok(());
    }
    for feature in features(staged)? {
        let mut arguments = vec!["check", "-p", CLIENT, "--lib", "--no-default-features"];
        if let Some(feature) = &feature {
            arguments.extend(["--features", feature]);
        }
        at(&arguments)?;
    }
    at(&["check", "-p", CLIENT, "--lib", "--all-features"])?;
    crate::say!("built with no feature, with each alone, and with all");

    let tests = independent_tests(workspace, &unpacked.join(CLIENT))?;
    let tested = features(staged)?.into_iter().flatten();
    let tested: Vec<_> = tested
        .filter(|name| !UNTESTED.contains(&name.as_str()))
        .collect();
    at(&[
        "test",
        "--quiet",
        "-p",
        CLIENT,
        "--features",
        &tested.join(","),
    ])?;
    crate::say!("tested: unit tests, doc tests, {}", tests.join(", "));
    for package in [CLIENT, FAKE] {
        docs::build(&unpacked, package, &unpacked.join(package), &target)?;
    }
    crate::say!("documented as on docs.rs, without a warning");
    oldest_compiler(staged, &unpacked)
}

/// Both archives, unpacked as a workspace in which the fake finds the client.
fn unpack(
    workspace: &Workspace,
    folder: &Path,
    staged: &Path,
    registry: Option<&str>,
) -> Result<PathBuf> {
    let package = folder.join("package/package");
    if package.exists() {
        fs::remove_dir_all(&package).map_err(|error| Error::file(&package, error))?;
    }
    let mut archive = programs::cargo(staged);
    archive.args([
        "package",
        "--quiet",
        "--offline",
        "--workspace",
        "--no-verify",
        "--allow-dirty",
    ]);
    archive.args(registry.into_iter().flat_map(|name| ["--registry", name]));
    archive.arg("--target-dir").arg(folder.join("package"));
    run(&mut archive)?;
    let unpacked = folder.join("unpacked");
    if unpacked.exists() {
        fs::remove_dir_all(&unpacked).map_err(|error| Error::file(&unpacked, error))?;
    }
    fs::create_dir_all(&unpacked).map_err(|error| Error::file(&unpacked, error))?;
    let mut archives = BTreeSet::new();
    list(&package, &mut archives)?;
    archives.retain(|file| {
        file.extension() == Some(OsStr::new("crate")) && file.parent() == Some(package.as_path())
    });
    for name in [CLIENT, FAKE] {
        let is_it = |file: &&PathBuf| {
            let stem = file.file_stem().and_then(OsStr::to_str).unwrap_or_default();
            let version = stem
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('-'));
            version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
        };
        let archive = archives
            .iter()
            .find(is_it)
            .ok_or_else(|| Error::file(&package, format!("has no archive of {name}")))?;
        let bytes = fs::metadata(archive)
            .map_err(|error| Error::file(archive, error))?
            .len();
        if bytes > MAX_ARCHIVE {
            let what = format!("has {bytes} bytes, and the registry takes {MAX_ARCHIVE} at most");
            return Err(Error::file(archive, what));
        }
        // With the time of now: an archive has one time for all files, and cargo would take what it built of the last one.
        run(Command::new("tar")
            .arg("-xzmf")
            .arg(archive)
            .arg("-C")
            .arg(&unpacked))?;
        let stem = archive.file_stem().unwrap_or_default();
        let to = unpacked.join(name);
        fs::rename(unpacked.join(stem), &to).map_err(|error| Error::file(&to, error))?;
        let mut files = BTreeSet::new();
        list(&to, &mut files)?;
        let all: u64 = files
            .iter()
            .filter_map(|file| Some(fs::metadata(file).ok()?.len()))
            .sum();
        crate::say!(
            "packaged {name}: {} files, {all} bytes, {bytes} compressed",
            files.len()
        );
    }
    let mut manifest = format!(
        "[workspace]\nmembers = [\"{CLIENT}\", \"{FAKE}\"]\nresolver = \"3\"\n\n[patch.{}]\n{CLIENT} = {{ path = \"{CLIENT}\" }}\n\n",
        registry.unwrap_or("crates-io")
    );
    // The same profile, so that dependencies which are built already are not built again.
    let file = workspace.root().join("Cargo.toml");
    let own: Table = workspace::read(&file)?
        .parse()
        .map_err(|error: toml::de::Error| Error::file(&file, error))?;
    let profile = own.into_iter().filter(|(name, _)| name == "profile");
    manifest += &profile.collect::<Table>().to_string();
    write(&unpacked.join("Cargo.toml"), &manifest)?;
    let lock = workspace::read(&staged.join("Cargo.lock"))?;
    write(&unpacked.join("Cargo.lock"), &lock)?;
    Ok(unpacked)
}

/// The features of the client: none of them, then each.
fn features(staged: &Path) -> Result<Vec<Option<String>>> {
    let file = staged.join(CLIENT).join("Cargo.toml");
    let manifest: Table = workspace::read(&file)?
        .parse()
        .map_err(|error: toml::de::Error| Error::file(&file, error))?;
    let names = manifest.get("features").and_then(toml::Value::as_table);
    let names = names.into_iter().flat_map(Table::keys);
    let each = names.filter(|name| *name != "default").cloned().map(Some);
    Ok(std::iter::once(None).chain(each).collect())
}

/// Takes the tests along that need nothing but the crate and its development dependencies, and names them.
fn independent_tests(workspace: &Workspace, client: &Path) -> Result<Vec<String>> {
    let tests = workspace.root().join("tests/it");
    let here = client.join("tests/it");
    copy_folder(&tests, &here)?;
    let needs = [
        "configcat_fake",
        "CARGO_MANIFEST_DIR",
        "CARGO_BIN_EXE",
        "include_str!",
        "feature = \"httpmock\"",
        "../../",
    ];
    let mut names = Vec::new();
    let main = here.join("main.rs");
    let mut text = String::new();
    for line in workspace::read(&main)?.lines() {
        if let Some(name) = line
            .strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(';'))
        {
            let mut files = BTreeSet::new();
            list(&here, &mut files)?;
            files.retain(|file| belongs(file, &here, name));
            let mut all = String::new();
            for file in files {
                all += &workspace::read(&file)?;
            }
            if needs.iter().any(|needed| all.contains(needed)) {
                continue;
            }
            names.push(name.to_owned());
        }
        text += line;
        text.push('\n');
    }
    write(&main, &text)?;
    Ok(names)
}

/// Whether a file is a module of tests, or a part of it.
fn belongs(file: &Path, folder: &Path, module: &str) -> bool {
    let first = file
        .strip_prefix(folder)
        .ok()
        .and_then(|path| path.iter().next());
    first.is_some_and(|first| Path::new(first).file_stem() == Some(OsStr::new(module)))
}

/// Builds with the oldest supported compiler, if there is one on this machine.
fn oldest_compiler(staged: &Path, unpacked: &Path) -> Result<()> {
    let file = staged.join(CLIENT).join("Cargo.toml");
    let manifest: Table = workspace::read(&file)?
        .parse()
        .map_err(|error: toml::de::Error| Error::file(&file, error))?;
    let version = manifest
        .get("package")
        .and_then(|package| package.get("rust-version")?.as_str())
        .unwrap_or_default()
        .to_owned();
    let list = Command::new("rustup").args(["toolchain", "list"]).output();
    let installed = list.map_or(String::new(), |output| {
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    let found = installed.lines().find_map(|line| {
        let name = line.split_whitespace().next()?;
        let rest = name.strip_prefix(version.as_str())?;
        (rest.starts_with('-') || rest.starts_with('.')).then_some(name)
    });
    match found {
        Some(toolchain) => {
            run(Command::new("rustup")
                .args([
                    "run",
                    toolchain,
                    "cargo",
                    "check",
                    "--quiet",
                    "--offline",
                    "--workspace",
                ])
                .current_dir(unpacked))?;
            crate::say!("built with Rust {version}");
        }
        None => crate::say!("not built with Rust {version}: rustup has no such toolchain here"),
    }
    Ok(())
}

fn cargo(folder: &Path, target: &Path, arguments: &[&str]) -> Result<()> {
    let (command, rest) = arguments.split_first().unwrap_or((&"check", &[]));
    let mut cargo = programs::cargo(folder);
    cargo.args([*command, "--offline"]);
    if !rest.contains(&"--quiet") {
        cargo.arg("--quiet");
    }
    // The repository's target folder: what its other commands have built need not be built again.
    run(cargo.args(rest).arg("--target-dir").arg(target))
}
