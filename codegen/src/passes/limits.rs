//! Lengths and ranges are checked before sending, not by a type for each.
//!
//! The generator makes a type of its own for each bounded string (and one that fails while *reading* what a server sends).
//! Fields stay plain; the pass `checks` writes the checks of what is sent. A minimal length of 0 says nothing and is gone
//! for good.

use serde_json::Value;

use crate::Result;
use crate::schemas::each_schema;
use crate::sources::Source;

pub(super) const KEYWORDS: [&str; 7] = [
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "pattern",
];

pub(super) fn run(description: &mut Value, _: &Source) -> Result<usize> {
    let mut times = 0;
    each_schema(description, &mut |schema| {
        let before = schema.len();
        schema.retain(|keyword, _| !KEYWORDS.contains(&keyword.as_str()));
        times += usize::from(schema.len() != before);
    });
    Ok(times)
}
