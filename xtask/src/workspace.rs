//! Where things are, and how they are read and written.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use configcat_management_codegen::docs::Docs;
use configcat_management_codegen::sources::{Source, Sources};
use configcat_management_codegen::{Error, Result};
use semver::Version;

use crate::transaction;

/// The tree that a command works on.
pub(crate) struct Workspace {
    root: PathBuf,
    /// What `spec/sources.toml` lists.
    pub(crate) sources: Sources,
}

impl Workspace {
    /// The tree at `root`, or else the one that this program was built in.
    pub(crate) fn open(root: Option<PathBuf>) -> Result<Self> {
        let root = root.map_or_else(built_in, Ok)?;
        if transaction::recover(&root)? {
            crate::say!("finished what was interrupted while files were put in place");
        }
        let sources = Sources::read(&root.join("spec"))?;
        Ok(Workspace { root, sources })
    }

    /// The folder that everything is in.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where what is built goes: where cargo puts it, too.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from) {
            Some(folder) => std::path::absolute(&folder).unwrap_or(folder),
            None => self.root.join("target"),
        }
    }

    /// The vendored description of a source.
    pub(crate) fn description(&self, source: &Source) -> PathBuf {
        self.sources.folder.join(&source.file)
    }

    /// Our words about a source; none at all if there is no file yet.
    pub(crate) fn docs(&self, source: &Source) -> Result<Docs> {
        let file = self.sources.folder.join(&source.docs);
        if !file.exists() {
            return Ok(Docs::default());
        }
        Docs::read(&read(&file)?).map_err(|error| error.within(self.display(&file)))
    }

    /// The listing of what a source's generated code offers.
    pub(crate) fn surface(&self, source: &Source) -> PathBuf {
        self.description(source).with_file_name("surface.txt")
    }

    /// The version that the crates have.
    pub(crate) fn version(&self) -> Result<Version> {
        let file = self.root.join("Cargo.toml");
        version_in(&read(&file)?).ok_or_else(|| {
            Error::file(
                &file,
                "has no version of three numbers under [workspace.package]",
            )
        })
    }

    /// A file as messages name it: from the root.
    pub(crate) fn display(&self, file: &Path) -> String {
        let file = file.strip_prefix(&self.root).unwrap_or(file);
        file.display().to_string()
    }
}

/// The folder above this package.
fn built_in() -> Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.parent();
    root.map(Path::to_path_buf)
        .ok_or_else(|| Error::file(package, "has no folder above it"))
}

/// The text of a file.
pub(crate) fn read(file: &Path) -> Result<String> {
    let bytes = fs::read(file).map_err(|error| Error::file(file, error))?;
    String::from_utf8(bytes).map_err(|error| {
        Error::file(
            file,
            format!(
                "is not UTF-8 text ({}); save it as UTF-8",
                error.utf8_error()
            ),
        )
    })
}

/// The version in the root's manifest.
pub(crate) fn version_in(manifest: &str) -> Option<Version> {
    let manifest: toml::Table = manifest.parse().ok()?;
    let package = manifest.get("workspace")?.get("package")?;
    let version: Version = package.get("version")?.as_str()?.parse().ok()?;
    (version.pre.is_empty() && version.build.is_empty()).then_some(version)
}

/// Whether a text can be the name of something in Rust.
pub(crate) fn is_rust_name(text: &str) -> bool {
    const TAKEN: [&str; 40] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
        "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
        "in", "let", "loop", "macro", "match", "mod", "move", "mut", "pub", "ref", "return",
        "self", "static", "struct", "super", "trait", "true", "try",
    ];
    const MORE: [&str; 9] = [
        "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ];
    !TAKEN.contains(&text) && !MORE.contains(&text)
}

/// A value as JSON for scripts.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(|error| Error::new(error.to_string()))
}

/// Puts `bytes` in the place of a file, so that whoever reads it sees the old ones or the new, and never half of either.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| Error::file(file, error);
    let folder = file
        .parent()
        .ok_or_else(|| Error::file(file, "is no file in a folder"))?;
    fs::create_dir_all(folder).map_err(failed)?;
    let mut draft = new_file()
        .prefix(".draft-")
        .tempfile_in(folder)
        .map_err(failed)?;
    draft.write_all(bytes).map_err(failed)?;
    draft.as_file().sync_all().map_err(failed)?;
    draft.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A temporary file that others may read once it has its name.
fn new_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    builder
}
