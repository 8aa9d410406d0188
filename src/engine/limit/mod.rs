//! Rate limits: what is known of them, and who may send when.

mod clock;
#[cfg(feature = "redis")]
pub(crate) mod fleet;
mod flight;
mod hidden;
pub(crate) mod limiter;
mod limits;
pub(crate) mod model;
mod moment;
mod narrowing;
pub(crate) mod reading;
mod scope;
pub(crate) mod target;
mod ticket;
pub(crate) mod times;
mod window;
