//! JSON Patch (RFC 6902) on the part of a document that may be changed.

use serde_json::Value;

use crate::call::{Problems, Refusal};
use crate::lenient;

/// Applies the operations of `patch`, whose paths start with one of `roots`, to `document`.
pub(crate) fn apply(patch: &Value, mut document: Value, roots: &[&str]) -> Result<Value, Refusal> {
    let mut problems = Problems::default();
    for (index, operation) in patch.as_array().into_iter().flatten().enumerate() {
        check(operation, &format!("[{index}]"), roots, &mut problems);
    }
    problems.none()?;
    let mut patch = patch.clone();
    lenient::whole_numbers(&mut patch);
    lenient::whole_numbers(&mut document);
    let patch: json_patch::Patch = serde_json::from_value(patch)
        .map_err(|error| Refusal::body(format!("It is no JSON Patch: {error}.")))?;
    // The document is a copy, so nothing has to be undone if the patch fails. The crate's way of undoing panics after a
    // move to an ancestor.
    match json_patch::patch_unsafe(&mut document, &patch) {
        Ok(()) => Ok(document),
        Err(error) => Err(Refusal::field(
            format!("[{}].Path", error.operation),
            format!("`{}`: {}.", error.path, error.kind),
        )),
    }
}

fn check(operation: &Value, at: &str, roots: &[&str], problems: &mut Problems) {
    let op = operation["op"].as_str().unwrap_or_default();
    match op {
        "add" | "replace" | "test" if operation.get("value").is_none() => {
            problems.add(format!("{at}.Value"), format!("`{op}` needs a value."));
        }
        "add" | "replace" | "test" | "remove" => {}
        "move" | "copy" => match operation["from"].as_str() {
            Some(from) => check_path(from, &format!("{at}.From"), roots, problems),
            None => problems.add(format!("{at}.From"), format!("`{op}` needs a source.")),
        },
        _ => problems.add(format!("{at}.Op"), format!("`{op}` cannot be done.")),
    }
    let path = operation["path"].as_str().unwrap_or_default();
    check_path(path, &format!("{at}.Path"), roots, problems);
}

fn check_path(path: &str, at: &str, roots: &[&str], problems: &mut Problems) {
    let root = path
        .strip_prefix('/')
        .and_then(|path| path.split('/').next());
    if !root.is_some_and(|root| roots.contains(&root)) {
        let roots: Vec<String> = roots.iter().map(|root| format!("`/{root}`")).collect();
        problems.add(
            at,
            format!(
                "`{path}` is read-only or does not exist; {} may be changed.",
                roots.join(", ")
            ),
        );
    }
}
