//! The crates as the registry gets them: generated code in place, no build script, no generator.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use configcat_management_codegen::{Error, Result, generate};
use toml::{Table, Value};

use super::inline;
use crate::links;
use crate::workspace::{self, Workspace};

/// The client's package.
pub(crate) const CLIENT: &str = "configcat-management";
/// The stand-in server's package.
pub(crate) const FAKE: &str = "configcat-fake";

/// The files beside `src/` that go along.
const FILES: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// What of a manifest only the repository can use.
const REPOSITORY_ONLY: [&str; 5] = ["build-dependencies", "lints", "bench", "example", "test"];

/// Writes both crates below `folder`, as members of a workspace. What was there before is gone.
pub(crate) fn stage(workspace: &Workspace, folder: &Path) -> Result<()> {
    stage_for(workspace, folder, None)
}

/// The same, for another registry than crates.io.
pub(crate) fn stage_for(
    workspace: &Workspace,
    folder: &Path,
    registry: Option<&str>,
) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| Error::file(folder, error))?;
    }
    let root = workspace.root();
    let manifests = Manifests::read(root)?;
    write(
        &folder.join("Cargo.toml"),
        &format!("[workspace]\nmembers = [\"{CLIENT}\", \"{FAKE}\"]\nresolver = \"3\"\n"),
    )?;
    copy(&root.join("Cargo.lock"), &folder.join("Cargo.lock"))?;

    let client = folder.join(CLIENT);
    copy_folder(&root.join("src"), &client.join("src"))?;
    for file in FILES {
        manifests.copy(&root.join(file), &client.join(file))?;
    }
    write(&client.join("Cargo.toml"), &manifests.client()?)?;
    put_generated_code(workspace, &client)?;
    inline::mark_all(&client.join("src"))?;

    let fake = folder.join(FAKE);
    copy_folder(&root.join("fake/src"), &fake.join("src"))?;
    copy_included_files(root, &fake)?;
    for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root.join(file), &fake.join(file))?;
    }
    let readme = root.join("fake/README.md");
    if readme.exists() {
        manifests.copy(&readme, &fake.join("README.md"))?;
    }
    write(&fake.join("Cargo.toml"), &manifests.fake(registry)?)
}

/// Puts the generated code in the place of what `build.rs` would write.
fn put_generated_code(workspace: &Workspace, client: &Path) -> Result<()> {
    let file = client.join("src/generated.rs");
    let mut text = workspace::read(&file)?;
    for source in &workspace.sources.sources {
        let made = generate(&workspace.sources, source)?;
        for (suffix, code) in [("", &made.rust), ("_httpmock", &made.httpmock)] {
            let name = format!("{}{suffix}.rs", source.name);
            let built = format!("include!(concat!(env!(\"OUT_DIR\"), \"/{name}\"));");
            if !text.contains(&built) {
                // A source may do without the httpmock extension, but not without its client.
                if suffix.is_empty() {
                    let what = format!("does not include {name} from OUT_DIR");
                    return Err(Error::file(&file, what));
                }
                continue;
            }
            text = text.replace(&built, &format!("include!(\"generated/{name}\");"));
            write(&client.join("src/generated").join(&name), code)?;
        }
    }
    if text.contains("OUT_DIR") {
        let what = "includes something from OUT_DIR that no source generates";
        return Err(Error::file(&file, what));
    }
    write(
        &file,
        &text.replace("What `build.rs` made of `spec/`.", "The generated code."),
    )
}

/// Takes along the files of the repository that the fake's code includes, at the same place, but within the package.
fn copy_included_files(root: &Path, fake: &Path) -> Result<()> {
    let mut files = BTreeSet::new();
    list(&fake.join("src"), &mut files)?;
    for file in files {
        let text = workspace::read(&file)?;
        let mut mended = text.clone();
        for name in literals(&text, "include_str!(\"") {
            let within = file.strip_prefix(fake).unwrap_or(&file);
            let original = root.join("fake").join(within);
            let folder = original.parent().unwrap_or(root);
            let target = links::plain(&folder.join(name));
            if target.starts_with(root.join("fake")) {
                continue;
            }
            let from_root = target.strip_prefix(root).map_err(|_| {
                Error::file(&original, format!("includes {name}, which is outside"))
            })?;
            copy(&target, &fake.join(from_root))?;
            let up = "../".repeat(within.components().count() - 1);
            let new = format!("{up}{}", from_root.display());
            mended = mended.replace(
                &format!("include_str!(\"{name}\""),
                &format!("include_str!(\"{new}\""),
            );
        }
        if mended != text {
            write(&file, &mended)?;
        }
    }
    Ok(())
}

/// The texts between `start` and the next quote.
fn literals<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = text.split(start).skip(1);
    parts.filter_map(|part| Some(part.split_once('"')?.0))
}

/// The manifests of the repository.
struct Manifests {
    root: PathBuf,
    client: Table,
    fake: Table,
    /// `[workspace]` of the root.
    shared: Table,
}

impl Manifests {
    fn read(root: &Path) -> Result<Self> {
        let read = |name: &str| -> Result<Table> {
            let file = root.join(name);
            let table = workspace::read(&file)?.parse();
            table.map_err(|error: toml::de::Error| Error::file(&file, error))
        };
        let mut client = read("Cargo.toml")?;
        let Some(Value::Table(shared)) = client.remove("workspace") else {
            return Err(Error::file(&root.join("Cargo.toml"), "has no [workspace]"));
        };
        Ok(Manifests {
            root: root.to_path_buf(),
            client,
            fake: read("fake/Cargo.toml")?,
            shared,
        })
    }

    /// Copies a text that is shown where the rest of the repository is not.
    fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        let text = workspace::read(from)?;
        let (Some(repository), Some(version)) = (
            self.package("repository")?.as_str(),
            self.package("version")?.as_str(),
        ) else {
            return Err(self.wrong("has no repository or version under [workspace.package]"));
        };
        write(
            to,
            &links::absolute(&text, repository, &format!("v{version}")),
        )
    }

    fn client(&self) -> Result<String> {
        let mut manifest = self.client.clone();
        // Profiles are the repository's.
        manifest.remove("profile");
        self.finish_manifest(manifest)
    }

    fn fake(&self, registry: Option<&str>) -> Result<String> {
        let mut manifest = self.fake.clone();
        let client = manifest
            .get_mut("dependencies")
            .and_then(|all| all.get_mut(CLIENT))
            .and_then(Value::as_table_mut)
            .ok_or_else(|| self.wrong(&format!("fake/Cargo.toml does not depend on {CLIENT}")))?;
        let version = self.package("version")?;
        client.remove("workspace");
        client.insert("default-features".into(), false.into());
        client.insert("path".into(), format!("../{CLIENT}").into());
        if let Some(registry) = registry {
            client.insert("registry".into(), registry.into());
        }
        // The fake implements the traits and fills the structs of exactly its release.
        client.insert(
            "version".into(),
            format!("={}", version.as_str().unwrap_or_default()).into(),
        );
        self.finish_manifest(manifest)
    }

    /// Without what is only of use in the repository, and without what is inherited from it.
    fn finish_manifest(&self, mut manifest: Table) -> Result<String> {
        for part in REPOSITORY_ONLY {
            manifest.remove(part);
        }
        if let Some(Value::Table(dependencies)) = manifest.get_mut("dev-dependencies") {
            // Those of the repository itself: they would be asked of a registry that has yet to get them.
            dependencies
                .retain(|_, value| value.get("path").is_none() && value.get("workspace").is_none());
        }
        if let Some(lints) = self.shared.get("lints") {
            manifest.insert("lints".into(), lints.clone());
        }
        let Some(Value::Table(package)) = manifest.get_mut("package") else {
            return Err(self.wrong("a manifest has no [package]"));
        };
        package.remove("build");
        for (key, value) in package.iter_mut() {
            let inherited = matches!(value, Value::Table(table) if table.contains_key("workspace"));
            if inherited {
                *value = self.package(key)?.clone();
            }
        }
        toml::to_string_pretty(&manifest).map_err(|error| self.wrong(&error.to_string()))
    }

    fn package(&self, key: &str) -> Result<&Value> {
        let package = self.shared.get("package");
        package
            .and_then(|package| package.get(key))
            .ok_or_else(|| self.wrong(&format!("there is no {key} under [workspace.package]")))
    }

    fn wrong(&self, problem: &str) -> Error {
        Error::file(&self.root.join("Cargo.toml"), problem.to_owned())
    }
}

/// Every file below a folder.
pub(crate) fn list(folder: &Path, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    let failed = |error| Error::file(folder, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        match path.is_dir() {
            true => list(&path, found)?,
            false => {
                found.insert(path);
            }
        }
    }
    Ok(())
}

pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let mut files = BTreeSet::new();
    list(from, &mut files)?;
    for file in files {
        let name = file.strip_prefix(from).unwrap_or(&file);
        copy(&file, &to.join(name))?;
    }
    Ok(())
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    write(to, &workspace::read(from)?)
}

pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    let failed = |error| Error::file(file, error);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)
}
