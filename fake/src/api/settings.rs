//! Feature flags and other settings: their metadata.

use configcat_management::SettingValue;
use configcat_management::types::{
    AuditLogType, CreateSettingInitialValues, EnvironmentId, InitialValue, ReplaceSettingModel,
    SettingId, SettingModel, TagId, TagModel,
};
use serde_json::json;
use uuid::Uuid;

use super::{change_requests, rules_v2, values, variations};
use crate::call::{Answer, Call, Problems, Refusal, read_as};
use crate::patch;
use crate::state::{Attached, Config, Rules, Setting, State, Target};

pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let config = state.config(call.path("configId")?)?;
    let settings = state.settings_of(config).into_iter();
    let models = settings.map(|setting| state.setting_model(setting));
    Answer::ok(&models.collect::<Result<Vec<SettingModel>, _>>()?)
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let setting = state.setting(call.path("settingId")?)?;
    Answer::ok(&state.setting_model(setting)?)
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let config = state.config(call.path("configId")?)?;
    let CreateSettingInitialValues {
        hint,
        initial_values,
        is_json,
        key,
        name,
        order,
        predefined_variations,
        setting_id_to_init_from,
        setting_type,
        tags,
        ..
    } = call.body()?;
    let mut problems = Problems::default();
    problems.demand_free("Key", !config.settings.is_taken(&key));
    check_key(&key, &mut problems);
    check_hint(state, config, hint.as_deref(), &mut problems)?;
    let is_json = is_json.unwrap_or(false);
    let source = source_of(state, config, setting_id_to_init_from, &mut problems);
    if source.is_some_and(|source| source.setting_type != setting_type) {
        problems.add("SettingIdToInitFrom", "The setting is of another type.");
    }
    if setting_id_to_init_from.is_some() && initial_values.is_some() {
        let message = "Give initial values or a setting to copy them from, not both.";
        problems.add("InitialValues", message);
    }
    let variations = match (predefined_variations, source) {
        (Some(_), Some(_)) => {
            let message = "They are copied from the setting; do not give any.";
            problems.add("PredefinedVariations", message);
            Vec::new()
        }
        (Some(wanted), None) => {
            variations::demand_v2(config, &wanted, &mut problems);
            variations::new(wanted, &setting_type, is_json, &mut problems)
        }
        (None, Some(source)) => source.variations.clone(),
        (None, None) => Vec::new(),
    };
    let of_source = source.map(|source| source.tags.iter().map(|tag| tag.tag_id).collect());
    let tags = tags.or(of_source).unwrap_or_default();
    check_tags(state, config, &tags, &mut problems);
    // If one was deleted, two may share a place; then the ids decide.
    let next = i32::try_from(config.settings.len()).unwrap_or(i32::MAX);
    let mut setting = Setting {
        id: SettingId::default(),
        config_id: config.id,
        key,
        name,
        hint,
        order: order.unwrap_or(next),
        setting_type,
        is_json,
        variations,
        tags: Vec::new(),
        created_at: call.now,
    };
    let given = initial_values.unwrap_or_default();
    let rules = first_rules(state, config, &setting, source, given, &mut problems);
    problems.none()?;

    let config_id = config.id;
    setting.id = SettingId(i32::try_from(state.count()).unwrap_or(i32::MAX));
    setting.tags = attach(state, &[], tags);
    let setting_id = setting.id;
    state
        .config_mut(config_id)?
        .settings
        .insert(setting.key.clone(), setting_id);
    state.settings.insert(setting_id, setting);
    for (environment_id, rules) in rules {
        let target = Target {
            setting_id,
            environment_id,
        };
        state.publish(target, rules, None);
    }
    let model = state.setting_model(state.setting(setting_id)?)?;
    let scope = state.in_config(config_id);
    state.log(
        call,
        AuditLogType::SettingCreated,
        scope,
        &model.key,
        &model.name,
    );
    Answer::created(&model)
}

/// Notes a problem if a text cannot be the key of a setting.
fn check_key(key: &str, problems: &mut Problems) {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !key.starts_with(|first: char| first.is_ascii_alphabetic()) || !key.chars().all(fits) {
        let message =
            "It has to begin with a letter from A to Z; letters, digits, `_` and `-` may follow.";
        problems.add("Key", message);
    }
}

/// The setting that a new one is modelled on: one of the same config, because its rules may look at others there.
fn source_of<'a>(
    state: &'a State,
    config: &Config,
    id: Option<SettingId>,
    problems: &mut Problems,
) -> Option<&'a Setting> {
    let source = state.settings.get(&id?);
    let source = source.filter(|source| source.config_id == config.id);
    if source.is_none() {
        problems.add("SettingIdToInitFrom", "The config has no such setting.");
    }
    source
}

/// What a new setting serves in each environment.
fn first_rules(
    state: &State,
    config: &Config,
    setting: &Setting,
    source: Option<&Setting>,
    given: Vec<InitialValue>,
    problems: &mut Problems,
) -> Vec<(EnvironmentId, Rules)> {
    let environments = state.environments_of(config.product_id);
    let mut initial: Vec<(EnvironmentId, SettingValue)> = Vec::new();
    for (index, given) in given.into_iter().enumerate() {
        let InitialValue {
            environment_id,
            value,
            ..
        } = given;
        let at = format!("InitialValues[{index}]");
        match environment_id.filter(|id| environments.iter().any(|found| found.id == *id)) {
            None => {
                let message = "It has to be an environment of the product.";
                problems.add(format!("{at}.EnvironmentId"), message);
            }
            Some(id) => match values::accept(setting, value) {
                Ok(value) => initial.push((id, value)),
                Err(message) => problems.add(format!("{at}.Value"), message),
            },
        }
    }
    let mut rules = Vec::new();
    for environment in environments {
        let initial = initial.iter().rfind(|(id, _)| *id == environment.id);
        let copied = source.and_then(|source| state.values.get(&(source.id, environment.id)));
        rules.push((
            environment.id,
            match (initial, copied) {
                (Some((_, value)), _) => values::plain(config, setting, value.clone()),
                (None, Some(served)) => served.rules.clone(),
                (None, None) => values::first(config, setting),
            },
        ));
    }
    rules
}

/// Name, hint, tags, place and whether it is JSON, by JSON Patch. Tags are ids in it.
pub(super) fn update(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let setting = state.setting(call.path("settingId")?)?;
    let tags: Vec<TagId> = setting
        .tags
        .iter()
        .map(|attached| attached.tag_id)
        .collect();
    let document = json!({
        "name": setting.name,
        "hint": setting.hint,
        "tags": tags,
        "order": setting.order,
        "isJson": setting.is_json,
    });
    let roots = ["name", "hint", "tags", "order", "isJson"];
    let document = patch::apply(&call.body, document, &roots)?;
    write(state, call, read_as("ReplaceSettingModel", &document)?)
}

/// All metadata; what the body leaves out is reset.
pub(super) fn replace(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    write(state, call, call.body()?)
}

fn write(state: &mut State, call: &Call, wanted: ReplaceSettingModel) -> Result<Answer, Refusal> {
    let setting = state.setting(call.path("settingId")?)?;
    let ReplaceSettingModel {
        hint,
        is_json,
        name,
        order,
        tags,
        ..
    } = wanted;
    let (id, attached) = (setting.id, setting.tags.clone());
    let before = state.setting_model(setting)?;
    let tags = tags.unwrap_or_default();
    let mut problems = Problems::default();
    let config = state.config(setting.config_id)?;
    check_tags(state, config, &tags, &mut problems);
    check_hint(state, config, hint.as_deref(), &mut problems)?;
    problems.none()?;
    let tags = attach(state, &attached, tags);
    let setting = state.setting_mut(id)?;
    setting.hint = hint;
    setting.is_json = is_json.unwrap_or(false);
    setting.name = name;
    setting.order = order.unwrap_or(0);
    setting.tags = tags;
    let after = state.setting_model(state.setting(id)?)?;
    log(state, call, &before, &after);
    Answer::ok(&after)
}

/// Tags have entries of their own.
fn log(state: &mut State, call: &Call, before: &SettingModel, after: &SettingModel) {
    let without = |model: &SettingModel, others: &SettingModel| {
        let other = |tag: &&TagModel| others.tags.iter().all(|known| known.tag_id != tag.tag_id);
        let tags = model.tags.iter().filter(other);
        tags.map(|tag| tag.name.clone()).collect::<Vec<String>>()
    };
    let scope = state.in_config(after.config_id);
    for (kind, names) in [
        (AuditLogType::SettingTagAdded, without(after, before)),
        (AuditLogType::SettingTagRemoved, without(before, after)),
    ] {
        for name in names {
            state.log(call, kind.clone(), scope.clone(), &after.key, name);
        }
    }
    let before = before.clone().with_tags(after.tags.clone());
    let models = (&before, after);
    state.log_change(
        call,
        AuditLogType::SettingChanged,
        scope,
        &after.key,
        models,
    );
}

/// Products may demand that every setting has a hint.
fn check_hint(
    state: &State,
    config: &Config,
    hint: Option<&str>,
    problems: &mut Problems,
) -> Result<(), Refusal> {
    let demanded = state
        .product(config.product_id)?
        .preferences
        .mandatory_setting_hint;
    if demanded && hint.is_none_or(|hint| hint.trim().is_empty()) {
        problems.add("Hint", "The product demands a hint for every setting.");
    }
    Ok(())
}

fn check_tags(state: &State, config: &Config, tags: &[TagId], problems: &mut Problems) {
    for (index, id) in tags.iter().enumerate() {
        let found = state.tags.get(id);
        if found.is_none_or(|tag| tag.product_id != config.product_id) {
            problems.add(
                format!("Tags[{index}]"),
                format!("The product has no tag `{id}`."),
            );
        }
    }
}

/// Tags that stay keep the id of their attachment; each is attached once.
fn attach(state: &mut State, before: &[Attached], tags: Vec<TagId>) -> Vec<Attached> {
    let mut attached: Vec<Attached> = Vec::new();
    for tag_id in tags {
        if attached.iter().all(|attached| attached.tag_id != tag_id) {
            let kept = before.iter().find(|attached| attached.tag_id == tag_id);
            attached.push(kept.copied().unwrap_or_else(|| Attached {
                setting_tag_id: i64::from(state.count()).into(),
                tag_id,
            }));
        }
    }
    attached
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let setting = state.setting(call.path("settingId")?)?;
    let id = setting.id;
    let needs_it = |(_, rules): (SettingId, &Rules)| match rules {
        Rules::V2(rules) => rules_v2::prerequisites(rules).any(|needed| needed == id),
        Rules::V1(_) => false,
    };
    let config = state.config(setting.config_id)?;
    for sibling in config.settings.values() {
        let everywhere =
            (*sibling, EnvironmentId(Uuid::nil()))..=(*sibling, EnvironmentId(Uuid::max()));
        let served = state.values.range(everywhere);
        if served
            .map(|(_, served)| (*sibling, &served.rules))
            .any(needs_it)
        {
            let message = format!("The setting `{sibling}` has it as a prerequisite.");
            return Err(Refusal::field("SettingId", message));
        }
    }
    let product = state.product(config.product_id)?;
    let mut environments = state.environments_of(product.id).into_iter();
    if environments.any(|environment| product.demands_reason(environment)) {
        let message = "Reason required: this product demands one for every change, and this operation takes none.";
        return Err(Refusal::field("Reason", message));
    }
    let (key, name) = (setting.key.clone(), setting.name.clone());
    let scope = state.in_config(setting.config_id);
    state.remove_setting(id, Some(call.now));
    state.log(call, AuditLogType::SettingDeleted, scope, key, name);
    change_requests::setting_deleted(state, call, id)?;
    Answer::none()
}
