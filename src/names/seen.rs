//! What the answers about V1 and V2 values have in common, with names in place of ids.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Config;
use crate::patch::{self, Formula, SettingValueV1, json};
use crate::types::{
    ConfigModel, EnvironmentId, EvaluationVersion, SettingDataV2Model, SettingId, SettingTagModel,
};
use crate::{Error, Result};

pub(super) const SEGMENT: &str = "segmentId";
pub(super) const SETTING: &str = "prerequisiteSettingId";
pub(super) const VARIATION: &str = "predefinedVariationId";

/// A setting in an environment. What its version does not have is empty.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    pub(super) setting: SettingDataV2Model,
    pub(super) setting_tags: Vec<SettingTagModel>,
    pub(super) updated_at: Option<DateTime<Utc>>,
    pub(super) last_updater_user_full_name: Option<String>,
    #[serde(default)]
    pub(super) setting_ids_where_prerequisite: Vec<SettingId>,
    /// What it serves, as requests write it, but with the names of segments and the keys of settings.
    #[serde(skip)]
    pub(super) document: Value,
}

impl Seen {
    /// What an answer has, with ids as they are.
    pub(super) fn of(answer: Value, is_v1: bool) -> Result<Self> {
        let document = match is_v1 {
            true => patch::document_of::<SettingValueV1>(&answer),
            false => patch::document_of::<Formula>(&answer),
        };
        let seen: Seen = patch::read(&answer).map_err(Error::other)?;
        Ok(Seen { document, ..seen })
    }
}

impl Config {
    /// All settings of the config in an environment.
    pub(super) async fn settings_in(&self, environment: EnvironmentId) -> Result<Vec<Seen>> {
        let (config, client) = (self.get().await?, &self.product.client);
        let (id, is_v1) = (config.config_id, is_v1(&config));
        let answers = match is_v1 {
            true => {
                let answer = client.get_setting_values(id, environment).send().await?;
                json(&answer.setting_values)
            }
            false => {
                let answer = client.get_setting_values_v2(id, environment).send().await?;
                json(&answer.setting_formulas)
            }
        };
        let answers = answers.as_array().into_iter().flatten().cloned();
        let seen = answers.map(|answer| Seen::of(answer, is_v1));
        let mut all = seen.collect::<Result<Vec<_>>>()?;
        self.name(&mut all).await?;
        Ok(all)
    }

    /// One of them.
    pub(super) async fn setting_in(
        &self,
        environment_id: EnvironmentId,
        id: SettingId,
    ) -> Result<Seen> {
        let (client, is_v1) = (&self.product.client, is_v1(&self.get().await?));
        let answer = match is_v1 {
            true => json(&*client.get_setting_value(environment_id, id).send().await?),
            false => json(
                &*client
                    .get_setting_value_v2(environment_id, id)
                    .send()
                    .await?,
            ),
        };
        let mut seen = Seen::of(answer, is_v1)?;
        self.name(std::slice::from_mut(&mut seen)).await?;
        Ok(seen)
    }

    /// Puts names in place of ids, from lists that are kept. After an error, those that were found stand there.
    pub(super) async fn name(&self, all: &mut [Seen]) -> Result<()> {
        let (mut ids, mut names, mut outcome) = (BTreeSet::new(), HashMap::new(), Ok(()));
        for seen in all.iter_mut() {
            objects(&mut seen.document, &mut |fields| {
                let found = |kind| Some((kind, text(fields.get(kind)?)));
                ids.extend([SEGMENT, SETTING].into_iter().filter_map(found));
            });
        }
        for (kind, id) in ids {
            let name = match kind {
                SEGMENT => self.product.segment(&id).await.map(|segment| segment.name),
                _ => self.setting(&id).await.map(|setting| setting.key),
            };
            match name {
                Ok(name) => names.insert((kind, id), Value::from(name)),
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            };
        }
        for seen in all {
            objects(&mut seen.document, &mut |fields| replace(fields, &names));
        }
        outcome
    }
}

pub(super) fn is_v1(config: &ConfigModel) -> bool {
    config.evaluation_version == EvaluationVersion::V1
}

/// What stands in place of the ids or names of a kind.
pub(super) type Names = HashMap<(&'static str, String), Value>;

pub(super) fn replace(fields: &mut Map<String, Value>, names: &Names) {
    for kind in [SEGMENT, SETTING] {
        if let Some(place) = fields.get_mut(kind)
            && let Some(name) = names.get(&(kind, text(place).to_lowercase()))
        {
            *place = name.clone();
        }
    }
}

/// Shows each object of a document.
pub(super) fn objects(document: &mut Value, see: &mut impl FnMut(&mut Map<String, Value>)) {
    match document {
        Value::Object(fields) => {
            fields.values_mut().for_each(|value| objects(value, see));
            see(fields);
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| objects(entry, see)),
        _ => {}
    }
}

/// A text as it is, all else as JSON.
pub(super) fn text(value: &Value) -> String {
    let text = value.as_str().map(str::to_string);
    text.unwrap_or_else(|| value.to_string())
}
