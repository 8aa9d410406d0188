//! Feature Flag & Setting values using SDK Key.

use configcat_management::types::{
    UpdateRolloutPercentageItemModel, UpdateRolloutRuleModel, UpdateSettingValueModel,
};
use serde_json::json;

use super::flag_and_setting_values::{setting_value, setting_value_sent};
use super::{HAIRY, Row, SDK_KEY, patch, patch_body};

pub(super) fn rows() -> Vec<Row> {
    let rows = vec![
        row!("GET /v1/settings/{HAIRY}/value", |client| {
            client.get_setting_value_by_sdkkey(HAIRY, SDK_KEY)
        }),
        row!("PUT /v1/settings/{HAIRY}/value", |client| {
            client.replace_setting_value_by_sdkkey(
                HAIRY,
                SDK_KEY,
                UpdateSettingValueModel::new(true),
            )
        })
        .body(json!({"value": true})),
        row!("PUT /v1/settings/{HAIRY}/value?reason={HAIRY}", |client| {
            client
                .replace_setting_value_by_sdkkey(HAIRY, SDK_KEY, setting_value())
                .reason(HAIRY)
        })
        .body(setting_value_sent()),
        row!("PUT /v1/settings/{HAIRY}/value", |client| {
            let body = UpdateSettingValueModel::new(true)
                .with_rollout_percentage_items(Vec::<UpdateRolloutPercentageItemModel>::new())
                .with_rollout_rules(Vec::<UpdateRolloutRuleModel>::new());
            client.replace_setting_value_by_sdkkey(HAIRY, SDK_KEY, body)
        })
        .body(json!({"value": true})),
        row!("PATCH /v1/settings/{HAIRY}/value", |client| {
            client.update_setting_value_by_sdkkey(HAIRY, SDK_KEY, patch("/value"))
        })
        .body(patch_body("/value")),
        row!(
            "PATCH /v1/settings/{HAIRY}/value?reason={HAIRY}",
            |client| {
                client
                    .update_setting_value_by_sdkkey(HAIRY, SDK_KEY, patch("/value"))
                    .reason(HAIRY)
            }
        )
        .body(patch_body("/value")),
    ];
    rows.into_iter().map(|row| row.sdk_key(SDK_KEY)).collect()
}
