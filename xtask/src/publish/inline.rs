//! Marks functions of the published client with `#[inline]`, so that a program compiles those that it calls and no others.
//!
//! A library is compiled with all its functions, whoever calls them. One that is marked is compiled with the crate that calls
//! it, or not at all. What the crate costs to build is in `docs/build-times.md`. rustc's `-Z hint-mostly-unused` has the same
//! purpose, but is not in a stable compiler.
//! The repository's own files stay as they are.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use configcat_management_codegen::{Error, Result};

use super::stage::{list, write};
use crate::workspace;

/// What each call runs through: it is compiled once, with the library.
const ALWAYS_USED: [&str; 8] = [
    "engine/core.rs",
    "engine/error",
    "engine/error.rs",
    "engine/limit",
    "engine/request.rs",
    "engine/response",
    "engine/response.rs",
    "engine/transport",
];

/// Marks the files below `source`.
pub(super) fn mark_all(source: &Path) -> Result<()> {
    let mut files = BTreeSet::new();
    list(source, &mut files)?;
    let always_used = ALWAYS_USED.map(|path| source.join(path));
    if let Some(gone) = always_used.iter().find(|path| !path.exists()) {
        return Err(Error::file(
            gone,
            "is not there: mend ALWAYS_USED in inline.rs",
        ));
    }
    files.retain(|file| {
        let is_used = always_used.iter().any(|path| file.starts_with(path));
        !is_used && file.extension() == Some(OsStr::new("rs"))
    });
    for file in files {
        let text = workspace::read(&file)?;
        write(&file, &mark(&text))?;
    }
    Ok(())
}

/// A formatted source with `#[inline]` before each function that has a body.
fn mark(source: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let mut marked = String::with_capacity(source.len() + source.len() / 16);
    for (number, line) in lines.iter().enumerate() {
        let is_marked = number > 0 && lines[number - 1].trim().starts_with("#[inline");
        if !is_marked && is_function(line.trim_start()) && has_body(&lines[number..]) {
            let indent = &line[..line.len() - line.trim_start().len()];
            marked.push_str(indent);
            marked.push_str("#[inline]\n");
        }
        marked.push_str(line);
        marked.push('\n');
    }
    marked
}

/// Whether a line begins a function: `fn`, after its visibility and qualifiers.
fn is_function(line: &str) -> bool {
    let mut rest = line;
    if let Some(after) = rest.strip_prefix("pub") {
        rest = match after
            .strip_prefix('(')
            .and_then(|scope| scope.split_once(')'))
        {
            Some((_, after)) => after,
            None => after,
        };
        rest = rest.trim_start();
    }
    for qualifier in ["const ", "async ", "unsafe "] {
        rest = rest.strip_prefix(qualifier).unwrap_or(rest);
    }
    rest.starts_with("fn ")
}

/// Whether the signature that begins here ends with a body: a trait's required method may not be marked.
fn has_body(lines: &[&str]) -> bool {
    let mut ends = lines.iter().filter_map(|line| match line.trim_end() {
        line if line.ends_with(';') => Some(false),
        line if line.ends_with(['{', '}']) => Some(true),
        _ => None,
    });
    ends.next().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn what_has_a_body_is_marked_and_nothing_else() {
        let expected = "\
/// fn in_a_comment() {}
#[inline]
pub(crate) async fn one(
    argument: [u8; 3],
) -> Result<()> {
    let fn_pointer = one;
}
trait Two {
    fn required(
        &self,
    ) -> bool;
    #[must_use]
    #[inline]
    fn provided(&self) -> bool
    where
        Self: Sized,
    {
        true
    }
}
#[inline]
pub const fn three() {}
";
        let lines = expected.lines().filter(|line| line.trim() != "#[inline]");
        let source: String = lines.map(|line| format!("{line}\n")).collect();
        assert_ne!(source, expected);
        assert_eq!(mark(&source), expected);
        // One mark is enough, of whatever kind.
        let always = expected.replace("#[inline]", "#[inline(always)]");
        assert_eq!(mark(&always), always);
        assert_eq!(mark(expected), expected);
    }
}
