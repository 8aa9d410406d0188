//! Flags that nobody changed for a while.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use configcat_management::types::{
    EnvironmentId, StaleFlagConfigModel, StaleFlagEnvironmentModel, StaleFlagProductModel,
    StaleFlagReminderScope, StaleFlagSettingModel, StaleFlagSettingTagModel,
    StaleFlagSettingValueModel, StaleFlagStaleInEnvironmentsType, TagId,
};

use crate::call::{Answer, Call, Refusal};
use crate::state::{Attached, Config, Environment, Setting, State, Target};

/// After how many days without a change a flag is stale, if the request does not say.
const DEFAULT_DAYS: i64 = 30;

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let product = state.product(call.path("productId")?)?;
    let ignored: BTreeSet<EnvironmentId> =
        call.queries("ignoredEnvironmentIds")?.into_iter().collect();
    let days = call.query("staleFlagAgeDays")?.unwrap_or(DEFAULT_DAYS);
    let days = TimeDelta::try_days(days).unwrap_or_default();
    let kind: Option<StaleFlagStaleInEnvironmentsType> =
        call.query("staleFlagStaleInEnvironmentsType")?;
    let scope: Option<StaleFlagReminderScope> = call.query("scope")?;
    let mut environments = state.environments_of(product.id);
    environments.retain(|environment| !ignored.contains(&environment.id));
    let report = Report {
        state,
        before: call
            .now
            .checked_sub_signed(days)
            .unwrap_or(DateTime::<Utc>::MIN_UTC),
        anywhere: kind != Some(StaleFlagStaleInEnvironmentsType::StaleInAllEnvironments),
        // Nobody watches a flag here: that is done in the dashboard.
        nothing: scope == Some(StaleFlagReminderScope::WatchedByMe),
        ignored_tags: call.queries("ignoredTagIds")?.into_iter().collect(),
        environments,
    };
    let configs = state.configs_of(product.id);
    let configs = configs.into_iter().map(|config| report.config(config));
    let configs: Vec<StaleFlagConfigModel> = configs.collect::<Result<_, _>>()?;
    let with_flags = |config: &StaleFlagConfigModel| !config.settings.is_empty();
    let environment = |environment: &&Environment| {
        StaleFlagEnvironmentModel::default()
            .with_environment_id(environment.id)
            .with_name(environment.name.clone())
    };
    Answer::ok(
        &StaleFlagProductModel::default()
            .with_configs(configs.into_iter().filter(with_flags).collect())
            .with_environments(report.environments.iter().map(environment).collect())
            .with_name(product.name.clone())
            .with_product_id(product.id),
    )
}

struct Report<'a> {
    state: &'a State,
    /// What was changed since then is not stale.
    before: DateTime<Utc>,
    /// Whether one environment is enough.
    anywhere: bool,
    nothing: bool,
    ignored_tags: BTreeSet<TagId>,
    environments: Vec<&'a Environment>,
}

impl Report<'_> {
    fn config(&self, config: &Config) -> Result<StaleFlagConfigModel, Refusal> {
        let mut settings = Vec::new();
        for setting in self.state.settings_of(config) {
            let ignored = |attached: &Attached| self.ignored_tags.contains(&attached.tag_id);
            if self.nothing || setting.tags.iter().any(ignored) {
                continue;
            }
            let values = self.values(setting)?;
            let mut stale = values.iter().map(|value| value.is_stale);
            let reported = match self.anywhere {
                true => stale.any(|stale| stale),
                false => !values.is_empty() && stale.all(|stale| stale),
            };
            if reported {
                settings.push(self.setting(setting, values));
            }
        }
        Ok(StaleFlagConfigModel::default()
            .with_config_id(config.id)
            .with_evaluation_version(config.evaluation_version.clone())
            .with_has_code_references(self.state.has_code_references(config.id, None))
            .with_name(config.name.clone())
            .with_settings(settings))
    }

    fn setting(
        &self,
        setting: &Setting,
        values: Vec<StaleFlagSettingValueModel>,
    ) -> StaleFlagSettingModel {
        let tag = |attached: &Attached| {
            StaleFlagSettingTagModel::default()
                .with_setting_tag_id(attached.setting_tag_id)
                .with_tag_id(attached.tag_id)
        };
        StaleFlagSettingModel::default()
            .with_has_code_references(
                self.state
                    .has_code_references(setting.config_id, Some(setting.id)),
            )
            .with_hint(setting.hint.clone())
            .with_key(setting.key.clone())
            .with_name(setting.name.clone())
            .with_setting_id(setting.id)
            .with_setting_values(values)
            .with_tags(setting.tags.iter().map(tag).collect())
    }

    fn values(&self, setting: &Setting) -> Result<Vec<StaleFlagSettingValueModel>, Refusal> {
        let value = |environment: &&Environment| {
            let target = Target {
                setting_id: setting.id,
                environment_id: environment.id,
            };
            let updated_at = self.state.served(target)?.updated_at;
            Ok(StaleFlagSettingValueModel::default()
                .with_environment_id(environment.id)
                .with_is_stale(updated_at.unwrap_or(setting.created_at) <= self.before)
                .with_updated_at(updated_at))
        };
        self.environments.iter().map(value).collect()
    }
}
