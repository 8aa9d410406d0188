//! The edit of one setting of a V1 config, which has no versions: `test` operations guard what it touches.

use http::StatusCode;

use super::turns::Key;
use super::{DEFAULT_MAX_ROUNDS, Edited, Rounds};
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
    let key = Key::One(setting_id, environment_id);
    let _turn = client.take_turn(operation, key).await?;
    let mut rounds = Rounds::new(operation, DEFAULT_MAX_ROUNDS);
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
        let guarded = patch.guarded_by(&seen);
        let is_made = |after: &SettingValueModel| {
            let left = SettingValuePatch::diff(after, &wanted);
            left.is_ok_and(|left| left.is_empty())
        };
        loop {
            let call = sender.update_setting_value(environment_id, setting_id, guarded.clone());
            let error = match call.reason(reason.clone()).send().await {
                Ok(after) => {
                    let after = after.into_inner();
                    let changed = after.is_some();
                    return Ok(rounds.done(after.unwrap_or(seen), changed));
                }
                Err(error) => rounds.with_earlier_attempts(error),
            };
            if error.perhaps_processed() {
                let after = rounds.look(client, error, &seen, read, is_made).await?;
                if let Some(after) = after {
                    return Ok(rounds.done(after, true));
                }
                continue;
            }
            // A guard that fails is a 400, and so is much else.
            let is_refused = error.status() == Some(StatusCode::BAD_REQUEST);
            let after = match is_refused {
                true => read().await.ok(),
                false => None,
            };
            match after
                .map(|after| SettingValuePatch::part(&after))
                .transpose()?
            {
                Some(after) if after != SettingValuePatch::part(&seen)? => {
                    rounds.retry_after_conflict(error).await?;
                    break;
                }
                _ => return Err(error),
            }
        }
    }
}
