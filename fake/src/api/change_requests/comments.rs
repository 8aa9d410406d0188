//! Comments on change requests.

use configcat_management::types::{
    AddChangeRequestCommentModel, AuditLogType, ChangeRequestCommentId, ChangeRequestCommentModel,
    ChangeRequestId, UpdateChangeRequestCommentModel,
};

use crate::call::{Answer, Call, Refusal};
use crate::state::State;

pub(super) fn add(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let id = state.change_request(call.path("changeRequestId")?)?.id;
    let AddChangeRequestCommentModel { body, .. } = call.body()?;
    let comment = ChangeRequestCommentModel::default()
        .with_body(body)
        .with_change_request_comment_id(i64::from(state.count()))
        .with_created_at(call.now)
        .with_user_email(state.me.email.clone())
        .with_user_full_name(state.me.full_name.clone());
    state.change_request_mut(id)?.comments.push(comment.clone());
    log(
        state,
        call,
        id,
        AuditLogType::ChangeRequestCommentAdded,
        &comment.body,
    )?;
    Answer::ok(&comment)
}

pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let (id, index) = find(state, call)?;
    let UpdateChangeRequestCommentModel { body, .. } = call.body()?;
    let comments = &mut state.change_request_mut(id)?.comments;
    let comment = &mut comments[index];
    comment.body = body;
    comment.edited_at = Some(call.now);
    let comment = comment.clone();
    log(
        state,
        call,
        id,
        AuditLogType::ChangeRequestCommentEdited,
        &comment.body,
    )?;
    Answer::ok(&comment)
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let (id, index) = find(state, call)?;
    let comment = state.change_request_mut(id)?.comments.remove(index);
    log(
        state,
        call,
        id,
        AuditLogType::ChangeRequestCommentDeleted,
        &comment.body,
    )?;
    Answer::none()
}

/// The change request of a comment, and the comment's place there.
fn find(state: &State, call: &Call) -> Result<(ChangeRequestId, usize), Refusal> {
    let wanted: ChangeRequestCommentId = call.path("commentId")?;
    let found = state.change_requests.values().find_map(|request| {
        let mut comments = request.comments.iter();
        let index = comments.position(|comment| comment.change_request_comment_id == wanted);
        index.map(|index| (request.id, index))
    });
    found.ok_or_else(|| Refusal::unknown("comment", wanted))
}

fn log(
    state: &mut State,
    call: &Call,
    id: ChangeRequestId,
    kind: AuditLogType,
    body: &str,
) -> Result<(), Refusal> {
    let request = state.change_request(id)?;
    let title = request.title.clone();
    let scope = state.in_both(request.config_id, request.environment_id);
    state.log(call, kind, scope, title, body);
    Ok(())
}
