//! Integrations: the parameters of each type, as types.
//!
//! The API takes a map of texts, whose names differ from tool to tool (`apikey` here, `apiKey` there). A parameter set has what
//! its tool needs as arguments of `new`, the rest as `with_…`, and becomes that map.
//!
//! ```no_run
//! use configcat_management::integration::{DataDog, DataDogSite};
//!
//! # async fn example(client: configcat_management::Client, product_id: uuid::Uuid) -> configcat_management::Result<()> {
//! let datadog = DataDog::new("0123abcd").with_site(DataDogSite::Eu);
//! client.create_integration(product_id, datadog.create("Datadog")?).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! A set converts into the map by `into()` too, for the `parameters` of the generated types.
//!
//! # Each type
//!
//! | type | set | required | optional (default) |
//! | --- | --- | --- | --- |
//! | `dataDog` | [`DataDog`] | `apikey` | `site`: [`DataDogSite`] (`Us`) |
//! | `slack` | [`Slack`] | `incoming_webhook.url` | `includeSensitiveData`: `bool` (`false`) |
//! | `amplitude` | [`Amplitude`] | `apiKey`, `secretKey` | |
//! | `mixPanel` | [`MixPanel`] | `serviceAccountUserName`, `serviceAccountSecret`, `projectId` | `server`: [`MixPanelServer`] (`StandardServer`) |
//! | `segment` | [`Segment`] | `writeKey` | `server`: [`SegmentServer`] (`Us`) |
//! | `pubNub` | [`PubNub`] | `pubKey`, `subKey`, `channel` | |
//!
//! # What is checked before the call
//!
//! [`create`](IntegrationParameters::create), [`modify`](IntegrationParameters::modify) and
//! [`IntegrationParameters::check`] refuse, with [`Error::Invalid`], a required parameter that is missing or empty, a name that
//! is nearly the name of a known parameter, and a value that is nearly an allowed one. Names and values that resemble nothing
//! known are kept: the API grows.

mod check;
mod choice;

use std::collections::BTreeMap;
use std::fmt;

use crate::engine::check::Violation;
use crate::operations::UpdateIntegration;
use crate::types::{
    CreateIntegrationModel, IntegrationModel, IntegrationType, ModifyIntegrationRequest,
};
use crate::{Error, IntoOption, Result, Secret};

use self::check::check_for;
pub use self::check::check_map;
use self::choice::{Choice, Shown, take};
pub use self::choice::{DataDogSite, MixPanelServer, SegmentServer};

/// Parameters as the API has them: names and texts.
pub type Map = BTreeMap<String, Secret>;

/// What is known of a type's parameters.
#[derive(Default)]
struct Known {
    required: Vec<&'static str>,
    optional: Vec<(&'static str, Vec<&'static str>)>,
}

macro_rules! sets {
    ($(
        $(#[$about:meta])*
        $set:ident {
            $($(#[$what:meta])* $required:ident = $name:literal,)*
            $(? $(#[$also:meta])* $optional:ident, $with:ident: $choice:ty = $key:literal,)*
        }
    )*) => {
        $(
            $(#[$about])*
            #[derive(Clone, PartialEq, Eq)]
            #[non_exhaustive]
            pub struct $set {
                $($(#[$what])* pub $required: Secret,)*
                $($(#[$also])* pub $optional: Option<$choice>,)*
                /// Parameters that this release does not know; they are sent as they are.
                pub other: Map,
            }

            impl $set {
                /// With what the tool needs; the rest stays unset.
                pub fn new($($required: impl Into<Secret>),*) -> Self {
                    $set {
                        $($required: $required.into(),)*
                        $($optional: None,)*
                        other: Map::new(),
                    }
                }

                $(
                    $(#[$also])*
                    #[must_use]
                    pub fn $with(mut self, $optional: impl IntoOption<$choice>) -> Self {
                        self.$optional = $optional.into_option();
                        self
                    }
                )*

                /// A parameter that this release does not know.
                #[must_use]
                pub fn with_other(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
                    self.other.insert(name.into(), value.into());
                    self
                }

                /// What [`create_integration`](crate::Client::create_integration) sends; see
                /// [`IntegrationParameters::create`].
                ///
                /// # Errors
                ///
                /// [`Error::Invalid`], as [`IntegrationParameters::check`] has it.
                pub fn create(self, name: impl Into<String>) -> Result<CreateIntegrationModel> {
                    IntegrationParameters::from(self).create(name)
                }

                /// What [`update_integration`](crate::Client::update_integration) sends; see
                /// [`IntegrationParameters::modify`].
                ///
                /// # Errors
                ///
                /// [`Error::Invalid`], as [`IntegrationParameters::check`] has it.
                pub fn modify(self, integration: &IntegrationModel) -> Result<ModifyIntegrationRequest> {
                    IntegrationParameters::from(self).modify(integration)
                }

                /// `None` if a required parameter is missing.
                fn read(mut map: Map) -> Option<Self> {
                    Some($set {
                        $($required: map.remove($name)?,)*
                        $($optional: take(&mut map, $key),)*
                        other: map,
                    })
                }
            }

            impl fmt::Debug for $set {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_struct(stringify!($set))
                        $(.field(stringify!($required), &self.$required))*
                        $(.field(stringify!($optional), &Shown(&self.$optional)))*
                        .field("other", &self.other)
                        .finish()
                }
            }

            impl From<$set> for Map {
                fn from(set: $set) -> Map {
                    let mut map = set.other;
                    $(map.insert($name.to_string(), set.$required);)*
                    $(if let Some(text) = set.$optional.as_ref().and_then(Choice::write) {
                        map.insert($key.to_string(), text.into());
                    })*
                    map
                }
            }

            impl From<$set> for IntegrationParameters {
                fn from(set: $set) -> Self {
                    IntegrationParameters::$set(set)
                }
            }
        )*

        /// The parameters of an integration.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum IntegrationParameters {
            $($(#[$about])* $set($set),)*
            /// Those of a type that this release does not know, or that lack what their type requires: the server does not show
            /// secrets to everybody.
            Other(IntegrationType, Map),
        }

        impl IntegrationParameters {
            /// Which type they are of.
            pub fn integration_type(&self) -> IntegrationType {
                match self {
                    $(Self::$set(_) => IntegrationType::$set,)*
                    Self::Other(integration_type, _) => integration_type.clone(),
                }
            }

            /// Reads a map, as far as it can be read: unknown parameters are kept, and nothing is refused.
            pub fn read(integration_type: IntegrationType, map: Map) -> Self {
                let set = match integration_type {
                    $(IntegrationType::$set => $set::read(map.clone()).map(Self::$set),)*
                    _ => None,
                };
                set.unwrap_or(Self::Other(integration_type, map))
            }
        }

        impl From<IntegrationParameters> for Map {
            fn from(parameters: IntegrationParameters) -> Map {
                match parameters {
                    $(IntegrationParameters::$set(set) => set.into(),)*
                    IntegrationParameters::Other(_, map) => map,
                }
            }
        }

        fn known_parameters(integration_type: &IntegrationType) -> Known {
            match integration_type {
                $(IntegrationType::$set => Known {
                    required: vec![$($name),*],
                    optional: vec![$(($key, <$choice>::values())),*],
                },)*
                _ => Known::default(),
            }
        }
    };
}

sets! {
    /// Parameters of Datadog.
    DataDog {
        /// An API key of the Datadog account, `apikey`.
        api_key = "apikey",
        ? /// The site of the Datadog account, `site`. Default: `Us`.
        site, with_site: DataDogSite = "site",
    }

    /// Parameters of Slack.
    Slack {
        /// The address of an incoming webhook, `incoming_webhook.url`. Who knows it can post, so it is a secret.
        incoming_webhook_url = "incoming_webhook.url",
        ? /// Whether confidential comparison values are posted unmasked, `includeSensitiveData`. Default: `false`, and then it is
        /// not sent.
        include_sensitive_data, with_include_sensitive_data: bool = "includeSensitiveData",
    }

    /// Parameters of Amplitude.
    Amplitude {
        /// The API key of the Amplitude project, `apiKey`.
        api_key = "apiKey",
        /// The secret key of the Amplitude project, `secretKey`.
        secret_key = "secretKey",
    }

    /// Parameters of Mixpanel.
    MixPanel {
        /// The user name of a service account, `serviceAccountUserName`.
        service_account_user_name = "serviceAccountUserName",
        /// The secret of that service account, `serviceAccountSecret`.
        service_account_secret = "serviceAccountSecret",
        /// The id of the Mixpanel project, `projectId`.
        project_id = "projectId",
        ? /// Where the project's data is kept, `server`. Default: `StandardServer`.
        server, with_server: MixPanelServer = "server",
    }

    /// Parameters of Twilio Segment.
    Segment {
        /// The write key of a source, `writeKey`.
        write_key = "writeKey",
        ? /// Where the workspace's data is kept, `server`. Default: `Us`.
        server, with_server: SegmentServer = "server",
    }

    /// Parameters of PubNub.
    PubNub {
        /// The publish key of the PubNub keyset, `pubKey`.
        pub_key = "pubKey",
        /// The subscribe key of the PubNub keyset, `subKey`.
        sub_key = "subKey",
        /// The channel that is posted to, `channel`.
        channel = "channel",
    }
}

impl IntegrationParameters {
    /// What [`create_integration`](crate::Client::create_integration) (`POST /v1/products/{productId}/integrations`) sends:
    /// these parameters under a name of 1 to 255 characters, for all configs and environments. Set `config_ids` and
    /// `environment_ids` of the result to restrict it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], as [`check`](Self::check) has it.
    pub fn create(self, name: impl Into<String>) -> Result<CreateIntegrationModel> {
        self.check()?;
        let own = self.integration_type();
        Ok(CreateIntegrationModel::new([], [], own, name, self))
    }

    /// What [`update_integration`](crate::Client::update_integration) (`PUT /v1/integrations/{integrationId}`) sends, so that the
    /// integration has these parameters, and its name, configs and environments stay.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], as [`check`](Self::check) has it, and if these are parameters of another type: an integration
    /// keeps its type.
    pub fn modify(self, integration: &IntegrationModel) -> Result<ModifyIntegrationRequest> {
        let (own, other) = (self.integration_type(), &integration.integration_type);
        if own != *other {
            let problem = format!("are for `{own}`, and the integration is of type `{other}`");
            let violation = Violation::new("body.parameters", problem);
            return Err(Error::invalid(UpdateIntegration::OPERATION, violation));
        }
        check_for(UpdateIntegration::OPERATION, &own, &self.clone().into())?;
        let integration = integration.clone();
        Ok(ModifyIntegrationRequest::new(
            integration.config_ids,
            integration.environment_ids,
            integration.name,
            self,
        ))
    }

    /// Whether the API would take them, as far as is known; see [`check_map`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] names the parameter, and what it was probably meant to be. It holds no value.
    pub fn check(&self) -> Result<()> {
        check_map(&self.integration_type(), &self.clone().into())
    }
}

impl From<&IntegrationModel> for IntegrationParameters {
    fn from(integration: &IntegrationModel) -> Self {
        let map = integration.parameters.clone().unwrap_or_default();
        IntegrationParameters::read(integration.integration_type.clone(), map)
    }
}
