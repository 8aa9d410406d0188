//! No POST or PATCH is sent twice that may have been applied, and nothing is lost that can be saved.
//!
//! The first test plays each fault once, then a success, for every method; counts on the server's side what was sent how
//! often; and keeps the table as `docs/faults.md`. `UPDATE_FAULTS=1 cargo test -p configcat-management --test it retries` writes it.

mod faults;
mod single;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use crate::support::{Act, ME, Server, TAG, reply};
use configcat_management::types::{
    CreateTagModel, IntegrationLinkType, JsonPatchOperation, OperationType, UpdateTagModel,
};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, ClientBuilder, Error, Event, RetryPolicy, Stage};
use http::{Method, StatusCode};

use faults::*;

const METHODS: [Method; 5] = [
    Method::GET,
    Method::PUT,
    Method::DELETE,
    Method::POST,
    Method::PATCH,
];

fn is_unsafe(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PATCH)
}

fn success(method: &Method) -> Vec<u8> {
    let json = [("content-type", "application/json")];
    match *method {
        Method::GET => reply(200, &json, ME),
        Method::POST => reply(201, &json, TAG),
        Method::PUT => reply(200, &json, TAG),
        _ => reply(204, &[], ""),
    }
}

fn builder(server: &Server) -> ClientBuilder {
    crate::support::builder(&server.url)
        .timeout(Duration::from_secs(20))
        .retry(policy())
}

fn policy() -> RetryPolicy {
    RetryPolicy::default()
        .with_backoff(Duration::from_millis(5), Duration::from_millis(20))
        .with_rate_limit_retries(3)
}

/// What a call gave, its value apart.
#[derive(Debug)]
struct Given {
    status: StatusCode,
    attempts: u32,
}

async fn call(client: &Client, method: &Method) -> Result<Given, Error> {
    macro_rules! send {
        ($call:expr) => {
            $call.send().await.map(|answer| Given {
                status: answer.status(),
                attempts: answer.attempts(),
            })
        };
    }
    match *method {
        Method::GET => send!(client.get_me()),
        Method::PUT => send!(client.update_tag(7, UpdateTagModel::new().with_name("n"))),
        Method::DELETE => send!(client.delete_tag(7)),
        Method::POST => send!(client.create_tag(Uuid::nil(), CreateTagModel::new("n"))),
        _ => {
            let on = JsonPatchOperation::new(OperationType::Replace, "/value").with_value(true);
            send!(client.update_setting_value(Uuid::nil(), 7, [on]))
        }
    }
}

/// A server that has one fault, and a client of it.
struct Scene {
    fault: Arc<Fault>,
    method: Method,
    policy: RetryPolicy,
    server: Arc<Server>,
    client: Client,
}

fn set_up(fault: &Arc<Fault>, method: &Method, policy: RetryPolicy) -> Scene {
    let mut acts = fault.acts.clone();
    match fault.kind {
        Kind::Closed => acts.clear(),
        Kind::Reused => acts.insert(0, Act::Then(success(&Method::GET))),
        Kind::Idle => acts = vec![Act::ThenClose(success(&Method::GET))],
        Kind::Plain | Kind::Hasty => {}
    }
    acts.push(Act::Then(success(method)));
    let server = Arc::new(Server::closed(acts));
    let mut builder = builder(&server).retry(policy);
    match fault.kind {
        Kind::Closed => {
            let server = server.clone();
            builder = builder.on_event(move |event| {
                if let Event::Retrying { .. } = event {
                    server.listen();
                }
            });
        }
        Kind::Hasty => {
            builder = builder.timeout(Duration::from_millis(1500));
            server.listen();
        }
        _ => server.listen(),
    }
    Scene {
        fault: fault.clone(),
        method: method.clone(),
        policy,
        client: builder.build().expect("a client"),
        server,
    }
}

/// Plays one fault, and says what came of it.
async fn play(scene: Scene) -> String {
    let Scene {
        fault,
        method,
        policy,
        server,
        client,
    } = scene;
    let mut before = 0;
    if let Kind::Reused | Kind::Idle = fault.kind {
        client.get_me().send().await.expect("the call before");
        before = 1;
        // Time for the connection to go back into the pool, and for its end to be noticed.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let result = call(&client, &method).await;
    let sent = server.got().len() - before;
    let begun = server.begun() - before;
    let refused = fault.acts.iter().filter(|act| match act {
        Act::Then(answer) | Act::ThenClose(answer) | Act::ThenStall(answer) => {
            answer.starts_with(b"HTTP/1.1 429")
        }
        _ => false,
    });
    if is_unsafe(&method) && policy == self::policy() {
        assert!(
            begun <= 1 + refused.count(),
            "{method} was sent again: {}",
            fault.name
        );
    }
    assert_eq!(client.rate_limiter().in_flight(), 0, "{}", fault.name);
    let (attempts, outcome) = match result {
        Ok(given) if given.status == 404 => (given.attempts, "value (404)".to_string()),
        Ok(given) => (given.attempts, "value".to_string()),
        Err(error) => (error.attempts(), told(&error)),
    };
    format!("{sent}/{attempts} {outcome}")
}

fn told(error: &Error) -> String {
    let what = match error {
        Error::Api(failure) => format!("error {}", failure.status.as_u16()),
        Error::Decode(failure) => format!("unreadable {}", failure.status.as_u16()),
        Error::Connection(failure) => match failure.stage {
            Stage::Connecting => "not sent".to_string(),
            Stage::Sent => "no answer".to_string(),
            Stage::Answering => "answer broke off".to_string(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    match error.perhaps_processed() {
        true => format!("{what}, perhaps applied"),
        false => what,
    }
}

const INTRODUCTION: &str = "\
# What is sent how often, fault by fault

`tests/it/retries.rs` plays each fault once on a real socket and then answers as the API would, and writes this table. In a cell:
how often the server read the request to its end, of how many attempts, and what the caller got. *Value* is a success;
*perhaps applied* is `Error::perhaps_processed`. The policy is the default one with a shorter backoff and 3 refusals
at most. With `RetryPolicy::including_non_idempotent`, POST and PATCH fare as PUT does.

";

#[tokio::test]
async fn each_fault_with_every_method() {
    let elsewhere = Server::start(Act::Close);
    let faults: Vec<Arc<Fault>> = faults(&elsewhere.url).into_iter().map(Arc::new).collect();
    // Clients take their time to be made, which is not to be that of anybody's call.
    let mut scenes = Vec::new();
    for fault in &faults {
        for method in METHODS {
            for policy in [policy(), policy().including_non_idempotent()] {
                scenes.push(set_up(fault, &method, policy));
            }
        }
    }
    // Those that must not be late come when the others are gone.
    let mut cells = HashMap::new();
    for hasty in [false, true] {
        let together = scenes.extract_if(.., |scene| (scene.fault.kind == Kind::Hasty) == hasty);
        let together: Vec<_> = together
            .map(|scene| {
                let non_idempotent_too = scene.policy != policy();
                let cell = (scene.fault.name, scene.method.clone(), non_idempotent_too);
                (cell, tokio::spawn(play(scene)))
            })
            .collect();
        for (cell, outcome) in together {
            cells.insert(cell, outcome.await.expect("no panic"));
        }
    }
    let mut table = INTRODUCTION.to_string();
    table +=
        "| fault | GET | PUT | DELETE | POST | PATCH |\n| --- | --- | --- | --- | --- | --- |\n";
    let mut wrong = Vec::new();
    for fault in &faults {
        let _ = write!(table, "| {} |", fault.name);
        for method in METHODS {
            for non_idempotent_too in [false, true] {
                let got = &cells[&(fault.name, method.clone(), non_idempotent_too)];
                let expected = match fault.expected {
                    // It needs no value, and so nothing is wrong with it.
                    [
                        "1/1 unreadable 200, perhaps applied"
                        | "1/1 unreadable 202, perhaps applied",
                        _,
                    ] if method == Method::DELETE && !fault.name.starts_with("HTML") => "1/1 value",
                    [_, expected] if is_unsafe(&method) && !non_idempotent_too => expected,
                    [expected, _] => expected,
                };
                if got.as_str() != expected {
                    wrong.push(format!(
                        "{}, {method}, including unsafe: {non_idempotent_too}: {got}, not {expected}",
                        fault.name
                    ));
                }
                if !non_idempotent_too {
                    let _ = write!(table, " {got} |");
                }
            }
        }
        table.push('\n');
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(elsewhere.connections(), 0, "a redirect was followed");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");
    if std::env::var_os("UPDATE_FAULTS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).expect("a folder");
        std::fs::write(path, &table).expect("a file");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == table,
        "docs/faults.md is out of date: UPDATE_FAULTS=1 cargo test -p configcat-management --test it retries"
    );
}
