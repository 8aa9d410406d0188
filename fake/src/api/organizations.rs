//! Organizations.

use configcat_management::types::{OrganizationLimitations, OrganizationModel};

use crate::call::{Answer, Call, Refusal};
use crate::state::{MAX_PREDEFINED_VARIATIONS, State};

pub(super) fn list(state: &mut State, _: &Call) -> Result<Answer, Refusal> {
    let all: Vec<&OrganizationModel> = state.organizations.values().collect();
    Answer::ok(&all)
}

pub(super) fn limitations(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    state.organization(call.path("organizationId")?)?;
    let most = state.limitations();
    Answer::ok(
        &OrganizationLimitations::default()
            .with_max_comparison_value_length(most.max_comparison_value_length)
            .with_max_comparison_value_list_item_length(most.max_comparison_value_list_item_length)
            .with_max_comparison_value_list_length(most.max_comparison_value_list_length)
            .with_max_condition_per_targeting_rule_count(
                most.max_condition_per_targeting_rule_count,
            )
            .with_max_percentage_option_count(most.max_percentage_option_count)
            .with_max_predefined_variations(MAX_PREDEFINED_VARIATIONS)
            .with_max_string_flag_value_length(most.max_string_flag_value_length)
            .with_max_targeting_rule_count(most.max_targeting_rule_count),
    )
}
