//! Parameters that the server needs although the description calls them optional.

use serde_json::Value;

use crate::schemas::each_operation;
use crate::sources::Source;
use crate::{Error, Result};

pub(super) fn run(description: &mut Value, source: &Source) -> Result<usize> {
    let mut times = 0;
    let mut unused: Vec<&String> = source.parameters.keys().collect();
    each_operation(description, |_, _, operation| {
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let Some(name) = parameter["name"].as_str() else {
                continue;
            };
            let Some(special) = source.parameters.get(name) else {
                continue;
            };
            unused.retain(|key| *key != name);
            if special.required && parameter["required"] != Value::Bool(true) {
                parameter["required"] = true.into();
                times += 1;
            }
        }
    });
    match unused.first() {
        None => Ok(times),
        Some(name) => Err(Error::new(format!(
            "sources.toml has a word on the parameter `{name}`, which no operation has"
        ))),
    }
}
