//! Audit logs.

use configcat_management::types::AuditLogType;

use super::{CONFIG, ENVIRONMENT, ORGANIZATION, PRODUCT, Row, call, time};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-deleted-settings",
            |client| call(client.get_deleted_settings(CONFIG).send()),
            "GET",
            "/v1/configs/0c0f0000-0000-4000-8000-00000000c003/deleted-settings",
        ),
        Row::new(
            "get-organization-auditlogs-v2",
            |client| call(client.get_organization_auditlogs_v2(ORGANIZATION).send()),
            "GET",
            "/v2/organizations/0a6a0000-0000-4000-8000-00000000a001/auditlogs",
        ),
        Row::new(
            "get-organization-auditlogs-v2",
            |client| {
                call(
                    client
                        .get_organization_auditlogs_v2(ORGANIZATION)
                        .audit_log_type(AuditLogType::ProductDeleted)
                        .config_id(CONFIG)
                        .environment_id(ENVIRONMENT)
                        .from_utc_date_time(time("2026-02-28T23:59:59.999Z"))
                        .page_number(2147483647)
                        .page_size(100)
                        .product_id(PRODUCT)
                        .to_utc_date_time(time("2026-11-22T10:15:30Z"))
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v2/organizations/0a6a0000-0000-4000-8000-00000000a001/auditlogs",
                "?auditLogType=productDeleted",
                "&configId=0c0f0000-0000-4000-8000-00000000c003",
                "&environmentId=0e0e0000-0000-4000-8000-00000000e004",
                "&fromUtcDateTime=2026-02-28T23%3A59%3A59.999Z",
                "&pageNumber=2147483647",
                "&pageSize=100",
                "&productId=0b0d0000-0000-4000-8000-00000000b002",
                "&toUtcDateTime=2026-11-22T10%3A15%3A30Z",
            ),
        ),
        Row::new(
            "get-auditlogs-v2",
            |client| call(client.get_auditlogs_v2(PRODUCT).send()),
            "GET",
            "/v2/products/0b0d0000-0000-4000-8000-00000000b002/auditlogs",
        ),
        Row::new(
            "get-auditlogs-v2",
            |client| {
                call(
                    client
                        .get_auditlogs_v2(PRODUCT)
                        .audit_log_type(AuditLogType::ProductDeleted)
                        .config_id(CONFIG)
                        .environment_id(ENVIRONMENT)
                        .from_utc_date_time(time("2026-02-28T23:59:59.999Z"))
                        .page_number(2147483647)
                        .page_size(100)
                        .to_utc_date_time(time("2026-11-22T10:15:30Z"))
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v2/products/0b0d0000-0000-4000-8000-00000000b002/auditlogs",
                "?auditLogType=productDeleted",
                "&configId=0c0f0000-0000-4000-8000-00000000c003",
                "&environmentId=0e0e0000-0000-4000-8000-00000000e004",
                "&fromUtcDateTime=2026-02-28T23%3A59%3A59.999Z",
                "&pageNumber=2147483647",
                "&pageSize=100",
                "&toUtcDateTime=2026-11-22T10%3A15%3A30Z",
            ),
        ),
    ]
}

#[allow(deprecated)]
pub(super) fn deprecated_rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-organization-auditlogs",
            |client| call(client.get_organization_auditlogs(ORGANIZATION).send()),
            "GET",
            "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/auditlogs",
        ),
        Row::new(
            "get-organization-auditlogs",
            |client| {
                call(
                    client
                        .get_organization_auditlogs(ORGANIZATION)
                        .audit_log_type(AuditLogType::ProductDeleted)
                        .config_id(CONFIG)
                        .environment_id(ENVIRONMENT)
                        .from_utc_date_time(time("2026-02-28T23:59:59.999Z"))
                        .product_id(PRODUCT)
                        .to_utc_date_time(time("2026-11-22T10:15:30Z"))
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v1/organizations/0a6a0000-0000-4000-8000-00000000a001/auditlogs",
                "?auditLogType=productDeleted",
                "&configId=0c0f0000-0000-4000-8000-00000000c003",
                "&environmentId=0e0e0000-0000-4000-8000-00000000e004",
                "&fromUtcDateTime=2026-02-28T23%3A59%3A59.999Z",
                "&productId=0b0d0000-0000-4000-8000-00000000b002",
                "&toUtcDateTime=2026-11-22T10%3A15%3A30Z",
            ),
        ),
        Row::new(
            "get-auditlogs",
            |client| call(client.get_auditlogs(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/auditlogs",
        ),
        Row::new(
            "get-auditlogs",
            |client| {
                call(
                    client
                        .get_auditlogs(PRODUCT)
                        .audit_log_type(AuditLogType::ProductDeleted)
                        .config_id(CONFIG)
                        .environment_id(ENVIRONMENT)
                        .from_utc_date_time(time("2026-02-28T23:59:59.999Z"))
                        .to_utc_date_time(time("2026-11-22T10:15:30Z"))
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v1/products/0b0d0000-0000-4000-8000-00000000b002/auditlogs",
                "?auditLogType=productDeleted",
                "&configId=0c0f0000-0000-4000-8000-00000000c003",
                "&environmentId=0e0e0000-0000-4000-8000-00000000e004",
                "&fromUtcDateTime=2026-02-28T23%3A59%3A59.999Z",
                "&toUtcDateTime=2026-11-22T10%3A15%3A30Z",
            ),
        ),
    ]
}
