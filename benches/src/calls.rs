//! The calls, with the client and by hand.

use std::hint::black_box;

use configcat_management::patch::SettingPatch;
use configcat_management::{Client, RetryPolicy};
use serde::Serialize;

use crate::by_hand::{Me, Setting};
use crate::{BY_HAND, Result};

/// Who makes calls, with a connection that is kept.
#[derive(Clone, Debug)]
pub enum Caller {
    /// The client, by methods.
    Typed(Client),
    /// The client, by names and JSON.
    #[cfg(feature = "catalog")]
    Named(Client),
    /// What anybody writes with reqwest and serde.
    ByHand(reqwest::Client, String),
}

impl Caller {
    /// One of `typed`, `by name` and `by hand`, for a server.
    ///
    /// # Errors
    ///
    /// It is none of them, or the URL is none.
    pub fn new(who: &str, url: &str) -> Result<Self> {
        let client = || {
            let client = Client::builder().credentials("user", "password");
            client.base_url(url).retry(RetryPolicy::default()).build()
        };
        match who {
            "typed" => Ok(Caller::Typed(client()?)),
            #[cfg(feature = "catalog")]
            "by name" => Ok(Caller::Named(client()?)),
            BY_HAND => {
                let _ = rustls::crypto::ring::default_provider().install_default();
                let client = reqwest::Client::builder().user_agent("by-hand/1").build()?;
                Ok(Caller::ByHand(client, url.to_owned()))
            }
            _ => Err(format!("nobody knows {who}").into()),
        }
    }

    /// One small `GET` or `PATCH`.
    ///
    /// # Errors
    ///
    /// The call fails, or there is no such one.
    pub async fn call(&self, what: &str) -> Result {
        match what {
            "GET" => self.get().await,
            "PATCH" => self.patch().await,
            _ => Err(format!("nobody knows {what}").into()),
        }
    }

    async fn get(&self) -> Result {
        match self {
            Caller::Typed(client) => {
                let me = client.get_me().send().await?.into_inner();
                black_box((me.email, me.full_name));
            }
            #[cfg(feature = "catalog")]
            Caller::Named(client) => {
                black_box(client.call("get-me", serde_json::json!({})).await?);
            }
            Caller::ByHand(client, url) => {
                let response = client
                    .get(format!("{url}/v1/me"))
                    .basic_auth("user", Some("password"))
                    .header("accept", "application/json")
                    .send()
                    .await?
                    .error_for_status()?;
                let me: Me = serde_json::from_slice(&response.bytes().await?)?;
                black_box((me.email, me.full_name));
            }
        }
        Ok(())
    }

    async fn patch(&self) -> Result {
        match self {
            Caller::Typed(client) => {
                let patch = SettingPatch::new().rename("Dark mode");
                black_box(client.update_setting(4711, patch).send().await?);
            }
            #[cfg(feature = "catalog")]
            Caller::Named(client) => {
                let body =
                    serde_json::json!([{"op": "replace", "path": "/name", "value": "Dark mode"}]);
                let arguments = serde_json::json!({"settingId": 4711, "body": body});
                black_box(client.call("update-setting", arguments).await?);
            }
            Caller::ByHand(client, url) => {
                let (op, path, value) = ("replace", "/name", "Dark mode");
                let body = serde_json::to_vec(&[Operation { op, path, value }])?;
                let response = client
                    .patch(format!("{url}/v1/settings/{}", 4711))
                    .basic_auth("user", Some("password"))
                    .header("accept", "application/json")
                    .header("content-type", "application/json")
                    .body(body)
                    .send()
                    .await?
                    .error_for_status()?;
                black_box(serde_json::from_slice::<Setting>(&response.bytes().await?)?);
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Operation<'a> {
    op: &'a str,
    path: &'a str,
    value: &'a str,
}
