//! Configs.

use configcat_management::types::{
    AuditLogType, ConfigModel, CreateConfigRequest, EnvironmentId, EvaluationVersion,
    UpdateConfigRequest,
};

use super::integrations;
use crate::call::{Answer, Call, Refusal, new_id};
use crate::state::{Config, Keys, State, next_order};

pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    let configs = state.configs_of(product.id);
    let models = configs.into_iter().map(|config| state.config_model(config));
    Answer::ok(&models.collect::<Result<Vec<ConfigModel>, _>>()?)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let CreateConfigRequest {
        description,
        evaluation_version,
        name,
        order,
        ..
    } = call.body()?;
    let next = next_order(
        state
            .configs_of(product_id)
            .iter()
            .map(|config| config.order),
    );
    let config = Config {
        id: new_id(),
        product_id,
        name,
        description,
        order: order.unwrap_or(next),
        evaluation_version: evaluation_version.unwrap_or(EvaluationVersion::V1),
        settings: Keys::default(),
        created: state.count(),
    };
    let model = state.config_model(&config)?;
    let environments = state.environments_of(product_id);
    let environments: Vec<EnvironmentId> = environments.iter().map(|found| found.id).collect();
    state.configs.insert(config.id, config);
    for environment_id in environments {
        state.add_sdk_key(model.config_id, environment_id);
    }
    let scope = state.in_config(model.config_id);
    state.log(call, AuditLogType::ConfigCreated, scope, &model.name, "");
    Answer::created(&model)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let config = state.config(call.path("configId")?)?;
    Answer::ok(&state.config_model(config)?)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let config = state.config(call.path("configId")?)?;
    let (id, before) = (config.id, state.config_model(config)?);
    let UpdateConfigRequest {
        description,
        name,
        order,
        ..
    } = call.body()?;
    let config = state.config_mut(id)?;
    config.description = description.or(config.description.take());
    config.name = name.unwrap_or_else(|| config.name.clone());
    config.order = order.unwrap_or(config.order);
    let after = state.config_model(state.config(id)?)?;
    let scope = state.in_config(id);
    let models = (&before, &after);
    state.log_change(
        call,
        AuditLogType::ConfigChanged,
        scope,
        &before.name,
        models,
    );
    Answer::ok(&after)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let config = state.config(call.path("configId")?)?;
    let (id, name) = (config.id, config.name.clone());
    let scope = state.in_config(id);
    let connected = state.connections.integrations.clone();
    state.remove_config(id);
    state.log(call, AuditLogType::ConfigDeleted, scope, name, "");
    integrations::log_removed(state, call, connected);
    Answer::none()
}
