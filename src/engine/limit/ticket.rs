//! The right to send one request, as the model sees it.

use super::moment::Moment;
use super::target::Target;

/// The right to send one request. It has to be given back: answered or abandoned.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Ticket {
    pub(super) id: u64,
    pub(super) epoch: u64,
    /// How many of the period the server had counted for certain when it was sent.
    pub(super) counted: u32,
    pub(crate) given: Moment,
    pub(crate) target: Target,
}
