//! A client decodes what the API sends tomorrow: new enum values, missing nullable fields, new fields; and numbers stay what
//! they are.

use crate::support::{Server, answer, json as ok};
use configcat_management::types::{
    AuditLogType, JsonPatchOperation, OperationType, SettingType, UpdateSettingValueModel,
};
use configcat_management::uuid::Uuid;
use configcat_management::{SettingValue, types};
use serde_json::json;

fn body(request: &str) -> serde_json::Value {
    let (_, body) = request.split_once("\r\n\r\n").expect("a head");
    serde_json::from_str(body).expect("a JSON body")
}

#[tokio::test]
async fn an_audit_log_with_a_type_invented_today_decodes() {
    let page = json!({
        "data": [{
            "auditLogId": 7, "auditLogDateTime": "2026-11-22T10:00:00Z", "auditLogTypeEnum": "teleportCreated",
            "auditLogType": "Teleport created", "truncated": false, "modelVersion": 1, "userName": "Ada",
            "where": "Shop", "actionTarget": "Door", "details": "",
            "aFieldOfTomorrow": {"x": [1]}
        }],
        "paging": {"currentPage": 1, "totalPages": 1, "pageSize": 100, "totalCount": 1, "hasPrevious": false, "hasNext": false}
    });
    let server = Server::start(ok(&page.to_string()));
    let answer = server
        .client()
        .get_auditlogs_v2(Uuid::nil())
        .send()
        .await
        .unwrap();
    let entry = &answer.data.as_ref().expect("a page")[0];
    let kind = &entry.audit_log_type_enum;
    assert!(
        matches!(kind, AuditLogType::Unrecognized(value) if value.as_str() == "teleportCreated"),
        "{kind:?}"
    );
    assert_eq!(
        serde_json::to_value(kind).unwrap(),
        "teleportCreated",
        "sent back unchanged"
    );
}

#[test]
fn an_enum_reads_and_writes_any_text() {
    for value in AuditLogType::VALUES {
        assert_eq!(&AuditLogType::from(value.as_str()), value);
        assert_eq!(value.to_string().parse::<AuditLogType>().unwrap(), *value);
        assert!(!matches!(value, AuditLogType::Unrecognized(_)));
    }
    assert_eq!(AuditLogType::VALUES.len(), 117);
    assert_eq!(SettingType::from("boolean"), SettingType::Boolean);
    assert_eq!(
        SettingType::from("Boolean").as_str(),
        "Boolean",
        "the API's spelling counts"
    );
    assert_eq!(format!("[{:>8}]", SettingType::Int), "[     int]");
}

#[tokio::test]
async fn whole_numbers_stay_whole_both_ways() {
    let server = Server::start(answer(404, &[], ""));
    let client = server.client();
    for (value, text) in [
        (SettingValue::from(5), "5"),
        (SettingValue::from(5.5), "5.5"),
        (SettingValue::from(true), "true"),
    ] {
        let model = UpdateSettingValueModel::new(value.clone());
        client
            .replace_setting_value(Uuid::nil(), 1, model)
            .send()
            .await
            .unwrap_err();
        let sent = server.requests().pop().unwrap();
        assert!(sent.ends_with(&format!("\"value\":{text}}}")), "{sent}");
        assert_eq!(
            serde_json::from_value::<SettingValue>(body(&sent)["value"].clone()).unwrap(),
            value
        );
    }
    let huge: SettingValue = serde_json::from_str("9223372036854775807").unwrap();
    assert_eq!(huge, SettingValue::Int(i64::MAX));
    assert_eq!(
        serde_json::from_str::<SettingValue>("5.0").unwrap(),
        SettingValue::Double(5.0)
    );
    assert!(serde_json::from_str::<SettingValue>("null").is_err());
}

#[tokio::test]
async fn a_patch_answered_with_204_is_none_and_keeps_its_status() {
    let patch = [JsonPatchOperation::new(OperationType::Replace, "/value").with_value(true)];
    let server = Server::start(answer(204, &[], ""));
    let answer = server
        .client()
        .update_setting_value(Uuid::nil(), 1, patch)
        .reason("release 7")
        .send()
        .await
        .unwrap();
    assert_eq!(*answer, None);
    assert_eq!(answer.status(), 204);
    let sent = server.requests().pop().unwrap();
    assert!(
        sent.starts_with(&format!(
            "PATCH /v1/environments/{}/settings/1/value?reason=release%207 ",
            Uuid::nil()
        )),
        "{sent}"
    );
    assert_eq!(
        body(&sent),
        json!([{"op": "replace", "path": "/value", "value": true}])
    );
}

#[test]
fn a_missing_nullable_field_reads_as_none() {
    let tag: types::ValueModel = serde_json::from_str("{}").unwrap();
    assert_eq!(
        (tag.bool_value, tag.int_value, tag.predefined_variation_id),
        (None, None, None)
    );
}

#[tokio::test]
async fn a_success_without_a_body_ignores_what_a_proxy_adds() {
    let server = Server::start(answer(200, &[], "OK"));
    server.client().delete_tag(1).send().await.unwrap();
}
