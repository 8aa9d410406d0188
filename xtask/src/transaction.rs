//! Several files at once: all of them, or none.
//!
//! The new texts are written beside the tree's, in `spec/.refresh/`, and a journal last of all. Only then do they take the
//! old ones' places, one rename each. Whoever is killed before the journal is there has changed nothing; what is killed
//! after it is finished by the next command, and every state in between builds.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use configcat_management_codegen::{Error, Result};

/// The new texts of files, by their name from the root.
pub(crate) type Changes = BTreeMap<PathBuf, String>;

const FOLDER: &str = "spec/.refresh";
const JOURNAL: &str = "journal.json";

/// Puts the new texts in place.
pub(crate) fn commit(root: &Path, changes: &Changes) -> Result<()> {
    let folder = root.join(FOLDER);
    let staged = find_room(root, changes).and_then(|()| stage(&folder, changes));
    if let Err(error) = staged {
        // Nothing has its place yet, so there is nothing to lose.
        let _ = fs::remove_dir_all(&folder);
        return Err(error);
    }
    finish(root)
}

/// Finishes what was interrupted after its journal was written, and forgets what was interrupted before.
pub(crate) fn recover(root: &Path) -> Result<bool> {
    let folder = root.join(FOLDER);
    if !folder.exists() {
        return Ok(false);
    }
    if folder.join(JOURNAL).exists() {
        finish(root)?;
        return Ok(true);
    }
    fs::remove_dir_all(&folder).map_err(|error| Error::file(&folder, error))?;
    Ok(false)
}

/// Refuses folders that nothing can be put into, as long as everything is as it was.
fn find_room(root: &Path, changes: &Changes) -> Result<()> {
    for name in changes.keys() {
        let file = root.join(name);
        let folder = file.parent().unwrap_or(root);
        fs::create_dir_all(folder)
            .and_then(|()| tempfile::tempfile_in(folder).map(drop))
            .map_err(|error| Error::file(folder, error))?;
    }
    Ok(())
}

/// Writes every text beside the tree, and which is whose.
fn stage(folder: &Path, changes: &Changes) -> Result<()> {
    let failed = |error| Error::file(folder, error);
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failed)?;
    }
    fs::create_dir_all(folder).map_err(failed)?;
    let names: Vec<_> = changes.keys().collect();
    for (index, text) in changes.values().enumerate() {
        write(&folder.join(index.to_string()), text)?;
    }
    let journal = serde_json::to_string(&names).map_err(|error| Error::file(folder, error))?;
    // The journal takes its name when it is whole.
    let draft = folder.join("draft");
    write(&draft, &journal)?;
    fs::rename(&draft, folder.join(JOURNAL)).map_err(failed)?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// Renames what is staged, as the journal says. What is no longer there has its place already.
fn finish(root: &Path) -> Result<()> {
    let folder = root.join(FOLDER);
    let journal = folder.join(JOURNAL);
    let failed = |error| Error::file(&journal, error);
    let text = fs::read_to_string(&journal).map_err(failed)?;
    let names: Vec<PathBuf> =
        serde_json::from_str(&text).map_err(|error| Error::file(&journal, error))?;
    for (index, name) in names.iter().enumerate() {
        let inside = name
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Err(Error::file(
                &journal,
                format!("names {}, which is outside", name.display()),
            ));
        }
        let from = folder.join(index.to_string());
        if !from.exists() {
            continue;
        }
        let to = root.join(name);
        let failed = |error| Error::file(&to, error);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        fs::rename(&from, &to).map_err(|error| {
            let what = "perhaps not all files have their new text; mend this, and the next command goes on";
            Error::file(&to, format!("{error}; {what}"))
        })?;
    }
    fs::remove_dir_all(&folder).map_err(|error| Error::file(&folder, error))
}

fn write(file: &Path, text: &str) -> Result<()> {
    let failed = |error| Error::file(file, error);
    let mut written = File::create(file).map_err(failed)?;
    written.write_all(text.as_bytes()).map_err(failed)?;
    written.sync_all().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_file_cannot_be_put_none_is() {
        let root = tempfile::tempdir().expect("a folder");
        let one = root.path().join("one");
        fs::write(&one, "old").expect("a file");
        // A file where a folder would have to be.
        fs::write(root.path().join("two"), "").expect("a file");
        let changes = ["one", "two/three"].map(|name| (PathBuf::from(name), "new".to_owned()));
        let error = commit(root.path(), &Changes::from(changes)).expect_err("no room");
        assert!(error.to_string().contains("two"), "{error}");
        assert_eq!(fs::read_to_string(&one).expect("a file"), "old");
        assert!(!recover(root.path()).expect("nothing to finish"));
    }
}
