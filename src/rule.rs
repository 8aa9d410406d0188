//! Rules that read like a sentence.
//!
//! ```
//! use configcat_management::rule::{everyone, flag, in_segment, percentages, when};
//! # fn example(beta_testers: uuid::Uuid, new_ui: i32) -> configcat_management::Result<()> {
//!
//! let staff = when("Email").ends_with_any_of(["@example.com"]).serve(true);
//! let testers = in_segment(beta_testers).and(flag(new_ui).equals(true)).serve(true);
//! let tenth = everyone().split(percentages([(10, true), (90, false)])?);
//! # Ok(())
//! # }
//! ```
//!
//! What comes out is an [`UpdateTargetingRuleModel`], which [`Client::edit_value`](crate::Client::edit_value),
//! [`FormulaPatch`](crate::patch::FormulaPatch) and the generated calls take. Rules of V1 configs know less; what they know
//! converts into an [`UpdateRolloutRuleModel`](crate::types::UpdateRolloutRuleModel):
//!
//! ```
//! use configcat_management::patch::SettingValuePatch;
//! use configcat_management::rule::when;
//!
//! let staff = when("Email").is_one_of(["jane@example.com", "joe@example.com"]).serve(true);
//! let patch = SettingValuePatch::new().insert_rule(0, configcat_management::types::UpdateRolloutRuleModel::try_from(staff)?);
//!
//! let new = when("Email").ends_with_any_of(["@example.com"]).serve(true);
//! let wrong = configcat_management::types::UpdateRolloutRuleModel::try_from(new).unwrap_err();
//! assert_eq!(wrong.to_string(), "the rule compares by `textEndsWithAnyOf`, which V1 configs do not have");
//! # Ok::<(), configcat_management::Error>(())
//! ```
//!
//! Each comparator is a method that takes what it compares with, so a wrong pair does not compile:
//!
//! ```compile_fail
//! configcat_management::rule::when("Age").number_is_below("eighteen");
//! ```
//!
//! If comparator and value are only known at run time, [`Attribute::compares`] refuses a wrong pair.

use crate::SettingValue;
use crate::types::{
    PrerequisiteComparator, SegmentComparator, SegmentId, SettingId, UpdateComparisonValueModel,
    UpdateConditionModel, UpdatePrerequisiteFlagConditionModel, UpdateSegmentConditionModel,
    UpdateTargetingRuleModel, UpdateUserConditionModel, UserComparator,
};

pub(crate) mod check;
mod comparator;
mod comparison;
mod percentages;
mod v1;

pub use comparator::{Attribute, Hashed};
pub use comparison::{Comparison, Operand};
pub use percentages::{Percentages, percentages};

/// Begins a condition on an attribute of the user: `Identifier`, `Email`, `Country` or one of your own, from 1 to 1000
/// characters.
pub fn when(attribute: impl Into<String>) -> Attribute {
    Attribute(attribute.into())
}

/// The user is in the segment.
pub fn in_segment(segment_id: impl Into<SegmentId>) -> Conditions {
    segment(SegmentComparator::IsIn, segment_id.into())
}

/// The user is outside of the segment.
pub fn not_in_segment(segment_id: impl Into<SegmentId>) -> Conditions {
    segment(SegmentComparator::IsNotIn, segment_id.into())
}

fn segment(comparator: SegmentComparator, segment_id: SegmentId) -> Conditions {
    let condition = UpdateSegmentConditionModel::new(comparator, segment_id);
    let condition = UpdateConditionModel::new().with_segment_condition(condition);
    Conditions(vec![condition])
}

/// Begins a condition on another flag or setting of the same config, by its id.
pub fn flag(setting_id: impl Into<SettingId>) -> Prerequisite {
    Prerequisite(setting_id.into())
}

/// All users whom no earlier rule has matched. They can be split among values.
pub fn everyone() -> Everyone {
    Everyone(())
}

/// Another flag or setting that a condition looks at; made by [`flag`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a condition needs a value to compare with"]
pub struct Prerequisite(SettingId);

impl Prerequisite {
    /// It serves this value, which has to be of its type.
    pub fn equals(self, value: impl Into<SettingValue>) -> Conditions {
        self.compares(PrerequisiteComparator::Equals, value.into())
    }

    /// It serves another value than this, which has to be of its type.
    pub fn does_not_equal(self, value: impl Into<SettingValue>) -> Conditions {
        self.compares(PrerequisiteComparator::DoesNotEqual, value.into())
    }

    fn compares(self, comparator: PrerequisiteComparator, value: SettingValue) -> Conditions {
        let condition = UpdatePrerequisiteFlagConditionModel::new(comparator, value, self.0);
        let condition = UpdateConditionModel::new().with_prerequisite_flag_condition(condition);
        Conditions(vec![condition])
    }
}

/// Conditions that all have to hold.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "conditions need a value to serve"]
pub struct Conditions(Vec<UpdateConditionModel>);

impl Conditions {
    fn compare(
        attribute: String,
        comparator: UserComparator,
        value: UpdateComparisonValueModel,
    ) -> Self {
        let condition = UpdateUserConditionModel::new(comparator, attribute, value);
        let condition = UpdateConditionModel::new().with_user_condition(condition);
        Conditions(vec![condition])
    }

    /// These, and those too.
    pub fn and(mut self, more: Conditions) -> Self {
        self.0.extend(more.0);
        self
    }

    /// Serves this value if all hold. It has to be of the setting's type.
    ///
    /// To serve a predefined variation, its value will do with [`edit_value`](crate::Client::edit_value); elsewhere change
    /// the rule's `value` into one that is made from the variation.
    pub fn serve(self, value: impl Into<SettingValue>) -> UpdateTargetingRuleModel {
        let rule = UpdateTargetingRuleModel::new().with_conditions(self.0);
        rule.with_value(value.into())
    }

    /// Splits users among values if all hold.
    pub fn split(self, percentages: Percentages) -> UpdateTargetingRuleModel {
        everyone().split(percentages).with_conditions(self.0)
    }
}

impl From<Conditions> for Vec<UpdateConditionModel> {
    fn from(conditions: Conditions) -> Self {
        conditions.0
    }
}

/// All users; made by [`everyone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a rule needs percentages"]
pub struct Everyone(());

impl Everyone {
    /// Splits users among values.
    pub fn split(self, percentages: Percentages) -> UpdateTargetingRuleModel {
        UpdateTargetingRuleModel::new().with_percentage_options(percentages)
    }
}

crate::into_option!(Vec<UpdateConditionModel>: Conditions);
