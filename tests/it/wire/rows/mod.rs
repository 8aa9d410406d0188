//! One row or more for each operation: the call, and what it must put on the wire. One file for each of the API's
//! tags.
//!
//! What is expected is written out: nothing of it comes from the code that is tested. Names in braces stand for the
//! texts in [`PLACEHOLDERS`]. A new operation gets its rows here, in the file of its tag: one with the least that the
//! API requires, one with everything.

use std::future::Future;
use std::pin::Pin;

use configcat_management::chrono::{DateTime, Utc};
use configcat_management::types::{JsonPatchOperation, OperationType};
use configcat_management::uuid::{Uuid, uuid};
use configcat_management::{Client, ResponseValue, Result};
use serde::Serialize;
use serde_json::{Value, json};

use super::description::operation_at;

/// `row!("GET /v1/me", |client| client.get_me())`: what is sent, and the call that sends it.
macro_rules! row {
    ($request:expr, |$client:ident| $operation:expr) => {
        $crate::wire::rows::Row::new($request, |$client| {
            $crate::wire::rows::call($operation.send())
        })
    };
}

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
mod formulas;
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

/// Text for paths and queries.
pub(crate) const HAIRY: &str = "a/b c?d%e#f\\g+h&i=ü.🐱";
/// What it is on the wire.
pub(crate) const HAIRY_SENT: &str = "a%2Fb%20c%3Fd%25e%23f%5Cg%2Bh%26i%3D%C3%BC.%F0%9F%90%B1";

const SDK_KEY: &str = "configcat-sdk-1/PKDVCLf-Hq-h/uC0Jq:x==";

/// What stands for longer texts in the rows.
const PLACEHOLDERS: [(&str, &str); 12] = [
    ("{HAIRY}", HAIRY_SENT),
    ("{ORGANIZATION}", "0a6a0000-0000-4000-8000-00000000a001"),
    ("{PRODUCT}", "0b0d0000-0000-4000-8000-00000000b002"),
    ("{CONFIG}", "0c0f0000-0000-4000-8000-00000000c003"),
    ("{ENVIRONMENT}", "0e0e0000-0000-4000-8000-00000000e004"),
    ("{SEGMENT}", "05e60000-0000-4000-8000-000000005005"),
    ("{INTEGRATION}", "017e0000-0000-4000-8000-000000017006"),
    ("{INVITATION}", "01f10000-0000-4000-8000-00000001f007"),
    ("{PROXY_PROFILE}", "09f00000-0000-4000-8000-000000009008"),
    ("{VARIATION}", "0fa00000-0000-4000-8000-00000000fa09"),
    ("{VERSION}", "0fe40000-0000-4000-8000-00000000fe0a"),
    ("{OTHER}", "ffffffff-ffff-4fff-bfff-ffffffffff0b"),
];

fn written_out(text: &str) -> String {
    let placeholders = PLACEHOLDERS.iter();
    placeholders.fold(text.to_string(), |text, (name, long)| {
        text.replace(name, long)
    })
}

/// A call, and what it must put on the wire.
pub(crate) struct Row {
    /// The operation that the description has for the method and the path.
    pub(crate) id: &'static str,
    pub(crate) call: fn(&Client) -> Call,
    pub(crate) method: &'static str,
    /// Path and query, as they stand in the request line.
    pub(crate) target: String,
    pub(crate) body: Option<Value>,
    pub(crate) sdk_key: Option<&'static str>,
}

impl Row {
    fn new(request: &'static str, call: fn(&Client) -> Call) -> Self {
        let (method, target) = request.split_once(' ').expect("a method and a target");
        let target = written_out(target);
        let path = target.split('?').next().expect("it is not empty");
        let operation = operation_at(method, path);
        let operation = operation.unwrap_or_else(|| panic!("no operation is `{method} {path}`"));
        Row {
            id: operation.id,
            call,
            method,
            target,
            body: None,
            sdk_key: None,
        }
    }

    /// The JSON that is sent.
    fn body(mut self, json: Value) -> Self {
        let body = serde_json::from_str(&written_out(&json.to_string()));
        self.body = Some(body.unwrap_or_else(|error| panic!("the row of {}: {error}", self.id)));
        self
    }

    /// The text of the header `X-CONFIGCAT-SDKKEY`.
    fn sdk_key(mut self, key: &'static str) -> Self {
        self.sdk_key = Some(key);
        self
    }
}

/// A JSON Patch with all that there is.
pub(crate) fn patch(path: &str) -> [JsonPatchOperation; 6] {
    [
        JsonPatchOperation::new(OperationType::Replace, path)
            .with_value(json!({"boolValue": true, "ü": [5, 5.0, "5", null]})),
        JsonPatchOperation::new(OperationType::Add, "/tags/-").with_value(42),
        JsonPatchOperation::new(OperationType::Remove, "/a~1b/2"),
        JsonPatchOperation::new(OperationType::Move, "/rolloutRules/0")
            .with_from("/rolloutRules/3"),
        JsonPatchOperation::new(OperationType::Copy, "/x").with_from("/y"),
        JsonPatchOperation::new(OperationType::Test, "/hint").with_value(json!(null)),
    ]
}

/// What it is on the wire.
fn patch_body(path: &str) -> Value {
    json!([
        {"op": "replace", "path": path, "value": {"boolValue": true, "ü": [5, 5.0, "5", null]}},
        {"op": "add", "path": "/tags/-", "value": 42},
        {"op": "remove", "path": "/a~1b/2"},
        {"op": "move", "path": "/rolloutRules/0", "from": "/rolloutRules/3"},
        {"op": "copy", "path": "/x", "from": "/y"},
        {"op": "test", "path": "/hint", "value": null},
    ])
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
