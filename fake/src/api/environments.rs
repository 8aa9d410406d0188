//! Environments.

use configcat_management::types::{
    AuditLogType, ConfigId, CreateEnvironmentModel, EnvironmentId, EnvironmentModel, ProductId,
    UpdateEnvironmentModel,
};

use super::{integrations, values};
use crate::call::{Answer, Call, Problems, Refusal, new_id};
use crate::state::{Environment, Rules, State, Target, next_order};

pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    let environments = state.environments_of(product.id);
    let models = environments
        .into_iter()
        .map(|environment| state.environment_model(environment));
    Answer::ok(&models.collect::<Result<Vec<EnvironmentModel>, _>>()?)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let CreateEnvironmentModel {
        color,
        description,
        name,
        order,
        ..
    } = call.body()?;
    let siblings = state.environments_of(product_id);
    let next = next_order(siblings.iter().map(|environment| environment.order));
    demand_name(state, product_id, None, Some(&name))?;
    let environment = Environment {
        id: new_id(),
        product_id,
        name,
        color,
        description,
        order: order.unwrap_or(next),
        created: state.count(),
    };
    let model = state.environment_model(&environment)?;
    add_to_configs(state, &environment);
    state.team.add_environment(product_id, environment.id);
    state.environments.insert(environment.id, environment);
    let scope = state.in_environment(model.environment_id);
    state.log(
        call,
        AuditLogType::EnvironmentCreated,
        scope,
        &model.name,
        "",
    );
    Answer::created(&model)
}

/// 400 if another environment of the product has the name.
fn demand_name(
    state: &State,
    product_id: ProductId,
    own: Option<EnvironmentId>,
    name: Option<&str>,
) -> Result<(), Refusal> {
    let others = state.environments_of(product_id).into_iter();
    let others = others.filter(|other| Some(other.id) != own);
    let mut problems = Problems::default();
    problems.demand_unique("Name", name, others.map(|other| &*other.name));
    problems.none()
}

/// Every config of the product gets an SDK key for the new environment, and every setting a value.
fn add_to_configs(state: &mut State, environment: &Environment) {
    let mut configs: Vec<ConfigId> = Vec::new();
    let mut values: Vec<(Target, Rules)> = Vec::new();
    for config in state.configs_of(environment.product_id) {
        configs.push(config.id);
        for setting in state.settings_of(config) {
            let target = Target {
                setting_id: setting.id,
                environment_id: environment.id,
            };
            values.push((target, values::first(config, setting)));
        }
    }
    for config_id in configs {
        state.add_sdk_key(config_id, environment.id);
    }
    for (target, rules) in values {
        state.publish(target, rules, None);
    }
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let environment = state.environment(call.path("environmentId")?)?;
    Answer::ok(&state.environment_model(environment)?)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let environment = state.environment(call.path("environmentId")?)?;
    let (id, before) = (environment.id, state.environment_model(environment)?);
    let UpdateEnvironmentModel {
        color,
        description,
        name,
        order,
        ..
    } = call.body()?;
    let product_id = before.product.product_id;
    demand_name(state, product_id, Some(id), name.as_deref())?;
    let environment = state.environment_mut(id)?;
    environment.color = color.or(environment.color.take());
    environment.description = description.or(environment.description.take());
    environment.name = name.unwrap_or_else(|| environment.name.clone());
    environment.order = order.unwrap_or(environment.order);
    let after = state.environment_model(state.environment(id)?)?;
    let scope = state.in_environment(id);
    let models = (&before, &after);
    state.log_change(
        call,
        AuditLogType::EnvironmentChanged,
        scope,
        &before.name,
        models,
    );
    Answer::ok(&after)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let environment = state.environment(call.path("environmentId")?)?;
    let (id, name) = (environment.id, environment.name.clone());
    let scope = state.in_environment(id);
    let connected = state.connections.integrations.clone();
    state.remove_environment(id);
    if call.query("cleanupAuditLogs")? == Some(true) {
        state.audit_log.retain(|entry| {
            entry.scope.environment_id != Some(id)
                || entry.item.audit_log_type_enum == AuditLogType::EnvironmentCreated
        });
    }
    state.log(call, AuditLogType::EnvironmentDeleted, scope, name, "");
    integrations::log_removed(state, call, connected);
    Answer::none()
}
