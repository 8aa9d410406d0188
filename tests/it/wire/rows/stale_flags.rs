//! Zombie (stale) flags.

use configcat_management::types::{StaleFlagReminderScope, StaleFlagStaleInEnvironmentsType};

use super::{ENVIRONMENT, OTHER, PRODUCT, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row!("GET /v1/products/{PRODUCT}/staleflags", |client| client
            .get_staleflags(PRODUCT)),
        row!(
            "GET /v1/products/{PRODUCT}/staleflags?ignoredEnvironmentIds={ENVIRONMENT}\
             &ignoredEnvironmentIds={OTHER}&ignoredTagIds=9007199254740995\
             &ignoredTagIds=9007199254740997&scope=all&staleFlagAgeDays=7\
             &staleFlagStaleInEnvironmentsType=staleInAllEnvironments",
            |client| {
                client
                    .get_staleflags(PRODUCT)
                    .ignored_environment_ids([ENVIRONMENT, OTHER])
                    .ignored_tag_ids([9007199254740995_i64, 9007199254740997_i64])
                    .scope(StaleFlagReminderScope::All)
                    .stale_flag_age_days(7)
                    .stale_flag_stale_in_environments_type(
                        StaleFlagStaleInEnvironmentsType::StaleInAllEnvironments,
                    )
            }
        ),
        row!("GET /v1/products/{PRODUCT}/staleflags", |client| {
            client
                .get_staleflags(PRODUCT)
                .ignored_environment_ids(vec![])
                .ignored_tag_ids(vec![])
        }),
    ]
}
