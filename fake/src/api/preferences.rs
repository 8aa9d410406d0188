//! What a product demands of those who change it.

use std::collections::BTreeMap;

use configcat_management::types::{
    ApproveRequiredEnvironmentModel, AuditLogType, EnvironmentId, PreferencesModel, ProductId,
    ReasonRequiredEnvironmentModel, UpdateApproveRequiredEnvironmentModel,
    UpdatePreferencesRequest, UpdateReasonRequiredEnvironmentModel,
};

use super::Handler;
use crate::call::{Answer, Call, Problems, Refusal};
use crate::state::{Environment, Product, State, audit};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-product-preferences", get),
    ("update-product-preferences", update),
];

fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    Answer::ok(&model(state, product))
}

fn model(state: &State, product: &Product) -> PreferencesModel {
    let preferences = &product.preferences;
    let environments = state.environments_of(product.id);
    let reason = |environment: &&Environment| {
        ReasonRequiredEnvironmentModel::default()
            .with_environment_id(environment.id)
            .with_environment_name(Some(environment.name.clone()))
            .with_reason_required(product.demands_reason(environment))
    };
    let approval = |environment: &&Environment| {
        ApproveRequiredEnvironmentModel::default()
            .with_approve_required(product.demands_approval(environment))
            .with_environment_id(environment.id)
            .with_environment_name(Some(environment.name.clone()))
    };
    PreferencesModel::default()
        .with_approve_required(preferences.approve_required)
        .with_approve_required_environments(Some(environments.iter().map(approval).collect()))
        .with_key_generation_mode(preferences.key_generation_mode.clone())
        .with_mandatory_setting_hint(preferences.mandatory_setting_hint)
        .with_reason_required(preferences.reason_required)
        .with_reason_required_environments(Some(environments.iter().map(reason).collect()))
        .with_show_variation_id(preferences.show_variation_id)
}

/// Changes what is given; the rest stays.
fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    let (product_id, before) = (product.id, model(state, product));
    let known = product.preferences.clone();
    let UpdatePreferencesRequest {
        approve_required,
        approve_required_environments,
        key_generation_mode,
        mandatory_setting_hint,
        reason_required,
        reason_required_environments,
        show_variation_id,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    let approvals = approve_required_environments.into_iter().flatten();
    let approvals = approvals.map(|wanted| {
        let UpdateApproveRequiredEnvironmentModel {
            approve_required,
            environment_id,
            ..
        } = wanted;
        (environment_id, approve_required)
    });
    let at = "ApproveRequiredEnvironments";
    let approvals = demands(state, product_id, approvals, at, &mut problems);
    let reasons = reason_required_environments.into_iter().flatten();
    let reasons = reasons.map(|wanted| {
        let UpdateReasonRequiredEnvironmentModel {
            environment_id,
            reason_required,
            ..
        } = wanted;
        (environment_id, reason_required)
    });
    let at = "ReasonRequiredEnvironments";
    let reasons = demands(state, product_id, reasons, at, &mut problems);
    problems.none()?;
    let product = state.product_mut(product_id)?;
    let preferences = &mut product.preferences;
    preferences.approve_required = approve_required.unwrap_or(preferences.approve_required);
    preferences.approve_required_in.extend(approvals);
    if let Some(mode) = key_generation_mode {
        preferences.key_generation_mode = mode;
    }
    preferences.mandatory_setting_hint =
        mandatory_setting_hint.unwrap_or(preferences.mandatory_setting_hint);
    preferences.reason_required = reason_required.unwrap_or(preferences.reason_required);
    preferences.reason_required_in.extend(reasons);
    preferences.show_variation_id = show_variation_id.unwrap_or(preferences.show_variation_id);
    // An environment may come to demand by itself what it demanded as its product did.
    let changed = *preferences != known;
    let name = product.name.clone();
    let after = model(state, state.product(product_id)?);
    if changed {
        let details = audit::differences(&before, &after);
        let scope = state.in_product(product_id);
        let kind = AuditLogType::ProductPreferencesUpdated;
        state.log(call, kind, scope, name, details);
    }
    Answer::ok(&after)
}

/// What single environments of a product are to demand.
fn demands(
    state: &State,
    product_id: ProductId,
    wanted: impl Iterator<Item = (Option<EnvironmentId>, Option<bool>)>,
    at: &str,
    problems: &mut Problems,
) -> BTreeMap<EnvironmentId, bool> {
    let mut demands = BTreeMap::new();
    for (index, (id, demanded)) in wanted.enumerate() {
        let found = id.and_then(|id| state.environments.get(&id));
        match found.filter(|environment| environment.product_id == product_id) {
            Some(environment) => {
                demands.insert(environment.id, demanded.unwrap_or(false));
            }
            None => {
                let message = "The product has no such environment.";
                problems.add(format!("{at}[{index}].EnvironmentId"), message);
            }
        }
    }
    demands
}
