//! The operations, one file a domain.

use chrono::{DateTime, Utc};

use crate::call::{Answer, Call, Refusal};
use crate::state::State;

mod audit_logs;
mod change_requests;
mod code_references;
mod compared;
mod configs;
mod environments;
mod integrations;
mod links;
mod me;
pub(crate) mod members;
mod organizations;
mod paging;
mod permission_groups;
mod preferences;
mod products;
mod proxies;
mod rules_v2;
mod sdk_keys;
mod segments;
mod settings;
mod stale_flags;
mod tags;
mod values;
mod values_v1;
mod values_v2;
mod variations;
mod webhooks;

/// Carries one operation out.
pub(crate) type Handler = fn(&mut State, &Call) -> Result<Answer, Refusal>;

/// What carries out which operation. One that is in none of these is answered with 501.
const DOMAINS: &[&[(&str, Handler)]] = &[
    HANDLERS,
    change_requests::HANDLERS,
    code_references::HANDLERS,
    integrations::HANDLERS,
    links::HANDLERS,
    members::HANDLERS,
    permission_groups::HANDLERS,
    preferences::HANDLERS,
    proxies::HANDLERS,
    segments::HANDLERS,
    webhooks::HANDLERS,
];

/// Those that have no list of their own.
const HANDLERS: &[(&str, Handler)] = &[
    ("get-me", me::get),
    ("get-organizations", organizations::list),
    ("get-organization-limitations", organizations::limitations),
    ("get-auditlogs", audit_logs::of_product),
    ("get-auditlogs-v2", audit_logs::of_product_v2),
    ("get-organization-auditlogs", audit_logs::of_organization),
    (
        "get-organization-auditlogs-v2",
        audit_logs::of_organization_v2,
    ),
    ("get-deleted-settings", audit_logs::deleted_settings),
    ("get-staleflags", stale_flags::get),
    ("get-products", products::list),
    ("create-product", products::create),
    ("get-product", products::get),
    ("update-product", products::update),
    ("delete-product", products::delete),
    ("get-configs", configs::list),
    ("create-config", configs::create),
    ("get-config", configs::get),
    ("update-config", configs::update),
    ("delete-config", configs::delete),
    ("get-environments", environments::list),
    ("create-environment", environments::create),
    ("get-environment", environments::get),
    ("update-environment", environments::update),
    ("delete-environment", environments::delete),
    ("get-tags", tags::list),
    ("create-tag", tags::create),
    ("get-tag", tags::get),
    ("update-tag", tags::update),
    ("delete-tag", tags::delete),
    ("get-settings-by-tag", tags::settings),
    ("get-settings", settings::list),
    ("create-setting", settings::create),
    ("get-setting", settings::get),
    ("update-setting", settings::update),
    ("replace-setting", settings::replace),
    ("delete-setting", settings::delete),
    ("get-predefined-variations", variations::get),
    ("update-predefined-variations", variations::update),
    ("get-sdk-keys", sdk_keys::get),
    ("get-setting-values", values_v1::list),
    ("post-setting-values", values_v1::post),
    ("get-setting-value", values_v1::get),
    ("replace-setting-value", values_v1::replace),
    ("update-setting-value", values_v1::update),
    ("get-setting-value-by-sdkkey", values_v1::get_by_sdk_key),
    (
        "replace-setting-value-by-sdkkey",
        values_v1::replace_by_sdk_key,
    ),
    (
        "update-setting-value-by-sdkkey",
        values_v1::update_by_sdk_key,
    ),
    ("get-setting-values-v2", values_v2::list),
    ("post-setting-values-v2", values_v2::post),
    ("get-setting-value-v2", values_v2::get),
    ("replace-setting-value-v2", values_v2::replace),
    ("update-setting-value-v2", values_v2::update),
    ("get-setting-value-by-sdkkey-v2", values_v2::get_by_sdk_key),
    (
        "replace-setting-value-by-sdkkey-v2",
        values_v2::replace_by_sdk_key,
    ),
    (
        "update-setting-value-by-sdkkey-v2",
        values_v2::update_by_sdk_key,
    ),
];

/// Does what has become due since the last request.
pub(crate) fn catch_up(state: &mut State, now: DateTime<Utc>) -> Result<(), Refusal> {
    change_requests::catch_up(state, now)
}

/// What carries an operation out; `None` if the server does not know how yet.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    let mut handlers = DOMAINS.iter().copied().flatten();
    let found = handlers.find(|(known, _)| *known == operation);
    found.map(|(_, handler)| *handler)
}

#[cfg(test)]
mod tests {
    use configcat_management::OPERATIONS;

    use super::*;

    #[test]
    fn every_operation_has_a_handler() {
        for operation in OPERATIONS {
            assert!(handler(operation.id).is_some(), "{operation}");
        }
    }

    #[test]
    fn every_handler_belongs_to_an_operation_of_its_own() {
        let handlers: Vec<_> = DOMAINS.iter().copied().flatten().collect();
        for (index, (id, _)) in handlers.iter().enumerate() {
            let known = OPERATIONS.iter().any(|operation| operation.id == *id);
            assert!(known, "{id} is no operation");
            let twice = handlers[..index].iter().any(|(other, _)| other == id);
            assert!(!twice, "{id} has two handlers");
        }
    }
}
