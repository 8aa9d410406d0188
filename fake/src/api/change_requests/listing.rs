//! Lists of change requests.

use configcat_management::types::{
    ChangeRequestApproveRequiredFilter, ChangeRequestScheduleFilter, ChangeRequestStatus,
    ChangeRequestSummaryModelPagedList, ChangeRequestsModel, ConfigId, EnvironmentId,
    NeedsAttentionFilter, SettingId,
};

use super::super::paging;
use crate::call::{Answer, Call, Refusal};
use crate::state::State;
use crate::state::change_requests::ChangeRequest;

/// How many entries a page has if the request does not say.
const PAGE_SIZE: i32 = 25;

/// All filters have to hold; newest first.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    let config_id: Option<ConfigId> = call.query("configId")?;
    let environment_id: Option<EnvironmentId> = call.query("environmentId")?;
    let setting_id: Option<SettingId> = call.query("settingId")?;
    let statuses: Vec<ChangeRequestStatus> = call.queries("changeRequestStatusFilter")?;
    let schedule: Option<ChangeRequestScheduleFilter> = call.query("scheduleFilter")?;
    let attention: Option<NeedsAttentionFilter> = call.query("needsAttentionFilter")?;
    let approval: Option<ChangeRequestApproveRequiredFilter> =
        call.query("approveRequiredFilter")?;
    let scheduled = schedule.map(|filter| filter == ChangeRequestScheduleFilter::Scheduled);
    let attention = attention.map(|filter| filter == NeedsAttentionFilter::NeedsAttention);
    let demanded =
        approval.map(|filter| filter == ChangeRequestApproveRequiredFilter::ApproveRequired);

    let fits = |request: &&ChangeRequest| {
        let environment = state.environments.get(&request.environment_id);
        let of_product = environment.is_some_and(|found| found.product_id == product.id);
        of_product
            && config_id.is_none_or(|id| id == request.config_id)
            && environment_id.is_none_or(|id| id == request.environment_id)
            && setting_id.is_none_or(|id| request.proposed.contains_key(&id))
            && (statuses.is_empty() || statuses.contains(&request.status()))
            && scheduled.is_none_or(|wanted| wanted == request.apply_at.is_some())
            && attention.is_none_or(|wanted| wanted == request.needs_attention())
            && demanded.is_none_or(|wanted| {
                Some(wanted) == environment.map(|found| product.demands_approval(found))
            })
    };
    let found: Vec<&ChangeRequest> = state.change_requests.values().rev().filter(fits).collect();
    let (page, paging) = paging::page(call, &found, PAGE_SIZE)?;
    let page = page
        .iter()
        .map(|request| state.change_request_summary(request));
    Answer::ok(
        &ChangeRequestsModel::default().with_change_requests(
            ChangeRequestSummaryModelPagedList::default()
                .with_data(Some(page.collect()))
                .with_paging(Some(paging)),
        ),
    )
}
