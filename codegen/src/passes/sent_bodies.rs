//! Request bodies that are not marked as required are sent all the same.

use serde_json::Value;

use crate::Result;
use crate::schemas::each_operation;
use crate::sources::Source;

pub(super) fn run(description: &mut Value, _: &Source) -> Result<usize> {
    let mut times = 0;
    each_operation(description, |_, _, operation| {
        if let Some(body) = operation
            .get_mut("requestBody")
            .and_then(Value::as_object_mut)
            && body.get("required") != Some(&Value::Bool(true))
        {
            body.insert("required".into(), true.into());
            times += 1;
        }
    });
    Ok(times)
}
