//! Failures, declared or not, are read by the client, not by generated code.
//!
//! The generator takes one failure shape, and a declared failure without a body loses the server's message. So every
//! operation gets the same two, of any JSON; they serve the httpmock extension, while the client's `Error` serves users.

use serde_json::{Value, json};

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
        answers.retain(|status, _| status.starts_with('2'));
        for class in ["4XX", "5XX"] {
            let any =
                json!({ "description": "", "content": { "application/json": { "schema": {} } } });
            answers.insert(class.into(), any);
        }
        times += 1;
    });
    Ok(times)
}
