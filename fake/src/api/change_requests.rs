//! Change requests: proposing, discussing, approving and applying changes to V2 values.

mod applying;
mod comments;
mod formulas;
mod listing;
mod proposing;

use chrono::{DateTime, Utc};
use configcat_management::types::{
    AuditLogType, ChangeRequestActivityType, ChangeRequestApprovalModel, ChangeRequestId,
    CreateChangeRequestModel, EvaluationVersion, UpdateChangeRequestModel,
};

pub(super) use self::applying::catch_up;
pub(super) use self::proposing::setting_deleted;
use super::{Handler, values};
use crate::call::{Answer, Call, Refusal};
use crate::state::State;
use crate::state::change_requests::{ChangeRequest, Done};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("get-change-requests", listing::list),
    ("create-change-request", create),
    ("get-change-request", get),
    ("update-change-request", update),
    ("apply-change-request", applying::apply),
    ("approve-change-request", approve),
    ("remove-change-request-approval", remove_approval),
    ("close-change-request", close),
    ("claim-change-request-ownership", claim),
    ("add-change-request-comment", comments::add),
    ("update-change-request-comment", comments::update),
    ("delete-change-request-comment", comments::delete),
    ("get-change-request-proposed-changes", proposing::get),
    ("update-change-request-proposed-changes", proposing::update),
    ("delete-change-request-proposed-change", proposing::delete),
    (
        "resolve-change-request-setting-conflicts",
        proposing::resolve,
    ),
];

fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let request = state.change_request(call.path("changeRequestId")?)?;
    Answer::ok(&state.change_request_model(request))
}

fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let (config, environment_id) = values::place(state, call)?;
    values::demand_version(config, EvaluationVersion::V2)?;
    let config_id = config.id;
    let CreateChangeRequestModel {
        apply_at,
        bypass_approval,
        proposed_changes,
        reason,
        title,
        ..
    } = call.body()?;
    demand_future(call, apply_at)?;
    let wanted = proposed_changes
        .into_iter()
        .map(|wanted| wanted.proposed_change);
    let wanted = proposing::Wanted {
        config_id,
        environment_id,
        known: None,
        only: None,
        forced: false,
    }
    .check(state, wanted.collect())?;
    let id = ChangeRequestId(state.count().into());
    let request = ChangeRequest {
        id,
        config_id,
        environment_id,
        title,
        reason,
        apply_at,
        missed: false,
        bypass_approval: bypass_approval.unwrap_or(false),
        created: done(state, call),
        applied: None,
        closed: None,
        proposed: wanted,
        approvals: Vec::new(),
        comments: Vec::new(),
        activities: Vec::new(),
        issues: Vec::new(),
        looked_at: 0,
    };
    state.change_requests.insert(id, request);
    note(state, call, id, ChangeRequestActivityType::Created)?;
    changed(state, call, id, AuditLogType::ChangeRequestCreated)?;
    let model = state.change_request_model(state.change_request(id)?);
    Answer::created(&model)
}

/// Title, reason and schedule; what the body leaves out is reset, but for `bypassApproval`.
fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let before = open(state, call)?.clone();
    let id = before.id;
    let UpdateChangeRequestModel {
        apply_at,
        bypass_approval,
        reason,
        title,
        ..
    } = call.body()?;
    if apply_at != before.apply_at {
        demand_future(call, apply_at)?;
        note(state, call, id, ChangeRequestActivityType::ApplyAtChanged)?;
    }
    if reason != before.reason {
        note(state, call, id, ChangeRequestActivityType::ReasonChanged)?;
    }
    let bypass = bypass_approval.unwrap_or(before.bypass_approval);
    match (before.bypass_approval, bypass) {
        (false, true) => note(
            state,
            call,
            id,
            ChangeRequestActivityType::BypassApprovalEnabled,
        )?,
        (true, false) => note(
            state,
            call,
            id,
            ChangeRequestActivityType::BypassApprovalDisabled,
        )?,
        _ => {}
    }
    let request = state.change_request_mut(id)?;
    request.missed &= apply_at == before.apply_at;
    request.apply_at = apply_at;
    request.bypass_approval = bypass;
    request.reason = reason;
    request.title = title;
    changed(state, call, id, AuditLogType::ChangeRequestUpdated)
}

fn approve(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let request = open(state, call)?;
    if request.is_approved() {
        return Err(Refusal::field(
            "ChangeRequestId",
            "You approved it already.",
        ));
    }
    let id = request.id;
    let approval = ChangeRequestApprovalModel::default()
        .with_approved_at(call.now)
        .with_change_request_approval_id(i64::from(state.count()))
        .with_user_email(state.me.email.clone())
        .with_user_full_name(state.me.full_name.clone());
    state.change_request_mut(id)?.approvals.push(approval);
    changed(state, call, id, AuditLogType::ChangeRequestApproved)
}

fn remove_approval(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let request = open(state, call)?;
    if !request.is_approved() {
        return Err(Refusal::field("ChangeRequestId", "You did not approve it."));
    }
    let id = request.id;
    dismiss_approvals(state, call, id)?;
    changed(
        state,
        call,
        id,
        AuditLogType::ChangeRequestApprovalDismissed,
    )
}

fn close(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id = open(state, call)?.id;
    let done = done(state, call);
    state.change_request_mut(id)?.closed = Some(done);
    changed(state, call, id, AuditLogType::ChangeRequestClosed)
}

fn claim(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id = open(state, call)?.id;
    note(state, call, id, ChangeRequestActivityType::OwnershipClaimed)?;
    changed(state, call, id, AuditLogType::ChangeRequestOwnershipClaimed)
}

/// The change request of the path, if it is still open.
fn open<'a>(state: &'a State, call: &Call) -> Result<&'a ChangeRequest, Refusal> {
    let request = state.change_request(call.path("changeRequestId")?)?;
    match request.is_open() {
        true => Ok(request),
        false => Err(Refusal::field(
            "ChangeRequestStatus",
            format!(
                "The change request is {} and does not change any more.",
                request.status()
            ),
        )),
    }
}

fn demand_future(call: &Call, apply_at: Option<DateTime<Utc>>) -> Result<(), Refusal> {
    match apply_at.is_some_and(|at| at <= call.now) {
        true => Err(Refusal::field("ApplyAt", "It has to be in the future.")),
        false => Ok(()),
    }
}

fn done(state: &State, call: &Call) -> Done {
    Done {
        at: call.now,
        by: state.me.clone(),
    }
}

/// Approvals are for what was proposed when they were given.
fn dismiss_approvals(state: &mut State, call: &Call, id: ChangeRequestId) -> Result<(), Refusal> {
    for approval in &mut state.change_request_mut(id)?.approvals {
        approval.dismissed_at.get_or_insert(call.now);
    }
    Ok(())
}

fn note(
    state: &mut State,
    call: &Call,
    id: ChangeRequestId,
    kind: ChangeRequestActivityType,
) -> Result<(), Refusal> {
    let details = state.change_request(id)?.title.clone();
    state.note(id, call.now, kind, details, None)
}

/// Writes down what became of a change request, looks for issues again, and answers with it.
fn changed(
    state: &mut State,
    call: &Call,
    id: ChangeRequestId,
    kind: AuditLogType,
) -> Result<Answer, Refusal> {
    let request = state.change_request(id)?;
    let (title, reason) = (request.title.clone(), request.reason.clone());
    let scope = state.in_both(request.config_id, request.environment_id);
    state.log_because(call.now, reason, kind, scope, title, "");
    applying::look_for_issues(state, id, call.now)?;
    Answer::ok(&state.change_request_model(state.change_request(id)?))
}
