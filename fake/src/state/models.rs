//! What the server knows, as the API shows it.

use configcat_management::types::{
    ConfigModel, EnvironmentModel, ProductModel, SettingModel, SettingTagModel, TagModel,
};

use super::{Attached, Config, Environment, Product, Setting, State, Tag};
use crate::call::Refusal;

impl State {
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

    /// Lists have thousands of them, so each field is set in its place: a `with_` would move the model.
    pub(crate) fn setting_model(&self, setting: &Setting) -> Result<SettingModel, Refusal> {
        let tag = |attached: &Attached| self.tag_model(self.tag(attached.tag_id)?);
        let mut model = SettingModel::default();
        model.config_id = setting.config_id;
        model.config_name = self.config(setting.config_id)?.name.clone();
        model.created_at = Some(setting.created_at);
        model.hint.clone_from(&setting.hint);
        model.is_json = setting.is_json;
        model.key.clone_from(&setting.key);
        model.name.clone_from(&setting.name);
        model.order = setting.order;
        model.predefined_variations = setting.variations.clone();
        model.setting_id = setting.id;
        model.setting_type = setting.setting_type.clone();
        model.tags = setting.tags.iter().map(tag).collect::<Result<_, _>>()?;
        Ok(model)
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
