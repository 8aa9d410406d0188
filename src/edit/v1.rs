//! The edit of one setting of a V1 config, which has no versions: `test` operations guard what it touches.

use http::StatusCode;

use super::{Edited, Options, Rounds};
use crate::patch::SettingValuePatch;
use crate::types::{EnvironmentId, SettingId, SettingValueModel, UpdateSettingValueModel};
use crate::{Client, Error, Result, operations};

/// Reads, lets the closure change what was read, and sends the difference; again if somebody else was faster.
pub(crate) async fn edit_v1(
    client: &Client,
    environment_id: EnvironmentId,
    setting_id: SettingId,
    reason: &Option<String>,
    edit: impl Fn(&SettingValueModel, &mut UpdateSettingValueModel) -> Result<()>,
) -> Result<Edited<SettingValueModel>> {
    let operation = operations::UpdateSettingValue::OPERATION;
    let key = format!("{setting_id} {environment_id}");
    let _turn = client.take_turn(&client.turns, operation, key).await?;
    let mut rounds = Rounds::new(operation, &Options::default());
    let sender = client.without_non_idempotent_retries();
    let read = || async {
        let call = client.get_setting_value(environment_id, setting_id);
        Ok::<_, Error>(call.send().await?.into_inner())
    };
    loop {
        let seen = read().await?;
        let mut wanted = SettingValuePatch::part(&seen)?;
        edit(&seen, &mut wanted).map_err(|error| rounds.edit_error(error))?;
        let patch = SettingValuePatch::diff(&seen, &wanted)?;
        if patch.is_empty() {
            return Ok(rounds.done(seen, false));
        }
        patch.check(&seen)?;
        let patch = patch.guarded_by(&seen);
        let is_made = |after: &SettingValueModel| {
            let left = SettingValuePatch::diff(after, &wanted);
            left.is_ok_and(|left| left.is_empty())
        };
        let write = || async {
            let call = sender.update_setting_value(environment_id, setting_id, patch.clone());
            Ok(call.reason(reason.clone()).send().await?.into_inner())
        };
        let error = match rounds.make(client, &seen, write, read, is_made).await {
            Err(error) if !error.perhaps_processed() => error,
            made => return made,
        };
        // A guard that fails is a 400, and so is much else.
        if error.status() == Some(StatusCode::BAD_REQUEST)
            && let Ok(after) = read().await
            && SettingValuePatch::part(&after)? != SettingValuePatch::part(&seen)?
        {
            rounds.retry_after_conflict(error).await?;
        } else {
            return Err(error);
        }
    }
}
