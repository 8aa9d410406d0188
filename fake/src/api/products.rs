//! Products.

use configcat_management::types::{CreateProductRequest, ProductModel, UpdateProductRequest};

use crate::call::{Answer, Call, Refusal, new_id};
use crate::state::{Product, State, next_order};

pub(super) fn list(state: &mut State, _: &Call) -> Result<Answer, Refusal> {
    let mut products: Vec<&Product> = state.products.values().collect();
    products.sort_by_key(|product| (product.order, product.created));
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
    } = call.body()?;
    let siblings = state.products.values();
    let siblings = siblings.filter(|product| product.organization_id == organization_id);
    let next = next_order(siblings.map(|product| product.order));
    let product = Product {
        id: new_id(),
        organization_id,
        name,
        description,
        order: order.unwrap_or(next),
        created: state.count(),
    };
    let model = state.product_model(&product)?;
    state.products.insert(product.id, product);
    Answer::created(&model)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    Answer::ok(&state.product_model(product)?)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product_mut(call.path("productId")?)?;
    let UpdateProductRequest {
        description,
        name,
        order,
    } = call.body()?;
    product.description = description.or(product.description.take());
    product.name = name.unwrap_or_else(|| product.name.clone());
    product.order = order.unwrap_or(product.order);
    get(state, call)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id = state.product(call.path("productId")?)?.id;
    state.remove_product(id);
    Answer::none()
}
