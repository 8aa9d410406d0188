//! Organizations.

use configcat_management::types::{OrganizationLimitations, OrganizationModel};

use crate::call::{Answer, Call, Refusal};
use crate::state::{LIMITATIONS, MAX_PREDEFINED_VARIATIONS, State};

pub(super) fn list(state: &mut State, _: &Call) -> Result<Answer, Refusal> {
    let all: Vec<&OrganizationModel> = state.organizations.values().collect();
    Answer::ok(&all)
}

pub(super) fn limitations(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    state.organization(call.path("organizationId")?)?;
    Answer::ok(&OrganizationLimitations {
        max_comparison_value_length: LIMITATIONS.max_comparison_value_length,
        max_comparison_value_list_item_length: LIMITATIONS.max_comparison_value_list_item_length,
        max_comparison_value_list_length: LIMITATIONS.max_comparison_value_list_length,
        max_condition_per_targeting_rule_count: LIMITATIONS.max_condition_per_targeting_rule_count,
        max_percentage_option_count: LIMITATIONS.max_percentage_option_count,
        max_predefined_variations: MAX_PREDEFINED_VARIATIONS,
        max_string_flag_value_length: LIMITATIONS.max_string_flag_value_length,
        max_targeting_rule_count: LIMITATIONS.max_targeting_rule_count,
    })
}
