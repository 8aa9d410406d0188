//! One row or more for each operation: the call, and what it must put on the wire. One file for each of the API's
//! tags.
//!
//! What is expected is written out in full: nothing of it comes from the code that is tested. A new operation gets its
//! rows here, in the file of its tag: one with the least that the API requires, one with everything.

use std::future::Future;
use std::pin::Pin;

use configcat_management::chrono::{DateTime, Utc};
use configcat_management::uuid::{Uuid, uuid};
use configcat_management::{Client, ResponseValue, Result};
use serde::Serialize;
use serde_json::Value;

mod audit_logs;
mod change_requests;
mod code_references;
mod configs;
mod environments;
mod flag_and_setting_values;
mod flag_and_setting_values_by_sdk_key;
mod flag_and_setting_values_by_sdk_key_v2;
mod flag_and_setting_values_v2;
mod flags_and_settings;
mod integration_links;
mod integrations;
mod me;
mod members;
mod organizations;
mod permission_groups;
mod products;
mod proposed_changes;
mod proxy_profiles;
mod sdk_keys;
mod segments;
mod stale_flags;
mod tags;
mod targeting_rules;
mod webhooks;

/// All rows.
pub(crate) fn rows() -> Vec<Row> {
    [
        audit_logs::rows(),
        audit_logs::deprecated_rows(),
        change_requests::rows(),
        code_references::rows(),
        configs::rows(),
        environments::rows(),
        flag_and_setting_values::rows(),
        flag_and_setting_values_by_sdk_key::rows(),
        flag_and_setting_values_by_sdk_key_v2::rows(),
        flag_and_setting_values_v2::rows(),
        flags_and_settings::rows(),
        integration_links::rows(),
        integrations::rows(),
        me::rows(),
        members::rows(),
        members::deprecated_rows(),
        organizations::rows(),
        permission_groups::rows(),
        products::rows(),
        proposed_changes::rows(),
        proxy_profiles::rows(),
        sdk_keys::rows(),
        segments::rows(),
        stale_flags::rows(),
        tags::rows(),
        webhooks::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

// One id of each kind, so that none can stand in for another.
pub(crate) const ORGANIZATION: Uuid = uuid!("0a6a0000-0000-4000-8000-00000000a001");
pub(crate) const PRODUCT: Uuid = uuid!("0b0d0000-0000-4000-8000-00000000b002");
pub(crate) const CONFIG: Uuid = uuid!("0c0f0000-0000-4000-8000-00000000c003");
pub(crate) const ENVIRONMENT: Uuid = uuid!("0e0e0000-0000-4000-8000-00000000e004");
pub(crate) const SEGMENT: Uuid = uuid!("05e60000-0000-4000-8000-000000005005");
pub(crate) const INTEGRATION: Uuid = uuid!("017e0000-0000-4000-8000-000000017006");
pub(crate) const INVITATION: Uuid = uuid!("01f10000-0000-4000-8000-00000001f007");
pub(crate) const PROXY_PROFILE: Uuid = uuid!("09f00000-0000-4000-8000-000000009008");
pub(crate) const VARIATION: Uuid = uuid!("0fa00000-0000-4000-8000-00000000fa09");
pub(crate) const VERSION: Uuid = uuid!("0fe40000-0000-4000-8000-00000000fe0a");
pub(crate) const OTHER: Uuid = uuid!("ffffffff-ffff-4fff-bfff-ffffffffff0b");

/// Text for paths and queries. On the wire it is `a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1`.
pub(crate) const HAIRY: &str = "a/b c?d%e#f\\g+h&i=ü.🐱";

/// A call, and what it must put on the wire.
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) call: fn(&Client) -> Call,
    pub(crate) method: &'static str,
    /// Path and query, as they stand in the request line.
    pub(crate) target: &'static str,
    pub(crate) body: Option<Value>,
    pub(crate) sdk_key: Option<&'static str>,
}

impl Row {
    fn new(
        id: &'static str,
        call: fn(&Client) -> Call,
        method: &'static str,
        target: &'static str,
    ) -> Self {
        Row {
            id,
            call,
            method,
            target,
            body: None,
            sdk_key: None,
        }
    }

    /// The JSON that is sent.
    fn body(mut self, json: &str) -> Self {
        let json = json.replace("\"TARGETING_RULES\"", targeting_rules::TARGETING_RULES);
        let body = serde_json::from_str(&json);
        self.body = Some(body.unwrap_or_else(|error| panic!("the row of {}: {error}", self.id)));
        self
    }

    /// The text of the header `X-CONFIGCAT-SDKKEY`.
    fn sdk_key(mut self, key: &'static str) -> Self {
        self.sdk_key = Some(key);
        self
    }
}

/// A call that is being made.
pub(crate) type Call = Pin<Box<dyn Future<Output = Result<Answered>> + Send>>;

/// What a call made of its answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    /// The decoded value, written as JSON again; `null` where there is none.
    pub(crate) value: Value,
}

/// Makes a call, whatever its answer is.
pub(crate) fn call<T: Serialize>(
    sending: impl Future<Output = Result<ResponseValue<T>>> + Send + 'static,
) -> Call {
    Box::pin(async move {
        let answer = sending.await?;
        Ok(Answered {
            status: answer.status().as_u16(),
            value: serde_json::to_value(answer.into_inner()).expect("an answer is JSON"),
        })
    })
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time of a row is RFC 3339")
}
