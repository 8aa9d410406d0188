//! Subscriptions, and what they allow.

use configcat_management::types::FeatureFlagLimitations;
use serde::{Deserialize, Serialize};

/// The most characters of a text that a setting serves.
pub(crate) const MAX_TEXT: i32 = 100_000;
/// The most characters of a text to compare with.
const MAX_COMPARED: i32 = 65_535;
/// The most characters of a text in a list to compare with.
const MAX_ITEM: i32 = 255;

/// The subscription of the organization: how much its flags may hold, and how long audit logs are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "bin", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Plan {
    /// Lists of 100 texts, splits into 4 options, audit logs of 7 days.
    Free,
    /// Lists of 1 000 texts, splits into 8 options, audit logs of 35 days.
    Pro,
    /// Lists of 15 000 texts, splits into 500 options, audit logs of 750 days.
    Smart,
    /// The same as `Smart`. The default.
    #[default]
    Enterprise,
}

impl Plan {
    /// How much a setting may hold. Of rules and conditions no limit is known.
    pub(crate) fn limitations(self) -> FeatureFlagLimitations {
        let (list, options) = match self {
            Plan::Free => (100, 4),
            Plan::Pro => (1_000, 8),
            Plan::Smart | Plan::Enterprise => (15_000, 500),
        };
        FeatureFlagLimitations::default()
            .with_max_comparison_value_length(MAX_COMPARED)
            .with_max_comparison_value_list_item_length(MAX_ITEM)
            .with_max_comparison_value_list_length(list)
            .with_max_condition_per_targeting_rule_count(i32::MAX)
            .with_max_percentage_option_count(options)
            .with_max_string_flag_value_length(MAX_TEXT)
            .with_max_targeting_rule_count(i32::MAX)
    }

    /// For how many days an audit log tells of something.
    pub(crate) fn audit_log_days(self) -> i64 {
        match self {
            Plan::Free => 7,
            Plan::Pro => 35,
            Plan::Smart | Plan::Enterprise => 750,
        }
    }
}
