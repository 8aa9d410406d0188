//! What the benchmarks share: the calls, the bodies, the structs written by hand, and how a result is told.

mod bodies;
mod by_hand;
mod calls;
mod server;
mod valgrind;

pub use bodies::{body, bulk, config, decode, encode, environment, formula, product};
pub use calls::Caller;
pub use server::{Answers, answers, serve, start};
pub use valgrind::{instructions, instructions_of_other};

use serde::Serialize;

/// What may go wrong ends the program.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What is compared with ours.
pub const BY_HAND: &str = "by hand";

/// The client that is made of the same description by the generator that most people know.
pub const OTHER: &str = "openapi-generator";

/// The other thing that JSON can be read into.
pub const VALUE: &str = "serde_json::Value";

/// What this program was started with, without what cargo adds.
pub fn arguments() -> Vec<String> {
    let given = std::env::args().skip(1);
    given.filter(|argument| argument != "--bench").collect()
}

/// Runs on this thread alone.
///
/// # Errors
///
/// Those of what is run, and of starting the runtime.
pub fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build()?.block_on(future)
}

/// One thing measured, and the same done in another way in the same run. `cargo xtask bench` reads it as a line of JSON.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    table: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    unit: &'a str,
    ours: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theirs: Option<f64>,
}

impl<'a> Row<'a> {
    /// A row of a table.
    pub fn new(table: &'a str, name: &'a str, unit: &'a str, ours: f64) -> Self {
        let (size, against, theirs) = (None, None, None);
        Row {
            table,
            name,
            size,
            unit,
            ours,
            against,
            theirs,
        }
    }

    /// A point of a curve: of how many it was.
    #[must_use]
    pub fn of(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }

    /// Tells it beside the same done in another way.
    pub fn against(mut self, name: &'a str, theirs: f64) {
        self.against = Some(name);
        self.theirs = Some(theirs);
        self.tell();
    }

    /// Tells it alone.
    pub fn tell(self) {
        match serde_json::to_string(&self) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("{self:?}: {error}"),
        }
    }
}
