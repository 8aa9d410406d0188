//! The answers about V1 and V2 values in one form, with names in place of ids.

use std::collections::{BTreeSet, HashMap};
use std::slice;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Config;
use crate::patch::{self, Formula, SettingValueV1, json};
use crate::types::{
    EnvironmentId, EvaluationVersion, SettingDataV2Model, SettingId, SettingTagModel,
};
use crate::{Error, ResponseValue, Result};

pub(super) const SEGMENT: &str = "segmentId";
pub(super) const SETTING: &str = "prerequisiteSettingId";
pub(super) const VARIATION: &str = "predefinedVariationId";

/// A setting in an environment. What its version does not have is empty.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
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

impl Answer {
    /// What an answer has, with ids as they are.
    pub(super) fn of(json: &Value) -> Result<Self> {
        let mut answer: Answer = patch::read(json).map_err(Error::other)?;
        answer.document = match is_v1(json) {
            true => patch::document_of::<SettingValueV1>(json),
            false => patch::document_of::<Formula>(json),
        };
        Ok(answer)
    }
}

/// Whether an answer or a document is of a V1 config.
pub(super) fn is_v1(document: &Value) -> bool {
    document.get("value").is_some()
}

impl Config {
    pub(super) async fn is_v1(&self) -> Result<bool> {
        Ok(self.get().await?.evaluation_version == EvaluationVersion::V1)
    }

    /// All settings of the config in an environment.
    pub(super) async fn settings_in(&self, place: EnvironmentId) -> Result<Vec<Answer>> {
        let (id, client) = (self.config_id().await?, &self.product.client);
        let v1 = client.get_setting_values(id, place).send();
        let v2 = client.get_setting_values_v2(id, place).send();
        let all = self.read(v1, v2).await?;
        let entries = list(&all["settingValues"]).chain(list(&all["settingFormulas"]));
        let mut answers = entries.map(Answer::of).collect::<Result<Vec<_>>>()?;
        self.name(&mut answers).await?;
        Ok(answers)
    }

    /// One of them.
    pub(super) async fn setting_in(&self, place: EnvironmentId, id: SettingId) -> Result<Answer> {
        let client = &self.product.client;
        let v1 = client.get_setting_value(place, id).send();
        let v2 = client.get_setting_value_v2(place, id).send();
        let mut answer = Answer::of(&self.read(v1, v2).await?)?;
        self.name(slice::from_mut(&mut answer)).await?;
        Ok(answer)
    }

    /// Makes the call that the config's version has, and gives its answer as JSON.
    async fn read<V1: Serialize, V2: Serialize>(
        &self,
        v1: impl Future<Output = Result<ResponseValue<V1>>>,
        v2: impl Future<Output = Result<ResponseValue<V2>>>,
    ) -> Result<Value> {
        let answer = match self.is_v1().await? {
            true => v1.await.map(|answer| json(&*answer)),
            false => v2.await.map(|answer| json(&*answer)),
        };
        self.product.lists.forget_after_404(answer)
    }

    /// Puts names in place of ids, from lists that are kept. After an error, those that were found stand there.
    pub(super) async fn name(&self, answers: &mut [Answer]) -> Result<()> {
        let ids = answers
            .iter()
            .flat_map(|answer| references(&answer.document));
        let (mut names, mut outcome) = (Names::new(), Ok(()));
        for (kind, id) in ids.collect::<BTreeSet<_>>() {
            let name = match kind {
                SEGMENT => self.product.segment(&id).await.map(|segment| segment.name),
                SETTING => self.setting(&id).await.map(|setting| setting.key),
                _ => continue,
            };
            outcome = name.map(|name| _ = names.insert((kind, id), name.into()));
            if outcome.is_err() {
                break;
            }
        }
        for answer in answers {
            answer.document = replace_names(&answer.document, &names);
        }
        outcome
    }
}

/// What stands in place of the ids or names of a kind, or in place of the whole value that names a variation.
pub(super) type Names = HashMap<(&'static str, String), Value>;

pub(super) fn replace_names(document: &Value, names: &Names) -> Value {
    let mut document = document.clone();
    each(
        &mut document,
        &mut |kind, id, fields| match names.get(&(kind, id.to_lowercase())) {
            Some(Value::Object(value)) => fields.clone_from(value),
            Some(name) => _ = fields.insert(kind.to_string(), name.clone()),
            None => {}
        },
    );
    document
}

/// The ids or names of each kind in a document.
pub(super) fn references(document: &Value) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    let mut keep = |kind, id, _: &mut _| _ = found.insert((kind, id));
    each(&mut document.clone(), &mut keep);
    found
}

/// Shows each object that has an id or a name of a kind.
fn each(document: &mut Value, see: &mut impl FnMut(&'static str, String, &mut Map<String, Value>)) {
    match document {
        Value::Object(fields) => {
            fields.values_mut().for_each(|value| each(value, see));
            for kind in [SEGMENT, SETTING, VARIATION] {
                if let Some(id) = fields.get(kind).map(text) {
                    see(kind, id, fields);
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| each(entry, see)),
        _ => {}
    }
}

pub(super) fn list(entries: &Value) -> impl Iterator<Item = &Value> {
    entries.as_array().into_iter().flatten()
}

/// A text as it is, all else as JSON.
pub(super) fn text(value: &Value) -> String {
    let text = value.as_str().map(str::to_string);
    text.unwrap_or_else(|| value.to_string())
}
