//! What `update-setting-value` and `update-setting-value-by-sdkkey` may change.

use super::kind::models;
use super::kind::sealed::{Absent, Rules};
use super::methods::list_methods;
use super::{Patch, json};
use crate::rule::check::check_v1;
use crate::types::{
    SettingValueModel, UpdateRolloutPercentageItemModel, UpdateRolloutRuleModel,
    UpdateSettingValueModel,
};
use crate::{Error, Operation, Result, SettingValue, operations};

/// What a setting of a V1 config serves; see [`SettingValuePatch`].
#[derive(Clone, Debug, PartialEq)]
pub enum SettingValueV1 {}

/// A patch for `update-setting-value` and `update-setting-value-by-sdkkey`: value, rules and percentages of a V1 config.
///
/// ```
/// use configcat_management::patch::SettingValuePatch;
/// use configcat_management::types::{RolloutRuleComparator, UpdateRolloutRuleModel};
///
/// let staff = UpdateRolloutRuleModel::new(true)
///     .with_comparison_attribute("Email")
///     .with_comparator(RolloutRuleComparator::Contains)
///     .with_comparison_value("@example.com");
/// let patch = SettingValuePatch::new().turn_off().insert_rule(0, staff);
/// assert_eq!(patch.operations()[1].path, "/rolloutRules/0");
/// ```
pub type SettingValuePatch = Patch<SettingValueV1>;

models!(SettingValueV1: SettingValueModel => UpdateSettingValueModel);

impl Rules for SettingValueV1 {
    const OPERATION: &'static Operation = operations::UpdateSettingValue::OPERATION;
    const ROOTS: &'static [(&'static str, Absent)] = &[
        ("value", Absent::Unchanged),
        ("rolloutRules", Absent::EmptyList),
        ("rolloutPercentageItems", Absent::EmptyList),
    ];
    const EXAMPLE: &'static str =
        r#"{ "value": true, "rolloutRules": [{ "value": true }], "rolloutPercentageItems": [] }"#;
}

impl Patch<SettingValueV1> {
    /// Serves `true` if no rule matches.
    pub fn turn_on(self) -> Self {
        self.set_value(true)
    }

    /// Serves `false` if no rule matches.
    pub fn turn_off(self) -> Self {
        self.set_value(false)
    }

    /// Serves this value if no rule matches.
    pub fn set_value(self, value: impl Into<SettingValue>) -> Self {
        self.replace("/value", json(&value.into()))
    }

    /// Checks what the patch makes of what was seen, without any call: types of values, JSON, comparators, percentages, limits.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], naming the place in what would be served, if the server would refuse it;
    /// and if [`preview`](Patch::preview) fails.
    pub fn check(&self, seen: &SettingValueModel) -> Result<()> {
        let checked = check_v1(seen, &Self::part(seen)?, &self.preview(seen)?);
        checked.map_err(|wrong| Error::invalid(SettingValueV1::OPERATION, wrong))
    }
}

list_methods!(
    SettingValueV1, "/rolloutRules", UpdateRolloutRuleModel, "targeting or segment rule", "rules":
    add_rule, insert_rule, replace_rule, remove_rule, move_rule, replace_rules
);
list_methods!(
    SettingValueV1, "/rolloutPercentageItems", UpdateRolloutPercentageItemModel, "percentage item", "percentage items":
    add_percentage_item, insert_percentage_item, replace_percentage_item, remove_percentage_item,
    move_percentage_item, replace_percentage_items
);
