//! Tags.

use configcat_management::types::{
    AuditLogType, CreateTagModel, ProductId, SettingModel, TagId, TagModel, UpdateTagModel,
};

use crate::call::{Answer, Call, Problems, Refusal};
use crate::state::{State, Tag};

pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    let tags = state
        .tags
        .values()
        .filter(|tag| tag.product_id == product.id);
    let models = tags.map(|tag| state.tag_model(tag));
    Answer::ok(&models.collect::<Result<Vec<TagModel>, _>>()?)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let CreateTagModel { color, name, .. } = call.body()?;
    demand_name(state, product_id, None, Some(&name))?;
    let tag = Tag {
        id: i64::from(state.count()).into(),
        product_id,
        name,
        color,
    };
    let model = state.tag_model(&tag)?;
    state.tags.insert(tag.id, tag);
    let scope = state.in_product(product_id);
    state.log(call, AuditLogType::TagAdded, scope, &model.name, "");
    Answer::created(&model)
}

/// 400 if another tag of the product has the name.
fn demand_name(
    state: &State,
    product_id: ProductId,
    own: Option<TagId>,
    name: Option<&str>,
) -> Result<(), Refusal> {
    let others = state.tags.values();
    let others = others.filter(|other| other.product_id == product_id && Some(other.id) != own);
    let mut problems = Problems::default();
    problems.demand_unique("Name", name, others.map(|other| &*other.name));
    problems.none()
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let tag = state.tag(call.path("tagId")?)?;
    Answer::ok(&state.tag_model(tag)?)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let tag = state.tag(call.path("tagId")?)?;
    let (id, before) = (tag.id, state.tag_model(tag)?);
    let scope = state.in_product(tag.product_id);
    let UpdateTagModel { color, name, .. } = call.body()?;
    let product_id = before.product.product_id;
    demand_name(state, product_id, Some(id), name.as_deref())?;
    let tag = state.tag_mut(id)?;
    tag.color = color.or(tag.color.take());
    tag.name = name.unwrap_or_else(|| tag.name.clone());
    let after = state.tag_model(state.tag(id)?)?;
    let models = (&before, &after);
    state.log_change(call, AuditLogType::TagChanged, scope, &before.name, models);
    Answer::ok(&after)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let tag = state.tag(call.path("tagId")?)?;
    let (id, name) = (tag.id, tag.name.clone());
    let scope = state.in_product(tag.product_id);
    state.remove_tag(id);
    state.log(call, AuditLogType::TagRemoved, scope, name, "");
    Answer::none()
}

pub(super) fn settings(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id = state.tag(call.path("tagId")?)?.id;
    let settings = state.settings.values();
    let tagged = settings.filter(|setting| setting.tags.iter().any(|tag| tag.tag_id == id));
    let models = tagged.map(|setting| state.setting_model(setting));
    Answer::ok(&models.collect::<Result<Vec<SettingModel>, _>>()?)
}
