//! A 204 beside a 200 with a body becomes `Option`.
//!
//! The generator takes one success shape, so the 204 goes. The pass `operations` sees it in the facts and makes the answer
//! an `Option`; the client reads an answer without a body as `None`, and its true status stays visible beside the value.

use serde_json::{Map, Value};

use crate::schemas::each_operation;
use crate::sources::Source;
use crate::{Error, Result};

pub(super) fn run(description: &mut Value, _: &Source) -> Result<usize> {
    let mut times = 0;
    let mut ambiguous = Vec::new();
    each_operation(description, |method, path, operation| {
        let Some(answers) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        let has_body = answers
            .get("200")
            .is_some_and(|answer| answer.get("content").is_some());
        if has_body && answers.remove("204").is_some() {
            times += 1;
        }
        if differ(answers) {
            ambiguous.push(format!("{method} {path}"));
        }
    });
    match ambiguous.first() {
        None => Ok(times),
        Some(place) => Err(Error::new(format!(
            "{place} has answers of success that differ, and not as a 200 and a 204 do; a pass has to say which of them \
             counts"
        ))),
    }
}

/// Whether one success holds something else than another.
fn differ(answers: &Map<String, Value>) -> bool {
    let mut contents = answers
        .iter()
        .filter(|(status, answer)| status.starts_with('2') && answer.get("$ref").is_none())
        .map(|(_, answer)| answer.get("content"));
    let first = contents.next();
    contents.any(|content| Some(content) != first)
}
