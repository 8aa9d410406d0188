//! Ada's platform integrations, on the same server below `/api`: five operations, a bearer token, limits without headers.

use std::sync::Mutex;

use axum::body::Body;
use chrono::{DateTime, Utc};
use configcat_management::ada::types::{
    CreateIntegration, CreatedIntegration, Failure, FailureEntry, Installation, InstallationStatus,
    Integration, IntegrationPage, IntegrationStatus, PageMeta, UpdateInstallation,
    UpdateIntegration,
};
use configcat_management::ada::{LIMITS, OPERATIONS};
use configcat_management::{Operation, Secret};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::call::{Answer, Call, Reason, Refusal, merge};
use crate::http::{Read, document, lock, query};
use crate::limits::{Counted, Limits, Quota, QuotaPer};
use crate::reply::json as with_json;
use crate::routes::{Route, Routes};
use crate::schema;

/// Where Ada's paths begin.
const ROOT: &str = "/api";
/// How many integrations a page has if nobody says.
const PAGE: usize = 20;
/// And at most.
const MAX_PAGE: usize = 100;

/// All that Ada's operations share.
pub(crate) struct Ada {
    pub(crate) token: Secret,
    routes: Routes,
    limits: Mutex<Limits>,
    state: Mutex<State>,
}

/// Everything, oldest first. It has no `Debug`, because it holds what was filled in on installation.
#[derive(Default)]
struct State {
    integrations: Vec<Registered>,
}

struct Registered {
    integration: Integration,
    /// Whoever registers an integration has it installed at once, which is the shortest way to try it.
    installation: Installation,
}

fn limits() -> Limits {
    let quotas = LIMITS.map(|(requests, period)| Quota { requests, period });
    Limits::new(quotas.to_vec(), QuotaPer::Credential)
}

impl Ada {
    pub(crate) fn new(token: Secret) -> Self {
        Ada {
            token,
            routes: Routes::of(&OPERATIONS),
            limits: Mutex::new(limits()),
            state: Mutex::default(),
        }
    }

    /// As it was at the start: nothing registered, nothing counted.
    pub(crate) fn reset(&self) {
        *lock(&self.state) = State::default();
        *lock(&self.limits) = limits();
    }

    /// What a request stands for; `None` if it is not for Ada.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<Route> {
        let path = path
            .strip_prefix(ROOT)
            .filter(|path| path.starts_with('/'))?;
        Some(self.routes.find(method, path))
    }

    /// Whether the request may come in, or what it is answered with.
    pub(crate) fn admit(
        &self,
        headers: &HeaderMap,
        now: Instant,
    ) -> Result<(), Box<Response<Body>>> {
        let given = headers.get(header::AUTHORIZATION);
        let given = given.and_then(|given| given.to_str().ok()?.split_once(' '));
        let known = given.is_some_and(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && token.trim() == self.token.expose()
        });
        if !known {
            let text = "The token is wrong, or there is none.";
            let refusal = Refusal::text(StatusCode::UNAUTHORIZED, text);
            return Err(Box::new(failure(refusal)));
        }
        // No header tells what is left, nor when to come again.
        let admitted = lock(&self.limits).admit(Counted::ANY, now);
        admitted.map(|_| ()).map_err(|blocked| {
            let text = format!("More than {}.", blocked.quota);
            Box::new(failure(Refusal::text(StatusCode::TOO_MANY_REQUESTS, text)))
        })
    }

    /// Carries a request out.
    pub(crate) fn response(
        &self,
        parts: &Parts,
        route: Route,
        body: Read,
        now: DateTime<Utc>,
    ) -> Response<Body> {
        let path = parts.uri.path();
        let result = match route {
            Route::Operation(operation, arguments) => {
                self.carry_out(operation, arguments, parts, body, now)
            }
            Route::WrongMethod(_) => Err(Refusal::text(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("`{path}` is not for {}.", parts.method),
            )),
            Route::Unknown => Err(Refusal::text(
                StatusCode::NOT_FOUND,
                format!("There is no path `{path}`."),
            )),
        };
        match result {
            Ok(Answer { status, body, .. }) => with_json(status, body.unwrap_or_default()),
            Err(refusal) => failure(refusal),
        }
    }

    fn carry_out(
        &self,
        operation: &'static Operation,
        path: Vec<(&'static str, String)>,
        parts: &Parts,
        body: Read,
        now: DateTime<Utc>,
    ) -> Result<Answer, Refusal> {
        let described = schema::of(operation);
        let call = Call {
            described,
            path,
            query: query(parts)?,
            sdk_key: None,
            body: document(described, &parts.headers, body)?,
            now,
        };
        call.check()?;
        let state = &mut *lock(&self.state);
        match operation.id {
            "get-platform-integrations" => state.list(&call, operation.path, &parts.headers),
            "create-platform-integration" => state.create(&call),
            "update-platform-integration" => state.update(&call),
            "get-platform-integration-installation" => {
                Answer::ok(&state.find(call.path("id")?)?.installation)
            }
            "update-platform-integration-installation" => state.update_installation(&call),
            _ => Err(Refusal::text(
                StatusCode::NOT_IMPLEMENTED,
                format!("This server does not know {operation} yet."),
            )),
        }
    }

    /// Ends the development of an integration, which no operation does.
    pub(crate) fn set_status(&self, id: &str, status: IntegrationStatus) -> bool {
        match lock(&self.state).find(id.to_string()) {
            Ok(registered) => {
                registered.integration.status = status;
                true
            }
            Err(_) => false,
        }
    }
}

impl State {
    fn find(&mut self, id: String) -> Result<&mut Registered, Refusal> {
        let mut all = self.integrations.iter_mut();
        let found = all.find(|registered| registered.integration.id == id);
        found.ok_or_else(|| {
            Refusal::text(
                StatusCode::NOT_FOUND,
                format!("There is no integration `{id}`."),
            )
        })
    }

    fn list(&self, call: &Call, path: &str, headers: &HeaderMap) -> Result<Answer, Refusal> {
        let start: usize = call.query("cursor")?.unwrap_or(0);
        let limit = call.query("limit")?.unwrap_or(PAGE).min(MAX_PAGE);
        let rest = self.integrations.iter().skip(start);
        let data = rest
            .take(limit)
            .map(|all| all.integration.clone())
            .collect();
        let end = start.saturating_add(limit);
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let next_page_url = (end < self.integrations.len()).then(|| {
            let host = host.unwrap_or("localhost");
            format!("http://{host}{ROOT}{path}?cursor={end}&limit={limit}")
        });
        Answer::ok(
            &IntegrationPage::default()
                .with_data(data)
                .with_meta(PageMeta::default().with_next_page_url(next_page_url)),
        )
    }

    fn create(&mut self, call: &Call) -> Result<Answer, Refusal> {
        let wanted: CreateIntegration = call.body()?;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let mut facts = object(&wanted)?;
        facts.insert("id".into(), json!(id));
        facts.insert("status".into(), json!(IntegrationStatus::Development));
        facts.insert("created".into(), json!(call.now));
        facts.insert("updated".into(), json!(call.now));
        let integration: Integration = decode(facts.clone())?;
        self.integrations.push(Registered {
            integration,
            installation: Installation::default()
                .with_configuration(Some(Map::new()))
                .with_created(Some(call.now))
                .with_id(uuid::Uuid::new_v4().simple().to_string())
                .with_platform_integration_id(id)
                .with_status(InstallationStatus::Incomplete)
                .with_updated(Some(call.now)),
        });
        facts.insert(
            "client_secret".into(),
            json!(uuid::Uuid::new_v4().simple().to_string()),
        );
        let created: CreatedIntegration = decode(facts)?;
        Answer::ok(&created)
    }

    fn update(&mut self, call: &Call) -> Result<Answer, Refusal> {
        let wanted: UpdateIntegration = call.body()?;
        let registered = self.find(call.path("id")?)?;
        if registered.integration.status != IntegrationStatus::Development {
            let text = "The integration is no longer in development, and cannot be changed.";
            return Err(Refusal::text(StatusCode::FORBIDDEN, text));
        }
        let mut changed: Integration = merge(&registered.integration, &wanted)?;
        changed.updated = Some(call.now);
        registered.integration = changed;
        Answer::ok(&registered.integration)
    }

    fn update_installation(&mut self, call: &Call) -> Result<Answer, Refusal> {
        let wanted: UpdateInstallation = call.body()?;
        let id: String = call.path("installation_id")?;
        let installation = &mut self
            .find(call.path("platform_integration_id")?)?
            .installation;
        if installation.id != id {
            let text = format!("There is no installation `{id}`.");
            return Err(Refusal::text(StatusCode::NOT_FOUND, text));
        }
        installation.status = wanted.status;
        installation.updated = Some(call.now);
        Answer::ok(installation)
    }
}

fn object(value: &impl Serialize) -> Result<Map<String, Value>, Refusal> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Refusal::body("It is not an object.")),
    }
}

fn decode<T: DeserializeOwned>(facts: Map<String, Value>) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(facts)).map_err(|error| Refusal::body(error.to_string()))
}

/// A failure as Ada writes it.
fn failure(refusal: Refusal) -> Response<Body> {
    let entry = |kind: &str, message: String, details: Option<Value>| {
        FailureEntry::default()
            .with_details(details)
            .with_message(Some(message))
            .with_type_(Some(kind.to_string()))
    };
    let errors = match refusal.reason {
        Reason::Text(text) => {
            let reason = refusal.status.canonical_reason().unwrap_or("failure");
            let kind = reason.to_lowercase().replace(' ', "_");
            vec![entry(&kind, text, None)]
        }
        Reason::Fields(fields) => fields
            .into_iter()
            .flat_map(|(field, messages)| {
                messages.into_iter().map(move |text| (field.clone(), text))
            })
            .map(|(field, text)| entry("validation_error", text, Some(json!({ "field": field }))))
            .collect(),
    };
    let body = serde_json::to_vec(&Failure::default().with_errors(errors)).unwrap_or_default();
    with_json(refusal.status, body)
}
