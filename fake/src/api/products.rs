//! Products.

use configcat_management::types::{
    AuditLogType, CreateProductRequest, OrganizationId, ProductId, ProductModel,
    UpdateProductRequest,
};

use crate::call::{Answer, Call, Problems, Refusal, new_id};
use crate::state::{Preferences, Product, State, next_order};

pub(super) fn list(state: &mut State, _: &Call) -> Result<Answer, Refusal> {
    let mut products: Vec<&Product> = state.products.values().collect();
    products.sort_by_key(|product| (product.order, &product.name));
    let models = products
        .into_iter()
        .map(|product| state.product_model(product));
    Answer::ok(&models.collect::<Result<Vec<ProductModel>, _>>()?)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let organization_id = state
        .organization(call.path("organizationId")?)?
        .organization_id;
    let CreateProductRequest {
        description,
        name,
        order,
        ..
    } = call.body()?;
    let siblings = state.products.values();
    let siblings = siblings.filter(|product| product.organization_id == organization_id);
    let next = next_order(siblings.map(|product| product.order));
    demand_name(state, organization_id, None, Some(&name))?;
    let product = Product {
        id: new_id(),
        organization_id,
        name,
        description,
        order: order.unwrap_or(next),
        preferences: Preferences::default(),
        created: state.count(),
    };
    let model = state.product_model(&product)?;
    state.products.insert(product.id, product);
    state.add_administrators(model.clone());
    let scope = state.in_product(model.product_id);
    state.log(call, AuditLogType::ProductCreated, scope, &model.name, "");
    Answer::created(&model)
}

/// 400 if another product of the organization has the name.
fn demand_name(
    state: &State,
    organization_id: OrganizationId,
    own: Option<ProductId>,
    name: Option<&str>,
) -> Result<(), Refusal> {
    let others = state.products.values();
    let others =
        others.filter(|other| other.organization_id == organization_id && Some(other.id) != own);
    let mut problems = Problems::default();
    problems.demand_unique("Name", name, others.map(|other| &*other.name));
    problems.none()
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    Answer::ok(&state.product_model(product)?)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    let (id, before) = (product.id, state.product_model(product)?);
    let UpdateProductRequest {
        description,
        name,
        order,
        ..
    } = call.body()?;
    let organization_id = before.organization.organization_id;
    demand_name(state, organization_id, Some(id), name.as_deref())?;
    let product = state.product_mut(id)?;
    product.description = description.or(product.description.take());
    product.name = name.unwrap_or_else(|| product.name.clone());
    product.order = order.unwrap_or(product.order);
    let after = state.product_model(state.product(id)?)?;
    let scope = state.in_product(id);
    let models = (&before, &after);
    state.log_change(
        call,
        AuditLogType::ProductChanged,
        scope,
        &before.name,
        models,
    );
    Answer::ok(&after)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    let (id, name) = (product.id, product.name.clone());
    let scope = state.in_product(id);
    state.remove_product(id);
    state.log(call, AuditLogType::ProductDeleted, scope, name, "");
    Answer::none()
}
