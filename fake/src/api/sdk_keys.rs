//! SDK keys.

use configcat_management::types::SdkKeysModel;
use configcat_management::types::{ConfigId, EnvironmentId};

use crate::call::{Answer, Call, Refusal};
use crate::state::State;

pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let config_id: ConfigId = call.path("configId")?;
    let environment_id: EnvironmentId = call.path("environmentId")?;
    state.config(config_id)?;
    let key = state.sdk_keys.get(&(config_id, environment_id));
    let key = key.ok_or_else(|| Refusal::unknown("environment", environment_id))?;
    Answer::ok(&SdkKeysModel::default().with_primary(key.clone()))
}
