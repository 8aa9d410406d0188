//! Operations without an id get the one that `sources.toml` gives them.

use serde_json::Value;

use crate::schemas::each_operation;
use crate::sources::Source;
use crate::{Error, Result};

pub(super) fn run(description: &mut Value, source: &Source) -> Result<usize> {
    let mut unused: Vec<&String> = source.operation_ids.keys().collect();
    let mut times = 0;
    let mut nameless = Vec::new();
    each_operation(description, |method, path, operation| {
        if operation.contains_key("operationId") {
            return;
        }
        let place = format!("{method} {path}");
        match source.operation_ids.get(&place) {
            Some(id) => {
                operation.insert("operationId".into(), id.as_str().into());
                unused.retain(|key| **key != place);
                times += 1;
            }
            None => nameless.push(place),
        }
    });
    if let Some(place) = nameless.first() {
        return Err(Error::new(format!(
            "{place} has no operationId; give it one under [source.operation-ids] in sources.toml"
        )));
    }
    if let Some(place) = unused.first() {
        return Err(Error::new(format!(
            "sources.toml names `{place}`, but there is no such operation without an id"
        )));
    }
    Ok(times)
}
