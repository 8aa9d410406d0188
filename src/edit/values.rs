//! The edit of several settings.

use super::{Draft, Drafts, Edited, Options, Rounds, is_conflict, notes, options};
use crate::types::{
    ConfigId, ConfigSettingFormulasModel, EnvironmentId, UpdateEvaluationFormulaWithIdModel,
    UpdateEvaluationFormulasModel, VersionId,
};
use crate::{Client, Error, Operation, Result, operations};

/// The edit that [`Client::edit_values`] prepares.
#[must_use = "an edit is made by `send`"]
pub struct EditValues<F> {
    client: Client,
    target: Target,
    options: Options,
    edit: F,
}

options!(EditValues);

type Target = (ConfigId, EnvironmentId);

const OPERATION: &Operation = operations::PostSettingValuesV2::OPERATION;

impl<F: FnMut(&mut Drafts) -> Result<()>> EditValues<F> {
    /// Makes the edit.
    ///
    /// # Errors
    ///
    /// As those of [`EditValue::send`](super::EditValue::send).
    pub async fn send(mut self) -> Result<Edited<ConfigSettingFormulasModel>> {
        let ((config, environment), options) = (self.target, self.options);
        let key = format!("{config} {environment}");
        let _turn = self
            .client
            .take_turn(&self.client.turns, OPERATION, key)
            .await?;
        let mut rounds = Rounds::new(OPERATION, &options);
        let sender = self.client.without_non_idempotent_retries();
        let read = || async {
            let call = self.client.get_setting_values_v2(config, environment);
            Ok::<_, Error>(call.send().await?.into_inner())
        };
        loop {
            let seen = read().await?;
            let limits = &seen.feature_flag_limitations;
            let drafts = seen.setting_formulas.iter();
            let drafts = drafts.map(|entry| Draft::new(&entry.setting, limits, entry));
            let mut drafts = Drafts(drafts.collect::<Result<_>>()?);
            (self.edit)(&mut drafts).map_err(|error| rounds.edit_error(error))?;
            let changed = keep_changed(drafts)?;
            if changed.is_empty() {
                return Ok(rounds.done(seen, false));
            }
            options.demand_reason(OPERATION, seen.reason_required)?;
            let is_made = |after: &ConfigSettingFormulasModel| {
                changed.iter().all(|draft| is_made(draft, after))
            };
            let formulas: Vec<_> = changed.iter().map(entry).collect();
            let body = UpdateEvaluationFormulasModel::new().with_update_formulas(formulas);
            let write = || async {
                let call = sender.post_setting_values_v2(config, environment, body.clone());
                let call = call.latest_version_id(latest(&seen));
                let call = call.reason(options.reason.clone());
                let call = call.bypass_approval(options.bypass_approval);
                Ok(Some(call.send().await?.into_inner()))
            };
            let made = rounds.make(&self.client, &seen, write, read, is_made);
            match made.await {
                Err(error) if is_conflict(&error) => rounds.retry_after_conflict(error).await?,
                made => return made,
            }
        }
    }
}

/// Whether a setting is served as an edit wanted it to be.
fn is_made(draft: &Draft, after: &ConfigSettingFormulasModel) -> bool {
    let mut entries = after.setting_formulas.iter();
    let entry = entries.find(|entry| entry.setting.setting_id == draft.setting().setting_id);
    entry.is_some_and(|entry| draft.is_made(entry))
}

/// Those that changed, checked.
fn keep_changed(drafts: Drafts) -> Result<Vec<Draft>> {
    let mut changed = Vec::new();
    for mut draft in drafts.0 {
        let checked = draft.finish(&format!("body.updateFormulas[{}]", changed.len()));
        checked.map_err(|wrong| Error::invalid(OPERATION, wrong))?;
        if draft.is_changed() {
            changed.push(draft);
        }
    }
    Ok(changed)
}

fn entry(draft: &Draft) -> UpdateEvaluationFormulaWithIdModel {
    let formula = draft.wanted.clone();
    UpdateEvaluationFormulaWithIdModel::new(formula.default_value)
        .with_percentage_evaluation_attribute(formula.percentage_evaluation_attribute)
        .with_setting_id(draft.setting().setting_id)
        .with_targeting_rules(formula.targeting_rules)
}

/// The newest version among those of all settings; of several that were published at the same time, the last one's. A setting that
/// nobody has changed yet has its version from its creation, which may be after the last change of another one.
fn latest(seen: &ConfigSettingFormulasModel) -> Option<VersionId> {
    let newest = seen.setting_formulas.iter().max_by_key(|entry| {
        let setting = &entry.setting;
        (entry.updated_at.max(setting.created_at), setting.setting_id)
    });
    newest.map(|entry| entry.last_version_id)
}
