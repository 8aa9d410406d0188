//! Getting descriptions: from files, and over HTTP.

use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use configcat_management_codegen::{Error, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::header::{ETAG, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use serde::{Deserialize, Serialize};

use crate::workspace::{self, Workspace};

/// How long nothing may come: a connection, an answer, the next bytes.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a download may take in all, if nobody says otherwise: a megabyte takes a modem so long.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long it may take before people are shown how far it is.
const QUIET: Duration = Duration::from_millis(700);

/// How large a description may be, in bytes. The largest public ones have a tenth of that.
const MOST: u64 = 256 * 1024 * 1024;

/// The variable that sets another patience, in seconds.
const VARIABLE: &str = "XTASK_DOWNLOAD_SECONDS";

/// Where a description is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file.
    File(PathBuf),
    /// An `http` or `https` URL.
    Url(String),
}

impl FromStr for Place {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(
            match text.starts_with("http://") || text.starts_with("https://") {
                true => Place::Url(text.to_owned()),
                false => Place::File(PathBuf::from(text)),
            },
        )
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(file) => write!(f, "{}", file.display()),
            Place::Url(url) => f.write_str(url),
        }
    }
}

impl Place {
    /// The text that is there. What was downloaded before is taken again if the server says that it has not changed.
    pub(crate) fn text(&self, workspace: &Workspace) -> Result<String> {
        match self {
            Place::File(file) => workspace::read(file),
            Place::Url(url) => {
                let failed = |error: Error| error.within(url);
                let bytes = download(url, &Kept::of(workspace, url)).map_err(failed)?;
                String::from_utf8(bytes).map_err(|error| {
                    let error = error.utf8_error();
                    Error::new(format!(
                        "{url}: is not UTF-8 text ({error}); is it the description?"
                    ))
                })
            }
        }
    }
}

/// A download that is kept below `target/`, with what makes the next request conditional.
struct Kept {
    body: PathBuf,
    marks: PathBuf,
}

/// What a server said about the state of what it sent.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Marks {
    url: String,
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Kept {
    fn of(workspace: &Workspace, url: &str) -> Self {
        let folder = workspace.target().join("xtask/downloads");
        let name: String = url
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(150)
            .collect();
        Kept {
            body: folder.join(format!("{name}.body")),
            marks: folder.join(format!("{name}.json")),
        }
    }

    /// What was said, and what was sent, if both are there.
    fn read(&self, url: &str) -> Option<(Marks, Vec<u8>)> {
        let marks: Marks = serde_json::from_slice(&fs::read(&self.marks).ok()?).ok()?;
        let body = fs::read(&self.body).ok()?;
        (marks.url == url).then_some((marks, body))
    }

    /// Keeps a download. That it cannot be kept is no reason to fail: the next one is a whole one again.
    fn write(&self, marks: &Marks, body: &[u8]) {
        let _ = fs::remove_file(&self.marks);
        if marks.etag.is_none() && marks.last_modified.is_none() {
            return;
        }
        let kept = workspace::replace(&self.body, body);
        if let (Ok(()), Ok(json)) = (kept, workspace::json(marks)) {
            let _ = workspace::replace(&self.marks, json.as_bytes());
        }
    }
}

fn download(url: &str, kept: &Kept) -> Result<Vec<u8>> {
    let patience = std::env::var(VARIABLE)
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .map_or(PATIENCE, Duration::from_secs);
    let until = Instant::now() + patience;
    let client = Client::builder()
        .user_agent(concat!(
            "configcat-management-xtask/",
            env!("CARGO_PKG_VERSION")
        ))
        .connect_timeout(SILENCE.min(patience))
        .timeout(SILENCE.min(patience))
        .build()
        .map_err(|error| Error::new(with_causes(&error)))?;
    let before = kept.read(url);
    let mut request = client.get(url);
    if let Some((marks, _)) = &before {
        let headers = [
            (IF_NONE_MATCH, &marks.etag),
            (IF_MODIFIED_SINCE, &marks.last_modified),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
    }
    let mut answer = request
        .send()
        .map_err(|error| Error::new(format!("no answer: {}", with_causes(&error))))?;
    match (answer.status(), before) {
        (StatusCode::NOT_MODIFIED, Some((_, body))) => return Ok(body),
        (status, _) if status.is_success() => {}
        (status, _) => return Err(Error::new(format!("the server answers {status}"))),
    }
    let marks = Marks {
        url: url.to_owned(),
        etag: header(answer.headers(), ETAG.as_str()),
        last_modified: header(answer.headers(), LAST_MODIFIED.as_str()),
    };
    let length = answer.content_length();
    let body = body(&mut answer, length, until, patience)?;
    kept.write(&marks, &body);
    Ok(body)
}

/// The body, bounded in size and time, with a bar if it takes long enough for people to wonder.
fn body(
    answer: &mut Response,
    length: Option<u64>,
    until: Instant,
    patience: Duration,
) -> Result<Vec<u8>> {
    let started = Instant::now();
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
    let mut shown = false;
    let mut body = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = answer.read(&mut piece).map_err(|error| {
            Error::new(format!("the download breaks off: {}", with_causes(&error)))
        })?;
        if count == 0 {
            break;
        }
        body.extend_from_slice(&piece[..count]);
        let so_far = body.len() as u64;
        if so_far > MOST {
            return Err(Error::new(format!(
                "is larger than {MOST} bytes, which no description is"
            )));
        }
        if Instant::now() > until {
            return Err(Error::new(format!(
                "only {so_far} bytes came within {} seconds; set {VARIABLE} to wait longer",
                patience.as_secs()
            )));
        }
        if !shown && started.elapsed() > QUIET {
            shown = true;
            bar.set_draw_target(ProgressDrawTarget::stderr());
            if let Ok(style) =
                ProgressStyle::with_template("{bytes} of {total_bytes} {wide_bar} {eta}")
            {
                bar.set_style(style);
            }
        }
        bar.set_position(so_far);
    }
    bar.finish_and_clear();
    match length {
        Some(length) if (body.len() as u64) < length => Err(Error::new(format!(
            "the download breaks off after {} of {length} bytes",
            body.len()
        ))),
        _ => Ok(body),
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// An error with the errors behind it.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text += &format!(": {more}");
        }
        source = error.source();
    }
    text
}

/// The URL that a source is published at: a URL, or a path on its server.
pub(crate) fn locate(server: &str, published: &str) -> Option<Place> {
    let whole = match published {
        "" => return None,
        url if url.starts_with("http://") || url.starts_with("https://") => url.to_owned(),
        path => format!(
            "{}/{}",
            server.trim_end_matches('/'),
            path.trim_start_matches('/')
        ),
    };
    match whole.parse() {
        Ok(Place::Url(url)) => Some(Place::Url(url)),
        _ => None,
    }
}
