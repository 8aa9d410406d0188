//! Change Requests (Approval flow & Scheduled changes) - Beta.

use configcat_management::types::{
    AddChangeRequestCommentModel, ChangeRequestApproveRequiredFilter, ChangeRequestScheduleFilter,
    ChangeRequestStatus, CreateChangeRequestModel, CreateChangeRequestProposedChangeModel,
    NeedsAttentionFilter, UpdateChangeRequestCommentModel, UpdateChangeRequestModel,
    UpdateEvaluationFormulaWithLatestVersionModel, UpdateValueModel,
};

use super::targeting_rules::targeting_rules;
use super::{CONFIG, ENVIRONMENT, PRODUCT, Row, VARIATION, VERSION, call, time};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "update-change-request-comment",
            |client| {
                let body = UpdateChangeRequestCommentModel::new("body “q” \"w\"");
                call(
                    client
                        .update_change_request_comment(9007199254740999, body)
                        .send(),
                )
            },
            "PUT",
            "/v2/change-request-comments/9007199254740999",
        )
        .body(r#"{"body": "body “q” \"w\""}"#),
        Row::new(
            "delete-change-request-comment",
            |client| {
                call(
                    client
                        .delete_change_request_comment(9007199254740999)
                        .send(),
                )
            },
            "DELETE",
            "/v2/change-request-comments/9007199254740999",
        ),
        Row::new(
            "get-change-request",
            |client| call(client.get_change_request(9007199254740997).send()),
            "GET",
            "/v2/change-requests/9007199254740997",
        ),
        Row::new(
            "update-change-request",
            |client| {
                call(
                    client
                        .update_change_request(
                            9007199254740997,
                            UpdateChangeRequestModel::new("title “q” \"w\""),
                        )
                        .send(),
                )
            },
            "PUT",
            "/v2/change-requests/9007199254740997",
        )
        .body(r#"{"title": "title “q” \"w\""}"#),
        Row::new(
            "update-change-request",
            |client| {
                let body = UpdateChangeRequestModel::new("title “q” \"w\"")
                    .with_apply_at(time("2026-02-28T23:59:59.999Z"))
                    .with_bypass_approval(false)
                    .with_reason("reason 100 %");
                call(client.update_change_request(9007199254740997, body).send())
            },
            "PUT",
            "/v2/change-requests/9007199254740997",
        )
        .body(
            r#"{
              "title": "title “q” \"w\"",
              "applyAt": "2026-02-28T23:59:59.999Z",
              "bypassApproval": false,
              "reason": "reason 100 %"
            }"#,
        ),
        Row::new(
            "apply-change-request",
            |client| call(client.apply_change_request(9007199254740997).send()),
            "POST",
            "/v2/change-requests/9007199254740997/apply",
        ),
        Row::new(
            "approve-change-request",
            |client| call(client.approve_change_request(9007199254740997).send()),
            "POST",
            "/v2/change-requests/9007199254740997/approve",
        ),
        Row::new(
            "claim-change-request-ownership",
            |client| {
                call(
                    client
                        .claim_change_request_ownership(9007199254740997)
                        .send(),
                )
            },
            "POST",
            "/v2/change-requests/9007199254740997/claim-ownership",
        ),
        Row::new(
            "close-change-request",
            |client| call(client.close_change_request(9007199254740997).send()),
            "POST",
            "/v2/change-requests/9007199254740997/close",
        ),
        Row::new(
            "add-change-request-comment",
            |client| {
                let body = AddChangeRequestCommentModel::new("body “q” \"w\"");
                call(
                    client
                        .add_change_request_comment(9007199254740997, body)
                        .send(),
                )
            },
            "POST",
            "/v2/change-requests/9007199254740997/comments",
        )
        .body(r#"{"body": "body “q” \"w\""}"#),
        Row::new(
            "remove-change-request-approval",
            |client| {
                call(
                    client
                        .remove_change_request_approval(9007199254740997)
                        .send(),
                )
            },
            "POST",
            "/v2/change-requests/9007199254740997/remove-approval",
        ),
        Row::new(
            "create-change-request",
            |client| {
                call(
                    client
                        .create_change_request(
                            CONFIG,
                            ENVIRONMENT,
                            CreateChangeRequestModel::new("title “q” \"w\""),
                        )
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/change-requests",
            ),
        )
        .body(r#"{"title": "title “q” \"w\""}"#),
        Row::new(
            "create-change-request",
            |client| {
                let value = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue a+b #1?");
                let evaluation_formula = UpdateEvaluationFormulaWithLatestVersionModel::new(value)
                    .with_latest_version_id(VERSION)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute tab | end")
                    .with_setting_id(4711)
                    .with_targeting_rules(targeting_rules());
                let change_request_proposed_change =
                    CreateChangeRequestProposedChangeModel::new(evaluation_formula);
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
                call(
                    client
                        .create_change_request(CONFIG, ENVIRONMENT, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/change-requests",
            ),
        )
        .body(
            r#"{
              "title": "title “q” \"w\"",
              "applyAt": "2026-02-28T23:59:59.999Z",
              "bypassApproval": false,
              "proposedChanges": [
                {
                  "proposedChange": {
                    "defaultValue": {
                      "boolValue": true,
                      "doubleValue": 5.0,
                      "intValue": -5,
                      "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                      "stringValue": "stringValue a+b #1?"
                    },
                    "latestVersionId": "0fe40000-0000-4000-8000-00000000fe0a",
                    "percentageEvaluationAttribute": "percentageEvaluationAttribute tab | end",
                    "settingId": 4711,
                    "targetingRules": "TARGETING_RULES"
                  }
                },
                {"proposedChange": {"defaultValue": {}}}
              ],
              "reason": "reason 100 %"
            }"#,
        ),
        Row::new(
            "create-change-request",
            |client| {
                let body = CreateChangeRequestModel::new("title “q” \"w\"")
                    .with_proposed_changes(Vec::<CreateChangeRequestProposedChangeModel>::new());
                call(
                    client
                        .create_change_request(CONFIG, ENVIRONMENT, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/configs/0c0f0000-0000-4000-8000-00000000c003/environments",
                "/0e0e0000-0000-4000-8000-00000000e004/change-requests",
            ),
        )
        .body(r#"{"title": "title “q” \"w\""}"#),
        Row::new(
            "get-change-requests",
            |client| call(client.get_change_requests(PRODUCT).send()),
            "GET",
            "/v2/products/0b0d0000-0000-4000-8000-00000000b002/change-requests",
        ),
        Row::new(
            "get-change-requests",
            |client| {
                call(
                    client
                        .get_change_requests(PRODUCT)
                        .approve_required_filter(
                            ChangeRequestApproveRequiredFilter::ApproveNotRequired,
                        )
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
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v2/products/0b0d0000-0000-4000-8000-00000000b002/change-requests",
                "?approveRequiredFilter=approveNotRequired",
                "&changeRequestStatusFilter=open",
                "&changeRequestStatusFilter=applied",
                "&configId=0c0f0000-0000-4000-8000-00000000c003",
                "&environmentId=0e0e0000-0000-4000-8000-00000000e004",
                "&needsAttentionFilter=needsAttention",
                "&pageNumber=2147483647",
                "&pageSize=100",
                "&scheduleFilter=nonScheduled",
                "&settingId=4711",
            ),
        ),
        Row::new(
            "get-change-requests",
            |client| {
                call(
                    client
                        .get_change_requests(PRODUCT)
                        .change_request_status_filter(Vec::<ChangeRequestStatus>::new())
                        .send(),
                )
            },
            "GET",
            "/v2/products/0b0d0000-0000-4000-8000-00000000b002/change-requests",
        ),
    ]
}
