//! TODO front page

mod check;
mod client;
mod error;
mod generated;
mod open_enum;
mod operation;
mod request;
mod response;
mod secret;
mod transport;
mod value;

pub use client::{Client, ClientBuilder};
pub use error::{
    ApiError, Body, ConnectionError, DecodeError, Error, InvalidRequest, Result, Stage,
};
pub use generated::configcat::{OPERATIONS, operations, types};
#[cfg(feature = "httpmock")]
pub use generated::configcat_httpmock as httpmock;
pub use open_enum::UnrecognizedValue;
pub(crate) use open_enum::open_enum;
pub use operation::Operation;
pub use response::ResponseValue;
pub use secret::Secret;
pub use value::SettingValue;

pub use chrono;
pub use reqwest;
pub use uuid;
