//! Calls by name do what the typed ones do: the script of the whole API once more, with each of its requests made by name.
//!
//! Between the script and the server stands a relay, which takes each request apart into a name and arguments.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request};
use configcat_fake::Fake;
use configcat_management::catalog::{Place, Tool};
use configcat_management::reqwest::Url;
use configcat_management::{Client, Error, RateLimiter, Result};
use http::{Response, StatusCode};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::script;

#[tokio::test]
async fn the_whole_api_by_name() -> Result<()> {
    let fake = Fake::builder().empty().start().await;
    let by_name = fake.client();
    let app = Router::new().fallback(move |request: Request| {
        let by_name = by_name.clone();
        async move { relay(&by_name, request).await }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async { axum::serve(listener, app).await });
    let client = Client::builder()
        .base_url(format!("http://{address}"))
        .credentials("somebody", "else")
        // The relay tells nothing of the limit, and does not need to.
        .rate_limiter(RateLimiter::published(&[]))
        .build()?;
    let done = script::everything(&fake, client).await;
    serving.abort();
    done
}

/// Makes the request by name, and hands the answer on.
async fn relay(client: &Client, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let given: Vec<&str> = parts.uri.path().split('/').collect();
    let fits = |tool: &&Tool| {
        let template: Vec<&str> = tool.operation().path.split('/').collect();
        let same = |(part, given): (&&str, &&str)| part.starts_with('{') || part == given;
        tool.operation().method == parts.method
            && template.len() == given.len()
            && template.iter().zip(&given).all(same)
    };
    let literals = |tool: &&Tool| usize::MAX - tool.operation().path.matches('{').count();
    let tools = client.catalog().tools().iter();
    let tool = tools
        .filter(fits)
        .max_by_key(literals)
        .expect("a tool for each request");

    let mut arguments = Map::new();
    for (part, text) in tool.operation().path.split('/').zip(given) {
        if let Some(name) = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            arguments.insert(name.to_string(), typed(tool, name, &decoded(text)));
        }
    }
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).expect("a query");
    for (name, text) in query.0 {
        let value = typed(tool, &name, &text);
        arguments.insert(name, value);
    }
    for parameter in tool
        .parameters()
        .iter()
        .filter(|p| p.place == Place::Header)
    {
        let text = parts
            .headers
            .get(&parameter.name)
            .and_then(|text| text.to_str().ok());
        arguments.insert(parameter.name.clone(), json!(text));
    }
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    if !body.is_empty() {
        let body = serde_json::from_slice(&body).expect("the typed client sends JSON");
        arguments.insert("body".to_string(), body);
    }
    match client.call(tool.name(), arguments.into()).await {
        Ok(answer) => {
            let body = match &*answer {
                Value::Null => Body::empty(),
                value => Body::from(value.to_string()),
            };
            answered(answer.status(), body)
        }
        Err(Error::Api(failure)) => answered(failure.status, Body::from(failure.body)),
        // Nothing that the script expects: it tells on which call the two differ.
        Err(error) => answered(StatusCode::IM_A_TEAPOT, Body::from(error.to_string())),
    }
}

fn answered(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// An argument of a path or a query as the JSON that it stands for.
fn typed(tool: &Tool, name: &str, text: &str) -> Value {
    let parameter = tool
        .parameters()
        .iter()
        .find(|parameter| parameter.name == name);
    let schema = &parameter.expect("a parameter").schema;
    match schema["type"].as_str() {
        Some("integer" | "boolean") => serde_json::from_str(text).expect("a scalar"),
        Some("array") => json!([text]),
        _ => json!(text),
    }
}

/// A segment of a path without its percent-encoding.
fn decoded(segment: &str) -> String {
    let url = Url::parse(&format!("http://localhost/?segment={segment}")).expect("a URL");
    url.query_pairs().next().expect("a pair").1.into_owned()
}
