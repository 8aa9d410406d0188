//! What one environment serves, brought to another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::{Answer, Names, SEGMENT, SETTING, VARIATION, is_v1, references, replace_names};
use super::lists::{Resource, one, same};
use super::{Environment, Served};
use crate::edit::{Options, edit_v1, notes};
use crate::patch::{self, Formula, SettingValueV1, json};
use crate::types::{
    CreateSegmentModel, CreateSettingInitialValues, CreateTagModel, InitialValue,
    PredefinedVariationModel, SettingTagModel, UpdateValueModel,
};
use crate::{Error, Result};

/// Begins to copy what an environment serves to another one, of the same config or of another one of the same version.
///
/// Settings and prerequisites are found by key, segments and predefined variations by name.
pub fn copy(from: &Environment, to: &Environment) -> Copy {
    Copy {
        from: from.clone(),
        to: to.clone(),
        keys: None,
        create: false,
        options: Options::default(),
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

    /// Reads both sides, and plans what will change. Changes nothing. What the target lacks, or has of another type, is an error.
    pub async fn preview(self) -> Result<CopyPlan> {
        let (from, to) = (self.from.config.get().await?, self.to.config.get().await?);
        if from.evaluation_version != to.evaluation_version {
            let problem = "cannot copy between a V1 and a V2 config";
            return Err(Error::other(problem));
        }
        let (sources, targets) = (self.from.settings().await?, self.to.settings().await?);
        let there = |key: &str| targets.iter().find(|answer| same(&answer.setting.key, key));
        let lacks = |variation: &str| {
            let owner = variation.split(": ").next().and_then(there);
            owner.is_some_and(|answer| variations(answer).all(|it| it.0 != variation))
        };
        let mut names = Names::new();
        for (name, variation) in sources.iter().chain(&targets).flat_map(variations) {
            let id = variation.predefined_variation_id.to_string();
            names.insert((VARIATION, id), json!({ VARIATION: name }));
        }
        // A name in another case is no change.
        for (kind, name) in targets
            .iter()
            .flat_map(|answer| references(&answer.document))
        {
            if kind != VARIATION {
                names.insert((kind, name.to_lowercase()), json!(name));
            }
        }
        let all = sources.iter().map(|answer| answer.setting.key.clone());
        let keys = self.keys.clone().unwrap_or_else(|| all.collect());
        let mut keys = VecDeque::from(keys);
        let (mut segments, mut tags) = (BTreeSet::new(), BTreeMap::new());
        let (mut settings, mut values, mut done) = (Vec::new(), Vec::new(), BTreeSet::new());
        while let Some(key) = keys.pop_front() {
            let source = one(&sources, &from.place(), &key)?;
            if !done.insert(source.setting.setting_id) {
                continue;
            }
            let target = there(&source.setting.key);
            let after = replace_names(&source.document, &names);
            for (kind, name) in references(&after) {
                match kind {
                    SEGMENT => _ = segments.insert(name),
                    SETTING if there(&name).is_none() => keys.push_back(name),
                    VARIATION if lacks(&name) => {
                        let problem = "the target has no predefined variation";
                        return Err(Error::other(format!("{problem} `{name}`; add it first")));
                    }
                    _ => {}
                }
            }
            let known = &target.unwrap_or(&source).setting;
            let (key, there) = (known.key.clone(), &known.setting_type);
            let here = &source.setting.setting_type;
            if here != there {
                let problem = format!("`{key}` is of type `{here}`, and of type `{there}`");
                return Err(Error::other(format!("{problem} in the target")));
            }
            let before = match target {
                Some(target) => replace_names(&target.document, &names),
                None => {
                    let of = source.setting_tags.iter();
                    tags.extend(of.map(|tag| (tag.name.to_lowercase(), tag.clone())));
                    settings.push(Action::Setting(Box::new(source)));
                    // The default value is what it is created with.
                    let is_default = |name: &str| name == "value" || name == "defaultValue";
                    let fields = after.as_object().cloned().unwrap_or_default().into_iter();
                    fields.filter(|(name, _)| is_default(name)).collect()
                }
            };
            if before != after {
                values.push(Action::Value(key, [before, after]));
            }
        }
        if !(segments.is_empty() && tags.is_empty()) {
            let product = &self.to.config.product;
            let (client, product_id) = (&product.client, product.product_id().await?);
            for known in client.get_segments(product_id).send().await?.iter() {
                segments.retain(|name| !same(name, &known.name));
            }
            for known in client.get_tags(product_id).send().await?.iter() {
                tags.remove(&known.name.to_lowercase());
            }
        }
        let created = tags.into_values().map(Action::Tag);
        let created = created.chain(segments.into_iter().map(Action::Segment));
        let created = created.chain(settings).map(CopyStep::new);
        let mut steps: Vec<CopyStep> = created.collect();
        if let Some(CopyStep { what, .. }) = steps.first().filter(|_| !self.create) {
            let missing = what.trim_start_matches("create the ");
            let problem = format!("the target has no {missing}; `create_missing()` creates it");
            return Err(Error::other(problem));
        }
        steps.extend(values.into_iter().map(CopyStep::new));
        Ok(CopyPlan { copy: self, steps })
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
    Setting(Box<Answer>),
    /// The key, and what is served before and after.
    Value(String, [Value; 2]),
}

impl CopyStep {
    fn new(action: Action) -> Self {
        let what = match &action {
            Action::Tag(tag) => format!("create the tag `{}`", tag.name),
            Action::Segment(name) => format!("create the segment `{name}`"),
            Action::Setting(answer) => format!("create the setting `{}`", answer.setting.key),
            Action::Value(key, [before, after]) => {
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
        let lists = self.copy.to.config.product.lists.clone();
        lists.forget_after_404(self.make_steps().await)
    }

    async fn make_steps(&mut self) -> Result<()> {
        let CopyPlan { copy, steps } = self;
        let mut values = Vec::new();
        for CopyStep { action, done, .. } in steps.iter_mut().filter(|step| !step.done) {
            if let Action::Value(key, both) = action {
                values.push((&*key, &*both, done));
                continue;
            }
            if let Err(error) = copy.create(action).await
                && !copy.is_there(action).await
            {
                return Err(error);
            }
            *done = true;
        }
        if values.is_empty() {
            return Ok(());
        }
        let (place, to) = (copy.to.environment_id().await?, &copy.to.config);
        let (client, product_id) = (&to.product.client, to.product.product_id().await?);
        let mut ids = Names::new();
        for segment in client.get_segments(product_id).send().await?.into_inner() {
            let name = (SEGMENT, segment.name.to_lowercase());
            ids.insert(name, json!(segment.segment_id));
        }
        let targets = copy.to.settings().await?;
        for answer in &targets {
            let key = answer.setting.key.to_lowercase();
            ids.insert((SETTING, key), json!(answer.setting.setting_id));
            let values = variations(answer).map(|(name, it)| (name, UpdateValueModel::from(it)));
            ids.extend(values.map(|(name, value)| ((VARIATION, name), json!(value))));
        }
        if to.is_v1().await? {
            let within = to.get().await?.place();
            for (key, both, done) in values {
                let reason = &copy.options.reason;
                let edit = |_: &_, wanted: &mut _| overwrite(key, wanted, both, &ids);
                // A list that is kept may have the id of one that was deleted.
                let id = one(&targets, &within, key)?.setting.setting_id;
                edit_v1(client, place, id, reason, edit).await?;
                *done = true;
            }
            return Ok(());
        }
        let edit = client.edit_values(to.config_id().await?, place, |drafts| {
            values.iter().try_for_each(|(key, both, _)| {
                overwrite(key, drafts.get(key)?.formula_mut(), both, &ids)
            })
        });
        edit.with(copy.options.clone()).send().await?;
        values.into_iter().for_each(|(.., done)| *done = true);
        Ok(())
    }
}

impl Copy {
    /// Whether the target has it by now: the answer to its creation was lost, or somebody else has created it.
    async fn is_there(&self, action: &Action) -> bool {
        let to = &self.to.config;
        to.product.lists.forget();
        let (name, found) = match action {
            Action::Tag(tag) => (&tag.name, to.product.tag(&tag.name).await.map(|it| it.name)),
            Action::Segment(name) => (name, to.product.segment(name).await.map(|it| it.name)),
            Action::Setting(answer) => {
                let key = &answer.setting.key;
                (key, to.setting(key).await.map(|it| it.key))
            }
            Action::Value(..) => return false,
        };
        found.is_ok_and(|found| same(&found, name))
    }

    async fn create(&self, action: &Action) -> Result<()> {
        let (from, to) = (&self.from.config.product, &self.to.config);
        let (client, product_id) = (&to.product.client, to.product.product_id().await?);
        match action {
            Action::Tag(tag) => {
                let new: CreateTagModel = read(&json(tag))?;
                client.create_tag(product_id, new).send().await?;
                // One that is kept may have the same name and another id.
                to.product.lists.forget();
            }
            Action::Segment(name) => {
                let id = from.segment(name).await?.segment_id;
                let segment = from.client.get_segment(id).send().await?;
                let new: CreateSegmentModel = read(&json(&*segment))?;
                client.create_segment(product_id, new).send().await?;
            }
            Action::Setting(answer) => {
                let mut new: CreateSettingInitialValues = read(&json(&answer.setting))?;
                new.order = None;
                new.predefined_variations = new.predefined_variations.filter(|it| !it.is_empty());
                for tag in &answer.setting_tags {
                    let id = to.product.tag(&tag.name).await?.tag_id;
                    new.tags.get_or_insert_default().push(id);
                }
                let (default, place) =
                    (Served::of(answer).default, self.to.environment_id().await?);
                let default = default.map(|it| InitialValue::new(it).with_environment_id(place));
                let new = new.with_initial_values(default.map(|value| vec![value]));
                let config_id = to.config_id().await?;
                client.create_setting(config_id, new).send().await?;
            }
            Action::Value(..) => {}
        }
        Ok(())
    }
}

/// What nobody has changed since the preview takes its new value.
fn overwrite<T: Serialize + DeserializeOwned>(
    key: &str,
    wanted: &mut T,
    both: &[Value; 2],
    ids: &Names,
) -> Result<()> {
    let [before, after] = both.each_ref().map(|it| read(&replace_names(it, ids)));
    let (before, after) = (before?, after?);
    if !patch::same_part(wanted, &before) && !patch::same_part(wanted, &after) {
        let problem = format!("`{key}` has changed since the preview; preview again");
        return Err(Error::other(problem));
    }
    *wanted = after;
    Ok(())
}

fn read<T: DeserializeOwned>(document: &Value) -> Result<T> {
    patch::read(document).map_err(Error::other)
}

/// The variations of a setting, each with a name that no other setting's has.
fn variations(answer: &Answer) -> impl Iterator<Item = (String, &PredefinedVariationModel)> {
    answer
        .setting
        .predefined_variations
        .iter()
        .map(|variation| {
            let value = || variation.value.value().map(|value| value.to_string());
            let name = variation.name.clone().or_else(value).unwrap_or_default();
            let name = format!("{}: {name}", answer.setting.key);
            (name.to_lowercase(), variation)
        })
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
