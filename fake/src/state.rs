//! What the server knows, and how it is shown.

pub(crate) mod audit;
pub(crate) mod change_requests;
pub(crate) mod connections;
mod keys;
mod models;
pub(crate) mod plan;
mod preferences;
pub(crate) mod proxies;
mod removal;
pub(crate) mod segments;
pub(crate) mod team;
mod whole;

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use configcat_management::types::{
    ChangeRequestId, ConfigId, DeletedSettingModel, EnvironmentId, EvaluationVersion,
    FeatureFlagLimitations, MeModel, OrganizationId, OrganizationModel, PredefinedVariationModel,
    ProductId, ProxyProfileId, RolloutPercentageItemModel, RolloutRuleModel, SegmentId, SettingId,
    SettingTagId, SettingType, TagId, TargetingRuleModel, ValueModel, VersionId,
};
use configcat_management::{Secret, SettingValue};
use serde::{Deserialize, Serialize};

use self::change_requests::ChangeRequest;
use self::connections::Connections;
pub(crate) use self::keys::Keys;
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
    pub(crate) settings: Keys,
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
    /// When it was deleted; `None` if an older state does not tell.
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
    /// `None` if nobody changed it yet.
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
    pub(crate) fn count_write(&mut self) {
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
}

/// The place after the last, if a request does not name one.
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
