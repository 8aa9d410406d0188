//! What stands in for `ada.rs` without the feature `ada`: no path is one of Ada's operations.

use axum::body::Body;
use chrono::{DateTime, Utc};
use configcat_management::Secret;
use http::request::Parts;
use http::{HeaderMap, Method, Response};
use tokio::time::Instant;

use crate::http::Read;
use crate::routes::Route;

pub(crate) struct Ada;

impl Ada {
    pub(crate) fn new(_: Secret) -> Self {
        Ada
    }

    pub(crate) fn reset(&self) {}

    pub(crate) fn find(&self, _: &Method, _: &str) -> Option<Route> {
        None
    }

    pub(crate) fn admit(&self, _: &HeaderMap, _: Instant) -> Result<(), Box<Response<Body>>> {
        Ok(())
    }

    pub(crate) fn response(
        &self,
        _: &Parts,
        _: Route,
        _: Read,
        _: DateTime<Utc>,
    ) -> Response<Body> {
        Response::new(Body::empty())
    }
}
