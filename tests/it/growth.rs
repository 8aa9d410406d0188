//! A client reads the enum values of tomorrow, and numbers stay what they are. Fields of tomorrow: `wire.rs`.

use crate::support::{Server, answer};
use configcat_management::SettingValue;
use configcat_management::types::{AuditLogType, SettingType};

#[test]
fn an_enum_reads_and_writes_any_text() {
    for value in AuditLogType::VALUES {
        assert_eq!(&AuditLogType::from(value.as_str()), value);
        assert_eq!(value.to_string().parse::<AuditLogType>().unwrap(), *value);
        assert!(!matches!(value, AuditLogType::Unrecognized(_)));
    }
    let invented = AuditLogType::from("teleportCreated");
    assert!(
        matches!(&invented, AuditLogType::Unrecognized(value) if value.as_str() == "teleportCreated")
    );
    assert_eq!(serde_json::to_value(invented).unwrap(), "teleportCreated");
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
async fn a_success_without_a_body_ignores_what_a_proxy_adds() {
    let server = Server::start(answer(200, &[], "OK"));
    server.client().delete_tag(1).send().await.unwrap();
}

#[test]
fn whole_numbers_stay_whole() {
    let read = serde_json::from_str::<SettingValue>;
    assert_eq!(
        read("9223372036854775807").unwrap(),
        SettingValue::Int(i64::MAX)
    );
    assert_eq!(read("5.0").unwrap(), SettingValue::Double(5.0));
    assert!(read("null").is_err());
}
