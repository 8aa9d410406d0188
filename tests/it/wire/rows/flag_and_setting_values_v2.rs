//! Feature Flag & Setting values V2.

use configcat_management::types::{
    UpdateEvaluationFormulaModel, UpdateEvaluationFormulaWithIdModel,
    UpdateEvaluationFormulasModel, UpdateTargetingRuleModel, UpdateValueModel,
};
use serde_json::json;

use super::formulas::{formula, formula_sent, formula_with_id};
use super::{CONFIG, ENVIRONMENT, HAIRY, Row, VERSION, patch, patch_body};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!(
            "GET /v2/configs/{CONFIG}/environments/{ENVIRONMENT}/values",
            |client| client.get_setting_values_v2(CONFIG, ENVIRONMENT)
        ),
        row!(
            "POST /v2/configs/{CONFIG}/environments/{ENVIRONMENT}/values",
            |client| {
                client.post_setting_values_v2(
                    CONFIG,
                    ENVIRONMENT,
                    UpdateEvaluationFormulasModel::new(),
                )
            }
        )
        .body(json!({})),
        row!(
            "POST /v2/configs/{CONFIG}/environments/{ENVIRONMENT}/values?bypassApproval=true\
             &latestVersionId={VERSION}&reason={HAIRY}",
            |client| {
                let least = UpdateEvaluationFormulaWithIdModel::new(UpdateValueModel::new());
                let body = UpdateEvaluationFormulasModel::new()
                    .with_update_formulas([formula_with_id(), least]);
                client
                    .post_setting_values_v2(CONFIG, ENVIRONMENT, body)
                    .bypass_approval(true)
                    .latest_version_id(VERSION)
                    .reason(HAIRY)
            }
        )
        .body(json!({
            "updateFormulas": [
                formula_sent(json!({"settingId": 4711})),
                {"defaultValue": {}},
            ],
        })),
        row!(
            "POST /v2/configs/{CONFIG}/environments/{ENVIRONMENT}/values",
            |client| {
                let body = UpdateEvaluationFormulasModel::new()
                    .with_update_formulas(Vec::<UpdateEvaluationFormulaWithIdModel>::new());
                client.post_setting_values_v2(CONFIG, ENVIRONMENT, body)
            }
        )
        .body(json!({})),
        row!(
            "GET /v2/environments/{ENVIRONMENT}/settings/4711/value",
            |client| client.get_setting_value_v2(ENVIRONMENT, 4711)
        ),
        row!(
            "PUT /v2/environments/{ENVIRONMENT}/settings/4711/value",
            |client| {
                let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new());
                client.replace_setting_value_v2(ENVIRONMENT, 4711, body)
            }
        )
        .body(json!({"defaultValue": {}})),
        row!(
            "PUT /v2/environments/{ENVIRONMENT}/settings/4711/value?bypassApproval=true\
             &latestVersionId={VERSION}&reason={HAIRY}",
            |client| {
                client
                    .replace_setting_value_v2(ENVIRONMENT, 4711, formula())
                    .bypass_approval(true)
                    .latest_version_id(VERSION)
                    .reason(HAIRY)
            }
        )
        .body(json!(formula_sent(json!({})))),
        row!(
            "PUT /v2/environments/{ENVIRONMENT}/settings/4711/value",
            |client| {
                let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new())
                    .with_targeting_rules(Vec::<UpdateTargetingRuleModel>::new());
                client.replace_setting_value_v2(ENVIRONMENT, 4711, body)
            }
        )
        .body(json!({"defaultValue": {}, "targetingRules": []})),
        row!(
            "PATCH /v2/environments/{ENVIRONMENT}/settings/4711/value",
            |client| { client.update_setting_value_v2(ENVIRONMENT, 4711, patch("/defaultValue")) }
        )
        .body(patch_body("/defaultValue")),
        row!(
            "PATCH /v2/environments/{ENVIRONMENT}/settings/4711/value?bypassApproval=true\
             &latestVersionId={VERSION}&reason={HAIRY}",
            |client| {
                client
                    .update_setting_value_v2(ENVIRONMENT, 4711, patch("/defaultValue"))
                    .bypass_approval(true)
                    .latest_version_id(VERSION)
                    .reason(HAIRY)
            }
        )
        .body(patch_body("/defaultValue")),
        row!(
            "PATCH /v2/environments/{ENVIRONMENT}/settings/4711/value?bypassApproval=false\
             &latestVersionId={VERSION}&reason={HAIRY}",
            |client| {
                client
                    .update_setting_value_v2(ENVIRONMENT, 4711, patch("/defaultValue"))
                    .bypass_approval(false)
                    .latest_version_id(VERSION)
                    .reason(HAIRY)
            }
        )
        .body(patch_body("/defaultValue")),
    ]
}
