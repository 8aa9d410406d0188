//! Rate limits: what is known of them, and who may send when.

mod clock;
#[cfg(feature = "redis")]
pub(crate) mod fleet;
mod flight;
pub(crate) mod limiter;
pub(crate) mod model;
mod published;
pub(crate) mod reading;
mod share;
pub(crate) mod times;
