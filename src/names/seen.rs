//! What the answers about V1 and V2 values have in common, with names in place of ids.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Config;
use crate::patch::{self, Formula, SettingValueV1, json};
use crate::types::{
    EnvironmentId, EvaluationVersion, SettingDataV2Model, SettingId, SettingTagModel,
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

impl Config {
    /// All settings of the config in an environment, or one of them.
    pub(super) async fn seen(
        &self,
        environment: EnvironmentId,
        one: Option<SettingId>,
    ) -> Result<Vec<Seen>> {
        let (config, client) = (self.get().await?, &self.product.client);
        let (id, is_v1) = (
            config.config_id,
            config.evaluation_version == EvaluationVersion::V1,
        );
        macro_rules! get {
            ($call:ident($($id:expr),*)) => { client.$call($($id),*).send().await?.into_inner() };
        }
        let answers = match (one, is_v1) {
            (Some(one), true) => json(&get!(get_setting_value(environment, one))),
            (Some(one), false) => json(&get!(get_setting_value_v2(environment, one))),
            (None, true) => json(&get!(get_setting_values(id, environment)).setting_values),
            (None, false) => json(&get!(get_setting_values_v2(id, environment)).setting_formulas),
        };
        self.named(answers, is_v1).await
    }

    /// What the answers have, one or a list of them. The names come from lists that are kept.
    pub(super) async fn named(&self, answers: Value, is_v1: bool) -> Result<Vec<Seen>> {
        let (mut all, mut ids, mut names) = (Vec::new(), BTreeSet::new(), HashMap::new());
        let answers = match answers {
            Value::Array(answers) => answers,
            answer => vec![answer],
        };
        for answer in answers {
            let mut document = match is_v1 {
                true => patch::document_of::<SettingValueV1>(&answer),
                false => patch::document_of::<Formula>(&answer),
            };
            objects(&mut document, &mut |fields| {
                let found = |kind| Some((kind, text(fields.get(kind)?)));
                ids.extend([SEGMENT, SETTING].into_iter().filter_map(found));
            });
            let seen: Seen = serde_json::from_value(answer).map_err(Error::other)?;
            all.push(Seen { document, ..seen });
        }
        for (kind, id) in ids {
            let name = match kind {
                SEGMENT => self.product.segment(&id).await?.name,
                _ => self.setting(&id).await?.key,
            };
            names.insert((kind, id), Value::from(name));
        }
        for seen in &mut all {
            objects(&mut seen.document, &mut |fields| replace(fields, &names));
        }
        Ok(all)
    }
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
