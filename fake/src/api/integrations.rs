//! Integrations. Their parameters are checked and kept; nothing is sent to anybody.

use std::collections::BTreeMap;

use configcat_management::Secret;
use configcat_management::types::{
    AuditLogType, ConfigId, CreateIntegrationModel, EnvironmentId, IntegrationId, IntegrationModel,
    IntegrationType, IntegrationsModel, ModifyIntegrationRequest, ProductId,
};

use super::Handler;
use crate::call::{Answer, Call, Problems, Refusal, new_id};
use crate::state::State;
use crate::state::connections::Integration;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-integrations", list),
    ("create-integration", create),
    ("get-integration", get),
    ("update-integration", update),
    ("delete-integration", delete),
];

/// What a type of integrations needs, and what some of its parameters may be. Other parameters are kept as they are.
struct Parameters {
    required: &'static [&'static str],
    choices: &'static [(&'static str, &'static [&'static str])],
}

const SLACK_URL: &str = "incoming_webhook.url";
/// Where Slack takes messages.
const SLACK: &str = "https://hooks.slack.com/";

fn parameters(kind: &IntegrationType) -> Parameters {
    let (required, choices): (_, &'static [(_, &'static [_])]) = match kind {
        IntegrationType::DataDog => (
            &["apikey"][..],
            &[("site", &["Us", "Eu", "Us1Fed", "Us3", "Us5"])],
        ),
        IntegrationType::Slack => (&[SLACK_URL], &[("includeSensitiveData", &["true"])]),
        IntegrationType::Amplitude => (&["apiKey", "secretKey"], &[]),
        IntegrationType::MixPanel => (
            &[
                "serviceAccountUserName",
                "serviceAccountSecret",
                "projectId",
            ],
            &[("server", &["StandardServer", "EUResidencyServer"])],
        ),
        IntegrationType::Segment => (&["writeKey"], &[("server", &["Us", "Eu"])]),
        IntegrationType::PubNub => (&["pubKey", "subKey", "channel"], &[]),
        _ => (&[], &[]),
    };
    Parameters { required, choices }
}

fn check_parameters(
    kind: &IntegrationType,
    given: &BTreeMap<String, Secret>,
    problems: &mut Problems,
) {
    let Parameters { required, choices } = parameters(kind);
    let given = |name: &str| given.get(name).map(Secret::expose);
    for name in required {
        if given(name).is_none_or(|value| value.trim().is_empty()) {
            let message = format!("It is required by the integration type `{kind}`.");
            problems.add(format!("Parameters.{name}"), message);
        }
    }
    if let (IntegrationType::Slack, Some(url)) = (kind, given(SLACK_URL))
        && !url.starts_with(SLACK)
    {
        let message = format!("Url is invalid: it has to begin with {SLACK}.");
        problems.add(format!("Parameters.{SLACK_URL}"), message);
    }
    for (name, allowed) in choices {
        if given(name).is_some_and(|value| !allowed.contains(&value)) {
            let message = format!("It is none of {}.", allowed.join(", "));
            problems.add(format!("Parameters.{name}"), message);
        }
    }
}

/// Notes which ids the product does not have.
fn check_places(
    state: &State,
    product_id: ProductId,
    configs: &[ConfigId],
    environments: &[EnvironmentId],
    problems: &mut Problems,
) {
    for (index, id) in configs.iter().enumerate() {
        let found = state.configs.get(id);
        if found.is_none_or(|found| found.product_id != product_id) {
            let message = format!("The product has no config `{id}`.");
            problems.add(format!("ConfigIds[{index}]"), message);
        }
    }
    for (index, id) in environments.iter().enumerate() {
        let found = state.environments.get(id);
        if found.is_none_or(|found| found.product_id != product_id) {
            let message = format!("The product has no environment `{id}`.");
            problems.add(format!("EnvironmentIds[{index}]"), message);
        }
    }
}

fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let all = state.connections.integrations.values();
    let mut integrations: Vec<&Integration> =
        all.filter(|known| known.product_id == product_id).collect();
    integrations.sort_by_key(|integration| integration.created);
    let models = integrations.into_iter().map(|known| model(state, known));
    Answer::ok(&IntegrationsModel::default().with_integrations(models.collect::<Result<_, _>>()?))
}

fn model(state: &State, integration: &Integration) -> Result<IntegrationModel, Refusal> {
    Ok(IntegrationModel::default()
        .with_config_ids(integration.configs.clone())
        .with_environment_ids(integration.environments.clone())
        .with_integration_id(integration.id)
        .with_integration_type(integration.kind.clone())
        .with_name(integration.name.clone())
        .with_parameters(Some(integration.parameters.clone()))
        .with_product(state.product_model(state.product(integration.product_id)?)?))
}

fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let CreateIntegrationModel {
        config_ids,
        environment_ids,
        integration_type,
        name,
        parameters,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    check_parameters(&integration_type, &parameters, &mut problems);
    check_places(
        state,
        product_id,
        &config_ids,
        &environment_ids,
        &mut problems,
    );
    problems.none()?;
    let integration = Integration {
        id: new_id(),
        product_id,
        name,
        kind: integration_type,
        parameters,
        configs: config_ids,
        environments: environment_ids,
        created: state.count(),
    };
    let model = model(state, &integration)?;
    state
        .connections
        .integrations
        .insert(integration.id, integration);
    let scope = state.in_product(product_id);
    state.log(call, AuditLogType::IntegrationAdded, scope, &model.name, "");
    Answer::created(&model)
}

fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let integration = state.integration(call.path("integrationId")?)?;
    Answer::ok(&model(state, integration)?)
}

fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let known = state.integration(call.path("integrationId")?)?;
    let before = model(state, known)?;
    let ModifyIntegrationRequest {
        config_ids,
        environment_ids,
        name,
        parameters,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    check_parameters(&known.kind, &parameters, &mut problems);
    let product_id = known.product_id;
    check_places(
        state,
        product_id,
        &config_ids,
        &environment_ids,
        &mut problems,
    );
    problems.none()?;
    let integration = Integration {
        name,
        parameters,
        configs: config_ids,
        environments: environment_ids,
        ..known.clone()
    };
    let after = model(state, &integration)?;
    state
        .connections
        .integrations
        .insert(integration.id, integration);
    let scope = state.in_product(product_id);
    let kind = AuditLogType::IntegrationChanged;
    state.log_change(call, kind, scope, &before.name, (&before, &after));
    Answer::ok(&after)
}

fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id = state.integration(call.path("integrationId")?)?.id;
    let before = state.connections.integrations.clone();
    state.connections.integrations.remove(&id);
    log_removed(state, call, before);
    Answer::none()
}

/// Writes an entry for each integration that is there no more.
pub(super) fn log_removed(
    state: &mut State,
    call: &Call,
    before: BTreeMap<IntegrationId, Integration>,
) {
    for (id, gone) in before {
        if !state.connections.integrations.contains_key(&id) {
            let scope = state.in_product(gone.product_id);
            let kind = AuditLogType::IntegrationRemoved;
            state.log(call, kind, scope, gone.name, "");
        }
    }
}
