//! A look at what the server holds, from outside.

use chrono::{DateTime, Utc};
use configcat_management::SettingValue;
use configcat_management::types::{
    ConfigId, EnvironmentId, EvaluationVersion, OrganizationId, ProductId, SettingId, SettingType,
};
use serde::Serialize;

use crate::state::{Config, Product, Rules, Setting, State, Target};

/// What the server holds at one moment: organizations, their products, and what each setting serves where.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let fake = configcat_fake::Fake::start().await;
/// let view = fake.view();
/// let product = &view.organizations[0].products[0];
/// let flag = &product.configs[1].settings[0];
/// assert_eq!((&*product.environments[1].name, &*flag.key), ("Test", "new_checkout"));
/// assert_eq!(flag.values[1].value, true.into());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct View {
    /// The organizations.
    pub organizations: Vec<OrganizationView>,
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrganizationView {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Its products, in order.
    pub products: Vec<ProductView>,
}

/// A product.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProductView {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// Its environments, in order.
    pub environments: Vec<EnvironmentView>,
    /// Its configs, in order.
    pub configs: Vec<ConfigView>,
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EnvironmentView {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name.
    pub name: String,
    /// Its color, as it was given.
    pub color: Option<String>,
}

/// A config.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConfigView {
    /// Its id.
    pub id: ConfigId,
    /// Its name.
    pub name: String,
    /// Its evaluation version.
    pub evaluation_version: EvaluationVersion,
    /// How many settings it has.
    pub setting_count: usize,
    /// Its settings, in order.
    pub settings: Vec<SettingView>,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SettingView {
    /// Its id.
    pub id: SettingId,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub setting_type: SettingType,
    /// The names of its tags.
    pub tags: Vec<String>,
    /// What it serves in each environment of the product, in the order of those.
    pub values: Vec<ValueView>,
}

/// What a setting serves in an environment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ValueView {
    /// The environment.
    pub environment_id: EnvironmentId,
    /// What is served if no rule fits.
    pub value: SettingValue,
    /// How many rules come first; a percentage split counts as one.
    pub rules: usize,
    /// When it was changed; `None` if nobody changed it yet.
    pub changed_at: Option<DateTime<Utc>>,
}

impl View {
    /// Shows at most so many settings of each config.
    pub(crate) fn new(state: &State, most: usize) -> Self {
        let organizations = state.organizations.values();
        let organizations = organizations.map(|organization| {
            let products = state.products.values();
            let mut products: Vec<&Product> = products
                .filter(|product| product.organization_id == organization.organization_id)
                .collect();
            products.sort_by_key(|product| (product.order, product.created));
            OrganizationView {
                id: organization.organization_id,
                name: organization.name.clone(),
                products: products
                    .into_iter()
                    .map(|known| product(state, known, most))
                    .collect(),
            }
        });
        View {
            organizations: organizations.collect(),
        }
    }
}

fn product(state: &State, product: &Product, most: usize) -> ProductView {
    let environments = state.environments_of(product.id).into_iter();
    let environments: Vec<EnvironmentView> = environments
        .map(|environment| EnvironmentView {
            id: environment.id,
            name: environment.name.clone(),
            color: environment.color.clone(),
        })
        .collect();
    let configs = state.configs_of(product.id).into_iter();
    let configs = configs.map(|known| config(state, known, &environments, most));
    ProductView {
        id: product.id,
        name: product.name.clone(),
        configs: configs.collect(),
        environments,
    }
}

fn config(
    state: &State,
    config: &Config,
    environments: &[EnvironmentView],
    most: usize,
) -> ConfigView {
    let settings = state.settings_of(config).into_iter().take(most);
    ConfigView {
        id: config.id,
        name: config.name.clone(),
        evaluation_version: config.evaluation_version.clone(),
        setting_count: config.settings.len(),
        settings: settings
            .map(|known| setting(state, known, environments))
            .collect(),
    }
}

fn setting(state: &State, setting: &Setting, environments: &[EnvironmentView]) -> SettingView {
    let tags = setting
        .tags
        .iter()
        .filter_map(|tag| state.tags.get(&tag.tag_id));
    let value = |environment: &EnvironmentView| {
        let target = Target {
            setting_id: setting.id,
            environment_id: environment.id,
        };
        let served = state.served(target).ok()?;
        Some(ValueView {
            environment_id: environment.id,
            value: served.rules.value(),
            rules: served.rules.count(),
            changed_at: served.updated_at,
        })
    };
    SettingView {
        id: setting.id,
        key: setting.key.clone(),
        name: setting.name.clone(),
        setting_type: setting.setting_type.clone(),
        tags: tags.map(|tag| tag.name.clone()).collect(),
        values: environments.iter().filter_map(value).collect(),
    }
}

impl Rules {
    /// What is served if no rule fits.
    pub(crate) fn value(&self) -> SettingValue {
        match self {
            Rules::V1(rules) => rules.value.clone(),
            Rules::V2(rules) => {
                let model = &rules.default;
                let value = model.bool_value.map(SettingValue::Bool);
                let value = value.or(model.string_value.clone().map(SettingValue::String));
                let value = value.or(model.int_value.map(SettingValue::from));
                value.unwrap_or(SettingValue::Double(model.double_value.unwrap_or_default()))
            }
        }
    }

    /// How many rules come before that; a percentage split counts as one.
    pub(crate) fn count(&self) -> usize {
        match self {
            Rules::V1(rules) => rules.rules.len() + usize::from(!rules.items.is_empty()),
            Rules::V2(rules) => rules.rules.len(),
        }
    }
}
