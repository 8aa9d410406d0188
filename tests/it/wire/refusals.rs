//! What the API would refuse is found before anything is sent, and the error tells field, limit and length.

use configcat_management::types::*;
use configcat_management::{Client, Error};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Server;
use super::description::Description;
use super::rows::{
    CONFIG, Call, ENVIRONMENT, INTEGRATION, ORGANIZATION, PRODUCT, PROXY_PROFILE, SEGMENT, call,
};

/// Makes a call with a body that was written as JSON.
type CallWith = fn(&Client, Value) -> Call;

macro_rules! calls {
    ($($id:literal $call:ident($($argument:expr),*; $body:ty);)*) => {
        [$(
            ($id, |client, body| call(client.$call($($argument,)* read::<$body>(body)).send())),
        )*]
    };
}

/// All calls whose body is a structure of the API.
const CALLS: [(&str, CallWith); 43] = calls! {
    "add-change-request-comment" add_change_request_comment(1; AddChangeRequestCommentModel);
    "add-member-to-group" add_member_to_group(ORGANIZATION, "1"; UpdateMemberPermissionsRequest);
    "add-or-update-integration-link" add_or_update_integration_link(ENVIRONMENT, 1, IntegrationLinkType::Jira, "x"; AddOrUpdateIntegrationLinkModel);
    "create-change-request" create_change_request(CONFIG, ENVIRONMENT; CreateChangeRequestModel);
    "create-config" create_config(PRODUCT; CreateConfigRequest);
    "create-environment" create_environment(PRODUCT; CreateEnvironmentModel);
    "create-integration" create_integration(PRODUCT; CreateIntegrationModel);
    "create-permission-group" create_permission_group(PRODUCT; CreatePermissionGroupRequest);
    "create-product" create_product(ORGANIZATION; CreateProductRequest);
    "create-proxy-profile" create_proxy_profile(ORGANIZATION; CreateOrUpdateProxyProfileRequest);
    "create-segment" create_segment(PRODUCT; CreateSegmentModel);
    "create-setting" create_setting(CONFIG; CreateSettingInitialValues);
    "create-tag" create_tag(PRODUCT; CreateTagModel);
    "create-webhook" create_webhook(CONFIG, ENVIRONMENT; WebHookRequestModel);
    "delete-code-reference-reports" delete_code_reference_reports(; DeleteRepositoryReportsRequest);
    "deselect-proxy-profile-sdk-keys" deselect_proxy_profile_sdk_keys(PROXY_PROFILE; ProxyProfileSdkKeysRequest);
    "invite-member" invite_member(PRODUCT; InviteMembersRequest);
    "jira-add-or-update-integration-link" jira_add_or_update_integration_link(ENVIRONMENT, 1, "x"; AddOrUpdateJiraIntegrationLinkModel);
    "jira-connect" jira_connect(; ConnectRequest);
    "post-setting-values" post_setting_values(CONFIG, ENVIRONMENT; UpdateSettingValuesWithIdModel);
    "post-setting-values-v2" post_setting_values_v2(CONFIG, ENVIRONMENT; UpdateEvaluationFormulasModel);
    "replace-proxy-profile" replace_proxy_profile(PROXY_PROFILE; CreateOrUpdateProxyProfileRequest);
    "replace-setting" replace_setting(1; ReplaceSettingModel);
    "replace-setting-value" replace_setting_value(ENVIRONMENT, 1; UpdateSettingValueModel);
    "replace-setting-value-by-sdkkey" replace_setting_value_by_sdkkey("x", "x"; UpdateSettingValueModel);
    "replace-setting-value-by-sdkkey-v2" replace_setting_value_by_sdkkey_v2("x", "x"; UpdateEvaluationFormulaModel);
    "replace-setting-value-v2" replace_setting_value_v2(ENVIRONMENT, 1; UpdateEvaluationFormulaModel);
    "replace-webhook" replace_webhook(1; WebHookRequestModel);
    "resolve-change-request-setting-conflicts" resolve_change_request_setting_conflicts(1, 1; ResolveChangeRequestSettingConflictsModel);
    "select-proxy-profile-sdk-keys" select_proxy_profile_sdk_keys(PROXY_PROFILE; ProxyProfileSdkKeysRequest);
    "update-change-request" update_change_request(1; UpdateChangeRequestModel);
    "update-change-request-comment" update_change_request_comment(1; UpdateChangeRequestCommentModel);
    "update-change-request-proposed-changes" update_change_request_proposed_changes(1; UpdateChangeRequestProposedChangesModel);
    "update-config" update_config(CONFIG; UpdateConfigRequest);
    "update-environment" update_environment(ENVIRONMENT; UpdateEnvironmentModel);
    "update-integration" update_integration(INTEGRATION; ModifyIntegrationRequest);
    "update-permission-group" update_permission_group(1; UpdatePermissionGroupRequest);
    "update-predefined-variations" update_predefined_variations(1; UpdatePredefinedVariationsRequest);
    "update-product" update_product(PRODUCT; UpdateProductRequest);
    "update-product-preferences" update_product_preferences(PRODUCT; UpdatePreferencesRequest);
    "update-segment" update_segment(SEGMENT; UpdateSegmentModel);
    "update-tag" update_tag(1; UpdateTagModel);
    "upload-code-references" upload_code_references(; CodeReferenceRequest);
};

/// All calls whose body is a JSON Patch.
const PATCHES: [(&str, CallWith); 7] = calls! {
    "update-proxy-profile" update_proxy_profile(PROXY_PROFILE; Vec<JsonPatchOperation>);
    "update-setting" update_setting(1; Vec<JsonPatchOperation>);
    "update-setting-value" update_setting_value(ENVIRONMENT, 1; Vec<JsonPatchOperation>);
    "update-setting-value-by-sdkkey" update_setting_value_by_sdkkey("x", "x"; Vec<JsonPatchOperation>);
    "update-setting-value-by-sdkkey-v2" update_setting_value_by_sdkkey_v2("x", "x"; Vec<JsonPatchOperation>);
    "update-setting-value-v2" update_setting_value_v2(ENVIRONMENT, 1; Vec<JsonPatchOperation>);
    "update-webhook" update_webhook(1; Vec<JsonPatchOperation>);
};

fn read<T: DeserializeOwned>(body: Value) -> T {
    serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error}: {body:#}"))
}

/// A text of a body that has limits.
#[derive(Debug)]
struct Limit {
    /// Where it is in the JSON of the body.
    pointer: String,
    /// Where it is, in the words of the error.
    field: String,
    least: usize,
    most: Option<usize>,
}

/// Makes a body with all that the description has, two of everything in lists, and notes the texts with limits in the second.
struct Maker<'a> {
    description: &'a Description,
    limits: Vec<Limit>,
}

impl Maker<'_> {
    fn make(&mut self, schema: &Value, pointer: &str, field: &str) -> Value {
        let schema = self.description.resolve(schema).0;
        if schema["oneOf"].is_array() {
            return json!(true);
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("boolean"), _) => json!(true),
            (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
            (Some("string"), Some("uuid")) => json!(CONFIG),
            (Some("string"), Some("date-time")) => json!("2026-11-22T10:00:00Z"),
            (Some("string"), _) => self.text(schema, pointer, field),
            (Some("array"), _) => {
                let known = self.limits.len();
                let first = self.make(&schema["items"], "", "");
                self.limits.truncate(known);
                let (pointer, field) = (format!("{pointer}/1"), format!("{field}[1]"));
                json!([first, self.make(&schema["items"], &pointer, &field)])
            }
            _ => {
                let fields = schema["properties"].as_object().into_iter().flatten();
                let fields = fields.map(|(name, schema)| {
                    let (pointer, field) = (format!("{pointer}/{name}"), format!("{field}.{name}"));
                    (name.clone(), self.make(schema, &pointer, &field))
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }

    fn text(&mut self, schema: &Value, pointer: &str, field: &str) -> Value {
        let least = schema["minLength"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxLength"].as_u64().map(|most| most as usize);
        if least > 0 || most.is_some() {
            self.limits.push(Limit {
                pointer: pointer.to_string(),
                field: field.to_string(),
                least,
                most,
            });
        }
        json!("x".repeat(least.max(1)))
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_or_too_short_is_not_sent() {
    let description = Description::read();
    let server = super::server();
    let client = super::client(&server);
    let described = description.operations();
    let bodies = described
        .iter()
        .filter(|operation| operation.body().is_some());
    assert_eq!(bodies.count(), CALLS.len() + PATCHES.len());
    let mut checked = 0;
    for (id, call) in CALLS {
        let operation = super::operation(id);
        let described = description.operation(operation.method.as_str(), operation.path);
        let described = described.unwrap_or_else(|| panic!("{id} is not described"));
        let schema = described.body().expect("it has a body");
        let mut maker = Maker {
            description: &description,
            limits: Vec::new(),
        };
        let body = maker.make(schema, "", "body");
        for limit in maker.limits {
            checked += 1;
            check(&server, &limit, id, |length| {
                let mut body = body.clone();
                *body.pointer_mut(&limit.pointer).expect("it is there") = json!("ü".repeat(length));
                call(&client, body)
            })
            .await;
        }
    }
    assert!(checked >= 79, "{checked}");

    let path = Limit {
        pointer: String::new(),
        field: "body[1].path".to_string(),
        least: 1,
        most: None,
    };
    for (id, call) in PATCHES {
        check(&server, &path, id, |length| {
            let remove = json!({"op": "remove", "path": "/x"});
            let replace = json!({"op": "replace", "path": "ü".repeat(length), "value": 1});
            call(&client, json!([remove, replace]))
        })
        .await;
    }
}

/// One less than the least and one more than the most are refused, and told; those themselves are sent.
async fn check(server: &Server, limit: &Limit, id: &str, send: impl Fn(usize) -> Call) {
    let Limit { least, most, .. } = *limit;
    let less = (least > 0).then(|| {
        let problem = format!("has {} characters, at least {least} are needed", least - 1);
        (least - 1, problem)
    });
    let more = most.map(|most| {
        let problem = format!("has {} characters, at most {most} are allowed", most + 1);
        (most + 1, problem)
    });
    for (length, problem) in less.into_iter().chain(more) {
        let error = match send(length).await {
            Err(Error::Invalid(error)) => error,
            other => panic!("{id}, {limit:?}: {other:?}"),
        };
        assert_eq!(error.operation.id, id);
        assert_eq!(error.field, limit.field);
        assert_eq!(error.problem, problem, "{id}, {limit:?}");
        assert!(server.take().is_empty(), "{id}, {limit:?}: it was sent");
    }
    for length in [Some(least), most].into_iter().flatten() {
        let outcome = send(length).await;
        let sent = server.take().len();
        assert_eq!(sent, 1, "{id}, {limit:?} with {length}: {outcome:?}");
    }
}

fn polled_each(seconds: i32) -> CreateOrUpdateProxyProfileRequest {
    let preferences = CreateOrUpdateConnectionPreferences::new().with_sdk_poll_interval(seconds);
    CreateOrUpdateProxyProfileRequest::new("name").with_connection_preferences(preferences)
}

#[tokio::test]
async fn a_number_out_of_range_is_not_sent() {
    /// Operation, field, the least and the most that are allowed, and the call with a number.
    type Range = (
        &'static str,
        &'static str,
        i32,
        i32,
        fn(&Client, i32) -> Call,
    );
    macro_rules! ranges {
        (|$n:ident| $($id:literal $field:literal $least:literal $most:expr, $call:ident($($argument:expr),*)$(.$option:ident($value:expr))?;)*) => {
            [$(($id, $field, $least, $most, |client, $n| {
                call(client.$call($($argument),*)$(.$option($value))?.send())
            })),*]
        };
    }
    let ranges: [Range; 9] = ranges! { |n|
        "get-auditlogs-v2" "query.pageSize" 1 100, get_auditlogs_v2(PRODUCT).page_size(n);
        "get-auditlogs-v2" "query.pageNumber" 1 i32::MAX, get_auditlogs_v2(PRODUCT).page_number(n);
        "get-organization-auditlogs-v2" "query.pageSize" 1 100,
            get_organization_auditlogs_v2(ORGANIZATION).page_size(n);
        "get-organization-auditlogs-v2" "query.pageNumber" 1 i32::MAX,
            get_organization_auditlogs_v2(ORGANIZATION).page_number(n);
        "get-change-requests" "query.pageSize" 1 100, get_change_requests(PRODUCT).page_size(n);
        "get-change-requests" "query.pageNumber" 1 i32::MAX, get_change_requests(PRODUCT).page_number(n);
        "get-staleflags" "query.staleFlagAgeDays" 7 90, get_staleflags(PRODUCT).stale_flag_age_days(n);
        "create-proxy-profile" "body.connectionPreferences.sdkPollInterval" 30 i32::MAX,
            create_proxy_profile(ORGANIZATION, polled_each(n));
        "replace-proxy-profile" "body.connectionPreferences.sdkPollInterval" 30 i32::MAX,
            replace_proxy_profile(PROXY_PROFILE, polled_each(n));
    };
    let server = super::server();
    let client = super::client(&server);
    for (id, field, least, most, call) in ranges {
        let less = [least - 1, i32::MIN];
        let less = less.map(|n| (n, format!("is {n}, at least {least} is allowed")));
        let more = most.checked_add(1);
        let more = more.map(|n| (n, format!("is {n}, at most {most} is allowed")));
        for (number, problem) in less.into_iter().chain(more) {
            let error = match call(&client, number).await {
                Err(Error::Invalid(error)) => error,
                other => panic!("{id} with {field} {number}: {other:?}"),
            };
            assert_eq!(error.operation.id, id);
            assert_eq!(error.field, field);
            assert_eq!(error.problem, problem);
        }
        assert!(server.take().is_empty(), "{id} was sent");
        for number in [least, most] {
            let outcome = call(&client, number).await;
            assert_eq!(
                server.take().len(),
                1,
                "{id} with {field} {number}: {outcome:?}"
            );
        }
    }
}
