//! A 204 beside a 200 with a body becomes `Option`.
//!
//! The generator takes one success shape, so the 204 goes. The pass `operations` sees it in the facts and makes the answer
//! an `Option`; the client reads an answer without a body as `None`, and its true status stays visible beside the value.

use serde_json::Value;

use crate::Result;
use crate::schemas::each_operation;
use crate::sources::Source;

pub(super) fn run(description: &mut Value, _: &Source) -> Result<usize> {
    let mut times = 0;
    each_operation(description, |_, _, operation| {
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
    });
    Ok(times)
}
