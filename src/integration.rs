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
//! # What is told before the call
//!
//! [`create`](IntegrationParameters::create), [`modify`](IntegrationParameters::modify) and
//! [`IntegrationParameters::check`] refuse, with [`Error::Invalid`], a required parameter that is missing or empty, a name that
//! is nearly the name of a known parameter, and a value that is nearly an allowed one. Names and values that resemble nothing
//! known are kept: the API grows.

use std::collections::BTreeMap;
use std::fmt;

use crate::engine::check::Violation;
use crate::operations::{CreateIntegration, UpdateIntegration};
use crate::types::{
    CreateIntegrationModel, IntegrationModel, IntegrationType, ModifyIntegrationRequest,
};
use crate::{Error, Operation, Result, Secret, open_enum};

/// Parameters as the API has them: names and texts.
pub type Map = BTreeMap<String, Secret>;

/// What an optional parameter may be.
trait Choice: Sized {
    /// The texts that the API documents.
    fn allowed() -> Vec<&'static str>;
    /// `None` where the text is kept as an unknown parameter.
    fn read(text: &str) -> Option<Self>;
    /// `None` where the parameter is left out.
    fn write(&self) -> Option<&str>;
}

/// What was set, without a value that this release does not know: somebody may have put a key there.
fn shown<T: Choice + fmt::Debug>(choice: &Option<T>) -> impl fmt::Debug {
    let known = |choice: &T| {
        let text = choice.write();
        text.is_none_or(|text| T::allowed().contains(&text))
    };
    struct Shown(String);

    impl fmt::Debug for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.0)
        }
    }

    choice.as_ref().map(|choice| match known(choice) {
        true => Shown(format!("{choice:?}")),
        false => Shown("***".to_string()),
    })
}

impl Choice for bool {
    fn allowed() -> Vec<&'static str> {
        vec!["true"]
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn write(&self) -> Option<&str> {
        self.then_some("true")
    }
}

macro_rules! choices {
    ($($name:ident),*) => {
        $(impl Choice for $name {
            fn allowed() -> Vec<&'static str> {
                $name::VALUES.iter().map(|value| value.as_str()).collect()
            }

            fn read(text: &str) -> Option<Self> {
                Some($name::from(text))
            }

            fn write(&self) -> Option<&str> {
                Some(self.as_str())
            }
        })*
    };
}

open_enum! {
    /// Which of Datadog's sites an account is on.
    pub enum DataDogSite {
        /// US1, the default.
        Us = "Us",
        /// EU1.
        Eu = "Eu",
        /// US1-FED, for government.
        Us1Fed = "Us1Fed",
        /// US3.
        Us3 = "Us3",
        /// US5.
        Us5 = "Us5",
    }
}

open_enum! {
    /// Where Mixpanel keeps a project's data.
    pub enum MixPanelServer {
        /// In the United States, the default.
        Standard = "StandardServer",
        /// In the European Union.
        EuResidency = "EUResidencyServer",
    }
}

open_enum! {
    /// Where Segment keeps a workspace's data.
    pub enum SegmentServer {
        /// In the United States, the default.
        Us = "Us",
        /// In the European Union.
        Eu = "Eu",
    }
}

choices!(DataDogSite, MixPanelServer, SegmentServer);

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
                    pub fn $with(mut self, $optional: impl Into<$choice>) -> Self {
                        self.$optional = Some($optional.into());
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

                fn known() -> Known {
                    Known {
                        required: vec![$($name),*],
                        optional: vec![$(($key, <$choice>::allowed())),*],
                    }
                }

                /// `None` where a required parameter is missing.
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
                        $(.field(stringify!($optional), &shown(&self.$optional)))*
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

        fn known(integration_type: &IntegrationType) -> Known {
            match integration_type {
                $(IntegrationType::$set => $set::known(),)*
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
        self.check_for(CreateIntegration::OPERATION)?;
        let integration_type = self.integration_type();
        Ok(CreateIntegrationModel::new(
            [],
            [],
            integration_type,
            name,
            self,
        ))
    }

    /// What [`update_integration`](crate::Client::update_integration) (`PUT /v1/integrations/{integrationId}`) sends, so that the
    /// integration has these parameters, and its name, configs and environments stay.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], as [`check`](Self::check) has it, and where these are parameters of another type: an integration
    /// keeps its type.
    pub fn modify(self, integration: &IntegrationModel) -> Result<ModifyIntegrationRequest> {
        let (own, other) = (self.integration_type(), &integration.integration_type);
        if own != *other {
            let problem = format!("are for `{own}`, and the integration is of type `{other}`");
            let field = "body.parameters".to_string();
            let violation = Violation { field, problem };
            return Err(Error::invalid(UpdateIntegration::OPERATION, violation));
        }
        self.check_for(UpdateIntegration::OPERATION)?;
        Ok(ModifyIntegrationRequest::new(
            integration.config_ids.as_slice(),
            integration.environment_ids.as_slice(),
            integration.name.as_str(),
            self,
        ))
    }

    /// Whether the API would take them, as far as is known; see [`check_map`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] names the parameter, and what it was probably meant to be. It holds no value.
    pub fn check(&self) -> Result<()> {
        self.check_for(CreateIntegration::OPERATION)
    }

    fn check_for(&self, operation: &'static Operation) -> Result<()> {
        violation(&self.integration_type(), &self.clone().into())
            .map_err(|violation| Error::invalid(operation, violation))
    }
}

impl From<&IntegrationModel> for IntegrationParameters {
    fn from(integration: &IntegrationModel) -> Self {
        let map = integration.parameters.clone().unwrap_or_default();
        IntegrationParameters::read(integration.integration_type.clone(), map)
    }
}

/// Checks a map of parameters, such as one from a configuration file, before it is sent.
///
/// ```
/// use configcat_management::{integration, types::IntegrationType};
///
/// let map = [("apiKey".to_string(), "0123abcd".into())].into();
/// let error = integration::check_map(&IntegrationType::DataDog, &map).unwrap_err();
/// assert!(error.to_string().ends_with("`body.parameters.apiKey` is no parameter of `dataDog`; did you mean `apikey`?"));
/// ```
///
/// # Errors
///
/// [`Error::Invalid`] names the parameter, and what it was probably meant to be. It holds no value.
pub fn check_map(integration_type: &IntegrationType, map: &Map) -> Result<()> {
    violation(integration_type, map)
        .map_err(|violation| Error::invalid(CreateIntegration::OPERATION, violation))
}

fn violation(integration_type: &IntegrationType, map: &Map) -> Result<(), Violation> {
    let wrong = |name: &str, problem: String| {
        let field = format!("body.parameters.{name}");
        Err(Violation { field, problem })
    };
    let Known { required, optional } = known(integration_type);
    let names = || required.iter().chain(optional.iter().map(|(name, _)| name));
    for name in map.keys() {
        if names().any(|known| known == name) {
            continue;
        }
        // One letter in `site`, two in `apikey`.
        if let Some(meant) = nearest(name, names().copied(), 3) {
            let problem = "is no parameter of";
            let problem = format!("{problem} `{integration_type}`; did you mean `{meant}`?");
            return wrong(name, problem);
        }
    }
    for name in &required {
        let problem = match map.get(*name) {
            None => "is missing",
            Some(value) if value.expose().trim().is_empty() => "is empty",
            Some(_) => continue,
        };
        let needed = required.join("`, `");
        return wrong(
            name,
            format!("{problem}; `{integration_type}` needs `{needed}`"),
        );
    }
    for (name, allowed) in &optional {
        let Some(value) = map.get(*name).map(Secret::expose) else {
            continue;
        };
        if allowed.contains(&value) {
            continue;
        }
        // Two letters in `StandardServer`, none in `Us3`: a site `Us4` may come.
        if let Some(meant) = nearest(value, allowed.iter().copied(), 7) {
            let allowed = allowed.join("`, `");
            return wrong(
                name,
                format!("is none of `{allowed}`; did you mean `{meant}`?"),
            );
        }
    }
    Ok(())
}

/// The known word that a misspelt one was probably meant to be: the same letters and digits in other case or with other
/// separators, or with one wrong in each `letters` of them.
fn nearest(
    text: &str,
    known: impl Iterator<Item = &'static str>,
    letters: usize,
) -> Option<&'static str> {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let text = plain(text);
    let distances = known.map(|known| {
        let word = plain(known);
        let distance = strsim::damerau_levenshtein(&text, &word);
        (distance, word.chars().count() / letters, known)
    });
    let near = distances.filter(|(distance, most, _)| distance <= most);
    near.min_by_key(|(distance, ..)| *distance)
        .map(|(.., known)| known)
}

/// An optional parameter; what cannot be one stays in the map.
fn take<T: Choice>(map: &mut Map, name: &str) -> Option<T> {
    let choice = T::read(map.get(name)?.expose())?;
    map.remove(name);
    Some(choice)
}
