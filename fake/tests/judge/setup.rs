//! Makes a setting for each rule of the table, by our own client and its `rule` words.

use std::collections::HashMap;

use configcat_fake::Fake;
use configcat_management::types::*;
use configcat_management::{Client, Result, SettingValue};
use serde_json::Value;

use crate::Row;
use crate::table::{self, Case};
use crate::words;

/// What rules refer to.
pub(crate) struct Made {
    /// By name.
    pub(crate) segments: HashMap<&'static str, SegmentId>,
    /// By key.
    pub(crate) settings: HashMap<&'static str, SettingId>,
}

/// A config with all settings of the table for one evaluation version.
struct Place<'a> {
    client: &'a Client,
    config: ConfigId,
    environment: EnvironmentId,
    sdk_key: String,
    version: EvaluationVersion,
}

/// All rows of the table, for V2 and for V1 configs.
pub(crate) async fn rows(fake: &Fake) -> Result<Vec<Row>> {
    let client = fake.client();
    let demo = fake.demo().expect("the fake starts with it");
    let mut segments = HashMap::new();
    for (name, comparator, value) in table::segments() {
        let segment = CreateSegmentModel::new(comparator, "Email", value, name);
        let segment = client
            .create_segment(demo.product_id, segment)
            .send()
            .await?;
        segments.insert(name, segment.segment_id);
    }
    let mut rows = Vec::new();
    for version in [EvaluationVersion::V2, EvaluationVersion::V1] {
        let name = format!("Judged {version}");
        let config = CreateConfigRequest::new(name).with_evaluation_version(version.clone());
        let config = client
            .create_config(demo.product_id, config)
            .send()
            .await?
            .config_id;
        let environment = demo.production_id;
        let keys = client.get_sdk_keys(config, environment).send().await?;
        let sdk_key = keys.primary.expose().to_string();
        let place = Place {
            client: &client,
            config,
            environment,
            sdk_key,
            version,
        };
        let named = client.product(demo.product_id.to_string());
        let named = named.config(config.to_string());
        let named = named.environment(environment.to_string());
        rows.extend(words::rows(&client, config, &named, &place.sdk_key).await?);
        let settings = HashMap::new();
        place
            .fill(
                Made {
                    segments: segments.clone(),
                    settings,
                },
                &mut rows,
            )
            .await?;
    }
    Ok(rows)
}

impl Place<'_> {
    async fn fill(&self, mut made: Made, rows: &mut Vec<Row>) -> Result<()> {
        // What comes later may look at what came before.
        for cases in [
            table::comparators,
            table::values,
            table::splits,
            table::references,
        ] {
            for case in cases(&made)? {
                if self.version == EvaluationVersion::V2 || case.in_v1 {
                    let id = self.make(&case).await?;
                    made.settings.insert(case.key, id);
                    let row = |(user, expected): (Value, Value)| Row {
                        sdk_key: self.sdk_key.clone(),
                        key: case.key,
                        user,
                        expected,
                    };
                    rows.extend(case.rows.into_iter().map(row));
                }
            }
        }
        Ok(())
    }

    async fn make(&self, case: &Case) -> Result<SettingId> {
        let setting_type = match &case.default {
            SettingValue::Bool(_) => SettingType::Boolean,
            SettingValue::String(_) => SettingType::String,
            SettingValue::Int(_) => SettingType::Int,
            _ => SettingType::Double,
        };
        let new = CreateSettingInitialValues::new(case.key, case.key, setting_type);
        let made = self.client.create_setting(self.config, new).send().await?;
        let id = made.setting_id;
        match self.version {
            EvaluationVersion::V1 => self.serve_v1(case, id).await?,
            _ => self.serve_v2(case, id).await?,
        }
        Ok(id)
    }

    async fn serve_v2(&self, case: &Case, id: SettingId) -> Result<()> {
        let formula = UpdateEvaluationFormulaModel::new(case.default.clone())
            .with_percentage_evaluation_attribute(case.attribute.map(str::to_string))
            .with_targeting_rules(case.rules.clone());
        self.client
            .replace_setting_value_v2(self.environment, id, formula)
            .send()
            .await?;
        Ok(())
    }

    /// Rules become V1 rules, and the split of everyone the percentages beside them.
    async fn serve_v1(&self, case: &Case, id: SettingId) -> Result<()> {
        let (mut rules, mut items) = (Vec::new(), Vec::new());
        for rule in case.rules.iter().cloned() {
            match rule.percentage_options.clone() {
                None => rules.push(UpdateRolloutRuleModel::try_from(rule)?),
                Some(options) => items.extend(options.into_iter().map(|option| {
                    let value = option.value.value().unwrap_or_default();
                    UpdateRolloutPercentageItemModel::new(option.percentage.into(), value)
                })),
            }
        }
        let value = UpdateSettingValueModel::new(case.default.clone())
            .with_rollout_rules(rules)
            .with_rollout_percentage_items(items);
        self.client
            .replace_setting_value(self.environment, id, value)
            .send()
            .await?;
        Ok(())
    }
}
