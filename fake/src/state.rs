//! What the server knows, and how it is shown.

pub(crate) mod audit;
pub(crate) mod change_requests;
pub(crate) mod connections;
pub(crate) mod plan;
mod preferences;
pub(crate) mod proxies;
pub(crate) mod segments;
pub(crate) mod team;
mod whole;

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use configcat_management::types::{
    ChangeRequestId, ConfigId, ConfigModel, DeletedSettingModel, EnvironmentId, EnvironmentModel,
    EvaluationVersion, FeatureFlagLimitations, MeModel, OrganizationId, OrganizationModel,
    PredefinedVariationModel, ProductId, ProductModel, ProxyProfileId, RolloutPercentageItemModel,
    RolloutRuleModel, SegmentId, SettingId, SettingModel, SettingTagId, SettingTagModel,
    SettingType, TagId, TagModel, TargetingRuleModel, ValueModel, VersionId,
};
use configcat_management::{Secret, SettingValue};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::change_requests::ChangeRequest;
use self::connections::Connections;
use self::plan::Plan;
pub(crate) use self::preferences::Preferences;
use self::proxies::ProxyProfile;
use self::segments::Segment;
use self::team::Team;
use crate::call::{Refusal, new_id};

/// The most predefined variations of a setting.
pub(crate) const MAX_PREDEFINED_VARIATIONS: i32 = 100;

/// Everything, in one place. It has no `Debug`, because it holds secrets.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) me: MeModel,
    #[serde(default)]
    pub(crate) plan: Plan,
    pub(crate) organizations: BTreeMap<OrganizationId, OrganizationModel>,
    pub(crate) products: BTreeMap<ProductId, Product>,
    pub(crate) configs: BTreeMap<ConfigId, Config>,
    pub(crate) environments: BTreeMap<EnvironmentId, Environment>,
    pub(crate) settings: BTreeMap<SettingId, Setting>,
    pub(crate) tags: BTreeMap<TagId, Tag>,
    /// What a setting serves in an environment: one for each setting and each environment of its product.
    #[serde(with = "pairs")]
    pub(crate) values: BTreeMap<(SettingId, EnvironmentId), Served>,
    /// The SDK key of each config in each environment of its product.
    #[serde(with = "pairs")]
    pub(crate) sdk_keys: BTreeMap<(ConfigId, EnvironmentId), Secret>,
    /// The config and the environment that an SDK key stands for.
    #[serde(skip)]
    pub(crate) by_sdk_key: HashMap<String, (ConfigId, EnvironmentId)>,
    /// Oldest first.
    pub(crate) audit_log: Vec<audit::Entry>,
    /// The settings that were deleted from a config, oldest first.
    pub(crate) deleted_settings: BTreeMap<ConfigId, Vec<Deleted>>,
    pub(crate) team: Team,
    pub(crate) segments: BTreeMap<SegmentId, Segment>,
    pub(crate) connections: Connections,
    pub(crate) proxies: BTreeMap<ProxyProfileId, ProxyProfile>,
    pub(crate) change_requests: BTreeMap<ChangeRequestId, ChangeRequest>,
    counter: u32,
    /// How many requests were carried out that may have changed something.
    #[serde(skip)]
    writes: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) order: i32,
    pub(crate) preferences: Preferences,
    pub(crate) created: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) id: ConfigId,
    pub(crate) product_id: ProductId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) order: i32,
    pub(crate) evaluation_version: EvaluationVersion,
    /// The settings, by key.
    pub(crate) settings: BTreeMap<String, SettingId>,
    pub(crate) created: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Environment {
    pub(crate) id: EnvironmentId,
    pub(crate) product_id: ProductId,
    pub(crate) name: String,
    pub(crate) color: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) order: i32,
    pub(crate) created: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Setting {
    pub(crate) id: SettingId,
    pub(crate) config_id: ConfigId,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) hint: Option<String>,
    pub(crate) order: i32,
    pub(crate) setting_type: SettingType,
    pub(crate) is_json: bool,
    pub(crate) variations: Vec<PredefinedVariationModel>,
    pub(crate) tags: Vec<Attached>,
    pub(crate) created_at: DateTime<Utc>,
}

/// A tag on a setting.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Attached {
    pub(crate) setting_tag_id: SettingTagId,
    pub(crate) tag_id: TagId,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tag {
    pub(crate) id: TagId,
    pub(crate) product_id: ProductId,
    pub(crate) name: String,
    pub(crate) color: Option<String>,
}

/// A setting that is gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deleted {
    /// When it was deleted; `None` where an older state does not tell.
    #[serde(default)]
    pub(crate) deleted_at: Option<DateTime<Utc>>,
    #[serde(flatten)]
    pub(crate) model: DeletedSettingModel,
}

/// What a setting serves in an environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Served {
    pub(crate) rules: Rules,
    pub(crate) version_id: VersionId,
    /// Grows with every version, of whatever setting.
    pub(crate) version: u32,
    /// `None` where nobody changed it yet.
    pub(crate) updated_at: Option<DateTime<Utc>>,
}

/// Rules, in the evaluation version of the config.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Rules {
    V1(RulesV1),
    V2(RulesV2),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RulesV1 {
    pub(crate) value: SettingValue,
    pub(crate) rules: Vec<RolloutRuleModel>,
    pub(crate) items: Vec<RolloutPercentageItemModel>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RulesV2 {
    pub(crate) default: ValueModel,
    pub(crate) percentage_attribute: Option<String>,
    pub(crate) rules: Vec<TargetingRuleModel>,
}

/// A setting in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) setting_id: SettingId,
    pub(crate) environment_id: EnvironmentId,
}

impl State {
    /// One organization with an admin, and nothing else in it.
    pub(crate) fn new(me: MeModel) -> Self {
        let organization = OrganizationModel::default()
            .with_name("Acme Corporation".to_string())
            .with_organization_id(new_id::<OrganizationId>());
        let organization_id = organization.organization_id;
        let mut state = State {
            me: me.clone(),
            plan: Plan::default(),
            organizations: BTreeMap::from([(organization_id, organization)]),
            products: BTreeMap::new(),
            configs: BTreeMap::new(),
            environments: BTreeMap::new(),
            settings: BTreeMap::new(),
            tags: BTreeMap::new(),
            values: BTreeMap::new(),
            sdk_keys: BTreeMap::new(),
            by_sdk_key: HashMap::new(),
            audit_log: Vec::new(),
            deleted_settings: BTreeMap::new(),
            team: Team::default(),
            segments: BTreeMap::new(),
            connections: Connections::default(),
            proxies: BTreeMap::new(),
            change_requests: BTreeMap::new(),
            counter: 0,
            writes: 0,
        };
        let id = state.add_member(organization_id, &me);
        if let Some(admin) = state.team.members.get_mut(&id) {
            admin.is_admin = true;
        }
        state
    }

    /// The limits of the subscription.
    pub(crate) fn limitations(&self) -> FeatureFlagLimitations {
        self.plan.limitations()
    }

    /// A number that was not given out before.
    pub(crate) fn count(&mut self) -> u32 {
        self.counter += 1;
        self.counter
    }

    /// How far [`count`](Self::count) has come: every change makes it go on.
    pub(crate) fn counted(&self) -> u32 {
        self.counter
    }

    /// Called for each request that may change something, as not all changes count.
    pub(crate) fn written(&mut self) {
        self.writes += 1;
    }

    /// Takes the place of what was there before, which is a change like any other.
    pub(crate) fn follow(&mut self, before: &State) {
        self.writes = before.writes + 1;
    }

    /// Another one after each change.
    pub(crate) fn revision(&self) -> (u32, u64) {
        (self.counter, self.writes)
    }

    pub(crate) fn organization(&self, id: OrganizationId) -> Result<&OrganizationModel, Refusal> {
        let found = self.organizations.get(&id);
        found.ok_or_else(|| Refusal::unknown("organization", id))
    }

    pub(crate) fn product(&self, id: ProductId) -> Result<&Product, Refusal> {
        let found = self.products.get(&id);
        found.ok_or_else(|| Refusal::unknown("product", id))
    }

    pub(crate) fn product_mut(&mut self, id: ProductId) -> Result<&mut Product, Refusal> {
        let found = self.products.get_mut(&id);
        found.ok_or_else(|| Refusal::unknown("product", id))
    }

    pub(crate) fn config(&self, id: ConfigId) -> Result<&Config, Refusal> {
        let found = self.configs.get(&id);
        found.ok_or_else(|| Refusal::unknown("config", id))
    }

    pub(crate) fn config_mut(&mut self, id: ConfigId) -> Result<&mut Config, Refusal> {
        let found = self.configs.get_mut(&id);
        found.ok_or_else(|| Refusal::unknown("config", id))
    }

    pub(crate) fn environment(&self, id: EnvironmentId) -> Result<&Environment, Refusal> {
        let found = self.environments.get(&id);
        found.ok_or_else(|| Refusal::unknown("environment", id))
    }

    pub(crate) fn environment_mut(
        &mut self,
        id: EnvironmentId,
    ) -> Result<&mut Environment, Refusal> {
        let found = self.environments.get_mut(&id);
        found.ok_or_else(|| Refusal::unknown("environment", id))
    }

    pub(crate) fn setting(&self, id: SettingId) -> Result<&Setting, Refusal> {
        let found = self.settings.get(&id);
        found.ok_or_else(|| Refusal::unknown("setting", id))
    }

    pub(crate) fn setting_mut(&mut self, id: SettingId) -> Result<&mut Setting, Refusal> {
        let found = self.settings.get_mut(&id);
        found.ok_or_else(|| Refusal::unknown("setting", id))
    }

    pub(crate) fn tag(&self, id: TagId) -> Result<&Tag, Refusal> {
        let found = self.tags.get(&id);
        found.ok_or_else(|| Refusal::unknown("tag", id))
    }

    pub(crate) fn tag_mut(&mut self, id: TagId) -> Result<&mut Tag, Refusal> {
        let found = self.tags.get_mut(&id);
        found.ok_or_else(|| Refusal::unknown("tag", id))
    }

    /// What a setting serves in an environment of its product.
    pub(crate) fn served(&self, target: Target) -> Result<&Served, Refusal> {
        let Target {
            setting_id,
            environment_id,
        } = target;
        self.setting(setting_id)?;
        let found = self.values.get(&(setting_id, environment_id));
        found.ok_or_else(|| Refusal::unknown("environment", environment_id))
    }

    /// The configs of a product, in order.
    pub(crate) fn configs_of(&self, product_id: ProductId) -> Vec<&Config> {
        let of = |config: &&Config| config.product_id == product_id;
        let mut configs: Vec<&Config> = self.configs.values().filter(of).collect();
        configs.sort_by_key(|config| (config.order, &config.name));
        configs
    }

    /// The environments of a product, in order.
    pub(crate) fn environments_of(&self, product_id: ProductId) -> Vec<&Environment> {
        let of = |environment: &&Environment| environment.product_id == product_id;
        let mut environments: Vec<&Environment> = self.environments.values().filter(of).collect();
        environments.sort_by_key(|environment| (environment.order, &environment.name));
        environments
    }

    /// The settings of a config, in order.
    pub(crate) fn settings_of(&self, config: &Config) -> Vec<&Setting> {
        let found = |id: &SettingId| self.settings.get(id);
        let mut settings: Vec<&Setting> = config.settings.values().filter_map(found).collect();
        settings.sort_by_key(|setting| (setting.order, &setting.name, setting.id));
        settings
    }

    /// Whether code references were uploaded for a config, or for one of its settings.
    pub(crate) fn has_code_references(
        &self,
        config_id: ConfigId,
        setting_id: Option<SettingId>,
    ) -> bool {
        let mut reports = self.connections.reports.iter();
        reports.any(|report| {
            report.config_id == config_id && setting_id.is_none_or(|id| id == report.setting_id)
        })
    }

    /// Publishes rules as a new version. The target has to exist.
    pub(crate) fn publish(&mut self, target: Target, rules: Rules, at: Option<DateTime<Utc>>) {
        let served = Served {
            rules,
            version_id: new_id(),
            version: self.count(),
            updated_at: at,
        };
        let key = (target.setting_id, target.environment_id);
        self.values.insert(key, served);
    }

    /// Makes the SDK key of a config in an environment. The config has to be there: its version shapes the key.
    pub(crate) fn add_sdk_key(&mut self, config_id: ConfigId, environment_id: EnvironmentId) {
        let part = || URL_SAFE_NO_PAD.encode(uuid::Uuid::new_v4().as_bytes());
        let of_v1 = |config: &Config| config.evaluation_version == EvaluationVersion::V1;
        let prefix = match self.configs.get(&config_id).is_some_and(of_v1) {
            true => "",
            false => "configcat-sdk-1/",
        };
        let key = format!("{prefix}{}/{}", part(), part());
        let place = (config_id, environment_id);
        self.by_sdk_key.insert(key.clone(), place);
        self.sdk_keys.insert(place, Secret::from(key));
    }

    /// Finds out anew what the SDK keys stand for.
    pub(crate) fn index_sdk_keys(&mut self) {
        let keys = self.sdk_keys.iter();
        let places = keys.map(|(place, key)| (key.expose().to_string(), *place));
        self.by_sdk_key = places.collect();
    }

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
        for request in self
            .change_requests
            .values_mut()
            .filter(|request| request.is_open())
        {
            request.proposed.remove(&id);
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

    pub(crate) fn product_model(&self, product: &Product) -> Result<ProductModel, Refusal> {
        Ok(ProductModel::default()
            .with_approve_required(product.preferences.approve_required)
            .with_description(product.description.clone())
            .with_name(product.name.clone())
            .with_order(product.order)
            .with_organization(self.organization(product.organization_id)?.clone())
            .with_product_id(product.id)
            .with_reason_required(product.preferences.reason_required))
    }

    pub(crate) fn config_model(&self, config: &Config) -> Result<ConfigModel, Refusal> {
        Ok(ConfigModel::default()
            .with_config_id(config.id)
            .with_description(config.description.clone())
            .with_evaluation_version(config.evaluation_version.clone())
            .with_name(config.name.clone())
            .with_order(config.order)
            .with_product(self.product_model(self.product(config.product_id)?)?))
    }

    pub(crate) fn environment_model(
        &self,
        environment: &Environment,
    ) -> Result<EnvironmentModel, Refusal> {
        let product = self.product(environment.product_id)?;
        Ok(EnvironmentModel::default()
            .with_approve_required(product.demands_approval(environment))
            .with_color(environment.color.clone())
            .with_description(environment.description.clone())
            .with_environment_id(environment.id)
            .with_name(environment.name.clone())
            .with_order(environment.order)
            .with_product(self.product_model(product)?)
            .with_reason_required(product.demands_reason(environment)))
    }

    pub(crate) fn setting_model(&self, setting: &Setting) -> Result<SettingModel, Refusal> {
        let tag = |attached: &Attached| self.tag_model(self.tag(attached.tag_id)?);
        Ok(SettingModel::default()
            .with_config_id(setting.config_id)
            .with_config_name(self.config(setting.config_id)?.name.clone())
            .with_created_at(Some(setting.created_at))
            .with_hint(setting.hint.clone())
            .with_is_json(setting.is_json)
            .with_key(setting.key.clone())
            .with_name(setting.name.clone())
            .with_order(setting.order)
            .with_predefined_variations(setting.variations.clone())
            .with_setting_id(setting.id)
            .with_setting_type(setting.setting_type.clone())
            .with_tags(setting.tags.iter().map(tag).collect::<Result<_, _>>()?))
    }

    pub(crate) fn tag_model(&self, tag: &Tag) -> Result<TagModel, Refusal> {
        Ok(TagModel::default()
            .with_color(tag.color.clone())
            .with_name(tag.name.clone())
            .with_product(self.product_model(self.product(tag.product_id)?)?)
            .with_tag_id(tag.id))
    }

    pub(crate) fn setting_tags(&self, setting: &Setting) -> Result<Vec<SettingTagModel>, Refusal> {
        let model = |attached: &Attached| {
            let tag = self.tag(attached.tag_id)?;
            Ok(SettingTagModel::default()
                .with_color(tag.color.clone())
                .with_name(tag.name.clone())
                .with_setting_tag_id(attached.setting_tag_id)
                .with_tag_id(tag.id))
        };
        setting.tags.iter().map(model).collect()
    }
}

/// The place after the last, where a request does not name one.
pub(crate) fn next_order(orders: impl Iterator<Item = i32>) -> i32 {
    orders.max().map_or(0, |last| last.saturating_add(1))
}

/// Maps whose keys JSON cannot have, as lists of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::de::{Deserialize, Deserializer};
    use serde::ser::{Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Vec::<(K, V)>::deserialize(deserializer).map(|pairs| pairs.into_iter().collect())
    }
}
