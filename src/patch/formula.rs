//! What `update-setting-value-v2` and `update-setting-value-by-sdkkey-v2` may change.

use serde_json::Value;

use super::kind::models;
use super::kind::sealed::{Absent, Rules};
use super::methods::list_methods;
use super::{Patch, json};
use crate::rule::check::Against;
use crate::types::{
    SettingFormulaModel, UpdateEvaluationFormulaModel, UpdateTargetingRuleModel, UpdateValueModel,
};
use crate::{Error, Operation, Result, SettingValue, operations};

/// What a setting of a V2 config serves; see [`FormulaPatch`].
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {}

/// A patch for `update-setting-value-v2` and `update-setting-value-by-sdkkey-v2`: default value, targeting rules with their
/// conditions and percentage options, and the attribute that percentages go by.
///
/// ```
/// use configcat_management::patch::FormulaPatch;
/// use configcat_management::types::{UpdatePercentageOptionModel, UpdateTargetingRuleModel, UpdateValueModel};
///
/// let option = |percentage, on| UpdatePercentageOptionModel::new(percentage, UpdateValueModel::new().with_bool_value(on));
/// let tenth = UpdateTargetingRuleModel::new().with_percentage_options([option(10, true), option(90, false)]);
/// let patch = FormulaPatch::new().turn_off().add_rule(tenth).split_by("Country");
/// assert_eq!(patch.operations().len(), 3);
/// ```
pub type FormulaPatch = Patch<Formula>;

models!(Formula: SettingFormulaModel => UpdateEvaluationFormulaModel);

impl Rules for Formula {
    const OPERATION: &'static Operation = operations::UpdateSettingValueV2::OPERATION;
    const ROOTS: &'static [(&'static str, Absent)] = &[
        ("defaultValue", Absent::Unchanged),
        ("targetingRules", Absent::EmptyList),
        ("percentageEvaluationAttribute", Absent::Null),
    ];
    const EXAMPLE: &'static str = r#"{
        "defaultValue": {},
        "targetingRules": [{
            "conditions": [{ "userCondition": {
                "comparator": "isOneOf", "comparisonAttribute": "x", "comparisonValue": { "listValue": [{ "value": "x" }] }
            } }],
            "percentageOptions": []
        }]
    }"#;
}

impl Patch<Formula> {
    /// Serves `true` if no rule matches.
    pub fn turn_on(self) -> Self {
        self.set_default(true)
    }

    /// Serves `false` if no rule matches.
    pub fn turn_off(self) -> Self {
        self.set_default(false)
    }

    /// Serves this value if no rule matches. Its type has to be the setting's: 5 is for whole numbers, 5.0 for decimals.
    pub fn set_default(self, value: impl Into<SettingValue>) -> Self {
        // It has one field, which the type of the value names.
        let model = json(&UpdateValueModel::from(value.into()));
        let fields = model.as_object().into_iter().flatten();
        fields.fold(self, |patch, (field, value)| {
            patch.replace(format!("/defaultValue/{field}"), value.clone())
        })
    }

    /// Serves this if no rule matches: for settings with predefined variations.
    pub fn replace_default(self, value: impl Into<UpdateValueModel>) -> Self {
        self.replace("/defaultValue", json(&value.into()))
    }

    /// Checks what the patch makes of what was seen, without any call: types of values, predefined variations, JSON,
    /// comparators, percentages, limits.
    ///
    /// [`Client::edit_value`](crate::Client::edit_value) does so for every change.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`], naming the place in what would be served, if the server would refuse it;
    /// and if [`preview`](Patch::preview) fails.
    pub fn check(&self, seen: &SettingFormulaModel) -> Result<()> {
        let against = Against {
            setting: &seen.setting,
            limits: &seen.feature_flag_limitations,
            before: &Self::part(seen)?,
        };
        let checked = against.check(&self.preview(seen)?, "body");
        checked.map_err(|wrong| Error::invalid(Formula::OPERATION, wrong))
    }

    /// Splits users among percentage options by this attribute.
    pub fn split_by(self, attribute: impl Into<String>) -> Self {
        self.replace("/percentageEvaluationAttribute", attribute.into())
    }

    /// Splits users among percentage options by their identifier again.
    pub fn split_by_identifier(self) -> Self {
        self.replace("/percentageEvaluationAttribute", Value::Null)
    }
}

list_methods!(
    Formula, "/targetingRules", UpdateTargetingRuleModel, "targeting rule", "targeting rules":
    add_rule, insert_rule, replace_rule, remove_rule, move_rule, replace_rules,
    ///
    /// Behind a split for everyone it could never apply, and is refused: by [`check`](FormulaPatch::check) and by the
    /// service. A patch does not see the rules that are there. If one of them may be such a split, give an index before
    /// it to `insert_rule`, or let [`edit_value`](crate::Client::edit_value) find the place: there,
    /// [`add_rule`](crate::edit::Draft::add_rule) puts the rule before the split.
);
