//! What a server starts with.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use configcat_management::types::{
    ConfigId, ConfigModel, ConfigSettingFormulasModel, ConfigSettingValuesModel,
    CreateConfigRequest, CreateEnvironmentModel, CreateProductRequest, CreateSettingInitialValues,
    CreateTagModel, EnvironmentId, EnvironmentModel, EvaluationVersion, InitialValue, MeModel,
    OrganizationId, ProductId, ProductModel, RolloutRuleComparator, SettingId, SettingModel,
    SettingType, TagId, TagModel, UpdateComparisonValueListModel, UpdateComparisonValueModel,
    UpdateConditionModel, UpdateEvaluationFormulaWithIdModel, UpdateEvaluationFormulasModel,
    UpdatePercentageOptionModel, UpdateRolloutPercentageItemModel, UpdateRolloutRuleModel,
    UpdateSettingValueWithSettingIdModel, UpdateSettingValuesWithIdModel, UpdateTargetingRuleModel,
    UpdateUserConditionModel, UpdateValueModel, UserComparator,
};
use configcat_management::{OPERATIONS, SettingValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::api;
use crate::call::{Call, Reason, Refusal};
use crate::saving::{self, SeedError};
use crate::schema;
use crate::state::State;

/// The ids of the demo: one organization with two members and the product `Web shop`, two environments, one config of each evaluation
/// version, and a few flags. `beta_search` has a percentage split in both configs, and in the V2 config a targeting rule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Demo {
    /// The organization `Acme Corporation`.
    pub organization_id: OrganizationId,
    /// The product `Web shop`.
    pub product_id: ProductId,
    /// The environment `Production`.
    pub production_id: EnvironmentId,
    /// The environment `Test`.
    pub test_id: EnvironmentId,
    /// The tag `release`, which stands on `new_checkout` in both configs.
    pub tag_id: TagId,
    /// The config `Backend`, with evaluation version `v1`.
    pub v1: DemoConfig,
    /// The config `Frontend`, with evaluation version `v2`.
    pub v2: DemoConfig,
}

/// The ids of a config of the demo. The keys of its settings are the names here.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DemoConfig {
    /// The config.
    pub config_id: ConfigId,
    /// A flag; on in `Test`.
    pub new_checkout: SettingId,
    /// A flag with rules in `Production`.
    pub beta_search: SettingId,
    /// A text: `Welcome!`.
    pub banner_text: SettingId,
    /// A whole number: 20.
    pub page_size: SettingId,
    /// A decimal number: 0.25.
    pub discount: SettingId,
}

/// What a server starts with.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use configcat_fake::{Fake, Seed};
///
/// let first = Fake::start().await;
/// let second = Fake::builder().seed(Seed::from_json(&first.to_json())?).start().await;
/// assert_eq!(second.view(), first.view());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Seed(Contents);

#[derive(Clone)]
enum Contents {
    Demo,
    Empty,
    State(Arc<State>),
}

impl Seed {
    /// A product with two environments, two configs and a few flags; [`Demo`] has the ids.
    pub fn demo() -> Self {
        Seed(Contents::Demo)
    }

    /// One organization, the user behind the credentials, and nothing else.
    pub fn empty() -> Self {
        Seed(Contents::Empty)
    }

    /// What [`Fake::to_json`](crate::Fake::to_json) or a state file has.
    ///
    /// # Errors
    ///
    /// If the text is something else, of another version, or refers to what is not in it.
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        let state = saving::from_json(text)?;
        Ok(Seed(Contents::State(Arc::new(state))))
    }

    /// The seed that has planted a state already, so that it plants the same ids again.
    pub(crate) fn of_state(state: &State) -> Self {
        Seed(Contents::State(Arc::new(state.clone())))
    }

    /// A state of one's own, and the ids of the demo if it is one.
    pub(crate) fn plant(&self, now: DateTime<Utc>) -> Result<(State, Option<Demo>), String> {
        if let Contents::State(state) = &self.0 {
            return Ok((State::clone(state), None));
        }
        let mut state = State::new(
            MeModel::default()
                .with_email("jane.doe@example.com".to_string())
                .with_full_name("Jane Doe".to_string()),
        );
        let demo = match self.0 {
            Contents::Demo => Some(demo(&mut state, now)?),
            _ => None,
        };
        Ok((state, demo))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Contents::Demo => "Seed::demo()",
            Contents::Empty => "Seed::empty()",
            Contents::State(_) => "Seed::from_json(…)",
        })
    }
}

/// Fills the state by way of the operations, so that what holds for requests holds for the demo.
fn demo(state: &mut State, now: DateTime<Utc>) -> Result<Demo, String> {
    Seeder { state, now }
        .demo()
        .map_err(|refusal| match refusal.reason {
            Reason::Text(text) => text,
            Reason::Fields(fields) => format!("{fields:?}"),
        })
}

struct Seeder<'a> {
    state: &'a mut State,
    now: DateTime<Utc>,
}

impl Seeder<'_> {
    fn demo(&mut self) -> Result<Demo, Refusal> {
        let organization_id = self
            .state
            .organizations
            .keys()
            .next()
            .copied()
            .unwrap_or_default();
        let colleague = MeModel::default()
            .with_email("sam.lee@example.com".to_string())
            .with_full_name("Sam Lee".to_string());
        self.state.add_member(organization_id, &colleague);
        let product = CreateProductRequest::new("Web shop").with_description("Sells what we make.");
        let product: ProductModel = self.call(
            "create-product",
            &[("organizationId", organization_id.0)],
            &product,
        )?;
        let product_id = product.product_id;
        let in_product = [("productId", product_id.0)];
        let environment = CreateEnvironmentModel::new("Production").with_color("#2e7d32");
        let production: EnvironmentModel =
            self.call("create-environment", &in_product, &environment)?;
        let environment = CreateEnvironmentModel::new("Test").with_color("#f9a825");
        let test: EnvironmentModel = self.call("create-environment", &in_product, &environment)?;
        let tag = CreateTagModel::new("release").with_color("panther");
        let tag: TagModel = self.call("create-tag", &in_product, &tag)?;
        let mut configs = Vec::new();
        for (name, version) in [
            ("Backend", EvaluationVersion::V1),
            ("Frontend", EvaluationVersion::V2),
        ] {
            let config = CreateConfigRequest::new(name).with_evaluation_version(version);
            let config: ConfigModel = self.call("create-config", &in_product, &config)?;
            configs.push(self.settings(config.config_id, test.environment_id, tag.tag_id)?);
        }
        let (Some(v2), Some(v1)) = (configs.pop(), configs.pop()) else {
            return Err(Refusal::unknown("config", "of the demo"));
        };
        let demo = Demo {
            organization_id,
            product_id,
            production_id: production.environment_id,
            test_id: test.environment_id,
            tag_id: tag.tag_id,
            v1,
            v2,
        };
        self.rules(&demo)?;
        Ok(demo)
    }

    fn settings(
        &mut self,
        config_id: ConfigId,
        test: EnvironmentId,
        tag: TagId,
    ) -> Result<DemoConfig, Refusal> {
        let new = CreateSettingInitialValues::new;
        let new_checkout = new("new_checkout", "New checkout", SettingType::Boolean)
            .with_hint("The checkout on one page.")
            .with_tags(vec![tag])
            .with_initial_values(vec![InitialValue::new(true).with_environment_id(test)]);
        let beta_search = new("beta_search", "Beta search", SettingType::Boolean);
        let banner_text = new("banner_text", "Banner text", SettingType::String);
        let page_size = new("page_size", "Page size", SettingType::Int);
        let discount = new("discount", "Discount", SettingType::Double);
        let mut create = |setting: &CreateSettingInitialValues| -> Result<SettingId, Refusal> {
            let setting: SettingModel =
                self.call("create-setting", &[("configId", config_id.0)], setting)?;
            Ok(setting.setting_id)
        };
        Ok(DemoConfig {
            config_id,
            new_checkout: create(&new_checkout)?,
            beta_search: create(&beta_search)?,
            banner_text: create(&banner_text)?,
            page_size: create(&page_size)?,
            discount: create(&discount)?,
        })
    }

    /// What the settings serve, in both environments; the rules are for `Production` alone.
    fn rules(&mut self, demo: &Demo) -> Result<(), Refusal> {
        for environment_id in [demo.production_id, demo.test_id] {
            let production = environment_id == demo.production_id;
            let path = |config: &DemoConfig| {
                [
                    ("configId", config.config_id.0),
                    ("environmentId", environment_id.0),
                ]
            };
            let values = self.values_v1(&demo.v1, production);
            let _: ConfigSettingValuesModel =
                self.call("post-setting-values", &path(&demo.v1), &values)?;
            let values = self.values_v2(&demo.v2, production);
            let _: ConfigSettingFormulasModel =
                self.call("post-setting-values-v2", &path(&demo.v2), &values)?;
        }
        Ok(())
    }

    fn values_v1(&self, config: &DemoConfig, production: bool) -> UpdateSettingValuesWithIdModel {
        let new = |id: SettingId, value: SettingValue| {
            UpdateSettingValueWithSettingIdModel::new(value).with_setting_id(id)
        };
        let mut beta_search = new(config.beta_search, false.into());
        if production {
            let rule = UpdateRolloutRuleModel::new(true)
                .with_comparison_attribute("Email")
                .with_comparator(RolloutRuleComparator::Contains)
                .with_comparison_value("@example.com");
            let item = UpdateRolloutPercentageItemModel::new;
            beta_search = beta_search
                .with_rollout_rules(vec![rule])
                .with_rollout_percentage_items(vec![item(10, true), item(90, false)]);
        }
        UpdateSettingValuesWithIdModel::new().with_setting_values(vec![
            beta_search,
            new(config.banner_text, "Welcome!".into()),
            new(config.page_size, 20.into()),
            new(config.discount, 0.25.into()),
        ])
    }

    fn values_v2(&self, config: &DemoConfig, production: bool) -> UpdateEvaluationFormulasModel {
        let new = |id: SettingId, value: UpdateValueModel| {
            UpdateEvaluationFormulaWithIdModel::new(value).with_setting_id(Some(id))
        };
        let value = UpdateValueModel::new;
        let switch = |on: bool| value().with_bool_value(on);
        let mut beta_search = new(config.beta_search, switch(false));
        if production {
            let domains = vec![UpdateComparisonValueListModel::new("@example.com")];
            let domains = UpdateComparisonValueModel::new().with_list_value(domains);
            let staff =
                UpdateUserConditionModel::new(UserComparator::ContainsAnyOf, "Email", domains);
            let staff = UpdateTargetingRuleModel::new()
                .with_conditions(vec![UpdateConditionModel::new().with_user_condition(staff)])
                .with_value(switch(true));
            let option = UpdatePercentageOptionModel::new;
            let split = vec![option(10, switch(true)), option(90, switch(false))];
            let split = UpdateTargetingRuleModel::new().with_percentage_options(split);
            beta_search = beta_search.with_targeting_rules(vec![staff, split]);
        }
        UpdateEvaluationFormulasModel::new().with_update_formulas(vec![
            beta_search,
            new(config.banner_text, value().with_string_value("Welcome!")),
            new(config.page_size, value().with_int_value(20)),
            new(config.discount, value().with_double_value(0.25)),
        ])
    }

    /// Makes a call as a client would, and reads its answer.
    fn call<T: DeserializeOwned>(
        &mut self,
        operation: &str,
        path: &[(&'static str, Uuid)],
        body: &impl Serialize,
    ) -> Result<T, Refusal> {
        let found = OPERATIONS.iter().find(|known| known.id == operation);
        let (Some(found), Some(handler)) = (found, api::handler(operation)) else {
            return Err(Refusal::unknown("operation", operation));
        };
        let wrong = |error: serde_json::Error| Refusal::field(operation, error.to_string());
        let call = Call {
            described: schema::of(found),
            path: path
                .iter()
                .map(|(name, value)| (*name, value.to_string()))
                .collect(),
            query: Vec::new(),
            sdk_key: None,
            body: serde_json::to_value(body).map_err(wrong)?,
            now: self.now,
        };
        call.check()?;
        let answer = handler(self.state, &call)?;
        serde_json::from_slice(&answer.body.unwrap_or_default()).map_err(wrong)
    }
}
