//! What `update-proxy-profile` may change.

use serde_json::Value;

use super::document::first_difference;
use super::kind::models;
use super::kind::sealed::{Absent, Rules};
use super::methods::list_methods;
use super::{Patch, json};
use crate::types::{
    CreateOrUpdateProxyProfileRequest, CreateOrUpdateWebhookNotification, ProxyProfileModel,
    UpdateProxyProfileSelectionRule,
};
use crate::{Operation, operations};
use json_patch::jsonptr::PointerBuf;

/// A proxy profile; see [`ProxyProfilePatch`].
#[derive(Clone, Debug, PartialEq)]
pub enum ProxyProfile {}

/// A patch for `update-proxy-profile`: name, description, connection preferences and the rules that select SDK keys.
///
/// ```
/// use configcat_management::patch::ProxyProfilePatch;
///
/// let patch = ProxyProfilePatch::new().set_poll_interval(120).disconnect_notifications();
/// assert_eq!(
///     patch.to_string(),
///     "replace /connectionPreferences/sdkPollInterval: 120\nremove /connectionPreferences/webhookNotification"
/// );
/// ```
pub type ProxyProfilePatch = Patch<ProxyProfile>;

const PREFERENCES: &str = "connectionPreferences";
const INTERVAL: &str = "sdkPollInterval";
const NOTIFICATION: &str = "webhookNotification";
const NOTIFICATION_PATH: &str = "/connectionPreferences/webhookNotification";
const SIGNING_KEYS: [&str; 2] = ["signingKey1", "signingKey2"];

models!(ProxyProfile: ProxyProfileModel => CreateOrUpdateProxyProfileRequest);

impl Rules for ProxyProfile {
    const OPERATION: &'static Operation = operations::UpdateProxyProfile::OPERATION;
    const ROOTS: &'static [(&'static str, Absent)] = &[
        ("name", Absent::Unchanged),
        ("description", Absent::Null),
        (PREFERENCES, Absent::Unchanged),
        ("sdkKeySelectionRules", Absent::EmptyList),
    ];
    // In one piece it would say nothing of the signing keys, which requests do not have.
    const IN_PARTS: &'static [&'static str] = &[PREFERENCES];
    const EXAMPLE: &'static str = r#"{
        "name": "x",
        "connectionPreferences": { "webhookNotification": { "webhookProxyUrl": "https://x" } },
        "sdkKeySelectionRules": [{}]
    }"#;
    const SECRETS: &'static [&'static str] = &SIGNING_KEYS;

    fn simplify(document: &mut Value) {
        let notification = document.pointer_mut(NOTIFICATION_PATH);
        if let Some(fields) = notification.and_then(Value::as_object_mut) {
            fields.retain(|name, _| !SIGNING_KEYS.contains(&name.as_str()));
        }
    }

    fn complete(wanted: &mut Value, before: &Value) {
        let interval = &before[PREFERENCES][INTERVAL];
        if let Some(Value::Object(preferences)) = wanted.get_mut(PREFERENCES) {
            let wanted = preferences.entry(INTERVAL);
            wanted.or_insert_with(|| interval.clone());
        }
    }

    fn hidden_difference(before: &Value, after: &Value) -> Option<String> {
        let notification = |value: &Value| value[PREFERENCES][NOTIFICATION].clone();
        let (before, after) = (notification(before), notification(after));
        SIGNING_KEYS.iter().find_map(|name| {
            // When notifications are connected or disconnected, the keys come or go with them.
            let (before, after) = (before.get(name)?, after.get(name)?);
            let path = PointerBuf::from_tokens([PREFERENCES, NOTIFICATION, name]);
            first_difference(&path, before, after)
        })
    }
}

impl Patch<ProxyProfile> {
    /// Gives the profile another name, of up to 255 characters.
    pub fn rename(self, name: impl Into<String>) -> Self {
        self.replace("/name", name.into())
    }

    /// Gives the profile a description, of up to 1 000 characters.
    pub fn set_description(self, description: impl Into<String>) -> Self {
        self.replace("/description", description.into())
    }

    /// Takes the description away.
    pub fn clear_description(self) -> Self {
        self.replace("/description", Value::Null)
    }

    /// Lets the proxy's SDKs fetch the config JSON every so many seconds, at least 30.
    pub fn set_poll_interval(self, seconds: i32) -> Self {
        self.replace("/connectionPreferences/sdkPollInterval", seconds)
    }

    /// Notifies the proxy of changes at this address, from now on. The server generates a signing key.
    pub fn connect_notifications(self, url: impl Into<String>) -> Self {
        let notification = CreateOrUpdateWebhookNotification::new(url);
        self.add(NOTIFICATION_PATH, json(&notification))
    }

    /// Notifies the proxy at another address. Notifications have to be connected.
    pub fn set_notification_url(self, url: impl Into<String>) -> Self {
        self.replace(format!("{NOTIFICATION_PATH}/webhookProxyUrl"), url.into())
    }

    /// Notifies the proxy no more. Notifications have to be connected.
    pub fn disconnect_notifications(self) -> Self {
        self.remove(NOTIFICATION_PATH)
    }
}

list_methods!(
    ProxyProfile, "/sdkKeySelectionRules", UpdateProxyProfileSelectionRule, "rule that selects SDK keys", "rules that select SDK keys":
    add_selection_rule, insert_selection_rule, replace_selection_rule, remove_selection_rule,
    move_selection_rule, replace_selection_rules
);
