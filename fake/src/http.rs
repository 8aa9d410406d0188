//! What happens to a request: recorded, authenticated, counted, made to fail on demand, checked, carried out.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Query, Request};
use configcat_management::{Operation, Secret};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use serde_json::Value;
use tokio::sync::watch;
use tower_service::Service as _;

use crate::ada::Ada;
use crate::api;
use crate::body;
use crate::call::{Answer, Call, NOTHING, Refusal};
use crate::clock::{self, Clock};
use crate::config_json;
use crate::control;
use crate::cors;
use crate::credentials::Credentials;
use crate::faults::{Fault, Faults};
use crate::journal::{self, Journal, Recorded};
use crate::lenient;
use crate::limits::{Counted, Limits, Standing};
use crate::listener::Cut;
use crate::page;
use crate::reply::{plain, reply, too_many, unauthorized, wrong_method};
use crate::routes::{Route, Routes};
use crate::schema::{self, Described};
use crate::seed::Seed;
use crate::state::State;
use crate::state::plan::Plan;
use crate::v1_audit_logs::{self, V1AuditLogs};

pub(crate) const REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
pub(crate) const RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");
const SDK_KEY: &str = "X-CONFIGCAT-SDKKEY";

/// All that requests share. No lock is held while anything is awaited.
pub(crate) struct Server {
    pub(crate) state: Mutex<State>,
    pub(crate) limits: Mutex<Limits>,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) clock: Clock,
    /// Where the server can be reached.
    pub(crate) base_url: String,
    /// Whether there is a page to look at.
    pub(crate) page: bool,
    /// Whether tests can say what the API has no words for.
    pub(crate) control: bool,
    /// Whose pages may send requests, besides those of this machine.
    pub(crate) origins: Vec<HeaderValue>,
    pub(crate) credentials: Credentials,
    /// What the server goes back to.
    pub(crate) seed: Seed,
    pub(crate) plan: Plan,
    pub(crate) v1_audit_logs: Mutex<V1AuditLogs>,
    pub(crate) v1_audit_logs_at_start: V1AuditLogs,
    pub(crate) limits_at_start: Limits,
    pub(crate) routes: Routes,
    pub(crate) ada: Ada,
    /// How long a client may take over a body.
    pub(crate) patience: Option<Duration>,
    pub(crate) stopped: Arc<AtomicBool>,
    /// Told after each request, and at the end.
    pub(crate) changed: watch::Sender<()>,
}

/// Locks, even if a thread panicked with the lock in its hands: what it left behind is still the state.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All that is served.
pub(crate) struct Site {
    server: Arc<Server>,
    router: Router,
}

impl Site {
    pub(crate) fn new(server: Arc<Server>) -> Self {
        let router = router(server.clone());
        Site { server, router }
    }

    /// Answers a request. Most are for an operation and come from no browser: they take no way past pages, control and CORS.
    pub(crate) async fn answer(&self, mut request: Request, cut: Cut) -> Response<Body> {
        let (api, route) = self.server.find(&request);
        if matches!(route, Route::Operation(..)) && !request.headers().contains_key(header::ORIGIN)
        {
            let mut response = self.server.serve(request, (api, route), cut).await;
            let headers = response.headers_mut();
            headers.insert(header::VARY, HeaderValue::from_static("origin"));
            return response;
        }
        request.extensions_mut().insert(ConnectInfo(cut));
        // A router is always ready, and never fails.
        let Ok(response) = self.router.clone().call(request).await;
        response
    }
}

fn router(server: Arc<Server>) -> Router {
    let api = {
        let server = server.clone();
        move |ConnectInfo(cut): ConnectInfo<Cut>, request: Request| async move {
            let found = server.find(&request);
            server.serve(request, found, cut).await
        }
    };
    let cors = cors::layer(server.origins.clone());
    let control = match server.control {
        true => control::router(server.clone()),
        false => Router::new(),
    };
    // The page is for nobody but itself, and what SDKs download is for everybody.
    let mut router = config_json::router(server.clone());
    if server.page {
        router = router.merge(page::router(server));
    }
    // Without the empty states, axum would wrap handlers in their layers for each request anew.
    let api = control.fallback(api).layer(cors).with_state::<()>(());
    router.fallback_service(api).with_state(())
}

/// Whose API a request is for.
#[derive(Clone, Copy)]
enum Api {
    ConfigCat,
    Ada,
}

/// A body, or what is wrong with it.
pub(crate) type Read = Result<Bytes, Refusal>;

/// What becomes of a request.
enum Outcome {
    Answer(Response<Body>),
    Cut,
}

impl Server {
    /// Everything as it was at the start.
    pub(crate) fn reset(&self) -> Result<(), String> {
        self.clock.reset();
        let (mut state, _) = self.seed.plant(self.clock.now())?;
        state.plan = self.plan;
        self.replace(state);
        lock(&self.limits).clone_from(&self.limits_at_start);
        *lock(&self.v1_audit_logs) = self.v1_audit_logs_at_start;
        lock(&self.faults).clear();
        lock(&self.journal).clear();
        self.credentials.reset();
        self.ada.reset();
        Ok(())
    }

    /// Puts another state in place of the one that is there.
    pub(crate) fn replace(&self, mut state: State) {
        let mut before = lock(&self.state);
        state.follow(&before);
        *before = state;
    }

    /// What a request is for.
    fn find(&self, request: &Request) -> (Api, Route) {
        let (method, path) = (request.method(), request.uri().path());
        match self.ada.find(method, path) {
            Some(route) => (Api::Ada, route),
            None => (Api::ConfigCat, self.routes.find(method, path)),
        }
    }

    async fn serve(
        &self,
        request: Request,
        (api, route): (Api, Route),
        cut: Cut,
    ) -> Response<Body> {
        let started = self.clock.now();
        let (parts, body) = request.into_parts();
        let body = body::read(&parts.headers, body, self.patience).await;
        let broken = body.is_err();
        let operation = match &route {
            Route::Operation(operation, _) => Some(operation.id),
            _ => None,
        };
        let path = parts.uri.path_and_query();
        let number = lock(&self.journal).begin(Recorded {
            method: parts.method.clone(),
            path: path.map_or("/", |path| path.as_str()).to_string(),
            operation,
            status: None,
            body: body
                .as_ref()
                .map_or(String::new(), |body| journal::text(body)),
            started,
            duration: Duration::ZERO,
        });
        let outcome = self.outcome(api, &parts, route, body).await;
        let now = self.clock.now();
        self.changed.send_replace(());
        match outcome {
            Outcome::Answer(mut response) => {
                let status = response.status().as_u16();
                lock(&self.journal).end(number, Some(status), now);
                if let Some(date) = clock::http_date(now) {
                    response.headers_mut().entry(header::DATE).or_insert(date);
                }
                if broken {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(header::CONNECTION, close);
                }
                response
            }
            Outcome::Cut => {
                lock(&self.journal).end(number, None, now);
                cut.cut();
                Response::new(Body::empty())
            }
        }
    }

    async fn outcome(&self, api: Api, parts: &Parts, route: Route, body: Read) -> Outcome {
        let admitted = match api {
            Api::ConfigCat => self.admit(parts, &route),
            Api::Ada => self
                .ada
                .admit(&parts.headers, self.clock.instant())
                .map(|()| None),
        };
        let standing = match admitted {
            Ok(standing) => standing,
            Err(response) => return Outcome::Answer(*response),
        };
        let operation = match &route {
            Route::Operation(operation, _) => Some(operation.id),
            _ => None,
        };
        let fault = lock(&self.faults).next(operation);
        let mut response = match fault {
            None => self.response(api, parts, route, body),
            Some(Fault::Delay(delay)) => {
                tokio::time::sleep(delay).await;
                self.response(api, parts, route, body)
            }
            Some(Fault::Status(status, text)) => {
                let status = StatusCode::from_u16(status);
                plain(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), text)
            }
            Some(Fault::Answer(response)) => response.map(Body::from),
            Some(Fault::Cut) => return Outcome::Cut,
            Some(Fault::CutAfter) => {
                self.response(api, parts, route, body);
                return Outcome::Cut;
            }
        };
        if let Some(standing) = standing {
            self.show(standing, response.headers_mut());
        }
        Outcome::Answer(response)
    }

    /// Where the request's credential stands after it, or why it may not come in.
    fn admit(&self, parts: &Parts, route: &Route) -> Result<Option<Standing>, Box<Response<Body>>> {
        let user = self.credentials.user(&parts.headers);
        let user = user.ok_or_else(|| Box::new(unauthorized()))?;
        let counted = Counted {
            user: &user,
            operation: match route {
                Route::Operation(operation, _) => Some(operation.id),
                _ => None,
            },
            method: parts.method.as_str(),
            path: parts.uri.path(),
        };
        let admitted = lock(&self.limits).admit(counted, self.clock.instant());
        admitted.map_err(|blocked| Box::new(too_many(&blocked)))
    }

    fn show(&self, standing: Standing, headers: &mut HeaderMap) {
        let reset = clock::seven_digits(self.clock.at(standing.reset));
        headers
            .entry(REMAINING)
            .or_insert(standing.remaining.into());
        if let Ok(reset) = HeaderValue::from_str(&reset) {
            headers.entry(RESET).or_insert(reset);
        }
    }

    fn response(&self, api: Api, parts: &Parts, route: Route, body: Read) -> Response<Body> {
        if let Api::Ada = api {
            return self.ada.response(parts, route, body, self.clock.now());
        }
        let result = match route {
            Route::Operation(operation, path) => self.carry_out(operation, path, parts, body),
            Route::WrongMethod(methods) => return wrong_method(&methods, parts),
            Route::Unknown => Err(Refusal::text(
                StatusCode::NOT_FOUND,
                format!("The API has no path `{}`.", parts.uri.path()),
            )),
        };
        reply(result)
    }

    fn carry_out(
        &self,
        operation: &'static Operation,
        path: Vec<(&'static str, String)>,
        parts: &Parts,
        body: Read,
    ) -> Result<Answer, Refusal> {
        let operation = match v1_audit_logs::successor(operation) {
            None => operation,
            Some(successor) => match *lock(&self.v1_audit_logs) {
                V1AuditLogs::Array => operation,
                V1AuditLogs::Redirect => return Ok(v1_audit_logs::redirect(&parts.uri)),
                V1AuditLogs::Page => successor,
            },
        };
        let Some(handler) = api::handler(operation.id) else {
            return Err(Refusal::text(
                StatusCode::NOT_IMPLEMENTED,
                format!("This server does not know {operation} yet."),
            ));
        };
        let sdk_key = parts.headers.get(SDK_KEY);
        let described = schema::of(operation);
        let mut call = Call {
            described,
            path,
            query: query(parts)?,
            sdk_key: sdk_key.and_then(|key| key.to_str().ok()).map(Secret::from),
            body: document(described, &parts.headers, body)?,
            now: self.clock.now(),
        };
        call.normalize();
        call.check()?;
        let mut state = lock(&self.state);
        api::catch_up(&mut state, call.now)?;
        let answer = handler(&mut state, &call)?;
        if operation.method != Method::GET {
            state.count_write();
        }
        drop(state);
        #[cfg(debug_assertions)]
        if let Err(bug) = schema::check_answer(described, &answer).none() {
            panic!("{operation} answers with what the description does not know: {bug:?}");
        }
        Ok(answer)
    }
}

impl Call {
    /// Puts everything that came with the request into the form of the description.
    pub(crate) fn normalize(&mut self) {
        let path = self.path.iter_mut().map(|(name, text)| (*name, text));
        schema::read_arguments(self.described, path);
        let query = self.query.iter_mut().map(|(name, text)| (&**name, text));
        schema::read_arguments(self.described, query);
        if let Some(body) = self.described.body {
            lenient::read(body.schema(), &mut self.body);
        }
    }

    /// Checks everything that came with the request against the description.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        schema::check_arguments(self.described, &self.path, &self.query).none()?;
        match self.described.body {
            Some(body) => schema::check(body.schema(), &self.body).none(),
            None => Ok(()),
        }
    }
}

pub(crate) fn query(parts: &Parts) -> Result<Vec<(String, String)>, Refusal> {
    Query::try_from_uri(&parts.uri)
        .map(|Query(pairs)| pairs)
        .map_err(|_| Refusal::text(StatusCode::BAD_REQUEST, "The query cannot be read."))
}

/// The body of a request, as JSON.
pub(crate) fn document(
    described: &Described,
    headers: &HeaderMap,
    body: Read,
) -> Result<Value, Refusal> {
    let body = body?;
    if described.body.is_none() {
        return Ok(Value::Null);
    }
    if body.is_empty() {
        return Err(Refusal::field(NOTHING, "It is required."));
    }
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !is_json(content_type) {
        let text = format!("The body is `{content_type}`; send `application/json`.");
        return Err(Refusal::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    }
    serde_json::from_slice(&body)
        .map_err(|error| Refusal::body(format!("It is not JSON: {error}.")))
}

/// The three media types of the description, with or without parameters.
pub(crate) fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    matches!(&*media_type, "application/json" | "text/json")
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}
