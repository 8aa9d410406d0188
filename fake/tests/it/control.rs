//! A test in any language can say to the server what the API has no words for, and its requests count for nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use configcat_fake::Fake;
use configcat_management::reqwest::{Client, Error, Method, Response};
use configcat_management::types::{CreateTagModel, InviteMembersRequest};
use serde_json::{Map, Value, json};

type Result<T = (), E = Error> = std::result::Result<T, E>;

async fn say(fake: &Fake, method: &str, path: &str, body: Option<Value>) -> Result<Response> {
    let method: Method = method.parse().expect("it is a method");
    let request = Client::new().request(method, format!("{}/_fake/{path}", fake.base_url()));
    let request = request.basic_auth(fake.user(), Some(fake.password()));
    let request = match body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(body.to_string()),
        None => request,
    };
    request.send().await
}

async fn json_of(response: Response) -> Result<Value> {
    let text = response.text().await?;
    Ok(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

/// The id of an invitation that is open.
async fn invite(fake: &Fake) -> String {
    let product = fake.demo().expect("it is there").product_id;
    let client = fake.client();
    let groups = client.get_permission_groups(product).send().await;
    let group = groups.expect("there are some")[0].permission_group_id;
    let invite = InviteMembersRequest::new(["new@example.com".to_string()], group);
    let invited = client.invite_member(product, invite).send().await;
    invited.expect("they are invited");
    let open = client.get_pending_invitations(product).send().await;
    open.expect("it is listed")[0].invitation_id.to_string()
}

/// The schema as JSON Schema has it, with all that it refers to.
fn judge(description: &Value, schema: &Value) -> jsonschema::Validator {
    fn converted(schema: &Value) -> Value {
        match schema {
            Value::Array(all) => all.iter().map(converted).collect(),
            Value::Object(fields) => {
                let mut fields: Map<String, Value> = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), converted(value)))
                    .collect();
                if fields.remove("nullable") == Some(true.into()) {
                    fields["type"] = json!([fields["type"], "null"]);
                }
                Value::Object(fields)
            }
            other => other.clone(),
        }
    }
    let mut whole = converted(schema);
    whole["components"] = converted(&description["components"]);
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&whole).expect("it is a schema")
}

fn content(described: &Value) -> &Value {
    &described["content"]["application/json"]["schema"]
}

#[tokio::test]
async fn every_call_is_answered_as_the_description_says() -> Result {
    let fake = Fake::start().await;
    let description = json_of(say(&fake, "GET", "openapi.json", None).await?).await?;
    let invitation = invite(&fake).await;
    let accept = format!("invitations/{invitation}/accept");
    let state: Value = serde_json::from_str(&fake.to_json()).expect("it is JSON");
    let now = fake.now();
    let fault = json!({
        "operation": "get-me", "count": 2, "status": 503, "body": "later", "retryAfter": 7, "headers": { "x-a": "b" },
    });
    let calls = [
        ("GET", "health", None, 200),
        ("GET", "openapi.json", None, 200),
        (
            "POST",
            &accept,
            Some(json!({ "fullName": "New Member" })),
            200,
        ),
        (
            "POST",
            &accept,
            Some(json!({ "fullName": "New Member" })),
            404,
        ),
        ("GET", "state", None, 200),
        ("PUT", "state", Some(state), 204),
        (
            "PUT",
            "state",
            Some(json!({ "version": 1, "state": {} })),
            400,
        ),
        ("GET", "clock", None, 200),
        ("PUT", "clock", Some(json!({ "now": now })), 200),
        (
            "PUT",
            "clock",
            Some(json!({ "now": "1066-10-14T00:00:00Z" })),
            400,
        ),
        ("POST", "clock", Some(json!({ "seconds": 0.5 })), 200),
        ("POST", "clock", Some(json!({ "seconds": 1e10 })), 400),
        ("POST", "faults", Some(fault), 201),
        ("POST", "faults", Some(json!({ "delaySeconds": 0.1 })), 201),
        ("POST", "faults", Some(json!({ "cut": "after" })), 201),
        (
            "POST",
            "faults",
            Some(json!({ "status": 503, "count": 0 })),
            400,
        ),
        ("GET", "faults", None, 200),
        ("DELETE", "faults", None, 204),
        ("GET", "journal", None, 200),
        ("DELETE", "journal", None, 204),
        (
            "POST",
            "credentials",
            Some(json!({ "user": "bob", "password": "b:c" })),
            201,
        ),
        (
            "POST",
            "credentials",
            Some(json!({ "user": "b:b", "password": "c" })),
            400,
        ),
        (
            "PUT",
            "quota",
            Some(json!({ "quota": ["1000/1m", "100/1s"] })),
            204,
        ),
        ("PUT", "quota", Some(json!({ "quota": ["many"] })), 400),
        (
            "PUT",
            "v1-audit-logs",
            Some(json!({ "answer": "page" })),
            204,
        ),
        (
            "PUT",
            "v1-audit-logs",
            Some(json!({ "answer": "none" })),
            400,
        ),
        ("POST", "reset", None, 204),
    ];
    let mut called = BTreeSet::new();
    for (method, path, body, status) in calls {
        let template = format!("/_fake/{}", path.replace(&invitation, "{invitationId}"));
        let described = &description["paths"][&template][method.to_lowercase()];
        let call = format!("{method} {path} {}", body.clone().unwrap_or_default());
        if let (Some(body), 200..300) = (&body, status) {
            let schema = content(&described["requestBody"]);
            let judged = judge(&description, schema)
                .validate(body)
                .map_err(|e| e.to_string());
            assert_eq!(judged, Ok(()), "{call}");
        }
        assert_eq!(described["requestBody"].is_null(), body.is_none(), "{call}");
        let response = say(&fake, method, path, body).await?;
        assert_eq!(
            response.status(),
            status,
            "{call}: {}",
            response.text().await?
        );
        let answer = &described["responses"][status.to_string()];
        assert!(answer.is_object(), "{call}: {status} is described");
        match content(answer) {
            Value::Null if status == 404 => {}
            Value::Null => assert_eq!(response.text().await?, "", "{call}"),
            schema => {
                let answer = json_of(response).await?;
                let judged = judge(&description, schema)
                    .validate(&answer)
                    .map_err(|e| e.to_string());
                assert_eq!(judged, Ok(()), "{call}: {answer}");
            }
        }
        called.insert((template, method.to_string()));
    }
    for (path, methods) in description["paths"].as_object().expect("there are paths") {
        for method in ["GET", "PUT", "POST", "PATCH", "DELETE"] {
            let described = methods[method.to_lowercase()].is_object();
            let known = called.contains(&(path.clone(), method.to_string()));
            assert_eq!(described, known, "{method} {path}");
            if !described {
                let path = path.trim_start_matches("/_fake/");
                let path = path.replace("{invitationId}", &invitation);
                let refused = say(&fake, method, &path, None);
                assert_eq!(refused.await?.status(), 405, "{method} {path}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_reset_puts_everything_back() -> Result {
    let fake = Fake::builder()
        .quota(50, Duration::from_secs(60))
        .start()
        .await;
    let demo = fake.demo().expect("it is there");
    let before = fake.to_json();
    let tag = CreateTagModel::new("gone soon");
    fake.client()
        .create_tag(demo.product_id, tag)
        .send()
        .await
        .expect("it is created");
    say(&fake, "POST", "clock", Some(json!({ "seconds": 86_400 }))).await?;
    say(&fake, "POST", "faults", Some(json!({ "status": 503 }))).await?;
    say(&fake, "PUT", "quota", Some(json!({ "quota": ["1/1h"] }))).await?;
    let bob = json!({ "user": "bob", "password": "builder" });
    say(&fake, "POST", "credentials", Some(bob)).await?;
    say(
        &fake,
        "POST",
        "credentials",
        Some(json!({ "user": "user", "password": "other" })),
    )
    .await?;
    let old = say(&fake, "GET", "state", None).await?;
    assert_eq!(old.status(), 401, "the new password counts");

    fake.reset();
    assert_eq!(fake.to_json(), before);
    assert!(fake.requests().is_empty());
    assert!(fake.now() - chrono::Utc::now() < TimeDelta::hours(1));
    let me = fake
        .client()
        .get_me()
        .send()
        .await
        .expect("no fault is left");
    assert_eq!(me.headers()["x-rate-limit-remaining"], "49");
    let me = Client::new().get(fake.base_url() + "/v1/me");
    assert_eq!(
        me.basic_auth("bob", Some("builder")).send().await?.status(),
        401
    );
    Ok(())
}

#[tokio::test]
async fn the_clock_moves_what_waits_for_it() -> Result {
    let fake = Fake::start().await;
    let invitation = invite(&fake).await;
    let before = fake.now();
    let after = say(
        &fake,
        "POST",
        "clock",
        Some(json!({ "seconds": 400 * 86_400 })),
    )
    .await?;
    let now = json_of(after).await?["now"]
        .as_str()
        .map(str::parse::<chrono::DateTime<chrono::Utc>>);
    let now = now.expect("it tells").expect("it is a time");
    assert!(now - before >= TimeDelta::days(400));
    let path = format!("invitations/{invitation}/accept");
    let expired = say(&fake, "POST", &path, Some(json!({ "fullName": "Late" }))).await?;
    assert_eq!(expired.status(), 404);
    say(&fake, "PUT", "clock", Some(json!({ "now": before }))).await?;
    let accepted = say(&fake, "POST", &path, Some(json!({ "fullName": "In time" }))).await?;
    let user = json_of(accepted).await?["userId"].clone();
    let product = fake.demo().expect("it is there").product_id;
    let members = fake
        .client()
        .get_product_members(product)
        .send()
        .await
        .expect("they are listed");
    assert!(
        members
            .iter()
            .any(|member| member.user_id.as_deref() == user.as_str())
    );
    Ok(())
}

#[tokio::test]
async fn faults_meet_the_requests_that_they_are_planned_for() -> Result {
    let fake = Fake::start().await;
    let ask = |path: &'static str| {
        let request = Client::new().get(fake.base_url() + path);
        request.basic_auth("user", Some("pass")).send()
    };
    let fault = json!({ "operation": "get-me", "count": 2, "status": 429, "retryAfter": 7, "body": "slowly" });
    say(&fake, "POST", "faults", Some(fault)).await?;
    let html = json!({ "status": 502, "body": "<p>", "headers": { "Content-Type": "text/html" } });
    say(&fake, "POST", "faults", Some(html)).await?;
    assert_eq!(
        ask("/v1/products").await?.headers()["content-type"],
        "text/html"
    );
    let waiting = json_of(say(&fake, "GET", "faults", None).await?).await?;
    assert_eq!(waiting, json!([{ "operation": "get-me", "count": 2 }]));
    for _ in 0..2 {
        let answer = ask("/v1/me").await?;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (429, &"7".parse().expect("a header"))
        );
        assert_eq!(answer.text().await?, "slowly");
    }
    assert_eq!(ask("/v1/me").await?.status(), 200);
    say(&fake, "POST", "faults", Some(json!({ "cut": "before" }))).await?;
    assert!(ask("/v1/me").await.is_err(), "the connection is closed");
    for wrong in [
        json!({}),
        json!({ "status": 503, "cut": "before" }),
        json!({ "status": 99 }),
        json!({ "cut": "before", "retryAfter": 1 }),
        json!({ "delaySeconds": -1 }),
        json!({ "operation": "get-mee", "status": 503 }),
        json!({ "status": 503, "headers": { "a b": "c" } }),
        json!({ "status": 503, "unknown": 1 }),
        json!([]),
    ] {
        let refused = say(&fake, "POST", "faults", Some(wrong.clone())).await?;
        assert_eq!(refused.status(), 400, "{wrong}");
        let fields = json_of(refused).await?;
        assert!(
            fields.as_object().is_some_and(|fields| fields.len() == 1),
            "{wrong}: {fields}"
        );
    }
    assert_eq!(
        json_of(say(&fake, "GET", "faults", None).await?).await?,
        json!([])
    );
    Ok(())
}

#[tokio::test]
async fn it_counts_for_nothing_and_needs_credentials() -> Result {
    let fake = Fake::builder()
        .quota(2, Duration::from_secs(60))
        .start()
        .await;
    for path in ["journal", "health", "clock", "nowhere"] {
        say(&fake, "GET", path, None).await?;
    }
    assert!(fake.requests().is_empty());
    let me = fake
        .client()
        .get_me()
        .send()
        .await
        .expect("it is within the quota");
    assert_eq!(me.headers()["x-rate-limit-remaining"], "1");
    let journal = json_of(say(&fake, "GET", "journal", None).await?).await?;
    assert_eq!(journal[0]["operation"], "get-me");
    for (path, status) in [
        ("health", 200),
        ("openapi.json", 200),
        ("state", 401),
        ("journal", 401),
    ] {
        let url = format!("{}/_fake/{path}", fake.base_url());
        assert_eq!(
            Client::new().get(&url).send().await?.status(),
            status,
            "{path}"
        );
        let named = Client::new().get(url).basic_auth("user", Some("pass"));
        let named = named.header("host", "rebound.example.com").send().await?;
        assert_eq!(named.status(), 421, "{path}: another site's name");
    }
    let form = Client::new()
        .post(fake.base_url() + "/_fake/faults")
        .basic_auth("user", Some("pass"));
    assert_eq!(
        form.body("{}").send().await?.status(),
        415,
        "a form of another site"
    );
    let unknown = say(&fake, "GET", "nowhere", None).await?;
    assert_eq!(unknown.status(), 404);
    Ok(())
}

#[tokio::test]
async fn a_state_goes_from_one_server_to_another() -> Result {
    let (first, second) = (Fake::start().await, Fake::builder().empty().start().await);
    let state = json_of(say(&first, "GET", "state", None).await?).await?;
    assert_eq!(
        say(&second, "PUT", "state", Some(state)).await?.status(),
        204
    );
    assert_eq!(second.view(), first.view());
    fn broken(state: &str) -> Value {
        json!({ "version": 2, "state": state })
    }
    let refused = say(&second, "PUT", "state", Some(broken("none"))).await?;
    assert_eq!(refused.status(), 400);
    assert_eq!(second.view(), first.view(), "refused, nothing changes");
    Ok(())
}

#[tokio::test]
async fn it_can_be_left_out() -> Result {
    let fake = Fake::builder().control(false).start().await;
    for path in ["health", "openapi.json", "state"] {
        assert_eq!(say(&fake, "GET", path, None).await?.status(), 404, "{path}");
    }
    Ok(())
}
