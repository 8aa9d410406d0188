//! Change Requests (Approval flow & Scheduled changes) - Beta: what they propose.

use configcat_management::types::{
    ResolveChangeRequestSettingConflictsModel, UpdateChangeRequestProposedChangesModel,
    UpdateEvaluationFormulaWithLatestVersionModel, UpdateValueModel,
};

use super::targeting_rules::targeting_rules;
use super::{Row, VARIATION, VERSION, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-change-request-proposed-changes",
            |client| {
                call(
                    client
                        .get_change_request_proposed_changes(9007199254740997)
                        .send(),
                )
            },
            "GET",
            "/v2/change-requests/9007199254740997/proposed-changes",
        ),
        Row::new(
            "get-change-request-proposed-changes",
            |client| {
                call(
                    client
                        .get_change_request_proposed_changes(9007199254740997)
                        .setting_id(4711)
                        .send(),
                )
            },
            "GET",
            "/v2/change-requests/9007199254740997/proposed-changes?settingId=4711",
        ),
        Row::new(
            "update-change-request-proposed-changes",
            |client| {
                call(
                    client
                        .update_change_request_proposed_changes(
                            9007199254740997,
                            UpdateChangeRequestProposedChangesModel::new(),
                        )
                        .send(),
                )
            },
            "PUT",
            "/v2/change-requests/9007199254740997/proposed-changes",
        )
        .body(r#"{}"#),
        Row::new(
            "update-change-request-proposed-changes",
            |client| {
                let value = UpdateValueModel::new()
                    .with_bool_value(true)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue 🐱 & <b>");
                let evaluation_formula = UpdateEvaluationFormulaWithLatestVersionModel::new(value)
                    .with_latest_version_id(VERSION)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 100 %")
                    .with_setting_id(4711)
                    .with_targeting_rules(targeting_rules());
                let evaluation_formula_2 =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new());
                let body = UpdateChangeRequestProposedChangesModel::new()
                    .with_forced(false)
                    .with_proposed_changes([evaluation_formula, evaluation_formula_2]);
                call(
                    client
                        .update_change_request_proposed_changes(9007199254740997, body)
                        .setting_id(4711)
                        .send(),
                )
            },
            "PUT",
            "/v2/change-requests/9007199254740997/proposed-changes?settingId=4711",
        )
        .body(
            r#"{
              "forced": false,
              "proposedChanges": [
                {
                  "defaultValue": {
                    "boolValue": true,
                    "doubleValue": 5.0,
                    "intValue": -5,
                    "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                    "stringValue": "stringValue 🐱 & <b>"
                  },
                  "latestVersionId": "0fe40000-0000-4000-8000-00000000fe0a",
                  "percentageEvaluationAttribute": "percentageEvaluationAttribute 100 %",
                  "settingId": 4711,
                  "targetingRules": "TARGETING_RULES"
                },
                {"defaultValue": {}}
              ]
            }"#,
        ),
        Row::new(
            "update-change-request-proposed-changes",
            |client| {
                let body =
                    UpdateChangeRequestProposedChangesModel::new()
                        .with_proposed_changes(
                            Vec::<UpdateEvaluationFormulaWithLatestVersionModel>::new(),
                        );
                call(
                    client
                        .update_change_request_proposed_changes(9007199254740997, body)
                        .send(),
                )
            },
            "PUT",
            "/v2/change-requests/9007199254740997/proposed-changes",
        )
        .body(r#"{}"#),
        Row::new(
            "delete-change-request-proposed-change",
            |client| {
                call(
                    client
                        .delete_change_request_proposed_change(9007199254740997, 4711)
                        .send(),
                )
            },
            "DELETE",
            "/v2/change-requests/9007199254740997/proposed-changes/4711",
        ),
        Row::new(
            "resolve-change-request-setting-conflicts",
            |client| {
                let evaluation_formula =
                    UpdateEvaluationFormulaWithLatestVersionModel::new(UpdateValueModel::new());
                let body = ResolveChangeRequestSettingConflictsModel::new(evaluation_formula);
                call(
                    client
                        .resolve_change_request_setting_conflicts(9007199254740997, 4711, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/change-requests/9007199254740997/proposed-changes/4711",
                "/resolve-conflicts",
            ),
        )
        .body(r#"{"proposedChange": {"defaultValue": {}}}"#),
        Row::new(
            "resolve-change-request-setting-conflicts",
            |client| {
                let value = UpdateValueModel::new()
                    .with_bool_value(false)
                    .with_double_value(5.0)
                    .with_int_value(-5)
                    .with_predefined_variation_id(VARIATION)
                    .with_string_value("stringValue back\\slash");
                let evaluation_formula = UpdateEvaluationFormulaWithLatestVersionModel::new(value)
                    .with_latest_version_id(VERSION)
                    .with_percentage_evaluation_attribute("percentageEvaluationAttribute 🐱 & <b>")
                    .with_setting_id(4711)
                    .with_targeting_rules(targeting_rules());
                let body = ResolveChangeRequestSettingConflictsModel::new(evaluation_formula);
                call(
                    client
                        .resolve_change_request_setting_conflicts(9007199254740997, 4711, body)
                        .send(),
                )
            },
            "POST",
            concat!(
                "/v2/change-requests/9007199254740997/proposed-changes/4711",
                "/resolve-conflicts",
            ),
        )
        .body(
            r#"{
              "proposedChange": {
                "defaultValue": {
                  "boolValue": false,
                  "doubleValue": 5.0,
                  "intValue": -5,
                  "predefinedVariationId": "0fa00000-0000-4000-8000-00000000fa09",
                  "stringValue": "stringValue back\\slash"
                },
                "latestVersionId": "0fe40000-0000-4000-8000-00000000fe0a",
                "percentageEvaluationAttribute": "percentageEvaluationAttribute 🐱 & <b>",
                "settingId": 4711,
                "targetingRules": "TARGETING_RULES"
              }
            }"#,
        ),
    ]
}
