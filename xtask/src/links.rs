//! Links in Markdown: whether they lead somewhere, and what they are for who reads the text on another site.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use configcat_management_codegen::{Error, Result};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::workspace::{self, Workspace};

/// Folders that hold what is built or downloaded.
const SKIPPED: [&str; 5] = ["target", "node_modules", "corpus", "artifacts", "coverage"];

/// Folders whose files are named in the text by their path from the root.
const NAMED: [&str; 9] = [
    "benches/",
    "codegen/",
    "docs/",
    "examples/",
    "fake/",
    "fuzz/",
    "src/",
    "tests/",
    "xtask/",
];

/// What tells of the past, with names that may be gone.
const HISTORY: &str = "CHANGELOG.md";

/// A link or picture.
struct Link {
    target: String,
    /// Where it stands in the text, with its brackets.
    at: Range<usize>,
    is_picture: bool,
}

/// What of a Markdown file other files, or its links, depend on.
#[derive(Default)]
struct Page {
    links: Vec<Link>,
    /// The anchors of its headings.
    anchors: BTreeSet<String>,
    /// Files that it names by their path from the root.
    named: Vec<String>,
}

impl Page {
    fn read(text: &str) -> Self {
        let mut page = Page::default();
        let mut heading: Option<String> = None;
        for (event, at) in Parser::new(text).into_offset_iter() {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => page.link(&dest_url, at, false),
                Event::Start(Tag::Image { dest_url, .. }) => page.link(&dest_url, at, true),
                Event::Html(html) | Event::InlineHtml(html) => {
                    for (attribute, is_picture) in [("href=\"", false), ("src=\"", true)] {
                        for part in html.split(attribute).skip(1) {
                            let target = part.split('"').next().unwrap_or_default();
                            page.link(target, at.clone(), is_picture);
                        }
                    }
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap_or_default());
                    let again = (1..).map(|count| format!("{anchor}-{count}"));
                    let mut names = std::iter::once(anchor.clone()).chain(again);
                    page.anchors
                        .extend(names.find(|name| !page.anchors.contains(name)));
                }
                Event::Code(code) => {
                    if let Some(heading) = &mut heading {
                        *heading += &code;
                    } else if is_file_of_ours(&code) {
                        page.named.push(code.into_string());
                    }
                }
                Event::Text(part) => {
                    if let Some(heading) = &mut heading {
                        *heading += &part;
                    }
                }
                _ => {}
            }
        }
        page
    }

    fn link(&mut self, target: &str, at: Range<usize>, is_picture: bool) {
        self.links.push(Link {
            target: target.to_owned(),
            at,
            is_picture,
        });
    }
}

/// The anchor that code hosts give to a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' | '-' => Some('-'),
        c if c.is_alphanumeric() || c == '_' => Some(c),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

fn is_file_of_ours(code: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let is_in = NAMED.iter().any(|folder| code.starts_with(folder));
    let name = code.rsplit('/').next().unwrap_or_default();
    is_in && name.contains('.') && code.chars().all(is_plain)
}

/// Whether a link leads to another file or another place of the same repository.
fn is_relative(target: &str) -> bool {
    let scheme = target.split(['/', '#', '?']).next().unwrap_or_default();
    !scheme.contains(':') && !target.starts_with("//")
}

/// Every link of every Markdown file that leads nowhere within the tree, and every file that one names and that is not there.
pub(crate) fn dead(workspace: &Workspace) -> Result<Vec<String>> {
    let mut files = BTreeSet::new();
    pages(workspace.root(), &mut files)?;
    let mut dead = Vec::new();
    for file in files {
        let page = Page::read(&workspace::read(&file)?);
        let shown = workspace.display(&file);
        for link in page.links.iter().filter(|link| is_relative(&link.target)) {
            if let Some(why) = leads_nowhere(workspace.root(), &file, &page, &link.target)? {
                dead.push(format!("{shown}: the link to `{}` {why}", link.target));
            }
        }
        for name in page.named {
            if shown != HISTORY && !workspace.root().join(&name).exists() {
                dead.push(format!("{shown} names `{name}`, which is not there"));
            }
        }
    }
    Ok(dead)
}

/// Why a link leads nowhere, if it does.
fn leads_nowhere(
    root: &Path,
    file: &Path,
    page: &Page,
    target: &str,
) -> Result<Option<&'static str>> {
    let (path, place) = target.split_once('#').unwrap_or((target, ""));
    let other = match path {
        "" => None,
        path => {
            let folder = file.parent().unwrap_or(root);
            let to = plain(&folder.join(path.replace("%20", " ")));
            if !to.starts_with(root) {
                return Ok(Some("leads out of the repository"));
            }
            if !to.exists() {
                return Ok(Some("leads to no file"));
            }
            let is_page = to.extension().is_some_and(|extension| extension == "md");
            if place.is_empty() || !is_page {
                return Ok(None);
            }
            Some(Page::read(&workspace::read(&to)?))
        }
    };
    let anchors = &other.as_ref().unwrap_or(page).anchors;
    Ok((!anchors.contains(place)).then_some("leads to no heading"))
}

/// Every Markdown file below a folder that is part of the repository.
fn pages(folder: &Path, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    let failed = |error| Error::file(folder, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type().map_err(failed)?.is_dir() {
            let is_hidden = name.starts_with('.') && name != ".github";
            if !is_hidden && !SKIPPED.contains(&name.as_ref()) {
                pages(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.insert(path);
        }
    }
    Ok(())
}

/// A path without `..`.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            component => plain.push(component),
        }
    }
    plain
}

/// A text of the root with its links leading into the repository as it was at `commit`: sites that show the text alone have
/// none of the files beside it.
pub(crate) fn absolute(text: &str, repository: &str, commit: &str) -> String {
    let repository = repository.trim_end_matches('/');
    let mut links = Page::read(text).links;
    links.retain(|link| is_relative(&link.target) && !link.target.starts_with('#'));
    links.sort_by_key(|link| (link.at.start, link.at.end));
    let mut absolute = text.to_owned();
    // From the end, so that what is before stays where it is; a picture within a link comes first.
    for link in links.iter().rev() {
        let view = if link.is_picture { "raw" } else { "blob" };
        let new = format!("{repository}/{view}/{commit}/{}", link.target);
        let whole = &text[link.at.clone()];
        let end = whole.rfind(&link.target).map(|start| link.at.start + start);
        if let Some(start) = end {
            absolute.replace_range(start..start + link.target.len(), &new);
        }
    }
    absolute
}
