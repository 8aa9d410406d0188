//! What tests that go through all operations share.
#![allow(unreachable_pub)] // Each test file is a crate of its own.

pub mod decode;
pub mod description;
pub mod dice;
