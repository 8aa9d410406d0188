//! Change Requests (Approval flow & Scheduled changes) - Beta.

use configcat_management::types::{
    AddChangeRequestCommentModel, ChangeRequestApproveRequiredFilter, ChangeRequestScheduleFilter,
    ChangeRequestStatus, CreateChangeRequestModel, CreateChangeRequestProposedChangeModel,
    NeedsAttentionFilter, UpdateChangeRequestCommentModel, UpdateChangeRequestModel,
    UpdateEvaluationFormulaWithLatestVersionModel, UpdateValueModel,
};
use serde_json::json;

use super::formulas::{formula_of_version, formula_of_version_sent};
use super::{CONFIG, ENVIRONMENT, PRODUCT, Row, time};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!(
            "PUT /v2/change-request-comments/9007199254740999",
            |client| {
                let body = UpdateChangeRequestCommentModel::new("body “q” \"w\"");
                client.update_change_request_comment(9007199254740999, body)
            }
        )
        .body(json!({"body": "body “q” \"w\""})),
        row!(
            "DELETE /v2/change-request-comments/9007199254740999",
            |client| { client.delete_change_request_comment(9007199254740999) }
        ),
        row!("GET /v2/change-requests/9007199254740997", |client| client
            .get_change_request(9007199254740997)),
        row!("PUT /v2/change-requests/9007199254740997", |client| {
            client.update_change_request(
                9007199254740997,
                UpdateChangeRequestModel::new("title “q” \"w\""),
            )
        })
        .body(json!({"title": "title “q” \"w\""})),
        row!("PUT /v2/change-requests/9007199254740997", |client| {
            let body = UpdateChangeRequestModel::new("title “q” \"w\"")
                .with_apply_at(time("2026-02-28T23:59:59.999Z"))
                .with_bypass_approval(false)
                .with_reason("reason 100 %");
            client.update_change_request(9007199254740997, body)
        })
        .body(json!({
            "title": "title “q” \"w\"",
            "applyAt": "2026-02-28T23:59:59.999Z",
            "bypassApproval": false,
            "reason": "reason 100 %",
        })),
        row!(
            "POST /v2/change-requests/9007199254740997/apply",
            |client| client.apply_change_request(9007199254740997)
        ),
        row!(
            "POST /v2/change-requests/9007199254740997/approve",
            |client| client.approve_change_request(9007199254740997)
        ),
        row!(
            "POST /v2/change-requests/9007199254740997/claim-ownership",
            |client| { client.claim_change_request_ownership(9007199254740997) }
        ),
        row!(
            "POST /v2/change-requests/9007199254740997/close",
            |client| client.close_change_request(9007199254740997)
        ),
        row!(
            "POST /v2/change-requests/9007199254740997/comments",
            |client| {
                let body = AddChangeRequestCommentModel::new("body “q” \"w\"");
                client.add_change_request_comment(9007199254740997, body)
            }
        )
        .body(json!({"body": "body “q” \"w\""})),
        row!(
            "POST /v2/change-requests/9007199254740997/remove-approval",
            |client| { client.remove_change_request_approval(9007199254740997) }
        ),
        row!(
            "POST /v2/configs/{CONFIG}/environments/{ENVIRONMENT}/change-requests",
            |client| {
                client.create_change_request(
                    CONFIG,
                    ENVIRONMENT,
                    CreateChangeRequestModel::new("title “q” \"w\""),
                )
            }
        )
        .body(json!({"title": "title “q” \"w\""})),
        row!(
            "POST /v2/configs/{CONFIG}/environments/{ENVIRONMENT}/change-requests",
            |client| {
                let change_request_proposed_change =
                    CreateChangeRequestProposedChangeModel::new(formula_of_version());
                let evaluation_formula_2 =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new());
                let change_request_proposed_change_2 =
                    CreateChangeRequestProposedChangeModel::new(evaluation_formula_2);
                let body = CreateChangeRequestModel::new("title “q” \"w\"")
                    .with_apply_at(time("2026-02-28T23:59:59.999Z"))
                    .with_bypass_approval(false)
                    .with_proposed_changes([
                        change_request_proposed_change,
                        change_request_proposed_change_2,
                    ])
                    .with_reason("reason 100 %");
                client.create_change_request(CONFIG, ENVIRONMENT, body)
            }
        )
        .body(json!({
            "title": "title “q” \"w\"",
            "applyAt": "2026-02-28T23:59:59.999Z",
            "bypassApproval": false,
            "proposedChanges": [
                {
                    "proposedChange": formula_of_version_sent(),
                },
                {"proposedChange": {"defaultValue": {}}},
            ],
            "reason": "reason 100 %",
        })),
        row!(
            "POST /v2/configs/{CONFIG}/environments/{ENVIRONMENT}/change-requests",
            |client| {
                let body = CreateChangeRequestModel::new("title “q” \"w\"")
                    .with_proposed_changes(Vec::<CreateChangeRequestProposedChangeModel>::new());
                client.create_change_request(CONFIG, ENVIRONMENT, body)
            }
        )
        .body(json!({"title": "title “q” \"w\""})),
        row!("GET /v2/products/{PRODUCT}/change-requests", |client| {
            client.get_change_requests(PRODUCT)
        }),
        row!(
            "GET /v2/products/{PRODUCT}/change-requests\
             ?approveRequiredFilter=approveNotRequired&changeRequestStatusFilter=open\
             &changeRequestStatusFilter=applied&configId={CONFIG}\
             &environmentId={ENVIRONMENT}&needsAttentionFilter=needsAttention\
             &pageNumber=2147483647&pageSize=100&scheduleFilter=nonScheduled\
             &settingId=4711",
            |client| {
                client
                    .get_change_requests(PRODUCT)
                    .approve_required_filter(ChangeRequestApproveRequiredFilter::ApproveNotRequired)
                    .change_request_status_filter([
                        ChangeRequestStatus::Open,
                        ChangeRequestStatus::Applied,
                    ])
                    .config_id(CONFIG)
                    .environment_id(ENVIRONMENT)
                    .needs_attention_filter(NeedsAttentionFilter::NeedsAttention)
                    .page_number(2147483647)
                    .page_size(100)
                    .schedule_filter(ChangeRequestScheduleFilter::NonScheduled)
                    .setting_id(4711)
            }
        ),
        row!("GET /v2/products/{PRODUCT}/change-requests", |client| {
            client
                .get_change_requests(PRODUCT)
                .change_request_status_filter(Vec::<ChangeRequestStatus>::new())
        }),
    ]
}
