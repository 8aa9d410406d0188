//! The edit of one setting of a V1 config, which has no versions: `test` operations guard what it touches.

use http::StatusCode;

use super::turns::Key;
use super::{DEFAULT_ATTEMPTS, Edited, Rounds};
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
    let mut rounds = Rounds::new(operation, DEFAULT_ATTEMPTS);
    // What is guarded by what it changes is applied once, however often it is sent.
    let sender = client.repeating_non_idempotent();
    let read = || async {
        let call = client.get_setting_value(environment_id, setting_id);
        Ok::<_, Error>(call.send().await?.into_inner())
    };
    let mut seen = read().await?;
    loop {
        let mut wanted = SettingValuePatch::part(&seen)?;
        edit(&seen, &mut wanted).map_err(|error| rounds.failed(error))?;
        let patch = SettingValuePatch::diff(&seen, &wanted)?;
        if patch.is_empty() {
            return Ok(rounds.done(seen, false));
        }
        patch.check(&seen)?;
        let guarded = patch.guarded_by(&seen);
        let call = sender.update_setting_value(environment_id, setting_id, guarded);
        let refused = match call.reason(reason.clone()).send().await {
            Ok(after) => {
                let after = after.into_inner();
                let changed = after.is_some();
                return Ok(rounds.done(after.unwrap_or(seen), changed));
            }
            Err(refused) if refused.status() == Some(StatusCode::BAD_REQUEST) => refused,
            Err(error) => return Err(error),
        };
        // What became of it is told, though it cannot be looked up.
        let Ok(after) = read().await else {
            return Err(refused);
        };
        if refused.perhaps_processed() {
            return match SettingValuePatch::diff(&after, &wanted)?.is_empty() {
                true => Ok(rounds.done(after, true)),
                false => Err(refused),
            };
        }
        if SettingValuePatch::part(&after)? == SettingValuePatch::part(&seen)? {
            return Err(refused);
        }
        rounds.lost(refused).await?;
        seen = read().await?;
    }
}
