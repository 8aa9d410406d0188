//! The fake is as strict and as lenient as the service: what the service refuses is refused, with the field and the first
//! words that programs match on, and what it takes is taken.

mod names;
mod official;
mod others;
mod texts;
mod values;

use configcat_fake::Fake;
use configcat_management::reqwest;
use serde_json::Value;

/// A server, and how to write paths to what is in it.
struct Stage {
    fake: Fake,
    http: reqwest::Client,
}

impl Stage {
    async fn new() -> Self {
        Stage {
            fake: Fake::start().await,
            http: reqwest::Client::new(),
        }
    }

    /// Names in braces stand for the ids of the demo.
    async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.send_with(method, path, body, None).await
    }

    /// The same with the SDK key that says which config and environment are meant.
    async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        sdk_key: Option<&str>,
    ) -> (u16, Value) {
        let demo = self.fake.demo().expect("the fake starts with it");
        let mut path = path.to_string();
        for (name, id) in [
            ("{organization}", self.fake.organization_id().to_string()),
            ("{product}", demo.product_id.to_string()),
            ("{production}", demo.production_id.to_string()),
            ("{v1}", demo.v1.config_id.to_string()),
            ("{v2}", demo.v2.config_id.to_string()),
            ("{flag}", demo.v2.new_checkout.to_string()),
            ("{text}", demo.v2.banner_text.to_string()),
            ("{int}", demo.v2.page_size.to_string()),
            ("{flag_v1}", demo.v1.new_checkout.to_string()),
            ("{text_v1}", demo.v1.banner_text.to_string()),
            ("{int_v1}", demo.v1.page_size.to_string()),
        ] {
            path = path.replace(name, &id);
        }
        let method = method.parse().expect("it is a method");
        let request = self
            .http
            .request(method, format!("{}{path}", self.fake.base_url()));
        let request = request.basic_auth(self.fake.user(), Some(self.fake.password()));
        let mut request = request.header("Content-Type", "application/json");
        if let Some(key) = sdk_key {
            request = request.header("X-CONFIGCAT-SDKKEY", key);
        }
        let response = request
            .body(body.to_string())
            .send()
            .await
            .expect("the server answers");
        let status = response.status().as_u16();
        let text = response.text().await.expect("it ends");
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// It is refused with 400, and the field says what begins with these words.
    async fn refused(&self, method: &str, path: &str, body: Value, field: &str, words: &str) {
        let (status, answer) = self.send(method, path, &body).await;
        let said = answer[field][0].as_str().unwrap_or_default();
        assert!(
            status == 400 && said.starts_with(words),
            "{method} {path} {body}: {status} {answer}, not `{words}` at {field}"
        );
    }

    async fn taken(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(method, path, &body).await;
        assert!(status < 300, "{method} {path} {body}: {status} {answer}");
        answer
    }
}

const VALUE: &str = "/v2/environments/{production}/settings/{flag}/value";
const TEXT: &str = "/v2/environments/{production}/settings/{text}/value";
const INT: &str = "/v2/environments/{production}/settings/{int}/value";
const VALUE_V1: &str = "/v1/environments/{production}/settings/{flag_v1}/value";
const TEXT_V1: &str = "/v1/environments/{production}/settings/{text_v1}/value";
const INT_V1: &str = "/v1/environments/{production}/settings/{int_v1}/value";
