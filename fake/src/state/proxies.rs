//! Proxy profiles, and the SDK keys that they serve.

use std::collections::BTreeSet;

use configcat_management::Secret;
use configcat_management::types::{
    ConfigId, EnvironmentId, OrganizationId, ProxyProfileId, ProxyProfileSelectionRule,
    SelectionRuleKind,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::State;
use crate::call::Refusal;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProxyProfile {
    pub(crate) id: ProxyProfileId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// In seconds.
    pub(crate) poll_interval: i32,
    pub(crate) notification: Option<Notification>,
    pub(crate) rules: Vec<ProxyProfileSelectionRule>,
    /// Config and environment, chosen one by one; counts only if there are no rules.
    pub(crate) selected: BTreeSet<(ConfigId, EnvironmentId)>,
    pub(crate) secret: Option<Secret>,
    pub(crate) created: u32,
}

/// Where a proxy is told of changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Notification {
    pub(crate) url: String,
    pub(crate) key: Secret,
}

/// By what SDKs know a config in an environment, if they download it from a proxy.
pub(crate) fn sdk_id(config_id: ConfigId, environment_id: EnvironmentId) -> String {
    let (config_id, environment_id) = (config_id.0.simple(), environment_id.0.simple());
    format!("{config_id}-{environment_id}")
}

impl State {
    pub(crate) fn proxy(&self, id: ProxyProfileId) -> Result<&ProxyProfile, Refusal> {
        let found = self.proxies.get(&id);
        found.ok_or_else(|| Refusal::unknown("proxy profile", id))
    }

    pub(crate) fn proxy_mut(&mut self, id: ProxyProfileId) -> Result<&mut ProxyProfile, Refusal> {
        let found = self.proxies.get_mut(&id);
        found.ok_or_else(|| Refusal::unknown("proxy profile", id))
    }

    /// The configs and environments of an organization that have an SDK key.
    pub(crate) fn pairs_of(
        &self,
        organization_id: OrganizationId,
    ) -> impl Iterator<Item = (ConfigId, EnvironmentId)> {
        let of = move |(config_id, _): &(ConfigId, EnvironmentId)| {
            let config = self.configs.get(config_id);
            let product = config.and_then(|config| self.products.get(&config.product_id));
            product.is_some_and(|product| product.organization_id == organization_id)
        };
        self.sdk_keys.keys().copied().filter(of)
    }

    /// The configs and environments whose SDK keys a profile serves.
    pub(crate) fn served_by(&self, profile: &ProxyProfile) -> BTreeSet<(ConfigId, EnvironmentId)> {
        if profile.rules.is_empty() {
            return profile.selected.clone();
        }
        let wanted = |kind: SelectionRuleKind, pair: (ConfigId, EnvironmentId)| {
            let mut rules = profile.rules.iter().filter(|rule| rule.kind == kind);
            rules.any(|rule| self.matches(rule, pair))
        };
        let served = self.pairs_of(profile.organization_id).filter(|pair| {
            wanted(SelectionRuleKind::Include, *pair) && !wanted(SelectionRuleKind::Exclude, *pair)
        });
        served.collect()
    }

    /// Whether all filters of a rule fit; one that is not set fits anything.
    fn matches(&self, rule: &ProxyProfileSelectionRule, pair: (ConfigId, EnvironmentId)) -> bool {
        let ProxyProfileSelectionRule {
            config_id_filter,
            config_name_match_filter,
            environment_id_filter,
            environment_name_match_filter,
            kind: _,
            product_id_filter,
            product_name_match_filter,
            ..
        } = rule;
        let (Some(config), Some(environment)) =
            (self.configs.get(&pair.0), self.environments.get(&pair.1))
        else {
            return false;
        };
        let Some(product) = self.products.get(&config.product_id) else {
            return false;
        };
        fn is<T: PartialEq + Copy>(filter: &Option<T>, id: T) -> bool {
            filter.is_none_or(|wanted| wanted == id)
        }
        let named = |filter: &Option<String>, name: &str| {
            let filter = filter.as_deref().filter(|filter| !filter.is_empty());
            filter.is_none_or(|pattern| fits(pattern, name))
        };
        is(config_id_filter, config.id)
            && is(environment_id_filter, environment.id)
            && is(product_id_filter, product.id)
            && named(config_name_match_filter, &config.name)
            && named(environment_name_match_filter, &environment.name)
            && named(product_name_match_filter, &product.name)
    }

    pub(super) fn forget_in_proxies(&mut self, gone: Uuid) {
        for profile in self.proxies.values_mut() {
            profile
                .selected
                .retain(|(config, environment)| *config != gone && *environment != gone);
            profile.rules.retain(|rule| {
                ![
                    rule.config_id_filter.map(|id| id.0),
                    rule.environment_id_filter.map(|id| id.0),
                    rule.product_id_filter.map(|id| id.0),
                ]
                .contains(&Some(gone))
            });
        }
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match name.split_once(part) {
            Some((_, after)) => name = after,
            None => return false,
        }
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_names() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("Web*", "Web shop", true),
            ("*shop", "Web shop", true),
            ("W*b*p", "Web shop", true),
            ("Web shop", "Web shop", true),
            ("Web", "Web shop", false),
            ("*b*b*", "Web shop", false),
            ("a*a", "a", false),
            ("**", "x", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
