//! `cargo xtask docs`: the docs as docs.rs shows them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use configcat_management_codegen::{Error, Result};
use toml::{Table, Value};

use crate::publish::stage::{CLIENT, FAKE, list};
use crate::workspace::{self, Workspace};
use crate::{Outcome, programs};

/// Tells this program that cargo has called it in place of rustdoc.
const VARIABLE: &str = "XTASK_RUSTDOC";

/// Build the docs as docs.rs builds them, without a warning, with a badge at whatever needs a cargo feature.
///
/// Features and arguments are those of `[package.metadata.docs.rs]`. Badges are unstable: only rustdoc is allowed to use what is
/// unstable, so nothing is built anew for it. They are in `target/doc/`.
///
/// Exit codes: 0 they are built; 2 there is a warning, or a feature has no badge.
#[derive(Debug, Args)]
pub(crate) struct Docs {}

impl Docs {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let root = workspace.root();
        for (package, folder) in [(CLIENT, root.to_path_buf()), (FAKE, root.join("fake"))] {
            let page = build(root, package, &folder, &workspace.target())?;
            crate::say!("documented {package}: {}", workspace.display(&page));
        }
        Ok(Outcome::Clean)
    }
}

/// Builds the docs of a package of the workspace in `root`, and gives their first page.
pub(crate) fn build(root: &Path, package: &str, folder: &Path, target: &Path) -> Result<PathBuf> {
    let file = folder.join("Cargo.toml");
    let manifest: Table = workspace::read(&file)?
        .parse()
        .map_err(|error: toml::de::Error| Error::file(&file, error))?;
    let settings = manifest
        .get("package")
        .and_then(|package| package.get("metadata")?.get("docs")?.get("rs"))
        .ok_or_else(|| Error::file(&file, "has no [package.metadata.docs.rs]"))?;
    let texts = |key: &str| -> Vec<&str> {
        let list = settings.get(key).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    };
    let is_on = |key: &str| settings.get(key).and_then(Value::as_bool) == Some(true);
    let mut doc = programs::cargo(root);
    doc.args(["doc", "--quiet", "--no-deps", "--lib", "--package", package])
        .args(["--features", &texts("features").join(",")])
        .arg("--target-dir")
        .arg(target)
        .env(
            "RUSTDOCFLAGS",
            format!("{} -D warnings", texts("rustdoc-args").join(" ")),
        )
        .env_remove("CARGO_BUILD_TARGET");
    for option in ["all-features", "no-default-features"] {
        doc.args(is_on(option).then(|| format!("--{option}")));
    }
    let program = std::env::current_exe().map_err(|error| Error::new(error.to_string()))?;
    let rustdoc = std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    doc.env("RUSTDOC", program).env(VARIABLE, rustdoc);
    programs::run(&mut doc)?;
    let pages = target.join("doc").join(package.replace('-', "_"));
    badges(&folder.join("src"), &pages)?;
    Ok(pages.join("index.html"))
}

/// Refuses docs in which a cargo feature that the code asks for stands at nothing.
fn badges(code: &Path, pages: &Path) -> Result<()> {
    let mut asked = BTreeSet::new();
    for_each(code, "rs", |text| {
        let public = text.split("#[cfg(").skip(1).filter(|part| {
            let item = part
                .split_once(")]\n")
                .map_or("", |(_, item)| item.trim_start());
            item.starts_with("pub ")
        });
        let names = public.filter_map(|part| {
            let name = part.strip_prefix("feature = \"")?;
            Some(name.split_once('"')?.0.to_owned())
        });
        asked.extend(names);
    })?;
    for_each(pages, "html", |text| {
        for badge in text.split("class=\"stab portability\"").skip(1) {
            let badge = badge.split("</span>").next().unwrap_or_default();
            asked.retain(|name| !badge.contains(&format!("<code>{name}</code>")));
        }
    })?;
    match asked.first() {
        None => Ok(()),
        Some(name) => Err(Error::file(
            pages,
            format!("nothing has a badge of the cargo feature {name}"),
        )),
    }
}

fn for_each(folder: &Path, extension: &str, mut look: impl FnMut(&str)) -> Result<()> {
    let mut files = BTreeSet::new();
    list(folder, &mut files)?;
    for file in files {
        if file.extension().is_some_and(|found| found == extension) {
            look(&workspace::read(&file)?);
        }
    }
    Ok(())
}

/// Does the work of rustdoc if cargo has called this program for it, with leave to use what is unstable.
pub(crate) fn as_rustdoc() -> Option<ExitCode> {
    let rustdoc = std::env::var_os(VARIABLE)?;
    let status = Command::new(rustdoc)
        .args(std::env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove(VARIABLE)
        .status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
