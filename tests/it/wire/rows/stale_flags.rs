//! Zombie (stale) flags.

use configcat_management::types::{StaleFlagReminderScope, StaleFlagStaleInEnvironmentsType};

use super::{ENVIRONMENT, OTHER, PRODUCT, Row, call};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "get-staleflags",
            |client| call(client.get_staleflags(PRODUCT).send()),
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/staleflags",
        ),
        Row::new(
            "get-staleflags",
            |client| {
                call(
                    client
                        .get_staleflags(PRODUCT)
                        .ignored_environment_ids([ENVIRONMENT, OTHER])
                        .ignored_tag_ids([9007199254740995_i64, 9007199254740997_i64])
                        .scope(StaleFlagReminderScope::All)
                        .stale_flag_age_days(7)
                        .stale_flag_stale_in_environments_type(
                            StaleFlagStaleInEnvironmentsType::StaleInAllEnvironments,
                        )
                        .send(),
                )
            },
            "GET",
            concat!(
                "/v1/products/0b0d0000-0000-4000-8000-00000000b002/staleflags",
                "?ignoredEnvironmentIds=0e0e0000-0000-4000-8000-00000000e004",
                "&ignoredEnvironmentIds=ffffffff-ffff-4fff-bfff-ffffffffff0b",
                "&ignoredTagIds=9007199254740995",
                "&ignoredTagIds=9007199254740997",
                "&scope=all",
                "&staleFlagAgeDays=7",
                "&staleFlagStaleInEnvironmentsType=staleInAllEnvironments",
            ),
        ),
        Row::new(
            "get-staleflags",
            |client| {
                call(
                    client
                        .get_staleflags(PRODUCT)
                        .ignored_environment_ids(vec![])
                        .ignored_tag_ids(vec![])
                        .send(),
                )
            },
            "GET",
            "/v1/products/0b0d0000-0000-4000-8000-00000000b002/staleflags",
        ),
    ]
}
