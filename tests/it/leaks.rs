//! What is secret stays between the client and its server: no proxy of the environment, no log, no error shows it.

mod credentials;
mod spelling;

use crate::support::{Act, Server, answer};
use configcat_management::integration::{DataDog, IntegrationParameters, Map, Segment};
use configcat_management::patch::WebhookPatch;
use configcat_management::types::{
    IntegrationType, JsonPatchOperation, ModifyIntegrationRequest, OperationType,
    WebHookRequestModel, WebhookHeaderModel,
};
use configcat_management::uuid::Uuid;
use configcat_management::{Client, ClientBuilder, Error};
use serde_json::json;
use spelling::spelt;

const SDK_KEY: &str = "configcat-sdk-1/aaaaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbb";

/// Both ways to print an error, and all that is behind it.
fn printed(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        text += &format!(" {source} {source:?}");
        cause = source;
    }
    text
}

/// Runs this test alone in a process of its own, in which the environment names a proxy.
fn with_proxy(test: &str, proxy: &str) -> std::process::Output {
    let program = std::env::current_exe().expect("tests are programs");
    let mut command = std::process::Command::new(program);
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env(name, proxy);
    }
    for name in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
        command.env_remove(name);
    }
    command.env("LEAKS_INSIDE", proxy);
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command.output().expect("the program starts")
}

async fn inside(proxy: &str) {
    let server = Server::start(crate::support::json(r#"{"email":"a@b.c","fullName":"A"}"#));
    let me = server.client().get_me().send().await;
    me.expect("the proxy is not asked");
    #[cfg(feature = "ada")]
    {
        let server = Server::start(crate::support::json(r#"{"data":[],"meta":{}}"#));
        let client = configcat_management::ada::Client::builder()
            .token("pass-word-1")
            .base_url(&server.url)
            .build()
            .expect("a complete set of settings");
        let listed = client.get_platform_integrations().send().await;
        listed.expect("the proxy is not asked by Ada's client either");
    }

    let fake = configcat_fake::Fake::start().await;
    let listed = fake.client().get_products().send().await;
    listed.expect("the proxy is not asked by the fake's client either");
    #[cfg(feature = "rustls")]
    {
        // Nobody listens there; a proxy would see `CONNECT`.
        let client = Client::builder()
            .credentials("user", "pass-word-1")
            .base_url("https://127.0.0.1:1")
            .retry(configcat_management::RetryPolicy::never())
            .build()
            .expect("a complete set of settings");
        let answer = client.get_me().send().await;
        answer.expect_err("the proxy is not asked over https either");
    }

    // One that is given is used all the same.
    let http = reqwest::Client::builder().proxy(reqwest::Proxy::all(proxy).expect("an address"));
    let client = Client::builder()
        .credentials("user", "pass-word-1")
        .base_url(&server.url)
        .http(http)
        .build()
        .expect("a complete set of settings");
    client
        .get_me()
        .send()
        .await
        .expect_err("the proxy answers 418");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_goes_to_this_machine_goes_through_no_proxy_of_the_environment() {
    if let Ok(proxy) = std::env::var("LEAKS_INSIDE") {
        return inside(&proxy).await;
    }
    let proxy = Server::start(answer(418, &[], ""));
    let url = proxy.url.clone();
    // The test's name with its module, whichever program it is in.
    let name = std::thread::current()
        .name()
        .unwrap_or_default()
        .to_string();
    let output = tokio::task::spawn_blocking(move || with_proxy(&name, &url));
    let output = output.await.expect("it does not panic");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
    // The request of the client that was given the proxy, and no other.
    let seen = proxy.requests();
    assert!(
        seen.iter()
            .all(|request| request.starts_with("GET http://127.0.0.1")),
        "{seen:?}"
    );
    assert!(
        seen.len() <= 4 && !seen.is_empty(),
        "{} requests",
        seen.len()
    );
}

#[tokio::test]
async fn an_answer_of_the_wrong_type_is_described_without_its_values() {
    let secret = "configcat-sdk-1/abc, expected `nothing` at line 9";
    let page = "<html>configcat-sdk-1/abc</html>".to_string();
    for (body, told) in [
        (
            json!(secret).to_string(),
            "a text is found where an object should be, at line 1 column",
        ),
        (
            json!([{"settingId": secret}]).to_string(),
            "a list is found where an object should be",
        ),
        (
            json!({"configId": secret}).to_string(),
            "`configId`: the value has another form than it should",
        ),
        (
            json!({"name": {"a": secret}}).to_string(),
            "`name`: an object is found where a text should be",
        ),
        (
            json!({"product": {"organization": {"organizationId": 5}, "name": secret}}).to_string(),
            "`product.organization.organizationId`: a whole number is found where ",
        ),
        (
            format!("{{\"name\": \"{secret}\" oops"),
            "it is not JSON (expected `,` or `}`), at line 1 column",
        ),
        (page, "it is a web page"),
    ] {
        let server = Server::start(crate::support::json(&body));
        let error = server
            .client()
            .get_config(Uuid::nil())
            .send()
            .await
            .unwrap_err();
        let text = printed(&error);
        assert!(text.contains(told), "{body}\n{text}");
        assert!(!text.contains("abc"), "{body}\n{text}");
    }
}

#[tokio::test]
async fn a_server_that_echoes_the_request_shows_no_secret() {
    let basic = "Basic dXNlcjpwYXNzLXdvcmQtMQ==";
    let echoes = [
        format!("authorization: {basic}\nx-configcat-sdkkey: {SDK_KEY}"),
        json!({"message": format!("{basic} and pass-word-1")}).to_string(),
        json!({"headers": {"authorization": basic, "X-CONFIGCAT-SDKKEY": SDK_KEY}}).to_string(),
        json!({SDK_KEY: [basic, "pass-word-1"]}).to_string(),
        format!("<html><title>{basic} {SDK_KEY}</title></html>"),
        format!("<p>user:pass-word-1@host {SDK_KEY}</p>"),
    ];
    for echo in echoes {
        let location =
            format!("https://user:pass-word-1@elsewhere.example/{SDK_KEY}?key=pass-word-1");
        for status in [302, 400, 401, 502] {
            let server = Server::start(answer(status, &[("location", &location)], &echo));
            let call = server
                .client()
                .get_setting_value_by_sdkkey_v2("flag", SDK_KEY);
            let error = call.send().await.unwrap_err();
            let Error::Api(failure) = &error else {
                panic!("{error:?}")
            };
            let text = printed(&error) + &format!("{:?}", failure.field_errors);
            for secret in ["dXNlcjpwYXNz", "pass-word-1", "aaaaaaaaaaaa", "bbbbbbbbb"] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_body_holds_in_secret_is_not_repeated_in_any_spelling() {
    for secret in [
        "s+s/am\"e&-x_9?>~",
        "Basic s+s/am e&-x_9==",
        "pässwörd\u{1f600}123",
    ] {
        hides_each_spelling(secret).await;
    }
}

async fn hides_each_spelling(secret: &str) {
    for form in spelt(secret) {
        let echo = format!("refused: {form}.");
        for body in [
            echo.clone(),
            json!(echo).to_string(),
            json!({ "message": echo }).to_string(),
            json!({ "Parameters": [echo] }).to_string(),
            json!({ "parameters": { "apikey": form } }).to_string(),
            json!({ form.clone(): [1] }).to_string(),
            format!("<p>{form}</p>"),
        ] {
            let server = Server::start(answer(400, &[], &body));
            let client = server.client();
            let parameters =
                std::collections::BTreeMap::from([("apikey".to_string(), secret.into())]);
            let integration = ModifyIntegrationRequest::new(vec![], vec![], "n", parameters);
            let header = WebhookHeaderModel::new("X-Auth", secret);
            let webhook = WebHookRequestModel::new("https://a.example")
                .with_web_hook_headers(vec![header.clone()]);
            let patch = WebhookPatch::new().add_header(header);
            let own = Client::builder()
                .credentials("someone", secret)
                .http(crate::support::bare())
                .base_url(&server.url)
                .build();
            let errors = [
                client
                    .update_integration(Uuid::nil(), integration)
                    .send()
                    .await
                    .unwrap_err(),
                client.replace_webhook(7, webhook).send().await.unwrap_err(),
                client.update_webhook(7, patch).send().await.unwrap_err(),
                own.unwrap().get_me().send().await.unwrap_err(),
            ];
            for error in errors {
                let text = printed(&error);
                let shown = spelt(secret);
                let readable = |form: &&String| text.contains(form.as_str());
                assert_eq!(shown.iter().find(readable), None, "{body}: {text}");
                assert!(text.contains("***"), "{body}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn half_a_secret_is_not_shown_where_a_body_breaks_off() {
    const HIDDEN: &str = "***, because the text repeats a secret of the request";
    let beyond = |text: &str| " ".repeat(64 * 1024 - 17) + text;
    for (body, shown) in [
        ("You sent pass-wor", "You sent ***"),
        ("You sent %70ass, pass%2Dw", "You sent %70ass, ***"),
        ("You sent configcat-sdk-1/aaaaaaaaaaa", "You sent ***"),
        ("You sent pass%2dwor", HIDDEN),
        (r"You sent pass\u002dwor", HIDDEN),
        ("You sent dXNlcjpwYX", "You sent ***"),
        ("{\"message\":\"no pass\",", "{\"message\":\"no pass\","),
        (&beyond("You sent pass-word-1."), "You sent ***"),
    ] {
        let cut = format!("HTTP/1.1 502 Bad\r\ncontent-length: 99999\r\n\r\n{body}");
        let server = Server::start(Act::ThenClose(cut.into()));
        let call = server
            .client()
            .get_setting_value_by_sdkkey_v2("flag", SDK_KEY);
        let Err(Error::Api(failure)) = call.send().await else {
            panic!("{body}")
        };
        assert_eq!(failure.message, shown);
    }
}

#[tokio::test]
async fn what_is_no_secret_is_readable() {
    let parameters = [
        ("server", "StandardServer"),
        ("serviceAccountSecret", "0123456789abcdef"),
    ];
    let parameters: std::collections::BTreeMap<_, _> = parameters
        .map(|(name, value)| (name.to_string(), value.into()))
        .into();
    let integration = || ModifyIntegrationRequest::new(vec![], vec![], "n", parameters.clone());
    for (said, shown) in [
        ("server must be StandardServer or EUResidencyServer", None),
        ("the standard server needs a secret", None),
        ("50% of &lt;all&gt; C:\\new", None),
        (
            "authorization: Basic dXNlcjpwYXNzLXdvcmQtMQ== user-agent: configcat-management/0.1.0 accept: */*",
            Some("authorization: Basic *** user-agent: configcat-management/0.1.0 accept: */*"),
        ),
        ("0123456789abcdef is wrong", Some("*** is wrong")),
    ] {
        let server = Server::start(answer(400, &[("content-encoding", "utf-8")], said));
        let call = server
            .client()
            .update_integration(Uuid::nil(), integration());
        let Err(Error::Api(failure)) = call.send().await else {
            panic!("{said}")
        };
        assert_eq!(failure.message, shown.unwrap_or(said));
    }
}

#[tokio::test]
async fn words_of_a_server_cannot_steer_a_terminal() {
    let body = json!({"Na\u{1b}[2Jme": ["x\u{202e}y", "\u{7}z\u{2066}"], "b\u{200f}": "\u{9b}31m"});
    let server = Server::start(answer(400, &[], &body.to_string()));
    let error = server
        .client()
        .get_config(Uuid::nil())
        .send()
        .await
        .unwrap_err();
    let Error::Api(failure) = &error else {
        panic!("{error:?}")
    };
    let fields = failure.field_errors.iter();
    let told = fields.flat_map(|(field, messages)| messages.iter().chain([field]));
    for text in told.chain([&failure.message, &error.to_string()]) {
        let hidden = |c: char| c.is_control() || matches!(c, '\u{200f}' | '\u{202e}' | '\u{2066}');
        assert!(!text.contains(hidden), "{text:?}");
    }
    assert_eq!(failure.field_errors["Na [2Jme"], ["x y", "z"]);
}

#[test]
fn a_builder_and_a_refused_address_show_no_credentials() {
    let shown = |builder: &ClientBuilder| format!("{builder:?}");
    let user = Client::builder().credentials("user-name-1", "pass-word-1");
    assert!(!shown(&user).contains("user-name-1") && !shown(&user).contains("pass-word-1"));
    for address in [
        "https://u:PASS@host",
        "https://u:PASS%40host",
        "https://u:PASS%40host/path",
        "https://u%3APASS%40host",
        "https:/u:PASS@host",
        "https:\\\\u:PASS@host",
        "HTTPS://u:PASS@host",
        "u:PASS@host",
        "u:PASS%40host",
        "//u:PASS@host",
        "https://host?PASS",
        "https://host/#PASS",
        "ftp://u:PASS@host",
        "https://u:PASS host",
        " https://u:PASS@host",
        "ht\ttps://u:PASS@host",
        "\u{200b}https://u:PASS@host",
        "https//u:PASS@host",
        "https;//u:PASS@host",
        "my+app://u:PASS@host/x",
        "\\\\u:PASS@host/x",
        "PASS:/u@host",
    ] {
        let builder = Client::builder().credentials("u", "p").base_url(address);
        assert!(!shown(&builder).contains("PASS"), "{builder:?}");
        let error = builder.build().expect_err(address);
        assert!(!printed(&error).contains("PASS"), "{error}");
    }
    // What stands in a path may be meant as a password, too.
    for address in [
        "https://user:12/PASS@host",
        "https://host/go/https://u:PASS@x/",
    ] {
        let builder = Client::builder().base_url(address);
        assert!(!shown(&builder).contains("PASS"), "{builder:?}");
    }
}

#[test]
fn values_that_a_release_does_not_know_are_not_printed() {
    let datadog = DataDog::new("KEY").with_site("SECRET");
    let segment = Segment::new("KEY")
        .with_server("SECRET")
        .with_other("x", "SECRET");
    for set in [IntegrationParameters::from(datadog), segment.into()] {
        let text = format!("{set:?}");
        assert!(
            text.contains("Some(***)") && !text.contains("SECRET") && !text.contains("KEY"),
            "{text}"
        );
    }
    let map = Map::from([
        ("site".to_string(), "Eu".into()),
        ("apikey".to_string(), "KEY".into()),
    ]);
    let known = IntegrationParameters::read(IntegrationType::DataDog, map);
    assert!(format!("{known:?}").contains("Some(Eu)"), "{known:?}");
}

#[test]
fn a_raw_patch_shows_no_value_of_a_header_however_it_is_written() {
    let raw =
        |path: &str, value| JsonPatchOperation::new(OperationType::Add, path).with_value(value);
    let patch = WebhookPatch::new()
        .raw(raw(
            "/webHookHeaders/-",
            json!({"key": "a", "Value": "SECRET"}),
        ))
        .raw(raw("/webHookHeaders/0/VALUE", json!("SECRET")))
        .raw(raw("/webHookHeaders/0/value/0", json!("SECRET")))
        .raw(raw(
            "/webHookHeaders",
            json!([{"key": "a", "value": ["SECRET"]}]),
        ))
        .raw(raw(
            "",
            json!({"webHookHeaders": [{"VALUE": {"x": "SECRET"}}]}),
        ));
    let text = format!("{patch} {patch:?} {:?}", patch.operations());
    assert!(!text.contains("SECRET"), "{text}");
}
