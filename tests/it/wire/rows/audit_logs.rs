//! Audit logs.

use configcat_management::types::AuditLogType;

use super::{CONFIG, ENVIRONMENT, ORGANIZATION, PRODUCT, Row, time};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/configs/{CONFIG}/deleted-settings", |client| client
            .get_deleted_settings(CONFIG)),
        row!("GET /v2/organizations/{ORGANIZATION}/auditlogs", |client| {
            client.get_organization_auditlogs_v2(ORGANIZATION)
        }),
        row!(
            "GET /v2/organizations/{ORGANIZATION}/auditlogs?auditLogType=productDeleted\
             &configId={CONFIG}&environmentId={ENVIRONMENT}\
             &fromUtcDateTime=2026-02-28T23%3A59%3A59.999Z&pageNumber=2147483647\
             &pageSize=100&productId={PRODUCT}&toUtcDateTime=2026-11-22T10%3A15%3A30Z",
            |client| {
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
            }
        ),
        row!("GET /v2/products/{PRODUCT}/auditlogs", |client| client
            .get_auditlogs_v2(PRODUCT)),
        row!(
            "GET /v2/products/{PRODUCT}/auditlogs?auditLogType=productDeleted\
             &configId={CONFIG}&environmentId={ENVIRONMENT}\
             &fromUtcDateTime=2026-02-28T23%3A59%3A59.999Z&pageNumber=2147483647\
             &pageSize=100&toUtcDateTime=2026-11-22T10%3A15%3A30Z",
            |client| {
                client
                    .get_auditlogs_v2(PRODUCT)
                    .audit_log_type(AuditLogType::ProductDeleted)
                    .config_id(CONFIG)
                    .environment_id(ENVIRONMENT)
                    .from_utc_date_time(time("2026-02-28T23:59:59.999Z"))
                    .page_number(2147483647)
                    .page_size(100)
                    .to_utc_date_time(time("2026-11-22T10:15:30Z"))
            }
        ),
    ]
}

#[allow(deprecated)]
pub(super) fn deprecated_rows() -> Vec<Row> {
    vec![
        row!("GET /v1/organizations/{ORGANIZATION}/auditlogs", |client| {
            client.get_organization_auditlogs(ORGANIZATION)
        }),
        row!(
            "GET /v1/organizations/{ORGANIZATION}/auditlogs?auditLogType=productDeleted\
             &configId={CONFIG}&environmentId={ENVIRONMENT}\
             &fromUtcDateTime=2026-02-28T23%3A59%3A59.999Z&productId={PRODUCT}\
             &toUtcDateTime=2026-11-22T10%3A15%3A30Z",
            |client| {
                client
                    .get_organization_auditlogs(ORGANIZATION)
                    .audit_log_type(AuditLogType::ProductDeleted)
                    .config_id(CONFIG)
                    .environment_id(ENVIRONMENT)
                    .from_utc_date_time(time("2026-02-28T23:59:59.999Z"))
                    .product_id(PRODUCT)
                    .to_utc_date_time(time("2026-11-22T10:15:30Z"))
            }
        ),
        row!("GET /v1/products/{PRODUCT}/auditlogs", |client| client
            .get_auditlogs(PRODUCT)),
        row!(
            "GET /v1/products/{PRODUCT}/auditlogs?auditLogType=productDeleted\
             &configId={CONFIG}&environmentId={ENVIRONMENT}\
             &fromUtcDateTime=2026-02-28T23%3A59%3A59.999Z\
             &toUtcDateTime=2026-11-22T10%3A15%3A30Z",
            |client| {
                client
                    .get_auditlogs(PRODUCT)
                    .audit_log_type(AuditLogType::ProductDeleted)
                    .config_id(CONFIG)
                    .environment_id(ENVIRONMENT)
                    .from_utc_date_time(time("2026-02-28T23:59:59.999Z"))
                    .to_utc_date_time(time("2026-11-22T10:15:30Z"))
            }
        ),
    ]
}
