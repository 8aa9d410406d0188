//! What one environment serves, brought to another.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use serde_json::{Value, json};

use super::lists::same;
use super::seen::{Names, SEGMENT, SETTING, Seen, VARIATION, objects, replace, text};
use super::{Environment, Served};
use crate::edit::edit_v1;
use crate::patch::{self, Formula, SettingValueV1};
use crate::types::{
    CreatePredefinedVariationModel, CreatePredefinedVariationValueModel, CreateSegmentModel,
    CreateSettingInitialValues, CreateTagModel, EvaluationVersion, InitialValue,
    PredefinedVariationModel, SettingTagModel, UpdateEvaluationFormulaModel,
    UpdateSettingValueModel, UpdateValueModel,
};
use crate::{Error, Result};

/// Begins to copy what an environment serves to another one, of the same config or of another one of the same version.
///
/// ```no_run
/// # async fn example(client: configcat_management::Client) -> configcat_management::Result<()> {
/// let config = client.product("Web shop").config("Frontend");
/// let (test, production) = (config.environment("Test"), config.environment("Production"));
/// let mut plan = configcat_management::names::copy(&test, &production).keys(["new_checkout"]).preview().await?;
/// println!("{plan}");
/// plan.apply().await?;
/// # Ok(())
/// # }
/// ```
///
/// Settings and prerequisites are found by key, segments and predefined variations by name.
pub fn copy(from: &Environment, to: &Environment) -> Copy {
    let (from, to) = (from.clone(), to.clone());
    Copy {
        from,
        to,
        keys: None,
        create: false,
        reason: None,
        bypass_approval: None,
    }
}

/// A copy that is prepared; made by [`copy`].
#[derive(Clone, Debug)]
#[must_use = "a copy begins with `preview`"]
pub struct Copy {
    from: Environment,
    to: Environment,
    keys: Option<Vec<String>>,
    create: bool,
    reason: Option<String>,
    bypass_approval: Option<bool>,
}

impl Copy {
    /// The settings to copy, by key or id. Default: all.
    pub fn keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.keys = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    /// Creates what the target lacks: settings with their variations and tags, and what their rules look at: segments
    /// and prerequisites, which are copied too. Default: that is an error.
    pub fn create_missing(mut self) -> Self {
        self.create = true;
        self
    }

    /// Note for the audit log.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Applies the values at once where approval is required and the caller may skip it. V1 configs know no approvals.
    pub fn bypass_approval(mut self, bypass_approval: bool) -> Self {
        self.bypass_approval = Some(bypass_approval);
        self
    }

    /// Reads both sides, and plans what will change. Changes nothing.
    ///
    /// # Errors
    ///
    /// Says what the target lacks, and where a name does not fit; otherwise those of the calls.
    pub async fn preview(self) -> Result<CopyPlan> {
        let (from, to) = (&self.from.config, &self.to.config);
        let version = from.get().await?.evaluation_version;
        if to.get().await?.evaluation_version != version {
            let problem = "configs of two versions: what rules can say differs, and is not copied";
            return Err(Error::other(problem));
        }
        let (sources, targets) = (self.from.seen().await?, self.to.seen().await?);
        let (by_name, targets) = (with_names(sources.clone()), with_names(targets));
        let all = sources.iter().map(|seen| seen.setting.key.clone());
        let mut keys = self.keys.clone().unwrap_or_else(|| all.collect());
        let (mut missing, mut tags) = (BTreeSet::new(), BTreeMap::new());
        let (mut settings, mut values, mut next) = (Vec::new(), Vec::new(), 0);
        while let Some(key) = keys.get(next) {
            next += 1;
            let id = from.setting(key).await?.setting_id;
            let pairs = sources.iter().zip(&by_name);
            let Some((source, named)) = { pairs }.find(|pair| pair.0.setting.setting_id == id)
            else {
                return Err(Error::other(format!("`{key}` is new; preview again")));
            };
            let there = |key: &str| targets.iter().find(|seen| same(&seen.setting.key, key));
            let (target, mut after) = (there(&source.setting.key), named.document.clone());
            objects(&mut after, &mut |fields| {
                missing.extend(fields.get(SEGMENT).map(text));
                let needed = fields.get(SETTING).map(text);
                let needed = needed.filter(|needed| there(needed).is_none());
                keys.extend(needed.filter(|needed| !keys.iter().any(|key| same(key, needed))));
            });
            let before = target.map(|seen| seen.document.clone());
            let key = target.unwrap_or(source).setting.key.clone();
            if target.is_none() {
                let names = source.setting_tags.iter();
                tags.extend(names.map(|tag| (tag.name.to_lowercase(), tag.clone())));
                settings.push(source.clone());
            }
            if before.as_ref() != Some(&after) {
                values.push(Action::Value { key, before, after });
            }
        }
        let (client, product_id) = (&to.product.client, to.product.product_id().await?);
        if !missing.is_empty() {
            for known in client.get_segments(product_id).send().await?.iter() {
                missing.retain(|name| !same(name, &known.name));
            }
        }
        if !tags.is_empty() {
            for known in client.get_tags(product_id).send().await?.iter() {
                tags.remove(&known.name.to_lowercase());
            }
        }
        let segments = missing.into_iter().map(Action::Segment);
        let created = tags.into_values().map(Action::Tag).chain(segments);
        let created = created.chain(
            settings
                .into_iter()
                .map(|seen| Action::Setting(Box::new(seen))),
        );
        let steps: Vec<CopyStep> = created.chain(values).map(CopyStep::new).collect();
        match steps
            .iter()
            .find(|step| !self.create && step.what.starts_with("create"))
        {
            None => Ok(CopyPlan {
                copy: self,
                version,
                steps,
            }),
            Some(step) => {
                let problem = format!(
                    "the target lacks something: {}; `create_missing` does so",
                    step.what
                );
                Err(Error::other(problem))
            }
        }
    }
}

/// What a copy will change, and what it has changed; made by [`Copy::preview`].
#[derive(Clone, Debug)]
pub struct CopyPlan {
    copy: Copy,
    version: EvaluationVersion,
    steps: Vec<CopyStep>,
}

/// A thing that a copy creates, or a setting whose value it changes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CopyStep {
    /// What is done; for a value, the patch, with names in place of ids.
    pub what: String,
    /// Whether it is done.
    pub done: bool,
    action: Action,
}

#[derive(Clone, Debug)]
enum Action {
    Tag(SettingTagModel),
    Segment(String),
    Setting(Box<Seen>),
    /// Without a value before, the setting is one that the copy creates.
    Value {
        key: String,
        before: Option<Value>,
        after: Value,
    },
}

impl CopyStep {
    fn new(action: Action) -> Self {
        let what = match &action {
            Action::Tag(tag) => format!("create the tag `{}`", tag.name),
            Action::Segment(name) => format!("create the segment `{name}`"),
            Action::Setting(seen) => format!("create the setting `{}`", seen.setting.key),
            Action::Value { key, before, after } => {
                let before = before.as_ref().unwrap_or(&Value::Null);
                // Each patch looks at the fields of its version alone.
                let v1 = patch::between::<SettingValueV1>(before, after);
                let v2 = patch::between::<Formula>(before, after);
                let patch = if v1.is_empty() {
                    v2.to_string()
                } else {
                    v1.to_string()
                };
                format!("change `{key}`\n{patch}").replace('\n', "\n  ")
            }
        };
        CopyStep {
            what,
            done: false,
            action,
        }
    }
}

impl CopyPlan {
    /// What is to be done, in this order, and what of it is done. Empty where both sides are the same.
    pub fn steps(&self) -> &[CopyStep] {
        &self.steps
    }

    /// Does what is left: creates what is missing, one by one, and then changes the values: in V2 configs all or none, with
    /// one call (`post-setting-values-v2`) that is guarded by the latest version; in V1 configs one by one
    /// (`update-setting-value`), guarded by `test` operations. A setting that somebody has changed since the preview is not
    /// overwritten. After an error, [`steps`](CopyPlan::steps) tells what is done, and `apply` goes on with the rest.
    ///
    /// # Errors
    ///
    /// [`Error::Edit`] where a setting has changed since the preview; otherwise those of the calls.
    pub async fn apply(&mut self) -> Result<()> {
        let CopyPlan {
            copy,
            version,
            steps,
        } = self;
        for step in steps.iter_mut().filter(|step| !step.done) {
            if !matches!(step.action, Action::Value { .. }) {
                copy.create(&step.action).await?;
                step.done = true;
            }
        }
        let (environment_id, to) = (copy.to.environment_id().await?, &copy.to.config);
        let (client, targets) = (&to.product.client, copy.to.seen().await?);
        let mut ids: Names = HashMap::new();
        for segment in client
            .get_segments(to.product.product_id().await?)
            .send()
            .await?
            .iter()
        {
            ids.insert(
                (SEGMENT, segment.name.to_lowercase()),
                json!(segment.segment_id),
            );
        }
        for seen in &targets {
            ids.insert(
                (SETTING, seen.setting.key.to_lowercase()),
                json!(seen.setting.setting_id),
            );
            let values =
                variations(seen).map(|(name, it)| (name, json!(UpdateValueModel::from(it))));
            ids.extend(values.map(|(name, value)| ((VARIATION, name), value)));
        }
        let (mut left, mut changes) = (Vec::new(), Vec::new());
        for step in steps.iter_mut().filter(|step| !step.done) {
            if let Action::Value { key, before, after } = &step.action {
                let target = targets.iter().find(|seen| same(&seen.setting.key, key));
                let target = target.ok_or_else(|| Error::other(format!("`{key}` is gone")))?;
                let setting = (key.clone(), target.setting.setting_id);
                let first = || only_default(after);
                changes.push((
                    setting,
                    with_ids(before.clone().unwrap_or_else(first), &ids),
                    with_ids(after.clone(), &ids),
                ));
                left.push(&mut step.done);
            }
        }
        if *version == EvaluationVersion::V1 {
            for (((key, id), before, after), done) in changes.into_iter().zip(left) {
                let (before, after): (UpdateSettingValueModel, UpdateSettingValueModel) =
                    (read(before)?, read(after)?);
                let reason = copy.reason.as_deref();
                edit_v1(client, environment_id, id, reason, |_, wanted| {
                    overwrite(&key, wanted, *wanted == before || *wanted == after, &after)
                })
                .await?;
                *done = true;
            }
            return Ok(());
        }
        let changes: Vec<(
            (String, _),
            UpdateEvaluationFormulaModel,
            UpdateEvaluationFormulaModel,
        )> = changes
            .into_iter()
            .map(|(key, before, after)| Ok((key, read(before)?, read(after)?)))
            .collect::<Result<_>>()?;
        let mut edit = client.edit_values(to.config_id().await?, environment_id, |drafts| {
            changes.iter().try_for_each(|((key, _), before, after)| {
                let wanted = drafts.get(key)?.formula_mut();
                let is_known =
                    patch::same_formula(wanted, before) || patch::same_formula(wanted, after);
                overwrite(key, wanted, is_known, after)
            })
        });
        if let Some(reason) = &copy.reason {
            edit = edit.reason(reason);
        }
        if let Some(bypass_approval) = copy.bypass_approval {
            edit = edit.bypass_approval(bypass_approval);
        }
        edit.send().await?;
        left.into_iter().for_each(|done| *done = true);
        Ok(())
    }
}

impl Copy {
    async fn create(&self, action: &Action) -> Result<()> {
        let (from, to) = (&self.from.config.product, &self.to.config);
        let (client, product_id) = (&to.product.client, to.product.product_id().await?);
        match action {
            Action::Tag(tag) => {
                let new = CreateTagModel::new(&*tag.name).with_color(tag.color.clone());
                client.create_tag(product_id, new).send().await?;
            }
            Action::Segment(name) => {
                let id = from.segment(name).await?.segment_id;
                let seen = from.client.get_segment(id).send().await?.into_inner();
                let (attribute, value) = (seen.comparison_attribute, seen.comparison_value);
                let new = CreateSegmentModel::new(seen.comparator, attribute, value, name);
                let new = new.with_description(seen.description);
                client.create_segment(product_id, new).send().await?;
            }
            Action::Setting(seen) => {
                let (setting, mut tags) = (
                    &seen.setting,
                    client.get_tags(product_id).send().await?.into_inner(),
                );
                tags.retain(|tag| {
                    seen.setting_tags
                        .iter()
                        .any(|wanted| same(&wanted.name, &tag.name))
                });
                let tags: Vec<_> = tags.iter().map(|tag| tag.tag_id).collect();
                let variation = |known: &PredefinedVariationModel| {
                    let value = CreatePredefinedVariationValueModel::from(known.value.value()?);
                    let new =
                        CreatePredefinedVariationModel::new(value).with_name(known.name.clone());
                    Some(new.with_hint(known.hint.clone()))
                };
                let variations: Vec<_> = setting
                    .predefined_variations
                    .iter()
                    .filter_map(variation)
                    .collect();
                let default = Served::of(seen).default.map(InitialValue::new);
                let environment_id = self.to.environment_id().await?;
                let default = default.map(|value| vec![value.with_environment_id(environment_id)]);
                let new = CreateSettingInitialValues::new(
                    &*setting.key,
                    &*setting.name,
                    setting.setting_type.clone(),
                )
                .with_hint(setting.hint.clone())
                .with_initial_values(default)
                .with_is_json(setting.is_json)
                .with_predefined_variations((!variations.is_empty()).then_some(variations))
                .with_tags(tags);
                client
                    .create_setting(to.config_id().await?, new)
                    .send()
                    .await?;
            }
            Action::Value { .. } => {}
        }
        Ok(())
    }
}

/// What nobody has changed since the preview takes its new value.
fn overwrite<T: Clone>(key: &str, wanted: &mut T, is_known: bool, after: &T) -> Result<()> {
    match is_known {
        true => wanted.clone_from(after),
        false => {
            return Err(Error::other(format!(
                "`{key}` has changed since the preview; preview again"
            )));
        }
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(document: Value) -> Result<T> {
    serde_json::from_value(document).map_err(Error::other)
}

/// The variations of a setting, each with a name that no other setting's has.
fn variations(seen: &Seen) -> impl Iterator<Item = (String, &PredefinedVariationModel)> {
    seen.setting.predefined_variations.iter().map(|variation| {
        let value = || variation.value.value().map(|value| value.to_string());
        let name = variation.name.clone().or_else(value).unwrap_or_default();
        (
            format!("{}: {name}", seen.setting.key).to_lowercase(),
            variation,
        )
    })
}

/// Names variations in place of their ids and values.
fn with_names(mut all: Vec<Seen>) -> Vec<Seen> {
    let named = all.iter().flat_map(variations);
    let names: HashMap<String, String> = named
        .map(|(name, it)| (it.predefined_variation_id.to_string(), name))
        .collect();
    for seen in &mut all {
        objects(&mut seen.document, &mut |fields| {
            if let Some(name) = fields.get(VARIATION).and_then(|id| names.get(&text(id))) {
                fields.clear();
                fields.insert(VARIATION.to_string(), json!(name));
            }
        });
    }
    all
}

fn with_ids(mut document: Value, ids: &Names) -> Value {
    objects(&mut document, &mut |fields| {
        let name = fields.get(VARIATION).map(text);
        match name.and_then(|name| ids.get(&(VARIATION, name))) {
            Some(Value::Object(value)) => fields.clone_from(value),
            _ => replace(fields, ids),
        }
    });
    document
}

/// What a setting serves that has just been created.
fn only_default(after: &Value) -> Value {
    let fields = ["defaultValue", "value"].map(|name| {
        after
            .get(name)
            .map(|value| (name.to_string(), value.clone()))
    });
    Value::Object(fields.into_iter().flatten().collect())
}

/// A line for each step, with a mark at those that are done, and below the patch of a value.
impl fmt::Display for CopyPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{} {}", if step.done { "[x]" } else { "[ ]" }, step.what)?;
        }
        let done = self.steps.iter().filter(|step| step.done).count();
        write!(f, "{done} of {} steps are done", self.steps.len())
    }
}
