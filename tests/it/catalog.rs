//! Operations can be picked by name: all are there, wrong arguments are told with their place, and names are suggested.

use configcat_management::catalog::Catalog;
use configcat_management::{Client, Error, OPERATIONS};
use serde_json::{Value, json};

const CONFIG: &str = "0c0f0000-0000-4000-8000-00000000c003";

/// Nobody listens there: what gets as far as sending fails.
fn client() -> Client {
    Client::builder()
        .credentials("user", "password")
        .base_url("http://127.0.0.1:1")
        .retry(configcat_management::RetryPolicy::never())
        .build()
        .expect("a complete set of settings")
}

/// Where a call went wrong before anything was sent, and what is wrong there.
async fn refused(name: &str, arguments: Value) -> (String, String) {
    match client().call(name, arguments).await {
        Err(Error::Invalid(error)) => (error.field, error.problem),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_operation_is_a_tool_with_a_schema() {
    let catalog = Catalog::configcat();
    let ids: Vec<_> = catalog
        .tools()
        .iter()
        .map(|tool| tool.operation().id)
        .collect();
    let operations: Vec<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    assert_eq!(ids, operations);
    for tool in catalog.tools() {
        let schema = tool.arguments();
        if let Err(error) = jsonschema::meta::validate(schema) {
            panic!("{}: {error}", tool.name());
        }
        let built = jsonschema::draft202012::new(schema);
        assert!(built.is_ok(), "{}: {:?}", tool.name(), built.err());
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["additionalProperties"], false, "{}", tool.name());
        for parameter in tool.parameters() {
            let described = &schema["properties"][&parameter.name]["description"];
            assert!(described.is_string(), "{}: {}", tool.name(), parameter.name);
        }
        assert!(tool.body().is_none() || schema["properties"]["body"].is_object());
        for name in [tool.name(), tool.operation().id] {
            assert!(std::ptr::eq(catalog.find(name).unwrap(), tool));
        }
    }
}

#[test]
fn a_tool_says_what_an_agent_must_know() {
    let tool = json!(Catalog::configcat().find("configs.createConfig").unwrap());
    assert_eq!(tool["name"], "configs.createConfig");
    assert_eq!(tool["id"], "create-config");
    assert_eq!(tool["method"], "POST");
    assert_eq!(tool["path"], "/v1/products/{productId}/configs");
    assert_eq!(
        (&tool["readOnly"], &tool["idempotent"]),
        (&json!(false), &json!(false))
    );
    let schema = &tool["inputSchema"];
    assert_eq!(schema["required"], json!(["productId", "body"]));
    assert_eq!(schema["properties"]["productId"]["format"], "uuid");
    assert_eq!(
        schema["$defs"]["CreateConfigRequest"]["properties"]["name"]["maxLength"],
        255
    );
    let flags = |id: &str| {
        let operation = Catalog::configcat().find(id).unwrap().operation();
        (
            operation.is_read_only(),
            operation.is_idempotent(),
            operation.deprecated,
        )
    };
    assert_eq!(flags("get-config"), (true, true, false));
    assert_eq!(flags("delete-config"), (false, true, false));
    assert_eq!(flags("update-setting"), (false, false, false));
    assert_eq!(flags("get-auditlogs"), (true, true, true));
}

/// The tools of an older catalogue, which are called by these names.
#[test]
fn older_names_still_find_their_operation() {
    let catalog = Catalog::configcat();
    for (name, id) in [
        (
            "codeReferences.postV1CodeReferences",
            "upload-code-references",
        ),
        (
            "codeReferences.postV1CodeReferencesDeleteReports",
            "delete-code-reference-reports",
        ),
        ("integrationLinks.postV1JiraConnect", "jira-connect"),
    ] {
        assert_eq!(catalog.find(name).unwrap().operation().id, id);
    }
    let listed = include_str!("catalog/tools.txt").lines();
    let missing: Vec<_> = listed
        .clone()
        .filter(|name| catalog.find(name).is_err())
        .collect();
    assert_eq!(listed.count(), 62);
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn a_wrong_argument_names_its_place() {
    macro_rules! table {
        ($($name:literal $arguments:tt $field:literal $problem:literal;)*) => {
            [$(($name, json!($arguments), $field, $problem)),*]
        };
    }
    let product = "0b0d0000-0000-4000-8000-00000000b002";
    let table = table! {
        "configs.getConfig" {} "configId" "is missing";
        "configs.getConfig" null "configId" "is missing";
        "configs.getConfig" [] "arguments" "is not an object";
        "configs.getConfig" {"configId": 5} "configId" "is not a string";
        "configs.getConfig" {"configId": "x"} "configId" "is not a uuid";
        "configs.getConfig" {"configId": CONFIG, "configid": CONFIG}
            "configid" "is not known; did you mean `configId`?";
        "me.getMe" {"x": 1} "x" "is not known; there are no arguments";
        "configs.createConfig" {"productId": product} "body" "is missing";
        "configs.createConfig" {"productId": product, "body": {"name": "x".repeat(256)}}
            "body.name" "has 256 characters, at most 255 are allowed";
        "configs.createConfig" {"productId": product, "body": {"name": ""}}
            "body.name" "has 0 characters, at least 1 are needed";
        "configs.createConfig" {"productId": product, "body": {"nmae": "Main"}}
            "body.nmae" "is not known; did you mean `name`?; `body.name` is missing";
        "configs.createConfig" {"productId": product, "body": {"name": "Main", "evaluationVersion": "v3"}}
            "body.evaluationVersion" "is none of `v1`, `v2`";
        "create-webhook" {"configId": CONFIG, "environmentId": CONFIG, "body": {"url": "https://a.example", "httpMethod": "put"}}
            "body.httpMethod" "is none of `get`, `post`";
        "tags.getTag" {"tagId": 7.5} "tagId" "is not an integer";
        "tags.getTag" {"tagId": "7"} "tagId" "is not an integer";
        "get-auditlogs-v2" {"productId": product, "pageSize": 101} "pageSize" "is above 100";
        "create-setting" {"configId": CONFIG, "body": {"key": "k", "name": "n", "settingType": "int", "initialValues": [{"environmentId": CONFIG, "value": {}}]}}
            "body.initialValues[0].value" "is not a boolean or a string or a number";
        "create-setting" {"configId": CONFIG, "body": {"key": "k", "name": "n", "settingType": "int", "initialValues": [{"environmentId": CONFIG, "value": null}]}}
            "body.initialValues[0].value" "is not a boolean or a string or a number";
        "create-setting" {"configId": CONFIG, "body": {"key": "k", "name": "n", "settingType": "int", "initialValues": [{"environmentId": CONFIG, "value": 1, "valeu": 1}]}}
            "body.initialValues[0].valeu" "is not known; did you mean `value`?";
    };
    for (name, arguments, field, problem) in table {
        let found = refused(name, arguments.clone()).await;
        assert_eq!(
            found,
            (field.to_string(), problem.to_string()),
            "{name} {arguments}"
        );
    }
}

#[tokio::test]
async fn a_refusal_does_not_show_a_secret() {
    let (field, problem) = refused(
        "get-setting-value-by-sdkkey",
        json!({"settingKeyOrId": "flag", "X-CONFIGCAT-SDKKEY": ["hush"]}),
    )
    .await;
    assert_eq!(field, "X-CONFIGCAT-SDKKEY");
    assert!(!problem.contains("hush"), "{problem}");
    let arguments = json!({"settingKeyOrId": "flag", "X-CONFIGCAT-SDKKEY": "hu\nsh"});
    let (field, problem) = refused("get-setting-value-by-sdkkey", arguments).await;
    assert_eq!(field, "X-CONFIGCAT-SDKKEY");
    assert_eq!(problem, "has characters that a header cannot carry");
}

#[tokio::test]
async fn an_empty_patch_is_refused_as_by_the_typed_call() {
    let arguments = json!({"settingId": 7, "body": []});
    let (field, problem) = refused("update-setting", arguments).await;
    assert_eq!(field, "body");
    assert!(problem.contains("nothing to change"), "{problem}");
}

#[tokio::test]
async fn an_optional_parameter_that_is_null_is_not_given() {
    let arguments = json!({"configId": CONFIG, "x": null});
    assert_eq!(refused("get-config", arguments).await.0, "x");
    let product = "0b0d0000-0000-4000-8000-00000000b002";
    let arguments = json!({"productId": product, "configId": null, "pageSize": null});
    match client().call("get-auditlogs-v2", arguments).await {
        Err(Error::Connection(error)) => assert_eq!(error.operation.id, "get-auditlogs-v2"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unknown_tool_suggests_the_nearest() {
    for (name, nearest) in [
        ("configs.getConfg", "`configs.getConfig`"),
        ("Configs.GetConfig", "`configs.getConfig`"),
        ("get_config", "`get-config`"),
        ("createConfig", "`create-config`"),
        (
            "integrationLinks.postV1JiraConect",
            "`integrationLinks.postV1JiraConnect`",
        ),
    ] {
        match client().call(name, json!({})).await {
            Err(Error::UnknownTool(text)) => {
                let start = format!("there is no tool `{name}`; did you mean {nearest}");
                assert!(text.starts_with(&start), "{text}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    for name in ["", "openapi", "🐱"] {
        let error = Catalog::configcat().find(name).unwrap_err();
        assert!(!error.to_string().contains("did you mean"), "{error}");
    }
}
