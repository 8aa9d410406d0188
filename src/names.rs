//! Finds products, configs, environments and flags by name or key, and resolves their ids.
//!
//! ```no_run
//! # async fn example(client: configcat_management::Client) -> configcat_management::Result<()> {
//! use configcat_management::names::{compare, copy};
//!
//! let config = client.product("Web shop").config("Backend");
//! let (test, production) = (config.environment("Test"), config.environment("Production"));
//! let flag = test.flag("new_checkout");
//! flag.turn_on().reason("Launch").send().await?; // in a V1 or V2 config, whichever it is
//! println!("{}", flag.served().await?);
//! let id = flag.setting_id().await?; // for the generated calls
//!
//! println!("{}", compare(&test, &production).await?);
//! let mut plan = copy(&test, &production).keys(["new_checkout"]).preview().await?;
//! println!("{plan}");
//! plan.apply().await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Product::stale`] finds flags that nobody changes any more, and [`Flag::retire`] deletes one that nobody uses.
//!
//! Names and keys are compared case-insensitively. If several match, an exact match wins; otherwise the error lists them, and
//! an id can be used in place of a name. An unknown name is an error that lists the known ones. All other errors are those of
//! the calls, unless a method says more.
//!
//! Nothing is called before it is needed. Each list (products, the configs and environments of a product, the settings of a
//! config) is read once and shared by all that comes from one [`Client::product`], clones included, for as long as they
//! live, or for as long as [`Product::keep_for`] says. A name that is missing from a list that was read before has it read once more,
//! and a 404 has all of them read again. That a name was given to something else meanwhile is not noticed before the list is read again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::operations::{
    GetConfigs, GetEnvironments, GetProducts, GetSegments, GetSettings, GetTags,
};
use crate::types::{
    ConfigId, ConfigModel, EnvironmentId, EnvironmentModel, ProductId, ProductModel,
    SegmentListModel, SettingId, SettingModel, TagModel,
};
use crate::{Client, IntoOption, Result};

mod answer;
mod change;
mod cleanup;
mod compare;
mod copy;
mod lists;
mod targeting;

use answer::Answer;
pub use change::{Change, Changed};
pub use cleanup::{Retire, StaleFlag, StaleFlags};
pub use compare::{Difference, Differences, Part, compare};
pub use copy::{Copy, CopyPlan, CopyStep, copy};
use lists::{Lists, Resource, fits};
pub use targeting::{FlagValues, Rule, Served};

impl Client {
    /// A product by its name or id; see [`names`](crate::names). Makes no call.
    pub fn product(&self, name_or_id: impl Into<String>) -> Product {
        Product {
            client: self.clone(),
            lists: Arc::new(Lists::default()),
            keep: None,
            organization: None,
            name: name_or_id.into(),
        }
    }
}

/// A product, by its name or id.
#[derive(Clone, Debug)]
pub struct Product {
    client: Client,
    lists: Arc<Lists>,
    keep: Option<Duration>,
    organization: Option<String>,
    name: String,
}

impl Product {
    /// The organization by its name or id, if several have a product of this name.
    #[must_use]
    pub fn in_organization(mut self, name_or_id: impl IntoOption<String>) -> Self {
        self.organization = name_or_id.into_option();
        self
    }

    /// How long a list that was read is used. Default: as long as what comes from this product lives.
    #[must_use]
    pub fn keep_for(mut self, time: impl IntoOption<Duration>) -> Self {
        self.keep = time.into_option();
        self
    }

    /// A config of the product, by its name or id. Makes no call.
    pub fn config(&self, name_or_id: impl Into<String>) -> Config {
        Config {
            product: self.clone(),
            name: name_or_id.into(),
        }
    }

    /// The product as the server has it (`get-products`).
    pub async fn get(&self) -> Result<ProductModel> {
        let place = match &self.organization {
            Some(word) => format!("the organization `{word}`"),
            None => "the account".to_string(),
        };
        let call = async {
            let mut products = self.client.get_products().send().await?;
            products.retain(|product| {
                let (it, word) = (&product.organization, self.organization.as_ref());
                word.is_none_or(|word| fits(word, &it.name, &it.organization_id.to_string()))
            });
            Ok(products)
        };
        // Another organization is another list.
        let owner = (place.clone(), place);
        self.find(
            &self.lists.products,
            GetProducts::OPERATION,
            owner,
            &self.name,
            call,
        )
        .await
    }

    /// Its id, for the generated calls.
    pub async fn product_id(&self) -> Result<ProductId> {
        Ok(self.get().await?.product_id)
    }

    /// An environment of the product as the server has it, by its name or id (`get-environments`).
    pub async fn environment(&self, name_or_id: &str) -> Result<EnvironmentModel> {
        let product = self.get().await?;
        let call = self.client.get_environments(product.product_id);
        let list = &self.lists.environments;
        self.find(
            list,
            GetEnvironments::OPERATION,
            product.owner(),
            name_or_id,
            call.send(),
        )
        .await
    }

    async fn tag(&self, name: &str) -> Result<TagModel> {
        let product = self.get().await?;
        let call = self.client.get_tags(product.product_id);
        let list = &self.lists.tags;
        self.find(list, GetTags::OPERATION, product.owner(), name, call.send())
            .await
    }

    async fn segment(&self, name: &str) -> Result<SegmentListModel> {
        let product = self.get().await?;
        let call = self.client.get_segments(product.product_id);
        let list = &self.lists.segments;
        self.find(
            list,
            GetSegments::OPERATION,
            product.owner(),
            name,
            call.send(),
        )
        .await
    }
}

/// A config of a product, by its name or id.
#[derive(Clone, Debug)]
pub struct Config {
    product: Product,
    name: String,
}

impl Config {
    /// What the config serves in an environment, by the environment's name or id. Makes no call.
    pub fn environment(&self, name_or_id: impl Into<String>) -> Environment {
        Environment {
            config: self.clone(),
            name: name_or_id.into(),
        }
    }

    /// The config as the server has it (`get-configs`).
    pub async fn get(&self) -> Result<ConfigModel> {
        let (handle, product) = (&self.product, self.product.get().await?);
        let call = handle.client.get_configs(product.product_id);
        let list = &handle.lists.configs;
        handle
            .find(
                list,
                GetConfigs::OPERATION,
                product.owner(),
                &self.name,
                call.send(),
            )
            .await
    }

    /// Its id, for the generated calls.
    pub async fn config_id(&self) -> Result<ConfigId> {
        Ok(self.get().await?.config_id)
    }

    /// The setting with this key or id as the server has it (`get-settings`).
    pub async fn setting(&self, key_or_id: &str) -> Result<SettingModel> {
        let (handle, config) = (&self.product, self.get().await?);
        let call = handle.client.get_settings(config.config_id);
        let list = &handle.lists.settings;
        handle
            .find(
                list,
                GetSettings::OPERATION,
                config.owner(),
                key_or_id,
                call.send(),
            )
            .await
    }

    /// All flags and settings by key, each with what it serves in every environment: one call for each environment
    /// (`get-setting-values` or `get-setting-values-v2`), never from a kept list.
    pub async fn flags(&self) -> Result<Vec<FlagValues>> {
        let product_id = self.product.product_id().await?;
        let call = self.product.client.get_environments(product_id);
        let environments = self.product.lists.forget_after_404(call.send().await)?;
        let mut flags: BTreeMap<String, FlagValues> = BTreeMap::new();
        for environment in environments.into_inner() {
            for answer in self.settings_in(environment.environment_id).await? {
                let (served, name) = (Served::of(&answer), environment.name.clone());
                let flag = flags.entry(served.key.clone()).or_default();
                flag.key.clone_from(&served.key);
                flag.setting_id = served.setting_id;
                flag.setting_type.clone_from(&served.setting_type);
                flag.served.push((name, served));
            }
        }
        Ok(flags.into_values().collect())
    }
}

/// A config in an environment.
#[derive(Clone, Debug)]
pub struct Environment {
    config: Config,
    name: String,
}

impl Environment {
    /// A flag or setting, by its key or id. Makes no call.
    pub fn flag(&self, key_or_id: impl Into<String>) -> Flag {
        Flag {
            environment: self.clone(),
            key: key_or_id.into(),
        }
    }

    /// The environment as the server has it (`get-environments`).
    pub async fn get(&self) -> Result<EnvironmentModel> {
        self.config.product.environment(&self.name).await
    }

    /// Its id, for the generated calls.
    pub async fn environment_id(&self) -> Result<EnvironmentId> {
        Ok(self.get().await?.environment_id)
    }

    async fn settings(&self) -> Result<Vec<Answer>> {
        self.config.settings_in(self.environment_id().await?).await
    }
}

/// A flag or setting in an environment, by its key or id. Its words are the same for V1 and V2 configs.
#[derive(Clone, Debug)]
pub struct Flag {
    environment: Environment,
    key: String,
}

impl Flag {
    /// The id of the setting, for the generated calls.
    pub async fn setting_id(&self) -> Result<SettingId> {
        let setting = self.environment.config.setting(&self.key).await?;
        Ok(setting.setting_id)
    }

    /// What it serves to whom (`get-setting-value` or `get-setting-value-v2`).
    pub async fn served(&self) -> Result<Served> {
        let place = self.environment.environment_id().await?;
        let config = &self.environment.config;
        let answer = config.setting_in(place, self.setting_id().await?);
        Ok(Served::of(&answer.await?))
    }
}
