//! The edit of several settings.

use super::draft::Finished;
use super::turns::Key;
use super::{Draft, Drafts, Edited, Options, Rounds, is_conflict, notes, options};
use crate::types::{
    ConfigId, ConfigSettingFormulasModel, EnvironmentId, UpdateEvaluationFormulaModel,
    UpdateEvaluationFormulaWithIdModel, UpdateEvaluationFormulasModel, VersionId,
};
use crate::{Client, Error, Operation, Result, operations, patch};

/// The edit that [`Client::edit_values`] prepares.
#[must_use = "an edit is made by `send`"]
pub struct EditValues<F> {
    client: Client,
    target: Target,
    options: Options,
    edit: F,
}

options!(EditValues);

#[derive(Clone, Copy, Debug)]
struct Target {
    config_id: ConfigId,
    environment_id: EnvironmentId,
}

const OPERATION: &Operation = operations::PostSettingValuesV2::OPERATION;

impl<F> EditValues<F> {
    pub(super) fn new(
        client: &Client,
        config_id: ConfigId,
        environment_id: EnvironmentId,
        edit: F,
    ) -> Self {
        EditValues {
            client: client.clone(),
            target: Target {
                config_id,
                environment_id,
            },
            options: Options::new(),
            edit,
        }
    }

    async fn read(&self) -> Result<ConfigSettingFormulasModel> {
        let Target {
            config_id,
            environment_id,
        } = self.target;
        let answer = self
            .client
            .get_setting_values_v2(config_id, environment_id)
            .send()
            .await?;
        Ok(answer.into_inner())
    }

    async fn write(
        &self,
        version: Option<VersionId>,
        formulas: Vec<UpdateEvaluationFormulaWithIdModel>,
    ) -> Result<ConfigSettingFormulasModel> {
        let Target {
            config_id,
            environment_id,
        } = self.target;
        let body = UpdateEvaluationFormulasModel::new().with_update_formulas(formulas);
        // With the version it was made for, a change is made once, however often it is sent.
        let client = self.client.repeating_unsafe();
        let mut call = client.post_setting_values_v2(config_id, environment_id, body);
        if let Some(version) = version {
            call = call.latest_version_id(version);
        }
        if let Some(reason) = &self.options.reason {
            call = call.reason(reason);
        }
        if let Some(bypass_approval) = self.options.bypass_approval {
            call = call.bypass_approval(bypass_approval);
        }
        Ok(call.send().await?.into_inner())
    }
}

impl<F: FnMut(&mut Drafts) -> Result<()>> EditValues<F> {
    /// Makes the edit.
    ///
    /// # Errors
    ///
    /// [`Error::Edit`], with the number of rounds, if the closure failed or somebody else was faster in every round;
    /// [`Error::Invalid`] if it would be refused, and was not sent; otherwise those of the calls. Of these, a 409 with
    /// [`perhaps_processed`](Error::perhaps_processed) means that an answer was lost, and the values have changed again since.
    pub async fn send(mut self) -> Result<Edited<ConfigSettingFormulasModel>> {
        let key = Key::Several(self.target.config_id, self.target.environment_id);
        let _turn = self.client.turns().take(key).await;
        let mut rounds = Rounds::new(OPERATION, self.options.attempts);
        loop {
            let seen = self.read().await?;
            let mut drafts = drafts(&seen)?;
            (self.edit)(&mut drafts).map_err(|error| rounds.failed(error))?;
            let changed = changed(drafts)?;
            if changed.is_empty() {
                return Ok(rounds.done(seen, false));
            }
            self.options
                .demand_reason(OPERATION, seen.reason_required)?;
            let formulas = changed.iter().map(entry).collect();
            match self.write(latest(&seen), formulas).await {
                Ok(after) => return Ok(rounds.done(after, true)),
                Err(conflict) if is_conflict(&conflict) && conflict.perhaps_processed() => {
                    let after = self.confirm(&changed, conflict).await?;
                    return Ok(rounds.done(after, true));
                }
                Err(conflict) if is_conflict(&conflict) => rounds.lost(conflict).await?,
                Err(error) => return Err(error),
            }
        }
    }

    /// An answer was lost, and then the version was outdated: by this edit, or by somebody else.
    async fn confirm(
        &self,
        changed: &[Finished],
        conflict: Error,
    ) -> Result<ConfigSettingFormulasModel> {
        let Ok(after) = self.read().await else {
            return Err(conflict);
        };
        for finished in changed {
            let mut entries = after.setting_formulas.iter();
            let entry = entries.find(|entry| entry.setting.setting_id == finished.setting_id);
            let now = entry.map(patch::formula_of).transpose()?;
            if !now.is_some_and(|now| patch::same_formula(&now, &finished.wanted)) {
                return Err(conflict);
            }
        }
        Ok(after)
    }
}

fn drafts(seen: &ConfigSettingFormulasModel) -> Result<Drafts> {
    let draft = |entry| -> Result<Draft> {
        let entry: &crate::types::ConfigSettingFormulaModel = entry;
        Draft::new(&entry.setting, &seen.feature_flag_limitations, entry)
    };
    Ok(Drafts(
        seen.setting_formulas
            .iter()
            .map(draft)
            .collect::<Result<_>>()?,
    ))
}

/// Those that changed, checked.
fn changed(drafts: Drafts) -> Result<Vec<Finished>> {
    let mut changed = Vec::new();
    for draft in drafts.0 {
        let at = format!("body.updateFormulas[{}]", changed.len());
        let finished = draft
            .finish(&at)
            .map_err(|wrong| Error::invalid(OPERATION, wrong))?;
        if finished.changed {
            changed.push(finished);
        }
    }
    Ok(changed)
}

fn entry(finished: &Finished) -> UpdateEvaluationFormulaWithIdModel {
    let UpdateEvaluationFormulaModel {
        default_value,
        percentage_evaluation_attribute,
        targeting_rules,
    } = finished.wanted.clone();
    UpdateEvaluationFormulaWithIdModel {
        default_value,
        percentage_evaluation_attribute,
        setting_id: Some(finished.setting_id),
        targeting_rules,
    }
}

/// The newest version among those of all settings; of several that were published at the same time, the last one's.
fn latest(seen: &ConfigSettingFormulasModel) -> Option<VersionId> {
    let newest = seen
        .setting_formulas
        .iter()
        .max_by_key(|entry| (entry.updated_at, entry.setting.setting_id))?;
    Some(newest.last_version_id)
}
