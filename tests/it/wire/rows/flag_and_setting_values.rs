//! Feature Flag & Setting values.

use configcat_management::types::{
    RolloutRuleComparator, SegmentComparator, UpdateRolloutPercentageItemModel,
    UpdateRolloutRuleModel, UpdateSettingValueModel, UpdateSettingValueWithSettingIdModel,
    UpdateSettingValuesWithIdModel,
};
use serde_json::{Value, json};

use super::{CONFIG, ENVIRONMENT, HAIRY, Row, SEGMENT, patch, patch_body};

pub(super) fn rows() -> Vec<Row> {
    let mut with_id = setting_value_sent();
    with_id["settingId"] = json!(4711);
    vec![
        row!(
            "GET /v1/configs/{CONFIG}/environments/{ENVIRONMENT}/values",
            |client| client.get_setting_values(CONFIG, ENVIRONMENT)
        ),
        row!(
            "POST /v1/configs/{CONFIG}/environments/{ENVIRONMENT}/values",
            |client| {
                client.post_setting_values(
                    CONFIG,
                    ENVIRONMENT,
                    UpdateSettingValuesWithIdModel::new(),
                )
            }
        )
        .body(json!({})),
        row!(
            "POST /v1/configs/{CONFIG}/environments/{ENVIRONMENT}/values?reason={HAIRY}",
            |client| {
                let setting_value_with_setting_id = UpdateSettingValueWithSettingIdModel::new(true)
                    .with_rollout_percentage_items(percentage_items())
                    .with_rollout_rules(rollout_rules())
                    .with_setting_id(4711);
                let body = UpdateSettingValuesWithIdModel::new().with_setting_values([
                    setting_value_with_setting_id,
                    UpdateSettingValueWithSettingIdModel::new(-1),
                ]);
                client
                    .post_setting_values(CONFIG, ENVIRONMENT, body)
                    .reason(HAIRY)
            }
        )
        .body(json!({"settingValues": [with_id, {"value": -1}]})),
        row!(
            "POST /v1/configs/{CONFIG}/environments/{ENVIRONMENT}/values",
            |client| {
                let body = UpdateSettingValuesWithIdModel::new()
                    .with_setting_values(Vec::<UpdateSettingValueWithSettingIdModel>::new());
                client.post_setting_values(CONFIG, ENVIRONMENT, body)
            }
        )
        .body(json!({})),
        row!(
            "GET /v1/environments/{ENVIRONMENT}/settings/4711/value",
            |client| client.get_setting_value(ENVIRONMENT, 4711)
        ),
        row!(
            "PUT /v1/environments/{ENVIRONMENT}/settings/4711/value",
            |client| {
                client.replace_setting_value(ENVIRONMENT, 4711, UpdateSettingValueModel::new(true))
            }
        )
        .body(json!({"value": true})),
        row!(
            "PUT /v1/environments/{ENVIRONMENT}/settings/4711/value?reason={HAIRY}",
            |client| {
                client
                    .replace_setting_value(ENVIRONMENT, 4711, setting_value())
                    .reason(HAIRY)
            }
        )
        .body(setting_value_sent()),
        row!(
            "PUT /v1/environments/{ENVIRONMENT}/settings/4711/value",
            |client| {
                let body = UpdateSettingValueModel::new(true)
                    .with_rollout_percentage_items(Vec::<UpdateRolloutPercentageItemModel>::new())
                    .with_rollout_rules(Vec::<UpdateRolloutRuleModel>::new());
                client.replace_setting_value(ENVIRONMENT, 4711, body)
            }
        )
        .body(json!({"value": true})),
        row!(
            "PUT /v1/environments/{ENVIRONMENT}/settings/4711/value",
            |client| {
                client.replace_setting_value(
                    ENVIRONMENT,
                    4711,
                    UpdateSettingValueModel::new("välue \"5\""),
                )
            }
        )
        .body(json!({"value": "välue \"5\""})),
        row!(
            "PUT /v1/environments/{ENVIRONMENT}/settings/4711/value",
            |client| {
                client.replace_setting_value(ENVIRONMENT, 4711, UpdateSettingValueModel::new(5))
            }
        )
        .body(json!({"value": 5})),
        row!(
            "PUT /v1/environments/{ENVIRONMENT}/settings/4711/value",
            |client| {
                client.replace_setting_value(ENVIRONMENT, 4711, UpdateSettingValueModel::new(2.5))
            }
        )
        .body(json!({"value": 2.5})),
        row!(
            "PUT /v1/environments/{ENVIRONMENT}/settings/4711/value",
            |client| {
                client.replace_setting_value(ENVIRONMENT, 4711, UpdateSettingValueModel::new(5.0))
            }
        )
        .body(json!({"value": 5.0})),
        row!(
            "PATCH /v1/environments/{ENVIRONMENT}/settings/4711/value",
            |client| { client.update_setting_value(ENVIRONMENT, 4711, patch("/value")) }
        )
        .body(patch_body("/value")),
        row!(
            "PATCH /v1/environments/{ENVIRONMENT}/settings/4711/value?reason={HAIRY}",
            |client| {
                client
                    .update_setting_value(ENVIRONMENT, 4711, patch("/value"))
                    .reason(HAIRY)
            }
        )
        .body(patch_body("/value")),
    ]
}

/// A value with everything.
pub(super) fn setting_value() -> UpdateSettingValueModel {
    UpdateSettingValueModel::new(true)
        .with_rollout_percentage_items(percentage_items())
        .with_rollout_rules(rollout_rules())
}

/// What it is on the wire.
pub(super) fn setting_value_sent() -> Value {
    json!({
        "value": true,
        "rolloutPercentageItems": [
            {"percentage": 31, "value": "välue \"5\""},
            {"percentage": 32, "value": 5},
        ],
        "rolloutRules": [
            {
                "value": 2.5,
                "comparator": "semVerIsOneOf",
                "comparisonAttribute": "comparisonAttribute 100 %",
                "comparisonValue": "comparisonValue a+b #1?",
                "segmentComparator": "isNotIn",
                "segmentId": "{SEGMENT}",
            },
            {"value": 5.0},
        ],
    })
}

fn percentage_items() -> [UpdateRolloutPercentageItemModel; 2] {
    [
        UpdateRolloutPercentageItemModel::new(31, "välue \"5\""),
        UpdateRolloutPercentageItemModel::new(32, 5),
    ]
}

fn rollout_rules() -> [UpdateRolloutRuleModel; 2] {
    let rule = UpdateRolloutRuleModel::new(2.5)
        .with_comparator(RolloutRuleComparator::SemVerIsOneOf)
        .with_comparison_attribute("comparisonAttribute 100 %")
        .with_comparison_value("comparisonValue a+b #1?")
        .with_segment_comparator(SegmentComparator::IsNotIn)
        .with_segment_id(SEGMENT);
    [rule, UpdateRolloutRuleModel::new(5.0)]
}
