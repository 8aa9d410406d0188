//! Calls by name put on the wire what the typed ones do, and keep the answer as it came.

use configcat_management::Error;
use configcat_management::catalog::{Place, Tool};
use serde_json::{Map, Value, json};

use super::rows::{Row, rows};
use super::samples::{Nullable, Style, sample};
use super::{Description, client, described, differences, none, rows_by_id, server};

/// What a row puts on the wire, as arguments of a call by name.
fn arguments(tool: &Tool, row: &Row) -> Value {
    let (path, query) = row.target.split_once('?').unwrap_or((&row.target, ""));
    let template = tool.operation().path.split('/');
    let values = template.zip(path.split('/')).filter_map(|(part, text)| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some((name.to_string(), decoded(text)))
    });
    let pairs = query.split('&').filter_map(|pair| {
        let (name, text) = pair.split_once('=')?;
        Some((name.to_string(), decoded(text)))
    });
    let mut arguments = Map::new();
    for (name, text) in values.chain(pairs) {
        let parameter = tool.parameters().iter().find(|p| p.name == name);
        let schema = &parameter
            .unwrap_or_else(|| panic!("{tool:?}: {name}"))
            .schema;
        if schema["type"] == "array" {
            let list = arguments.entry(name).or_insert_with(|| json!([]));
            let list = list.as_array_mut().expect("a list");
            list.push(typed(&schema["items"], text));
        } else {
            arguments.insert(name, typed(schema, text));
        }
    }
    if let Some(key) = row.sdk_key {
        arguments.insert("X-CONFIGCAT-SDKKEY".into(), key.into());
    }
    if let Some(body) = &row.body {
        arguments.insert("body".into(), body.clone());
    }
    arguments.into()
}

fn decoded(text: &str) -> String {
    let text = percent_encoding::percent_decode_str(text);
    text.decode_utf8().expect("UTF-8").into_owned()
}

fn typed(schema: &Value, text: String) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "boolean") => serde_json::from_str(&text).expect("a scalar"),
        _ => text.into(),
    }
}

#[tokio::test]
async fn a_call_by_name_sends_what_the_typed_call_sends() {
    let description = Description::read();
    let server = server();
    let client = client(&server);
    let mut problems = Vec::new();
    for row in rows() {
        let tool = client
            .catalog()
            .find(row.id)
            .expect("a tool for each operation");
        for name in [tool.name(), row.id]
            .into_iter()
            .chain(tool.aliases().iter().map(|a| &a[..]))
        {
            let arguments = arguments(tool, &row);
            let outcome = client.call(name, arguments.clone()).await;
            let requests = server.take();
            let [request] = &requests[..] else {
                let sent = requests.len();
                problems.push(format!(
                    "{name}: {sent} requests: {outcome:?} for {arguments}"
                ));
                continue;
            };
            let found = differences(&row, request, &server);
            let found = found.into_iter().chain(description.problems(request));
            problems.extend(found.map(|problem| format!("{name}: {problem}")));
        }
    }
    none(problems);
}

#[tokio::test]
async fn a_call_by_name_keeps_the_answer_as_it_came() {
    let description = Description::read();
    let server = server();
    let client = client(&server);
    let mut problems = Vec::new();
    for (id, row) in rows_by_id() {
        let tool = client
            .catalog()
            .find(id)
            .expect("a tool for each operation");
        for (status, schema) in described(&description, &row).successes() {
            let bodies = match schema {
                None => vec![String::new(), "done".to_string()],
                Some(schema) => [(0, Nullable::Null, false), (2, Nullable::Filled, true)]
                    .map(|(variant, nullable, of_tomorrow)| {
                        let style = Style {
                            variant,
                            nullable,
                            of_tomorrow,
                        };
                        sample(&description, schema, style).to_string()
                    })
                    .to_vec(),
            };
            for body in bodies
                .into_iter()
                .filter(|body| status != 204 || body.is_empty())
            {
                server.answers(status, &[("content-type", "application/json")], &body);
                let expected = match schema {
                    None => "null",
                    Some(_) => &body,
                };
                match client.call(tool.name(), arguments(tool, &row)).await {
                    Ok(answer) if answer.status() == status && answer.to_string() == expected => {}
                    other => problems.push(format!("{id}, {status}: {other:?}\n      from {body}")),
                }
            }
        }
    }
    none(problems);
}

#[tokio::test]
async fn a_list_for_an_object_is_refused_and_an_object_for_a_list() {
    let server = server();
    let client = client(&server);
    let headers = [("content-type", "application/json")];
    for (tool, body, told) in [
        ("get-me", "[]", "a list is found where an object should be"),
        (
            "get-configs",
            "{}",
            "an object is found where a list should be",
        ),
        (
            "get-auditlogs",
            r#"{"data":[],"paging":{}}"#,
            "`get-auditlogs-v2` replaces `get-auditlogs`",
        ),
    ] {
        server.answers(200, &headers, body);
        let product = "0b0d0000-0000-4000-8000-00000000b002";
        let arguments = match tool {
            "get-me" => Value::Null,
            _ => json!({"productId": product}),
        };
        let error = client.call(tool, arguments).await.expect_err(tool);
        assert!(matches!(error, Error::Decode(_)), "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn numbers_of_an_answer_stay_what_they_are() {
    let server = server();
    let client = client(&server);
    let body = r#"{"z":5,"a":5.0,"big":18446744073709551615,"long":0.1,"odd":2.2250738585072014e-308,"ü":[null]}"#;
    server.answers(200, &[("content-type", "application/json")], body);
    let answer = client.call("me.getMe", Value::Null).await.unwrap();
    assert_eq!(answer.to_string(), body);
}

#[tokio::test]
async fn a_whole_number_is_sent_without_a_fraction() {
    let server = server();
    server.answers(204, &[], "");
    let arguments = json!({"tagId": 7.0});
    client(&server).call("delete-tag", arguments).await.unwrap();
    assert_eq!(server.take()[0].target(), "/v1/tags/7");
}

#[test]
fn parameters_are_where_the_description_has_them() {
    let tools = configcat_management::catalog::Catalog::configcat().tools();
    for tool in tools {
        let path = tool.operation().path;
        let in_path = tool.parameters().iter().filter(|p| p.place == Place::Path);
        let mut count = 0;
        for parameter in in_path {
            assert!(
                path.contains(&format!("{{{}}}", parameter.name)),
                "{tool:?}"
            );
            assert!(parameter.required, "{tool:?}");
            count += 1;
        }
        assert_eq!(path.matches('{').count(), count, "{path}");
    }
}
