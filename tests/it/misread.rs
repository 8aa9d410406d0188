//! What a server says is read as what it says: by servers that are older than the description, and in all the ways in which
//! answers are written.

use std::time::Duration;

use crate::support::samples::{answers, full, schemas};
use crate::support::{Act, Server, answer, assert_contains, assert_ends_with};
use configcat_management::patch::{SettingPatch, SettingValuePatch};
use configcat_management::types::*;
use configcat_management::uuid::Uuid;
use configcat_management::{Error, RetryPolicy, SettingValue, Stage};
use serde_json::{Value, json};
#[cfg(target_os = "linux")]
use tokio::net::TcpStream;

mod older;

/// Every type that answers are made of, and whether a body can be read as one.
macro_rules! decoders {
    ($($name:ident,)*) => {
        &[$((stringify!($name), |value| {
            let read = serde_json::from_value::<$name>(value.clone());
            read.map(drop).map_err(|error| error.to_string())
        }),)*]
    };
}

type Decoder = fn(&Value) -> Result<(), String>;

const ANSWERS: &[(&str, Decoder)] = answers!(decoders);

#[tokio::test]
async fn somebody_elses_answer_is_not_read_as_an_empty_one() {
    for (body, told) in [
        (json!({"error": "sign in"}), "none of the fields is there"),
        (json!([]), "a list is found where an object should be"),
        (
            json!(["jane@example.com", "Jane"]),
            "a list is found where an object should be",
        ),
        (Value::Null, "it is null"),
    ] {
        let server = Server::start(crate::support::json(&body.to_string()));
        let error = server
            .client()
            .get_me()
            .send()
            .await
            .expect_err("it is no user");
        assert!(
            matches!(&error, Error::Decode(wrong) if wrong.problem == told),
            "{body}: {error}"
        );
    }
    let server = Server::start(crate::support::json(r#"{"email":"jane@example.com"}"#));
    let me = server
        .client()
        .get_me()
        .send()
        .await
        .expect("an older server");
    assert_eq!(
        (me.email.as_str(), me.full_name.as_str()),
        ("jane@example.com", "")
    );
}

#[tokio::test]
async fn only_204_means_that_a_patch_changed_nothing() {
    let patch = || [JsonPatchOperation::new(OperationType::Replace, "/value").with_value(true)];
    for status in [200, 201, 202, 203, 206] {
        for (body, told) in [
            ("", "it is empty"),
            ("null", "it is null"),
            (" ", "it is empty"),
        ] {
            let server = Server::start(answer(status, &[], body));
            let call = server
                .client()
                .update_setting_value(Uuid::nil(), 1, patch());
            let error = call.send().await.expect_err("it says nothing");
            assert!(
                matches!(&error, Error::Decode(wrong) if wrong.problem == told),
                "{error}"
            );
            assert!(error.perhaps_processed());
        }
    }
    let server = Server::start(Act::ThenClose(b"HTTP/1.1 204 No\r\n\r\n".to_vec()));
    let answer = server
        .client()
        .update_setting_value(Uuid::nil(), 1, patch())
        .send()
        .await;
    assert_eq!(answer.expect("nothing changed").into_inner(), None);
}

#[tokio::test]
async fn a_mark_in_front_of_a_body_is_skipped() {
    let server = Server::start(crate::support::json(
        "\u{feff}{\"email\":\"a@b.c\",\"fullName\":\"A\"}",
    ));
    assert_eq!(
        server
            .client()
            .get_me()
            .send()
            .await
            .expect("good JSON")
            .full_name,
        "A"
    );
    let server = Server::start(answer(400, &[], "\u{feff}{\"Name\":[\"taken\"]}"));
    let error = server.client().get_me().send().await.unwrap_err();
    assert_ends_with(&error, "400 Bad Request: Name: taken");
}

#[tokio::test]
async fn a_null_reads_like_a_missing_field() {
    let id = "08d86d63-2726-47cd-8bfc-59608ecb91e2";
    let list = |id: Value| {
        let order = Value::Null;
        json!([{"configId": id, "name": "A", "order": order, "product": {"productId": id, "name": null, "organization": {"organizationId": id}}, "evaluationVersion": null}])
    };
    let call = async |body: Value| {
        let server = Server::start(crate::support::json(&body.to_string()));
        let answer = server.client().get_configs(Uuid::nil()).send().await;
        answer.map(|configs| configs.into_inner())
    };
    let configs = call(list(json!(id))).await.expect("nothing is missed");
    assert_eq!((configs[0].name.as_str(), configs[0].order), ("A", 0));
    assert_eq!(configs[0].product.name, "");
    // What must not be missing must not be `null`, and the error tells where it is.
    let error = call(list(Value::Null)).await.unwrap_err().to_string();
    assert!(error.contains("`[0].configId`"), "{error}");
}

#[tokio::test]
async fn a_whole_number_may_be_written_as_a_float() {
    let schemas = schemas();
    let setting = full(&schemas, "SettingModel").to_string();
    let call = async |number: &str| {
        let mut body: Value = serde_json::from_str(&setting).expect("JSON");
        body["settingId"] = serde_json::from_str(number).expect("JSON");
        body["order"] = body["settingId"].clone();
        let server = Server::start(crate::support::json(&body.to_string()));
        let answer = server.client().get_setting(SettingId(1)).send().await;
        answer.map(|setting| (setting.setting_id, setting.order))
    };
    for number in ["5", "5.0", "5e0", "0.5e1"] {
        let read = call(number).await.expect(number);
        assert_eq!(read, (SettingId(5), 5), "{number}");
    }
    for number in ["5.5", "1e300"] {
        let error = call(number).await.expect_err(number).to_string();
        assert!(error.contains("a whole number should be"), "{error}");
    }
}

#[tokio::test]
async fn a_double_stays_one_beside_what_is_read_again() {
    let mut body = full(&schemas(), "SettingValueModel");
    (body["value"], body["readOnly"]) = (json!(5.0), Value::Null);
    let read = async |body: &Value| {
        let server = Server::start(crate::support::json(&body.to_string()));
        let call = server.client().get_setting_value(Uuid::nil(), 1);
        call.send().await.map(|answer| answer.into_inner())
    };
    let value = read(&body).await.expect("nothing is missed").value;
    assert_eq!(value, SettingValue::Double(5.0));
    // Both at once.
    body["setting"]["order"] = json!(7.0);
    assert_eq!(read(&body).await.expect("a 7").setting.order, 7);
}

#[test]
fn a_time_without_a_zone_is_one_of_utc() {
    let schemas = schemas();
    for (name, decode) in ANSWERS {
        let body = full(&schemas, name).to_string();
        for time in [
            "2026-11-22T10:00:00",
            "2026-11-22T10:00:00.1234567",
            "2026-11-22T12:00:00+02:00",
        ] {
            let body = body.replace("2026-11-22T10:00:00Z", time);
            let body = serde_json::from_str(&body).expect("JSON");
            decode(&body).unwrap_or_else(|error| panic!("{name} with {time}: {error}"));
        }
        let wrong = body.replace("2026-11-22T10:00:00Z", "yesterday");
        if wrong != body {
            decode(&serde_json::from_str(&wrong).expect("JSON")).expect_err("no time");
        }
    }
    let read = |time: &str| -> InvitationModel {
        let mut body = full(&schemas, "InvitationModel");
        body["createdAt"] = json!(time);
        serde_json::from_value(body).expect("an answer")
    };
    assert_eq!(
        read("2026-11-22T10:00:00").created_at,
        read("2026-11-22T10:00:00Z").created_at
    );
}

#[tokio::test]
async fn a_fault_of_the_whole_body_is_told_without_a_field() {
    for name in ["", "$"] {
        let server = Server::start(answer(
            400,
            &[],
            &json!({name: ["whole"], "n": 1}).to_string(),
        ));
        let error = server.client().get_me().send().await.unwrap_err();
        assert_ends_with(&error, "failed with 400 Bad Request: whole");
        let Error::Api(failure) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(failure.field_errors.len(), 1);
        assert_eq!(failure.field_errors[name], ["whole"]);
    }
}

/// It takes connections and says nothing, so that TLS does not come about.
#[cfg(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))]
#[tokio::test]
async fn a_call_without_tls_was_not_sent() {
    let (listener, address) = crate::support::listen().await;
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    never_sent(format!("https://{address}")).await;
}

/// Nobody takes connections, and as many wait as may: the system answers no other.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_call_to_a_full_backlog_was_not_sent() {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    let any = "127.0.0.1:0".parse().expect("an address");
    socket.bind(any).expect("a port");
    let listener = socket.listen(0).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let patience = Duration::from_millis(300);
    let mut waiting = Vec::new();
    while let Ok(connected) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
        waiting.push(connected.expect("a connection"));
    }
    never_sent(format!("http://{address}")).await;
    drop(listener);
}

async fn never_sent(url: String) {
    let client = crate::support::builder(&url)
        .timeout(Duration::from_millis(300))
        .retry(RetryPolicy::default().with_attempts(2))
        .build()
        .expect("a complete set of settings");
    let (me, gone, tag) = tokio::join!(
        async { client.get_me().send().await.map(drop) },
        async { client.delete_tag(7).send().await.map(drop) },
        async {
            client
                .create_tag(Uuid::nil(), CreateTagModel::new("x"))
                .send()
                .await
                .map(drop)
        },
    );
    for outcome in [me, gone, tag] {
        let error = outcome.expect_err("nobody answers");
        let Error::Connection(failure) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(
            (failure.stage, failure.attempts.made),
            (Stage::Connecting, 2),
            "{error}"
        );
        assert!(!error.perhaps_processed(), "{error}");
        assert_contains(&error, ": no connection within 300ms");
    }
}

#[tokio::test]
async fn null_is_a_value_of_a_patch_and_nothing_is_none() {
    let text = r#"[{"op":"replace","path":"/hint","value":null}]"#;
    let read: Vec<JsonPatchOperation> = serde_json::from_str(text).expect("a patch");
    assert_eq!(read[0].value, Some(Value::Null));
    let server = Server::start(crate::support::json("{}"));
    let _ = server.client().update_setting(7, read).send().await;
    let sent = server.requests().concat();
    let sent: Value =
        serde_json::from_str(sent.rsplit("\r\n\r\n").next().expect("a body")).expect("JSON");
    assert_eq!(sent[0].get("value"), Some(&Value::Null), "{sent}");

    let none: Vec<JsonPatchOperation> =
        serde_json::from_str(r#"[{"op":"replace","path":"/hint"}]"#).expect("a patch");
    let error = server
        .client()
        .update_setting(7, none.clone())
        .send()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("`body[0].value` is missing; `replace` needs one"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
    json_patch::Patch::try_from(SettingPatch::from(none)).expect_err("RFC 6902 needs a value");
    for twice in [
        r#"{"op":"add","op":"remove","path":"/hint","value":1}"#,
        r#"{"op":"add","path":"/hint","value":1,"value":2}"#,
        r#"{"op":"add","path":"/hint","path":"/x","value":1}"#,
    ] {
        serde_json::from_str::<JsonPatchOperation>(twice).expect_err(twice);
    }
}

#[test]
fn numbers_are_equal_by_value() {
    let seen = |value: Value| -> SettingValueModel {
        let schemas = schemas();
        let mut body = full(&schemas, "SettingValueModel");
        body["value"] = value;
        serde_json::from_value(body).expect("an answer")
    };
    let (whole, same, other) = (seen(json!(5)), seen(json!(5.0)), seen(json!(5.5)));
    assert!(
        SettingValuePatch::diff(&whole, &same)
            .expect("a difference")
            .is_empty()
    );
    assert!(
        SettingValuePatch::diff(&same, &whole)
            .expect("a difference")
            .is_empty()
    );
    assert!(
        !SettingValuePatch::diff(&whole, &other)
            .expect("a difference")
            .is_empty()
    );

    let guarded = SettingValuePatch::new().set_value(7).guarded_by(&whole);
    guarded.preview(&same).expect("5 is 5.0");
    guarded.preview(&other).expect_err("5 is not 5.5");
    let large = seen(json!(9_007_199_254_740_993_i64));
    let next = seen(json!(9_007_199_254_740_992_i64));
    assert!(
        !SettingValuePatch::diff(&large, &next)
            .expect("a difference")
            .is_empty()
    );
}

/// Documents, patches and outcomes of the public test suite of RFC 6902 (json-patch-tests), without its words: the 97 cases of
/// today, and the 4 that the suite itself leaves out. A patch stands as text, because some have a member twice.
const SUITE: &str = include_str!("rfc6902.json");

#[test]
fn the_suite_of_rfc_6902_holds() {
    #[derive(serde::Deserialize)]
    struct Case {
        doc: Value,
        patch: String,
        #[serde(default)]
        refused: bool,
        #[serde(default)]
        any: bool,
        #[serde(default)]
        expected: Value,
    }

    let cases: Vec<Case> = serde_json::from_str(SUITE).expect("JSON");
    let mut wrong = Vec::new();
    for case in &cases {
        let carried_out = || -> Result<Value, String> {
            let read: Vec<JsonPatchOperation> =
                serde_json::from_str(&case.patch).map_err(|error| error.to_string())?;
            let patch = json_patch::Patch::try_from(SettingPatch::from(read))
                .map_err(|error| error.to_string())?;
            let mut document = case.doc.clone();
            json_patch::patch(&mut document, &patch).map_err(|error| error.to_string())?;
            Ok(document)
        };
        match (carried_out(), case.refused) {
            (Err(_), true) => {}
            (Ok(made), false) if case.any || made == case.expected => {}
            (outcome, _) => wrong.push((&case.patch, outcome)),
        }
    }
    assert_eq!(cases.len(), 97 + 4);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
