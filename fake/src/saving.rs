//! The state as JSON, and as a file that is never half-written.

use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::http::lock;
use crate::state::State;

/// How long changes are collected before they are written.
pub(crate) const DEBOUNCE: Duration = Duration::from_millis(200);

/// The format of the file. It changes with the state.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    state: &'a State,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
struct Read {
    state: State,
}

/// Says why a text cannot be a server's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedError(String);

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SeedError {}

pub(crate) fn to_json(state: &State) -> serde_json::Result<String> {
    let version = VERSION;
    serde_json::to_string_pretty(&Written { version, state })
}

pub(crate) fn from_json(text: &str) -> Result<State, SeedError> {
    let Version { version } = serde_json::from_str(text).map_err(wrong)?;
    known(version)?;
    let Read { state } = serde_json::from_str(text).map_err(wrong)?;
    whole(state)
}

fn wrong(error: serde_json::Error) -> SeedError {
    SeedError(format!("it is no state of a server: {error}"))
}

fn known(version: u32) -> Result<(), SeedError> {
    match version {
        VERSION => Ok(()),
        _ => Err(SeedError(format!(
            "it has version {version}, and this server reads version {VERSION}"
        ))),
    }
}

fn whole(mut state: State) -> Result<State, SeedError> {
    state.index_sdk_keys();
    let dangling = state.dangling();
    match dangling.is_empty() {
        true => Ok(state),
        false => Err(SeedError(format!(
            "these are missing in it: {}",
            dangling.join("; ")
        ))),
    }
}

/// Keeps a file up to date with the state.
pub(crate) struct Saver {
    path: PathBuf,
    /// The revision that was last written. Locked while one is being written.
    written: Mutex<Option<(u32, u64)>>,
}

impl Saver {
    pub(crate) fn new(path: PathBuf) -> Self {
        let written = Mutex::new(None);
        Saver { path, written }
    }

    /// What the file holds; `None` where there is none yet.
    pub(crate) fn load(&self) -> io::Result<Option<State>> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => {
                let wrong = |error: SeedError| {
                    io::Error::new(io::ErrorKind::InvalidData, self.named(error))
                };
                from_json(&text).map(Some).map_err(wrong)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io::Error::new(error.kind(), self.named(error))),
        }
    }

    /// Writes the state where it has changed since the last time.
    pub(crate) fn save(&self, state: &Mutex<State>) -> io::Result<()> {
        let mut written = lock(&self.written);
        let (revision, text) = {
            let state = lock(state);
            let revision = Some(state.revision());
            if *written == revision {
                return Ok(());
            }
            (revision, to_json(&state)?)
        };
        write(&self.path, &text)
            .map_err(|error| io::Error::new(error.kind(), self.named(error)))?;
        *written = revision;
        Ok(())
    }

    fn named(&self, error: impl fmt::Display) -> String {
        format!("{}: {error}", self.path.display())
    }
}

/// Puts a file in the place of another in one step. Only its owner can read it: it holds secrets.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
