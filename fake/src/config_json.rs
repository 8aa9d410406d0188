//! What ConfigCat's SDKs download: what the settings of a config serve in an environment, as `config_v6.json`.
//!
//! It needs no credentials but the SDK key in its path, counts against no quota, and is not in the journal: SDKs ask for it
//! all the time.

mod condition;
mod document;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use configcat_management::types::{ConfigId, EnvironmentId};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::call::Refusal;
use crate::http::{Server, lock};
use crate::reply::{json, reply};
use crate::state::State;

/// SDK keys of this kind go through a proxy profile that serves the config.
const PROXY: &str = "configcat-proxy/";

pub(crate) fn router(server: Arc<Server>) -> Router {
    let download = move |Path(path): Path<String>, headers: HeaderMap| async move {
        download(&server, &path, &headers)
    };
    Router::new().route("/configuration-files/{*path}", get(download))
}

fn download(server: &Server, path: &str, headers: &HeaderMap) -> Response<Body> {
    match body(server, path) {
        Ok(body) => answer(body, headers),
        Err(refusal) => reply(Err(refusal)),
    }
}

fn body(server: &Server, path: &str) -> Result<Vec<u8>, Refusal> {
    let Some(sdk_key) = path.strip_suffix("/config_v6.json") else {
        let text =
            "The file has to be `config_v6.json`, behind the SDK key: older SDKs are not served.";
        return Err(Refusal::text(StatusCode::NOT_FOUND, text));
    };
    let state = lock(&server.state);
    let place = place(&state, sdk_key);
    let (config_id, environment_id) = place.ok_or_else(|| {
        Refusal::text(
            StatusCode::NOT_FOUND,
            "There is no SDK key like the one in the path.",
        )
    })?;
    let document = document::of(&state, config_id, environment_id, &server.base_url)?;
    serde_json::to_vec(&document).map_err(|error| {
        Refusal::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("The config cannot be written: {error}."),
        )
    })
}

/// The config and the environment that an SDK key stands for, directly or by way of a proxy profile.
fn place(state: &State, sdk_key: &str) -> Option<(ConfigId, EnvironmentId)> {
    let Some(sdk_id) = sdk_key.strip_prefix(PROXY) else {
        return state.by_sdk_key.get(sdk_key).copied();
    };
    let mut places = state.sdk_keys.keys().copied();
    let place = places.find(|(config_id, environment_id)| {
        crate::state::proxies::sdk_id(*config_id, *environment_id) == sdk_id
    })?;
    let mut profiles = state.proxies.values();
    profiles
        .any(|profile| state.served_by(profile).contains(&place))
        .then_some(place)
}

/// 200, or 304 if the caller has this body already. Pages of any site may read it, as they may from ConfigCat.
fn answer(body: Vec<u8>, headers: &HeaderMap) -> Response<Body> {
    let tag = format!("\"{}\"", &hex(&body)[..32]);
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = known
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*");
    let mut response = match known {
        false => json(StatusCode::OK, body),
        true => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        }
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-cache"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "ETag"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// SHA-256, in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
