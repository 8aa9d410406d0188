//! Change Requests (Approval flow & Scheduled changes) - Beta: what they propose.

use configcat_management::types::{
    ResolveChangeRequestSettingConflictsModel, UpdateChangeRequestProposedChangesModel,
    UpdateEvaluationFormulaWithLatestVersionModel, UpdateValueModel,
};
use serde_json::json;

use super::Row;
use super::formulas::{formula_of_version, formula_of_version_sent};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!(
            "GET /v2/change-requests/9007199254740997/proposed-changes",
            |client| { client.get_change_request_proposed_changes(9007199254740997) }
        ),
        row!(
            "GET /v2/change-requests/9007199254740997/proposed-changes?settingId=4711",
            |client| {
                client
                    .get_change_request_proposed_changes(9007199254740997)
                    .setting_id(4711)
            }
        ),
        row!(
            "PUT /v2/change-requests/9007199254740997/proposed-changes",
            |client| {
                client.update_change_request_proposed_changes(
                    9007199254740997,
                    UpdateChangeRequestProposedChangesModel::new(),
                )
            }
        )
        .body(json!({})),
        row!(
            "PUT /v2/change-requests/9007199254740997/proposed-changes?settingId=4711",
            |client| {
                let evaluation_formula_2 =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new());
                let body = UpdateChangeRequestProposedChangesModel::new()
                    .with_forced(false)
                    .with_proposed_changes([formula_of_version(), evaluation_formula_2]);
                client
                    .update_change_request_proposed_changes(9007199254740997, body)
                    .setting_id(4711)
            }
        )
        .body(json!({
            "forced": false,
            "proposedChanges": [
                formula_of_version_sent(),
                {"defaultValue": {}},
            ],
        })),
        row!(
            "PUT /v2/change-requests/9007199254740997/proposed-changes",
            |client| {
                let body =
                    UpdateChangeRequestProposedChangesModel::new()
                        .with_proposed_changes(
                            Vec::<UpdateEvaluationFormulaWithLatestVersionModel>::new(),
                        );
                client.update_change_request_proposed_changes(9007199254740997, body)
            }
        )
        .body(json!({})),
        row!(
            "DELETE /v2/change-requests/9007199254740997/proposed-changes/4711",
            |client| { client.delete_change_request_proposed_change(9007199254740997, 4711) }
        ),
        row!(
            "POST /v2/change-requests/9007199254740997/proposed-changes/4711/resolve-conflicts",
            |client| {
                let evaluation_formula =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new());
                let body = ResolveChangeRequestSettingConflictsModel::new(evaluation_formula);
                client.resolve_change_request_setting_conflicts(9007199254740997, 4711, body)
            }
        )
        .body(json!({"proposedChange": {"defaultValue": {}}})),
        row!(
            "POST /v2/change-requests/9007199254740997/proposed-changes/4711/resolve-conflicts",
            |client| {
                let body = ResolveChangeRequestSettingConflictsModel::new(formula_of_version());
                client.resolve_change_request_setting_conflicts(9007199254740997, 4711, body)
            }
        )
        .body(json!({
            "proposedChange": formula_of_version_sent(),
        })),
    ]
}
