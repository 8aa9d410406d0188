//! Description in, Rust out.
//!
//! A vendored description (`spec/<name>/swagger.json`, facts alone) and our words about it (`docs.yaml`) become one Rust
//! file: [`facts`] reads and reduces descriptions, [`docs`] reads and checks the words, [`passes`] mend one quirk each, and
//! progenitor does the rest. `build.rs` and `xtask` are the two callers; nothing here knows HTTP, or whose description it is.

pub mod diff;
pub mod docs;
mod error;
pub mod facts;
mod generate;
mod json_schema;
pub mod passes;
mod plain;
pub mod preview;
mod schemas;
pub mod sources;
pub mod surface;
mod unique;

pub use error::{Error, Result};
pub use generate::{Generated, generate, generate_from};
