//! What V1 and V2 values have in common: types, places, and who changed them.

use chrono::{DateTime, Utc};
use configcat_management::SettingValue;
use configcat_management::types::{
    AuditLogType, EnvironmentId, EvaluationVersion, PredefinedVariationModel,
    PredefinedVariationValueModel, SettingId, SettingType, ValueModel,
};
use http::StatusCode;

use crate::call::{Call, Problems, Refusal};
use crate::state::audit;
use crate::state::plan::MAX_TEXT;
use crate::state::{Config, Rules, RulesV1, RulesV2, Served, Setting, State, Target};

/// The setting and the environment that a path names by id.
pub(super) fn by_ids(state: &State, call: &Call) -> Result<Target, Refusal> {
    let environment_id = state.environment(call.path("environmentId")?)?.id;
    let setting_id = state.setting(call.path("settingId")?)?.id;
    let target = Target {
        setting_id,
        environment_id,
    };
    state.served(target)?;
    Ok(target)
}

/// The setting that a path names by key or id, in the config and environment of an SDK key.
pub(super) fn by_sdk_key(state: &State, call: &Call) -> Result<Target, Refusal> {
    const HEADER: &str = "X-CONFIGCAT-SDKKEY";
    let Some(sdk_key) = &call.sdk_key else {
        return Err(Refusal::field(HEADER, "It is required."));
    };
    let Some(&(config_id, environment_id)) = state.by_sdk_key.get(sdk_key.expose()) else {
        let text = format!("There is no SDK key like the one in the header {HEADER}.");
        return Err(Refusal::text(StatusCode::NOT_FOUND, text));
    };
    let key_or_id: String = call.path("settingKeyOrId")?;
    let in_config = |id: &SettingId| {
        let setting = state.settings.get(id);
        setting.is_some_and(|setting| setting.config_id == config_id)
    };
    let by_key = state.config(config_id)?.settings.get(&key_or_id).copied();
    let found = by_key.or_else(|| key_or_id.parse().ok().filter(in_config));
    let target = Target {
        setting_id: found.ok_or_else(|| Refusal::unknown("setting", &key_or_id))?,
        environment_id,
    };
    state.served(target)?;
    Ok(target)
}

/// The config and the environment that a path names; both belong to one product.
pub(super) fn place<'a>(
    state: &'a State,
    call: &Call,
) -> Result<(&'a Config, EnvironmentId), Refusal> {
    let config = state.config(call.path("configId")?)?;
    let environment = state.environment(call.path("environmentId")?)?;
    match config.product_id == environment.product_id {
        true => Ok((config, environment.id)),
        false => Err(Refusal::unknown("environment", environment.id)),
    }
}

/// An error if a config has not the version that an operation is for.
pub(super) fn demand_version(config: &Config, version: EvaluationVersion) -> Result<(), Refusal> {
    match config.evaluation_version == version {
        true => Ok(()),
        false => Err(wrong_version(&config.evaluation_version)),
    }
}

/// 400: the operation is for the other evaluation version.
pub(super) fn wrong_version(version: &EvaluationVersion) -> Refusal {
    let message = format!(
        "The config has evaluation version `{version}`; use the {version} operations for its values."
    );
    Refusal::field("EvaluationVersion", message)
}

/// What a new setting serves.
pub(super) fn first(config: &Config, setting: &Setting) -> Rules {
    let value = match (setting.variations.first(), &setting.setting_type) {
        (Some(variation), _) => of_variation(variation),
        (None, SettingType::Boolean) => SettingValue::Bool(false),
        (None, SettingType::String) => SettingValue::String(String::new()),
        (None, SettingType::Int) => SettingValue::Int(0),
        (None, _) => SettingValue::Double(0.0),
    };
    plain(config, setting, value)
}

/// A value without any rules.
pub(super) fn plain(config: &Config, setting: &Setting, value: SettingValue) -> Rules {
    match config.evaluation_version {
        EvaluationVersion::V1 => Rules::V1(RulesV1 {
            value,
            rules: Vec::new(),
            items: Vec::new(),
        }),
        _ => Rules::V2(RulesV2 {
            default: model(setting, &value),
            percentage_attribute: None,
            rules: Vec::new(),
        }),
    }
}

/// A value as V2 writes it.
pub(super) fn model(setting: &Setting, value: &SettingValue) -> ValueModel {
    let PredefinedVariationValueModel {
        bool_value,
        double_value,
        int_value,
        string_value,
        ..
    } = variation_value(value);
    ValueModel::default()
        .with_bool_value(bool_value)
        .with_double_value(double_value)
        .with_int_value(int_value)
        .with_predefined_variation_id(
            variation_of(&setting.variations, value)
                .map(|variation| variation.predefined_variation_id),
        )
        .with_string_value(string_value)
}

/// A value as predefined variations have it.
pub(super) fn variation_value(value: &SettingValue) -> PredefinedVariationValueModel {
    let mut model = PredefinedVariationValueModel::default();
    match value {
        SettingValue::Bool(value) => model.bool_value = Some(*value),
        SettingValue::String(value) => model.string_value = Some(value.clone()),
        SettingValue::Int(value) => model.int_value = i32::try_from(*value).ok(),
        SettingValue::Double(value) => model.double_value = Some(*value),
        _ => {}
    }
    model
}

pub(super) fn of_variation(variation: &PredefinedVariationModel) -> SettingValue {
    let PredefinedVariationValueModel {
        bool_value,
        double_value,
        int_value,
        string_value,
        ..
    } = variation.value.clone();
    let value = bool_value.map(SettingValue::Bool);
    let value = value.or(string_value.map(SettingValue::String));
    let value = value.or(int_value.map(|value| SettingValue::Int(value.into())));
    value.unwrap_or(SettingValue::Double(double_value.unwrap_or_default()))
}

fn variation_of<'a>(
    variations: &'a [PredefinedVariationModel],
    value: &SettingValue,
) -> Option<&'a PredefinedVariationModel> {
    variations
        .iter()
        .find(|variation| of_variation(variation) == *value)
}

/// A plain value, if the setting may serve it; otherwise why it may not.
pub(super) fn accept(setting: &Setting, value: SettingValue) -> Result<SettingValue, String> {
    let value = fit_type(&setting.setting_type, setting.is_json, value)?;
    match setting.variations.is_empty() || variation_of(&setting.variations, &value).is_some() {
        true => Ok(value),
        false => Err(format!("`{value}` is none of the predefined variations.")),
    }
}

/// A value that fits a type of settings; otherwise why it does not.
pub(super) fn fit_type(
    setting_type: &SettingType,
    is_json: bool,
    value: SettingValue,
) -> Result<SettingValue, String> {
    match (setting_type, value) {
        (SettingType::Boolean, SettingValue::Bool(value)) => Ok(SettingValue::Bool(value)),
        (SettingType::String, SettingValue::String(text)) => {
            if text.is_empty() {
                return Err("It must not be empty.".to_string());
            }
            if too_many(text.chars().count(), MAX_TEXT) {
                return Err(format!("It has more than {MAX_TEXT} characters."));
            }
            if is_json && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
                return Err("It has to be JSON.".to_string());
            }
            Ok(SettingValue::String(text))
        }
        (SettingType::Int, SettingValue::Int(value)) => match i32::try_from(value) {
            Ok(_) => Ok(SettingValue::Int(value)),
            Err(_) => Err(format!("{value} is out of range.")),
        },
        (SettingType::Int, SettingValue::Double(value))
            if value.fract() == 0.0
                && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&value) =>
        {
            Ok(SettingValue::Int(value as i64))
        }
        (SettingType::Double, SettingValue::Double(value)) => Ok(SettingValue::Double(value)),
        (SettingType::Double, SettingValue::Int(value)) => Ok(SettingValue::Double(value as f64)),
        (setting_type, value) => {
            // A text stands in its quotes, so that it does not look like a number.
            let value = serde_json::to_string(&value).unwrap_or_default();
            Err(format!(
                "{value} does not fit the setting's type `{setting_type}`."
            ))
        }
    }
}

/// Whether there is more of something than a limit allows.
pub(super) fn too_many(count: usize, most: i32) -> bool {
    usize::try_from(most).is_ok_and(|most| count > most)
}

/// The fields of which one should hold a value.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) bool_value: Option<bool>,
    pub(super) double_value: Option<f64>,
    pub(super) int_value: Option<i32>,
    pub(super) string_value: Option<String>,
}

impl Choice {
    /// The value, of the field that fits the type; otherwise the problem is noted.
    pub(super) fn value(
        self,
        setting_type: &SettingType,
        is_json: bool,
        at: &str,
        problems: &mut Problems,
    ) -> Option<SettingValue> {
        let fields = [
            (
                "BoolValue",
                SettingType::Boolean,
                self.bool_value.map(SettingValue::Bool),
            ),
            (
                "StringValue",
                SettingType::String,
                self.string_value.map(SettingValue::String),
            ),
            (
                "IntValue",
                SettingType::Int,
                self.int_value.map(SettingValue::from),
            ),
            (
                "DoubleValue",
                SettingType::Double,
                self.double_value.map(SettingValue::Double),
            ),
        ];
        let mut found = None;
        for (name, fits, value) in fields {
            match value {
                Some(value) if fits == *setting_type => {
                    match fit_type(setting_type, is_json, value) {
                        Ok(value) => found = Some(value),
                        Err(message) => problems.add(format!("{at}.{name}"), message),
                    }
                }
                Some(_) => {
                    let message = format!("It does not fit the setting's type `{setting_type}`.");
                    problems.add(format!("{at}.{name}"), message);
                }
                None if fits == *setting_type => {
                    let message = format!(
                        "{name} field must be set: the setting's type is `{setting_type}`."
                    );
                    problems.add(format!("{at}.{name}"), message);
                }
                None => {}
            }
        }
        found
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bool_value.is_none()
            && self.double_value.is_none()
            && self.int_value.is_none()
            && self.string_value.is_none()
    }
}

/// Notes a problem if the options of a split of a flag are not two, one on and one off.
pub(super) fn check_switches<'a>(
    setting: &Setting,
    values: impl Iterator<Item = &'a SettingValue>,
    at: &str,
    problems: &mut Problems,
) {
    let mut values: Vec<bool> = values
        .filter_map(|value| match value {
            SettingValue::Bool(on) => Some(*on),
            _ => None,
        })
        .collect();
    values.sort_unstable();
    if setting.setting_type == SettingType::Boolean && values != [false, true] {
        let message = "A flag is split into exactly two options, one on and one off.";
        problems.add(at, message);
    }
}

/// Notes a problem if percentages do not add up to 100. None at all are fine.
pub(super) fn check_percentages(
    percentages: impl Iterator<Item = i64>,
    at: &str,
    problems: &mut Problems,
) {
    let percentages: Vec<i64> = percentages.collect();
    for (index, percentage) in percentages.iter().enumerate() {
        if !(0..=100).contains(percentage) {
            let message = format!("{percentage} is not between 0 and 100.");
            problems.add(format!("{at}[{index}].Percentage"), message);
        }
    }
    let sum = percentages.iter().copied().fold(0, i64::saturating_add);
    if !percentages.is_empty() && sum != 100 {
        problems.add(at, format!("The percentages add up to {sum}, not to 100."));
    }
}

/// 400 if the environment demands a reason for a change, and the call has none.
pub(super) fn demand_reason(
    state: &State,
    call: &Call,
    environment_id: EnvironmentId,
) -> Result<(), Refusal> {
    let environment = state.environment(environment_id)?;
    let demanded = state
        .product(environment.product_id)?
        .demands_reason(environment);
    match demanded && call.reason().is_none() {
        true => Err(Refusal::field(
            "Reason",
            "Reason required: the environment demands one for every change.",
        )),
        false => Ok(()),
    }
}

/// 400 if values of the environment change by approved change requests alone, unless the caller may bypass that and does.
pub(super) fn demand_approval(
    state: &State,
    call: &Call,
    environment_id: EnvironmentId,
) -> Result<(), Refusal> {
    let environment = state.environment(environment_id)?;
    let demanded = state
        .product(environment.product_id)?
        .demands_approval(environment);
    let bypasses = call.query("bypassApproval")? == Some(true)
        && state.allowed(environment).bypasses_approval();
    match demanded && !bypasses {
        true => Err(Refusal::field(
            "BypassApproval",
            "Approval required: make a change request, or bypass it with `bypassApproval=true` if your permission group may.",
        )),
        false => Ok(()),
    }
}

/// Publishes what a call wants, and writes that down.
pub(super) fn publish(
    state: &mut State,
    call: &Call,
    target: Target,
    rules: Rules,
) -> Result<(), Refusal> {
    let reason = call.reason().map(str::to_string);
    publish_because(state, call.now, reason, target, rules)
}

/// The same for what no call wants right now.
pub(super) fn publish_because(
    state: &mut State,
    at: DateTime<Utc>,
    reason: Option<String>,
    target: Target,
    rules: Rules,
) -> Result<(), Refusal> {
    let key = state.setting(target.setting_id)?.key.clone();
    let details = audit::differences(&state.served(target)?.rules, &rules);
    let scope = state.in_target(target);
    state.publish(target, rules, Some(at));
    // A new version is told of even if it serves the same.
    let kind = AuditLogType::SettingValueChanged;
    state.log_because(at, reason, kind, scope, key, details);
    Ok(())
}

/// Email address and full name of who changed a value.
pub(super) fn updater(state: &State, served: &Served) -> (Option<String>, Option<String>) {
    match served.updated_at {
        Some(_) => (
            Some(state.me.email.clone()),
            Some(state.me.full_name.clone()),
        ),
        None => (None, None),
    }
}
