//! The limiter of the client, alone: what it makes of simulated servers, how quick it is, and how much memory it takes.

// The feature `redis` is the client's.
#![allow(unexpected_cfgs)]

pub mod alone;
pub mod simulated;

/// As the client has it, so that nothing has to be public for a bench.
#[allow(dead_code, unreachable_pub)]
#[path = "../../src/engine/limit/mod.rs"]
mod limit;

#[allow(dead_code, unreachable_pub)]
#[path = "../../src/engine/backoff.rs"]
mod backoff;

/// Where they look for each other.
mod engine {
    pub(crate) use super::{backoff, limit};
}

/// What stops a bench.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A part of the page, and whether all in it is as good as it should be.
pub type Told = (String, bool);

fn mark(ok: bool) -> &'static str {
    if ok { "" } else { " ✗" }
}
