//! What a product demands of those who change it.

use configcat_management::types::EnvironmentId;
use std::collections::BTreeMap;

use configcat_management::types::KeyGenerationMode;
use serde::{Deserialize, Serialize};

use super::{Environment, Product};

/// The preferences of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Preferences {
    pub(crate) approve_required: bool,
    /// What single environments demand; those that are not here demand what the product does.
    pub(crate) approve_required_in: BTreeMap<EnvironmentId, bool>,
    pub(crate) key_generation_mode: KeyGenerationMode,
    pub(crate) mandatory_setting_hint: bool,
    pub(crate) reason_required: bool,
    /// What single environments demand; those that are not here demand what the product does.
    pub(crate) reason_required_in: BTreeMap<EnvironmentId, bool>,
    pub(crate) show_variation_id: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Preferences {
            approve_required: false,
            approve_required_in: BTreeMap::new(),
            key_generation_mode: KeyGenerationMode::CamelCase,
            mandatory_setting_hint: false,
            reason_required: false,
            reason_required_in: BTreeMap::new(),
            show_variation_id: false,
        }
    }
}

impl Product {
    /// Whether values of this environment change by approved change requests alone.
    pub(crate) fn demands_approval(&self, environment: &Environment) -> bool {
        let preferences = &self.preferences;
        let own = preferences.approve_required_in.get(&environment.id);
        own.copied().unwrap_or(preferences.approve_required)
    }

    /// Whether a change to a value in this environment needs a reason.
    pub(crate) fn demands_reason(&self, environment: &Environment) -> bool {
        let preferences = &self.preferences;
        let own = preferences.reason_required_in.get(&environment.id);
        own.copied().unwrap_or(preferences.reason_required)
    }
}
