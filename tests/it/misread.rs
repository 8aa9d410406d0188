//! What a server says is read as what it says: by servers that are older than the description, and in all the ways in which
//! answers are written.

use std::time::Duration;

use crate::support::{Reply, Server, answer};
use configcat_management::patch::{SettingPatch, SettingValuePatch};
use configcat_management::types::*;
use configcat_management::uuid::Uuid;
use configcat_management::{Client, Error, RetryPolicy, Stage};
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = include_str!("../../spec/configcat/swagger.json");

/// Every type that answers are made of, and whether a body can be read as one.
macro_rules! answers {
    ($($name:ident,)*) => {
        const ANSWERS: &[(&str, fn(&Value) -> Result<(), String>)] = &[$(
            (stringify!($name), |value| {
                let read = serde_json::from_value::<$name>(value.clone());
                read.map(drop).map_err(|error| error.to_string())
            }),
        )*];
    };
}

answers! {
    ApproveRequiredEnvironmentModel,
    AuditLogItemModel,
    AuditLogItemModelPagedList,
    AuditLogSettingValueV2EvaluationFormula,
    AuditLogSettingValueV2EvaluationFormulaConditionModel,
    AuditLogSettingValueV2EvaluationFormulaPercentageOptionModel,
    AuditLogSettingValueV2EvaluationFormulaTargetingRuleModel,
    ChangeRequestActivityModel,
    ChangeRequestApprovalModel,
    ChangeRequestCommentModel,
    ChangeRequestIssueModel,
    ChangeRequestModel,
    ChangeRequestProposedChangeModel,
    ChangeRequestProposedChangesModel,
    ChangeRequestSummaryModel,
    ChangeRequestSummaryModelPagedList,
    ChangeRequestsModel,
    CodeReferenceModel,
    ComparisonValueListModel,
    ComparisonValueModel,
    ConditionModel,
    ConfigModel,
    ConfigSettingFormulaModel,
    ConfigSettingFormulasModel,
    ConfigSettingValueModel,
    ConfigSettingValuesModel,
    ConnectionPreferences,
    DeleteIntegrationLinkModel,
    DeletedSettingModel,
    EnvironmentModel,
    FeatureFlagLimitations,
    IntegrationLinkDetail,
    IntegrationLinkDetailsModel,
    IntegrationLinkModel,
    IntegrationModel,
    IntegrationsModel,
    InvitationModel,
    MeModel,
    MemberModel,
    OrganizationAdminModel,
    OrganizationInvitationModel,
    OrganizationLimitations,
    OrganizationMemberModel,
    OrganizationMembersModel,
    OrganizationModel,
    OrganizationPermissionGroupModel,
    OrganizationPermissionModel,
    OrganizationProductModel,
    PagingResponseInfo,
    PercentageOptionModel,
    PermissionGroupEnvironmentAccessModel,
    PermissionGroupEnvironmentApprovalPermissionModel,
    PermissionGroupModel,
    PredefinedVariationChangeRequestUsageModel,
    PredefinedVariationEnvironmentModel,
    PredefinedVariationModel,
    PredefinedVariationUsageModel,
    PredefinedVariationValueModel,
    PredefinedVariationWithUsagesModel,
    PredefinedVariationsModel,
    PredefinedVariationsWithUsagesModel,
    PreferencesModel,
    PrerequisiteFlagConditionModel,
    ProductModel,
    ProxyProfileListModel,
    ProxyProfileModel,
    ProxyProfileSdkKeyItem,
    ProxyProfileSdkKeysListModel,
    ProxyProfileSecretModel,
    ProxyProfileSelectionRule,
    ReasonRequiredEnvironmentModel,
    ReferenceLineModel,
    ReferenceLinesModel,
    RolloutPercentageItemModel,
    RolloutRuleModel,
    SdkKeysModel,
    SegmentConditionModel,
    SegmentListModel,
    SegmentModel,
    SettingDataModel,
    SettingDataV2Model,
    SettingFormulaModel,
    SettingModel,
    SettingTagModel,
    SettingValueModel,
    StaleFlagConfigModel,
    StaleFlagEnvironmentModel,
    StaleFlagProductModel,
    StaleFlagSettingModel,
    StaleFlagSettingTagModel,
    StaleFlagSettingValueModel,
    TagModel,
    TargetingRuleModel,
    UserConditionModel,
    UserModel,
    ValueModel,
    WebhookConfig,
    WebhookEnvironment,
    WebhookHeaderResponseModel,
    WebhookNotification,
    WebhookResponseModel,
    WebhookSigningKeysModel,
}

fn schemas() -> Map<String, Value> {
    let mut description: Value = serde_json::from_str(DESCRIPTION).expect("JSON");
    match description["components"]["schemas"].take() {
        Value::Object(schemas) => schemas,
        _ => panic!("no schemas"),
    }
}

/// An answer with all that the description has.
fn sample(schemas: &Map<String, Value>, schema: &Value, depth: usize) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().expect("a name");
        return match name {
            "SettingValueType" => json!(true),
            name => sample(schemas, &schemas[name], depth + 1),
        };
    }
    if let Some(part) = schema["allOf"].get(0) {
        return match depth > 8 && schema["nullable"] == true {
            true => Value::Null,
            false => sample(schemas, part, depth),
        };
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("boolean"), _) => json!(true),
        (Some("integer"), _) => json!(7),
        (Some("number"), _) => json!(1.5),
        (Some("string"), Some("uuid")) => json!("0b0d0000-0000-4000-8000-00000000b002"),
        (Some("string"), Some("date-time")) => json!("2026-11-22T10:00:00Z"),
        (Some("string"), _) => json!("text"),
        (Some("array"), _) if depth > 8 => json!([]),
        (Some("array"), _) => json!([sample(schemas, &schema["items"], depth)]),
        _ => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields =
                fields.map(|(name, schema)| (name.clone(), sample(schemas, schema, depth)));
            Value::Object(fields.collect())
        }
    }
}

/// Whether an answer is none without this field, and why.
fn needed(name: &str, field: &str, value: &Value) -> Option<&'static str> {
    let secrets = [
        "primarySdkKey",
        "secretToken",
        "primary",
        "signingKey1",
        "value",
    ];
    Some(match (name, field) {
        (_, field) if field == "id" || field.ends_with("Id") => "an id",
        (_, _) if value.is_object() => "an object holds ids, or what is served",
        (_, _) if value.as_str().is_some_and(|text| text.ends_with("00Z")) => "a time",
        ("PagingResponseInfo", _) => "a listing would end early, or begin again",
        ("FeatureFlagLimitations" | "OrganizationLimitations", _) => {
            "a limit of 0 forbids everything"
        }
        (_, "maxPredefinedVariations") => "a limit of 0 forbids everything",
        ("ConnectionPreferences", "sdkPollInterval") => "a server that is asked without a pause",
        (_, "percentage") => "a share of nobody",
        (
            "ProxyProfileSdkKeyItem"
            | "ProxyProfileSecretModel"
            | "SdkKeysModel"
            | "WebhookNotification"
            | "WebhookHeaderResponseModel",
            field,
        ) if secrets.contains(&field) => "a secret",
        (_, "value") if *value == json!(true) => "what is served",
        _ => return None,
    })
}

#[test]
fn an_answer_is_read_without_any_field_that_is_not_needed() {
    let schemas = schemas();
    let (mut read, mut kept) = (0, 0);
    for (name, decode) in ANSWERS {
        let whole = sample(&schemas, &schemas[*name], 0);
        decode(&whole).unwrap_or_else(|error| panic!("{name}: {error}"));
        let fields = whole.as_object().expect("an object");
        for (field, value) in fields {
            let mut less = fields.clone();
            less.remove(field);
            match (decode(&less.into()), needed(name, field, value)) {
                (Ok(()), _) => read += 1,
                (Err(_), Some(_)) => kept += 1,
                (Err(error), None) => panic!("{name} without {field}: {error}"),
            }
        }
    }
    assert!(
        read > 350 && kept < 180,
        "{read} fields may be missing, {kept} may not"
    );
}

/// Required fields of answers that came after October 2024.
const LATER: &[(&str, &str)] = &[
    ("AuditLogItemModel", "modelVersion"),
    ("ConfigSettingFormulaModel", "changeRequestCount"),
    ("ConfigSettingFormulasModel", "approveRequired"),
    ("ConfigSettingFormulasModel", "canBypassApproval"),
    ("ConfigSettingFormulasModel", "reasonRequired"),
    ("EnvironmentModel", "approveRequired"),
    ("PermissionGroupModel", "approvalPermissionType"),
    ("PermissionGroupModel", "environmentApprovalPermissions"),
    (
        "PermissionGroupModel",
        "newEnvironmentApprovalPermissionType",
    ),
    ("PreferencesModel", "approveRequired"),
    ("PreferencesModel", "approveRequiredEnvironments"),
    ("ProductModel", "approveRequired"),
    ("SettingDataModel", "isJson"),
    ("SettingFormulaModel", "approveRequired"),
    ("SettingFormulaModel", "canBypassApproval"),
    ("SettingFormulaModel", "changeRequestCount"),
    ("SettingFormulaModel", "reasonRequired"),
    ("SettingModel", "createdAt"),
    ("SettingModel", "isJson"),
    ("SettingModel", "predefinedVariations"),
    ("ValueModel", "predefinedVariationId"),
];

#[test]
fn answers_of_october_2024_are_read() {
    let mut schemas = schemas();
    for (schema, field) in LATER {
        let properties = schemas[*schema]["properties"].as_object_mut();
        let gone = properties.expect("fields").remove(*field);
        gone.unwrap_or_else(|| panic!("there is no {schema}.{field}"));
    }
    for (name, decode) in ANSWERS {
        let body = sample(&schemas, &schemas[*name], 0);
        decode(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn the_list_of_answers_is_whole() {
    let schemas = schemas();
    let description: Value = serde_json::from_str(DESCRIPTION).expect("JSON");
    let mut todo: Vec<&Value> = Vec::new();
    for operation in description["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, item)| item.as_object().into_iter().flat_map(Map::values))
    {
        todo.push(&operation["responses"]);
    }
    let mut found = std::collections::BTreeSet::new();
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(values) => todo.extend(values),
            Value::Object(members) => {
                if let Some(name) = value["$ref"].as_str().and_then(|at| at.rsplit('/').next())
                    && found.insert(name)
                {
                    todo.push(&schemas[name]);
                }
                todo.extend(members.values());
            }
            _ => {}
        }
    }
    let objects = found
        .into_iter()
        .filter(|name| schemas[*name]["type"] == "object");
    let missing: Vec<_> = objects
        .filter(|name| *name != "SettingValueType")
        .filter(|name| !ANSWERS.iter().any(|(known, _)| known == name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

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
        let server = Server::start(crate::support::json(&body.to_string())).await;
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
    let server = Server::start(crate::support::json(r#"{"email":"jane@example.com"}"#)).await;
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
            let server = Server::start(answer(status, &[], body)).await;
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
    let server = Server::start(Reply::Raw(b"HTTP/1.1 204 No\r\n\r\n".to_vec())).await;
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
    ))
    .await;
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
    let server = Server::start(answer(400, &[], "\u{feff}{\"Name\":[\"taken\"]}")).await;
    let error = server.client().get_me().send().await.unwrap_err();
    assert!(
        error.to_string().ends_with("400 Bad Request: Name: taken"),
        "{error}"
    );
}

#[test]
fn a_time_without_a_zone_is_one_of_utc() {
    let schemas = schemas();
    for (name, decode) in ANSWERS {
        let body = sample(&schemas, &schemas[*name], 0).to_string();
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
        let mut body = sample(&schemas, &schemas["InvitationModel"], 0);
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
        let server = Server::start(answer(400, &[], &json!({name: ["whole"]}).to_string())).await;
        let error = server.client().get_me().send().await.unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("failed with 400 Bad Request: whole"),
            "{error}"
        );
        let Error::Api(failure) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(failure.field_errors[name], ["whole"]);
    }
}

#[tokio::test]
async fn a_call_that_never_got_a_connection_was_not_sent() {
    // It takes the connection and says nothing, so that TLS does not come about.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    let client = Client::builder()
        .credentials(crate::support::USER, crate::support::PASSWORD)
        .base_url(url)
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
            (failure.stage, failure.attempts),
            (Stage::Connecting, 2),
            "{error}"
        );
        assert!(!error.perhaps_processed(), "{error}");
        assert!(
            error
                .to_string()
                .contains("could not be sent: no connection within 300ms"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn null_is_a_value_of_a_patch_and_nothing_is_none() {
    let text = r#"[{"op":"replace","path":"/hint","value":null}]"#;
    let read: Vec<JsonPatchOperation> = serde_json::from_str(text).expect("a patch");
    assert_eq!(read[0].value, Some(Value::Null));
    let server = Server::start(crate::support::json("{}")).await;
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
        let mut body = sample(&schemas, &schemas["SettingValueModel"], 0);
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

/// Documents, patches and outcomes of the public test suite of RFC 6902 (json-patch-tests), without its words. A patch stands as
/// text, because some have a member twice.
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
    assert!(cases.len() >= 90, "{}", cases.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
