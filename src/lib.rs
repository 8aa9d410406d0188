//! A typed client of [ConfigCat](https://configcat.com)'s Public Management API.
//!
//! # The first call
//!
//! ```no_run
//! use configcat_management::{Client, Result};
//!
//! # async fn example() -> Result<()> {
//! // CONFIGCAT_API_USER and CONFIGCAT_API_PASS; or `Client::builder().credentials(user, password).build()?`.
//! let client = Client::from_env()?;
//! for product in client.get_products().send().await?.iter() {
//!     for config in client.get_configs(product.product_id).send().await?.iter() {
//!         println!("{}: {}", product.name, config.name);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How it is laid out
//!
//! - [`Client`] has one method for each operation of the API. A method takes what the API requires and returns a call;
//!   the call has a method for each option, and `send` makes it.
//! - Setters have one form: `with_…` on finished values, such as a [`RetryPolicy`] or a model; the bare name on builders, which
//!   end with a method such as `build` of a [`ClientBuilder`] or `send` of a call. Optional values can be given as an [`Option`].
//! - [`ResponseValue`] is what a successful call returns: the value, the status and the headers.
//! - [`Error`] says why a call failed: refused before sending, failed on the server, no response, or one that cannot be read.
//! - [`types`] has what is sent and received. What is sent has `new`, with what the API requires, and `with_…` for the rest.
//!   What is only received is built from its `Default` by a `with_` for each field, for tests. String enums keep values that
//!   this release does not know.
//!   Each kind of id is a type of its own, such as [`ConfigId`](types::ConfigId), and is otherwise the UUID or number that it holds.
//! - [`SettingValue`] is the value of a flag or setting; [`Secret`] is text that is never printed.
//! - [`names`] finds products, configs, environments and flags by name or key, and changes a flag with the same methods in V1 and
//!   V2 configs.
//! - [`edit`] changes what was read and loses no one else's change; [`rule`] has targeting rules that read like sentences.
//! - [`patch`] has typed JSON Patches: only what may be changed there, with a difference, guards and a preview.
//! - [`paging`] reads listings as streams, [`integration`] has the parameters of each tool as types, [`code_references`]
//!   gathers what a scanner found, and `webhook` (a Cargo feature) verifies received notifications.
//! - [`OPERATIONS`] lists all operations as data. With the Cargo feature `catalog`, `Client::call` makes any of them by its name,
//!   with arguments as JSON.
//!
//! # Ids
//!
//! Ids in a response can be passed to the next call as they are. Ids from elsewhere can be passed as a bare UUID or number:
//!
//! ```no_run
//! use configcat_management::{Client, Result, uuid::Uuid};
//!
//! # async fn example(client: Client, from_a_file: Uuid) -> Result<()> {
//! let config = client.get_config(from_a_file).send().await?;
//! let environments = client.get_environments(config.product.product_id).send().await?;
//! for environment in environments.iter() {
//!     client.get_sdk_keys(config.config_id, environment.environment_id).send().await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Two ids in the wrong order do not compile:
//!
//! ```compile_fail,E0277
//! # use configcat_management::{Client, types::{ConfigId, EnvironmentId}};
//! # fn example(client: Client, config_id: ConfigId, environment_id: EnvironmentId) {
//! let call = client.get_sdk_keys(environment_id, config_id);
//! # }
//! ```
//!
//! # A flag, turned on
//!
//! ```no_run
//! use configcat_management::patch::SettingValuePatch;
//! # async fn example(client: configcat_management::Client, environment_id: uuid::Uuid, setting_id: i32)
//! # -> configcat_management::Result<()> {
//! let on = SettingValuePatch::new().turn_on();
//! let answer = client
//!     .update_setting_value(environment_id, setting_id, on)
//!     .reason("Launch day")
//!     .send()
//!     .await?;
//! match answer.as_ref() {
//!     Some(value) => println!("now {}", value.value),
//!     None => println!("it was on already"), // the server answered 204
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Cargo features
//!
//! `rustls` (default), `rustls-ring` (the quickest to build) or `native-tls` for TLS, the latter two with `default-features = false`;
//! `http2`; `gzip`; `httpmock` for a typed extension of that crate; `webhook` to verify received notifications; `redis` to share a
//! rate limit between processes; `catalog` for calls by name; `schemars`, with which the types implement `JsonSchema`; `ada` for a
//! client of Ada's platform integrations.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "ada")]
pub mod ada;
#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
pub mod code_references;
pub mod edit;
mod engine;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
mod generated;
/// A typed extension of [httpmock](https://crates.io/crates/httpmock), `server.get_config(|when, then| …)`, and what of that crate
/// appears in its signatures.
#[cfg(feature = "httpmock")]
pub mod httpmock {
    pub use ::httpmock::{Method, Mock, MockServer, Then, When};

    pub use crate::generated::configcat_httpmock::{MockServerExt, operations};
}
pub mod integration;
mod likeness;
pub mod names;
pub mod paging;
pub mod patch;
pub mod rule;
mod value;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use client::{Client, ClientBuilder};
pub use engine::error::{
    ApiError, Attempts, Body, ConnectionError, DeadlineError, DecodeError, EditError, Error,
    InvalidRequest, Result, Stage,
};
pub use engine::event::Event;
pub(crate) use engine::id::id;
pub use engine::limit::limiter::RateLimiter;
pub use engine::open_enum::UnrecognizedValue;
pub(crate) use engine::open_enum::open_enum;
pub use engine::operation::Operation;
pub use engine::optional::IntoOption;
pub(crate) use engine::optional::into_option;
pub use engine::response::ResponseValue;
pub use engine::secret::Secret;
pub use engine::transport::retry::RetryPolicy;
pub use generated::configcat::{OPERATIONS, operations, types};
pub use value::SettingValue;

pub use bytes;
pub use chrono;
pub use http;
pub use json_patch;
pub use reqwest;
#[cfg(feature = "schemars")]
pub use schemars;
pub use semver;
pub use serde_json;
pub use uuid;
