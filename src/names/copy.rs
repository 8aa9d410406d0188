//! What one environment serves, brought to another.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use serde_json::{Value, json};

use super::lists::same;
use super::seen::{Names, SEGMENT, SETTING, Seen, VARIATION, objects, replace, text};
use super::{Environment, Served};
use crate::edit::{Options, edit_v1, notes};
use crate::patch::{self, Formula, SettingValueV1};
use crate::types::{
    CreatePredefinedVariationModel, CreatePredefinedVariationValueModel, CreateSegmentModel,
    CreateSettingInitialValues, CreateTagModel, InitialValue, PredefinedVariationModel,
    SettingTagModel, SettingValueModel, UpdateEvaluationFormulaModel, UpdateSettingValueModel,
    UpdateValueModel,
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
        options: Options::new(),
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
    options: Options,
}

notes!(Copy);

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

    /// Reads both sides, and plans what will change. Changes nothing.
    ///
    /// # Errors
    ///
    /// The error says what the target lacks, or that a name does not fit. Other errors are those of the calls.
    pub async fn preview(self) -> Result<CopyPlan> {
        let (from, to) = (&self.from.config, &self.to.config);
        let version = from.get().await?.evaluation_version;
        if to.get().await?.evaluation_version != version {
            let problem = "configs of two versions: what rules can say differs, and is not copied";
            return Err(Error::other(problem));
        }
        let (sources, targets) = (self.from.settings().await?, self.to.settings().await?);
        let (by_name, targets) = (with_names(sources.clone()), with_names(targets));
        let all = sources.iter().map(|seen| seen.setting.key.clone());
        let mut keys = self.keys.clone().unwrap_or_else(|| all.collect());
        let known: BTreeSet<String> = targets.iter().flat_map(variations).map(|it| it.0).collect();
        let (mut missing, mut tags) = (BTreeSet::new(), BTreeMap::new());
        let (mut settings, mut values, mut next) = (Vec::new(), Vec::new(), 0);
        let mut done = BTreeSet::new();
        while let Some(key) = keys.get(next) {
            next += 1;
            let id = from.setting(key).await?.setting_id;
            if !done.insert(id) {
                continue;
            }
            let pairs = sources.iter().zip(&by_name);
            let Some((source, named)) = { pairs }.find(|pair| pair.0.setting.setting_id == id)
            else {
                return Err(Error::other(format!("`{key}` is new; preview again")));
            };
            let there = |key: &str| targets.iter().find(|seen| same(&seen.setting.key, key));
            let has_setting = |name: &str| name.split(": ").next().and_then(there).is_some();
            let (target, mut after) = (there(&source.setting.key), named.document.clone());
            let mut unknown = None;
            objects(&mut after, &mut |fields| {
                let variation = fields.get(VARIATION).map(text);
                let variation = variation.filter(|name| !known.contains(name));
                unknown = unknown
                    .take()
                    .or(variation.filter(|name| has_setting(name)));
                missing.extend(fields.get(SEGMENT).map(text));
                let needed = fields.get(SETTING).map(text);
                let needed = needed.filter(|needed| there(needed).is_none());
                keys.extend(needed.filter(|needed| !keys.iter().any(|key| same(key, needed))));
            });
            if let Some(name) = unknown {
                let problem =
                    format!("the target has no predefined variation `{name}`; add it first");
                return Err(Error::other(problem));
            }
            let key = target.unwrap_or(source).setting.key.clone();
            let mut before = target.map_or_else(|| after.clone(), |seen| seen.document.clone());
            if target.is_none() {
                let names = source.setting_tags.iter();
                tags.extend(names.map(|tag| (tag.name.to_lowercase(), tag.clone())));
                settings.push(Action::Setting(Box::new(source.clone())));
                // The default value is what it is created with.
                let fields = before.as_object_mut().into_iter();
                fields
                    .for_each(|it| it.retain(|name, _| name == "value" || name == "defaultValue"));
            }
            if before != after {
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
        let steps = created.chain(settings).chain(values).map(CopyStep::new);
        let (copy, steps) = (self, steps.collect::<Vec<_>>());
        match steps.iter().find(|step| !copy.create && step.is_creation()) {
            None => Ok(CopyPlan { copy, steps }),
            Some(CopyStep { what, .. }) => {
                let problem = format!("the target lacks something; `create_missing` would {what}");
                Err(Error::other(problem))
            }
        }
    }
}

/// What a copy will change, and what it has changed; made by [`Copy::preview`].
#[derive(Clone, Debug)]
pub struct CopyPlan {
    copy: Copy,
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
    Value {
        key: String,
        before: Value,
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
                let patch = match is_v1(after) {
                    true => patch::between::<SettingValueV1>(before, after).to_string(),
                    false => patch::between::<Formula>(before, after).to_string(),
                };
                format!("change `{key}`\n{patch}").replace('\n', "\n  ")
            }
        };
        let done = false;
        CopyStep { what, done, action }
    }

    fn is_creation(&self) -> bool {
        !matches!(self.action, Action::Value { .. })
    }
}

fn is_v1(document: &Value) -> bool {
    document.get("value").is_some()
}

impl CopyPlan {
    /// What is to be done, in this order, and what of it is done. Empty if both sides are the same.
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
    /// [`Error::Edit`] if a setting has changed since the preview; otherwise those of the calls.
    pub async fn apply(&mut self) -> Result<()> {
        let CopyPlan { copy, steps } = self;
        if steps.iter().all(|step| step.done) {
            return Ok(());
        }
        for step in steps
            .iter_mut()
            .filter(|step| !step.done && step.is_creation())
        {
            if let Err(error) = copy.create(&step.action).await
                && !copy.is_there(&step.action).await
            {
                return Err(error);
            }
            step.done = true;
        }
        let (place, to) = (copy.to.environment_id().await?, &copy.to.config);
        let (client, targets) = (&to.product.client, copy.to.settings().await?);
        let segments = client.get_segments(to.product.product_id().await?);
        let segments = segments.send().await?.into_inner().into_iter();
        let ids = segments.map(|it| ((SEGMENT, it.name.to_lowercase()), json!(it.segment_id)));
        let mut ids: Names = ids.collect();
        for seen in &targets {
            let setting = &seen.setting;
            let key = setting.key.to_lowercase();
            ids.insert((SETTING, key), json!(setting.setting_id));
            let values = variations(seen).map(|(name, it)| (name, UpdateValueModel::from(it)));
            ids.extend(values.map(|(name, value)| ((VARIATION, name), json!(value))));
        }
        let mut changes = Vec::new();
        for CopyStep { action, done, .. } in steps.iter_mut().filter(|step| !step.done) {
            let Action::Value { key, before, after } = action else {
                continue;
            };
            let [before, after] = [before, after].map(|it| with_ids(it.clone(), &ids));
            if !is_v1(&after) {
                let formulas: [UpdateEvaluationFormulaModel; 2] = [read(&before)?, read(&after)?];
                changes.push((&*key, formulas, done));
                continue;
            }
            let (id, reason) = (to.setting(key).await?.setting_id, &copy.options.reason);
            let [before, after]: [UpdateSettingValueModel; 2] = [read(&before)?, read(&after)?];
            let edit = |_: &SettingValueModel, wanted: &mut UpdateSettingValueModel| {
                let is_known = *wanted == before || *wanted == after;
                overwrite(key, wanted, is_known, &after)
            };
            edit_v1(client, place, id, reason, edit).await?;
            *done = true;
        }
        if changes.is_empty() {
            return Ok(());
        }
        let edit = client.edit_values(to.config_id().await?, place, |drafts| {
            changes.iter().try_for_each(|(key, formulas, _)| {
                let wanted = drafts.get(key)?.formula_mut();
                let is_known = formulas.iter().any(|it| patch::same_formula(wanted, it));
                overwrite(key, wanted, is_known, &formulas[1])
            })
        });
        edit.with(copy.options.clone()).send().await?;
        changes.into_iter().for_each(|(.., done)| *done = true);
        Ok(())
    }
}

impl Copy {
    /// Whether the target has it by now: the answer to its creation was lost, or somebody else has created it.
    async fn is_there(&self, action: &Action) -> bool {
        let to = &self.to.config;
        match action {
            Action::Tag(SettingTagModel { name, .. }) => to
                .product
                .tag(name)
                .await
                .is_ok_and(|it| same(&it.name, name)),
            Action::Segment(name) => to
                .product
                .segment(name)
                .await
                .is_ok_and(|it| same(&it.name, name)),
            Action::Setting(seen) => to.setting(&seen.setting.key).await.is_ok(),
            Action::Value { .. } => false,
        }
    }

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
                let (setting, mut tags) = (&seen.setting, Vec::new());
                for tag in &seen.setting_tags {
                    tags.push(to.product.tag(&tag.name).await?.tag_id);
                }
                let known = setting.predefined_variations.iter();
                let variations = known.filter_map(|known| {
                    let value = CreatePredefinedVariationValueModel::from(known.value.value()?);
                    let new = CreatePredefinedVariationModel::new(value);
                    let new = new.with_name(known.name.clone());
                    Some(new.with_hint(known.hint.clone()))
                });
                let variations: Vec<_> = variations.collect();
                let default = Served::of(seen).default.map(InitialValue::new);
                let place = self.to.environment_id().await?;
                let default = default.map(|value| vec![value.with_environment_id(place)]);
                let (key, name, of) = (&setting.key, &setting.name, setting.setting_type.clone());
                let new = CreateSettingInitialValues::new(key, name, of)
                    .with_hint(setting.hint.clone())
                    .with_initial_values(default)
                    .with_is_json(setting.is_json)
                    .with_predefined_variations((!variations.is_empty()).then_some(variations))
                    .with_tags(tags);
                let config_id = to.config_id().await?;
                client.create_setting(config_id, new).send().await?;
            }
            Action::Value { .. } => {}
        }
        Ok(())
    }
}

/// What nobody has changed since the preview takes its new value.
fn overwrite<T: Clone>(key: &str, wanted: &mut T, is_known: bool, after: &T) -> Result<()> {
    if !is_known {
        let problem = format!("`{key}` has changed since the preview; preview again");
        return Err(Error::other(problem));
    }
    wanted.clone_from(after);
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(document: &Value) -> Result<T> {
    patch::read(document).map_err(Error::other)
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
