//! Segments.

use configcat_management::types::{
    AuditLogType, CreateSegmentModel, SegmentListModel, SegmentModel, UpdateSegmentModel,
};

use super::{Handler, compared};
use crate::call::{Answer, Call, Problems, Refusal, new_id};
use crate::state::State;
use crate::state::segments::Segment;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-segments", list),
    ("create-segment", create),
    ("get-segment", get),
    ("update-segment", update),
    ("delete-segment", delete),
];

fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let segments = state.segments_of(product_id).into_iter();
    let models = segments.map(|segment| {
        let usage = state.users_of_segment(segment.id).len();
        let SegmentModel {
            comparator: _,
            comparison_attribute: _,
            comparison_value: _,
            created_at,
            creator_email,
            creator_full_name,
            description,
            last_updater_email,
            last_updater_full_name,
            name,
            product,
            segment_id,
            updated_at,
            ..
        } = model(state, segment)?;
        Ok(SegmentListModel::default()
            .with_created_at(created_at)
            .with_creator_email(creator_email)
            .with_creator_full_name(creator_full_name)
            .with_description(description)
            .with_last_updater_email(last_updater_email)
            .with_last_updater_full_name(last_updater_full_name)
            .with_name(name)
            .with_product(product)
            .with_segment_id(segment_id)
            .with_updated_at(updated_at)
            .with_usage(i32::try_from(usage).unwrap_or(i32::MAX)))
    });
    Answer::ok(&models.collect::<Result<Vec<SegmentListModel>, Refusal>>()?)
}

fn model(state: &State, segment: &Segment) -> Result<SegmentModel, Refusal> {
    Ok(SegmentModel::default()
        .with_comparator(segment.comparator.clone())
        .with_comparison_attribute(segment.attribute.clone())
        .with_comparison_value(segment.value.clone())
        .with_created_at(segment.created_at)
        .with_creator_email(Some(state.me.email.clone()))
        .with_creator_full_name(Some(state.me.full_name.clone()))
        .with_description(segment.description.clone())
        .with_last_updater_email(Some(state.me.email.clone()))
        .with_last_updater_full_name(Some(state.me.full_name.clone()))
        .with_name(segment.name.clone())
        .with_product(state.product_model(state.product(segment.product_id)?)?)
        .with_segment_id(segment.id)
        .with_updated_at(segment.updated_at))
}

fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product_id = state.product(call.path("productId")?)?.id;
    let CreateSegmentModel {
        comparator,
        comparison_attribute,
        comparison_value,
        description,
        name,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    let others = state.segments_of(product_id);
    problems.demand_unique("Name", Some(&name), others.iter().map(|other| &*other.name));
    compared::check(
        state,
        &comparator,
        &comparison_value,
        "ComparisonValue",
        &mut problems,
    );
    problems.none()?;
    let segment = Segment {
        id: new_id(),
        product_id,
        name,
        description,
        attribute: comparison_attribute,
        comparator,
        value: comparison_value,
        created: state.count(),
        created_at: call.now,
        updated_at: call.now,
    };
    let model = model(state, &segment)?;
    state.segments.insert(segment.id, segment);
    let scope = state.in_product(product_id);
    state.log(call, AuditLogType::SegmentCreated, scope, &model.name, "");
    Answer::created(&model)
}

fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let segment = state.segment(call.path("segmentId")?)?;
    Answer::ok(&model(state, segment)?)
}

fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let segment = state.segment(call.path("segmentId")?)?;
    let before = model(state, segment)?;
    let UpdateSegmentModel {
        comparator,
        comparison_attribute,
        comparison_value,
        description,
        name,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    for (field, given) in [
        ("Name", &name),
        ("ComparisonAttribute", &comparison_attribute),
        ("ComparisonValue", &comparison_value),
    ] {
        if given.as_deref() == Some("") {
            problems.add(field, "It must not be empty.");
        }
    }
    let others = state.segments_of(segment.product_id).into_iter();
    let others = others.filter(|other| other.id != segment.id);
    problems.demand_unique("Name", name.as_deref(), others.map(|other| &*other.name));
    let value = comparison_value.as_ref().unwrap_or(&segment.value);
    let by = comparator.as_ref().unwrap_or(&segment.comparator);
    compared::check(state, by, value, "ComparisonValue", &mut problems);
    problems.none()?;
    let mut segment = segment.clone();
    segment.comparator = comparator.unwrap_or(segment.comparator);
    segment.attribute = comparison_attribute.unwrap_or(segment.attribute);
    segment.value = comparison_value.unwrap_or(segment.value);
    segment.description = description.or(segment.description);
    segment.name = name.unwrap_or(segment.name);
    let after = model(state, &segment)?;
    if after != before {
        segment.updated_at = call.now;
    }
    let shown = after.clone().with_updated_at(segment.updated_at);
    let scope = state.in_product(segment.product_id);
    state.segments.insert(segment.id, segment);
    let models = (&before, &after);
    let kind = AuditLogType::SegmentChanged;
    state.log_change(call, kind, scope, &before.name, models);
    Answer::ok(&shown)
}

fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let segment = state.segment(call.path("segmentId")?)?;
    let users = state.users_of_segment(segment.id).len();
    if users > 0 {
        let message = format!("The rules of {users} settings look at it.");
        return Err(Refusal::field("SegmentId", message));
    }
    let (id, name) = (segment.id, segment.name.clone());
    let scope = state.in_product(segment.product_id);
    state.segments.remove(&id);
    state.log(call, AuditLogType::SegmentDeleted, scope, name, "");
    Answer::none()
}
