//! ConfigCat's Public Management API as a local server with state, for tests.
//!
//! Nothing leaves the machine, nothing is shared, nothing is left behind: each [`Fake`] has a port and a state of its own.
//!
//! ```
//! use configcat_fake::Fake;
//! use configcat_management::types::JsonPatchOperation;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> configcat_management::Result<()> {
//! let fake = Fake::start().await;
//! let demo = fake.demo().unwrap();
//! let client = fake.client();
//!
//! let patch = vec![JsonPatchOperation::new("replace", "/defaultValue/boolValue").with_value(true)];
//! let (environment, flag) = (demo.production_id, demo.v2.new_checkout);
//! client.update_setting_value_v2(environment, flag, patch).send().await?;
//!
//! let value = client.get_setting_value_v2(environment, flag).send().await?;
//! assert_eq!(value.default_value.bool_value, Some(true));
//! # Ok(())
//! # }
//! ```
//!
//! # What it does like ConfigCat
//!
//! - Every request is checked against the published description, and refused with the messages for each field.
//! - Every answer is written by the generated types, so that it cannot drift from them.
//! - HTTP Basic authentication; SDK keys; 404 for ids that do not exist; deletions that take along what hangs on them.
//! - Values fit their setting's type; keys, and names if the service wants that, are unique whatever the case;
//!   V1 operations are refused on V2 configs, and the other way round; `latestVersionId` is guarded with 409; a patch that
//!   changes nothing answers 204.
//! - Every change is in the audit logs, with who, where and why; deleted settings stay listed.
//! - Change requests are proposed, discussed, approved and applied, by hand or at their time; they notice what was published in
//!   between. Environments demand reasons and approvals if the product's preferences say so.
//! - Stale flags are found by the server's clock and by what changed.
//! - Rate limits, counted for each credential, operation or path, with the headers that the API sends; see
//!   [`FakeBuilder::quota`] and [`FakeBuilder::quota_per`].
//! - ConfigCat's SDKs download from it what they evaluate: give them [`Fake::base_url`] as their base URL, and an SDK key of
//!   [`get_sdk_keys`](configcat_management::Client::get_sdk_keys). V1 and V2 configs, by `ETag`; with the `sdkId` of a proxy
//!   profile the key is `configcat-proxy/{sdkId}`. That is in no journal and no quota.
//!
//! # What it does that ConfigCat does not
//!
//! It remembers all requests ([`Fake::requests`]), shows what it holds ([`Fake::view`]), and fails on demand
//! ([`Fake::fail_next`]). Its clock is tokio's: a test that pauses time and moves it on moves the server's quota too;
//! [`Fake::advance`] moves the server's clock alone. Its state is JSON ([`Fake::to_json`]): a [`Seed`] for other servers, or
//! a file that outlives this one ([`FakeBuilder::state_file`]). In debug builds it checks each of its answers against the
//! description, and panics if one does not fit.
//!
//! Its URL, opened in a browser, is a page: flags to switch, the last requests, the remaining quota, live. It needs no
//! credentials, and shows request bodies as they were sent; [`FakeBuilder::without_page`] leaves it out.
//!
//! `/_fake/…` is for tests in other languages: they reset the server, move its clock, plan faults, read the requests. It is
//! described at `/_fake/openapi.json`, and left out by [`FakeBuilder::control`].
//!
//! # Ada
//!
//! With the feature `ada`, Ada's five operations are there too, below `/api`: `Fake::ada_client`. The bearer token, the limits of
//! 10 requests a second, 100 a minute and 10 000 a day, the list of errors and the cursors are Ada's; an integration is installed
//! when it is registered, and `Fake::set_ada_status` ends its development.
//!
//! # What is missing
//!
//! One person stands behind all credentials, and may do nearly everything: the permission group decides whether approvals may be
//! bypassed, and restricts nothing else. Flags have no watchers, SDK keys are not rotated. Nobody is called: webhooks, integrations
//! and proxies are kept, and that is all. Invitations go out to nobody; [`Fake::accept_invitation`] accepts one.
//!
//! # As a program
//!
//! `configcat-fake --port 8080` serves any language; see `--help`.
//!
//! # Features
//!
//! None is on by default, and none of the default changes the client: it has the same features in a program and in its tests.
//! `bin` is what the program needs; it turns the others on. `tls` adds `FakeBuilder::tls_self_signed`, `ada` Ada's operations.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg_attr(not(feature = "ada"), path = "no_ada.rs")]
mod ada;
mod api;
mod body;
mod builder;
mod call;
mod clock;
mod config_json;
mod control;
mod cors;
mod credentials;
mod fake;
mod faults;
mod http;
mod journal;
mod lenient;
mod limits;
mod listener;
mod local;
mod page;
mod patch;
mod quota_text;
mod redact;
mod reply;
mod routes;
mod saving;
mod schema;
mod seed;
mod state;
#[cfg(feature = "tls")]
mod tls;
mod v1_audit_logs;
mod view;

pub use builder::FakeBuilder;
pub use fake::Fake;
pub use faults::Fault;
pub use journal::Recorded;
pub use limits::{Quota, QuotaPer};
pub use saving::SeedError;
pub use seed::{Demo, DemoConfig, Seed};
pub use state::plan::Plan;
pub use v1_audit_logs::V1AuditLogs;
pub use view::{
    ConfigView, EnvironmentView, OrganizationView, ProductView, SettingView, ValueView, View,
};
