//! Finds products, configs, environments and flags by name or key, and resolves their ids.
//!
//! ```no_run
//! # async fn example(client: configcat_management::Client) -> configcat_management::Result<()> {
//! let flag = client.product("Web shop").config("Backend").environment("Production").flag("new_checkout");
//! flag.turn_on().reason("Launch").send().await?; // in a V1 or V2 config, whichever it is
//! println!("{}", flag.served().await?);
//! let id = flag.setting_id().await?; // for the generated calls
//! # Ok(())
//! # }
//! ```
//!
//! [`compare`] shows what two environments serve differently, [`copy()`] brings what one serves to another, [`Product::stale`]
//! finds flags that nobody changes any more, and [`Flag::retire`] deletes one that nobody uses.
//!
//! Names and keys are compared case-insensitively. If several match, an exact match wins; otherwise the error lists them, and
//! an id can be used in place of a name. An unknown name is an error that lists the known ones.
//!
//! Nothing is called before it is needed. Each list (products, the configs and environments of a product, the settings of a
//! config) is read once and shared by all that comes from one [`Client::product`], clones included, for as long as they
//! live, or for as long as [`Product::keep_for`] says. A name that is missing from a list that was read before has it read once more.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::types::{
    ConfigId, ConfigModel, EnvironmentId, EnvironmentModel, ProductId, ProductModel,
    SegmentListModel, SettingId, SettingModel, TagModel,
};
use crate::{Client, IntoOption, Result};

mod change;
mod cleanup;
mod compare;
mod copy;
mod lists;
mod seen;
mod served;

pub use change::{Change, Changed};
pub use cleanup::{Retire, StaleFlag, StaleFlags};
pub use compare::{Difference, Differences, Part, compare};
pub use copy::{Copy, CopyPlan, CopyStep, copy};
use lists::{Lists, Place};
use seen::Seen;
pub use served::{FlagValues, Rule, Served};

/// Finds one by its name in a list of what has it.
macro_rules! find {
    ($product:expr, $kind:literal, $word:expr, $level:ident.$call:ident($parent:expr => $id:ident, $of:literal)) => {{
        let parent = $parent.get().await?;
        let (id, within) = (
            parent.$id,
            format!(concat!("the ", $of, " `{}`"), parent.name),
        );
        let load = || async { Ok($product.client.$call(id).send().await?.into_inner()) };
        let place = Place {
            within: &within,
            kind: $kind,
            word: $word,
            keep: $product.keep,
        };
        $product.lists.$level.find(id, place, load).await
    }};
}

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
#[derive(Clone)]
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
    ///
    /// # Errors
    ///
    /// If none or several fit, the error says which products there are. Other errors are those of the call.
    pub async fn get(&self) -> Result<ProductModel> {
        let place = match &self.organization {
            Some(organization) => format!("the organization `{organization}`"),
            None => "the account".to_string(),
        };
        let load = || async {
            let mut products = self.client.get_products().send().await?.into_inner();
            if let Some(word) = &self.organization {
                products.retain(|product| {
                    let organization = &product.organization;
                    lists::same(word, &organization.name)
                        || *word == organization.organization_id.to_string()
                });
            }
            Ok(products)
        };
        let place = Place {
            within: &place,
            kind: "product",
            word: &self.name,
            keep: self.keep,
        };
        // Another organization is another list.
        let key = self.organization.clone().unwrap_or_default();
        self.lists.products.find(key, place, load).await
    }

    /// An environment of the product as the server has it, by its name or id (`get-environments`).
    ///
    /// # Errors
    ///
    /// If none or several fit, the error says which environments there are. Other errors are those of the calls.
    pub async fn environment(&self, name_or_id: &str) -> Result<EnvironmentModel> {
        find!(self, "environment", name_or_id, environments.get_environments(self => product_id, "product"))
    }

    async fn tag(&self, name: &str) -> Result<TagModel> {
        find!(self, "tag", name, tags.get_tags(self => product_id, "product"))
    }

    async fn segment(&self, name_or_id: &str) -> Result<SegmentListModel> {
        find!(self, "segment", name_or_id, segments.get_segments(self => product_id, "product"))
    }
}

/// A config of a product, by its name or id.
#[derive(Clone)]
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
    ///
    /// # Errors
    ///
    /// If none or several fit, the error says which configs there are. Other errors are those of the calls.
    pub async fn get(&self) -> Result<ConfigModel> {
        find!(self.product, "config", &self.name, configs.get_configs(self.product => product_id, "product"))
    }

    /// The setting with this key or id as the server has it (`get-settings`).
    ///
    /// # Errors
    ///
    /// If none fits, the error says which settings there are. Other errors are those of the calls.
    pub async fn setting(&self, key_or_id: &str) -> Result<SettingModel> {
        find!(self.product, "setting", key_or_id, settings.get_settings(self => config_id, "config"))
    }

    /// All flags and settings by key, each with what it serves in every environment: one call for each environment
    /// (`get-setting-values` or `get-setting-values-v2`), never from a kept list.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Config::get) and of the calls.
    pub async fn flags(&self) -> Result<Vec<FlagValues>> {
        let product_id = self.product.product_id().await?;
        let environments = self.product.client.get_environments(product_id);
        let mut flags = BTreeMap::new();
        for environment in environments.send().await?.into_inner() {
            for seen in self.settings_in(environment.environment_id).await? {
                let served = Served::of(&seen);
                let flag = flags
                    .entry(served.key.clone())
                    .or_insert_with(|| FlagValues {
                        key: served.key.clone(),
                        setting_id: served.setting_id,
                        setting_type: served.setting_type.clone(),
                        served: Vec::new(),
                    });
                flag.served.push((environment.name.clone(), served));
            }
        }
        Ok(flags.into_values().collect())
    }
}

/// A config in an environment.
#[derive(Clone)]
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
    ///
    /// # Errors
    ///
    /// Those of [`Product::environment`].
    pub async fn get(&self) -> Result<EnvironmentModel> {
        self.config.product.environment(&self.name).await
    }

    async fn settings(&self) -> Result<Vec<Seen>> {
        self.config.settings_in(self.environment_id().await?).await
    }
}

/// A flag or setting in an environment, by its key or id. Its words are the same for V1 and V2 configs.
#[derive(Clone)]
pub struct Flag {
    environment: Environment,
    key: String,
}

impl Flag {
    /// The id of the setting, for the generated calls.
    ///
    /// # Errors
    ///
    /// Those of [`Config::setting`].
    pub async fn setting_id(&self) -> Result<SettingId> {
        let setting = self.environment.config.setting(&self.key).await?;
        Ok(setting.setting_id)
    }

    /// Client, version and ids, with as few calls as it takes.
    async fn resolve(&self) -> Result<(&Client, bool, EnvironmentId, SettingId)> {
        let config = self.environment.config.get().await?;
        let is_v1 = seen::is_v1(&config);
        let environment_id = self.environment.environment_id().await?;
        let setting_id = self.setting_id().await?;
        let client = &self.environment.config.product.client;
        Ok((client, is_v1, environment_id, setting_id))
    }

    /// What it serves to whom (`get-setting-value` or `get-setting-value-v2`).
    ///
    /// # Errors
    ///
    /// If a name does not fit, the error says what there is; otherwise those of the calls.
    pub async fn served(&self) -> Result<Served> {
        let (_, _, environment_id, setting_id) = self.resolve().await?;
        let config = &self.environment.config;
        let seen = config.setting_in(environment_id, setting_id).await?;
        Ok(Served::of(&seen))
    }
}

macro_rules! handles {
    ($($handle:ident: $name:ident $(, $id:ident: $type:ident)?;)*) => {
        $($(impl $handle {
            /// The id, for the generated calls; from the list that `get` reads, which is read once for all clones.
            ///
            /// # Errors
            ///
            /// Those of `get`.
            pub async fn $id(&self) -> Result<$type> {
                Ok(self.get().await?.$id)
            }
        })?

        impl fmt::Debug for $handle {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($handle)).field(&self.$name).finish()
            }
        })*
    };
}
handles! {
    Product: name, product_id: ProductId;
    Config: name, config_id: ConfigId;
    Environment: name, environment_id: EnvironmentId;
    Flag: key;
}
