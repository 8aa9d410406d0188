//! Feature Flag & Setting values using SDK Key V2.

use configcat_management::types::{
    UpdateEvaluationFormulaModel, UpdateTargetingRuleModel, UpdateValueModel,
};
use serde_json::json;

use super::formulas::{formula, formula_sent};
use super::{HAIRY, Row, SDK_KEY, VERSION, patch, patch_body};

pub(super) fn rows() -> Vec<Row> {
    let rows = vec![
        row!("GET /v2/settings/{HAIRY}/value", |client| {
            client.get_setting_value_by_sdkkey_v2(HAIRY, SDK_KEY)
        }),
        row!("PUT /v2/settings/{HAIRY}/value", |client| {
            let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new());
            client.replace_setting_value_by_sdkkey_v2(HAIRY, SDK_KEY, body)
        })
        .body(json!({"defaultValue": {}})),
        row!(
            "PUT /v2/settings/{HAIRY}/value?bypassApproval=true&latestVersionId={VERSION}\
             &reason={HAIRY}",
            |client| {
                client
                    .replace_setting_value_by_sdkkey_v2(HAIRY, SDK_KEY, formula())
                    .bypass_approval(true)
                    .latest_version_id(VERSION)
                    .reason(HAIRY)
            }
        )
        .body(json!(formula_sent(json!({})))),
        row!("PUT /v2/settings/{HAIRY}/value", |client| {
            let body = UpdateEvaluationFormulaModel::new(UpdateValueModel::new())
                .with_targeting_rules(Vec::<UpdateTargetingRuleModel>::new());
            client.replace_setting_value_by_sdkkey_v2(HAIRY, SDK_KEY, body)
        })
        .body(json!({"defaultValue": {}, "targetingRules": []})),
        row!("PATCH /v2/settings/{HAIRY}/value", |client| {
            client.update_setting_value_by_sdkkey_v2(HAIRY, SDK_KEY, patch("/defaultValue"))
        })
        .body(patch_body("/defaultValue")),
        row!(
            "PATCH /v2/settings/{HAIRY}/value?bypassApproval=true&latestVersionId={VERSION}\
             &reason={HAIRY}",
            |client| {
                client
                    .update_setting_value_by_sdkkey_v2(HAIRY, SDK_KEY, patch("/defaultValue"))
                    .bypass_approval(true)
                    .latest_version_id(VERSION)
                    .reason(HAIRY)
            }
        )
        .body(patch_body("/defaultValue")),
    ];
    rows.into_iter().map(|row| row.sdk_key(SDK_KEY)).collect()
}
