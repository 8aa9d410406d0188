//! What goes, and what goes along with it.

use chrono::{DateTime, Utc};
use configcat_management::types::{
    ConfigId, DeletedSettingModel, EnvironmentId, ProductId, SettingId, TagId,
};
use uuid::Uuid;

use super::{Deleted, State};

impl State {
    pub(crate) fn remove_product(&mut self, id: ProductId) {
        let configs: Vec<ConfigId> = self.configs_of(id).iter().map(|config| config.id).collect();
        for config_id in configs {
            self.remove_config(config_id);
        }
        let environments = self.environments_of(id);
        let environments: Vec<EnvironmentId> = environments.iter().map(|found| found.id).collect();
        for environment_id in environments {
            self.remove_environment(environment_id);
        }
        self.tags.retain(|_, tag| tag.product_id != id);
        self.segments.retain(|_, segment| segment.product_id != id);
        self.team.remove_product(id);
        self.connections.remove_product(id);
        self.forget_in_proxies(id.0);
        self.products.remove(&id);
    }

    pub(crate) fn remove_config(&mut self, id: ConfigId) {
        let config = self.configs.remove(&id);
        for setting_id in config.iter().flat_map(|config| config.settings.values()) {
            self.remove_setting(*setting_id, None);
        }
        self.deleted_settings.remove(&id);
        self.connections.remove_config(id);
        self.forget_in_proxies(id.0);
        self.change_requests
            .retain(|_, request| request.config_id != id);
        self.sdk_keys.retain(|(config_id, _), _| *config_id != id);
        self.by_sdk_key.retain(|_, (config_id, _)| *config_id != id);
    }

    pub(crate) fn remove_environment(&mut self, id: EnvironmentId) {
        if let Some(environment) = self.environments.remove(&id)
            && let Some(product) = self.products.get_mut(&environment.product_id)
        {
            product.preferences.approve_required_in.remove(&id);
            product.preferences.reason_required_in.remove(&id);
        }
        self.team.remove_environment(id);
        self.connections.remove_environment(id);
        self.forget_in_proxies(id.0);
        self.change_requests
            .retain(|_, request| request.environment_id != id);
        self.values
            .retain(|(_, environment_id), _| *environment_id != id);
        self.sdk_keys
            .retain(|(_, environment_id), _| *environment_id != id);
        self.by_sdk_key
            .retain(|_, (_, environment_id)| *environment_id != id);
    }

    /// Leaves what change requests propose for it: that is taken out with a note in each.
    pub(crate) fn remove_setting(&mut self, id: SettingId, at: Option<DateTime<Utc>>) {
        let Some(setting) = self.settings.remove(&id) else {
            return;
        };
        self.connections.remove_setting(id);
        if let Some(config) = self.configs.get_mut(&setting.config_id) {
            config.settings.remove(&setting.key);
            let deleted = self.deleted_settings.entry(setting.config_id).or_default();
            deleted.push(Deleted {
                deleted_at: at,
                model: DeletedSettingModel::default()
                    .with_hint(setting.hint)
                    .with_key(setting.key)
                    .with_name(setting.name)
                    .with_setting_type(setting.setting_type),
            });
        }
        let everywhere = (id, EnvironmentId(Uuid::nil()))..=(id, EnvironmentId(Uuid::max()));
        let keys: Vec<_> = self.values.range(everywhere).map(|(key, _)| *key).collect();
        for key in keys {
            self.values.remove(&key);
        }
    }

    pub(crate) fn remove_tag(&mut self, id: TagId) {
        self.tags.remove(&id);
        for setting in self.settings.values_mut() {
            setting.tags.retain(|attached| attached.tag_id != id);
        }
    }
}
