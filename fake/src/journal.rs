//! The recording of all requests.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use http::Method;
use serde::{Serialize, Serializer};

use crate::redact::redacted;
use crate::saving::add_name;

/// One request that the server got, and what became of it. Headers are not recorded: they hold secrets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// The path, with its query.
    pub path: String,
    /// The id of the operation, such as `get-config`; `None` if the path and method are none.
    pub operation: Option<&'static str>,
    /// The status of the answer; `None` while there is none, and if none went out.
    pub status: Option<u16>,
    /// The body of the request, as text, cut at [`Recorded::MAX_BODY`] bytes.
    pub body: String,
    /// When the request came, by the server's clock.
    pub started: DateTime<Utc>,
    /// How long the server took over it.
    pub duration: Duration,
}

impl Recorded {
    /// 16 KiB of a body are kept: any request that a person wrote, and the beginning of one that a program did.
    pub const MAX_BODY: usize = 16 * 1024;
    /// The last 10 000 requests are kept, so that a server that runs for days does not fill the memory.
    pub const MAX_REQUESTS: usize = 10_000;
}

/// As a line of the recording, and as the page gets it.
impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Line<'a> {
            time: DateTime<Utc>,
            method: &'a str,
            path: &'a str,
            operation: Option<&'a str>,
            status: Option<u16>,
            milliseconds: f64,
            body: &'a str,
        }
        let line = Line {
            time: self.started,
            method: self.method.as_str(),
            path: &self.path,
            operation: self.operation,
            status: self.status,
            milliseconds: self.duration.as_secs_f64() * 1000.0,
            body: &self.body,
        };
        line.serialize(serializer)
    }
}

/// A file to add requests to. On Unix, only its owner can read it.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    open_private(path).map_err(|error| add_name(path.display(), &error))
}

fn open_private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // The mode above is that of a new file. Terminals, pipes and `/dev/null` are everybody's, and stay so.
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        file.set_permissions(private)?;
    }
    Ok(file)
}

/// The requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Recorded>,
    /// The number of the entry that stands first.
    first: u64,
    /// Where each request is written to when it is over.
    file: Option<File>,
    /// Whether each request that is over is told on the standard error output.
    log: bool,
}

impl Journal {
    /// With a file that each request is added to, and a log.
    pub(crate) fn new(file: Option<File>, log: bool) -> Self {
        Journal {
            file,
            log,
            ..Journal::default()
        }
    }

    /// Writes a request down, and gives it a number.
    pub(crate) fn begin(&mut self, recorded: Recorded) -> u64 {
        if self.entries.len() >= Recorded::MAX_REQUESTS {
            self.entries.pop_front();
            self.first += 1;
        }
        self.entries.push_back(recorded);
        self.first + self.entries.len() as u64 - 1
    }

    /// Adds how the request with this number ended.
    pub(crate) fn end(&mut self, number: u64, status: Option<u16>, ended: DateTime<Utc>) {
        let index = number.checked_sub(self.first);
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            entry.status = status;
            entry.duration = (ended - entry.started).to_std().unwrap_or_default();
            if self.log {
                // Nobody reads it if it cannot be written.
                let _ = writeln!(io::stderr(), "{}", log_line(entry));
            }
            if let Some(file) = &mut self.file
                && let Err(error) = write_line(file, entry)
            {
                eprintln!(
                    "configcat-fake: no request is written to the recording any more: {error}"
                );
                self.file = None;
            }
        }
    }

    /// How many requests there were, and the last ones, newest first.
    pub(crate) fn last(&self, most: usize) -> (u64, impl Iterator<Item = &Recorded>) {
        let count = self.first + self.entries.len() as u64;
        (count, self.entries.iter().rev().take(most))
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.first += self.entries.len() as u64;
        self.entries.clear();
    }
}

/// A request in a line, without what may be secret: query and body, and SDK keys in paths.
fn log_line(entry: &Recorded) -> String {
    let path = entry.path.split('?').next().unwrap_or_default();
    let path = match path.strip_prefix("/configuration-files/") {
        Some(_) => "/configuration-files/…",
        None => path,
    };
    let status = entry
        .status
        .map_or("cut".to_string(), |status| status.to_string());
    format!(
        "{} {} {path} {} {status} {:.1} ms",
        entry.started.to_rfc3339_opts(SecondsFormat::Millis, true),
        entry.method,
        entry.operation.unwrap_or("-"),
        entry.duration.as_secs_f64() * 1000.0,
    )
}

/// One write for a line, so that who reads along never sees half of one.
fn write_line(mut file: &File, entry: &Recorded) -> io::Result<()> {
    let mut entry = entry.clone();
    entry.body = redacted(&entry.body);
    let mut line = serde_json::to_vec(&entry)?;
    line.push(b'\n');
    file.write_all(&line)
}

/// The beginning of a body, as text.
pub(crate) fn text(body: &[u8]) -> String {
    let end = body.len().min(Recorded::MAX_BODY);
    String::from_utf8_lossy(body.get(..end).unwrap_or_default()).into_owned()
}
