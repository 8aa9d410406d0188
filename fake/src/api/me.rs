//! The user behind the credentials.

use crate::call::{Answer, Call, Refusal};
use crate::state::State;

pub(super) fn get(state: &mut State, _: &Call) -> Result<Answer, Refusal> {
    Answer::ok(&state.me)
}
