//! The edit of one setting.

use super::{Draft, Edited, Options, Rounds, is_conflict, notes, options};
use crate::patch::FormulaPatch;
use crate::types::{EnvironmentId, SettingFormulaModel, SettingId};
use crate::{Client, Error, Result, Secret, operations};

/// The edit that [`Client::edit_value`] prepares.
#[must_use = "an edit is made by `send`"]
pub struct EditValue<F> {
    pub(super) client: Client,
    target: Target,
    pub(super) options: Options,
    edit: F,
}

options!(EditValue);

#[derive(Clone, Debug)]
pub(super) enum Target {
    Ids(EnvironmentId, SettingId),
    SdkKey(String, Secret),
}

impl<F> EditValue<F> {
    pub(super) async fn read(&self) -> Result<SettingFormulaModel> {
        let client = &self.client;
        let answer = match &self.target {
            Target::Ids(place, setting) => {
                client.get_setting_value_v2(*place, *setting).send().await
            }
            Target::SdkKey(setting, key) => {
                let call = client.get_setting_value_by_sdkkey_v2(setting, key.clone());
                call.send().await
            }
        };
        Ok(answer?.into_inner())
    }
}

impl<F: FnMut(&mut Draft) -> Result<()>> EditValue<F> {
    /// Reads, and lets the closure change it; `at` is where it will stand in the request.
    pub(super) async fn draft(
        &mut self,
        rounds: &Rounds,
        at: &str,
    ) -> Result<(SettingFormulaModel, Draft)> {
        let seen = self.read().await?;
        let mut draft = Draft::new(&seen.setting, &seen.feature_flag_limitations, &seen)?;
        (self.edit)(&mut draft).map_err(|error| rounds.edit_error(error))?;
        let checked = draft.finish(at);
        checked.map_err(|wrong| Error::invalid(rounds.operation, wrong))?;
        Ok((seen, draft))
    }

    /// Makes the edit.
    ///
    /// # Errors
    ///
    /// [`Error::Edit`], with the number of rounds, if the closure failed or somebody else was faster in every round;
    /// [`Error::Invalid`] if it would be refused, and was not sent; otherwise those of the calls. One with
    /// [`perhaps_processed`](Error::perhaps_processed) means that an answer was lost, and that the value has been changed by
    /// somebody else, too, or could not be read afterwards, or is as it was and the retry policy or the deadline allows no
    /// further attempt.
    pub async fn send(mut self) -> Result<Edited<SettingFormulaModel>> {
        let (operation, key) = match &self.target {
            Target::Ids(place, setting) => {
                let key = format!("{setting} {place}");
                (operations::UpdateSettingValueV2::OPERATION, key)
            }
            // The SDK key is not kept: settings of the same name share a queue.
            Target::SdkKey(setting, _) => {
                let operation = operations::UpdateSettingValueBySdkkeyV2::OPERATION;
                (operation, setting.clone())
            }
        };
        let _turn = self
            .client
            .take_turn(&self.client.turns, operation, key)
            .await?;
        let mut rounds = Rounds::new(operation, &self.options);
        let sender = self.client.without_non_idempotent_retries();
        loop {
            let (seen, draft) = self.draft(&rounds, "body").await?;
            let patch = FormulaPatch::diff(&seen, &draft.wanted)?;
            if patch.is_empty() {
                return Ok(rounds.done(seen, false));
            }
            let options = &self.options;
            options.demand_reason(operation, seen.reason_required)?;
            let is_made = |after: &SettingFormulaModel| draft.is_made(after);
            let write = || async {
                macro_rules! send {
                    ($call:expr) => {{
                        let call = $call.latest_version_id(seen.last_version_id);
                        let call = call.reason(options.reason.clone());
                        let call = call.bypass_approval(options.bypass_approval);
                        call.send().await
                    }};
                }
                let patch = patch.clone();
                let answer = match &self.target {
                    Target::Ids(place, setting) => {
                        send!(sender.update_setting_value_v2(*place, *setting, patch))
                    }
                    Target::SdkKey(setting, key) => {
                        send!(sender.update_setting_value_by_sdkkey_v2(setting, key.clone(), patch))
                    }
                };
                Ok(answer?.into_inner())
            };
            let read = || self.read();
            let made = rounds.make(&self.client, &seen, write, read, is_made);
            match made.await {
                Err(error) if is_conflict(&error) => rounds.retry_after_conflict(error).await?,
                made => return made,
            }
        }
    }
}
