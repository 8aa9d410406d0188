//! What a product is connected to: webhooks, integrations, links to items of other tools, code references.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use configcat_management::Secret;
use configcat_management::types::{
    CodeReferenceId, ConfigId, EnvironmentId, IntegrationId, IntegrationLinkModel,
    IntegrationLinkType, IntegrationType, ProductId, ReferenceLinesModel, SettingId,
    WebHookHttpMethod, WebhookHeaderResponseModel, WebhookId,
};
use serde::{Deserialize, Serialize};

use super::{State, Target};
use crate::call::Refusal;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: WebhookId,
    pub(crate) config_id: ConfigId,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) url: String,
    pub(crate) content: Option<String>,
    pub(crate) method: WebHookHttpMethod,
    pub(crate) headers: Vec<WebhookHeaderResponseModel>,
    /// One for a new webhook; two while the first is replaced.
    pub(crate) keys: Vec<Secret>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Integration {
    pub(crate) id: IntegrationId,
    pub(crate) product_id: ProductId,
    pub(crate) name: String,
    pub(crate) kind: IntegrationType,
    pub(crate) parameters: BTreeMap<String, Secret>,
    /// All of them, if there is none.
    pub(crate) configs: Vec<ConfigId>,
    /// All of them, if there is none.
    pub(crate) environments: Vec<EnvironmentId>,
    pub(crate) created: u32,
}

/// A link from a setting in an environment to an item of another tool.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) setting_id: SettingId,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) kind: IntegrationLinkType,
    pub(crate) key: String,
    pub(crate) description: Option<String>,
    pub(crate) url: Option<String>,
}

impl Link {
    pub(crate) fn is_to(&self, kind: &IntegrationLinkType, key: &str) -> bool {
        self.kind == *kind && self.key == key
    }

    pub(crate) fn is_of(&self, target: Target) -> bool {
        (self.setting_id, self.environment_id) == (target.setting_id, target.environment_id)
    }

    pub(crate) fn model(&self) -> IntegrationLinkModel {
        IntegrationLinkModel::default()
            .with_description(self.description.clone())
            .with_integration_link_type(self.kind.clone())
            .with_key(Some(self.key.clone()))
            .with_url(self.url.clone())
    }
}

/// Where one branch of a repository uses a setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) id: CodeReferenceId,
    pub(crate) config_id: ConfigId,
    pub(crate) setting_id: SettingId,
    pub(crate) repository: String,
    pub(crate) branch: String,
    pub(crate) commit_hash: Option<String>,
    pub(crate) commit_url: Option<String>,
    pub(crate) uploader: Option<String>,
    pub(crate) synced_at: DateTime<Utc>,
    pub(crate) references: Vec<ReferenceLinesModel>,
}

/// Everything of this kind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Connections {
    pub(crate) webhooks: BTreeMap<WebhookId, Webhook>,
    pub(crate) integrations: BTreeMap<IntegrationId, Integration>,
    pub(crate) links: Vec<Link>,
    /// The client keys of the Jira sites that are connected.
    pub(crate) jira_sites: BTreeSet<String>,
    pub(crate) reports: Vec<Report>,
}

impl Connections {
    pub(super) fn remove_product(&mut self, id: ProductId) {
        self.integrations
            .retain(|_, integration| integration.product_id != id);
    }

    pub(super) fn remove_config(&mut self, id: ConfigId) {
        self.webhooks.retain(|_, webhook| webhook.config_id != id);
        self.reports.retain(|report| report.config_id != id);
        self.integrations
            .retain(|_, integration| stays(&mut integration.configs, id));
    }

    pub(super) fn remove_environment(&mut self, id: EnvironmentId) {
        self.webhooks
            .retain(|_, webhook| webhook.environment_id != id);
        self.links.retain(|link| link.environment_id != id);
        self.integrations
            .retain(|_, integration| stays(&mut integration.environments, id));
    }

    pub(super) fn remove_setting(&mut self, id: SettingId) {
        self.links.retain(|link| link.setting_id != id);
        self.reports.retain(|report| report.setting_id != id);
    }
}

/// Takes an id out of a list. An integration that was for that one alone goes too: an empty list would mean all of them.
fn stays<T: PartialEq>(ids: &mut Vec<T>, gone: T) -> bool {
    let had = ids.contains(&gone);
    ids.retain(|id| *id != gone);
    !(had && ids.is_empty())
}

impl State {
    pub(crate) fn webhook(&self, id: WebhookId) -> Result<&Webhook, Refusal> {
        let found = self.connections.webhooks.get(&id);
        found.ok_or_else(|| Refusal::unknown("webhook", id))
    }

    pub(crate) fn integration(&self, id: IntegrationId) -> Result<&Integration, Refusal> {
        let found = self.connections.integrations.get(&id);
        found.ok_or_else(|| Refusal::unknown("integration", id))
    }

    /// The links of a setting in an environment, as they are shown.
    pub(crate) fn links_of(&self, target: Target) -> Vec<IntegrationLinkModel> {
        let links = self.connections.links.iter();
        let links = links.filter(|link| link.is_of(target));
        links.map(Link::model).collect()
    }
}
