//! Whether everything that the state refers to is there.

use configcat_management::types::{
    ConfigId, EnvironmentId, PermissionGroupId, ProductId, SettingId,
};

use super::{Rules, RulesV2, State, Target};

impl State {
    /// References that lead nowhere, in words: a bug of this server, or a state file that somebody edited.
    pub(crate) fn dangling(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut demand = |there: bool, what: String| {
            if !there {
                found.push(what);
            }
        };
        for product in self.products.values() {
            let there = self.organizations.contains_key(&product.organization_id);
            demand(there, format!("the organization of product {}", product.id));
            let preferences = &product.preferences;
            let reasons = preferences.reason_required_in.keys();
            for id in preferences.approve_required_in.keys().chain(reasons) {
                let there = self.is_environment_of(*id, product.id);
                demand(
                    there,
                    format!("environment {id} in preferences of {}", product.id),
                );
            }
        }
        for config in self.configs.values() {
            let there = self.products.contains_key(&config.product_id);
            demand(there, format!("the product of config {}", config.id));
            for (key, id) in config.settings.iter() {
                let setting = self.settings.get(id);
                let there = setting.is_some_and(|found| {
                    found.config_id == config.id && found.key == *key && found.id == *id
                });
                demand(
                    there,
                    format!("setting {id}, `{key}` of config {}", config.id),
                );
            }
            for environment in self.environments_of(config.product_id) {
                let there = self.sdk_keys.contains_key(&(config.id, environment.id));
                demand(
                    there,
                    format!("the SDK key of {} in {}", config.id, environment.id),
                );
                for id in config.settings.values() {
                    let there = self.values.contains_key(&(*id, environment.id));
                    demand(
                        there,
                        format!("the value of setting {id} in {}", environment.id),
                    );
                }
            }
        }
        for environment in self.environments.values() {
            let there = self.products.contains_key(&environment.product_id);
            demand(
                there,
                format!("the product of environment {}", environment.id),
            );
        }
        for setting in self.settings.values() {
            let config = self.configs.get(&setting.config_id);
            let listed = config.and_then(|config| config.settings.get(&setting.key));
            demand(
                listed == Some(&setting.id),
                format!("the config of setting {}", setting.id),
            );
            for attached in &setting.tags {
                let tag = self.tags.get(&attached.tag_id);
                let of = config
                    .zip(tag)
                    .map(|(config, tag)| config.product_id == tag.product_id);
                demand(
                    of == Some(true),
                    format!("tag {} of {}", attached.tag_id, setting.id),
                );
            }
        }
        for tag in self.tags.values() {
            let there = self.products.contains_key(&tag.product_id);
            demand(there, format!("the product of tag {}", tag.id));
        }
        for ((config_id, environment_id), key) in &self.sdk_keys {
            let known = self.by_sdk_key.get(key.expose());
            let there = known == Some(&(*config_id, *environment_id));
            demand(
                there && self.are_together(*config_id, *environment_id),
                format!("the config and environment of an SDK key: {config_id}, {environment_id}"),
            );
        }
        demand(
            self.by_sdk_key.len() == self.sdk_keys.len(),
            "SDK keys".to_string(),
        );
        for ((setting_id, environment_id), served) in &self.values {
            let target = Target {
                setting_id: *setting_id,
                environment_id: *environment_id,
            };
            demand(
                self.is_target(target),
                format!("the place of a value: {target:?}"),
            );
            for segment in served.rules.segments() {
                let setting = self.settings.get(setting_id);
                let there =
                    setting.is_some_and(|found| self.offers_segment(found.config_id, segment));
                demand(there, format!("segment {segment} of {target:?}"));
            }
            if let Rules::V2(rules) = &served.rules {
                for what in self.missing_of_rules(*setting_id, rules) {
                    demand(false, format!("{what} of {target:?}"));
                }
            }
        }
        for id in self.deleted_settings.keys() {
            demand(
                self.configs.contains_key(id),
                format!("config {id} of deleted settings"),
            );
        }
        for segment in self.segments.values() {
            let there = self.products.contains_key(&segment.product_id);
            demand(there, format!("the product of segment {}", segment.id));
        }
        for request in self.change_requests.values() {
            let there = self.are_together(request.config_id, request.environment_id);
            demand(there, format!("the place of change request {}", request.id));
            for id in request.proposed.keys().filter(|_| request.is_open()) {
                let setting = self.settings.get(id);
                let there = setting.is_some_and(|found| found.config_id == request.config_id);
                demand(
                    there,
                    format!("setting {id} of change request {}", request.id),
                );
            }
        }
        found.extend(self.dangling_connections());
        found.extend(self.dangling_team());
        found
    }

    fn dangling_connections(&self) -> Vec<String> {
        let mut found = Vec::new();
        for webhook in self.connections.webhooks.values() {
            if !self.are_together(webhook.config_id, webhook.environment_id) {
                found.push(format!("the place of webhook {}", webhook.id));
            }
        }
        for integration in self.connections.integrations.values() {
            let product_id = integration.product_id;
            let of = |id: &ConfigId| {
                self.configs
                    .get(id)
                    .is_some_and(|config| config.product_id == product_id)
            };
            let there = self.products.contains_key(&product_id)
                && integration.configs.iter().all(of)
                && integration
                    .environments
                    .iter()
                    .all(|id| self.is_environment_of(*id, product_id));
            if !there {
                found.push(format!("what integration {} is for", integration.id));
            }
        }
        for link in &self.connections.links {
            let target = Target {
                setting_id: link.setting_id,
                environment_id: link.environment_id,
            };
            if !self.is_target(target) {
                found.push(format!("the place of link `{}`: {target:?}", link.key));
            }
        }
        for report in &self.connections.reports {
            let setting = self.settings.get(&report.setting_id);
            if setting.is_none_or(|setting| setting.config_id != report.config_id) {
                found.push(format!("the setting of code references {}", report.id));
            }
        }
        for profile in self.proxies.values() {
            let there = self.organizations.contains_key(&profile.organization_id)
                && profile
                    .selected
                    .iter()
                    .all(|pair| self.sdk_keys.contains_key(pair));
            if !there {
                found.push(format!("what proxy profile {} serves", profile.id));
            }
        }
        found
    }

    fn dangling_team(&self) -> Vec<String> {
        let mut found = Vec::new();
        let of = |group_id: &PermissionGroupId, product_id: &ProductId| {
            let group = self.team.groups.get(group_id);
            group.is_some_and(|group| group.product.product_id == *product_id)
        };
        for (id, group) in &self.team.groups {
            let product_id = group.product.product_id;
            let accesses = group.environment_accesses.iter();
            let there = self.products.contains_key(&product_id)
                && accesses
                    .map(|access| access.environment_id)
                    .all(|id| self.is_environment_of(id, product_id));
            if !there {
                found.push(format!("what permission group {id} is for"));
            }
        }
        for member in self.team.members.values() {
            let there = self.organizations.contains_key(&member.organization_id)
                && member
                    .groups
                    .iter()
                    .all(|(product_id, group_id)| of(group_id, product_id));
            if !there {
                found.push(format!("the groups of member {}", member.id));
            }
        }
        for invitation in self.team.invitations.values() {
            if !of(&invitation.group_id, &invitation.product_id) {
                found.push(format!("the group of invitation {}", invitation.id));
            }
        }
        found
    }

    /// Prerequisites and predefined variations that are missing.
    fn missing_of_rules(&self, setting_id: SettingId, rules: &RulesV2) -> Vec<String> {
        let mut missing = Vec::new();
        let Some(setting) = self.settings.get(&setting_id) else {
            return missing;
        };
        let mut values = vec![(setting, &rules.default)];
        for rule in &rules.rules {
            values.extend(rule.value.iter().map(|value| (setting, value)));
            let options = rule.percentage_options.iter();
            values.extend(options.map(|option| (setting, &option.value)));
            for condition in &rule.conditions {
                let Some(condition) = &condition.prerequisite_flag_condition else {
                    continue;
                };
                let needed = self.settings.get(&condition.prerequisite_setting_id);
                match needed.filter(|needed| needed.config_id == setting.config_id) {
                    Some(needed) => values.push((needed, &condition.prerequisite_comparison_value)),
                    None => missing.push(format!(
                        "prerequisite {}",
                        condition.prerequisite_setting_id
                    )),
                }
            }
        }
        for (setting, value) in values {
            let mut variations = setting.variations.iter();
            if let Some(id) = value.predefined_variation_id
                && !variations.any(|variation| variation.predefined_variation_id == id)
            {
                missing.push(format!("predefined variation {id}"));
            }
        }
        missing
    }

    fn is_environment_of(&self, id: EnvironmentId, product_id: ProductId) -> bool {
        let environment = self.environments.get(&id);
        environment.is_some_and(|environment| environment.product_id == product_id)
    }

    /// Whether a config and an environment are of one product.
    fn are_together(&self, config_id: ConfigId, environment_id: EnvironmentId) -> bool {
        let config = self.configs.get(&config_id);
        config.is_some_and(|config| self.is_environment_of(environment_id, config.product_id))
    }

    fn is_target(&self, target: Target) -> bool {
        let setting = self.settings.get(&target.setting_id);
        setting.is_some_and(|setting| self.are_together(setting.config_id, target.environment_id))
    }
}
