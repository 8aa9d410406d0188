//! `cargo xtask preview`: a look at any description.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use configcat_management_codegen::preview::{self, Preview, Probed, Problem};
use configcat_management_codegen::sources::Source;
use configcat_management_codegen::{Error, Result, facts, passes};
use serde_json::Value;

use crate::Outcome;
use crate::diff::Format;
use crate::fetch::Place;
use crate::workspace::{self, Workspace};

/// How long the generator may think about a description. The largest that are known take seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many problems the text form lists. JSON has them all.
const LISTED: usize = 50;

/// Look at an OpenAPI document before adopting it: what it describes, and what would keep a client from being generated.
///
/// Any document will do: OpenAPI 3.0 is also given to the generator, to see what it makes of it; of OpenAPI 3.1 and Swagger
/// 2.0 is told what would have to change; of anything else, why it is neither.
///
/// JSON: {"title", "version", "openapi", "operations": [{"id", "method", "path"}], "schemas": COUNT, "problems": [{"path",
/// "message"}]}; `path` is a JSON pointer, `id` is null if there is none.
///
/// Exit codes: 0 looked at, whatever was found; 2 the document cannot be fetched or read.
#[derive(Debug, Args)]
pub(crate) struct Look {
    /// The document: a file or a URL.
    #[arg(value_name = "FILE|URL")]
    document: Place,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Look {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let text = self.document.text(workspace)?;
        let (preview, applied) = look(workspace, &text);
        match self.format {
            Format::Text => crate::say!("{}", show(&preview, &applied).trim_end()),
            Format::Json => crate::say!("{}", workspace::json(&preview)?),
        }
        Ok(Outcome::Clean)
    }
}

/// Looks at a description, and asks the generator if that is worth while: the passes that would apply come along.
pub(crate) fn look(workspace: &Workspace, text: &str) -> (Preview, Vec<(String, usize)>) {
    let description = match facts::parse(text) {
        Ok(description) => description,
        Err(error) => return (Preview::unreadable(&error), Vec::new()),
    };
    let source = find_source(workspace, &description);
    let plain = Source::default();
    let mut preview = preview::preview(&description, source.unwrap_or(&plain));
    if !preview.is_readable() {
        return (preview, Vec::new());
    }
    let probed = ask(workspace, source, &description);
    preview.problems.extend(probed.problems);
    (preview, probed.applied)
}

/// The source that a description is of, by its title.
pub(crate) fn find_source<'a>(workspace: &'a Workspace, description: &Value) -> Option<&'a Source> {
    let title = description.pointer("/info/title")?.as_str()?;
    let mut sources = workspace.sources.sources.iter();
    sources.find(|source| source.title == title)
}

/// Asks the generator, in a process of its own: what it does with a strange description is nobody's guess.
fn ask(workspace: &Workspace, source: Option<&Source>, description: &Value) -> Probed {
    let gave_up = |message: String| Probed {
        applied: Vec::new(),
        problems: vec![Problem {
            path: String::new(),
            message,
        }],
    };
    match in_another_process(workspace, source, description) {
        Ok(Some(probed)) => probed,
        Ok(None) => gave_up(format!(
            "the generator does not come to an end within {} seconds",
            PATIENCE.as_secs()
        )),
        Err(error) => gave_up(format!("the generator breaks down on it: {error}")),
    }
}

fn in_another_process(
    workspace: &Workspace,
    source: Option<&Source>,
    description: &Value,
) -> Result<Option<Probed>> {
    let failed = |error: std::io::Error| Error::new(error.to_string());
    let program = std::env::current_exe().map_err(failed)?;
    let mut child = Command::new(program)
        .arg("--root")
        .arg(workspace.root())
        .arg("probe")
        .args(source.map(|source| source.name.as_str()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let (mut to, mut from) = (child.stdin.take(), child.stdout.take());
    let text = description.to_string();
    let writer = std::thread::spawn(move || {
        // A child that dies early takes nothing more; its end tells why.
        let _ = to.take().map(|mut to| to.write_all(text.as_bytes()));
    });
    let reader = std::thread::spawn(move || {
        let mut answer = String::new();
        let read = from.as_mut().map(|from| from.read_to_string(&mut answer));
        read.is_some_and(|read| read.is_ok()).then_some(answer)
    });
    let until = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => break Some(status),
            None if Instant::now() > until => {
                child.kill().map_err(failed)?;
                child.wait().map_err(failed)?;
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let _ = writer.join();
    let answer = reader.join().ok().flatten().unwrap_or_default();
    let Some(status) = status else {
        return Ok(None);
    };
    if !status.success() {
        return Err(Error::new(format!("it ends with {status}")));
    }
    serde_json::from_str(&answer)
        .map(Some)
        .map_err(|error| Error::new(error.to_string()))
}

/// What the generator makes of the description on standard input. For `preview` itself.
#[derive(Debug, Args)]
pub(crate) struct Probe {
    source: Option<String>,
}

impl Probe {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome> {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Error::new(error.to_string()))?;
        let description = facts::parse(&text)?;
        let source = match &self.source {
            Some(name) => workspace.sources.get(name)?.clone(),
            None => Source::default(),
        };
        let probed = preview::probe(&description, &source);
        crate::say!("{}", workspace::json(&probed)?);
        Ok(Outcome::Clean)
    }
}

/// The preview for people.
pub(crate) fn show(preview: &Preview, applied: &[(String, usize)]) -> String {
    let or_none = |text: &str| match text {
        "" => "not said".to_owned(),
        text => text.to_owned(),
    };
    let list = |items: &[String]| match items {
        [] => "none".to_owned(),
        items => items.join(", "),
    };
    let mut text = format!(
        "title           {}\nversion         {}\nopenapi         {}\nservers         {}\nauthentication  {}\nschemas         {}\n\
         operations      {}\n",
        or_none(&preview.title),
        or_none(&preview.version),
        or_none(&preview.openapi),
        list(&preview.servers),
        list(&preview.authentication),
        preview.schemas,
        preview.operations.len(),
    );
    for (tag, operations) in preview.by_tag() {
        let tag = if tag.is_empty() { "(no tag)" } else { tag };
        text += &format!("\n{tag}\n");
        for operation in operations {
            let id = operation.id.as_deref().unwrap_or("(no id)");
            text += &format!("  {:6} {}  {id}\n", operation.method, operation.path);
        }
    }
    if !applied.is_empty() {
        text += "\nPasses that would apply\n";
        for (name, times) in applied {
            text += &format!("  {times:5} x {name}: {}\n", mends(name));
        }
    }
    match preview.problems.len() {
        0 => text += "\nNo problem: a client can be generated.\n",
        count => text += &format!("\nProblems ({count})\n"),
    }
    for Problem { path, message } in preview.problems.iter().take(LISTED) {
        let path = if path.is_empty() { "(the whole)" } else { path };
        text += &format!("  {path}: {message}\n");
    }
    if preview.problems.len() > LISTED {
        let more = preview.problems.len() - LISTED;
        text += &format!("  and {more} more; --format json has them all\n");
    }
    text
}

/// The quirk that a pass mends.
fn mends(name: &str) -> &'static str {
    let descriptions = passes::ON_DESCRIPTIONS
        .iter()
        .map(|pass| (pass.name, pass.mends));
    let rust = passes::ON_RUST.iter().map(|pass| (pass.name, pass.mends));
    let mut all = descriptions.chain(rust);
    all.find(|(known, _)| *known == name)
        .map_or("", |(_, mends)| mends)
}
