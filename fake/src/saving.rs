//! The state as JSON, and as a file that is never half-written.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fs4::TryLockError;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::http::{Server, lock};
use crate::state::State;

/// How long changes are collected before they are written.
const DEBOUNCE: Duration = Duration::from_millis(200);
/// How long it is quiet after that, so that a state is written once a second at most.
const PAUSE: Duration = Duration::from_millis(800);

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
    check_version(version)?;
    let Read { state } = serde_json::from_str(text).map_err(wrong)?;
    whole(state)
}

fn wrong(error: serde_json::Error) -> SeedError {
    SeedError(format!("it is no state of a server: {error}"))
}

fn check_version(version: u32) -> Result<(), SeedError> {
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

/// Puts a state into a file.
type Write = Box<dyn Fn(&Path, &State) -> io::Result<()> + Send + Sync>;

/// Keeps a file up to date with the state.
pub(crate) struct Saver {
    path: PathBuf,
    /// What puts a state into the file.
    write: Write,
    /// Keeps other servers away from the file, until the last state is written.
    held: Mutex<Option<File>>,
    /// The revision that was last written. Locked while one is being written.
    written: Mutex<Option<(u32, u64)>>,
}

impl Saver {
    /// Refuses a file that another server keeps its state in, and takes away what one that was killed left behind.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        // A link stays one: what it leads to is replaced.
        let path = std::fs::canonicalize(&path).unwrap_or(path);
        let held = hold(&path).map_err(|error| add_name(path.display(), &error))?;
        Ok(Saver {
            path,
            write: Box::new(write),
            held: Mutex::new(Some(held)),
            written: Mutex::new(None),
        })
    }

    /// What the file holds; `None` if there is none yet, or nothing in it.
    pub(crate) fn load(&self) -> io::Result<Option<State>> {
        let wrong = |error| add_name(self.path.display(), &error);
        match std::fs::read_to_string(&self.path) {
            Ok(text) if text.trim().is_empty() => Ok(None),
            Ok(text) => from_json(&text)
                .map(Some)
                .map_err(|error| wrong(io::Error::new(io::ErrorKind::InvalidData, error))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(wrong(error)),
        }
    }

    /// Writes the state if it has changed since the last time. Requests wait only while it is copied.
    pub(crate) fn save(&self, state: &Mutex<State>) -> io::Result<()> {
        let mut written = lock(&self.written);
        if lock(&self.held).is_none() {
            return Ok(());
        }
        let (revision, snapshot) = {
            let state = lock(state);
            let revision = Some(state.revision());
            if *written == revision {
                return Ok(());
            }
            (revision, state.clone())
        };
        (self.write)(&self.path, &snapshot)
            .map_err(|error| add_name(self.path.display(), &error))?;
        *written = revision;
        Ok(())
    }

    /// Writes the state for the last time, and lets other servers have the file.
    pub(crate) fn close(&self, state: &Mutex<State>) -> io::Result<()> {
        let saved = self.save(state);
        *lock(&self.held) = None;
        saved
    }
}

/// Writes the state some time after it has changed, until the server stops.
pub(crate) fn keep_saved(
    server: Arc<Server>,
    saver: Arc<Saver>,
) -> impl Future<Output = ()> + Send + 'static {
    // Now, so that no change comes before.
    let mut changed = server.changed.subscribe();
    async move {
        let mut failed = false;
        while changed.changed().await.is_ok() && !server.stopped.load(Ordering::Acquire) {
            tokio::time::sleep(DEBOUNCE).await;
            changed.mark_unchanged();
            let saved = {
                let (server, saver) = (server.clone(), saver.clone());
                tokio::task::spawn_blocking(move || saver.save(&server.state)).await
            };
            match saved {
                // It is told once, and tried again with the next request.
                Ok(Err(error)) if !failed => {
                    eprintln!("configcat-fake: the state cannot be saved: {error}");
                    failed = true;
                }
                Ok(Ok(())) => failed = false,
                _ => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// An error that says which file or address it is about.
pub(crate) fn add_name(what: impl fmt::Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

/// The folder and the name of a file.
fn place(path: &Path) -> (&Path, String) {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name().unwrap_or_default();
    (
        folder.unwrap_or(Path::new(".")),
        name.to_string_lossy().into_owned(),
    )
}

/// A lock that lasts as long as the process and what is returned, whichever ends first. Its file stays: to take it away would let
/// two servers lock two files of one name.
fn hold(path: &Path) -> io::Result<File> {
    let (folder, name) = place(path);
    let lock = folder.join(format!(".{name}.lock"));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock)?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let text = "another server keeps its state in this file";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, text));
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let left_over = entry
            .file_name()
            .to_str()
            .is_some_and(|file| file.starts_with(&temporary(&name)) && file.ends_with(TEMPORARY));
        if left_over {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(file)
}

/// How the name of a file ends that is not whole yet.
const TEMPORARY: &str = ".tmp";

/// How it begins.
fn temporary(name: &str) -> String {
    format!(".{name}.")
}

/// A file to put in the place of another in one step. Only its owner can read it: it holds secrets. Where it is left behind, the next
/// server with that file, or with the state that the file is kept beside, takes it away.
pub(crate) fn in_place_of(path: &Path) -> io::Result<NamedTempFile> {
    let (folder, name) = place(path);
    tempfile::Builder::new()
        .prefix(&temporary(&name))
        .suffix(TEMPORARY)
        .tempfile_in(folder)
}

fn write(path: &Path, state: &State) -> io::Result<()> {
    let mut file = in_place_of(path)?;
    let mut buffer = BufWriter::with_capacity(256 * 1024, file.as_file_mut());
    let version = VERSION;
    serde_json::to_writer_pretty(&mut buffer, &Written { version, state })?;
    buffer.flush()?;
    drop(buffer);
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use configcat_management::types::CreateProductRequest;

    use super::*;
    use crate::{Fake, Seed};

    /// However long a disk takes, nobody waits for it: while a write has begun and does not end, requests on the only thread of
    /// this runtime change things and read them, and what was written is the state of the beginning.
    #[tokio::test]
    async fn requests_are_answered_while_the_state_is_written() {
        let fake = Fake::builder().seed(Seed::empty()).start().await;
        let folder = tempfile::tempdir().unwrap();
        let (begin, mut begun) = tokio::sync::mpsc::unbounded_channel();
        let (end, ended) = mpsc::channel::<()>();
        let ended = Mutex::new(ended);
        let saver = Saver {
            // A server that waits for it would wait for ever: then it gives up, and says so.
            write: Box::new(move |_, state| {
                let _ = begin.send(Some(state.products.len()));
                if lock(&ended).recv_timeout(Duration::from_secs(30)).is_err() {
                    let _ = begin.send(None);
                }
                Ok(())
            }),
            ..Saver::open(folder.path().join("state.json")).unwrap()
        };
        let (server, saver) = (fake.server.clone(), Arc::new(saver));
        let saving = tokio::spawn(keep_saved(server, saver));
        let (client, organization) = (fake.client(), fake.organization_id());
        let create = async |name: &str| {
            let product = CreateProductRequest::new(name);
            client.create_product(organization, product).send().await
        };

        create("Before").await.unwrap();
        assert_eq!(begun.recv().await, Some(Some(1)));
        create("Meanwhile").await.unwrap();
        assert_eq!(client.get_products().send().await.unwrap().len(), 2);
        assert_eq!(fake.view().organizations[0].products.len(), 2);
        assert!(begun.try_recv().is_err(), "the first write has not ended");
        end.send(()).unwrap();

        let next = begun.recv().await;
        assert_eq!(next, Some(Some(2)), "what came meanwhile is next");
        end.send(()).unwrap();
        fake.stop().await;
        saving.await.unwrap();
    }

    /// A server that is killed while it writes the state or the certificate beside it leaves a part of one, with secrets in it.
    #[test]
    fn what_is_left_behind_of_the_files_of_a_state_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        for name in ["state.json", "state.json.tls.pem", "other.json"] {
            in_place_of(&folder.path().join(name))
                .unwrap()
                .keep()
                .unwrap();
        }
        let _held = hold(&state).unwrap();
        let left = std::fs::read_dir(folder.path()).unwrap();
        let mut left: Vec<String> = left
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert!(left.len() == 2 && left[1] == ".state.json.lock", "{left:?}");
        assert!(left[0].starts_with(".other.json."), "{left:?}");
    }

    /// Changes come all the time: what they cost is bounded, whatever a state weighs.
    #[tokio::test(start_paused = true)]
    async fn a_state_is_written_once_a_second_at_most() {
        let fake = Fake::builder().seed(Seed::empty()).start().await;
        let folder = tempfile::tempdir().unwrap();
        let (wrote, mut written) = tokio::sync::mpsc::unbounded_channel();
        let saver = Saver {
            write: Box::new(move |_, _| wrote.send(()).map_err(io::Error::other)),
            ..Saver::open(folder.path().join("state.json")).unwrap()
        };
        let server = fake.server.clone();
        tokio::spawn(keep_saved(server.clone(), Arc::new(saver)));
        // Ten seconds of a clock that stands still while anything is done.
        for _ in 0..1_000 {
            lock(&server.state).count_write();
            server.changed.send_replace(());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut count = 0;
        while written.try_recv().is_ok() {
            count += 1;
        }
        assert!((9..=10).contains(&count), "{count} in ten seconds");
    }
}
