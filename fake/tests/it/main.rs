//! One module for each promise of the fake, in one program, so that it is linked once.

mod audit;
mod by_name;
mod change_requests;
mod config_json;
#[path = "../config_schema/mod.rs"]
mod config_schema;
mod connections;
mod control;
mod cors;
mod crud;
mod features;
mod page_paths;
mod patch;
#[cfg(feature = "bin")]
mod program;
mod proxies;
mod quota;
mod random_walk;
mod readme;
mod refusal_table;
mod refusals;
mod script;
mod segments;
mod slow_clients;
mod stale_flags;
mod state;
mod strictness;
mod support;
mod team;
mod v1_audit_logs;
mod values;
