//! From a request to its response or error, for any API: nothing in here imports the code of one. What it knows of ConfigCat are
//! constants: what its keys look like, a first guess of its limits, and the names of this crate and of the keys in Redis.
//!
//! `request` writes what is sent, `transport` sends it within the rate limits of `limit`, `response` and `error` are what
//! comes of it.

pub(crate) mod backoff;
pub(crate) mod check;
pub(crate) mod core;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod hal;
pub(crate) mod id;
pub(crate) mod lenient;
pub(crate) mod limit;
pub(crate) mod object;
pub(crate) mod open_enum;
pub(crate) mod operation;
pub(crate) mod optional;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod secret;
pub(crate) mod transport;
