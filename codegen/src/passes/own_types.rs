//! Schemas that a type written by hand stands for.
//!
//! The replacing itself is the generator's; this pass sees to it that there is something to replace, and counts where.

use serde_json::Value;

use crate::schemas::each_schema;
use crate::sources::Source;
use crate::{Error, Result};

pub(super) fn run(description: &mut Value, source: &Source) -> Result<usize> {
    for (name, rust) in &source.types {
        if syn::parse_str::<syn::Path>(rust).is_err() {
            return Err(Error::new(format!(
                "sources.toml has `{rust}` for the schema `{name}`, which is not the path of a Rust type"
            )));
        }
        if description["components"]["schemas"].get(name).is_none() {
            return Err(Error::new(format!(
                "sources.toml has a type for the schema `{name}`, which the description does not have"
            )));
        }
    }
    let mut times = 0;
    each_schema(description, &mut |schema| {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            return;
        };
        let name = reference.rsplit('/').next().unwrap_or_default();
        times += usize::from(source.types.contains_key(name));
    });
    Ok(times)
}
